/*
 * The invariants of the FreeBSD model: every counter equals the length of the
 * lists it stands for, every job is where its state says, every sleeper can be
 * woken.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

struct census {
	int64_t all, unfinished, done, queued, running, bio, mapped;
	int64_t sync_wait, sync_ready;
};

static void
check_job(const struct process *p, const struct job *job, struct census *c)
{
	assert(job->process == p && job->info.process == p->pid);
	assert(!job->info.synchronous);
	c->all++;
	switch (job->state) {
	case JOB_QUEUED:
		c->queued++;
		break;
	case JOB_RUNNING:
		c->running++;
		break;
	case JOB_BIO:
		c->bio++;
		c->mapped += job->route == ROUTE_BIO_MAPPED;
		break;
	case JOB_SYNC_WAIT:
		assert(job->pending > 0);
		c->sync_wait++;
		break;
	case JOB_SYNC_READY:
		assert(job->pending == 0);
		c->sync_ready++;
		break;
	case JOB_DONE:
		assert(job->info.error == KE_OK || job->info.status == -1);
		c->done++;
		return;
	case JOB_FREE:
	case JOB_NEW:
	case JOB_GONE:
	case JOB_STATE_COUNT:
		assert(!"a state of an accepted job");
	}
	assert(!job->in_kqueue && !job->in_signals);
	c->unfinished++;
}

static int64_t
list_length(const struct job_list *list, enum job_state state)
{
	const struct job *job;
	int64_t length = 0;

	TAILQ_FOREACH(job, list, queue_link)
	{
		assert(job->state == state);
		length++;
	}
	return (length);
}

static int64_t
life_length(const struct job_list *list, bool done)
{
	const struct job *job;
	int64_t length = 0;

	TAILQ_FOREACH(job, list, life_link)
	{
		assert((job->state == JOB_DONE) == done);
		length++;
	}
	return (length);
}

static void
check_process(
    const struct freebsd *k, const struct process *p, struct census *total)
{
	struct census c = {0};
	const struct job *job;
	bool ready;

	TAILQ_FOREACH(job, &p->all, all_link)
	{
		check_job(p, job, &c);
	}
	assert(p->count == c.all && p->active == c.running);
	assert(p->buffers == c.mapped);
	assert(life_length(&p->unfinished, false) == c.unfinished);
	assert(life_length(&p->done, true) == c.done);
	assert(list_length(&p->queued, JOB_QUEUED) == c.queued);
	assert(list_length(&p->sync_wait, JOB_SYNC_WAIT) == c.sync_wait);
	assert(list_length(&p->sync_ready, JOB_SYNC_READY) == c.sync_ready);
	assert(c.all == 0 || p->in_use);
	assert(c.sync_ready == 0 || p->sync_task.queued);
	ready = c.queued > 0 && p->active < k->tunables[MAX_AIO_PER_PROC];
	assert(ready == (p->ready_slot != NOT_READY));
	assert(!ready || k->ready[p->ready_slot] == p);

	total->all += c.all;
	total->unfinished += c.unfinished;
	total->queued += c.queued;
	total->running += c.running;
	total->bio += c.bio;
	total->mapped += c.mapped;
}

static void
check_daemons(const struct freebsd *k, int64_t *serving)
{
	const struct daemon *d;
	int64_t alive = 0, idle = 0;
	uint32_t i;

	*serving = 0;
	for (i = 0; i < k->daemon_room; i++) {
		d = k->daemons[i];
		if (d == NULL)
			continue;
		alive++;
		assert(d->number == i + 1 && d->state != DAEMON_GONE);
		assert((d->state == DAEMON_SERVING) == (d->job != NULL));
		assert(!d->free || d->state == DAEMON_IDLE);
		*serving += d->state == DAEMON_SERVING;
		idle += d->free;
	}
	TAILQ_FOREACH(d, &k->idle, idle_link)
	{
		assert(d->free);
		idle--;
	}
	assert(idle == 0);
	assert(alive ==
	    k->base.counters.daemons_created - k->base.counters.daemons_exited);
	/* Those whose creator has not yet run again are not counted. */
	assert(k->base.counters.daemons <= alive);
	assert(k->starting == (k->task_creating ? 1 : 0));
}

void
freebsd_check(const struct kernel *base)
{
	const struct freebsd *k = freebsd_const(base);
	const struct kernel_counters *counters = &base->counters;
	struct census total = {0};
	int64_t serving;
	uint32_t i;

	for (i = 0; i < k->process_count; i++)
		check_process(k, k->processes[i], &total);
	check_daemons(k, &serving);
	assert(counters->queue_count == total.all);
	assert(counters->unfinished == total.unfinished);
	assert(counters->waiting == total.queued);
	assert(counters->daemons_busy == total.running);
	assert(serving == total.running);
	assert(counters->buf_aio == total.mapped);
	assert(counters->unmapped_aio == total.bio - total.mapped);
	for (i = 1; i < k->ready_count; i++)
		assert(TAILQ_FIRST(&k->ready[i]->queued)->queue_order >
		    TAILQ_FIRST(&k->ready[(i - 1) / 2]->queued)->queue_order);
}
