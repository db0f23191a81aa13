/*
 * Random numbers: counter-based streams and the distributions drawn from them.
 *
 * A stream is named by (seed, replication, purpose, object).  Draw number i of
 * a stream is a pure function of these five, so that adding a process or a
 * replication shifts nobody else's numbers, and two configurations meet the
 * same arrivals and the same service times.  The generator is Philox4x64-10
 * (Random123).  Logarithm and exponential are our own, with a fixed order of
 * operations: the C library's may differ in the last bit between machines.
 */

#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <glib.h>
#include <stdint.h>

/* What a stream is for.  Part of every stored result: append only. */
enum stream_purpose {
	STREAM_ARRIVAL = 1,
	STREAM_THINK = 2,
	STREAM_DIRECTION = 3,
	STREAM_SIZE = 4,
	STREAM_OFFSET = 5,
	STREAM_SERVICE = 6,
	STREAM_FAULT = 7,
	STREAM_PEER_SIZE = 8,
	STREAM_PEER_THINK = 9,
	STREAM_CACHE = 10,
};

struct stream {
	uint64_t seed;
	uint64_t replication;
	uint64_t purpose;
	uint64_t object; /* stream_object() of the process's name */
};

/* The object number of a name such as "db.1": a 64-bit FNV-1a hash. */
uint64_t stream_object(const char *name);

/*
 * Draw number `index` of a stream: four independent 64-bit words.  They are
 * Philox of the key {seed, replication} and the counter {index, object,
 * purpose, 0}; samplers that reject take 1, 2, ... as the counter's last word.
 * Samplers of one stream share its words: draw each index from one of them
 * only.
 */
void stream_words(
    const struct stream *stream, uint64_t index, uint64_t words[4]);
/* The first of them, for less. */
uint64_t stream_word(const struct stream *stream, uint64_t index);

/* Uniform in the open interval (0, 1): 52 bits and a half, never 0 or 1. */
double uniform_from_word(uint64_t word);

/* Natural logarithm of x > 0 and exponential: errors below 1 ulp (but where the
 * exponential is subnormal), and the same bits on every IEEE-754 machine (no
 * fma, no libm). */
double portable_log(double x);
double portable_exp(double x);
/* Quantile of the standard normal distribution, 0 < p < 1 (Wichura, AS 241). */
double portable_normal_quantile(double p);

enum distribution_kind {
	DISTRIBUTION_CONSTANT,
	DISTRIBUTION_EXPONENTIAL, /* a: mean */
	DISTRIBUTION_UNIFORM,     /* a..b, both ends included */
	DISTRIBUTION_LOGNORMAL, /* a: mean of the value, b: sigma of its log */
	DISTRIBUTION_EMPIRICAL, /* one of the values, all equally likely */
};

/* Values are in the unit of whoever uses it: nanoseconds or bytes.  Ranges: a
 * >= 0; UNIFORM: b >= a, both rounded to integers; LOGNORMAL: b >= 0;
 * EMPIRICAL: at least one value. */
struct distribution {
	enum distribution_kind kind;
	double a, b;
	GArray *values; /* of int64_t, for EMPIRICAL; owned, may be shared */
};

/* Draw number `index` of `stream`, rounded to the nearest integer, at least 0
 * and at most INT64_MAX / 4.  One Philox block a draw. */
int64_t distribution_draw(
    const struct distribution *d, const struct stream *stream, uint64_t index);

double distribution_mean(const struct distribution *d);

/* Zipf over ranks 0..n-1, 1 <= n <= 2^52: rank k has a probability proportional
 * to (k + 1)^-s, s > 0 (rejection-inversion, Hoermann and Derflinger 1996). Set
 * up once, in constant time; one Philox block a draw, seldom more. */
struct zipf {
	uint64_t n;
	double s, h_x1, h_n, cut;
};

void zipf_init(struct zipf *z, uint64_t n, double s);
uint64_t zipf_draw(
    const struct zipf *z, const struct stream *stream, uint64_t index);

#endif
