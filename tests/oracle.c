/*
 * The oracle's frame: which rule each event and effect goes to, the counters
 * that must agree with the kernel's after each step, and what must hold when
 * nothing happens any more.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle.h"

const char *const oracle_count_names[ORACLE_COUNTS] = {
    [SEEN_STEPS] = "steps",
    [SEEN_ACCEPTED] = "requests accepted",
    [SEEN_QUEUE_FULL] = "refused by max_aio_queue",
    [SEEN_PROCESS_QUEUE_FULL] = "refused by max_aio_queue_per_proc",
    [SEEN_BUFFERS_FULL] = "refused by max_buf_aio",
    [SEEN_INVALID] = "refused as invalid",
    [SEEN_SERVED_BY_DAEMON] = "served by a daemon",
    [SEEN_SERVED_BY_DISK] = "served by a disk's driver",
    [SEEN_SERVED_AT_ONCE] = "reads of nothing",
    [SEEN_SKIPPED_OWNER] = "taken before an older one of an owner at its limit",
    [SEEN_FAILED] = "completed with an error",
    [SEEN_PARTIAL] = "completed with a part",
    [SEEN_CANCELLED] = "cancelled",
    [SEEN_SYNC_WAITED] = "fsyncs that waited",
    [SEEN_SYNC_CANCELLED_LATE] = "fsyncs cancelled when ready",
    [SEEN_WAITCOMPLETE] = "collected by aio_waitcomplete",
    [SEEN_RETURN] = "collected by aio_return",
    [SEEN_TIMED_OUT] = "calls timed out",
    [SEEN_TIMER_OVERTAKEN] = "time-outs though something was there to collect",
    [SEEN_LIST_WAITED] = "lists waited for",
    [SEEN_LIST_FAILED] = "lists with a refused entry",
    [SEEN_LIST_TOLD] = "lists whose end was notified",
    [SEEN_KEVENT] = "events taken by kevent",
    [SEEN_SIGWAIT] = "signals taken by sigwait",
    [SEEN_HANDLED] = "signals handled",
    [SEEN_INTERRUPTED] = "calls interrupted by a signal",
    [SEEN_FORKED] = "forks",
    [SEEN_OTHER_KERNEL] = "scripts of other versions",
    [SEEN_SOCKET_SERVED] = "attempts at a socket",
    [SEEN_SOCKET_RESUMED] = "… that went on with an earlier one's",
    [SEEN_SOCKET_RETRIED] = "… repeated at once",
    [SEEN_SOCKET_CANCELLED] = "sockets' requests cancelled",
    [SEEN_SOCKET_CUT] = "… with a part moved",
    [SEEN_SOCKET_STOPPED] = "attempts that ended with a cancellation",
    [SEEN_SOCKET_HELD] = "sockets' requests held by max_procs",
    [SEEN_SOAIOD_CREATED] = "daemons of sockets created",
    [SEEN_SOAIOD_EXITED] = "daemons of sockets expired",
    [SEEN_DAEMON_CREATED] = "daemons created",
    [SEEN_DAEMON_EXITED] = "daemons expired",
    [SEEN_DAEMON_KEPT] = "lifetimes that ended in another",
    [SEEN_VAIN_WAKE] = "daemons woken in vain",
    [SEEN_RUNDOWN] = "exits and execs",
    [SEEN_STALL] = "legal stalls",
};

void
oracle_fail(const struct oracle *o, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "oracle: %.6f ms: ", (double)o->now_ns / 1e6);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

static void *
allocate(size_t size)
{
	void *memory = calloc(1, size);

	assert(memory != NULL);
	return (memory);
}

/* ---- Events and effects ----------------------------------------------- */

void
oracle_event(struct oracle *o, int64_t now_ns, const struct kernel_event *event)
{
	struct oracle_thread *t;
	uint32_t i;

	for (i = 0; i < o->process_count; i++)
		memset(o->processes[i].woken, 0, sizeof(o->processes[i].woken));
	o->now_ns = now_ns;
	o->counts[SEEN_STEPS]++;
	o->event = *event;
	o->actor = KERNEL_NOBODY;
	o->must_wake = o->may_wake = o->disk_job = KERNEL_NOBODY;
	o->sockets.duty = DUTY_NONE;
	o->notice = o->list_notice = o->must_handle = NULL;
	o->must_interrupt = NULL;
	o->served = o->reaped = false;
	switch (event->kind) {
	case EV_CALL:
		t = o->threads[event->thread];
		t->call = event->call;
		t->slept = t->refused = t->invalid = false;
		t->interrupted = t->handled = t->no_event = false;
		t->collected_cb = KERNEL_NO_CB;
		o->actor = event->thread;
		oracle_predict(o, t);
		if (t->call->kind == KERNEL_LIO_LISTIO)
			oracle_list_begun(t);
		if (t->call->kind == KERNEL_SIGMASK)
			oracle_mask_changed(t);
		if (t->call->kind == KERNEL_KEVENT)
			oracle_kevent_change(o, t);
		if (t->call->kind == KERNEL_SYSCTL)
			t->old_value =
			    kernel_get_tunable(o->kernel, t->call->tunable);
		if (t->call->kind == KERNEL_EXIT ||
		    t->call->kind == KERNEL_EXEC)
			o->processes[t->process].rundown = true;
		break;
	case EV_RUN:
		o->actor = event->thread;
		oracle_begin_run(o);
		break;
	case EV_DONE:
		if (kernel_job(o->kernel, event->job)->synchronous)
			break;
		o->jobs[event->job]->result = event->done;
		if (o->jobs[event->job]->buffer != NULL)
			oracle_attempt_over(o->jobs[event->job]);
		break;
	case EV_SOCKET:
		oracle_socket_changed(o, &event->socket);
		break;
	case EV_TIMER:
	case EV_BOOT:
	case EV_SIGNAL:
		break;
	}
}

static void
expect_next(struct oracle *o, const struct kernel_effect *effect)
{
	if (effect->kind == EF_CPU)
		return;
	if (o->must_wake != KERNEL_NOBODY)
		REQUIRE(o,
		    effect->kind == EF_READY && effect->thread == o->must_wake,
		    "the daemon whose turn it is, or their creator, sleeps on");
	o->may_wake = o->must_wake;
	o->must_wake = KERNEL_NOBODY;
	if (o->disk_job != KERNEL_NOBODY)
		REQUIRE(o,
		    effect->kind == EF_SERVE &&
			effect->thread == KERNEL_NOBODY &&
			effect->job == o->disk_job,
		    "a raw disk request did not go to the driver");
	o->disk_job = KERNEL_NOBODY;
	if (o->must_interrupt != NULL)
		REQUIRE(o,
		    effect->kind == EF_READY &&
			o->threads[effect->thread] == o->must_interrupt,
		    "a signal did not end a sleep");
	else if (o->must_handle != NULL)
		REQUIRE(o,
		    effect->kind == EF_NOTIFY &&
			effect->notice.kind == NOTICE_HANDLER,
		    "a signal's handler does not run");
	else
		REQUIRE(o,
		    (o->notice == NULL && o->list_notice == NULL) ||
			effect->kind == EF_NOTIFY,
		    "a completion without its notification");
}

void
oracle_effect(struct oracle *o, const struct kernel_effect *effect)
{
	expect_next(o, effect);
	switch (effect->kind) {
	case EF_READY:
		oracle_woken(o, effect->thread);
		break;
	case EF_RETURN:
		oracle_returned(o, effect);
		break;
	case EF_TIMER:
		oracle_timer_set(o, effect);
		break;
	case EF_SERVE:
		if (!kernel_job(o->kernel, effect->job)->synchronous)
			oracle_served(o, effect->thread, effect->job);
		break;
	case EF_CPU:
		REQUIRE(o, !o->free_cpu, "CPU time although nothing costs any");
		break;
	case EF_SPAWN:
		oracle_spawned(o, effect->thread);
		break;
	case EF_REAP:
		oracle_reaped(o, effect->thread);
		break;
	case EF_SUBMIT:
		oracle_submitted(o, effect->thread, effect->job);
		break;
	case EF_REFUSE:
		oracle_refused(o, effect);
		break;
	case EF_COMPLETE:
		oracle_completed(o, effect->thread, effect->job);
		break;
	case EF_NOTIFY:
		oracle_notified(o, &effect->notice);
		break;
	case EF_COLLECT:
		oracle_collected(o, effect->job);
		break;
	}
}

static void
agree(const struct oracle *o, const char *what, int64_t kernel, int64_t mine)
{
	REQUIRE(o, kernel == mine,
	    "%s: the kernel has %" PRId64 ", there must be %" PRId64, what,
	    kernel, mine);
}

void
oracle_stepped(struct oracle *o)
{
	const struct kernel_counters *counters = kernel_counters(o->kernel);
	struct kernel_effect none = {.kind = EF_TIMER};

	expect_next(o, &none);
	if (o->actor != KERNEL_NOBODY && !o->reaped)
		oracle_end_run(o);
	agree(o, "queue_count", counters->queue_count, o->count);
	agree(o, "unfinished", counters->unfinished, o->unfinished);
	agree(o, "waiting", counters->waiting, o->queued);
	agree(o, "daemons_busy", counters->daemons_busy, o->active);
	agree(o, "buf_aio", counters->buf_aio, o->mapped);
	agree(o, "unmapped_aio", counters->unmapped_aio, o->unmapped);
	agree(o, "daemons", counters->daemons, o->daemons);
	agree(o, "daemons_created", counters->daemons_created, o->created);
	agree(o, "daemons_exited", counters->daemons_exited, o->exited);
	oracle_sockets_agree(o);
}

/* ---- Quiescence ------------------------------------------------------- */

static bool
is_done(const struct oracle_process *p, uint32_t cb)
{
	const struct oracle_job *job;

	TAILQ_FOREACH(job, &p->done, life)
	{
		if (job->cb == cb)
			return (true);
	}
	return (false);
}

/* Nothing will happen any more: may this thread still wait? */
static bool
may_wait(const struct oracle *o, const struct oracle_thread *t)
{
	const struct oracle_process *p = &o->processes[t->process];
	int i;

	switch (t->call->kind) {
	case KERNEL_AIO_WAITCOMPLETE:
		return (t->call->timeout_ns == KERNEL_NO_TIMEOUT &&
		    TAILQ_EMPTY(&p->done));
	case KERNEL_AIO_SUSPEND:
		for (i = 0; i < t->call->count; i++)
			if (is_done(p, t->call->cbs[i]))
				return (false);
		return (t->call->timeout_ns == KERNEL_NO_TIMEOUT);
	case KERNEL_KEVENT:
	case KERNEL_SIGWAIT:
		return (t->call->timeout_ns == KERNEL_NO_TIMEOUT &&
		    !oracle_has_event(o, t));
	case KERNEL_LIO_LISTIO:
		return (t->list->wait && t->list->finished < t->list->accepted);
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_FSYNC:
	case KERNEL_AIO_MLOCK:
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
	case KERNEL_AIO_CANCEL:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
	case KERNEL_CLOSE:
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
	case KERNEL_SIGMASK:
	case KERNEL_FORK:
	case KERNEL_SYSCTL:
	case KERNEL_EXEC:
	case KERNEL_EXIT:
	case KERNEL_CALL_COUNT:
		break;
	}
	return (false);
}

/*
 * A job may stay in the queue for ever although its owner is below its limit
 * and a daemon idles or could be created: raising a limit wakes nobody.  The
 * last to be queued must then be older than the raise.
 */
static void
check_stall(struct oracle *o)
{
	const struct oracle_job *job = NULL, *each;
	bool room;

	TAILQ_FOREACH(each, &o->queue, queue)
	{
		if (o->processes[each->process].active <
		    oracle_limit(o, LIMIT_PER_PROC))
			job = each;
	}
	room =
	    !TAILQ_EMPTY(&o->idle) || o->daemons < oracle_limit(o, LIMIT_PROCS);
	if (job == NULL)
		return;
	REQUIRE(o, !room || o->raised > job->serial,
	    "request %" PRIu64 " waits for ever though a daemon could serve it",
	    job->serial);
	o->counts[SEEN_STALL]++;
}

void
oracle_quiet(struct oracle *o)
{
	const struct oracle_thread *t;
	uint32_t i;

	for (i = 0; i < o->thread_room; i++) {
		t = o->threads[i];
		if (t == NULL || t->kind != THREAD_USER || t->call == NULL)
			continue;
		REQUIRE(o, may_wait(o, t),
		    "thread %" PRIu32 " waits for ever in %s", i,
		    kernel_call_name(t->call->kind));
	}
	REQUIRE(o, o->active == 0 && o->mapped == 0 && o->unmapped == 0,
	    "requests in service, but no service is under way");
	REQUIRE(o, TAILQ_EMPTY(&o->ready_syncs) && o->starting == 0,
	    "the task thread sleeps, but has something to do");
	check_stall(o);
	oracle_sockets_quiet(o);
}

/* ---- Making ----------------------------------------------------------- */

struct oracle *
oracle_new(struct kernel *k, int64_t hz, bool free_cpu, uint64_t *counts)
{
	static const char *const nodes[ORACLE_LIMITS] = {
	    [LIMIT_PROCS] = "vfs.aio.max_aio_procs",
	    [LIMIT_TARGET] = "vfs.aio.target_aio_procs",
	    [LIMIT_QUEUE] = "vfs.aio.max_aio_queue",
	    [LIMIT_LIFETIME] = "vfs.aio.aiod_lifetime",
	    [LIMIT_PER_PROC] = "vfs.aio.max_aio_per_proc",
	    [LIMIT_QUEUE_PER_PROC] = "vfs.aio.max_aio_queue_per_proc",
	    [LIMIT_BUFFERS] = "vfs.aio.max_buf_aio",
	    [LIMIT_UNSAFE] = "vfs.aio.enable_unsafe",
	    [LIMIT_SO_PROCS] = "kern.ipc.aio.max_procs",
	    [LIMIT_SO_TARGET] = "kern.ipc.aio.target_procs",
	    [LIMIT_SO_LIFETIME] = "kern.ipc.aio.lifetime",
	};
	struct oracle *o = allocate(sizeof(*o));
	uint32_t thread;
	int i;

	o->kernel = k;
	o->hz = hz;
	o->tick_ns = 1000000000 / hz;
	o->free_cpu = free_cpu;
	o->counts = counts;
	for (i = 0; i < ORACLE_LIMITS; i++) {
		o->limits[i] = kernel_find_tunable(kernel_name(k), nodes[i]);
		assert(o->limits[i] >= 0);
	}
	o->processes = allocate(ORACLE_PROCESSES * sizeof(*o->processes));
	TAILQ_INIT(&o->queue);
	TAILQ_INIT(&o->ready_syncs);
	TAILQ_INIT(&o->idle);
	oracle_sockets_init(o);
	for (thread = 0; thread < kernel_own_threads(k); thread++)
		oracle_add_thread(o, thread, 0);
	return (o);
}

void
oracle_free(struct oracle *o)
{
	uint32_t i;

	/* A list may be linked to requests: it goes before any of them. */
	for (i = 0; i < o->thread_room; i++)
		if (o->threads[i] != NULL)
			oracle_list_left(o->threads[i]->list);
	for (i = 0; i < o->job_room; i++)
		if (o->jobs[i] != NULL && o->jobs[i]->state != O_NONE)
			oracle_list_left(o->jobs[i]->list);
	for (i = 0; i < o->thread_room; i++)
		free(o->threads[i]);
	for (i = 0; i < o->job_room; i++)
		free(o->jobs[i]);
	oracle_sockets_free(o);
	free(o->threads);
	free(o->jobs);
	free(o->processes);
	free(o);
}

void
oracle_add_process(struct oracle *o)
{
	struct oracle_process *p;

	assert(o->process_count < ORACLE_PROCESSES);
	p = &o->processes[o->process_count++];
	p->memory = ++o->memories;
	TAILQ_INIT(&p->unfinished);
	TAILQ_INIT(&p->done);
	TAILQ_INIT(&p->signals);
	TAILQ_INIT(&p->kevents);
}

void
oracle_add_thread(struct oracle *o, uint32_t thread, uint32_t process)
{
	struct kernel_thread_info info;
	struct oracle_thread *t;

	if (thread >= o->thread_room) {
		o->threads =
		    realloc(o->threads, (thread + 1) * sizeof(*o->threads));
		assert(o->threads != NULL);
		while (o->thread_room <= thread)
			o->threads[o->thread_room++] = NULL;
	}
	free(o->threads[thread]);
	o->threads[thread] = t = allocate(sizeof(*t));
	kernel_thread(o->kernel, thread, &info);
	t->kind = info.kind;
	t->process = process;
	t->created = t->job = KERNEL_NOBODY;
}

void
oracle_open(struct oracle *o, uint32_t process, int fd,
    const struct kernel_file *file, int number)
{
	struct oracle_file *f = &o->processes[process].files[fd];
	const struct oracle_file *same =
	    &o->processes[process].files[number - 1];

	assert(fd >= 0 && fd < ORACLE_FILES && number > 0);
	f->file = *file;
	f->number = number;
	if (file->kind != KERNEL_SOCKET)
		return;
	memcpy(f->buffers, same->buffers, sizeof(f->buffers));
	if (same == f)
		oracle_socket_open(o, f);
}
