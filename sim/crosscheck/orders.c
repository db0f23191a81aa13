/*
 * Orders: in which requests were started, finished and collected.
 *
 * What a kernel promises is compared exactly in each run: requests of one
 * process start in the order of their submission (fsync, which waits for
 * others, aside), as long as daemons begin when they have chosen.  Beyond that
 * two runs are compared pair by pair, within what threads leave open (order.h).
 * Which daemon took which request is not compared: the kernel does not promise
 * it.
 */

#include "sim/crosscheck/comparison.h"
#include "sim/crosscheck/order.h"

static const char group[] = "Order";

enum stage { STAGE_STARTED, STAGE_FINISHED, STAGE_COLLECTED, STAGE_COUNT };

/* False if the request did not come to that. */
static bool
span_of(const struct attempt *a, enum stage stage, struct spans *spans, int run)
{
	const int64_t times[STAGE_COUNT + 1] = {
	    a->submit_ns, a->start_ns, a->finish_ns, a->collect_ns};

	spans->begin[run] = times[stage];
	spans->end[run] = times[stage + 1];
	/* Results of one instant are taken one after the other; starts and
	 * ends in one instant have no order of their own. */
	spans->rank[run] = stage == STAGE_COLLECTED ? a->rank : 0;
	return (spans->begin[run] != NOT_YET && spans->end[run] != NOT_YET);
}

static struct order
order_of(const GArray *pairs, enum stage stage)
{
	struct spans *spans = g_new(struct spans, pairs->len + 1);
	struct order order;
	size_t count = 0;
	guint i;

	for (i = 0; i < pairs->len; i++) {
		const struct pair *p = &g_array_index(pairs, struct pair, i);

		if (span_of(p->real, stage, &spans[count], 0) &&
		    span_of(p->other, stage, &spans[count], 1))
			count++;
	}
	order = order_compare(spans, count);
	g_free(spans);
	return (order);
}

static double
share(uint64_t part, uint64_t whole)
{
	return (whole > 0 ? (double)part / (double)whole : 0);
}

static void
compare_stage(struct comparison *c, const GArray *pairs, enum stage stage)
{
	static const char *const names[] = {"started", "finished", "collected"};
	const struct order order = order_of(pairs, stage);
	const struct item swapped = {group, "order.*.swapped",
	    "pairs * in another order", names[stage], UNIT_SHARE};
	const struct item contradicting = {group, "order.*.contradicting",
	    "… of which both orders are firm", names[stage], UNIT_SHARE};

	if (c->determined) {
		find_zero(c, &swapped, share(order.swapped, order.pairs));
		return;
	}
	find_shown(c, &swapped, share(order.swapped, order.pairs));
	find_measure(c, &contradicting, share(order.contradicting, order.pairs),
	    c->tolerances.distance);
}

/* Where steps cost CPU time, a daemon on one core may choose first and begin
 * after another, on another core. */
static bool
starts_as_chosen(const struct scenario *s)
{
	int cost;

	for (cost = 0; cost < COST_COUNT; cost++)
		if (s->costs_ns[cost] > 0)
			return (s->cores == 1);
	return (true);
}

static void
compare_overtaking(struct comparison *c, const struct scenario *scenario)
{
	const struct item item = {group, "order.overtaken",
	    "started before an older one of its process", NULL, UNIT_COUNT};
	const double real = (double)side_out_of_order(c->real);
	const double other = (double)side_out_of_order(c->other);

	if (starts_as_chosen(scenario))
		find_zero(c, &item, real + other);
	else
		find_count(c, &item, false, real, other);
}

void
compare_orders(struct comparison *c, const struct scenario *scenario)
{
	guint only_real, only_other;
	g_autoptr(GArray) pairs = comparison_pairs(c, &only_real, &only_other);
	enum stage stage;

	compare_overtaking(c, scenario);
	for (stage = 0; stage < STAGE_COUNT; stage++)
		compare_stage(c, pairs, stage);
}
