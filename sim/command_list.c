/*
 * aiosim sysctl, keys and kernels: what there is to set.
 */

#include <stdio.h>

#include "model/kernel.h"
#include "sim/commands.h"
#include "sim/options.h"
#include "sim/scenario/keys.h"

/* At a clock of one tick a second a default in ticks is its factor of hz. */
static void
print_tunable(
    const struct kernel *kernel, int i, const struct kernel_tunable *tunable)
{
	g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT "%s",
	    kernel_get_tunable(kernel, i), tunable->per_hz ? "*hz" : "");

	printf("%-32s %-4s %-2s %7s %s\n    %s\n", tunable->node,
	    tunable->type == TUNABLE_INT ? "int" : "uint",
	    tunable->writable ? "RW" : "RD", value, tunable->unit,
	    tunable->sentence);
}

static void
print_tunables(const char *name)
{
	struct kernel *kernel = kernel_create(name, 1);
	const struct kernel_tunable *tunables;
	size_t count, i;

	tunables = kernel_tunables(name, &count);
	for (i = 0; i < count; i++)
		print_tunable(kernel, (int)i, &tunables[i]);
	kernel_destroy(kernel);
}

int
command_sysctl(int argc, char **argv)
{
	char *kernel = NULL;
	const GOptionEntry entries[] = {
	    {"kernel", 'k', 0, G_OPTION_ARG_STRING, &kernel,
		"the kernel whose tunables to list", "NAME"},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new(NULL);
	const char *name;
	int status = STATUS_BAD_INPUT;

	g_option_context_set_summary(context,
	    "Lists a kernel's tunables: node, type, access (RW, or RD for "
	    "read-only), default, unit.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (options_parse(context, "sysctl", &argc, &argv)) {
		name = kernel != NULL ? kernel : kernel_names()[0];
		if (kernel_describe(name) != NULL) {
			print_tunables(name);
			status = STATUS_OK;
		} else {
			g_printerr("aiosim sysctl: there is no kernel '%s'; "
				   "see aiosim kernels\n",
			    name);
		}
	}
	g_option_context_free(context);
	g_free(kernel);
	return (status);
}

int
command_keys(int argc, char **argv)
{
	gboolean markdown = FALSE;
	const GOptionEntry entries[] = {
	    {"markdown", 0, 0, G_OPTION_ARG_NONE, &markdown,
		"print the reference page", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new(NULL);
	int status = STATUS_BAD_INPUT;

	g_option_context_set_summary(context,
	    "Lists every key of scenario files: its form, its default, and "
	    "what it means.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (options_parse(context, "keys", &argc, &argv)) {
		keys_print(stdout, markdown);
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
	    "Lists the kernels that --kernel takes, the default first.");
	if (options_parse(context, "kernels", &argc, &argv)) {
		for (name = kernel_names(); *name != NULL; name++)
			printf("%-14s %s\n", *name, kernel_describe(*name));
		status = STATUS_OK;
	}
	g_option_context_free(context);
	return (status);
}
