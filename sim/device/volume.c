/*
 * Devices made of devices: stripe (gstripe), mirror (gmirror) and RAID-5.  The
 * volume only cuts I/Os into parts for its members, which queue and serve them;
 * an I/O is over when its last part is.
 *
 * A mirror reads from the member with the fewest of the volume's parts, in turn
 * where they are equal, and writes to all.  RAID-5 rotates its parity over the
 * members; a write that does not cover a whole row first reads what it replaces
 * and the old parity, then writes both: the small-write penalty of four I/Os.
 *
 * A member that fails fails the I/O: redundancy hides nothing.  Left out:
 * rebuilding, and caches of the volume's own.
 */

#include "sim/device/device.h"

/* An I/O's parts of the second round, RAID-5's writes behind its reads. */
enum phase { PHASE_ONLY, PHASE_OLD_DATA };

struct volume {
	struct device **members;
	int64_t *at_work; /* parts, by member */
	int64_t count, next;
};

static int64_t
volume_servers(const struct disk_config *config)
{
	return (config->members->len);
}

static void
volume_create(struct device *device)
{
	const GArray *numbers = device->config->members;
	struct volume *v = g_new0(struct volume, 1);
	guint i;

	v->count = numbers->len;
	v->members = g_new(struct device *, v->count);
	v->at_work = g_new0(int64_t, v->count);
	for (i = 0; i < numbers->len; i++)
		v->members[i] = device_by_number(
		    device->driver, g_array_index(numbers, uint32_t, i));
	device->state = v;
}

static void
volume_destroy(struct device *device)
{
	struct volume *v = device->state;

	g_free(v->members);
	g_free(v->at_work);
	g_free(v);
}

/* ---- Parts ------------------------------------------------------------ */

static void part_done(struct io *part);

static void
add_part(struct device *device, struct io *io, enum io_kind kind,
    int64_t member, int64_t offset, int64_t bytes)
{
	struct volume *v = device->state;
	struct io *part = device_new_io(device->driver);

	part->kind = kind;
	part->offset_bytes = offset;
	part->bytes = bytes;
	part->parent = io;
	part->done = part_done;
	part->drawn = io->drawn;
	part->number = io->number;
	/* Members draw apart from each other. */
	part->object = io->object ^
	    UINT64_C(0x9e3779b97f4a7c15) *
		(io->unit++ * 64 + (uint64_t)member + 1);
	part->member = (uint32_t)member;
	io->parts++;
	if (v->at_work[member]++ == 0)
		device->busy++;
	device_submit(v->members[member], part);
}

static int64_t
chunk_bytes(const struct device *device)
{
	return (device->config->stripe);
}

/* ---- Stripe ----------------------------------------------------------- */

static void
stripe_parts(struct device *device, struct io *io)
{
	const struct volume *v = device->state;
	int64_t chunk = chunk_bytes(device), at = io->offset_bytes, next;
	int64_t end = at + MAX(io->bytes, 1);

	for (; at < end; at = next) {
		next = MIN(end, at / chunk * chunk + chunk);
		add_part(device, io, io->kind, at / chunk % v->count,
		    at / chunk / v->count * chunk + at % chunk,
		    io->bytes == 0 ? 0 : next - at);
	}
}

/* ---- Mirror ----------------------------------------------------------- */

static void
mirror_parts(struct device *device, struct io *io)
{
	struct volume *v = device->state;
	int64_t i, member, best = v->next;

	if (io->kind != IO_READ) {
		for (i = 0; i < v->count; i++)
			add_part(device, io, io->kind, i, io->offset_bytes,
			    io->bytes);
		return;
	}
	for (i = 0; i < v->count; i++) {
		member = (v->next + i) % v->count;
		if (v->at_work[member] < v->at_work[best])
			best = member;
	}
	v->next = (best + 1) % v->count;
	add_part(device, io, IO_READ, best, io->offset_bytes, io->bytes);
}

/* ---- RAID-5 ----------------------------------------------------------- */

/* Parts of `kind` for the data of an I/O, and for its rows' parity if that is
 * asked for.  Each row has its parity on another member. */
static void
raid5_parts(
    struct device *device, struct io *io, enum io_kind kind, bool parity)
{
	const struct volume *v = device->state;
	int64_t chunk = chunk_bytes(device), row_bytes = chunk * (v->count - 1);
	int64_t at = io->offset_bytes, end = at + MAX(io->bytes, 1);
	int64_t row, next, last_row = -1, on_member, place;

	for (; at < end; at = next) {
		next = MIN(end, at / chunk * chunk + chunk);
		row = at / row_bytes;
		place = v->count - 1 - row % v->count; /* of the parity */
		on_member = row * chunk + at % chunk;
		if (parity && row != last_row)
			add_part(device, io, kind, place, on_member,
			    MIN(next - at, chunk));
		last_row = row;
		add_part(device, io, kind,
		    (place + 1 + at % row_bytes / chunk) % v->count, on_member,
		    io->bytes == 0 ? 0 : next - at);
	}
}

static bool
covers_rows(const struct device *device, const struct io *io)
{
	const struct volume *v = device->state;
	int64_t row_bytes = chunk_bytes(device) * (v->count - 1);

	return (io->bytes > 0 && io->offset_bytes % row_bytes == 0 &&
	    io->bytes % row_bytes == 0);
}

static void
raid5_begin(struct device *device, struct io *io)
{
	if (io->kind == IO_READ) {
		raid5_parts(device, io, IO_READ, false);
	} else if (covers_rows(device, io)) {
		raid5_parts(device, io, IO_WRITE, true);
	} else {
		io->phase = PHASE_OLD_DATA;
		raid5_parts(device, io, IO_READ, true);
	}
}

/* ---- All of them ------------------------------------------------------ */

static void
flush_members(struct device *device, struct io *io)
{
	const struct volume *v = device->state;
	int64_t i;

	for (i = 0; i < v->count; i++)
		add_part(device, io, IO_FLUSH, i, 0, 0);
}

static void
cut(struct device *device, struct io *io)
{
	io->phase = PHASE_ONLY;
	if (io->kind == IO_FLUSH)
		flush_members(device, io);
	else if (device->config->model == DISK_STRIPE)
		stripe_parts(device, io);
	else if (device->config->model == DISK_MIRROR)
		mirror_parts(device, io);
	else
		raid5_begin(device, io);
}

static void
part_done(struct io *part)
{
	struct io *io = part->parent;
	struct device *device = io->device;
	struct volume *v = device->state;

	if (--v->at_work[part->member] == 0)
		device->busy--;
	if (part->outcome.result.error != KE_OK)
		io->outcome.result = part->outcome.result;
	if (--io->parts == 0) {
		if (io->phase == PHASE_OLD_DATA &&
		    io->outcome.result.error == KE_OK) {
			io->phase = PHASE_ONLY;
			raid5_parts(device, io, IO_WRITE, true);
		} else {
			device_end(io);
		}
	}
	device_changed(device, 0);
}

static void
volume_arrive(struct device *device, struct io *io)
{
	device_begins(device, io);
	if (io->outcome.service_ns > 0)
		device_wait(device, io, io->outcome.service_ns);
	else
		cut(device, io);
	device_changed(device, 0);
}

static void
volume_elapsed(struct device *device, struct io *io)
{
	cut(device, io);
	device_changed(device, 0);
}

#define VOLUME(word)                                                \
	{                                                           \
		.name = (word), .servers = volume_servers,          \
		.create = volume_create, .destroy = volume_destroy, \
		.arrive = volume_arrive, .elapsed = volume_elapsed, \
	}

const struct device_model device_stripe = VOLUME("stripe");
const struct device_model device_mirror = VOLUME("mirror");
const struct device_model device_raid5 = VOLUME("raid5");
