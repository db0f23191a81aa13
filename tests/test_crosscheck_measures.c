/*
 * The measures of a crosscheck: orders within what threads leave open, and
 * distances of distributions; against small examples, and against the plain
 * definition on random ones.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/crosscheck/distance.h"
#include "sim/crosscheck/order.h"
#include "sim/random.h"
#include "tests/suite.h"

/* ---- Orders ----------------------------------------------------------- */

static struct order
order_of(const struct spans *items, size_t count)
{
	struct spans *copy = g_new(struct spans, count + 1);
	struct order order;

	if (count > 0)
		memcpy(copy, items, count * sizeof(*items));
	order = order_compare(copy, count);
	g_free(copy);
	return (order);
}

static void
orders_are(const struct order *order, uint64_t pairs, uint64_t swapped,
    uint64_t contradicting)
{
	CU_ASSERT_EQUAL(order->pairs, pairs);
	CU_ASSERT_EQUAL(order->swapped, swapped);
	CU_ASSERT_EQUAL(order->contradicting, contradicting);
}

static void
the_same_order_has_no_pair_swapped(void)
{
	static const struct spans items[] = {
	    {.begin = {0, 100}, .end = {10, 110}},
	    {.begin = {5, 105}, .end = {20, 140}},
	    {.begin = {30, 150}, .end = {40, 151}}};
	struct order order = order_of(items, 3);

	orders_are(&order, 3, 0, 0);
}

static void
what_overlapped_may_end_in_either_order(void)
{
	static const struct spans items[] = {{.begin = {0, 0}, .end = {10, 30}},
	    {.begin = {5, 5}, .end = {20, 20}}};
	struct order order = order_of(items, 2);

	orders_are(&order, 1, 1, 0);
}

static void
one_over_before_the_other_began_may_not(void)
{
	static const struct spans items[] = {
	    {.begin = {0, 50}, .end = {10, 60}},
	    {.begin = {20, 20}, .end = {30, 30}}};
	struct order order = order_of(items, 2);

	orders_are(&order, 1, 1, 1);
}

static void
it_takes_two_firm_orders_to_contradict(void)
{
	/* In the second run they overlap. */
	static const struct spans items[] = {
	    {.begin = {0, 20}, .end = {10, 60}},
	    {.begin = {20, 20}, .end = {30, 30}}};
	struct order order = order_of(items, 2);

	orders_are(&order, 1, 1, 0);
}

static void
ends_of_one_instant_have_the_order_of_their_ranks(void)
{
	static const struct spans ranked[] = {{.end = {10, 10}, .rank = {1, 2}},
	    {.end = {10, 10}, .rank = {2, 1}}};
	static const struct spans equal[] = {
	    {.end = {10, 20}}, {.end = {10, 10}}};
	struct order order = order_of(ranked, 2);

	orders_are(&order, 1, 1, 0);
	order = order_of(equal, 2);
	orders_are(&order, 1, 0, 0);
}

static void
none_or_one_is_no_pair(void)
{
	static const struct spans one = {.end = {1, 1}};
	struct order order = order_of(&one, 0);

	orders_are(&order, 0, 0, 0);
	order = order_of(&one, 1);
	orders_are(&order, 0, 0, 0);
}

static bool
ends_before(const struct spans *a, const struct spans *b, int run)
{
	return (a->end[run] < b->end[run] ||
	    (a->end[run] == b->end[run] && a->rank[run] < b->rank[run]));
}

/* By the definition, pair by pair. */
static struct order
order_by_definition(const struct spans *items, size_t count)
{
	struct order order = {0};
	size_t i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			const struct spans *a = &items[i], *b = &items[j];

			order.pairs += i < j;
			order.swapped +=
			    ends_before(a, b, 0) && ends_before(b, a, 1);
			order.contradicting +=
			    a->end[0] < b->begin[0] && b->end[1] < a->begin[1];
		}
	return (order);
}

static void
counting_agrees_with_the_definition(void)
{
	static const struct stream source = {7, 0, STREAM_SERVICE, 1};
	struct spans items[60] = {0};
	struct order counted, defined;
	uint64_t words[4];
	uint64_t draw = 0;
	size_t count, i;

	for (count = 0; count < 60; count++) {
		for (i = 0; i < count; i++) {
			stream_words(&source, draw++, words);
			items[i].begin[0] = (int64_t)(words[0] % 40);
			items[i].begin[1] = (int64_t)(words[1] % 40);
			items[i].end[0] =
			    items[i].begin[0] + (int64_t)(words[2] % 9);
			items[i].end[1] =
			    items[i].begin[1] + (int64_t)(words[3] % 9);
			items[i].rank[0] = words[2] >> 32 & 1;
			items[i].rank[1] = words[3] >> 32 & 1;
		}
		counted = order_of(items, count);
		defined = order_by_definition(items, count);
		orders_are(&counted, defined.pairs, defined.swapped,
		    defined.contradicting);
	}
}

/* ---- Distances -------------------------------------------------------- */

static void
is_near(double value, double expected)
{
	CU_ASSERT_DOUBLE_EQUAL(value, expected, 1e-12);
}

static void
equal_samples_are_at_no_distance(void)
{
	static const int64_t a[] = {1, 2, 2, 5},
			     twice[] = {1, 1, 2, 2, 2, 2, 5, 5};

	is_near(distance_between(a, 4, a, 4, 0), 0);
	is_near(distance_between(a, 4, twice, 8, 0), 0);
}

static void
distance_is_the_largest_gap_of_the_two_curves(void)
{
	static const int64_t a[] = {1, 2, 3, 4}, b[] = {3, 4, 5, 6};
	static const int64_t apart[] = {10, 11};

	is_near(distance_between(a, 4, b, 4, 0), 0.5);
	is_near(distance_between(b, 4, a, 4, 0), 0.5);
	is_near(distance_between(a, 4, apart, 2, 0), 1);
}

static void
a_shift_within_the_resolution_is_none(void)
{
	static const int64_t a[] = {100, 200, 300}, b[] = {110, 210, 310};

	is_near(distance_between(a, 3, b, 3, 9), 1.0 / 3);
	is_near(distance_between(a, 3, b, 3, 10), 0);
	is_near(distance_between(b, 3, a, 3, 10), 0);
}

static void
an_empty_sample_is_at_no_distance(void)
{
	static const int64_t a[] = {1};

	is_near(distance_between(a, 1, a, 0, 0), 0);
	is_near(distance_mean(a, 0), 0);
	CU_ASSERT_EQUAL(distance_quantile(a, 0, 0.5), 0);
}

static void
quantiles_are_of_the_nearest_rank(void)
{
	static const int64_t a[] = {10, 20, 30, 40};

	CU_ASSERT_EQUAL(distance_quantile(a, 4, 0.25), 10);
	CU_ASSERT_EQUAL(distance_quantile(a, 4, 0.5), 20);
	CU_ASSERT_EQUAL(distance_quantile(a, 4, 0.51), 30);
	CU_ASSERT_EQUAL(distance_quantile(a, 4, 1), 40);
	is_near(distance_mean(a, 4), 25);
}

static const struct rule rules[] = {
    RULE(the_same_order_has_no_pair_swapped),
    RULE(what_overlapped_may_end_in_either_order),
    RULE(one_over_before_the_other_began_may_not),
    RULE(it_takes_two_firm_orders_to_contradict),
    RULE(ends_of_one_instant_have_the_order_of_their_ranks),
    RULE(none_or_one_is_no_pair),
    RULE(counting_agrees_with_the_definition),
    RULE(equal_samples_are_at_no_distance),
    RULE(distance_is_the_largest_gap_of_the_two_curves),
    RULE(a_shift_within_the_resolution_is_none),
    RULE(an_empty_sample_is_at_no_distance),
    RULE(quantiles_are_of_the_nearest_rank),
};

int
main(void)
{
	return (RUN_RULES("crosscheck measures", rules));
}
