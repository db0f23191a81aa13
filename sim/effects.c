/*
 * What each effect of the kernel means for the driver.
 */

#include "sim/driver_impl.h"

static void
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

static void
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

static void
apply_ready(struct driver *d, struct driver_thread *t)
{
	disarm_timer(d, t);
	thread_ready(d, t);
}

static void
apply_notify(struct driver *d, const struct kernel_notice *notice)
{
	const struct observer *observer = d->setup.observer;

	recorder_notify(d->recorder, d->now_ns, notice);
	if (observer != NULL)
		observer->notified(observer->context, d->now_ns, notice);
}

/* Inlined into the loop: a request has ten effects. */
static inline __attribute__((always_inline)) void
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
}

void
apply_effect(
    struct driver *d, struct core *c, const struct kernel_effect *effect)
{
	apply(d, c, effect);
}

bool
post_event(struct driver *d, struct core *c, const struct kernel_event *event)
{
	const struct kernel_effect *effect, *end;

	kernel_step(d->kernel, d->now_ns, event);
	if (d->setup.check)
		kernel_check(d->kernel);
	effect = kernel_take_effects(d->kernel, &end);
	for (; effect < end; effect++) {
		if (effect->kind == EF_CPU) {
			core_pays(d, c, effect, end);
			return (false);
		}
		apply(d, c, effect);
	}
	return (true);
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
post_waiting_ends(struct driver *d)
{
	guint i;

	for (i = 0; i < d->instant->len; i++)
		io_over(d, g_array_index(d->instant, struct io *, i));
	g_array_set_size(d->instant, 0);
}
