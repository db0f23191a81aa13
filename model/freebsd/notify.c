/*
 * Notifications: what is checked of them at submission, how finished requests
 * and lists send them, and their withdrawal when the request or the last of the
 * list is collected first (aio_bio_done_notify, aio_free_entry).
 */

#include <assert.h>
#include <stdlib.h>

#include "model/freebsd/freebsd.h"

bool
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

void
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
note_pend(struct note_list *list, struct note *note)
{
	assert(note->pending == NULL);
	TAILQ_INSERT_TAIL(list, note, link);
	note->pending = list;
}

void
note_withdraw(struct note *note)
{
	if (note->pending == NULL)
		return;
	TAILQ_REMOVE(note->pending, note, link);
	note->pending = NULL;
}

void
note_taken(struct note *note)
{
	note_withdraw(note);
	if (note->detached)
		free(note);
}

/* False for a signal to a thread that there is not: nothing is sent. */
static bool
find_target(const struct process *p, struct note *note)
{
	int lwp = note->sigev->lwp;

	note->target = NULL;
	if (note->sigev->notify != KERNEL_NOTIFY_THREAD_ID || lwp == 0)
		return (true);
	if (lwp < 0 || (uint32_t)lwp > p->thread_count)
		return (false);
	note->target = p->threads[lwp - 1];
	return (true);
}

void
notify_job(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;
	struct note *note = &job->note;

	if (job->sigev.notify == KERNEL_NOTIFY_NONE || note->gone)
		return;
	note->sigev = &job->sigev;
	note->filter = FILTER_AIO;
	note->ident = job->info.cb;
	note->sent = true;
	if (is_signal(&job->sigev)) {
		if (!find_target(p, note))
			return;
		emit_notice(
		    k, NOTICE_SIGNAL, p->pid, job->info.cb, job->sigev.signo);
		signal_send(k, p, note);
		return;
	}
	note->data = kernel_errno_number(&k->base, job->info.error);
	emit_notice(k, NOTICE_KEVENT, p->pid, job->info.cb, note->data);
	note_pend(&process_kqueue(p, job->sigev.kq)->notes, note);
}

static void
send_list_note(struct freebsd *k, struct process *p, struct note *note)
{
	note->filter = FILTER_LIO;
	note->sent = true;
	if (is_signal(note->sigev)) {
		if (!find_target(p, note))
			return;
		emit_notice(k, NOTICE_LIO_SIGNAL, p->pid, KERNEL_NO_CB,
		    note->sigev->signo);
		signal_send(k, p, note);
	} else {
		emit_notice(k, NOTICE_LIO_KEVENT, p->pid, KERNEL_NO_CB, 0);
		note_pend(&process_kqueue(p, note->sigev->kq)->notes, note);
	}
	wake_listeners(k, p);
}

void
notify_list(struct freebsd *k, struct process *p, struct list *list)
{
	if (list->sigev.notify == KERNEL_NOTIFY_NONE)
		return;
	list->note.sigev = &list->sigev;
	send_list_note(k, p, &list->note);
}

struct detached {
	struct note note; /* first */
	struct kernel_sigevent sigev;
};

void
notify_detached(struct freebsd *k, struct process *p, struct list *list)
{
	struct detached *d = core_allocate(sizeof(*d));

	d->sigev = list->sigev;
	d->note.sigev = &d->sigev;
	d->note.ident = list->note.ident;
	d->note.detached = true;
	/* Sent, it is whoever's who takes it; that may be at once. */
	if (find_target(p, &d->note))
		send_list_note(k, p, &d->note);
	else
		free(d);
}
