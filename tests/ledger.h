/*
 * A plain ledger beside the kernel, for the scripts that the oracle does not
 * follow: other versions than 12.2.  It holds the kernel to what is true of
 * any: each request is accepted, served, completed and collected
 * once and in this order; a socket's are served in turn, one of a direction at
 * a time, and none of their progress is forgotten; nobody waits for ever.
 */

#ifndef TESTS_LEDGER_H
#define TESTS_LEDGER_H

#include "model/kernel.h"

struct ledger;

/* `counts`: ORACLE_COUNTS of them, added to; borrowed like the kernel. */
struct ledger *ledger_new(struct kernel *k, uint64_t *counts);
void ledger_free(struct ledger *l);
/* `of`: the descriptor whose open file it shares, or -1. */
void ledger_open(struct ledger *l, uint32_t process, int fd,
    const struct kernel_file *file, int of);

/* To be called in this order: before the step, for each effect, after it. */
void ledger_event(struct ledger *l, const struct kernel_event *event);
void ledger_effect(struct ledger *l, const struct kernel_effect *effect);
void ledger_stepped(struct ledger *l);
/* When nothing is left to happen but the ends of idle daemons' lifetimes. */
void ledger_quiet(struct ledger *l);

#endif
