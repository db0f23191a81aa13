/*
 * Routes: the ways from the host that runs the kernel to each [peer], and after
 * them to the other end of each [traffic].  A route is a [link], or whatever
 * leads to a host of the [platform].  Its two directions do not disturb each
 * other: they are paths 2 * route + direction.
 */

#ifndef SIM_ROUTES_H
#define SIM_ROUTES_H

#include "sim/scenario/scenario.h"

static inline uint32_t
scenario_routes(const struct scenario *s)
{
	return (s->peers->len + s->traffics->len);
}

static inline uint32_t
route_path(uint32_t route, enum kernel_direction direction)
{
	return (2 * route + (uint32_t)direction);
}

/* Whether the world's transfer over a route includes its latency.  It does
 * where the model shares bandwidth by it (LV08). */
static inline bool
route_crossing_takes_latency(const struct scenario *s)
{
	return (s->network != NETWORK_CM02);
}

static inline const struct route_config *
scenario_route(const struct scenario *s, uint32_t route)
{
	if (route < s->peers->len)
		return (&((const struct peer_config *)s->peers->pdata[route])
			     ->route);
	return (&((const struct traffic_config *)
		      s->traffics->pdata[route - s->peers->len])
		     ->route);
}

/* Without a [platform] only. */
static inline const struct link_config *
scenario_route_link(const struct scenario *s, uint32_t route)
{
	return (s->links->pdata[scenario_route(s, route)->link_index]);
}

#endif
