/*
 * The curve disk: up to `queue_depth` I/Os are at work at once, the others wait
 * before it; those at work share a bandwidth that depends on how many they are.
 * The world does the sharing.
 */

#include "sim/device/curve.h"

#include "sim/device/device.h"

double
curve_rate(const struct curve_config *curve, bool write, int64_t count)
{
	const struct rate_table *table =
	    write && curve->write.count > 0 ? &curve->write : &curve->read;

	return ((double)table->rates[CLAMP(count, 1, table->count) - 1]);
}

double
curve_peak(const struct curve_config *curve)
{
	double peak = 0;
	int64_t i;

	for (i = 1; i <= CURVE_POINTS_MAX; i++) {
		peak = MAX(peak, curve_rate(curve, false, i));
		peak = MAX(peak, curve_rate(curve, true, i));
	}
	return (peak);
}

struct curve_shares
curve_share(const struct curve_config *curve, int64_t reads, int64_t writes)
{
	struct curve_shares most = {0, 0};
	double fair, peak;

	if (reads > 0)
		most.reads = curve_rate(curve, false, reads);
	if (writes > 0)
		most.writes = curve_rate(curve, true, writes);
	if (reads == 0 || writes == 0)
		return (most);
	peak = curve_peak(curve);
	if (most.reads + most.writes <= peak)
		return (most);
	fair = peak / (double)(reads + writes);
	if (most.reads <= fair * (double)reads)
		most.writes = peak - most.reads;
	else if (most.writes <= fair * (double)writes)
		most.reads = peak - most.writes;
	else
		most = (struct curve_shares) {
		    fair * (double)reads, fair * (double)writes};
	return (most);
}

static int64_t
curve_servers(const struct disk_config *config)
{
	(void)config;
	return (1);
}

static void
work(struct device *device, struct io *io)
{
	device->busy = 1;
	io->phase = 1;
	device_begins(device, io);
	if (io->outcome.service_ns > 0)
		device_wait(device, io, io->outcome.service_ns);
	else
		device_transfer(device, io);
}

static void
curve_arrive(struct device *device, struct io *io)
{
	int64_t *at_work = device->state;

	if (io->bytes == 0) {
		device_begins(device, io);
		device_end(io);
		return;
	}
	if (*at_work < device->config->queue_depth) {
		(*at_work)++;
		work(device, io);
	} else {
		io_line_append(&device->line, io);
	}
	device_changed(device, device->line.count);
}

static void
curve_moved(struct device *device, struct io *io)
{
	int64_t *at_work = device->state;
	struct io *next = io_line_take(&device->line);

	if (next != NULL)
		work(device, next);
	else
		device->busy = --*at_work > 0;
	device_changed(device, device->line.count);
	device_end(io);
}

static void
curve_create(struct device *device)
{
	device->state = g_new0(int64_t, 1);
}

static void
curve_destroy(struct device *device)
{
	g_free(device->state);
}

const struct device_model device_curve = {
    .name = "curve",
    .servers = curve_servers,
    .create = curve_create,
    .destroy = curve_destroy,
    .arrive = curve_arrive,
    .elapsed = device_transfer,
    .moved = curve_moved,
};
