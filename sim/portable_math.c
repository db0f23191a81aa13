/*
 * Logarithm, exponential and normal quantile that give the same bits on every
 * machine with IEEE-754 doubles.  Each is a fixed sequence of additions,
 * multiplications, divisions and square roots, which the standard rounds in one
 * way only; the C library is free to choose, and does.  The build forbids
 * contraction into fused multiply-add, which would round differently.
 */

#include <glib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/random.h"

/* ln 2 in two parts; the first has 33 bits, so that its product with an
 * exponent is exact. */
#define LN2_HIGH 0x1.62e42fefp-1
#define LN2_LOW 0x1.473de6af278edp-34
#define LOG2_E 0x1.71547652b82fep+0
#define SQRT_2 0x1.6a09e667f3bcdp+0

static uint64_t
bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return (bits);
}

static double
double_of(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return (x);
}

/* 2^k for a normal result, -1022 <= k <= 1023. */
static double
power_of_two(int k)
{
	return (double_of((uint64_t)(k + 1023) << 52));
}

/* x = 2^k * m, with m between sqrt(1/2) and sqrt(2); returns m. */
static double
split(double x, int *k)
{
	uint64_t bits;
	double m;

	*k = 0;
	if (x < 0x1p-1022) { /* subnormal */
		x *= 0x1p54;
		*k = -54;
	}
	bits = bits_of(x);
	*k += (int)(bits >> 52) - 1023;
	m = double_of(
	    (bits & ((UINT64_C(1) << 52) - 1)) | (UINT64_C(1023) << 52));
	if (m > SQRT_2) {
		m *= 0.5;
		*k += 1;
	}
	return (m);
}

/*
 * With f = m - 1 and s = f / (2 + f), log(m) = 2 atanh(s) = 2s + s R(s^2), R
 * being 2z/3 + 2z^2/5 + ...  Since 2s = f - s f, that is f - s (f - R), where f
 * is exact and only the small correction carries rounding errors.  z is below
 * 0.0295, and ten terms leave less than 2^-57 of the result.  Even and odd
 * terms are summed apart because the two chains run in parallel.
 */
double
portable_log(double x)
{
	double f, s, z, w, even, odd, correction;
	int k;

	g_assert(x > 0.0);
	if (x > 0x1.fffffffffffffp+1023)
		return (x);
	f = split(x, &k) - 1.0;
	s = f / (2.0 + f);
	z = s * s;
	w = z * z;
	odd = z *
	    (2.0 / 3 +
		w *
		    (2.0 / 7 +
			w * (2.0 / 11 + w * (2.0 / 15 + w * (2.0 / 19)))));
	even = w *
	    (2.0 / 5 +
		w *
		    (2.0 / 9 +
			w * (2.0 / 13 + w * (2.0 / 17 + w * (2.0 / 21)))));
	correction = s * (f - (odd + even));
	return (k * LN2_HIGH - ((correction - k * LN2_LOW) - f));
}

/*
 * exp(x) = 2^k exp(r), |r| <= ln(2) / 2, by the power series up to r^14, whose
 * remainder is below 2^-60.
 */
double
portable_exp(double x)
{
	double r, w, even, odd, y;
	int k;

	if (x > 709.79)
		return (HUGE_VAL);
	if (x < -745.14)
		return (0.0);
	k = (int)(x * LOG2_E + (x < 0.0 ? -0.5 : 0.5));
	r = (x - k * LN2_HIGH) - k * LN2_LOW;
	w = r * r;
	even = 1.0 / 2 +
	    w *
		(1.0 / 24 +
		    w *
			(1.0 / 720 +
			    w *
				(1.0 / 40320 +
				    w *
					(1.0 / 3628800 +
					    w *
						(1.0 / 479001600 +
						    w / 87178291200.0)))));
	odd = 1.0 / 6 +
	    w *
		(1.0 / 120 +
		    w *
			(1.0 / 5040 +
			    w *
				(1.0 / 362880 +
				    w * (1.0 / 39916800 + w / 6227020800.0))));
	y = 1.0 + (r + w * (even + r * odd));
	/* At either end of the range 2^k itself is not a normal number. */
	if (k > 1023)
		return (y * 0x1p1023 * power_of_two(k - 1023));
	if (k < -1022)
		return (y * power_of_two(k + 64) * 0x1p-64);
	return (y * power_of_two(k));
}

/* numerator(r) / denominator(r), coefficients from the constant term up. */
static double
ratio8(const double numerator[8], const double denominator[8], double r)
{
	double n = numerator[7], d = denominator[7];
	int i;

	for (i = 6; i >= 0; i--) {
		n = n * r + numerator[i];
		d = d * r + denominator[i];
	}
	return (n / d);
}

/* The coefficients of PPND16 in Wichura, Algorithm AS 241, Applied Statistics
 * 37 (1988): centre, near tail and far tail. */
static const double centre_n[8] = {3.3871328727963666080, 133.14166789178437745,
    1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727};
static const double centre_d[8] = {1.0, 42.313330701600911252,
    687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
    39307.895800092710610, 28729.085735721942674, 5226.4952788528545610};
static const double near_n[8] = {1.42343711074968357734, 4.63033784615654529590,
    5.76949722146069140550, 3.64784832476320460504, 1.27045825245236838258,
    0.241780725177450611770, 0.0227238449892691845833,
    7.74545014278341407640e-4};
static const double near_d[8] = {1.0, 2.05319162663775882187,
    1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
    0.0151986665636164571966, 5.47593808499534494600e-4,
    1.05075007164441684324e-9};
static const double far_n[8] = {6.65790464350110377720, 5.46378491116411436990,
    1.78482653991729133580, 0.296560571828504891230, 0.0265321895265761230930,
    1.24266094738807843860e-3, 2.71155556874348757815e-5,
    2.01033439929228813265e-7};
static const double far_d[8] = {1.0, 0.599832206555887937690,
    0.136929880922735805310, 0.0148753612908506148525,
    7.86869131145613259100e-4, 1.84631831751005468180e-5,
    1.42151175831644588870e-7, 2.04426310338993978564e-15};

double
portable_normal_quantile(double p)
{
	double q, r, tail;

	g_assert(p > 0.0 && p < 1.0);
	q = p - 0.5;
	if (q >= -0.425 && q <= 0.425)
		return (q * ratio8(centre_n, centre_d, 0.180625 - q * q));
	tail = q < 0.0 ? p : 1.0 - p;
	r = sqrt(-portable_log(tail));
	r = r <= 5.0 ? ratio8(near_n, near_d, r - 1.6)
		     : ratio8(far_n, far_d, r - 5.0);
	return (q < 0.0 ? -r : r);
}
