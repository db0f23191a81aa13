/*
 * Sockets under the modelled kernel: see the header.  What the kernel does in
 * sowakeup_aio(), an edge-triggered epoll does here, in one thread for all
 * sockets; what soaio_process_job() does, send() and recv() that do not wait.
 *
 * Nothing is missed: readiness is asked for with the lock held, and a change
 * after that makes epoll tell, which wants the lock as well.  Edges, and not
 * levels, since a socket may be readable to poll() and yet have nothing to
 * receive (an error queue), or never have been connected: the host calls the
 * latter hung up, where FreeBSD lets requests wait for the connection.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/posix/socket.h"

#define EVENTS_AT_ONCE 32

static struct {
	int epoll; /* 0: none yet */
	bool has_thread;
	struct host_socket **by_slot;
	uint32_t count;
	uint32_t last_device;
} sockets;

/* ---- Readiness -------------------------------------------------------- */

/* soreadable(), sowriteable(), in the host's words. */
static bool
is_ready(short events, enum kernel_direction direction)
{
	const short broken = POLLERR | POLLRDHUP;

	if ((events & POLLHUP) != 0 && (events & (broken | POLLIN)) == 0)
		return (false); /* never connected */
	if (direction == KERNEL_RECEIVE)
		return ((events & (POLLIN | broken)) != 0);
	return ((events & (POLLOUT | POLLERR | POLLHUP)) != 0);
}

static bool
is_ready_now(int fd, enum kernel_direction direction)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};

	return (poll(&p, 1, 0) == 1 && is_ready(p.revents, direction));
}

/* ---- The thread that watches ------------------------------------------ */

static uint32_t
events_of(uint32_t watched)
{
	uint32_t events = EPOLLET | EPOLLRDHUP;

	if ((watched >> KERNEL_RECEIVE & 1) != 0)
		events |= EPOLLIN;
	if ((watched >> KERNEL_SEND & 1) != 0)
		events |= EPOLLOUT;
	return (events);
}

static bool
control(struct host_socket *s, int operation)
{
	struct epoll_event event = {.events = events_of(s->watched)};

	event.data.u64 = (uint64_t)s->slot << 32 | s->device;
	return (epoll_ctl(sockets.epoll, operation, s->fd, &event) == 0);
}

/* Once more while there is something to wait for; or for the first time, which
 * tells at once of what is ready already. */
static void
watch(struct host_socket *s, enum kernel_direction direction)
{
	if ((s->watched >> direction & 1) != 0)
		return;
	s->watched |= 1u << direction;
	(void)control(s, EPOLL_CTL_MOD);
}

static void
tell(struct host_socket *s, enum kernel_direction direction, bool ready)
{
	const struct kernel_event event = {.kind = EV_SOCKET,
	    .socket = {engine.process, s->fd, direction, ready, s->device}};
	struct host_buffer *b = &s->buffers[direction];

	if (!ready && b->unfinished > 0)
		watch(s, direction);
	if (b->ready == ready)
		return;
	b->ready = ready;
	engine_post(&event);
}

static void
look_at(struct host_socket *s, short events)
{
	uint32_t unwanted = 0;
	int d;

	for (d = KERNEL_RECEIVE; d <= KERNEL_SEND; d++) {
		if ((s->watched >> d & 1) == 0)
			continue;
		if (s->buffers[d].unfinished == 0)
			unwanted |= 1u << d;
		else if (is_ready(events, (enum kernel_direction)d)) {
			s->buffers[d].changed = true;
			tell(s, (enum kernel_direction)d, true);
		}
	}
	if (unwanted != 0) {
		s->watched &= ~unwanted;
		(void)control(s, EPOLL_CTL_MOD);
	}
}

/* Held, since what is told may end its last request. */
static void
found(const struct epoll_event *event)
{
	uint32_t slot = (uint32_t)(event->data.u64 >> 32);
	struct host_socket *s =
	    slot < sockets.count ? sockets.by_slot[slot] : NULL;

	if (s == NULL || s->device != (uint32_t)event->data.u64)
		return;
	socket_hold(s);
	look_at(s, (short)event->events);
	socket_release(s);
	engine_forget_numbers();
}

static void *
watch_sockets(void *argument)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	bool closed = false;
	int count, i, epoll;

	engine_lock();
	while (!closed) {
		epoll = sockets.epoll;
		engine_unlock();
		count = epoll_wait(epoll, events, EVENTS_AT_ONCE, -1);
		closed = count < 0 && errno != EINTR;
		engine_lock();
		for (i = 0; i < count; i++)
			found(&events[i]);
		/* By the raw call; or another number is ours meanwhile. */
		closed = closed && epoll == sockets.epoll;
	}
	engine_unlock();
	return (argument);
}

static bool
can_watch(void)
{
	if (sockets.epoll == 0) {
		int fd = epoll_create1(EPOLL_CLOEXEC);

		if (fd < 0)
			return (false);
		descriptor_keep(&sockets.epoll, fd);
	}
	if (!sockets.has_thread)
		sockets.has_thread =
		    server_start_thread(watch_sockets, NULL) == 0;
	return (sockets.has_thread);
}

static bool
is_registered(struct host_socket *s)
{
	if (!s->registered)
		s->registered = can_watch() && control(s, EPOLL_CTL_ADD);
	return (s->registered);
}

/* ---- Open sockets ----------------------------------------------------- */

static uint32_t
free_slot(void)
{
	struct host_socket **larger;
	uint32_t slot, room;

	for (slot = 0; slot < sockets.count; slot++)
		if (sockets.by_slot[slot] == NULL)
			return (slot);
	room = 2 * sockets.count + 8;
	larger = allocate(room * sizeof(*larger));
	if (sockets.count > 0)
		memcpy(
		    larger, sockets.by_slot, sockets.count * sizeof(*larger));
	free(sockets.by_slot);
	sockets.by_slot = larger;
	sockets.count = room;
	return (slot);
}

struct host_socket *
socket_open(int fd, bool is_ours, int flags, struct kernel_file *file)
{
	struct host_socket *s = allocate(sizeof(*s));

	servers_for_sockets();
	s->fd = fd;
	s->is_ours = is_ours;
	s->device = ++sockets.last_device;
	s->slot = free_slot();
	s->references = 1;
	s->nonblocking = (flags & O_NONBLOCK) != 0;
	s->buffers[KERNEL_RECEIVE].ready = is_ready_now(fd, KERNEL_RECEIVE);
	s->buffers[KERNEL_SEND].ready = is_ready_now(fd, KERNEL_SEND);
	sockets.by_slot[s->slot] = s;
	file->device = s->device;
	file->nonblocking = s->nonblocking;
	file->receive_ready = s->buffers[KERNEL_RECEIVE].ready;
	file->send_ready = s->buffers[KERNEL_SEND].ready;
	return (s);
}

void
socket_hold(struct host_socket *s)
{
	s->references++;
}

/* epoll forgets a socket by itself only when nobody has it open any more, and a
 * child may. */
void
socket_release(struct host_socket *s)
{
	if (--s->references > 0)
		return;
	if (s->registered)
		(void)control(s, EPOLL_CTL_DEL);
	if (s->is_ours) {
		(void)syscall(SYS_close, s->fd);
		engine_forget_number(s->fd);
	}
	sockets.by_slot[s->slot] = NULL;
	free(s);
}

void
socket_moved(struct host_socket *s, int fd)
{
	if (s->registered)
		(void)control(s, EPOLL_CTL_DEL);
	s->registered = false;
	s->fd = fd;
	(void)is_registered(s);
}

/* What is registered is so with the parent's epoll. */
void
sockets_forget(void)
{
	uint32_t slot;

	for (slot = 0; slot < sockets.count; slot++)
		if (sockets.by_slot[slot] != NULL)
			sockets.by_slot[slot]->registered = false;
	if (sockets.epoll != 0)
		descriptor_drop(&sockets.epoll);
	sockets.has_thread = false;
}

/* ---- Requests --------------------------------------------------------- */

enum kernel_direction
socket_direction(const struct request *request)
{
	return (
	    request->opcode == KERNEL_OP_READ ? KERNEL_RECEIVE : KERNEL_SEND);
}

bool
socket_prepare(struct host_socket *s, enum kernel_direction direction)
{
	tell(s, direction, is_ready_now(s->fd, direction));
	return (is_registered(s));
}

void
socket_accepted(const struct request *request)
{
	struct host_socket *s = socket_of(request);
	enum kernel_direction direction = socket_direction(request);

	s->buffers[direction].unfinished++;
	if (!s->buffers[direction].ready)
		watch(s, direction);
}

void
socket_finished(const struct request *request)
{
	enum kernel_direction direction = socket_direction(request);

	socket_of(request)->buffers[direction].unfinished--;
}

/* ---- Attempts --------------------------------------------------------- */

void
socket_attempt_begins(struct request *request)
{
	enum kernel_direction direction = socket_direction(request);

	socket_of(request)->buffers[direction].changed = false;
}

static void
receive(const struct request *request, int fd, struct socket_outcome *out)
{
	ssize_t n =
	    recv(fd, request->buffer, request->move_bytes, MSG_DONTWAIT);

	if (n < 0)
		out->error = errno;
	else
		out->bytes = n;
}

/* Goes on until all is sent or the buffer is full. */
static void
send_on(const struct request *request, int fd, size_t from,
    struct socket_outcome *out)
{
	const char *bytes = (const char *)request->buffer + from;
	size_t left = request->move_bytes - from;
	ssize_t n;

	do {
		n = send(fd, bytes + out->bytes, left - (size_t)out->bytes,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			out->error = errno;
		else
			out->bytes += n;
	} while (n > 0 && (size_t)out->bytes < left);
}

struct socket_outcome
socket_attempt(const struct request *request, int fd, int64_t done_bytes)
{
	struct socket_outcome out = {0, 0, false};

	if (request->opcode == KERNEL_OP_READ)
		receive(request, fd, &out);
	else
		send_on(request, fd, (size_t)done_bytes, &out);
	out.would_block = out.error == EAGAIN || out.error == EWOULDBLOCK;
	/* The process is told, as by soaio_process_job(). */
	if (out.error == EPIPE && request->opcode != KERNEL_OP_READ)
		(void)kill(getpid(), SIGPIPE);
	return (out);
}

/* The program may have called fcntl(). */
static void
look_at_flags(struct host_socket *s)
{
	int flags = fcntl(s->fd, F_GETFL);
	bool nonblocking = flags >= 0 && (flags & O_NONBLOCK) != 0;

	if (nonblocking == s->nonblocking)
		return;
	kernel_set_nonblocking(
	    engine.kernel, engine.process, s->fd, s->device, nonblocking);
	s->nonblocking = nonblocking;
}

/* After EAGAIN the next edge decides, and has perhaps come. */
bool
socket_attempt_over(
    struct request *request, const struct socket_outcome *outcome)
{
	enum kernel_direction direction = socket_direction(request);
	struct host_socket *s = socket_of(request);
	struct host_buffer *b = &s->buffers[direction];

	if (outcome->would_block)
		look_at_flags(s);
	b->ready =
	    outcome->would_block ? b->changed : is_ready_now(s->fd, direction);
	if (!b->ready)
		watch(s, direction);
	return (b->ready);
}
