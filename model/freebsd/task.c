/*
 * Task threads (taskqueue(9)).  The one named aiod_kick creates aiods after
 * first use, one at a time, sleeping until each has started; and it queues
 * fsyncs whose predecessors are done (aio_kick_helper, aio_schedule_fsync).
 * The system's general one, "thread", creates soaiods (soaio_kproc_create).
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

void
task_queue_init(struct freebsd *k, struct task_queue *queue, const char *name)
{
	queue->name = name;
	TAILQ_INIT(&queue->tasks);
	thread_enter(&k->base, &queue->thread, THREAD_TASK, task_queue_run);
	thread_sleep(&k->base, &queue->thread);
}

void
task_enqueue(struct freebsd *k, struct task *task)
{
	struct task_queue *queue = task->queue;

	task->pending++;
	if (task->queued)
		return;
	task->queued = true;
	TAILQ_INSERT_TAIL(&queue->tasks, task, link);
	/* While it creates a daemon it does not sleep for want of tasks. */
	if (!queue->creating)
		thread_wake(&k->base, &queue->thread);
}

bool
task_is_idle(const struct task *task)
{
	return (!task->queued && !task->running);
}

/* Goes on with the kicks of the task under way; false if it sleeps. */
static bool
run_kicks(struct freebsd *k, struct task_queue *queue, struct process *p)
{
	bool exhausted;

	if (queue->creating) {
		queue->creating = false;
		k->base.counters.daemons++;
		k->aiod.starting--;
	}
	while (queue->kicks > 0) {
		queue->kicks--;
		if (!kick_one(k, p, &exhausted))
			continue;
		if (exhausted)
			break;
		queue->creating = true;
		return (false);
	}
	return (true);
}

static bool
run_task(struct freebsd *k, struct task_queue *queue)
{
	struct task *task = queue->task;

	if (task == &k->soaiod_task)
		soaiod_task_run(k);
	else if (task == &task->process->kick_task)
		return (run_kicks(k, queue, task->process));
	else
		sync_task_run(k, task->process);
	return (true);
}

void
task_queue_run(struct kernel *base, struct kernel_thread *t)
{
	struct freebsd *k = freebsd(base);
	struct task_queue *queue = (struct task_queue *)t;
	struct task *task;

	for (;;) {
		task = queue->task;
		if (task == NULL) {
			task = queue->task = TAILQ_FIRST(&queue->tasks);
			if (task == NULL)
				break;
			TAILQ_REMOVE(&queue->tasks, task, link);
			task->queued = false;
			task->running = true;
			queue->kicks = task->pending;
			task->pending = 0;
		}
		if (!run_task(k, queue))
			return;
		queue->task = NULL;
		task->running = false;
		/* Whoever drains the task in exit waits for this. */
		if (task->process != NULL && task->process->rundown)
			process_wake(k, task->process);
	}
	thread_sleep(&k->base, &queue->thread);
}
