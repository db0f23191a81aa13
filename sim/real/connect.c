/*
 * Connecting sockets with their peers: over loopback, or as a local pair.  All
 * ends but those of a reset stay open until the run is over.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/real/real.h"
#include "sim/scenario/routes.h"

/* ---- What cannot be done ---------------------------------------------- */

static bool
refuse(const struct scenario *scenario, GError **error, const char *what)
{
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT, "%s: %s",
	    scenario->path, what);
	return (false);
}

/* What a local pair cannot do: its end looks like any other. */
static bool
is_reset(const struct peer_config *peer)
{
	return (peer->reset_at_ns > 0 || peer->reset_after > 0);
}

bool
real_check_peers(const struct scenario *scenario,
    const struct real_options *options, GError **error)
{
	g_autofree char *what = NULL;
	guint i;

	if (scenario->platform != NULL)
		return (refuse(
		    scenario, error, "[platform] needs --world simgrid"));
	if (scenario->network != NETWORK_CM02)
		return (refuse(scenario, error,
		    "[scenario] network = lv08 is SimGrid's; it needs --world "
		    "simgrid"));
	if (scenario->traffics->len > 0)
		return (refuse(scenario, error,
		    "[traffic] needs --world heap or simgrid"));
	for (i = 0; i < scenario->peers->len; i++) {
		const struct peer_config *peer = scenario->peers->pdata[i];

		if (options == NULL || !options->socketpair || !is_reset(peer))
			continue;
		what = g_strdup_printf("[peer %s] resets, which a socket pair "
				       "cannot do; leave --socketpair out",
		    peer->name);
		return (refuse(scenario, error, what));
	}
	return (true);
}

/* ---- Over loopback ---------------------------------------------------- */

static bool
set_option(int fd, int level, int name, int value)
{
	return (setsockopt(fd, level, name, &value, sizeof(value)) == 0);
}

static bool
set_buffers(int fd, int64_t send_bytes, int64_t receive_bytes)
{
	return (set_option(
		    fd, SOL_SOCKET, SO_SNDBUF, (int)MIN(send_bytes, INT_MAX)) &&
	    set_option(
		fd, SOL_SOCKET, SO_RCVBUF, (int)MIN(receive_bytes, INT_MAX)));
}

static int
loopback_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return (fd);
}

/* Accepts the connection of `near`, and no one else's. */
static int
accept_from(int listener, int near)
{
	struct sockaddr_in ours, theirs;
	socklen_t size = sizeof(ours);
	int fd;

	if (getsockname(near, (struct sockaddr *)&ours, &size) != 0)
		return (-1);
	for (;;) {
		size = sizeof(theirs);
		fd = accept(listener, (struct sockaddr *)&theirs, &size);
		if (fd < 0 || theirs.sin_port == ours.sin_port)
			return (fd);
		close(fd);
	}
}

/* The buffers are set before, so that the windows are chosen for them. */
static bool
connect_ends(struct wire *wire, int listener, const struct file_config *file)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!set_buffers(listener, file->receive_buffer,
		wire->peer.config->receive_buffer) ||
	    !set_buffers(wire->near, file->send_buffer, file->receive_buffer) ||
	    bind(listener, (struct sockaddr *)&address, size) != 0 ||
	    listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
	    connect(wire->near, (struct sockaddr *)&address, size) != 0)
		return (false);
	wire->far = accept_from(listener, wire->near);
	return (wire->far >= 0 &&
	    set_option(wire->near, IPPROTO_TCP, TCP_NODELAY, 1) &&
	    set_option(wire->far, IPPROTO_TCP, TCP_NODELAY, 1));
}

static bool
connect_tcp(struct wire *wire, const struct file_config *file)
{
	int listener = loopback_socket();
	bool connected;
	int error;

	wire->tcp = true;
	wire->near = loopback_socket();
	connected = listener >= 0 && wire->near >= 0 &&
	    connect_ends(wire, listener, file);
	error = errno;
	if (listener >= 0)
		close(listener);
	errno = error;
	return (connected);
}

static bool
connect_pair(struct wire *wire, const struct file_config *file)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return (false);
	wire->near = ends[0];
	wire->far = ends[1];
	/* What the peer sends is bounded by its own send buffer. */
	return (
	    set_buffers(wire->near, file->send_buffer, file->receive_buffer) &&
	    set_buffers(wire->far, file->receive_buffer,
		wire->peer.config->receive_buffer));
}

/* ---- A wire ----------------------------------------------------------- */

void
real_hang_up(struct wire *wire)
{
	close(wire->far);
	wire->far = -1;
	wire->owed = 0;
}

/* At once, lest thousands of ends linger in TIME_WAIT. */
void
real_disconnect(struct wire *wire)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	if (wire->near >= 0) {
		if (wire->tcp)
			(void)setsockopt(wire->near, SOL_SOCKET, SO_LINGER,
			    &at_once, sizeof(at_once));
		close(wire->near);
		wire->near = -1;
	}
	if (wire->far >= 0)
		real_hang_up(wire);
}

static void
remember(GArray *numbers, uint32_t place, uint32_t number)
{
	int none = -1;

	while (numbers->len <= place)
		g_array_append_val(numbers, none);
	g_array_index(numbers, int, place) = (int)number;
}

static struct wire *
wire_new(struct world *w, uint32_t socket, uint32_t process)
{
	struct wires *wires = &w->wires;
	struct wire *wire = g_new0(struct wire, 1);

	wire->number = wires->wires->len;
	wire->socket = socket;
	wire->process = process;
	wire->near = wire->far = -1;
	/* A fresh socket can be written to, and there is nothing to read. */
	wire->watched[KERNEL_RECEIVE] = true;
	wire->counts.connected = true;
	g_ptr_array_add(wires->wires, wire);
	remember(wires->wire_of_socket, socket, wire->number);
	remember(wires->wire_of_process, process, wire->number);
	return (wire);
}

/* What a link does is left to the host; it is said once. */
static void
say_that_links_are_real(const struct scenario *scenario)
{
	static bool said;

	if (!said)
		g_printerr("%s: the network is the host's own: bandwidth and "
			   "latency of [link] sections do not apply\n",
		    scenario->path);
	said = true;
}

bool
real_connect(struct world *w, uint32_t socket, uint32_t process,
    const char *name, const struct process_config *config, GError **error)
{
	const struct scenario *s = w->scenario;
	const struct file_config *file = s->files->pdata[config->file_index];
	const struct peer_config *peer = s->peers->pdata[file->peer_index];
	struct wire *wire = wire_new(w, socket, process);
	bool pair = w->options != NULL && w->options->socketpair;

	say_that_links_are_real(s);
	wire->segment = file->segment;
	peer_init(&wire->peer, peer, s, stream_object(name));
	if (!(pair ? connect_pair(wire, file) : connect_tcp(wire, file)) ||
	    fcntl(wire->far, F_SETFD, FD_CLOEXEC) != 0 ||
	    fcntl(wire->near, F_SETFD, FD_CLOEXEC) != 0 ||
	    fcntl(wire->far, F_SETFL, O_NONBLOCK) != 0) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "cannot connect [file %s] of %s: %s", file->name, name,
		    g_strerror(errno));
		return (false);
	}
	real_peer_begins(w, wire, config->start_ns);
	return (true);
}

/* ---- After the run ---------------------------------------------------- */

/* Bytes that have come to an end and that nobody has read. */
static int64_t
unread(int fd)
{
	int bytes = 0;

	if (fd < 0 || ioctl(fd, FIONREAD, &bytes) != 0)
		return (0);
	return (bytes);
}

void
real_count(
    const struct world *w, uint32_t process, struct network_counts *counts)
{
	const GArray *numbers = w->wires.wire_of_process;
	const struct wire *wire;

	memset(counts, 0, sizeof(*counts));
	if (process >= numbers->len || g_array_index(numbers, int, process) < 0)
		return;
	wire = w->wires.wires->pdata[g_array_index(numbers, int, process)];
	*counts = wire->counts;
	counts->delivered_bytes = counts->peer_read_bytes + unread(wire->far);
	counts->arrived_bytes = counts->taken_bytes + unread(wire->near);
}
