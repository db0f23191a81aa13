/*
 * aiosim run: plays scenarios, one after the other.
 */

#include <jansson.h>
#include <stdio.h>

#include "sim/apart.h"
#include "sim/options.h"
#include "sim/printable.h"
#include "sim/real/options.h"
#include "sim/record/sinks.h"
#include "sim/run.h"

struct run_options {
	struct scenario_options scenario;
	struct real_options real;
	char *out;
	gboolean trace, perfetto, no_requests, no_series, json, quiet;
};

static GOptionContext *
make_context(struct run_options *options)
{
	const GOptionEntry entries[] = {
	    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options->out,
		"directory of the files (results/NAME of the scenario)", "DIR"},
	    {"trace", 't', 0, G_OPTION_ARG_NONE, &options->trace,
		"write trace.txt, a line an event", NULL},
	    {"perfetto", 0, 0, G_OPTION_ARG_NONE, &options->perfetto,
		"write perfetto.json for ui.perfetto.dev", NULL},
	    {"no-requests", 0, 0, G_OPTION_ARG_NONE, &options->no_requests,
		"do not write requests.csv", NULL},
	    {"no-series", 0, 0, G_OPTION_ARG_NONE, &options->no_series,
		"do not write series.csv", NULL},
	    {"json", 0, 0, G_OPTION_ARG_NONE, &options->json,
		"print the summary as JSON instead of the table", NULL},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet,
		"print nothing but errors", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("SCENARIO…");

	g_option_context_set_summary(context,
	    "Plays each scenario and writes what came of it: summary.json, "
	    "requests.csv,\nseries.csv.  Plot them with aiosim-plot DIR.");
	options_add_scenario(context, &options->scenario);
	real_options_add(context, &options->real);
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

static void
report(void *context, const struct results *results)
{
	const struct run_options *options = context;
	json_t *both;

	if (options->json) {
		both = json_pack("{s:o, s:o}", "summary", summary_json(results),
		    "timing", timing_json(results));
		json_write(stdout, both);
		json_decref(both);
	} else if (!options->quiet) {
		table_print(stdout, results);
	}
}

static enum exit_status
run_one(const struct run_options *options, const char *path, const char *out)
{
	struct scenario *scenario;
	struct run_setup setup = {
	    .requests = !options->no_requests,
	    .series = !options->no_series,
	    .trace = options->trace,
	    .perfetto = options->perfetto,
	    .report = report,
	    .context = (void *)(uintptr_t)options,
	    .real = &options->real,
	    .out = out,
	};
	enum exit_status status;
	GError *error = NULL;

	setup.world = options_world(&options->scenario, "simgrid");
	if (setup.world == NULL ||
	    !real_options_check(&options->real, setup.world, "run"))
		return (STATUS_BAD_INPUT);
	scenario = options_read(&options->scenario, path, NULL);
	if (scenario == NULL)
		return (STATUS_BAD_INPUT);
	setup.scenario = scenario;
	status = run_scenario(&setup, &error);
	if (error != NULL)
		print_error(error);
	scenario_free(scenario);
	return (status);
}

struct one_run {
	const struct run_options *options;
	const char *path, *out;
};

static enum exit_status
run_this(void *context)
{
	const struct one_run *one = context;

	return (run_one(one->options, one->path, one->out));
}

/* SimGrid cannot be started twice in a process: each of several scenarios has
 * one of its own. */
static enum exit_status
run_apart(const struct run_options *options, const char *path, const char *out)
{
	struct one_run one = {options, path, out};

	return (apart_play(run_this, &one, path));
}

static enum exit_status
run_all(const struct run_options *options, char **paths, int count)
{
	enum exit_status status = STATUS_OK, one;
	char *out;
	int i;

	for (i = 0; i < count; i++) {
		if (options->out != NULL && count == 1)
			out = g_strdup(options->out);
		else
			out = options_directory(options->out, paths[i]);
		one = count == 1 ? run_one(options, paths[i], out)
				 : run_apart(options, paths[i], out);
		g_free(out);
		if (one == STATUS_INTERRUPTED)
			return (one);
		if (status == STATUS_OK)
			status = one;
	}
	return (status);
}

int
command_run(int argc, char **argv)
{
	struct run_options options = {0};
	GOptionContext *context = make_context(&options);
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "run", &argc, &argv)) {
		run_catch_signals();
		if (argc < 2)
			g_printerr("aiosim run: name a scenario file; see "
				   "aiosim run --help\n");
		else if (options_has_name("run", options.out))
			status = run_all(&options, argv + 1, argc - 1);
	}
	g_option_context_free(context);
	options_release(&options.scenario);
	real_options_release(&options.real);
	g_free(options.out);
	return ((int)status);
}
