/*
 * Files of sysctl settings.  Decides which lines are settings that concern us:
 * `sysctl -a` prints much else, values of several lines among it.
 */

#include "sim/scenario/sysctl_file.h"

#include <string.h>

#include "model/kernel.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/values.h"

#define NODE_LETTERS                 \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.%-"

/* Whether the node stands in a tree that is all about AIO, and in which the
 * kernel has nodes: "vfs.aio.max_aio_prcs" is a misspelling, "kern.hz" is not.
 */
static bool
is_in_tree(const char *kernel, const char *node)
{
	static const char tree[] = ".aio.";
	const char *end = strstr(node, tree);
	const struct kernel_tunable *tunables;
	size_t count, i, length;

	if (end == NULL)
		return (false);
	length = (size_t)(end - node) + strlen(tree);
	tunables = kernel_tunables(kernel, &count);
	for (i = 0; i < count; i++)
		if (strncmp(tunables[i].node, node, length) == 0)
			return (true);
	return (false);
}

/* Read-only nodes are only printed, never set. */
static bool
keep(struct ini_section *section, const char *kernel, const char *node,
    const char *value, const char *where, GError **error)
{
	int i = kernel_find_tunable(kernel, node);
	g_autoptr(GError) problem = NULL;
	int64_t ignored;
	size_t count;

	if (i < 0 && !is_in_tree(kernel, node))
		return (true);
	if (i < 0 || kernel_tunables(kernel, &count)[i].writable) {
		ini_set(section, node, value, where);
		return (true);
	}
	if (value_quantity(&quantity_integer, value, INT64_MIN, INT64_MAX,
		&ignored, &problem))
		return (true);
	return (ini_fail(error, where, "%s: %s", node, problem->message));
}

/* Takes the quotes off that sysctl.conf allows. */
static char *
bare(char *value)
{
	size_t length;

	g_strstrip(value);
	length = strlen(value);
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		value[length - 1] = '\0';
		value++;
	}
	return (value);
}

static bool
read_line(struct ini_section *section, const char *kernel, char *line,
    const char *where, GError **error)
{
	size_t length = strspn(line, NODE_LETTERS), blanks;
	g_autofree char *node = g_strndup(line, length);
	char *value = NULL;

	blanks = strspn(line + length, " \t");
	if (line[length + blanks] == '=' || line[length + blanks] == ':')
		value = bare(line + length + blanks + 1);
	if (value != NULL && *value != '\0')
		return (keep(section, kernel, node, value, where, error));
	if (kernel_find_tunable(kernel, node) < 0 && !is_in_tree(kernel, node))
		return (true);
	return (ini_fail(error, where,
	    "expected '%s=32' or '%s: 32', as sysctl prints it", node, node));
}

static bool
read_lines(struct ini *ini, const char *text, gsize length, const char *kernel,
    GError **error)
{
	struct ini_section *section = ini->sections->pdata[0];
	const char *end = text + length, *next, *newline;
	unsigned number = 0;
	bool good = true;

	for (; good && text < end; text = next) {
		g_autofree char *where = NULL;
		g_autofree char *line = NULL;

		newline = memchr(text, '\n', (gsize)(end - text));
		next = newline == NULL ? end : newline + 1;
		line = g_strndup(text, (gsize)(next - text));
		where = g_strdup_printf("%s:%u", ini->path, ++number);
		if (memchr(text, '\0', (gsize)(next - text)) != NULL)
			return (ini_fail(error, where,
			    "a NUL byte: this is no text file; expected what "
			    "sysctl prints"));
		good =
		    read_line(section, kernel, ini_strip(line), where, error);
	}
	return (good);
}

struct ini *
sysctl_file_read(const char *path, const char *kernel, GError **error)
{
	g_autofree char *text = NULL;
	struct ini *ini;
	gsize length;

	text = ini_read_file(path, &length, error);
	if (text == NULL)
		return (NULL);
	ini = ini_new(path);
	ini_add_section(ini, "sysctl", path);
	if (read_lines(ini, text, length, kernel, error))
		return (ini);
	ini_free(ini);
	return (NULL);
}
