/*
 * What is at the other end of a socket, for real: the peers of the virtual
 * worlds (sim/network/peer.h), who think, ask, read, at once or slowly, and go
 * away.  The network between is the host's own.
 */

#include <sys/socket.h>

#include "sim/real/real.h"

#define LARGEST_READ 65536
/* A slow reader that is late by less makes up for it. */
#define LATE_NS 1000000

static void
thinks(struct world *w, struct wire *wire, int64_t now_ns)
{
	int64_t ns = peer_thinks_ns(&wire->peer);

	if (ns != PEER_NEVER)
		wires_at(w, now_ns + ns, WIRE_ASKS, wire->number);
	else
		real_peer_has_sent(wire);
}

void
real_peer_begins(struct world *w, struct wire *wire, int64_t at_ns)
{
	thinks(w, wire, at_ns);
	if (wire->peer.config->reset_at_ns > 0)
		wires_at(w, at_ns + wire->peer.config->reset_at_ns, WIRE_RESETS,
		    wire->number);
}

void
real_peer_asks(struct world *w, struct wire *wire, int64_t now_ns)
{
	int64_t bytes;

	if (wire->far < 0)
		return;
	wire->asked_ns = now_ns;
	bytes = peer_request(&wire->peer);
	wire->owed += bytes;
	wire->counts.peer_sent_bytes += bytes;
	if (!peer_waits(&wire->peer))
		thinks(w, wire, now_ns);
}

/* Its last word, after all that it had to send. */
void
real_peer_has_sent(struct wire *wire)
{
	if (wire->finished || wire->far < 0 || wire->owed > 0 ||
	    !peer_is_through(&wire->peer))
		return;
	wire->finished = true;
	(void)shutdown(wire->far, SHUT_WR);
}

void
real_peer_resets(struct world *w, struct wire *wire)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	(void)w;
	if (wire->far < 0)
		return;
	(void)setsockopt(
	    wire->far, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	real_hang_up(wire);
}

/* ---- Reading ---------------------------------------------------------- */

bool
real_peer_may_read(const struct wire *wire, int64_t now_ns)
{
	return (wire->far >= 0 && !wire->deaf && wire->reads_at_ns <= now_ns);
}

/* A slow reader is busy with what it has read. */
static void
is_busy(struct world *w, struct wire *wire, int64_t now_ns, int64_t bytes)
{
	if (wire->peer.config->reads == 0)
		return;
	wire->reads_at_ns = MAX(wire->reads_at_ns, now_ns - LATE_NS) +
	    peer_read_ns(&wire->peer, bytes);
	if (wire->reads_at_ns > now_ns)
		wires_at(w, wire->reads_at_ns, WIRE_READS, wire->number);
}

static void
has_read(struct world *w, struct wire *wire, int64_t now_ns, int64_t bytes)
{
	bool replied = peer_read(&wire->peer, bytes);

	wire->counts.peer_read_bytes += bytes;
	if (replied)
		driver_responded(
		    w->driver, now_ns, wire->process, wire->asked_ns);
	if (peer_has_enough(&wire->peer)) {
		real_peer_resets(w, wire);
		return;
	}
	if (replied)
		thinks(w, wire, now_ns);
	is_busy(w, wire, now_ns, bytes);
}

void
real_peer_reads(struct world *w, struct wire *wire, int64_t now_ns)
{
	size_t most = wire->peer.config->reads == 0
	    ? LARGEST_READ
	    : (size_t)MIN(wire->segment, LARGEST_READ);
	ssize_t count = 1;

	while (real_peer_may_read(wire, now_ns) && count > 0) {
		count = recv(wire->far, w->wires.chunk, most, 0);
		if (count <= 0)
			break;
		w->progress_ns = now_ns;
		has_read(w, wire, now_ns, count);
	}
	/* Its end, which comes over and over again. */
	if (count == 0)
		wire->deaf = true;
}
