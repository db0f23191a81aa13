/*
 * The table of keys, and reading a section by it.
 */

#include "sim/scenario/keys.h"

#include <stddef.h>
#include <string.h>

#include "sim/scenario/device_keys.h"
#include "sim/scenario/suggest.h"

#define S INT64_C(1000000000)
#define TIME_MAX (INT64_C(1000000000) * S) /* 31 years: sums still fit */
#define SIZE_MAX_BYTES (INT64_C(1) << 60)
#define REQUEST_MAX (INT64_C(1) << 40)
#define COUNT_MAX INT64_C(1000000000000000000)

#define OF_SCENARIO(member) offsetof(struct scenario, member)
#define OF_DISK(member) offsetof(struct disk_config, member)
#define OF_FILE(member) offsetof(struct file_config, member)
#define OF_PROCESS(member) offsetof(struct process_config, member)
#define COST(cost) (OF_SCENARIO(costs_ns) + (cost) * sizeof(int64_t))

const struct section_type section_types[] = {
    {"scenario", NULL, "The run as a whole."},
    {"kernel", NULL, "Whose asynchronous I/O is simulated."},
    {"sysctl", NULL,
	"Tunables at boot, by node; [sysctl at TIME] changes them later."},
    {"cpu", NULL,
	"The processors, and what each step of the kernel costs them."},
    {"platform", NULL, "A SimGrid platform file with the disks."},
    {"record", NULL, "What is written down."},
    {"disk", "ada0", "A device that serves requests."},
    {"file", "data", "A file that processes open."},
    {"cache", NULL, "The cache of files in memory."},
    {"process", "db", "A program that issues requests."},
    {"sweep", NULL,
	"What aiosim sweep varies: keys as in --set, values in a list."},
    {NULL, NULL, NULL},
};

const struct key keys[] = {
    {"scenario", "question", &type_text, OF_SCENARIO(question), 0, 0, NULL,
	"none", "What the scenario is to find out, in a sentence."},
    {"scenario", "duration", &type_time, OF_SCENARIO(duration_ns), 1, TIME_MAX,
	NULL, "no end", "Simulated time after which the run is cut."},
    {"scenario", "requests", &type_integer, OF_SCENARIO(requests), 1, COUNT_MAX,
	NULL, "no limit",
	"Operations, over all processes, after which issuing ends."},
    {"scenario", "warmup", &type_time, OF_SCENARIO(warmup_ns), 0, TIME_MAX,
	"0s", NULL, "Simulated time before figures are counted."},
    {"scenario", "seed", &type_integer, OF_SCENARIO(seed), 0, INT64_MAX, "1",
	NULL, "Seed of all random numbers."},

    {"kernel", "name", &type_kernel, 0, 0, 0, NULL, "the first of them",
	"The kernel, as aiosim kernels lists it."},
    {"kernel", "hz", &type_hz, OF_SCENARIO(hz), 1, 1000000, "1000", NULL,
	"Clock ticks a second."},

    {"cpu", "cores", &type_integer, OF_SCENARIO(cores), 1, 1024, "1", NULL,
	"CPUs that processes and daemons share."},
    /* The single costs follow it, since they override it. */
    {"cpu", "costs", &type_costs, 0, 0, 0, "none", NULL,
	"Costs that are not given one by one: zero, or a typical x86's."},
    {"cpu", "syscall", &type_time, COST(COST_SYSCALL), 0, S, NULL, "by costs",
	"Entering and leaving a system call."},
    {"cpu", "submit", &type_time, COST(COST_SUBMIT), 0, S, NULL, "by costs",
	"Bookkeeping of one request at submission."},
    {"cpu", "wakeup", &type_time, COST(COST_WAKEUP), 0, S, NULL, "by costs",
	"Waking a sleeping thread, paid by the waker."},
    {"cpu", "switch", &type_time, COST(COST_SWITCH), 0, S, NULL, "by costs",
	"A context switch, paid by the thread switched to."},
    {"cpu", "vmspace", &type_time, COST(COST_VMSPACE), 0, S, NULL, "by costs",
	"A daemon changing its address space."},
    {"cpu", "create", &type_time, COST(COST_CREATE), 0, S, NULL, "by costs",
	"Creating a daemon, paid by the creator."},
    {"cpu", "exit", &type_time, COST(COST_EXIT), 0, S, NULL, "by costs",
	"A daemon's exit."},
    {"cpu", "complete", &type_time, COST(COST_COMPLETE), 0, S, NULL, "by costs",
	"Bookkeeping of one request at completion."},
    {"cpu", "collect", &type_time, COST(COST_COLLECT), 0, S, NULL, "by costs",
	"Taking one result."},
    {"cpu", "copy", &type_time, COST(COST_COPY), 0, S, NULL, "by costs",
	"Copying a KiB of data, paid by the daemon before it serves."},

    {"platform", "file", &type_path, OF_SCENARIO(platform), 0, 0, NULL, NULL,
	"The platform file."},

    {"record", "series_interval", &type_time, OF_SCENARIO(series_interval_ns),
	1, TIME_MAX, NULL, "every change",
	"Least simulated time between two rows of series.csv."},

    {"disk", "model", &type_disk_model, 0, 0, 0, "station", NULL,
	"How it serves; each model has keys of its own."},

    {"file", "kind", &type_file_kind, 0, 0, 0, "regular", NULL,
	"What the file is to the kernel."},
    {"file", "disk", &type_name, OF_FILE(disk), 0, 0, NULL, NULL,
	"The [disk] that it lies on."},
    {"file", "size", &type_size, OF_FILE(size), 0, SIZE_MAX_BYTES, "1g", NULL,
	"Its size, in which offsets are drawn."},
    {"file", "lock", &type_file_lock, 0, 0, 0, "none", NULL,
	"Who waits for whom: UFS lets a writer exclude all others, ZFS by byte "
	"ranges."},
    {"file", "cache", &type_file_cache, 0, 0, 0, "none", NULL,
	"Its share of reads that hit, or the blocks used last, by [cache]."},

    {"cache", "size", &type_size, OF_SCENARIO(cache.size), 512, SIZE_MAX_BYTES,
	"1g", NULL, "Bytes that it holds of the files with cache = lru."},
    {"cache", "block", &type_size, OF_SCENARIO(cache.block), 512, 1 << 30,
	"32k", NULL, "Bytes that come and go together."},
    {"cache", "dirty_limit", &type_size, OF_SCENARIO(cache.dirty_limit), 512,
	SIZE_MAX_BYTES, NULL, "a quarter of size",
	"Dirty bytes above which writers wait until half of them are clean."},
    {"cache", "syncer", &type_time, OF_SCENARIO(cache.syncer_ns), 0, TIME_MAX,
	"30s", NULL, "Age at which a dirty block is written back."},
    {"cache", "read_ahead", &type_size, OF_SCENARIO(cache.read_ahead), 0,
	1 << 30, "2m", NULL,
	"What a sequential read that misses reads beyond its end."},

    {"process", "count", &type_integer, OF_PROCESS(count), 1, 100000, "1", NULL,
	"Processes of this kind: with 2, db.1 and db.2."},
    {"process", "file", &type_name, OF_PROCESS(file), 0, 0, NULL, NULL,
	"The [file] that it works on."},
    {"process", "start", &type_time, OF_PROCESS(start_ns), 0, TIME_MAX, "0s",
	NULL, "Simulated time at which it begins."},
    {"process", "arrivals", &type_arrivals, 0, 0, 0, NULL, "depth or trace",
	"Open loop: operations come at this rate."},
    {"process", "depth", &type_integer, OF_PROCESS(depth), 1, 1000000, NULL,
	"arrivals or trace", "Closed loop: operations outstanding at once."},
    {"process", "think", &type_times, OF_PROCESS(think), 0, TIME_MAX, "0s",
	NULL, "Closed loop: time between a result and the next operation."},
    {"process", "trace", &type_path, OF_PROCESS(trace), 0, 0, NULL,
	"arrivals or depth", "A file of recorded operations."},
    {"process", "pace", &type_pace, 0, 0, 0, "recorded", NULL,
	"Trace: at the recorded times, or as soon as possible."},
    {"process", "read", &type_share, OF_PROCESS(read), 0, 1, "1", NULL,
	"Share of reads; the rest writes."},
    {"process", "size", &type_sizes, OF_PROCESS(size), 1, REQUEST_MAX, "4k",
	NULL, "Size of an operation."},
    {"process", "offset", &type_offset, 0, 0, 0, "random", NULL,
	"Where in the file an operation goes."},
    {"process", "collect", &type_collect, 0, 0, 0, "waitcomplete", NULL,
	"How it learns of completions; poll alone is poll(1ms)."},
    {"process", "on_eagain", &type_on_eagain, 0, 0, 0, "retry(1ms)", NULL,
	"What it does after EAGAIN; retry alone is retry(1ms)."},
    {"process", "requests", &type_integer, OF_PROCESS(requests), 1, COUNT_MAX,
	NULL, "no limit", "Operations after which each process stops issuing."},
    {NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL},
};

const struct section_type *
keys_section(const char *name)
{
	const struct section_type *type;

	for (type = section_types; type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return (type);
	return (NULL);
}

const struct key *
keys_find(const char *section, const char *name)
{
	const struct key *key;

	for (key = keys; key->section != NULL; key++)
		if (strcmp(key->section, section) == 0 &&
		    strcmp(key->name, name) == 0)
			return (key);
	for (key = device_keys; key->section != NULL; key++)
		if (strcmp(section, "disk") == 0 &&
		    strcmp(key->name, name) == 0)
			return (key);
	return (NULL);
}

bool
keys_unknown_section(const char *where, const char *name, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *shown = ini_clip(name);
	g_autofree char *ending = NULL;
	const struct section_type *type;

	for (type = section_types; type->name != NULL; type++)
		g_ptr_array_add(names, (void *)(uintptr_t)type->name);
	ending = suggest_ending(name, names, "'aiosim keys' lists all");
	return (
	    ini_fail(error, where, "unknown section '%s'%s", shown, ending));
}

static bool
unknown_key(const struct ini_section *section, const struct ini_entry *entry,
    GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *shown = ini_clip(entry->key);
	g_autofree char *ending = NULL;
	const struct key *key;

	for (key = keys; key->section != NULL; key++)
		if (strcmp(key->section, section->type) == 0)
			g_ptr_array_add(names, (void *)(uintptr_t)key->name);
	for (key = device_keys; key->section != NULL; key++)
		if (strcmp(section->type, "disk") == 0)
			g_ptr_array_add(names, (void *)(uintptr_t)key->name);
	ending = suggest_ending(entry->key, names, "'aiosim keys' lists all");
	return (ini_fail(error, entry->where, "[%s] unknown key '%s'%s",
	    section->title, shown, ending));
}

/* Names go into file names, tables and --set: letters, digits, '.', '_', '-'.
 */
static bool
check_name(const struct ini_section *section, const struct section_type *type,
    GError **error)
{
	g_autofree char *shown = ini_clip(section->title);
	const char *p;

	if (type->object == NULL && section->name != NULL)
		return (ini_fail(error, section->where,
		    "[%s] takes no name, expected [%s]", shown, type->name));
	if (type->object == NULL)
		return (true);
	if (section->name == NULL)
		return (ini_fail(error, section->where,
		    "[%s] needs a name, such as [%s %s]", type->name,
		    type->name, type->object));
	for (p = section->name;
	     g_ascii_isalnum(*p) || (*p != '\0' && strchr("._-", *p) != NULL);
	     p++)
		;
	if (*p != '\0' || p - section->name > 64)
		return (ini_fail(error, section->where,
		    "[%s] expected a name of at most 64 letters, digits, '.', "
		    "'_' and '-', such as [%s %s]",
		    shown, type->name, type->object));
	return (true);
}

bool
keys_check(const struct ini *ini, GError **error)
{
	const struct ini_section *section;
	const struct section_type *type;
	const struct ini_entry *entry;
	guint i, j;

	for (i = 0; i < ini->sections->len; i++) {
		section = ini->sections->pdata[i];
		type = keys_section(section->type);
		if (type == NULL)
			return (keys_unknown_section(
			    section->where, section->type, error));
		if (strcmp(type->name, "sysctl") == 0)
			continue;
		if (!check_name(section, type, error))
			return (false);
		if (strcmp(type->name, "sweep") == 0)
			continue;
		for (j = 0; j < section->entries->len; j++) {
			entry = section->entries->pdata[j];
			if (keys_find(type->name, entry->key) == NULL)
				return (unknown_key(section, entry, error));
			if (!device_key_check(section, entry, error))
				return (false);
		}
	}
	return (true);
}

static bool
fill_key(const struct key *key, const struct ini_section *section,
    const char *directory, void *object, GError **error)
{
	const struct ini_entry *entry = ini_entry(section, key->name);
	g_autoptr(GError) problem = NULL;
	bool good;

	if (entry == NULL && key->fallback != NULL) {
		good = key->type->parse(key, key->fallback, NULL, object, NULL);
		g_assert(good);
		return (true);
	}
	if (entry == NULL) {
		if (key->absent != NULL || section == NULL)
			return (true);
		return (ini_fail(error, section->where,
		    "[%s] the key '%s' is missing: %s", section->title,
		    key->name, key->sentence));
	}
	if (key->type->parse(key, entry->value, directory, object, &problem))
		return (true);
	if (problem->code == SCENARIO_BAD_VALUE)
		return (ini_fail(error, entry->where, "[%s] %s: %s",
		    section->title, key->name, problem->message));
	g_propagate_error(error, g_steal_pointer(&problem));
	return (false);
}

bool
keys_fill(const char *type, const struct ini_section *section,
    const char *directory, void *object, GError **error)
{
	const struct key *key;

	for (key = keys; key->section != NULL; key++)
		if (strcmp(key->section, type) == 0 &&
		    !fill_key(key, section, directory, object, error))
			return (false);
	for (key = device_keys; key->section != NULL; key++)
		if (strcmp(type, "disk") == 0 &&
		    device_key_goes_with(key, section) &&
		    !fill_key(key, section, directory, object, error))
			return (false);
	return (true);
}
