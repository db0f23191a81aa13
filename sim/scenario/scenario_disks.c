/*
 * A scenario over other disks than its own, such as `aiosim calibrate` prints.
 * A disk is replaced as a whole: nothing of what the scenario says of it is
 * left, so that keys of two models cannot meet.
 */

#include <string.h>

#include "sim/scenario/scenario_parts.h"

static struct ini *
read_document(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	gsize length;

	text = ini_read_file(path, &length, error);
	return (text == NULL ? NULL : ini_parse(text, length, path, error));
}

static bool
are_disks(const struct ini *disks, GError **error)
{
	const struct ini_section *section;
	guint i;

	for (i = 0; i < disks->sections->len; i++) {
		section = disks->sections->pdata[i];
		if (strcmp(section->type, "disk") != 0 || section->name == NULL)
			return (ini_fail(error, section->where,
			    "[%s] is no [disk NAME], and the file is to hold "
			    "nothing else",
			    section->title));
	}
	return (true);
}

static guint
count_disks(const struct ini *ini)
{
	const struct ini_section *section;
	guint i, count = 0;

	for (i = 0; i < ini->sections->len; i++) {
		section = ini->sections->pdata[i];
		if (strcmp(section->type, "disk") == 0)
			count++;
	}
	return (count);
}

static void
append(struct ini *ini, const struct ini_section *section, const char *title)
{
	struct ini_section *copy = ini_add_section(ini, title, section->where);
	const struct ini_entry *entry;
	guint i;

	for (i = 0; i < section->entries->len; i++) {
		entry = section->entries->pdata[i];
		ini_set(copy, entry->key, entry->value, entry->where);
	}
}

/* Each must be there to be replaced. */
static bool
all_have_a_place(const struct ini *ini, const struct ini *disks, GError **error)
{
	const struct ini_section *section;
	guint i;

	for (i = 0; i < disks->sections->len; i++) {
		section = disks->sections->pdata[i];
		if (ini_find(ini, section->title) == NULL)
			return (ini_fail(error, section->where,
			    "%s has no [%s]; give the disk the name that it "
			    "has there",
			    ini->path, section->title));
	}
	return (true);
}

/* In the order of the scenario's, on which the disks' numbers depend. */
static struct ini *
replace_disks(const struct ini *ini, const struct ini *disks, GError **error)
{
	const bool only = count_disks(ini) == 1 && disks->sections->len == 1;
	const struct ini_section *old, *new;
	struct ini *result;
	guint i;

	if (!only && !all_have_a_place(ini, disks, error))
		return (NULL);
	result = ini_copy(ini, "disk");
	for (i = 0; i < ini->sections->len; i++) {
		old = ini->sections->pdata[i];
		if (strcmp(old->type, "disk") != 0)
			continue;
		new = only ? disks->sections->pdata[0]
			   : ini_find(disks, old->title);
		append(result, new != NULL ? new : old, old->title);
	}
	return (result);
}

struct scenario *
scenario_read_with_disks(const char *path, const char *disks,
    const char *const *sets, const char *kernel, GError **error)
{
	struct scenario *scenario = NULL;
	struct ini *ini = read_document(path, error);
	struct ini *others = NULL, *both = NULL;

	if (ini != NULL)
		others = read_document(disks, error);
	if (others != NULL && are_disks(others, error))
		both = replace_disks(ini, others, error);
	if (both != NULL)
		scenario = scenario_build_with(both, sets, kernel, error);
	g_clear_pointer(&ini, ini_free);
	g_clear_pointer(&others, ini_free);
	return (scenario);
}
