/*
 * The oracle's rules about the daemons that serve sockets: when they are made,
 * woken and let go, and what each does next when it has the CPU.  They differ
 * from aiods in each of these.
 */

#include <assert.h>

#include "tests/oracle.h"

void
oracle_enter_memory(struct oracle *o, struct oracle_thread *d, uint64_t memory)
{
	o->sockets.moves += d->memory != memory;
	d->memory = memory;
}

/* ---- Waking and making ------------------------------------------------ */

/* The one of those asleep that has idled longest, or NOBODY. */
static uint32_t
longest_asleep(const struct oracle *o)
{
	const struct oracle_thread *d;
	uint32_t i;

	TAILQ_FOREACH(d, &o->sockets.idle, link)
	{
		if (!d->kicked && !d->fired)
			break;
	}
	for (i = 0; d != NULL && o->threads[i] != d; i++)
		;
	return (d != NULL ? i : KERNEL_NOBODY);
}

/* Daemons that are awake but have not run count as idle still. */
void
oracle_task_queued(struct oracle *o, struct oracle_buffer *b)
{
	struct oracle_pool *pool = &o->sockets;

	TAILQ_INSERT_TAIL(&pool->tasks, b, task);
	pool->task_count++;
	if (pool->task_count <= pool->idle_count) {
		o->must_wake = longest_asleep(o);
	} else if (pool->alive < oracle_limit(o, LIMIT_SO_PROCS)) {
		if (!pool->asked)
			o->must_wake = pool->creator;
		pool->asked = true;
	}
}

bool
oracle_needs_soaiod(const struct oracle *o)
{
	const struct oracle_pool *pool = &o->sockets;

	return (pool->alive < oracle_limit(o, LIMIT_SO_TARGET) ||
	    (pool->alive < oracle_limit(o, LIMIT_SO_PROCS) &&
		pool->task_count > pool->idle_count + pool->starting));
}

static void
go_idle(struct oracle *o, struct oracle_thread *d)
{
	d->idle = true;
	TAILQ_INSERT_TAIL(&o->sockets.idle, d, link);
	o->sockets.idle_count++;
}

/* Those of boot sleep from the start; the others run first. */
void
oracle_soaiod_spawned(struct oracle *o, uint32_t daemon)
{
	struct oracle_pool *pool = &o->sockets;
	struct oracle_thread *d = o->threads[daemon];
	bool boot = o->event.kind == EV_BOOT;

	REQUIRE(o, boot || o->actor == pool->creator,
	    "a socket's daemon is made by another thread");
	REQUIRE(
	    o, oracle_needs_soaiod(o), "a socket's daemon that nobody needs");
	d->soaiod = true;
	pool->alive++;
	pool->created++;
	o->counts[SEEN_SOAIOD_CREATED] += !boot;
	if (boot) {
		d->started = true;
		go_idle(o, d);
	} else {
		pool->starting++;
	}
}

/* The creator's run is over. */
void
oracle_creator_ends(struct oracle *o)
{
	REQUIRE(o, !oracle_needs_soaiod(o),
	    "fewer daemons are made than sockets' tasks need");
	o->sockets.asked = false;
}

void
oracle_soaiod_woken(struct oracle *o, uint32_t daemon)
{
	struct oracle_thread *d = o->threads[daemon];

	if (!d->idle)
		return;
	REQUIRE(o, o->may_wake == daemon,
	    "a socket's daemon is woken that is not the longest asleep");
	d->kicked = true;
}

/* ---- Its run ---------------------------------------------------------- */

void
oracle_soaiod_looks(struct oracle *o, struct oracle_thread *d)
{
	struct oracle_pool *pool = &o->sockets;
	struct oracle_job *job;

	for (;;) {
		if (d->task == NULL) {
			d->task = TAILQ_FIRST(&pool->tasks);
			if (d->task == NULL)
				break;
			TAILQ_REMOVE(&pool->tasks, d->task, task);
			pool->task_count--;
		}
		job = TAILQ_FIRST(&d->task->jobs);
		if (job != NULL && d->task->ready) {
			pool->duty = DUTY_SERVE;
			pool->job = job;
			return;
		}
		d->task->wanted = job != NULL;
		d->task->running = false;
		d->task = NULL;
	}
	pool->duty = DUTY_IDLE;
}

/* What the end of its attempt leads to.  One that would have to wait is tried
 * again if the buffer has become ready; else it waits, before all others,
 * unless it has been asked to end. */
static void
end_attempt(struct oracle *o, struct oracle_thread *d)
{
	struct oracle_pool *pool = &o->sockets;
	struct oracle_job *job = o->jobs[d->job];

	pool->job = job;
	pool->duty = DUTY_COMPLETE;
	if (!job->result.would_block ||
	    (job->moved > 0 && job->buffer->nonblocking))
		return;
	pool->empty++;
	if (job->buffer->ready) {
		pool->retried++;
		pool->duty = DUTY_SERVE;
		return;
	}
	if (job->marked)
		return;
	job->state = O_SOCKET_WAIT;
	TAILQ_INSERT_HEAD(&job->buffer->jobs, job, queue);
	pool->busy--;
	d->job = KERNEL_NOBODY;
	oracle_soaiod_looks(o, d);
}

static bool
must_exit(const struct oracle *o, const struct oracle_thread *d)
{
	return (d->fired && o->sockets.task_count == 0 &&
	    o->sockets.alive > oracle_limit(o, LIMIT_SO_TARGET));
}

void
oracle_soaiod_begins(struct oracle *o, struct oracle_thread *d)
{
	struct oracle_pool *pool = &o->sockets;

	if (d->job != KERNEL_NOBODY) {
		end_attempt(o, d);
		return;
	}
	if (d->idle) {
		TAILQ_REMOVE(&pool->idle, d, link);
		pool->idle_count--;
		d->idle = false;
	} else {
		pool->starting--;
		d->started = true;
	}
	if (must_exit(o, d))
		pool->duty = DUTY_EXIT;
	else
		oracle_soaiod_looks(o, d);
}

void
oracle_soaiod_ends(struct oracle *o, struct oracle_thread *d)
{
	REQUIRE(o, o->sockets.duty == (o->served ? DUTY_NONE : DUTY_IDLE),
	    "a socket's daemon stops though it has something to do");
	if (!o->served) {
		REQUIRE(o, d->timed || oracle_limit(o, LIMIT_SO_LIFETIME) == 0,
		    "a socket's daemon goes idle without a lifetime");
		/* It goes home, and looks once more. */
		oracle_enter_memory(o, d, 0);
		go_idle(o, d);
	}
	d->kicked = d->fired = false;
}

void
oracle_soaiod_reaped(struct oracle *o, struct oracle_thread *d)
{
	REQUIRE(o, o->sockets.duty == DUTY_EXIT,
	    "a socket's daemon exits and should not");
	REQUIRE(o, o->now_ns >= d->expires_ns,
	    "a socket's daemon exits before its lifetime is over");
	o->sockets.alive--;
	o->sockets.exited++;
	o->reaped = true;
	o->counts[SEEN_SOAIOD_EXITED]++;
}
