/*
 * What each effect of the kernel means for the driver.
 */

#include "sim/driver_impl.h"

static void
apply_return(
    struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	struct driver_thread *t = driver_thread(d, effect->thread);

	g_assert(c != NULL && effect->thread == c->thread);
	recorder_return(
	    d->recorder, d->now_ns, effect->thread, t->call, &effect->result);
	if (t->own_job != KERNEL_NOBODY) {
		kernel_release_job(d->kernel, t->own_job);
		t->own_job = KERNEL_NOBODY;
	}
	t->in_program = true;
	t->program->ops->returned(
	    t->program, t->slot, d->now_ns, &effect->result);
	/* The thread goes on in its program, on the CPU that it has. */
	c->again = true;
	d->fruitless = 0;
}

static void
apply_serve(struct driver *d, const struct kernel_effect *effect)
{
	if (kernel_job(d->kernel, effect->job)->synchronous)
		driver_thread(d, effect->thread)->own_job = effect->job;
	recorder_serve(d->recorder, d->now_ns, effect->job, effect->thread);
	d->in_service++;
	d->fruitless = 0;
	if (d->ops->serve != NULL)
		d->ops->serve(d->world, effect->thread, effect->job);
	else
		device_serve(d, effect->job);
}

static void
apply_spawn(struct driver *d, uint32_t thread)
{
	enter_thread(d, thread);
	recorder_spawn(d->recorder, d->now_ns, thread);
	if (d->ops->spawn != NULL)
		d->ops->spawn(d->world, thread);
	d->fruitless = 0;
}

static void
apply_reap(struct driver *d, uint32_t thread)
{
	recorder_reap(d->recorder, d->now_ns, thread);
	if (d->ops->reap != NULL)
		d->ops->reap(d->world, thread);
	driver_thread(d, thread)->exists = false;
	kernel_release_thread(d->kernel, thread);
	d->fruitless = 0;
}

void
apply_effect(
    struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	const struct observer *observer = d->setup.observer;
	struct recorder *r = d->recorder;

	switch (effect->kind) {
	case EF_READY:
		thread_ready(d, effect->thread);
		break;
	case EF_RETURN:
		apply_return(d, c, effect);
		break;
	case EF_TIMER:
		arm_timer(d, effect->thread, effect->timer.at_ns,
		    effect->timer.generation);
		break;
	case EF_SERVE:
		apply_serve(d, effect);
		break;
	case EF_CPU:
		g_assert(!"interrupts cost no CPU time");
		break;
	case EF_SPAWN:
		apply_spawn(d, effect->thread);
		break;
	case EF_REAP:
		apply_reap(d, effect->thread);
		break;
	case EF_SUBMIT:
		recorder_submit(r, d->now_ns, effect->thread,
		    driver_thread(d, effect->thread)->call, effect->job);
		break;
	case EF_REFUSE:
		recorder_refuse(r, d->now_ns, effect->thread,
		    driver_thread(d, effect->thread)->call, effect);
		break;
	case EF_COMPLETE:
		recorder_complete(r, d->now_ns, effect->job, effect->thread);
		if (observer != NULL)
			observer->completed(observer->context, d->now_ns,
			    effect->job, effect->thread);
		break;
	case EF_NOTIFY:
		recorder_notify(r, d->now_ns, &effect->notice);
		if (observer != NULL)
			observer->notified(
			    observer->context, d->now_ns, &effect->notice);
		break;
	case EF_COLLECT:
		recorder_collect(r, d->now_ns, effect->job);
		kernel_release_job(d->kernel, effect->job);
		break;
	}
}

void
drain_interrupt(struct driver *d)
{
	const struct kernel_effect *effect;

	while ((effect = kernel_next_effect(d->kernel)) != NULL)
		apply_effect(d, NULL, effect);
}

void
post_instant_ends(struct driver *d)
{
	guint i;

	for (i = 0; i < d->instant->len; i++)
		io_over(d, g_array_index(d->instant, struct io *, i));
	g_array_set_size(d->instant, 0);
}
