/*
 * The oracle's rules about notifications: when they come, which of them kevent,
 * sigwait and handlers take, when they come again or are withdrawn, and whose
 * sleep a signal ends.
 */

#include <assert.h>
#include <stdlib.h>

#include "tests/oracle.h"

#define SIGNALS 128

static bool
is_signal(const struct kernel_sigevent *sigev)
{
	return (sigev->notify == KERNEL_NOTIFY_SIGNAL ||
	    sigev->notify == KERNEL_NOTIFY_THREAD_ID);
}

static bool
blocks(const struct oracle_thread *t, int signo)
{
	return (!t->unblocked[signo]);
}

static struct oracle_thread *
thread_of(const struct oracle *o, uint32_t process, int lwp)
{
	uint32_t i;

	for (i = 0; i < o->thread_room; i++)
		if (o->threads[i] != NULL &&
		    o->threads[i]->kind == THREAD_USER &&
		    o->threads[i]->process == process && --lwp == 0)
			return (o->threads[i]);
	return (NULL);
}

static void
remove_note(struct oracle_note *note)
{
	if (note->pending)
		TAILQ_REMOVE(note->where, note, link);
	note->pending = false;
}

static void
pend_note(struct oracle *o, uint32_t process, struct oracle_note *note)
{
	struct oracle_process *p = &o->processes[process];

	note->where = is_signal(&note->sigev) ? &p->signals : &p->kevents;
	TAILQ_INSERT_TAIL(note->where, note, link);
	note->pending = true;
}

/* ---- Lists ------------------------------------------------------------ */

void
oracle_list_begun(struct oracle_thread *t)
{
	struct oracle_list *list = calloc(1, sizeof(*list));

	assert(list != NULL);
	list->wait = t->call->op == KERNEL_LIO_WAIT;
	list->note.sigev = t->call->sigev;
	/* Its kevent is registered with flags of the kernel's own. */
	list->note.sigev.flags = 0;
	list->note.cb = KERNEL_NO_CB;
	list->holders = 1;
	t->list = list;
}

void
oracle_list_left(struct oracle_list *list)
{
	if (list == NULL || --list->holders > 0)
		return;
	remove_note(&list->note);
	free(list);
}

/* ---- Sending ---------------------------------------------------------- */

/* Whose a signal is when it is sent: the first thread that does not block it;
 * nobody's yet if all do. */
static struct oracle_thread *
choose_target(
    const struct oracle *o, uint32_t process, const struct oracle_note *note)
{
	struct oracle_thread *t;
	int lwp;

	if (note->sigev.notify == KERNEL_NOTIFY_THREAD_ID &&
	    note->sigev.lwp != 0)
		return (thread_of(o, process, note->sigev.lwp));
	/* One that makes the call which sends it comes first. */
	if (o->actor != KERNEL_NOBODY) {
		t = o->threads[o->actor];
		if (t->kind == THREAD_USER && t->process == process &&
		    !blocks(t, note->sigev.signo))
			return (t);
	}
	for (lwp = 1; (t = thread_of(o, process, lwp)) != NULL; lwp++)
		if (!blocks(t, note->sigev.signo))
			return (t);
	return (NULL);
}

/* Sleeps that a signal does not end: exit's and exec's, those for a new
 * daemon, and those of pread and pwrite. */
static bool
can_be_interrupted(const struct oracle_thread *t)
{
	return (t->asleep_now && t->created == KERNEL_NOBODY &&
	    t->call->kind != KERNEL_EXIT && t->call->kind != KERNEL_EXEC &&
	    t->call->kind != KERNEL_PREAD && t->call->kind != KERNEL_PWRITE);
}

static void
send_signal(struct oracle *o, uint32_t process, struct oracle_note *note)
{
	struct oracle_thread *t = choose_target(o, process, note);

	pend_note(o, process, note);
	note->target = t;
	if (t == NULL || blocks(t, note->sigev.signo))
		return;
	if (t->call == NULL)
		o->must_handle = note;
	else if (can_be_interrupted(t))
		o->must_interrupt = t;
}

/* A thread id that nobody has: nothing is sent. */
static bool
reaches_somebody(
    const struct oracle *o, uint32_t process, const struct oracle_note *note)
{
	return (note->sigev.notify != KERNEL_NOTIFY_THREAD_ID ||
	    note->sigev.lwp == 0 ||
	    thread_of(o, process, note->sigev.lwp) != NULL);
}

bool
oracle_will_notify(
    const struct oracle *o, uint32_t process, const struct oracle_note *note)
{
	return (note->sigev.notify != KERNEL_NOTIFY_NONE && !note->gone &&
	    !o->processes[process].rundown &&
	    reaches_somebody(o, process, note));
}

static void
check_notice(struct oracle *o, const struct kernel_notice *notice,
    const struct oracle_note *note)
{
	bool kevent = !is_signal(&note->sigev);
	enum kernel_notice_kind kind = note->cb == KERNEL_NO_CB
	    ? (kevent ? NOTICE_LIO_KEVENT : NOTICE_LIO_SIGNAL)
	    : (kevent ? NOTICE_KEVENT : NOTICE_SIGNAL);

	REQUIRE(o, notice->kind == kind && notice->cb == note->cb,
	    "a notification of another request");
	REQUIRE(o, notice->data == (kevent ? note->data : note->sigev.signo),
	    "a notification with other data");
}

static void
check_handler(struct oracle *o, const struct kernel_notice *notice)
{
	struct oracle_process *p = &o->processes[notice->process];
	struct oracle_note *note;
	struct oracle_thread *t =
	    o->actor == KERNEL_NOBODY ? NULL : o->threads[o->actor];

	if (o->must_handle != NULL)
		note = o->must_handle;
	else
		TAILQ_FOREACH(note, &p->signals, link)
		{
			if ((note->target == NULL || note->target == t) &&
			    t != NULL && !blocks(t, note->sigev.signo))
				break;
		}
	REQUIRE(o,
	    note != NULL && note->cb == notice->cb &&
		note->sigev.signo == notice->data,
	    "a handler runs for no signal");
	remove_note(note);
	o->must_handle = NULL;
	if (t != NULL)
		t->handled = true;
	o->counts[SEEN_HANDLED]++;
}

/* A list of which nothing was accepted is over when it has been tried. */
static struct oracle_note *
empty_list(struct oracle *o)
{
	struct oracle_list *list =
	    o->actor == KERNEL_NOBODY ? NULL : o->threads[o->actor]->list;

	if (list == NULL || list->wait || list->accepted > 0 || list->note.sent)
		return (NULL);
	o->notice_process = o->threads[o->actor]->process;
	return (&list->note);
}

void
oracle_notified(struct oracle *o, const struct kernel_notice *notice)
{
	struct oracle_note *note = o->notice;
	uint32_t process = notice->process;

	REQUIRE(
	    o, !o->processes[process].rundown, "a notification during rundown");
	if (notice->kind == NOTICE_HANDLER) {
		check_handler(o, notice);
		return;
	}
	REQUIRE(o, o->must_handle == NULL, "a signal's handler does not run");
	if (note == NULL)
		note = o->list_notice;
	if (note == NULL)
		note = empty_list(o);
	REQUIRE(o, note != NULL && process == o->notice_process,
	    "a notification of nothing");
	check_notice(o, notice, note);
	if (note == o->notice)
		o->notice = NULL;
	else if (note == o->list_notice)
		o->list_notice = NULL;
	note->sent = true;
	if (is_signal(&note->sigev))
		send_signal(o, process, note);
	else
		pend_note(o, process, note);
	o->counts[SEEN_LIST_TOLD] += note->cb == KERNEL_NO_CB;
}

/* ---- Taking ----------------------------------------------------------- */

void
oracle_withdrawn(struct oracle_note *note)
{
	remove_note(note);
}

static struct oracle_note *
next_kevent(const struct oracle *o, const struct oracle_thread *t)
{
	struct oracle_note *note;

	TAILQ_FOREACH(note, &o->processes[t->process].kevents, link)
	{
		if (note->sigev.kq == t->call->fd)
			break;
	}
	return (note);
}

static struct oracle_note *
next_signal(const struct oracle *o, const struct oracle_thread *t)
{
	struct oracle_note *note;

	TAILQ_FOREACH(note, &o->processes[t->process].signals, link)
	{
		if ((note->target == NULL || note->target == t) &&
		    blocks(t, note->sigev.signo))
			break;
	}
	return (note);
}

bool
oracle_has_event(const struct oracle *o, const struct oracle_thread *t)
{
	return ((t->call->kind == KERNEL_KEVENT ? next_kevent(o, t)
						: next_signal(o, t)) != NULL);
}

/* Without a flag a kevent is there until its request is collected. */
static void
take_kevent(struct oracle *o, struct oracle_thread *t, struct oracle_note *note)
{
	remove_note(note);
	if ((note->sigev.flags & KERNEL_EV_ONESHOT) != 0)
		note->gone = true;
	else if ((note->sigev.flags & (KERNEL_EV_CLEAR | KERNEL_EV_DISPATCH)) ==
	    0)
		pend_note(o, t->process, note);
	o->counts[SEEN_KEVENT]++;
}

static void
check_taken(struct oracle *o, struct oracle_thread *t,
    const struct kernel_result *result)
{
	bool kevent = t->call->kind == KERNEL_KEVENT;
	struct oracle_note *note =
	    kevent ? next_kevent(o, t) : next_signal(o, t);

	REQUIRE(o, note != NULL, "an event out of nothing");
	REQUIRE(o, result->cb == note->cb, "another event was first");
	if (kevent) {
		REQUIRE(o, result->value == 1, "not one event");
		take_kevent(o, t, note);
		return;
	}
	REQUIRE(o, result->value == note->sigev.signo, "another signal");
	remove_note(note);
	o->counts[SEEN_SIGWAIT]++;
}

/* The oldest request of the control block whose event the kqueue has. */
static struct oracle_job *
registered(const struct oracle *o, const struct oracle_thread *t)
{
	struct oracle_process *p = &o->processes[t->process];
	struct oracle_jobs *lists[] = {&p->unfinished, &p->done};
	struct oracle_job *job, *found = NULL;
	int i;

	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(job, lists[i], life)
		{
			if (job->cb == t->call->cb &&
			    job->note.sigev.notify == KERNEL_NOTIFY_KEVENT &&
			    job->note.sigev.kq == t->call->fd &&
			    !job->note.gone &&
			    (found == NULL || job->serial < found->serial))
				found = job;
		}
	return (found);
}

/* The change that a kevent call brings. */
void
oracle_kevent_change(struct oracle *o, struct oracle_thread *t)
{
	struct oracle_job *job;

	if (t->call->op == 0 || t->call->timeout_ns == -1 || t->call->fd < 0 ||
	    t->call->fd >= ORACLE_FILES ||
	    o->processes[t->process].files[t->call->fd].file.kind !=
		KERNEL_KQUEUE)
		return;
	job = registered(o, t);
	t->no_event = job == NULL;
	if (job == NULL)
		return;
	if (t->call->op == (int)KERNEL_EV_DELETE) {
		job->note.gone = true;
		remove_note(&job->note);
	} else if (job->note.sent && !job->note.pending) {
		pend_note(o, t->process, &job->note);
	}
}

static void
check_nothing(struct oracle *o, const struct oracle_thread *t,
    const struct kernel_result *result)
{
	bool given_up = result->value == 0 || result->error == KE_EAGAIN;

	REQUIRE(o, t->no_event == (result->error == KE_ENOENT),
	    "a kevent changed that there is not, or none that there is");
	if (!given_up)
		return;
	REQUIRE(o, !t->slept || o->now_ns >= t->deadline_ns,
	    "timed out before the deadline");
	REQUIRE(o, !oracle_has_event(o, t), "gave up though there is an event");
}

void
oracle_event_taken(struct oracle *o, struct oracle_thread *t,
    const struct kernel_result *result)
{
	if (result->value > 0)
		check_taken(o, t, result);
	else
		check_nothing(o, t, result);
}

/* ---- Interruption ----------------------------------------------------- */

/* A signal that the thread does not block and has not handled. */
static bool
has_signal(const struct oracle *o, const struct oracle_thread *t)
{
	struct oracle_note *note;

	TAILQ_FOREACH(note, &o->processes[t->process].signals, link)
	{
		if ((note->target == NULL || note->target == t) &&
		    !blocks(t, note->sigev.signo))
			return (true);
	}
	return (false);
}

/* It goes to sleep: not with a signal, which would end the sleep at once. */
void
oracle_may_sleep(struct oracle *o, const struct oracle_thread *t)
{
	REQUIRE(o, !can_be_interrupted(t) || !has_signal(o, t),
	    "%s sleeps with a signal pending", kernel_call_name(t->call->kind));
}

void
oracle_return_interrupted(struct oracle *o, const struct oracle_thread *t,
    const struct kernel_result *result)
{
	bool list_failed =
	    t->call->kind == KERNEL_LIO_LISTIO && (t->refused || t->invalid);
	/* A request may have failed with EINTR as well. */
	bool own = result->error == KE_EINTR &&
	    t->collected_cb == KERNEL_NO_CB && t->call->kind != KERNEL_PREAD &&
	    t->call->kind != KERNEL_PWRITE;

	REQUIRE(o, !t->interrupted || own || list_failed,
	    "%s returns %s, and was interrupted",
	    kernel_call_name(t->call->kind), kernel_errno_name(result->error));
	REQUIRE(o, !own || t->interrupted || t->handled,
	    "%s returns EINTR without a signal",
	    kernel_call_name(t->call->kind));
	REQUIRE(o, !has_signal(o, t),
	    "back in the program with a signal not handled");
	o->counts[SEEN_INTERRUPTED] += t->interrupted;
}

/* A sigmask call is over. */
void
oracle_mask_changed(struct oracle_thread *t)
{
	int signo;

	for (signo = 1; signo <= SIGNALS; signo++)
		if (t->call->value == 0 || t->call->value == signo)
			t->unblocked[signo] = t->call->op == KERNEL_SIG_UNBLOCK;
}
