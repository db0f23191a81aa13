/*
 * The axes of [sweep].  A value is right if a scenario can be built with it
 * alone on top of the file; so a typing error shows before hours of runs.
 */

#include <string.h>

#include "sim/scenario/keys.h"
#include "sim/scenario/overrides.h"
#include "sim/scenario/scenario_parts.h"

#define VALUES_MAX 1000

/* Builds with one value applied; its problem is told at the axis's line. */
static bool
try_value(const struct ini *ini, const struct ini_entry *entry,
    const char *value, const char *kernel, GError **error)
{
	g_autofree char *set = g_strdup_printf("%s=%s", entry->key, value);
	g_autofree char *prefix = g_strdup_printf("%s: ", entry->where);
	g_autofree char *shown = ini_clip(set);
	g_autoptr(GError) problem = NULL;
	struct scenario *scenario = NULL;
	const char *chosen, *message;
	struct ini *trial;

	trial = ini_copy(ini, "sweep");
	chosen = scenario_kernel(trial, kernel, NULL);
	g_assert(chosen != NULL);
	if (override_apply(trial, set, entry->where, chosen, &problem))
		scenario = scenario_build(trial, kernel, &problem);
	ini_free(trial);
	if (scenario != NULL) {
		scenario_free(scenario);
		return (true);
	}
	message = problem->message;
	if (g_str_has_prefix(message, prefix))
		message += strlen(prefix);
	return (
	    ini_fail(error, entry->where, "[sweep] %s: %s", shown, message));
}

static bool
try_values(const struct ini *ini, const struct ini_entry *entry, char **values,
    const char *kernel, GError **error)
{
	size_t i;

	if (g_strv_length(values) > VALUES_MAX)
		return (ini_fail(error, entry->where,
		    "[sweep] more than %d values; make several sweeps of them",
		    VALUES_MAX));
	for (i = 0; values[i] != NULL; i++) {
		if (values[i][0] == '\0')
			return (ini_fail(error, entry->where,
			    "[sweep] the list has an empty value; expected one "
			    "such as 1, 2, 4"));
		if (!try_value(ini, entry, values[i], kernel, error))
			return (false);
	}
	return (true);
}

bool
scenario_read_sweep(const struct ini *ini, const char *kernel,
    struct scenario *scenario, GError **error)
{
	const struct ini_section *section = ini_find(ini, "sweep");
	const struct ini_entry *entry;
	struct sweep_axis axis;
	bool good = true;
	guint i;

	if (section == NULL)
		return (true);
	for (i = 0; good && i < section->entries->len; i++) {
		entry = section->entries->pdata[i];
		axis.key = g_strdup(entry->key);
		axis.values = value_list(entry->value);
		g_array_append_val(scenario->sweep, axis);
		good = try_values(ini, entry, axis.values, kernel, error);
	}
	return (good);
}
