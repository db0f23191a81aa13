/*
 * One scenario with several kernels, on the same random numbers: arrivals,
 * sizes, offsets and service times of an operation are drawn by its number, so
 * that they are the same whatever the kernel does.
 */

#ifndef SIM_COMPARE_H
#define SIM_COMPARE_H

#include <jansson.h>

#include "sim/commands.h"
#include "sim/options.h"

#define COMPARE_SCHEMA 1

struct compare {
	/* To be set by the caller.  The options' kernel is not looked at. */
	const struct scenario_options *options;
	const struct world_ops *world;
	const char *path, *out;
	char **kernels; /* NULL-terminated, two at least */
	guint reps;     /* 1 at least: each with random numbers of its own */
	/* What came of it: for each kernel its summary.json of each
	 * replication. */
	GPtrArray *summaries; /* of json_t */
};

/*
 * Checks the scenario for each kernel, then plays it with each, into a folder
 * OUT/KERNEL; of replications after
 * the first the summary alone, in OUT/KERNEL/replication-N.  Errors go to
 * stderr.  compare_release() in any case.
 */
enum exit_status compare_play(struct compare *compare);
void compare_release(struct compare *compare);

/* Reads what compare_write() has written in OUT instead; false, with an error
 * that names the file, if it is not whole.  The kernels are then to be freed
 * with g_strfreev(), compare_release() in any case. */
bool compare_read(struct compare *compare, GError **error);
/* The path of a run's file, or of its folder if `name` is NULL; g_free() it. */
char *compare_path(const struct compare *compare, const char *kernel,
    guint replication, const char *name);

static inline guint
compare_kernels(const struct compare *compare)
{
	return (compare->summaries->len / compare->reps);
}

static inline const json_t *
compare_summary(const struct compare *compare, guint kernel, guint replication)
{
	return (
	    compare->summaries->pdata[kernel * compare->reps + replication]);
}

/* OUT/compare.csv: a row a figure, `metric` and then a column a kernel, of the
 * means over the replications; the figure's name is its path in summary.json,
 * but for the pool's.  With several replications also OUT/differences.csv:
 * `metric,kernel,difference,half_width`, how much more than with the first
 * kernel, and its 95 % interval; it is of the differences within each
 * replication, which all kernels met with the same random numbers.  And
 * OUT/compare.json. */
bool compare_write(const struct compare *compare, GError **error);
/* The same for people. */
void compare_print(const struct compare *compare);
/* What compare.json holds: {"schema": 1, "scenario": …, "replications": N,
 * "kernels": {NAME: the first one's summary}}, with several replications also
 * "differences": {figure: {kernel:
 * {"mean": …, "half_width": …}}}; the caller's. */
json_t *compare_json(const struct compare *compare);

#endif
