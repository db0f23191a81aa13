/*
 * Taking notifications: kevent and sigtimedwait (kqueue_scan,
 * kern_sigtimedwait), as far as AIO's own events and signals go.
 */

#include "model/freebsd/freebsd.h"

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

static void
wait_or_give_up(struct freebsd *k, struct user_thread *u, int64_t value,
    enum kernel_errno error)
{
	if (gives_up(k, u))
		user_return(k, u, value, error, KERNEL_NO_CB);
	else
		wait_for_event(k, u);
}

void
wake_listeners(struct freebsd *k, struct process *p)
{
	struct user_thread *u, *next;

	for (u = TAILQ_FIRST(&p->sleepers); u != NULL; u = next) {
		next = TAILQ_NEXT(u, sleep_link);
		if (u->call.kind != KERNEL_KEVENT &&
		    u->call.kind != KERNEL_SIGWAIT)
			continue;
		TAILQ_REMOVE(&p->sleepers, u, sleep_link);
		u->in_sleepers = false;
		thread_wake(&k->base, &u->thread);
	}
}

static uint32_t
note_cb(const struct note *note)
{
	return (note->filter == FILTER_AIO ? note->ident : KERNEL_NO_CB);
}

/* ---- kevent ----------------------------------------------------------- */

/* The registration of a control block's oldest request with this kqueue. */
static struct job *
find_knote(struct user_thread *u)
{
	struct job *job;

	TAILQ_FOREACH(job, &process_cb(u->process, u->call.cb)->jobs, cb_link)
	{
		if (job->sigev.notify == KERNEL_NOTIFY_KEVENT &&
		    job->sigev.kq == u->call.fd && !job->note.gone)
			return (job);
	}
	return (NULL);
}

/* The one change that a call may bring.  Enabling looks at the event anew. */
static enum kernel_errno
change_knote(struct user_thread *u)
{
	struct job *job;
	struct note *note;

	if (u->call.op != (int)KERNEL_EV_ENABLE &&
	    u->call.op != (int)KERNEL_EV_DELETE)
		return (KE_EINVAL);
	job = u->call.cb != KERNEL_NO_CB ? find_knote(u) : NULL;
	if (job == NULL)
		return (KE_ENOENT);
	note = &job->note;
	if (u->call.op == (int)KERNEL_EV_DELETE) {
		note->gone = true;
		note_withdraw(note);
	} else if (note->sent && note->pending == NULL) {
		note_pend(&process_kqueue(u->process, u->call.fd)->notes, note);
	}
	return (KE_OK);
}

static void
deliver_kevent(struct freebsd *k, struct user_thread *u, struct note *note)
{
	struct kqueue *kq = process_kqueue(u->process, u->call.fd);
	struct kernel_delivery *d = &u->delivery;
	unsigned flags = note->sigev->flags;

	d->filter = note->filter;
	d->ident = note->ident;
	d->data = note->data;
	d->value = note->sigev->value;
	d->flags = flags;
	if (note->filter == FILTER_AIO)
		d->flags |= KERNEL_EV_EOF;
	note_withdraw(note);
	/* Without a flag the filter is level-triggered: until collected, the
	 * event is there again. */
	if ((flags & KERNEL_EV_ONESHOT) != 0)
		note->gone = true;
	else if ((flags & (KERNEL_EV_CLEAR | KERNEL_EV_DISPATCH)) == 0)
		note_pend(&kq->notes, note);
	user_return(k, u, 1, KE_OK, note_cb(note));
}

static enum kernel_errno
check_kevent(const struct freebsd *k, struct user_thread *u)
{
	const struct open_file *file = process_file(u->process, u->call.fd);
	bool invalid;

	(void)timeout_ticks(k, u->call.timeout_ns, &invalid);
	if (file == NULL || file->file.kind != KERNEL_KQUEUE)
		return (KE_EBADF);
	if (invalid)
		return (KE_EINVAL);
	if (u->phase == PHASE_BODY && u->call.op != 0)
		return (change_knote(u));
	return (KE_OK);
}

void
call_kevent(struct freebsd *k, struct user_thread *u)
{
	enum kernel_errno error = check_kevent(k, u);
	struct note *note;

	if (error != KE_OK) {
		user_return(k, u, -1, error, KERNEL_NO_CB);
		return;
	}
	note = TAILQ_FIRST(&process_kqueue(u->process, u->call.fd)->notes);
	if (note != NULL)
		deliver_kevent(k, u, note);
	else
		wait_or_give_up(k, u, 0, KE_OK);
}

/* ---- sigtimedwait ----------------------------------------------------- */

/* The first that this thread may take: not another's, and not one that it
 * would run a handler for. */
static struct note *
first_signal(const struct user_thread *u)
{
	struct note *note;

	TAILQ_FOREACH(note, &u->process->signals, link)
	{
		if ((note->target == NULL || note->target == u) &&
		    signal_is_blocked(u, note->sigev->signo))
			return (note);
	}
	return (NULL);
}

void
call_sigwait(struct freebsd *k, struct user_thread *u)
{
	struct note *note = first_signal(u);
	struct kernel_delivery *d = &u->delivery;
	uint32_t cb;

	if (note == NULL) {
		wait_or_give_up(k, u, -1, KE_EAGAIN);
		return;
	}
	d->filter = FILTER_SIGNAL;
	d->ident = note->ident;
	d->flags = 0;
	d->data = note->sigev->signo;
	d->value = note->sigev->value;
	cb = note_cb(note);
	note_taken(note);
	user_return(k, u, d->data, KE_OK, cb);
}
