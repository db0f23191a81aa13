/*
 * Threads that do I/O: one for each daemon of the model, and for raw disks,
 * whose requests no daemon serves, as many as are under way.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/host_errno.h"
#include "sim/posix/faults.h"
#include "sim/posix/socket.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define STACK_BYTES (1024 * 1024)
#else
#define STACK_BYTES (128 * 1024)
#endif
/* How long a thread that served for nobody stays. */
#define IDLE_NS INT64_C(1000000000)

static ssize_t
move_bytes(const struct request *request, int fd)
{
	bool seekable = request->descriptor->seekable;
	off_t offset = request->offset_bytes;
	size_t size = request->move_bytes;

	if (request->opcode == KERNEL_OP_READ)
		return (seekable ? pread(fd, request->buffer, size, offset)
				 : read(fd, request->buffer, size));
	return (seekable ? pwrite(fd, request->buffer, size, offset)
			 : write(fd, request->buffer, size));
}

/* What the job asks for, with the host's calls; bytes, or -1 with errno. */
static ssize_t
perform(const struct request *request, int fd)
{
	switch (request->opcode) {
	case KERNEL_OP_READ:
	case KERNEL_OP_WRITE:
		return (move_bytes(request, fd));
	case KERNEL_OP_SYNC:
		return (fsync(fd));
	case KERNEL_OP_MLOCK:
		return (mlock(request->buffer, request->size_bytes));
	case KERNEL_OP_NOP:
		break;
	}
	return (0);
}

/* Without the lock. */
static struct socket_outcome
serve(struct request *request, int fd, int64_t done_bytes)
{
	struct socket_outcome outcome = {0, 0, false};
	const struct fault *fault = request->fault;

	/* A socket's job may come again, its fault does not. */
	request->fault = NULL;
	if (fault != NULL && !fault_before(fault, &request->move_bytes)) {
		outcome.error = errno;
		return (outcome);
	}
	if (socket_of(request) != NULL)
		return (socket_attempt(request, fd, done_bytes));
	outcome.bytes = perform(request, fd);
	if (outcome.bytes < 0) {
		outcome.error = errno;
		outcome.bytes = 0;
	}
	return (outcome);
}

/* Such a job may take for ever. */
static bool
may_never_end(const struct request *request)
{
	return (request->descriptor != NULL && socket_of(request) == NULL &&
	    !request->descriptor->seekable);
}

static void
post_done(
    struct request *request, uint32_t job, const struct socket_outcome *outcome)
{
	struct kernel_event event = {.kind = EV_DONE, .job = job};

	engine.unseekable_running -= may_never_end(request);
	request->host_error = outcome->error;
	event.done.bytes = outcome->bytes;
	event.done.error = host_errno_name(outcome->error);
	event.done.would_block = outcome->would_block;
	if (socket_of(request) != NULL)
		event.done.ready = socket_attempt_over(request, outcome);
	engine_post(&event);
}

/*
 * Writes to a file with O_APPEND are to append in the order of the calls, says
 * aio_write(2).  FreeBSD's daemons leave that to the vnode's lock; here a
 * daemon whose write is not the oldest waits for those before it, which were
 * selected before it.
 */
void
append_enter(struct request *request)
{
	struct descriptor *d = request->descriptor;

	if (request->opcode != KERNEL_OP_WRITE || d == NULL || !d->seekable ||
	    (fcntl(d->private_fd, F_GETFL) & O_APPEND) == 0)
		return;
	if (d->first_append == NULL)
		d->append_end = &d->first_append;
	*d->append_end = request;
	d->append_end = &request->next_append;
}

void
append_leave(struct request *request)
{
	struct descriptor *d = request->descriptor;
	struct request **link;

	if (d == NULL || d->first_append == NULL)
		return;
	for (link = &d->first_append; *link != NULL && *link != request;
	     link = &(*link)->next_append)
		;
	if (*link == NULL)
		return;
	*link = request->next_append;
	if (d->append_end == &request->next_append)
		d->append_end = link;
	engine_turn_over();
}

static bool
must_wait(const struct request *request)
{
	const struct request *r = request->descriptor != NULL
	    ? request->descriptor->first_append
	    : NULL;

	if (r == NULL || request->opcode != KERNEL_OP_WRITE || r == request)
		return (false);
	while (r != NULL && r != request)
		r = r->next_append;
	return (r == request);
}

static void
do_job(struct engine_thread *t)
{
	struct request *request = t->request;
	struct socket_outcome outcome;
	int64_t done_bytes;
	int fd = -1;

	while (must_wait(request))
		engine_await_turn();
	if (request->descriptor != NULL)
		fd = request->descriptor->private_fd;
	if (socket_of(request) != NULL)
		socket_attempt_begins(request);
	done_bytes = kernel_job(engine.kernel, t->job)->done_bytes;
	engine_unlock();
	outcome = serve(request, fd, done_bytes);
	engine_lock();
	t->has_job = false;
	post_done(request, t->job, &outcome);
}

/* Serves for nobody and has nothing to do: waits a while. */
static void
rest(struct engine_thread *t)
{
	if (t->timer_ns == NEVER_NS) {
		t->timer_ns = engine_now_ns() + IDLE_NS;
		t->next = engine.idle_servers;
		engine.idle_servers = t;
	} else if (engine_now_ns() >= t->timer_ns) {
		struct engine_thread **link = &engine.idle_servers;

		while (*link != t)
			link = &(*link)->next;
		*link = t->next;
		t->reaped = true;
	}
}

static void *
server_main(void *argument)
{
	struct engine_thread *t = argument;

	engine_lock();
	while (!t->reaped || t->has_job) {
		if (t->has_job) {
			do_job(t);
			continue;
		}
		if (t->is_daemon)
			engine_check_timer(t);
		else
			rest(t);
		if (!t->has_job && !t->reaped)
			(void)engine_wait(t, NULL);
	}
	engine_unlock();
	free(t);
	return (NULL);
}

int
server_start_thread(void *(*function)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, mask;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &mask);
	error = pthread_create(&thread, &attributes, function, argument);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	pthread_attr_destroy(&attributes);
	return (error);
}

/* The lock is held. */
static bool
start_thread(struct engine_thread *t)
{
	t->has_thread = server_start_thread(server_main, t) == 0;
	return (t->has_thread);
}

/* What is there from boot sleeps until there are sockets: no need of a thread
 * for each in a program that has none. */
void
server_spawn(struct engine_thread *t)
{
	t->is_daemon = true;
	if (!engine.booting)
		(void)start_thread(t);
}

void
servers_for_sockets(void)
{
	struct engine_thread *t;
	uint32_t i;

	if (engine.has_soaiods)
		return;
	engine.has_soaiods = true;
	for (i = 0; i < engine.thread_room; i++) {
		t = engine.threads[i];
		if (t != NULL && t->is_daemon && !t->has_thread)
			(void)start_thread(t);
	}
}

void
server_reap(struct engine_thread *t)
{
	engine.threads[t->id] = NULL;
	kernel_release_thread(engine.kernel, t->id);
	t->reaped = true;
	if (t->has_thread)
		engine_wake(t);
	else
		free(t);
}

static struct engine_thread *
server_for_nobody(void)
{
	struct engine_thread *t = engine.idle_servers;

	if (t != NULL) {
		engine.idle_servers = t->next;
		t->timer_ns = NEVER_NS;
		return (t);
	}
	t = allocate(sizeof(*t));
	t->id = KERNEL_NOBODY;
	t->timer_ns = NEVER_NS;
	return (t);
}

void
server_serve(struct engine_thread *t, uint32_t job)
{
	if (t == NULL)
		t = server_for_nobody();
	t->job = job;
	t->request =
	    (struct request *)(uintptr_t)kernel_job(engine.kernel, job)->tag;
	t->has_job = true;
	engine.unseekable_running += may_never_end(t->request);
	if (t->has_thread || start_thread(t)) {
		engine_wake(t);
	} else {
		t->next = engine.orphans;
		engine.orphans = t;
	}
}

void
server_end_orphan(void)
{
	const struct socket_outcome outcome = {0, EAGAIN, false};
	struct engine_thread *t = engine.orphans;
	struct request *request = t->request;
	uint32_t job = t->job;

	engine.orphans = t->next;
	t->has_job = false;
	if (!t->is_daemon)
		free(t);
	post_done(request, job, &outcome);
}
