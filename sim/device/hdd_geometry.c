/*
 * Zones, skews and the seek curve.  Blocks fill a track, then the next head's,
 * then the next cylinder, from the outside in.  Each track begins a skew later
 * than the one before it, so that reading on loses no revolution.
 */

#include <math.h>

#include "sim/device/hdd_geometry.h"

#define EVEN_ZONES 16 /* where a drive has no table of its own */
#define NS_PER_MS 1e6

/* ---- Zones ------------------------------------------------------------ */

static void
add_zone(struct hdd_geometry *g, int64_t first_cylinder, int64_t sectors)
{
	struct hdd_zone_plan *zone = &g->zones[g->zone_count++];

	g_assert(g->zone_count <= G_N_ELEMENTS(g->zones));
	zone->first_cylinder = first_cylinder;
	zone->sectors = sectors;
}

static void
plan_zones(struct hdd_geometry *g)
{
	const struct hdd_config *c = g->config;
	int64_t tracks, zone, count = MIN(EVEN_ZONES, c->cylinders);
	guint i;

	g->zone_count = 0;
	for (i = 0; i < c->zone_count; i++)
		add_zone(g, c->zones[i].first_cylinder, c->zones[i].sectors);
	for (zone = 0; c->zone_count == 0 && zone < count; zone++)
		add_zone(g, c->cylinders * zone / count,
		    count == 1 ? c->outer_sectors
			       : c->outer_sectors +
			    (c->inner_sectors - c->outer_sectors) * zone /
				(count - 1));
	g->blocks = 0;
	for (i = 0; i < g->zone_count; i++) {
		tracks = (i + 1 < g->zone_count ? g->zones[i + 1].first_cylinder
						: c->cylinders) -
		    g->zones[i].first_cylinder;
		g->zones[i].first_block = g->blocks;
		g->blocks += tracks * c->heads * g->zones[i].sectors;
	}
}

static const struct hdd_zone_plan *
zone_of(const struct hdd_geometry *g, int64_t block)
{
	const struct hdd_zone_plan *zone = &g->zones[g->zone_count - 1];

	while (zone->first_block > block)
		zone--;
	return (zone);
}

int64_t
hdd_capacity(const struct hdd_config *config)
{
	struct hdd_geometry g = {.config = config};

	plan_zones(&g);
	return (g.blocks * SECTOR_BYTES);
}

/* ---- The arm ---------------------------------------------------------- */

double
hdd_seek_ns(const struct hdd_config *config, int64_t distance)
{
	const double *p = config->seek.p;
	double d = (double)distance, n = (double)config->cylinders, a, b;

	switch (config->seek.form) {
	case SEEK_LEE:
		a = (-10 * p[0] + 15 * p[1] - 5 * p[2]) / (3 * sqrt(n));
		b = (7 * p[0] - 15 * p[1] + 8 * p[2]) / (3 * n);
		return (NS_PER_MS * (a * sqrt(d - 1) + b * (d - 1) + p[0]));
	case SEEK_TWO_PIECE:
		if (distance == 1)
			return (NS_PER_MS * p[0]);
		if (d < p[1])
			return (NS_PER_MS * (p[2] + p[3] * sqrt(d)));
		return (NS_PER_MS * (p[4] + p[5] * d));
	}
	g_assert_not_reached();
}

void
hdd_geometry_init(struct hdd_geometry *g, const struct hdd_config *config)
{
	int64_t d;

	g->config = config;
	g->revolution_ns = INT64_C(60000000000) / config->rpm;
	plan_zones(g);
	g->seek_ns = g_new(uint32_t, config->cylinders);
	g->seek_ns[0] = 0;
	for (d = 1; d < config->cylinders; d++)
		g->seek_ns[d] = (uint32_t)(hdd_seek_ns(config, d) + 0.5);
}

void
hdd_geometry_release(struct hdd_geometry *g)
{
	g_free(g->seek_ns);
}

struct hdd_place
hdd_locate(const struct hdd_geometry *g, int64_t block)
{
	const struct hdd_config *c = g->config;
	const struct hdd_zone_plan *zone;
	struct hdd_place place;
	int64_t track, cylinder, skew;

	block %= g->blocks;
	zone = zone_of(g, block);
	block -= zone->first_block;
	track = block / zone->sectors;
	cylinder = zone->first_cylinder + track / c->heads;
	place.cylinder = (uint32_t)cylinder;
	place.head = (uint32_t)(track % c->heads);
	place.sector_ns = g->revolution_ns / zone->sectors;
	skew = cylinder *
		((c->heads - 1) * c->track_skew_ns + c->cylinder_skew_ns) +
	    place.head * c->track_skew_ns;
	place.angle_ns =
	    (block % zone->sectors * g->revolution_ns / zone->sectors + skew) %
	    g->revolution_ns;
	return (place);
}

int64_t
hdd_move_ns(const struct hdd_geometry *g, uint32_t from_cylinder,
    uint32_t from_head, uint32_t cylinder, uint32_t head, bool write)
{
	const struct hdd_config *c = g->config;
	int64_t ns = write ? c->write_settle_ns : 0;

	if (cylinder != from_cylinder)
		return (ns +
		    g->seek_ns[cylinder > from_cylinder
			    ? cylinder - from_cylinder
			    : from_cylinder - cylinder]);
	return (ns + (head != from_head ? c->head_switch_ns : 0));
}

int64_t
hdd_position_ns(const struct hdd_geometry *g, int64_t now_ns, int64_t move_ns,
    int64_t angle_ns)
{
	int64_t under_ns = (now_ns + move_ns) % g->revolution_ns;
	int64_t wait_ns = angle_ns - under_ns;

	return (move_ns + (wait_ns < 0 ? wait_ns + g->revolution_ns : wait_ns));
}

int64_t
hdd_pass_ns(const struct hdd_geometry *g, int64_t block, int64_t count)
{
	const struct hdd_config *c = g->config;
	const struct hdd_zone_plan *zone;
	int64_t first, last, tracks, cylinders;

	block %= g->blocks;
	zone = zone_of(g, block);
	block -= zone->first_block;
	first = block / zone->sectors;
	last = (block + count - 1) / zone->sectors;
	tracks = last - first;
	cylinders = last / c->heads - first / c->heads;
	return (count * g->revolution_ns / zone->sectors +
	    (tracks - cylinders) * c->track_skew_ns +
	    cylinders * c->cylinder_skew_ns);
}
