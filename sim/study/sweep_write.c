/*
 * What a sweep leaves behind: the rows of sweep.csv, and sweep.json.
 */

#include "sim/record/outputs.h"
#include "sim/record/sinks.h"
#include "sim/study/sweep.h"

static guint
count_done(const struct sweep *sweep, const struct sweep_point *point)
{
	guint i, count = 0;

	for (i = 0; i < sweep->part.reps; i++)
		count += point->runs[i].done;
	return (count);
}

/* The limit that most runs of the point name, the first run's on a tie. */
static const char *
usual_limit(const struct sweep *sweep, const struct sweep_point *point)
{
	const char *limit = NULL;
	guint i, j, votes, most = 0;

	for (i = 0; i < sweep->part.reps; i++) {
		for (votes = 0, j = 0; j < sweep->part.reps; j++)
			votes += point->runs[j].done &&
			    point->runs[j].limit == point->runs[i].limit;
		if (votes > most) {
			most = votes;
			limit = point->runs[i].limit;
		}
	}
	return (limit != NULL ? limit : "");
}

static void
write_point(FILE *file, const struct sweep *sweep, guint index)
{
	const struct sweep_point *point =
	    &g_array_index(sweep->points, struct sweep_point, index);
	struct sweep_row row = {
	    .point = sweep->part.first + index,
	    .done = count_done(sweep, point),
	    .limit = (char *)(uintptr_t)usual_limit(sweep, point),
	};
	int metric;

	if (row.done == 0)
		return;
	for (metric = 0; metric < METRIC_COUNT; metric++)
		row.metrics[metric] =
		    sweep_estimate(sweep, point, (enum sweep_metric)metric);
	sweep_table_row(file, sweep->part.axes, &row);
}

static bool
write_table(const struct sweep *sweep, struct outputs *outputs, GError **error)
{
	FILE *file = outputs_file(outputs, "sweep.csv", error);
	guint i;

	if (file == NULL)
		return (false);
	sweep_table_head(file, sweep->part.axes);
	for (i = 0; i < sweep->points->len; i++)
		write_point(file, sweep, i);
	return (true);
}

bool
sweep_part_write(
    const struct sweep_part *part, struct outputs *outputs, GError **error)
{
	FILE *file = outputs_file(outputs, "sweep.json", error);
	json_t *object;

	if (file == NULL)
		return (false);
	object = sweep_part_json(part);
	json_write(file, object);
	json_decref(object);
	return (true);
}

bool
sweep_write(const struct sweep *sweep, GError **error)
{
	struct outputs *outputs = outputs_open(sweep->out, error);

	if (outputs == NULL)
		return (false);
	if (write_table(sweep, outputs, error) &&
	    sweep_part_write(&sweep->part, outputs, error))
		return (outputs_commit(outputs, error));
	outputs_discard(outputs);
	return (false);
}
