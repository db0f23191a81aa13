/*
 * Effects of the kernel that are not on the way of each request, as those in
 * step.c are; and services that are over at once.
 */

#include "sim/driver_impl.h"

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
