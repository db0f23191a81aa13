/*
 * Distances between samples, by one walk over both.
 */

#include "sim/crosscheck/distance.h"

#include <glib.h>
#include <math.h>

/* By how much the share of `a` up to a time exceeds that of `b` up to a time
 * later by the resolution, at most. */
static double
most_ahead(const int64_t *a, size_t a_count, const int64_t *b, size_t b_count,
    int64_t resolution_ns)
{
	double most = 0, ahead;
	size_t i, j = 0;

	for (i = 0; i < a_count; i++) {
		while (j < b_count && b[j] <= a[i] + resolution_ns)
			j++;
		ahead = (double)(i + 1) / (double)a_count -
		    (double)j / (double)b_count;
		most = MAX(most, ahead);
	}
	return (most);
}

double
distance_between(const int64_t *a, size_t a_count, const int64_t *b,
    size_t b_count, int64_t resolution_ns)
{
	if (a_count == 0 || b_count == 0)
		return (0);
	return (MAX(most_ahead(a, a_count, b, b_count, resolution_ns),
	    most_ahead(b, b_count, a, a_count, resolution_ns)));
}

int64_t
distance_quantile(const int64_t *values, size_t count, double p)
{
	size_t rank = (size_t)ceil(p * (double)count);

	return (count == 0 ? 0 : values[CLAMP(rank, 1, count) - 1]);
}

double
distance_mean(const int64_t *values, size_t count)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum += (double)values[i];
	return (count == 0 ? 0 : sum / (double)count);
}
