/*
 * Sockets: the queue of each of a socket's two buffers, and its task, which a
 * soaiod runs (soo_aio_queue, soo_aio_cancel, sowakeup_aio, soaio_process_sb,
 * soaio_process_job of sys_socket.c).
 *
 * A buffer has one task, so that its jobs are served one at a time and in
 * order.  What the buffer holds is outside of the kernel's model, which is told
 * whether it is ready: at opening, when it changes, and after each attempt.
 * While the task is queued or runs nobody else takes from the buffer, so
 * nothing is missed.
 */

#include <assert.h>
#include <stdlib.h>

#include "model/freebsd/freebsd.h"

void
sockbufs_open(struct freebsd *k, struct open_file *file)
{
	struct sockbuf *sb;
	int direction;

	file->sockbufs = core_allocate(2 * sizeof(*sb));
	for (direction = 0; direction < 2; direction++) {
		sb = &file->sockbufs[direction];
		sb->file = file;
		TAILQ_INIT(&sb->jobs);
		TAILQ_INIT(&sb->lockers);
	}
	file->sockbufs[KERNEL_RECEIVE].ready = file->file.receive_ready;
	file->sockbufs[KERNEL_SEND].ready = file->file.send_ready;
	LIST_INSERT_HEAD(&k->sockets, file, socket_link);
}

void
sockbufs_close(struct open_file *file)
{
	LIST_REMOVE(file, socket_link);
	free(file->sockbufs);
}

struct sockbuf *
sockbuf_of(const struct job *job)
{
	return (&job->file->sockbufs[job->info.opcode == KERNEL_OP_READ
		? KERNEL_RECEIVE
		: KERNEL_SEND]);
}

/* ---- The queue -------------------------------------------------------- */

static void
start_task(struct freebsd *k, struct sockbuf *sb)
{
	sb->wanted = false;
	if (sb->running)
		return;
	sb->running = true;
	sb->file->references++;
	soaiod_enqueue(k, sb);
}

void
queue_socket_job(struct freebsd *k, struct job *job)
{
	struct sockbuf *sb = sockbuf_of(job);

	job_set_state(k, job, JOB_SOCKET_WAIT);
	TAILQ_INSERT_TAIL(&sb->jobs, job, queue_link);
	if (sb->running)
		return;
	if (sb->ready)
		start_task(k, sb);
	else
		sb->wanted = true;
}

/* A job that waits for its buffer, or for its turn, is held by no limit. */
int
socket_held_by(const struct freebsd *k, const struct job *job)
{
	const struct sockbuf *sb = sockbuf_of(job);

	if (sb->running || !sb->ready ||
	    k->socket_task_count < k->soaiod.idle_count ||
	    *k->soaiod.alive < k->tunables[SO_MAX_PROCS])
		return (-1);
	return (SO_MAX_PROCS);
}

void
leave_sockbuf(struct job *job)
{
	struct sockbuf *sb = sockbuf_of(job);

	TAILQ_REMOVE(&sb->jobs, job, queue_link);
	if (TAILQ_EMPTY(&sb->jobs))
		sb->wanted = false;
}

/* What was moved before counts: the job then has not been cancelled. */
void
end_socket_job(struct freebsd *k, struct job *job)
{
	if (job->info.done_bytes > 0)
		complete(k, job, job->info.done_bytes, KE_OK);
	else
		complete(k, job, -1, KE_ECANCELED);
}

/* Jobs and the task hold a socket that is closed: the descriptor that it was
 * opened as then still names it. */
static struct open_file *
find_socket(const struct freebsd *k, uint32_t process, int fd, uint32_t device)
{
	struct open_file *file = process_file(k->processes[process], fd);

	if (file != NULL && file->sockbufs != NULL &&
	    file->file.device == device)
		return (file);
	LIST_FOREACH(file, &k->sockets, socket_link)
	{
		if (file->opener == process && file->opened_as == fd &&
		    file->file.device == device)
			return (file);
	}
	return (NULL);
}

void
socket_set_nonblocking(struct kernel *base, uint32_t process, int fd,
    uint32_t device, bool nonblocking)
{
	struct open_file *file =
	    find_socket(freebsd(base), process, fd, device);

	if (file != NULL)
		file->file.nonblocking = nonblocking;
}

/* Nothing hears of a socket that is gone.  The task is asked for whether the
 * buffer is ready or not (sowakeup_aio). */
void
socket_changed(struct kernel *base, const struct kernel_socket_change *change)
{
	struct freebsd *k = freebsd(base);
	struct open_file *file;
	struct sockbuf *sb;

	file = find_socket(k, change->process, change->fd, change->device);
	if (file == NULL)
		return;
	sb = &file->sockbufs[change->direction];
	sb->ready = change->ready;
	if (k->rules->sockets_by_aiods)
		aiod_socket_changed(k, sb);
	else if (sb->wanted)
		start_task(k, sb);
}

void
socket_attempt_ended(struct job *job)
{
	sockbuf_of(job)->ready = job->result.ready;
}

/* ---- The task --------------------------------------------------------- */

/* The rest of the job, as far as it goes without waiting. */
static void
attempt(struct freebsd *k, struct daemon *d, struct job *job)
{
	enter_vmspace(k, d, job->process->vmspace);
	d->job = job;
	d->state = DAEMON_SERVING;
	job->server = &d->thread;
	emit_job(&k->base, EF_SERVE, d->thread.id, &job->info);
	thread_sleep(&k->base, &d->thread);
}

bool
sockbuf_task_run(struct freebsd *k, struct daemon *d)
{
	struct sockbuf *sb = d->sockbuf;
	struct job *job = TAILQ_FIRST(&sb->jobs);

	if (job != NULL && sb->ready) {
		TAILQ_REMOVE(&sb->jobs, job, queue_link);
		job_set_state(k, job, JOB_RUNNING);
		attempt(k, d, job);
		return (false);
	}
	sb->wanted = job != NULL;
	sb->running = false;
	d->sockbuf = NULL;
	file_release(sb->file);
	return (true);
}

/* The job cannot go on.  False if the buffer has become ready since, so that it
 * is tried again at once. */
static bool
wait_for_buffer(struct freebsd *k, struct daemon *d, struct job *job)
{
	k->base.counters.so_empty_results++;
	if (d->sockbuf->ready) {
		k->base.counters.so_empty_retries++;
		attempt(k, d, job);
		return (false);
	}
	if (job->marked) {
		end_socket_job(k, job);
	} else {
		job_set_state(k, job, JOB_SOCKET_WAIT);
		TAILQ_INSERT_HEAD(&d->sockbuf->jobs, job, queue_link);
	}
	return (true);
}

bool
sockbuf_task_resume(struct freebsd *k, struct daemon *d)
{
	struct job *job = d->job;
	const struct kernel_service_result *result = &job->result;
	int64_t done = job->info.done_bytes += result->bytes;
	bool partial = done > 0 &&
	    (result->would_block || result->error == KE_EINTR ||
		result->error == KE_EAGAIN);

	d->job = NULL;
	if (result->would_block && (done == 0 || !job->file->file.nonblocking))
		return (wait_for_buffer(k, d, job));
	if (result->error == KE_OK || partial)
		complete(k, job, done, KE_OK);
	else
		complete(k, job, -1, result->error);
	return (true);
}
