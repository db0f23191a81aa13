/*
 * summary.json and timing.json.  Decides how numbers become text that is the
 * same in every run: counts and times are integers, mean times have three
 * decimals, other reals six significant digits, each rounded once, in a fixed
 * order of operations, whatever the locale.
 */

#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/record/derived.h"
#include "sim/record/sinks.h"
#include "sim/record/summary_values.h"

static json_t *
refused_json(const struct results *r)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < r->tunable_count; i++)
		if (r->refused_by_limit[i] != 0)
			put_count(object, r->tunables[i].node,
			    r->refused_by_limit[i]);
	for (i = 0; i < KE_ERRNO_COUNT; i++)
		if (r->refused_by_errno[i] != 0)
			put_count(object,
			    kernel_errno_name((enum kernel_errno)i),
			    r->refused_by_errno[i]);
	for (i = 0; i < r->fault_count; i++)
		if (r->faults[i].refused != 0)
			put_count(
			    object, r->faults[i].name, r->faults[i].refused);
	return (object);
}

static json_t *
requests_json(const struct results *r)
{
	json_t *object = json_object();

	put_count(object, "issued", r->issued);
	put_count(object, "accepted", r->accepted);
	put_count(object, "completed", r->completed);
	put_count(object, "failed", r->failed);
	put_count(object, "cancelled", r->cancelled);
	put_count(object, "in_flight", r->in_flight);
	put(object, "refused", refused_json(r));
	return (object);
}

static json_t *
operations_json(const struct operation_counts *counts)
{
	json_t *object = json_object();

	put_count(object, "wanted", counts->wanted);
	put_count(object, "done", counts->done);
	put_count(object, "done_synchronously", counts->done_synchronously);
	put_count(object, "failed", counts->failed);
	put_count(object, "dropped", counts->dropped);
	return (object);
}

/* What each fault did, by its name alone. */
static json_t *
faults_json(const struct results *r)
{
	json_t *object = json_object(), *entry;
	size_t i;

	for (i = 0; i < r->fault_count; i++) {
		entry = json_object();
		put_count(entry, "refused", r->faults[i].refused);
		put_count(entry, "struck", r->faults[i].struck);
		put(object, r->faults[i].name + strlen("fault "), entry);
	}
	return (object);
}

static json_t *
latency_json(const struct results *r)
{
	json_t *object = json_object();
	unsigned i;

	for (i = 0; i < LATENCY_COUNT; i++)
		put(object, latency_names[i], histogram_json(r->latency[i]));
	return (object);
}

static json_t *
waited_json(const struct results *r)
{
	json_t *object = json_object(), *entry;
	size_t i;

	for (i = 0; i < r->tunable_count; i++) {
		if (r->waited[i].count == 0)
			continue;
		entry = json_object();
		put_count(entry, "count", r->waited[i].count);
		put_sum(entry, "ns", r->waited[i].ns);
		put(object, r->tunables[i].node, entry);
	}
	return (object);
}

static json_t *
pool_json(const struct pool_summary *pool, int64_t measured_ns)
{
	json_t *object = json_object();

	put_time(object, "min", gauge_least(&pool->alive));
	put_time(object, "max", gauge_most(&pool->alive));
	put_ratio(object, "mean", gauge_mean(&pool->alive, measured_ns));
	put_time(object, "created", pool->created);
	put_time(object, "reaped", pool->reaped);
	put_time(object, "final", pool->alive.value);
	put_ratio(object, "busy_mean", gauge_mean(&pool->busy, measured_ns));
	put_time(object, "busy_max", gauge_most(&pool->busy));
	return (object);
}

static json_t *
device_json(const struct device_summary *device, int64_t measured_ns)
{
	json_t *object = json_object();

	put_ratio(object, "utilization", utilization(device, measured_ns));
	put_ratio(object, "busy_mean",
	    gauge_mean(&device->busy_channels, measured_ns));
	put_ratio(
	    object, "queue_mean", gauge_mean(&device->queue, measured_ns));
	put_count(object, "reads", device->reads);
	put_count(object, "writes", device->writes);
	put_count(object, "syncs", device->syncs);
	put_count(object, "read_bytes", device->read_bytes);
	put_count(object, "write_bytes", device->write_bytes);
	return (object);
}

static json_t *
devices_json(const struct results *r)
{
	const struct device_summary *device;
	json_t *object = json_object();
	guint i;

	for (i = 0; i < r->devices->len; i++) {
		device = &g_array_index(r->devices, struct device_summary, i);
		put(object, device->name, device_json(device, r->measured_ns));
	}
	return (object);
}

static json_t *
file_json(const struct file_summary *file)
{
	json_t *object = json_object(), *part;

	if (file->locked) {
		part = json_object();
		put_count(part, "count", file->lock_waits);
		put_sum(part, "ns", file->lock_ns);
		put(object, "lock_waited", part);
	}
	if (file->cached) {
		part = json_object();
		put_count(part, "hits", file->hits);
		put_count(part, "misses", file->misses);
		put_ratio(part, "hit_ratio", file_hit_ratio(file));
		put_count(part, "blocks_written_back", file->written_back);
		put(object, "cache", part);
	}
	return (object);
}

/* Those with a lock or a cache; NULL if there are none. */
static json_t *
files_json(const struct results *r)
{
	const struct file_summary *file;
	json_t *object = NULL;
	guint i;

	for (i = 0; i < r->files->len; i++) {
		file = &g_array_index(r->files, struct file_summary, i);
		if (!file->locked && !file->cached)
			continue;
		if (object == NULL)
			object = json_object();
		put(object, file->name, file_json(file));
	}
	return (object);
}

static json_t *
direction_json(const struct link_summary *link, enum kernel_direction direction,
    int64_t measured_ns)
{
	json_t *object = json_object();

	put_ratio(object, "utilization",
	    gauge_mean(&link->busy[direction], measured_ns));
	put_ratio(object, "transfers_mean",
	    gauge_mean(&link->transfers[direction], measured_ns));
	put_count(object, "bytes", link->bytes[direction]);
	return (object);
}

/* As a whole a link is as full as the fuller of its directions. */
static json_t *
link_json(const struct link_summary *link, int64_t measured_ns)
{
	json_t *object = json_object();

	put_ratio(object, "utilization",
	    MAX(gauge_mean(&link->busy[KERNEL_SEND], measured_ns),
		gauge_mean(&link->busy[KERNEL_RECEIVE], measured_ns)));
	put_count(object, "bytes",
	    link->bytes[KERNEL_SEND] + link->bytes[KERNEL_RECEIVE]);
	put(object, "out", direction_json(link, KERNEL_SEND, measured_ns));
	put(object, "in", direction_json(link, KERNEL_RECEIVE, measured_ns));
	return (object);
}

static json_t *
links_json(const struct results *r)
{
	const struct link_summary *link;
	json_t *object = json_object();
	guint i;

	for (i = 0; i < r->links->len; i++) {
		link = &g_array_index(r->links, struct link_summary, i);
		put(object, link->name, link_json(link, r->measured_ns));
	}
	return (object);
}

static json_t *
network_json(const struct process_summary *process)
{
	const struct network_counts *counts = &process->network;
	json_t *object = json_object();

	put_time(object, "entered_bytes", counts->entered_bytes);
	put_time(object, "delivered_bytes", counts->delivered_bytes);
	put_time(object, "peer_read_bytes", counts->peer_read_bytes);
	put_time(object, "peer_sent_bytes", counts->peer_sent_bytes);
	put_time(object, "arrived_bytes", counts->arrived_bytes);
	put_time(object, "taken_bytes", counts->taken_bytes);
	if (process->response != NULL)
		put(object, "response_ns", histogram_json(process->response));
	return (object);
}

static json_t *
process_json(const struct process_summary *process)
{
	json_t *object = json_object();

	put_count(object, "issued", process->issued);
	put_count(object, "accepted", process->accepted);
	put_count(object, "refused", process->refused);
	put_count(object, "completed", process->completed);
	put_count(object, "failed", process->failed);
	put_count(object, "cancelled", process->cancelled);
	put(object, "operations", operations_json(&process->operations));
	if (process->network.connected)
		put(object, "network", network_json(process));
	put(object, "latency_ns", histogram_json(process->total));
	return (object);
}

static json_t *
processes_json(const struct results *r)
{
	const struct process_summary *process;
	json_t *object = json_object();
	guint i;

	for (i = 0; i < r->processes->len; i++) {
		process =
		    &g_array_index(r->processes, struct process_summary, i);
		put(object, process->name, process_json(process));
	}
	return (object);
}

static json_t *
sysctl_json(const struct results *r)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < r->tunable_count; i++)
		if (r->tunables[i].writable)
			put_time(
			    object, r->tunables[i].node, r->tunable_values[i]);
	return (object);
}

/* Only those that are not the kernel's own way. */
static json_t *
policies_json(const struct scenario *s)
{
	const struct kernel_policy_info *info;
	json_t *object = json_object();
	int policy;

	for (policy = 0; policy < POLICY_COUNT; policy++) {
		info = kernel_policy((enum kernel_policy)policy);
		if (s->policies[policy] != 0)
			put_words(object, info->name,
			    info->values[s->policies[policy]]);
	}
	return (object);
}

/* ---- Objects ---------------------------------------------------------- */

static void
put_identity(json_t *object, const struct results *r)
{
	char fingerprint[17];

	g_snprintf(
	    fingerprint, sizeof(fingerprint), "%016" PRIx64, r->fingerprint);
	put_count(object, "schema", SUMMARY_SCHEMA);
	put_words(object, "scenario", r->scenario->stem);
	put_words(object, "question", r->scenario->question);
	put_words(object, "kernel", r->kernel_name);
	put_words(object, "world", r->world);
	put_count(object, "seed", r->scenario->seed);
	put_count(object, "replication", r->scenario->replication);
	put_words(object, "version", AIOSIM_VERSION);
	put_words(object, "fingerprint", fingerprint);
	put_time(object, "simulated_ns", r->simulated_ns);
	put_time(object, "measured_ns", r->measured_ns);
	put(object, "stalled", json_boolean(r->stalled));
	put(object, "interrupted", json_boolean(r->interrupted));
}

/* Only where there are any. */
static void
put_notes(json_t *object, const struct results *r)
{
	const GPtrArray *notes = r->scenario->notes;
	json_t *list;
	guint i;

	if (notes == NULL || notes->len == 0)
		return;
	list = json_array();
	for (i = 0; i < notes->len; i++)
		json_array_append_new(list, json_string(notes->pdata[i]));
	put(object, "notes", list);
}

json_t *
summary_json(const struct results *r)
{
	json_t *object = json_object(), *part;

	put_identity(object, r);
	put_notes(object, r);
	put(object, "requests", requests_json(r));
	put(object, "operations", operations_json(&r->operations));
	put(object, "latency_ns", latency_json(r));
	put_ratio(object, "percentile_error", 1.0 / (2 << HISTOGRAM_BITS));
	put(object, "waited", waited_json(r));
	put_ratio(object, "throughput_per_s", throughput(r));
	part = json_object();
	put(part, r->pool_name, pool_json(&r->aiod, r->measured_ns));
	if (r->so_pool_name != NULL)
		put(part, r->so_pool_name,
		    pool_json(&r->soaiod, r->measured_ns));
	put(object, "pools", part);
	part = json_object();
	put_ratio(part, "mean", gauge_mean(&r->queue_depth, r->measured_ns));
	put_time(part, "max", gauge_most(&r->queue_depth));
	put(object, "queue_depth", part);
	put(object, "devices", devices_json(r));
	part = files_json(r);
	if (part != NULL)
		put(object, "files", part);
	put(object, "links", links_json(r));
	put(object, "processes", processes_json(r));
	put(object, "sysctl", sysctl_json(r));
	part = policies_json(r->scenario);
	if (json_object_size(part) > 0)
		put(object, "policies", part);
	else
		json_decref(part);
	put(object, "faults", faults_json(r));
	return (object);
}

json_t *
timing_json(const struct results *r)
{
	uint64_t finished = r->completed + r->failed + r->cancelled;
	json_t *object = json_object();
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	put_rounded(object, "wall_s", "%.6f", r->wall_s);
	put_ratio(object, "requests_per_wall_s",
	    r->wall_s > 0 ? (double)finished / r->wall_s : 0);
	/* In KiB on Linux and the BSDs. */
	put_time(object, "max_rss_bytes", (int64_t)usage.ru_maxrss * 1024);
	put_words(object, "host", g_get_host_name());
	return (object);
}

void
json_write(FILE *file, const json_t *object)
{
	int status = json_dumpf(
	    object, file, JSON_INDENT(2) | JSON_REAL_PRECISION(JSON_DIGITS));

	/* A full disk is told by the stream; anything else is our mistake. */
	g_assert(status == 0 || ferror(file));
	putc('\n', file);
}
