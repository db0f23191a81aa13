/*
 * Plays a scenario apart, compares, and finds where the traces part: the marks
 * give the events in question, and a second run prints the first of them.
 */

#include "sim/study/regression.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "sim/apart.h"
#include "sim/record/sinks.h"
#include "sim/run.h"
#include "sim/study/baseline.h"

/* ---- Playing ---------------------------------------------------------- */

/* A run in the child: the baseline that it would make, or one line of it. */
struct task {
	const struct scenario *scenario;
	struct baseline observed;
	struct marks marks;
	uint64_t wanted; /* number of a line; 0: none */
	uint64_t lines;  /* so far */
	FILE *out;
};

static void
take_summary(void *context, const struct results *results)
{
	struct task *task = context;

	baseline_take(&task->observed, summary_json(results), &task->marks);
}

static void
hear_line(void *context, const char *line)
{
	struct task *task = context;

	if (++task->lines == task->wanted)
		fputs(line, task->out);
}

static enum exit_status
play_in(struct task *task, const struct world_ops *world, GError **error)
{
	struct run_setup setup = {
	    .scenario = task->scenario,
	    .world = world,
	    .report = take_summary,
	    .context = task,
	    .marks = &task->marks,
	    .listen = task->wanted > 0 ? hear_line : NULL,
	    .listener = task,
	};

	marks_init(&task->marks);
	task->lines = 0;
	return (run_scenario(&setup, error));
}

/* Heap refuses what only SimGrid can play, before anything happens. */
static enum exit_status
play(struct task *task)
{
	GError *error = NULL;
	enum exit_status status = play_in(task, &world_heap, &error);

	if (g_error_matches(error, WORLD_ERROR, WORLD_ERROR_INPUT)) {
		g_clear_error(&error);
		marks_release(&task->marks);
		status = play_in(task, &world_simgrid, &error);
	}
	if (error != NULL) {
		g_printerr("%s\n", error->message);
		g_error_free(error);
	}
	return (status);
}

static int
observe(void *context, FILE *out)
{
	struct task *task = context;
	enum exit_status status;
	char *text;

	task->out = out;
	status = play(task);
	if (status == STATUS_OK && task->wanted == 0) {
		text = baseline_text(&task->observed);
		fputs(text, out);
		g_free(text);
	}
	baseline_clear(&task->observed);
	marks_release(&task->marks);
	return ((int)status);
}

/* The child's answer, or NULL after a line on stderr. */
static GString *
play_apart(
    const struct scenario *scenario, uint64_t wanted, enum exit_status *status)
{
	struct task task = {.scenario = scenario, .wanted = wanted};
	GError *error = NULL;
	GString *answer;
	int ending = 0;

	answer = apart_run(observe, &task, &ending, &error);
	if (answer == NULL) {
		g_printerr("%s: %s\n", scenario->path, error->message);
		g_error_free(error);
		*status = STATUS_FAILED;
		return (NULL);
	}
	*status = WIFEXITED(ending) ? (enum exit_status)WEXITSTATUS(ending)
				    : STATUS_BUG;
	if (!WIFEXITED(ending))
		g_printerr("%s: the run broke off with signal %d\n",
		    scenario->path, WTERMSIG(ending));
	if (*status == STATUS_OK)
		return (answer);
	g_string_free(answer, TRUE);
	return (NULL);
}

/* ---- Telling ---------------------------------------------------------- */

static void
tell_parting(const struct scenario *scenario, const struct baseline *before,
    const struct baseline *now)
{
	enum exit_status status;
	uint64_t first, last;
	GString *line;

	marks_compare(&before->marks, &now->marks, &first, &last);
	if (first == last)
		printf("  the traces part at line %" PRIu64, first);
	else
		printf("  the traces part within lines %" PRIu64 " to %" PRIu64,
		    first, last);
	printf(" (of %" PRIu64 ", before %" PRIu64 ")", now->marks.events,
	    before->marks.events);
	if (first > now->marks.events) {
		printf(": it ends there now\n");
		return;
	}
	line = play_apart(scenario, first, &status);
	if (line != NULL) {
		printf("; %s %" PRIu64 " is now\n    %s\n",
		    first == last ? "line" : "the first of them, line", first,
		    line->str);
		g_string_free(line, TRUE);
	} else {
		putchar('\n');
	}
}

/* Says what differs; false if nothing does. */
static bool
tell_differences(const struct scenario *scenario, const struct baseline *before,
    const struct baseline *now)
{
	bool same_trace = baseline_same_trace(before, now);
	GString *lines = g_string_new(NULL);
	guint moved = baseline_compare(before, now, lines);

	if (same_trace && moved == 0) {
		g_string_free(lines, TRUE);
		return (false);
	}
	printf("%s: differs\n", scenario->path);
	if (same_trace)
		printf("  the trace is the same, what is made of it is not\n");
	else
		tell_parting(scenario, before, now);
	if (moved == 0)
		printf("  no metric moved\n");
	fputs(lines->str, stdout);
	g_string_free(lines, TRUE);
	return (true);
}

/* ---- One scenario ----------------------------------------------------- */

static enum exit_status
write_baseline(const char *path, const GString *text)
{
	g_autofree char *directory = g_path_get_dirname(path);
	g_autoptr(GError) error = NULL;

	if (g_mkdir_with_parents(directory, 0777) != 0) {
		g_printerr("%s: %s\n", directory, g_strerror(errno));
		return (STATUS_FAILED);
	}
	/* Written aside and renamed. */
	if (!g_file_set_contents(path, text->str, (gssize)text->len, &error)) {
		g_printerr("%s: %s\n", path, error->message);
		return (STATUS_FAILED);
	}
	return (STATUS_OK);
}

static enum exit_status
settle(struct regression *r, const char *path, const char *baseline_path,
    const GString *text)
{
	enum exit_status status;

	r->differing++;
	if (!r->update)
		return (STATUS_DIFFERS);
	status = write_baseline(baseline_path, text);
	if (status == STATUS_OK)
		printf("%s: %s is rewritten\n", path, baseline_path);
	return (status);
}

static enum exit_status
compare(struct regression *r, const struct scenario *scenario,
    const char *baseline_path, const GString *text)
{
	g_autofree char *old = NULL;
	struct baseline before = {0}, now = {0};
	GError *error = NULL;
	gsize length;
	bool differs;

	if (!g_file_get_contents(baseline_path, &old, &length, NULL)) {
		printf("%s: has no baseline %s%s\n", scenario->path,
		    baseline_path, r->update ? "" : "; make it with --update");
		return (settle(r, scenario->path, baseline_path, text));
	}
	if (!baseline_parse(&before, old, length, baseline_path, &error)) {
		g_printerr("%s\n", error->message);
		g_error_free(error);
		return (r->update
			? settle(r, scenario->path, baseline_path, text)
			: STATUS_BAD_INPUT);
	}
	if (!baseline_parse(&now, text->str, text->len, "the run", NULL))
		g_assert_not_reached();
	differs = tell_differences(scenario, &before, &now);
	baseline_clear(&before);
	baseline_clear(&now);
	if (differs)
		return (settle(r, scenario->path, baseline_path, text));
	r->same++;
	printf("%s: as expected\n", scenario->path);
	return (STATUS_OK);
}

static char *
baseline_path(const struct regression *r, const char *stem)
{
	g_autofree char *name = g_strconcat(stem, ".json", NULL);

	return (g_build_filename(r->directory, name, NULL));
}

enum exit_status
regression_check(struct regression *r, const char *path)
{
	g_autofree char *baseline = NULL;
	struct scenario *scenario;
	enum exit_status status = STATUS_BAD_INPUT;
	GError *error = NULL;
	GString *text = NULL;

	scenario = scenario_read(path, NULL, NULL, &error);
	if (scenario == NULL) {
		g_printerr("%s\n", error->message);
		g_error_free(error);
		return (status);
	}
	baseline = baseline_path(r, scenario->stem);
	text = play_apart(scenario, 0, &status);
	if (text != NULL) {
		status = compare(r, scenario, baseline, text);
		g_string_free(text, TRUE);
	}
	fflush(stdout);
	scenario_free(scenario);
	return (status);
}

/* ---- Baselines without a scenario ------------------------------------- */

static bool
has_scenario(const char *name, char **paths)
{
	g_autofree char *stem = scenario_stem(name);

	for (; *paths != NULL; paths++) {
		g_autofree char *other = scenario_stem(*paths);

		if (strcmp(stem, other) == 0)
			return (true);
	}
	return (false);
}

enum exit_status
regression_find_orphans(struct regression *r, char **paths)
{
	GDir *directory = g_dir_open(r->directory, 0, NULL);
	enum exit_status status = STATUS_OK;
	const char *name;

	while (
	    directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
		g_autofree char *path =
		    g_build_filename(r->directory, name, NULL);

		if (!g_str_has_suffix(name, ".json") ||
		    has_scenario(name, paths))
			continue;
		r->differing++;
		if (!r->update) {
			printf(
			    "%s: has no scenario; --update removes it\n", path);
			status = STATUS_DIFFERS;
		} else if (g_unlink(path) == 0) {
			printf("%s: removed, its scenario is gone\n", path);
		}
	}
	g_clear_pointer(&directory, g_dir_close);
	return (status);
}
