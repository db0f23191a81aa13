/*
 * Sockets of FreeBSD 10, which has no soaiods: a request waits at its socket
 * until that is ready, and is then queued for an aiod like any other, which
 * reads or writes as a program would, and so may sleep in it (aio_aqueue,
 * aio_swake_cb, aio_process_rw; soreceive and sosend under sblock).
 *
 * The daemon that is at a buffer keeps it until its request is over; others
 * with requests for the same buffer wait for that, asleep as well.  All of them
 * count against max_aio_procs and max_aio_per_proc.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

/* Until now it has waited for its socket; what it waits for from here on is a
 * daemon. */
static void
note_limit(struct freebsd *k, struct job *job)
{
	job->info.held_by = kick_held_by(k, job->process);
	job->info.held_from_ns = k->base.now_ns;
}

/* Whether it is ready or not: what waits goes to the daemons (aio_swake_cb). */
static void
queue_all(struct freebsd *k, struct sockbuf *sb)
{
	struct job *job;

	while ((job = TAILQ_FIRST(&sb->jobs)) != NULL) {
		TAILQ_REMOVE(&sb->jobs, job, queue_link);
		job->route = ROUTE_POOL;
		note_limit(k, job);
		queue_job(k, job);
	}
}

void
aiod_socket_changed(struct freebsd *k, struct sockbuf *sb)
{
	bool wanted = sb->wanted;

	sb->wanted = false;
	if (sb->holder != NULL && sb->holder->blocked) {
		sb->holder->blocked = false;
		thread_wake(&k->base, &sb->holder->thread);
	}
	if (wanted)
		queue_all(k, sb);
}

/* The rest of the request, as far as it goes without waiting. */
static void
attempt(struct freebsd *k, struct daemon *d)
{
	emit_job(&k->base, EF_SERVE, d->thread.id, &d->job->info);
	thread_sleep(&k->base, &d->thread);
}

void
aiod_serve_socket(struct freebsd *k, struct daemon *d, struct job *job)
{
	struct sockbuf *sb = sockbuf_of(job);

	d->job = job;
	d->state = DAEMON_SERVING;
	d->sockbuf = sb;
	job->server = &d->thread;
	if (sb->holder == NULL) {
		sb->holder = d;
		attempt(k, d);
		return;
	}
	TAILQ_INSERT_TAIL(&sb->lockers, d, idle_link);
	thread_sleep(&k->base, &d->thread);
}

/* The next daemon gets the buffer. */
static void
unlock(struct freebsd *k, struct sockbuf *sb)
{
	sb->holder = TAILQ_FIRST(&sb->lockers);
	if (sb->holder == NULL)
		return;
	TAILQ_REMOVE(&sb->lockers, sb->holder, idle_link);
	sb->holder->retries = true;
	thread_wake(&k->base, &sb->holder->thread);
}

bool
aiod_socket_goes_on(struct freebsd *k, struct daemon *d)
{
	struct sockbuf *sb = d->sockbuf;
	struct job *job = d->job;
	struct kernel_service_result *result = &job->result;

	assert(sb->holder == d);
	if (d->retries) {
		/* It has waited for the buffer, or for what it holds. */
		d->retries = false;
		attempt(k, d);
		return (true);
	}
	job->info.done_bytes += result->bytes;
	if (result->would_block && !job->file->file.nonblocking &&
	    (job->info.opcode == KERNEL_OP_WRITE ||
		job->info.done_bytes == 0)) {
		if (sb->ready) {
			attempt(k, d);
			return (true);
		}
		d->retries = d->blocked = true;
		thread_sleep(&k->base, &d->thread);
		return (true);
	}
	result->bytes = job->info.done_bytes;
	d->sockbuf = NULL;
	unlock(k, sb);
	return (false);
}
