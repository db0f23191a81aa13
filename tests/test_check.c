/*
 * Marks of a trace, baselines, and the regression check: a change in what a
 * scenario does is found, and named by metric and by line of the trace.
 */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/record/marks.h"
#include "sim/study/baseline.h"
#include "sim/study/regression.h"
#include "tests/suite.h"

static char *dir;

/* ---- Marks ------------------------------------------------------------ */

/* A made-up trace whose events are those of `events` events, but that it takes
 * another course at event `parts_at`. */
static struct marks
trace_with(uint64_t events, uint64_t parts_at)
{
	struct marks marks;
	uint64_t i, state = 1;

	marks_init(&marks);
	for (i = 1; i <= events; i++) {
		state =
		    (state ^ (i == parts_at)) * UINT64_C(0x9e3779b97f4a7c15);
		state ^= state >> 29;
		marks_event(&marks, state);
	}
	return (marks);
}

static void
expect_parting(uint64_t events, uint64_t at, uint64_t width)
{
	struct marks a = trace_with(events, 0), b = trace_with(events, at);
	uint64_t first, last;

	marks_compare(&a, &b, &first, &last);
	CU_ASSERT(first <= at && at <= last && last - first < width);
	marks_release(&a);
	marks_release(&b);
}

static void
first_thousand_events_are_told_apart(void)
{
	uint64_t at;

	for (at = 1; at <= MARKS_EXACT; at += 31)
		expect_parting(5000, at, 1);
	expect_parting(MARKS_EXACT, MARKS_EXACT, 1);
}

static void
later_events_are_found_within_a_percent(void)
{
	expect_parting(1000000, 1025, 9);
	expect_parting(1000000, 2048, 9);
	expect_parting(1000000, 2049, 17);
	expect_parting(1000000, 500000, 4000);
	/* Behind the last mark. */
	expect_parting(1000000, 1000000, 8000);
}

static void
trace_that_ends_early_parts_behind_its_last_event(void)
{
	struct marks a = trace_with(700, 0), b = trace_with(699, 0);
	uint64_t first, last;

	marks_compare(&a, &b, &first, &last);
	CU_ASSERT(first == 700 && last == 700);
	marks_compare(&b, &a, &first, &last);
	CU_ASSERT(first == 700 && last == 700);
	marks_release(&a);
	marks_release(&b);
}

static void
marks_survive_being_written(void)
{
	static const uint64_t counts[] = {0, 1, 1024, 1031, 1032, 300000};
	struct marks marks, again;
	uint64_t first, last;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(counts); i++) {
		g_autofree char *text = NULL;

		marks = trace_with(counts[i], 0);
		text = marks_text(&marks);
		CU_ASSERT(marks_parse(&again, counts[i], text));
		CU_ASSERT(again.hashes->len == marks.hashes->len);
		marks_compare(&marks, &again, &first, &last);
		CU_ASSERT(last >= counts[i]);
		marks_release(&again);
		/* Too few for so many events. */
		CU_ASSERT(!marks_parse(&again, counts[i] + 9000, text));
		marks_release(&again);
		marks_release(&marks);
	}
}

/* ---- Baselines -------------------------------------------------------- */

static struct baseline
made_baseline(const char *summary)
{
	struct baseline baseline;
	struct marks marks = trace_with(10, 0);

	baseline_take(&baseline, json_loads(summary, 0, NULL), &marks);
	return (baseline);
}

static void
moved_metrics_are_told_with_their_change(void)
{
	struct baseline before = made_baseline(
	    "{\"version\":\"1\",\"fingerprint\":\"a\",\"n\":200,"
	    "\"in\":{\"x\":1.5,\"gone\":1},\"zero\":0,\"same\":\"s\"}");
	struct baseline now = made_baseline(
	    "{\"version\":\"2\",\"fingerprint\":\"b\",\"n\":190,"
	    "\"in\":{\"x\":1.5,\"new\":2},\"zero\":3,\"same\":\"s\"}");
	GString *lines = g_string_new(NULL);

	CU_ASSERT(baseline_compare(&before, &now, lines) == 4);
	CU_ASSERT(strstr(lines->str, " 200 -> 190  -5 %\n") != NULL);
	CU_ASSERT(strstr(lines->str, "  in.gone ") != NULL);
	CU_ASSERT(strstr(lines->str, " 1 -> nothing\n") != NULL);
	CU_ASSERT(strstr(lines->str, " nothing -> 2\n") != NULL);
	CU_ASSERT(strstr(lines->str, " 0 -> 3\n") != NULL);
	CU_ASSERT(strstr(lines->str, "version") == NULL);
	CU_ASSERT(!baseline_same_trace(&before, &now));
	g_string_free(lines, TRUE);
	baseline_clear(&before);
	baseline_clear(&now);
}

static void
baseline_survives_being_written(void)
{
	struct baseline before = made_baseline(
	    "{\"fingerprint\":\"a\",\"mean\":0.1,\"n\":{\"max\":123456789}}");
	struct baseline now;
	g_autofree char *text = baseline_text(&before);
	GString *lines = g_string_new(NULL);

	CU_ASSERT_FATAL(
	    baseline_parse(&now, text, strlen(text), "b.json", NULL));
	CU_ASSERT(baseline_compare(&before, &now, lines) == 0);
	CU_ASSERT(baseline_same_trace(&before, &now));
	g_string_free(lines, TRUE);
	baseline_clear(&before);
	baseline_clear(&now);
}

static void
damaged_baseline_is_bad_input(void)
{
	static const char *const texts[] = {"", "{", "[]", "{\"schema\": 1}",
	    "{\"schema\": 1, \"events\": 5, \"marks\": \"\", \"summary\": {}}",
	    "{\"schema\": 2, \"events\": 0, \"marks\": \"\", \"summary\": {}}"};
	struct baseline baseline;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(texts); i++) {
		GError *error = NULL;

		CU_ASSERT(!baseline_parse(
		    &baseline, texts[i], strlen(texts[i]), "b.json", &error));
		CU_ASSERT(error != NULL &&
		    g_str_has_prefix(error->message, "b.json"));
		g_clear_error(&error);
	}
}

/* ---- The check -------------------------------------------------------- */

static const char scenario[] = "[disk d]\nlatency = 1ms\n"
			       "[file f]\ndisk = d\n"
			       "[process p]\nfile = f\ndepth = 2\n"
			       "requests = 50\n";

/* Plays the text as p.ini; what the check said, on stdout, is in *said. */
static enum exit_status
check(const char *text, bool update, char **said)
{
	g_autofree char *path = g_build_filename(dir, "p.ini", NULL);
	g_autofree char *out = g_build_filename(dir, "said", NULL);
	struct regression regression = {.directory = dir, .update = update};
	enum exit_status status;
	int saved = dup(STDOUT_FILENO);

	CU_ASSERT(g_file_set_contents(path, text, -1, NULL));
	fflush(stdout);
	CU_ASSERT(freopen(out, "w", stdout) != NULL);
	status = regression_check(&regression, path);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	CU_ASSERT(g_file_get_contents(out, said, NULL, NULL));
	return (status);
}

static void
expect_check(const char *text, bool update, enum exit_status expected,
    const char *phrase)
{
	g_autofree char *said = NULL;
	enum exit_status status = check(text, update, &said);

	if (status != expected || strstr(said, phrase) == NULL)
		printf("\nstatus %d, said:\n%s\n", (int)status, said);
	CU_ASSERT(status == expected);
	CU_ASSERT(strstr(said, phrase) != NULL);
}

static void
change_is_found_and_its_line_named(void)
{
	g_autofree char *later = g_strconcat(scenario,
	    "[fault f]\nprocess = p\nnth = 20\neffect = delay(1ns)\n", NULL);
	g_autofree char *path = g_build_filename(dir, "p.json", NULL);

	expect_check(scenario, false, STATUS_DIFFERS, "has no baseline");
	CU_ASSERT(!g_file_test(path, G_FILE_TEST_EXISTS));
	expect_check(scenario, true, STATUS_OK, "is rewritten");
	expect_check(scenario, false, STATUS_OK, "as expected");
	expect_check(later, false, STATUS_DIFFERS, " - fault f strikes p cb ");
	expect_check(later, false, STATUS_DIFFERS,
	    "  latency_ns.total.max                         2000000 -> "
	    "2000001  +5e-05 %");
	expect_check(later, true, STATUS_OK, "is rewritten");
	expect_check(later, false, STATUS_OK, "as expected");
}

static void
sweep_is_left_aside(void)
{
	g_autofree char *swept = g_strconcat(
	    scenario, "[sweep]\nvfs.aio.max_aio_procs = 1, 2\n", NULL);

	expect_check(scenario, true, STATUS_OK, "");
	expect_check(swept, false, STATUS_OK, "as expected");
}

static void
orphan_is_told_and_removed_by_update(void)
{
	g_autofree char *orphan = g_build_filename(dir, "old.json", NULL);
	char *paths[] = {(char[]) {"scenarios/p.ini"}, NULL};
	struct regression regression = {.directory = dir};

	CU_ASSERT(g_file_set_contents(orphan, "{}", -1, NULL));
	CU_ASSERT(
	    regression_find_orphans(&regression, paths) == STATUS_DIFFERS);
	CU_ASSERT(g_file_test(orphan, G_FILE_TEST_EXISTS));
	regression.update = true;
	CU_ASSERT(regression_find_orphans(&regression, paths) == STATUS_OK);
	CU_ASSERT(!g_file_test(orphan, G_FILE_TEST_EXISTS));
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(first_thousand_events_are_told_apart),
	    RULE(later_events_are_found_within_a_percent),
	    RULE(trace_that_ends_early_parts_behind_its_last_event),
	    RULE(marks_survive_being_written),
	    RULE(moved_metrics_are_told_with_their_change),
	    RULE(baseline_survives_being_written),
	    RULE(damaged_baseline_is_bad_input),
	    RULE(change_is_found_and_its_line_named),
	    RULE(sweep_is_left_aside),
	    RULE(orphan_is_told_and_removed_by_update),
	};
	char template[] = BINARY_DIR "/check-XXXXXX";
	g_autofree char *command = NULL;
	int status;

	dir = g_mkdtemp(template);
	g_assert(dir != NULL);
	status = RUN_RULES("check", rules);
	command = g_strdup_printf("rm -rf '%s'", dir);
	return (system(command) != 0 ? 1 : status);
}
