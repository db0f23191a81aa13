/*
 * A socket as its owner's kernel holds it: a receive buffer that a peer fills
 * and a send buffer that a network drains.  Pure: no time passes in here, and
 * nobody is told.  driver_socket.c puts sockets into a run; who moves the bytes
 * on the other side (a vector's list of events, a network) stands above that.
 *
 * The receive buffer takes whatever comes, and one byte makes it ready: how
 * much may be under way to it is for the network to bound.
 */

#ifndef SIM_SOCKET_H
#define SIM_SOCKET_H

#include "model/kernel.h"

struct socket_config {
	bool readable, writable; /* how it was opened */
	bool nonblocking;
	int64_t receive_bytes; /* there from the beginning */
	int64_t send_size;     /* what the send buffer holds */
	int64_t send_lowat;    /* space that makes it ready */
	/* Moving n bytes between buffer and user keeps the daemon busy for
	 * base + n * ns_per_byte, the latter rounded down to whole grains. */
	int64_t copy_base_ns, copy_ns_per_byte, copy_grain_ns;
};

struct socket {
	struct socket_config config;
	int64_t received; /* bytes in the receive buffer */
	bool eof;         /* the peer sends no more */
	int64_t unsent;   /* bytes in the send buffer */
	bool closed;      /* nothing can be sent any more */
};

void socket_init(struct socket *s, const struct socket_config *config);

/* What a reader or a writer need not wait for (soreadable, sowriteable). */
bool socket_is_ready(const struct socket *s, enum kernel_direction direction);

/* What the world does to it.  Each is a change that wakes. */
void socket_put_received(struct socket *s, int64_t bytes);
void socket_put_eof(struct socket *s);
/* Takes at most so many bytes out of the send buffer; returns how many. */
int64_t socket_take_unsent(struct socket *s, int64_t bytes);
void socket_put_closed(struct socket *s);

/* One receive or send that must not wait (soreceive, sosend with MSG_NBIO). */
struct socket_attempt {
	enum kernel_direction direction;
	uint64_t left_bytes; /* still to be moved */
	bool over;
	struct kernel_service_result result; /* when it is over */
};

void socket_attempt_begin(
    struct socket_attempt *a, enum kernel_direction direction, uint64_t bytes);
/* Moves what can be moved at once, and returns its number of bytes, for which
 * the daemon is then busy; to be called again after that.  -1: it is over. */
int64_t socket_attempt_go_on(struct socket *s, struct socket_attempt *a);
int64_t socket_copy_ns(const struct socket *s, int64_t bytes);

#endif
