/*
 * The FreeBSD kernel as a personality: making one, its share of each event, and
 * what can be asked of it.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/freebsd/freebsd.h"

static void
init_aiod(struct freebsd *k)
{
	struct kernel_counters *counters = &k->base.counters;

	pool_init(&k->aiod, "aiod");
	k->aiod.alive = &counters->daemons;
	k->aiod.created = &counters->daemons_created;
	k->aiod.exited = &counters->daemons_exited;
	k->aiod.vmspace_changes = &counters->address_space_changes;
}

struct kernel *
freebsd_create(const struct kernel_ops *ops, int64_t hz)
{
	struct freebsd *k = core_allocate(sizeof(*k));
	int i;

	core_init(&k->base, ops, hz);
	k->rules = ops->rules;
	for (i = 0; i < FREEBSD_TUNABLE_COUNT; i++)
		k->tunables[i] = freebsd_tunables[i].fallback *
		    (freebsd_tunables[i].per_hz ? hz : 1);
	SLIST_INIT(&k->free_jobs);
	init_aiod(k);
	task_queue_init(k, &k->kick_queue, "aiod_kick");
	task_queue_init(k, &k->thread_queue, "thread taskq");
	soaiod_init(k);
	return (&k->base);
}

static void
destroy_thread(struct kernel_thread *t)
{
	struct list *list;

	if (t == NULL || t->kind == THREAD_TASK)
		return;
	if (t->kind == THREAD_USER) {
		list = ((struct user_thread *)t)->list;
		if (list != NULL)
			list_release(list);
	}
	free(t);
}

void
freebsd_destroy(struct kernel *base)
{
	struct freebsd *k = freebsd(base);
	uint32_t i;

	soaiod_release(k);
	jobs_destroy(k);
	for (i = 0; i < base->thread_count; i++)
		destroy_thread(base->threads[i]);
	for (i = 0; i < k->process_count; i++)
		process_destroy(k->processes[i]);
	free(k->processes);
	free(k->ready);
	free(k->aiod.daemons);
	free(k->soaiod.daemons);
	core_release(base);
	free(k);
}

void
freebsd_done(struct kernel *base, uint32_t number,
    const struct kernel_service_result *result)
{
	struct freebsd *k = freebsd(base);
	struct job *job = job_at(k, number);

	assert(job->state == JOB_RUNNING || job->state == JOB_BIO);
	job->result = *result;
	if (job->info.socket)
		socket_attempt_ended(job);
	if (job->state == JOB_BIO)
		complete(k, job, result->error == KE_OK ? result->bytes : -1,
		    result->error);
	else
		thread_wake(base, job->server);
}

const struct kernel_job_info *
freebsd_job(const struct kernel *k, uint32_t job)
{
	return (&job_at(freebsd_const(k), job)->info);
}

void
freebsd_release_job(struct kernel *k, uint32_t job)
{
	job_free(freebsd(k), job_at(freebsd(k), job));
}

void
freebsd_thread(
    const struct kernel *k, uint32_t thread, struct kernel_thread_info *info)
{
	const struct kernel_thread *t = k->threads[thread];

	info->kind = t->kind;
	switch (t->kind) {
	case THREAD_DAEMON:
		info->pool = ((const struct daemon *)t)->pool->name;
		info->number = ((const struct daemon *)t)->number;
		break;
	case THREAD_USER:
		info->process = ((const struct user_thread *)t)->process->pid;
		break;
	case THREAD_TASK:
		info->task = ((const struct task_queue *)t)->name;
		break;
	}
}

const struct kernel_delivery *
freebsd_delivery(const struct kernel *k, uint32_t thread)
{
	const struct user_thread *u = (struct user_thread *)k->threads[thread];

	assert(u->thread.kind == THREAD_USER);
	return (&u->delivery);
}

static bool
one_will_wake(const struct pool *pool)
{
	const struct daemon *d;

	TAILQ_FOREACH(d, &pool->idle, idle_link)
	{
		if (d->timed)
			return (true);
	}
	return (false);
}

bool
freebsd_idle_will_work(const struct kernel *base)
{
	const struct freebsd *k = freebsd_const(base);

	return ((k->ready_count > 0 && one_will_wake(&k->aiod)) ||
	    (k->socket_task_count > 0 && one_will_wake(&k->soaiod)));
}

bool
freebsd_waits_for(
    const struct kernel *k, uint32_t thread, char *text, size_t size)
{
	const struct user_thread *u;
	const struct job *job;
	const char *behind;
	int64_t queued = 0;
	int limit;

	if (k->threads[thread]->kind != THREAD_USER)
		return (false);
	u = (const struct user_thread *)k->threads[thread];
	if (u->phase == PHASE_IN_PROGRAM)
		return (false);
	if (u->phase == PHASE_FILL) {
		snprintf(text, size, "%s, which creates the first daemons",
		    kernel_call_name(u->call.kind));
		return (true);
	}
	TAILQ_FOREACH(job, &u->process->queued, queue_link)
	{
		queued++;
	}
	limit = kick_held_by(freebsd_const(k), u->process);
	behind = limit >= 0 ? freebsd_tunables[limit].node : "nothing";
	snprintf(text, size,
	    "%s, with %lld requests outstanding: %lld in daemons' hands, %lld "
	    "queued%s%s",
	    kernel_call_name(u->call.kind), (long long)u->process->count,
	    (long long)u->process->active, (long long)queued,
	    queued > 0 ? " behind " : "", queued > 0 ? behind : "");
	return (true);
}
