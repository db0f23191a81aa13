/*
 * The oracle's rules about fsync: what it waits for, and how those with nothing
 * left to wait for come into the queue.
 */

#include "tests/oracle.h"

bool
oracle_has_predecessor(
    const struct oracle_process *p, const struct oracle_job *sync)
{
	const struct oracle_job *job;

	TAILQ_FOREACH(job, &p->unfinished, life)
	{
		if (job->file == sync->file && job->serial < sync->serial &&
		    job->opcode != KERNEL_OP_SYNC)
			return (true);
	}
	return (false);
}

/* Whether any fsync of the process is ready. */
static bool
has_ready_sync(const struct oracle *o, uint32_t process)
{
	const struct oracle_job *job;

	TAILQ_FOREACH(job, &o->ready_syncs, queue)
	{
		if (job->process == process)
			return (true);
	}
	return (false);
}

void
oracle_leave_ready_syncs(struct oracle *o, struct oracle_job *job)
{
	TAILQ_REMOVE(&o->ready_syncs, job, queue);
	if (!has_ready_sync(o, job->process))
		o->processes[job->process].sync_turn = 0;
}

static void
become_ready(struct oracle *o, struct oracle_job *sync)
{
	struct oracle_process *p = &o->processes[sync->process];

	if (p->sync_turn == 0)
		p->sync_turn = ++o->serial;
	sync->state = O_SYNC_READY;
	sync->marked = oracle_is_being_cancelled(o, sync);
	TAILQ_INSERT_TAIL(&o->ready_syncs, sync, queue);
}

/* A request of the process is over. */
void
oracle_release_syncs(struct oracle *o, struct oracle_process *p)
{
	struct oracle_job *sync;

	TAILQ_FOREACH(sync, &p->unfinished, life)
	{
		if (sync->state == O_SYNC_WAIT &&
		    !oracle_has_predecessor(p, sync))
			become_ready(o, sync);
	}
}

static uint32_t
next_in_turn(const struct oracle *o)
{
	const struct oracle_job *job;
	uint32_t best = TAILQ_FIRST(&o->ready_syncs)->process;

	TAILQ_FOREACH(job, &o->ready_syncs, queue)
	{
		if (o->processes[job->process].sync_turn <
		    o->processes[best].sync_turn)
			best = job->process;
	}
	return (best);
}

/* The task of a process takes all that it finds ready, and processes come in
 * the order in which their first became ready, whether or not that one has been
 * cancelled since. */
void
oracle_join_syncs(struct oracle *o)
{
	int64_t waiting = kernel_counters(o->kernel)->waiting;
	struct oracle_job *job, *next;
	uint32_t process;

	while (o->queued < waiting && !TAILQ_EMPTY(&o->ready_syncs)) {
		process = next_in_turn(o);
		for (job = TAILQ_FIRST(&o->ready_syncs); job != NULL;
		     job = next) {
			next = TAILQ_NEXT(job, queue);
			if (job->process != process)
				continue;
			REQUIRE(o, !job->marked,
			    "an fsync is queued that is to be cancelled");
			oracle_leave_ready_syncs(o, job);
			oracle_join_queue(o, job);
		}
	}
}
