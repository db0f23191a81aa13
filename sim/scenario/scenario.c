/*
 * From text to struct scenario: the INI document, the command line's settings
 * on top, then one object for each section.  Checks that concern several keys
 * are in scenario_check.c, those of [sweep] in scenario_sweep.c.
 */

#include "sim/scenario/scenario.h"

#include <stddef.h>
#include <string.h>

#include "sim/fault.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/overrides.h"
#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/suggest.h"
#include "sim/scenario/sysctl_file.h"

char *
scenario_stem(const char *path)
{
	char *stem = g_path_get_basename(path);
	char *dot = strrchr(stem, '.');

	if (dot != NULL && dot != stem)
		*dot = '\0';
	return (stem);
}

void
scenario_note(struct scenario *scenario, char *sentence)
{
	if (g_ptr_array_find_with_equal_func(
		scenario->notes, sentence, g_str_equal, NULL))
		g_free(sentence);
	else
		g_ptr_array_add(scenario->notes, sentence);
}

char *
scenario_process_name(const struct process_config *process, int64_t instance)
{
	g_assert(instance >= 0 && instance < process->count);
	if (process->count == 1)
		return (g_strdup(process->name));
	return (g_strdup_printf(
	    "%s.%" G_GINT64_FORMAT, process->name, instance + 1));
}

const char *
scenario_kernel(const struct ini *ini, const char *kernel, GError **error)
{
	const struct ini_entry *entry;
	g_autofree char *list = NULL;
	g_autofree char *shown = NULL;
	const char *name = kernel;

	entry = ini_entry(ini_find(ini, "kernel"), "name");
	if (kernel == NULL && entry != NULL)
		name = entry->value;
	if (name == NULL)
		return (kernel_names()[0]);
	if (kernel_describe(name) != NULL)
		return (name);
	list = g_strjoinv(", ", (char **)(uintptr_t)kernel_names());
	shown = ini_clip(name);
	ini_fail(error, kernel != NULL ? "--kernel" : entry->where,
	    "unknown kernel '%s', expected one of: %s", shown, list);
	return (NULL);
}

/* ---- [sysctl] ---------------------------------------------------------- */

static bool
unknown_node(const struct ini_entry *entry, const char *kernel, GError **error)
{
	g_autoptr(GPtrArray) nodes = g_ptr_array_new();
	g_autofree char *shown = ini_clip(entry->key);
	g_autofree char *ending = NULL;
	const struct kernel_tunable *tunables;
	size_t i, count;

	tunables = kernel_tunables(kernel, &count);
	for (i = 0; i < count; i++)
		g_ptr_array_add(nodes, (void *)(uintptr_t)tunables[i].node);
	ending = suggest_ending(entry->key, nodes, "'aiosim sysctl' lists all");
	return (ini_fail(error, entry->where, "%s has no node '%s'%s", kernel,
	    shown, ending));
}

static bool
read_setting(const struct ini_entry *entry, int64_t at_ns,
    struct scenario *scenario, GError **error)
{
	struct sysctl_setting setting = {.at_ns = at_ns};
	const struct kernel_tunable *tunable;
	const char *owner = scenario->kernel;
	g_autoptr(GError) problem = NULL;
	bool is_signed;
	size_t count;

	/* A node of another kernel is checked as that kernel has it, and then
	 * left out: one scenario can be played with both. */
	if (kernel_find_tunable(owner, entry->key) < 0)
		owner = kernel_of_tunable(entry->key);
	if (owner == NULL)
		return (unknown_node(entry, scenario->kernel, error));
	tunable = &kernel_tunables(
	    owner, &count)[kernel_find_tunable(owner, entry->key)];
	if (!tunable->writable)
		return (ini_fail(error, entry->where,
		    "%s is read-only; remove it", entry->key));
	is_signed = tunable->type == TUNABLE_INT;
	if (!value_quantity(&quantity_integer, entry->value,
		is_signed ? INT32_MIN : 0, is_signed ? INT32_MAX : UINT32_MAX,
		&setting.value, &problem))
		return (ini_fail(error, entry->where, "%s: %s", entry->key,
		    problem->message));
	if (strcmp(owner, scenario->kernel) != 0) {
		scenario_note(scenario,
		    g_strdup_printf(
			"%s is a node of %s: left out", entry->key, owner));
		return (true);
	}
	setting.node = g_strdup(entry->key);
	setting.where = g_strdup(entry->where);
	g_array_append_val(scenario->sysctls, setting);
	return (true);
}

/* "at 5s" to 5 s; no name at all is the boot, time 0. */
static bool
sysctl_time(const struct ini_section *section, int64_t *at_ns, GError **error)
{
	g_autoptr(GError) problem = NULL;

	*at_ns = 0;
	if (section->name == NULL)
		return (true);
	if (!g_str_has_prefix(section->name, "at "))
		return (ini_fail(error, section->where,
		    "expected [sysctl] or [sysctl at TIME], such as "
		    "[sysctl at 5s]"));
	if (value_quantity(&quantity_time, section->name + strlen("at "), 1,
		INT64_MAX, at_ns, &problem))
		return (true);
	return (ini_fail(
	    error, section->where, "[sysctl at TIME]: %s", problem->message));
}

#define SYSCTL_FILE "file" /* the key that is no node */

/* The settings of the section's file that it does not give itself. */
static bool
read_sysctl_file(const struct ini_section *section, const char *directory,
    int64_t at_ns, struct scenario *scenario, GError **error)
{
	g_autofree char *path = NULL;
	const struct ini_section *settings;
	const struct ini_entry *entry;
	struct ini *file;
	bool good = true;
	guint i;

	if (!keys_fill("sysctl", section, directory, &path, error))
		return (false);
	if (path == NULL)
		return (true);
	file = sysctl_file_read(path, scenario->kernel, error);
	if (file == NULL)
		return (false);
	settings = ini_find(file, "sysctl");
	for (i = 0; good && i < settings->entries->len; i++) {
		entry = settings->entries->pdata[i];
		if (ini_entry(section, entry->key) == NULL)
			good = read_setting(entry, at_ns, scenario, error);
	}
	ini_free(file);
	return (good);
}

static bool
read_sysctl(const struct ini_section *section, const char *directory,
    struct scenario *scenario, GError **error)
{
	const struct ini_entry *entry;
	int64_t at_ns;
	guint i;

	if (!sysctl_time(section, &at_ns, error) ||
	    !read_sysctl_file(section, directory, at_ns, scenario, error))
		return (false);
	for (i = 0; i < section->entries->len; i++) {
		entry = section->entries->pdata[i];
		if (strcmp(entry->key, SYSCTL_FILE) != 0 &&
		    !read_setting(entry, at_ns, scenario, error))
			return (false);
	}
	return (true);
}

/* ---- Objects ----------------------------------------------------------- */

/* The objects go into the scenario before they are filled, so that an error
 * frees them with it. */
static void *
add_object(struct ini_section *section, struct scenario *scenario)
{
	const struct {
		const char *type;
		GPtrArray *objects;
		size_t size, name;
	} kinds[] = {
	    {"disk", scenario->disks, sizeof(struct disk_config),
		offsetof(struct disk_config, name)},
	    {"file", scenario->files, sizeof(struct file_config),
		offsetof(struct file_config, name)},
	    {"process", scenario->processes, sizeof(struct process_config),
		offsetof(struct process_config, name)},
	    {"link", scenario->links, sizeof(struct link_config),
		offsetof(struct link_config, name)},
	    {"peer", scenario->peers, sizeof(struct peer_config),
		offsetof(struct peer_config, name)},
	    {"traffic", scenario->traffics, sizeof(struct traffic_config),
		offsetof(struct traffic_config, name)},
	};
	void *object;
	size_t i = 0;

	if (strcmp(section->type, "fault") == 0) {
		object = fault_new(section->name);
		section->index = (int)scenario->faults->len;
		g_ptr_array_add(scenario->faults, object);
		return (object);
	}
	while (strcmp(section->type, kinds[i].type) != 0)
		i++;
	object = g_malloc0(kinds[i].size);
	*(char **)(void *)((char *)object + kinds[i].name) =
	    g_strdup(section->name);
	section->index = (int)kinds[i].objects->len;
	g_ptr_array_add(kinds[i].objects, object);
	return (object);
}

static bool
read_sections(const struct ini *ini, const char *directory,
    struct scenario *scenario, GError **error)
{
	struct ini_section *section;
	void *object;
	guint i;

	for (i = 0; i < ini->sections->len; i++) {
		section = ini->sections->pdata[i];
		if (strcmp(section->type, "sysctl") == 0) {
			if (!read_sysctl(section, directory, scenario, error))
				return (false);
		} else if (section->name != NULL) {
			object = add_object(section, scenario);
			if (!keys_fill(section->type, section, directory,
				object, error))
				return (false);
		}
	}
	return (true);
}

static bool
read_document(const struct ini *ini, const char *kernel,
    struct scenario *scenario, GError **error)
{
	static const char *const single[] = {
	    "scenario", "kernel", "cpu", "platform", "host", "record", "cache"};
	g_autofree char *directory = g_path_get_dirname(ini->path);
	const char *chosen;
	size_t i;

	if (!keys_check(ini, error))
		return (false);
	for (i = 0; i < G_N_ELEMENTS(single); i++)
		if (!keys_fill(single[i], ini_find(ini, single[i]), directory,
			scenario, error))
			return (false);
	chosen = scenario_kernel(ini, kernel, error);
	if (chosen == NULL)
		return (false);
	g_free(scenario->kernel);
	scenario->kernel = g_strdup(chosen);
	if (scenario->hz == 0)
		scenario->hz = kernel_traits(chosen)->hz;
	return (read_sections(ini, directory, scenario, error) &&
	    scenario_check(ini, scenario, error));
}

struct scenario *
scenario_build(const struct ini *ini, const char *kernel, GError **error)
{
	struct scenario *scenario;

	scenario = scenario_new(ini->path);
	if (read_document(ini, kernel, scenario, error))
		return (scenario);
	scenario_free(scenario);
	return (NULL);
}

/* ---- The whole --------------------------------------------------------- */

/* The kernel first: it decides which nodes the others may name. */
static bool
apply_sets(struct ini *ini, const char *const *sets, const char *kernel,
    GError **error)
{
	const char *chosen = kernel_names()[0];
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; sets != NULL && sets[i] != NULL; i++) {
			g_autofree char *where = override_place(sets[i]);

			if (override_is_kernel(sets[i]) == (pass == 0) &&
			    !override_apply(ini, sets[i], where, chosen, error))
				return (false);
		}
		chosen = scenario_kernel(ini, kernel, error);
		if (chosen == NULL)
			return (false);
	}
	return (true);
}

struct scenario *
scenario_build_with(struct ini *ini, const char *const *sets,
    const char *kernel, GError **error)
{
	struct scenario *scenario = NULL;

	if (apply_sets(ini, sets, kernel, error))
		scenario = scenario_build(ini, kernel, error);
	if (scenario != NULL &&
	    !scenario_read_sweep(ini, kernel, scenario, error)) {
		scenario_free(scenario);
		scenario = NULL;
	}
	ini_free(ini);
	return (scenario);
}

struct scenario *
scenario_parse(const char *text, gsize length, const char *path,
    const char *const *sets, const char *kernel, GError **error)
{
	struct ini *ini = ini_parse(text, length, path, error);

	return (
	    ini == NULL ? NULL : scenario_build_with(ini, sets, kernel, error));
}

struct scenario *
scenario_read(const char *path, const char *const *sets, const char *kernel,
    GError **error)
{
	g_autofree char *text = NULL;
	gsize length;

	text = ini_read_file(path, &length, error);
	if (text == NULL)
		return (NULL);
	return (scenario_parse(text, length, path, sets, kernel, error));
}
