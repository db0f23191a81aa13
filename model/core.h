/*
 * What all kernels are made of, below kernel.h: the effect queue, threads with
 * their sleep and their timers, and the table of functions of a personality.
 * Only files under model/ include this.
 */

#ifndef MODEL_CORE_H
#define MODEL_CORE_H

#include <assert.h>

#include "model/kernel.h"

struct kernel_ops {
	const char *name;
	const char *sentence;
	const struct kernel_tunable *tunables;
	size_t tunable_count;
	struct kernel_traits traits;
	bool policies;     /* it takes kernel_set_policy() */
	const void *rules; /* the personality's own: of one of its versions */

	struct kernel *(*create)(const struct kernel_ops *ops, int64_t hz);
	void (*destroy)(struct kernel *k);
	void (*set_tunable)(struct kernel *k, int tunable, int64_t value);
	int64_t (*get_tunable)(const struct kernel *k, int tunable);
	uint32_t (*add_process)(struct kernel *k);
	uint32_t (*add_thread)(struct kernel *k, uint32_t process);
	void (*open)(struct kernel *k, uint32_t process, int fd,
	    const struct kernel_file *file);
	void (*dup)(struct kernel *k, uint32_t process, int of, int fd);
	void (*set_nonblocking)(struct kernel *k, uint32_t process, int fd,
	    uint32_t device, bool nonblocking); /* optional */

	/* The events; EV_RUN goes to the thread itself. */
	void (*call)(
	    struct kernel *k, uint32_t thread, const struct kernel_call *call);
	void (*done)(struct kernel *k, uint32_t job,
	    const struct kernel_service_result *result);
	/* Optional. */
	void (*interrupt)(struct kernel *k, uint32_t thread);
	void (*boot)(struct kernel *k);
	void (*socket)(
	    struct kernel *k, const struct kernel_socket_change *change);

	const struct kernel_job_info *(*job)(
	    const struct kernel *k, uint32_t job);
	void (*release_job)(struct kernel *k, uint32_t job);
	/* Gives back the memory of a daemon that was reaped. */
	void (*release_thread)(struct kernel *k, uint32_t thread);
	void (*thread)(const struct kernel *k, uint32_t thread,
	    struct kernel_thread_info *info);
	const struct kernel_delivery *(*delivery)(
	    const struct kernel *k, uint32_t thread);
	int ecanceled; /* its number; the others' are all BSDs' */
	bool (*idle_will_work)(const struct kernel *k); /* optional */
	bool (*waits_for)(
	    const struct kernel *k, uint32_t thread, char *text, size_t size);
	void (*check)(const struct kernel *k);
};

/*
 * A thread: embedded first in whatever the personality keeps about it.  A
 * thread is sleeping, or it is runnable (waits for EV_RUN), or it runs.  The
 * generation rises at every sleep and at every wake, over all threads, so that
 * an EV_TIMER of an earlier sleep is never taken for one of this sleep.
 */
struct kernel_thread {
	uint32_t id;
	enum kernel_thread_kind kind;
	/* EV_RUN: it has a CPU and goes on. */
	void (*run)(struct kernel *k, struct kernel_thread *t);
	bool sleeping;
	bool timed_out; /* the last sleep ended by its deadline */
	uint64_t generation;
};

struct kernel {
	const struct kernel_ops *ops;
	int64_t now_ns;
	int64_t hz, tick_ns;
	int64_t costs_ns[COST_COUNT];
	bool unmapped_allowed;
	bool creation_fails;
	int policies[POLICY_COUNT];
	struct kernel_counters counters;
	uint32_t current; /* the thread of this step, or NOBODY */

	/* Those of the last step: the next to be taken, and the end. */
	struct kernel_effect *effects, *effect_next, *effect_end;
	struct kernel_effect *effect_limit; /* of the room for them */

	struct kernel_thread **threads;
	uint32_t thread_count, thread_room;
	uint32_t own_threads; /* there since the kernel was made */
	uint32_t *free_threads;
	uint32_t free_thread_count;
	uint64_t generation;
};

/* malloc that asserts: a model that has no memory cannot go on. */
void *core_allocate(size_t size);
void *core_resize(void *memory, size_t count, size_t size);

void core_init(struct kernel *k, const struct kernel_ops *ops, int64_t hz);
void core_release(struct kernel *k);

/* Out of line and out of the way, since each effect asks for it. */
void core_grow_effects(struct kernel *k) __attribute__((cold, noinline));

/* A new effect at the end of the queue, to be filled in by the caller. */
static inline struct kernel_effect *
emit(struct kernel *k, enum kernel_effect_kind kind, uint32_t thread)
{
	struct kernel_effect *effect;

	if (k->effect_end == k->effect_limit)
		core_grow_effects(k);
	effect = k->effect_end++;
	effect->kind = kind;
	effect->thread = thread;
	return (effect);
}

static inline void
emit_job(struct kernel *k, enum kernel_effect_kind kind, uint32_t thread,
    const struct kernel_job_info *info)
{
	struct kernel_effect *effect = emit(k, kind, thread);

	effect->job = info->number;
	effect->info = info;
}

/* The CPU time of a step of the running thread; nothing in an interrupt. */
static inline void
emit_cost(struct kernel *k, enum kernel_cost cost)
{
	if (k->costs_ns[cost] > 0 && k->current != KERNEL_NOBODY)
		emit(k, EF_CPU, k->current)->cpu_ns = k->costs_ns[cost];
}

/* The same for copying so many bytes. */
static inline void
emit_copy(struct kernel *k, int64_t bytes)
{
	const int64_t cost_ns = k->costs_ns[COST_COPY];
	int64_t ns;

	if (cost_ns == 0 || k->current == KERNEL_NOBODY)
		return;
	ns = (int64_t)((__int128)bytes * cost_ns / 1024);
	if (ns > 0)
		emit(k, EF_CPU, k->current)->cpu_ns = ns;
}

/* Enters a thread under a number of its own; it is neither asleep nor READY. */
void thread_enter(struct kernel *k, struct kernel_thread *t,
    enum kernel_thread_kind kind,
    void (*run)(struct kernel *k, struct kernel_thread *t));
/* The thread goes to sleep until thread_wake(). */
static inline void
thread_sleep(struct kernel *k, struct kernel_thread *t)
{
	assert(!t->sleeping);
	t->sleeping = true;
	t->timed_out = false;
	t->generation = ++k->generation;
}
/* … or until `deadline_ns`. */
void thread_sleep_until(
    struct kernel *k, struct kernel_thread *t, int64_t deadline_ns);
/* Makes a sleeping thread READY; nothing if it does not sleep. */
static inline void
thread_wake(struct kernel *k, struct kernel_thread *t)
{
	if (!t->sleeping)
		return;
	emit_cost(k, COST_WAKEUP);
	t->sleeping = false;
	t->generation = ++k->generation;
	emit(k, EF_READY, t->id);
}

/* The start of the tick that `ticks` clock ticks from now end in: sleeps are
 * counted from the last tick, not from now (callout_reset, sbinuptime). */
int64_t tick_deadline(const struct kernel *k, int64_t ticks);

extern const struct kernel_ops freebsd_10, freebsd_11, freebsd_12_2, freebsd_13,
    freebsd_14, freebsd_15, netbsd_classic;

#endif
