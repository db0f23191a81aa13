/*
 * What a network needs of a run beside its sockets (driver_socket.h): times at
 * which it goes on, and links that take time.
 */

#ifndef SIM_DRIVER_NETWORK_H
#define SIM_DRIVER_NETWORK_H

#include "sim/driver_socket.h"

struct driver_network {
	/* The time of driver_ring() has come. */
	void (*rang)(void *context, int64_t now_ns, uint32_t event);
	/* The bytes of driver_cross() have crossed. */
	void (*crossed)(void *context, int64_t now_ns, uint32_t transfer);
};

/* A run has at most one network; it is to outlive the run. */
void driver_attach_network(
    struct driver *driver, const struct driver_network *network, void *context);
void driver_ring(struct driver *driver, int64_t at_ns, uint32_t event);
/* Moves `bytes` > 0 over a route of the scenario (scenario_routes()). */
void driver_cross(struct driver *driver, uint32_t route,
    enum kernel_direction direction, uint32_t transfer, int64_t bytes);
/* One way over the route, without its bandwidth. */
int64_t driver_route_latency(struct driver *driver, uint32_t route);

/* So many rings and crossings more, or less, are on their way that may change a
 * socket: while there are any the run has not stalled. */
void driver_await(struct driver *driver, int count);

/* A socket changes now; from rang() and crossed() only, as their last act,
 * since the owner may answer at once through its watcher. */
void driver_change_socket(
    struct driver *driver, const struct socket_event *event);

#endif
