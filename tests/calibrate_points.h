/*
 * What the tests of the fit share: points of known disks, as the simulator
 * measures them, and their fit.
 */

#ifndef TESTS_CALIBRATE_POINTS_H
#define TESTS_CALIBRATE_POINTS_H

#include <math.h>
#include <stdio.h>

#include "sim/calibrate/report.h"
#include "sim/random.h"
#include "tests/suite.h"

/* Points are made with other random numbers than the fit plays with. */
#define OTHER_SEED 77

/* A disk to be recovered. */
struct known {
	const char *keys;   /* of its [disk x] */
	double guess_per_s; /* of about this speed at any point */
	double think_ns;
	double mean_ns, sigma; /* of its latency; 0: no percentiles */
	double transfer_ns;    /* of a request of the first size */
};

static const int64_t few_depths[] = {1, 2, 4, 8, 16, 0};
static const int64_t one_size[] = {4096, 0};
static const int64_t three_sizes[] = {4096, 65536, 262144, 0};

static const struct known four_channels = {
    .keys = "channels = 4\nlatency = lognormal(200us,0.3)",
    .guess_per_s = 15000,
    .mean_ns = 200e3,
    .sigma = 0.3};

static inline GArray *
lognormal_quantiles(double mean_ns, double sigma, double transfer_ns)
{
	static const double at[] = {
	    0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999};
	GArray *quantiles =
	    g_array_new(FALSE, FALSE, sizeof(struct point_quantile));
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(at); i++) {
		struct point_quantile q = {at[i],
		    transfer_ns +
			mean_ns *
			    exp(sigma * portable_normal_quantile(at[i]) -
				sigma * sigma / 2)};

		g_array_append_val(quantiles, q);
	}
	return (quantiles);
}

/* Zeroes end the lists. */
static inline GArray *
points_of(
    const struct known *known, const int64_t *depths, const int64_t *sizes)
{
	g_autofree char *section =
	    g_strdup_printf("[disk x]\n%s\n", known->keys);
	struct trial trial = {.name = "x",
	    .section = section,
	    .think_ns = known->think_ns,
	    .requests = 4000,
	    .seed = OTHER_SEED};
	GArray *points = points_new();
	const int64_t *depth, *size;

	for (size = sizes; *size != 0; size++)
		for (depth = depths; *depth != 0; depth++) {
			struct point point = {.depth = *depth,
			    .size_bytes = *size,
			    .measured = {known->guess_per_s, 0},
			    .requests = 10000,
			    .passes_apart = NAN};
			struct point_rates rates;

			CU_ASSERT(
			    trial_play(&trial, &point, &rates) == STATUS_OK);
			point.measured = rates;
			if (known->sigma > 0)
				point.quantiles =
				    lognormal_quantiles(known->mean_ns,
					known->sigma, known->transfer_ns);
			g_array_append_val(points, point);
		}
	return (points);
}

/* All of the same speed. Zeroes end the lists. */
static inline GArray *
plain_points(const int64_t *depths, const int64_t *sizes)
{
	GArray *points = points_new();
	const int64_t *depth, *size;

	for (size = sizes; *size != 0; size++)
		for (depth = depths; *depth != 0; depth++) {
			struct point point = {.depth = *depth,
			    .size_bytes = *size,
			    .measured = {1000, (double)*depth * 1e6}};

			g_array_append_val(points, point);
		}
	return (points);
}

static inline struct fit
fit_of(const struct fit_setup *setup)
{
	g_autoptr(GError) error = NULL;
	struct fit fit;

	CU_ASSERT(fit_points(setup, &fit, &error) == STATUS_OK);
	g_assert_no_error(error);
	return (fit);
}

static inline void
near(const char *what, double got, double wanted, double tolerance)
{
	if (!(fabs(got / wanted - 1) <= tolerance))
		printf("\n    %s: %.5g, not %.5g", what, got, wanted);
	CU_ASSERT(fabs(got / wanted - 1) <= tolerance);
}

#endif
