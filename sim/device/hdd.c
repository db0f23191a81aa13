/*
 * Hard disk: one arm.  Up to `queue_depth` commands are inside the drive, the
 * others wait before it.  A command takes its overhead, beside whatever the arm
 * does; then the scheduler decides when it gets the arm, for the positioning
 * and the pass over its sectors.  Reads of what the buffer holds do not need
 * the arm.  With a write cache, a write is over when the drive has its data;
 * the medium gets them when the arm has no other work, when the cache is full,
 * or at a flush.
 *
 * What it leaves out: a read of data that are still in the write cache goes to
 * the medium, and commands do not wait for each other at the interface.
 */

#include "sim/device/device.h"
#include "sim/device/hdd_buffer.h"

/* How many of the write cache's I/Os the scheduler looks at. */
#define DIRTY_WINDOW 128
#define BEHIND (INT64_C(1) << 61) /* elevator: for the next sweep */

enum phase { PHASE_COMMAND, PHASE_ARM, PHASE_BUFFER };

struct hdd {
	struct hdd_geometry geometry;
	struct hdd_buffer buffer;
	uint32_t cylinder, head; /* where the arm is */
	int64_t swept;           /* elevator: offset that it has come to */
	struct io *on_arm;
	int64_t inside;
	struct io_line ready; /* commands that want the arm */
	struct io_line dirty; /* the write cache's own I/Os */
	struct io_line full;  /* writes that wait for room in it */
	struct io_line flushes;
	int64_t dirty_bytes;
};

static int64_t
hdd_servers(const struct disk_config *config)
{
	(void)config;
	return (1);
}

static void
hdd_create(struct device *device)
{
	const struct hdd_config *config = &device->config->hdd;
	struct hdd *hdd = g_new0(struct hdd, 1);

	hdd_geometry_init(&hdd->geometry, config);
	hdd_buffer_init(&hdd->buffer, config->segments, config->read_ahead);
	device->state = hdd;
}

static void
hdd_destroy(struct device *device)
{
	struct hdd *hdd = device->state;

	hdd_geometry_release(&hdd->geometry);
	hdd_buffer_release(&hdd->buffer);
	g_free(hdd);
}

static void
changed(struct device *device)
{
	struct hdd *hdd = device->state;

	device_changed(
	    device, device->line.count + hdd->ready.count + hdd->full.count);
}

static int64_t
interface_ns(const struct device *device, int64_t bytes)
{
	return ((int64_t)((__int128)bytes * 1000000000 /
	    device->config->hdd.interface));
}

/* ---- Which one next --------------------------------------------------- */

struct choice {
	struct io_line *line;
	struct io *before, *io; /* before: NULL for the first of the line */
	int64_t cost;
};

static int64_t
cost_of(const struct device *device, const struct io *io, int64_t now_ns)
{
	const struct hdd *hdd = device->state;

	switch (device->config->hdd.scheduler) {
	case HDD_FIFO:
		return ((int64_t)io->sequence);
	case HDD_ELEVATOR:
		return (io->offset_bytes -
		    (io->offset_bytes < hdd->swept ? hdd->swept - BEHIND
						   : hdd->swept));
	case HDD_SPTF:
		return (hdd_position_ns(&hdd->geometry, now_ns,
		    hdd_move_ns(&hdd->geometry, hdd->cylinder, hdd->head,
			io->place, io->unit, io->kind == IO_WRITE),
		    io->mark_ns));
	}
	g_assert_not_reached();
}

static void
consider(const struct device *device, struct io_line *line, int64_t window,
    struct choice *best)
{
	bool fifo = device->config->hdd.scheduler == HDD_FIFO;
	int64_t cost, now_ns = device_now(device);
	struct io *io, *before = NULL;

	for (io = line->first; io != NULL && window-- > 0; io = io->next) {
		cost = cost_of(device, io, now_ns);
		if (best->io == NULL || cost < best->cost)
			*best = (struct choice) {line, before, io, cost};
		if (fifo)
			break;
		before = io;
	}
}

/* The next I/O for the arm, out of its line; NULL if there is none. */
static struct io *
choose(const struct device *device)
{
	struct hdd *hdd = device->state;
	struct choice best = {0};

	consider(device, &hdd->ready, INT64_MAX, &best);
	if (best.io == NULL || hdd->full.count > 0 || hdd->flushes.count > 0)
		consider(device, &hdd->dirty, DIRTY_WINDOW, &best);
	if (best.io != NULL)
		io_line_remove(best.line, best.before, best.io);
	return (best.io);
}

/* ---- The arm ---------------------------------------------------------- */

static void
start_arm(struct device *device)
{
	struct hdd *hdd = device->state;
	int64_t now_ns = device_now(device), move_ns, wait_ns, blocks;
	struct io *io;

	if (hdd->on_arm != NULL || (io = choose(device)) == NULL)
		return;
	hdd->on_arm = io;
	hdd_buffer_stop(&hdd->buffer, now_ns);
	io->phase = PHASE_ARM;
	device->busy = 1;
	device_begins(device, io);
	move_ns = hdd_move_ns(&hdd->geometry, hdd->cylinder, hdd->head,
	    io->place, io->unit, io->kind == IO_WRITE);
	blocks = (io->bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
	wait_ns = hdd_position_ns(&hdd->geometry, now_ns, move_ns, io->mark_ns);
	io->mark_ns = hdd_pass_ns(
	    &hdd->geometry, io->offset_bytes / SECTOR_BYTES, blocks);
	device_wait(device, io, wait_ns + io->mark_ns);
}

static void command_understood(struct device *device, struct io *io);

static void
enter(struct device *device, struct io *io)
{
	struct hdd *hdd = device->state;
	int64_t ns = device->config->hdd.overhead_ns + io->outcome.service_ns;
	struct hdd_place place;

	hdd->inside++;
	place = hdd_locate(&hdd->geometry, io->offset_bytes / SECTOR_BYTES);
	io->place = place.cylinder;
	io->unit = place.head;
	io->mark_ns = place.angle_ns;
	io->phase = PHASE_COMMAND;
	if (ns > 0)
		device_wait(device, io, ns);
	else
		command_understood(device, io);
}

/* The command is over: the next one may come in, and the arm go on, before
 * anybody else runs. */
static void
leave(struct device *device, struct io *io)
{
	struct hdd *hdd = device->state;
	struct io *next = io_line_take(&device->line);

	hdd->inside--;
	if (next != NULL)
		enter(device, next);
	start_arm(device);
	changed(device);
	device_end(io);
}

/* ---- The write cache -------------------------------------------------- */

static void
discard(struct io *io)
{
	(void)io;
}

/* The data are in the cache: an I/O of the drive's own is to put them onto the
 * medium some time. */
static void
accept_write(struct device *device, struct io *io)
{
	struct hdd *hdd = device->state;
	struct io *own = device_new_io(device->driver);

	hdd->dirty_bytes += io->bytes;
	own->device = device;
	own->kind = IO_WRITE;
	own->done = discard;
	own->offset_bytes = io->offset_bytes;
	own->bytes = io->bytes;
	own->place = io->place;
	own->unit = io->unit;
	own->mark_ns = io->mark_ns;
	io_line_append(&hdd->dirty, own);
	io->phase = PHASE_BUFFER;
	device_begins(device, io);
	device_wait(device, io, interface_ns(device, io->bytes));
}

static bool
has_room(const struct device *device, const struct io *io)
{
	const struct hdd *hdd = device->state;

	return (hdd->dirty_bytes == 0 ||
	    hdd->dirty_bytes + io->bytes <= device->config->hdd.write_cache);
}

static void
cleaned(struct device *device, struct io *own)
{
	struct hdd *hdd = device->state;

	hdd->dirty_bytes -= own->bytes;
	device_end(own);
	while (hdd->full.first != NULL && has_room(device, hdd->full.first))
		accept_write(device, io_line_take(&hdd->full));
	if (hdd->dirty.count > 0)
		return;
	while (hdd->flushes.count > 0)
		leave(device, io_line_take(&hdd->flushes));
}

/* ---- Commands --------------------------------------------------------- */

static bool
is_own(const struct io *io)
{
	return (io->done == discard);
}

static void
flush(struct device *device, struct io *io)
{
	struct hdd *hdd = device->state;

	device_begins(device, io);
	if (hdd->dirty.count > 0 ||
	    (hdd->on_arm != NULL && is_own(hdd->on_arm)))
		io_line_append(&hdd->flushes, io);
	else
		leave(device, io);
}

static void
command_understood(struct device *device, struct io *io)
{
	struct hdd *hdd = device->state;
	int64_t hit_ns = -1;

	if (io->kind == IO_FLUSH) {
		flush(device, io);
	} else if (io->kind == IO_WRITE &&
	    device->config->hdd.write_cache > 0) {
		if (hdd->full.count == 0 && has_room(device, io))
			accept_write(device, io);
		else
			io_line_append(&hdd->full, io);
	} else {
		if (io->kind == IO_READ)
			hit_ns =
			    hdd_buffer_hit_ns(&hdd->buffer, device_now(device),
				io->offset_bytes, io->offset_bytes + io->bytes);
		if (hit_ns >= 0) {
			io->phase = PHASE_BUFFER;
			device_begins(device, io);
			device_wait(device, io,
			    hit_ns + interface_ns(device, io->bytes));
		} else {
			io_line_append(&hdd->ready, io);
		}
	}
	start_arm(device);
	changed(device);
}

/* The arm has passed over the last sector.  An interface that is slower than
 * the medium is still busy with what was read. */
static void
arm_is_free(struct device *device, struct io *io)
{
	struct hdd *hdd = device->state;
	int64_t end = io->offset_bytes + io->bytes;
	struct hdd_segment *segment = NULL;
	struct hdd_place place;
	int64_t late_ns;

	place = hdd_locate(
	    &hdd->geometry, MAX(end - 1, io->offset_bytes) / SECTOR_BYTES);
	hdd->cylinder = place.cylinder;
	hdd->head = place.head;
	hdd->swept = end;
	hdd->on_arm = NULL;
	device->busy = 0;
	if (io->kind == IO_READ)
		segment = hdd_buffer_fill(&hdd->buffer, io->offset_bytes, end);
	late_ns = io->kind == IO_READ
	    ? interface_ns(device, io->bytes) - io->mark_ns
	    : 0;
	if (is_own(io)) {
		cleaned(device, io);
	} else if (late_ns > 0) {
		io->phase = PHASE_BUFFER;
		device_wait(device, io, late_ns);
	} else {
		leave(device, io);
	}
	start_arm(device);
	changed(device);
	if (hdd->on_arm == NULL)
		hdd_buffer_grow(
		    &hdd->buffer, segment, device_now(device), &hdd->geometry);
}

static void
hdd_arrive(struct device *device, struct io *io)
{
	struct hdd *hdd = device->state;

	if (hdd->inside < device->config->queue_depth) {
		enter(device, io);
	} else {
		io_line_append(&device->line, io);
		changed(device);
	}
}

static void
hdd_elapsed(struct device *device, struct io *io)
{
	switch ((enum phase)io->phase) {
	case PHASE_COMMAND:
		command_understood(device, io);
		break;
	case PHASE_ARM:
		arm_is_free(device, io);
		break;
	case PHASE_BUFFER:
		leave(device, io);
		break;
	}
}

const struct device_model device_hdd = {
    .name = "hdd",
    .servers = hdd_servers,
    .create = hdd_create,
    .destroy = hdd_destroy,
    .arrive = hdd_arrive,
    .elapsed = hdd_elapsed,
};
