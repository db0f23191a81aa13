/*
 * The agenda: what is to happen, ordered by (time, sequence number), and by
 * nothing else.  A 4-ary heap of plain values.
 */

#ifndef SIM_AGENDA_H
#define SIM_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agenda_entry {
	int64_t at_ns;
	uint64_t sequence;
	uint32_t kind;  /* the owner's */
	uint32_t index; /* of a thread, a service, … */
};

struct agenda {
	struct agenda_entry *heap;
	size_t count, room;
	bool vacant; /* the root is; the entries are 1 .. count */
};

void agenda_push(struct agenda *agenda, const struct agenda_entry *entry);
/* The earliest; the agenda must not be empty. */
struct agenda_entry agenda_pop(struct agenda *agenda);
void agenda_release(struct agenda *agenda);

static inline bool
agenda_is_empty(const struct agenda *agenda)
{
	return (agenda->count == 0);
}

/* Private: fills a vacant root. */
void agenda_settle(struct agenda *agenda);

/* The earliest; the agenda must not be empty. */
static inline const struct agenda_entry *
agenda_first(struct agenda *agenda)
{
	if (agenda->vacant)
		agenda_settle(agenda);
	return (&agenda->heap[0]);
}

#endif
