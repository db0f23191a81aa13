/*
 * aiosim check: plays the scenarios of the repository, and compares.
 */

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "sim/commands.h"
#include "sim/options.h"
#include "sim/run.h"
#include "sim/study/regression.h"

#define SCENARIOS "scenarios"

static GOptionContext *
make_context(char **directory, gboolean *update)
{
	const GOptionEntry entries[] = {
	    {"update", 'u', 0, G_OPTION_ARG_NONE, update,
		"rewrite the baselines that differ", NULL},
	    {"baseline", 'b', 0, G_OPTION_ARG_FILENAME, directory,
		"directory of the baselines (results/baseline)", "DIR"},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("[SCENARIO…]");

	g_option_context_set_summary(context,
	    "Plays each scenario, [sweep] aside, and compares with its "
	    "baseline: first the\nfingerprint of the trace, then metric by "
	    "metric.  Says what moved, from what to\nwhat, and at which line "
	    "of the trace the two runs part.  Without SCENARIO it\ntakes all "
	    "of " SCENARIOS
	    "/*.ini.  Ends with status 1 if something differs.");
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

static int
by_name(const void *a, const void *b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

/* All scenarios of the directory, sorted; NULL if there are none. */
static char **
find_scenarios(void)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	GDir *directory = g_dir_open(SCENARIOS, 0, NULL);
	const char *name;

	while (directory != NULL && (name = g_dir_read_name(directory)) != NULL)
		if (g_str_has_suffix(name, ".ini"))
			g_ptr_array_add(
			    paths, g_build_filename(SCENARIOS, name, NULL));
	g_clear_pointer(&directory, g_dir_close);
	if (paths->len == 0) {
		g_ptr_array_unref(paths);
		return (NULL);
	}
	g_ptr_array_sort(paths, by_name);
	g_ptr_array_add(paths, NULL);
	return ((char **)g_ptr_array_free(paths, FALSE));
}

static enum exit_status
check_all(struct regression *regression, char **paths)
{
	enum exit_status worst = STATUS_OK, status;
	guint i;

	for (i = 0; paths[i] != NULL && worst != STATUS_INTERRUPTED; i++) {
		status = regression_check(regression, paths[i]);
		worst = MAX(worst, status);
	}
	return (worst);
}

static enum exit_status
check(struct regression *regression, char **named)
{
	enum exit_status status, orphans;
	char **found = NULL;

	if (named == NULL) {
		found = find_scenarios();
		if (found == NULL) {
			g_printerr("aiosim check: no " SCENARIOS
				   "/*.ini here; name a scenario file\n");
			return (STATUS_BAD_INPUT);
		}
	}
	status = check_all(regression, found != NULL ? found : named);
	if (found != NULL) {
		orphans = regression_find_orphans(regression, found);
		status = MAX(status, orphans);
		g_strfreev(found);
	}
	printf("%u as expected, %u %s\n", regression->same,
	    regression->differing,
	    regression->update ? "updated" : "different");
	return (status);
}

int
command_check(int argc, char **argv)
{
	char *directory = NULL;
	gboolean update = FALSE;
	GOptionContext *context = make_context(&directory, &update);
	struct regression regression = {0};
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "check", &argc, &argv)) {
		run_catch_signals();
		regression.directory =
		    directory != NULL ? directory : "results/baseline";
		regression.update = update;
		status = check(&regression, argc > 1 ? argv + 1 : NULL);
	}
	g_option_context_free(context);
	g_free(directory);
	return ((int)status);
}
