/*
 * The runs of a comparison: one process each, since SimGrid can be started only
 * once in a process.
 */

#include "sim/study/compare.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/run.h"

static struct scenario *
read_for(const struct compare *compare, const char *kernel)
{
	struct scenario_options options = *compare->options;

	options.kernel = (char *)(uintptr_t)kernel;
	return (options_read(&options, compare->path, NULL));
}

static enum exit_status
play_one(const struct compare *compare, const char *kernel, const char *out)
{
	struct scenario *scenario = read_for(compare, kernel);
	struct run_setup setup = {
	    .scenario = scenario,
	    .world = compare->world,
	    .out = out,
	    .requests = true,
	    .series = true,
	};
	enum exit_status status = STATUS_BAD_INPUT;
	GError *error = NULL;

	if (scenario != NULL)
		status = run_scenario(&setup, &error);
	if (error != NULL) {
		g_printerr("%s\n", error->message);
		g_error_free(error);
	}
	scenario_free(scenario);
	return (status);
}

static enum exit_status
play_in_child(
    const struct compare *compare, const char *kernel, const char *out)
{
	pid_t child, ended;
	int status;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		status = (int)play_one(compare, kernel, out);
		fflush(NULL);
		_exit(status);
	}
	do
		ended = child < 0 ? child : waitpid(child, &status, 0);
	while (ended < 0 && child > 0 && errno == EINTR);
	if (ended != child || child < 0) {
		g_printerr("%s: cannot start a process for %s\n", compare->path,
		    kernel);
		return (STATUS_FAILED);
	}
	return (WIFEXITED(status) ? (enum exit_status)WEXITSTATUS(status)
				  : STATUS_BUG);
}

/* The summary as it was written: one source for the file and the table. */
static enum exit_status
read_summary(struct compare *compare, const char *out)
{
	g_autofree char *path = g_build_filename(out, "summary.json", NULL);
	json_error_t problem;
	json_t *summary = json_load_file(path, 0, &problem);

	if (summary == NULL) {
		g_printerr("%s: %s\n", path, problem.text);
		return (STATUS_FAILED);
	}
	g_ptr_array_add(compare->summaries, summary);
	return (STATUS_OK);
}

static bool
is_good_input(const struct compare *compare)
{
	struct scenario *scenario;
	char **kernel;

	for (kernel = compare->kernels; *kernel != NULL; kernel++) {
		scenario = read_for(compare, *kernel);
		if (scenario == NULL)
			return (false);
		scenario_free(scenario);
	}
	return (true);
}

enum exit_status
compare_play(struct compare *compare)
{
	enum exit_status status = STATUS_OK;
	char **kernel;

	compare->summaries =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	if (!is_good_input(compare))
		return (STATUS_BAD_INPUT);
	for (kernel = compare->kernels; *kernel != NULL && status == STATUS_OK;
	     kernel++) {
		g_autofree char *out =
		    g_build_filename(compare->out, *kernel, NULL);

		status = play_in_child(compare, *kernel, out);
		if (status == STATUS_OK)
			status = read_summary(compare, out);
	}
	return (status);
}

void
compare_release(struct compare *compare)
{
	if (compare->summaries != NULL)
		g_ptr_array_free(compare->summaries, TRUE);
}
