/*
 * Where a disk's blocks are, and how long the arm takes to them.  Pure, and the
 * same for every order of service.
 *
 * Times are ns.  Angles are times too: how long after the index mark a sector
 * passes under the heads, 0 up to a revolution.
 */

#ifndef SIM_DEVICE_HDD_GEOMETRY_H
#define SIM_DEVICE_HDD_GEOMETRY_H

#include <glib.h>
#include <stdint.h>

#include "sim/device/config.h"

/* The plan of a zone, made from the configuration. */
struct hdd_zone_plan {
	int64_t first_cylinder, sectors; /* a track */
	int64_t first_block;
};

struct hdd_geometry {
	const struct hdd_config *config;
	int64_t revolution_ns;
	int64_t blocks; /* of SECTOR_BYTES */
	struct hdd_zone_plan zones[64];
	guint zone_count;
	uint32_t *seek_ns; /* by distance in cylinders */
};

struct hdd_place {
	uint32_t cylinder, head;
	int64_t angle_ns;  /* of the first sector */
	int64_t sector_ns; /* how long a sector takes to pass */
};

void hdd_geometry_init(struct hdd_geometry *g, const struct hdd_config *config);
void hdd_geometry_release(struct hdd_geometry *g);

/* Bytes that a drive of this configuration holds. */
int64_t hdd_capacity(const struct hdd_config *config);
/* The curve's value in ns for 1 <= distance < cylinders. */
double hdd_seek_ns(const struct hdd_config *config, int64_t distance);

/* Blocks beyond the end wrap around. */
struct hdd_place hdd_locate(const struct hdd_geometry *g, int64_t block);

/* Moving the arm and selecting the head, without the wait for the sector. */
int64_t hdd_move_ns(const struct hdd_geometry *g, uint32_t from_cylinder,
    uint32_t from_head, uint32_t cylinder, uint32_t head, bool write);
/* All of the positioning: then the wait for the angle, if it begins at
 * `now_ns`. */
int64_t hdd_position_ns(const struct hdd_geometry *g, int64_t now_ns,
    int64_t move_ns, int64_t angle_ns);
/* Passing over so many blocks from `block`, with the skews of the tracks in
 * between. */
int64_t hdd_pass_ns(const struct hdd_geometry *g, int64_t block, int64_t count);

#endif
