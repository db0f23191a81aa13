/*
 * aiosim import: makes a trace that a scenario replays from one that another
 * tool wrote.  A file is written aside and gets its name when it is whole. What
 * standard output has got of a trace that turns out to be bad has no end, and
 * is refused by its reader.
 */

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/commands.h"
#include "sim/import/import.h"
#include "sim/options.h"
#include "sim/run.h"
#include "sim/scenario/values.h"

struct import_options {
	char *out, *only, *from, *to;
	gboolean issued, iolog, quiet;
};

static char *
describe_formats(void)
{
	GString *text = g_string_new("Formats:\n");
	size_t i;

	for (i = 0; import_formats[i] != NULL; i++)
		g_string_append_printf(text, "  %-10s %s\n",
		    import_formats[i]->name, import_formats[i]->sentence);
	g_string_append(text,
	    "\nTimes are to the nanosecond, with --iolog to the microsecond.  "
	    "Where the trace\ntells how long a request took (msr, strace -T, "
	    "csv), [disk] latency = recorded\nreplays that.  A line that is "
	    "not understood ends the import; nothing is written.");
	return (g_string_free(text, FALSE));
}

static GOptionContext *
make_context(struct import_options *o)
{
	const GOptionEntry entries[] = {
	    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &o->out,
		"the trace (standard output)", "FILE"},
	    {"only", 0, 0, G_OPTION_ARG_STRING, &o->only,
		"the requests of this device, disk or file alone", "NAME"},
	    {"from", 0, 0, G_OPTION_ARG_STRING, &o->from,
		"what comes so long after the trace's first request, or later",
		"TIME"},
	    {"to", 0, 0, G_OPTION_ARG_STRING, &o->to,
		"… and before that; what follows is not read", "TIME"},
	    {"issued", 0, 0, G_OPTION_ARG_NONE, &o->issued,
		"blkparse: requests as the device was given them (D), not as "
		"they were queued (Q)",
		NULL},
	    {"iolog", 0, 0, G_OPTION_ARG_NONE, &o->iolog,
		"write an fio log, version 3, which fio replays too", NULL},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet,
		"do not say what was imported", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("FORMAT FILE");
	g_autofree char *formats = describe_formats();

	g_option_context_set_summary(context,
	    "Makes a trace of FILE (- for standard input) that a scenario "
	    "replays with\n[process] trace = …");
	g_option_context_set_description(context, formats);
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

/* ---- Options ---------------------------------------------------------- */

static const struct import_format *
find_format(const char *name)
{
	const struct import_format *format = import_find_format(name);

	if (format == NULL)
		g_printerr("aiosim import: there is no format '%s'; see aiosim "
			   "import --help\n",
		    name);
	return (format);
}

static bool
parse_time(const char *option, const char *text, int64_t *ns)
{
	g_autoptr(GError) error = NULL;

	if (text == NULL ||
	    value_quantity(&quantity_time, text, 0, IMPORT_SPAN_NS, ns, &error))
		return (true);
	g_printerr("aiosim import: %s: %s\n", option, error->message);
	return (false);
}

static bool
parse_options(const struct import_options *o, struct import_setup *setup)
{
	setup->issued = o->issued;
	setup->fio = o->iolog;
	setup->only = o->only;
	setup->to_ns = INT64_MAX;
	setup->was_interrupted = run_was_interrupted;
	if (!parse_time("--from", o->from, &setup->from_ns) ||
	    !parse_time("--to", o->to, &setup->to_ns))
		return (false);
	if (setup->to_ns <= setup->from_ns) {
		g_printerr("aiosim import: --to %s is not after --from %s\n",
		    o->to, o->from != NULL ? o->from : "0s");
		return (false);
	}
	if (setup->issued && setup->format != &import_blkparse) {
		g_printerr("aiosim import: --issued goes with blkparse; leave "
			   "it out\n");
		return (false);
	}
	return (o->out == NULL || options_has_place("import", o->out));
}

/* ---- The import ------------------------------------------------------- */

/* Says what went wrong.  Standard output's failures main() knows of itself. */
static enum exit_status
fail(const struct import_options *options, const GError *error)
{
	switch ((enum import_error)error->code) {
	case IMPORT_INPUT:
		g_printerr("%s\n", error->message);
		return (STATUS_BAD_INPUT);
	case IMPORT_LOST:
		g_printerr("%s\n", error->message);
		return (STATUS_FAILED);
	case IMPORT_UNWRITTEN:
		if (options->out != NULL)
			g_printerr("aiosim import: -o %s: %s; free some space "
				   "or choose another place\n",
			    options->out, error->message);
		return (STATUS_FAILED);
	case IMPORT_INTERRUPTED:
		g_printerr("aiosim import: interrupted\n");
		return (STATUS_INTERRUPTED);
	}
	g_assert_not_reached();
}

static bool
fail_writing(GError **error)
{
	g_set_error(
	    error, IMPORT_ERROR, IMPORT_UNWRITTEN, "%s", g_strerror(errno));
	return (false);
}

/* To a file aside, which gets its name when it is whole. */
static bool
import_aside(
    struct import_setup *setup, const char *path, char **said, GError **error)
{
	g_autofree char *aside =
	    g_strdup_printf("%s.%ld~", path, (long)getpid());
	bool good;

	setup->out = fopen(aside, "w");
	if (setup->out == NULL)
		return (fail_writing(error));
	*said = import_trace(setup, error);
	good = *said != NULL;
	if (fclose(setup->out) != 0 && good)
		good = fail_writing(error);
	if (good && g_rename(aside, path) != 0)
		good = fail_writing(error);
	if (!good)
		(void)g_unlink(aside);
	return (good);
}

static enum exit_status
import_to(const struct import_options *options, struct import_setup *setup)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *said = NULL;
	bool good;

	run_catch_signals();
	if (options->out != NULL)
		good = import_aside(setup, options->out, &said, &error);
	else {
		setup->out = stdout;
		said = import_trace(setup, &error);
		good = said != NULL;
	}
	if (!good)
		return (fail(options, error));
	if (!options->quiet)
		g_printerr("%s\n", said);
	return (STATUS_OK);
}

static enum exit_status
import(
    const struct import_options *options, const char *format, const char *path)
{
	bool is_input = strcmp(path, "-") == 0;
	struct import_setup setup = {
	    .path = is_input ? "standard input" : path};
	enum exit_status status;

	setup.format = find_format(format);
	if (setup.format == NULL || !parse_options(options, &setup))
		return (STATUS_BAD_INPUT);
	setup.in = is_input ? stdin : fopen(path, "r");
	if (setup.in == NULL) {
		g_printerr("%s: %s\n", path, g_strerror(errno));
		return (STATUS_BAD_INPUT);
	}
	status = import_to(options, &setup);
	if (!is_input)
		fclose(setup.in);
	return (status);
}

int
command_import(int argc, char **argv)
{
	struct import_options options = {0};
	GOptionContext *context = make_context(&options);
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "import", &argc, &argv)) {
		if (argc != 3)
			g_printerr("aiosim import: name a format and one file; "
				   "see aiosim import --help\n");
		else
			status = import(&options, argv[1], argv[2]);
	}
	g_option_context_free(context);
	g_free(options.out);
	g_free(options.only);
	g_free(options.from);
	g_free(options.to);
	return ((int)status);
}
