/*
 * What is known of a disk: points, each the throughput and the latency of a
 * closed loop of `depth` requests of one size.  They are measured (measure.h)
 * or read from fio (fio.h); some are fitted to, and the others, whose depth or
 * size the fit never sees, tell how well it predicts.
 */

#ifndef SIM_CALIBRATE_POINTS_H
#define SIM_CALIBRATE_POINTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CALIBRATE_ERROR (g_quark_from_static_string("calibrate"))

enum calibrate_error {
	CALIBRATE_INPUT,       /* what was given is of no use: status 2 */
	CALIBRATE_FAILED,      /* it could not go on: status 3 */
	CALIBRATE_INTERRUPTED, /* status 130 */
};

#define DEPTH_MAX 1024
#define SIZE_MAX_BYTES (INT64_C(1) << 30)

/* A share p of the latencies, 0 < p < 1, do not exceed this. */
struct point_quantile {
	double p, ns;
};

struct point_rates {
	double per_s;   /* requests finished a second */
	double mean_ns; /* of their latency */
};

struct point {
	int64_t depth, size_bytes;
	struct point_rates measured;
	double requests; /* that this was measured on */
	/* How far the two passes of the measurement lie apart, as a share of
	 * their mean; NAN where there was one. */
	double passes_apart;
	GArray *quantiles; /* of struct point_quantile, ascending; owned */
	bool left_out;     /* of the fit */
};

/* An empty list of struct point, which owns what they own. */
GArray *points_new(void);

static inline struct point *
points_at(const GArray *points, guint i)
{
	return (&g_array_index(points, struct point, i));
}

/* The different depths, or sizes, in ascending order, of int64_t; all of them,
 * or those of points that are (not) left out.  Free with g_array_unref(). */
enum points_which { POINTS_ALL, POINTS_FITTED, POINTS_LEFT_OUT };
GArray *points_depths(const GArray *points, enum points_which which);
GArray *points_sizes(const GArray *points, enum points_which which);

/*
 * Marks the points to leave out: those whose depth is in `depths` or whose size
 * is in `sizes`, both of int64_t.  NULL stands for the middle one, of three or
 * more.  False, with an error, where a depth or size is none of the points', or
 * less than two depths would be left to fit to.
 */
bool points_leave_out(
    GArray *points, const GArray *depths, const GArray *sizes, GError **error);

/* The fitted point of the smallest depth, and of these the smallest size: its
 * latency is the device's own, with the least of queueing and transfer. */
const struct point *points_first(const GArray *points);

/* Time between a request's end and its client's next one: by Little's law what
 * is missing to `depth` outstanding, the median over the fitted points; at
 * least 0. */
double points_think_ns(const GArray *points);

static inline bool
point_has_quantiles(const struct point *point)
{
	return (point->quantiles != NULL && point->quantiles->len > 0);
}

/* A quantile of a point, between the known ones along the logarithm of the
 * time; the outermost hold beyond.  0 if none is known. */
double point_quantile(const struct point *point, double p);

#endif
