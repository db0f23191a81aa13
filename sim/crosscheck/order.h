/*
 * In how far two runs agree on an order.
 *
 * Each item has an interval in each run: a request its waiting (submitted to
 * started), its service (started to finished), or its result's waiting
 * (finished to collected).  The order in question is that of the intervals'
 * ends.
 *
 * Threads leave open which of two comes first if their intervals overlap: both
 * were under way, and a scheduler or a device decided.  The order is firm in a
 * run if one was over before the other began.  Two runs contradict each other
 * where both have a firm order, and not the same one.
 */

#ifndef SIM_CROSSCHECK_ORDER_H
#define SIM_CROSSCHECK_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct spans {
	int64_t begin[2], end[2]; /* by run */
	uint64_t rank[2];         /* tells ends at the same time apart */
};

struct order {
	uint64_t pairs;         /* of items: all */
	uint64_t swapped;       /* in another order in the other run */
	uint64_t contradicting; /* … although both orders are firm */
};

/* In time n log n.  The array is put into another order. */
struct order order_compare(struct spans *items, size_t count);

#endif
