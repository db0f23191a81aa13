/*
 * The agenda's heap.  Four children to a node: half the depth of a binary heap,
 * and the children share a cache line or two.
 */

#include <glib.h>

#include "sim/agenda.h"

#define CHILDREN 4

static inline bool
before(const struct agenda_entry *a, const struct agenda_entry *b)
{
	if (a->at_ns != b->at_ns)
		return (a->at_ns < b->at_ns);
	return (a->sequence < b->sequence);
}

void
agenda_push(struct agenda *agenda, const struct agenda_entry *entry)
{
	struct agenda_entry *heap;
	size_t slot, parent;

	if (agenda->count == agenda->room) {
		agenda->room = agenda->room == 0 ? 64 : 2 * agenda->room;
		agenda->heap =
		    g_renew(struct agenda_entry, agenda->heap, agenda->room);
	}
	heap = agenda->heap;
	for (slot = agenda->count++; slot > 0; slot = parent) {
		parent = (slot - 1) / CHILDREN;
		if (!before(entry, &heap[parent]))
			break;
		heap[slot] = heap[parent];
	}
	heap[slot] = *entry;
}

static size_t
earliest_child(const struct agenda *agenda, size_t slot)
{
	size_t first = CHILDREN * slot + 1, last = first + CHILDREN;
	size_t child, best = first;

	if (last > agenda->count)
		last = agenda->count;
	for (child = first + 1; child < last; child++)
		if (before(&agenda->heap[child], &agenda->heap[best]))
			best = child;
	return (best);
}

struct agenda_entry
agenda_pop(struct agenda *agenda)
{
	struct agenda_entry *heap = agenda->heap;
	struct agenda_entry first, last;
	size_t slot = 0, child;

	g_assert(agenda->count > 0);
	first = heap[0];
	last = heap[--agenda->count];
	while (CHILDREN * slot + 1 < agenda->count) {
		child = earliest_child(agenda, slot);
		if (!before(&heap[child], &last))
			break;
		heap[slot] = heap[child];
		slot = child;
	}
	heap[slot] = last;
	return (first);
}

void
agenda_release(struct agenda *agenda)
{
	g_free(agenda->heap);
	agenda->heap = NULL;
	agenda->count = agenda->room = 0;
}
