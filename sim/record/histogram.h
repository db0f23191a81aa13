/*
 * Histograms of times: log-linear buckets over all of int64_t >= 0.
 *
 * Values below 256 have a bucket each.  Above, each power of two is divided
 * into 128 buckets of equal width.  A quantile is reported as the middle of the
 * bucket that it lies in, so it differs from the exact order statistic by less
 * than 1/256 (0.4 %) of that; minimum, maximum, count and sum are exact.  A
 * histogram takes 57 KiB however many values it holds.
 */

#ifndef SIM_HISTOGRAM_H
#define SIM_HISTOGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_BITS 7
/* Shifts 0..55 have 128 buckets each, and shift 0 its values below 128 too. */
#define HISTOGRAM_BUCKETS ((63 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)

/* Its parts are private to histogram.c and histogram_record(). */
struct histogram {
	uint64_t count;
	int64_t min, max;
	unsigned __int128 sum;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Empty; never NULL.  Free with histogram_free(), which takes NULL too. */
struct histogram *histogram_new(void);
void histogram_free(struct histogram *h);

/* Counts a value >= 0.  A few nanoseconds. */
static inline void
histogram_record(struct histogram *h, int64_t value)
{
	int shift;

	g_assert(value >= 0);
	/* The leading bit and the 7 below it select the bucket. */
	shift = 63 - HISTOGRAM_BITS -
	    __builtin_clzll((uint64_t)value | 1u << HISTOGRAM_BITS);
	h->buckets[((uint64_t)shift << HISTOGRAM_BITS) +
	    ((uint64_t)value >> shift)]++;
	h->count++;
	h->sum += (uint64_t)value;
	if (value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
}

/* Adds all of `from` to `to`, as if its values had been recorded there. */
void histogram_merge(struct histogram *to, const struct histogram *from);

uint64_t histogram_count(const struct histogram *h);
/* Of the exact sum; 0 when empty. */
double histogram_mean(const struct histogram *h);
/* Exact; 0 when empty. */
int64_t histogram_min(const struct histogram *h);
int64_t histogram_max(const struct histogram *h);

/*
 * The p-quantile, 0 <= p <= 1: the smallest value that at least p * count of
 * the values do not exceed (nearest rank).  p = 0 gives the minimum and p = 1
 * the maximum, exactly; 0 when empty.
 */
int64_t histogram_quantile(const struct histogram *h, double p);

#endif
