/*
 * What each effect of the kernel means for the driver.
 */

#include "sim/driver_impl.h"

void
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

void
apply_spawn(struct driver *d, uint32_t thread)
{
	struct kernel_thread_info info;

	kernel_thread(d->kernel, thread, &info);
	enter_thread(d, thread)->urgent = info.urgent;
	recorder_spawn(d->recorder, d->now_ns, thread);
	if (d->ops->spawn != NULL)
		d->ops->spawn(d->world, thread);
}

void
apply_reap(struct driver *d, uint32_t thread)
{
	recorder_reap(d->recorder, d->now_ns, thread);
	if (d->ops->reap != NULL)
		d->ops->reap(d->world, thread);
	driver_thread(d, thread)->exists = false;
	kernel_release_thread(d->kernel, thread);
}

void
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

void
apply_notify(struct driver *d, const struct kernel_notice *notice)
{
	const struct observer *observer = d->setup.observer;

	recorder_notify(d->recorder, d->now_ns, notice);
	if (observer != NULL)
		observer->notified(observer->context, d->now_ns, notice);
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
