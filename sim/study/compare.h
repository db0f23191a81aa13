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

struct compare {
	/* To be set by the caller.  The options' kernel is not looked at. */
	const struct scenario_options *options;
	const struct world_ops *world;
	const char *path, *out;
	char **kernels; /* NULL-terminated, two at least */
	/* What came of it: for each kernel its summary.json. */
	GPtrArray *summaries; /* of json_t */
};

/*
 * Checks the scenario for each kernel, then plays it with each, into a folder
 * OUT/KERNEL.  Errors go to stderr.  compare_release() in any case.
 */
enum exit_status compare_play(struct compare *compare);
void compare_release(struct compare *compare);

/* OUT/compare.csv: a row a figure, `metric` and then a column a kernel; the
 * figure's name is its path in summary.json, but for the pool's. */
bool compare_write(const struct compare *compare, GError **error);
/* The same for people. */
void compare_print(const struct compare *compare);
/* {"scenario": …, "kernels": {NAME: summary}}; the caller's. */
json_t *compare_json(const struct compare *compare);

#endif
