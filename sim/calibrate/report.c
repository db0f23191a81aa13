/*
 * The section with its comments.
 */

#include "sim/calibrate/report.h"

#include <math.h>

#include "sim/calibrate/fit_impl.h"
#include "sim/scenario/ini.h"
#include "sim/scenario/values.h"

/* "1, 2, 4"; "none" if there is none. */
static char *
list_text(const GArray *values, const struct quantity *quantity)
{
	GString *text = g_string_new(NULL);
	guint i;

	for (i = 0; i < values->len; i++) {
		g_autofree char *value = quantity_format(
		    quantity, g_array_index(values, int64_t, i));

		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", value);
	}
	return (g_string_free(text, FALSE));
}

/* The values of `all` that are not among `kept`. */
static GArray *
without(GArray *all, const GArray *kept)
{
	guint i, j;

	for (i = all->len; i-- > 0;)
		for (j = 0; j < kept->len; j++)
			if (g_array_index(all, int64_t, i) ==
			    g_array_index(kept, int64_t, j)) {
				g_array_remove_index(all, i);
				break;
			}
	return (all);
}

static void
print_source(FILE *file, const struct report *r)
{
	g_autofree char *source = ini_clip(r->source);

	fprintf(
	    file, "# From %s by aiosim " AIOSIM_VERSION " calibrate: ", source);
	if (!r->fio)
		fprintf(file, "%" G_GINT64_FORMAT " bytes, ", r->size_bytes);
	fprintf(file, "%s%s%s %s", r->fio ? "fio, " : "",
	    r->direct ? "direct " : "", r->random ? "random" : "sequential",
	    r->setup->write ? "writes" : "reads");
	if (!r->fio)
		fprintf(file, ", %g s a point, seed %" G_GUINT64_FORMAT,
		    r->seconds, r->setup->seed);
	fputs(".\n", file);
	if (!r->direct)
		fputs("# NOT DIRECT I/O: the page cache has a part in these "
		      "figures.\n",
		    file);
}

static void
print_values(
    FILE *file, const char *before, const GArray *depths, const GArray *sizes)
{
	g_autofree char *depth_text = list_text(depths, &quantity_integer);
	g_autofree char *size_text = list_text(sizes, &quantity_size);

	fprintf(file, "# %s", before);
	if (depths->len > 0)
		fprintf(file, " depth%s %s", depths->len > 1 ? "s" : "",
		    depth_text);
	if (depths->len > 0 && sizes->len > 0)
		fputs(";", file);
	if (sizes->len > 0)
		fprintf(
		    file, " size%s %s", sizes->len > 1 ? "s" : "", size_text);
	if (depths->len + sizes->len == 0)
		fputs(" nothing; three depths or sizes are needed for that",
		    file);
	fputs(".\n", file);
}

static void
print_grid(FILE *file, const struct report *r)
{
	const GArray *points = r->setup->points;
	g_autoptr(GArray) depths = points_depths(points, POINTS_FITTED);
	g_autoptr(GArray) sizes = points_sizes(points, POINTS_FITTED);
	g_autoptr(GArray) no_depths =
	    without(points_depths(points, POINTS_ALL), depths);
	g_autoptr(GArray) no_sizes =
	    without(points_sizes(points, POINTS_ALL), sizes);

	print_values(file, "Fitted to", depths, sizes);
	print_values(file, "Left out of the fit:", no_depths, no_sizes);
}

static void
print_error(FILE *file, const char *what, const struct trial_error *e)
{
	if (e->points > 0)
		fprintf(file, "#   %-8s %7u %11.1f %% %11.1f %%\n", what,
		    e->points, 100 * e->per_s, 100 * e->mean_ns);
}

static void
print_errors(FILE *file, const struct report *r)
{
	const struct fit_candidate *best = &r->fit->candidates[r->fit->best];

	fputs("# The model in the simulator, mean of |model / measured - "
	      "1|:\n#             points    throughput  mean latency\n",
	    file);
	print_error(file, "fitted", &best->fitted);
	print_error(file, "left out", &best->left_out);
}

/* Above this the machine was too busy with other things. */
#define PASSES_QUIET 0.1

/* What the figures above are worth. */
static void
print_passes(FILE *file, const GArray *points)
{
	double sum = 0, most = 0;
	guint i;

	for (i = 0; i < points->len; i++) {
		double apart = points_at(points, i)->passes_apart;

		if (isnan(apart))
			return;
		sum += apart;
		most = MAX(most, apart);
	}
	fprintf(file,
	    "# The measurement's own: its two passes differ by %.1f %% in "
	    "throughput, at most %.1f %%.\n",
	    100 * sum / points->len, 100 * most);
	if (sum / points->len > PASSES_QUIET)
		fputs("# That is much: measure again when the machine is "
		      "quiet, or with more --seconds.\n",
		    file);
}

static void
print_left_out(FILE *file, const struct report *r)
{
	const struct point_rates *rates =
	    r->fit->candidates[r->fit->best].rates;
	guint i;

	if (r->fit->candidates[r->fit->best].left_out.points == 0)
		return;
	fputs("# Left out: depth   size  measured/s   model/s   measured us"
	      "    model us\n",
	    file);
	for (i = 0; i < r->setup->points->len; i++) {
		const struct point *p = points_at(r->setup->points, i);
		g_autofree char *size =
		    quantity_format(&quantity_size, p->size_bytes);

		if (p->left_out)
			fprintf(file,
			    "#           %6" G_GINT64_FORMAT
			    " %6s %11.0f %9.0f %13.1f %11.1f\n",
			    p->depth, size, p->measured.per_s, rates[i].per_s,
			    p->measured.mean_ns / 1e3, rates[i].mean_ns / 1e3);
	}
}

/* What may be asked: is the distribution like the measured one? */
static void
print_shape(FILE *file, const struct report *r)
{
	static const double at[] = {0.5, 0.9, 0.99};
	const struct station *station =
	    &r->fit->candidates[r->fit->best].station;
	const struct point *first = points_first(r->setup->points);
	g_autofree char *size =
	    quantity_format(&quantity_size, first->size_bytes);
	size_t i;

	if (r->fit->best == FIT_CURVE)
		return;
	if (!point_has_quantiles(first)) {
		fprintf(file,
		    "# No percentiles: that latencies spread by %.2f is an "
		    "assumption.\n",
		    station->sigma);
		return;
	}
	fprintf(file,
	    "# Latency at depth %" G_GINT64_FORMAT ", %s, us:", first->depth,
	    size);
	for (i = 0; i < G_N_ELEMENTS(at); i++)
		fprintf(file, " p%g %.1f%s", 100 * at[i],
		    point_quantile(first, at[i]) / 1e3,
		    i + 1 < G_N_ELEMENTS(at) ? "," : "");
	if (r->empirical != NULL) {
		fputs("; the model has that shape.\n", file);
		return;
	}
	fputs("; the model:", file);
	for (i = 0; i < G_N_ELEMENTS(at); i++)
		fprintf(file, " %.1f%s",
		    station_quantile(station, first->size_bytes, at[i]) / 1e3,
		    i + 1 < G_N_ELEMENTS(at) ? "," : ".\n");
}

static void
print_notes(FILE *file, const struct report *r)
{
	const struct fit_candidate *best = &r->fit->candidates[r->fit->best];
	int64_t deepest = deepest_fitted(r->setup->points);

	if (r->fit->best != FIT_CURVE && best->station.channels == deepest)
		fprintf(file,
		    "# No knee up to depth %" G_GINT64_FORMAT
		    ": it may have more channels.\n",
		    deepest);
	if (r->fit->think_ns >= 1)
		fprintf(file,
		    "# Between two requests the measuring program took %.2f "
		    "us, which is not the disk's.\n",
		    r->fit->think_ns / 1e3);
}

static void
print_others(FILE *file, const struct report *r)
{
	int i;

	for (i = 0; i < FIT_MODEL_COUNT; i++) {
		const struct fit_candidate *c = &r->fit->candidates[i];

		if (c->tried && i != (int)r->fit->best)
			fprintf(file,
			    "# Tried too: --model %s, errors of the fitted "
			    "%.1f and %.1f %%, of the left out %.1f and %.1f "
			    "%%.\n",
			    fit_model_names[i], 100 * c->fitted.per_s,
			    100 * c->fitted.mean_ns, 100 * c->left_out.per_s,
			    100 * c->left_out.mean_ns);
	}
}

void
report_print(FILE *file, const struct report *r)
{
	fputs(r->fit->candidates[r->fit->best].section, file);
	print_source(file, r);
	print_grid(file, r);
	print_errors(file, r);
	print_passes(file, r->setup->points);
	print_left_out(file, r);
	print_shape(file, r);
	print_notes(file, r);
	print_others(file, r);
}
