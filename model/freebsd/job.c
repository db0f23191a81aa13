/*
 * Jobs: where they are kept, and the states they go through.  Numbers of jobs
 * are stable, and are used again only when the driver has let go of them.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/freebsd/freebsd.h"

#define FROM(state) (1u << (state))

/* From which states each state may be reached. */
static const unsigned legal_from[JOB_STATE_COUNT] = {
    [JOB_FREE] = FROM(JOB_NEW) | FROM(JOB_GONE),
    [JOB_NEW] = FROM(JOB_FREE),
    [JOB_QUEUED] = FROM(JOB_NEW) | FROM(JOB_SYNC_READY),
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
	struct job *chunk;
	uint32_t i;

	k->job_chunks = core_resize(
	    k->job_chunks, k->job_chunk_count + 1, sizeof(*k->job_chunks));
	chunk = core_allocate(JOB_CHUNK * sizeof(*chunk));
	for (i = 0; i < JOB_CHUNK; i++) {
		chunk[i].index = k->job_chunk_count * JOB_CHUNK + i;
		TAILQ_INSERT_TAIL(&k->free_jobs, &chunk[i], all_link);
	}
	k->job_chunks[k->job_chunk_count++] = chunk;
}

struct job *
job_allocate(struct freebsd *k, struct process *p)
{
	struct job *job;
	uint32_t index;

	if (TAILQ_EMPTY(&k->free_jobs))
		add_chunk(k);
	job = TAILQ_FIRST(&k->free_jobs);
	TAILQ_REMOVE(&k->free_jobs, job, all_link);
	index = job->index;
	memset(job, 0, sizeof(*job));
	job->index = index;
	job->process = p;
	job->info.process = p->pid;
	job->info.held_by = -1;
	job->iovcnt = 1;
	job_set_state(k, job, JOB_NEW);
	return (job);
}

void
job_abandon(struct job *job)
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
	job_abandon(job);
	/* The last one freed is the first used again: it is in the cache. */
	TAILQ_INSERT_HEAD(&k->free_jobs, job, all_link);
}

/* States in which jobs are counted apart. */
#define COUNTED (FROM(JOB_QUEUED) | FROM(JOB_RUNNING) | FROM(JOB_BIO))

/* Counters that follow from where jobs are. */
static void
count_state(struct freebsd *k, struct job *job, enum job_state state, int by)
{
	struct kernel_counters *counters = &k->base.counters;

	if (state == JOB_QUEUED)
		counters->waiting += by;
	/* Sockets never count against max_aio_per_proc. */
	if (state == JOB_RUNNING && job->route == ROUTE_SOCKET) {
		counters->so_daemons_busy += by;
	} else if (state == JOB_RUNNING && !job->info.synchronous) {
		job->process->active += by;
		counters->daemons_busy += by;
	}
	if (state == JOB_BIO && job->route == ROUTE_BIO_UNMAPPED) {
		counters->unmapped_aio += by * job->iovcnt;
	} else if (state == JOB_BIO) {
		job->process->buffers += by * job->iovcnt;
		counters->buf_aio += by * job->iovcnt;
	}
}

void
job_set_state(struct freebsd *k, struct job *job, enum job_state state)
{
	assert(legal_from[state] & FROM(job->state));
	if (COUNTED & FROM(job->state))
		count_state(k, job, job->state, -1);
	job->state = state;
	if (COUNTED & FROM(state))
		count_state(k, job, state, 1);
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
	emit_job(&k->base, EF_COLLECT, k->base.current, job->index);
}
