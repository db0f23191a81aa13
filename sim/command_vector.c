/*
 * aiosim vector: runs conformance vectors and compares, or prints what was
 * observed.
 */

#include <glib.h>
#include <stdio.h>

#include "sim/commands.h"
#include "sim/options.h"
#include "sim/vector/vector.h"

struct options {
	char *world_name;
	gboolean json;
	char **files;
	const struct world_ops *world;
};

static bool
parse(struct options *options, int argc, char **argv)
{
	const GOptionEntry entries[] = {
	    {"world", 'w', 0, G_OPTION_ARG_STRING, &options->world_name,
		"heap (the default) or simgrid", "WORLD"},
	    {"json", 0, 0, G_OPTION_ARG_NONE, &options->json,
		"print what was observed in the one FILE; nothing is compared",
		NULL},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY,
		&options->files, NULL, NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new(
	    "FILE… - compare the model with recorded runs of the real kernel");
	bool parsed;

	g_option_context_add_main_entries(context, entries, NULL);
	parsed = options_parse(context, "vector", &argc, &argv);
	g_option_context_free(context);
	return (parsed);
}

/* False, after a line on stderr, if the options make no sense. */
static bool
check(struct options *options)
{
	const char *name =
	    options->world_name != NULL ? options->world_name : "heap";
	guint count =
	    options->files != NULL ? g_strv_length(options->files) : 0;

	options->world = world_find(name);
	if (count == 0)
		g_printerr("aiosim vector: no FILE given\n");
	else if (options->json && count > 1)
		g_printerr("aiosim vector: --json takes one FILE\n");
	else if (options->world == NULL || options->world->real_time)
		g_printerr(
		    "aiosim vector: --world %s: the worlds of vectors are "
		    "heap and simgrid\n",
		    name);
	else
		return (true);
	return (false);
}

static json_t *
run(const struct options *options, const struct vector *vector, GError **error)
{
	const struct vector_options plain = {.check = false};

	/* SimGrid can be started once in a process. */
	if (options->world == &world_heap)
		return (vector_run(vector, options->world, &plain, error));
	return (vector_run_apart(vector, options->world, &plain, error));
}

static enum exit_status
status_of(const GError *error)
{
	if (error->domain == WORLD_ERROR)
		return (STATUS_FAILED);
	return (error->domain == VECTOR_ERROR ? STATUS_BUG : STATUS_BAD_INPUT);
}

/* One vector; tells what is wrong with it. */
static enum exit_status
compare_file(const struct options *options, const char *path)
{
	GError *error = NULL;
	struct vector *vector = vector_read(path, true, &error);
	json_t *observed = NULL;
	char *difference = NULL;
	enum exit_status status = STATUS_OK;

	if (vector != NULL)
		observed = run(options, vector, &error);
	if (observed != NULL)
		difference = vector_difference(vector, observed);
	if (error != NULL)
		status = status_of(error);
	else if (difference != NULL)
		status = STATUS_DIFFERS;
	if (status == STATUS_BAD_INPUT)
		g_printerr("%s\n", error->message);
	else if (status != STATUS_OK)
		printf("%s: %s\n", vector->name,
		    error != NULL ? error->message : difference);
	g_clear_error(&error);
	g_free(difference);
	json_decref(observed);
	vector_free(vector);
	return (status);
}

static enum exit_status
compare_all(const struct options *options)
{
	enum exit_status worst = STATUS_OK, status;
	guint i, failed = 0;

	for (i = 0; options->files[i] != NULL; i++) {
		status = compare_file(options, options->files[i]);
		failed += status != STATUS_OK;
		worst = MAX(worst, status);
	}
	printf("%u passed, %u failed\n", i - failed, failed);
	return (worst);
}

static enum exit_status
print_observed(const struct options *options)
{
	GError *error = NULL;
	struct vector *vector = vector_read(options->files[0], false, &error);
	json_t *observed = NULL;
	enum exit_status status = STATUS_OK;

	if (vector != NULL)
		observed = run(options, vector, &error);
	if (observed != NULL) {
		json_dumpf(observed, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		status = status_of(error);
		g_printerr("%s%s%s\n",
		    status == STATUS_BAD_INPUT ? "" : options->files[0],
		    status == STATUS_BAD_INPUT ? "" : ": ", error->message);
		g_error_free(error);
	}
	json_decref(observed);
	vector_free(vector);
	return (status);
}

int
command_vector(int argc, char **argv)
{
	struct options options = {0};
	enum exit_status status = STATUS_BAD_INPUT;

	if (parse(&options, argc, argv) && check(&options))
		status = options.json ? print_observed(&options)
				      : compare_all(&options);
	g_free(options.world_name);
	g_strfreev(options.files);
	return (status);
}
