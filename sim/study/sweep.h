/*
 * A sweep: the same scenario at every point of a grid of settings, each point
 * several times with other random numbers.  All points meet the same arrivals
 * and the same service times (common random numbers), so that they differ by
 * the settings alone.
 *
 * Each run is a process of its own, as many at a time as there are jobs; the
 * results do not depend on how many.
 */

#ifndef SIM_SWEEP_H
#define SIM_SWEEP_H

#include <glib.h>
#include <stdbool.h>

#include "sim/options.h"
#include "sim/record/outputs.h"
#include "sim/run.h"
#include "sim/study/sweep_table.h"

/* One run, as its process reports it. */
struct sweep_run {
	bool done;
	double metrics[METRIC_COUNT]; /* NAN where there were no requests */
	/* The tunable that most waited or were refused for, or NULL.  A
	 * constant of the program, at the same place in the process that ran.
	 */
	const char *limit;
};

struct sweep_point {
	char **sets;            /* "key=value" of this point; NULL-terminated */
	char *label;            /* name of its folder */
	struct sweep_run *runs; /* one a replication */
};

struct sweep {
	const struct scenario_options *options;
	const struct world_ops *world;
	const char *path; /* of the scenario */
	const char *out;
	guint jobs;
	bool progress; /* show it on stderr */
	/* The caller gives the replications and, for some points alone, which
	 * those are; the rest is found when the sweep is prepared. */
	struct sweep_part part;
	GArray *points; /* of struct sweep_point: those that it plays */
};

/* Lays out the grid from the scenario's [sweep] and the lists given as --set,
 * which override it; checks every point.  False with a line on stderr. */
bool sweep_prepare(
    struct sweep *sweep, const struct scenario *scenario, char **lists);

/* Plays it all; runs that did not come to an end stay without `done`. */
enum exit_status sweep_play(struct sweep *sweep);

/* The mean of a metric over the runs of a point, with its interval. */
struct estimate sweep_estimate(const struct sweep *sweep,
    const struct sweep_point *point, enum sweep_metric metric);

/* sweep.csv and sweep.json. */
bool sweep_write(const struct sweep *sweep, GError **error);
bool sweep_part_write(
    const struct sweep_part *part, struct outputs *outputs, GError **error);

/* Takes the table of an earlier sweep away, with sweep.json and the pictures,
 * before the runs that it tells of are replaced: a sweep that is killed leaves
 * runs, but none that would be taken for one. */
bool sweep_withdraw(struct outputs *outputs, GError **error);

void sweep_release(struct sweep *sweep);

#endif
