/*
 * The face of kernel.h: the list of kernels, the switch over events, the effect
 * queue, and the sleep and wake of threads that all personalities share.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/core.h"

/* The default first. */
static const struct kernel_ops *const kernels[] = {&freebsd_12_2, &freebsd_10,
    &freebsd_11, &freebsd_13, &freebsd_14, &freebsd_15, &netbsd_classic};

#define KERNEL_COUNT (sizeof(kernels) / sizeof(kernels[0]))

/* At first: few steps have as many effects. */
#define EFFECT_ROOM 64

static const struct kernel_ops *
find_kernel(const char *name)
{
	size_t i;

	for (i = 0; i < KERNEL_COUNT; i++)
		if (strcmp(kernels[i]->name, name) == 0)
			return (kernels[i]);
	return (NULL);
}

const char *const *
kernel_names(void)
{
	static const char *names[KERNEL_COUNT + 1];
	size_t i;

	for (i = 0; i < KERNEL_COUNT; i++)
		names[i] = kernels[i]->name;
	return (names);
}

const char *
kernel_describe(const char *name)
{
	const struct kernel_ops *ops = find_kernel(name);

	return (ops != NULL ? ops->sentence : NULL);
}

const struct kernel_tunable *
kernel_tunables(const char *name, size_t *count)
{
	const struct kernel_ops *ops = find_kernel(name);

	*count = ops != NULL ? ops->tunable_count : 0;
	return (ops != NULL ? ops->tunables : NULL);
}

int
kernel_find_tunable(const char *name, const char *node)
{
	const struct kernel_tunable *tunables;
	size_t count, i;

	tunables = kernel_tunables(name, &count);
	for (i = 0; i < count; i++)
		if (strcmp(tunables[i].node, node) == 0)
			return ((int)i);
	return (-1);
}

const char *
kernel_of_tunable(const char *node)
{
	size_t i;

	for (i = 0; i < KERNEL_COUNT; i++)
		if (kernel_find_tunable(kernels[i]->name, node) >= 0)
			return (kernels[i]->name);
	return (NULL);
}

const struct kernel_traits *
kernel_traits(const char *name)
{
	const struct kernel_ops *ops = find_kernel(name);

	assert(ops != NULL);
	return (&ops->traits);
}

bool
kernel_has_policies(const char *name)
{
	const struct kernel_ops *ops = find_kernel(name);

	return (ops != NULL && ops->policies);
}

/* ---- Memory, effects, threads ----------------------------------------- */

void *
core_allocate(size_t size)
{
	void *memory = calloc(1, size);

	assert(memory != NULL);
	return (memory);
}

void *
core_resize(void *memory, size_t count, size_t size)
{
	void *larger;

	assert(count > 0 && count <= SIZE_MAX / size);
	larger = realloc(memory, count * size);
	assert(larger != NULL);
	return (larger);
}

void
core_init(struct kernel *k, const struct kernel_ops *ops, int64_t hz)
{
	assert(hz > 0 && 1000000000 % hz == 0);
	k->ops = ops;
	k->hz = hz;
	k->tick_ns = 1000000000 / hz;
	k->unmapped_allowed = true;
	k->current = KERNEL_NOBODY;
	k->effects = core_allocate(EFFECT_ROOM * sizeof(*k->effects));
	k->effect_next = k->effect_end = k->effects;
	k->effect_limit = k->effects + EFFECT_ROOM;
}

void
core_release(struct kernel *k)
{
	free(k->effects);
	free(k->threads);
	free(k->free_threads);
}

void
core_grow_effects(struct kernel *k)
{
	size_t count = (size_t)(k->effect_end - k->effects);

	assert(k->effect_next == k->effects);
	k->effects = core_resize(k->effects, 2 * count, sizeof(*k->effects));
	k->effect_next = k->effects;
	k->effect_end = k->effects + count;
	k->effect_limit = k->effects + 2 * count;
}

void
thread_enter(struct kernel *k, struct kernel_thread *t,
    enum kernel_thread_kind kind,
    void (*run)(struct kernel *k, struct kernel_thread *t))
{
	t->kind = kind;
	t->run = run;
	if (k->free_thread_count > 0) {
		t->id = k->free_threads[--k->free_thread_count];
	} else {
		if (k->thread_count == k->thread_room) {
			k->thread_room = 2 * k->thread_room + 16;
			k->threads = core_resize(
			    k->threads, k->thread_room, sizeof(*k->threads));
			k->free_threads = core_resize(k->free_threads,
			    k->thread_room, sizeof(*k->free_threads));
		}
		t->id = k->thread_count++;
	}
	k->threads[t->id] = t;
}

void
thread_sleep_until(
    struct kernel *k, struct kernel_thread *t, int64_t deadline_ns)
{
	struct kernel_effect *effect;

	thread_sleep(k, t);
	effect = emit(k, EF_TIMER, t->id);
	effect->timer.generation = t->generation;
	effect->timer.at_ns = deadline_ns;
}

int64_t
tick_deadline(const struct kernel *k, int64_t ticks)
{
	/* A sleep lasts a tick at least, also one of a negative length
	 * (callout_when): no thread spins in one instant. */
	if (ticks < 1)
		ticks = 1;
	return ((k->now_ns / k->tick_ns + ticks) * k->tick_ns);
}

/* ---- The face --------------------------------------------------------- */

struct kernel *
kernel_create(const char *name, int64_t hz)
{
	const struct kernel_ops *ops = find_kernel(name);
	struct kernel *k;

	assert(ops != NULL);
	k = ops->create(ops, hz);
	k->own_threads = k->thread_count;
	return (k);
}

void
kernel_destroy(struct kernel *k)
{
	if (k != NULL)
		k->ops->destroy(k);
}

const char *
kernel_name(const struct kernel *k)
{
	return (k->ops->name);
}

uint32_t
kernel_own_threads(const struct kernel *k)
{
	return (k->own_threads);
}

void
kernel_set_tunable(struct kernel *k, int tunable, int64_t value)
{
	assert(tunable >= 0 && (size_t)tunable < k->ops->tunable_count);
	k->ops->set_tunable(k, tunable, value);
}

int64_t
kernel_get_tunable(const struct kernel *k, int tunable)
{
	assert(tunable >= 0 && (size_t)tunable < k->ops->tunable_count);
	return (k->ops->get_tunable(k, tunable));
}

void
kernel_set_cost(struct kernel *k, enum kernel_cost cost, int64_t ns)
{
	assert(cost < COST_COUNT && ns >= 0);
	k->costs_ns[cost] = ns;
}

int64_t
kernel_get_cost(const struct kernel *k, enum kernel_cost cost)
{
	assert(cost < COST_COUNT);
	return (k->costs_ns[cost]);
}

void
kernel_set_unmapped_allowed(struct kernel *k, bool allowed)
{
	k->unmapped_allowed = allowed;
}

void
kernel_set_policy(struct kernel *k, enum kernel_policy policy, int value)
{
	assert(policy < POLICY_COUNT && (value == 0 || value == 1));
	assert(k->ops->policies || value == 0);
	k->policies[policy] = value;
}

void
kernel_set_creation_fails(struct kernel *k, bool fails)
{
	k->creation_fails = fails;
}

uint32_t
kernel_add_process(struct kernel *k)
{
	return (k->ops->add_process(k));
}

uint32_t
kernel_add_thread(struct kernel *k, uint32_t process)
{
	return (k->ops->add_thread(k, process));
}

void
kernel_open(
    struct kernel *k, uint32_t process, int fd, const struct kernel_file *file)
{
	k->ops->open(k, process, fd, file);
}

void
kernel_dup(struct kernel *k, uint32_t process, int of, int fd)
{
	k->ops->dup(k, process, of, fd);
}

void
kernel_set_nonblocking(struct kernel *k, uint32_t process, int fd,
    uint32_t device, bool nonblocking)
{
	if (k->ops->set_nonblocking != NULL)
		k->ops->set_nonblocking(k, process, fd, device, nonblocking);
}

/* A deadline has passed: the thread is runnable, unless it was woken since.
 * Rare beside the other events, and so not inlined among them. */
static void __attribute__((noinline))
pass_deadline(struct kernel *k, uint32_t id, uint64_t generation)
{
	struct kernel_thread *t = k->threads[id];

	if (t == NULL || !t->sleeping || t->generation != generation)
		return;
	thread_wake(k, t);
	t->timed_out = true;
}

void
kernel_step(struct kernel *k, int64_t now_ns, const struct kernel_event *event)
{
	struct kernel_thread *t;

	assert(now_ns >= k->now_ns);
	assert(k->effect_end == k->effects);
	k->now_ns = now_ns;
	switch (event->kind) {
	case EV_CALL:
		k->current = event->thread;
		k->ops->call(k, event->thread, event->call);
		break;
	case EV_RUN:
		k->current = event->thread;
		t = k->threads[event->thread];
		t->run(k, t);
		break;
	case EV_TIMER:
		pass_deadline(k, event->thread, event->generation);
		break;
	case EV_DONE:
		k->ops->done(k, event->job, &event->done);
		break;
	case EV_BOOT:
		if (k->ops->boot != NULL)
			k->ops->boot(k);
		break;
	case EV_SOCKET:
		if (k->ops->socket != NULL)
			k->ops->socket(k, &event->socket);
		break;
	case EV_SIGNAL:
		if (k->ops->interrupt != NULL)
			k->ops->interrupt(k, event->thread);
		break;
	}
	k->current = KERNEL_NOBODY;
}

const struct kernel_effect *
kernel_next_effect(struct kernel *k)
{
	if (k->effect_next < k->effect_end)
		return (k->effect_next++);
	k->effect_next = k->effect_end = k->effects;
	return (NULL);
}

const struct kernel_effect *
kernel_take_effects(struct kernel *k, const struct kernel_effect **end)
{
	const struct kernel_effect *first = k->effect_next;

	*end = k->effect_end;
	k->effect_next = k->effect_end = k->effects;
	return (first);
}

void
kernel_release_job(struct kernel *k, uint32_t job)
{
	k->ops->release_job(k, job);
}

void
kernel_release_thread(struct kernel *k, uint32_t thread)
{
	assert(k->threads[thread] != NULL);
	k->ops->release_thread(k, thread);
	k->threads[thread] = NULL;
	k->free_threads[k->free_thread_count++] = thread;
}

const struct kernel_job_info *
kernel_job(const struct kernel *k, uint32_t job)
{
	return (k->ops->job(k, job));
}

void
kernel_thread(
    const struct kernel *k, uint32_t thread, struct kernel_thread_info *info)
{
	assert(thread < k->thread_count && k->threads[thread] != NULL);
	memset(info, 0, sizeof(*info));
	k->ops->thread(k, thread, info);
}

const struct kernel_delivery *
kernel_delivery(const struct kernel *k, uint32_t thread)
{
	return (k->ops->delivery(k, thread));
}

const struct kernel_counters *
kernel_counters(const struct kernel *k)
{
	return (&k->counters);
}

/* As 4.4BSD numbered them; ECANCELED came later, to each system by itself. */
int
kernel_errno_number(const struct kernel *k, enum kernel_errno error)
{
	static const int numbers[KE_ERRNO_COUNT] = {
	    [KE_OK] = 0,
	    [KE_EPERM] = 1,
	    [KE_ENOENT] = 2,
	    [KE_EINTR] = 4,
	    [KE_EIO] = 5,
	    [KE_ENXIO] = 6,
	    [KE_EBADF] = 9,
	    [KE_ENOMEM] = 12,
	    [KE_EFAULT] = 14,
	    [KE_EINVAL] = 22,
	    [KE_ENOSPC] = 28,
	    [KE_ESPIPE] = 29,
	    [KE_ECONNRESET] = 54,
	    [KE_EPIPE] = 32,
	    [KE_EAGAIN] = 35,
	    [KE_EINPROGRESS] = 36,
	    [KE_EOPNOTSUPP] = 45,
	    [KE_ENOSYS] = 78,
	};

	assert(error < KE_ERRNO_COUNT);
	return (error == KE_ECANCELED ? k->ops->ecanceled : numbers[error]);
}

bool
kernel_idle_will_work(const struct kernel *k)
{
	return (k->ops->idle_will_work != NULL && k->ops->idle_will_work(k));
}

bool
kernel_waits_for(
    const struct kernel *k, uint32_t thread, char *text, size_t size)
{
	return (k->ops->waits_for(k, thread, text, size));
}

void
kernel_check(const struct kernel *k)
{
	uint32_t i;

	assert(k->effect_next <= k->effect_end);
	for (i = 0; i < k->thread_count; i++) {
		assert(k->threads[i] == NULL || k->threads[i]->id == i);
		assert(k->threads[i] == NULL ||
		    k->threads[i]->generation <= k->generation);
	}
	k->ops->check(k);
}
