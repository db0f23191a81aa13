/*
 * Jobs: where they are kept, and the states they go through.  Numbers of jobs
 * are stable, and are used again only when the driver has let go of them.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/freebsd/freebsd.h"

#define FROM(state) JOB_STATE_BIT(state)

/* How many are made at a time. */
#define JOB_CHUNK 256u

const unsigned job_legal_from[JOB_STATE_COUNT] = {
    [JOB_FREE] = FROM(JOB_NEW) | FROM(JOB_GONE),
    [JOB_NEW] = FROM(JOB_FREE),
    [JOB_QUEUED] = FROM(JOB_NEW) | FROM(JOB_SYNC_READY) | FROM(JOB_SOCKET_WAIT),
    [JOB_RUNNING] = FROM(JOB_QUEUED) | FROM(JOB_NEW) | FROM(JOB_SOCKET_WAIT),
    [JOB_BIO] = FROM(JOB_NEW),
    [JOB_SYNC_WAIT] = FROM(JOB_NEW),
    [JOB_SYNC_READY] = FROM(JOB_SYNC_WAIT),
    [JOB_SOCKET_WAIT] = FROM(JOB_NEW) | FROM(JOB_RUNNING),
    [JOB_DONE] = FROM(JOB_QUEUED) | FROM(JOB_RUNNING) | FROM(JOB_BIO) |
	FROM(JOB_SYNC_WAIT) | FROM(JOB_SYNC_READY) | FROM(JOB_SOCKET_WAIT),
    [JOB_GONE] = FROM(JOB_DONE) | FROM(JOB_RUNNING),
};

static void
add_chunk(struct freebsd *k)
{
	struct job *chunk = core_allocate(JOB_CHUNK * sizeof(*chunk));
	uint32_t i;

	k->jobs = core_resize(
	    k->jobs, k->job_count + JOB_CHUNK, sizeof(struct job *));
	for (i = 0; i < JOB_CHUNK; i++) {
		chunk[i].info.number = k->job_count;
		k->jobs[k->job_count++] = &chunk[i];
	}
	/* The lowest number is the first to be used. */
	while (i-- > 0)
		SLIST_INSERT_HEAD(&k->free_jobs, &chunk[i], free_link);
}

/* Field by field: what the caller fills in, and the links, need not be cleared,
 * and it is done for every request. */
struct job *
job_allocate(struct freebsd *k, struct process *p)
{
	struct job *job;

	if (SLIST_EMPTY(&k->free_jobs))
		add_chunk(k);
	job = SLIST_FIRST(&k->free_jobs);
	SLIST_REMOVE_HEAD(&k->free_jobs, free_link);
	job->info = (struct kernel_job_info) {
	    .number = job->info.number, .process = p->pid, .held_by = -1};
	job->process = p;
	job->file = NULL;
	job->list = NULL;
	job->server = NULL;
	job->sigev.notify = KERNEL_NOTIFY_NONE;
	job->pending = 0;
	job->route = ROUTE_POOL;
	job->iovcnt = 1;
	job->at_file_offset = job->marked = job->awaited = false;
	job->note = (struct note) {.pending = NULL};
	job_set_state(k, job, JOB_NEW);
	return (job);
}

/* Lets go of what the job holds. */
static void
abandon(struct job *job)
{
	note_withdraw(&job->note);
	if (job->file != NULL)
		file_release(job->file);
	if (job->list != NULL)
		list_release(job->list);
}

void
job_free(struct freebsd *k, struct job *job)
{
	job_set_state(k, job, JOB_FREE);
	abandon(job);
	/* The last one freed is the first used again: it is in the cache. */
	SLIST_INSERT_HEAD(&k->free_jobs, job, free_link);
}

void
jobs_destroy(struct freebsd *k)
{
	uint32_t i;

	for (i = 0; i < k->job_count; i++)
		if (k->jobs[i]->state != JOB_FREE)
			abandon(k->jobs[i]);
	for (i = 0; i < k->job_count; i += JOB_CHUNK)
		free(k->jobs[i]);
	free(k->jobs);
}

void
job_count_state(struct freebsd *k, const struct job *job, int by)
{
	struct kernel_counters *counters = &k->base.counters;

	if (job->state == JOB_QUEUED) {
		counters->waiting += by;
	} else if (job->state == JOB_BIO) {
		if (job->route == ROUTE_BIO_UNMAPPED) {
			counters->unmapped_aio += by * job->iovcnt;
			return;
		}
		job->process->buffers += by * job->iovcnt;
		counters->buf_aio += by * job->iovcnt;
	} else if (job->route == ROUTE_SOCKET) {
		/* Sockets never count against max_aio_per_proc. */
		counters->so_daemons_busy += by;
	} else if (!job->info.synchronous) {
		job->process->active += by;
		counters->daemons_busy += by;
	}
}

void
job_collect(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;

	assert(job->state == JOB_DONE);
	TAILQ_REMOVE(&p->all, job, all_link);
	TAILQ_REMOVE(&p->done, job, life_link);
	TAILQ_REMOVE(&process_cb(p, job->info.cb)->jobs, job, cb_link);
	note_withdraw(&job->note);
	/* At once: the caller's handlers come later (aio_free_entry). */
	if (job->list != NULL)
		list_release(job->list);
	job->list = NULL;
	p->count--;
	k->base.counters.queue_count--;
	job_set_state(k, job, JOB_GONE);
	emit_job(&k->base, EF_COLLECT, k->base.current, &job->info);
}
