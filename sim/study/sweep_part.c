/*
 * sweep.json: written, read again with suspicion, and compared.
 */

#include <inttypes.h>
#include <string.h>

#include "sim/record/summary_values.h"
#include "sim/study/statistics.h"
#include "sim/study/sweep_part.h"
#include "sim/vector/json_reader.h"

#define SCHEMA 1

void
sweep_part_release(struct sweep_part *part)
{
	g_free(part->scenario);
	g_free(part->kernel);
	g_free(part->world);
	g_free(part->version);
	g_free(part->inputs);
	if (part->axes != NULL)
		g_array_unref(part->axes);
}

/* ---- Writing ---------------------------------------------------------- */

static json_t *
axes_json(const GArray *axes)
{
	json_t *object = json_object(), *list;
	char **value;
	guint i;

	for (i = 0; i < axes->len; i++) {
		const struct sweep_axis *axis =
		    &g_array_index(axes, struct sweep_axis, i);

		list = json_array();
		for (value = axis->values; *value != NULL; value++)
			json_array_append_new(list, json_string(*value));
		put(object, axis->key, list);
	}
	return (object);
}

json_t *
sweep_part_json(const struct sweep_part *part)
{
	json_t *object = json_object();

	put_count(object, "schema", SCHEMA);
	put_words(object, "scenario", part->scenario);
	put_words(object, "kernel", part->kernel);
	put_words(object, "world", part->world);
	put_count(object, "seed", part->seed);
	put_words(object, "version", part->version);
	put_words(object, "inputs", part->inputs);
	put_count(object, "reps", part->reps);
	put_count(object, "first_point", part->first);
	put_count(object, "last_point", part->last);
	put(object, "axes", axes_json(part->axes));
	return (object);
}

/* ---- Reading ---------------------------------------------------------- */

static void
read_axis(const struct node *list, GArray *axes)
{
	size_t count = node_array(list), i;
	GPtrArray *values = g_ptr_array_new();

	if (count == 0)
		node_fail(list, "no values");
	node_check_line(list, list->key);
	for (i = 0; i < count; i++) {
		struct node value = node_item(list, i);

		g_ptr_array_add(values, (void *)(uintptr_t)node_line(&value));
	}
	g_ptr_array_add(values, NULL);
	grid_add(axes, list->key, (char **)values->pdata);
	g_ptr_array_free(values, TRUE);
}

static void
read_axes(const struct node *root, GArray *axes)
{
	struct node object = node_member(root, "axes");
	const char *key;
	json_t *value;
	guint count;

	node_object(&object);
	json_object_foreach((json_t *)(uintptr_t)object.value, key, value)
	{
		struct node list = node_member(&object, key);

		read_axis(&list, axes);
	}
	count = grid_count(axes);
	if (count == 0 || count > GRID_MOST)
		node_fail(&object, "expected 1 to %d points", GRID_MOST);
}

static void
read_part(struct sweep_part *part, const struct node *root)
{
	struct node schema = node_member(root, "schema");

	if (json_integer_value(schema.value) != SCHEMA)
		node_fail(&schema, "expected %d", SCHEMA);
	part->scenario = g_strdup(member_line(root, "scenario"));
	part->kernel = g_strdup(member_line(root, "kernel"));
	part->world = g_strdup(member_line(root, "world"));
	part->version = g_strdup(member_line(root, "version"));
	part->inputs = g_strdup(member_line(root, "inputs"));
	part->seed = (uint64_t)member_int(root, "seed", 0, INT64_MAX);
	part->reps = (guint)member_int(root, "reps", 1, MOST_REPLICATIONS);
	part->axes = grid_new();
	read_axes(root, part->axes);
	if (reading_failed(root->reading))
		return;
	part->first =
	    (guint)member_int(root, "first_point", 1, grid_count(part->axes));
	part->last = (guint)member_int(
	    root, "last_point", part->first, grid_count(part->axes));
}

bool
sweep_part_read(struct sweep_part *part, const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "sweep.json", NULL);
	struct reading reading = {.file = path};
	json_t *document = json_read_file(&reading);
	struct node root;

	memset(part, 0, sizeof(*part));
	if (document != NULL) {
		root = node_root(&reading, document);
		read_part(part, &root);
		json_decref(document);
	}
	if (!reading_failed(&reading))
		return (true);
	g_propagate_error(error, reading.error);
	return (false);
}

/* ---- Comparing -------------------------------------------------------- */

char *
sweep_part_differs(
    const struct sweep_part *a, const struct sweep_part *b, const char *b_dir)
{
	const struct {
		const char *name, *a, *b;
	} words[] = {
	    {"version", a->version, b->version},
	    {"scenario", a->scenario, b->scenario},
	    {"kernel", a->kernel, b->kernel},
	    {"world", a->world, b->world},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].a, words[i].b) != 0)
			return (g_strdup_printf("has %s %s, but %s has %s",
			    words[i].name, words[i].a, b_dir, words[i].b));
	if (a->seed != b->seed)
		return (
		    g_strdup_printf("has seed %" PRIu64 ", but %s has %" PRIu64,
			a->seed, b_dir, b->seed));
	if (a->reps != b->reps)
		return (g_strdup_printf(
		    "has %u replications a point, but %s has %u", a->reps,
		    b_dir, b->reps));
	if (!grid_equal(a->axes, b->axes))
		return (g_strdup_printf(
		    "is of a sweep over other values than %s", b_dir));
	if (strcmp(a->inputs, b->inputs) != 0)
		return (g_strdup_printf("was made from another scenario than "
					"%s: the file, one that it names, or a "
					"--set is not the same",
		    b_dir));
	return (NULL);
}
