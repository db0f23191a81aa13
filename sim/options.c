/*
 * Options that several subcommands share.
 */

#include "sim/options.h"

#include "sim/printable.h"
#include "sim/scenario/values.h"

void
options_add_scenario(GOptionContext *context, struct scenario_options *options)
{
	const GOptionEntry entries[] = {
	    {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options->sets,
		"set a sysctl (vfs.aio.max_aio_procs=64) or a key of the "
		"scenario ('disk ada0.latency=80us')",
		"KEY=VALUE"},
	    {"world", 'w', 0, G_OPTION_ARG_STRING, &options->world,
		"simgrid, heap or real", "WORLD"},
	    {"kernel", 'k', 0, G_OPTION_ARG_STRING, &options->kernel,
		"the kernel to model; see aiosim kernels", "NAME"},
	    {"seed", 0, 0, G_OPTION_ARG_STRING, &options->seed,
		"seed of the random numbers", "N"},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};

	g_option_context_add_main_entries(context, entries, NULL);
}

void
options_release(struct scenario_options *options)
{
	g_strfreev(options->sets);
	g_free(options->kernel);
	g_free(options->world);
	g_free(options->seed);
}

bool
options_parse(
    GOptionContext *context, const char *name, int *argc, char ***argv)
{
	char *program = g_strdup_printf("aiosim %s", name);
	GError *error = NULL;
	bool parsed;

	g_set_prgname(program);
	g_free(program);
	parsed = g_option_context_parse(context, argc, argv, &error);
	if (!parsed) {
		g_printerr("aiosim %s: %s; see aiosim %s --help\n", name,
		    error->message, name);
		g_error_free(error);
	}
	return (parsed);
}

bool
options_has_name(const char *name, const char *out)
{
	if (out == NULL || *out != '\0')
		return (true);
	g_printerr("aiosim %s: --out: the name is empty; give one\n", name);
	return (false);
}

bool
options_integer(const char *name, const char *text, int64_t low, int64_t high,
    int64_t *value)
{
	g_autoptr(GError) error = NULL;

	if (text == NULL ||
	    value_quantity(&quantity_integer, text, low, high, value, &error))
		return (true);
	g_printerr("%s: --%s: %s\n", g_get_prgname(), name, error->message);
	return (false);
}

const struct world_ops *
options_world(const struct scenario_options *options, const char *fallback)
{
	const char *name = options->world != NULL ? options->world : fallback;
	const struct world_ops *world = world_find(name);

	if (world == NULL)
		g_printerr(
		    "aiosim: there is no world '%s'; use simgrid, heap or "
		    "real\n",
		    name);
	return (world);
}

/* All that the options and the caller set, NULL at the end. */
static GPtrArray *
gather_sets(const struct scenario_options *options, const char *const *sets)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	char **set;

	for (set = options->sets; set != NULL && *set != NULL; set++)
		g_ptr_array_add(all, g_strdup(*set));
	if (options->seed != NULL)
		g_ptr_array_add(
		    all, g_strdup_printf("scenario.seed=%s", options->seed));
	for (; sets != NULL && *sets != NULL; sets++)
		g_ptr_array_add(all, g_strdup(*sets));
	g_ptr_array_add(all, NULL);
	return (all);
}

static struct scenario *
read_scenario(const struct scenario_options *options, const char *path,
    const char *disks, const char *const *sets)
{
	struct scenario *scenario;
	GError *error = NULL;
	GPtrArray *all;
	int64_t seed;

	if (!options_integer("seed", options->seed, 0, INT64_MAX, &seed))
		return (NULL);
	all = gather_sets(options, sets);
	if (disks != NULL)
		scenario = scenario_read_with_disks(path, disks,
		    (const char *const *)all->pdata, options->kernel, &error);
	else
		scenario = scenario_read(path, (const char *const *)all->pdata,
		    options->kernel, &error);
	if (scenario == NULL)
		print_error(error);
	g_ptr_array_free(all, TRUE);
	return (scenario);
}

struct scenario *
options_read(const struct scenario_options *options, const char *path,
    const char *const *sets)
{
	return (read_scenario(options, path, NULL, sets));
}

struct scenario *
options_read_with_disks(
    const struct scenario_options *options, const char *path, const char *disks)
{
	return (read_scenario(options, path, disks, NULL));
}

char *
options_directory(const char *parent, const char *path)
{
	char *stem = scenario_stem(path);
	char *directory;

	directory =
	    g_build_filename(parent != NULL ? parent : "results", stem, NULL);
	g_free(stem);
	return (directory);
}

bool
options_has_place(const char *name, const char *out)
{
	g_autofree char *directory = g_path_get_dirname(out);

	if (*out == '\0')
		g_printerr(
		    "aiosim %s: -o '': expected the name of a file\n", name);
	else if (!g_file_test(directory, G_FILE_TEST_IS_DIR))
		g_printerr("aiosim %s: -o %s: there is no directory %s; make "
			   "it or choose another\n",
		    name, out, directory);
	else if (g_file_test(out, G_FILE_TEST_EXISTS) &&
	    !g_file_test(out, G_FILE_TEST_IS_REGULAR))
		g_printerr("aiosim %s: -o %s: this is no regular file, whose "
			   "place another can take; choose another name\n",
		    name, out);
	else
		return (true);
	return (false);
}
