/*
 * The simgrid world's platform: SimGrid's engine, its disks and routes, and the
 * files that describe them.
 */

#ifndef SIM_SIMGRID_PLATFORM_H
#define SIM_SIMGRID_PLATFORM_H

#include <stdbool.h>

#include <simgrid/disk.h>
#include <simgrid/host.h>

#include "sim/scenario/scenario.h"

struct simgrid_disk {
	sg_disk_t disk;          /* NULL: its bandwidth has no limit */
	uint64_t units_per_byte; /* of what the disk counts in */
};

struct simgrid_route {
	sg_host_t host; /* at its other end */
	int64_t latency_ns;
};

struct simgrid_platform {
	sg_host_t host;
	struct simgrid_disk *disks;   /* by number of [disk] */
	struct simgrid_route *routes; /* by number of route */
	uint64_t link_units_per_byte; /* of what its links count in */
};

/*
 * Starts the engine, for actors with stacks of `stack_kib`, on the platform
 * file of the scenario, or on one made from its disks and links.  A process can
 * do that once.  False, with an error, if the file cannot be used.
 */
bool simgrid_platform_load(struct simgrid_platform *platform,
    const struct scenario *scenario, int stack_kib, GError **error);
void simgrid_platform_release(struct simgrid_platform *platform);

#endif
