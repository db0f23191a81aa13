/*
 * The worker: the one thread of a process that does its I/O, job by job, each
 * to its end (aio_worker, aio_process).  It is made at the process's first use
 * of AIO and lives until exit or exec.  A job that blocks in a pipe therefore
 * blocks all AIO of its process.
 *
 * Its priority is the highest that user threads have, so that it runs before
 * the program that wakes it goes on: of a burst the first job is in its hands
 * before the second is queued.
 */

#include <assert.h>
#include <stdlib.h>

#include "model/netbsd/netbsd.h"

void
netbsd_worker_create(struct netbsd *k, struct process *p)
{
	struct worker *w = core_allocate(sizeof(*w));

	emit_cost(&k->base, COST_CREATE);
	w->process = p;
	w->state = WORKER_IDLE;
	p->worker = w;
	thread_enter(&k->base, &w->thread, THREAD_DAEMON, netbsd_worker_run);
	k->base.counters.daemons++;
	k->base.counters.daemons_created++;
	emit(&k->base, EF_SPAWN, w->thread.id);
	emit(&k->base, EF_READY, w->thread.id);
}

void
netbsd_worker_release(struct kernel *k, uint32_t thread)
{
	struct worker *w = (struct worker *)k->threads[thread];

	assert(w->state == WORKER_GONE);
	free(w);
}

static void
worker_exit(struct netbsd *k, struct worker *w)
{
	struct process *p = w->process;

	assert(p->current == NULL);
	k->base.counters.daemons--;
	k->base.counters.daemons_exited++;
	emit_cost(&k->base, COST_EXIT);
	w->state = WORKER_GONE;
	p->worker = NULL;
	netbsd_wake(k, p, CHANNEL_LEAVE);
	emit(&k->base, EF_REAP, w->thread.id);
}

/* ---- One job ---------------------------------------------------------- */

bool
netbsd_file_is_interruptible(const struct open_file *file)
{
	switch (file->file.kind) {
	case KERNEL_REGULAR:
	case KERNEL_DIR:
	case KERNEL_RAWDISK:
	case KERNEL_KQUEUE:
		break;
	case KERNEL_FIFO:
	case KERNEL_TTY:
	case KERNEL_SOCKET:
	case KERNEL_PIPE:
		return (true);
	}
	return (false);
}

/* What keeps the job from being served, now that its turn has come. */
static enum kernel_errno
look_at_file(const struct job *job, const struct open_file *file)
{
	bool is_write = job->info.opcode == KERNEL_OP_WRITE;

	if (file == NULL)
		return (KE_EBADF);
	if (job->info.opcode == KERNEL_OP_SYNC) {
		if (!kernel_has_vnode(file->file.kind))
			return (KE_EINVAL);
		return (file->file.writable ? KE_OK : KE_EBADF);
	}
	if (is_write ? !file->file.writable : !file->file.readable)
		return (KE_EBADF);
	if (file->file.kind == KERNEL_KQUEUE)
		return (KE_ENXIO);
	if (job->info.offset_bytes < 0 &&
	    (file->file.kind == KERNEL_REGULAR ||
		file->file.kind == KERNEL_DIR))
		return (KE_EINVAL);
	return (KE_OK);
}

/* Result, then "current", list and sleepers, then the signals. */
static void
finish_job(
    struct netbsd *k, struct process *p, int64_t value, enum kernel_errno error)
{
	struct job *job = p->current;
	struct list *list = job->list;

	p->current = NULL;
	job->list = NULL;
	if (job->file != NULL)
		netbsd_file_leave(k, job);
	netbsd_complete(k, job, value, error);
	/* A waiting lio_listio is woken by the broadcast, and must find the
	 * reference gone; the list's own signal is the last. */
	if (list != NULL && list->references > 1) {
		list->references--;
		list = NULL;
	}
	netbsd_wake(k, p, CHANNEL_DONE);
	netbsd_signal(k, p, &job->sigev, job->info.cb);
	if (list != NULL)
		netbsd_list_release(k, p, list);
}

/* Takes the head of the queue: its slot is free from now on.  False if it is
 * already over. */
static bool
start_job(struct netbsd *k, struct worker *w)
{
	struct process *p = w->process;
	struct job *job = TAILQ_FIRST(&p->queue);
	enum kernel_errno error;

	TAILQ_REMOVE(&p->queue, job, link);
	p->current = job;
	netbsd_job_set_state(k, job, JOB_CURRENT);
	error = look_at_file(job, netbsd_file(p, job->info.fd));
	if (error != KE_OK) {
		finish_job(k, p, -1, error);
		return (false);
	}
	if (job->info.opcode != KERNEL_OP_SYNC && job->info.size_bytes == 0) {
		finish_job(k, p, 0, KE_OK);
		return (false);
	}
	netbsd_file_use(job);
	job->server = &w->thread;
	w->state = WORKER_SERVING;
	if (job->info.opcode != KERNEL_OP_SYNC)
		emit_copy(&k->base, (int64_t)job->info.size_bytes);
	emit_job(&k->base, EF_SERVE, w->thread.id, &job->info);
	thread_sleep(&k->base, &w->thread);
	return (true);
}

/* ---- The loop --------------------------------------------------------- */

void
netbsd_done(struct kernel *base, uint32_t index,
    const struct kernel_service_result *result)
{
	struct netbsd *k = netbsd(base);
	struct job *job = netbsd_job_at(k, index);

	if (job->state == JOB_LEFT) {
		netbsd_job_set_state(k, job, JOB_GONE);
		emit_job(base, EF_COLLECT, KERNEL_NOBODY, &job->info);
		return;
	}
	assert(job->state == JOB_CURRENT || job->state == JOB_SYNCHRONOUS);
	job->result = *result;
	thread_wake(base, job->server);
}

void
netbsd_worker_run(struct kernel *base, struct kernel_thread *t)
{
	struct netbsd *k = netbsd(base);
	struct worker *w = (struct worker *)t;
	struct process *p = w->process;
	struct kernel_service_result result;

	/* An interrupted service was taken from the worker (leave.c). */
	if (w->state == WORKER_SERVING && p->current != NULL) {
		result = p->current->result;
		finish_job(k, p, result.error == KE_OK ? result.bytes : -1,
		    result.error);
	}
	w->state = WORKER_IDLE;
	while (!p->leaving && !TAILQ_EMPTY(&p->queue))
		if (start_job(k, w))
			return;
	if (p->leaving)
		worker_exit(k, w);
	else
		thread_sleep(&k->base, &w->thread);
}
