/*
 * aiosim report: what a finished directory holds, as its command printed it.
 */

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

#include "sim/commands.h"
#include "sim/crosscheck/crosscheck.h"
#include "sim/options.h"
#include "sim/printable.h"
#include "sim/record/sinks.h"
#include "sim/study/compare.h"
#include "sim/study/sweep_table.h"
#include "sim/vector/json_reader.h"

static GOptionContext *
make_context(gboolean *json)
{
	const GOptionEntry entries[] = {
	    {"json", 0, 0, G_OPTION_ARG_NONE, json,
		"print it as JSON, as the command's own --json does", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("DIR");

	g_option_context_set_summary(context,
	    "Prints what a finished directory of a run, a sweep, a comparison "
	    "or a crosscheck\nholds: what its command printed at the end.");
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

/* A line, with what to do about it. */
static enum exit_status
refuse(GError *error)
{
	print_line("%s; make it anew if it was cut, edited or written by an "
		   "older version",
	    error->message);
	g_error_free(error);
	return (STATUS_BAD_INPUT);
}

/* ---- A run ------------------------------------------------------------ */

static bool
print_run_json(const char *dir, json_t *summary, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "timing.json", NULL);
	json_t *timing = json_read_path(path, error), *both;

	if (timing == NULL)
		return (false);
	both = json_pack("{s:O, s:o}", "summary", summary, "timing", timing);
	json_write(stdout, both);
	json_decref(both);
	return (true);
}

/* The table is made in any case: it knows whether the summary is whole. */
static enum exit_status
report_run(const char *dir, bool json)
{
	g_autofree char *path = g_build_filename(dir, "summary.json", NULL);
	GError *error = NULL;
	json_t *summary = json_read_path(path, &error);

	if (summary != NULL &&
	    table_put(json ? NULL : stdout, summary, path, &error) && json)
		print_run_json(dir, summary, &error);
	json_decref(summary);
	return (error == NULL ? STATUS_OK : refuse(error));
}

/* ---- A sweep ---------------------------------------------------------- */

static enum exit_status
report_sweep(const char *dir, bool json)
{
	GError *error = NULL;

	if (json) {
		print_line("%s: holds a sweep, which has no JSON; its figures "
			   "are in sweep.csv",
		    dir);
		return (STATUS_BAD_INPUT);
	}
	return (
	    sweep_table_print(stdout, dir, &error) ? STATUS_OK : refuse(error));
}

/* ---- A comparison ----------------------------------------------------- */

static enum exit_status
report_compare(const char *dir, bool json)
{
	struct compare compare = {.out = dir};
	GError *error = NULL;
	json_t *object;

	if (compare_read(&compare, &error) && json) {
		object = compare_json(&compare);
		json_write(stdout, object);
		json_decref(object);
	} else if (error == NULL) {
		compare_print(&compare);
	}
	compare_release(&compare);
	g_strfreev(compare.kernels);
	return (error == NULL ? STATUS_OK : refuse(error));
}

/* ---- A crosscheck ----------------------------------------------------- */

static enum exit_status
report_crosscheck(const char *dir, bool json)
{
	g_autofree char *path = g_build_filename(dir, "crosscheck.json", NULL);
	GError *error = NULL;
	json_t *document = json_read_path(path, &error);

	if (document != NULL &&
	    crosscheck_put(json ? NULL : stdout, document, path, &error) &&
	    json)
		json_write(stdout, document);
	json_decref(document);
	return (error == NULL ? STATUS_OK : refuse(error));
}

/* ---- The command ------------------------------------------------------ */

static const struct {
	const char *file; /* that tells it from the others */
	enum exit_status (*report)(const char *dir, bool json);
} kinds[] = {
    {"sweep.csv", report_sweep},
    {"compare.csv", report_compare},
    {"crosscheck.json", report_crosscheck},
    {"summary.json", report_run},
};

/* Where none of these can be looked at. */
static enum exit_status
refuse_place(const char *dir, int code)
{
	if (code == ENOTDIR)
		print_line("%s: is a file; name its directory", dir);
	else if (code != ENOENT)
		print_line("%s: %s; name a directory that can be read", dir,
		    g_strerror(code));
	else if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
		print_line("%s: no such directory; name one that aiosim run or "
			   "sweep has written",
		    dir);
	else
		print_line("%s: neither a run (summary.json), a sweep "
			   "(sweep.csv), a comparison (compare.csv) nor a "
			   "crosscheck (crosscheck.json)",
		    dir);
	return (STATUS_BAD_INPUT);
}

static enum exit_status
report(const char *dir, bool json)
{
	int code = ENOENT;
	size_t i;

	for (i = 0; code == ENOENT && i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path =
		    g_build_filename(dir, kinds[i].file, NULL);
		struct stat info;

		if (stat(path, &info) == 0)
			return (kinds[i].report(dir, json));
		code = errno;
	}
	return (refuse_place(dir, code));
}

int
command_report(int argc, char **argv)
{
	gboolean json = FALSE;
	GOptionContext *context = make_context(&json);
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "report", &argc, &argv)) {
		if (argc != 2)
			g_printerr("aiosim report: name one directory; see "
				   "aiosim report --help\n");
		else
			status = report(argv[1], json);
	}
	g_option_context_free(context);
	return ((int)status);
}
