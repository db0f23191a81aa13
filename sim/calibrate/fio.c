/*
 * fio's JSON: jobs, gathered by group into points.
 */

#include "sim/calibrate/fio.h"

#include <math.h>
#include <string.h>

#include "sim/scenario/ini.h"
#include "sim/scenario/values.h"
#include "sim/vector/json_reader.h"

/* Mean latencies that a disk can have, ns. */
#define MEAN_LEAST_NS 1
#define MEAN_MOST_NS 1e12

/* By Little's law, of the depth that a group is said to have. */
#define REACHED_LEAST 0.5
#define REACHED_MOST 1.2

struct reader {
	struct node root;
	struct fio_kind *kind;
	GArray *points;
};

/* What one entry of "jobs" holds. */
struct job {
	int64_t group, depth, copies; /* numjobs */
	const char *name;
	bool counts; /* it made requests of the kind that is wanted */
	struct point point;
};

/* ---- Values ----------------------------------------------------------- */

static double
member_number(const struct node *object, const char *key)
{
	struct node node = node_member(object, key);
	double value = json_number_value(node.value);

	if (!json_is_number(node.value) || !isfinite(value) || value < 0 ||
	    value > 1e18) {
		node_fail(&node, "%sexpected a number of 0 or more",
		    node.value == NULL ? "missing: " : "");
		return (0);
	}
	return (value);
}

/* An option of the job, else of all jobs; NULL if neither gives it. */
static const char *
option(const struct reader *reader, const struct node *job, const char *name)
{
	struct node own = node_member(job, "job options");
	struct node all = node_member(&reader->root, "global options");
	struct node found = node_member(&own, name);

	if (found.value == NULL)
		found = node_member(&all, name);
	return (json_string_value(found.value));
}

static int64_t
integer_option(
    const struct reader *reader, const struct node *job, const char *name)
{
	const char *text = option(reader, job, name);
	g_autoptr(GError) error = NULL;
	int64_t value = 1;

	if (text != NULL &&
	    !value_quantity(
		&quantity_integer, text, 1, DEPTH_MAX, &value, &error))
		node_fail(job, "option %s: %s", name, error->message);
	return (value);
}

/* ---- One job ---------------------------------------------------------- */

static gint
by_share(gconstpointer a, gconstpointer b)
{
	double x = ((const struct point_quantile *)a)->p;
	double y = ((const struct point_quantile *)b)->p;

	return ((x > y) - (x < y));
}

/* `more_ns` is what the latency has beyond what the percentiles are of. */
static void
read_quantiles(const struct node *latency, double more_ns, struct point *point)
{
	struct node table = node_member(latency, "percentile");
	const char *key;
	json_t *value;

	if (table.value == NULL)
		return;
	node_object(&table);
	json_object_foreach((json_t *)(uintptr_t)table.value, key, value)
	{
		struct point_quantile quantile = {
		    g_ascii_strtod(key, NULL) / 100,
		    member_number(&table, key) + more_ns};

		if (quantile.p > 0 && quantile.p < 1)
			g_array_append_val(point->quantiles, quantile);
	}
	g_array_sort(point->quantiles, by_share);
}

static void
read_latency(const struct node *way, struct point *point)
{
	struct node all = node_member(way, "lat_ns");
	struct node inner = node_member(way, "clat_ns");

	if (all.value == NULL) {
		node_fail(way,
		    "no lat_ns: fio before version 3, which gives "
		    "no nanoseconds; use a newer one");
		return;
	}
	node_object(&all);
	point->measured.mean_ns = member_number(&all, "mean");
	read_quantiles(&all, 0, point);
	if (point->quantiles->len == 0 && inner.value != NULL)
		read_quantiles(&inner,
		    MAX(point->measured.mean_ns - member_number(&inner, "mean"),
			0),
		    point);
}

/* Requests of one direction; false if there are none. */
static bool
read_way(const struct node *way, struct point *point)
{
	node_object(way);
	point->requests = member_number(way, "total_ios");
	if (reading_failed(way->reading) || point->requests == 0)
		return (false);
	point->measured.per_s = member_number(way, "iops");
	point->size_bytes =
	    (int64_t)llround(member_number(way, "io_bytes") / point->requests);
	read_latency(way, point);
	if (point->measured.per_s <= 0 ||
	    point->measured.mean_ns < MEAN_LEAST_NS ||
	    point->measured.mean_ns > MEAN_MOST_NS)
		node_fail(way, "%g requests a second of %g ns are not a disk's",
		    point->measured.per_s, point->measured.mean_ns);
	if (point->size_bytes < 1 || point->size_bytes > SIZE_MAX_BYTES)
		node_fail(way, "requests of %" G_GINT64_FORMAT " bytes",
		    point->size_bytes);
	return (true);
}

/* Engines that wait for each request: one is outstanding, whatever iodepth
 * says.  Without an option it is one of them. */
static bool
engine_waits(const char *engine)
{
	static const char *const waiting[] = {
	    "sync", "psync", "vsync", "pvsync", "pvsync2", "mmap", NULL};

	return (engine == NULL || g_strv_contains(waiting, engine));
}

/* All jobs are random, or all are sequential. */
static void
check_pattern(struct reader *reader, const struct node *node)
{
	struct fio_kind *kind = reader->kind;
	const char *pattern = option(reader, node, "rw");
	const char *direct = option(reader, node, "direct");
	bool random;

	if (pattern == NULL)
		pattern = option(reader, node, "readwrite");
	random = pattern != NULL && g_str_has_prefix(pattern, "rand");
	if (kind->is_known && kind->random != random)
		node_fail(node,
		    "its requests are %s, those of others %s; calibrate them "
		    "apart",
		    random ? "random" : "sequential",
		    kind->random ? "random" : "sequential");
	kind->is_known = true;
	kind->random = random;
	if (direct == NULL || strcmp(direct, "1") != 0)
		kind->indirect = true;
}

static void
check_sizes(struct reader *reader, const struct node *node)
{
	if (option(reader, node, "bsrange") != NULL ||
	    option(reader, node, "bssplit") != NULL)
		node_fail(node,
		    "its requests have several sizes; give each size (bs) a "
		    "job of its own");
}

static void
read_job(struct reader *reader, const struct node *node, struct job *job)
{
	const bool write = reader->kind->write;
	struct node way = node_member(node, write ? "write" : "read");
	struct node other = node_member(node, write ? "read" : "write");

	node_object(node);
	job->name = member_string(node, "jobname");
	job->group = member_int(node, "groupid", 0, INT32_MAX);
	if (member_int_or(node, "error", INT32_MIN, INT32_MAX, 0) != 0)
		node_fail(node, "it ended with error %" G_GINT64_FORMAT,
		    member_int(node, "error", INT32_MIN, INT32_MAX));
	if (member_number(&other, "total_ios") > 0) {
		if (member_number(&way, "total_ios") > 0)
			node_fail(node,
			    "reads and writes are mixed; calibrate them apart");
		return;
	}
	job->counts = read_way(&way, &job->point);
	job->copies = integer_option(reader, node, "numjobs");
	job->depth = integer_option(reader, node, "iodepth");
	if (engine_waits(option(reader, node, "ioengine")))
		job->depth = 1;
	if (!job->counts)
		return;
	check_pattern(reader, node);
	check_sizes(reader, node);
}

/* ---- Groups ----------------------------------------------------------- */

static struct job *
job_at(const GArray *jobs, guint i)
{
	return (&g_array_index(jobs, struct job, i));
}

/* Entries of this name in the group: where there is one alone,
 * group_reporting has put all that numjobs made into it. */
static int64_t
depth_of(const GArray *jobs, const struct job *job)
{
	guint same = 0, i;

	for (i = 0; i < jobs->len; i++)
		if (job_at(jobs, i)->group == job->group &&
		    strcmp(job_at(jobs, i)->name, job->name) == 0)
			same++;
	return (same > 1 ? job->depth : job->depth * job->copies);
}

/* Adds a job to the point of its group; latencies by their number.  Of the
 * percentiles, those of the first job stand for all. */
static void
add_job(struct point *point, const struct job *job, int64_t depth)
{
	double before = point->requests, now = job->point.requests;

	point->depth += depth;
	point->measured.per_s += job->point.measured.per_s;
	point->measured.mean_ns = (point->measured.mean_ns * before +
				      job->point.measured.mean_ns * now) /
	    (before + now);
	point->requests = before + now;
	if (point->quantiles == NULL)
		point->quantiles = g_array_ref(job->point.quantiles);
}

/* Whether the group is of one kind and size, and reached its depth. */
static void
check_group(const struct node *node, const GArray *jobs,
    const struct job *first, const struct point *point)
{
	double reached = point->measured.per_s * point->measured.mean_ns / 1e9;
	guint i;

	for (i = 0; i < jobs->len; i++)
		if (job_at(jobs, i)->group == first->group &&
		    (!job_at(jobs, i)->counts ||
			job_at(jobs, i)->point.size_bytes !=
			    first->point.size_bytes))
			node_fail(node,
			    "other requests ran at the same time; put "
			    "'stonewall' between the jobs");
	if (point->depth > DEPTH_MAX)
		node_fail(node, "%" G_GINT64_FORMAT " outstanding, above %d",
		    point->depth, DEPTH_MAX);
	if (reached < REACHED_LEAST * (double)point->depth ||
	    reached > REACHED_MOST * (double)point->depth)
		node_fail(node,
		    "of %" G_GINT64_FORMAT
		    " requests outstanding %.1f were (throughput x latency); "
		    "use direct=1 and an ioengine that does not wait",
		    point->depth, reached);
}

static void
add_group(struct reader *reader, const struct node *node, const GArray *jobs,
    const struct job *first)
{
	struct point point = {
	    .size_bytes = first->point.size_bytes, .passes_apart = NAN};
	guint i;

	for (i = 0; i < jobs->len; i++) {
		const struct job *job = job_at(jobs, i);

		if (job->group == first->group && job->counts)
			add_job(&point, job, depth_of(jobs, job));
	}
	check_group(node, jobs, first, &point);
	g_array_append_val(reader->points, point);
}

/* Each group becomes a point at its first job that counts. */
static void
add_groups(
    struct reader *reader, const struct node *entries, const GArray *jobs)
{
	g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
	guint i;

	for (i = 0; i < jobs->len && !reading_failed(entries->reading); i++) {
		const struct job *job = job_at(jobs, i);
		struct node node = node_item(entries, i);

		if (job->counts &&
		    g_hash_table_add(done, GINT_TO_POINTER(job->group)))
			add_group(reader, &node, jobs, job);
	}
	if (g_hash_table_size(done) == 0)
		node_fail(entries, "no job with %s",
		    reader->kind->write
			? "writes; without --write its reads count"
			: "reads; --write calibrates from its writes");
}

static void
clear_job(gpointer element)
{
	g_array_unref(((struct job *)element)->point.quantiles);
}

static void
read_jobs(struct reader *reader)
{
	struct node entries = node_member(&reader->root, "jobs");
	g_autoptr(GArray) jobs = g_array_new(FALSE, TRUE, sizeof(struct job));
	size_t count = node_array(&entries), i;

	g_array_set_clear_func(jobs, clear_job);
	for (i = 0; i < count && !reading_failed(entries.reading); i++) {
		struct node node = node_item(&entries, i);
		struct job job = {0};

		job.point.quantiles =
		    g_array_new(FALSE, FALSE, sizeof(struct point_quantile));
		read_job(reader, &node, &job);
		g_array_append_val(jobs, job);
	}
	if (!reading_failed(entries.reading))
		add_groups(reader, &entries, jobs);
}

bool
fio_parse(const char *text, gsize length, const char *path,
    struct fio_kind *kind, GArray *points, GError **error)
{
	struct reading reading = {.file = path};
	json_t *document = json_read(&reading, text, length);
	struct reader reader = {.kind = kind, .points = points};

	if (document != NULL) {
		reader.root = node_root(&reading, document);
		if (!reading_failed(&reading))
			read_jobs(&reader);
		json_decref(document);
	}
	if (reading.error == NULL)
		return (true);
	g_set_error_literal(
	    error, CALIBRATE_ERROR, CALIBRATE_INPUT, reading.error->message);
	g_error_free(reading.error);
	return (false);
}

bool
fio_read(
    const char *path, struct fio_kind *kind, GArray *points, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) problem = NULL;
	gsize length;

	text = ini_read_file(path, &length, &problem);
	if (text != NULL)
		return (fio_parse(text, length, path, kind, points, error));
	g_set_error_literal(
	    error, CALIBRATE_ERROR, CALIBRATE_INPUT, problem->message);
	return (false);
}
