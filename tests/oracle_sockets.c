/*
 * The oracle's rules about sockets: who waits in a buffer's queue, when its
 * task is asked for, and what an attempt comes to.  Who runs the task is
 * oracle_soaiods.c's.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "tests/oracle.h"

/* ---- Making ----------------------------------------------------------- */

void
oracle_sockets_init(struct oracle *o)
{
	struct kernel_thread_info info;

	STAILQ_INIT(&o->sockets.buffers);
	TAILQ_INIT(&o->sockets.tasks);
	TAILQ_INIT(&o->sockets.idle);
	/* aiods are made by the first task thread, soaiods by the general. */
	o->sockets.creator = kernel_own_threads(o->kernel) - 1;
	kernel_thread(o->kernel, o->sockets.creator, &info);
	assert(info.kind == THREAD_TASK);
}

void
oracle_sockets_free(struct oracle *o)
{
	struct oracle_buffer *b;

	while ((b = STAILQ_FIRST(&o->sockets.buffers)) != NULL) {
		STAILQ_REMOVE_HEAD(&o->sockets.buffers, each);
		free(b);
	}
}

static struct oracle_buffer *
new_buffer(struct oracle *o, bool ready, bool nonblocking)
{
	struct oracle_buffer *b = calloc(1, sizeof(*b));

	assert(b != NULL);
	TAILQ_INIT(&b->jobs);
	b->ready = ready;
	b->nonblocking = nonblocking;
	STAILQ_INSERT_TAIL(&o->sockets.buffers, b, each);
	return (b);
}

void
oracle_socket_open(struct oracle *o, struct oracle_file *f)
{
	const struct kernel_file *file = &f->file;

	f->buffers[KERNEL_RECEIVE] =
	    new_buffer(o, file->receive_ready, file->nonblocking);
	f->buffers[KERNEL_SEND] =
	    new_buffer(o, file->send_ready, file->nonblocking);
}

/* ---- The queue -------------------------------------------------------- */

static void
ask_for_task(struct oracle *o, struct oracle_buffer *b)
{
	b->wanted = false;
	if (b->running)
		return;
	b->running = true;
	oracle_task_queued(o, b);
}

/* Whether it is ready or not: the task finds out. */
void
oracle_socket_changed(
    struct oracle *o, const struct kernel_socket_change *change)
{
	struct oracle_process *p = &o->processes[change->process];
	struct oracle_buffer *b =
	    p->files[change->fd].buffers[change->direction];

	b->ready = change->ready;
	if (b->wanted)
		ask_for_task(o, b);
}

/* A ready buffer's request may find all daemons busy, and no room for more. */
static int
must_be_held_by(const struct oracle *o, const struct oracle_buffer *b)
{
	const struct oracle_pool *pool = &o->sockets;

	if (b->running || !b->ready || pool->task_count < pool->idle_count ||
	    pool->alive < oracle_limit(o, LIMIT_SO_PROCS))
		return (-1);
	return (o->limits[LIMIT_SO_PROCS]);
}

void
oracle_socket_submitted(struct oracle *o, struct oracle_job *job, int held_by)
{
	struct oracle_buffer *b = job->buffer;
	int limit = must_be_held_by(o, b);

	REQUIRE(o, held_by == limit,
	    "a socket's request is held by %d, not by %d", held_by, limit);
	o->counts[SEEN_SOCKET_HELD] += limit != -1;
	job->state = O_SOCKET_WAIT;
	TAILQ_INSERT_TAIL(&b->jobs, job, queue);
	if (b->ready)
		ask_for_task(o, b);
	else if (!b->running)
		b->wanted = true;
}

/* ---- Attempts --------------------------------------------------------- */

void
oracle_socket_served(struct oracle *o, uint32_t thread, struct oracle_job *job)
{
	struct oracle_pool *pool = &o->sockets;
	struct oracle_thread *d = o->threads[thread];

	REQUIRE(o,
	    thread == o->actor && pool->duty == DUTY_SERVE && pool->job == job,
	    "request %" PRIu64 " of a socket is tried out of turn",
	    job->serial);
	REQUIRE(o, kernel_job(o->kernel, job->number)->done_bytes == job->moved,
	    "what a socket's request has moved is forgotten");
	pool->duty = DUTY_NONE;
	oracle_enter_memory(o, d, o->processes[job->process].memory);
	d->job = job->number;
	o->served = true;
	o->counts[SEEN_SOCKET_SERVED]++;
	if (job->state == O_RUNNING) {
		o->counts[SEEN_SOCKET_RETRIED]++;
		return;
	}
	o->counts[SEEN_SOCKET_RESUMED] += job->moved > 0;
	TAILQ_REMOVE(&job->buffer->jobs, job, queue);
	job->state = O_RUNNING;
	pool->busy++;
}

void
oracle_attempt_over(struct oracle_job *job)
{
	job->moved += job->result.bytes;
	job->buffer->ready = job->result.ready;
}

/* ---- Completion ------------------------------------------------------- */

/* Cancelled, or exit's: what has been moved counts. */
static void
check_cut(struct oracle *o, const struct oracle_job *job,
    const struct kernel_job_info *info)
{
	REQUIRE(o,
	    info->status == (job->moved > 0 ? job->moved : -1) &&
		info->error == (job->moved > 0 ? KE_OK : KE_ECANCELED),
	    "a socket's request is cancelled with another result");
	o->counts[SEEN_SOCKET_CUT] += job->moved > 0;
}

static void
check_attempt(struct oracle *o, const struct oracle_job *job,
    const struct kernel_job_info *info)
{
	const struct kernel_service_result *result = &job->result;
	bool partial = job->moved > 0 &&
	    (result->would_block || result->error == KE_EINTR ||
		result->error == KE_EAGAIN);
	bool fine = result->error == KE_OK || partial;

	/* Only who is not to wait any longer ends a blocking attempt. */
	if (result->would_block &&
	    (job->moved == 0 || !job->buffer->nonblocking)) {
		check_cut(o, job, info);
		o->counts[SEEN_SOCKET_STOPPED]++;
		return;
	}
	REQUIRE(o,
	    info->status == (fine ? job->moved : -1) &&
		info->error == (fine ? KE_OK : result->error),
	    "a socket's request completes with another result");
}

void
oracle_socket_completed(struct oracle *o, uint32_t thread,
    struct oracle_job *job, const struct kernel_job_info *info)
{
	struct oracle_pool *pool = &o->sockets;
	struct oracle_thread *t;

	REQUIRE(o, thread != KERNEL_NOBODY && thread == o->actor,
	    "a socket's request completes in an interrupt");
	t = o->threads[thread];
	if (t->kind == THREAD_DAEMON) {
		REQUIRE(o, pool->duty == DUTY_COMPLETE && pool->job == job,
		    "completed by a daemon that has not served it");
		check_attempt(o, job, info);
		pool->busy--;
		t->job = KERNEL_NOBODY;
		oracle_soaiod_looks(o, t);
		return;
	}
	REQUIRE(o, job->state == O_SOCKET_WAIT,
	    "a socket's request is cancelled in a daemon's hands");
	check_cut(o, job, info);
	TAILQ_REMOVE(&job->buffer->jobs, job, queue);
	if (TAILQ_EMPTY(&job->buffer->jobs))
		job->buffer->wanted = false;
	oracle_cancelled(o, t, job);
	o->counts[SEEN_SOCKET_CANCELLED]++;
}

/* ---- After each step, and at the end ---------------------------------- */

static void
agree(const struct oracle *o, const char *what, int64_t kernel, int64_t mine)
{
	REQUIRE(o, kernel == mine,
	    "%s: the kernel has %" PRId64 ", there must be %" PRId64, what,
	    kernel, mine);
}

void
oracle_sockets_agree(const struct oracle *o)
{
	const struct kernel_counters *c = kernel_counters(o->kernel);
	const struct oracle_pool *pool = &o->sockets;

	agree(o, "so_daemons", c->so_daemons, pool->alive);
	agree(o, "so_daemons_busy", c->so_daemons_busy, pool->busy);
	agree(o, "so_daemons_created", c->so_daemons_created, pool->created);
	agree(o, "so_daemons_exited", c->so_daemons_exited, pool->exited);
	agree(o, "so_address_space_changes", c->so_address_space_changes,
	    pool->moves);
	agree(o, "so_empty_results", c->so_empty_results, pool->empty);
	agree(o, "so_empty_retries", c->so_empty_retries, pool->retried);
}

void
oracle_sockets_quiet(const struct oracle *o)
{
	const struct oracle_pool *pool = &o->sockets;
	const struct oracle_buffer *b;

	REQUIRE(o, TAILQ_EMPTY(&pool->tasks) && pool->starting == 0,
	    "a socket's task waits, and nobody comes");
	STAILQ_FOREACH(b, &pool->buffers, each)
	{
		REQUIRE(o, TAILQ_EMPTY(&b->jobs) || b->wanted,
		    "a socket's request waits for ever");
	}
}
