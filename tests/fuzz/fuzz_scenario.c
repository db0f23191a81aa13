/*
 * Fuzzes the scenario reader.  The input is a scenario, and after a NUL byte
 * any number of --set arguments, each ended by another.
 */

#include "sim/scenario/scenario.h"
#include "tests/fuzz/fuzz.h"

/* The arguments behind the text, to be freed with g_strfreev(). */
static char **
read_sets(const char *from, const char *end)
{
	GPtrArray *sets = g_ptr_array_new();
	const char *stop;

	for (; from < end; from = stop + 1) {
		stop = memchr(from, '\0', (size_t)(end - from));
		if (stop == NULL)
			stop = end;
		g_ptr_array_add(sets, g_strndup(from, (size_t)(stop - from)));
	}
	g_ptr_array_add(sets, NULL);
	return ((char **)g_ptr_array_free(sets, FALSE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *end = (const char *)bytes + length;
	const char *stop = length > 0 ? memchr(bytes, '\0', length) : NULL;
	size_t size =
	    stop != NULL ? (size_t)(stop - (const char *)bytes) : length;
	g_autofree char *text = fuzz_copy(bytes, size);
	g_auto(GStrv) sets = read_sets(stop != NULL ? stop + 1 : end, end);
	struct scenario *scenario;
	GError *error = NULL;

	scenario = scenario_parse(
	    text, size, "fuzz.ini", (const char *const *)sets, NULL, &error);
	fuzz_check_verdict(scenario != NULL, error);
	scenario_free(scenario);
	return (0);
}
