/*
 * Signals of AIO: which thread gets one, when it ends a sleep, and its handler
 * (sigtd, tdsendsignal, ast).  A signal that all threads block stays pending
 * for the process until one takes it with sigwait or unblocks it.
 */

#include "model/freebsd/freebsd.h"

bool
signal_is_blocked(const struct user_thread *u, int signo)
{
	unsigned bit = (unsigned)signo - 1;

	return ((u->unblocked[bit / 64] >> (bit % 64) & 1) == 0);
}

/* The process's thread that makes the present step's call, or NULL. */
static struct user_thread *
caller_of(const struct freebsd *k, const struct process *p)
{
	uint32_t i;

	for (i = 0; i < p->thread_count; i++)
		if (p->threads[i]->thread.id == k->base.current)
			return (p->threads[i]);
	return (NULL);
}

/* One that sends the signal itself, as aio_cancel does, comes before others. */
static struct user_thread *
choose_thread(
    const struct freebsd *k, const struct process *p, const struct note *note)
{
	struct user_thread *caller = caller_of(k, p);
	uint32_t i;

	if (note->target != NULL)
		return (note->target);
	if (caller != NULL && !signal_is_blocked(caller, note->sigev->signo))
		return (caller);
	for (i = 0; i < p->thread_count; i++)
		if (!signal_is_blocked(p->threads[i], note->sigev->signo))
			return (p->threads[i]);
	return (NULL);
}

/* Calls that sleep with PCATCH. */
static bool
call_catches(const struct user_thread *u)
{
	return (u->call.kind != KERNEL_EXIT && u->call.kind != KERNEL_EXEC);
}

static bool
sleeps_interruptibly(const struct user_thread *u)
{
	return (u->in_sleepers && u->thread.sleeping && call_catches(u));
}

static void
interrupt(struct freebsd *k, struct user_thread *u)
{
	if (u->phase == PHASE_IN_PROGRAM) {
		signal_handle(k, u);
	} else if (sleeps_interruptibly(u)) {
		TAILQ_REMOVE(&u->process->sleepers, u, sleep_link);
		u->in_sleepers = false;
		u->interrupted = true;
		thread_wake(&k->base, &u->thread);
	}
}

void
signal_send(struct freebsd *k, struct process *p, struct note *note)
{
	struct user_thread *u = choose_thread(k, p, note);

	note_pend(&p->signals, note);
	if (u == NULL || signal_is_blocked(u, note->sigev->signo))
		return;
	note->target = u;
	interrupt(k, u);
}

static void
run_handler(struct freebsd *k, struct user_thread *u, struct note *note)
{
	uint32_t cb = note->filter == FILTER_AIO ? note->ident : KERNEL_NO_CB;

	u->delivery.filter = FILTER_SIGNAL;
	u->delivery.ident = note->ident;
	u->delivery.flags = 0;
	u->delivery.data = note->sigev->signo;
	u->delivery.value = note->sigev->value;
	emit_notice(k, NOTICE_HANDLER, u->process->pid, cb, note->sigev->signo);
	note_taken(note);
}

static bool
is_for(const struct note *note, const struct user_thread *u)
{
	return ((note->target == NULL || note->target == u) &&
	    !signal_is_blocked(u, note->sigev->signo));
}

void
signal_handle(struct freebsd *k, struct user_thread *u)
{
	struct note *note, *next;

	if ((u->unblocked[0] | u->unblocked[1]) == 0)
		return;
	for (note = TAILQ_FIRST(&u->process->signals); note != NULL;
	     note = next) {
		next = TAILQ_NEXT(note, link);
		if (is_for(note, u))
			run_handler(k, u, note);
	}
}

/* A signal that came while the thread was awake in its call, after a wake-up in
 * vain, ends its next sleep before it begins (sleepq_catch_signals). */
bool
signal_forbids_sleep(const struct user_thread *u)
{
	struct note *note;

	if (!call_catches(u))
		return (false);
	TAILQ_FOREACH(note, &u->process->signals, link)
	{
		if (is_for(note, u))
			return (true);
	}
	return (false);
}

void
call_sigmask(struct freebsd *k, struct user_thread *u)
{
	int64_t signo = u->call.value;
	uint64_t mask[2] = {UINT64_MAX, UINT64_MAX};
	enum kernel_errno error = KE_OK;
	int i;

	if (signo < 0 || signo > SIGNAL_MAX ||
	    (u->call.op != KERNEL_SIG_BLOCK &&
		u->call.op != KERNEL_SIG_UNBLOCK))
		error = KE_EINVAL;
	if (signo > 0)
		for (i = 0; i < 2; i++)
			mask[i] = (signo - 1) / 64 == i
			    ? UINT64_C(1) << (signo - 1) % 64
			    : 0;
	for (i = 0; error == KE_OK && i < 2; i++)
		if (u->call.op == KERNEL_SIG_UNBLOCK)
			u->unblocked[i] |= mask[i];
		else
			u->unblocked[i] &= ~mask[i];
	user_return(k, u, error == KE_OK ? 0 : -1, error, KERNEL_NO_CB);
}
