/*
 * Read-ahead.  What a growing segment holds is computed when somebody asks, so
 * that reading on costs the simulation no event.
 */

#include "sim/device/hdd_buffer.h"

void
hdd_buffer_init(struct hdd_buffer *buffer, int64_t segments, int64_t read_ahead)
{
	buffer->segments = g_new0(struct hdd_segment, MAX(segments, 1));
	buffer->count = segments;
	buffer->read_ahead = read_ahead;
}

void
hdd_buffer_release(struct hdd_buffer *buffer)
{
	g_free(buffer->segments);
}

static int64_t
end_of(const struct hdd_buffer *buffer, const struct hdd_segment *segment,
    int64_t now_ns)
{
	int64_t grown;

	if (segment != buffer->growing || now_ns <= segment->since_ns)
		return (segment->base);
	grown = (int64_t)((__int128)(now_ns - segment->since_ns) *
	    buffer->track_bytes / buffer->track_ns);
	return (MIN(segment->limit, segment->base + grown));
}

struct hdd_segment *
hdd_buffer_fill(struct hdd_buffer *buffer, int64_t offset, int64_t end)
{
	struct hdd_segment *oldest = NULL, *segment;
	int64_t i;

	for (i = 0; i < buffer->count; i++) {
		segment = &buffer->segments[i];
		if (segment->used > 0 && segment->base == offset) {
			oldest = segment;
			break;
		}
		if (oldest == NULL || segment->used < oldest->used)
			oldest = segment;
	}
	if (oldest == NULL)
		return (NULL);
	if (oldest->used == 0 || oldest->base != offset)
		oldest->first = offset;
	oldest->base = end;
	oldest->used = ++buffer->uses;
	return (oldest);
}

void
hdd_buffer_grow(struct hdd_buffer *buffer, struct hdd_segment *segment,
    int64_t now_ns, const struct hdd_geometry *geometry)
{
	struct hdd_place place;

	if (segment == NULL || buffer->read_ahead == 0)
		return;
	place = hdd_locate(geometry, segment->base / SECTOR_BYTES);
	buffer->growing = segment;
	buffer->track_ns =
	    geometry->revolution_ns + geometry->config->track_skew_ns;
	buffer->track_bytes =
	    geometry->revolution_ns / place.sector_ns * SECTOR_BYTES;
	segment->limit = segment->base + buffer->read_ahead;
	segment->since_ns = now_ns;
}

void
hdd_buffer_stop(struct hdd_buffer *buffer, int64_t now_ns)
{
	if (buffer->growing != NULL)
		buffer->growing->base = end_of(buffer, buffer->growing, now_ns);
	buffer->growing = NULL;
}

int64_t
hdd_buffer_hit_ns(
    struct hdd_buffer *buffer, int64_t now_ns, int64_t offset, int64_t end)
{
	struct hdd_segment *segment;
	int64_t i, there;

	for (i = 0; i < buffer->count; i++) {
		segment = &buffer->segments[i];
		if (segment->used == 0 || offset < segment->first)
			continue;
		there = end_of(buffer, segment, now_ns);
		if (end > there &&
		    (segment != buffer->growing || offset > there ||
			end > segment->limit))
			continue;
		segment->used = ++buffer->uses;
		/* It stays that much ahead, if it has not stopped. */
		if (segment == buffer->growing && there < segment->limit)
			segment->limit =
			    MAX(segment->limit, end + buffer->read_ahead);
		if (end <= there)
			return (0);
		return ((int64_t)((__int128)(end - there) * buffer->track_ns /
			    buffer->track_bytes) +
		    1);
	}
	return (-1);
}
