/*
 * What must follow from what happens to sockets: a record beside the kernel
 * that sees events and effects, and aborts with one line as soon as one is
 * against the rules.  The rules come from the description of FreeBSD's
 * behaviour, not from the model's steps.
 */

#ifndef TESTS_SOCKET_RULES_H
#define TESTS_SOCKET_RULES_H

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/kernel.h"

#define PROCESSES 2
#define SOCKETS 3 /* of a process; the last one is non-blocking */
#define FIRST_FD 3
#define PARTIES 256 /* threads at most */

enum state { WAITS, SERVED, ATTEMPTED, FINISHED };

struct request {
	enum state state;
	uint32_t process, cb;
	struct buffer *buffer;
	int64_t size, done;
	bool cancel_asked; /* while it was served */
	struct kernel_service_result last;
};

struct buffer {
	bool ready, nonblocking;
	GQueue waiting;         /* of struct request */
	struct request *served; /* in a daemon's hands */
};

struct party { /* a thread */
	bool exists, is_daemon, runnable, in_call;
	bool idle;  /* a soaiod that waits for a task */
	bool timed; /* has a timer that may wake it */
	bool fired; /* … that did */
	uint64_t generation;
	uint32_t process;
	struct request *request;
};

static struct kernel *k;
static uint64_t first_seed;
static int64_t now_ns;
static struct buffer buffers[PROCESSES][SOCKETS][2];
static struct party parties[PARTIES];
static uint32_t users[PROCESSES];
static GHashTable *requests; /* by job number */
static GPtrArray *all;       /* to be freed */
static GQueue idle;          /* soaiods, the longest idle first */
static uint32_t actor, next_cb[PROCESSES], daemons;
static bool rundown[PROCESSES];
static int64_t empty_results, retries;
static struct {
	uint64_t completed, partial, cancelled, resumed, retried, exits,
	    expired;
} seen;

#define MUST(condition, what)                                                \
	do {                                                                 \
		if (!(condition)) {                                          \
			fprintf(                                             \
			    stderr, "seed %d: %s\n", (int)first_seed, what); \
			abort();                                             \
		}                                                            \
	} while (0)

static inline int64_t
tunable(const char *node)
{
	return (
	    kernel_get_tunable(k, kernel_find_tunable(kernel_name(k), node)));
}

/* ---- What must follow ------------------------------------------------- */

static inline void
submitted(uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(k, job);
	struct request *r = g_new0(struct request, 1);

	r->process = info->process;
	r->cb = info->cb;
	r->size = (int64_t)info->size_bytes;
	r->buffer = &buffers[info->process][info->fd - FIRST_FD]
			    [info->opcode == KERNEL_OP_READ ? KERNEL_RECEIVE
							    : KERNEL_SEND];
	g_queue_push_tail(&r->buffer->waiting, r);
	g_hash_table_insert(requests, GUINT_TO_POINTER(job), r);
	g_ptr_array_add(all, r);
}

static inline struct request *
request_of(uint32_t job)
{
	return (g_hash_table_lookup(requests, GUINT_TO_POINTER(job)));
}

static inline void
served(uint32_t job, uint32_t thread)
{
	struct request *r = request_of(job);
	struct party *d = &parties[thread];

	MUST(thread == actor && d->is_daemon, "served outside of a daemon");
	MUST(r->buffer->ready, "an attempt though the buffer is not ready");
	MUST(kernel_job(k, job)->done_bytes == r->done, "progress forgotten");
	if (r->state == ATTEMPTED) {
		MUST(d->request == r && r->last.would_block,
		    "tried again without need");
		empty_results++;
		retries++;
		seen.retried++;
	} else {
		MUST(r->state == WAITS &&
			g_queue_peek_head(&r->buffer->waiting) == r,
		    "not the first of its buffer");
		MUST(r->buffer->served == NULL && d->request == NULL,
		    "two at a time");
		g_queue_pop_head(&r->buffer->waiting);
		seen.resumed += r->done > 0;
	}
	r->state = SERVED;
	r->buffer->served = r;
	d->request = r;
}

/* A result of the last attempt that is not to be waited with. */
static inline bool
is_final(const struct request *r)
{
	return (
	    !r->last.would_block || (r->done > 0 && r->buffer->nonblocking));
}

static inline void
check_result(const struct request *r, const struct kernel_job_info *info)
{
	bool partial =
	    r->done > 0 && (r->last.would_block || r->last.error == KE_EINTR);
	bool asked = r->cancel_asked || rundown[r->process];

	if (!is_final(r)) {
		MUST(asked, "did not wait for its buffer");
		MUST(!r->buffer->ready, "not tried again");
		empty_results++;
		partial = r->done > 0;
		MUST(info->error == (partial ? KE_OK : KE_ECANCELED),
		    "a cancelled attempt ends otherwise");
	} else {
		MUST(info->error ==
			(r->last.error == KE_OK || partial ? KE_OK
							   : r->last.error),
		    "another error");
	}
	MUST(info->status == (info->error == KE_OK ? r->done : -1),
	    "another status");
	seen.partial += partial;
}

static inline void
completed(uint32_t job, uint32_t thread)
{
	const struct kernel_job_info *info = kernel_job(k, job);
	struct request *r = request_of(job);

	MUST(thread == actor, "completed in no context");
	if (parties[thread].is_daemon) {
		MUST(r->state == ATTEMPTED && parties[thread].request == r,
		    "completed by another daemon");
		check_result(r, info);
		parties[thread].request = NULL;
		r->buffer->served = NULL;
	} else {
		MUST(r->state == WAITS, "cancelled in a daemon's hands");
		MUST(info->status == (r->done > 0 ? r->done : -1) &&
			info->error == (r->done > 0 ? KE_OK : KE_ECANCELED),
		    "cancelled otherwise");
		MUST(g_queue_remove(&r->buffer->waiting, r), "not there");
		seen.cancelled++;
	}
	r->state = FINISHED;
	seen.completed++;
}

static inline void
woken(uint32_t thread, bool by_timer)
{
	struct party *t = &parties[thread];
	GList *each;

	MUST(t->exists && !t->runnable, "woken twice");
	t->runnable = true;
	t->fired = by_timer;
	t->timed = false;
	if (!t->idle || by_timer)
		return;
	for (each = idle.head; GPOINTER_TO_UINT(each->data) != thread;
	     each = each->next)
		MUST(parties[GPOINTER_TO_UINT(each->data)].runnable,
		    "not the longest asleep");
}

static inline void
spawned(uint32_t thread)
{
	struct kernel_thread_info info;

	kernel_thread(k, thread, &info);
	memset(&parties[thread], 0, sizeof(parties[thread]));
	parties[thread].exists = true;
	parties[thread].is_daemon = strcmp(info.pool, "soaiod") == 0;
	MUST(parties[thread].is_daemon, "an aiod");
	MUST(daemons < MAX(tunable("kern.ipc.aio.max_procs"),
			   tunable("kern.ipc.aio.target_procs")),
	    "a daemon too many");
	daemons++;
	if (actor == KERNEL_NOBODY) { /* of boot */
		parties[thread].idle = true;
		g_queue_push_tail(&idle, GUINT_TO_POINTER(thread));
	}
}

/* Ready buffers with requests that no daemon has: each has a task queued. */
static inline int
left_alone(void)
{
	const struct buffer *b = &buffers[0][0][0];
	int i, count = 0;

	for (i = 0; i < PROCESSES * SOCKETS * 2; i++)
		count += b[i].ready && b[i].served == NULL &&
		    b[i].waiting.length > 0;
	return (count);
}

/* While one sleeps, as many are awake as there is work for. */
static inline void
check_wakes(void)
{
	int i, sleeping = 0, awake = 0;

	for (i = 0; i < PARTIES; i++) {
		if (!parties[i].exists || !parties[i].is_daemon)
			continue;
		sleeping += parties[i].idle && !parties[i].runnable;
		awake += parties[i].runnable;
	}
	MUST(sleeping == 0 || awake >= left_alone(), "sleeps in vain");
}

static inline void
reaped(uint32_t thread)
{
	struct party *d = &parties[thread];

	MUST(thread == actor && d->fired, "exits without its lifetime's end");
	MUST(daemons > tunable("kern.ipc.aio.target_procs"),
	    "exits at the target");
	MUST(left_alone() == 0, "exits though there is work");
	daemons--;
	d->exists = false;
	seen.expired++;
	kernel_release_thread(k, thread);
}

static inline guint
outstanding(uint32_t process)
{
	GHashTableIter each;
	void *request;
	guint count = 0;

	g_hash_table_iter_init(&each, requests);
	while (g_hash_table_iter_next(&each, NULL, &request))
		count += ((struct request *)request)->process == process;
	return (count);
}

static inline void
returned(uint32_t thread)
{
	struct party *t = &parties[thread];

	t->in_call = false;
	if (!rundown[t->process])
		return;
	MUST(
	    outstanding(t->process) == 0, "a process ends before its requests");
	rundown[t->process] = false;
	seen.exits++;
}

/* The job did not end, and is not tried again: it waits, before all others. */
static inline void
end_daemon_run(struct party *d)
{
	struct request *r = d->request;

	if (r != NULL && r->state == SERVED)
		return;
	MUST(r == NULL, "a daemon sleeps with a request");
	MUST(left_alone() == 0, "idles though there is work");
	d->idle = true;
	g_queue_push_tail(&idle, GUINT_TO_POINTER(actor));
}

/* Before the run: what will wait again does so, as far as can be told. */
static inline void
begin_daemon_run(struct party *d)
{
	struct request *r = d->request;

	if (d->idle)
		g_queue_remove(&idle, GUINT_TO_POINTER(actor));
	d->idle = false;
	if (r == NULL || is_final(r) || r->buffer->ready || r->cancel_asked ||
	    rundown[r->process])
		return;
	empty_results++;
	r->state = WAITS;
	r->buffer->served = NULL;
	d->request = NULL;
	g_queue_push_head(&r->buffer->waiting, r);
}

/* So many daemons have a request. */
static inline int64_t
in_hands(void)
{
	int64_t count = 0;
	int i;

	for (i = 0; i < PARTIES; i++)
		count += parties[i].exists && parties[i].request != NULL;
	return (count);
}

#endif
