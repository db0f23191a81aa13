/*
 * Routes in SimGrid.  With CM02 a transfer there is to take the links'
 * bandwidth alone: segments follow each other, so that the latency must not
 * come before each of them.  So the latency of each route is read, and then
 * taken out of the links; with it goes that CM02 gives a transfer over a longer
 * way a smaller share.  LV08 is a model of messages, and of what their latency
 * does to them: each segment is one message of it, and the links keep theirs.
 */

#include <math.h>

#include <simgrid/engine.h>
#include <simgrid/link.h>
#include <xbt/dynar.h>

#include "sim/scenario/routes.h"
#include "sim/simgrid_routes.h"
#include "sim/world.h"

void
simgrid_routes_describe(
    const struct scenario *s, uint64_t units_per_byte, GString *xml)
{
	static const char *const ends[] = {"in", "out"};
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	uint32_t i;

	for (i = 0; i < scenario_routes(s); i++)
		g_string_append_printf(
		    xml, "<host id=\"end-%u\" speed=\"1Gf\"/>\n", i);
	for (i = 0; i < 2 * s->links->len; i++) {
		const struct link_config *link = s->links->pdata[i / 2];

		g_ascii_dtostr(text, sizeof(text),
		    (double)link->bandwidth * (double)units_per_byte);
		g_string_append_printf(xml,
		    "<link id=\"link-%u-%s\" bandwidth=\"%sBps\" "
		    "latency=\"%" G_GINT64_FORMAT "ns\"/>\n",
		    i / 2, ends[i % 2], text,
		    route_crossing_takes_latency(s) ? link->latency_ns : 0);
	}
	for (i = 0; i < scenario_routes(s); i++) {
		const int link = scenario_route(s, i)->link_index;

		g_string_append_printf(xml,
		    "<route src=\"host\" dst=\"end-%u\" symmetrical=\"NO\">"
		    "<link_ctn id=\"link-%d-out\"/></route>\n"
		    "<route src=\"end-%u\" dst=\"host\" symmetrical=\"NO\">"
		    "<link_ctn id=\"link-%d-in\"/></route>\n",
		    i, link, i, link);
	}
}

static sg_host_t
own_host(const struct scenario *s)
{
	sg_host_t *hosts, host;

	if (s->host != NULL)
		return (sg_host_by_name(s->host));
	if (s->platform == NULL)
		return (sg_host_by_name("host"));
	hosts = sg_host_list();
	host = hosts[0];
	free(hosts);
	return (host);
}

void
simgrid_routes_try(const struct scenario *s)
{
	sg_host_t here, there;
	uint32_t i;

	if (sg_host_count() == 0 || (here = own_host(s)) == NULL)
		return;
	for (i = 0; i < scenario_routes(s); i++) {
		there = sg_host_by_name(scenario_route(s, i)->host);
		if (there == NULL)
			continue;
		(void)sg_host_get_route_latency(here, there);
		(void)sg_host_get_route_latency(there, here);
	}
}

static bool
has_host(sg_host_t host, const char *path, const char *name, GError **error)
{
	if (host == NULL)
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: has no host '%s'", path, name);
	return (host != NULL);
}

static bool
has_links(sg_host_t from, sg_host_t to, const char *path, GError **error)
{
	xbt_dynar_t links = xbt_dynar_new(sizeof(sg_link_t), NULL);
	unsigned long count;

	sg_host_get_route(from, to, links);
	count = xbt_dynar_length(links);
	xbt_dynar_free(&links);
	if (count == 0)
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: has no links from host '%s' to host '%s'", path,
		    sg_host_get_name(from), sg_host_get_name(to));
	return (count > 0);
}

static bool
find_route(struct simgrid_platform *platform, const struct scenario *s,
    uint32_t i, GError **error)
{
	struct simgrid_route *route = &platform->routes[i];
	const struct route_config *config = scenario_route(s, i);
	char end[32];

	g_snprintf(end, sizeof(end), "end-%u", i);
	route->host = sg_host_by_name(s->platform != NULL ? config->host : end);
	if (!has_host(route->host, s->platform, config->host, error))
		return (false);
	if (s->platform == NULL) {
		route->latency_ns = scenario_route_link(s, i)->latency_ns;
		return (true);
	}
	if (route->host == platform->host) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: host '%s' is the kernel's own; name another one, or "
		    "set [host] name",
		    s->path, config->host);
		return (false);
	}
	if (!has_links(platform->host, route->host, s->platform, error) ||
	    !has_links(route->host, platform->host, s->platform, error))
		return (false);
	route->latency_ns = llround(
	    sg_host_get_route_latency(platform->host, route->host) * 1e9);
	return (true);
}

static void
take_latency(sg_host_t from, sg_host_t to)
{
	xbt_dynar_t links = xbt_dynar_new(sizeof(sg_link_t), NULL);
	unsigned long i;

	sg_host_get_route(from, to, links);
	for (i = 0; i < xbt_dynar_length(links); i++)
		sg_link_set_latency(xbt_dynar_get_as(links, i, sg_link_t), 0);
	xbt_dynar_free(&links);
}

bool
simgrid_routes_find(
    struct simgrid_platform *platform, const struct scenario *s, GError **error)
{
	uint32_t i;

	platform->host = own_host(s);
	if (!has_host(platform->host, s->platform, s->host, error))
		return (false);
	platform->routes = g_new0(struct simgrid_route, scenario_routes(s) + 1);
	for (i = 0; i < scenario_routes(s); i++)
		if (!find_route(platform, s, i, error))
			return (false);
	if (s->platform == NULL || route_crossing_takes_latency(s))
		return (true);
	for (i = 0; i < scenario_routes(s); i++) {
		take_latency(platform->host, platform->routes[i].host);
		take_latency(platform->routes[i].host, platform->host);
	}
	return (true);
}
