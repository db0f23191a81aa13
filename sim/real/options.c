/*
 * The command line's options of the real world.
 */

#include "sim/real/options.h"

#include "sim/scenario/values.h"

#define DEFAULT_GRACE_NS INT64_C(10000000000)
#define LONGEST_GRACE_NS INT64_C(86400000000000)

void
real_options_add(GOptionContext *context, struct real_options *options)
{
	const GOptionEntry entries[] = {
	    {"dir", 'd', 0, G_OPTION_ARG_FILENAME, &options->dir,
		"real: make the scenario's files in DIR, and leave none there",
		"DIR"},
	    {"fill", 0, 0, G_OPTION_ARG_NONE, &options->fill,
		"real: write them full (default: sparse)", NULL},
	    {"keep", 0, 0, G_OPTION_ARG_NONE, &options->keep,
		"real: let them stay in DIR, under the scenario's names", NULL},
	    {"map", 'm', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->maps,
		"real: [file FILE] is the existing PATH; may be repeated",
		"FILE=PATH"},
	    {"write", 0, 0, G_OPTION_ARG_NONE, &options->write,
		"real: mapped files may be written to", NULL},
	    {"socketpair", 0, 0, G_OPTION_ARG_NONE, &options->socketpair,
		"real: sockets are local pairs (default: TCP over loopback)",
		NULL},
	    {"grace", 0, 0, G_OPTION_ARG_STRING, &options->grace,
		"real: a run in which nothing goes on for TIME has stalled "
		"(10s)",
		"TIME"},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};

	g_option_context_add_main_entries(context, entries, NULL);
}

/* The first option that was given, or NULL. */
static const char *
given(const struct real_options *o)
{
	return (o->dir != NULL  ? "--dir"
		: o->fill       ? "--fill"
		: o->keep       ? "--keep"
		: o->maps       ? "--map"
		: o->write      ? "--write"
		: o->socketpair ? "--socketpair"
		: o->grace      ? "--grace"
				: NULL);
}

/* What does not go together, in words that name the remedy; or NULL. */
static const char *
conflict(const struct real_options *o)
{
	if (o->keep && o->dir == NULL)
		return ("--keep needs --dir: say where the files stay");
	if (o->write && o->maps == NULL)
		return ("--write goes only with --map; leave it out");
	return (NULL);
}

bool
real_options_check(const struct real_options *options,
    const struct world_ops *world, const char *command)
{
	const char *option = given(options);
	const char *wrong = conflict(options);
	GError *error = NULL;
	int64_t grace_ns;

	if (option != NULL && world != &world_posix) {
		g_printerr("aiosim %s: %s goes only with --world real\n",
		    command, option);
		return (false);
	}
	if (wrong != NULL) {
		g_printerr("aiosim %s: %s\n", command, wrong);
		return (false);
	}
	if (options->grace != NULL &&
	    !value_quantity(&quantity_time, options->grace, 1, LONGEST_GRACE_NS,
		&grace_ns, &error)) {
		g_printerr("aiosim %s: --grace: %s\n", command, error->message);
		g_error_free(error);
		return (false);
	}
	return (true);
}

int64_t
real_options_grace_ns(const struct real_options *options)
{
	int64_t grace_ns = DEFAULT_GRACE_NS;

	if (options != NULL && options->grace != NULL)
		(void)value_quantity(&quantity_time, options->grace, 1,
		    LONGEST_GRACE_NS, &grace_ns, NULL);
	return (grace_ns);
}

void
real_options_release(struct real_options *options)
{
	g_free(options->dir);
	g_strfreev(options->maps);
	g_free(options->grace);
}
