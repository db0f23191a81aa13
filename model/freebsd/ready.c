/*
 * Which job a daemon takes.  The kernel scans aio_jobs from the oldest and
 * takes the first whose owner is below its active limit (aio_selectjob); owners
 * at the limit are skipped.  The same choice is made here without the scan: a
 * heap of the processes that have a queued job and room, by the age of their
 * oldest.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

static uint64_t
age(const struct process *p)
{
	return (TAILQ_FIRST(&p->queued)->queue_order);
}

static void
place(struct freebsd *k, struct process *p, size_t slot)
{
	k->ready[slot] = p;
	p->ready_slot = slot;
}

static void
sift_up(struct freebsd *k, struct process *p, size_t slot)
{
	while (slot > 0 && age(p) < age(k->ready[(slot - 1) / 2])) {
		place(k, k->ready[(slot - 1) / 2], slot);
		slot = (slot - 1) / 2;
	}
	place(k, p, slot);
}

static void
sift_down(struct freebsd *k, struct process *p, size_t slot)
{
	size_t child;

	while ((child = 2 * slot + 1) < k->ready_count) {
		if (child + 1 < k->ready_count &&
		    age(k->ready[child + 1]) < age(k->ready[child]))
			child++;
		if (age(p) < age(k->ready[child]))
			break;
		place(k, k->ready[child], slot);
		slot = child;
	}
	place(k, p, slot);
}

static void
leave(struct freebsd *k, struct process *p)
{
	size_t slot = p->ready_slot;
	struct process *last = k->ready[--k->ready_count];

	p->ready_slot = NOT_READY;
	if (last == p)
		return;
	sift_up(k, last, slot);
	sift_down(k, last, last->ready_slot);
}

/* After the head of p's queue, its active count or the limit has changed. */
void
ready_update(struct freebsd *k, struct process *p)
{
	bool ready = !TAILQ_EMPTY(&p->queued) &&
	    p->active < process_limit(k, p, active_node(k));

	if (!ready) {
		if (p->ready_slot != NOT_READY)
			leave(k, p);
		return;
	}
	if (p->ready_slot == NOT_READY) {
		sift_up(k, p, k->ready_count++);
		return;
	}
	sift_up(k, p, p->ready_slot);
	sift_down(k, p, p->ready_slot);
}

void
ready_rebuild(struct freebsd *k)
{
	uint32_t i;

	for (i = 0; i < k->process_count; i++)
		ready_update(k, k->processes[i]);
}

/* The next daemon takes this one.  Where many wait it has left the cache; the
 * hint has no other effect. */
static void
expect(const struct job *job)
{
	if (job == NULL)
		return;
	__builtin_prefetch(&job->info);
	__builtin_prefetch(&job->state);
	__builtin_prefetch(&job->all_link);
	__builtin_prefetch(&job->queue_link);
}

struct job *
select_job(struct freebsd *k)
{
	struct process *p;
	struct job *job;

	if (k->ready_count == 0)
		return (NULL);
	p = k->ready[0];
	job = TAILQ_FIRST(&p->queued);
	TAILQ_REMOVE(&p->queued, job, queue_link);
	expect(TAILQ_FIRST(&p->queued));
	job_set_state(k, job, JOB_RUNNING);
	/* The heap's order is broken while p's oldest job is another one. */
	ready_update(k, p);
	return (job);
}
