/*
 * Signals: one pending at a time for each number, so that many completions
 * while none is taken make one delivery (ksiginfo_queue, aio_sendsig).  Threads
 * begin with all of them blocked, and take them with sigtimedwait; one that a
 * thread does not block runs its handler before it is back in its program, and
 * ends its sleep in aio_suspend, lio_listio or sigtimedwait (sleepq_block).
 */

#include "model/netbsd/netbsd.h"

static bool
is_blocked(const struct user_thread *u, int signo)
{
	return ((u->unblocked >> signo & 1) == 0);
}

/* The pending signal of the lowest number that the thread blocks, or that it
 * does not; 0: none. */
static int
first_pending(const struct user_thread *u, bool blocked)
{
	int signo;

	for (signo = 1; signo < SIGNAL_COUNT; signo++)
		if (u->process->signals[signo].pending &&
		    is_blocked(u, signo) == blocked)
			return (signo);
	return (0);
}

/* The thread has it now. */
static void
deliver(struct user_thread *u, int signo)
{
	struct pending_signal *signal = &u->process->signals[signo];

	signal->pending = false;
	u->delivery.filter = FILTER_SIGNAL;
	u->delivery.ident = signal->cb;
	u->delivery.flags = 0;
	u->delivery.data = signo;
	u->delivery.value = signal->value;
}

static void
emit_notice(struct netbsd *k, enum kernel_notice_kind kind,
    const struct process *p, int signo)
{
	struct kernel_effect *effect;

	effect = emit(&k->base, EF_NOTIFY, KERNEL_NOBODY);
	effect->notice.kind = kind;
	effect->notice.process = p->pid;
	effect->notice.cb = p->signals[signo].cb;
	effect->notice.data = signo;
}

bool
netbsd_is_interrupted(const struct user_thread *u)
{
	if (u->call.kind != KERNEL_AIO_SUSPEND &&
	    u->call.kind != KERNEL_LIO_LISTIO && u->call.kind != KERNEL_SIGWAIT)
		return (false);
	return (!u->thread.timed_out && first_pending(u, false) != 0);
}

void
netbsd_run_handlers(struct netbsd *k, struct user_thread *u)
{
	int signo;

	if (u->unblocked == 0)
		return;
	while ((signo = first_pending(u, false)) != 0) {
		deliver(u, signo);
		emit_notice(k, NOTICE_HANDLER, u->process, signo);
	}
}

/* The first thread of the process that does not block the signal. */
static struct user_thread *
choose_thread(const struct netbsd *k, const struct process *p, int signo)
{
	struct user_thread *u;
	uint32_t i;

	for (i = 0; i < k->base.thread_count; i++) {
		u = (struct user_thread *)k->base.threads[i];
		if (u != NULL && u->thread.kind == THREAD_USER &&
		    u->process == p && !is_blocked(u, signo))
			return (u);
	}
	return (NULL);
}

void
netbsd_signal(struct netbsd *k, struct process *p,
    const struct kernel_sigevent *sigev, uint32_t cb)
{
	struct pending_signal *signal;
	struct user_thread *u;

	if (sigev->notify == KERNEL_NOTIFY_NONE || sigev->signo == 0)
		return;
	signal = &p->signals[sigev->signo];
	signal->pending = true;
	signal->cb = cb;
	signal->value = sigev->value;
	emit_notice(k, cb == KERNEL_NO_CB ? NOTICE_LIO_SIGNAL : NOTICE_SIGNAL,
	    p, sigev->signo);
	netbsd_wake(k, p, CHANNEL_SIGNAL);
	u = choose_thread(k, p, sigev->signo);
	if (u == NULL)
		return;
	if (!u->in_call)
		netbsd_run_handlers(k, u);
	else if (u->channel == CHANNEL_DONE)
		netbsd_wake_one(k, u);
}

/* ---- Calls ------------------------------------------------------------ */

void
netbsd_call_sigmask(struct netbsd *k, struct user_thread *u)
{
	int64_t signo = u->call.value;
	uint64_t mask;

	if (signo < 0 || signo >= SIGNAL_COUNT ||
	    (u->call.op != KERNEL_SIG_BLOCK &&
		u->call.op != KERNEL_SIG_UNBLOCK)) {
		netbsd_return(k, u, -1, KE_EINVAL);
		return;
	}
	mask = signo == 0 ? UINT64_MAX : UINT64_C(1) << signo;
	if (u->call.op == KERNEL_SIG_UNBLOCK)
		u->unblocked |= mask;
	else
		u->unblocked &= ~mask;
	netbsd_return(k, u, 0, KE_OK);
}

/* Clock ticks that a time-out lasts at least (tstohz). */
static int64_t
ticks_of(const struct netbsd *k, int64_t timeout_ns)
{
	int64_t tick = k->base.tick_ns;

	return (timeout_ns / tick + (timeout_ns % tick != 0) + 1);
}

static void
take_signal(struct netbsd *k, struct user_thread *u, int signo)
{
	struct kernel_effect *effect;

	deliver(u, signo);
	u->in_call = false;
	effect = emit(&k->base, EF_RETURN, u->thread.id);
	effect->result.value = signo;
	effect->result.error = KE_OK;
	effect->result.cb = u->delivery.ident;
}

/* Takes the pending signal of the lowest number, as sigtimedwait does. */
void
netbsd_call_sigwait(struct netbsd *k, struct user_thread *u)
{
	int64_t tick = k->base.tick_ns;
	int signo = first_pending(u, true);

	if (signo != 0) {
		take_signal(k, u, signo);
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
