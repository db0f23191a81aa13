/*
 * System calls of user threads: entering, the first use that fills the pool,
 * sleeping and returning.  A call that sleeps is entered again, with phase
 * PHASE_SLEPT, when its thread runs again; it tests its condition anew, as the
 * kernel's msleep loops do, which is why a wake-up in vain restarts the full
 * time-out (aio_suspend, aio_waitcomplete).
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

/* Calls that create kaioinfo, and so fill the pool, at first use; but for
 * arguments that are refused before that. */
static bool
call_uses_aio(const struct freebsd *k, const struct kernel_call *call)
{
	bool invalid;

	switch (call->kind) {
	case KERNEL_AIO_FSYNC:
		return (fsync_is_valid(k, call));
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
		return (k->rules->vectored);
	case KERNEL_LIO_LISTIO:
		return (list_is_valid(k, call));
	case KERNEL_AIO_WAITCOMPLETE:
		(void)timeout_ticks(k, call->timeout_ns, &invalid);
		return (!invalid);
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_MLOCK:
		return (true);
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
	case KERNEL_AIO_CANCEL:
	case KERNEL_AIO_SUSPEND:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
	case KERNEL_KEVENT:
	case KERNEL_SIGWAIT:
	case KERNEL_SIGMASK:
	case KERNEL_SYSCTL:
	case KERNEL_CLOSE:
	case KERNEL_FORK:
	case KERNEL_EXEC:
	case KERNEL_EXIT:
	case KERNEL_CALL_COUNT:
		break;
	}
	return (false);
}

/* pread and pwrite: the caller serves itself, outside of AIO. */
static void
call_synchronous_io(struct freebsd *k, struct user_thread *u)
{
	const struct kernel_request *request = u->call.requests[0];
	struct job *job = u->job;

	if (u->phase == PHASE_SLEPT) {
		u->job = NULL;
		job_set_state(k, job, JOB_GONE);
		user_return(k, u,
		    job->result.error == KE_OK ? job->result.bytes : -1,
		    job->result.error, KERNEL_NO_CB);
		return;
	}
	if (process_file(u->process, request->fd) == NULL) {
		user_return(k, u, -1, KE_EBADF, KERNEL_NO_CB);
		return;
	}
	/* A socket has no offsets (kern_preadv, kern_pwritev). */
	if (process_file(u->process, request->fd)->file.kind == KERNEL_SOCKET) {
		user_return(k, u, -1, KE_ESPIPE, KERNEL_NO_CB);
		return;
	}
	u->job = job = job_allocate(k, u->process);
	job->file = process_file(u->process, request->fd);
	job->file->references++;
	job->server = &u->thread;
	job->info.synchronous = true;
	job->info.opcode =
	    u->call.kind == KERNEL_PREAD ? KERNEL_OP_READ : KERNEL_OP_WRITE;
	job->info.cb = KERNEL_NO_CB;
	job->info.fd = request->fd;
	job->info.device = job->file->file.device;
	job->info.offset_bytes = request->offset_bytes;
	job->info.size_bytes = request->size_bytes;
	job->info.tag = request->tag;
	job_set_state(k, job, JOB_RUNNING);
	u->phase = PHASE_SLEPT;
	emit_job(&k->base, EF_SERVE, u->thread.id, &job->info);
	thread_sleep(&k->base, &u->thread);
}

/* What enters each call and goes on with it: the kernel's sysent. */
static void (*const calls[KERNEL_CALL_COUNT])(
    struct freebsd *k, struct user_thread *u) = {
    [KERNEL_AIO_READ] = call_submit,
    [KERNEL_AIO_WRITE] = call_submit,
    [KERNEL_AIO_READV] = call_submit,
    [KERNEL_AIO_WRITEV] = call_submit,
    [KERNEL_AIO_FSYNC] = call_submit,
    [KERNEL_AIO_MLOCK] = call_submit,
    [KERNEL_LIO_LISTIO] = call_lio_listio,
    [KERNEL_AIO_ERROR] = call_aio_error,
    [KERNEL_AIO_RETURN] = call_aio_return,
    [KERNEL_AIO_CANCEL] = call_aio_cancel,
    [KERNEL_AIO_SUSPEND] = call_aio_suspend,
    [KERNEL_AIO_WAITCOMPLETE] = call_aio_waitcomplete,
    [KERNEL_PREAD] = call_synchronous_io,
    [KERNEL_PWRITE] = call_synchronous_io,
    [KERNEL_KEVENT] = call_kevent,
    [KERNEL_SIGWAIT] = call_sigwait,
    [KERNEL_SIGMASK] = call_sigmask,
    [KERNEL_SYSCTL] = call_sysctl,
    [KERNEL_CLOSE] = call_close,
    [KERNEL_FORK] = call_fork,
    [KERNEL_EXEC] = call_exit,
    [KERNEL_EXIT] = call_exit,
};

/* msleep's EINTR stands, whatever has finished meanwhile. */
static void
call_interrupted(struct freebsd *k, struct user_thread *u)
{
	enum kernel_errno error = KE_EINTR;

	if (u->list != NULL)
		error = list_leave(u, error);
	user_return(k, u, -1, error, KERNEL_NO_CB);
}

/* Fills the pool first, if the call began with that; then the call's function,
 * or EINTR if the thread's sleep was interrupted. */
static void
proceed(struct freebsd *k, struct user_thread *u)
{
	if (u->phase == PHASE_FILL) {
		if (!pool_fill(k, u))
			return;
		u->phase = PHASE_BODY;
	}
	if (u->interrupted)
		call_interrupted(k, u);
	else
		calls[u->call.kind](k, u);
}

void
user_call(struct kernel *base, uint32_t thread, const struct kernel_call *call)
{
	struct freebsd *k = freebsd(base);
	struct user_thread *u = (struct user_thread *)base->threads[thread];

	assert(u->phase == PHASE_IN_PROGRAM && !u->thread.sleeping);
	assert(call->kind < KERNEL_CALL_COUNT);
	u->call = *call;
	emit_cost(base, COST_SYSCALL);
	u->phase = PHASE_BODY;
	if (!u->process->in_use && call_uses_aio(k, call)) {
		u->phase = PHASE_FILL;
		process_begin_aio(k, u->process);
	}
	proceed(k, u);
}

void
user_run(struct kernel *base, struct kernel_thread *t)
{
	struct user_thread *u = (struct user_thread *)t;

	assert(u->phase != PHASE_IN_PROGRAM);
	if (u->in_sleepers) {
		TAILQ_REMOVE(&u->process->sleepers, u, sleep_link);
		u->in_sleepers = false;
	}
	proceed(freebsd(base), u);
}

void
user_return(struct freebsd *k, struct user_thread *u, int64_t value,
    enum kernel_errno error, uint32_t cb)
{
	struct kernel_effect *effect;

	u->phase = PHASE_IN_PROGRAM;
	u->interrupted = false;
	if (!TAILQ_EMPTY(&u->process->signals))
		signal_handle(k, u);
	effect = emit(&k->base, EF_RETURN, u->thread.id);
	effect->result.value = value;
	effect->result.error = error;
	effect->result.cb = cb;
}

void
user_sleep(struct freebsd *k, struct user_thread *u, int64_t ticks)
{
	u->phase = PHASE_SLEPT;
	if (signal_forbids_sleep(u)) {
		call_interrupted(k, u);
		return;
	}
	TAILQ_INSERT_TAIL(&u->process->sleepers, u, sleep_link);
	u->in_sleepers = true;
	if (ticks < 0)
		thread_sleep(&k->base, &u->thread);
	else
		thread_sleep_until(
		    &k->base, &u->thread, tick_deadline(&k->base, ticks));
}

int64_t
timeout_ticks(const struct freebsd *k, int64_t timeout_ns, bool *invalid)
{
	int64_t tick_us = k->base.tick_ns / 1000;
	int64_t us;

	*invalid = false;
	if (timeout_ns == KERNEL_NO_TIMEOUT)
		return (-1);
	if (timeout_ns < 0) {
		*invalid = true;
		return (0);
	}
	us = timeout_ns / 1000;
	/* itimerfix: nothing shorter than a sixteenth of a tick but zero. */
	if (us > 0 && us < tick_us / 16)
		us = tick_us / 16;
	/* tvtohz: the part of the present tick counts as one more; so a zero
	 * time-out still sleeps until the next tick. */
	return ((us + tick_us - 1) / tick_us + 1);
}
