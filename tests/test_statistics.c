/*
 * Statistics against tables and against small examples worked by hand.
 */

#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include "sim/random.h"
#include "sim/study/statistics.h"
#include "tests/suite.h"

static const struct stream source = {3, 0, STREAM_SERVICE, 1};

/* Roughly normal, mean 0, deviation 1, for the index. */
static double
noise(size_t i)
{
	uint64_t words[4];

	stream_words(&source, i, words);
	return (portable_normal_quantile(uniform_from_word(words[0])));
}

/* t(0.975, df) for df = 1..99, from an arithmetic of 30 digits. */
static const double t_975[] = {12.7062047362, 4.30265272975, 3.18244630528,
    2.7764451052, 2.57058183564, 2.44691185114, 2.36462425159, 2.3060041352,
    2.2621571628, 2.22813885199, 2.20098516009, 2.17881282967, 2.16036865646,
    2.14478668792, 2.13144954556, 2.11990529922, 2.10981557783, 2.10092204024,
    2.09302405441, 2.08596344727, 2.07961384473, 2.0738730679, 2.06865761042,
    2.06389856163, 2.05953855275, 2.05552943864, 2.05183051648, 2.0484071418,
    2.04522964213, 2.0422724563, 2.0395134464, 2.03693334346, 2.03451529745,
    2.03224450932, 2.03010792825, 2.02809400098, 2.02619246303, 2.02439416391,
    2.02269092004, 2.02107539031, 2.01954097044, 2.01808170282, 2.01669219923,
    2.01536757444, 2.01410338888, 2.01289559892, 2.01174051373, 2.01063475762,
    2.00957523713, 2.0085591121, 2.00758377032, 2.00664680506, 2.00574599532,
    2.00487928819, 2.00404478329, 2.00324071885, 2.00246545929, 2.00171748415,
    2.00099537809, 2.00029782201, 1.99962358499, 1.99897151703, 1.99834054252,
    1.99772965432, 1.99713790839, 1.99656441895, 1.99600835403, 1.99546893143,
    1.99494541511, 1.99443711177, 1.99394336785, 1.99346356666, 1.99299712589,
    1.99254349518, 1.992102154, 1.99167260964, 1.99125439539, 1.99084706881,
    1.99045021023, 1.99006342125, 1.98968632346, 1.98931855714, 1.98895978018,
    1.98860966698, 1.98826790748, 1.98793420624, 1.98760828159, 1.98728986483,
    1.98697869951, 1.9866745407, 1.98637715442, 1.98608631695, 1.98580181435,
    1.98552344187, 1.98525100351, 1.98498431152, 1.98472318601, 1.98446745451,
    1.98421695159};

static void
student_quantile_agrees_with_the_table(void)
{
	static const struct {
		double p;
		size_t df;
		double t;
	} others[] = {
	    {0.975, 1000, 1.9623390808264},
	    {0.975, 100000, 1.9599877075346},
	    {0.9, 1, 3.0776835371753},
	    {0.9, 7, 1.4149239276505},
	    {0.995, 4, 4.60409487135},
	    {0.9995, 10, 4.5868938587027},
	    {0.55, 3, 0.1365981993537},
	    {0.6, 200, 0.25368437919015},
	    {0.99999, 5, 15.546854534969},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(t_975); i++)
		CU_ASSERT_DOUBLE_EQUAL(
		    statistics_student_quantile(0.975, i + 1), t_975[i], 1e-10);
	for (i = 0; i < G_N_ELEMENTS(others); i++)
		CU_ASSERT_DOUBLE_EQUAL(
		    statistics_student_quantile(others[i].p, others[i].df),
		    others[i].t, 1e-12 * others[i].t);
}

/* Closed forms: tan(pi (p - 1/2)) for one degree of freedom, and for two
 * (2p - 1) / sqrt(2 p (1 - p)). */
static void
student_quantile_agrees_with_closed_forms(void)
{
	double p, t;
	int i;

	for (i = 1; i < 1000; i++) {
		p = i / 1000.0;
		t = tan(G_PI * (p - 0.5));
		CU_ASSERT_DOUBLE_EQUAL(statistics_student_quantile(p, 1), t,
		    1e-12 * fabs(t) + 1e-13);
		t = (2 * p - 1) / sqrt(2 * p * (1 - p));
		CU_ASSERT_DOUBLE_EQUAL(statistics_student_quantile(p, 2), t,
		    1e-12 * fabs(t) + 1e-13);
	}
}

/* Mean 5, squares 32: deviation sqrt(32 / 7); t(0.975, 7) = 2.3646242515928. */
static void
estimate_of_a_worked_example(void)
{
	static const double x[] = {2, 4, 4, 4, 5, 5, 7, 9};
	struct estimate e = statistics_estimate(x, 8);

	CU_ASSERT_EQUAL(e.n, 8);
	CU_ASSERT_EQUAL(e.mean, 5.0);
	CU_ASSERT_DOUBLE_EQUAL(e.deviation, sqrt(32.0 / 7), 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(
	    e.half_width, 2.3646242515928 * sqrt(32.0 / 7 / 8), 1e-11);
}

static void
too_few_values_give_nan(void)
{
	double x = 3.0;
	struct estimate e = statistics_estimate(NULL, 0);

	CU_ASSERT(e.n == 0 && isnan(e.mean) && isnan(e.half_width));
	e = statistics_estimate(&x, 1);
	CU_ASSERT(e.n == 1 && e.mean == 3.0);
	CU_ASSERT(isnan(e.deviation) && isnan(e.half_width));
}

/* 2000 intervals from five normal values each: 95 % hold the true mean, give or
 * take four deviations of 0.49 %. */
static void
interval_covers_the_mean_in_95_percent(void)
{
	double x[5];
	struct estimate e;
	size_t i, j;
	int covered = 0;

	for (i = 0; i < 2000; i++) {
		for (j = 0; j < 5; j++)
			x[j] = 10.0 + noise(i * 5 + j);
		e = statistics_estimate(x, 5);
		covered += fabs(e.mean - 10.0) <= e.half_width;
	}
	CU_ASSERT(abs(covered - 1900) < 40);
}

/* The common part, which is large, cancels. */
static void
paired_takes_the_differences(void)
{
	static const double a[] = {101, 203, 305}, b[] = {100, 201, 302};
	struct estimate e = statistics_paired(a, b, 3);

	CU_ASSERT_EQUAL(e.n, 3);
	CU_ASSERT_EQUAL(e.mean, 2.0);
	CU_ASSERT_EQUAL(e.deviation, 1.0);
	CU_ASSERT_DOUBLE_EQUAL(
	    e.half_width, 4.3026527297495 / sqrt(3.0), 1e-11);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(student_quantile_agrees_with_the_table),
	    RULE(student_quantile_agrees_with_closed_forms),
	    RULE(estimate_of_a_worked_example),
	    RULE(too_few_values_give_nan),
	    RULE(interval_covers_the_mean_in_95_percent),
	    RULE(paired_takes_the_differences),
	};

	return (RUN_RULES("statistics", rules));
}
