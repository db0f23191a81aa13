/*
 * Reading fio's JSON: which jobs make a point, and what is refused.
 */

#include <string.h>

#include "sim/calibrate/fio.h"
#include "tests/suite.h"

#define WAY(ios, bytes, iops, mean)                                       \
	"{\"total_ios\":" #ios ",\"io_bytes\":" #bytes ",\"iops\":" #iops \
	",\"lat_ns\":{\"mean\":" #mean "}}"
#define NONE WAY(0, 0, 0, 0)
/* One of depth 1: 5000 a second of 200 us. */
#define SOUND WAY(10000, 40960000, 5000, 200000)

#define JOB(group, options, read, write)                                   \
	"{\"jobname\":\"j" #group "\",\"groupid\":" #group ",\"error\":0," \
	"\"job options\":{" options "},\"read\":" read ",\"write\":" write "}"
#define FIO(jobs) "{\"jobs\":[" jobs "]}"

static bool
parse(const char *text, struct fio_kind *kind, GArray *points, GError **error)
{
	return (fio_parse(text, strlen(text), "fio.json", kind, points, error));
}

static void
refuses(const char *text, const char *message)
{
	struct fio_kind kind = {0};
	g_autoptr(GArray) points = points_new();
	g_autoptr(GError) error = NULL;

	CU_ASSERT(!parse(text, &kind, points, &error));
	CU_ASSERT(g_error_matches(error, CALIBRATE_ERROR, CALIBRATE_INPUT));
	CU_ASSERT(g_str_has_prefix(error->message, "fio.json:"));
	if (strstr(error->message, message) == NULL)
		printf("\n    %s", error->message);
	CU_ASSERT(strstr(error->message, message) != NULL);
}

static GArray *
points_of_file(struct fio_kind *kind)
{
	GArray *points = points_new();
	g_autoptr(GError) error = NULL;

	CU_ASSERT(fio_read(
	    SOURCE_DIR "/tests/data/fio/groups.json", kind, points, &error));
	g_assert_no_error(error);
	return (points);
}

/* ---- Points ----------------------------------------------------------- */

static void
job_of_one_becomes_a_point(void)
{
	struct fio_kind kind = {0};
	g_autoptr(GArray) points = points_of_file(&kind);
	const struct point *one = points_at(points, 0);

	CU_ASSERT(points->len == 3 && kind.random && !kind.indirect);
	CU_ASSERT(one->depth == 1 && one->size_bytes == 4096);
	CU_ASSERT_DOUBLE_EQUAL(one->measured.per_s, 5000, 0);
	CU_ASSERT_DOUBLE_EQUAL(one->measured.mean_ns, 200e3, 0);
	CU_ASSERT_DOUBLE_EQUAL(one->requests, 10000, 0);
}

/* The percentiles are of the completion alone, which is 10 us shorter. */
static void
percentiles_are_of_the_whole_latency(void)
{
	struct fio_kind kind = {0};
	g_autoptr(GArray) points = points_of_file(&kind);

	CU_ASSERT(points_at(points, 0)->quantiles->len == 3);
	CU_ASSERT_DOUBLE_EQUAL(
	    point_quantile(points_at(points, 0), 0.01), 100e3, 1e-3);
	CU_ASSERT_DOUBLE_EQUAL(
	    point_quantile(points_at(points, 0), 0.5), 160e3, 1e-3);
	CU_ASSERT_DOUBLE_EQUAL(
	    point_quantile(points_at(points, 2), 0.5), 350e3, 1e-3);
}

/* The engine waits: iodepth = 64 is none. */
static void
jobs_of_a_group_are_one_point(void)
{
	struct fio_kind kind = {0};
	g_autoptr(GArray) points = points_of_file(&kind);
	const struct point *two = points_at(points, 1);

	CU_ASSERT(two->depth == 2);
	CU_ASSERT_DOUBLE_EQUAL(two->measured.per_s, 10000, 0);
	CU_ASSERT_DOUBLE_EQUAL(two->measured.mean_ns, 195e3, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(two->requests, 40000, 0);
}

static void
group_reporting_counts_all_jobs(void)
{
	struct fio_kind kind = {0};
	g_autoptr(GArray) points = points_of_file(&kind);

	CU_ASSERT(points_at(points, 2)->depth == 8);
}

static void
writes_are_taken_when_asked_for(void)
{
	struct fio_kind kind = {.write = true};
	g_autoptr(GArray) points = points_of_file(&kind);

	CU_ASSERT(points->len == 1);
	CU_ASSERT(points_at(points, 0)->depth == 2);
	CU_ASSERT(points_at(points, 0)->size_bytes == 8192);
}

static void
files_add_up(void)
{
	struct fio_kind kind = {0};
	g_autoptr(GArray) points = points_new();

	CU_ASSERT(parse(FIO(JOB(0, "", SOUND, NONE)), &kind, points, NULL));
	CU_ASSERT(parse(FIO(JOB(0, "", SOUND, NONE)), &kind, points, NULL));
	CU_ASSERT(points->len == 2 && kind.indirect && !kind.random);
}

/* ---- What is refused -------------------------------------------------- */

static void
what_is_not_fios_json_is_refused(void)
{
	refuses("", "fio.json:1: ");
	refuses("fio: this is not JSON", "fio.json:1: ");
	refuses("[]", "expected an object");
	refuses("{}", "jobs: missing: expected an array");
	refuses(FIO(""), "no job with reads; --write");
	refuses(FIO("7"), "jobs[0]");
	refuses(FIO("{}"), "jobs[0]");
}

static void
only_the_other_direction_is_refused(void)
{
	refuses(FIO(JOB(0, "", NONE, SOUND)),
	    "jobs: no job with reads; --write calibrates from its writes");
}

static void
mixed_reads_and_writes_are_refused(void)
{
	refuses(FIO(JOB(0, "", SOUND, SOUND)), "reads and writes are mixed");
	refuses(FIO(JOB(0, "", SOUND, NONE) "," JOB(0, "", NONE, SOUND)),
	    "put 'stonewall' between the jobs");
}

static void
mixed_sizes_are_refused(void)
{
	refuses(FIO(JOB(0, "", SOUND, NONE) "," JOB(
		    0, "", WAY(10000, 81920000, 5000, 200000), NONE)),
	    "put 'stonewall' between the jobs");
	refuses(FIO(JOB(0, "\"bssplit\":\"4k/50:8k/50\"", SOUND, NONE)),
	    "several sizes");
}

static void
mixed_patterns_are_refused(void)
{
	refuses(FIO(JOB(0, "\"rw\":\"randread\"", SOUND, NONE) "," JOB(
		    1, "\"rw\":\"read\"", SOUND, NONE)),
	    "jobs[1]: its requests are sequential, those of others random");
}

static void
depth_that_was_never_reached_is_refused(void)
{
	refuses(FIO(JOB(0, "\"iodepth\":\"32\",\"ioengine\":\"libaio\"", SOUND,
		    NONE)),
	    "of 32 requests outstanding 1.0 were");
	refuses(FIO(JOB(0, "", WAY(10000, 40960000, 5000, 800000), NONE)),
	    "of 1 requests outstanding 4.0 were");
}

static void
old_fio_is_refused(void)
{
	refuses(FIO(JOB(0, "", "{\"total_ios\":1,\"io_bytes\":4096,\"iops\":1}",
		    NONE)),
	    "fio before version 3");
}

static void
failed_job_is_refused(void)
{
	refuses("{\"jobs\":[{\"jobname\":\"j\",\"groupid\":0,\"error\":5,"
		"\"read\":" SOUND ",\"write\":" NONE "}]}",
	    "it ended with error 5");
}

static void
figures_out_of_range_are_refused(void)
{
	refuses(FIO(JOB(0, "", WAY(1, 4096, -1, 200000), NONE)),
	    "jobs[0].read.iops: expected a number of 0 or more");
	refuses(
	    FIO(JOB(0, "", WAY(1, 0, 1, 200000), NONE)), "requests of 0 bytes");
	refuses(FIO(JOB(0, "", WAY(1, 4096, 0, 200000), NONE)),
	    "0 requests a second of 200000 ns are not a disk's");
	refuses(FIO(JOB(0, "", WAY(1, 4096, 1e-9, 1e17), NONE)),
	    "are not a disk's");
	refuses(FIO(JOB(0, "\"iodepth\":\"many\"", SOUND, NONE)),
	    "option iodepth: expected an integer");
	refuses(FIO(JOB(0, "\"numjobs\":\"9999\"", SOUND, NONE)),
	    "option numjobs: '9999' is out of range");
}

static void
missing_file_is_refused(void)
{
	struct fio_kind kind = {0};
	g_autoptr(GArray) points = points_new();
	g_autoptr(GError) error = NULL;

	CU_ASSERT(!fio_read("/nonexistent.json", &kind, points, &error));
	CU_ASSERT(g_error_matches(error, CALIBRATE_ERROR, CALIBRATE_INPUT));
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(job_of_one_becomes_a_point),
	    RULE(percentiles_are_of_the_whole_latency),
	    RULE(jobs_of_a_group_are_one_point),
	    RULE(group_reporting_counts_all_jobs),
	    RULE(writes_are_taken_when_asked_for),
	    RULE(files_add_up),
	    RULE(what_is_not_fios_json_is_refused),
	    RULE(only_the_other_direction_is_refused),
	    RULE(mixed_reads_and_writes_are_refused),
	    RULE(mixed_sizes_are_refused),
	    RULE(mixed_patterns_are_refused),
	    RULE(depth_that_was_never_reached_is_refused),
	    RULE(old_fio_is_refused),
	    RULE(failed_job_is_refused),
	    RULE(figures_out_of_range_are_refused),
	    RULE(missing_file_is_refused),
	};

	return (RUN_RULES("calibrate from fio", rules));
}
