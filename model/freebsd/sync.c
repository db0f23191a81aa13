/*
 * aio_fsync: it waits for what was submitted before it on the same open file
 * (not the same vnode: a file opened twice is two), other fsyncs not counted,
 * and is then queued by the task thread (aio_queue_file, aio_schedule_fsync).
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

void
queue_fsync(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;
	struct job *earlier;

	TAILQ_FOREACH(earlier, &p->unfinished, life_link)
	{
		if (earlier->file == job->file &&
		    earlier->info.opcode != KERNEL_OP_SYNC &&
		    earlier->seqno < job->seqno) {
			earlier->awaited = true;
			job->pending++;
		}
	}
	if (job->pending == 0) {
		queue_job(k, job);
		return;
	}
	job_set_state(k, job, JOB_SYNC_WAIT);
	TAILQ_INSERT_TAIL(&p->sync_wait, job, queue_link);
}

void
sync_predecessor_done(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;
	struct job *waiting, *next;
	bool ready = false;

	for (waiting = TAILQ_FIRST(&p->sync_wait); waiting != NULL;
	     waiting = next) {
		next = TAILQ_NEXT(waiting, queue_link);
		if (waiting->file != job->file || waiting->seqno < job->seqno)
			continue;
		if (--waiting->pending > 0)
			continue;
		TAILQ_REMOVE(&p->sync_wait, waiting, queue_link);
		TAILQ_INSERT_TAIL(&p->sync_ready, waiting, queue_link);
		job_set_state(k, waiting, JOB_SYNC_READY);
		ready = true;
	}
	if (ready)
		task_enqueue(k, &p->sync_task);
}

void
sync_task_run(struct freebsd *k, struct process *p)
{
	struct job *job;

	while ((job = TAILQ_FIRST(&p->sync_ready)) != NULL) {
		TAILQ_REMOVE(&p->sync_ready, job, queue_link);
		if (job->marked)
			complete(k, job, -1, KE_ECANCELED);
		else
			queue_job(k, job);
	}
}
