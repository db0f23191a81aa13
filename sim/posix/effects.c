/*
 * What the kernel's effects mean here: who runs next, who is told, whose I/O
 * begins, and what becomes of a request's records.
 */

#define _GNU_SOURCE

#include <stdlib.h>
#include <unistd.h>

#include "sim/host_errno.h"
#include "sim/posix/socket.h"

/* Refusals before a program is told that it never collects. */
#define TELL_AFTER 16

static struct request *
request_of(uint32_t job)
{
	return (
	    (struct request *)(uintptr_t)kernel_job(engine.kernel, job)->tag);
}

/* To the tail of the run queue, but the thread whose step this is goes on. */
static void
ready(uint32_t id, uint32_t current)
{
	struct engine_thread *t = engine_thread_at(id);

	if (id == current) {
		t->next = engine.run_first;
		engine.run_first = t;
		if (engine.run_last == NULL)
			engine.run_last = t;
		return;
	}
	t->next = NULL;
	if (engine.run_last != NULL)
		engine.run_last->next = t;
	else
		engine.run_first = t;
	engine.run_last = t;
}

static void
arm_timer(const struct kernel_effect *effect)
{
	struct engine_thread *t = engine_thread_at(effect->thread);

	t->timer_ns = effect->timer.at_ns;
	t->generation = effect->timer.generation;
	if (t->waiting && t->timer_ns < t->waits_until_ns)
		engine_wake(t);
}

static void
finish_call(const struct kernel_effect *effect)
{
	struct engine_thread *t = engine_thread_at(effect->thread);

	t->returned = true;
	t->result = effect->result;
	engine_wake(t);
}

/* ---- Requests --------------------------------------------------------- */

static void
accepted(const struct kernel_effect *effect)
{
	struct request *request = request_of(effect->job);
	struct block *block = request->block;

	request->submit_ns = engine_now_ns();
	control_submitted(request->control, block->first != NULL);
	*block->end = request;
	block->end = &request->next;
	append_enter(request);
	if (socket_of(request) != NULL)
		socket_accepted(request);
	engine.totals.accepted++;
	recorder_submitted(request);
}

/* Refused again and again, and nothing was ever collected: not one that takes
 * its results late, and not one that was refused once and goes on to collect.
 */
static bool
never_collects(void)
{
	return (engine.totals.collected == 0 &&
	    (engine.totals.refused >= TELL_AFTER || engine.running_down));
}

void
tell_never_collects(int limit)
{
	const struct kernel_counters *counters = kernel_counters(engine.kernel);
	int64_t finished = counters->queue_count - counters->unfinished;
	char text[400];
	int length;

	if (limit >= 0)
		engine.last_limit = limit;
	if (engine.told_never_collects || finished == 0 ||
	    engine.last_limit < 0 || !never_collects())
		return;
	engine.told_never_collects = true;
	length = snprintf(text, sizeof(text),
	    "libaiosim-posix: process %ld never collects its requests: %lld "
	    "are finished and uncollected, %lld unfinished, and together they "
	    "have reached %s = %lld; each further request gets EAGAIN. "
	    "FreeBSD keeps a request until aio_return(): call it, or raise the "
	    "limit by AIOSIM_SYSCTL\n",
	    (long)getpid(), (long long)finished,
	    (long long)counters->unfinished,
	    engine.tunables[engine.last_limit].node,
	    (long long)kernel_get_tunable(engine.kernel, engine.last_limit));
	(void)!write(STDERR_FILENO, text, (size_t)length);
}

/* aio_aqueue() does not tell the block of a bad size or signal (12.2). */
static bool
is_stored(const struct kernel_request *asked, enum kernel_errno error)
{
	const struct kernel_sigevent *sigev = &asked->sigev;
	bool signals = sigev->notify == KERNEL_NOTIFY_SIGNAL ||
	    sigev->notify == KERNEL_NOTIFY_THREAD_ID;

	if (error != KE_EINVAL)
		return (true);
	return (asked->size_bytes <= INT64_MAX &&
	    (!signals || (sigev->signo >= 1 && sigev->signo <= 128)));
}

static void
count_refusal(int limit)
{
	engine.totals.refused++;
	engine.refused_by[limit >= 0 ? (size_t)limit : engine.tunable_count]++;
}

/* The end of a request that was not accepted; `stored`: its block says so. */
static void
refuse(struct request *request, enum kernel_errno error, int limit, bool stored)
{
	struct block *block = request->block;

	count_refusal(limit);
	request->error = error;
	recorder_refused(request, error, limit);
	control_refused(
	    request->control, stored ? host_errno_number(error) : 0);
	request_free(request);
	block_release(block);
}

static void
refused(const struct kernel_effect *effect)
{
	const struct kernel_request *asked = effect->refusal.request;
	struct request *request = (struct request *)(uintptr_t)asked->tag;
	int limit = effect->refusal.limit;
	enum kernel_errno error = effect->refusal.error;

	if (request != NULL)
		refuse(request, error, limit, is_stored(asked, error));
	else
		count_refusal(limit);
	tell_never_collects(limit);
}

static void
completed(const struct kernel_effect *effect)
{
	const struct kernel_job_info *job;
	struct request *request = request_of(effect->job);

	job = kernel_job(engine.kernel, effect->job);
	request->finished = true;
	append_leave(request);
	if (socket_of(request) != NULL)
		socket_finished(request);
	request->finish_ns = engine_now_ns();
	request->status = job->status;
	request->error = job->error;
	if (job->error == KE_OK)
		request->host_error = 0;
	else if (host_errno_name(request->host_error) != job->error)
		request->host_error = host_errno_number(job->error);
	if (job->error == KE_OK)
		engine.totals.completed++;
	else if (job->error == KE_ECANCELED)
		engine.totals.cancelled++;
	else
		engine.totals.failed++;
	engine.last_completed = request;
	engine.notice_list = request->list;
	if (request == request->block->first)
		control_finished(request->control, request->host_error);
}

static void
notified(const struct kernel_notice *notice)
{
	if (notice->kind == NOTICE_SIGNAL || notice->kind == NOTICE_KEVENT)
		notify(&engine.last_completed->sigev);
	else if (engine.notice_list != NULL)
		notify(&engine.notice_list->sigev);
}

static void
collected(const struct kernel_effect *effect)
{
	struct request *request = request_of(effect->job), **link;
	struct block *block = request->block;
	struct engine_thread *t;

	for (link = &block->first; *link != request; link = &(*link)->next)
		;
	*link = request->next;
	if (block->end == &request->next)
		block->end = link;
	if (!engine.running_down)
		engine.totals.collected++;
	recorder_collected(request);
	control_collected(
	    request->control, request->status, request->host_error);
	if (effect->thread != KERNEL_NOBODY) {
		t = engine_thread_at(effect->thread);
		t->collected = request->control;
		t->collected_error = request->host_error;
	}
	if (engine.last_completed == request)
		engine.last_completed = NULL;
	kernel_release_job(engine.kernel, effect->job);
	request_free(request);
	block_release(block);
}

static void
serve(const struct kernel_effect *effect)
{
	struct engine_thread *t = NULL;

	if (request_of(effect->job)->start_ns == 0)
		request_of(effect->job)->start_ns = engine_now_ns();
	if (effect->thread != KERNEL_NOBODY)
		t = engine_thread_at(effect->thread);
	server_serve(t, effect->job);
}

static void
apply(const struct kernel_effect *effect, uint32_t current)
{
	switch (effect->kind) {
	case EF_READY:
		ready(effect->thread, current);
		break;
	case EF_RETURN:
		finish_call(effect);
		break;
	case EF_TIMER:
		arm_timer(effect);
		break;
	case EF_SERVE:
		serve(effect);
		break;
	case EF_CPU:
		break;
	case EF_SPAWN:
		server_spawn(engine_thread_at(effect->thread));
		break;
	case EF_REAP:
		server_reap(engine_thread_at(effect->thread));
		break;
	case EF_SUBMIT:
		accepted(effect);
		break;
	case EF_REFUSE:
		refused(effect);
		break;
	case EF_COMPLETE:
		completed(effect);
		break;
	case EF_NOTIFY:
		notified(&effect->notice);
		break;
	case EF_COLLECT:
		collected(effect);
		break;
	}
}

void
engine_drain(uint32_t current)
{
	const struct kernel_effect *effect;

	while ((effect = kernel_next_effect(engine.kernel)) != NULL)
		apply(effect, current);
}
