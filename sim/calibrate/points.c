/*
 * Points of a disk: their kinds, and which of them the fit sees.
 */

#include "sim/calibrate/points.h"

#include <math.h>

#include "sim/scenario/values.h"

static void
clear_point(gpointer element)
{
	struct point *point = element;

	if (point->quantiles != NULL)
		g_array_unref(point->quantiles);
}

GArray *
points_new(void)
{
	GArray *points = g_array_new(FALSE, TRUE, sizeof(struct point));

	g_array_set_clear_func(points, clear_point);
	return (points);
}

/* ---- The grid --------------------------------------------------------- */

static gint
by_value(gconstpointer a, gconstpointer b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return ((x > y) - (x < y));
}

static bool
holds(const GArray *values, int64_t value)
{
	guint i;

	for (i = 0; i < values->len; i++)
		if (g_array_index(values, int64_t, i) == value)
			return (true);
	return (false);
}

static GArray *
different(const GArray *points, enum points_which which, bool sizes)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(int64_t));
	guint i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);
		int64_t value = sizes ? point->size_bytes : point->depth;

		if (which != POINTS_ALL &&
		    point->left_out != (which == POINTS_LEFT_OUT))
			continue;
		if (!holds(values, value))
			g_array_append_val(values, value);
	}
	g_array_sort(values, by_value);
	return (values);
}

GArray *
points_depths(const GArray *points, enum points_which which)
{
	return (different(points, which, false));
}

GArray *
points_sizes(const GArray *points, enum points_which which)
{
	return (different(points, which, true));
}

/* ---- Leaving out ------------------------------------------------------ */

/* What is to be left out of `known`; NULL, with an error, if there is no such.
 */
static GArray *
choose(const GArray *wanted, const GArray *known, const char *what,
    const struct quantity *quantity, GError **error)
{
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(int64_t));
	guint i;

	if (wanted == NULL && known->len >= 3)
		g_array_append_val(
		    chosen, g_array_index(known, int64_t, known->len / 2));
	for (i = 0; wanted != NULL && i < wanted->len; i++) {
		int64_t value = g_array_index(wanted, int64_t, i);
		g_autofree char *text = quantity_format(quantity, value);

		if (!holds(known, value)) {
			g_set_error(error, CALIBRATE_ERROR, CALIBRATE_INPUT,
			    "--leave-out-%ss: no point has %s %s", what, what,
			    text);
			g_array_unref(chosen);
			return (NULL);
		}
		g_array_append_val(chosen, value);
	}
	return (chosen);
}

static bool
mark(GArray *points, const GArray *depths, const GArray *sizes, GError **error)
{
	g_autoptr(GArray) left = NULL;
	guint i;

	for (i = 0; i < points->len; i++) {
		struct point *point = points_at(points, i);

		point->left_out = holds(depths, point->depth) ||
		    holds(sizes, point->size_bytes);
	}
	left = points_depths(points, POINTS_FITTED);
	if (left->len >= 2)
		return (true);
	g_set_error(error, CALIBRATE_ERROR, CALIBRATE_INPUT,
	    "%u queue depth%s to fit to; a fit needs two or more", left->len,
	    left->len == 1 ? "" : "s");
	return (false);
}

bool
points_leave_out(
    GArray *points, const GArray *depths, const GArray *sizes, GError **error)
{
	g_autoptr(GArray) all_depths = points_depths(points, POINTS_ALL);
	g_autoptr(GArray) all_sizes = points_sizes(points, POINTS_ALL);
	g_autoptr(GArray) no_depths = NULL;
	g_autoptr(GArray) no_sizes = NULL;

	no_depths =
	    choose(depths, all_depths, "depth", &quantity_integer, error);
	if (no_depths == NULL)
		return (false);
	no_sizes = choose(sizes, all_sizes, "size", &quantity_size, error);
	return (no_sizes != NULL && mark(points, no_depths, no_sizes, error));
}

/* ---- What points say -------------------------------------------------- */

const struct point *
points_first(const GArray *points)
{
	const struct point *first = NULL;
	guint i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);

		if (point->left_out)
			continue;
		if (first == NULL || point->depth < first->depth ||
		    (point->depth == first->depth &&
			point->size_bytes < first->size_bytes))
			first = point;
	}
	return (first);
}

static gint
by_number(gconstpointer a, gconstpointer b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return ((x > y) - (x < y));
}

double
points_think_ns(const GArray *points)
{
	g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(double));
	guint i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);
		double gap =
		    (double)point->depth * 1e9 / point->measured.per_s -
		    point->measured.mean_ns;

		if (!point->left_out)
			g_array_append_val(gaps, gap);
	}
	g_array_sort(gaps, by_number);
	return (MAX(g_array_index(gaps, double, gaps->len / 2), 0));
}

double
point_quantile(const struct point *point, double p)
{
	const struct point_quantile *below, *above;
	guint i;

	if (!point_has_quantiles(point))
		return (0);
	for (i = 0; i < point->quantiles->len; i++)
		if (g_array_index(point->quantiles, struct point_quantile, i)
			.p >= p)
			break;
	above = &g_array_index(point->quantiles, struct point_quantile,
	    MIN(i, point->quantiles->len - 1));
	below = i > 0
	    ? &g_array_index(point->quantiles, struct point_quantile, i - 1)
	    : above;
	if (above->p <= below->p || below->ns <= 0)
		return (above->ns);
	return (below->ns *
	    pow(above->ns / below->ns, (p - below->p) / (above->p - below->p)));
}
