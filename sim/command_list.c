/*
 * aiosim sysctl, keys and kernels: what there is to set.
 */

#include <stdio.h>

#include "model/kernel.h"
#include "sim/commands.h"
#include "sim/options.h"
#include "sim/scenario/keys.h"

static void
print_tunable(const struct kernel_tunable *tunable)
{
	char *value = g_strdup_printf("%lld%s", (long long)tunable->fallback,
	    tunable->per_hz ? "*hz" : "");

	printf("%-32s %7s %-9s %s\n    %s\n", tunable->node, value,
	    tunable->unit, tunable->writable ? "" : "read-only",
	    tunable->sentence);
	g_free(value);
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
	const struct kernel_tunable *tunables;
	size_t count, i;
	int status = STATUS_BAD_INPUT;

	g_option_context_set_summary(
	    context, "Lists a kernel's tunables with their defaults.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (options_parse(context, "sysctl", &argc, &argv)) {
		tunables = kernel_tunables(
		    kernel != NULL ? kernel : kernel_names()[0], &count);
		if (tunables == NULL)
			g_printerr("aiosim sysctl: there is no kernel '%s'; "
				   "see aiosim kernels\n",
			    kernel);
		for (i = 0; i < count; i++)
			print_tunable(&tunables[i]);
		status = tunables != NULL ? STATUS_OK : STATUS_BAD_INPUT;
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
