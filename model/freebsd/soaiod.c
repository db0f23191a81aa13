/*
 * The soaiod pool, which serves sockets: its birth at boot, its tasks, daemons,
 * and their end after an idle lifetime (soaio_init, soaio_enqueue,
 * soaio_kproc_create, soaio_kproc_loop of sys_socket.c).
 *
 * Unlike aiod's, idle daemons are a queue: the longest asleep serves next, so
 * that under light load all take their turn and none ever gets as old as its
 * lifetime.  There is no limit per process; what runs at a time is bounded by
 * the number of ready socket buffers and by kern.ipc.aio.max_procs.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

void
soaiod_init(struct freebsd *k)
{
	struct kernel_counters *counters = &k->base.counters;

	pool_init(&k->soaiod, "soaiod");
	k->soaiod.alive = &counters->so_daemons;
	k->soaiod.created = &counters->so_daemons_created;
	k->soaiod.exited = &counters->so_daemons_exited;
	k->soaiod.vmspace_changes = &counters->so_address_space_changes;
	LIST_INIT(&k->sockets);
	TAILQ_INIT(&k->socket_tasks);
	k->soaiod_task.queue = &k->thread_queue;
}

static void
go_idle(struct freebsd *k, struct daemon *d)
{
	TAILQ_INSERT_TAIL(&k->soaiod.idle, d, idle_link);
	daemon_sleep(k, d, k->tunables[SO_LIFETIME]);
}

/* The creation task runs long before the first process, so its daemons are
 * asleep by then. */
void
soaiod_boot(struct kernel *base)
{
	struct freebsd *k = freebsd(base);

	if (!k->rules->soaiods_at_boot)
		return;
	while (base->counters.so_daemons < k->tunables[SO_TARGET_PROCS]) {
		base->counters.so_daemons++;
		go_idle(k, daemon_new(k, &k->soaiod));
	}
}

/* A task holds its socket, and nobody will run it any more. */
void
soaiod_release(struct freebsd *k)
{
	struct sockbuf *sb;
	uint32_t i;

	while ((sb = TAILQ_FIRST(&k->socket_tasks)) != NULL) {
		TAILQ_REMOVE(&k->socket_tasks, sb, task_link);
		file_release(sb->file);
	}
	for (i = 0; i < k->soaiod.room; i++)
		if (k->soaiod.daemons[i] != NULL &&
		    k->soaiod.daemons[i]->sockbuf != NULL)
			file_release(k->soaiod.daemons[i]->sockbuf->file);
}

/* ---- Tasks ------------------------------------------------------------ */

/* Those who are awake already are passed over, but they count as idle until
 * they run (wakeup_one). */
static void
wake_longest_asleep(struct freebsd *k)
{
	struct daemon *d;

	TAILQ_FOREACH(d, &k->soaiod.idle, idle_link)
	{
		if (d->thread.sleeping) {
			thread_wake(&k->base, &d->thread);
			return;
		}
	}
}

void
soaiod_enqueue(struct freebsd *k, struct sockbuf *sb)
{
	TAILQ_INSERT_TAIL(&k->socket_tasks, sb, task_link);
	k->socket_task_count++;
	if (k->socket_task_count <= k->soaiod.idle_count)
		wake_longest_asleep(k);
	else if (*k->soaiod.alive < k->tunables[SO_MAX_PROCS])
		task_enqueue(k, &k->soaiod_task);
}

static bool
needs_daemon(const struct freebsd *k)
{
	const struct pool *pool = &k->soaiod;

	if (*pool->alive < k->tunables[SO_TARGET_PROCS])
		return (true);
	return (*pool->alive < k->tunables[SO_MAX_PROCS] &&
	    k->socket_task_count > pool->idle_count + pool->starting);
}

/* Creates daemons one after another, without waiting for any to start. */
void
soaiod_task_run(struct freebsd *k)
{
	struct daemon *d;

	while (needs_daemon(k)) {
		k->soaiod.starting++;
		d = daemon_new(k, &k->soaiod);
		emit(&k->base, EF_READY, d->thread.id);
		++*k->soaiod.alive;
	}
}

/* ---- The daemon's loop ------------------------------------------------ */

static bool
may_expire(const struct freebsd *k, const struct daemon *d)
{
	return (d->thread.timed_out && k->socket_task_count == 0 &&
	    *k->soaiod.alive > k->tunables[SO_TARGET_PROCS]);
}

static void
leave_idle(struct freebsd *k, struct daemon *d)
{
	TAILQ_REMOVE(&k->soaiod.idle, d, idle_link);
	k->soaiod.idle_count--;
	d->free = false;
}

/* Takes the oldest task, if there is one. */
static bool
take_task(struct freebsd *k, struct daemon *d)
{
	d->sockbuf = TAILQ_FIRST(&k->socket_tasks);
	if (d->sockbuf == NULL)
		return (false);
	TAILQ_REMOVE(&k->socket_tasks, d->sockbuf, task_link);
	k->socket_task_count--;
	return (true);
}

/* Runs tasks, the one under way first, then goes idle. */
static void
run_tasks(struct freebsd *k, struct daemon *d)
{
	for (;;) {
		while (d->sockbuf != NULL || take_task(k, d))
			if (!sockbuf_task_run(k, d))
				return;
		/* Going home is followed by one more look. */
		if (d->vmspace == 0)
			break;
		enter_vmspace(k, d, 0);
	}
	go_idle(k, d);
}

void
soaiod_run(struct kernel *base, struct kernel_thread *t)
{
	struct freebsd *k = freebsd(base);
	struct daemon *d = (struct daemon *)t;

	switch (d->state) {
	case DAEMON_STARTING:
		k->soaiod.starting--;
		break;
	case DAEMON_SERVING:
		if (!sockbuf_task_resume(k, d))
			return;
		break;
	case DAEMON_IDLE:
		leave_idle(k, d);
		if (may_expire(k, d)) {
			daemon_exit(k, d);
			return;
		}
		break;
	case DAEMON_GONE:
		assert(!"a live daemon");
		break;
	}
	run_tasks(k, d);
}
