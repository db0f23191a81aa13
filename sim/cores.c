/*
 * The run queue: threads of the modelled kernel, processes and daemons alike,
 * run in FIFO order on the scenario's cores.  A step's effects that come after
 * an EF_CPU wait until the core has paid.
 *
 * Nobody is preempted, but for urgent threads, which some kernels have: they
 * run first, and a program that makes one runnable gives up its core when its
 * call returns.  It then goes on before all others.
 */

#include "sim/driver_impl.h"

static uint32_t *
runnable_place(struct driver *d, uint32_t place)
{
	return (
	    &d->runnable[(d->runnable_head + place) & (d->runnable_room - 1)]);
}

static void
runnable_push(struct driver *d, uint32_t thread)
{
	uint32_t *larger, i;

	if (d->runnable_count == d->runnable_room) {
		larger = g_new(uint32_t, 2 * d->runnable_room);
		for (i = 0; i < d->runnable_count; i++)
			larger[i] = *runnable_place(d, i);
		g_free(d->runnable);
		d->runnable = larger;
		d->runnable_head = 0;
		d->runnable_room *= 2;
	}
	*runnable_place(d, d->runnable_count++) = thread;
}

/* Behind the urgent ones, before all others. */
static void
runnable_push_first(struct driver *d, uint32_t thread)
{
	uint32_t place;

	runnable_push(d, thread);
	for (place = d->runnable_count - 1; place > d->urgent; place--)
		*runnable_place(d, place) = *runnable_place(d, place - 1);
	*runnable_place(d, place) = thread;
}

static uint32_t
runnable_pop(struct driver *d)
{
	uint32_t thread = d->runnable[d->runnable_head];

	d->runnable_head = (d->runnable_head + 1) & (d->runnable_room - 1);
	d->runnable_count--;
	if (d->urgent > 0)
		d->urgent--;
	return (thread);
}

void
thread_ready(struct driver *d, uint32_t thread)
{
	struct driver_thread *t = driver_thread(d, thread);

	/* On a core, also one that is still paying for the step that put the
	 * thread to sleep, it goes on there. */
	if (t->core != NO_CORE) {
		d->cores[t->core].again = true;
	} else if (t->urgent) {
		runnable_push_first(d, thread);
		d->urgent++;
	} else {
		runnable_push(d, thread);
	}
}

void
program_wakes(struct driver *d, struct driver_thread *t)
{
	t->waiting = false;
	if (t->alarm != NO_ALARM)
		d->alarms--;
	t->alarm = NO_ALARM;
}

/* ---- One core --------------------------------------------------------- */

static void
pay(struct driver *d, struct core *c, int64_t ns)
{
	agenda_at(d, d->now_ns + ns, d->sequence++, AGENDA_CORE,
	    (uint32_t)(c - d->cores));
}

/* What the kernel's step has changed is so at once, and another core may act on
 * it while this one pays: it may serve a request, finish it and collect it.
 * Only what the step makes others do comes later. */
static bool
is_for_the_record(enum kernel_effect_kind kind)
{
	switch (kind) {
	case EF_SUBMIT:
	case EF_REFUSE:
	case EF_COMPLETE:
	case EF_NOTIFY:
	case EF_COLLECT:
		return (true);
	case EF_READY:
	case EF_RETURN:
	case EF_TIMER:
	case EF_SERVE:
	case EF_CPU:
	case EF_SPAWN:
	case EF_REAP:
		break;
	}
	return (false);
}

static void
keep_for_later(struct driver *d, struct core *c)
{
	const struct kernel_effect *effect;

	while ((effect = kernel_next_effect(d->kernel)) != NULL)
		if (is_for_the_record(effect->kind))
			apply_effect(d, c, effect);
		else
			g_array_append_val(c->later, *effect);
}

/* Applies what is left of the core's step; false if it has to pay first. */
static bool
drain_step(struct driver *d, struct core *c)
{
	const struct kernel_effect *effect = drain(d, c);

	if (effect == NULL)
		return (true);
	pay(d, c, effect->cpu_ns);
	keep_for_later(d, c);
	return (false);
}

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
			thread_ready(d, process->threads[slot]);
		}
	}
	program->poke = 0;
}

/* A thread that is in its program: asks what it does next. */
static void
step_program(struct driver *d, struct core *c, struct driver_thread *t)
{
	struct kernel_event event = {.kind = EV_CALL, .thread = c->thread};
	enum program_step step;
	int64_t until;

	step = t->program->ops->next(
	    t->program, t->slot, d->now_ns, &t->call, &until);
	if (t->program->poke != 0)
		wake_poked(d, t);
	switch (step) {
	case PROGRAM_CALL:
		t->in_program = false;
		recorder_call(d->recorder, d->now_ns, c->thread, t->call);
		event.call = t->call;
		post_event(d, &event);
		break;
	case PROGRAM_SLEEP:
		if (until <= d->now_ns) {
			c->again = true;
			break;
		}
		t->waiting = true;
		t->alarm = d->sequence++;
		d->alarms++;
		agenda_at(d, until, t->alarm, AGENDA_ALARM, c->thread);
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
}

static void
step_thread(struct driver *d, struct core *c)
{
	struct driver_thread *t = driver_thread(d, c->thread);
	struct kernel_event event = {.kind = EV_RUN, .thread = c->thread};

	if (t->in_program)
		step_program(d, c, t);
	else
		post_event(d, &event);
}

static void
core_release(struct driver *d, struct core *c)
{
	driver_thread(d, c->thread)->core = NO_CORE;
	c->last_thread = c->thread;
	c->thread = KERNEL_NOBODY;
	d->free_cores++;
}

/* A program, its call over, makes room for an urgent thread. */
static bool
gives_way(struct driver *d, struct core *c)
{
	const struct driver_thread *t = driver_thread(d, c->thread);

	return (d->urgent > 0 && t->in_program && !t->urgent);
}

/* Runs the core's thread until it sleeps or the core has to pay. */
static void
core_run(struct driver *d, struct core *c)
{
	uint32_t thread = c->thread;

	for (;;) {
		if (d->instant->len > 0)
			post_instant_ends(d);
		if (!c->again)
			break;
		if (gives_way(d, c)) {
			core_release(d, c);
			runnable_push_first(d, thread);
			return;
		}
		c->again = false;
		step_thread(d, c);
		if (!drain_step(d, c))
			return;
	}
	core_release(d, c);
}

void
core_resume(struct driver *d, uint32_t core)
{
	struct core *c = &d->cores[core];

	if (drain_step(d, c))
		core_run(d, c);
}

void
dispatch(struct driver *d)
{
	struct core *c;

	while (d->runnable_count > 0 && d->free_cores > 0) {
		for (c = d->cores; c->thread != KERNEL_NOBODY; c++)
			;
		c->thread = runnable_pop(d);
		driver_thread(d, c->thread)->core = (uint32_t)(c - d->cores);
		d->free_cores--;
		c->again = true;
		if (d->switch_ns > 0 && c->last_thread != c->thread)
			pay(d, c, d->switch_ns);
		else
			core_run(d, c);
	}
}
