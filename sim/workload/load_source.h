/*
 * Where a process's operations come from: when each is wanted, and what it is.
 *
 *	depth	 each of `depth` customers has one operation at a time.  The
 *		 first come at the start; each next one comes when the one
 *		 before it is over and the customer has thought.
 *	arrivals poisson: the gaps, that before the first one included, are
 *		 exponential.  periodic: number n at start + n / rate.
 *	trace	 at the recorded times, the log's beginning at the start; or as
 *		 soon as possible.  All files of the trace are the process's
 *		 one file.  Both sync and datasync are aio_fsync(O_SYNC).
 */

#ifndef SIM_LOAD_SOURCE_H
#define SIM_LOAD_SOURCE_H

#include "sim/workload/iolog.h"
#include "sim/workload/load.h"
#include "sim/workload/load_mix.h"

/* Instead of a time: after an operation that is still under way; never. */
#define SOURCE_LATER (INT64_MAX - 1)
#define SOURCE_NEVER INT64_MAX

struct source {
	const struct process_config *config;
	struct load_budget *budget;
	struct mix mix;
	uint64_t number; /* of the next operation */
	uint64_t end;    /* number at which it ends */
	int64_t next_ns; /* arrivals, trace: when it is wanted */
	struct stream arrivals, think;
	struct distribution gap;
	int64_t constant_think_ns; /* or -1: drawn */
	int64_t *due_ns;           /* depth: heap of the customers' times */
	guint due_count, due_room;
	struct iolog *log;
	bool open_at_end;         /* the trace, as if cut off */
	struct iolog_entry entry; /* of the next operation */
	GError *error;            /* the trace could not be read on */
};

/* False, with an error, if the trace cannot be used.  Borrows all but `source`.
 */
bool source_init(struct source *source, const struct scenario *scenario,
    const struct process_config *config, uint64_t object,
    struct load_budget *budget, GError **error);
/* Also after a source_init() that failed. */
void source_release(struct source *source);

/* When the next operation is wanted, which may be in the past. */
static inline int64_t
source_due(const struct source *source)
{
	if (source->budget->left == 0 || source->number == source->end)
		return (SOURCE_NEVER);
	if (source->config->arrival != ARRIVAL_CLOSED)
		return (source->next_ns);
	return (source->due_count > 0 ? source->due_ns[0] : SOURCE_LATER);
}

/* Takes the next operation, whose time must have come; returns when it was
 * wanted.  It is number source->number as before the call. */
int64_t source_take(struct source *source, int64_t now_ns, struct io *io);

/* Operation `number` is over.  Its customer, if any, comes again after his
 * think time, but not before `pause_ns` have passed. */
void source_over(
    struct source *source, uint64_t number, int64_t now_ns, int64_t pause_ns);

#endif
