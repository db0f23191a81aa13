/*
 * The buffers of a socket, and how one attempt to receive or to send goes: see
 * the header.
 */

#include <assert.h>
#include <string.h>

#include "sim/socket.h"

/* Longer than any run. */
#define LONGEST_NS (INT64_MAX / 4)

void
socket_init(struct socket *s, const struct socket_config *config)
{
	memset(s, 0, sizeof(*s));
	s->config = *config;
	s->received = config->receive_bytes;
}

static int64_t
send_space(const struct socket *s)
{
	return (s->config.send_size - s->unsent);
}

bool
socket_is_ready(const struct socket *s, enum kernel_direction direction)
{
	if (direction == KERNEL_RECEIVE)
		return (s->received > 0 || s->eof);
	return (send_space(s) >= s->config.send_lowat || s->closed);
}

void
socket_put_received(struct socket *s, int64_t bytes)
{
	assert(bytes >= 0 && bytes <= INT64_MAX - s->received);
	s->received += bytes;
}

void
socket_put_eof(struct socket *s)
{
	s->eof = true;
}

int64_t
socket_take_unsent(struct socket *s, int64_t bytes)
{
	assert(bytes >= 0);
	if (bytes > s->unsent)
		bytes = s->unsent;
	s->unsent -= bytes;
	return (bytes);
}

void
socket_put_closed(struct socket *s)
{
	s->closed = true;
}

/* ---- Attempts --------------------------------------------------------- */

void
socket_attempt_begin(
    struct socket_attempt *a, enum kernel_direction direction, uint64_t bytes)
{
	memset(a, 0, sizeof(*a));
	a->direction = direction;
	a->left_bytes = bytes;
}

static int64_t
end(const struct socket *s, struct socket_attempt *a, bool would_block,
    enum kernel_errno error)
{
	a->over = true;
	a->result.would_block = would_block;
	a->result.error = would_block ? KE_EAGAIN : error;
	a->result.ready = socket_is_ready(s, a->direction);
	return (-1);
}

static int64_t
move(struct socket_attempt *a, int64_t room)
{
	int64_t bytes =
	    a->left_bytes < (uint64_t)room ? (int64_t)a->left_bytes : room;

	a->left_bytes -= (uint64_t)bytes;
	a->result.bytes += bytes;
	return (bytes);
}

/* One receive takes once what is there. */
static int64_t
receive(struct socket *s, struct socket_attempt *a)
{
	int64_t bytes;

	if (a->left_bytes == 0 || a->result.bytes > 0)
		return (end(s, a, false, KE_OK));
	if (s->received == 0)
		return (end(s, a, !s->eof, KE_OK));
	bytes = move(a, s->received);
	s->received -= bytes;
	return (bytes);
}

/* A send goes on while there is room: for the rest of it, or enough. */
static int64_t
send_some(struct socket *s, struct socket_attempt *a)
{
	int64_t space = send_space(s), bytes;

	if (a->left_bytes == 0)
		return (end(s, a, false, KE_OK));
	if (s->closed)
		return (end(s, a, false, KE_EPIPE));
	if ((uint64_t)space < a->left_bytes && space < s->config.send_lowat)
		return (end(s, a, true, KE_OK));
	bytes = move(a, space);
	s->unsent += bytes;
	return (bytes);
}

int64_t
socket_attempt_go_on(struct socket *s, struct socket_attempt *a)
{
	assert(!a->over);
	return (
	    a->direction == KERNEL_RECEIVE ? receive(s, a) : send_some(s, a));
}

int64_t
socket_copy_ns(const struct socket *s, int64_t bytes)
{
	const struct socket_config *config = &s->config;
	__int128 ns = (__int128)bytes * config->copy_ns_per_byte;

	ns -= ns % config->copy_grain_ns;
	ns += config->copy_base_ns;
	return (ns < LONGEST_NS ? (int64_t)ns : LONGEST_NS);
}
