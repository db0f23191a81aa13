/*
 * aiosim compare: a scenario with several kernels, side by side.
 */

#include <string.h>

#include "sim/printable.h"
#include "sim/record/sinks.h"
#include "sim/run.h"
#include "sim/study/compare.h"
#include "sim/study/statistics.h"

struct compare_options {
	struct scenario_options scenario;
	char *out, *kernels, *reps;
	gboolean json, quiet;
};

static GOptionContext *
make_context(struct compare_options *options)
{
	const GOptionEntry entries[] = {
	    {"kernels", 'K', 0, G_OPTION_ARG_STRING, &options->kernels,
		"the kernels to compare; see aiosim kernels", "A,B,…"},
	    {"reps", 'n', 0, G_OPTION_ARG_STRING, &options->reps,
		"replications, each with random numbers of its own (1)", "N"},
	    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options->out,
		"directory of the files (results/NAME of the scenario)", "DIR"},
	    {"json", 0, 0, G_OPTION_ARG_NONE, &options->json,
		"print the summaries as JSON instead of the table", NULL},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet,
		"print nothing but errors", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("SCENARIO");

	g_option_context_set_summary(context,
	    "Plays a scenario with each kernel, on the same random numbers, "
	    "and writes\ncompare.csv and a folder a kernel.  With --reps also "
	    "how sure each difference is,\nin differences.csv.  A [sysctl] "
	    "node is set in those kernels that have it.\nPlot it with "
	    "aiosim-plot DIR.");
	options_add_scenario(context, &options->scenario);
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

/* Two at least, each known, none twice; NULL with a line on stderr. */
static char **
split_kernels(const char *list)
{
	char **kernels = g_strsplit(list != NULL ? list : "", ",", -1);
	char **kernel, **other;
	const char *problem = NULL;

	for (kernel = kernels; *kernel != NULL && problem == NULL; kernel++) {
		g_strstrip(*kernel);
		if (kernel_describe(*kernel) == NULL)
			problem = "is no kernel; see aiosim kernels";
		for (other = kernels; other < kernel; other++)
			if (strcmp(*other, *kernel) == 0)
				problem = "is named twice";
		if (problem != NULL)
			g_printerr("aiosim compare: --kernels: '%s' %s\n",
			    *kernel, problem);
	}
	if (problem == NULL && g_strv_length(kernels) < 2) {
		problem = "";
		g_printerr("aiosim compare: --kernels: name two at least, such "
			   "as --kernels freebsd-12.2,netbsd\n");
	}
	if (problem != NULL)
		g_clear_pointer(&kernels, g_strfreev);
	return (kernels);
}

static enum exit_status
put_away(const struct compare_options *options, const struct compare *compare)
{
	GError *error = NULL;
	json_t *object;

	if (!compare_write(compare, &error)) {
		print_error(error);
		return (STATUS_FAILED);
	}
	if (options->json) {
		object = compare_json(compare);
		json_write(stdout, object);
		json_decref(object);
	} else if (!options->quiet) {
		compare_print(compare);
	}
	return (STATUS_OK);
}

static enum exit_status
compare_file(const struct compare_options *options, const char *path)
{
	char *out = options->out != NULL ? g_strdup(options->out)
					 : options_directory(NULL, path);
	struct compare compare = {
	    .options = &options->scenario,
	    .world = options_world(&options->scenario, "simgrid"),
	    .path = path,
	    .out = out,
	    .kernels = split_kernels(options->kernels),
	};
	enum exit_status status = STATUS_BAD_INPUT;
	int64_t reps = 1;

	if (compare.world != NULL && compare.kernels != NULL &&
	    options_integer(
		"reps", options->reps, 1, MOST_REPLICATIONS, &reps)) {
		compare.reps = (guint)reps;
		status = compare_play(&compare);
	}
	if (status == STATUS_OK)
		status = put_away(options, &compare);
	compare_release(&compare);
	g_strfreev(compare.kernels);
	g_free(out);
	return (status);
}

int
command_compare(int argc, char **argv)
{
	struct compare_options options = {0};
	GOptionContext *context = make_context(&options);
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "compare", &argc, &argv)) {
		run_catch_signals();
		if (options.scenario.kernel != NULL)
			g_printerr("aiosim compare: name the kernels with "
				   "--kernels A,B instead of --kernel\n");
		else if (argc != 2)
			g_printerr("aiosim compare: name one scenario file; "
				   "see aiosim compare --help\n");
		else if (options_has_name("compare", options.out))
			status = compare_file(&options, argv[1]);
	}
	g_option_context_free(context);
	options_release(&options.scenario);
	g_free(options.out);
	g_free(options.kernels);
	g_free(options.reps);
	return ((int)status);
}
