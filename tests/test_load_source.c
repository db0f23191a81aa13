/*
 * What load programs issue: draws and traces, against the kernel model.
 */

#include <glib/gstdio.h>

#include "tests/load_player.h"
#include "tests/suite.h"

/* ---- What operations are ---------------------------------------------- */

static void
adding_a_process_shifts_nobody_elses_numbers(void)
{
	static const char db[] =
	    "[process db]\nfile = data\narrivals = poisson(300/s)\nread = 0.6\n"
	    "size = exponential(8k)\nrequests = 400\n";
	struct player alone, among;
	guint i, j = 0;
	char *text;

	text = g_strconcat(DISK_AND_FILE, db, NULL);
	play(&alone, text);
	g_free(text);
	text = g_strconcat(DISK_AND_FILE,
	    "[process a]\nfile = data\ndepth = 3\nrequests = 500\n", db, NULL);
	play(&among, text);
	g_free(text);
	CU_ASSERT_EQUAL(alone.attempts->len, 400);
	for (i = 0; i < among.attempts->len; i++)
		if (attempt_at(&among, i)->process == 1)
			CU_ASSERT(same_work(
			    attempt_at(&among, i), attempt_at(&alone, j++)));
	CU_ASSERT_EQUAL(j, 400);
	player_end(&alone);
	player_end(&among);
}

static void
read_share_and_places_are_as_asked(void)
{
	const struct kernel_request *request;
	guint i, reads = 0, low = 0;
	struct player p;

	play(&p,
	    DISK_AND_FILE "[process a]\nfile = data\ndepth = 4\nread = 0.7\n"
			  "size = uniform(1k,64k)\nrequests = 5000\n");
	for (i = 0; i < p.attempts->len; i++) {
		request = &attempt_at(&p, i)->request;
		reads += request->opcode == KERNEL_OP_READ;
		low += request->offset_bytes < 512 * 1024;
		CU_ASSERT_EQUAL(
		    request->offset_bytes % (int64_t)request->size_bytes, 0);
		CU_ASSERT(
		    request->offset_bytes + (int64_t)request->size_bytes <=
		    1024 * 1024);
	}
	CU_ASSERT(ABS((int)reads - 3500) < 130);
	CU_ASSERT(ABS((int)low - 2550) < 200);
	player_end(&p);
}

static void
sequential_offsets_wrap(void)
{
	struct player p;
	guint i;

	play(&p,
	    DISK_AND_FILE "[process a]\nfile = data\ndepth = 1\nread = 0\n"
			  "size = 300k\noffset = sequential\nrequests = 7\n");
	for (i = 0; i < 7; i++) {
		CU_ASSERT_EQUAL(attempt_at(&p, i)->request.offset_bytes,
		    i % 3 * 300 * 1024);
		CU_ASSERT_EQUAL(attempt_at(&p, i)->kind, KERNEL_AIO_WRITE);
	}
	player_end(&p);
}

static void
zipf_favours_the_first_block(void)
{
	guint i, counts[2] = {0, 0};
	const struct kernel_request *request;
	struct player p;

	play(&p,
	    DISK_AND_FILE "[process a]\nfile = data\ndepth = 4\n"
			  "offset = zipf(1.0)\nrequests = 4000\n");
	for (i = 0; i < p.attempts->len; i++) {
		request = &attempt_at(&p, i)->request;
		CU_ASSERT_EQUAL(request->offset_bytes % 4096, 0);
		CU_ASSERT(request->offset_bytes <= 255 * 4096);
		if (request->offset_bytes < 8192)
			counts[request->offset_bytes / 4096]++;
	}
	/* Shares of 1/6.12 and 1/12.2. */
	CU_ASSERT(ABS((int)counts[0] - 653) < 100);
	CU_ASSERT(ABS((int)counts[1] - 327) < 75);
	player_end(&p);
}

/* ---- Traces ----------------------------------------------------------- */

/* Its path is "trace.iolog" beside a scenario "test.ini". */
static void
write_trace(const char *lines)
{
	char *text = g_strconcat(
	    "fio version 3 iolog\n0 f add\n0 f open\n", lines, NULL);

	CU_ASSERT_FATAL(g_file_set_contents("trace.iolog", text, -1, NULL));
	g_free(text);
}

#define TRACE "[process a]\nfile = data\ntrace = trace.iolog\n"

static void
trace_is_issued_at_recorded_times(void)
{
	static const enum kernel_call_kind kinds[] = {KERNEL_AIO_READ,
	    KERNEL_AIO_WRITE, KERNEL_AIO_FSYNC, KERNEL_AIO_FSYNC,
	    KERNEL_AIO_READ};
	static const int64_t us[] = {10, 10, 250, 4000, 9000};
	struct player p;
	guint i;

	write_trace("10 f read 4096 512\n10 f write 8192 1024\n"
		    "250 f sync 0 0\n4000 f datasync 0 0\n9000 f read 0 1\n");
	play(&p, DISK_AND_FILE TRACE "start = 2ms\n");
	CU_ASSERT_EQUAL_FATAL(p.attempts->len, 5);
	for (i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(
		    attempt_at(&p, i)->submit_ns, 2 * MS + us[i] * 1000);
		CU_ASSERT_EQUAL(attempt_at(&p, i)->kind, kinds[i]);
	}
	CU_ASSERT_EQUAL(attempt_at(&p, 1)->request.offset_bytes, 8192);
	CU_ASSERT_EQUAL(attempt_at(&p, 1)->request.size_bytes, 1024);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 5);
	CU_ASSERT_PTR_NULL(load_error(p.programs->pdata[0]));
	player_end(&p);
	g_unlink("trace.iolog");
}

/* The log is read as the run goes; its last line is far beyond one buffer. */
static void
trace_that_changes_under_a_run_is_an_error(void)
{
	GString *lines = g_string_new(NULL);
	const GError *error;
	struct player p;
	FILE *file;
	int i;

	for (i = 0; i < 20000; i++)
		g_string_append_printf(lines, "%d f read 0 512\n", 2000 * i);
	write_trace(lines->str);
	g_string_free(lines, TRUE);
	player_begin(&p, DISK_AND_FILE TRACE);
	file = fopen("trace.iolog", "r+");
	CU_ASSERT_FATAL(file != NULL && fseek(file, -20, SEEK_END) == 0);
	fputs("#", file);
	fclose(file);
	CU_ASSERT(player_play(&p));
	error = load_error(p.programs->pdata[0]);
	CU_ASSERT_FATAL(error != NULL);
	CU_ASSERT(g_str_has_prefix(error->message, "trace.iolog:2000"));
	CU_ASSERT(player_counts(&p, 0).done < 20000);
	player_end(&p);
	g_unlink("trace.iolog");
}

static void
trace_as_soon_as_possible_fills_the_queue(void)
{
	GString *lines = g_string_new(NULL);
	struct player p;
	guint i;

	for (i = 0; i < 100; i++)
		g_string_append_printf(
		    lines, "%u000000 f read %u 512\n", i, i * 512);
	write_trace(lines->str);
	g_string_free(lines, TRUE);
	play(&p,
	    SMALL_QUEUE DISK_AND_FILE TRACE "pace = asap\non_eagain = drop\n");
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 100);
	CU_ASSERT_EQUAL(player_counts(&p, 0).dropped, 0);
	CU_ASSERT_EQUAL(p.most_outstanding, 4);
	/* 25 times 4 in parallel, of 1 ms each. */
	CU_ASSERT_EQUAL(p.now_ns, 25 * MS);
	player_end(&p);
	g_unlink("trace.iolog");
}

static void
check_trace_error(const char *lines, const char *message)
{
	struct load_budget budget = {UINT64_MAX};
	struct scenario *scenario;
	GError *error = NULL;

	write_trace(lines);
	scenario = scenario_parse(DISK_AND_FILE TRACE,
	    strlen(DISK_AND_FILE TRACE), "test.ini", NULL, NULL, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
	CU_ASSERT_PTR_NULL(load_new(
	    scenario, scenario->processes->pdata[0], 0, &budget, &error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(error);
	CU_ASSERT(g_str_has_suffix(error->message, message));
	if (!g_str_has_suffix(error->message, message))
		g_printerr("\n%s\n", error->message);
	g_error_free(error);
	scenario_free(scenario);
	g_unlink("trace.iolog");
}

static void
bad_traces_are_found_before_the_run(void)
{
	check_trace_error("0 f read 1048576 1\n",
	    "trace.iolog: reaches 1048577 bytes, but [file data] is 1048576; "
	    "set its size");
	check_trace_error("", ": no request in the trace");
}

static const struct rule rules[] = {
    RULE(adding_a_process_shifts_nobody_elses_numbers),
    RULE(read_share_and_places_are_as_asked),
    RULE(sequential_offsets_wrap),
    RULE(zipf_favours_the_first_block),
    RULE(trace_is_issued_at_recorded_times),
    RULE(trace_that_changes_under_a_run_is_an_error),
    RULE(trace_as_soon_as_possible_fills_the_queue),
    RULE(bad_traces_are_found_before_the_run),
};

int
main(void)
{
	char *directory = g_dir_make_tmp("aiosim-load-XXXXXX", NULL);
	int status;

	/* Traces are found beside the scenario, which has no directory. */
	if (directory == NULL || g_chdir(directory) != 0)
		return (2);
	status = RUN_RULES("load_source", rules);
	g_rmdir(directory);
	g_free(directory);
	return (status);
}
