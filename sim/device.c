/*
 * Devices: the queue, the channels and the latency are decided here, for the
 * heap and the simgrid world alike; the world only moves the bytes.
 *
 * The station: requests are taken in order of arrival by the first free of
 * `channels` servers (fewer if the queue depth is smaller, since no more than
 * that are inside).  A request holds its channel for its latency and then for
 * its transfer.  A service of no length does not wait behind a busy server.
 * What faults on demand change is in driver_faults.c.
 *
 * Pipes and the like are at no device: a read waits for its data, others or
 * nobody bring them, and no request is in the way of another.
 */

#include "sim/driver_impl.h"

static struct service *
allocate_service(struct driver *d)
{
	struct service *service = d->free_services;

	if (service == NULL) {
		service = g_new0(struct service, 1);
		service->index = d->services->len;
		g_ptr_array_add(d->services, service);
	} else {
		d->free_services = service->next;
	}
	service->next = NULL;
	return (service);
}

const struct file_config *
device_file(const struct driver *d, const struct kernel_job_info *job)
{
	const struct scenario *s = d->setup.scenario;

	if (job->opcode == KERNEL_OP_MLOCK || job->device < s->disks->len)
		return (NULL);
	return (s->files->pdata[job->device - s->disks->len]);
}

/* How long a request on such a file waits. */
static int64_t
draw_wait(struct driver *d, const struct kernel_job_info *job)
{
	const struct file_config *file = device_file(d, job);
	const struct operation *operation = operation_of(job->tag);
	struct stream stream = {
	    .seed = d->setup.scenario->seed,
	    .replication = d->setup.scenario->replication,
	    .purpose = STREAM_SERVICE,
	};

	if (file == NULL || job->opcode != KERNEL_OP_READ)
		return (0);
	if (file->data_never)
		return (OUTCOME_NEVER);
	if (operation == NULL)
		return (0);
	stream.object = operation->object;
	return (
	    distribution_draw(&file->data_after, &stream, operation->number));
}

static struct service *
new_service(struct driver *d, uint32_t job, const struct kernel_job_info *info)
{
	struct service *service = allocate_service(d);

	service->job = job;
	service->device =
	    info->opcode == KERNEL_OP_MLOCK || device_file(d, info) != NULL
	    ? NULL
	    : &d->devices[info->device];
	service->write = info->opcode == KERNEL_OP_WRITE;
	service->bytes = info->opcode == KERNEL_OP_READ || service->write
	    ? (int64_t)info->size_bytes
	    : 0;
	service->sequence = d->sequence++;
	service->fault = NULL;
	service->killed = false;
	return (service);
}

static void
free_service(struct driver *d, struct service *service)
{
	service->next = d->free_services;
	d->free_services = service;
}

/* What a request takes and comes to, unless the set-up has other ideas. */
static void
draw_outcome(struct driver *d, struct service *service,
    const struct kernel_job_info *job)
{
	const struct operation *operation = operation_of(job->tag);
	struct device *device = service->device;
	struct outcome *outcome = &service->outcome;

	outcome->service_ns = device == NULL ? draw_wait(d, job) : 0;
	outcome->result.bytes = service->bytes;
	outcome->result.error = KE_OK;
	outcome->result.would_block = false;
	if (device != NULL && job->opcode == KERNEL_OP_SYNC) {
		outcome->service_ns = device->config->fsync_ns;
	} else if (device != NULL && operation != NULL) {
		device->stream.object = operation->object;
		outcome->service_ns =
		    distribution_draw(&device->config->latency, &device->stream,
			operation->number);
	}
	if (device != NULL && device->config->channel_bandwidth > 0)
		outcome->service_ns +=
		    (int64_t)(((__int128)service->bytes * 1000000000) /
			device->config->channel_bandwidth);
	if (d->setup.outcome != NULL)
		d->setup.outcome(d->setup.context, job, outcome);
	fault_outcome(service);
	g_assert(outcome->service_ns >= 0);
}

static void finish(struct driver *d, struct service *service);

static void
begin_transfer(struct driver *d, struct service *service)
{
	if (!service->device->shared || service->bytes == 0) {
		finish(d, service);
		return;
	}
	service->phase = SERVICE_TRANSFER;
	d->ops->transfer(d->world, service->device->number, service->index,
	    service->write, service->bytes);
}

static void
begin(struct driver *d, struct service *service)
{
	struct device *device = service->device;
	int64_t wait_ns;
	bool dead;

	device->busy++;
	recorder_device(d->recorder, d->now_ns, device->number, device->busy,
	    device->waiting);
	recorder_device_start(d->recorder, d->now_ns, service->job);
	service->phase = SERVICE_LATENCY;
	dead = fault_kill(d, service);
	wait_ns = service->outcome.service_ns + fault_hold(d, service);
	/* A dead disk's line goes over the agenda too: it may be long. */
	if (wait_ns > 0 || dead)
		agenda_at(d, d->now_ns + wait_ns, service->sequence,
		    AGENDA_SERVICE, service->index);
	else
		begin_transfer(d, service);
}

static void
wait_in_line(struct driver *d, struct service *service)
{
	struct device *device = service->device;

	service->phase = SERVICE_QUEUED;
	if (device->first == NULL)
		device->first = service;
	else
		device->last->next = service;
	device->last = service;
	device->waiting++;
	recorder_device(d->recorder, d->now_ns, device->number, device->busy,
	    device->waiting);
}

/* A service of no length, unless its disk makes it wait. */
static bool
is_instant(const struct driver *d, const struct service *service)
{
	const struct device *device = service->device;

	return (service->outcome.service_ns == 0 &&
	    (device == NULL || !device->shared || service->bytes == 0) &&
	    !fault_stalls(d, service));
}

void
device_serve(struct driver *d, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, job);
	struct service *service = new_service(d, job, info);
	struct device *device = service->device;

	fault_request(d, service, info);
	draw_outcome(d, service, info);
	if (device != NULL)
		recorder_device_request(d->recorder, device->number, info);
	if (fault_kill(d, service) || is_instant(d, service)) {
		recorder_device_start(d->recorder, d->now_ns, job);
		end_at_once(d, job, &service->outcome.result);
		free_service(d, service);
	} else if (device == NULL &&
	    service->outcome.service_ns == OUTCOME_NEVER) {
		service->phase = SERVICE_LATENCY;
		d->hanging++;
	} else if (device == NULL) {
		service->phase = SERVICE_LATENCY;
		recorder_device_start(d->recorder, d->now_ns, job);
		agenda_at(d, d->now_ns + service->outcome.service_ns,
		    service->sequence, AGENDA_SERVICE, service->index);
	} else if (device->busy < device->servers) {
		begin(d, service);
	} else {
		wait_in_line(d, service);
	}
}

/* Ends a service: the next in line begins before anybody else runs. */
static void
finish(struct driver *d, struct service *service)
{
	struct device *device = service->device;
	struct service *next = NULL;
	struct kernel_service_result result;
	uint32_t job = service->job;

	fault_kill(d, service);
	result = service->outcome.result;
	free_service(d, service);
	if (device != NULL) {
		device->busy--;
		next = device->first;
		if (next != NULL) {
			device->first = next->next;
			next->next = NULL;
			device->waiting--;
			begin(d, next);
		} else {
			recorder_device(d->recorder, d->now_ns, device->number,
			    device->busy, device->waiting);
		}
	}
	post_done(d, job, &result);
}

/* Hands a job to the world that was held back by a fault. */
static void
let_through(struct driver *d, struct service *service)
{
	uint32_t thread = service->thread, job = service->job;

	free_service(d, service);
	d->ops->serve(d->world, thread, job);
}

void
device_serve_by_world(struct driver *d, uint32_t thread, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, job);
	struct service *service;

	if (d->faults == NULL) {
		d->ops->serve(d->world, thread, job);
		return;
	}
	service = new_service(d, job, info);
	service->thread = thread;
	service->phase = SERVICE_HELD;
	fault_request(d, service, info);
	memset(&service->outcome, 0, sizeof(service->outcome));
	fault_outcome(service);
	if (fault_kill(d, service) || service->outcome.result.error != KE_OK) {
		end_at_once(d, job, &service->outcome.result);
		free_service(d, service);
		return;
	}
	service->outcome.service_ns += fault_hold(d, service);
	if (service->outcome.service_ns > 0)
		agenda_at(d, d->now_ns + service->outcome.service_ns,
		    service->sequence, AGENDA_SERVICE, service->index);
	else
		let_through(d, service);
}

void
device_latency_over(struct driver *d, uint32_t index)
{
	struct service *service = g_ptr_array_index(d->services, index);
	int64_t hold_ns;

	if (service->phase == SERVICE_HELD) {
		let_through(d, service);
		return;
	}
	g_assert(service->phase == SERVICE_LATENCY);
	hold_ns = fault_hold(d, service);
	if (hold_ns > 0)
		agenda_at(d, d->now_ns + hold_ns, service->sequence,
		    AGENDA_SERVICE, index);
	else if (service->device == NULL)
		finish(d, service);
	else
		begin_transfer(d, service);
}

void
device_transfer_over(struct driver *d, uint32_t index)
{
	struct service *service = g_ptr_array_index(d->services, index);
	int64_t hold_ns = fault_hold(d, service);

	g_assert(service->phase == SERVICE_TRANSFER);
	if (hold_ns > 0)
		agenda_at(d, d->now_ns + hold_ns, service->sequence,
		    AGENDA_TRANSFERRED, index);
	else
		finish(d, service);
}

void
devices_init(struct driver *d)
{
	const struct scenario *s = d->setup.scenario;
	guint i;

	d->services = g_ptr_array_new_with_free_func(g_free);
	d->instant = g_array_new(FALSE, FALSE, sizeof(struct instant_end));
	d->devices = g_new0(struct device, MAX(s->disks->len, 1));
	for (i = 0; i < s->disks->len; i++) {
		const struct disk_config *config = s->disks->pdata[i];
		struct device *device = &d->devices[i];

		device->number = i;
		device->config = config;
		/* A platform file gives the bandwidth; else the scenario. */
		device->shared = config->bandwidth > 0 || s->platform != NULL;
		device->servers = MIN(config->channels, config->queue_depth);
		device->stream.seed = s->seed;
		device->stream.replication = s->replication;
		device->stream.purpose = STREAM_SERVICE;
	}
}

void
devices_release(struct driver *d)
{
	g_ptr_array_free(d->services, TRUE);
	g_array_free(d->instant, TRUE);
	g_free(d->devices);
}
