/*
 * What must hold between the parts of a scenario: references that resolve, keys
 * that need or exclude each other, and a run that can end.
 */

#include <string.h>

#include "sim/scenario/keys.h"
#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/suggest.h"

static struct ini_section *
section_of(const struct ini *ini, const char *type, const char *name)
{
	g_autofree char *title = g_strdup_printf("%s %s", type, name);

	return (ini_find(ini, title));
}

/* The index of the object that `key` of the section names. */
static bool
resolve(const struct ini *ini, const struct ini_section *section,
    const char *key, int *index, GError **error)
{
	const struct ini_entry *entry = ini_entry(section, key);
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *shown = NULL;
	g_autofree char *otherwise = NULL;
	g_autofree char *ending = NULL;
	const struct ini_section *target;
	guint i;

	target = section_of(ini, key, entry->value);
	if (target != NULL) {
		*index = target->index;
		return (true);
	}
	names = g_ptr_array_new();
	for (i = 0; i < ini->sections->len; i++) {
		target = ini->sections->pdata[i];
		if (strcmp(target->type, key) == 0)
			g_ptr_array_add(names, target->name);
	}
	shown = ini_clip(entry->value);
	otherwise = g_strdup_printf("add [%s %s]", key, shown);
	ending = suggest_ending(entry->value, names, otherwise);
	return (ini_fail(error, entry->where, "[%s] there is no [%s %s]%s",
	    section->title, key, shown, ending));
}

/* Both keys given: an error at `second`. */
static bool
exclude(const struct ini_section *section, const char *first,
    const char *second, GError **error)
{
	const struct ini_entry *a = ini_entry(section, first);
	const struct ini_entry *b = ini_entry(section, second);

	if (a == NULL || b == NULL)
		return (true);
	return (ini_fail(error, b->where,
	    "[%s] '%s' excludes '%s' of %s; keep one of them", section->title,
	    second, first, a->where));
}

/* The key given without the one that it belongs to. */
static bool
needs(const struct ini_section *section, const char *key, const char *other,
    GError **error)
{
	const struct ini_entry *entry = ini_entry(section, key);

	if (entry == NULL || ini_entry(section, other) != NULL)
		return (true);
	return (ini_fail(error, entry->where,
	    "[%s] '%s' goes only with '%s'; remove it", section->title, key,
	    other));
}

static bool
check_disk(const struct ini *ini, struct disk_config *disk, GError **error)
{
	static const char *const given[] = {"bandwidth", "channel_bandwidth"};
	const struct ini_section *section, *platform;
	const struct ini_entry *entry;
	size_t i;

	section = section_of(ini, "disk", disk->name);
	platform = ini_find(ini, "platform");
	entry = ini_entry(section, "platform_disk");
	if (platform == NULL && entry != NULL)
		return (ini_fail(error, entry->where,
		    "[%s] 'platform_disk' goes only with a section [platform]; "
		    "remove it",
		    section->title));
	if (!device_check(ini, section, disk, error))
		return (false);
	if (platform == NULL)
		return (
		    exclude(section, "bandwidth", "channel_bandwidth", error));
	if (disk->model != DISK_STATION)
		return (ini_fail(error, ini_entry(section, "model")->where,
		    "[%s] a disk of the file of [platform] is a station; "
		    "remove "
		    "one of them",
		    section->title));
	for (i = 0; i < G_N_ELEMENTS(given); i++) {
		entry = ini_entry(section, given[i]);
		if (entry != NULL)
			return (ini_fail(error, entry->where,
			    "[%s] '%s' is given by the file of [platform]; "
			    "remove it",
			    section->title, given[i]));
	}
	if (disk->platform_disk == NULL)
		disk->platform_disk = g_strdup(disk->name);
	return (true);
}

static bool
check_way_of_issuing(const struct ini_section *section, GError **error)
{
	if (ini_entry(section, "arrivals") == NULL &&
	    ini_entry(section, "depth") == NULL &&
	    ini_entry(section, "trace") == NULL)
		return (ini_fail(error, section->where,
		    "[%s] needs one of arrivals, depth and trace, such as "
		    "'depth = 4'",
		    section->title));
	return (exclude(section, "arrivals", "depth", error) &&
	    exclude(section, "arrivals", "trace", error) &&
	    exclude(section, "depth", "trace", error) &&
	    needs(section, "think", "depth", error) &&
	    needs(section, "pace", "trace", error));
}

static bool
check_size(const struct ini_section *section,
    const struct process_config *process, const struct file_config *file,
    GError **error)
{
	const struct ini_entry *entry = ini_entry(section, "size");
	g_autofree char *largest = NULL;
	g_autofree char *held = NULL;
	int64_t bound;

	/* A trace brings its own sizes and offsets. */
	bound = value_distribution_bound(&process->size);
	if (process->arrival == ARRIVAL_TRACE || bound <= file->size ||
	    (file->kind != FILE_REGULAR && file->kind != FILE_DIR &&
		file->kind != FILE_NFS))
		return (true);
	largest = quantity_format(&quantity_size, bound);
	held = quantity_format(&quantity_size, file->size);
	return (ini_fail(error, entry != NULL ? entry->where : section->where,
	    "[%s] size: requests of %s do not fit in [file %s] of %s; raise "
	    "the file's size",
	    section->title, largest, file->name, held));
}

static bool
check_end(const struct ini_section *section, const struct scenario *scenario,
    const struct process_config *process, GError **error)
{
	if (scenario->duration_ns != 0 || scenario->requests != 0 ||
	    process->requests != 0 || process->arrival == ARRIVAL_TRACE)
		return (true);
	return (ini_fail(error, section->where,
	    "[%s] never ends; set duration or requests in [scenario], or "
	    "requests here",
	    section->title));
}

/* "db.2" alone, and [process db] of two: one name for two processes. */
static bool
check_instance_names(const struct ini *ini, const struct scenario *scenario,
    const struct ini_section *section, const struct process_config *process,
    GError **error)
{
	g_autofree char *base = NULL;
	const struct process_config *other;
	const struct ini_section *several;
	int64_t instance;
	char *dot;

	base = g_strdup(process->name);
	dot = strrchr(base, '.');
	if (process->count != 1 || dot == NULL || dot[1] == '0')
		return (true);
	*dot = '\0';
	several = section_of(ini, "process", base);
	if (several == NULL)
		return (true);
	other = scenario->processes->pdata[several->index];
	if (other->count == 1 ||
	    !value_quantity(
		&quantity_integer, dot + 1, 1, other->count, &instance, NULL))
		return (true);
	return (ini_fail(error, section->where,
	    "[%s] has the name of an instance of [%s] at %s; rename it",
	    section->title, several->title, several->where));
}

static bool
check_process(const struct ini *ini, const struct scenario *scenario,
    struct process_config *process, GError **error)
{
	const struct ini_section *section;

	section = section_of(ini, "process", process->name);
	if (!check_way_of_issuing(section, error) ||
	    !resolve(ini, section, "file", &process->file_index, error))
		return (false);
	if (process->depth != 0)
		process->arrival = ARRIVAL_CLOSED;
	else if (process->trace != NULL)
		process->arrival = ARRIVAL_TRACE;
	return (check_size(section, process,
		    scenario->files->pdata[process->file_index], error) &&
	    check_end(section, scenario, process, error) &&
	    check_instance_names(ini, scenario, section, process, error));
}

static bool
check_run(
    const struct ini *ini, const struct scenario *scenario, GError **error)
{
	const struct ini_entry *warmup =
	    ini_entry(ini_find(ini, "scenario"), "warmup");

	if (scenario->processes->len == 0)
		return (ini_fail(error, ini->path,
		    "no process; add a section such as [process db] with "
		    "'file' and 'depth'"));
	if (warmup != NULL && scenario->duration_ns != 0 &&
	    scenario->warmup_ns >= scenario->duration_ns)
		return (ini_fail(error, warmup->where,
		    "[scenario] warmup: nothing is left of the duration; make "
		    "it shorter"));
	return (true);
}

/* Each tunable is set once at an instant: [sysctl at 1s] and [sysctl at
 * 1000ms] are the same one. */
static bool
check_sysctls(const struct scenario *scenario, GError **error)
{
	g_autoptr(GHashTable) seen = NULL;
	const struct sysctl_setting *setting;
	const char *earlier;
	char *instant;
	guint i;

	seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (i = 0; i < scenario->sysctls->len; i++) {
		setting =
		    &g_array_index(scenario->sysctls, struct sysctl_setting, i);
		instant = g_strdup_printf(
		    "%" G_GINT64_FORMAT " %s", setting->at_ns, setting->node);
		earlier = g_hash_table_lookup(seen, instant);
		g_hash_table_replace(seen, instant, setting->where);
		if (earlier != NULL)
			return (ini_fail(error, setting->where,
			    "%s is set for the same time at %s; keep one of "
			    "them",
			    setting->node, earlier));
	}
	return (true);
}

/* The files of a disk lie on it one behind the other, in the scenario's order.
 */
static bool
lay_out_files(
    const struct ini *ini, const struct scenario *scenario, GError **error)
{
	g_autofree int64_t *used = g_new0(int64_t, scenario->disks->len + 1);
	const struct disk_config *disk;
	struct file_config *file;
	int64_t capacity;
	guint i;

	for (i = 0; i < scenario->files->len; i++) {
		file = scenario->files->pdata[i];
		disk = scenario->disks->pdata[file->disk_index];
		/* A raw disk is all of the disk. */
		if (file->kind == FILE_RAWDISK)
			continue;
		capacity = device_capacity(scenario, disk);
		file->start = used[file->disk_index];
		if (file->size > capacity - file->start) {
			g_autofree char *held =
			    quantity_format(&quantity_size, capacity);

			return (ini_fail(error,
			    section_of(ini, "file", file->name)->where,
			    "[file %s] does not fit on [disk %s], which holds "
			    "%s; make 'size' smaller",
			    file->name, disk->name, held));
		}
		used[file->disk_index] += file->size;
	}
	return (true);
}

bool
scenario_check(const struct ini *ini, struct scenario *scenario, GError **error)
{
	struct file_config *file;
	guint i;

	for (i = 0; i < scenario->disks->len; i++)
		if (!check_disk(ini, scenario->disks->pdata[i], error))
			return (false);
	for (i = 0; i < scenario->files->len; i++) {
		file = scenario->files->pdata[i];
		if (!resolve(ini, section_of(ini, "file", file->name), "disk",
			&file->disk_index, error))
			return (false);
	}
	if (!lay_out_files(ini, scenario, error))
		return (false);
	for (i = 0; i < scenario->processes->len; i++)
		if (!check_process(
			ini, scenario, scenario->processes->pdata[i], error))
			return (false);
	return (
	    check_run(ini, scenario, error) && check_sysctls(scenario, error));
}
