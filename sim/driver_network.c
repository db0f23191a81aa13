/*
 * A network's times and crossings on the agenda: nothing is decided here.
 */

#include "sim/driver_impl.h"
#include "sim/driver_network.h"
#include "sim/scenario/routes.h"

void
driver_attach_network(
    struct driver *d, const struct driver_network *network, void *context)
{
	g_assert(d->network == NULL && d->ops->transfer != NULL);
	d->network = network;
	d->network_context = context;
}

void
driver_ring(struct driver *d, int64_t at_ns, uint32_t event)
{
	agenda_at(d, at_ns, d->sequence++, AGENDA_NETWORK, event);
}

void
driver_cross(struct driver *d, uint32_t route, enum kernel_direction direction,
    uint32_t transfer, int64_t bytes)
{
	d->ops->transfer(d->world,
	    d->setup.scenario->disks->len + route_path(route, direction),
	    NETWORK_SERVICE | transfer, direction == KERNEL_SEND, bytes);
}

int64_t
driver_route_latency(struct driver *d, uint32_t route)
{
	if (d->ops->latency_ns != NULL)
		return (d->ops->latency_ns(d->world, route));
	return (scenario_route_link(d->setup.scenario, route)->latency_ns);
}

void
driver_await(struct driver *d, int count)
{
	d->coming = (uint32_t)((int64_t)d->coming + count);
	d->idle_turns = 0;
}

void
network_rang(struct driver *d, uint32_t event)
{
	d->network->rang(d->network_context, d->now_ns, event);
}

void
network_crossed(struct driver *d, uint32_t service)
{
	d->network->crossed(
	    d->network_context, d->now_ns, service & ~NETWORK_SERVICE);
}
