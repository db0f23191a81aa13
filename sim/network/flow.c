/*
 * The bytes of one direction of a connection: see the header.
 */

#include <assert.h>
#include <string.h>

#include "sim/network/flow.h"

void
flow_init(struct flow *f, int64_t segment, int64_t room)
{
	assert(segment > 0 && room >= segment);
	memset(f, 0, sizeof(*f));
	f->segment = segment;
	f->credit = room;
}

void
flow_enter(struct flow *f, int64_t bytes)
{
	assert(bytes >= 0);
	f->entered += bytes;
	f->queued += bytes;
}

int64_t
flow_send(struct flow *f)
{
	int64_t bytes = f->queued < f->segment ? f->queued : f->segment;

	if (f->cut || f->crossing > 0 || bytes == 0 || f->credit < bytes)
		return (0);
	f->queued -= bytes;
	f->credit -= bytes;
	f->crossing = bytes;
	return (bytes);
}

int64_t
flow_crossed(struct flow *f)
{
	int64_t bytes = f->crossing;

	assert(bytes > 0);
	f->crossing = 0;
	if (f->cut) {
		f->lost += bytes;
		return (0);
	}
	f->travelling += bytes;
	return (bytes);
}

void
flow_land(struct flow *f, int64_t bytes)
{
	assert(bytes <= f->travelling);
	f->travelling -= bytes;
	f->waiting += bytes;
}

void
flow_lose(struct flow *f, int64_t bytes)
{
	assert(bytes <= f->travelling);
	f->travelling -= bytes;
	f->lost += bytes;
}

void
flow_take(struct flow *f, int64_t bytes)
{
	assert(bytes <= f->waiting);
	f->waiting -= bytes;
	f->taken += bytes;
}

void
flow_credit(struct flow *f, int64_t bytes)
{
	f->credit += bytes;
}

bool
flow_balances(const struct flow *f)
{
	return (f->entered ==
	    f->queued + f->crossing + f->travelling + f->waiting + f->taken +
		f->lost);
}
