/*
 * The oracle's rules about threads: when daemons are created, woken and let go,
 * when deadlines are and who may be told that one has passed, and what calls
 * may return.
 */

#include <inttypes.h>
#include <string.h>

#include "tests/oracle.h"

/* ---- Timers ----------------------------------------------------------- */

/* A user's time-out ends with the tick after the one that it would end in. */
static void
check_timeout(
    const struct oracle *o, int64_t timeout_ns, int64_t at_ns, const char *what)
{
	int64_t tick_us = o->tick_ns / 1000;
	int64_t us = timeout_ns / 1000, ticks;

	if (us > 0 && us < tick_us / 16)
		us = tick_us / 16;
	ticks = (us + tick_us - 1) / tick_us;
	REQUIRE(o, at_ns - o->now_ns > ticks * o->tick_ns,
	    "%s: a deadline too early", what);
	REQUIRE(o, at_ns - o->now_ns <= (ticks + 1) * o->tick_ns,
	    "%s: a deadline more than a tick too late", what);
}

static void
check_user_timer(
    const struct oracle *o, const struct oracle_thread *t, int64_t at_ns)
{
	const char *what = kernel_call_name(t->call->kind);

	switch (t->call->kind) {
	case KERNEL_AIO_SUSPEND:
	case KERNEL_AIO_WAITCOMPLETE:
		check_timeout(o, t->call->timeout_ns, at_ns, what);
		return;
	case KERNEL_KEVENT:
	case KERNEL_SIGWAIT:
		if (t->slept)
			REQUIRE(o, at_ns == t->deadline_ns,
			    "%s: the deadline moved", what);
		else
			check_timeout(o, t->call->timeout_ns, at_ns, what);
		return;
	case KERNEL_EXEC:
	case KERNEL_EXIT:
		REQUIRE(o,
		    at_ns == (o->now_ns / o->tick_ns + o->hz) * o->tick_ns,
		    "%s: does not look again after a second", what);
		return;
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_FSYNC:
	case KERNEL_AIO_MLOCK:
	case KERNEL_LIO_LISTIO:
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
	case KERNEL_AIO_CANCEL:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
	case KERNEL_CLOSE:
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
	case KERNEL_SIGMASK:
	case KERNEL_FORK:
	case KERNEL_SYSCTL:
	case KERNEL_CALL_COUNT:
		break;
	}
	oracle_fail(o, "%s: has no time-out", what);
}

void
oracle_timer_set(struct oracle *o, const struct kernel_effect *effect)
{
	struct oracle_thread *t = o->threads[effect->thread];
	int64_t at_ns = effect->timer.at_ns;
	int64_t lifetime =
	    oracle_limit(o, t->soaiod ? LIMIT_SO_LIFETIME : LIMIT_LIFETIME);

	REQUIRE(o, effect->thread == o->actor || o->event.kind == EV_BOOT,
	    "a timer for another thread");
	REQUIRE(o, at_ns % o->tick_ns == 0, "a deadline between ticks");
	if (t->kind == THREAD_DAEMON) {
		/* Zero is for ever; below, the shortest sleep is a tick. */
		REQUIRE(o, lifetime != 0, "a lifetime that never ends has one");
		REQUIRE(o,
		    at_ns ==
			(o->now_ns / o->tick_ns +
			    (lifetime < 1 ? 1 : lifetime)) *
			    o->tick_ns,
		    "a lifetime not counted from the tick of going idle");
		t->expires_ns = at_ns;
	} else {
		check_user_timer(o, t, at_ns);
	}
	t->slept = t->timed = true;
	t->fired = false;
	t->deadline_ns = at_ns;
	t->generation = effect->timer.generation;
}

/* ---- Daemons ---------------------------------------------------------- */

static void
leave_idle(struct oracle *o, struct oracle_thread *d)
{
	if (d->idle)
		TAILQ_REMOVE(&o->idle, d, link);
	d->idle = false;
}

/* A kick takes the top of the stack.  It may be a daemon whose lifetime has
 * ended but who has not run yet: it is awake already, but may not go. */
void
oracle_kicked(struct oracle *o)
{
	struct oracle_thread *top = TAILQ_FIRST(&o->idle);
	uint32_t i;

	if (top == NULL)
		return;
	if (top->fired) {
		top->kicked = true;
		leave_idle(o, top);
		return;
	}
	for (i = 0; o->threads[i] != top; i++)
		;
	o->must_wake = i;
}

static void
check_wake_order(struct oracle *o, const struct oracle_thread *d)
{
	const struct oracle_thread *above;

	for (above = TAILQ_FIRST(&o->idle); above != d;
	     above = TAILQ_NEXT(above, link))
		REQUIRE(o, above->fired, "woken, but not the last to go idle");
}

static bool
is_listening(const struct oracle_thread *t)
{
	return (
	    t->call->kind == KERNEL_KEVENT || t->call->kind == KERNEL_SIGWAIT);
}

/* A completion wakes all who sleep in its process, and wakeup(9) makes them
 * runnable in the order in which they fell asleep; a list's notification, which
 * comes before that, those who wait for notifications. */
static void
check_sleepers_order(struct oracle *o, const struct oracle_thread *t)
{
	uint64_t *woken =
	    &o->processes[t->process].woken[is_listening(t) ? 0 : 1];

	/* A creator is woken by its daemon, alone. */
	if (t->created != KERNEL_NOBODY)
		return;
	REQUIRE(o, t->asleep > *woken, "woken after one who fell asleep later");
	*woken = t->asleep;
}

void
oracle_woken(struct oracle *o, uint32_t thread)
{
	struct oracle_thread *t = o->threads[thread];

	t->asleep_now = false;
	if (t == o->must_interrupt) {
		o->must_interrupt = NULL;
		t->interrupted = true;
	} else if (o->event.kind == EV_TIMER && o->event.thread == thread) {
		REQUIRE(o, t->timed && t->generation == o->event.generation,
		    "woken by a stale timer");
		REQUIRE(o, o->now_ns >= t->deadline_ns, "a timer came early");
		t->fired = true;
	} else if (t->soaiod) {
		oracle_soaiod_woken(o, thread);
	} else if (t->idle) {
		check_wake_order(o, t);
		leave_idle(o, t);
		t->kicked = true;
	} else if (t->kind == THREAD_USER && t->call != NULL) {
		check_sleepers_order(o, t);
	}
	t->timed = false;
}

static void
aiod_spawned(struct oracle *o, uint32_t daemon)
{
	struct oracle_thread *creator = o->threads[o->actor];
	const struct oracle_thread *d;
	int64_t max = oracle_limit(o, LIMIT_PROCS);

	REQUIRE(o, creator->created == KERNEL_NOBODY,
	    "a creator does not wait for its daemon");
	REQUIRE(o,
	    o->daemons + (creator->kind == THREAD_TASK ? o->starting : 0) < max,
	    "a daemon beyond max_aio_procs");
	if (creator->kind == THREAD_USER)
		REQUIRE(o, o->daemons < oracle_limit(o, LIMIT_TARGET),
		    "first use fills the pool beyond target_aio_procs");
	else
		o->starting++;
	if (creator->kind == THREAD_TASK)
		TAILQ_FOREACH(d, &o->idle, link)
		{
			REQUIRE(o, d->fired, "a daemon more while one idles");
		}
	creator->created = daemon;
	o->created++;
	o->counts[SEEN_DAEMON_CREATED]++;
}

void
oracle_spawned(struct oracle *o, uint32_t daemon)
{
	struct kernel_thread_info info;

	oracle_add_thread(o, daemon, 0);
	kernel_thread(o->kernel, daemon, &info);
	if (strcmp(info.pool, "soaiod") == 0)
		oracle_soaiod_spawned(o, daemon);
	else
		aiod_spawned(o, daemon);
}

void
oracle_reaped(struct oracle *o, uint32_t daemon)
{
	struct oracle_thread *d = o->threads[daemon];

	REQUIRE(o, daemon == o->actor && d->job == KERNEL_NOBODY,
	    "a daemon goes that is not idle");
	if (d->soaiod) {
		oracle_soaiod_reaped(o, d);
		return;
	}
	REQUIRE(o, d->fired && !d->kicked, "a daemon goes that was kicked");
	REQUIRE(o, o->now_ns >= d->expires_ns,
	    "a daemon goes before its lifetime is over");
	REQUIRE(o, o->queued == 0, "a daemon goes while requests wait");
	REQUIRE(o, o->daemons > oracle_limit(o, LIMIT_TARGET),
	    "a daemon goes at target_aio_procs");
	o->daemons--;
	o->exited++;
	o->reaped = true;
	o->counts[SEEN_DAEMON_EXITED]++;
}

/* ---- Runs ------------------------------------------------------------- */

void
oracle_begin_run(struct oracle *o)
{
	struct oracle_thread *t = o->threads[o->actor];

	if (t->created != KERNEL_NOBODY) {
		REQUIRE(o, o->threads[t->created]->started,
		    "the creator goes on before its daemon has started");
		t->created = KERNEL_NOBODY;
		o->daemons++;
		o->starting -= t->kind == THREAD_TASK;
	}
	if (t->soaiod) {
		oracle_soaiod_begins(o, t);
	} else if (t->kind == THREAD_DAEMON) {
		t->started = true;
		leave_idle(o, t);
	}
}

static void
end_daemon_run(struct oracle *o, struct oracle_thread *d)
{
	if (d->job != KERNEL_NOBODY) {
		REQUIRE(
		    o, o->served, "a daemon ran in the middle of a service");
	} else {
		REQUIRE(o, oracle_selectable(o) == NULL,
		    "a daemon goes idle though it could serve");
		REQUIRE(o, d->timed || oracle_limit(o, LIMIT_LIFETIME) == 0,
		    "a daemon goes idle without a lifetime");
		d->idle = true;
		TAILQ_INSERT_HEAD(&o->idle, d, link);
	}
	o->counts[SEEN_VAIN_WAKE] += d->idle && d->kicked;
	o->counts[SEEN_DAEMON_KEPT] += d->idle && d->fired;
	d->kicked = d->fired = false;
}

/* It sleeps in its call, or the call is over. */
static void
end_user_run(struct oracle *o, struct oracle_thread *t)
{
	t->asleep = ++o->sleeps;
	t->asleep_now = t->call != NULL;
	oracle_may_sleep(o, t);
	/* While it fills the pool, its list has not begun. */
	if (t->call != NULL && t->call->kind == KERNEL_LIO_LISTIO &&
	    t->created == KERNEL_NOBODY)
		oracle_list_over(o, t);
}

void
oracle_end_run(struct oracle *o)
{
	struct oracle_thread *t = o->threads[o->actor];

	if (t->soaiod)
		oracle_soaiod_ends(o, t);
	else if (t->kind == THREAD_DAEMON)
		end_daemon_run(o, t);
	else if (o->actor == o->sockets.creator)
		oracle_creator_ends(o);
	else if (t->kind == THREAD_TASK)
		oracle_join_syncs(o);
	else
		end_user_run(o, t);
}

/* ---- Returns ---------------------------------------------------------- */

static void
check_wait(struct oracle *o, const struct oracle_thread *t,
    const struct kernel_result *result)
{
	/* A request may have failed with EAGAIN as well. */
	bool gave_up =
	    result->error == KE_EAGAIN && t->collected_cb == KERNEL_NO_CB;

	/* The verdict of a sleep stands, whatever has happened since. */
	REQUIRE(o, !t->fired || gave_up, "a time-out that did not count");
	if (gave_up && t->slept) {
		REQUIRE(o, t->fired && o->now_ns >= t->deadline_ns,
		    "timed out before the deadline");
		REQUIRE(o, !o->free_cpu || o->now_ns == t->deadline_ns,
		    "timed out after the deadline");
		o->counts[SEEN_TIMED_OUT]++;
		o->counts[SEEN_TIMER_OVERTAKEN] +=
		    t->call->kind == KERNEL_AIO_WAITCOMPLETE &&
		    !TAILQ_EMPTY(&o->processes[t->process].done);
	}
	if (t->call->kind == KERNEL_AIO_WAITCOMPLETE)
		REQUIRE(o, result->cb == t->collected_cb,
		    "the control block of another request");
	if (t->call->kind == KERNEL_AIO_SUSPEND && gave_up && !t->slept)
		REQUIRE(o, o->processes[t->process].count == 0,
		    "gave up without sleeping");
}

static void
check_list(struct oracle *o, struct oracle_thread *t,
    const struct kernel_result *result)
{
	enum kernel_errno verdict = t->invalid ? KE_EIO
	    : t->refused                       ? KE_EAGAIN
					       : KE_OK;

	/* The list itself was refused: its arguments. */
	if (result->error == KE_EINVAL || result->error == KE_EBADF) {
		verdict = result->error;
	} else {
		oracle_list_over(o, t);
		REQUIRE(o,
		    t->list->wait || t->list->accepted > 0 ||
			t->list->note.sent ||
			!oracle_will_notify(o, t->process, &t->list->note),
		    "the end of an empty list is not told");
	}
	if (verdict == KE_OK && result->error == KE_EINTR)
		verdict = KE_EINTR;
	REQUIRE(o, result->error == verdict, "a list's verdict is %s, not %s",
	    kernel_errno_name(verdict), kernel_errno_name(result->error));
	REQUIRE(o,
	    !t->list->wait || t->interrupted || t->handled ||
		t->list->finished == t->list->accepted,
	    "a list was not waited for to its end");
	o->counts[SEEN_LIST_WAITED] += t->list->wait && t->list->accepted > 0;
	o->counts[SEEN_LIST_FAILED] += t->refused || t->invalid;
}

/* The child has its parent's control blocks, and knows no requests. */
static void
add_child(struct oracle *o, uint32_t parent)
{
	struct oracle_process *p = &o->processes[parent], *child;

	child = &o->processes[o->process_count];
	oracle_add_process(o);
	memcpy(child->cbs, p->cbs, sizeof(child->cbs));
	memcpy(child->files, p->files, sizeof(child->files));
	o->counts[SEEN_FORKED]++;
}

static void
check_end(struct oracle *o, struct oracle_process *p)
{
	REQUIRE(o,
	    p->count == 0 && TAILQ_EMPTY(&p->unfinished) &&
		TAILQ_EMPTY(&p->done),
	    "a process ends, and its requests stay");
	p->rundown = p->in_use = false;
	/* Another program's memory. */
	p->memory = ++o->memories;
	memset(p->cbs, 0, sizeof(p->cbs));
	o->counts[SEEN_RUNDOWN]++;
}

void
oracle_returned(struct oracle *o, const struct kernel_effect *effect)
{
	struct oracle_thread *t = o->threads[effect->thread];
	const struct kernel_result *result = &effect->result;

	REQUIRE(o, effect->thread == o->actor && t->call != NULL,
	    "a return without a call");
	if (t->call->kind == KERNEL_LIO_LISTIO) {
		check_list(o, t, result);
		oracle_list_left(t->list);
		t->list = NULL;
	}
	oracle_return_interrupted(o, t, result);
	switch (t->call->kind) {
	case KERNEL_AIO_SUSPEND:
		check_wait(o, t, result);
		break;
	case KERNEL_AIO_WAITCOMPLETE:
		check_wait(o, t, result);
		oracle_answered(o, t, result);
		break;
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
	case KERNEL_AIO_CANCEL:
		oracle_answered(o, t, result);
		break;
	case KERNEL_KEVENT:
	case KERNEL_SIGWAIT:
		if (result->error != KE_EINTR)
			oracle_event_taken(o, t, result);
		break;
	case KERNEL_FORK:
		REQUIRE(o, result->value == o->process_count,
		    "a child of another number");
		add_child(o, t->process);
		break;
	case KERNEL_SYSCTL:
		if (t->call->value > t->old_value &&
		    (t->call->tunable == o->limits[LIMIT_PROCS] ||
			t->call->tunable == o->limits[LIMIT_PER_PROC]))
			o->raised = ++o->serial;
		break;
	case KERNEL_EXEC:
	case KERNEL_EXIT:
		check_end(o, &o->processes[t->process]);
		break;
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_FSYNC:
	case KERNEL_AIO_MLOCK:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
	case KERNEL_CLOSE:
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
	case KERNEL_LIO_LISTIO:
	case KERNEL_SIGMASK:
	case KERNEL_CALL_COUNT:
		break;
	}
	t->call = NULL;
	t->fired = t->timed = false;
}
