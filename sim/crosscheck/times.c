/*
 * Times: the length of the run, and the distributions of latency.  In a run
 * whose services decide its course every single time must be the same.
 */

#include "sim/crosscheck/comparison.h"
#include "sim/crosscheck/distance.h"

static const char group[] = "Times";

static const struct {
	const char *key;
	double p;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};

static bool
same_times(const struct attempt *a, const struct attempt *b)
{
	return (a->arrival_ns == b->arrival_ns &&
	    a->submit_ns == b->submit_ns && a->start_ns == b->start_ns &&
	    a->finish_ns == b->finish_ns && a->collect_ns == b->collect_ns);
}

static void
compare_each(struct comparison *c)
{
	guint only_real, only_other, unlike = 0, i;
	g_autoptr(GArray) pairs = comparison_pairs(c, &only_real, &only_other);

	for (i = 0; i < pairs->len; i++) {
		const struct pair *p = &g_array_index(pairs, struct pair, i);

		unlike += !same_times(p->real, p->other);
	}
	find_zero(c,
	    &(struct item) {group, "times.unlike",
		"requests with a time that is not the same", NULL, UNIT_COUNT},
	    unlike);
	find_zero(c,
	    &(struct item) {group, "fingerprint",
		"all that happened, in its order (fingerprints)", NULL,
		UNIT_COUNT},
	    c->real->fingerprint != c->other->fingerprint);
}

static void
find_time(struct comparison *c, const char *kind, const char *what, double real,
    double other)
{
	g_autofree char *name = g_strdup_printf("%s %s", kind, what);
	g_autofree char *key = g_strdup_printf("latency_ns.%s.%s", kind, what);

	find_near(c, &(struct item) {group, key, name, NULL, UNIT_TIME}, real,
	    other, (double)c->tolerances.resolution_ns);
}

static void
find_distance(struct comparison *c, const char *kind, const GArray *real,
    const GArray *other)
{
	const int64_t *a = (const void *)real->data;
	const int64_t *b = (const void *)other->data;

	find_measure(c,
	    &(struct item) {group, "latency_ns.*.distance",
		"* distance of distributions", kind, UNIT_SHARE},
	    distance_between(
		a, real->len, b, other->len, c->tolerances.resolution_ns),
	    c->tolerances.distance);
	find_shown(c,
	    &(struct item) {group, "latency_ns.*.kolmogorov_smirnov",
		"… telling apart every nanosecond", kind, UNIT_SHARE},
	    distance_between(a, real->len, b, other->len, 0));
}

static void
compare_latency(struct comparison *c, enum latency_kind kind)
{
	const char *name = latency_names[kind];
	g_autoptr(GArray) real = side_latencies(c->real, kind);
	g_autoptr(GArray) other = side_latencies(c->other, kind);
	const int64_t *a = (const void *)real->data;
	const int64_t *b = (const void *)other->data;
	size_t i;

	if (real->len == 0 && other->len == 0)
		return;
	find_time(c, name, "mean", distance_mean(a, real->len),
	    distance_mean(b, other->len));
	for (i = 0; i < G_N_ELEMENTS(quantiles); i++)
		find_time(c, name, quantiles[i].key,
		    (double)distance_quantile(a, real->len, quantiles[i].p),
		    (double)distance_quantile(b, other->len, quantiles[i].p));
	find_distance(c, name, real, other);
}

void
compare_times(struct comparison *c)
{
	static const enum latency_kind kinds[] = {LATENCY_ADMISSION,
	    LATENCY_QUEUE, LATENCY_SERVICE, LATENCY_TOTAL, LATENCY_COLLECT};
	size_t i;

	if (c->determined)
		compare_each(c);
	find_near(c,
	    &(struct item) {
		group, "simulated_ns", "length of the run", NULL, UNIT_TIME},
	    (double)c->real->simulated_ns, (double)c->other->simulated_ns,
	    (double)c->tolerances.resolution_ns);
	for (i = 0; i < G_N_ELEMENTS(kinds); i++)
		compare_latency(c, kinds[i]);
}
