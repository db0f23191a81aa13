/*
 * Jobs at devices, and what the models of devices (sim/device/) ask of the
 * driver: time, transfers, the record, and the end of an I/O.  Faults on demand
 * (driver_faults.c) come in here too, so that no model has to know of them.
 *
 * Pipes and the like are at no device: a read waits for its data, others or
 * nobody bring them, and no request is in the way of another.
 */

#include "sim/device/device.h"
#include "sim/driver_impl.h"
#include "sim/vnode.h"

static const struct device_model *const models[] = {
    [DISK_STATION] = &device_station,
    [DISK_HDD] = &device_hdd,
    [DISK_SSD] = &device_ssd,
    [DISK_NVME] = &device_nvme,
    [DISK_CURVE] = &device_curve,
    [DISK_STRIPE] = &device_stripe,
    [DISK_MIRROR] = &device_mirror,
    [DISK_RAID5] = &device_raid5,
};

const struct device_model *
device_model_of(enum disk_model model)
{
	return (models[model]);
}

/* ---- I/Os ------------------------------------------------------------- */

struct io *
device_new_io(struct driver *d)
{
	struct io *io = d->free_ios;

	if (io == NULL) {
		io = g_new0(struct io, 1);
		io->index = d->ios->len;
		g_ptr_array_add(d->ios, io);
	} else {
		d->free_ios = io->next;
		memset((char *)io + offsetof(struct io, io_startzero), 0,
		    offsetof(struct io, io_endzero) -
			offsetof(struct io, io_startzero));
	}
	io->job = KERNEL_NOBODY;
	io->sequence = d->sequence++;
	io->outcome = (struct outcome) {.result = {.error = KE_OK}};
	return (io);
}

static void
free_io(struct driver *d, struct io *io)
{
	io->next = d->free_ios;
	d->free_ios = io;
}

/* Whoever waits for the I/O is told. */
void
io_over(struct driver *d, struct io *io)
{
	struct kernel_service_result result = io->outcome.result;
	uint32_t job = io->job;

	if (io->vnode != NULL)
		vnode_leave(d, io);
	if (io->done != NULL)
		io->done(io);
	free_io(d, io);
	if (job != KERNEL_NOBODY)
		post_done(d, job, &result);
}

static void
end_now(struct driver *d, struct io *io)
{
	if (d->arriving > 0)
		g_array_append_val(d->instant, io);
	else
		io_over(d, io);
}

static void
end_after(struct driver *d, struct io *io, int64_t ns)
{
	io->stage = IO_ENDING;
	agenda_at(d, d->now_ns + ns, io->sequence, AGENDA_SERVICE, io->index);
}

void
device_settle(struct io *io)
{
	fault_kill(io->device->driver, io);
}

void
device_end(struct io *io)
{
	struct driver *d = io->device->driver;
	int64_t hold_ns;

	device_settle(io);
	hold_ns = io->killed ? 0 : fault_hold(d, io);
	if (hold_ns > 0)
		end_after(d, io, hold_ns);
	else
		end_now(d, io);
}

/* All that it takes is the delay of a fault of its own. */
void
io_served_by_cache(struct driver *d, struct io *io)
{
	if (io->outcome.service_ns > 0)
		end_after(d, io, io->outcome.service_ns);
	else
		end_now(d, io);
}

/* ---- Arrival ---------------------------------------------------------- */

const struct file_config *
device_file(const struct driver *d, const struct kernel_job_info *job)
{
	const struct scenario *s = d->setup.scenario;

	if (job->opcode == KERNEL_OP_MLOCK || job->socket ||
	    job->device < s->disks->len)
		return (NULL);
	return (s->files->pdata[job->device - s->disks->len]);
}

int64_t
device_data_after(const struct driver *d, const struct kernel_job_info *job,
    uint64_t object, uint64_t number)
{
	const struct file_config *file = device_file(d, job);
	struct stream stream = {
	    .seed = d->setup.scenario->seed,
	    .replication = d->setup.scenario->replication,
	    .purpose = STREAM_SERVICE,
	    .object = object,
	};

	if (file == NULL || job->opcode != KERNEL_OP_READ)
		return (0);
	if (file->data_never)
		return (OUTCOME_NEVER);
	if (operation_of(job->tag) == NULL)
		return (0);
	return (distribution_draw(&file->data_after, &stream, number));
}

/* What it comes to, unless the set-up has other ideas. */
static void
preset_outcome(struct driver *d, struct io *io)
{
	struct device *device = io->device;
	struct outcome *outcome = &io->outcome;

	if (device == NULL)
		outcome->service_ns = device_data_after(
		    d, kernel_job(d->kernel, io->job), io->object, io->number);
	else
		outcome->service_ns = device->model->latency != NULL
		    ? device->model->latency(device, io)
		    : 0;
	outcome->result.bytes = io->bytes;
	if (io->job != KERNEL_NOBODY && d->setup.outcome != NULL)
		d->setup.outcome(
		    d->setup.context, kernel_job(d->kernel, io->job), outcome);
	fault_outcome(io);
	g_assert(outcome->service_ns >= 0);
}

/* What was asked of the device, whatever a fault leaves of it. */
static int64_t
bytes_asked(const struct driver *d, const struct io *io)
{
	return (io->fault == NULL || io->kind == IO_FLUSH
		? io->bytes
		: (int64_t)kernel_job(d->kernel, io->job)->size_bytes);
}

void
device_submit(struct device *device, struct io *io)
{
	struct driver *d = device->driver;

	io->device = device;
	preset_outcome(d, io);
	recorder_device_request(
	    d->recorder, device->number, io->kind, bytes_asked(d, io));
	d->arriving++;
	if (fault_kill(d, io)) {
		device_begins(device, io);
		device_end(io);
	} else {
		device->model->arrive(device, io);
	}
	d->arriving--;
}

/* aio_mlock takes the time that the set-up says, a pipe that of its data. */
static void
serve_nowhere(struct driver *d, struct io *io)
{
	preset_outcome(d, io);
	if (io->outcome.service_ns == OUTCOME_NEVER) {
		d->hanging++;
		return;
	}
	recorder_device_start(d->recorder, d->now_ns, io->job);
	if (io->outcome.service_ns > 0)
		end_after(d, io, io->outcome.service_ns);
	else
		g_array_append_val(d->instant, io);
}

enum io_kind
device_io_kind(enum kernel_opcode opcode)
{
	return (opcode == KERNEL_OP_SYNC    ? IO_FLUSH
		: opcode == KERNEL_OP_WRITE ? IO_WRITE
					    : IO_READ);
}

/* The job's I/O, with the fault that it meets. */
static struct io *
new_job_io(struct driver *d, const struct kernel_job_info *job)
{
	const struct operation *operation = operation_of(job->tag);
	const struct file_config *file;
	struct io *io = device_new_io(d);

	io->job = job->number;
	io->kind = device_io_kind(job->opcode);
	if (job->opcode == KERNEL_OP_READ || job->opcode == KERNEL_OP_WRITE) {
		io->offset_bytes = job->offset_bytes;
		io->bytes = (int64_t)job->size_bytes;
	}
	if (operation != NULL) {
		operation_expect(operation);
		file = d->setup.scenario->files->pdata[operation->file];
		io->offset_bytes += file->start;
		io->drawn = true;
		io->object = operation->object;
		io->number = operation->number;
	}
	if (job->opcode != KERNEL_OP_MLOCK && device_file(d, job) == NULL)
		io->device = &d->devices[job->device];
	if (d->faults != NULL)
		fault_request(d, io, job);
	return (io);
}

void
device_serve(struct driver *d, const struct kernel_job_info *job)
{
	const struct operation *operation = operation_of(job->tag);
	struct io *io = new_job_io(d, job);

	if (io->device == NULL)
		serve_nowhere(d, io);
	else if (operation != NULL && !d->vnodes[operation->file].bare)
		vnode_enter(d, &d->vnodes[operation->file], io);
	else
		device_submit(io->device, io);
}

/* Hands a job to the world that was held back by a fault. */
static void
let_through(struct driver *d, struct io *io)
{
	uint32_t thread = io->thread, job = io->job;

	free_io(d, io);
	world_serves(d, thread, job);
}

/* A fault keeps the job from the world; its disk was asked all the same. */
static void
fail_before_world(struct driver *d, struct io *io)
{
	const struct kernel_service_result unharmed = {.bytes = io->bytes};

	if (io->device != NULL)
		recorder_device_request(d->recorder, io->device->number,
		    io->kind, bytes_asked(d, io));
	watch_handed(d, io->job);
	watch_served(d, io->job, &unharmed);
	g_array_append_val(d->instant, io);
}

void
device_serve_by_world(
    struct driver *d, uint32_t thread, const struct kernel_job_info *job)
{
	struct io *io;

	if (d->faults == NULL || job->socket) {
		world_serves(d, thread, job->number);
		return;
	}
	io = new_job_io(d, job);
	io->thread = thread;
	io->stage = IO_HELD;
	fault_outcome(io);
	if (fault_kill(d, io) || io->outcome.result.error != KE_OK) {
		fail_before_world(d, io);
		return;
	}
	io->outcome.service_ns += fault_hold(d, io);
	if (io->outcome.service_ns > 0)
		agenda_at(d, d->now_ns + io->outcome.service_ns, io->sequence,
		    AGENDA_SERVICE, io->index);
	else
		let_through(d, io);
}

/* ---- What models call ------------------------------------------------- */

int64_t
device_now(const struct device *device)
{
	return (device->driver->now_ns);
}

void
device_wait(struct device *device, struct io *io, int64_t ns)
{
	struct driver *d = device->driver;

	if (fault_kill(d, io))
		ns = 0;
	agenda_at(d, d->now_ns + ns + fault_hold(d, io), io->sequence,
	    AGENDA_SERVICE, io->index);
}

void
device_transfer(struct device *device, struct io *io)
{
	struct driver *d = device->driver;

	if (io->killed)
		agenda_at(
		    d, d->now_ns, io->sequence, AGENDA_TRANSFERRED, io->index);
	else
		d->ops->transfer(d->world, device->number, io->index,
		    io->kind == IO_WRITE, io->bytes);
}

void
device_begins(struct device *device, struct io *io)
{
	struct driver *d = device->driver;

	if (io->job != KERNEL_NOBODY)
		recorder_device_start(d->recorder, d->now_ns, io->job);
}

void
device_changed(struct device *device, int64_t waiting)
{
	struct driver *d = device->driver;

	recorder_device(
	    d->recorder, d->now_ns, device->number, device->busy, waiting);
}

void
device_changed_by_world(struct device *device)
{
	struct driver *d = device->driver;
	int64_t channels = device->model->servers(device->config);

	recorder_device(d->recorder, d->now_ns, device->number,
	    MIN(device->busy, channels), MAX(device->busy - channels, 0));
}

bool
device_is_faulty(const struct device *device)
{
	return (fault_is_on(device->driver, device));
}

struct device *
device_by_number(struct driver *d, uint32_t number)
{
	return (&d->devices[number]);
}

/* ---- What the driver calls -------------------------------------------- */

void
device_time_over(struct driver *d, uint32_t index)
{
	struct io *io = g_ptr_array_index(d->ios, index);
	int64_t hold_ns;

	if (io->stage == IO_HELD) {
		let_through(d, io);
		return;
	}
	hold_ns = io->stage == IO_AT_DEVICE ? fault_hold(d, io) : 0;
	if (hold_ns > 0) {
		agenda_at(d, d->now_ns + hold_ns, io->sequence, AGENDA_SERVICE,
		    index);
		return;
	}
	if (io->stage == IO_ENDING || io->device == NULL)
		io_over(d, io);
	else
		io->device->model->elapsed(io->device, io);
	/* An I/O that one device passed on to another may be over already. */
	post_instant_ends(d);
}

void
device_transfer_over(struct driver *d, uint32_t index)
{
	struct io *io = g_ptr_array_index(d->ios, index);
	int64_t hold_ns = fault_hold(d, io);

	if (hold_ns > 0) {
		agenda_at(d, d->now_ns + hold_ns, io->sequence,
		    AGENDA_TRANSFERRED, index);
		return;
	}
	io->device->model->moved(io->device, io);
	post_instant_ends(d);
}

static void
device_init(struct driver *d, uint32_t number, const struct disk_config *config)
{
	const struct scenario *s = d->setup.scenario;
	struct device *device = &d->devices[number];

	device->number = number;
	device->driver = d;
	device->config = config;
	device->model = device_model_of(config->model);
	/* A platform file gives the bandwidth; else the scenario. */
	device->shared = config->bandwidth > 0 || s->platform != NULL;
	device->stream.seed = s->seed;
	device->stream.replication = s->replication;
	device->stream.purpose = STREAM_SERVICE;
	if (device->model->create != NULL)
		device->model->create(device);
}

void
devices_init(struct driver *d)
{
	const struct scenario *s = d->setup.scenario;
	guint i;

	d->ios = g_ptr_array_new_with_free_func(g_free);
	d->instant = g_array_new(FALSE, FALSE, sizeof(struct io *));
	d->devices = g_new0(struct device, MAX(s->disks->len, 1));
	d->device_count = s->disks->len;
	for (i = 0; i < s->disks->len; i++)
		device_init(d, i, s->disks->pdata[i]);
	vnodes_init(d);
}

void
devices_release(struct driver *d)
{
	guint i;

	for (i = 0; i < d->device_count; i++)
		if (d->devices[i].model->destroy != NULL)
			d->devices[i].model->destroy(&d->devices[i]);
	vnodes_release(d);
	g_ptr_array_free(d->ios, TRUE);
	g_array_free(d->instant, TRUE);
	g_free(d->devices);
}
