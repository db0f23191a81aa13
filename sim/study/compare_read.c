/*
 * A comparison read from its directory: compare.json says of which kernels and
 * replications, and each has its summary.json.
 */

#include <string.h>

#include "sim/record/sinks.h"
#include "sim/study/compare.h"
#include "sim/study/statistics.h"
#include "sim/vector/json_reader.h"

static char **
read_kernels(const struct node *kernels)
{
	GPtrArray *names = g_ptr_array_new();
	const char *name;
	json_t *value;

	node_object(kernels);
	json_object_foreach((json_t *)(uintptr_t)kernels->value, name, value)
	{
		struct node summary = node_member(kernels, name);

		if (kernel_describe(name) == NULL)
			node_fail(&summary, "no kernel has this name");
		g_ptr_array_add(names, g_strdup(name));
	}
	if (names->len < 2)
		node_fail(kernels, "expected two kernels at least");
	g_ptr_array_add(names, NULL);
	return ((char **)g_ptr_array_free(names, FALSE));
}

/* Whole, and of that kernel; the first replication's is in compare.json, too.
 */
static bool
read_summary(struct compare *compare, const char *kernel, guint replication,
    const json_t *known, GError **error)
{
	g_autofree char *path =
	    compare_path(compare, kernel, replication, "summary.json");
	struct reading reading = {.file = path};
	json_t *summary = json_read_file(&reading);
	struct node root;
	bool same;

	if (summary == NULL) {
		g_propagate_error(error, reading.error);
		return (false);
	}
	g_ptr_array_add(compare->summaries, summary);
	if (!table_put(NULL, summary, path, error))
		return (false);
	root = node_root(&reading, summary);
	same = strcmp(member_string(&root, "kernel"), kernel) == 0 &&
	    member_int(&root, "replication", 0, INT64_MAX) == replication;
	if (replication == 0)
		same &= json_equal(summary, (json_t *)(uintptr_t)known) == 1;
	if (same)
		return (true);
	node_fail(&root, "not of the comparison in compare.json");
	g_propagate_error(error, reading.error);
	return (false);
}

static bool
read_summaries(
    struct compare *compare, const struct node *kernels, GError **error)
{
	char **kernel;
	guint i;

	for (kernel = compare->kernels; *kernel != NULL; kernel++)
		for (i = 0; i < compare->reps; i++)
			if (!read_summary(compare, *kernel, i,
				json_object_get(kernels->value, *kernel),
				error))
				return (false);
	return (true);
}

bool
compare_read(struct compare *compare, GError **error)
{
	g_autofree char *path =
	    g_build_filename(compare->out, "compare.json", NULL);
	struct reading reading = {.file = path};
	json_t *document = json_read_file(&reading);
	struct node root, schema, kernels;
	bool good = false;

	compare->summaries =
	    g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	if (document != NULL) {
		root = node_root(&reading, document);
		schema = node_member(&root, "schema");
		kernels = node_member(&root, "kernels");
		if (json_integer_value(schema.value) != COMPARE_SCHEMA)
			node_fail(&schema, "expected %d", COMPARE_SCHEMA);
		compare->reps = (guint)member_int(
		    &root, "replications", 1, MOST_REPLICATIONS);
		compare->kernels = read_kernels(&kernels);
		good = !reading_failed(&reading) &&
		    read_summaries(compare, &kernels, error);
	}
	json_decref(document);
	if (reading_failed(&reading))
		g_propagate_error(error, reading.error);
	return (good);
}
