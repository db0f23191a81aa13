/*
 * A [disk] section tried on points: the simulator plays a closed loop of the
 * point's depth and size over it, in the heap world, with a daemon for each
 * request.  What comes out is the model's own prediction, not a formula's.
 */

#ifndef SIM_CALIBRATE_TRIAL_H
#define SIM_CALIBRATE_TRIAL_H

#include "sim/calibrate/points.h"
#include "sim/commands.h"

struct trial {
	const char *name;    /* of the disk */
	const char *section; /* "[disk NAME]" and its keys */
	bool write;
	double think_ns; /* of the clients, between requests */
	guint requests;  /* about so many are played */
	guint64 seed;
};

/* Plays the depth and size of `point`; its measured rates only say how long to
 * play.  STATUS_OK or STATUS_INTERRUPTED; other failures are bugs. */
enum exit_status trial_play(const struct trial *trial,
    const struct point *point, struct point_rates *rates);

/* Of relative errors |model / measured - 1|, the mean over points. */
struct trial_error {
	double per_s, mean_ns;
	guint points;
};

/* Over the points of one kind; `rates` holds one for each of all points. */
struct trial_error trial_error_of(const GArray *points,
    const struct point_rates *rates, enum points_which which);

#endif
