/*
 * Histograms against sorted arrays: exact where the header says exact, and the
 * bound of the error where it states one.
 */

#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include "sim/record/histogram.h"
#include "sim/random.h"
#include "tests/suite.h"

static const struct stream source = {1, 0, STREAM_SERVICE, 1};

static void
empty_histogram_gives_zeros(void)
{
	struct histogram *h = histogram_new();

	CU_ASSERT_EQUAL(histogram_count(h), 0);
	CU_ASSERT_EQUAL(histogram_mean(h), 0.0);
	CU_ASSERT_EQUAL(histogram_min(h), 0);
	CU_ASSERT_EQUAL(histogram_max(h), 0);
	CU_ASSERT_EQUAL(histogram_quantile(h, 0.5), 0);
	histogram_free(h);
	histogram_free(NULL);
}

static void
takes_less_than_60_kib(void)
{
	CU_ASSERT(sizeof(struct histogram) < 60 * 1024);
}

/* Three values, so that the one in the middle is reported by its bucket. */
static int64_t
reported(int64_t value)
{
	struct histogram *h = histogram_new();
	int64_t middle;

	histogram_record(h, 0);
	histogram_record(h, value);
	histogram_record(h, INT64_MAX);
	middle = histogram_quantile(h, 0.5);
	histogram_free(h);
	return (middle);
}

static void
values_below_256_are_exact(void)
{
	int64_t v;

	for (v = 0; v < 256; v++)
		CU_ASSERT_EQUAL(reported(v), v);
}

/* At the edges of buckets the error is largest: both ends of the first, the
 * second and the last bucket of each power of two. */
static void
relative_error_stays_below_a_256th(void)
{
	int64_t power, width, edges[6], difference;
	int i;

	for (power = 256;; power *= 2) {
		width = power / 128;
		edges[0] = power;
		edges[1] = power + width - 1;
		edges[2] = power + width;
		edges[3] = power + 2 * width - 1;
		edges[4] = power + (power - width);
		edges[5] = power + (power - 1);
		for (i = 0; i < 6; i++) {
			difference = reported(edges[i]) - edges[i];
			CU_ASSERT((__int128)llabs(difference) * 256 < edges[i]);
		}
		if (power == INT64_C(1) << 62)
			break;
	}
}

static int
compare_values(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return ((x > y) - (x < y));
}

static void
quantiles_are_near_the_order_statistics(void)
{
	enum { COUNT = 100000 };
	struct distribution d = {DISTRIBUTION_LOGNORMAL, 1e6, 2.0, NULL};
	struct histogram *h = histogram_new();
	int64_t *values = g_new(int64_t, COUNT), exact;
	unsigned __int128 sum = 0;
	int i;

	for (i = 0; i < COUNT; i++) {
		values[i] = distribution_draw(&d, &source, (uint64_t)i);
		sum += (uint64_t)values[i];
		histogram_record(h, values[i]);
	}
	qsort(values, COUNT, sizeof(values[0]), compare_values);
	for (i = 1; i <= COUNT; i += 37) {
		exact = values[i - 1];
		CU_ASSERT(
		    llabs(histogram_quantile(h, (double)i / COUNT) - exact) *
			256 <=
		    exact);
	}
	CU_ASSERT_EQUAL(histogram_quantile(h, 0.0), values[0]);
	CU_ASSERT_EQUAL(histogram_quantile(h, 1.0), values[COUNT - 1]);
	CU_ASSERT_EQUAL(histogram_min(h), values[0]);
	CU_ASSERT_EQUAL(histogram_max(h), values[COUNT - 1]);
	CU_ASSERT_DOUBLE_EQUAL(
	    histogram_mean(h), (double)sum / COUNT, 1e-9 * (double)sum / COUNT);
	g_free(values);
	histogram_free(h);
}

/* The hundred values 1..100, all exact: p of them is the value 100 p, also
 * where 100 p is not what floating point makes of it. */
static void
quantile_is_the_nearest_rank(void)
{
	struct histogram *h = histogram_new();
	int i;

	for (i = 1; i <= 100; i++)
		histogram_record(h, i);
	for (i = 1; i <= 100; i++)
		CU_ASSERT_EQUAL(histogram_quantile(h, i / 100.0), i);
	CU_ASSERT_EQUAL(histogram_quantile(h, 0.505), 51);
	CU_ASSERT_EQUAL(histogram_quantile(h, 0.999), 100);
	CU_ASSERT_EQUAL(histogram_mean(h), 50.5);
	histogram_free(h);
}

static void
quantile_of_one_value_is_that_value(void)
{
	struct histogram *h = histogram_new();

	histogram_record(h, 1000003);
	CU_ASSERT_EQUAL(histogram_quantile(h, 0.0), 1000003);
	CU_ASSERT_EQUAL(histogram_quantile(h, 0.5), 1000003);
	CU_ASSERT_EQUAL(histogram_quantile(h, 1.0), 1000003);
	histogram_free(h);
}

static void
sum_does_not_overflow(void)
{
	struct histogram *h = histogram_new();
	int i;

	for (i = 0; i < 8; i++)
		histogram_record(h, INT64_MAX);
	CU_ASSERT_EQUAL(histogram_mean(h), 0x1p63);
	CU_ASSERT_EQUAL(histogram_quantile(h, 0.5), INT64_MAX);
	histogram_free(h);
}

static void
merged_equals_recorded_together(void)
{
	struct distribution d = {DISTRIBUTION_EXPONENTIAL, 1e6, 0, NULL};
	struct histogram *parts[2], *all = histogram_new();
	int64_t value;
	int i;

	parts[0] = histogram_new();
	parts[1] = histogram_new();
	histogram_merge(parts[0], parts[1]);
	CU_ASSERT_EQUAL(histogram_min(parts[0]), 0);
	for (i = 0; i < 1000; i++) {
		value = distribution_draw(&d, &source, (uint64_t)i);
		histogram_record(parts[i % 2], value);
		histogram_record(all, value);
	}
	histogram_merge(parts[0], parts[1]);
	CU_ASSERT_EQUAL(histogram_count(parts[0]), 1000);
	CU_ASSERT(histogram_mean(parts[0]) == histogram_mean(all));
	CU_ASSERT_EQUAL(histogram_min(parts[0]), histogram_min(all));
	CU_ASSERT_EQUAL(histogram_max(parts[0]), histogram_max(all));
	for (i = 0; i <= 1000; i++)
		CU_ASSERT_EQUAL(histogram_quantile(parts[0], i / 1000.0),
		    histogram_quantile(all, i / 1000.0));
	histogram_free(parts[0]);
	histogram_free(parts[1]);
	histogram_free(all);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(empty_histogram_gives_zeros),
	    RULE(takes_less_than_60_kib),
	    RULE(values_below_256_are_exact),
	    RULE(relative_error_stays_below_a_256th),
	    RULE(quantiles_are_near_the_order_statistics),
	    RULE(quantile_is_the_nearest_rank),
	    RULE(quantile_of_one_value_is_that_value),
	    RULE(sum_does_not_overflow),
	    RULE(merged_equals_recorded_together),
	};

	return (RUN_RULES("histogram", rules));
}
