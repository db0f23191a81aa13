/*
 * Marks: the little of a trace that is kept, so that a later one can be told
 * where it parts from it.
 *
 * A mark is 16 bits of the fingerprint as it stands after an event.  Since the
 * fingerprint takes in all events before, the first mark that differs shows
 * that the traces part at its event or between it and the mark before; once in
 * 65,536 times the mark is equal by chance, and the next one shows it.  There
 * is a mark at each of the first 1024 events, and then 128 of them in each
 * doubling, so that the place is known to the event or to within 0.8 %; eight
 * million events have 2688 marks.
 *
 * Event number n, from 1, is line n of trace.txt.
 */

#ifndef SIM_MARKS_H
#define SIM_MARKS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define MARKS_EXACT 1024
#define MARKS_PER_DOUBLING 128

struct marks {
	uint64_t events; /* so far */
	uint64_t next;   /* event of the next mark */
	GArray *hashes;  /* of uint16_t */
};

void marks_init(struct marks *marks);
void marks_release(struct marks *marks);

/* The event of mark number `i`, from 0. */
uint64_t marks_position(guint i);

/* Adds a mark; for marks_event(). */
void marks_add(struct marks *marks, uint64_t fingerprint);

static inline void
marks_event(struct marks *marks, uint64_t fingerprint)
{
	if (++marks->events == marks->next)
		marks_add(marks, fingerprint);
}

/* Text of the hashes (base64), to be freed; and back, false if it is not what
 * `events` events give. */
char *marks_text(const struct marks *marks);
bool marks_parse(struct marks *marks, uint64_t events, const char *text);

/*
 * The events first..last among which the two traces part.  One that merely ends
 * earlier parts at the event after its last.  Only for traces that do part.
 */
void marks_compare(const struct marks *a, const struct marks *b,
    uint64_t *first, uint64_t *last);

#endif
