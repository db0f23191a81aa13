/*
 * exit and exec.  Both tell the worker to leave: a disk operation it finishes
 * first, a sleep in a pipe, socket or terminal is interrupted.  At exit the
 * descriptors are closed and what is queued is dropped (aio_exit): not
 * executed, not completed, not signalled.  exec leaves the process its queue,
 * but nobody to serve it.
 */

#include "model/netbsd/netbsd.h"

/* The record knows no other end: a dropped request counts as cancelled. */
static void
drop_queue(struct netbsd *k, struct process *p)
{
	struct job *job;

	while ((job = TAILQ_FIRST(&p->queue)) != NULL) {
		TAILQ_REMOVE(&p->queue, job, link);
		job->sigev.notify = KERNEL_NOTIFY_NONE;
		if (job->list != NULL) {
			job->list->sigev.notify = KERNEL_NOTIFY_NONE;
			netbsd_list_release(k, p, job->list);
			job->list = NULL;
		}
		netbsd_complete(k, job, -1, KE_ECANCELED);
	}
}

/* The program's memory goes, and with it all results not looked at. */
static void
forget_blocks(struct netbsd *k, struct process *p)
{
	static const struct block unused;
	uint32_t cb;

	for (cb = 0; cb < p->block_count; cb++) {
		netbsd_block_forget(k, &p->blocks[cb]);
		p->blocks[cb] = unused;
	}
}

/* Takes a job in an interruptible sleep from the worker.  Its number stays
 * until the driver has ended the service, of which nobody hears any more. */
static void
interrupt_service(struct netbsd *k, struct process *p)
{
	struct job *job = p->current;
	struct block *block = netbsd_block(p, job->info.cb);

	p->current = NULL;
	netbsd_file_leave(k, job);
	if (job->list != NULL) {
		job->list->sigev.notify = KERNEL_NOTIFY_NONE;
		netbsd_list_release(k, p, job->list);
		job->list = NULL;
	}
	netbsd_complete(k, job, -1, KE_EINTR);
	block->record = NULL;
	netbsd_job_set_state(k, job, JOB_LEFT);
}

static void
tell_worker(struct netbsd *k, struct process *p)
{
	p->leaving = true;
	/* Awake, it is between two jobs, and sees for itself. */
	if (!p->worker->thread.sleeping)
		return;
	if (p->current != NULL) {
		if (!netbsd_file_is_interruptible(p->current->file))
			return;
		interrupt_service(k, p);
	}
	thread_wake(&k->base, &p->worker->thread);
}

void
netbsd_call_leave(struct netbsd *k, struct user_thread *u)
{
	struct process *p = u->process;

	if (p->worker != NULL) {
		if (!u->slept)
			tell_worker(k, p);
		netbsd_sleep(k, u, CHANNEL_LEAVE, -1);
		return;
	}
	p->leaving = false;
	if (u->call.kind == KERNEL_EXIT) {
		drop_queue(k, p);
		netbsd_close_all(p);
		p->in_use = false;
	}
	forget_blocks(k, p);
	netbsd_return(k, u, 0, KE_OK);
}
