/*
 * Points, fit and prediction as JSON.
 */

#include <math.h>

#include "sim/calibrate/report.h"
#include "sim/run.h"

static json_t *
rates_json(const struct point_rates *rates)
{
	return (json_pack("{s:f, s:f}", "throughput_per_s", rates->per_s,
	    "latency_mean_ns", rates->mean_ns));
}

static json_t *
error_json(const struct trial_error *e)
{
	return (json_pack("{s:i, s:f, s:f}", "points", (int)e->points,
	    "throughput", e->per_s, "latency_mean", e->mean_ns));
}

static json_t *
quantiles_json(const struct point *point)
{
	json_t *list = json_array();
	guint i;

	for (i = 0; point->quantiles != NULL && i < point->quantiles->len;
	     i++) {
		const struct point_quantile *q =
		    &g_array_index(point->quantiles, struct point_quantile, i);

		json_array_append_new(list, json_pack("[f, f]", q->p, q->ns));
	}
	return (list);
}

static json_t *
point_json(const struct point *point, const struct point_rates *model)
{
	json_t *measured = rates_json(&point->measured);

	json_object_set_new(
	    measured, "requests", json_integer((json_int_t)point->requests));
	json_object_set_new(
	    measured, "latency_quantiles_ns", quantiles_json(point));
	if (!isnan(point->passes_apart))
		json_object_set_new(
		    measured, "passes_apart", json_real(point->passes_apart));
	return (json_pack("{s:I, s:I, s:b, s:o, s:o}", "depth",
	    (json_int_t)point->depth, "size_bytes",
	    (json_int_t)point->size_bytes, "left_out", point->left_out,
	    "measured", measured, "model", rates_json(model)));
}

static json_t *
points_json(const struct report *r)
{
	const struct fit_candidate *best = &r->fit->candidates[r->fit->best];
	json_t *list = json_array();
	guint i;

	for (i = 0; i < r->setup->points->len; i++)
		json_array_append_new(list,
		    point_json(
			points_at(r->setup->points, i), &best->rates[i]));
	return (list);
}

static json_t *
models_json(const struct report *r)
{
	json_t *models = json_object();
	int i;

	for (i = 0; i < FIT_MODEL_COUNT; i++) {
		const struct fit_candidate *c = &r->fit->candidates[i];

		if (c->tried)
			json_object_set_new(models, fit_model_names[i],
			    json_pack("{s:o, s:o, s:s}", "fitted",
				error_json(&c->fitted), "left_out",
				error_json(&c->left_out), "section",
				c->section));
	}
	return (models);
}

static json_t *
parameters_json(const struct report *r)
{
	const struct station *station =
	    &r->fit->candidates[r->fit->best].station;

	if (r->fit->best == FIT_CURVE)
		return (json_object());
	return (json_pack("{s:I, s:f, s:f, s:f, s:f}", "channels",
	    (json_int_t)station->channels, "latency_mean_ns",
	    station->latency_ns, "latency_sigma", station->sigma, "bandwidth",
	    station->bandwidth, "channel_bandwidth",
	    station->channel_bandwidth));
}

/* ---- The curve -------------------------------------------------------- */

/* The point of this size that is nearest in depth. */
static const struct point *
nearest(const GArray *points, int64_t depth, int64_t size_bytes)
{
	const struct point *best = NULL;
	double least = INFINITY, away;
	guint i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);

		away = fabs(log((double)point->depth / (double)depth));
		if (point->size_bytes == size_bytes && away < least) {
			least = away;
			best = point;
		}
	}
	return (best);
}

/* False if it was interrupted. */
static bool
add_to_curve(
    const struct report *r, int64_t depth, int64_t size_bytes, json_t *curve)
{
	struct point_rates rates;
	json_t *entry;

	if (fit_predict(r->setup, r->fit,
		nearest(r->setup->points, depth, size_bytes), depth, size_bytes,
		&rates) != STATUS_OK)
		return (false);
	entry = rates_json(&rates);
	json_object_set_new(entry, "depth", json_integer(depth));
	json_object_set_new(entry, "size_bytes", json_integer(size_bytes));
	json_array_append_new(curve, entry);
	return (true);
}

/* 1, 2, 3, 4, 6, 8, 12, 16, … */
static int64_t
next_depth(int64_t depth)
{
	if (depth < 4)
		return (depth + 1);
	return (depth % 3 == 0 ? depth / 3 * 4 : depth / 2 * 3);
}

/* For each size, from the smallest to the greatest depth. */
static bool
fill_curve(const struct report *r, json_t *curve)
{
	g_autoptr(GArray) depths = points_depths(r->setup->points, POINTS_ALL);
	g_autoptr(GArray) sizes = points_sizes(r->setup->points, POINTS_ALL);
	int64_t first = g_array_index(depths, int64_t, 0), depth;
	int64_t last = g_array_index(depths, int64_t, depths->len - 1);
	bool good = true;
	guint i;

	for (i = 0; i < sizes->len; i++) {
		int64_t size_bytes = g_array_index(sizes, int64_t, i);

		for (depth = 1; depth < last && good; depth = next_depth(depth))
			if (depth >= first)
				good =
				    add_to_curve(r, depth, size_bytes, curve);
		good = good && add_to_curve(r, last, size_bytes, curve);
	}
	return (good);
}

json_t *
report_json(const struct report *r)
{
	const struct fit_candidate *best = &r->fit->candidates[r->fit->best];
	g_autofree char *path = g_utf8_make_valid(r->source, -1);
	json_t *curve = json_array(), *source;

	if (!fill_curve(r, curve)) {
		json_decref(curve);
		return (NULL);
	}
	source = json_pack("{s:s, s:b, s:b, s:b, s:b}", "path", path, "fio",
	    r->fio, "direct", r->direct, "random", r->random, "write",
	    r->setup->write);
	if (!r->fio)
		json_object_update_new(source,
		    json_pack("{s:I, s:f, s:I}", "size_bytes",
			(json_int_t)r->size_bytes, "seconds", r->seconds,
			"seed", (json_int_t)r->setup->seed));
	return (json_pack("{s:i, s:s, s:o, s:o, s:o, s:s, s:o, s:f, s:o, s:o, "
			  "s:o, s:s}",
	    "schema", 1, "version", AIOSIM_VERSION, "source", source, "points",
	    points_json(r), "models", models_json(r), "model",
	    fit_model_names[r->fit->best], "parameters", parameters_json(r),
	    "think_ns", r->fit->think_ns, "fitted", error_json(&best->fitted),
	    "left_out", error_json(&best->left_out), "curve", curve, "section",
	    best->section));
}
