/*
 * Jobs at devices, and what the models of devices (sim/device/) ask of the
 * driver: time, transfers, the record, and the end of an I/O.
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
	uint32_t index;

	if (io == NULL) {
		io = g_new0(struct io, 1);
		io->index = d->ios->len;
		g_ptr_array_add(d->ios, io);
	} else {
		d->free_ios = io->next;
		index = io->index;
		memset(io, 0, sizeof(*io));
		io->index = index;
	}
	io->job = KERNEL_NOBODY;
	io->sequence = d->sequence++;
	io->outcome.result.error = KE_OK;
	return (io);
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
	io->next = d->free_ios;
	d->free_ios = io;
	if (job != KERNEL_NOBODY)
		post_done(d, job, &result);
}

void
device_end(struct io *io)
{
	struct driver *d = io->device->driver;

	if (d->arriving > 0)
		g_array_append_val(d->instant, io);
	else
		io_over(d, io);
}

/* ---- Arrival ---------------------------------------------------------- */

/* What it comes to, unless the set-up has other ideas. */
static void
preset_outcome(struct driver *d, struct io *io)
{
	struct device *device = io->device;
	struct outcome *outcome = &io->outcome;

	outcome->service_ns = device != NULL && device->model->latency != NULL
	    ? device->model->latency(device, io)
	    : 0;
	outcome->result.bytes = io->bytes;
	if (io->job != KERNEL_NOBODY && d->setup.outcome != NULL)
		d->setup.outcome(
		    d->setup.context, kernel_job(d->kernel, io->job), outcome);
	g_assert(outcome->service_ns >= 0);
}

void
device_submit(struct device *device, struct io *io)
{
	struct driver *d = device->driver;

	io->device = device;
	preset_outcome(d, io);
	recorder_device_request(
	    d->recorder, device->number, io->kind, io->bytes);
	d->arriving++;
	device->model->arrive(device, io);
	d->arriving--;
}

/* aio_mlock wants no device: it takes the time that the set-up says. */
static void
serve_nowhere(struct driver *d, struct io *io)
{
	preset_outcome(d, io);
	if (io->outcome.service_ns > 0) {
		agenda_at(d, d->now_ns + io->outcome.service_ns, io->sequence,
		    AGENDA_SERVICE, io->index);
		return;
	}
	recorder_device_start(d->recorder, d->now_ns, io->job);
	g_array_append_val(d->instant, io);
}

void
device_serve(struct driver *d, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, job);
	const struct operation *operation = operation_of(info->tag);
	const struct file_config *file;
	struct io *io = device_new_io(d);

	io->job = job;
	io->kind = info->opcode == KERNEL_OP_SYNC ? IO_FLUSH
	    : info->opcode == KERNEL_OP_WRITE     ? IO_WRITE
						  : IO_READ;
	if (info->opcode == KERNEL_OP_READ || info->opcode == KERNEL_OP_WRITE) {
		io->offset_bytes = info->offset_bytes;
		io->bytes = (int64_t)info->size_bytes;
	}
	if (operation != NULL) {
		file = d->setup.scenario->files->pdata[operation->file];
		io->offset_bytes += file->start;
		io->drawn = true;
		io->object = operation->object;
		io->number = operation->number;
	}
	if (info->opcode == KERNEL_OP_MLOCK)
		serve_nowhere(d, io);
	else if (operation != NULL && !d->vnodes[operation->file].bare)
		vnode_enter(d, &d->vnodes[operation->file], io);
	else
		device_submit(&d->devices[info->device], io);
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

	agenda_at(d, d->now_ns + ns, io->sequence, AGENDA_SERVICE, io->index);
}

void
device_transfer(struct device *device, struct io *io)
{
	struct driver *d = device->driver;

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

	if (io->device == NULL)
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
