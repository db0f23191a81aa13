/*
 * The fit: disks that are known are recovered from what the simulator measures
 * on them, and depths and sizes that were left out are predicted.
 */

#include <string.h>

#include "tests/calibrate_points.h"

/* Points of a known disk with the middle ones left out, and their fit. */
static struct fit
recover(const struct known *known, int only, const int64_t *depths,
    const int64_t *sizes, GArray **points)
{
	struct fit_setup setup = {.name = "ada0", .seed = 1, .only = only};
	g_autoptr(GError) error = NULL;

	*points = points_of(known, depths, sizes);
	CU_ASSERT(points_leave_out(*points, NULL, NULL, &error));
	g_assert_no_error(error);
	setup.points = *points;
	return (fit_of(&setup));
}

static void
errors_below(const struct fit *fit, double fitted, double left_out)
{
	const struct fit_candidate *best = &fit->candidates[fit->best];

	if (best->fitted.per_s >= fitted || best->left_out.per_s >= left_out)
		printf("\n    errors %.4f and %.4f", best->fitted.per_s,
		    best->left_out.per_s);
	CU_ASSERT(best->fitted.per_s < fitted);
	CU_ASSERT(best->fitted.mean_ns < fitted);
	CU_ASSERT(best->left_out.points > 0);
	CU_ASSERT(best->left_out.per_s < left_out);
	CU_ASSERT(best->left_out.mean_ns < left_out);
}

static void
finish(struct fit *fit, GArray *points)
{
	fit_clear(fit);
	g_array_unref(points);
}

/* ---- Known disks ------------------------------------------------------ */

static void
four_channels_are_recovered(void)
{
	const struct station *s;
	GArray *points;
	struct fit fit =
	    recover(&four_channels, -1, few_depths, one_size, &points);

	s = &fit.candidates[fit.best].station;
	CU_ASSERT(fit.best == FIT_STATION);
	CU_ASSERT(s->channels == 4);
	near("latency", s->latency_ns, 200e3, 0.02);
	near("sigma", s->sigma, 0.3, 0.03);
	errors_below(&fit, 0.01, 0.01);
	finish(&fit, points);
}

/* Its latencies are not lognormal; means do not care. */
static void
exponential_latency_is_recovered_in_the_mean(void)
{
	static const struct known known = {
	    .keys = "channels = 4\nlatency = exponential(1ms)",
	    .guess_per_s = 3000};
	const struct station *s;
	GArray *points;
	struct fit fit =
	    recover(&known, FIT_STATION, few_depths, one_size, &points);

	s = &fit.candidates[fit.best].station;
	CU_ASSERT(s->channels == 4);
	near("latency", s->latency_ns, 1e6, 0.03);
	errors_below(&fit, 0.02, 0.02);
	finish(&fit, points);
}

static void
shared_bandwidth_is_recovered(void)
{
	static const struct known known = {
	    .keys = "channels = 6\nlatency = lognormal(100us,0.2)\n"
		    "bandwidth = 400m",
	    .guess_per_s = 4000,
	    .mean_ns = 100e3,
	    .sigma = 0.2,
	    .transfer_ns = 4096e9 / (400 * 1048576.0)};
	static const int64_t depths[] = {1, 4, 8, 16, 0};
	const struct station *s;
	GArray *points;
	struct fit fit = recover(&known, -1, depths, three_sizes, &points);

	s = &fit.candidates[fit.best].station;
	CU_ASSERT(fit.best == FIT_SHARED);
	CU_ASSERT(s->channels == 6);
	near("bandwidth", s->bandwidth, 400 * 1048576.0, 0.02);
	near("latency", s->latency_ns, 100e3, 0.03);
	errors_below(&fit, 0.02, 0.03);
	finish(&fit, points);
}

static void
channel_bandwidth_is_recovered(void)
{
	static const struct known known = {
	    .keys = "channels = 4\nlatency = lognormal(100us,0.2)\n"
		    "channel_bandwidth = 100m",
	    .guess_per_s = 4000,
	    .mean_ns = 100e3,
	    .sigma = 0.2,
	    .transfer_ns = 4096e9 / (100 * 1048576.0)};
	static const int64_t depths[] = {1, 2, 8, 0};
	const struct station *s;
	GArray *points;
	struct fit fit = recover(&known, -1, depths, three_sizes, &points);

	s = &fit.candidates[fit.best].station;
	CU_ASSERT(fit.best == FIT_CHANNEL);
	CU_ASSERT(s->channels == 4);
	near("bandwidth", s->channel_bandwidth, 100 * 1048576.0, 0.02);
	near("latency", s->latency_ns, 100e3, 0.03);
	errors_below(&fit, 0.02, 0.03);
	finish(&fit, points);
}

/* More requests together are slower in all: no station is like that. */
static void
falling_curve_is_recovered(void)
{
	static const struct known known = {
	    .keys = "model = curve\npreset = griffon", .guess_per_s = 60};
	static const int64_t depths[] = {1, 2, 4, 8, 12, 15, 0};
	static const int64_t sizes[] = {1048576, 0};
	GArray *points;
	struct fit fit = recover(&known, -1, depths, sizes, &points);

	CU_ASSERT(fit.best == FIT_CURVE);
	errors_below(&fit, 0.01, 0.01);
	finish(&fit, points);
}

/* It has no latency: what is large comes to the same bytes a second. */
static void
a_curve_of_several_sizes_is_recovered(void)
{
	static const struct known known = {
	    .keys = "model = curve\npreset = griffon", .guess_per_s = 60};
	static const int64_t depths[] = {1, 2, 4, 8, 12, 15, 0};
	static const int64_t sizes[] = {262144, 1048576, 4194304, 0};
	GArray *points;
	struct fit fit = recover(&known, -1, depths, sizes, &points);

	CU_ASSERT(fit.candidates[FIT_SHARED].tried);
	CU_ASSERT(fit.best == FIT_CURVE);
	errors_below(&fit, 0.02, 0.02);
	finish(&fit, points);
}

/* ---- What measuring adds ---------------------------------------------- */

static void
time_between_requests_is_not_the_disks(void)
{
	struct known known = four_channels;
	GArray *points;
	struct fit fit;

	known.think_ns = 50e3;
	fit = recover(&known, FIT_STATION, few_depths, one_size, &points);
	near("think", fit.think_ns, 50e3, 0.02);
	near("latency", fit.candidates[fit.best].station.latency_ns, 200e3,
	    0.02);
	errors_below(&fit, 0.01, 0.01);
	finish(&fit, points);
}

static void
one_disturbed_point_does_not_bend_the_fit(void)
{
	struct fit_setup setup = {.name = "ada0", .seed = 1, .only = -1};
	g_autoptr(GArray) points =
	    points_of(&four_channels, few_depths, one_size);
	struct point *disturbed = points_at(points, 1);
	struct fit fit;

	disturbed->measured.per_s /= 3;
	disturbed->measured.mean_ns *= 3;
	setup.points = points;
	setup.only = FIT_STATION;
	fit = fit_of(&setup);
	CU_ASSERT(fit.candidates[FIT_STATION].station.channels == 4);
	near("latency", fit.candidates[FIT_STATION].station.latency_ns, 200e3,
	    0.05);
	fit_clear(&fit);
}

/* ---- Refused ---------------------------------------------------------- */

static void
model_must_go_with_the_points(void)
{
	struct fit_setup setup = {.name = "ada0", .seed = 1};
	g_autoptr(GArray) points = plain_points(few_depths, one_size);
	g_autoptr(GError) error = NULL;
	struct fit fit;

	setup.points = points;
	setup.only = FIT_CHANNEL;
	CU_ASSERT(fit_points(&setup, &fit, &error) == STATUS_BAD_INPUT);
	CU_ASSERT(strstr(error->message, "needs two sizes") != NULL);
	fit_clear(&fit);
	setup.only = FIT_STATION;
	fit = fit_of(&setup);
	g_clear_error(&error);
	CU_ASSERT(fit_use_empirical(&setup, &fit, "nowhere", &error) ==
	    STATUS_BAD_INPUT);
	CU_ASSERT(strstr(error->message, "no percentiles") != NULL);
	fit_clear(&fit);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(four_channels_are_recovered),
	    RULE(exponential_latency_is_recovered_in_the_mean),
	    RULE(shared_bandwidth_is_recovered),
	    RULE(channel_bandwidth_is_recovered),
	    RULE(falling_curve_is_recovered),
	    RULE(a_curve_of_several_sizes_is_recovered),
	    RULE(time_between_requests_is_not_the_disks),
	    RULE(one_disturbed_point_does_not_bend_the_fit),
	    RULE(model_must_go_with_the_points),
	};

	return (RUN_RULES("calibrate", rules));
}
