/*
 * Histograms: reading what histogram_record() has counted.  Decides what a
 * quantile is (nearest rank, middle of its bucket, within minimum and maximum)
 * and how buckets map back to values.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/record/histogram.h"

struct histogram *
histogram_new(void)
{
	struct histogram *h = g_new0(struct histogram, 1);

	h->min = INT64_MAX;
	return (h);
}

void
histogram_free(struct histogram *h)
{
	g_free(h);
}

void
histogram_merge(struct histogram *to, const struct histogram *from)
{
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
	to->count += from->count;
	to->sum += from->sum;
	to->min = MIN(to->min, from->min);
	to->max = MAX(to->max, from->max);
}

uint64_t
histogram_count(const struct histogram *h)
{
	return (h->count);
}

double
histogram_mean(const struct histogram *h)
{
	uint64_t whole, rest;

	if (h->count == 0)
		return (0.0);
	/* A 128-bit sum made a double would be rounded before the division. */
	whole = (uint64_t)(h->sum / h->count);
	rest = (uint64_t)(h->sum % h->count);
	return ((double)whole + (double)rest / (double)h->count);
}

int64_t
histogram_min(const struct histogram *h)
{
	return (h->count == 0 ? 0 : h->min);
}

int64_t
histogram_max(const struct histogram *h)
{
	return (h->max);
}

/* Inverse of the index in histogram_record(): bucket i of shift s holds the
 * values whose bits from s up are i - 128 s, a number of 128..255. */
static void
bounds(unsigned i, int64_t *lower, int64_t *upper)
{
	unsigned shift = 0;
	uint64_t low;

	if (i >= 2u << HISTOGRAM_BITS)
		shift = (i >> HISTOGRAM_BITS) - 1;
	low = (uint64_t)(i - (shift << HISTOGRAM_BITS)) << shift;
	*lower = (int64_t)low;
	*upper = (int64_t)(low + ((UINT64_C(1) << shift) - 1));
}

/* The rank of the p-quantile, 1..count.  Products such as 0.07 * 100, which
 * rounding leaves a hair above 7, must not count as beyond it. */
static uint64_t
rank_of(double p, uint64_t count)
{
	double exact = p * (double)count * (1.0 - 0x1p-50);
	uint64_t rank = (uint64_t)exact;

	if ((double)rank < exact)
		rank++;
	return (CLAMP(rank, 1, count));
}

int64_t
histogram_quantile(const struct histogram *h, double p)
{
	uint64_t rank, seen = 0;
	int64_t lower, upper;
	unsigned i;

	g_assert(p >= 0.0 && p <= 1.0);
	if (h->count == 0)
		return (0);
	rank = rank_of(p, h->count);
	if (rank == 1)
		return (h->min);
	if (rank == h->count)
		return (h->max);
	for (i = 0; (seen += h->buckets[i]) < rank; i++)
		continue;
	bounds(i, &lower, &upper);
	return (CLAMP(lower + (upper - lower) / 2, h->min, h->max));
}
