/*
 * Notifications: signals and kevents of finished requests and lists, how they
 * are taken, and their withdrawal when the request is collected first.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

static bool
is_signal(const struct kernel_sigevent *sigev)
{
	return (sigev->notify == KERNEL_NOTIFY_SIGNAL ||
	    sigev->notify == KERNEL_NOTIFY_THREAD_ID);
}

enum kernel_errno
sigevent_check(const struct kernel_sigevent *sigev, bool *stored)
{
	*stored = true;
	if (sigev->notify != KERNEL_NOTIFY_NONE &&
	    sigev->notify != KERNEL_NOTIFY_KEVENT && !is_signal(sigev))
		return (KE_EINVAL);
	if (is_signal(sigev) &&
	    (sigev->signo < 1 || sigev->signo > SIGNAL_MAX)) {
		*stored = false;
		return (KE_EINVAL);
	}
	return (KE_OK);
}

enum kernel_errno
knote_check(const struct process *p, const struct kernel_sigevent *sigev)
{
	const unsigned allowed =
	    KERNEL_EV_CLEAR | KERNEL_EV_DISPATCH | KERNEL_EV_ONESHOT;
	const struct open_file *file = process_file(p, sigev->kq);

	if ((sigev->flags & ~allowed) != 0)
		return (KE_EINVAL);
	if (file == NULL || file->file.kind != KERNEL_KQUEUE)
		return (KE_EBADF);
	return (KE_OK);
}

static void
emit_notice(struct freebsd *k, enum kernel_notice_kind kind, uint32_t process,
    uint32_t cb, int64_t data)
{
	struct kernel_effect *effect;

	effect = emit(&k->base, EF_NOTIFY, KERNEL_NOBODY);
	effect->notice.kind = kind;
	effect->notice.process = process;
	effect->notice.cb = cb;
	effect->notice.data = data;
}

void
notify_job(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;

	if (is_signal(&job->sigev)) {
		TAILQ_INSERT_TAIL(&p->signals, job, event_link);
		job->in_signals = true;
		emit_notice(
		    k, NOTICE_SIGNAL, p->pid, job->info.cb, job->sigev.signo);
	} else if (job->sigev.notify == KERNEL_NOTIFY_KEVENT) {
		TAILQ_INSERT_TAIL(
		    &process_kqueue(p, job->sigev.kq)->jobs, job, event_link);
		job->in_kqueue = true;
		emit_notice(k, NOTICE_KEVENT, p->pid, job->info.cb,
		    kernel_errno_number(&k->base, job->info.error));
	}
}

void
notify_list(struct freebsd *k, struct process *p, struct list *list)
{
	if (list->sigev.notify == KERNEL_NOTIFY_KEVENT)
		emit_notice(k, NOTICE_LIO_KEVENT, p->pid, KERNEL_NO_CB, 0);
	else if (is_signal(&list->sigev))
		emit_notice(k, NOTICE_LIO_SIGNAL, p->pid, KERNEL_NO_CB,
		    list->sigev.signo);
}

void
notify_withdraw(struct job *job)
{
	struct process *p = job->process;

	if (job->in_signals)
		TAILQ_REMOVE(&p->signals, job, event_link);
	if (job->in_kqueue)
		TAILQ_REMOVE(
		    &process_kqueue(p, job->sigev.kq)->jobs, job, event_link);
	job->in_signals = job->in_kqueue = false;
}

/* Sleeps until the call's own deadline, however often it is woken in vain. */
static void
wait_for_event(struct freebsd *k, struct user_thread *u)
{
	int64_t tick = k->base.tick_ns;
	bool invalid;

	if (u->phase == PHASE_BODY)
		u->deadline_ns =
		    (k->base.now_ns / tick +
			timeout_ticks(k, u->call.timeout_ns, &invalid)) *
		    tick;
	if (u->call.timeout_ns == KERNEL_NO_TIMEOUT)
		user_sleep(k, u, -1);
	else
		user_sleep(k, u, u->deadline_ns / tick - k->base.now_ns / tick);
}

/* The deadline stands, however often the thread was woken in vain, and also if
 * it got a CPU again only after it. */
static bool
gives_up(const struct freebsd *k, const struct user_thread *u)
{
	if (u->call.timeout_ns == KERNEL_NO_TIMEOUT)
		return (false);
	return (u->call.timeout_ns <= 0 ||
	    (u->phase == PHASE_SLEPT && k->base.now_ns >= u->deadline_ns));
}

/* The first event of a queue, or NULL if the thread went to sleep or its call
 * is over without one. */
static struct job *
await_event(struct freebsd *k, struct user_thread *u, struct job_list *events,
    int64_t value, enum kernel_errno error)
{
	struct job *job = TAILQ_FIRST(events);

	if (job != NULL)
		return (job);
	if (u->interrupted)
		user_return(k, u, -1, KE_EINTR, KERNEL_NO_CB);
	else if (gives_up(k, u))
		user_return(k, u, value, error, KERNEL_NO_CB);
	else
		wait_for_event(k, u);
	return (NULL);
}

void
call_kevent(struct freebsd *k, struct user_thread *u)
{
	const unsigned once =
	    KERNEL_EV_ONESHOT | KERNEL_EV_CLEAR | KERNEL_EV_DISPATCH;
	const struct open_file *file = process_file(u->process, u->call.fd);
	struct kqueue *kq;
	struct job *job;
	bool invalid;

	(void)timeout_ticks(k, u->call.timeout_ns, &invalid);
	if (file == NULL || file->file.kind != KERNEL_KQUEUE) {
		user_return(k, u, -1, KE_EBADF, KERNEL_NO_CB);
		return;
	}
	if (invalid) {
		user_return(k, u, -1, KE_EINVAL, KERNEL_NO_CB);
		return;
	}
	kq = process_kqueue(u->process, u->call.fd);
	job = await_event(k, u, &kq->jobs, 0, KE_OK);
	if (job == NULL)
		return;
	TAILQ_REMOVE(&kq->jobs, job, event_link);
	/* Without a flag the filter is level-triggered: until collected, the
	 * event is there again. */
	if ((job->sigev.flags & once) == 0)
		TAILQ_INSERT_TAIL(&kq->jobs, job, event_link);
	else
		job->in_kqueue = false;
	user_return(k, u, 1, KE_OK, job->info.cb);
}

void
call_sigwait(struct freebsd *k, struct user_thread *u)
{
	struct job_list *signals = &u->process->signals;
	struct job *job = await_event(k, u, signals, -1, KE_EAGAIN);

	if (job == NULL)
		return;
	TAILQ_REMOVE(signals, job, event_link);
	job->in_signals = false;
	user_return(k, u, job->sigev.signo, KE_OK, job->info.cb);
}
