/*
 * Jobs: where they are kept, and the states they go through.  Numbers of jobs
 * are stable, and are used again only when the driver has let go of them.
 *
 * In NetBSD a job is freed when it completes.  Here its number stands for a
 * while longer, as a record of what became of it, until the program asks for
 * the result; it counts for nothing in that time.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/netbsd/netbsd.h"

#define JOB_CHUNK 256u
#define FROM(state) (1u << (state))

/* From which states each state may be reached. */
static const unsigned legal_from[JOB_STATE_COUNT] = {
    [JOB_FREE] = FROM(JOB_GONE),
    [JOB_QUEUED] = FROM(JOB_FREE),
    [JOB_CURRENT] = FROM(JOB_QUEUED),
    [JOB_SYNCHRONOUS] = FROM(JOB_FREE),
    [JOB_DONE] = FROM(JOB_QUEUED) | FROM(JOB_CURRENT),
    [JOB_LEFT] = FROM(JOB_DONE),
    [JOB_GONE] = FROM(JOB_DONE) | FROM(JOB_LEFT) | FROM(JOB_SYNCHRONOUS),
};

static void
add_chunk(struct netbsd *k)
{
	struct job *chunk;
	uint32_t i;

	k->job_chunks = core_resize(
	    k->job_chunks, k->job_chunk_count + 1, sizeof(*k->job_chunks));
	chunk = core_allocate(JOB_CHUNK * sizeof(*chunk));
	for (i = 0; i < JOB_CHUNK; i++) {
		chunk[i].info.number = k->job_chunk_count * JOB_CHUNK + i;
		TAILQ_INSERT_TAIL(&k->free_jobs, &chunk[i], link);
	}
	k->job_chunks[k->job_chunk_count++] = chunk;
}

struct job *
netbsd_job_allocate(struct netbsd *k, struct process *p,
    const struct kernel_request *request, enum kernel_opcode opcode)
{
	struct job *job;
	uint32_t number;

	if (TAILQ_EMPTY(&k->free_jobs))
		add_chunk(k);
	job = TAILQ_FIRST(&k->free_jobs);
	TAILQ_REMOVE(&k->free_jobs, job, link);
	number = job->info.number;
	memset(job, 0, sizeof(*job));
	job->info.number = number;
	job->process = p;
	job->sigev = request->sigev;
	job->info.process = p->pid;
	job->info.opcode = opcode;
	job->info.cb = request->cb;
	job->info.fd = request->fd;
	job->info.offset_bytes = request->offset_bytes;
	job->info.size_bytes = request->size_bytes;
	job->info.tag = request->tag;
	job->info.held_by = -1;
	return (job);
}

void
netbsd_job_free(struct netbsd *k, struct job *job)
{
	assert(job->file == NULL && job->list == NULL);
	netbsd_job_set_state(k, job, JOB_FREE);
	TAILQ_INSERT_HEAD(&k->free_jobs, job, link);
}

struct job *
netbsd_job_at(const struct netbsd *k, uint32_t index)
{
	assert(index / JOB_CHUNK < k->job_chunk_count);
	return (&k->job_chunks[index / JOB_CHUNK][index % JOB_CHUNK]);
}

static void
count_state(struct netbsd *k, struct job *job, enum job_state state, int by)
{
	struct kernel_counters *counters = &k->base.counters;

	if (state != JOB_QUEUED && state != JOB_CURRENT)
		return;
	counters->queue_count += by;
	counters->unfinished += by;
	if (state == JOB_QUEUED) {
		counters->waiting += by;
		k->queued += by;
		job->process->queue_length += by;
	} else {
		counters->daemons_busy += by;
	}
}

void
netbsd_job_set_state(struct netbsd *k, struct job *job, enum job_state state)
{
	assert(legal_from[state] & FROM(job->state));
	count_state(k, job, job->state, -1);
	job->state = state;
	count_state(k, job, state, 1);
}

/* At the end of the kernel, whatever the job's state. */
static void
abandon(struct job *job)
{
	if (job->file != NULL && --job->file->references == 0)
		free(job->file);
	if (job->list != NULL && --job->list->references == 0)
		free(job->list);
}

void
netbsd_jobs_destroy(struct netbsd *k)
{
	uint32_t chunk, i;

	for (chunk = 0; chunk < k->job_chunk_count; chunk++) {
		for (i = 0; i < JOB_CHUNK; i++)
			if (k->job_chunks[chunk][i].state != JOB_FREE)
				abandon(&k->job_chunks[chunk][i]);
		free(k->job_chunks[chunk]);
	}
	free(k->job_chunks);
}
