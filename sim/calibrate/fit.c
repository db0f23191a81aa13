/*
 * The fit.  For each model that goes with the points the parameters are
 * searched for by formula; then the simulator plays the fitted points, and what
 * it comes to divided by what the formula said corrects the formula in the next
 * search.  After a few rounds the two agree where it matters, and the
 * parameters with the least error *of the simulator* are kept.
 *
 * The best model is the one with the least error on the fitted points; a richer
 * one must be better by a margin.  Points that are left out have no say.
 */

#include "sim/calibrate/fit.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "sim/calibrate/fit_impl.h"

#define ROUNDS 4
/* Parameters that move less than this share have settled; and a round whose
 * cost is not below this part of the one before is the last. */
#define SETTLED 0.002
#define BETTER 0.9
/* Another number of channels must bring the cost below this part. */
#define CLIMB 0.99
/* By how much a richer model's mean error must be less. */
#define MARGIN 0.01
/* Requests for a point: so many that the mean of their drawn latencies is
 * within a hundredth of the distribution's. */
#define REQUESTS_LEAST 1000
#define REQUESTS_MOST 20000
#define MEAN_ERROR 0.01

const char *const fit_model_names[FIT_MODEL_COUNT] = {
    [FIT_STATION] = "station",
    [FIT_SHARED] = "shared",
    [FIT_CHANNEL] = "channel",
    [FIT_CURVE] = "curve",
};

static guint
requests_for(double sigma)
{
	double spread = exp(sigma * sigma) - 1;

	return ((guint)CLAMP(
	    spread / (MEAN_ERROR * MEAN_ERROR), REQUESTS_LEAST, REQUESTS_MOST));
}

/* Plays all points, or only the fitted ones. */
static enum exit_status
play_points(const struct fit_setup *setup, const struct fit *fit,
    const char *section, enum points_which which, struct point_rates *rates)
{
	struct trial trial = {.name = setup->name,
	    .section = section,
	    .write = setup->write,
	    .think_ns = fit->think_ns,
	    .requests = fit->requests,
	    .seed = setup->seed};
	enum exit_status status = STATUS_OK;
	guint i;

	for (i = 0; i < setup->points->len && status == STATUS_OK; i++) {
		const struct point *point = points_at(setup->points, i);

		if (which == POINTS_ALL || !point->left_out)
			status = trial_play(&trial, point, &rates[i]);
	}
	return (status);
}

/* ---- Stations --------------------------------------------------------- */

static void
correct(struct search *search, const struct station *station,
    const struct point_rates *played)
{
	struct point_rates formula;
	guint i;

	for (i = 0; i < search->points->len; i++) {
		const struct point *point = points_at(search->points, i);

		if (point->left_out)
			continue;
		formula = station_rates(
		    station, point->depth, point->size_bytes, search->think_ns);
		search->corrections[i].per_s = played[i].per_s / formula.per_s;
		search->corrections[i].mean_ns =
		    played[i].mean_ns / formula.mean_ns;
	}
}

static bool
near(double a, double b)
{
	return (fabs(a - b) <= SETTLED * MAX(a, b));
}

static bool
settled(const struct station *a, const struct station *b)
{
	return (a->channels == b->channels &&
	    near(a->latency_ns, b->latency_ns) &&
	    near(a->bandwidth, b->bandwidth) &&
	    near(a->channel_bandwidth, b->channel_bandwidth));
}

static void
begin_search(struct search *search, const struct fit_setup *setup,
    const struct fit *fit, enum fit_model model)
{
	guint i;

	search->points = setup->points;
	search->model = model;
	search->think_ns = fit->think_ns;
	search->corrections = g_new(struct point_rates, setup->points->len);
	for (i = 0; i < setup->points->len; i++)
		search->corrections[i] = (struct point_rates) {1, 1};
}

/*
 * Searches, plays, corrects, from `start` on and with its channels where it has
 * some.  What came out best when it was played goes to `best`, if its cost is
 * below `*least`.
 */
static enum exit_status
play_rounds(const struct fit_setup *setup, struct fit *fit,
    enum fit_model model, const struct station *start, struct station *best,
    double *least)
{
	g_autofree struct point_rates *played =
	    g_new0(struct point_rates, setup->points->len);
	enum exit_status status = STATUS_OK;
	struct station now = *start, last = {0};
	struct search search;
	double before = INFINITY, cost;
	int round;

	begin_search(&search, setup, fit, model);
	for (round = 0; round < ROUNDS; round++) {
		g_autofree char *section = NULL;

		search_station(&search, &now);
		now.sigma = station_sigma(&now, points_first(setup->points));
		fit->requests = requests_for(now.sigma);
		if (round > 0 && settled(&now, &last))
			break;
		last = now;
		section = station_section(setup, &now, NULL);
		status =
		    play_points(setup, fit, section, POINTS_FITTED, played);
		if (status != STATUS_OK)
			break;
		correct(&search, &now, played);
		cost = points_cost(setup->points, played);
		if (cost < *least) {
			*least = cost;
			*best = now;
		}
		if (cost >= BETTER * before)
			break;
		before = cost;
	}
	g_free(search.corrections);
	return (status);
}

/* What the formula took for the number of channels may be one or two off:
 * from there on the simulator decides, as long as it becomes better. */
static enum exit_status
fit_station(const struct fit_setup *setup, struct fit *fit,
    enum fit_model model, struct station *best)
{
	const int64_t deepest = deepest_fitted(setup->points);
	struct station start = {0};
	enum exit_status status;
	double least = INFINITY, before;
	int64_t by;
	int way;

	status = play_rounds(setup, fit, model, &start, best, &least);
	for (way = -1; way <= 1; way += 2)
		do {
			before = least;
			start = *best;
			by = MAX(start.channels / CHANNELS_SINGLY, 1);
			start.channels += way * by;
			if (status == STATUS_OK && start.channels >= 1 &&
			    start.channels <= deepest)
				status = play_rounds(
				    setup, fit, model, &start, best, &least);
		} while (least < CLIMB * before);
	return (status);
}

/* ---- All models ------------------------------------------------------- */

/* Plays what stands in candidate->section, all points. */
static enum exit_status
try_candidate(const struct fit_setup *setup, struct fit *fit,
    struct fit_candidate *candidate)
{
	enum exit_status status;

	if (candidate->rates == NULL)
		candidate->rates =
		    g_new0(struct point_rates, setup->points->len);
	status = play_points(
	    setup, fit, candidate->section, POINTS_ALL, candidate->rates);
	candidate->tried = status == STATUS_OK;
	candidate->fitted =
	    trial_error_of(setup->points, candidate->rates, POINTS_FITTED);
	candidate->left_out =
	    trial_error_of(setup->points, candidate->rates, POINTS_LEFT_OUT);
	return (status);
}

static enum exit_status
fit_candidate(
    const struct fit_setup *setup, struct fit *fit, enum fit_model model)
{
	struct fit_candidate *candidate = &fit->candidates[model];
	enum exit_status status = STATUS_OK;

	if (model == FIT_CURVE) {
		fit->requests = REQUESTS_LEAST;
		candidate->section = curve_section(setup);
	} else {
		status = fit_station(setup, fit, model, &candidate->station);
		if (status != STATUS_OK)
			return (status);
		fit->requests = requests_for(candidate->station.sigma);
		candidate->section =
		    station_section(setup, &candidate->station, NULL);
	}
	return (try_candidate(setup, fit, candidate));
}

/* A channel's bandwidth is told from its latency by two sizes. */
static bool
goes_with(int model, guint sizes)
{
	return (model != FIT_CHANNEL || sizes > 1);
}

/* What decides: the mean error on the fitted points.  A curve of one size goes
 * through its points whatever they are; each is judged by the curve without it
 * as well. */
static double
score(const struct fit_setup *setup, const struct fit *fit, int model)
{
	const struct fit_candidate *candidate = &fit->candidates[model];
	double error =
	    (candidate->fitted.per_s + candidate->fitted.mean_ns) / 2;

	if (model == FIT_CURVE)
		error = MAX(error, curve_error(setup->points));
	return (error);
}

static enum fit_model
choose_best(const struct fit_setup *setup, const struct fit *fit)
{
	int best = -1, i;

	for (i = 0; i < FIT_MODEL_COUNT; i++)
		if (fit->candidates[i].tried &&
		    (best < 0 ||
			score(setup, fit, i) <
			    score(setup, fit, best) - MARGIN))
			best = i;
	return ((enum fit_model)best);
}

enum exit_status
fit_points(const struct fit_setup *setup, struct fit *fit, GError **error)
{
	g_autoptr(GArray) sizes = points_sizes(setup->points, POINTS_FITTED);
	enum exit_status status = STATUS_OK;
	int model;

	memset(fit, 0, sizeof(*fit));
	fit->think_ns = points_think_ns(setup->points);
	if (setup->only >= 0 && !goes_with(setup->only, sizes->len)) {
		g_set_error(error, CALIBRATE_ERROR, CALIBRATE_INPUT,
		    "--model %s needs two sizes to fit to; give more --sizes, "
		    "or another model",
		    fit_model_names[setup->only]);
		return (STATUS_BAD_INPUT);
	}
	for (model = 0; model < FIT_MODEL_COUNT; model++)
		if ((setup->only < 0 || setup->only == model) &&
		    goes_with(model, sizes->len) && status == STATUS_OK)
			status =
			    fit_candidate(setup, fit, (enum fit_model)model);
	if (status != STATUS_OK)
		return (status);
	fit->best = choose_best(setup, fit);
	fit->requests = fit->best == FIT_CURVE
	    ? REQUESTS_LEAST
	    : requests_for(fit->candidates[fit->best].station.sigma);
	return (STATUS_OK);
}

void
fit_clear(struct fit *fit)
{
	int i;

	for (i = 0; i < FIT_MODEL_COUNT; i++) {
		g_clear_pointer(&fit->candidates[i].section, g_free);
		g_clear_pointer(&fit->candidates[i].rates, g_free);
	}
}

static void
set_section(const struct fit_setup *setup, struct fit_candidate *candidate,
    const char *empirical)
{
	g_free(candidate->section);
	candidate->section =
	    station_section(setup, &candidate->station, empirical);
}

/* The file is written aside, and gets its name when all is done. */
static enum exit_status
try_empirical(const struct fit_setup *setup, struct fit *fit, const char *path,
    GError **error)
{
	struct fit_candidate *best = &fit->candidates[fit->best];
	g_autofree char *values =
	    station_latencies(&best->station, points_first(setup->points));
	g_autofree char *aside =
	    g_strdup_printf("%s.%ld~", path, (long)getpid());
	g_autoptr(GError) cause = NULL;
	enum exit_status status;

	if (!g_file_set_contents(aside, values, -1, &cause)) {
		g_set_error(error, CALIBRATE_ERROR, CALIBRATE_FAILED,
		    "--empirical %s: cannot be written beside its place: %s",
		    path, cause->message);
		return (STATUS_FAILED);
	}
	set_section(setup, best, aside);
	status = try_candidate(setup, fit, best);
	set_section(setup, best, path);
	if (status == STATUS_OK && g_rename(aside, path) == 0)
		return (STATUS_OK);
	if (status == STATUS_OK) {
		g_set_error(error, CALIBRATE_ERROR, CALIBRATE_FAILED, "%s: %s",
		    path, g_strerror(errno));
		status = STATUS_FAILED;
	}
	(void)g_unlink(aside);
	return (status);
}

enum exit_status
fit_use_empirical(const struct fit_setup *setup, struct fit *fit,
    const char *path, GError **error)
{
	const struct point *first = points_first(setup->points);

	if (fit->best == FIT_CURVE || !point_has_quantiles(first)) {
		g_set_error(error, CALIBRATE_ERROR, CALIBRATE_INPUT,
		    "--empirical: %s; leave it out",
		    fit->best == FIT_CURVE ? "a curve has no latencies"
					   : "the points hold no percentiles");
		return (STATUS_BAD_INPUT);
	}
	return (try_empirical(setup, fit, path, error));
}

enum exit_status
fit_predict(const struct fit_setup *setup, const struct fit *fit,
    const struct point *like, int64_t depth, int64_t size_bytes,
    struct point_rates *rates)
{
	struct trial trial = {.name = setup->name,
	    .section = fit->candidates[fit->best].section,
	    .write = setup->write,
	    .think_ns = fit->think_ns,
	    .requests = fit->requests,
	    .seed = setup->seed};
	struct point point = {.depth = depth,
	    .size_bytes = size_bytes,
	    .measured = like->measured};

	return (trial_play(&trial, &point, rates));
}
