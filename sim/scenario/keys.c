/*
 * The table of keys, and reading a section by it.
 */

#include "sim/scenario/keys.h"

#include <stddef.h>
#include <string.h>

#include "sim/fault.h"
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
#define OF_LINK(member) offsetof(struct link_config, member)
#define OF_PEER(member) offsetof(struct peer_config, member)
#define OF_TRAFFIC(member) offsetof(struct traffic_config, member)
#define OF_PROCESS(member) offsetof(struct process_config, member)
#define OF_FAULT(member) offsetof(struct fault, member)
#define COST(cost) (OF_SCENARIO(costs_ns) + (cost) * sizeof(int64_t))

const struct section_type section_types[] = {
    {"scenario", NULL, "The run as a whole."},
    {"kernel", NULL, "Whose asynchronous I/O is simulated."},
    {"sysctl", NULL,
	"Tunables at boot, by node; [sysctl at TIME] changes them later."},
    {"cpu", NULL,
	"The processors, and what each step of the kernel costs them."},
    {"platform", NULL, "A SimGrid platform file: disks, hosts and links."},
    {"host", NULL, "Where the kernel runs."},
    {"record", NULL, "What is written down."},
    {"disk", "ada0", "A device that serves requests."},
    {"file", "data", "A file that processes open."},
    {"cache", NULL, "The cache of files in memory."},
    {"process", "db", "A program that issues requests."},
    {"link", "em0", "A network link: a NIC and its cable."},
    {"peer", "clients",
	"What is at the other end of a socket; each socket has its own."},
    {"traffic", "backup", "What else goes over a link."},
    {"fault", "bad-block", "Something that goes wrong, on demand."},
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
    {"scenario", "network", &type_network, OF_SCENARIO(network), 0, 0, "cm02",
	NULL,
	"SimGrid's network model: plain bandwidth and latency, or factors of "
	"TCP; lv08 needs --world simgrid."},

    {"kernel", "name", &type_kernel, 0, 0, 0, NULL, "the first of them",
	"The kernel, as aiosim kernels lists it."},
    {"kernel", "hz", &type_hz, OF_SCENARIO(hz), 1, 1000000, NULL,
	"the kernel's: 1000, NetBSD 100", "Clock ticks a second."},
    {"kernel", "creation", &type_creation, OF_SCENARIO(no_room), 0, 0, "works",
	NULL, "Whether there is room for daemons; what a kernel does without."},
    /* Not any kernel's own, but for the defaults; `low` is the policy. */
    {"kernel", "idle_order", &type_idle_order, OF_SCENARIO(policies),
	POLICY_IDLE_ORDER, 0, "lifo", NULL,
	"A change to try: which idle daemon serves next, the last to go idle "
	"or the first."},
    {"kernel", "wake_on_raise", &type_wake_on_raise, OF_SCENARIO(policies),
	POLICY_WAKE_ON_RAISE, 0, "no", NULL,
	"A change to try: raising a limit of daemons kicks for what waits."},
    {"kernel", "create", &type_create, OF_SCENARIO(policies), POLICY_CREATE, 0,
	"one_at_a_time", NULL,
	"A change to try: the task thread does not wait for each daemon to "
	"start."},
    {"kernel", "limits", &type_limits, OF_SCENARIO(policies), POLICY_LIMITS, 0,
	"kernel", NULL,
	"A change to try: the two limits per process as aio(4) describes "
	"them."},

    {"sysctl", "file", &type_path, 0, 0, 0, NULL, "none",
	"What sysctl vfs.aio printed, or a sysctl.conf: nodes given here "
	"override it, those of other subsystems are passed over."},

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

    {"host", "name", &type_name, OF_SCENARIO(host), 0, 0, NULL, "the first",
	"The kernel's host in the platform file; only with [platform]."},

    {"record", "series_interval", &type_time, OF_SCENARIO(series_interval_ns),
	1, TIME_MAX, NULL, "every change",
	"Least simulated time between two rows of series.csv."},

    {"disk", "model", &type_disk_model, 0, 0, 0, "station", NULL,
	"How it serves; each model has keys of its own."},

    {"file", "kind", &type_file_kind, 0, 0, 0, "regular", NULL,
	"What the file is to the kernel."},
    {"file", "disk", &type_name, OF_FILE(disk), 0, 0, NULL,
	"must be given, but for pipe, fifo, tty and socket",
	"The [disk] that it lies on."},
    {"file", "size", &type_size, OF_FILE(size), 0, FILE_SIZE_MAX, "1g", NULL,
	"Its size, in which offsets are drawn."},
    {"file", "lock", &type_file_lock, 0, 0, 0, "none", NULL,
	"Who waits for whom: UFS lets a writer exclude all others, ZFS by byte "
	"ranges."},
    {"file", "cache", &type_file_cache, 0, 0, 0, "none", NULL,
	"Its share of reads that hit, or the blocks used last, by [cache]."},
    {"file", "data_after", &type_data_after, 0, 0, TIME_MAX, "0s", NULL,
	"Pipe, fifo, tty: how long a read waits for its data."},
    {"file", "block_size", &type_size, OF_FILE(block_size), 0, SIZE_MAX_BYTES,
	"512", NULL,
	"Raw disk: requests must be a multiple of it; 0: it takes none."},
    {"file", "iosize_max", &type_size, OF_FILE(iosize_max), 1, SIZE_MAX_BYTES,
	"128k", NULL, "Raw disk: the largest request of its driver."},
    {"file", "unmapped", &type_flag, OF_FILE(unmapped), 0, 0, "yes", NULL,
	"Raw disk: its driver takes unmapped buffers, which no limit counts."},

    {"file", "peer", &type_name, OF_FILE(peer), 0, 0, NULL,
	"other than a socket", "Socket: the [peer] that it is connected to."},
    {"file", "send_buffer", &type_size, OF_FILE(send_buffer), 1, REQUEST_MAX,
	"32k", NULL,
	"Socket: what is sent stays in it until it is acknowledged."},
    {"file", "send_lowat", &type_size, OF_FILE(send_lowat), 1, REQUEST_MAX,
	"2k", NULL, "Socket: the space that a writer waits for."},
    {"file", "receive_buffer", &type_size, OF_FILE(receive_buffer), 1,
	REQUEST_MAX, "64k", NULL,
	"Socket: what the peer may have sent and nobody has read."},
    {"file", "segment", &type_size, OF_FILE(segment), 1, REQUEST_MAX, "1460",
	NULL, "Socket: the most that crosses a link at once, either way."},
    {"file", "nonblocking", &type_flag, OF_FILE(nonblocking), 0, 0, "no", NULL,
	"Socket: O_NONBLOCK."},
    {"file", "copy", &type_time, OF_FILE(copy_ns), 0, S, "0s", NULL,
	"Socket: time of each copy between a buffer and the program."},
    {"file", "copy_per_byte", &type_time, OF_FILE(copy_byte_ns), 0, S, "0s",
	NULL, "Socket: and so much for each of its bytes."},

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
    {"process", "serves", &type_flag, OF_PROCESS(serves), 0, 0, "no", NULL,
	"Socket: a server, which reads a request, writes the peer's reply, and "
	"so on; with depth = 1."},
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
	"How it learns of completions; poll alone is poll(1ms), recorded "
	"replays the recorded program's own calls."},
    {"process", "on_eagain", &type_on_eagain, 0, 0, 0, "retry(1ms)", NULL,
	"What it does after EAGAIN; what comes later waits behind a retry."},
    {"process", "batch", &type_integer, OF_PROCESS(batch), 1, 1000000, "1",
	NULL,
	"Requests to a lio_listio, which waits for so many; 1: no lists."},
    {"process", "requests", &type_integer, OF_PROCESS(requests), 1, COUNT_MAX,
	NULL, "no limit", "Operations after which each process stops issuing."},

    {"link", "bandwidth", &type_rate, OF_LINK(bandwidth), 1, SIZE_MAX_BYTES,
	NULL, NULL,
	"Of each direction, shared equally by the transfers in it."},
    {"link", "latency", &type_time, OF_LINK(latency_ns), 0, TIME_MAX, "0s",
	NULL, "From one end to the other."},

    {"peer", "link", &type_name, OF_PEER(route.link), 0, 0, NULL,
	"host, with [platform]", "The [link] that leads to it."},
    {"peer", "host", &type_name, OF_PEER(route.host), 0, 0, NULL, "link",
	"Its host in the platform file; only with [platform]."},
    {"peer", "receive_buffer", &type_size, OF_PEER(receive_buffer), 1,
	REQUEST_MAX, "64k", NULL,
	"What may be sent to it that it has not read: a full one stops the "
	"sender."},
    {"peer", "reads", &type_rate, OF_PEER(reads), 1, SIZE_MAX_BYTES, NULL,
	"at once", "Rate at which it reads what comes."},
    {"peer", "sends", &type_sends, OF_PEER(sends), 1, REQUEST_MAX, NULL,
	"nothing", "Size of its requests."},
    {"peer", "think", &type_times, OF_PEER(think), 0, TIME_MAX, "0s", NULL,
	"Time before each of its requests."},
    {"peer", "reply", &type_size, OF_PEER(reply), 0, REQUEST_MAX, "0", NULL,
	"Bytes that it waits for after a request, before it thinks again."},
    {"peer", "requests", &type_integer, OF_PEER(requests), 1, COUNT_MAX, NULL,
	"no limit", "Requests after which it has no more to send."},
    {"peer", "reset_at", &type_time, OF_PEER(reset_at_ns), 1, TIME_MAX, NULL,
	"never", "It resets the connection so long after its process began."},
    {"peer", "reset_after", &type_size, OF_PEER(reset_after), 1, SIZE_MAX_BYTES,
	NULL, "never", "It resets the connection when it has read so much."},

    {"traffic", "link", &type_name, OF_TRAFFIC(route.link), 0, 0, NULL,
	"host, with [platform]", "The [link] that it goes over."},
    {"traffic", "host", &type_name, OF_TRAFFIC(route.host), 0, 0, NULL, "link",
	"Its other host in the platform file; only with [platform]."},
    {"traffic", "direction", &type_towards, 0, 0, 0, "out", NULL,
	"Away from the kernel's host, or to it."},
    {"traffic", "flows", &type_integer, OF_TRAFFIC(flows), 1, 100000, "1", NULL,
	"Transfers at once, each with a share of its own."},
    {"traffic", "size", &type_size, OF_TRAFFIC(size), 1, REQUEST_MAX, "64k",
	NULL, "Bytes of a transfer."},
    {"traffic", "think", &type_times, OF_TRAFFIC(think), 0, TIME_MAX, "0s",
	NULL, "Time between a flow's transfers; 0s: it always sends."},
    {"traffic", "start", &type_time, OF_TRAFFIC(start_ns), 0, TIME_MAX, "0s",
	NULL, "Simulated time at which it begins."},

    {"fault", "file", &type_name, OF_FAULT(file), 0, 0, NULL, "any file",
	"The [file] whose requests it strikes."},
    {"fault", "process", &type_name, OF_FAULT(process), 0, 0, NULL,
	"any process",
	"The [process] whose requests it strikes, or one instance: db.2."},
    {"fault", "disk", &type_name, OF_FAULT(disk), 0, 0, NULL, "none",
	"The [disk] that stalls or dies."},
    {"fault", "call", &type_fault_call, 0, 0, 0, "any", NULL,
	"The operations that it strikes."},
    {"fault", "nth", &type_integer, OF_FAULT(nth), 1, COUNT_MAX, NULL,
	"not by number",
	"Only the nth of these operations, over all processes concerned."},
    {"fault", "share", &type_share, OF_FAULT(share), 0, 1, "1", NULL,
	"The share of these operations, chosen at random."},
    {"fault", "from", &type_time, OF_FAULT(from_ns), 0, TIME_MAX, "0s", NULL,
	"Simulated time at which it begins."},
    {"fault", "for", &type_time, OF_FAULT(for_ns), 1, TIME_MAX, NULL,
	"to the end", "How long it lasts."},
    {"fault", "effect", &type_fault_effect, 0, 0, 0, NULL, NULL,
	"What happens: the request fails, or its submission (EAGAIN), or it "
	"moves a part of its bytes, or takes longer; the disk begins and ends "
	"nothing for a while, or fails everything from then on."},
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
