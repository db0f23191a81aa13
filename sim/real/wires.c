/*
 * The thread at the far ends: it brings what pipes and the like have waited
 * for, lets the peers of sockets act, and tells the driver when a socket's near
 * end has become ready.  It never waits but in poll(), without the lock.
 */

#ifdef __linux__
#define _GNU_SOURCE /* ppoll */
#endif

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/real/real.h"

#define CHUNK_BYTES 65536
/* What a wire has in the list of poll(), behind the alarm. */
enum { LOOK_NEAR, LOOK_WRITE, LOOK_READ, LOOKS };

struct feed {
	uint32_t wire;
	int64_t bytes;
};

/* ---- Its own events --------------------------------------------------- */

static void
alarm_wires(struct wires *wires)
{
	/* Where the pipe is full it has been told often enough. */
	if (wires->running && write(wires->alarm[1], "!", 1) < 0)
		return;
}

void
wires_at(struct world *w, int64_t at_ns, enum wire_event event, uint32_t index)
{
	struct agenda_entry entry = {at_ns, w->wires.sequence++, event, index};

	agenda_push(&w->wires.agenda, &entry);
}

bool
wires_busy(const struct world *w)
{
	return (!agenda_is_empty(&w->wires.agenda));
}

bool
wires_silent_since(struct world *w, int64_t ns)
{
	if (w->wires.silent_ns >= ns)
		return (true);
	alarm_wires(&w->wires);
	return (false);
}

static void
pass_event(struct world *w, const struct agenda_entry *entry, int64_t now_ns)
{
	struct wires *wires = &w->wires;
	const struct feed *feed;
	struct wire *wire;

	if (entry->kind == WIRE_FEEDS) {
		feed = &g_array_index(wires->feeds, struct feed, entry->index);
		wire = wires->wires->pdata[feed->wire];
		wire->owed += feed->bytes;
		g_array_append_val(wires->free_feeds, entry->index);
		return;
	}
	wire = wires->wires->pdata[entry->index];
	if (entry->kind == WIRE_ASKS)
		real_peer_asks(w, wire, now_ns);
	else if (entry->kind == WIRE_RESETS)
		real_peer_resets(w, wire);
}

/* What is due; then, when the next thing is. */
static int64_t
pass_events(struct world *w, int64_t now_ns)
{
	struct agenda *agenda = &w->wires.agenda;
	struct agenda_entry entry;

	while (!agenda_is_empty(agenda)) {
		if (agenda_first(agenda)->at_ns > now_ns)
			return (agenda_first(agenda)->at_ns);
		entry = agenda_pop(agenda);
		w->progress_ns = now_ns;
		pass_event(w, &entry, now_ns);
	}
	return (INT64_MAX);
}

/* ---- Streams ---------------------------------------------------------- */

static struct wire *
wire_of_file(const struct world *w, const struct real_file *file)
{
	guint i;

	for (i = 0; i < w->files->len; i++)
		if (w->files->pdata[i] == file)
			return (w->wires.wires->pdata[g_array_index(
			    w->wires.wire_of_file, int, i)]);
	g_assert_not_reached();
}

void
wires_feed(struct world *w, const struct real_file *file, uint32_t job)
{
	struct wires *wires = &w->wires;
	const struct kernel_job_info *info =
	    kernel_job(driver_kernel(w->driver), job);
	struct feed feed = {
	    .wire = wire_of_file(w, file)->number,
	    .bytes = (int64_t)info->size_bytes,
	};
	int64_t ns = driver_data_after(w->driver, job);
	uint32_t index = wires->feeds->len;

	if (info->opcode != KERNEL_OP_READ || ns == OUTCOME_NEVER)
		return;
	if (wires->free_feeds->len > 0) {
		index = g_array_index(
		    wires->free_feeds, uint32_t, wires->free_feeds->len - 1);
		g_array_set_size(wires->free_feeds, wires->free_feeds->len - 1);
		g_array_index(wires->feeds, struct feed, index) = feed;
	} else {
		g_array_append_val(wires->feeds, feed);
	}
	wires_at(w, real_now(w) + ns, WIRE_FEEDS, index);
	alarm_wires(wires);
}

/* What a short read has left is not brought any more. */
void
wires_fed(struct world *w, const struct real_file *file,
    const struct kernel_job_info *job, int64_t bytes)
{
	struct wire *wire = wire_of_file(w, file);

	if (job->opcode == KERNEL_OP_READ)
		wire->owed =
		    MAX(wire->owed - ((int64_t)job->size_bytes - bytes), 0);
}

static void
drain(int fd, char *chunk)
{
	while (read(fd, chunk, CHUNK_BYTES) > 0)
		;
}

/* ---- Sockets ---------------------------------------------------------- */

struct wire *
wires_of_socket(const struct world *w, uint32_t socket)
{
	return (
	    w->wires.wires
		->pdata[g_array_index(w->wires.wire_of_socket, int, socket)]);
}

void
wires_watch(struct world *w, struct wire *wire, enum kernel_direction direction)
{
	wire->watched[direction] = true;
	alarm_wires(&w->wires);
}

static void
tell_if_ready(struct world *w, struct wire *wire,
    enum kernel_direction direction, short events, int64_t now_ns)
{
	const short wanted = direction == KERNEL_RECEIVE ? POLLIN : POLLOUT;

	if (!wire->watched[direction] ||
	    (events & (wanted | POLLHUP | POLLERR)) == 0)
		return;
	wire->watched[direction] = false;
	driver_socket_is_ready(w->driver, now_ns, wire->socket, direction);
	real_progress(w, now_ns);
}

/* ---- The thread ------------------------------------------------------- */

static int
far_end(const struct wire *wire, enum kernel_direction direction)
{
	return (wire->file != NULL ? wire->file->far[direction] : wire->far);
}

/* Writes what is owed, as far as it goes. */
static void
pay(struct world *w, struct wire *wire, int64_t now_ns)
{
	int fd = far_end(wire, KERNEL_RECEIVE);
	size_t size;
	ssize_t count = 1;

	while (wire->owed > 0 && fd >= 0 && count > 0) {
		size = (size_t)MIN(wire->owed, CHUNK_BYTES);
		count = wire->file != NULL
		    ? write(fd, w->wires.chunk, size)
		    : send(fd, w->wires.chunk, size, MSG_NOSIGNAL);
		if (count > 0) {
			wire->owed -= count;
			w->progress_ns = now_ns;
		}
	}
	if (count < 0 && errno != EAGAIN && errno != EINTR)
		wire->owed = 0;
	if (wire->owed == 0 && wire->file == NULL)
		real_peer_has_sent(wire);
}

static void
look_at(const struct wire *wire, struct pollfd *looks, int64_t now_ns)
{
	int reads = far_end(wire, KERNEL_SEND);

	looks[LOOK_NEAR].events =
	    (short)((wire->watched[KERNEL_RECEIVE] ? POLLIN : 0) |
		(wire->watched[KERNEL_SEND] ? POLLOUT : 0));
	looks[LOOK_NEAR].fd = looks[LOOK_NEAR].events != 0 ? wire->near : -1;
	looks[LOOK_WRITE].events = POLLOUT;
	looks[LOOK_WRITE].fd =
	    wire->owed > 0 ? far_end(wire, KERNEL_RECEIVE) : -1;
	looks[LOOK_READ].events = POLLIN;
	looks[LOOK_READ].fd =
	    wire->file != NULL || real_peer_may_read(wire, now_ns) ? reads : -1;
}

static void
act(struct world *w, struct wire *wire, const struct pollfd *looks,
    int64_t now_ns)
{
	if (looks[LOOK_WRITE].fd >= 0 && looks[LOOK_WRITE].revents != 0)
		pay(w, wire, now_ns);
	if (looks[LOOK_READ].fd >= 0 && looks[LOOK_READ].revents != 0) {
		if (wire->file != NULL)
			drain(wire->file->far[KERNEL_SEND], w->wires.chunk);
		else
			real_peer_reads(w, wire, now_ns);
	}
	if (looks[LOOK_NEAR].fd >= 0 && looks[LOOK_NEAR].revents != 0) {
		tell_if_ready(
		    w, wire, KERNEL_RECEIVE, looks[LOOK_NEAR].revents, now_ns);
		tell_if_ready(
		    w, wire, KERNEL_SEND, looks[LOOK_NEAR].revents, now_ns);
	}
}

/* Waits for whatever comes first; without the lock.  Returns how many of the
 * ends have something to say. */
static int
wait_for(struct world *w, struct pollfd *looks, guint count, int64_t ns)
{
	struct timespec most = {
	    .tv_sec = (time_t)(ns / 1000000000),
	    .tv_nsec = (long)(ns % 1000000000),
	};
	int found;

	pthread_mutex_unlock(&w->lock);
	found = ppoll(looks, count, ns == INT64_MAX ? NULL : &most, NULL);
	pthread_mutex_lock(&w->lock);
	if (found > 0 && looks[0].revents != 0) {
		drain(w->wires.alarm[0], w->wires.chunk);
		found--;
	}
	return (found);
}

static void
turn(struct world *w, struct pollfd *looks)
{
	const GPtrArray *wires = w->wires.wires;
	int64_t began_ns = real_now(w), now_ns;
	int64_t next_ns = pass_events(w, began_ns);
	int found;
	guint i;

	looks[0].fd = w->wires.alarm[0];
	looks[0].events = POLLIN;
	for (i = 0; i < wires->len; i++)
		look_at(wires->pdata[i], &looks[1 + LOOKS * i], began_ns);
	found = wait_for(w, looks, 1 + LOOKS * wires->len,
	    next_ns == INT64_MAX ? next_ns : next_ns - began_ns);
	now_ns = real_now(w);
	if (found == 0)
		w->wires.silent_ns = now_ns;
	for (i = 0; i < wires->len && found > 0 && !w->wires.quit; i++)
		act(w, wires->pdata[i], &looks[1 + LOOKS * i], now_ns);
}

static void *
wires_main(void *argument)
{
	struct world *w = argument;
	struct pollfd *looks;

	pthread_mutex_lock(&w->lock);
	looks = g_new0(struct pollfd, 1 + LOOKS * w->wires.wires->len);
	while (!w->wires.quit)
		turn(w, looks);
	g_free(looks);
	pthread_mutex_unlock(&w->lock);
	return (NULL);
}

/* ---- Making ----------------------------------------------------------- */

static bool
make_alarm(struct wires *wires)
{
	int i;

	if (pipe(wires->alarm) != 0)
		return (false);
	for (i = 0; i < 2; i++)
		if (fcntl(wires->alarm[i], F_SETFD, FD_CLOEXEC) != 0 ||
		    fcntl(wires->alarm[i], F_SETFL, O_NONBLOCK) != 0)
			return (false);
	return (true);
}

/* A wire for each stream; those of sockets come as they are connected. */
void
wires_init(struct world *w)
{
	struct wires *wires = &w->wires;
	struct wire *wire;
	int number;
	guint i;

	wires->wires = g_ptr_array_new_with_free_func(g_free);
	wires->wire_of_file = g_array_new(FALSE, FALSE, sizeof(int));
	wires->wire_of_process = g_array_new(FALSE, FALSE, sizeof(int));
	wires->wire_of_socket = g_array_new(FALSE, FALSE, sizeof(int));
	wires->feeds = g_array_new(FALSE, FALSE, sizeof(struct feed));
	wires->free_feeds = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	wires->chunk = g_malloc0(CHUNK_BYTES);
	wires->alarm[0] = wires->alarm[1] = -1;
	for (i = 0; i < w->files->len; i++) {
		struct real_file *file = w->files->pdata[i];

		number = file->stream ? (int)wires->wires->len : -1;
		g_array_append_val(wires->wire_of_file, number);
		if (!file->stream)
			continue;
		wire = g_new0(struct wire, 1);
		wire->number = wires->wires->len;
		wire->file = file;
		wire->near = wire->far = -1;
		g_ptr_array_add(wires->wires, wire);
	}
}

void
wires_release(struct world *w)
{
	struct wires *wires = &w->wires;
	guint i;

	for (i = 0; i < wires->wires->len; i++)
		real_disconnect(wires->wires->pdata[i]);
	for (i = 0; i < 2; i++)
		if (wires->alarm[i] >= 0)
			close(wires->alarm[i]);
	g_ptr_array_free(wires->wires, TRUE);
	g_array_free(wires->wire_of_file, TRUE);
	g_array_free(wires->wire_of_process, TRUE);
	g_array_free(wires->wire_of_socket, TRUE);
	g_array_free(wires->feeds, TRUE);
	g_array_free(wires->free_feeds, TRUE);
	agenda_release(&wires->agenda);
	g_free(wires->chunk);
}

bool
wires_needed(const struct world *w)
{
	return (w->wires.wires->len > 0);
}

bool
wires_start(struct world *w)
{
	struct wires *wires = &w->wires;
	sigset_t all, before;
	int error;

	if (!make_alarm(wires)) {
		w->thread_error = errno;
		return (false);
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&wires->thread, NULL, wires_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* That of a daemon made at boot may stand there already. */
	if (error != 0)
		w->thread_error = error;
	wires->running = error == 0;
	return (wires->running);
}

void
wires_stop(struct world *w)
{
	struct wires *wires = &w->wires;

	if (!wires->running)
		return;
	wires->quit = true;
	alarm_wires(wires);
	pthread_mutex_unlock(&w->lock);
	pthread_join(wires->thread, NULL);
	pthread_mutex_lock(&w->lock);
	wires->running = false;
}
