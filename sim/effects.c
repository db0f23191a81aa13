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
		t->own_job = t->serving = KERNEL_NOBODY;
	}
	t->in_program = true;
	t->program->ops->returned(
	    t->program, t->slot, d->now_ns, &effect->result);
	/* The thread goes on in its program, on the CPU that it has. */
	c->again = true;
}

static void
apply_serve(struct driver *d, const struct kernel_effect *effect)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, effect->job);

	if (info->synchronous)
		driver_thread(d, effect->thread)->own_job = effect->job;
	if (effect->thread != KERNEL_NOBODY)
		driver_thread(d, effect->thread)->serving = effect->job;
	recorder_serve(
	    d->recorder, d->now_ns, effect->job, info, effect->thread);
	d->in_service++;
	d->idle_turns = 0;
	if (info->socket)
		socket_serve(d, effect->job);
	else if (d->ops->serve != NULL)
		device_serve_by_world(d, effect->thread, effect->job);
	else
		device_serve(d, effect->job);
}

static void
apply_spawn(struct driver *d, uint32_t thread)
{
	struct kernel_thread_info info;

	kernel_thread(d->kernel, thread, &info);
	enter_thread(d, thread)->urgent = info.urgent;
	recorder_spawn(d->recorder, d->now_ns, thread);
	if (d->ops->spawn != NULL)
		d->ops->spawn(d->world, thread);
}

static void
apply_reap(struct driver *d, uint32_t thread)
{
	recorder_reap(d->recorder, d->now_ns, thread);
	if (d->ops->reap != NULL)
		d->ops->reap(d->world, thread);
	driver_thread(d, thread)->exists = false;
	kernel_release_thread(d->kernel, thread);
}

static void
apply_complete(struct driver *d, uint32_t thread, uint32_t job)
{
	const struct observer *observer = d->setup.observer;

	recorder_complete(d->recorder, d->now_ns, job, thread);
	if (thread != KERNEL_NOBODY && driver_thread(d, thread)->serving == job)
		driver_thread(d, thread)->serving = KERNEL_NOBODY;
	d->idle_turns = 0;
	if (observer != NULL)
		observer->completed(observer->context, d->now_ns, job, thread);
}

/* Inlined, since half of a run's calls would be of this one. */
static inline __attribute__((always_inline)) void
apply(struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	const struct observer *observer = d->setup.observer;
	struct recorder *r = d->recorder;

	switch (effect->kind) {
	case EF_READY:
		disarm_timer(d, driver_thread(d, effect->thread));
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
		g_assert(!"for the core to pay");
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
		d->idle_turns = 0;
		break;
	case EF_REFUSE:
		recorder_refuse(r, d->now_ns, effect->thread,
		    driver_thread(d, effect->thread)->call, effect);
		break;
	case EF_COMPLETE:
		apply_complete(d, effect->thread, effect->job);
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
apply_effect(
    struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	apply(d, c, effect);
}

/* The next effect where a core has put some off, which come first. */
static const struct kernel_effect *
next_kept(struct driver *d, struct core *c)
{
	if (c->later_head < c->later->len)
		return (&g_array_index(
		    c->later, struct kernel_effect, c->later_head++));
	g_array_set_size(c->later, 0);
	c->later_head = 0;
	return (kernel_next_effect(d->kernel));
}

const struct kernel_effect *
drain(struct driver *d, struct core *c)
{
	const bool kept = c != NULL && c->later->len > 0;
	const struct kernel_effect *effect;

	while ((effect = kept ? next_kept(d, c)
			      : kernel_next_effect(d->kernel)) != NULL) {
		if (effect->kind == EF_CPU)
			return (effect);
		apply(d, c, effect);
	}
	return (NULL);
}

void
end_at_once(
    struct driver *d, uint32_t job, const struct kernel_service_result *result)
{
	struct io *io = device_new_io(d);

	io->job = job;
	io->outcome.result = *result;
	g_array_append_val(d->instant, io);
}

void
post_instant_ends(struct driver *d)
{
	guint i;

	for (i = 0; i < d->instant->len; i++)
		io_over(d, g_array_index(d->instant, struct io *, i));
	g_array_set_size(d->instant, 0);
}
