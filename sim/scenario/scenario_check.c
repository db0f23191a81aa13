/*
 * What must hold between the parts of a scenario: references that resolve, keys
 * that need or exclude each other, and a run that can end.
 */

#include <string.h>

#include "sim/scenario/fault_keys.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/suggest.h"

/* More than any kernel has outstanding. */
#define RECORDED_CHANNELS 65536

struct ini_section *
scenario_section(const struct ini *ini, const char *type, const char *name)
{
	g_autofree char *title = g_strdup_printf("%s %s", type, name);

	return (ini_find(ini, title));
}

/* The index of the object that `key` of the section names. */
bool
scenario_resolve(const struct ini *ini, const struct ini_section *section,
    const char *key, int *index, GError **error)
{
	const struct ini_entry *entry = ini_entry(section, key);
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *shown = NULL;
	g_autofree char *otherwise = NULL;
	g_autofree char *ending = NULL;
	const struct ini_section *target;
	guint i;

	target = scenario_section(ini, key, entry->value);
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

/* What was measured contains all waiting at the device: none comes on top. */
static void
unlimit_recorded(const struct ini_section *section, struct disk_config *disk)
{
	if (!disk->recorded)
		return;
	if (ini_entry(section, "channels") == NULL)
		disk->channels = RECORDED_CHANNELS;
	if (ini_entry(section, "queue_depth") == NULL)
		disk->queue_depth = RECORDED_CHANNELS;
}

static bool
check_disk(const struct ini *ini, struct disk_config *disk, GError **error)
{
	static const char *const given[] = {"bandwidth", "channel_bandwidth"};
	const struct ini_section *section, *platform;
	const struct ini_entry *entry;
	size_t i;

	section = scenario_section(ini, "disk", disk->name);
	platform = ini_find(ini, "platform");
	entry = ini_entry(section, "platform_disk");
	unlimit_recorded(section, disk);
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

/* Only a recording says when its program collected. */
static bool
check_collect(const struct ini_section *section,
    const struct process_config *process, GError **error)
{
	const struct ini_entry *collect = ini_entry(section, "collect");

	if (process->collect != COLLECT_RECORDED ||
	    (process->arrival == ARRIVAL_TRACE && !process->trace_asap))
		return (true);
	return (ini_fail(error,
	    collect != NULL ? collect->where : section->where,
	    "[%s] collect = recorded replays a recording at its own pace: it "
	    "needs trace, and pace = recorded",
	    section->title));
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

/* Lists of requests, and a program that never collects. */
static bool
check_collecting(const struct ini_section *section,
    const struct scenario *scenario, const struct process_config *process,
    GError **error)
{
	const struct ini_entry *entry = ini_entry(section, "batch");

	if (process->batch > 1 && process->arrival == ARRIVAL_TRACE)
		return (ini_fail(error, entry->where,
		    "[%s] 'batch' does not go with a trace; remove it",
		    section->title));
	if (process->arrival == ARRIVAL_CLOSED &&
	    process->batch > process->depth)
		return (ini_fail(error, entry->where,
		    "[%s] a batch of more than depth never comes together; "
		    "make it at most %" G_GINT64_FORMAT,
		    section->title, process->depth));
	if (process->collect != COLLECT_NEVER)
		return (true);
	entry = ini_entry(section, "collect");
	if (process->arrival == ARRIVAL_CLOSED || process->trace_asap)
		return (ini_fail(error, entry->where,
		    "[%s] 'collect = never' needs arrivals: a closed loop "
		    "waits for results",
		    section->title));
	if (process->on_eagain == EAGAIN_RETRY && scenario->duration_ns == 0)
		return (ini_fail(error, entry->where,
		    "[%s] 'collect = never' tries again for ever; set duration "
		    "in [scenario], or on_eagain = drop",
		    section->title));
	return (true);
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
	several = scenario_section(ini, "process", base);
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
	const struct file_config *file;

	section = scenario_section(ini, "process", process->name);
	if (!check_way_of_issuing(section, error) ||
	    !scenario_resolve(
		ini, section, "file", &process->file_index, error))
		return (false);
	if (process->depth != 0)
		process->arrival = ARRIVAL_CLOSED;
	else if (process->trace != NULL)
		process->arrival = ARRIVAL_TRACE;
	file = scenario->files->pdata[process->file_index];
	return (check_collect(section, process, error) &&
	    check_size(section, process, file, error) &&
	    check_end(section, scenario, process, error) &&
	    check_collecting(section, scenario, process, error) &&
	    scenario_check_socket_process(section, scenario, process, error) &&
	    check_instance_names(ini, scenario, section, process, error));
}

/* "db", or "db.2" where there are two of it. */
static bool
is_instance(const struct scenario *scenario, const char *name)
{
	const struct process_config *process;
	guint i;

	for (i = 0; i < scenario->processes->len; i++) {
		g_autofree char *prefix = NULL;
		int64_t instance;

		process = scenario->processes->pdata[i];
		prefix = g_strconcat(process->name, ".", NULL);
		if (process->count > 1 && g_str_has_prefix(name, prefix) &&
		    value_quantity(&quantity_integer, name + strlen(prefix), 1,
			process->count, &instance, NULL))
			return (true);
	}
	return (false);
}

static bool
check_fault(const struct ini *ini, const struct scenario *scenario,
    struct fault *fault, GError **error)
{
	const struct ini_section *section;
	int index;

	section = scenario_section(ini, "fault", fault->name);
	if (!fault_check(section, fault, error))
		return (false);
	if (fault->disk != NULL &&
	    !scenario_resolve(ini, section, "disk", &fault->disk_index, error))
		return (false);
	if (fault->file != NULL &&
	    !scenario_resolve(ini, section, "file", &index, error))
		return (false);
	return (fault->process == NULL ||
	    is_instance(scenario, fault->process) ||
	    scenario_resolve(ini, section, "process", &index, error));
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

/* Ways of collecting that the kernel does not have are replaced by the one
 * that POSIX knows. */
static void
adapt_collect(struct scenario *scenario, struct process_config *process)
{
	const struct kernel_traits *traits = kernel_traits(scenario->kernel);
	const char *what = NULL;

	if (process->collect == COLLECT_WAITCOMPLETE &&
	    !traits->has_waitcomplete)
		what = "aio_waitcomplete";
	else if (process->collect == COLLECT_KEVENT &&
	    (traits->notifies & 1u << KERNEL_NOTIFY_KEVENT) == 0)
		what = "kevents of AIO";
	else if (process->collect == COLLECT_THREAD &&
	    (traits->notifies & 1u << KERNEL_NOTIFY_THREAD_ID) == 0)
		what = "SIGEV_THREAD";
	if (what == NULL)
		return;
	process->collect = COLLECT_SUSPEND;
	scenario_note(scenario,
	    g_strdup_printf("[process %s] collects with aio_suspend: %s has no "
			    "%s",
		process->name, scenario->kernel, what));
}

static bool
check_policies(
    const struct ini *ini, const struct scenario *scenario, GError **error)
{
	const struct kernel_policy_info *info;
	int policy;

	for (policy = 0; policy < POLICY_COUNT; policy++) {
		if (scenario->policies[policy] == 0 ||
		    kernel_has_policies(scenario->kernel))
			continue;
		info = kernel_policy((enum kernel_policy)policy);
		return (ini_fail(error,
		    ini_entry(ini_find(ini, "kernel"), info->name)->where,
		    "[kernel] %s has no '%s'; remove it", scenario->kernel,
		    info->name));
	}
	return (true);
}

bool
scenario_check(const struct ini *ini, struct scenario *scenario, GError **error)
{
	guint i;

	if (!check_policies(ini, scenario, error))
		return (false);
	for (i = 0; i < scenario->disks->len; i++)
		if (!check_disk(ini, scenario->disks->pdata[i], error))
			return (false);
	for (i = 0; i < scenario->files->len; i++)
		if (!scenario_check_file(ini, scenario->files->pdata[i], error))
			return (false);
	if (!device_lay_out_files(ini, scenario, error) ||
	    !scenario_check_network(ini, scenario, error))
		return (false);
	for (i = 0; i < scenario->processes->len; i++) {
		if (!check_process(
			ini, scenario, scenario->processes->pdata[i], error))
			return (false);
		adapt_collect(scenario, scenario->processes->pdata[i]);
	}
	for (i = 0; i < scenario->faults->len; i++)
		if (!check_fault(
			ini, scenario, scenario->faults->pdata[i], error))
			return (false);
	return (
	    check_run(ini, scenario, error) && check_sysctls(scenario, error));
}
