/*
 * Random numbers: the generator against its published vectors, our own log,
 * exp and quantile against the C library in long double, each distribution
 * against its moments and its distribution function, and samples pinned bit by
 * bit, since every stored result rests on them.
 */

#include <Random123/philox.h>
#include <float.h>
#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/random.h"
#include "tests/suite.h"

#define DRAWS 200000
#define POINTS 1000000

static const struct stream service = {42, 0, STREAM_SERVICE, 7};

struct vector {
	uint64_t counter[4], key[2], words[4];
};

/* The lines "philox4x64 10" of Random123's kat_vectors. */
static const struct vector published[] = {
    {{0}, {0},
	{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
	    0x7e68b68aec7ba23b}},
    {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}, {UINT64_MAX, UINT64_MAX},
	{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6,
	    0xa09caebf594f0ba0}},
    {{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
	 0x082efa98ec4e6c89},
	{0x452821e638d01377, 0xbe5466cf34e90c6c},
	{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5,
	    0x57bd43b5e52b7fe6}},
};

static void
philox_gives_its_published_vectors(void)
{
	philox4x64_ctr_t counter, words;
	philox4x64_key_t key;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(published); i++) {
		memcpy(counter.v, published[i].counter, sizeof(counter.v));
		memcpy(key.v, published[i].key, sizeof(key.v));
		words = philox4x64_R(10, counter, key);
		CU_ASSERT_EQUAL(memcmp(words.v, published[i].words,
				    sizeof(published[i].words)),
		    0);
	}
}

static void
words_are_philox_of_the_streams_name(void)
{
	static const struct stream stream = {11, 12, 13, 14};
	philox4x64_key_t key = {{11, 12}};
	philox4x64_ctr_t counter = {{15, 14, 13, 0}}, expected;
	uint64_t words[4];

	stream_words(&stream, 15, words);
	expected = philox4x64_R(10, counter, key);
	CU_ASSERT_EQUAL(memcmp(words, expected.v, sizeof(words)), 0);
}

/* Vectors of the FNV reference code. */
static void
object_is_fnv1a_of_the_name(void)
{
	CU_ASSERT_EQUAL(stream_object(""), UINT64_C(0xcbf29ce484222325));
	CU_ASSERT_EQUAL(stream_object("a"), UINT64_C(0xaf63dc4c8601ec8c));
	CU_ASSERT_EQUAL(stream_object("foobar"), UINT64_C(0x85944171f73967e8));
}

static int
compare_words(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return ((x > y) - (x < y));
}

/* Neighbours in each part of the name, and their first thousand draws: by
 * chance two of these 128,000 words would be equal once in 2 * 10^9 tries. */
static void
streams_do_not_overlap(void)
{
	enum { STREAMS = 32, INDEXES = 1000, WORDS = STREAMS * INDEXES * 4 };
	uint64_t *words = g_new(uint64_t, WORDS);
	struct stream s;
	int i, j;

	for (i = 0; i < STREAMS; i++) {
		s.seed = 1 + (i & 1);
		s.replication = (i >> 1) & 1;
		s.purpose = STREAM_ARRIVAL + ((i >> 2) & 1);
		s.object = (uint64_t)(i >> 3);
		for (j = 0; j < INDEXES; j++)
			stream_words(
			    &s, (uint64_t)j, &words[(i * INDEXES + j) * 4]);
	}
	qsort(words, WORDS, sizeof(words[0]), compare_words);
	for (i = 1; i < WORDS; i++)
		if (words[i] == words[i - 1])
			CU_FAIL("two equal words");
	g_free(words);
}

/* Correlation of 10^5 pairs: its deviation is 0.0032. */
static void
neighbouring_streams_are_uncorrelated(void)
{
	struct stream a = service, b = service;
	uint64_t x[4], y[4], i;
	double sum = 0.0;

	b.object++;
	for (i = 0; i < 100000; i++) {
		stream_words(&a, i, x);
		stream_words(&b, i, y);
		sum += (uniform_from_word(x[0]) - 0.5) *
		    (uniform_from_word(y[0]) - 0.5);
	}
	CU_ASSERT(fabs(12.0 * sum / 100000) < 4 * 0.0032);
}

static void
uniform_is_open_at_both_ends(void)
{
	CU_ASSERT_EQUAL(uniform_from_word(0), 0x1p-53);
	CU_ASSERT_EQUAL(uniform_from_word(UINT64_MAX), 1.0 - 0x1p-53);
}

static double
ulps(double got, long double exact)
{
	double magnitude = fabs((double)exact);

	return ((double)(fabsl(got - exact) /
	    (nextafter(magnitude, HUGE_VAL) - magnitude)));
}

static double
point(int i)
{
	uint64_t words[4];

	stream_words(&service, (uint64_t)i, words);
	return (uniform_from_word(words[0]));
}

/* A third of the points each: (0, 1), near 1, and over all exponents. */
static void
log_is_within_an_ulp(void)
{
	double x, worst = 0.0;
	int i;

	for (i = 0; i < POINTS; i++) {
		x = point(i);
		if (i % 3 == 1)
			x = 1.0 + (x - 0.5) / 64;
		else if (i % 3 == 2)
			x = ldexp(0.5 + x / 2, i % 2098 - 1073);
		worst = fmax(worst, ulps(portable_log(x), logl(x)));
	}
	CU_ASSERT(worst < 1.0);
	CU_ASSERT_EQUAL(portable_log(1.0), 0.0);
	CU_ASSERT_EQUAL(portable_log(0x1p-1074), log(0x1p-1074));
	CU_ASSERT_EQUAL(portable_log(HUGE_VAL), HUGE_VAL);
}

static void
exp_is_within_an_ulp(void)
{
	double x, worst = 0.0;
	int i;

	for (i = 0; i < POINTS; i++) {
		x = point(i) - 0.5;
		x *= i % 2 ? 2.0 : 1416.0;
		worst = fmax(worst, ulps(portable_exp(x), expl(x)));
	}
	CU_ASSERT(worst < 1.0);
	CU_ASSERT_EQUAL(portable_exp(0.0), 1.0);
	CU_ASSERT_EQUAL(portable_exp(710.0), HUGE_VAL);
	CU_ASSERT_EQUAL(portable_exp(-746.0), 0.0);
	CU_ASSERT(fabs(portable_exp(-740.0) / exp(-740.0) - 1.0) < 0.01);
	CU_ASSERT(fabs(portable_exp(709.7) / exp(709.7) - 1.0) < 1e-15);
}

/* The distribution function by libm, back to p; in the tail by its own size. */
static void
normal_quantile_inverts_the_distribution_function(void)
{
	long double p, back;
	double worst = 0.0;
	int i;

	for (i = 0; i < 100000; i++) {
		p = i % 2 ? point(i) / 2 : ldexp(0.5 + point(i) / 2, -i % 1000);
		back = erfcl(-portable_normal_quantile((double)p) *
			   0.70710678118654752440L) /
		    2;
		worst = fmax(worst, (double)fabsl(back - p) / (double)p);
	}
	CU_ASSERT(worst < 1e-12);
	CU_ASSERT_EQUAL(portable_normal_quantile(0.5), 0.0);
	CU_ASSERT_DOUBLE_EQUAL(
	    portable_normal_quantile(0.975), 1.959963984540054, 1e-15);
	CU_ASSERT_EQUAL(portable_normal_quantile(0.0625),
	    -portable_normal_quantile(0.9375));
}

/* These never change: results on disk were made with them. */
static void
samples_stay_as_they_are(void)
{
	struct distribution exponential = {
	    DISTRIBUTION_EXPONENTIAL, 1e6, 0, NULL};
	struct distribution uniform = {DISTRIBUTION_UNIFORM, 4096, 65536, NULL};
	struct distribution lognormal = {
	    DISTRIBUTION_LOGNORMAL, 1e6, 0.5, NULL};
	static const int64_t expected[4][4] = {
	    {102242, 59565, 1688545, 7},
	    {1223925, 22164, 673167, 78634},
	    {309904, 49164, 1205317, 271},
	    {1500905, 17792, 602800, 154760},
	};
	struct zipf z;
	uint64_t i;

	zipf_init(&z, 1000000, 0.9);
	for (i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(distribution_draw(&exponential, &service, i),
		    expected[i][0]);
		CU_ASSERT_EQUAL(
		    distribution_draw(&uniform, &service, i), expected[i][1]);
		CU_ASSERT_EQUAL(
		    distribution_draw(&lognormal, &service, i), expected[i][2]);
		CU_ASSERT_EQUAL(
		    (int64_t)zipf_draw(&z, &service, i), expected[i][3]);
	}
	/* The last bits, which rounding to integers hides. */
	CU_ASSERT_EQUAL(portable_log(3.0), 0x1.193ea7aad030ap+0);
	CU_ASSERT_EQUAL(portable_exp(1.0), 0x1.5bf0a8b14576ap+1);
	CU_ASSERT_EQUAL(portable_normal_quantile(0.001), -0x1.8b8cbb720447p+1);
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return ((x > y) - (x < y));
}

static double
exponential_cdf(double x)
{
	return (1.0 - exp(-x / 1e6));
}

static double
uniform_cdf(double x)
{
	return ((x - 4e6 + 0.5) / (1e6 + 1.0));
}

/* Mean 10^6, sigma 0.5. */
static double
lognormal_cdf(double x)
{
	return (erfc(-(log(x / 1e6) + 0.125) / (0.5 * sqrt(2.0))) / 2);
}

/* Kolmogorov's statistic, whose 0.1 % point is 1.95, and the first two moments
 * with the tolerance of 4 deviations. */
static void
follows(struct distribution d, double (*cdf)(double), double deviation,
    double fourth)
{
	double *x = g_new(double, DRAWS);
	double mean = 0.0, square = 0.0, gap = 0.0, n = DRAWS;
	int i;

	for (i = 0; i < DRAWS; i++) {
		x[i] = (double)distribution_draw(&d, &service, (uint64_t)i);
		mean += x[i] / n;
	}
	for (i = 0; i < DRAWS; i++)
		square += (x[i] - mean) * (x[i] - mean) / n;
	qsort(x, DRAWS, sizeof(x[0]), compare_doubles);
	for (i = 0; i < DRAWS; i++)
		gap = fmax(gap, fabs(cdf(x[i]) - (i + 0.5) / n));
	g_free(x);
	CU_ASSERT(gap * sqrt(n) < 1.95);
	CU_ASSERT(fabs(mean - distribution_mean(&d)) < 4 * deviation / sqrt(n));
	CU_ASSERT(fabs(square / (deviation * deviation) - 1.0) <
	    4 * sqrt((fourth - 1.0) / n));
}

/* `fourth`: the standardized fourth moment, which says how much the variance of
 * a sample varies. */
static void
draws_follow_their_distribution(void)
{
	double w = exp(0.25);

	follows((struct distribution) {DISTRIBUTION_EXPONENTIAL, 1e6, 0, NULL},
	    exponential_cdf, 1e6, 9.0);
	follows((struct distribution) {DISTRIBUTION_UNIFORM, 4e6, 5e6, NULL},
	    uniform_cdf, 1e6 / sqrt(12.0), 1.8);
	follows((struct distribution) {DISTRIBUTION_LOGNORMAL, 1e6, 0.5, NULL},
	    lognormal_cdf, 1e6 * sqrt(w - 1.0),
	    w * w * w * w + 2 * w * w * w + 3 * w * w - 3);
}

static void
uniform_includes_both_ends(void)
{
	struct distribution die = {DISTRIBUTION_UNIFORM, 1, 6, NULL};
	int counts[8] = {0}, i;

	for (i = 0; i < 60000; i++)
		counts[distribution_draw(&die, &service, (uint64_t)i)]++;
	CU_ASSERT_EQUAL(counts[0] + counts[7], 0);
	for (i = 1; i <= 6; i++)
		CU_ASSERT(abs(counts[i] - 10000) < 400);
	die.b = 1;
	CU_ASSERT_EQUAL(distribution_draw(&die, &service, 0), 1);
}

static void
constants_are_rounded_and_bounded(void)
{
	struct distribution d = {DISTRIBUTION_CONSTANT, 2.5, 0, NULL};

	CU_ASSERT_EQUAL(distribution_draw(&d, &service, 0), 3);
	d.a = 0.49999999999999994;
	CU_ASSERT_EQUAL(distribution_draw(&d, &service, 0), 0);
	d.a = -3.0;
	CU_ASSERT_EQUAL(distribution_draw(&d, &service, 0), 0);
	d.a = 1e30;
	CU_ASSERT_EQUAL(distribution_draw(&d, &service, 0), INT64_MAX / 4);
}

static void
empirical_draws_each_value_alike(void)
{
	static const int64_t values[] = {100, 200, 1000};
	struct distribution d = {DISTRIBUTION_EMPIRICAL, 0, 0, NULL};
	int counts[11] = {0}, i;

	d.values = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_array_append_vals(d.values, values, 3);
	for (i = 0; i < 30000; i++)
		counts[distribution_draw(&d, &service, (uint64_t)i) / 100]++;
	CU_ASSERT(abs(counts[1] - 10000) < 400);
	CU_ASSERT(abs(counts[2] - 10000) < 400);
	CU_ASSERT_EQUAL(counts[1] + counts[2] + counts[10], 30000);
	CU_ASSERT_DOUBLE_EQUAL(distribution_mean(&d), 1300.0 / 3, 1e-12);
	g_array_unref(d.values);
}

#define CELLS 10
#define ZIPF_DRAWS 1000000

/* Chi-square of the first CELLS - 1 ranks and of all the rest together. */
static double
zipf_chi_square(uint64_t n, double s)
{
	double expected[CELLS] = {0}, chi = 0.0, total = 0.0;
	double counts[CELLS] = {0};
	struct zipf z;
	uint64_t k;
	int i;

	for (k = 0; k < n; k++)
		expected[MIN(k, CELLS - 1)] += pow((double)k + 1.0, -s);
	for (i = 0; i < CELLS; i++)
		total += expected[i];
	zipf_init(&z, n, s);
	for (i = 0; i < ZIPF_DRAWS; i++) {
		k = zipf_draw(&z, &service, (uint64_t)i);
		CU_ASSERT_FATAL(k < n);
		counts[MIN(k, CELLS - 1)]++;
	}
	for (i = 0; i < CELLS; i++) {
		expected[i] *= ZIPF_DRAWS / total;
		chi += (counts[i] - expected[i]) * (counts[i] - expected[i]) /
		    expected[i];
	}
	return (chi);
}

/* 9 degrees of freedom: 27.9 is the 0.1 % point.  Without its rejections the
 * sampler would draw rank 1, the second, 2 % too often and be far beyond it. */
static void
zipf_has_its_exact_probabilities(void)
{
	static const double exponents[] = {0.3, 0.9, 0.999999999, 1.0, 1.2};
	double chi;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(exponents); i++) {
		chi = zipf_chi_square(CELLS, exponents[i]);
		CU_ASSERT(chi < 27.9);
		chi = zipf_chi_square(1000000, exponents[i]);
		CU_ASSERT(chi < 27.9);
	}
}

static void
zipf_stays_in_range_at_the_extremes(void)
{
	static const double exponents[] = {1e-6, 1.0, 3.0, 60.0};
	static const uint64_t sizes[] = {
	    1, 2, UINT64_C(1) << 40, UINT64_C(1) << 52};
	struct zipf z;
	uint64_t k;
	size_t i, j;

	for (i = 0; i < G_N_ELEMENTS(exponents); i++)
		for (j = 0; j < G_N_ELEMENTS(sizes); j++) {
			zipf_init(&z, sizes[j], exponents[i]);
			for (k = 0; k < 1000; k++)
				CU_ASSERT(
				    zipf_draw(&z, &service, k) < sizes[j]);
		}
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(philox_gives_its_published_vectors),
	    RULE(words_are_philox_of_the_streams_name),
	    RULE(object_is_fnv1a_of_the_name),
	    RULE(streams_do_not_overlap),
	    RULE(neighbouring_streams_are_uncorrelated),
	    RULE(uniform_is_open_at_both_ends),
	    RULE(log_is_within_an_ulp),
	    RULE(exp_is_within_an_ulp),
	    RULE(normal_quantile_inverts_the_distribution_function),
	    RULE(samples_stay_as_they_are),
	    RULE(draws_follow_their_distribution),
	    RULE(uniform_includes_both_ends),
	    RULE(constants_are_rounded_and_bounded),
	    RULE(empirical_draws_each_value_alike),
	    RULE(zipf_has_its_exact_probabilities),
	    RULE(zipf_stays_in_range_at_the_extremes),
	};

	return (RUN_RULES("random", rules));
}
