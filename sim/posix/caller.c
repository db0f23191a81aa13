/*
 * A program's threads inside calls: each makes its call as a thread of the
 * modelled kernel, waits where the kernel lets it sleep, and is interrupted by
 * signals and by cancellation.  The last call is the process's exit.
 */

#define _GNU_SOURCE

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/host_errno.h"
#include "sim/posix/engine.h"

static struct engine_thread *
caller_get(void)
{
	struct engine_thread *t = engine.free_callers;

	if (t == NULL) {
		t = engine_thread_at(
		    kernel_add_thread(engine.kernel, engine.process));
		t->is_caller = true;
	} else {
		engine.free_callers = t->next;
	}
	t->next = NULL;
	t->returned = false;
	t->collected = NULL;
	return (t);
}

static void
caller_put(struct engine_thread *t)
{
	t->timer_ns = NEVER_NS;
	t->next = engine.free_callers;
	engine.free_callers = t;
}

void
engine_forget_number(int fd)
{
	if (engine.forgotten_count == engine.forgotten_room) {
		uint32_t room = 2 * engine.forgotten_room + 16;
		int *larger = allocate(room * sizeof(*larger));

		if (engine.forgotten_count > 0)
			memcpy(larger, engine.forgotten,
			    engine.forgotten_count * sizeof(*larger));
		free(engine.forgotten);
		engine.forgotten = larger;
		engine.forgotten_room = room;
	}
	engine.forgotten[engine.forgotten_count++] = fd;
}

/* FreeBSD's close() never waits. */
void
engine_forget_numbers(void)
{
	struct kernel_call call = {.kind = KERNEL_CLOSE};
	struct kernel_event event = {.kind = EV_CALL, .call = &call};
	struct engine_thread *t;

	while (engine.forgotten_count > 0) {
		call.fd = engine.forgotten[--engine.forgotten_count];
		t = caller_get();
		event.thread = t->id;
		engine_post(&event);
		caller_put(t);
	}
}

static void
interrupt(struct engine_thread *t)
{
	struct kernel_event event = {.kind = EV_SIGNAL, .thread = t->id};

	engine_post(&event);
}

/* The program's thread is cancelled in its wait: its call ends, and what it
 * pointed to is not looked at any more. */
static void
abandon(void *argument)
{
	struct engine_thread *t = argument;
	struct engine_guard guard;

	engine_enter(&guard);
	t->waiting = false;
	if (!t->returned)
		interrupt(t);
	caller_put(t);
	engine_leave(&guard);
}

static struct call_result
result_of(const struct engine_thread *t)
{
	struct call_result result = {
	    t->result.value, 0, t->collected, KE_OK, t->result.cb};

	result.name = t->result.error;
	if (result.name == KE_OK)
		return (result);
	result.error = t->collected != NULL ? t->collected_error
					    : host_errno_number(result.name);
	return (result);
}

struct call_result
engine_call(const struct kernel_call *call, struct request_list *list,
    struct engine_guard *guard)
{
	struct engine_thread *t = caller_get();
	struct kernel_event event = {
	    .kind = EV_CALL, .thread = t->id, .call = call};
	struct call_result result;
	bool signalled;

	engine.totals.calls[call->kind]++;
	engine.notice_list = list;
	engine_post(&event);
	pthread_cleanup_push(abandon, t);
	while (!t->returned) {
		signalled = engine_wait(t, guard);
		if (t->returned)
			break;
		if (signalled)
			interrupt(t);
		else
			engine_check_timer(t);
	}
	pthread_cleanup_pop(0);
	result = result_of(t);
	caller_put(t);
	return (result);
}

/* All that still runs may run for ever. */
static bool
only_unseekable_left(void)
{
	const struct kernel_counters *c = kernel_counters(engine.kernel);

	return (c->daemons_busy == (int64_t)engine.unseekable_running &&
	    c->so_daemons_busy == 0 && c->unmapped_aio == 0);
}

void
engine_run_down(struct engine_guard *guard)
{
	struct kernel_call call = {.kind = KERNEL_EXIT};
	struct engine_thread *t = caller_get();
	struct kernel_event event = {
	    .kind = EV_CALL, .thread = t->id, .call = &call};

	engine.running_down = true;
	tell_never_collects(-1);
	engine_post(&event);
	while (!t->returned && !only_unseekable_left()) {
		(void)engine_wait(t, guard);
		if (!t->returned)
			engine_check_timer(t);
	}
	/* Where it goes on without us, `call` is in the kernel's own copy. */
}
