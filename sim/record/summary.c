/*
 * summary.json and timing.json.  Decides how numbers become text that is the
 * same in every run: counts and times are integers, mean times have three
 * decimals, other reals six significant digits, each rounded once, in a fixed
 * order of operations, whatever the locale.
 */

#include <inttypes.h>
#include <jansson.h>
#include <sys/resource.h>

#include "sim/record/derived.h"
#include "sim/record/sinks.h"

#define SCHEMA 1
/* Enough for any mean below 1000 s to the picosecond, and few enough that a
 * rounded decimal is written as it was rounded. */
#define DIGITS 15

static const struct {
	const char *name;
	double p;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

/* ---- Values ----------------------------------------------------------- */

static void
put(json_t *object, const char *key, json_t *value)
{
	int status = json_object_set_new(object, key, value);

	g_assert(status == 0);
}

static void
put_rounded(json_t *object, const char *key, const char *format, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(text, sizeof(text), format, value);
	put(object, key, json_real(g_ascii_strtod(text, NULL)));
}

static void
put_mean(json_t *object, const char *key, double value)
{
	put_rounded(object, key, "%.3f", value);
}

static void
put_ratio(json_t *object, const char *key, double value)
{
	put_rounded(object, key, "%.6g", value);
}

static void
put_count(json_t *object, const char *key, uint64_t value)
{
	g_assert(value <= INT64_MAX);
	put(object, key, json_integer((json_int_t)value));
}

static void
put_time(json_t *object, const char *key, int64_t ns)
{
	put(object, key, json_integer(ns));
}

/* A sum may be beyond what an integer of JSON holds elsewhere. */
static void
put_sum(json_t *object, const char *key, __int128 sum)
{
	if (sum <= INT64_MAX)
		put(object, key, json_integer((json_int_t)sum));
	else
		put_rounded(object, key, "%.15g", (double)sum);
}

/* Names of files may be in any encoding; JSON is UTF-8. */
static void
put_words(json_t *object, const char *key, const char *text)
{
	g_autofree char *valid =
	    g_utf8_make_valid(text != NULL ? text : "", -1);

	put(object, key, json_string(valid));
}

/* ---- Parts ------------------------------------------------------------ */

static json_t *
histogram_json(const struct histogram *h)
{
	json_t *object = json_object();
	size_t i;

	put_count(object, "count", histogram_count(h));
	if (histogram_count(h) == 0)
		return (object);
	put_mean(object, "mean", histogram_mean(h));
	put_time(object, "min", histogram_min(h));
	for (i = 0; i < G_N_ELEMENTS(quantiles); i++)
		put_time(object, quantiles[i].name,
		    histogram_quantile(h, quantiles[i].p));
	put_time(object, "max", histogram_max(h));
	return (object);
}

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
operations_json(uint64_t wanted, uint64_t done, uint64_t done_synchronously,
    uint64_t dropped)
{
	json_t *object = json_object();

	put_count(object, "wanted", wanted);
	put_count(object, "done", done);
	put_count(object, "done_synchronously", done_synchronously);
	put_count(object, "dropped", dropped);
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
process_json(const struct process_summary *process)
{
	json_t *object = json_object();

	put_count(object, "issued", process->issued);
	put_count(object, "accepted", process->accepted);
	put_count(object, "refused", process->refused);
	put_count(object, "completed", process->completed);
	put_count(object, "failed", process->failed);
	put_count(object, "cancelled", process->cancelled);
	put(object, "operations",
	    operations_json(process->wanted, process->done,
		process->done_synchronously, process->dropped));
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

/* ---- Objects ---------------------------------------------------------- */

static void
put_identity(json_t *object, const struct results *r)
{
	char fingerprint[17];

	g_snprintf(
	    fingerprint, sizeof(fingerprint), "%016" PRIx64, r->fingerprint);
	put_count(object, "schema", SCHEMA);
	put_words(object, "scenario", r->scenario->stem);
	put_words(object, "question", r->scenario->question);
	put_words(object, "kernel", r->kernel_name);
	put_words(object, "world", r->world);
	put_count(object, "seed", r->scenario->seed);
	put_count(object, "replication", r->scenario->replication);
	put_words(object, "version", AIOSIM_VERSION);
	put_words(object, "fingerprint", fingerprint);
	put_time(object, "simulated_ns", r->simulated_ns);
	put(object, "stalled", json_boolean(r->stalled));
	put(object, "interrupted", json_boolean(r->interrupted));
}

json_t *
summary_json(const struct results *r)
{
	json_t *object = json_object(), *part;

	put_identity(object, r);
	put(object, "requests", requests_json(r));
	put(object, "operations",
	    operations_json(
		r->wanted, r->done, r->done_synchronously, r->dropped));
	put(object, "latency_ns", latency_json(r));
	put_ratio(object, "percentile_error", 1.0 / (2 << HISTOGRAM_BITS));
	put(object, "waited", waited_json(r));
	put_ratio(object, "throughput_per_s", throughput(r));
	part = json_object();
	put(part, "aiod", pool_json(&r->aiod, r->measured_ns));
	put(object, "pools", part);
	part = json_object();
	put_ratio(part, "mean", gauge_mean(&r->queue_depth, r->measured_ns));
	put_time(part, "max", gauge_most(&r->queue_depth));
	put(object, "queue_depth", part);
	put(object, "devices", devices_json(r));
	part = files_json(r);
	if (part != NULL)
		put(object, "files", part);
	put(object, "links", json_object());
	put(object, "processes", processes_json(r));
	put(object, "sysctl", sysctl_json(r));
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
	    object, file, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS));

	/* A full disk is told by the stream; anything else is our mistake. */
	g_assert(status == 0 || ferror(file));
	putc('\n', file);
}
