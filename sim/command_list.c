/*
 * aiosim sysctl, keys and kernels: what there is to set.
 */

#include <stdio.h>

#include "model/kernel.h"
#include "sim/commands.h"
#include "sim/options.h"
#include "sim/run.h"
#include "sim/scenario/keys.h"

/* Clock ticks a second, where no scenario says otherwise. */
#define DEFAULT_HZ 1000

static void
print_tunable(const struct kernel_tunable *tunable, const char *value)
{
	printf("%-32s %-4s %-2s %7s %s\n    %s\n", tunable->node,
	    tunable->type == TUNABLE_INT ? "int" : "uint",
	    tunable->writable ? "RW" : "RD", value, tunable->unit,
	    tunable->sentence);
}

static void
print_defaults(const char *name)
{
	/* At a clock of one tick a second a default in ticks is its factor of
	 * hz. */
	struct kernel *kernel = kernel_create(name, 1);
	const struct kernel_tunable *tunables;
	size_t count, i;

	tunables = kernel_tunables(name, &count);
	for (i = 0; i < count; i++) {
		g_autofree char *value =
		    g_strdup_printf("%" G_GINT64_FORMAT "%s",
			kernel_get_tunable(kernel, (int)i),
			tunables[i].per_hz ? "*hz" : "");

		print_tunable(&tunables[i], value);
	}
	kernel_destroy(kernel);
}

/* With the values of a kernel at boot. */
static void
print_values(const struct kernel *kernel, const char *scenario, bool conf)
{
	const struct kernel_tunable *tunables;
	size_t count, i;

	tunables = kernel_tunables(kernel_name(kernel), &count);
	if (conf)
		printf("# Asynchronous I/O of %s, %s: for "
		       "sysctl.conf(5)\n",
		    kernel_name(kernel), scenario);
	for (i = 0; i < count; i++) {
		g_autofree char *value = g_strdup_printf(
		    "%lld", (long long)kernel_get_tunable(kernel, (int)i));

		if (!conf)
			print_tunable(&tunables[i], value);
		else if (tunables[i].writable)
			printf("%s=%s\n", tunables[i].node, value);
	}
}

static enum exit_status
print_scenario(const char *path, const char *name, bool conf)
{
	const struct scenario_options options = {
	    .kernel = (char *)(uintptr_t)name};
	struct scenario *scenario = options_read(&options, path, NULL);
	struct kernel *kernel;

	if (scenario == NULL)
		return (STATUS_BAD_INPUT);
	kernel = run_boot_kernel(scenario);
	print_values(kernel, path, conf);
	kernel_destroy(kernel);
	scenario_free(scenario);
	return (STATUS_OK);
}

/* Of a kernel without a scenario. */
static enum exit_status
print_kernel(const char *name, bool conf)
{
	struct kernel *kernel;

	if (kernel_describe(name) == NULL) {
		g_printerr("aiosim sysctl: there is no kernel '%s'; "
			   "see aiosim "
			   "kernels\n",
		    name);
		return (STATUS_BAD_INPUT);
	}
	if (!conf) {
		print_defaults(name);
		return (STATUS_OK);
	}
	kernel = kernel_create(name, DEFAULT_HZ);
	print_values(kernel, "its defaults", true);
	kernel_destroy(kernel);
	return (STATUS_OK);
}

int
command_sysctl(int argc, char **argv)
{
	char *kernel = NULL;
	gboolean conf = FALSE;
	const GOptionEntry entries[] = {
	    {"kernel", 'k', 0, G_OPTION_ARG_STRING, &kernel,
		"the kernel whose tunables to list", "NAME"},
	    {"conf", 0, 0, G_OPTION_ARG_NONE, &conf,
		"print node=value lines, as sysctl.conf takes them", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("[SCENARIO]");
	enum exit_status status = STATUS_BAD_INPUT;

	g_option_context_set_summary(context,
	    "Lists a kernel's tunables with their defaults, or with "
	    "the values "
	    "that SCENARIO\ngives them at boot.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (options_parse(context, "sysctl", &argc, &argv)) {
		if (argc > 2)
			g_printerr("aiosim sysctl: name one scenario file\n");
		else if (argc == 2)
			status = print_scenario(argv[1], kernel, conf);
		else
			status = print_kernel(
			    kernel != NULL ? kernel : kernel_names()[0], conf);
	}
	g_option_context_free(context);
	g_free(kernel);
	return ((int)status);
}

int
command_keys(int argc, char **argv)
{
	gboolean mdoc = FALSE;
	const GOptionEntry entries[] = {
	    {"mdoc", 0, 0, G_OPTION_ARG_NONE, &mdoc,
		"print them as subsections of a manual page", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new(NULL);
	int status = STATUS_BAD_INPUT;

	g_option_context_set_summary(context,
	    "Lists every key of scenario files: its form, its default, "
	    "and "
	    "what it means.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (options_parse(context, "keys", &argc, &argv)) {
		keys_print(stdout, mdoc);
		status = STATUS_OK;
	}
	g_option_context_free(context);
	return (status);
}

int
command_kernels(int argc, char **argv)
{
	GOptionContext *context = g_option_context_new(NULL);
	const char *const *name;
	int status = STATUS_BAD_INPUT;

	g_option_context_set_summary(context,
	    "Lists the kernels that --kernel takes, the default "
	    "first.");
	if (options_parse(context, "kernels", &argc, &argv)) {
		for (name = kernel_names(); *name != NULL; name++)
			printf("%-14s %s\n", *name, kernel_describe(*name));
		status = STATUS_OK;
	}
	g_option_context_free(context);
	return (status);
}
