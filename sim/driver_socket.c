/*
 * Sockets in a run: serves a daemon's attempt by copying for as long as it
 * takes, and lets what the world does to a socket happen at its time.
 */

#include "sim/driver_impl.h"
#include "sim/driver_network.h"
#include "sim/driver_socket.h"
#include "sim/socket.h"

/* An attempt under way; a buffer has one at a time. */
struct copy {
	struct socket_attempt attempt;
	uint32_t job;
};

struct driver_socket {
	uint32_t number; /* the kernel's `device` of its jobs */
	uint32_t process;
	int fd; /* one of its descriptors */
	struct socket buffers;
	struct copy copies[2]; /* by direction */
	const struct socket_watcher *watcher;
	void *context;
};

static struct driver_socket *
socket_at(struct driver *d, uint32_t number)
{
	g_assert(number < d->sockets->len);
	return (g_ptr_array_index(d->sockets, number));
}

/* ---- Making ----------------------------------------------------------- */

void
sockets_init(struct driver *d)
{
	d->sockets = g_ptr_array_new_with_free_func(g_free);
	d->socket_events =
	    g_array_new(FALSE, FALSE, sizeof(struct socket_event));
	d->free_socket_events = g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

void
sockets_release(struct driver *d)
{
	g_ptr_array_free(d->sockets, TRUE);
	g_array_free(d->socket_events, TRUE);
	g_array_free(d->free_socket_events, TRUE);
}

struct socket_config
socket_of_file(const struct file_config *file)
{
	return ((struct socket_config) {
	    .readable = true,
	    .writable = true,
	    .nonblocking = file->nonblocking,
	    .send_size = file->send_buffer,
	    .send_lowat = file->send_lowat,
	    .copy_base_ns = file->copy_ns,
	    .copy_ns_per_byte = file->copy_byte_ns,
	    .copy_grain_ns = 1,
	});
}

uint32_t
driver_open_socket(struct driver *d, uint32_t process, int fd,
    const struct socket_config *config)
{
	struct driver_socket *s = g_new0(struct driver_socket, 1);
	struct kernel_file file = {
	    .kind = KERNEL_SOCKET,
	    .readable = config->readable,
	    .writable = config->writable,
	    .device = d->sockets->len,
	    .nonblocking = config->nonblocking,
	};

	socket_init(&s->buffers, config);
	s->number = file.device;
	s->process = process;
	s->fd = fd;
	g_ptr_array_add(d->sockets, s);
	file.receive_ready = socket_is_ready(&s->buffers, KERNEL_RECEIVE);
	file.send_ready = socket_is_ready(&s->buffers, KERNEL_SEND);
	kernel_open(d->kernel, process, fd, &file);
	return (s->number);
}

void
driver_watch_socket(struct driver *d, uint32_t socket,
    const struct socket_watcher *watcher, void *context)
{
	struct driver_socket *s = socket_at(d, socket);

	s->watcher = watcher;
	s->context = context;
}

const struct socket *
driver_socket(const struct driver *d, uint32_t socket)
{
	return (&((struct driver_socket *)g_ptr_array_index(d->sockets, socket))
		     ->buffers);
}

/* ---- Service ---------------------------------------------------------- */

static void
tell_watcher(struct driver *d, const struct driver_socket *s,
    enum kernel_direction direction, int64_t bytes)
{
	if (s->watcher == NULL)
		return;
	if (direction == KERNEL_RECEIVE && s->watcher->taken != NULL)
		s->watcher->taken(s->context, d->now_ns, s->number, bytes);
	if (direction == KERNEL_SEND && s->watcher->entered != NULL)
		s->watcher->entered(s->context, d->now_ns, s->number, bytes);
}

/* Goes on until the daemon is busy for a while; true if the attempt is over. */
static bool
go_on(struct driver *d, struct driver_socket *s, struct copy *copy)
{
	enum kernel_direction direction = copy->attempt.direction;
	int64_t bytes, ns;

	while (
	    (bytes = socket_attempt_go_on(&s->buffers, &copy->attempt)) >= 0) {
		tell_watcher(d, s, direction, bytes);
		ns = socket_copy_ns(&s->buffers, bytes);
		if (ns == 0)
			continue;
		agenda_at(d, d->now_ns + ns, d->sequence++, AGENDA_COPY,
		    2 * s->number + (uint32_t)direction);
		return (false);
	}
	return (true);
}

void
socket_serve(struct driver *d, const struct kernel_job_info *job)
{
	struct driver_socket *s = socket_at(d, job->device);
	enum kernel_direction direction =
	    job->opcode == KERNEL_OP_READ ? KERNEL_RECEIVE : KERNEL_SEND;
	struct copy *copy = &s->copies[direction];

	copy->job = job->number;
	socket_attempt_begin(&copy->attempt, direction,
	    job->size_bytes - (uint64_t)job->done_bytes);
	if (go_on(d, s, copy))
		end_at_once(d, job->number, &copy->attempt.result);
}

void
socket_copied(struct driver *d, uint32_t index)
{
	struct driver_socket *s = socket_at(d, index / 2);
	struct copy *copy = &s->copies[index % 2];

	if (go_on(d, s, copy))
		post_done(d, copy->job, &copy->attempt.result);
}

/* ---- Changes from outside --------------------------------------------- */

void
driver_schedule_socket_event(struct driver *d, const struct socket_event *event)
{
	uint32_t index = d->socket_events->len;

	g_assert(event->at_ns >= d->now_ns);
	(void)socket_at(d, event->socket);
	if (d->free_socket_events->len > 0) {
		index = g_array_index(d->free_socket_events, uint32_t,
		    d->free_socket_events->len - 1);
		g_array_set_size(
		    d->free_socket_events, d->free_socket_events->len - 1);
		g_array_index(d->socket_events, struct socket_event, index) =
		    *event;
	} else {
		g_array_append_val(d->socket_events, *event);
	}
	d->coming++;
	agenda_at(d, event->at_ns, d->sequence++, AGENDA_SOCKET, index);
}

/* Changes the buffers; tells which of them. */
static enum kernel_direction
change(struct socket *s, const struct socket_event *event)
{
	switch (event->kind) {
	case SOCKET_RECEIVES:
		socket_put_received(s, event->bytes);
		return (KERNEL_RECEIVE);
	case SOCKET_PEER_FINISHES:
		socket_put_eof(s);
		return (KERNEL_RECEIVE);
	case SOCKET_DRAINS:
		socket_take_unsent(s, event->bytes);
		return (KERNEL_SEND);
	case SOCKET_CLOSES:
		socket_put_closed(s);
		return (KERNEL_SEND);
	}
	g_assert_not_reached();
}

void
tell_socket(struct driver *d, uint32_t socket, enum kernel_direction direction,
    bool ready)
{
	struct driver_socket *s = socket_at(d, socket);
	struct kernel_event posted = {.kind = EV_SOCKET};

	posted.socket.process = s->process;
	posted.socket.fd = s->fd;
	posted.socket.device = s->number;
	posted.socket.direction = direction;
	posted.socket.ready = ready;
	post_interrupt(d, &posted);
}

void
driver_change_socket(struct driver *d, const struct socket_event *event)
{
	struct socket *buffers = &socket_at(d, event->socket)->buffers;
	enum kernel_direction direction = change(buffers, event);

	tell_socket(
	    d, event->socket, direction, socket_is_ready(buffers, direction));
}

void
pass_socket_event(struct driver *d, uint32_t index)
{
	struct socket_event event =
	    g_array_index(d->socket_events, struct socket_event, index);

	g_array_append_val(d->free_socket_events, index);
	driver_await(d, -1);
	driver_change_socket(d, &event);
}
