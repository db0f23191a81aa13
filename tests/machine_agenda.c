/*
 * The machine's agenda: a heap of entries by time, and of one time in the order
 * of their making.
 */

#include <assert.h>
#include <stdlib.h>

#include "tests/machine.h"

void *
machine_grow(void *memory, size_t count, size_t size)
{
	void *larger = realloc(memory, count * size);

	assert(larger != NULL);
	return (larger);
}

static bool
earlier(const struct machine_entry *a, const struct machine_entry *b)
{
	return (a->at_ns < b->at_ns ||
	    (a->at_ns == b->at_ns && a->sequence < b->sequence));
}

void
machine_push(struct machine *m, int64_t at_ns, enum machine_entry_kind kind,
    uint32_t index, uint64_t generation)
{
	struct machine_entry entry = {
	    at_ns, m->sequence++, kind, index, generation};
	size_t slot = m->heap_count++;

	if (m->heap_count > m->heap_room) {
		m->heap_room = 2 * m->heap_room + 64;
		m->heap = machine_grow(m->heap, m->heap_room, sizeof(*m->heap));
	}
	for (; slot > 0 && earlier(&entry, &m->heap[(slot - 1) / 2]);
	     slot = (slot - 1) / 2)
		m->heap[slot] = m->heap[(slot - 1) / 2];
	m->heap[slot] = entry;
}

struct machine_entry
machine_pop(struct machine *m)
{
	struct machine_entry first = m->heap[0], last;
	size_t slot = 0, child;

	last = m->heap[--m->heap_count];
	while ((child = 2 * slot + 1) < m->heap_count) {
		if (child + 1 < m->heap_count &&
		    earlier(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!earlier(&m->heap[child], &last))
			break;
		m->heap[slot] = m->heap[child];
		slot = child;
	}
	m->heap[slot] = last;
	return (first);
}
