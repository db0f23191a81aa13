/*
 * lio_listio (kern_lio_listio): its entries are submitted in order, whatever
 * becomes of the earlier ones.  What the I/O itself came to is never looked at.
 */

#include <stdlib.h>

#include "model/freebsd/freebsd.h"

int64_t
list_max(const struct freebsd *k)
{
	return (k->rules->list_max != 0 ? k->rules->list_max
					: k->tunables[MAX_AIO_QUEUE_PER_PROC]);
}

bool
list_is_valid(const struct freebsd *k, const struct kernel_call *call)
{
	return (
	    (call->op == KERNEL_LIO_WAIT || call->op == KERNEL_LIO_NOWAIT) &&
	    call->count >= 0 && call->count <= list_max(k));
}

void
list_release(struct list *list)
{
	if (--list->references > 0)
		return;
	note_withdraw(&list->note);
	free(list);
}

void
list_finish(struct freebsd *k, struct process *p, struct list *list)
{
	if (list->submitted && !list->wait && list->finished == list->accepted)
		notify_list(k, p, list);
}

static enum kernel_errno
check_list_sigevent(const struct process *p, const struct kernel_call *call)
{
	struct kernel_sigevent sigev = call->sigev;
	bool stored;
	enum kernel_errno error;

	/* With LIO_WAIT the argument is not looked at. */
	if (call->op == KERNEL_LIO_WAIT)
		return (KE_OK);
	/* kern_lio_listio registers its knote with flags of its own; only a
	 * request's sigev_notify_kevent_flags are looked at (aio_aqueue). */
	sigev.flags = 0;
	error = sigevent_check(&sigev, &stored);
	if (error == KE_OK && sigev.notify == KERNEL_NOTIFY_KEVENT)
		error = knote_check(p, &sigev);
	return (error);
}

/* EAGAIN alone is told as such, from 12; any other failure makes it EIO. */
static enum kernel_errno
submit_entries(struct freebsd *k, struct user_thread *u, struct list *list)
{
	enum kernel_errno verdict = KE_OK, error;
	const struct kernel_request *entry;
	int i;

	for (i = 0; i < u->call.count; i++) {
		entry = u->call.requests[i];
		if (entry == NULL)
			continue;
		error = submit(k, u, entry, entry->opcode, list);
		if (error == KE_EAGAIN && k->rules->list_tells_eagain)
			verdict = verdict == KE_OK ? KE_EAGAIN : verdict;
		else if (error != KE_OK)
			verdict = KE_EIO;
	}
	return (verdict);
}

static void
begin_list(struct freebsd *k, struct user_thread *u)
{
	struct list *list = core_allocate(sizeof(*list));

	list->references = 1;
	list->wait = u->call.op == KERNEL_LIO_WAIT;
	list->sigev = u->call.sigev;
	/* The knote's flags are the kernel's own (see check_list_sigevent). */
	list->sigev.flags = 0;
	list->note.ident = u->call.cb;
	u->list = list;
	u->verdict = submit_entries(k, u, list);
	list->submitted = true;
	if (list->accepted == 0 && !list->wait && is_signal(&list->sigev) &&
	    k->rules->empty_list_signals)
		notify_detached(k, u->process, list);
	else
		list_finish(k, u->process, list);
}

enum kernel_errno
list_leave(struct user_thread *u, enum kernel_errno error)
{
	list_release(u->list);
	u->list = NULL;
	return (u->verdict == KE_OK ? error : u->verdict);
}

void
call_lio_listio(struct freebsd *k, struct user_thread *u)
{
	enum kernel_errno error;

	if (u->phase == PHASE_BODY) {
		error = list_is_valid(k, &u->call)
		    ? check_list_sigevent(u->process, &u->call)
		    : KE_EINVAL;
		if (error != KE_OK) {
			user_return(k, u, -1, error, KERNEL_NO_CB);
			return;
		}
		begin_list(k, u);
	}
	if (u->list->wait && u->list->finished < u->list->accepted) {
		user_sleep(k, u, -1);
		return;
	}
	error = list_leave(u, KE_OK);
	user_return(k, u, error == KE_OK ? 0 : -1, error, KERNEL_NO_CB);
}
