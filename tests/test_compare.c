/*
 * aiosim compare: both kernels meet the same numbers, and their figures stand
 * side by side.
 */

#include <glib/gstdio.h>
#include <string.h>

#include "sim/study/compare.h"
#include "tests/suite.h"

static char *work_dir;

static char *
in_work_dir(const char *name)
{
	return (g_build_filename(work_dir, name, NULL));
}

static const char load[] =
    "[sysctl]\nvfs.aio.max_aio_queue_per_proc = 4\n"
    "kern.aio_listio_max = 2\n"
    "[disk d]\nchannels = 8\nlatency = exponential(1ms)\n"
    "[file data]\ndisk = d\n"
    "[process db]\nfile = data\ndepth = 1\nrequests = 500\nread = 0.5\n"
    "collect = suspend\non_eagain = drop\n";

/* Plays the load with --set; the caller releases what comes back. */
static enum exit_status
play(struct compare *compare, struct scenario_options *options, const char *set,
    const char *kernels, guint reps)
{
	const char *sets[] = {set, NULL};
	g_autofree char *path = in_work_dir("load.ini");

	CU_ASSERT(g_file_set_contents(path, load, -1, NULL));
	memset(compare, 0, sizeof(*compare));
	options->sets = g_strdupv((char **)(uintptr_t)sets);
	compare->options = options;
	compare->world = world_find("heap");
	compare->path = g_strdup(path);
	compare->out = in_work_dir("out");
	compare->kernels = g_strsplit(kernels, ",", -1);
	compare->reps = reps;
	return (compare_play(compare));
}

static void
release(struct compare *compare, struct scenario_options *options)
{
	compare_release(compare);
	options_release(options);
	g_strfreev(compare->kernels);
	g_free((char *)(uintptr_t)compare->path);
	g_free((char *)(uintptr_t)compare->out);
}

/* The row of a metric in a written file, without its name; "" if none. */
static char *
row_in(const struct compare *compare, const char *file, const char *metric)
{
	g_autofree char *path = g_build_filename(compare->out, file, NULL);
	g_autofree char *text = NULL;
	g_autofree char *start = g_strdup_printf("%s,", metric);
	g_auto(GStrv) lines = NULL;
	char **line;

	CU_ASSERT_FATAL(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (line = lines; *line != NULL; line++)
		if (g_str_has_prefix(*line, start))
			return (g_strdup(*line + strlen(start)));
	return (g_strdup(""));
}

static char *
row(const struct compare *compare, const char *metric)
{
	return (row_in(compare, "compare.csv", metric));
}

static void
row_is(const struct compare *compare, const char *metric, const char *values)
{
	g_autofree char *found = row(compare, metric);

	if (strcmp(found, values) != 0)
		printf("\n%s: expected %s, got %s\n", metric, values, found);
	CU_ASSERT_STRING_EQUAL(found, values);
}

static void
one_request_at_a_time_takes_the_same_on_both(void)
{
	struct scenario_options options = {0};
	struct compare compare;
	g_auto(GStrv) columns = NULL;
	g_autofree char *mean = NULL;

	CU_ASSERT_EQUAL(play(&compare, &options, "process db.depth=1",
			    "freebsd-12.2,netbsd", 1),
	    STATUS_OK);
	CU_ASSERT(compare_write(&compare, NULL));
	row_is(&compare, "metric", "freebsd-12.2,netbsd");
	row_is(&compare, "requests.completed", "500,500");
	mean = row(&compare, "latency_ns.total.mean");
	columns = g_strsplit(mean, ",", -1);
	CU_ASSERT_EQUAL_FATAL(g_strv_length(columns), 2);
	CU_ASSERT_STRING_EQUAL(columns[0], columns[1]);
	release(&compare, &options);
}

static void
each_kernel_refuses_by_its_own_limit(void)
{
	struct scenario_options options = {0};
	struct compare compare;

	CU_ASSERT_EQUAL(play(&compare, &options, "process db.depth=500",
			    "netbsd,freebsd-12.2", 1),
	    STATUS_OK);
	CU_ASSERT(compare_write(&compare, NULL));
	row_is(&compare, "metric", "netbsd,freebsd-12.2");
	row_is(&compare, "requests.accepted", "3,4");
	row_is(&compare, "requests.refused.kern.aio_listio_max", "497,");
	row_is(&compare, "requests.refused.vfs.aio.max_aio_queue_per_proc",
	    ",496");
	row_is(&compare, "pools.daemons.max", "1,4");
	release(&compare, &options);
}

static void
there_is_a_folder_a_kernel(void)
{
	struct scenario_options options = {0};
	struct compare compare;
	static const char *const files[] = {"netbsd/summary.json",
	    "netbsd/requests.csv", "freebsd-12.2/summary.json"};
	json_t *object, *kernels;
	size_t i;

	CU_ASSERT_EQUAL(play(&compare, &options, "process db.depth=2",
			    "freebsd-12.2,netbsd", 1),
	    STATUS_OK);
	for (i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path =
		    g_build_filename(compare.out, files[i], NULL);

		CU_ASSERT(g_file_test(path, G_FILE_TEST_IS_REGULAR));
	}
	object = compare_json(&compare);
	kernels = json_object_get(object, "kernels");
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(
		json_object_get(json_object_get(kernels, "netbsd"), "kernel")),
	    "netbsd");
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(object, "scenario")), "load");
	json_decref(object);
	release(&compare, &options);
}

/* The kernels met the same numbers in each replication, and other ones in the
 * next. */
static void
equal_runs_differ_by_nothing_however_many(void)
{
	struct scenario_options options = {0};
	struct compare compare;
	const json_t *first, *second;
	g_autofree char *difference = NULL;

	CU_ASSERT_EQUAL(play(&compare, &options, "process db.depth=1",
			    "freebsd-12.2,netbsd", 4),
	    STATUS_OK);
	CU_ASSERT(compare_write(&compare, NULL));
	difference =
	    row_in(&compare, "differences.csv", "latency_ns.total.mean");
	CU_ASSERT_STRING_EQUAL(difference, "netbsd,0,0");
	first = json_object_get(compare_summary(&compare, 0, 0), "latency_ns");
	second = json_object_get(compare_summary(&compare, 0, 1), "latency_ns");
	CU_ASSERT_FALSE(json_equal(
	    (json_t *)(uintptr_t)first, (json_t *)(uintptr_t)second));
	release(&compare, &options);
}

static void
differences_have_an_interval(void)
{
	struct scenario_options options = {0};
	struct compare compare;
	double mean, half_width;
	const json_t *d;
	json_t *object;

	CU_ASSERT_EQUAL(play(&compare, &options, "process db.depth=2",
			    "freebsd-12.2,netbsd", 5),
	    STATUS_OK);
	object = compare_json(&compare);
	d = json_object_get(
	    json_object_get(
		json_object_get(object, "differences"), "throughput_per_s"),
	    "netbsd");
	mean = json_number_value(json_object_get(d, "mean"));
	half_width = json_number_value(json_object_get(d, "half_width"));
	/* One worker instead of two daemons: half as many, give or take. */
	CU_ASSERT(half_width > 0 && mean < -5 * half_width);
	json_decref(object);
	release(&compare, &options);
}

static void
silence(const char *text)
{
	(void)text;
}

static void
bad_input_is_found_before_anything_is_played(void)
{
	struct scenario_options options = {0};
	struct compare compare;
	GPrintFunc loud = g_set_printerr_handler(silence);
	g_autofree char *path = in_work_dir("out/plan9");

	CU_ASSERT_EQUAL(play(&compare, &options, "process db.depth=0",
			    "freebsd-12.2,netbsd", 1),
	    STATUS_BAD_INPUT);
	CU_ASSERT_EQUAL(compare.summaries->len, 0);
	release(&compare, &options);
	options = (struct scenario_options) {0};
	CU_ASSERT_EQUAL(play(&compare, &options, "process db.depth=1",
			    "freebsd-12.2,plan9", 1),
	    STATUS_BAD_INPUT);
	CU_ASSERT_FALSE(g_file_test(path, G_FILE_TEST_EXISTS));
	release(&compare, &options);
	g_set_printerr_handler(loud);
}

static const struct rule rules[] = {
    RULE(one_request_at_a_time_takes_the_same_on_both),
    RULE(each_kernel_refuses_by_its_own_limit),
    RULE(there_is_a_folder_a_kernel),
    RULE(equal_runs_differ_by_nothing_however_many),
    RULE(differences_have_an_interval),
    RULE(bad_input_is_found_before_anything_is_played),
};

int
main(void)
{
	int status;
	g_autofree char *command = NULL;

	work_dir = g_dir_make_tmp("aiosim-compare-XXXXXX", NULL);
	g_assert(work_dir != NULL);
	status = RUN_RULES("compare", rules);
	command = g_strdup_printf("rm -rf '%s'", work_dir);
	if (system(command) != 0)
		status = 1;
	g_free(work_dir);
	return (status);
}
