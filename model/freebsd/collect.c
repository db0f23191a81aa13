/*
 * Calls that ask for results: aio_error, aio_return, aio_suspend and
 * aio_waitcomplete (kern_aio_error, kern_aio_return, kern_aio_suspend,
 * kern_aio_waitcomplete).
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

/* The oldest uncollected request of a control block, or NULL. */
static struct job *
oldest_job(struct process *p, uint32_t cb)
{
	return (TAILQ_FIRST(&process_cb(p, cb)->jobs));
}

/* Its first finished one, in order of completion. */
static struct job *
first_done(struct process *p, uint32_t cb)
{
	struct job *job, *only = oldest_job(p, cb);

	if (only == NULL || TAILQ_NEXT(only, cb_link) == NULL)
		return (only != NULL && only->state == JOB_DONE ? only : NULL);
	TAILQ_FOREACH(job, &p->done, life_link)
	{
		if (job->info.cb == cb)
			return (job);
	}
	return (NULL);
}

/* Hands the result to the user's control block and forgets the request. */
static void
take_result(struct freebsd *k, struct user_thread *u, struct job *job)
{
	struct kernel_cb *cb = process_cb(u->process, job->info.cb);
	int64_t status = job->info.status;
	enum kernel_errno error = job->info.error;
	uint32_t which = job->info.cb;

	emit_cost(&k->base, COST_COLLECT);
	cb->status = status;
	cb->error = error;
	job_collect(k, job);
	user_return(k, u, error == KE_OK ? status : -1, error,
	    u->call.kind == KERNEL_AIO_WAITCOMPLETE ? which : KERNEL_NO_CB);
}

void
call_aio_error(struct freebsd *k, struct user_thread *u)
{
	struct process *p = u->process;
	struct kernel_cb *cb;
	struct job *job;
	enum kernel_errno error = KE_EINVAL;

	if (p->in_use) {
		cb = process_cb(p, u->call.cb);
		job = TAILQ_FIRST(&cb->jobs);
		if (job != NULL)
			error = job->state == JOB_DONE ? job->info.error
						       : KE_EINPROGRESS;
		else if (cb->status == -1)
			error = cb->error;
	}
	user_return(
	    k, u, kernel_errno_number(&k->base, error), KE_OK, KERNEL_NO_CB);
}

void
call_aio_return(struct freebsd *k, struct user_thread *u)
{
	struct job *job = NULL;

	if (u->process->in_use)
		job = first_done(u->process, u->call.cb);
	if (job == NULL)
		user_return(k, u, -1, KE_EINVAL, KERNEL_NO_CB);
	else
		take_result(k, u, job);
}

/* True where aio_suspend returns at once: one of the listed is finished, or
 * none of them is known. */
static bool
suspend_is_over(struct user_thread *u)
{
	bool known = false;
	struct job *job;
	int i;

	for (i = 0; i < u->call.count; i++) {
		if (u->call.cbs[i] == KERNEL_NO_CB)
			continue;
		TAILQ_FOREACH(
		    job, &process_cb(u->process, u->call.cbs[i])->jobs, cb_link)
		{
			known = true;
			if (job->state == JOB_DONE)
				return (true);
		}
	}
	return (!known);
}

void
call_aio_suspend(struct freebsd *k, struct user_thread *u)
{
	bool invalid;
	int64_t ticks = timeout_ticks(k, u->call.timeout_ns, &invalid);
	enum kernel_errno error = KE_OK;

	if (u->phase == PHASE_SLEPT && u->thread.timed_out) {
		error = KE_EAGAIN;
	} else if (u->phase == PHASE_BODY &&
	    (invalid || u->call.count < 0 || u->call.count > list_max(k))) {
		error = KE_EINVAL;
	} else if (!u->process->in_use) {
		error = KE_EAGAIN;
	} else if (u->call.count > 0 && !suspend_is_over(u)) {
		user_sleep(k, u, ticks);
		return;
	}
	user_return(k, u, error == KE_OK ? 0 : -1, error, KERNEL_NO_CB);
}

void
call_aio_waitcomplete(struct freebsd *k, struct user_thread *u)
{
	bool invalid;
	int64_t ticks = timeout_ticks(k, u->call.timeout_ns, &invalid);
	struct job *job = TAILQ_FIRST(&u->process->done);

	if (invalid)
		user_return(k, u, -1, KE_EINVAL, KERNEL_NO_CB);
	else if (u->phase == PHASE_SLEPT && u->thread.timed_out)
		/* msleep's verdict stands, whatever has finished since. */
		user_return(k, u, -1, KE_EAGAIN, KERNEL_NO_CB);
	else if (job != NULL)
		take_result(k, u, job);
	else if (u->call.timeout_ns == 0)
		user_return(k, u, -1, KE_EAGAIN, KERNEL_NO_CB);
	else
		user_sleep(k, u, ticks);
}
