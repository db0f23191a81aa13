/*
 * What is at the other end of a connection: a client that sends requests and
 * thinks, and that reads what it is sent, at once or slowly.  Pure: it is told
 * what happens, and says how long it takes.
 */

#ifndef SIM_PEER_H
#define SIM_PEER_H

#include "sim/random.h"
#include "sim/scenario/scenario.h"

/* Instead of a time to wait. */
#define PEER_NEVER INT64_MAX

struct peer {
	const struct peer_config *config;
	struct stream sizes, think;
	uint64_t requests;  /* sent so far */
	int64_t reply_left; /* bytes of the reply that it waits for */
	int64_t read;       /* bytes in all */
};

/* `object` is stream_object() of the process at the other end. */
void peer_init(struct peer *p, const struct peer_config *config,
    const struct scenario *scenario, uint64_t object);
/* How long it thinks before its next request; PEER_NEVER if there is none. */
int64_t peer_thinks_ns(const struct peer *p);
/* It sends the request: so many bytes.  True from peer_waits() after that, if
 * it waits for a reply. */
int64_t peer_request(struct peer *p);
bool peer_waits(const struct peer *p);
/* Whether it has sent its last request, and has its reply. */
bool peer_is_through(const struct peer *p);
/* How long reading so much keeps it. */
int64_t peer_read_ns(const struct peer *p, int64_t bytes);
/* It has read: true if its reply is complete with that. */
bool peer_read(struct peer *p, int64_t bytes);
/* Whether it has read enough to reset the connection. */
bool peer_has_enough(const struct peer *p);

#endif
