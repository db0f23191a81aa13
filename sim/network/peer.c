/*
 * The client at the other end of a connection: see the header.
 */

#include <string.h>

#include "sim/network/peer.h"

#define NS_PER_S INT64_C(1000000000)

void
peer_init(struct peer *p, const struct peer_config *config,
    const struct scenario *scenario, uint64_t object)
{
	memset(p, 0, sizeof(*p));
	p->config = config;
	p->sizes.seed = p->think.seed = scenario->seed;
	p->sizes.replication = p->think.replication = scenario->replication;
	p->sizes.object = p->think.object = object;
	p->sizes.purpose = STREAM_PEER_SIZE;
	p->think.purpose = STREAM_PEER_THINK;
}

static bool
has_sent_all(const struct peer *p)
{
	return (!p->config->is_client ||
	    (p->config->requests > 0 && p->requests == p->config->requests));
}

int64_t
peer_thinks_ns(const struct peer *p)
{
	if (has_sent_all(p))
		return (PEER_NEVER);
	return (distribution_draw(&p->config->think, &p->think, p->requests));
}

int64_t
peer_request(struct peer *p)
{
	int64_t bytes =
	    distribution_draw(&p->config->sends, &p->sizes, p->requests);

	p->requests++;
	p->reply_left = p->config->reply;
	return (MAX(bytes, 1));
}

bool
peer_waits(const struct peer *p)
{
	return (p->reply_left > 0);
}

bool
peer_is_through(const struct peer *p)
{
	return (p->config->is_client && has_sent_all(p) && !peer_waits(p));
}

int64_t
peer_read_ns(const struct peer *p, int64_t bytes)
{
	if (p->config->reads == 0)
		return (0);
	return ((int64_t)((__int128)bytes * NS_PER_S / p->config->reads));
}

bool
peer_read(struct peer *p, int64_t bytes)
{
	bool waited = peer_waits(p);

	p->read += bytes;
	p->reply_left = MAX(p->reply_left - bytes, 0);
	return (waited && !peer_waits(p));
}

bool
peer_has_enough(const struct peer *p)
{
	return (
	    p->config->reset_after > 0 && p->read >= p->config->reset_after);
}
