/*
 * The search by formula: every number of channels that the depths can tell
 * apart, and for each a pattern search over the logarithms of latency and
 * bandwidth.
 */

#include <math.h>

#include "sim/calibrate/fit_impl.h"

/* From here on the cost is linear. */
#define BEND 0.1
/* Steps of the pattern, as logarithms: the first and the last. */
#define STEP_FIRST 0.5
#define STEP_LAST 0.0005
/* What is searched: latencies up to three hours, rates from a KiB to a PiB a
 * second, which is as good as no limit. */
#define LATENCY_LEAST_NS 10
#define LATENCY_MOST_NS 1e13
#define RATE_LEAST 1024
#define RATE_MOST (1024.0 * 1024 * 1024 * 1024 * 1024)

static double
cost_of_ratio(double ratio)
{
	double e = log(ratio) / BEND;

	return (BEND * BEND * (sqrt(1 + e * e) - 1));
}

static double
cost_at(const struct point *point, double per_s, double mean_ns)
{
	return (cost_of_ratio(per_s / point->measured.per_s) +
	    cost_of_ratio(mean_ns / point->measured.mean_ns));
}

double
points_cost(const GArray *points, const struct point_rates *rates)
{
	double cost = 0;
	guint i;

	for (i = 0; i < points->len; i++)
		if (!points_at(points, i)->left_out)
			cost += cost_at(points_at(points, i), rates[i].per_s,
			    rates[i].mean_ns);
	return (cost);
}

static double
station_cost(const struct search *search, const struct station *station)
{
	const struct point_rates *correction;
	struct point_rates rates;
	double cost = 0;
	guint i;

	for (i = 0; i < search->points->len; i++) {
		const struct point *point = points_at(search->points, i);

		if (point->left_out)
			continue;
		correction = &search->corrections[i];
		rates = station_rates(
		    station, point->depth, point->size_bytes, search->think_ns);
		cost += cost_at(point, rates.per_s * correction->per_s,
		    rates.mean_ns * correction->mean_ns);
	}
	return (cost);
}

/* `factor` is applied to the model's bandwidth, if it has one. */
static struct station
moved(const struct search *search, const struct station *from, double latency,
    double factor)
{
	struct station to = *from;

	to.latency_ns =
	    CLAMP(to.latency_ns * latency, LATENCY_LEAST_NS, LATENCY_MOST_NS);
	if (search->model == FIT_SHARED)
		to.bandwidth =
		    CLAMP(to.bandwidth * factor, RATE_LEAST, RATE_MOST);
	else if (search->model == FIT_CHANNEL)
		to.channel_bandwidth =
		    CLAMP(to.channel_bandwidth * factor, RATE_LEAST, RATE_MOST);
	return (to);
}

/* One step into whatever direction is best; false if none is. */
static bool
step(const struct search *search, double size, struct station *station,
    double *cost)
{
	struct station best = *station, to;
	bool rich = search->model != FIT_STATION, found = false;
	double to_cost;
	int x, y;

	for (x = -1; x <= 1; x++)
		for (y = rich ? -1 : 0; y <= (rich ? 1 : 0); y++) {
			to = moved(
			    search, station, exp(x * size), exp(y * size));
			to_cost = station_cost(search, &to);
			if (to_cost < *cost) {
				*cost = to_cost;
				best = to;
				found = true;
			}
		}
	*station = best;
	return (found);
}

static double
descend(const struct search *search, struct station *station)
{
	double cost = station_cost(search, station), size;

	for (size = STEP_FIRST; size > STEP_LAST; size /= 2)
		while (step(search, size, station, &cost))
			;
	return (cost);
}

/* The most bytes a second of a fitted point. */
static double
largest_rate(const GArray *points)
{
	double most = RATE_LEAST;
	guint i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);

		if (!point->left_out)
			most = MAX(most,
			    point->measured.per_s * (double)point->size_bytes);
	}
	return (most);
}

static struct station
first_guess(const struct search *search)
{
	double mean_ns = points_first(search->points)->measured.mean_ns;
	struct station guess = {
	    .latency_ns = CLAMP(mean_ns, LATENCY_LEAST_NS, LATENCY_MOST_NS)};
	double rate = largest_rate(search->points);

	if (search->model == FIT_SHARED)
		guess.bandwidth = rate;
	else if (search->model == FIT_CHANNEL)
		guess.channel_bandwidth = rate;
	return (guess);
}

int64_t
deepest_fitted(const GArray *points)
{
	g_autoptr(GArray) depths = points_depths(points, POINTS_FITTED);

	return (g_array_index(depths, int64_t, depths->len - 1));
}

void
search_station(const struct search *search, struct station *station)
{
	const int64_t most = deepest_fitted(search->points);
	struct station guess, now;
	double least = INFINITY, cost;
	int64_t channels;

	if (station->channels > 0 && station->latency_ns > 0) {
		descend(search, station);
		return;
	}
	guess = first_guess(search);
	for (channels = 1; channels <= most;
	     channels += MAX(channels / CHANNELS_SINGLY, 1)) {
		now = guess;
		now.channels = channels;
		cost = descend(search, &now);
		if (cost < least) {
			least = cost;
			*station = now;
		}
	}
}
