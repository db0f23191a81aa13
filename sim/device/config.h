/*
 * What the keys of [disk] set for each model; the keys themselves are in
 * sim/scenario/device_keys.c.
 */

#ifndef SIM_DEVICE_CONFIG_H
#define SIM_DEVICE_CONFIG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/random.h"

#define SECTOR_BYTES 512

/* ---- Hard disks ------------------------------------------------------- */

enum hdd_scheduler {
	HDD_FIFO,
	HDD_ELEVATOR, /* one way, by block number: C-LOOK */
	HDD_SPTF,     /* shortest positioning time first */
};

enum hdd_seek_form { SEEK_LEE, SEEK_TWO_PIECE };

/*
 * Seek time in ms over a distance of d cylinders.  LEE (Lee and Katz): p holds
 * the times for one cylinder, on average, and for the full stroke.  TWO_PIECE
 * (Ruemmler and Wilkes): p[0] for one cylinder, p[2] + p[3] sqrt(d) below p[1]
 * cylinders, p[4] + p[5] d from there on.
 */
struct hdd_seek {
	enum hdd_seek_form form;
	double p[6];
};

/* Sectors a track from this cylinder on. */
struct hdd_zone {
	int64_t first_cylinder, sectors;
};

#define HDD_ZONES_MAX 16

struct hdd_config {
	int64_t rpm, heads, cylinders;
	/* Of the outermost and the innermost track; 16 zones between. */
	int64_t outer_sectors, inner_sectors;
	const struct hdd_zone *zones; /* a preset's own table, or NULL */
	guint zone_count;
	struct hdd_seek seek;
	int64_t head_switch_ns, write_settle_ns;
	int64_t track_skew_ns, cylinder_skew_ns;
	int64_t overhead_ns; /* of a command; other commands go on meanwhile */
	int64_t interface;   /* bytes a second */
	enum hdd_scheduler scheduler;
	int64_t segments, read_ahead; /* of the read buffer; bytes each */
	int64_t write_cache;          /* bytes; 0: none */
};

/* A drive that somebody has measured or specified. */
struct hdd_preset {
	const char *name, *source;
	struct hdd_config config;
};

/* A row without a name ends them. */
extern const struct hdd_preset hdd_presets[];

/* ---- Flash ------------------------------------------------------------ */

struct ssd_config {
	int64_t channels, dies; /* dies of each channel */
	int64_t page; /* bytes, what a die reads or programs at once */
	struct distribution read, program, erase; /* ns, of a die */
	int64_t block_pages;                      /* programs to an erase */
	double write_amplification; /* programs for each page written, >= 1 */
	int64_t channel_bandwidth, interface; /* bytes a second; 0: no limit */
	int64_t command_ns; /* that the interface is busy with each command */
	int64_t read_overhead_ns, write_overhead_ns; /* each beside others */
	int64_t write_cache;                         /* bytes; 0: none */
};

struct ssd_preset {
	const char *name, *source;
	struct ssd_config config;
};

/* A row without a name ends them. */
extern const struct ssd_preset ssd_presets[];

/* ---- Bandwidth by concurrency ----------------------------------------- */

#define CURVE_POINTS_MAX 64

/* Bytes a second of 1, 2, ... operations together. */
struct rate_table {
	int64_t count, rates[CURVE_POINTS_MAX];
};

struct curve_config {
	struct rate_table read, write; /* no write: the same as read */
};

struct curve_preset {
	const char *name, *source;
	struct curve_config config;
};

/* A row without a name ends them. */
extern const struct curve_preset curve_presets[];

#endif
