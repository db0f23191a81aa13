/*
 * Two samples of times: their quantiles, and how far their distributions are
 * apart.
 */

#ifndef SIM_CROSSCHECK_DISTANCE_H
#define SIM_CROSSCHECK_DISTANCE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The largest difference between the two distribution functions (Kolmogorov and
 * Smirnov's statistic) that is left if times within `resolution_ns` >= 0 of
 * each other are not told apart: the largest share of values, of either sample,
 * at or below some time t for which the other has no counterpart at or below t
 * plus the resolution.  0..1; with a resolution of 0 the plain statistic.
 * Both are sorted; 0 if either is empty.
 */
double distance_between(const int64_t *a, size_t a_count, const int64_t *b,
    size_t b_count, int64_t resolution_ns);

/* Of a sorted sample, nearest rank, 0 < p <= 1; 0 if it is empty. */
int64_t distance_quantile(const int64_t *values, size_t count, double p);
double distance_mean(const int64_t *values, size_t count);

#endif
