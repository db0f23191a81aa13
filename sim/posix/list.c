/*
 * lio_listio.
 */

#define _GNU_SOURCE

#include <aio.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/posix/aiosim.h"
#include "sim/posix/calls.h"

/* Neither of the kernel's modes, nor of its opcodes. */
#define BAD_MODE 2
#define BAD_OPCODE 99

struct submission {
	struct kernel_request *entries;
	const struct kernel_request **pointers;
	struct request_list *list;
};

int64_t
longest_list(void)
{
	return (engine_tunable("vfs.aio.max_aio_queue_per_proc"));
}

static int
opcode_of(const struct aiocb *control)
{
	switch (control->aio_lio_opcode) {
	case LIO_READ:
		return (KERNEL_OP_READ);
	case LIO_WRITE:
		return (KERNEL_OP_WRITE);
	default:
		return (BAD_OPCODE);
	}
}

static void
prepare_entry(struct submission *s, int i, struct aiocb *control)
{
	prepare_request(&s->entries[i], control, opcode_of(control), s->list);
	s->pointers[i] = &s->entries[i];
}

static void
prepare_list(struct submission *s, struct aiocb *const list[], int count,
    const struct sigevent *sigev)
{
	int i;

	s->entries = allocate((size_t)count * sizeof(*s->entries) + 1);
	s->pointers = allocate((size_t)count * sizeof(*s->pointers) + 1);
	s->list = allocate(sizeof(*s->list));
	s->list->references = 1;
	if (sigev != NULL)
		s->list->sigev = *sigev;
	for (i = 0; i < count; i++)
		if (list[i] != NULL && list[i]->aio_lio_opcode != LIO_NOP)
			prepare_entry(s, i, list[i]);
}

static void
release_submission(struct submission *s)
{
	free(s->entries);
	free(s->pointers);
	if (s->list != NULL)
		request_list_release(s->list);
}

static void
cancelled_in_list(void *argument)
{
	struct engine_guard guard;

	engine_enter(&guard);
	release_submission(argument);
	engine_leave(&guard);
}

static int
mode_of(int mode)
{
	switch (mode) {
	case LIO_WAIT:
		return (KERNEL_LIO_WAIT);
	case LIO_NOWAIT:
		return (KERNEL_LIO_NOWAIT);
	default:
		return (BAD_MODE);
	}
}

static void
list_sigevent(const struct sigevent *sigev, struct kernel_sigevent *out)
{
	const struct sigevent none = {.sigev_notify = SIGEV_NONE};

	if (sigev == NULL)
		sigev = &none;
	sigev_to_kernel(sigev, out);
	/* No event of a list can be waited for here: refused as unknown. */
	if (sigev->sigev_notify == AIOSIM_SIGEV_KEVENT)
		out->notify = KERNEL_NOTIFY_THREAD;
}

static bool
list_uses_signals(
    struct aiocb *const list[], int count, const struct sigevent *sigev)
{
	int i;

	if (sigev != NULL && uses_signals(sigev))
		return (true);
	for (i = 0; i < count; i++)
		if (list[i] != NULL && uses_signals(&list[i]->aio_sigevent))
			return (true);
	return (false);
}

/* The kernel checks all this before it looks at any entry. */
static bool
is_valid(const struct kernel_call *call)
{
	const struct kernel_sigevent *sigev = &call->sigev;
	bool signals = sigev->notify == KERNEL_NOTIFY_SIGNAL ||
	    sigev->notify == KERNEL_NOTIFY_THREAD_ID;

	if (call->op == BAD_MODE || call->count < 0 ||
	    call->count > longest_list())
		return (false);
	return (call->op == KERNEL_LIO_WAIT ||
	    (sigev->notify != KERNEL_NOTIFY_THREAD &&
		(!signals || (sigev->signo >= 1 && sigev->signo <= 128))));
}

EXPORT int
lio_listio(
    int mode, struct aiocb *const list[], int count, struct sigevent *sigev)
{
	struct kernel_call call = {
	    .kind = KERNEL_LIO_LISTIO, .op = mode_of(mode), .count = count};
	struct submission submission = {NULL, NULL, NULL};
	struct engine_guard guard;
	struct call_result result;
	int64_t begin_ns;

	if (engine_refuses_nested())
		return (-1);
	list_sigevent(sigev, &call.sigev);
	engine_enter(&guard);
	if (is_valid(&call)) {
		if (list_uses_signals(list, count, sigev))
			engine_expect_signals(&guard);
		prepare_list(&submission, list, count,
		    mode == LIO_NOWAIT ? sigev : NULL);
		call.requests = submission.pointers;
	}
	begin_ns = engine_now_ns();
	pthread_cleanup_push(cancelled_in_list, &submission);
	result = engine_call(&call, submission.list, &guard);
	pthread_cleanup_pop(0);
	recorder_call(KERNEL_LIO_LISTIO, begin_ns, &result);
	release_submission(&submission);
	engine_leave(&guard);
	return (give_result(&result));
}

int lio_listio64(
    int mode, struct aiocb64 *const list[], int count, struct sigevent *sigev)
    __attribute__((alias("lio_listio"), visibility("default")));
