/*
 * Feeds the files of a directory to a fuzzed program, one after the other, in
 * the order of their names:
 *
 *	fuzz_NAME DIRECTORY
 *
 * It is the main() where there is no libFuzzer.  Exit status: 0, 1 if there is
 * no file, 2 bad usage; a file that breaks something ends it by a signal, and
 * is then the last one named on stderr.
 */

#include <stdio.h>

#include "tests/fuzz/fuzz.h"

static void
feed(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *bytes = NULL;
	g_autoptr(GError) error = NULL;
	gsize length;

	fprintf(stderr, "%s\n", path);
	if (!g_file_get_contents(path, &bytes, &length, &error))
		g_error("%s", error->message);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, length);
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

int
main(int argc, char **argv)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) directory = NULL;
	const char *name;
	guint i;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return (2);
	}
	directory = g_dir_open(argv[1], 0, &error);
	if (directory == NULL) {
		fprintf(stderr, "%s\n", error->message);
		return (2);
	}
	while ((name = g_dir_read_name(directory)) != NULL)
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	for (i = 0; i < names->len; i++)
		feed(argv[1], names->pdata[i]);
	printf("%u inputs\n", names->len);
	return (names->len > 0 ? 0 : 1);
}
