/*
 * The driver's part in a world that does the I/O itself.  Faults on demand and
 * the record are as in the virtual worlds; of a disk's channels as many are
 * busy as it has requests, the rest of which wait.
 */

#include "sim/driver_real.h"

#include "sim/driver_impl.h"
#include "sim/driver_network.h"

const struct real_options *
driver_real_options(const struct driver *d)
{
	return (d->setup.real);
}

/* ---- Sockets ---------------------------------------------------------- */

bool
driver_connect(struct driver *d, uint32_t process, int fd,
    const struct process_config *config, GError **error)
{
	const struct file_config *file =
	    d->setup.scenario->files->pdata[config->file_index];
	const struct socket_config socket = socket_of_file(file);
	const char *name =
	    g_array_index(d->processes, struct process, process).program->name;
	uint32_t number = driver_open_socket(d, process, fd, &socket);

	return (
	    d->ops->connect(d->world, number, process, name, config, error));
}

void
driver_count_network(
    const struct driver *d, uint32_t process, struct network_counts *counts)
{
	d->ops->count(d->world, process, counts);
}

void
driver_socket_is_ready(struct driver *d, int64_t now_ns, uint32_t socket,
    enum kernel_direction direction)
{
	move_to(d, now_ns);
	tell_socket(d, socket, direction, true);
	dispatch(d);
}

void
driver_responded(
    struct driver *d, int64_t now_ns, uint32_t process, int64_t asked_ns)
{
	move_to(d, now_ns);
	recorder_response(d->recorder, d->now_ns, process, asked_ns);
}

/* ---- Jobs ------------------------------------------------------------- */

void
driver_began(struct driver *d, int64_t now_ns, uint32_t job)
{
	move_to(d, now_ns);
	recorder_device_start(d->recorder, d->now_ns, job);
}

int64_t
driver_data_after(const struct driver *d, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, job);
	const struct operation *operation = operation_of(info->tag);

	return (device_data_after(d, info,
	    operation != NULL ? operation->object : 0,
	    operation != NULL ? operation->number : 0));
}

/* The device of a job that is at a disk, or NULL. */
static struct device *
disk_of(struct driver *d, const struct kernel_job_info *info)
{
	if (info->socket || info->opcode == KERNEL_OP_MLOCK ||
	    info->device >= d->device_count)
		return (NULL);
	return (&d->devices[info->device]);
}

void
world_serves(struct driver *d, uint32_t thread, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, job);
	struct device *device = disk_of(d, info);
	bool moves = info->opcode != KERNEL_OP_SYNC;

	if (device != NULL) {
		recorder_device_request(d->recorder, device->number,
		    device_io_kind(info->opcode),
		    moves ? (int64_t)info->size_bytes : 0);
		device->busy++;
		device_changed_by_world(device);
	}
	watch_handed(d, job);
	d->ops->serve(d->world, thread, job);
}

void
world_served(
    struct driver *d, uint32_t job, struct kernel_service_result *result)
{
	const struct kernel_job_info *info = kernel_job(d->kernel, job);
	struct device *device = disk_of(d, info);

	if (device != NULL) {
		device->busy--;
		device_changed_by_world(device);
	}
	if (d->faults != NULL && !info->socket)
		fault_result(d, job, result);
}

/* ---- Hangs ------------------------------------------------------------ */

void
driver_expects(struct driver *d, bool something, uint32_t hanging)
{
	if (something != d->expecting)
		driver_await(d, something ? 1 : -1);
	d->expecting = something;
	d->hanging = hanging;
}
