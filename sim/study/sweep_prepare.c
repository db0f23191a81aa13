/*
 * The grid of a sweep, and the hash of all that decides what its runs come to.
 */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sim/printable.h"
#include "sim/scenario/ini.h"
#include "sim/study/sweep.h"

static GArray *
collect_axes(const struct scenario *scenario, char **lists)
{
	GArray *axes = grid_new();
	char **values;
	guint i;

	for (i = 0; i < scenario->sweep->len; i++) {
		const struct sweep_axis *axis =
		    &g_array_index(scenario->sweep, struct sweep_axis, i);

		grid_add(axes, axis->key, axis->values);
	}
	for (; lists != NULL && *lists != NULL; lists++) {
		g_autofree char *key = NULL;

		if (!set_splits(*lists, &values))
			continue;
		key = g_strndup(*lists, (gsize)(strchr(*lists, '=') - *lists));
		grid_add(axes, key, values);
		g_strfreev(values);
	}
	return (axes);
}

/* ---- The folders ------------------------------------------------------ */

/* The first axis on which the point's value is given more than once, or
 * axes->len. */
static guint
find_doubled(const GArray *axes, char **values)
{
	guint i, count;
	char **value;

	for (i = 0; i < axes->len; i++) {
		value = g_array_index(axes, struct sweep_axis, i).values;
		for (count = 0; *value != NULL; value++)
			count += strcmp(*value, values[i]) == 0;
		if (count > 1)
			break;
	}
	return (i);
}

static void
refuse_same_folder(const struct sweep *sweep, guint before, guint point)
{
	const GArray *axes = sweep->part.axes;
	g_auto(GStrv) values = grid_values(axes, point);
	guint axis = find_doubled(axes, values);

	if (axis == axes->len)
		print_line("%s: points %u and %u would have the same folder; "
			   "write one value differently",
		    sweep->path, before, point);
	else
		print_line("%s: %s: the value %s is given twice; leave one out",
		    sweep->path,
		    g_array_index(axes, struct sweep_axis, axis).key,
		    values[axis]);
}

/* Each point has a folder of its own, whose name a file system takes. */
static bool
check_folders(const struct sweep *sweep)
{
	GHashTable *points =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint point, before, count = grid_count(sweep->part.axes);
	bool good = true;
	char *label;

	for (point = 1; good && point <= count; point++) {
		label = grid_label(sweep->part.axes, point);
		before = GPOINTER_TO_UINT(g_hash_table_lookup(points, label));
		good = before == 0 && strlen(label) <= NAME_MAX;
		if (before != 0)
			refuse_same_folder(sweep, before, point);
		else if (!good)
			print_line("%s: point %u: its values are too long for "
				   "the name of a folder; shorten them",
			    sweep->path, point);
		g_hash_table_insert(points, label, GUINT_TO_POINTER(point));
	}
	g_hash_table_unref(points);
	return (good);
}

/* ---- The hash --------------------------------------------------------- */

/* A file that a run reads for itself. */
static void
hash_file(GChecksum *inputs, const char *path)
{
	char block[65536];
	FILE *file = NULL;
	size_t n;

	if (path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR))
		file = fopen(path, "rb");
	if (file == NULL)
		return;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		g_checksum_update(inputs, (const guchar *)block, (gssize)n);
	fclose(file);
}

static void
hash_once(GChecksum *inputs, GHashTable *seen, const char *path)
{
	if (path != NULL && g_hash_table_add(seen, g_strdup(path)))
		hash_file(inputs, path);
}

static void
hash_sets(GChecksum *inputs, char **sets)
{
	/* With the NUL, which parts them. */
	for (; sets != NULL && *sets != NULL; sets++)
		g_checksum_update(
		    inputs, (const guchar *)*sets, (gssize)strlen(*sets) + 1);
}

/* Reads the scenario of a point, which may name files that no other names. */
static bool
check_point(
    const struct sweep *sweep, guint point, GChecksum *inputs, GHashTable *seen)
{
	g_auto(GStrv) sets = grid_sets(sweep->part.axes, point);
	struct scenario *scenario;
	guint i;

	ini_watch(inputs);
	scenario = options_read(
	    sweep->options, sweep->path, (const char *const *)sets);
	ini_watch(NULL);
	if (scenario == NULL)
		return (false);
	hash_once(inputs, seen, scenario->platform);
	for (i = 0; i < scenario->processes->len; i++) {
		const struct process_config *process =
		    scenario->processes->pdata[i];

		hash_once(inputs, seen, process->trace);
	}
	scenario_free(scenario);
	return (true);
}

static bool
check_points(struct sweep *sweep)
{
	GChecksum *inputs = g_checksum_new(G_CHECKSUM_SHA256);
	GHashTable *seen =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint point, count = grid_count(sweep->part.axes);
	bool good = true;

	hash_sets(inputs, sweep->options->sets);
	for (point = 1; good && point <= count; point++)
		good = check_point(sweep, point, inputs, seen);
	sweep->part.inputs = g_strdup(g_checksum_get_string(inputs));
	g_hash_table_unref(seen);
	g_checksum_free(inputs);
	return (good);
}

/* ---- The whole -------------------------------------------------------- */

/* True if there are points, and those asked for among them. */
static bool
choose_points(struct sweep *sweep)
{
	struct sweep_part *part = &sweep->part;
	guint count = grid_count(part->axes);

	if (count == 0)
		print_line("%s: has no [sweep]; add one, or give --set "
			   "KEY=VALUE,VALUE…",
		    sweep->path);
	else if (count > GRID_MOST)
		print_line("%s: a sweep of more than %d points; make several "
			   "of it",
		    sweep->path, GRID_MOST);
	else if (part->last > count)
		print_line("%s: --points %u-%u: the sweep has %u; see --list",
		    sweep->path, part->first, part->last, count);
	else {
		if (part->first == 0) {
			part->first = 1;
			part->last = count;
		}
		return (true);
	}
	return (false);
}

static void
clear_point(void *data)
{
	struct sweep_point *point = data;

	g_strfreev(point->sets);
	g_free(point->label);
	g_free(point->runs);
}

static void
add_point(struct sweep *sweep, guint number)
{
	struct sweep_point point = {
	    .sets = grid_sets(sweep->part.axes, number),
	    .label = grid_label(sweep->part.axes, number),
	    .runs = g_new0(struct sweep_run, sweep->part.reps),
	};

	g_array_append_val(sweep->points, point);
}

bool
sweep_prepare(
    struct sweep *sweep, const struct scenario *scenario, char **lists)
{
	struct sweep_part *part = &sweep->part;
	guint point;

	/* As in summary.json, but for what would part a line. */
	part->scenario = g_utf8_make_valid(scenario->stem, -1);
	make_printable(part->scenario);
	part->kernel = g_strdup(scenario->kernel);
	part->world = g_strdup(sweep->world->name);
	part->version = g_strdup(AIOSIM_VERSION);
	part->seed = scenario->seed;
	part->axes = collect_axes(scenario, lists);
	sweep->points = g_array_new(FALSE, FALSE, sizeof(struct sweep_point));
	g_array_set_clear_func(sweep->points, clear_point);
	if (!choose_points(sweep) || !check_folders(sweep) ||
	    !check_points(sweep))
		return (false);
	for (point = part->first; point <= part->last; point++)
		add_point(sweep, point);
	return (true);
}

void
sweep_release(struct sweep *sweep)
{
	if (sweep->points != NULL)
		g_array_unref(sweep->points);
	sweep_part_release(&sweep->part);
}
