/*
 * The end of a job: its result goes to the program's control block, and the
 * kernel forgets it.  Signals: one pending at a time for each number, so that
 * many completions while none is taken make one delivery (aio_sendsig).
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
	emit_job(&k->base, EF_COLLECT, k->base.current, record->index);
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
	emit_job(&k->base, EF_COMPLETE, k->base.current, job->index);
	netbsd_block_forget(k, block);
	block->state = BLOCK_DONE;
	block->error = error;
	block->value = value;
	block->record = job;
}

/* ---- Signals ---------------------------------------------------------- */

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
netbsd_signal(struct netbsd *k, struct process *p,
    const struct kernel_sigevent *sigev, uint32_t cb)
{
	struct kernel_effect *effect;

	if (sigev->notify == KERNEL_NOTIFY_NONE || sigev->signo == 0)
		return;
	p->signals[sigev->signo].pending = true;
	p->signals[sigev->signo].cb = cb;
	effect = emit(&k->base, EF_NOTIFY, KERNEL_NOBODY);
	effect->notice.kind =
	    cb == KERNEL_NO_CB ? NOTICE_LIO_SIGNAL : NOTICE_SIGNAL;
	effect->notice.process = p->pid;
	effect->notice.cb = cb;
	effect->notice.data = sigev->signo;
	netbsd_wake(k, p, CHANNEL_SIGNAL);
}

void
netbsd_list_release(struct netbsd *k, struct process *p, struct list *list)
{
	if (--list->references > 0)
		return;
	netbsd_signal(k, p, &list->sigev, KERNEL_NO_CB);
	free(list);
}

/* Clock ticks that a time-out lasts at least (tstohz). */
static int64_t
ticks_of(const struct netbsd *k, int64_t timeout_ns)
{
	int64_t tick = k->base.tick_ns;

	return (timeout_ns / tick + (timeout_ns % tick != 0) + 1);
}

/* Takes the pending signal of the lowest number, as sigtimedwait does. */
void
netbsd_call_sigwait(struct netbsd *k, struct user_thread *u)
{
	struct process *p = u->process;
	struct kernel_effect *effect;
	int64_t tick = k->base.tick_ns;
	int signo;

	for (signo = 1; signo < SIGNAL_COUNT; signo++)
		if (p->signals[signo].pending)
			break;
	if (signo < SIGNAL_COUNT) {
		p->signals[signo].pending = false;
		u->in_call = false;
		effect = emit(&k->base, EF_RETURN, u->thread.id);
		effect->result.value = signo;
		effect->result.error = KE_OK;
		effect->result.cb = p->signals[signo].cb;
	} else if (u->call.timeout_ns == KERNEL_NO_TIMEOUT) {
		netbsd_sleep(k, u, CHANNEL_SIGNAL, -1);
	} else if (u->call.timeout_ns <= 0 ||
	    (u->slept && k->base.now_ns >= u->deadline_ns)) {
		netbsd_return(k, u, -1, KE_EAGAIN);
	} else {
		if (!u->slept)
			u->deadline_ns = (k->base.now_ns / tick +
					     ticks_of(k, u->call.timeout_ns)) *
			    tick;
		netbsd_sleep(k, u, CHANNEL_SIGNAL,
		    u->deadline_ns / tick - k->base.now_ns / tick);
	}
}
