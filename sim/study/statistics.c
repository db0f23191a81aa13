/*
 * Statistics of replications.  Decides what stands in the columns of a sweep
 * and of a comparison for mean and interval.
 */

#include <glib.h>
#include <math.h>
#include <stddef.h>

#include "sim/random.h"
#include "sim/study/statistics.h"

#define CONFIDENCE 0.95

static double
mean_of(const double *x, size_t n)
{
	double sum = 0.0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += x[i];
	return (sum / (double)n);
}

struct estimate
statistics_estimate(const double *x, size_t n)
{
	struct estimate e = {n, NAN, NAN, NAN};
	double squares = 0.0;
	size_t i;

	if (n == 0)
		return (e);
	e.mean = mean_of(x, n);
	if (n < 2)
		return (e);
	for (i = 0; i < n; i++)
		squares += (x[i] - e.mean) * (x[i] - e.mean);
	e.deviation = sqrt(squares / (double)(n - 1));
	e.half_width =
	    statistics_student_quantile(0.5 + CONFIDENCE / 2, n - 1) *
	    e.deviation / sqrt((double)n);
	return (e);
}

struct estimate
statistics_paired(const double *a, const double *b, size_t n)
{
	double *difference = g_new(double, n);
	struct estimate e;
	size_t i;

	for (i = 0; i < n; i++)
		difference[i] = a[i] - b[i];
	e = statistics_estimate(difference, n);
	g_free(difference);
	return (e);
}

/*
 * The upper tail P(T > t), t > 0, of Student's distribution is half the
 * incomplete beta function I_x(df / 2, 1 / 2) at x = df / (df + t^2).  With the
 * roles of its parameters swapped I gives the probability of the centre; one of
 * the two continued fractions converges fast.
 */

/* 1 / B(df / 2, 1 / 2), from B(1/2, 1/2) = pi and B(1, 1/2) = 2 upwards by
 * B(a + 1, b) = B(a, b) a / (a + b). */
static double
inverse_beta(size_t df)
{
	double value = df % 2 == 1 ? 1.0 / G_PI : 0.5;
	size_t i;

	for (i = df % 2 == 1 ? 1 : 2; i < df; i += 2)
		value *= (double)(i + 1) / (double)i;
	return (value);
}

/* The continued fraction of I_x(a, b) by Lentz's method. */
static double
beta_fraction(double a, double b, double x)
{
	double c = 1.0, d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
	double f = d, even, odd, change;
	int m;

	for (m = 1; m <= 1000; m++) {
		even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
		d = 1.0 / (1.0 + even * d);
		c = 1.0 + even / c;
		f *= c * d;
		odd = -(a + m) * (a + b + m) * x /
		    ((a + 2 * m) * (a + 2 * m + 1.0));
		d = 1.0 / (1.0 + odd * d);
		c = 1.0 + odd / c;
		change = c * d;
		f *= change;
		if (fabs(change - 1.0) < 1e-15)
			break;
	}
	return (f);
}

static double
student_tail(double t, size_t df, double beta)
{
	double a = (double)df / 2, x = (double)df / ((double)df + t * t);
	double y = t * t / ((double)df + t * t);
	double front = beta * portable_exp(a * portable_log(x)) * sqrt(y);

	if (x < (a + 1.0) / (a + 2.5))
		return (0.5 * front * beta_fraction(a, 0.5, x) / a);
	return (0.5 - 0.5 * front * beta_fraction(0.5, a, y) / 0.5);
}

double
statistics_student_quantile(double p, size_t df)
{
	double beta, tail, low = 0.0, high = 1.0, middle;

	g_assert(df >= 1 && p > 0.0 && p < 1.0);
	if (p == 0.5)
		return (0.0);
	tail = p < 0.5 ? p : 1.0 - p;
	beta = inverse_beta(df);
	while (student_tail(high, df, beta) > tail) {
		low = high;
		high *= 2.0;
	}
	for (;;) {
		middle = low + (high - low) / 2;
		if (middle <= low || middle >= high)
			break;
		if (student_tail(middle, df, beta) > tail)
			low = middle;
		else
			high = middle;
	}
	return (p < 0.5 ? -middle : middle);
}
