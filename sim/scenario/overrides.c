/*
 * Finds the section and key that a --set means.  The nodes of kernels come
 * first, since one of another system may begin like a section.
 */

#include "sim/scenario/overrides.h"

#include <string.h>

#include "sim/scenario/keys.h"
#include "sim/scenario/suggest.h"

#define SET_FORMS                                        \
	"NODE=VALUE or SECTION.KEY=VALUE, such as "      \
	"vfs.aio.max_aio_procs=64 or 'disk ada0.latency" \
	"=80us'"

char *
override_place(const char *set)
{
	g_autofree char *shown = ini_clip(set);

	return (g_strconcat("--set ", shown, NULL));
}

bool
override_is_kernel(const char *set)
{
	const char *equals = strchr(set, '=');
	g_autofree char *key = NULL;

	if (equals == NULL)
		return (false);
	key = g_strstrip(g_strndup(set, (gsize)(equals - set)));
	return (strcmp(key, "kernel.name") == 0);
}

gboolean
set_splits(const char *set, char ***values)
{
	const char *equals = strchr(set, '=');

	*values = equals == NULL ? NULL : value_list(equals + 1);
	if (*values != NULL && g_strv_length(*values) > 1)
		return (TRUE);
	g_clear_pointer(values, g_strfreev);
	return (FALSE);
}

static bool
split(const char *set, const char *where, char **key, char **value,
    GError **error)
{
	const char *equals, *p;

	for (p = set; *p != '\0' && !g_ascii_iscntrl(*p); p++)
		;
	if (*p != '\0' || !g_utf8_validate(set, -1, NULL))
		return (ini_fail(error, where,
		    "not one line of UTF-8 text; expected " SET_FORMS));
	equals = strchr(set, '=');
	if (equals == NULL)
		return (ini_fail(error, where, "expected " SET_FORMS));
	*key = ini_normal_title(set, (gsize)(equals - set));
	*value = g_strstrip(g_strdup(equals + 1));
	if ((*key)[0] == '\0' || (*value)[0] == '\0')
		return (ini_fail(error, where, "no %s; expected " SET_FORMS,
		    (*key)[0] == '\0' ? "key" : "value"));
	return (true);
}

static bool
unknown_target(
    const char *key, const char *where, const char *kernel, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *shown = ini_clip(key);
	g_autofree char *ending = NULL;
	const struct kernel_tunable *tunables;
	const struct section_type *type;
	size_t i, count = 0;

	tunables = kernel_tunables(kernel, &count);
	for (i = 0; i < count; i++)
		g_ptr_array_add(names, (void *)(uintptr_t)tunables[i].node);
	if (suggest_nearest(key, names) == NULL) {
		shown[strcspn(shown, " .")] = '\0';
		for (type = section_types; type->name != NULL; type++)
			g_ptr_array_add(names, (void *)(uintptr_t)type->name);
	}
	ending = suggest_ending(
	    shown, names, "'aiosim sysctl' and 'aiosim keys' list all");
	return (ini_fail(error, where,
	    "'%s' is neither a node of %s nor a section%s", shown, kernel,
	    ending));
}

static bool
no_section(
    const struct ini *ini, const char *title, const char *where, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *shown = ini_clip(title);
	const struct ini_section *section;
	const char *name, *nearest;
	gsize type_length;
	guint i;

	/* Only the name may be misspelt: the type is right. */
	name = strchr(title, ' ');
	type_length = strcspn(title, " ");
	for (i = 0; i < ini->sections->len; i++) {
		section = ini->sections->pdata[i];
		if (section->name != NULL &&
		    strncmp(title, section->title, type_length + 1) == 0)
			g_ptr_array_add(names, section->name);
	}
	nearest = name == NULL ? NULL : suggest_nearest(name + 1, names);
	if (nearest == NULL)
		return (ini_fail(error, where,
		    "no section [%s] in %s; add it there", shown, ini->path));
	return (
	    ini_fail(error, where, "no section [%s], did you mean [%.*s%s]?",
		shown, (int)type_length + 1, title, nearest));
}

/* The dot between section and key: the last one.  But nodes have dots too, and
 * so may the time of a [sysctl at TIME]. */
static char *
separator(char *key)
{
	char *dot;

	if (!g_str_has_prefix(key, "sysctl"))
		return (strrchr(key, '.'));
	for (dot = strchr(key, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		if (kernel_of_tunable(dot + 1) != NULL)
			return (dot);
	return (strchr(key, '.'));
}

/* Cuts `key` at its separator: the section's title and, returned, its key. */
static const char *
find_target(struct ini *ini, char *key, const char *where, const char *kernel,
    GError **error)
{
	g_autofree char *word = NULL;
	const struct section_type *type;
	char *dot;

	word = g_strndup(key, strcspn(key, " ."));
	type = keys_section(word);
	if (type == NULL) {
		unknown_target(key, where, kernel, error);
		return (NULL);
	}
	dot = separator(key);
	if (dot == NULL) {
		ini_fail(error, where, "expected " SET_FORMS);
		return (NULL);
	}
	*dot = '\0';
	if (strcmp(type->name, "sweep") == 0) {
		ini_fail(error, where,
		    "[sweep] cannot be set; give aiosim sweep the list itself: "
		    "--set KEY=A,B");
		return (NULL);
	}
	if (type->object != NULL && ini_find(ini, key) == NULL) {
		no_section(ini, key, where, error);
		return (NULL);
	}
	return (dot + 1);
}

bool
override_apply(struct ini *ini, const char *set, const char *where,
    const char *kernel, GError **error)
{
	g_autofree char *left = NULL;
	g_autofree char *value = NULL;
	const char *title = "sysctl", *key;
	struct ini_section *section;

	if (!split(set, where, &left, &value, error))
		return (false);
	if (kernel_of_tunable(left) != NULL) {
		key = left;
	} else {
		key = find_target(ini, left, where, kernel, error);
		if (key == NULL)
			return (false);
		title = left;
	}
	section = ini_find(ini, title);
	if (section == NULL)
		section = ini_add_section(ini, title, where);
	ini_set(section, key, value, where);
	return (true);
}
