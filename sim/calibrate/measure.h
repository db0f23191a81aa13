/*
 * Measuring points: for each depth so many threads, each with one blocking
 * pread or pwrite after the other, as AIO daemons do it.
 */

#ifndef SIM_CALIBRATE_MEASURE_H
#define SIM_CALIBRATE_MEASURE_H

#include "sim/calibrate/target.h"

struct measure_setup {
	const struct target *target;  /* borrowed, as are the arrays */
	const GArray *depths, *sizes; /* of int64_t */
	double seconds;               /* for each point, both passes together */
	bool random;                  /* else one stream, shared by all */
	guint64 seed;                 /* of the offsets */
	bool progress;                /* shown on stderr */
};

/*
 * Appends a point for each depth and size.  Each is measured in two passes over
 * all of them, the second in reverse, so that what drifts meets both ends; the
 * first tenth of the time is not counted.
 *
 * False with an error: CALIBRATE_INPUT if no request finishes in the time,
 * CALIBRATE_FAILED if the file fails or changes, CALIBRATE_INTERRUPTED.
 */
bool measure_points(
    const struct measure_setup *setup, GArray *points, GError **error);

#endif
