/*
 * Calls about requests under way.  aio_error and aio_return read the program's
 * own control block; aio_suspend waits for any completion and looks again;
 * aio_cancel takes jobs out of the queue.
 */

#include "model/netbsd/netbsd.h"

enum { AIO_CANCELED = 1, AIO_NOTCANCELED = 2, AIO_ALLDONE = 3 };

void
netbsd_call_aio_error(struct netbsd *k, struct user_thread *u)
{
	const struct block *block;

	if (u->call.cb == KERNEL_NO_CB && u->process->in_use) {
		netbsd_return(k, u, -1, KE_EFAULT);
		return;
	}
	block =
	    u->process->in_use ? netbsd_block(u->process, u->call.cb) : NULL;
	if (block == NULL || block->state == BLOCK_NONE)
		netbsd_return(k, u, -1, KE_EINVAL);
	else
		netbsd_return(
		    k, u, kernel_errno_number(&k->base, block->error), KE_OK);
}

void
netbsd_call_aio_return(struct netbsd *k, struct user_thread *u)
{
	struct block *block;
	enum kernel_errno error;
	int64_t value;

	if (u->call.cb == KERNEL_NO_CB && u->process->in_use) {
		netbsd_return(k, u, -1, KE_EFAULT);
		return;
	}
	block =
	    u->process->in_use ? netbsd_block(u->process, u->call.cb) : NULL;
	if (block == NULL || block->state != BLOCK_DONE) {
		netbsd_return(k, u, -1, KE_EINVAL);
		return;
	}
	emit_cost(&k->base, COST_COLLECT);
	value = block->value;
	error = block->error;
	block->state = BLOCK_NONE;
	block->error = KE_OK;
	block->value = -1;
	netbsd_block_forget(k, block);
	netbsd_return(k, u, value, error);
}

/* ---- aio_suspend ------------------------------------------------------ */

/* mstohz: whole ticks, rounded down; but a part of one counts as one. */
static int64_t
suspend_ticks(const struct netbsd *k, int64_t timeout_ns)
{
	int64_t ticks;

	if (timeout_ns == KERNEL_NO_TIMEOUT)
		return (-1);
	if (timeout_ns <= 0)
		return (0);
	ticks = timeout_ns / 1000000 * k->base.hz / 1000;
	return (ticks > 0 ? ticks : 1);
}

static bool
is_any_done(struct user_thread *u)
{
	int i;

	for (i = 0; i < u->call.count; i++)
		if (u->call.cbs[i] != KERNEL_NO_CB &&
		    netbsd_block(u->process, u->call.cbs[i])->state ==
			BLOCK_DONE)
			return (true);
	return (false);
}

/* A completion of any request of the process wakes it; in vain, it sleeps for
 * the full time-out again.  Even {0, 0} with everything done is EAGAIN. */
void
netbsd_call_aio_suspend(struct netbsd *k, struct user_thread *u)
{
	int64_t ticks = suspend_ticks(k, u->call.timeout_ns);

	if (u->slept && u->thread.timed_out)
		netbsd_return(k, u, -1, KE_EAGAIN);
	else if (!u->slept &&
	    (u->call.count <= 0 ||
		u->call.count > k->tunables[AIO_LISTIO_MAX] ||
		!u->process->in_use || ticks == 0))
		netbsd_return(k, u, -1, KE_EAGAIN);
	else if (is_any_done(u))
		netbsd_return(k, u, 0, KE_OK);
	else
		netbsd_sleep(k, u, CHANNEL_DONE, ticks);
}

/* ---- aio_cancel ------------------------------------------------------- */

static bool
matches(const struct job *job, const struct kernel_call *call)
{
	return (call->cb != KERNEL_NO_CB ? job->info.cb == call->cb
					 : job->info.fd == call->fd);
}

/* Out of the queue first, all of them; then, one by one, what their program
 * sees of it.  Nobody who sleeps in aio_suspend or LIO_WAIT is woken. */
static int
cancel_queued(struct netbsd *k, struct user_thread *u)
{
	struct process *p = u->process;
	struct job_list taken = TAILQ_HEAD_INITIALIZER(taken);
	struct job *job, *next;
	struct list *list;
	int count = 0;

	for (job = TAILQ_FIRST(&p->queue); job != NULL; job = next) {
		next = TAILQ_NEXT(job, link);
		if (!matches(job, &u->call))
			continue;
		TAILQ_REMOVE(&p->queue, job, link);
		TAILQ_INSERT_TAIL(&taken, job, link);
		count++;
	}
	while ((job = TAILQ_FIRST(&taken)) != NULL) {
		TAILQ_REMOVE(&taken, job, link);
		list = job->list;
		job->list = NULL;
		netbsd_complete(k, job, -1, KE_ECANCELED);
		netbsd_signal(k, p, &job->sigev, job->info.cb);
		if (list != NULL)
			netbsd_list_release(k, p, list);
	}
	return (count);
}

void
netbsd_call_aio_cancel(struct netbsd *k, struct user_thread *u)
{
	struct process *p = u->process;
	const struct block *block;
	int64_t result = AIO_ALLDONE;

	if (netbsd_file(p, u->call.fd) == NULL) {
		netbsd_return(k, u, -1, KE_EBADF);
		return;
	}
	if (!p->in_use) {
		netbsd_return(k, u, AIO_NOTCANCELED, KE_OK);
		return;
	}
	if (u->call.cb != KERNEL_NO_CB) {
		block = netbsd_block(p, u->call.cb);
		if (block->used && block->fd != u->call.fd) {
			netbsd_return(k, u, -1, KE_EBADF);
			return;
		}
	}
	if (cancel_queued(k, u) > 0)
		result = AIO_CANCELED;
	/* The running one has the last word. */
	if (p->current != NULL && matches(p->current, &u->call))
		result = AIO_NOTCANCELED;
	netbsd_return(k, u, result, KE_OK);
}
