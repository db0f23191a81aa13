/*
 * The network's records, shared by network.c (making it, and its ends) and
 * network_run.c (what happens).
 */

#ifndef SIM_NETWORK_IMPL_H
#define SIM_NETWORK_IMPL_H

#include "sim/driver_network.h"
#include "sim/network/flow.h"
#include "sim/network/network.h"
#include "sim/network/peer.h"
#include "sim/record/recording.h"

/* Flows by enum kernel_direction, as the owner of the socket sees them. */
struct connection {
	struct network *network;
	uint32_t number, process, socket, route;
	int64_t latency_ns; /* one way */
	int64_t travel_ns;  /* of a segment that is off the link */
	struct flow flows[2];
	struct peer peer;
	int64_t acknowledged; /* bytes, of what the owner sent */
	int64_t reading;      /* bytes that the peer is busy reading */
	int64_t asked_ns;     /* when the peer sent its last request */
	bool finished;        /* the peer has sent all, and said so */
};

/* One of a [traffic]'s flows. */
struct traffic {
	const struct traffic_config *config;
	uint32_t route;
	struct stream think;
	uint64_t transfers;
};

enum network_event_kind {
	NETWORK_LANDS,        /* a segment, in `direction` */
	NETWORK_ACKNOWLEDGED, /* what the owner has sent */
	NETWORK_CREDITS,      /* the sender in `direction` learns of room */
	NETWORK_PEER_READS,   /* the peer is done with what it was reading */
	NETWORK_PEER_ASKS,    /* the peer has thought, and sends a request */
	NETWORK_FINISH_LANDS, /* the peer's end, at the socket */
	NETWORK_PEER_RESETS,
	NETWORK_RESET_LANDS, /* at the socket */
	NETWORK_TRAFFIC,     /* the next transfer of a traffic's flow */
};

struct network_event {
	enum network_event_kind kind;
	enum kernel_direction direction;
	uint32_t number; /* of the connection, or of the traffic's flow */
	int64_t bytes;
};

struct network {
	const struct scenario *scenario;
	struct driver *driver;
	struct recorder *recorder;
	GPtrArray *connections; /* of struct connection */
	GArray *connection_of;  /* by process; -1: none */
	GArray *traffics;       /* of struct traffic; fixed from the start */
	GArray *events;         /* of struct network_event */
	GArray *free_events;    /* indices into it */
	uint32_t *active;       /* transfers by link and direction */
};

/* network_run.c */
extern const struct driver_network network_ops;
extern const struct socket_watcher network_watcher;
/* Lets the connection's peer, or the traffic's flow, begin. */
void network_begin(struct connection *c, int64_t at_ns);
void network_begin_traffic(struct network *n, uint32_t number);

#endif
