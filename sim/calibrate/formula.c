/*
 * A station by formula.
 */

#include "sim/calibrate/formula.h"

struct point_rates
station_rates(const struct station *station, int64_t depth, int64_t size_bytes,
    double think_ns)
{
	int64_t inside = MIN(depth, station->channels), k;
	double own_ns = station->latency_ns, shared_ns = 0;
	double queue = 0, held_ns = 0, per_ns = 0;
	struct point_rates rates;

	if (station->channel_bandwidth > 0)
		own_ns += (double)size_bytes * 1e9 / station->channel_bandwidth;
	if (station->bandwidth > 0)
		shared_ns = (double)size_bytes * 1e9 / station->bandwidth;
	/* Who thinks leaves a channel idle only if none waits for it. */
	if (depth <= station->channels)
		own_ns += think_ns;
	for (k = 1; k <= inside; k++) {
		held_ns = shared_ns * (1 + queue);
		per_ns = (double)k / (own_ns + held_ns);
		queue = per_ns * held_ns;
	}
	rates.per_s = per_ns * 1e9;
	rates.mean_ns = MAX((double)depth / per_ns - think_ns, 1);
	return (rates);
}
