/*
 * Counting pairs in another order: the items are walked in the order of one
 * run, and a tree of sums over the ranks of the other run tells how many of
 * those already passed come after there.
 */

#include "sim/crosscheck/order.h"

#include <glib.h>

/* Counts by rank 1..size; a Fenwick tree. */
struct tally {
	size_t size;
	uint64_t *sums, total;
};

static void
tally_add(struct tally *t, size_t rank)
{
	for (t->total++; rank <= t->size; rank += rank & -rank)
		t->sums[rank]++;
}

/* How many there are above `rank`. */
static uint64_t
tally_above(const struct tally *t, size_t rank)
{
	uint64_t upto = 0;

	for (; rank > 0; rank -= rank & -rank)
		upto += t->sums[rank];
	return (t->total - upto);
}

/* ---- Pairs in another order ------------------------------------------- */

static int
by_end(const struct spans *a, const struct spans *b, int run)
{
	if (a->end[run] != b->end[run])
		return (a->end[run] < b->end[run] ? -1 : 1);
	return (a->rank[run] < b->rank[run] ? -1 : a->rank[run] > b->rank[run]);
}

static int
by_end_in_0(const void *a, const void *b)
{
	return (by_end(a, b, 0));
}

static int
by_end_in_1(const void *a, const void *b)
{
	return (
	    by_end(*(struct spans *const *)a, *(struct spans *const *)b, 1));
}

/* Place 1..count of each item by its end in run 1; equals share the first. */
static size_t *
places_in_1(struct spans *items, size_t count)
{
	struct spans **sorted = g_new(struct spans *, count);
	size_t *places = g_new(size_t, count), i, place = 1;

	for (i = 0; i < count; i++)
		sorted[i] = &items[i];
	qsort(sorted, count, sizeof(struct spans *), by_end_in_1);
	for (i = 0; i < count; i++) {
		if (i > 0 && by_end(sorted[i - 1], sorted[i], 1) != 0)
			place = i + 1;
		places[sorted[i] - items] = place;
	}
	g_free(sorted);
	return (places);
}

static uint64_t
count_swapped(struct spans *items, size_t count)
{
	struct tally tally = {count, g_new0(uint64_t, count + 1), 0};
	uint64_t swapped = 0;
	size_t *places, i, first, next;

	qsort(items, count, sizeof(*items), by_end_in_0);
	places = places_in_1(items, count);
	for (first = 0; first < count; first = next) {
		/* Equals in run 0 have no order to be swapped. */
		for (next = first; next < count &&
		     by_end(&items[first], &items[next], 0) == 0;
		     next++)
			swapped += tally_above(&tally, places[next]);
		for (i = first; i < next; i++)
			tally_add(&tally, places[i]);
	}
	g_free(places);
	g_free(tally.sums);
	return (swapped);
}

/* ---- Pairs in contradiction ------------------------------------------- */

static int
by_time(const void *left, const void *right)
{
	const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a < b ? -1 : a > b);
}

static int
by_begin_in_0(const void *left, const void *right)
{
	const struct spans *a = *(struct spans *const *)left;
	const struct spans *b = *(struct spans *const *)right;

	return (a->begin[0] < b->begin[0] ? -1 : a->begin[0] > b->begin[0]);
}

/* How many of the sorted times do not exceed `ns`. */
static size_t
rank_of(const int64_t *times, size_t count, int64_t ns)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (times[middle] <= ns)
			low = middle + 1;
		else
			high = middle;
	}
	return (low);
}

/* The pairs of which one was over in run 0 before the other began, and the
 * other in run 1 before it.  The items are in order of their ends in run 0. */
static uint64_t
count_contradicting(struct spans *items, size_t count)
{
	struct tally tally = {count, g_new0(uint64_t, count + 1), 0};
	struct spans **beginning = g_new(struct spans *, count);
	int64_t *begins = g_new(int64_t, count);
	uint64_t contradicting = 0;
	size_t i, over = 0;

	for (i = 0; i < count; i++) {
		beginning[i] = &items[i];
		begins[i] = items[i].begin[1];
	}
	qsort(begins, count, sizeof(*begins), by_time);
	qsort(beginning, count, sizeof(struct spans *), by_begin_in_0);
	for (i = 0; i < count; i++) {
		while (
		    over < count && items[over].end[0] < beginning[i]->begin[0])
			tally_add(&tally,
			    rank_of(begins, count, items[over++].begin[1]));
		contradicting += tally_above(
		    &tally, rank_of(begins, count, beginning[i]->end[1]));
	}
	g_free(begins);
	g_free(beginning);
	g_free(tally.sums);
	return (contradicting);
}

struct order
order_compare(struct spans *items, size_t count)
{
	struct order order = {0};

	if (count < 2)
		return (order);
	order.pairs = (uint64_t)count * (count - 1) / 2;
	order.swapped = count_swapped(items, count);
	order.contradicting = count_contradicting(items, count);
	return (order);
}
