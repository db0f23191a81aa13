/*
 * The runs of a comparison: one process each, since SimGrid can be started only
 * once in a process.
 */

#include "sim/study/compare.h"

#include <string.h>

#include "sim/apart.h"
#include "sim/printable.h"
#include "sim/run.h"
#include "sim/vector/json_reader.h"

static struct scenario *
read_for(const struct compare *compare, const char *kernel)
{
	struct scenario_options options = *compare->options;

	options.kernel = (char *)(uintptr_t)kernel;
	return (options_read(&options, compare->path, NULL));
}

struct one_run {
	const struct compare *compare;
	const char *kernel, *out;
	guint replication;
};

static enum exit_status
play_one(void *context)
{
	const struct one_run *one = context;
	struct scenario *scenario = read_for(one->compare, one->kernel);
	struct run_setup setup = {
	    .scenario = scenario,
	    .world = one->compare->world,
	    .out = one->out,
	    .requests = one->replication == 0,
	    .series = one->replication == 0,
	};
	enum exit_status status = STATUS_BAD_INPUT;
	GError *error = NULL;

	if (scenario != NULL) {
		scenario->replication = one->replication;
		status = run_scenario(&setup, &error);
	}
	if (error != NULL)
		print_error(error);
	scenario_free(scenario);
	return (status);
}

/* The summary as it was written: one source for the file and the table. */
static enum exit_status
read_summary(struct compare *compare, const char *out)
{
	g_autofree char *path = g_build_filename(out, "summary.json", NULL);
	GError *error = NULL;
	json_t *summary = json_read_path(path, &error);

	if (summary == NULL) {
		print_error(error);
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

char *
compare_path(const struct compare *compare, const char *kernel,
    guint replication, const char *name)
{
	g_autofree char *folder =
	    g_strdup_printf("replication-%u", replication);

	/* A NULL ends the path. */
	if (replication == 0)
		return (g_build_filename(compare->out, kernel, name, NULL));
	return (g_build_filename(compare->out, kernel, folder, name, NULL));
}

static enum exit_status
play_kernel(struct compare *compare, const char *kernel)
{
	enum exit_status status = STATUS_OK;
	guint i;

	for (i = 0; i < compare->reps && status == STATUS_OK; i++) {
		g_autofree char *out = compare_path(compare, kernel, i, NULL);
		struct one_run one = {compare, kernel, out, i};

		status = apart_play(play_one, &one, compare->path);
		if (status == STATUS_OK)
			status = read_summary(compare, out);
	}
	return (status);
}

enum exit_status
compare_play(struct compare *compare)
{
	enum exit_status status = STATUS_OK;
	char **kernel;

	g_assert(compare->reps > 0);
	compare->summaries =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	if (!is_good_input(compare))
		return (STATUS_BAD_INPUT);
	for (kernel = compare->kernels; *kernel != NULL && status == STATUS_OK;
	     kernel++)
		status = play_kernel(compare, *kernel);
	return (status);
}

void
compare_release(struct compare *compare)
{
	if (compare->summaries != NULL)
		g_ptr_array_free(compare->summaries, TRUE);
}
