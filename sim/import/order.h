/*
 * Puts requests in the order of their times, those of one time as they came, as
 * long as none comes too late: after more than ORDER_WINDOW requests that are
 * later than it.  Memory is the window's, however long the trace.
 */

#ifndef SIM_IMPORT_ORDER_H
#define SIM_IMPORT_ORDER_H

#include "sim/agenda.h"
#include "sim/import/reader.h"

#define ORDER_WINDOW 65536

struct order {
	struct agenda agenda; /* its entries' indices are places */
	struct import_request *places;
	uint64_t sequence;
	int64_t latest_ns; /* of those that came */
	int64_t given_ns;  /* of the last that was given out */
	uint64_t late;     /* came after one that is later */
};

void order_init(struct order *order);
void order_release(struct order *order);

/* Takes one in, and once the window is full the earliest out: 1 with *out, 0,
 * or -1 if a later one than `in` was given out before. */
int order_pass(struct order *order, const struct import_request *in,
    struct import_request *out);

/* The earliest that is left, after the last was taken in; false at the end. */
bool order_drain(struct order *order, struct import_request *out);

#endif
