/*
 * The FreeBSD kernel as a personality: making one, its share of each event, and
 * what can be asked of it.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/freebsd/freebsd.h"

static struct kernel *
freebsd_create(const struct kernel_ops *ops, int64_t hz)
{
	struct freebsd *k = core_allocate(sizeof(*k));
	int i;

	core_init(&k->base, ops, hz);
	for (i = 0; i < FREEBSD_TUNABLE_COUNT; i++)
		k->tunables[i] = freebsd_tunables[i].fallback *
		    (freebsd_tunables[i].per_hz ? hz : 1);
	TAILQ_INIT(&k->free_jobs);
	TAILQ_INIT(&k->idle);
	TAILQ_INIT(&k->tasks);
	thread_enter(&k->base, &k->task_thread, THREAD_TASK);
	thread_sleep(&k->base, &k->task_thread);
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

static void
destroy_jobs(struct job *chunk)
{
	uint32_t i;

	for (i = 0; i < JOB_CHUNK; i++)
		if (chunk[i].state != JOB_FREE)
			job_abandon(&chunk[i]);
	free(chunk);
}

static void
freebsd_destroy(struct kernel *base)
{
	struct freebsd *k = freebsd(base);
	uint32_t i;

	for (i = 0; i < k->job_chunk_count; i++)
		destroy_jobs(k->job_chunks[i]);
	for (i = 0; i < base->thread_count; i++)
		destroy_thread(base->threads[i]);
	for (i = 0; i < k->process_count; i++)
		process_destroy(k->processes[i]);
	free(k->processes);
	free(k->job_chunks);
	free(k->ready);
	free(k->daemons);
	core_release(base);
	free(k);
}

static void
freebsd_run(struct kernel *base, uint32_t thread)
{
	struct freebsd *k = freebsd(base);
	struct kernel_thread *t = base->threads[thread];

	switch (t->kind) {
	case THREAD_USER:
		user_run(k, (struct user_thread *)t);
		break;
	case THREAD_DAEMON:
		daemon_run(k, (struct daemon *)t);
		break;
	case THREAD_TASK:
		task_thread_run(k);
		break;
	}
}

static void
freebsd_done(struct kernel *base, uint32_t index,
    const struct kernel_service_result *result)
{
	struct freebsd *k = freebsd(base);
	struct job *job = job_at(k, index);

	assert(job->state == JOB_RUNNING || job->state == JOB_BIO);
	job->result = *result;
	if (job->state == JOB_BIO)
		complete(k, job, result->error == KE_OK ? result->bytes : -1,
		    result->error);
	else
		thread_wake(base, job->server);
}

static const struct kernel_job_info *
freebsd_job(const struct kernel *k, uint32_t job)
{
	return (&job_at(freebsd_const(k), job)->info);
}

static void
freebsd_release_job(struct kernel *k, uint32_t job)
{
	job_free(freebsd(k), job_at(freebsd(k), job));
}

static void
freebsd_thread(
    const struct kernel *k, uint32_t thread, struct kernel_thread_info *info)
{
	const struct kernel_thread *t = k->threads[thread];

	info->kind = t->kind;
	info->pool = NULL;
	info->number = 0;
	info->process = 0;
	if (t->kind == THREAD_DAEMON) {
		info->pool = "aiod";
		info->number = ((const struct daemon *)t)->number;
	} else if (t->kind == THREAD_USER) {
		info->process = ((const struct user_thread *)t)->process->pid;
	}
}

static int
freebsd_errno_number(enum kernel_errno error)
{
	static const int numbers[KE_ERRNO_COUNT] = {
	    [KE_OK] = 0,
	    [KE_EPERM] = 1,
	    [KE_EINTR] = 4,
	    [KE_EIO] = 5,
	    [KE_ENXIO] = 6,
	    [KE_EBADF] = 9,
	    [KE_ENOMEM] = 12,
	    [KE_EFAULT] = 14,
	    [KE_EINVAL] = 22,
	    [KE_ENOSPC] = 28,
	    [KE_EPIPE] = 32,
	    [KE_EAGAIN] = 35,
	    [KE_EINPROGRESS] = 36,
	    [KE_EOPNOTSUPP] = 45,
	    [KE_ECANCELED] = 85,
	};

	assert(error < KE_ERRNO_COUNT);
	return (numbers[error]);
}

static bool
freebsd_waits_for(
    const struct kernel *k, uint32_t thread, char *text, size_t size)
{
	const struct user_thread *u;

	if (k->threads[thread]->kind != THREAD_USER)
		return (false);
	u = (const struct user_thread *)k->threads[thread];
	if (u->phase == PHASE_IN_PROGRAM)
		return (false);
	snprintf(text, size,
	    "%s, with %lld requests outstanding (%lld in daemons' hands)",
	    kernel_call_name(u->call.kind), (long long)u->process->count,
	    (long long)u->process->active);
	return (true);
}

const struct kernel_ops freebsd_12_2 = {
    .name = "freebsd-12.2",
    .sentence = "FreeBSD 12.2, sys/kern/vfs_aio.c of stable/12 r344131.",
    .tunables = freebsd_tunables,
    .tunable_count = FREEBSD_TUNABLE_COUNT,
    .create = freebsd_create,
    .destroy = freebsd_destroy,
    .set_tunable = sysctl_set,
    .get_tunable = sysctl_get,
    .add_process = process_add,
    .add_thread = process_add_thread,
    .open = process_open,
    .dup = process_dup,
    .close = process_close,
    .call = user_call,
    .run = freebsd_run,
    .done = freebsd_done,
    .interrupt = user_interrupt,
    .job = freebsd_job,
    .release_job = freebsd_release_job,
    .release_thread = daemon_release,
    .thread = freebsd_thread,
    .errno_number = freebsd_errno_number,
    .waits_for = freebsd_waits_for,
    .check = freebsd_check,
};
