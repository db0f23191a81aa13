/*
 * The station: I/Os are taken in order of arrival by the first free of
 * `channels` servers (fewer if the queue depth is smaller, since no more than
 * that are inside).  One holds its channel for its latency and then for its
 * transfer.  A service of no length does not wait behind a busy server.
 */

#include "sim/device/device.h"

enum phase { PHASE_QUEUED, PHASE_LATENCY, PHASE_TRANSFER };

static int64_t
station_servers(const struct disk_config *config)
{
	return (MIN(config->channels, config->queue_depth));
}

static int64_t
station_latency(struct device *device, const struct io *io)
{
	const struct disk_config *config = device->config;
	int64_t ns = 0;

	if (io->kind == IO_FLUSH) {
		ns = config->fsync_ns;
	} else if (io->drawn) {
		device->stream.object = io->object;
		ns = distribution_draw(
		    &config->latency, &device->stream, io->number);
	}
	if (config->channel_bandwidth > 0)
		ns += (int64_t)(((__int128)io->bytes * 1000000000) /
		    config->channel_bandwidth);
	return (ns);
}

static void end(struct device *device, struct io *io);

static void
begin_transfer(struct device *device, struct io *io)
{
	if (!device->shared || io->bytes == 0 || io->killed) {
		end(device, io);
		return;
	}
	io->phase = PHASE_TRANSFER;
	device_transfer(device, io);
}

static void
begin(struct device *device, struct io *io)
{
	device->busy++;
	device_changed(device, device->line.count);
	device_begins(device, io);
	io->phase = PHASE_LATENCY;
	/* A dead disk's line goes over the agenda too: it may be long. */
	if (io->outcome.service_ns > 0 || device_is_faulty(device))
		device_wait(device, io, io->outcome.service_ns);
	else
		begin_transfer(device, io);
}

/* The next in line begins before anybody else runs. */
static void
end(struct device *device, struct io *io)
{
	struct io *next;

	device_settle(io);
	device->busy--;
	next = io_line_take(&device->line);
	if (next != NULL)
		begin(device, next);
	else
		device_changed(device, device->line.count);
	device_end(io);
}

static void
station_arrive(struct device *device, struct io *io)
{
	if (io->outcome.service_ns == 0 &&
	    (!device->shared || io->bytes == 0) && !device_is_faulty(device)) {
		device_begins(device, io);
		device_end(io);
	} else if (device->busy < station_servers(device->config)) {
		begin(device, io);
	} else {
		io->phase = PHASE_QUEUED;
		io_line_append(&device->line, io);
		device_changed(device, device->line.count);
	}
}

static void
station_elapsed(struct device *device, struct io *io)
{
	g_assert(io->phase == PHASE_LATENCY);
	begin_transfer(device, io);
}

static void
station_moved(struct device *device, struct io *io)
{
	g_assert(io->phase == PHASE_TRANSFER);
	end(device, io);
}

const struct device_model device_station = {
    .name = "station",
    .servers = station_servers,
    .latency = station_latency,
    .arrive = station_arrive,
    .elapsed = station_elapsed,
    .moved = station_moved,
};
