/*
 * The read buffer of a hard disk: segments that each hold what was read last
 * and what the drive reads on by itself while its arm is idle.
 */

#ifndef SIM_DEVICE_HDD_BUFFER_H
#define SIM_DEVICE_HDD_BUFFER_H

#include "sim/device/hdd_geometry.h"

/* Bytes from `first` up to `base`, and on from there since `since_ns`, up to
 * `limit`, if it is the one that grows. */
struct hdd_segment {
	int64_t first, base, limit, since_ns;
	uint64_t used; /* when it was used last, as a count */
};

struct hdd_buffer {
	struct hdd_segment *segments;
	int64_t count, read_ahead;
	uint64_t uses;
	struct hdd_segment *growing;   /* NULL: the arm has other work */
	int64_t track_ns, track_bytes; /* the rate of growth */
};

void hdd_buffer_init(
    struct hdd_buffer *buffer, int64_t segments, int64_t read_ahead);
void hdd_buffer_release(struct hdd_buffer *buffer);

/* Bytes offset..end came from the medium; the oldest segment makes room, or the
 * one that they continue. */
struct hdd_segment *hdd_buffer_fill(
    struct hdd_buffer *buffer, int64_t offset, int64_t end);
/* From now on the drive reads on behind `segment`. */
void hdd_buffer_grow(struct hdd_buffer *buffer, struct hdd_segment *segment,
    int64_t now_ns, const struct hdd_geometry *geometry);
/* The arm goes elsewhere. */
void hdd_buffer_stop(struct hdd_buffer *buffer, int64_t now_ns);
/* How long until all of offset..end is in the buffer, or -1 if it is not and
 * is not about to be. */
int64_t hdd_buffer_hit_ns(
    struct hdd_buffer *buffer, int64_t now_ns, int64_t offset, int64_t end);

#endif
