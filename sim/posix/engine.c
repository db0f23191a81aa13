/*
 * The lock, the run queue and waiting.  What one thread does with the lock held
 * is a step of the modelled kernel and all that follows from it at once.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sim/host_errno.h"
#include "sim/posix/engine.h"

#define KERNEL_NAME "freebsd-12.2"
#define KERNEL_HZ 1000
/* A wait without limit: only one with a time-out is never restarted by the host
 * after a handler with SA_RESTART, and FreeBSD restarts none of these calls. */
#define LONG_NS (INT64_C(86400000000000) * 365)

struct engine engine;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static atomic_bool signals_expected;
static _Thread_local volatile sig_atomic_t inside;

void *
allocate(size_t size)
{
	static const char text[] = "libaiosim-posix: out of memory\n";
	void *memory = calloc(1, size);

	if (memory == NULL) {
		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
		abort();
	}
	return (memory);
}

int64_t
engine_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

/* ---- The lock --------------------------------------------------------- */

void
engine_lock(void)
{
	pthread_mutex_lock(&lock);
}

void
engine_turn_over(void)
{
	pthread_cond_broadcast(&turn);
}

static void
tell(struct engine_thread *t)
{
	syscall(SYS_futex, &t->wakes, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static uint32_t
take_woken(struct engine_thread *woken[64])
{
	uint32_t i, count = engine.woken_count;

	for (i = 0; i < count; i++) {
		woken[i] = engine.woken[i];
		woken[i]->to_wake = false;
	}
	engine.woken_count = 0;
	return (count);
}

/* Wakes are told after the lock is free, or the woken would run into it. */
void
engine_unlock(void)
{
	struct engine_thread *woken[64];
	uint32_t i, count = take_woken(woken);

	pthread_mutex_unlock(&lock);
	for (i = 0; i < count; i++)
		tell(woken[i]);
}

void
engine_await_turn(void)
{
	struct engine_thread *woken[64];
	uint32_t i, count = take_woken(woken);

	for (i = 0; i < count; i++)
		tell(woken[i]);
	pthread_cond_wait(&turn, &lock);
}

void
engine_wake(struct engine_thread *t)
{
	if (!t->waiting || t->to_wake)
		return;
	atomic_fetch_add(&t->wakes, 1);
	if (engine.woken_count == 64) {
		tell(t);
		return;
	}
	t->to_wake = true;
	engine.woken[engine.woken_count++] = t;
}

bool
engine_is_nested(void)
{
	return (inside != 0);
}

bool
engine_refuses_nested(void)
{
	if (inside == 0)
		return (false);
	errno = EAGAIN;
	return (true);
}

static void
start(void)
{
	int i;

	engine.kernel = kernel_create(KERNEL_NAME, KERNEL_HZ);
	engine.tunables = kernel_tunables(KERNEL_NAME, &engine.tunable_count);
	engine.refused_by =
	    allocate((engine.tunable_count + 1) * sizeof(uint64_t));
	for (i = 0; i < (int)engine.tunable_count; i++)
		if (settings.given != NULL && settings.given[i])
			kernel_set_tunable(
			    engine.kernel, i, settings.values[i]);
	engine.booting = true;
	engine_post(&(const struct kernel_event) {.kind = EV_BOOT});
	engine.booting = false;
	engine.process = kernel_add_process(engine.kernel);
	if (engine.generation == 0)
		engine.generation = 1;
	engine.pid = getpid();
	engine.begin_ns = engine_now_ns();
	engine.last_limit = -1;
	settings_started();
}

int64_t
engine_tunable(const char *node)
{
	int tunable = kernel_find_tunable(KERNEL_NAME, node);
	const struct kernel_tunable *tunables;
	size_t count;

	if (engine.kernel != NULL)
		return (kernel_get_tunable(engine.kernel, tunable));
	tunables = kernel_tunables(KERNEL_NAME, &count);
	return (settings.given != NULL && settings.given[tunable]
		? settings.values[tunable]
		: tunables[tunable].fallback);
}

static void
mask_signals(struct engine_guard *guard)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &guard->mask);
	guard->masked = true;
}

void
engine_enter(struct engine_guard *guard)
{
	guard->masked = false;
	if (atomic_load(&signals_expected))
		mask_signals(guard);
	inside = 1;
	engine_lock();
	if (engine.kernel == NULL)
		start();
}

void
engine_expect_signals(struct engine_guard *guard)
{
	atomic_store(&signals_expected, true);
	if (!guard->masked)
		mask_signals(guard);
}

void
engine_leave(struct engine_guard *guard)
{
	engine_unlock();
	inside = 0;
	if (guard->masked)
		pthread_sigmask(SIG_SETMASK, &guard->mask, NULL);
}

/* ---- Events ----------------------------------------------------------- */

struct engine_thread *
engine_thread_at(uint32_t id)
{
	uint32_t room = engine.thread_room;

	if (id >= room) {
		struct engine_thread **larger;

		room = 2 * id + 16;
		larger = allocate(room * sizeof(*larger));
		if (engine.threads != NULL)
			memcpy(larger, engine.threads,
			    engine.thread_room * sizeof(*larger));
		free(engine.threads);
		engine.threads = larger;
		engine.thread_room = room;
	}
	if (engine.threads[id] == NULL) {
		engine.threads[id] = allocate(sizeof(struct engine_thread));
		engine.threads[id]->id = id;
		engine.threads[id]->timer_ns = NEVER_NS;
	}
	return (engine.threads[id]);
}

static void
step(const struct kernel_event *event)
{
	kernel_step(engine.kernel, engine_now_ns(), event);
	engine_drain(event->kind == EV_CALL || event->kind == EV_RUN
		? event->thread
		: KERNEL_NOBODY);
}

void
engine_post(const struct kernel_event *event)
{
	struct kernel_event run = {.kind = EV_RUN};
	struct engine_thread *t;

	step(event);
	while ((t = engine.run_first) != NULL) {
		engine.run_first = t->next;
		if (engine.run_first == NULL)
			engine.run_last = NULL;
		run.thread = t->id;
		step(&run);
	}
	while (engine.orphans != NULL)
		server_end_orphan();
	engine_forget_numbers();
}

void
engine_check_timer(struct engine_thread *t)
{
	struct kernel_event event = {.kind = EV_TIMER, .thread = t->id};

	if (t->timer_ns == NEVER_NS || engine_now_ns() < t->timer_ns)
		return;
	event.generation = t->generation;
	t->timer_ns = NEVER_NS;
	engine_post(&event);
}

/* ---- Waiting ---------------------------------------------------------- */

/* The one place where a program's thread can be cancelled. */
static int
sleep_on(struct engine_thread *t, uint32_t seen, bool cancellable)
{
	int64_t until_ns = t->waits_until_ns;
	struct timespec until;
	int type, error = 0;

	until.tv_sec = (time_t)(until_ns / 1000000000);
	until.tv_nsec = (long)(until_ns % 1000000000);
	if (cancellable)
		pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	if (syscall(SYS_futex, &t->wakes, FUTEX_WAIT_BITSET_PRIVATE, seen,
		&until, NULL, FUTEX_BITSET_MATCH_ANY) != 0)
		error = errno;
	if (cancellable)
		pthread_setcanceltype(type, NULL);
	return (error);
}

bool
engine_wait(struct engine_thread *t, struct engine_guard *guard)
{
	uint32_t seen = atomic_load(&t->wakes);
	int error;

	t->waits_until_ns = t->timer_ns;
	if (t->waits_until_ns == NEVER_NS)
		t->waits_until_ns = engine_now_ns() + LONG_NS;
	t->waiting = true;
	if (guard != NULL)
		engine_leave(guard);
	else
		engine_unlock();
	error = sleep_on(t, seen, guard != NULL);
	if (guard != NULL)
		engine_enter(guard);
	else
		engine_lock();
	t->waiting = false;
	return (error == EINTR);
}

/* ---- Fork ------------------------------------------------------------- */

void
engine_forget(void)
{
	uint32_t i, generation = engine.generation;
	struct engine_thread *t;

	for (i = 0; i < engine.thread_room; i++)
		free(engine.threads[i]);
	while ((t = engine.idle_servers) != NULL) {
		engine.idle_servers = t->next;
		free(t);
	}
	free(engine.threads);
	free(engine.refused_by);
	free(engine.forgotten);
	kernel_destroy(engine.kernel);
	memset(&engine, 0, sizeof(engine));
	pthread_cond_init(&turn, NULL); /* its waiters are the parent's */
	engine.generation = generation + 1;
	inside = 0;
}
