/*
 * aiosim sweep: a scenario over a grid of settings, replicated.
 */

#include <stdio.h>
#include <unistd.h>

#include "sim/printable.h"
#include "sim/study/sweep.h"

#define JOBS_MOST 1024

struct sweep_options {
	struct scenario_options scenario;
	char *out, *points, *reps, *jobs;
	gboolean list, quiet;
};

static GOptionContext *
make_context(struct sweep_options *options)
{
	const GOptionEntry entries[] = {
	    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options->out,
		"directory of the files (results/NAME of the scenario)", "DIR"},
	    {"reps", 'n', 0, G_OPTION_ARG_STRING, &options->reps,
		"replications of each point (1)", "N"},
	    {"list", 'l', 0, G_OPTION_ARG_NONE, &options->list,
		"print the points, a line each, and play none", NULL},
	    {"points", 'p', 0, G_OPTION_ARG_STRING, &options->points,
		"play only these, as --list numbers them; aiosim merge puts "
		"such parts together",
		"A-B"},
	    {"jobs", 'j', 0, G_OPTION_ARG_STRING, &options->jobs,
		"runs at a time (the number of processors)", "N"},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet,
		"print nothing but errors", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("SCENARIO");

	g_option_context_set_summary(context,
	    "Plays a scenario at every point of its [sweep], or of the lists "
	    "given as\n--set KEY=VALUE,VALUE…, and writes sweep.csv and a "
	    "folder a point.\nPlot it with aiosim-plot DIR.");
	options_add_scenario(context, &options->scenario);
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

static bool
parse_numbers(const struct sweep_options *options, struct sweep *sweep)
{
	int64_t reps = 1, jobs = g_get_num_processors();

	if (!options_integer(
		"reps", options->reps, 1, MOST_REPLICATIONS, &reps) ||
	    !options_integer("jobs", options->jobs, 1, JOBS_MOST, &jobs))
		return (false);
	sweep->part.reps = (guint)reps;
	sweep->jobs = (guint)jobs;
	return (true);
}

/* Parts the --set's with a list from the others, which apply everywhere. */
static char **
take_lists(struct scenario_options *options)
{
	GPtrArray *lists = g_ptr_array_new(), *single = g_ptr_array_new();
	char **set, **values;

	for (set = options->sets; set != NULL && *set != NULL; set++) {
		bool is_list = set_splits(*set, &values);

		g_ptr_array_add(is_list ? lists : single, *set);
		if (is_list)
			g_strfreev(values);
	}
	g_ptr_array_add(lists, NULL);
	g_ptr_array_add(single, NULL);
	g_free(options->sets);
	options->sets = (char **)g_ptr_array_free(single, FALSE);
	return ((char **)g_ptr_array_free(lists, FALSE));
}

static enum exit_status
fail(GError *error, enum exit_status status)
{
	print_error(error);
	return (status);
}

/* The directory is tried first, so that a full disk costs no table. */
static bool
make_room(const char *out, GError **error)
{
	struct outputs *outputs = outputs_open(out, error);
	bool good = outputs != NULL && sweep_withdraw(outputs, error);

	outputs_discard(outputs);
	return (good);
}

static enum exit_status
play(const struct sweep_options *options, struct sweep *sweep)
{
	enum exit_status status;
	GError *error = NULL;

	run_catch_signals();
	if (!make_room(sweep->out, &error))
		return (fail(error,
		    outputs_lost(error) ? STATUS_FAILED : STATUS_BAD_INPUT));
	status = sweep_play(sweep);
	if (status != STATUS_OK && status != STATUS_INTERRUPTED)
		return (status);
	if (sweep_write(sweep, &error) &&
	    (options->quiet || sweep_table_print(stdout, sweep->out, &error)))
		return (status);
	return (fail(error, STATUS_FAILED));
}

static enum exit_status
list(const struct sweep *sweep)
{
	const struct sweep_part *part = &sweep->part;
	guint point;

	for (point = part->first; point <= part->last; point++) {
		g_auto(GStrv) sets = grid_sets(part->axes, point);
		g_autofree char *joined = g_strjoinv("\t", sets);

		printf("%u\t%s\n", point, joined);
	}
	return (STATUS_OK);
}

/* "3-5", or "3"; false with a line on stderr. */
static bool
parse_points(const char *text, struct sweep_part *part)
{
	g_auto(GStrv) ends = g_strsplit(text != NULL ? text : "", "-", 2);
	guint64 first, last;

	if (text == NULL)
		return (true);
	if (ends[0] != NULL &&
	    g_ascii_string_to_unsigned(
		ends[0], 10, 1, GRID_MOST, &first, NULL) &&
	    g_ascii_string_to_unsigned(ends[1] != NULL ? ends[1] : ends[0], 10,
		first, GRID_MOST, &last, NULL)) {
		part->first = (guint)first;
		part->last = (guint)last;
		return (true);
	}
	print_line("aiosim sweep: --points: '%s' is no range from 1 to %d; "
		   "give A-B, such as 1-4, or a single number",
	    text, GRID_MOST);
	return (false);
}

/* A part does not take the place of the whole. */
static char *
choose_directory(const struct sweep_options *options, const char *path)
{
	g_autofree char *whole = options_directory(NULL, path);

	if (options->out != NULL)
		return (g_strdup(options->out));
	if (options->points != NULL)
		return (g_strconcat(whole, "-points-", options->points, NULL));
	return (g_steal_pointer(&whole));
}

static enum exit_status
sweep_file(struct sweep_options *options, const char *path)
{
	char **lists = take_lists(&options->scenario);
	g_autofree char *out = choose_directory(options, path);
	struct sweep sweep = {
	    .options = &options->scenario,
	    .world = options_world(&options->scenario, "simgrid"),
	    .path = path,
	    .out = out,
	    .progress = isatty(STDERR_FILENO) && !options->quiet,
	};
	struct scenario *scenario = NULL;
	enum exit_status status = STATUS_BAD_INPUT;

	if (sweep.world != NULL && parse_numbers(options, &sweep) &&
	    parse_points(options->points, &sweep.part))
		scenario = options_read(&options->scenario, path, NULL);
	if (scenario != NULL && sweep_prepare(&sweep, scenario, lists))
		status = options->list ? list(&sweep) : play(options, &sweep);
	sweep_release(&sweep);
	scenario_free(scenario);
	g_strfreev(lists);
	return (status);
}

int
command_sweep(int argc, char **argv)
{
	struct sweep_options options = {0};
	GOptionContext *context = make_context(&options);
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "sweep", &argc, &argv)) {
		if (argc != 2)
			g_printerr("aiosim sweep: name one scenario file; see "
				   "aiosim sweep --help\n");
		else if (options_has_name("sweep", options.out))
			status = sweep_file(&options, argv[1]);
	}
	g_option_context_free(context);
	options_release(&options.scenario);
	g_free(options.out);
	g_free(options.points);
	g_free(options.reps);
	g_free(options.jobs);
	return ((int)status);
}
