/*
 * The invariants of the NetBSD model: every counter equals the length of the
 * queues it stands for, every job is where its state says, no worker sleeps
 * while its queue has a job, and every list is held by those who name it.
 */

#include <assert.h>

#include "model/netbsd/netbsd.h"

/* How many of the process's jobs and calls hold the list. */
static int
holders(
    const struct netbsd *k, const struct process *p, const struct list *list)
{
	const struct kernel_thread *t;
	const struct job *job;
	uint32_t i;
	int count = p->current != NULL && p->current->list == list;

	TAILQ_FOREACH(job, &p->queue, link)
	{
		count += job->list == list;
	}
	for (i = 0; i < k->base.thread_count; i++) {
		t = k->base.threads[i];
		count += t != NULL && t->kind == THREAD_USER &&
		    ((const struct user_thread *)t)->list == list;
	}
	return (count);
}

static void
check_queue(const struct netbsd *k, const struct process *p)
{
	const struct job *job, *other;
	const struct list *last = NULL;
	int64_t length = 0;

	TAILQ_FOREACH(job, &p->queue, link)
	{
		length++;
		assert(job->state == JOB_QUEUED && job->process == p);
		assert(job->file == NULL && !job->info.synchronous);
		/* Entries of a list stand together: look once at each. */
		if (job->list != NULL && job->list != last)
			assert(
			    holders(k, p, job->list) == job->list->references);
		last = job->list;
		other = TAILQ_NEXT(job, link);
		assert(other == NULL || other->info.cb != job->info.cb);
	}
	assert(length == p->queue_length);
	assert(length == 0 || p->in_use);
}

static void
check_worker(const struct process *p)
{
	const struct worker *w = p->worker;

	assert(p->in_use || (w == NULL && p->current == NULL));
	if (w == NULL) {
		assert(p->current == NULL);
		return;
	}
	assert(w->process == p && w->state != WORKER_GONE);
	if (p->current != NULL) {
		assert(w->state == WORKER_SERVING);
		assert(p->current->state == JOB_CURRENT);
		assert(p->current->process == p && p->current->file != NULL);
	}
	if (w->thread.sleeping && w->state == WORKER_IDLE)
		assert(TAILQ_EMPTY(&p->queue) && !p->leaving);
}

static void
check_process(const struct netbsd *k, const struct process *p)
{
	const struct user_thread *u;
	uint32_t i;
	int fd;

	check_queue(k, p);
	check_worker(p);
	for (fd = 0; fd < p->descriptor_count; fd++)
		assert(p->descriptors[fd].users >= 0);
	for (i = 0; i < p->block_count; i++) {
		const struct job *record = p->blocks[i].record;

		assert(record == NULL ||
		    (record->state == JOB_DONE && record->info.cb == i &&
			record->list == NULL && record->file == NULL));
		assert(p->blocks[i].state != BLOCK_NONE || record == NULL);
	}
	TAILQ_FOREACH(u, &p->sleepers, link)
	{
		assert(u->process == p && u->in_call);
		assert(u->channel != CHANNEL_NONE);
	}
}

void
netbsd_check(const struct kernel *base)
{
	const struct netbsd *k = netbsd_const(base);
	const struct kernel_counters *counters = &base->counters;
	int64_t queued = 0, current = 0, workers = 0;
	uint32_t i;

	for (i = 0; i < k->process_count; i++) {
		check_process(k, k->processes[i]);
		queued += k->processes[i]->queue_length;
		current += k->processes[i]->current != NULL;
		workers += k->processes[i]->worker != NULL;
	}
	assert(k->queued == queued && counters->waiting == queued);
	assert(counters->daemons_busy == current);
	assert(counters->unfinished == queued + current);
	assert(counters->queue_count == counters->unfinished);
	assert(counters->daemons == workers);
	assert(counters->daemons ==
	    counters->daemons_created - counters->daemons_exited);
}
