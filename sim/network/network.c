/*
 * Making the network of a run, and what is left of it at the end.
 */

#include <string.h>

#include "sim/network/network_impl.h"
#include "sim/scenario/routes.h"

static void
add_traffics(struct network *n, const struct scenario *s)
{
	int64_t flow;
	guint i;

	for (i = 0; i < s->traffics->len; i++) {
		const struct traffic_config *config = s->traffics->pdata[i];

		for (flow = 0; flow < config->flows; flow++) {
			g_autofree char *name = g_strdup_printf(
			    "%s.%" G_GINT64_FORMAT, config->name, flow + 1);
			struct traffic traffic = {
			    .config = config,
			    .route = s->peers->len + i,
			    .think =
				{
				    .seed = s->seed,
				    .replication = s->replication,
				    .purpose = STREAM_PEER_THINK,
				    .object = stream_object(name),
				},
			};

			g_array_append_val(n->traffics, traffic);
		}
	}
}

/* The links that are reported: those of the scenario, or all the routes over a
 * platform. */
static void
add_links(struct network *n, const struct scenario *s)
{
	guint i;

	for (i = 0; i < s->links->len; i++)
		recorder_add_link(n->recorder,
		    ((const struct link_config *)s->links->pdata[i])->name);
	if (s->platform == NULL)
		return;
	for (i = 0; i < s->peers->len; i++)
		recorder_add_link(n->recorder,
		    ((const struct peer_config *)s->peers->pdata[i])->name);
	for (i = 0; i < s->traffics->len; i++)
		recorder_add_link(n->recorder,
		    ((const struct traffic_config *)s->traffics->pdata[i])
			->name);
}

struct network *
network_new(const struct scenario *scenario, struct driver *driver,
    struct recorder *recorder)
{
	struct network *n = g_new0(struct network, 1);
	guint i;

	n->scenario = scenario;
	n->driver = driver;
	n->recorder = recorder;
	n->connections = g_ptr_array_new_with_free_func(g_free);
	n->connection_of = g_array_new(FALSE, FALSE, sizeof(int));
	n->traffics = g_array_new(FALSE, TRUE, sizeof(struct traffic));
	n->events = g_array_new(FALSE, FALSE, sizeof(struct network_event));
	n->free_events = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	n->active = g_new0(uint32_t,
	    2 *
		(scenario->links->len + scenario->peers->len +
		    scenario->traffics->len + 1));
	driver_attach_network(driver, &network_ops, n);
	add_links(n, scenario);
	add_traffics(n, scenario);
	for (i = 0; i < n->traffics->len; i++)
		network_begin_traffic(n, i);
	return (n);
}

void
network_free(struct network *n)
{
	if (n == NULL)
		return;
	g_ptr_array_free(n->connections, TRUE);
	g_array_free(n->connection_of, TRUE);
	g_array_free(n->traffics, TRUE);
	g_array_free(n->events, TRUE);
	g_array_free(n->free_events, TRUE);
	g_free(n->active);
	g_free(n);
}

static void
remember_process(struct network *n, uint32_t process, int connection)
{
	int none = -1;

	while (n->connection_of->len <= process)
		g_array_append_val(n->connection_of, none);
	g_array_index(n->connection_of, int, process) = connection;
}

void
network_connect(struct network *n, uint32_t process, const char *name, int fd,
    const struct process_config *config)
{
	const struct scenario *s = n->scenario;
	const struct file_config *file = s->files->pdata[config->file_index];
	const struct peer_config *peer = s->peers->pdata[file->peer_index];
	struct connection *c = g_new0(struct connection, 1);
	const struct socket_config socket = socket_of_file(file);

	c->network = n;
	c->number = n->connections->len;
	c->process = process;
	c->route = (uint32_t)file->peer_index;
	c->latency_ns = driver_route_latency(n->driver, c->route);
	c->travel_ns = route_crossing_takes_latency(s) ? 0 : c->latency_ns;
	flow_init(&c->flows[KERNEL_SEND], file->segment, peer->receive_buffer);
	flow_init(
	    &c->flows[KERNEL_RECEIVE], file->segment, file->receive_buffer);
	peer_init(&c->peer, peer, s, stream_object(name));
	c->socket = driver_open_socket(n->driver, process, fd, &socket);
	driver_watch_socket(n->driver, c->socket, &network_watcher, c);
	g_ptr_array_add(n->connections, c);
	remember_process(n, process, (int)c->number);
	network_begin(c, config->start_ns);
}

/* ---- After the run ---------------------------------------------------- */

void
network_count(
    const struct network *n, uint32_t process, struct network_counts *counts)
{
	const struct connection *c;
	const struct flow *out, *in;

	memset(counts, 0, sizeof(*counts));
	if (process >= n->connection_of->len ||
	    g_array_index(n->connection_of, int, process) < 0)
		return;
	c = n->connections
		->pdata[g_array_index(n->connection_of, int, process)];
	out = &c->flows[KERNEL_SEND];
	in = &c->flows[KERNEL_RECEIVE];
	counts->connected = true;
	counts->entered_bytes = out->entered;
	counts->delivered_bytes = out->waiting + out->taken;
	counts->peer_read_bytes = out->taken;
	counts->peer_sent_bytes = in->entered;
	counts->arrived_bytes = in->waiting + in->taken;
	counts->taken_bytes = in->taken;
}

/* What entered is acknowledged or still in the send buffer, and what arrived is
 * taken or still in the receive buffer; between them nothing is missing. */
char *
network_violation(const struct network *n)
{
	const struct connection *c;
	const struct socket *socket;
	guint i;

	for (i = 0; i < n->connections->len; i++) {
		c = n->connections->pdata[i];
		socket = driver_socket(n->driver, c->socket);
		if (flow_balances(&c->flows[KERNEL_SEND]) &&
		    flow_balances(&c->flows[KERNEL_RECEIVE]) &&
		    c->flows[KERNEL_SEND].entered ==
			c->acknowledged + socket->unsent &&
		    c->flows[KERNEL_RECEIVE].waiting == socket->received &&
		    c->peer.read == c->flows[KERNEL_SEND].taken)
			continue;
		return (g_strdup_printf(
		    "the bytes of connection %u do not add up", i));
	}
	return (NULL);
}
