/*
 * aiosim crosscheck: a scenario in the real world and in virtual time.
 */

#include <stdio.h>

#include "sim/crosscheck/crosscheck.h"
#include "sim/real/options.h"
#include "sim/record/sinks.h"
#include "sim/scenario/values.h"

struct crosscheck_options {
	struct scenario_options scenario;
	struct real_options where;
	char *out, *disks;
	char *tolerance, *distance, *resolution, *model;
	gboolean facts, trace, json, quiet;
};

static GOptionContext *
make_context(struct crosscheck_options *options)
{
	const GOptionEntry entries[] = {
	    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options->out,
		"directory of the files (results/NAME-crosscheck)", "DIR"},
	    {"disk-from", 0, 0, G_OPTION_ARG_FILENAME, &options->disks,
		"model the devices as the [disk] sections of this file say, "
		"such as aiosim calibrate prints; by name, but a single one "
		"for a single one",
		"FILE"},
	    {"facts", 0, 0, G_OPTION_ARG_NONE, &options->facts,
		"only what does not depend on the machine's speed", NULL},
	    {"tolerance", 0, 0, G_OPTION_ARG_STRING, &options->tolerance,
		"share by which times, means and counts that depend on the "
		"speed may differ (0.1)",
		"SHARE"},
	    {"distance", 0, 0, G_OPTION_ARG_STRING, &options->distance,
		"by which distributions of latency may differ, after "
		"Kolmogorov and Smirnov (0.1)",
		"SHARE"},
	    {"resolution", 0, 0, G_OPTION_ARG_STRING, &options->resolution,
		"times nearer than this are not told apart (100us)", "TIME"},
	    {"model-tolerance", 0, 0, G_OPTION_ARG_STRING, &options->model,
		"judge the device model too: by how much it may be off",
		"SHARE"},
	    {"trace", 't', 0, G_OPTION_ARG_NONE, &options->trace,
		"write trace.txt of each run, a line an event", NULL},
	    {"json", 0, 0, G_OPTION_ARG_NONE, &options->json,
		"print crosscheck.json instead of the tables", NULL},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet,
		"print nothing but errors", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("SCENARIO");

	g_option_context_set_summary(context,
	    "Plays a scenario in the real world, and compares that with three "
	    "runs in virtual time:\n  retraced  with each request's measured "
	    "service, and each time as late as the host\n            was: the "
	    "same run, to the nanosecond\n  measured  with each request's "
	    "measured service, all times punctual\n  model     over the "
	    "scenario's [disk]s: what differs besides is the model's error\n"
	    "in what became of each operation, refusals by limit, orders, "
	    "daemons and latencies.\nWrites crosscheck.json and a folder a "
	    "run; plot them with aiosim-plot DIR.  Ends with\nstatus 1 if "
	    "something differs beyond its tolerance.");
	options_add_scenario(context, &options->scenario);
	real_options_add(context, &options->where);
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

/* ---- Values ----------------------------------------------------------- */

static bool
bad_value(const char *option, GError *error)
{
	if (error == NULL)
		return (true);
	g_printerr("aiosim crosscheck: --%s: %s\n", option, error->message);
	g_error_free(error);
	return (false);
}

/* Leaves the value alone where the option was not given. */
static bool
parse_share(const char *option, const char *text, double *value)
{
	GError *error = NULL;

	if (text != NULL)
		value_real(text, 0, 1, "0.1", value, &error);
	return (bad_value(option, error));
}

static bool
parse_resolution(const char *text, int64_t *ns)
{
	GError *error = NULL;

	if (text != NULL)
		value_quantity(&quantity_time, text, 0,
		    G_GINT64_CONSTANT(3600000000000), ns, &error);
	return (bad_value("resolution", error));
}

static bool
parse_values(const struct crosscheck_options *options, struct crosscheck *x)
{
	struct tolerances *t = &x->tolerances;

	return (parse_share("tolerance", options->tolerance, &t->share) &&
	    parse_share("distance", options->distance, &t->distance) &&
	    parse_share("model-tolerance", options->model, &x->model_share) &&
	    parse_resolution(options->resolution, &t->resolution_ns));
}

/* ---- The command ------------------------------------------------------ */

static void
report(const struct crosscheck_options *options, const struct crosscheck *x)
{
	json_t *object = crosscheck_json(x);
	bool whole = true;

	/* The tables from it, too, so that aiosim report has the same. */
	if (options->json)
		json_write(stdout, object);
	else if (!options->quiet)
		whole = crosscheck_put(stdout, object, x->out, NULL);
	g_assert(whole);
	json_decref(object);
}

static char *
default_directory(const char *path)
{
	g_autofree char *directory = options_directory(NULL, path);

	return (g_strconcat(directory, "-crosscheck", NULL));
}

static enum exit_status
crosscheck_file(const struct crosscheck_options *options, const char *path)
{
	g_autofree char *out = options->out != NULL ? g_strdup(options->out)
						    : default_directory(path);
	struct crosscheck x = {
	    .options = &options->scenario,
	    .path = path,
	    .where = &options->where,
	    .out = out,
	    .disks = options->disks,
	    .facts = options->facts,
	    .trace = options->trace,
	    .tolerances = {.share = 0.1,
		.distance = 0.1,
		.resolution_ns = 100000},
	    .model_share = -1,
	};
	enum exit_status status = STATUS_BAD_INPUT;

	if (parse_values(options, &x) &&
	    real_options_check(&options->where, &world_posix, "crosscheck"))
		status = crosscheck_play(&x);
	if (status == STATUS_OK || status == STATUS_DIFFERS)
		report(options, &x);
	crosscheck_release(&x);
	return (status);
}

/* A line on what does not go together, or NULL. */
static const char *
misuse(const struct crosscheck_options *options, int argc)
{
	if (options->scenario.world != NULL)
		return ("it plays the worlds real and heap; leave --world out");
	if (options->facts &&
	    (options->disks != NULL || options->model != NULL))
		return ("how well a device is modelled is no fact: leave out "
			"--facts, or --disk-from and --model-tolerance");
	if (argc != 2)
		return ("name one scenario file; see aiosim crosscheck --help");
	return (NULL);
}

int
command_crosscheck(int argc, char **argv)
{
	struct crosscheck_options options = {0};
	GOptionContext *context = make_context(&options);
	enum exit_status status = STATUS_BAD_INPUT;
	const char *problem;

	if (options_parse(context, "crosscheck", &argc, &argv)) {
		run_catch_signals();
		problem = misuse(&options, argc);
		if (problem != NULL)
			g_printerr("aiosim crosscheck: %s\n", problem);
		else if (options_has_name("crosscheck", options.out))
			status = crosscheck_file(&options, argv[1]);
	}
	g_option_context_free(context);
	options_release(&options.scenario);
	real_options_release(&options.where);
	g_free(options.out);
	g_free(options.disks);
	g_free(options.tolerance);
	g_free(options.distance);
	g_free(options.resolution);
	g_free(options.model);
	return ((int)status);
}
