/*
 * What a station comes to, by formula.  The fit searches with it and then has
 * the simulator say by how much it is off (fit.c): a search by the simulator
 * alone would take a thousand times as long.
 */

#ifndef SIM_CALIBRATE_FORMULA_H
#define SIM_CALIBRATE_FORMULA_H

#include "sim/calibrate/points.h"

struct station {
	int64_t channels;
	double latency_ns; /* mean */
	double sigma;      /* of its logarithm */
	/* Bytes a second; 0: no limit.  At most one of them is given. */
	double bandwidth, channel_bandwidth;
};

/*
 * A closed network: up to `channels` of `depth` requests are inside at once,
 * each for its latency and its own transfer, then sharing `bandwidth` with the
 * others (processor sharing, by mean-value analysis); the rest wait.  Clients
 * think for `think_ns`.  Exact for one request, and where the channels are
 * never idle or never short; near otherwise.
 */
struct point_rates station_rates(const struct station *station, int64_t depth,
    int64_t size_bytes, double think_ns);

#endif
