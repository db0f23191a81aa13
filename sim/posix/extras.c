/*
 * FreeBSD's own calls and the look at the modelled kernel: aiosim.h.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sim/posix/aiosim.h"
#include "sim/posix/calls.h"

EXPORT ssize_t
aio_waitcomplete(struct aiocb **control, const struct timespec *timeout)
{
	struct kernel_call call = {
	    .kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = timeout_of(timeout)};
	struct engine_guard guard;
	struct call_result result;
	int64_t begin_ns;

	*control = NULL;
	if (engine_refuses_nested())
		return (-1);
	engine_enter(&guard);
	begin_ns = engine_now_ns();
	result = engine_call(&call, NULL, &guard);
	recorder_call(KERNEL_AIO_WAITCOMPLETE, begin_ns, &result);
	engine_leave(&guard);
	*control = result.control;
	if (result.name != KE_OK)
		errno = result.error;
	return (result.name != KE_OK ? -1 : (ssize_t)result.value);
}

EXPORT int
aio_mlock(struct aiocb *control)
{
	return (submit_one(KERNEL_AIO_MLOCK, KERNEL_OP_MLOCK, 0, control));
}

/* ---- Events ----------------------------------------------------------- */

EXPORT int
aiosim_kqueue(void)
{
	struct engine_guard guard;
	int fd;

	if (engine_refuses_nested())
		return (-1);
	engine_enter(&guard);
	fd = descriptor_kqueue();
	engine_leave(&guard);
	return (fd);
}

/* The finished request whose event the kernel gave. */
static void
describe_event(uint32_t number, struct aiosim_kevent *event)
{
	const struct block *block = block_at(number);
	const struct request *request = block->first;

	event->ident = block->address;
	event->error = 0;
	event->udata = NULL;
	while (request != NULL && !request->finished)
		request = request->next;
	if (request == NULL)
		return;
	event->error = request->host_error;
	event->udata = request->sigev.sigev_value.sival_ptr;
}

/* Takes what else is there; an event that comes again ends it. */
static int
take_more(struct kernel_call *call, struct aiosim_kevent *events, int count,
    struct engine_guard *guard)
{
	struct call_result result;
	int taken = 1;

	call->timeout_ns = 0;
	while (taken < count) {
		result = engine_call(call, NULL, guard);
		if (result.value != 1)
			break;
		describe_event(result.cb, &events[taken]);
		if (events[taken].ident == events[0].ident)
			break;
		taken++;
	}
	return (taken);
}

EXPORT int
aiosim_kevent(int kqueue, struct aiosim_kevent *events, int count,
    const struct timespec *timeout)
{
	struct kernel_call call = {.kind = KERNEL_KEVENT,
	    .fd = kqueue,
	    .timeout_ns = timeout_of(timeout)};
	struct engine_guard guard;
	struct call_result result;
	uint64_t pending;
	int taken = 0;

	if (engine_refuses_nested())
		return (-1);
	if (count < 1) {
		errno = EINVAL;
		return (-1);
	}
	engine_enter(&guard);
	result = engine_call(&call, NULL, &guard);
	if (result.value == 1) {
		describe_event(result.cb, &events[0]);
		taken = take_more(&call, events, count, &guard);
		/* All taken: the descriptor is not readable any more. */
		if (taken < count)
			(void)!read(kqueue, &pending, sizeof(pending));
	}
	engine_leave(&guard);
	if (result.name != KE_OK) {
		errno = result.error;
		return (-1);
	}
	return (taken);
}

/* ---- The kernel ------------------------------------------------------- */

EXPORT int
aiosim_sysctl(const char *node, int64_t *old, const int64_t *new_value)
{
	struct kernel_call call = {.kind = KERNEL_SYSCTL};
	struct call_result result = {0, 0, NULL, KE_OK, KERNEL_NO_CB};
	struct engine_guard guard;

	if (engine_refuses_nested())
		return (-1);
	engine_enter(&guard);
	call.tunable = kernel_find_tunable(kernel_name(engine.kernel), node);
	if (call.tunable >= 0 && old != NULL)
		*old = kernel_get_tunable(engine.kernel, call.tunable);
	if (call.tunable >= 0 && new_value != NULL) {
		call.value = *new_value;
		result = engine_call(&call, NULL, &guard);
	}
	engine_leave(&guard);
	if (call.tunable < 0) {
		errno = ENOENT;
		return (-1);
	}
	return (give_result(&result));
}

EXPORT void
aiosim_read_counters(struct aiosim_counters *out)
{
	const struct kernel_counters *counters;
	const struct engine_totals *totals = &engine.totals;
	struct engine_guard guard;

	memset(out, 0, sizeof(*out));
	if (engine_refuses_nested())
		return;
	engine_enter(&guard);
	counters = kernel_counters(engine.kernel);
	out->daemons = counters->daemons;
	out->daemons_busy = counters->daemons_busy;
	out->daemons_created = counters->daemons_created;
	out->queue_count = counters->queue_count;
	out->unfinished = counters->unfinished;
	out->waiting = counters->waiting;
	out->accepted = totals->accepted;
	out->refused = totals->refused;
	out->completed = totals->completed;
	out->failed = totals->failed;
	out->cancelled = totals->cancelled;
	out->collected = totals->collected;
	engine_leave(&guard);
}

/* A program that asks does not use AIO yet; and it may ask in a handler. */
long
limit_of(int name)
{
	const char *node = name == _SC_AIO_LISTIO_MAX
	    ? "vfs.aio.max_aio_queue_per_proc"
	    : "p1003_1b.aio_max";
	bool locked = !engine_is_nested();
	int64_t value;

	if (locked)
		engine_lock();
	value = engine_tunable(node);
	if (locked)
		engine_unlock();
	return ((long)value);
}
