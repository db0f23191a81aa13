/*
 * Where marks stand, how they are written down, and what two sets of them say.
 */

#include "sim/record/marks.h"

#include <string.h>

uint64_t
marks_position(guint i)
{
	guint doubling;

	if (i < MARKS_EXACT)
		return ((uint64_t)i + 1);
	i -= MARKS_EXACT;
	doubling = i / MARKS_PER_DOUBLING;
	return (((uint64_t)MARKS_EXACT << doubling) +
	    (((uint64_t)MARKS_EXACT / MARKS_PER_DOUBLING) << doubling) *
		(i % MARKS_PER_DOUBLING + 1));
}

void
marks_init(struct marks *marks)
{
	marks->events = 0;
	marks->next = marks_position(0);
	marks->hashes = g_array_new(FALSE, FALSE, sizeof(uint16_t));
}

void
marks_release(struct marks *marks)
{
	g_clear_pointer(&marks->hashes, g_array_unref);
}

void
marks_add(struct marks *marks, uint64_t fingerprint)
{
	uint16_t hash = (uint16_t)(fingerprint >> 48);

	g_array_append_val(marks->hashes, hash);
	marks->next = marks_position(marks->hashes->len);
}

char *
marks_text(const struct marks *marks)
{
	g_autofree guint8 *bytes = g_malloc(2 * marks->hashes->len + 1);
	guint i;

	for (i = 0; i < marks->hashes->len; i++) {
		uint16_t hash = g_array_index(marks->hashes, uint16_t, i);

		bytes[2 * i] = (guint8)(hash & 0xff);
		bytes[2 * i + 1] = (guint8)(hash >> 8);
	}
	return (g_base64_encode(bytes, 2 * marks->hashes->len));
}

bool
marks_parse(struct marks *marks, uint64_t events, const char *text)
{
	g_autofree guint8 *bytes = NULL;
	gsize size = 0, i;

	marks_init(marks);
	if (*text != '\0')
		bytes = g_base64_decode(text, &size);
	for (i = 0; i + 1 < size; i += 2) {
		uint16_t hash = (uint16_t)(bytes[i] | bytes[i + 1] << 8);

		g_array_append_val(marks->hashes, hash);
	}
	marks->events = events;
	marks->next = marks_position(marks->hashes->len);
	return (size % 2 == 0 && marks->next > events &&
	    (marks->hashes->len == 0 ||
		marks_position(marks->hashes->len - 1) <= events));
}

void
marks_compare(const struct marks *a, const struct marks *b, uint64_t *first,
    uint64_t *last)
{
	guint count = MIN(a->hashes->len, b->hashes->len), i;

	for (i = 0; i < count; i++)
		if (g_array_index(a->hashes, uint16_t, i) !=
		    g_array_index(b->hashes, uint16_t, i))
			break;
	*first = i == 0 ? 1 : marks_position(i - 1) + 1;
	*last = i < count
	    ? marks_position(i)
	    : MIN(a->events, b->events) + (a->events != b->events);
	*last = MAX(*first, *last);
}
