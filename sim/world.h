/*
 * A world: where the time of a run passes and where bytes move.  Worlds hold no
 * policy.  sim/README.md tells how to write one, with heap as the example.
 */

#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/scenario/scenario.h"

/* Virtual worlds round the end of a transfer up to a nanosecond; an end so much
 * past one does not count, nor does what doubles add over 10^5 seconds. */
#define WORLD_TOLERANCE_NS 0.2

struct driver;
struct network_counts;
struct world;

#define WORLD_ERROR (g_quark_from_static_string("world"))

enum world_error {
	WORLD_ERROR_INPUT,  /* the scenario asks for what this world has not */
	WORLD_ERROR_FAILED, /* the run cannot go on */
	WORLD_ERROR_INTERRUPTED, /* the user ended it before it began */
};

struct world_ops {
	const char *name;
	const char *sentence;
	/* Times are those of the clock on the wall: nothing repeats exactly. */
	bool real_time;

	/*
	 * Makes the world of a scenario.  The driver is there to be kept, and
	 * not to be called before run().  NULL, with an error, if this world
	 * cannot play the scenario.
	 */
	struct world *(*create)(const struct scenario *scenario,
	    struct driver *driver, GError **error);

	/*
	 * Lets time pass until driver_next() says that the run is over: calls
	 * driver_advance() when an entry of the agenda is due, and
	 * driver_transferred() or driver_served() when something is done.
	 * False, with an error, if the run cannot go on.
	 */
	bool (*run)(struct world *world, GError **error);

	/*
	 * Optional; needed where a disk's bandwidth is shared, and for sockets.
	 * Starts moving `bytes` > 0 to or from the medium of device number
	 * `device` of the scenario, or, after all disks, over path number
	 * `device` - disks (sim/scenario/routes.h), without its latency;
	 * answered by driver_transferred() later, never from inside.
	 */
	void (*transfer)(struct world *world, uint32_t device, uint32_t service,
	    bool write, int64_t bytes);

	/* Optional: the latency of a route, where the scenario does not say it.
	 */
	int64_t (*latency_ns)(struct world *world, uint32_t route);

	/*
	 * Optional, all three or none.  The world does the I/O itself, with an
	 * executor of its own for each daemon: serve() hands it a job, answered
	 * by driver_served().  `thread` may be KERNEL_NOBODY.
	 */
	void (*spawn)(struct world *world, uint32_t thread);
	void (*reap)(struct world *world, uint32_t thread);
	void (*serve)(struct world *world, uint32_t thread, uint32_t job);

	/*
	 * Optional, both or none, for worlds with serve(): they have sockets of
	 * their own, with a peer at each, and serve() makes the attempts.
	 * connect() opens the socket with that number in the run, of process
	 * `process` named `name`; false, with an error, if that cannot be.
	 * count() is called after the run.
	 */
	bool (*connect)(struct world *world, uint32_t socket, uint32_t process,
	    const char *name, const struct process_config *config,
	    GError **error);
	void (*count)(const struct world *world, uint32_t process,
	    struct network_counts *counts);

	void (*destroy)(struct world *world);
};

extern const struct world_ops world_heap;
extern const struct world_ops world_simgrid;
extern const struct world_ops world_posix;

/* By name ("heap", "simgrid", "real"), or NULL. */
const struct world_ops *world_find(const char *name);

#endif
