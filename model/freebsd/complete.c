/*
 * Completion bookkeeping, in the kernel's order (aio_bio_done_notify): the
 * result, the lists, the list's count, notifications, fsyncs that waited, and
 * at last everybody who sleeps in the process.  The user's control block is not
 * touched before collection.
 */

#include "model/freebsd/freebsd.h"

void
complete(
    struct freebsd *k, struct job *job, int64_t status, enum kernel_errno error)
{
	struct process *p = job->process;

	emit_cost(&k->base, COST_COMPLETE);
	job->info.status = status;
	job->info.error = error;
	TAILQ_REMOVE(&p->unfinished, job, life_link);
	TAILQ_INSERT_TAIL(&p->done, job, life_link);
	k->base.counters.unfinished--;
	job_set_state(k, job, JOB_DONE);
	ready_update(k, p);
	emit_job(&k->base, EF_COMPLETE, k->base.current, &job->info);

	if (job->list != NULL)
		job->list->finished++;
	if (!p->rundown) {
		notify_job(k, job);
		if (job->list != NULL)
			list_finish(k, p, job->list);
	}
	if (job->awaited)
		sync_predecessor_done(k, job);
	process_wake(k, p);
}
