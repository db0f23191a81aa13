/*
 * The simgrid world's network: hosts, and the routes between them.
 */

#ifndef SIM_SIMGRID_ROUTES_H
#define SIM_SIMGRID_ROUTES_H

#include "sim/simgrid_platform.h"

/* Appends the scenario's links, a host at the end of each route, and the routes
 * to a platform of our own, after its host "host". */
void simgrid_routes_describe(
    const struct scenario *scenario, uint64_t units_per_byte, GString *xml);
/* Looks up the routes of a platform just loaded; SimGrid aborts if the file has
 * none between two hosts. */
void simgrid_routes_try(const struct scenario *scenario);
/* Fills in `host` and `routes`.  False, with an error, if there is no host of a
 * name. */
bool simgrid_routes_find(struct simgrid_platform *platform,
    const struct scenario *scenario, GError **error);

#endif
