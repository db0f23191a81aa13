/*
 * What happens in a network: segments leave, cross a link, land and are
 * acknowledged; peers read, think, ask and go away.
 *
 * Whatever ends in driver_change_socket() does so as its last act: the owner
 * may send or receive in answer, which comes back through the watcher.
 */

#include "sim/network/network_impl.h"
#include "sim/scenario/routes.h"

/* ---- Events ----------------------------------------------------------- */

static uint32_t
keep_event(struct network *n, const struct network_event *event)
{
	uint32_t index = n->events->len;

	if (n->free_events->len == 0) {
		g_array_append_val(n->events, *event);
		return (index);
	}
	index =
	    g_array_index(n->free_events, uint32_t, n->free_events->len - 1);
	g_array_set_size(n->free_events, n->free_events->len - 1);
	g_array_index(n->events, struct network_event, index) = *event;
	return (index);
}

static void
ring(struct network *n, int64_t at_ns, const struct network_event *event)
{
	if (event->kind != NETWORK_TRAFFIC)
		driver_await(n->driver, 1);
	driver_ring(n->driver, at_ns, keep_event(n, event));
}

static void
ring_for(struct connection *c, int64_t at_ns, enum network_event_kind kind,
    enum kernel_direction direction, int64_t bytes)
{
	struct network_event event = {kind, direction, c->number, bytes};

	ring(c->network, at_ns, &event);
}

static void
change(struct connection *c, int64_t now_ns, enum socket_event_kind kind,
    int64_t bytes)
{
	struct socket_event event = {now_ns, c->socket, kind, bytes};

	recorder_socket(c->network->recorder, now_ns, c->process, kind, bytes);
	driver_change_socket(c->network->driver, &event);
}

/* ---- Links ------------------------------------------------------------ */

static uint32_t
link_of(const struct network *n, uint32_t route)
{
	if (n->scenario->platform != NULL)
		return (n->scenario->links->len + route);
	return ((uint32_t)scenario_route(n->scenario, route)->link_index);
}

static void
cross(struct network *n, int64_t now_ns, uint32_t route,
    enum kernel_direction direction, uint32_t transfer, int64_t bytes)
{
	uint32_t link = link_of(n, route);
	uint32_t *active = &n->active[2 * link + direction];

	recorder_link(n->recorder, now_ns, link, direction, ++*active, 0);
	driver_cross(n->driver, route, direction, transfer, bytes);
}

static void
has_crossed(struct network *n, int64_t now_ns, uint32_t route,
    enum kernel_direction direction, int64_t bytes)
{
	uint32_t link = link_of(n, route);
	uint32_t *active = &n->active[2 * link + direction];

	recorder_link(n->recorder, now_ns, link, direction, --*active, bytes);
}

/* ---- Segments --------------------------------------------------------- */

/* Transfers are numbered: first the traffics' flows, then two a connection. */
static void
send_next(struct connection *c, int64_t now_ns, enum kernel_direction direction)
{
	struct network *n = c->network;
	int64_t bytes = flow_send(&c->flows[direction]);

	if (bytes == 0)
		return;
	driver_await(n->driver, 1);
	cross(n, now_ns, c->route, direction,
	    n->traffics->len + 2 * c->number + (uint32_t)direction, bytes);
}

/* The peer's last word follows its last segment. */
static void
finish_when_sent(struct connection *c, int64_t now_ns)
{
	const struct flow *in = &c->flows[KERNEL_RECEIVE];

	if (c->finished || in->cut || in->queued > 0 || in->crossing > 0 ||
	    !peer_is_through(&c->peer))
		return;
	c->finished = true;
	ring_for(
	    c, now_ns + c->latency_ns, NETWORK_FINISH_LANDS, KERNEL_RECEIVE, 0);
}

static void
segment_crossed(
    struct connection *c, int64_t now_ns, enum kernel_direction direction)
{
	struct flow *flow = &c->flows[direction];
	int64_t crossing = flow->crossing, bytes;

	driver_await(c->network->driver, -1);
	bytes = flow_crossed(flow);
	has_crossed(c->network, now_ns, c->route, direction, crossing);
	if (bytes > 0)
		ring_for(
		    c, now_ns + c->travel_ns, NETWORK_LANDS, direction, bytes);
	send_next(c, now_ns, direction);
	if (direction == KERNEL_RECEIVE)
		finish_when_sent(c, now_ns);
}

/* ---- The peer --------------------------------------------------------- */

static void
peer_thinks(struct connection *c, int64_t now_ns)
{
	int64_t ns = peer_thinks_ns(&c->peer);

	if (ns != PEER_NEVER)
		ring_for(c, now_ns + ns, NETWORK_PEER_ASKS, KERNEL_RECEIVE, 0);
	else
		finish_when_sent(c, now_ns);
}

static void
peer_asks(struct connection *c, int64_t now_ns)
{
	if (c->flows[KERNEL_RECEIVE].cut)
		return;
	c->asked_ns = now_ns;
	flow_enter(&c->flows[KERNEL_RECEIVE], peer_request(&c->peer));
	send_next(c, now_ns, KERNEL_RECEIVE);
	if (!peer_waits(&c->peer))
		peer_thinks(c, now_ns);
}

static void
peer_resets(struct connection *c, int64_t now_ns)
{
	struct flow *in = &c->flows[KERNEL_RECEIVE];

	if (in->cut)
		return;
	in->cut = true;
	ring_for(
	    c, now_ns + c->latency_ns, NETWORK_RESET_LANDS, KERNEL_SEND, 0);
}

/* The peer's program has its bytes; the owner will learn of the room. */
static void
peer_has_read(struct connection *c, int64_t now_ns, int64_t bytes)
{
	bool replied = peer_read(&c->peer, bytes);

	if (replied)
		recorder_response(
		    c->network->recorder, now_ns, c->process, c->asked_ns);
	flow_take(&c->flows[KERNEL_SEND], bytes);
	ring_for(
	    c, now_ns + c->latency_ns, NETWORK_CREDITS, KERNEL_SEND, bytes);
	if (peer_has_enough(&c->peer))
		peer_resets(c, now_ns);
	else if (replied)
		peer_thinks(c, now_ns);
}

/* A reader with a rate takes a segment at a time, one after the other. */
static void
peer_goes_on_reading(struct connection *c, int64_t now_ns)
{
	struct flow *out = &c->flows[KERNEL_SEND];

	if (c->reading > 0 || out->waiting == 0 || c->flows[KERNEL_RECEIVE].cut)
		return;
	if (c->peer.config->reads == 0) {
		peer_has_read(c, now_ns, out->waiting);
		return;
	}
	c->reading = MIN(out->waiting, out->segment);
	ring_for(c, now_ns + peer_read_ns(&c->peer, c->reading),
	    NETWORK_PEER_READS, KERNEL_SEND, c->reading);
}

static void
peer_reads(struct connection *c, int64_t now_ns, int64_t bytes)
{
	c->reading = 0;
	if (c->flows[KERNEL_RECEIVE].cut)
		return;
	peer_has_read(c, now_ns, bytes);
	peer_goes_on_reading(c, now_ns);
}

/* ---- Landing ---------------------------------------------------------- */

static void
land(struct connection *c, int64_t now_ns, enum kernel_direction direction,
    int64_t bytes)
{
	struct flow *flow = &c->flows[direction];

	if (direction == KERNEL_RECEIVE) {
		flow_land(flow, bytes);
		change(c, now_ns, SOCKET_RECEIVES, bytes);
		return;
	}
	if (c->flows[KERNEL_RECEIVE].cut) {
		flow_lose(flow, bytes);
		return;
	}
	flow_land(flow, bytes);
	ring_for(
	    c, now_ns + c->latency_ns, NETWORK_ACKNOWLEDGED, direction, bytes);
	peer_goes_on_reading(c, now_ns);
}

static void
reset_lands(struct connection *c, int64_t now_ns)
{
	c->flows[KERNEL_SEND].cut = true;
	change(c, now_ns, SOCKET_PEER_FINISHES, 0);
	change(c, now_ns, SOCKET_CLOSES, 0);
}

static void
happen(struct connection *c, int64_t now_ns, const struct network_event *event)
{
	switch (event->kind) {
	case NETWORK_LANDS:
		land(c, now_ns, event->direction, event->bytes);
		break;
	case NETWORK_ACKNOWLEDGED:
		c->acknowledged += event->bytes;
		change(c, now_ns, SOCKET_DRAINS, event->bytes);
		break;
	case NETWORK_CREDITS:
		flow_credit(&c->flows[event->direction], event->bytes);
		send_next(c, now_ns, event->direction);
		break;
	case NETWORK_PEER_READS:
		peer_reads(c, now_ns, event->bytes);
		break;
	case NETWORK_PEER_ASKS:
		peer_asks(c, now_ns);
		break;
	case NETWORK_FINISH_LANDS:
		change(c, now_ns, SOCKET_PEER_FINISHES, 0);
		break;
	case NETWORK_PEER_RESETS:
		peer_resets(c, now_ns);
		break;
	case NETWORK_RESET_LANDS:
		reset_lands(c, now_ns);
		break;
	case NETWORK_TRAFFIC:
		g_assert_not_reached();
	}
}

/* ---- Traffic ---------------------------------------------------------- */

static void
send_traffic(struct network *n, int64_t now_ns, uint32_t number)
{
	struct traffic *t = &g_array_index(n->traffics, struct traffic, number);

	t->transfers++;
	cross(
	    n, now_ns, t->route, t->config->direction, number, t->config->size);
}

static void
traffic_crossed(struct network *n, int64_t now_ns, uint32_t number)
{
	struct traffic *t = &g_array_index(n->traffics, struct traffic, number);
	struct network_event event = {
	    .kind = NETWORK_TRAFFIC, .number = number};
	int64_t ns =
	    distribution_draw(&t->config->think, &t->think, t->transfers);

	has_crossed(n, now_ns, t->route, t->config->direction, t->config->size);
	if (ns > 0)
		ring(n, now_ns + ns, &event);
	else
		send_traffic(n, now_ns, number);
}

void
network_begin_traffic(struct network *n, uint32_t number)
{
	const struct traffic *t =
	    &g_array_index(n->traffics, struct traffic, number);
	struct network_event event = {
	    .kind = NETWORK_TRAFFIC, .number = number};

	ring(n, t->config->start_ns, &event);
}

/* ---- What the driver tells -------------------------------------------- */

static void
rang(void *context, int64_t now_ns, uint32_t index)
{
	struct network *n = context;
	struct network_event event =
	    g_array_index(n->events, struct network_event, index);

	g_array_append_val(n->free_events, index);
	if (event.kind == NETWORK_TRAFFIC) {
		send_traffic(n, now_ns, event.number);
		return;
	}
	driver_await(n->driver, -1);
	happen(n->connections->pdata[event.number], now_ns, &event);
}

static void
crossed(void *context, int64_t now_ns, uint32_t transfer)
{
	struct network *n = context;

	if (transfer < n->traffics->len) {
		traffic_crossed(n, now_ns, transfer);
		return;
	}
	transfer -= n->traffics->len;
	segment_crossed(n->connections->pdata[transfer / 2], now_ns,
	    (enum kernel_direction)(transfer % 2));
}

static void
entered(void *context, int64_t now_ns, uint32_t socket, int64_t bytes)
{
	struct connection *c = context;

	(void)socket;
	flow_enter(&c->flows[KERNEL_SEND], bytes);
	send_next(c, now_ns, KERNEL_SEND);
}

static void
taken(void *context, int64_t now_ns, uint32_t socket, int64_t bytes)
{
	struct connection *c = context;

	(void)socket;
	flow_take(&c->flows[KERNEL_RECEIVE], bytes);
	if (!c->flows[KERNEL_RECEIVE].cut)
		ring_for(c, now_ns + c->latency_ns, NETWORK_CREDITS,
		    KERNEL_RECEIVE, bytes);
}

const struct driver_network network_ops = {rang, crossed};
const struct socket_watcher network_watcher = {entered, taken};

void
network_begin(struct connection *c, int64_t at_ns)
{
	peer_thinks(c, at_ns);
	if (c->peer.config->reset_at_ns > 0)
		ring_for(c, at_ns + c->peer.config->reset_at_ns,
		    NETWORK_PEER_RESETS, KERNEL_RECEIVE, 0);
}
