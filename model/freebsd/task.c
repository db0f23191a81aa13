/*
 * The aiod_kick task thread: the one thread of the system that creates daemons
 * after first use, one at a time, sleeping until each has started; and that
 * queues fsyncs whose predecessors are done (taskqueue(9), aio_kick_helper,
 * aio_schedule_fsync).
 *
 * A task that is asked for while it is queued runs once, with a count of how
 * often it was asked for.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

void
task_enqueue(struct freebsd *k, struct task *task)
{
	task->pending++;
	if (task->queued)
		return;
	task->queued = true;
	TAILQ_INSERT_TAIL(&k->tasks, task, link);
	/* While it creates a daemon it does not sleep for want of tasks. */
	if (!k->task_creating)
		thread_wake(&k->base, &k->task_thread);
}

bool
task_is_idle(const struct task *task)
{
	return (!task->queued && !task->running);
}

/* Goes on with the kicks of the task under way; false if it sleeps. */
static bool
run_kicks(struct freebsd *k, struct process *p)
{
	bool exhausted;

	if (k->task_creating) {
		k->task_creating = false;
		k->base.counters.daemons++;
		k->starting--;
	}
	while (k->task_kicks > 0) {
		k->task_kicks--;
		if (!kick_one(k, p, &exhausted))
			continue;
		if (exhausted)
			break;
		k->task_creating = true;
		return (false);
	}
	return (true);
}

static bool
run_task(struct freebsd *k, struct task *task)
{
	if (task == &task->process->kick_task)
		return (run_kicks(k, task->process));
	sync_task_run(k, task->process);
	return (true);
}

void
task_thread_run(struct freebsd *k)
{
	struct task *task;

	for (;;) {
		if (k->task == NULL) {
			k->task = TAILQ_FIRST(&k->tasks);
			if (k->task == NULL)
				break;
			TAILQ_REMOVE(&k->tasks, k->task, link);
			k->task->queued = false;
			k->task->running = true;
			k->task_kicks = k->task->pending;
			k->task->pending = 0;
		}
		if (!run_task(k, k->task))
			return;
		task = k->task;
		k->task = NULL;
		task->running = false;
		/* Whoever drains the task in exit waits for this. */
		if (task->process->rundown)
			process_wake(k, task->process);
	}
	thread_sleep(&k->base, &k->task_thread);
}
