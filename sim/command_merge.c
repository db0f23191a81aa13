/*
 * aiosim merge: the parts of a sweep that several machines played, as one.
 */

#include <stdio.h>

#include "sim/options.h"
#include "sim/printable.h"
#include "sim/study/merge.h"
#include "sim/study/sweep_table.h"

static GOptionContext *
make_context(char **out, gboolean *quiet)
{
	const GOptionEntry entries[] = {
	    {"out", 'o', 0, G_OPTION_ARG_FILENAME, out,
		"directory of the whole; it must be given", "DIR"},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, quiet,
		"print nothing but errors", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("DIR…");

	g_option_context_set_summary(context,
	    "Puts together what aiosim sweep --points A-B has written on "
	    "several machines, and\nwrites what the whole sweep would have "
	    "written.  Refuses parts of different sweeps,\npoints that are "
	    "missing, and points that are there twice.");
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

static enum exit_status
merge_and_print(char *const *dirs, guint count, const char *out, gboolean quiet)
{
	enum exit_status status = merge_parts(dirs, count, out);
	GError *error = NULL;

	if (status != STATUS_OK || quiet ||
	    sweep_table_print(stdout, out, &error))
		return (status);
	print_error(error);
	return (STATUS_FAILED);
}

int
command_merge(int argc, char **argv)
{
	char *out = NULL;
	gboolean quiet = FALSE;
	GOptionContext *context = make_context(&out, &quiet);
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "merge", &argc, &argv)) {
		if (argc < 2)
			g_printerr("aiosim merge: name the directories of the "
				   "parts; see aiosim merge --help\n");
		else if (out == NULL)
			g_printerr("aiosim merge: say where the whole is to "
				   "go: --out DIR\n");
		else if (options_has_name("merge", out))
			status = merge_and_print(
			    argv + 1, (guint)argc - 1, out, quiet);
	}
	g_option_context_free(context);
	g_free(out);
	return ((int)status);
}
