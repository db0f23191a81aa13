/*
 * System calls of user threads: entering, sleeping and returning.  A call that
 * sleeps is entered again, with `slept` set, when its thread runs again.
 */

#include <assert.h>

#include "model/netbsd/netbsd.h"

/* pread and pwrite: the caller serves itself, outside of AIO. */
static void
call_synchronous_io(struct netbsd *k, struct user_thread *u)
{
	const struct kernel_request *request = u->call.requests[0];
	struct job *job = u->job;

	if (u->slept) {
		u->job = NULL;
		netbsd_file_leave(k, job);
		netbsd_job_set_state(k, job, JOB_GONE);
		netbsd_return(k, u,
		    job->result.error == KE_OK ? job->result.bytes : -1,
		    job->result.error);
		return;
	}
	if (netbsd_file(u->process, request->fd) == NULL) {
		netbsd_return(k, u, -1, KE_EBADF);
		return;
	}
	u->job = job = netbsd_job_allocate(k, u->process, request,
	    u->call.kind == KERNEL_PREAD ? KERNEL_OP_READ : KERNEL_OP_WRITE);
	job->info.synchronous = true;
	job->info.cb = KERNEL_NO_CB;
	netbsd_job_set_state(k, job, JOB_SYNCHRONOUS);
	netbsd_file_use(job);
	job->server = &u->thread;
	u->slept = true;
	emit_job(&k->base, EF_SERVE, u->thread.id, &job->info);
	thread_sleep(&k->base, &u->thread);
}

/* FreeBSD's own calls; NetBSD's kevent knows no AIO. */
static void
call_nosys(struct netbsd *k, struct user_thread *u)
{
	netbsd_return(k, u, -1, KE_ENOSYS);
}

/* What enters each call and goes on with it: the kernel's sysent. */
static void (*const calls[KERNEL_CALL_COUNT])(
    struct netbsd *k, struct user_thread *u) = {
    [KERNEL_AIO_READ] = netbsd_call_submit,
    [KERNEL_AIO_WRITE] = netbsd_call_submit,
    [KERNEL_AIO_READV] = call_nosys,
    [KERNEL_AIO_WRITEV] = call_nosys,
    [KERNEL_AIO_FSYNC] = netbsd_call_submit,
    [KERNEL_AIO_MLOCK] = call_nosys,
    [KERNEL_LIO_LISTIO] = netbsd_call_lio_listio,
    [KERNEL_AIO_ERROR] = netbsd_call_aio_error,
    [KERNEL_AIO_RETURN] = netbsd_call_aio_return,
    [KERNEL_AIO_CANCEL] = netbsd_call_aio_cancel,
    [KERNEL_AIO_SUSPEND] = netbsd_call_aio_suspend,
    [KERNEL_AIO_WAITCOMPLETE] = call_nosys,
    [KERNEL_PREAD] = call_synchronous_io,
    [KERNEL_PWRITE] = call_synchronous_io,
    [KERNEL_KEVENT] = call_nosys,
    [KERNEL_SIGWAIT] = netbsd_call_sigwait,
    [KERNEL_SIGMASK] = netbsd_call_sigmask,
    [KERNEL_SYSCTL] = netbsd_call_sysctl,
    [KERNEL_CLOSE] = netbsd_call_close,
    [KERNEL_FORK] = netbsd_call_fork,
    [KERNEL_EXEC] = netbsd_call_leave,
    [KERNEL_EXIT] = netbsd_call_leave,
};

void
netbsd_user_call(
    struct kernel *k, uint32_t thread, const struct kernel_call *call)
{
	struct user_thread *u = (struct user_thread *)k->threads[thread];

	assert(!u->in_call && !u->thread.sleeping);
	assert(call->kind < KERNEL_CALL_COUNT);
	u->call = *call;
	u->in_call = true;
	u->slept = false;
	emit_cost(k, COST_SYSCALL);
	calls[call->kind](netbsd(k), u);
}

static void
leave_channel(struct user_thread *u)
{
	if (u->channel == CHANNEL_NONE)
		return;
	TAILQ_REMOVE(&u->process->sleepers, u, link);
	u->channel = CHANNEL_NONE;
}

/* The requests of a list that was waited for go on without it. */
static void
interrupted(struct netbsd *k, struct user_thread *u)
{
	struct list *list = u->list;

	u->list = NULL;
	if (list != NULL)
		netbsd_list_release(k, u->process, list);
	netbsd_return(k, u, -1, KE_EINTR);
}

void
netbsd_user_run(struct kernel *base, struct kernel_thread *t)
{
	struct netbsd *k = netbsd(base);
	struct user_thread *u = (struct user_thread *)t;

	assert(u->in_call && u->slept);
	leave_channel(u);
	if (netbsd_is_interrupted(u))
		interrupted(k, u);
	else
		calls[u->call.kind](k, u);
}

void
netbsd_return(struct netbsd *k, struct user_thread *u, int64_t value,
    enum kernel_errno error)
{
	struct kernel_effect *effect;

	u->in_call = false;
	netbsd_run_handlers(k, u);
	effect = emit(&k->base, EF_RETURN, u->thread.id);
	effect->result.value = value;
	effect->result.error = error;
	effect->result.cb = KERNEL_NO_CB;
}

void
netbsd_sleep(struct netbsd *k, struct user_thread *u, enum channel channel,
    int64_t ticks)
{
	u->slept = true;
	u->channel = channel;
	TAILQ_INSERT_TAIL(&u->process->sleepers, u, link);
	if (ticks < 0)
		thread_sleep(&k->base, &u->thread);
	else
		thread_sleep_until(
		    &k->base, &u->thread, tick_deadline(&k->base, ticks));
}

void
netbsd_wake_one(struct netbsd *k, struct user_thread *u)
{
	leave_channel(u);
	thread_wake(&k->base, &u->thread);
}

void
netbsd_wake(struct netbsd *k, struct process *p, enum channel channel)
{
	struct user_thread *u, *next;

	for (u = TAILQ_FIRST(&p->sleepers); u != NULL; u = next) {
		next = TAILQ_NEXT(u, link);
		if (u->channel == channel)
			netbsd_wake_one(k, u);
	}
}
