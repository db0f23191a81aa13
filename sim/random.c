/*
 * Streams and distributions.  Decides how a draw's name becomes a Philox key
 * and counter, and which words of the block each sampler uses: word 0, and for
 * those that reject, word 0 of attempts 0, 1, 2 and so on.  Nothing is kept
 * between draws, so draws may be made in any order and from any thread.
 */

#include <Random123/philox.h>
#include <glib.h>
#include <math.h>
#include <stdint.h>

#include "sim/random.h"

#define DRAW_MAX (INT64_MAX / 4)

uint64_t
stream_object(const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name != '\0'; name++) {
		hash ^= (unsigned char)*name;
		hash *= UINT64_C(0x100000001b3);
	}
	return (hash);
}

/* Inlined, so that words that nobody asks for are not computed. */
static inline __attribute__((always_inline)) philox4x64_ctr_t
block(const struct stream *stream, uint64_t index, uint64_t attempt)
{
	philox4x64_key_t key = {{stream->seed, stream->replication}};
	philox4x64_ctr_t counter = {
	    {index, stream->object, stream->purpose, attempt}};

	return (philox4x64_R(10, counter, key));
}

void
stream_words(const struct stream *stream, uint64_t index, uint64_t words[4])
{
	philox4x64_ctr_t b = block(stream, index, 0);
	int i;

	for (i = 0; i < 4; i++)
		words[i] = b.v[i];
}

uint64_t
stream_word(const struct stream *stream, uint64_t index)
{
	return (block(stream, index, 0).v[0]);
}

double
uniform_from_word(uint64_t word)
{
	return (((double)(word >> 12) + 0.5) * 0x1p-52);
}

/* 0..n-1.  The high half of a 64 by 64 bit product; the probabilities of two
 * values differ by at most n / 2^64 of themselves. */
static uint64_t
below(uint64_t word, uint64_t n)
{
	return ((uint64_t)(((unsigned __int128)word * n) >> 64));
}

static int64_t
round_draw(double x)
{
	int64_t n;

	if (!(x > 0.0))
		return (0);
	if (x >= (double)DRAW_MAX)
		return (DRAW_MAX);
	n = (int64_t)x;
	return (x - (double)n >= 0.5 ? n + 1 : n);
}

int64_t
distribution_draw(
    const struct distribution *d, const struct stream *stream, uint64_t index)
{
	uint64_t word;
	int64_t low, value;
	double z;

	if (d->kind == DISTRIBUTION_CONSTANT)
		return (round_draw(d->a));
	word = block(stream, index, 0).v[0];
	switch (d->kind) {
	case DISTRIBUTION_CONSTANT:
		break;
	case DISTRIBUTION_EXPONENTIAL:
		return (
		    round_draw(-d->a * portable_log(uniform_from_word(word))));
	case DISTRIBUTION_UNIFORM:
		low = round_draw(d->a);
		g_assert(d->b >= d->a);
		return (low +
		    (int64_t)below(
			word, (uint64_t)(round_draw(d->b) - low) + 1));
	case DISTRIBUTION_LOGNORMAL:
		/* The mean is exp(mu + sigma^2 / 2). */
		z = portable_normal_quantile(uniform_from_word(word));
		return (round_draw(
		    d->a * portable_exp(d->b * z - 0.5 * d->b * d->b)));
	case DISTRIBUTION_EMPIRICAL:
		g_assert(d->values != NULL && d->values->len > 0);
		value = g_array_index(
		    d->values, int64_t, below(word, d->values->len));
		return (CLAMP(value, 0, DRAW_MAX));
	}
	g_assert_not_reached();
}

double
distribution_mean(const struct distribution *d)
{
	double sum = 0.0;
	guint i;

	switch (d->kind) {
	case DISTRIBUTION_CONSTANT:
	case DISTRIBUTION_EXPONENTIAL:
	case DISTRIBUTION_LOGNORMAL:
		return (d->a);
	case DISTRIBUTION_UNIFORM:
		return (((double)round_draw(d->a) + (double)round_draw(d->b)) /
		    2.0);
	case DISTRIBUTION_EMPIRICAL:
		g_assert(d->values != NULL && d->values->len > 0);
		for (i = 0; i < d->values->len; i++)
			sum += (double)g_array_index(d->values, int64_t, i);
		return (sum / d->values->len);
	}
	g_assert_not_reached();
}

/* log(u) / (u - 1).  The quotient is accurate for u near 1 although u - 1 has
 * lost digits, because the logarithm has lost the same ones. */
static double
log_ratio(double u)
{
	return (u == 1.0 ? 1.0 : portable_log(u) / (u - 1.0));
}

/* The integral of x^-s, (x^(1-s) - 1) / (1 - s), which passes smoothly through
 * log(x) at s = 1. */
static double
zipf_integral(double s, double x)
{
	double log_x = portable_log(x);
	double t = (1.0 - s) * log_x;
	double u = portable_exp(t);

	if (t > 0.5 || t < -0.5)
		return ((u - 1.0) / (1.0 - s));
	return (log_x / log_ratio(u));
}

static double
zipf_integral_inverse(double s, double y)
{
	double t = (1.0 - s) * y;

	/* Rounding may push an argument at the lower end past the pole. */
	if (t < -1.0)
		t = -1.0;
	return (t == -1.0 ? HUGE_VAL : portable_exp(y * log_ratio(1.0 + t)));
}

static double
zipf_weight(double s, double x)
{
	return (portable_exp(-s * portable_log(x)));
}

void
zipf_init(struct zipf *z, uint64_t n, double s)
{
	g_assert(n >= 1 && n <= UINT64_C(1) << 52 && s > 0.0);
	z->n = n;
	z->s = s;
	z->h_x1 = zipf_integral(s, 1.5) - 1.0;
	z->h_n = zipf_integral(s, (double)n + 0.5);
	z->cut = 2.0 -
	    zipf_integral_inverse(
		s, zipf_integral(s, 2.5) - zipf_weight(s, 2.0));
}

/*
 * The integral over (k - 1/2, k + 1/2) covers at least the weight of k, because
 * x^-s is convex; of a point under the integral the part that lies beyond the
 * weight is rejected.  Points close enough to k need no test (`cut`).
 */
uint64_t
zipf_draw(const struct zipf *z, const struct stream *stream, uint64_t index)
{
	uint64_t attempt, k;
	double u, x;

	for (attempt = 0;; attempt++) {
		u = z->h_n +
		    uniform_from_word(block(stream, index, attempt).v[0]) *
			(z->h_x1 - z->h_n);
		x = zipf_integral_inverse(z->s, u);
		if (x >= (double)z->n)
			k = z->n;
		else if (x < 1.5)
			k = 1;
		else
			k = (uint64_t)(x + 0.5);
		if ((double)k - x <= z->cut ||
		    u >= zipf_integral(z->s, (double)k + 0.5) -
			    zipf_weight(z->s, (double)k))
			return (k - 1);
	}
}
