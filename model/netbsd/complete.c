/*
 * The end of a job: its result goes to the program's control block, and the
 * kernel forgets it; and which notifications there are.
 */

#include <stdlib.h>

#include "model/netbsd/netbsd.h"

/* The record of what the block last came to is closed. */
void
netbsd_block_forget(struct netbsd *k, struct block *block)
{
	struct job *record = block->record;

	if (record == NULL)
		return;
	block->record = NULL;
	netbsd_job_set_state(k, record, JOB_GONE);
	emit_job(&k->base, EF_COLLECT, k->base.current, &record->info);
}

void
netbsd_complete(
    struct netbsd *k, struct job *job, int64_t value, enum kernel_errno error)
{
	struct block *block = netbsd_block(job->process, job->info.cb);

	emit_cost(&k->base, COST_COMPLETE);
	job->info.status = value;
	job->info.error = error;
	netbsd_job_set_state(k, job, JOB_DONE);
	emit_job(&k->base, EF_COMPLETE, k->base.current, &job->info);
	netbsd_block_forget(k, block);
	block->state = BLOCK_DONE;
	block->error = error;
	block->value = value;
	block->record = job;
}

/* ---- Notifications ---------------------------------------------------- */

/* SIGEV_THREAD passes, and is treated as SIGEV_SIGNAL. */
bool
netbsd_sigevent_is_valid(const struct kernel_sigevent *sigev)
{
	switch (sigev->notify) {
	case KERNEL_NOTIFY_NONE:
	case KERNEL_NOTIFY_SIGNAL:
	case KERNEL_NOTIFY_THREAD:
		return (sigev->signo >= 0 && sigev->signo < SIGNAL_COUNT);
	case KERNEL_NOTIFY_KEVENT:
	case KERNEL_NOTIFY_THREAD_ID:
		break;
	}
	return (false);
}

void
netbsd_list_release(struct netbsd *k, struct process *p, struct list *list)
{
	if (--list->references > 0)
		return;
	netbsd_signal(k, p, &list->sigev, KERNEL_NO_CB);
	free(list);
}
