/*
 * The invariants of the FreeBSD model: every counter equals the length of the
 * lists it stands for, every job is where its state says, every sleeper can be
 * woken.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

struct census {
	int64_t all, unfinished, done, queued, running, bio, mapped;
	int64_t sync_wait, sync_ready, socket_wait, attempts;
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
		if (job->route == ROUTE_SOCKET)
			c->attempts++;
		else
			c->running++;
		break;
	case JOB_BIO:
		c->bio += job->iovcnt;
		c->mapped += job->route == ROUTE_BIO_MAPPED ? job->iovcnt : 0;
		break;
	case JOB_SYNC_WAIT:
		assert(job->pending > 0);
		c->sync_wait++;
		break;
	case JOB_SYNC_READY:
		assert(job->pending == 0);
		c->sync_ready++;
		break;
	case JOB_SOCKET_WAIT:
		assert(job->route == ROUTE_SOCKET && !job->marked);
		c->socket_wait++;
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
	assert(job->note.pending == NULL && !job->note.sent);
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
	ready = c.queued > 0 && p->active < process_limit(k, p, active_node(k));
	assert(ready == (p->ready_slot != NOT_READY));
	assert(!ready || k->ready[p->ready_slot] == p);

	total->all += c.all;
	total->unfinished += c.unfinished;
	total->queued += c.queued;
	total->running += c.running;
	total->bio += c.bio;
	total->mapped += c.mapped;
	total->socket_wait += c.socket_wait;
	total->attempts += c.attempts;
}

static void
check_pool(const struct pool *pool, int64_t *serving, int64_t *starting)
{
	const struct daemon *d;
	int64_t alive = 0, idle = 0;
	uint32_t i;

	*serving = *starting = 0;
	for (i = 0; i < pool->room; i++) {
		d = pool->daemons[i];
		if (d == NULL)
			continue;
		alive++;
		assert(d->pool == pool);
		assert(d->number == i + 1 && d->state != DAEMON_GONE);
		assert((d->state == DAEMON_SERVING) == (d->job != NULL));
		assert(!d->free || d->state == DAEMON_IDLE);
		*serving += d->state == DAEMON_SERVING;
		/* Nobody waits for it: soaiods, and see POLICY_CREATE. */
		*starting += d->state == DAEMON_STARTING && d->creator == NULL;
		idle += d->free;
	}
	assert(idle == pool->idle_count);
	TAILQ_FOREACH(d, &pool->idle, idle_link)
	{
		assert(d->free);
		idle--;
	}
	assert(idle == 0);
	assert(alive == *pool->created - *pool->exited);
}

static void
check_aiod(const struct freebsd *k, int64_t running)
{
	int64_t serving, starting;

	check_pool(&k->aiod, &serving, &starting);
	assert(k->base.counters.daemons_busy == running);
	assert(serving == running);
	/* Those whose creator has not yet run again are not counted. */
	assert(k->base.counters.daemons <= *k->aiod.created - *k->aiod.exited);
	assert(k->aiod.starting == starting + (k->kick_queue.creating ? 1 : 0));
}

/* Jobs wait while their task is due, or for the buffer to become ready. */
static int64_t
check_sockbuf(const struct freebsd *k, const struct sockbuf *sb)
{
	bool waits = !TAILQ_EMPTY(&sb->jobs);

	assert(!waits || sb->wanted || sb->running);
	assert(!sb->wanted || (waits && !sb->running));
	/* An aiod's attempt may leave it ready; soaiods go on themselves. */
	assert(!sb->wanted || !sb->ready || k->rules->sockets_by_aiods);
	assert(k->rules->sockets_by_aiods || sb->holder == NULL);
	assert(sb->holder == NULL || sb->holder->state == DAEMON_SERVING);
	assert(sb->holder != NULL || TAILQ_EMPTY(&sb->lockers));
	return (list_length(&sb->jobs, JOB_SOCKET_WAIT));
}

static void
check_sockets(const struct freebsd *k, int64_t waiting, int64_t attempts)
{
	const struct open_file *file;
	const struct sockbuf *sb;
	int64_t running = 0, serving, starting;

	LIST_FOREACH(file, &k->sockets, socket_link)
	{
		for (sb = file->sockbufs; sb < file->sockbufs + 2; sb++) {
			waiting -= check_sockbuf(k, sb);
			running += sb->running;
		}
	}
	assert(waiting == 0);
	check_pool(&k->soaiod, &serving, &starting);
	assert(serving == attempts);
	assert(k->base.counters.so_daemons_busy == attempts);
	assert(k->soaiod.starting == starting);
	assert(k->base.counters.so_daemons ==
	    *k->soaiod.created - *k->soaiod.exited);
	assert(running == serving + k->socket_task_count);
	TAILQ_FOREACH(sb, &k->socket_tasks, task_link)
	{
		assert(sb->running);
		running--;
	}
	assert(running == serving);
}

void
freebsd_check(const struct kernel *base)
{
	const struct freebsd *k = freebsd_const(base);
	const struct kernel_counters *counters = &base->counters;
	struct census total = {0};
	uint32_t i;

	for (i = 0; i < k->process_count; i++)
		check_process(k, k->processes[i], &total);
	check_aiod(k, total.running);
	check_sockets(k, total.socket_wait, total.attempts);
	assert(counters->queue_count == total.all);
	assert(counters->unfinished == total.unfinished);
	assert(counters->waiting == total.queued);
	assert(counters->buf_aio == total.mapped);
	assert(counters->unmapped_aio == total.bio - total.mapped);
	for (i = 1; i < k->ready_count; i++)
		assert(TAILQ_FIRST(&k->ready[i]->queued)->queue_order >
		    TAILQ_FIRST(&k->ready[(i - 1) / 2]->queued)->queue_order);
}
