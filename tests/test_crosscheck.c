/*
 * aiosim crosscheck with the real world: what is looked at does not depend on
 * the machine's speed.
 */

#include <glib/gstdio.h>
#include <string.h>

#include "sim/crosscheck/crosscheck.h"
#include "sim/real/options.h"
#include "tests/suite.h"

static char *work_dir;

static const char closed[] =
    "[sysctl]\nvfs.aio.max_aio_procs = 4\n"
    "vfs.aio.max_aio_queue_per_proc = 6\n"
    "[disk d]\nchannels = 8\nlatency = exponential(1ms)\n"
    "[file data]\ndisk = d\nsize = 1m\n"
    "[process db]\nfile = data\ndepth = 8\nrequests = 400\nread = 0.5\n"
    "size = constant(4k)\ncollect = suspend\non_eagain = sync\n";

/* ---- With the real world ---------------------------------------------- */

static struct crosscheck
crosscheck_of(const char *text, struct scenario_options *options, char **set)
{
	struct crosscheck x = {
	    .options = options,
	    .path = g_build_filename(work_dir, "t.ini", NULL),
	    .out = g_build_filename(work_dir, "out", NULL),
	    .facts = true,
	    .tolerances = {0.1, 0.1, 100000},
	    .model_share = -1,
	};

	memset(options, 0, sizeof(*options));
	options->sets = set;
	CU_ASSERT(g_file_set_contents(x.path, text, -1, NULL));
	return (x);
}

static void
crosscheck_done(struct crosscheck *x)
{
	crosscheck_release(x);
	g_free((char *)(uintptr_t)x->path);
	g_free((char *)(uintptr_t)x->out);
}

static void
agrees(const char *text)
{
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(text, &options, NULL);
	enum exit_status status = crosscheck_play(&x);

	CU_ASSERT_EQUAL(status, STATUS_OK);
	if (status != STATUS_OK && x.retracing.findings != NULL)
		crosscheck_print(stdout, &x);
	CU_ASSERT(x.retracing.exact > 20 && x.retracing.differing == 0);
	CU_ASSERT_EQUAL(x.real.fingerprint, x.retraced.fingerprint);
	crosscheck_done(&x);
}

static void
a_closed_loop_is_the_same_in_virtual_time(void)
{
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(closed, &options, NULL);

	CU_ASSERT_EQUAL(crosscheck_play(&x), STATUS_OK);
	CU_ASSERT_EQUAL(x.lateness.count, 0);
	CU_ASSERT_EQUAL(x.guesses, 0);
	CU_ASSERT(x.prediction.determined);
	CU_ASSERT_EQUAL(x.real.simulated_ns, x.measured.simulated_ns);
	CU_ASSERT_EQUAL(x.real.fingerprint, x.measured.fingerprint);
	crosscheck_done(&x);
}

static void
the_real_run_lies_where_the_user_says(void)
{
	g_autofree char *dir = g_build_filename(work_dir, "files", NULL);
	g_autofree char *file = g_build_filename(dir, "data", NULL);
	struct real_options where = {.dir = dir, .keep = TRUE};
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(closed, &options, NULL);

	x.where = &where;
	CU_ASSERT_EQUAL(g_mkdir(dir, 0700), 0);
	CU_ASSERT_EQUAL(crosscheck_play(&x), STATUS_OK);
	CU_ASSERT(g_file_test(file, G_FILE_TEST_IS_REGULAR));
	crosscheck_done(&x);
}

static void
late_arrivals_retries_and_reaped_daemons_are_retraced(void)
{
	agrees("[sysctl]\nvfs.aio.target_aio_procs = 1\n"
	       "vfs.aio.max_aio_procs = 3\n"
	       "vfs.aio.max_aio_queue_per_proc = 2\n"
	       "vfs.aio.aiod_lifetime = 10\n"
	       "[sysctl at 20ms]\nvfs.aio.max_aio_procs = 4\n"
	       "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
	       "[process db]\nfile = data\narrivals = poisson(4000/s)\n"
	       "read = 0.5\nsize = uniform(1,64k)\ncollect = signal\n"
	       "on_eagain = retry(1ms)\nrequests = 300\n"
	       "[process log]\nfile = data\ndepth = 3\nread = 0\n"
	       "think = exponential(1ms)\ncollect = poll(1ms)\n"
	       "on_eagain = drop\nrequests = 50\n");
}

static void
a_run_that_its_duration_cuts_is_retraced(void)
{
	agrees("[scenario]\nduration = 30ms\n"
	       "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
	       "[process db]\nfile = data\ndepth = 8\nread = 0.9\n"
	       "collect = kevent\n");
}

static void
faults_are_retraced(void)
{
	agrees("[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
	       "[process db]\nfile = data\ndepth = 6\nread = 0.5\n"
	       "size = constant(4k)\nrequests = 300\non_eagain = retry(1ms)\n"
	       "[fault bad]\nfile = data\nshare = 0.05\neffect = EIO\n"
	       "[fault torn]\nfile = data\nshare = 0.05\n"
	       "effect = short(0.5)\n"
	       "[fault slow]\nfile = data\nnth = 100\neffect = delay(3ms)\n"
	       "[fault full]\nprocess = db\nshare = 0.02\neffect = EAGAIN\n"
	       "[fault stall]\ndisk = d\nfrom = 2ms\nfor = 3ms\n"
	       "effect = stall\n");
}

static void
costs_on_two_cores_are_retraced(void)
{
	agrees("[cpu]\ncores = 2\ncosts = typical\n"
	       "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
	       "[process db]\ncount = 3\nfile = data\ndepth = 4\n"
	       "read = 0.5\nrequests = 100\nbatch = 4\n");
}

/* The model of a device has its comparison, and its own bound. */
static void
a_bad_model_differs_only_if_it_is_judged(void)
{
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(closed, &options, NULL);

	/* Nothing but the model can be off by so much. */
	x.facts = false;
	x.tolerances = (struct tolerances) {1e9, 1, INT64_MAX / 4};
	CU_ASSERT_EQUAL(crosscheck_play(&x), STATUS_OK);
	CU_ASSERT(x.has_model && !x.device.judged);
	CU_ASSERT(x.device.findings->len > 20);
	crosscheck_done(&x);

	x = crosscheck_of(closed, &options, NULL);
	x.facts = false;
	x.model_share = 0;
	x.tolerances = (struct tolerances) {1e9, 1, 0};
	CU_ASSERT_EQUAL(crosscheck_play(&x), STATUS_DIFFERS);
	CU_ASSERT(x.device.differing > 0);
	CU_ASSERT_EQUAL(x.retracing.differing + x.prediction.differing, 0);
	crosscheck_done(&x);
}

static void
other_disks_take_the_place_of_the_scenarios(void)
{
	static const char disks[] = "[disk measured]\nmodel = nvme\n";
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(closed, &options, NULL);
	g_autofree char *path = g_build_filename(work_dir, "d.ini", NULL);
	struct scenario *s;

	CU_ASSERT(g_file_set_contents(path, disks, -1, NULL));
	s = options_read_with_disks(&options, x.path, path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(s->disks->len, 1);
	CU_ASSERT_STRING_EQUAL(
	    ((struct disk_config *)s->disks->pdata[0])->name, "d");
	CU_ASSERT_EQUAL(
	    ((struct disk_config *)s->disks->pdata[0])->model, DISK_NVME);
	scenario_free(s);
	crosscheck_done(&x);
}

static void
there_is_a_folder_a_run_and_a_file(void)
{
	static const char *const files[] = {"real/requests.csv",
	    "retraced/series.csv", "measured/summary.json", "crosscheck.json"};
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(closed, &options, NULL);
	json_error_t problem;
	json_t *object;
	char *path;
	size_t i;

	CU_ASSERT_EQUAL(crosscheck_play(&x), STATUS_OK);
	for (i = 0; i < G_N_ELEMENTS(files); i++) {
		path = g_build_filename(x.out, files[i], NULL);
		CU_ASSERT(g_file_test(path, G_FILE_TEST_IS_REGULAR));
		g_free(path);
	}
	path = g_build_filename(x.out, "crosscheck.json", NULL);
	object = json_load_file(path, 0, &problem);
	CU_ASSERT(json_is_true(json_object_get(object, "agrees")));
	CU_ASSERT(json_is_true(json_object_get(object, "facts_only")));
	CU_ASSERT_EQUAL(
	    json_array_size(json_object_get(object, "comparisons")), 2);
	json_decref(object);
	g_free(path);
	crosscheck_done(&x);
}

/* ---- What is printed -------------------------------------------------- */

/* Nothing is ever punctual to the nanosecond. */
static const char late[] =
    "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
    "[process db]\nfile = data\narrivals = poisson(4000/s)\n"
    "size = constant(4k)\ncollect = signal\nrequests = 100\n";

/* The tables of a crosscheck with these tolerances; to be freed. */
static char *
printed(const char *text, double share, int64_t resolution_ns)
{
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(text, &options, NULL);
	char *tables;
	size_t size;
	FILE *file = open_memstream(&tables, &size);

	x.facts = false;
	x.tolerances = (struct tolerances) {share, 1, resolution_ns};
	CU_ASSERT(crosscheck_play(&x) <= STATUS_DIFFERS);
	crosscheck_print(file, &x);
	fclose(file);
	crosscheck_done(&x);
	return (tables);
}

/* Whether the first such row ends so. */
static bool
row_ends(const char *tables, const char *row, const char *verdict)
{
	const char *start = strstr(tables, row);
	g_autofree char *line = start == NULL
	    ? g_strdup("no such row")
	    : g_strndup(start, strcspn(start, "\n"));

	if (!g_str_has_suffix(line, verdict))
		printf("\nexpected %s, got %s\n", verdict, line);
	return (g_str_has_suffix(line, verdict));
}

static void
the_bound_that_decided_stands_in_the_row(void)
{
	g_autofree char *near = printed(late, 0, 10000000000);
	g_autofree char *wide = printed(late, 1, 0);
	g_autofree char *strict = printed(late, 0, 1);

	CU_ASSERT(row_ends(near, "admission mean", "  close: within 10.0 s"));
	CU_ASSERT(row_ends(wide, "admission mean", "  close: within 100 %"));
	CU_ASSERT(row_ends(
	    strict, "admission mean", "  DIFFERS: by more than 0 % and 1 ns"));
}

static void
lateness_is_named_where_it_is_the_cause(void)
{
	static const char cause[] = "\nThe cause is how late the host was";
	g_autofree char *strict = printed(late, 0, 1);
	g_autofree char *wide = printed(late, 1, 10000000000);
	g_autofree char *punctual = printed(closed, 0, 0);

	CU_ASSERT_PTR_NOT_NULL(strstr(strict, cause));
	CU_ASSERT_EQUAL(
	    strstr(wide, cause) != NULL, strstr(wide, " DIFFER.\n") != NULL);
	CU_ASSERT_PTR_NULL(strstr(punctual, cause));
}

/* ---- Bad input -------------------------------------------------------- */

static GString *said;

static void
take_down(const gchar *text)
{
	g_string_append(said, text);
}

/* Ends with the status, with one line on stderr that says so, and nothing
 * played. */
static void
refused(struct crosscheck *x, enum exit_status status, const char *words)
{
	GPrintFunc loud = g_set_printerr_handler(take_down);

	said = g_string_new(NULL);
	CU_ASSERT_EQUAL(crosscheck_play(x), status);
	if (strstr(said->str, words) == NULL)
		printf("\nexpected '%s', got %s\n", words, said->str);
	CU_ASSERT_PTR_NOT_NULL(strstr(said->str, words));
	CU_ASSERT_EQUAL(
	    strchr(said->str, '\n'), said->str + strlen(said->str) - 1);
	CU_ASSERT_EQUAL(x->real.accepted, 0);
	g_string_free(said, TRUE);
	g_set_printerr_handler(loud);
}

static void
a_missing_scenario_is_bad_input(void)
{
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(closed, &options, NULL);

	g_unlink(x.path);
	refused(&x, STATUS_BAD_INPUT, "t.ini: ");
	crosscheck_done(&x);
}

static void
what_has_no_service_is_refused(void)
{
	struct scenario_options options;
	struct crosscheck x = crosscheck_of("[file p]\nkind = pipe\n"
					    "[process a]\nfile = p\n"
					    "depth = 1\nrequests = 1\n",
	    &options, NULL);

	refused(&x, STATUS_BAD_INPUT, "[file p] is a socket, pipe, fifo or");
	crosscheck_done(&x);
}

static void
a_directory_that_is_a_file_is_bad_input(void)
{
	struct scenario_options options;
	struct crosscheck x = crosscheck_of(closed, &options, NULL);

	g_free((char *)(uintptr_t)x.out);
	x.out = g_strdup(x.path);
	refused(&x, STATUS_BAD_INPUT, "t.ini: ");
	crosscheck_done(&x);
}

static void
disks_that_are_none_are_refused_before_a_run(void)
{
	static const struct {
		const char *text, *words;
	} bad[] = {
	    {"[file data]\nsize = 1m\n", "d.ini:1: [file data] is no [disk"},
	    {"[disk a]\n[disk b]\n", "d.ini:1: "},
	    {"[disk a]\nlatency = fast\n", "d.ini:2: "},
	};
	g_autofree char *path = g_build_filename(work_dir, "d.ini", NULL);
	struct scenario_options options;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct crosscheck x = crosscheck_of(closed, &options, NULL);

		CU_ASSERT(g_file_set_contents(path, bad[i].text, -1, NULL));
		x.disks = path;
		x.facts = false;
		refused(&x, STATUS_BAD_INPUT, bad[i].words);
		crosscheck_done(&x);
	}
	g_unlink(path);
}

static const struct rule rules[] = {
    RULE(a_closed_loop_is_the_same_in_virtual_time),
    RULE(the_real_run_lies_where_the_user_says),
    RULE(late_arrivals_retries_and_reaped_daemons_are_retraced),
    RULE(a_run_that_its_duration_cuts_is_retraced),
    RULE(faults_are_retraced),
    RULE(costs_on_two_cores_are_retraced),
    RULE(a_bad_model_differs_only_if_it_is_judged),
    RULE(other_disks_take_the_place_of_the_scenarios),
    RULE(there_is_a_folder_a_run_and_a_file),
    RULE(the_bound_that_decided_stands_in_the_row),
    RULE(lateness_is_named_where_it_is_the_cause),
    RULE(a_missing_scenario_is_bad_input),
    RULE(what_has_no_service_is_refused),
    RULE(a_directory_that_is_a_file_is_bad_input),
    RULE(disks_that_are_none_are_refused_before_a_run),
};

int
main(void)
{
	int status;
	g_autofree char *command = NULL;

	work_dir = g_dir_make_tmp("aiosim-crosscheck-XXXXXX", NULL);
	g_assert(work_dir != NULL);
	status = RUN_RULES("crosscheck", rules);
	command = g_strdup_printf("rm -rf '%s'", work_dir);
	if (system(command) != 0)
		status = 1;
	g_free(work_dir);
	return (status);
}
