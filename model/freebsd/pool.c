/*
 * The aiod pool: its birth at first use, kicks, daemons, and their end after an
 * idle lifetime (aio_init_aioinfo, aio_kick, aio_kick_nowait, aio_newproc,
 * aio_daemon).
 *
 * Idle daemons are a stack: the last to go idle serves next, so that under
 * light load one daemon stays busy and the rest age.  One condition alone
 * guards a daemon's exit, num_aio_procs > target_aio_procs; the maximum is
 * looked at only when one is created.
 */

#include <assert.h>
#include <stdlib.h>

#include "model/freebsd/freebsd.h"

void
pool_init(struct pool *pool, const char *name)
{
	pool->name = name;
	TAILQ_INIT(&pool->idle);
}

/* The lowest free number, as the kernel's unit allocator gives it. */
static uint32_t
allocate_number(struct pool *pool)
{
	uint32_t i;

	for (i = 0; i < pool->room; i++)
		if (pool->daemons[i] == NULL)
			return (i + 1);
	pool->room = 2 * pool->room + 16;
	pool->daemons =
	    core_resize(pool->daemons, pool->room, sizeof(struct daemon *));
	for (; i < pool->room; i++)
		pool->daemons[i] = NULL;
	return (allocate_number(pool));
}

struct daemon *
daemon_new(struct freebsd *k, struct pool *pool)
{
	struct daemon *d = core_allocate(sizeof(*d));

	emit_cost(&k->base, COST_CREATE);
	d->pool = pool;
	d->number = allocate_number(pool);
	pool->daemons[d->number - 1] = d;
	d->state = DAEMON_STARTING;
	thread_enter(&k->base, &d->thread, THREAD_DAEMON,
	    pool == &k->soaiod ? soaiod_run : daemon_run);
	++*pool->created;
	emit(&k->base, EF_SPAWN, d->thread.id);
	return (d);
}

/* The creator sleeps until the new daemon has started. */
static void
create_and_wait(struct freebsd *k, struct kernel_thread *creator)
{
	struct daemon *d = daemon_new(k, &k->aiod);

	d->creator = creator;
	emit(&k->base, EF_READY, d->thread.id);
	if (creator != NULL)
		thread_sleep(&k->base, creator);
}

void
daemon_exit(struct freebsd *k, struct daemon *d)
{
	--*d->pool->alive;
	++*d->pool->exited;
	emit_cost(&k->base, COST_EXIT);
	d->pool->daemons[d->number - 1] = NULL;
	d->state = DAEMON_GONE;
	emit(&k->base, EF_REAP, d->thread.id);
}

void
daemon_release(struct kernel *k, uint32_t thread)
{
	struct daemon *d = (struct daemon *)k->threads[thread];

	assert(d->state == DAEMON_GONE);
	free(d);
}

/* aio_newproc has failed; true if the call goes on with the daemons that there
 * are.  Before 15 the caller tries again, for ever and without sleeping: here
 * it sleeps for ever, lest time stand still. */
static bool
fail_fill(struct freebsd *k, struct user_thread *u)
{
	if (!k->rules->fill_gives_up) {
		thread_sleep(&k->base, &u->thread);
		return (false);
	}
	if (k->base.counters.daemons > 0)
		return (true);
	u->process->in_use = false;
	user_return(k, u, -1, KE_EAGAIN, KERNEL_NO_CB);
	return (false);
}

bool
pool_fill(struct freebsd *k, struct user_thread *u)
{
	int64_t target = k->tunables[TARGET_AIO_PROCS];
	int64_t max = k->tunables[MAX_AIO_PROCS];

	if (u->creating) {
		u->creating = false;
		k->base.counters.daemons++;
	}
	/* No reservation is made here, unlike in a kick: two processes that
	 * start together on two CPUs can overshoot. */
	if (k->base.counters.daemons >= (target < max ? target : max))
		return (true);
	if (k->base.creation_fails)
		return (fail_fill(k, u));
	u->creating = true;
	create_and_wait(k, &u->thread);
	return (false);
}

/* ---- Kicks ------------------------------------------------------------ */

static void
idle_remove(struct freebsd *k, struct daemon *d)
{
	TAILQ_REMOVE(&k->aiod.idle, d, idle_link);
	k->aiod.idle_count--;
	d->free = false;
}

/* Wakes the daemon that went idle last, whoever it is kicked for: the owner's
 * active limit is not looked at, so that the wake-up may be in vain. */
static bool
wake_idle(struct freebsd *k)
{
	struct daemon *d = k->base.policies[POLICY_IDLE_ORDER] == 0
	    ? TAILQ_FIRST(&k->aiod.idle)
	    : TAILQ_LAST(&k->aiod.idle, idle_list);

	if (d == NULL)
		return (false);
	idle_remove(k, d);
	thread_wake(&k->base, &d->thread);
	return (true);
}

/* The two limits of a creation.  `starting` is over the whole system: daemons
 * under way for others count against this process as well. */
static int
creation_held_by(const struct freebsd *k, const struct process *p)
{
	if (k->aiod.starting + k->base.counters.daemons >=
	    k->tunables[MAX_AIO_PROCS])
		return (MAX_AIO_PROCS);
	if (p->active + k->aiod.starting >= process_limit(k, p, active_node(k)))
		return ((int)active_node(k));
	return (-1);
}

int
kick_held_by(const struct freebsd *k, const struct process *p)
{
	if (TAILQ_EMPTY(&k->aiod.idle))
		return (creation_held_by(k, p));
	if (p->active >= process_limit(k, p, active_node(k)))
		return ((int)active_node(k));
	return (-1);
}

void
kick_nowait(struct freebsd *k, struct process *p)
{
	if (wake_idle(k))
		return;
	if (creation_held_by(k, p) == -1)
		task_enqueue(k, &p->kick_task);
}

bool
kick_one(struct freebsd *k, struct process *p, bool *exhausted)
{
	*exhausted = false;
	if (wake_idle(k))
		return (false);
	if (creation_held_by(k, p) != -1) {
		*exhausted = true;
		return (true);
	}
	if (k->base.creation_fails) {
		/* The kernel tries again for ever, and the task thread with
		 * it; here it drops the kick, or time would stand still. */
		*exhausted = true;
		return (true);
	}
	k->aiod.starting++;
	if (k->base.policies[POLICY_CREATE] != 0) {
		create_and_wait(k, NULL);
		return (false);
	}
	create_and_wait(k, &k->kick_queue.thread);
	return (true);
}

/* ---- The daemon's loop ------------------------------------------------ */

void
enter_vmspace(struct freebsd *k, struct daemon *d, uint64_t vmspace)
{
	if (d->vmspace == vmspace)
		return;
	emit_cost(&k->base, COST_VMSPACE);
	d->vmspace = vmspace;
	++*d->pool->vmspace_changes;
}

/* Starts the service, in the customer's address space but for fsync; false if
 * the job needs none and is already complete. */
static bool
serve(struct freebsd *k, struct daemon *d, struct job *job)
{
	if (job->info.opcode != KERNEL_OP_SYNC)
		enter_vmspace(k, d, job->process->vmspace);
	if (job->info.opcode == KERNEL_OP_READ && job->info.size_bytes == 0) {
		complete(k, job, 0, KE_OK);
		return (false);
	}
	if (job->info.socket) {
		aiod_serve_socket(k, d, job);
		return (true);
	}
	if (job->at_file_offset) {
		/* Under the offset's lock, the next one begins behind it. */
		job->info.offset_bytes = job->file->offset;
		job->file->offset += (int64_t)job->info.size_bytes;
	}
	d->job = job;
	d->state = DAEMON_SERVING;
	job->server = &d->thread;
	/* All of it before the service, also a read's: the sum is the same. */
	if (job->info.opcode == KERNEL_OP_READ ||
	    job->info.opcode == KERNEL_OP_WRITE)
		emit_copy(&k->base, (int64_t)job->info.size_bytes);
	emit_job(&k->base, EF_SERVE, d->thread.id, &job->info);
	thread_sleep(&k->base, &d->thread);
	return (true);
}

void
daemon_sleep(struct freebsd *k, struct daemon *d, int64_t lifetime)
{
	d->state = DAEMON_IDLE;
	d->free = true;
	d->timed = lifetime != 0;
	d->pool->idle_count++;
	if (lifetime == 0)
		thread_sleep(&k->base, &d->thread);
	else
		thread_sleep_until(
		    &k->base, &d->thread, tick_deadline(&k->base, lifetime));
}

static void
go_idle(struct freebsd *k, struct daemon *d)
{
	TAILQ_INSERT_HEAD(&k->aiod.idle, d, idle_link);
	daemon_sleep(k, d, k->tunables[AIOD_LIFETIME]);
}

/* Serves what can be selected, then goes idle. */
static void
look_for_work(struct freebsd *k, struct daemon *d)
{
	struct job *job;

	for (;;) {
		while ((job = select_job(k)) != NULL)
			if (serve(k, d, job))
				return;
		/* Going home is followed by one more look. */
		if (d->vmspace == 0)
			break;
		enter_vmspace(k, d, 0);
	}
	go_idle(k, d);
}

static void
finish_service(struct freebsd *k, struct daemon *d)
{
	struct job *job = d->job;
	struct kernel_service_result *result = &job->result;
	bool interrupted = result->would_block || result->error == KE_EINTR ||
	    result->error == KE_EAGAIN;

	d->job = NULL;
	/* What was moved before an interruption counts (aio_process_rw). */
	if (result->error == KE_OK || (result->bytes > 0 && interrupted))
		complete(k, job, result->bytes, KE_OK);
	else
		complete(k, job, -1, result->error);
}

static bool
may_expire(const struct freebsd *k, const struct daemon *d)
{
	return (d->thread.timed_out && d->free &&
	    k->base.counters.waiting == 0 &&
	    k->base.counters.daemons > k->tunables[TARGET_AIO_PROCS]);
}

void
daemon_run(struct kernel *base, struct kernel_thread *t)
{
	struct freebsd *k = freebsd(base);
	struct daemon *d = (struct daemon *)t;

	switch (d->state) {
	case DAEMON_STARTING:
		if (d->creator != NULL) {
			thread_wake(&k->base, d->creator);
		} else {
			k->aiod.starting--;
			k->base.counters.daemons++;
		}
		d->creator = NULL;
		break;
	case DAEMON_SERVING:
		if (d->sockbuf != NULL && aiod_socket_goes_on(k, d))
			return;
		finish_service(k, d);
		break;
	case DAEMON_IDLE:
		if (may_expire(k, d)) {
			idle_remove(k, d);
			daemon_exit(k, d);
			return;
		}
		if (d->free)
			idle_remove(k, d);
		break;
	case DAEMON_GONE:
		assert(!"a live daemon");
		break;
	}
	look_for_work(k, d);
}
