/*
 * Decides when things happen: entries of one time are handled in the order of
 * their making, each followed by all that it made runnable; threads run in FIFO
 * order until they sleep.  Effects after an EF_CPU are applied when the core
 * has paid, while interrupts go on.  Every timer ever armed is delivered, so
 * that it is the kernel who has to know the stale ones.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/machine.h"

#define DEFAULT_SERVICE_NS 1000000

/* ---- Threads ---------------------------------------------------------- */

static struct machine_thread *
enter_thread(struct machine *m, uint32_t thread)
{
	struct machine_thread *t;

	if (thread >= m->thread_count) {
		m->threads =
		    machine_grow(m->threads, thread + 1, sizeof(*m->threads));
		memset(&m->threads[m->thread_count], 0,
		    (thread + 1 - m->thread_count) * sizeof(*m->threads));
		m->thread_count = thread + 1;
	}
	t = &m->threads[thread];
	t->in_call = t->armed = false;
	t->own_job = KERNEL_NOBODY;
	return (t);
}

static void
make_runnable(struct machine *m, uint32_t thread)
{
	uint32_t i, room = m->runnable_room;

	if (thread == m->on_core) {
		m->again = true;
		return;
	}
	if (m->runnable_count == room) {
		m->runnable = machine_grow(
		    m->runnable, 2 * (size_t)room, sizeof(*m->runnable));
		for (i = 0; i < m->runnable_head; i++)
			m->runnable[room + i] = m->runnable[i];
		m->runnable_room = 2 * room;
	}
	m->runnable[(m->runnable_head + m->runnable_count++) &
	    (m->runnable_room - 1)] = thread;
}

/* ---- Steps and their effects ------------------------------------------ */

static void
take_effects(struct machine *m)
{
	const struct kernel_effect *effect;

	m->later_head = m->later_count = 0;
	while ((effect = kernel_next_effect(m->kernel)) != NULL) {
		if (m->watcher != NULL && m->watcher->effect != NULL)
			m->watcher->effect(m->watcher->context, effect);
		if (m->later_count == m->later_room) {
			m->later_room = 2 * m->later_room + 64;
			m->later = machine_grow(
			    m->later, m->later_room, sizeof(*m->later));
		}
		m->later[m->later_count++] = *effect;
	}
}

static void
begin_service(struct machine *m, uint32_t thread, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(m->kernel, job);
	struct kernel_service_result result = {0};
	int64_t ns = DEFAULT_SERVICE_NS;

	if (job >= m->result_room) {
		m->result_room = 2 * job + 64;
		m->results = machine_grow(
		    m->results, m->result_room, sizeof(*m->results));
	}
	if (info->opcode == KERNEL_OP_READ || info->opcode == KERNEL_OP_WRITE)
		result.bytes = (int64_t)info->size_bytes;
	if (m->watcher != NULL && m->watcher->service != NULL)
		ns = m->watcher->service(m->watcher->context, info, &result);
	m->results[job] = result;
	if (info->synchronous)
		m->threads[thread].own_job = job;
	m->in_service++;
	if (ns > 0) {
		machine_push(m, m->now_ns + ns, ENTRY_DONE, job, 0);
		return;
	}
	if (m->instant_count == m->instant_room) {
		m->instant_room = 2 * m->instant_room + 16;
		m->instant = machine_grow(
		    m->instant, m->instant_room, sizeof(*m->instant));
	}
	m->instant[m->instant_count++] = job;
}

static void
finish_call(struct machine *m, uint32_t thread)
{
	struct machine_thread *t = &m->threads[thread];

	assert(thread == m->on_core && t->in_call);
	if (t->own_job != KERNEL_NOBODY)
		kernel_release_job(m->kernel, t->own_job);
	t->own_job = KERNEL_NOBODY;
	t->in_call = false;
	m->again = true;
}

static void
apply(struct machine *m, const struct kernel_effect *effect)
{
	struct machine_thread *t;

	switch (effect->kind) {
	case EF_READY:
		m->threads[effect->thread].armed = false;
		make_runnable(m, effect->thread);
		break;
	case EF_RETURN:
		finish_call(m, effect->thread);
		break;
	case EF_TIMER:
		t = &m->threads[effect->thread];
		t->armed = true;
		t->generation = effect->timer.generation;
		machine_push(m,
		    effect->timer.at_ns > m->now_ns ? effect->timer.at_ns
						    : m->now_ns,
		    ENTRY_TIMER, effect->thread, t->generation);
		break;
	case EF_SERVE:
		begin_service(m, effect->thread, effect->job);
		break;
	case EF_SPAWN:
		enter_thread(m, effect->thread);
		break;
	case EF_REAP:
		kernel_release_thread(m->kernel, effect->thread);
		break;
	case EF_COLLECT:
		kernel_release_job(m->kernel, effect->job);
		break;
	case EF_CPU:
	case EF_SUBMIT:
	case EF_REFUSE:
	case EF_COMPLETE:
	case EF_NOTIFY:
		break;
	}
}

static void
step(struct machine *m, const struct kernel_event *event)
{
	const struct machine_watcher *w = m->watcher;

	m->steps++;
	if (w != NULL && w->event != NULL)
		w->event(w->context, event);
	kernel_step(m->kernel, m->now_ns, event);
}

static void
step_over(struct machine *m, const struct kernel_event *event)
{
	if (m->watcher != NULL && m->watcher->stepped != NULL)
		m->watcher->stepped(m->watcher->context, event);
	kernel_check(m->kernel);
}

/* An interrupt: its effects are applied at once, whatever the core does. */
static void
interrupt(struct machine *m, const struct kernel_event *event)
{
	const struct kernel_effect *effect;
	struct kernel_effect kept;

	step(m, event);
	while ((effect = kernel_next_effect(m->kernel)) != NULL) {
		assert(effect->kind != EF_CPU);
		kept = *effect;
		if (m->watcher != NULL && m->watcher->effect != NULL)
			m->watcher->effect(m->watcher->context, effect);
		apply(m, &kept);
	}
	step_over(m, event);
}

static void
end_service(struct machine *m, uint32_t job)
{
	struct kernel_event event = {.kind = EV_DONE, .job = job};

	event.done = m->results[job];
	m->in_service--;
	interrupt(m, &event);
}

/* ---- The core --------------------------------------------------------- */

/* The next call of the thread that is in its program, if its time has come. */
static const struct kernel_call *
next_call(struct machine *m, struct machine_thread *t, uint32_t thread)
{
	const struct machine_watcher *w = m->watcher;
	const struct machine_call *next;

	while (t->next_call < t->call_count) {
		next = &t->calls[t->next_call];
		if (next->at_ns > m->now_ns) {
			m->programs++;
			machine_push(m, next->at_ns, ENTRY_PROGRAM, thread, 0);
			return (NULL);
		}
		t->next_call++;
		if (w == NULL || w->may_enter == NULL ||
		    w->may_enter(w->context, thread, next->call))
			return (next->call);
	}
	return (NULL);
}

static void
step_thread(struct machine *m)
{
	struct machine_thread *t = &m->threads[m->on_core];
	struct kernel_event event = {.kind = EV_RUN, .thread = m->on_core};
	struct kernel_thread_info info;

	kernel_thread(m->kernel, m->on_core, &info);
	if (info.kind == THREAD_USER && !t->in_call) {
		event.call = next_call(m, t, m->on_core);
		if (event.call == NULL)
			return;
		event.kind = EV_CALL;
		t->in_call = true;
	}
	step(m, &event);
	take_effects(m);
	step_over(m, &event);
}

/* Applies the rest of the step; false if the core has to pay first. */
static bool
apply_step(struct machine *m)
{
	const struct kernel_effect *effect;

	while (m->later_head < m->later_count) {
		effect = &m->later[m->later_head++];
		if (effect->kind == EF_CPU) {
			machine_push(
			    m, m->now_ns + effect->cpu_ns, ENTRY_CORE, 0, 0);
			return (false);
		}
		apply(m, effect);
	}
	return (true);
}

static void
go_on(struct machine *m)
{
	size_t i;

	while (apply_step(m)) {
		for (i = 0; i < m->instant_count; i++)
			end_service(m, m->instant[i]);
		m->instant_count = 0;
		if (!m->again) {
			m->on_core = KERNEL_NOBODY;
			return;
		}
		m->again = false;
		step_thread(m);
	}
}

static void
run_threads(struct machine *m)
{
	while (m->on_core == KERNEL_NOBODY && m->runnable_count > 0) {
		m->on_core = m->runnable[m->runnable_head];
		m->runnable_head =
		    (m->runnable_head + 1) & (m->runnable_room - 1);
		m->runnable_count--;
		m->again = true;
		go_on(m);
	}
}

static void
handle(struct machine *m, const struct machine_entry *entry)
{
	struct kernel_event event = {.kind = EV_TIMER, .thread = entry->index};
	struct machine_thread *t;

	switch (entry->kind) {
	case ENTRY_SOCKET:
		event.kind = EV_SOCKET;
		event.socket = *m->changes[entry->index];
		m->changes_due--;
		interrupt(m, &event);
		break;
	case ENTRY_TIMER:
		t = &m->threads[entry->index];
		if (t->generation == entry->generation)
			t->armed = false;
		event.generation = entry->generation;
		interrupt(m, &event);
		break;
	case ENTRY_DONE:
		end_service(m, entry->index);
		break;
	case ENTRY_PROGRAM:
		m->programs--;
		make_runnable(m, entry->index);
		break;
	case ENTRY_CORE:
		go_on(m);
		break;
	}
}

/* ---- The face --------------------------------------------------------- */

struct machine *
machine_new(
    const char *kernel, int64_t hz, const struct machine_watcher *watcher)
{
	struct machine *m = machine_grow(NULL, 1, sizeof(*m));
	uint32_t i;

	memset(m, 0, sizeof(*m));
	m->kernel = kernel_create(kernel, hz);
	m->watcher = watcher;
	m->on_core = KERNEL_NOBODY;
	m->runnable_room = 64;
	m->runnable =
	    machine_grow(NULL, m->runnable_room, sizeof(*m->runnable));
	for (i = 0; i < kernel_own_threads(m->kernel); i++)
		enter_thread(m, i);
	return (m);
}

void
machine_boot(struct machine *m)
{
	const struct kernel_event event = {.kind = EV_BOOT};

	interrupt(m, &event);
}

void
machine_free(struct machine *m)
{
	uint32_t i;

	for (i = 0; i < m->thread_count; i++)
		free(m->threads[i].calls);
	kernel_destroy(m->kernel);
	free(m->threads);
	free(m->results);
	free(m->heap);
	free(m->runnable);
	free(m->later);
	free(m->instant);
	free(m->changes);
	free(m);
}

uint32_t
machine_add_thread(struct machine *m, uint32_t process)
{
	uint32_t thread = kernel_add_thread(m->kernel, process);

	enter_thread(m, thread);
	return (thread);
}

void
machine_call(struct machine *m, uint32_t thread, int64_t at_ns,
    const struct kernel_call *call)
{
	struct machine_thread *t = &m->threads[thread];

	if (t->call_count == t->call_room) {
		t->call_room = 2 * t->call_room + 16;
		t->calls =
		    machine_grow(t->calls, t->call_room, sizeof(*t->calls));
	}
	/* A thread that had nothing left to do looks again. */
	if (t->next_call == t->call_count && !t->in_call) {
		m->programs++;
		machine_push(m, at_ns > m->now_ns ? at_ns : m->now_ns,
		    ENTRY_PROGRAM, thread, 0);
	}
	t->calls[t->call_count++] = (struct machine_call) {at_ns, call};
}

void
machine_socket(
    struct machine *m, int64_t at_ns, const struct kernel_socket_change *change)
{
	m->changes =
	    machine_grow(m->changes, m->change_count + 1, sizeof(*m->changes));
	m->changes[m->change_count] = change;
	m->changes_due++;
	machine_push(m, at_ns, ENTRY_SOCKET, m->change_count++, 0);
}

bool
machine_is_in_call(const struct machine *m, uint32_t thread)
{
	return (m->threads[thread].in_call);
}

bool
machine_run(struct machine *m, int64_t until_ns, uint64_t steps)
{
	struct machine_entry entry;
	uint64_t bound = m->steps + steps;

	while (m->heap_count > 0 && m->heap[0].at_ns <= until_ns) {
		if (m->steps >= bound)
			return (false);
		entry = machine_pop(m);
		m->now_ns = entry.at_ns;
		handle(m, &entry);
		run_threads(m);
	}
	if (until_ns > m->now_ns && until_ns != INT64_MAX)
		m->now_ns = until_ns;
	return (true);
}

bool
machine_is_quiet(const struct machine *m)
{
	uint32_t i;

	if (m->in_service > 0 || m->programs > 0 || m->changes_due > 0 ||
	    m->on_core != KERNEL_NOBODY || m->runnable_count > 0)
		return (false);
	for (i = 0; i < m->thread_count; i++)
		if (m->threads[i].in_call && m->threads[i].armed)
			return (false);
	return (true);
}
