/*
 * A thread's turn on a core: step after step of the kernel, and of the program
 * in between, until the thread sleeps or its core has to pay.
 *
 * This is the driver's innermost loop.  A request has six steps with ten
 * effects between them, so what a step does is inlined into it.
 */

#include "sim/driver_impl.h"

static inline void
apply_ready(struct driver *d, struct driver_thread *t)
{
	disarm_timer(d, t);
	thread_ready(d, t);
}

static inline void
apply_return(
    struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	struct driver_thread *t;

	g_assert(c != NULL && effect->thread == c->thread->id);
	t = c->thread;
	recorder_return(
	    d->recorder, d->now_ns, effect->thread, t->call, &effect->result);
	if (t->own_job != KERNEL_NOBODY) {
		kernel_release_job(d->kernel, t->own_job);
		t->own_job = t->serving = KERNEL_NOBODY;
	}
	t->in_program = true;
	t->program->ops->returned(
	    t->program, t->slot, d->now_ns, &effect->result);
	/* The thread goes on in its program, on the CPU that it has. */
	c->again = true;
}

static inline void
apply_serve(struct driver *d, const struct kernel_effect *effect)
{
	const struct kernel_job_info *job = effect->info;
	struct driver_thread *t;

	if (effect->thread != KERNEL_NOBODY) {
		t = driver_thread(d, effect->thread);
		t->serving = job->number;
		if (job->synchronous)
			t->own_job = job->number;
	}
	recorder_serve(d->recorder, d->now_ns, effect->thread, job);
	d->in_service++;
	d->idle_turns = 0;
	if (job->socket && d->ops->connect == NULL)
		socket_serve(d, job);
	else if (d->ops->serve != NULL)
		device_serve_by_world(d, effect->thread, job);
	else
		device_serve(d, job);
}

static inline void
apply_complete(struct driver *d, const struct kernel_effect *effect)
{
	const struct observer *observer = d->setup.observer;
	struct driver_thread *t;

	recorder_complete(d->recorder, d->now_ns, effect->thread, effect->info);
	if (effect->thread != KERNEL_NOBODY) {
		t = driver_thread(d, effect->thread);
		if (t->serving == effect->job)
			t->serving = KERNEL_NOBODY;
	}
	d->idle_turns = 0;
	if (observer != NULL)
		observer->completed(
		    observer->context, d->now_ns, effect->job, effect->thread);
}

/* False, and nothing done, of EF_CPU: that is for the core to pay. */
static inline __attribute__((always_inline)) bool
apply(struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	struct recorder *r = d->recorder;

	switch (effect->kind) {
	case EF_READY:
		apply_ready(d, driver_thread(d, effect->thread));
		break;
	case EF_RETURN:
		apply_return(d, c, effect);
		break;
	case EF_TIMER:
		arm_timer(d, driver_thread(d, effect->thread),
		    effect->timer.at_ns, effect->timer.generation);
		break;
	case EF_SERVE:
		apply_serve(d, effect);
		break;
	case EF_CPU:
		return (false);
	case EF_SPAWN:
		apply_spawn(d, effect->thread);
		break;
	case EF_REAP:
		apply_reap(d, effect->thread);
		break;
	case EF_SUBMIT:
		recorder_submit(r, d->now_ns, effect->thread,
		    driver_thread(d, effect->thread)->call, effect->info);
		d->idle_turns = 0;
		break;
	case EF_REFUSE:
		recorder_refuse(r, d->now_ns, effect->thread,
		    driver_thread(d, effect->thread)->call, effect);
		break;
	case EF_COMPLETE:
		apply_complete(d, effect);
		break;
	case EF_NOTIFY:
		apply_notify(d, &effect->notice);
		break;
	case EF_COLLECT:
		recorder_collect(r, d->now_ns, effect->info);
		kernel_release_job(d->kernel, effect->job);
		break;
	}
	return (true);
}

void
apply_effect(
    struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	bool applied = apply(d, c, effect);

	g_assert(applied);
}

/* One step of the kernel; false if core `c` has to pay before the last of its
 * effects. */
static inline __attribute__((always_inline)) bool
post(struct driver *d, struct core *c, const struct kernel_event *event)
{
	const struct kernel_effect *effect, *end;

	kernel_step(d->kernel, d->now_ns, event);
	if (d->setup.check)
		kernel_check(d->kernel);
	effect = kernel_take_effects(d->kernel, &end);
	for (; effect < end; effect++) {
		if (!apply(d, c, effect)) {
			core_pays(d, c, effect, end);
			return (false);
		}
	}
	return (true);
}

void
post_interrupt(struct driver *d, const struct kernel_event *event)
{
	bool over = post(d, NULL, event);

	g_assert(over);
}

/* ---- The program between its calls ------------------------------------ */

static void
wake_poked(struct driver *d, struct driver_thread *t)
{
	struct program *program = t->program;
	struct process *process;
	unsigned slot;

	process =
	    &g_array_index(d->processes, struct process, program->process);
	for (slot = 0; slot < program->threads; slot++) {
		struct driver_thread *other =
		    driver_thread(d, process->threads[slot]);

		if ((program->poke & (1u << slot)) != 0 && other->waiting) {
			program_wakes(d, other);
			thread_ready(d, other);
		}
	}
	program->poke = 0;
}

static void
sleep_until(struct driver *d, struct driver_thread *t, int64_t until_ns)
{
	t->waiting = true;
	t->alarm = d->sequence++;
	d->alarms++;
	agenda_at(d, until_ns, t->alarm, AGENDA_ALARM, t->id);
}

/* Asks the program what its thread does next; true if that is a call. */
static inline bool
program_calls(struct driver *d, struct core *c, struct driver_thread *t)
{
	enum program_step step;
	int64_t until;

	step = t->program->ops->next(
	    t->program, t->slot, d->now_ns, &t->call, &until);
	if (t->program->poke != 0)
		wake_poked(d, t);
	switch (step) {
	case PROGRAM_CALL:
		return (true);
	case PROGRAM_SLEEP:
		if (until <= d->now_ns)
			c->again = true;
		else
			sleep_until(d, t, until);
		break;
	case PROGRAM_WAIT:
		t->waiting = true;
		t->alarm = NO_ALARM;
		break;
	case PROGRAM_END:
		t->ended = true;
		if (t->program->background)
			d->background--;
		else
			d->live--;
		break;
	}
	return (false);
}

/* ---- A turn ----------------------------------------------------------- */

/* False if the core has to pay before the step is over. */
static inline bool
step_thread(struct driver *d, struct core *c)
{
	struct driver_thread *t = c->thread;
	struct kernel_event event; /* what its kind does not need stays open */

	event.kind = EV_RUN;
	event.thread = t->id;
	if (t->in_program) {
		if (!program_calls(d, c, t))
			return (true);
		event.kind = EV_CALL;
		event.call = t->call;
		t->in_program = false;
		recorder_call(d->recorder, d->now_ns, t->id, t->call);
	}
	return (post(d, c, &event));
}

/* A program, its call over, makes room for an urgent thread. */
static bool
gives_way(const struct driver *d, const struct core *c)
{
	return (d->urgent > 0 && c->thread->in_program && !c->thread->urgent);
}

enum turn
take_turn(struct driver *d, struct core *c)
{
	for (;;) {
		post_instant_ends(d);
		if (!c->again)
			return (TURN_OVER);
		if (gives_way(d, c))
			return (TURN_GIVEN_WAY);
		c->again = false;
		if (!step_thread(d, c))
			return (TURN_UNPAID);
	}
}
