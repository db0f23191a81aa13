/*
 * The agenda's heap.  Four children to a node: half the depth of a binary heap,
 * and the children share a cache line or two.
 *
 * What is taken out is mostly followed by something put in.  So the root is
 * left vacant, for the next entry to come down from there; only if none comes
 * does the last entry have to.
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

static size_t
earliest_child(const struct agenda_entry *heap, size_t first, size_t end)
{
	size_t child, best = first;

	if (end > first + CHILDREN)
		end = first + CHILDREN;
	for (child = first + 1; child < end; child++)
		if (before(&heap[child], &heap[best]))
			best = child;
	return (best);
}

/* Fills the root, whose `count` entries are those after it and this one. */
static void
fill_root(struct agenda *agenda, const struct agenda_entry *entry)
{
	struct agenda_entry *heap = agenda->heap;
	size_t slot = 0, first, child;

	while ((first = CHILDREN * slot + 1) < agenda->count) {
		child = earliest_child(heap, first, agenda->count);
		if (!before(&heap[child], entry))
			break;
		heap[slot] = heap[child];
		slot = child;
	}
	heap[slot] = *entry;
	agenda->vacant = false;
}

void
agenda_settle(struct agenda *agenda)
{
	struct agenda_entry last = agenda->heap[agenda->count];

	fill_root(agenda, &last);
}

void
agenda_push(struct agenda *agenda, const struct agenda_entry *entry)
{
	struct agenda_entry *heap;
	size_t slot, parent;

	if (agenda->vacant) {
		agenda->count++;
		fill_root(agenda, entry);
		return;
	}
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

struct agenda_entry
agenda_pop(struct agenda *agenda)
{
	struct agenda_entry first;

	g_assert(agenda->count > 0);
	first = *agenda_first(agenda);
	agenda->vacant = --agenda->count > 0;
	return (first);
}

void
agenda_release(struct agenda *agenda)
{
	g_free(agenda->heap);
	agenda->heap = NULL;
	agenda->count = agenda->room = 0;
	agenda->vacant = false;
}
