/*
 * The end of a process's AIO, at exit and exec (aio_proc_rundown): what can be
 * cancelled is; what runs is waited for; then everything is dropped, with no
 * notification.
 */

#include "model/freebsd/freebsd.h"

static void
cancel_all(struct freebsd *k, struct process *p)
{
	struct job *job, *next;

	for (job = TAILQ_FIRST(&p->unfinished); job != NULL; job = next) {
		next = TAILQ_NEXT(job, life_link);
		if (job_is_cancellable(job))
			(void)cancel_job(k, job);
		else
			job->marked = true;
	}
}

/* True once nothing of the process is under way. */
static bool
run_down(struct freebsd *k, struct user_thread *u)
{
	struct process *p = u->process;
	struct job *job;

	p->rundown = true;
	cancel_all(k, p);
	if (!TAILQ_EMPTY(&p->unfinished) || p->active != 0) {
		/* Completions wake it; if one is missed, a second does. */
		user_sleep(k, u, k->base.hz);
		return (false);
	}
	while ((job = TAILQ_FIRST(&p->done)) != NULL)
		job_collect(k, job);
	if (!task_is_idle(&p->kick_task) || !task_is_idle(&p->sync_task)) {
		user_sleep(k, u, -1);
		return (false);
	}
	p->in_use = p->rundown = false;
	return (true);
}

/* The new program's memory holds nothing of what stood in the old one's control
 * blocks. */
static void
change_program(struct freebsd *k, struct process *p)
{
	uint32_t i;

	p->vmspace = ++k->next_vmspace;
	for (i = 0; i < p->cb_count; i++) {
		p->cbs[i].status = 0;
		p->cbs[i].error = KE_OK;
	}
}

void
call_exit(struct freebsd *k, struct user_thread *u)
{
	struct process *p = u->process;

	if (p->in_use && !run_down(k, u))
		return;
	if (u->call.kind == KERNEL_EXEC)
		change_program(k, p);
	user_return(k, u, 0, KE_OK, KERNEL_NO_CB);
}
