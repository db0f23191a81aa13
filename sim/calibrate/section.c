/*
 * A fitted model as the text of a [disk] section, with the shape of its
 * latencies.
 */

#include <math.h>

#include "sim/calibrate/fit_impl.h"
#include "sim/device/config.h"
#include "sim/random.h"

/* Where the lognormal distribution is held against what was measured. */
static const double shape_at[] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

/* Where no percentiles are known.  None at all would be worse: requests of
 * equal length stay in step for ever. */
#define SIGMA_UNKNOWN 0.25

#define SIGMA_MOST 3.0
#define SIGMA_STEP 0.005

/* The least part of a measured latency that is not transfer. */
#define PART_LEAST 0.05

static double
transfer_ns(const struct station *station, int64_t size_bytes)
{
	double rate = station->bandwidth + station->channel_bandwidth;

	return (rate > 0 ? (double)size_bytes * 1e9 / rate : 0);
}

/* A latency of a point without its transfer. */
static double
without_transfer(
    const struct station *station, const struct point *point, double ns)
{
	return (
	    MAX(ns - transfer_ns(station, point->size_bytes), ns * PART_LEAST));
}

double
station_sigma(const struct station *station, const struct point *first)
{
	double best = 0, least = INFINITY, sigma, misses, e;
	size_t i;

	if (!point_has_quantiles(first))
		return (SIGMA_UNKNOWN);
	for (sigma = 0; sigma <= SIGMA_MOST; sigma += SIGMA_STEP) {
		misses = 0;
		for (i = 0; i < G_N_ELEMENTS(shape_at); i++) {
			e = log(without_transfer(station, first,
				    point_quantile(first, shape_at[i])) /
				station->latency_ns) +
			    sigma * sigma / 2 -
			    sigma * portable_normal_quantile(shape_at[i]);
			misses += e * e;
		}
		if (misses < least) {
			least = misses;
			best = sigma;
		}
	}
	return (best);
}

double
station_quantile(const struct station *station, int64_t size_bytes, double p)
{
	double sigma = station->sigma;

	return (transfer_ns(station, size_bytes) +
	    station->latency_ns *
		exp(sigma * portable_normal_quantile(p) - sigma * sigma / 2));
}

/* ---- Text ------------------------------------------------------------- */

static void
put_time(GString *text, double ns)
{
	if (ns < 1e6)
		g_string_append_printf(text, "%.2fus", ns / 1e3);
	else
		g_string_append_printf(text, "%.4fms", ns / 1e6);
}

/* As "bandwidth = RATE", or nothing. */
static void
put_rate(GString *text, const char *before, double rate, const char *after)
{
	if (rate <= 0)
		return;
	if (rate < 16 * 1048576.0)
		g_string_append_printf(
		    text, "%s%.2fk%s", before, rate / 1024, after);
	else
		g_string_append_printf(
		    text, "%s%.2fm%s", before, rate / 1048576, after);
}

char *
station_section(const struct fit_setup *setup, const struct station *station,
    const char *empirical)
{
	g_autoptr(GArray) depths = points_depths(setup->points, POINTS_ALL);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
	    "[disk %s]\nmodel = station\nchannels = %" G_GINT64_FORMAT
	    "\nqueue_depth = %" G_GINT64_FORMAT "\nlatency = ",
	    setup->name, station->channels,
	    g_array_index(depths, int64_t, depths->len - 1));
	if (empirical != NULL) {
		g_string_append_printf(text, "empirical(%s)\n", empirical);
	} else {
		g_string_append(text, "lognormal(");
		put_time(text, station->latency_ns);
		g_string_append_printf(text, ",%.3f)\n", station->sigma);
	}
	put_rate(text, "bandwidth = ", station->bandwidth, "\n");
	put_rate(
	    text, "channel_bandwidth = ", station->channel_bandwidth, "\n");
	return (g_string_free(text, FALSE));
}

char *
station_latencies(const struct station *station, const struct point *first)
{
	GString *text = g_string_new(NULL);
	double values[FIT_QUANTILES], sum = 0;
	int i;

	for (i = 0; i < FIT_QUANTILES; i++) {
		values[i] = without_transfer(station, first,
		    point_quantile(first, (i + 0.5) / FIT_QUANTILES));
		sum += values[i];
	}
	for (i = 0; i < FIT_QUANTILES; i++)
		g_string_append_printf(text, "%.0fns\n",
		    values[i] * station->latency_ns / (sum / FIT_QUANTILES));
	return (g_string_free(text, FALSE));
}

/* Bytes a second that so many requests of a point's size came to together. */
static double
rate_of(const struct point *point)
{
	return ((double)point->depth * (double)point->size_bytes * 1e9 /
	    point->measured.mean_ns);
}

/* The same of all fitted sizes, on average: a curve has no latency, so that it
 * suits several as far as they came to the same. */
static double
rate_at(const GArray *points, double depth)
{
	double sum = 0;
	guint count = 0, i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);

		if (point->left_out || (double)point->depth != depth)
			continue;
		sum += rate_of(point);
		count++;
	}
	return (count > 0 ? sum / count : 0);
}

/* Bytes a second of `depth` requests: between the fitted depths by a straight
 * line, in proportion below them, as at the deepest above.  `without` is a
 * depth that is not to be used, or 0. */
static double
curve_at(const GArray *points, int64_t depth, int64_t without)
{
	double below_depth = 0, below, above_depth = INFINITY;
	guint i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);
		double at = (double)point->depth;

		if (point->left_out || point->depth == without)
			continue;
		if (at <= (double)depth)
			below_depth = MAX(below_depth, at);
		if (at >= (double)depth)
			above_depth = MIN(above_depth, at);
	}
	below = rate_at(points, below_depth);
	if (isinf(above_depth) || above_depth <= below_depth)
		return (below);
	return (below +
	    (rate_at(points, above_depth) - below) *
		((double)depth - below_depth) / (above_depth - below_depth));
}

double
curve_error(const GArray *points)
{
	g_autoptr(GArray) depths = points_depths(points, POINTS_FITTED);
	int64_t least = g_array_index(depths, int64_t, 0);
	int64_t most = g_array_index(depths, int64_t, depths->len - 1);
	double sum = 0;
	guint count = 0, i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);

		if (point->left_out || point->depth == least ||
		    point->depth == most)
			continue;
		sum += fabs(curve_at(points, point->depth, point->depth) /
			rate_of(point) -
		    1);
		count++;
	}
	return (count > 0 ? sum / count : INFINITY);
}

char *
curve_section(const struct fit_setup *setup)
{
	g_autoptr(GArray) depths = points_depths(setup->points, POINTS_ALL);
	int64_t most = g_array_index(depths, int64_t, depths->len - 1), depth;
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
	    "[disk %s]\nmodel = curve\nqueue_depth = %" G_GINT64_FORMAT
	    "\nread_curve = rates(",
	    setup->name, most);
	for (depth = 1; depth <= MIN(most, CURVE_POINTS_MAX); depth++)
		put_rate(text, depth > 1 ? ", " : "",
		    MAX(curve_at(setup->points, depth, 0), 1024), "");
	g_string_append(text, ")\n");
	return (g_string_free(text, FALSE));
}
