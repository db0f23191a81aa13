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

static struct driver_thread **
runnable_place(struct driver *d, uint32_t place)
{
	return (
	    &d->runnable[(d->runnable_head + place) & (d->runnable_room - 1)]);
}

static void G_GNUC_NO_INLINE
runnable_grow(struct driver *d)
{
	struct driver_thread **larger;
	uint32_t i;

	larger = g_new(struct driver_thread *, 2 * d->runnable_room);
	for (i = 0; i < d->runnable_count; i++)
		larger[i] = *runnable_place(d, i);
	g_free(d->runnable);
	d->runnable = larger;
	d->runnable_head = 0;
	d->runnable_room *= 2;
}

static inline void
runnable_push(struct driver *d, struct driver_thread *t)
{
	if (d->runnable_count == d->runnable_room)
		runnable_grow(d);
	*runnable_place(d, d->runnable_count++) = t;
}

/* Behind the urgent ones, before all others. */
static void
runnable_push_first(struct driver *d, struct driver_thread *t)
{
	uint32_t place;

	runnable_push(d, t);
	for (place = d->runnable_count - 1; place > d->urgent; place--)
		*runnable_place(d, place) = *runnable_place(d, place - 1);
	*runnable_place(d, place) = t;
}

static struct driver_thread *
runnable_pop(struct driver *d)
{
	struct driver_thread *t = d->runnable[d->runnable_head];

	d->runnable_head = (d->runnable_head + 1) & (d->runnable_room - 1);
	d->runnable_count--;
	if (d->urgent > 0)
		d->urgent--;
	return (t);
}

void
thread_ready(struct driver *d, struct driver_thread *t)
{
	/* On a core, also one that is still paying for the step that put the
	 * thread to sleep, it goes on there. */
	if (t->core != NULL) {
		t->core->again = true;
	} else if (t->urgent) {
		runnable_push_first(d, t);
		d->urgent++;
	} else {
		runnable_push(d, t);
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

void
core_pays(struct driver *d, struct core *c, const struct kernel_effect *effect,
    const struct kernel_effect *end)
{
	g_assert(c != NULL);
	pay(d, c, effect->cpu_ns);
	while (++effect < end)
		if (is_for_the_record(effect->kind))
			apply_effect(d, c, effect);
		else
			g_array_append_val(c->later, *effect);
}

/* Applies what was kept; false if the core has to pay once more. */
static bool
drain_later(struct driver *d, struct core *c)
{
	const struct kernel_effect *effect;

	while (c->later_head < c->later->len) {
		effect = &g_array_index(
		    c->later, struct kernel_effect, c->later_head++);
		if (effect->kind == EF_CPU) {
			pay(d, c, effect->cpu_ns);
			return (false);
		}
		apply_effect(d, c, effect);
	}
	g_array_set_size(c->later, 0);
	c->later_head = 0;
	return (true);
}

static void
core_release(struct driver *d, struct core *c)
{
	c->thread->core = NULL;
	c->last_thread = c->thread;
	c->thread = NULL;
	d->free_cores++;
}

/* Runs the core's thread until it sleeps or the core has to pay. */
static void
core_run(struct driver *d, struct core *c)
{
	struct driver_thread *t = c->thread;
	enum turn turn = take_turn(d, c);

	if (turn == TURN_UNPAID)
		return;
	core_release(d, c);
	if (turn == TURN_GIVEN_WAY)
		runnable_push_first(d, t);
}

void
core_resume(struct driver *d, uint32_t core)
{
	struct core *c = &d->cores[core];

	if (drain_later(d, c))
		core_run(d, c);
}

void
dispatch(struct driver *d)
{
	struct core *c;

	while (d->runnable_count > 0 && d->free_cores > 0) {
		for (c = d->cores; c->thread != NULL; c++)
			;
		c->thread = runnable_pop(d);
		c->thread->core = c;
		d->free_cores--;
		c->again = true;
		if (d->switch_ns > 0 && c->last_thread != c->thread)
			pay(d, c, d->switch_ns);
		else
			core_run(d, c);
	}
}
