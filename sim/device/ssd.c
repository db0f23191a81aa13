/*
 * Flash: dies behind channels behind an interface.  Up to `queue_depth`
 * commands are inside, the others wait before it.
 *
 * A read is cut into pages, each on the die that its address names.  A die
 * takes its reading time and is held until its channel has carried the data;
 * then the interface carries the whole.  A write crosses the interface first.
 * With a write cache it is over then, and full pages are programmed in the
 * background, die after die; without one it ends with its programs.  Dies begin
 * with reads before programs but interrupt nothing, so that a read may have to
 * wait for all of a program, and sometimes an erase: the tail of reads under
 * writes.
 *
 * SATA has one interface for both directions, NVMe one each.
 *
 * What it leaves out: maps and their cache, garbage collection but for its
 * share of programs and erases, suspended programs, reads of cached writes.
 */

#include "sim/device/device.h"

enum phase {
	/* Of commands: */
	PHASE_IN,    /* data of a write on the interface */
	PHASE_PAGES, /* on the dies */
	PHASE_OUT,   /* on the interface, and what the controller adds */
	/* Of pages: */
	PHASE_DIE,
	PHASE_CHANNEL,
};

struct die {
	struct io *at_work;
	struct io_line reads, programs;
	int64_t programmed; /* pages since the last erase */
};

struct ssd {
	struct die *dies;
	int64_t die_count, next_die; /* the one that gets the next program */
	int64_t *channel_free_ns;
	int64_t interface_free_ns[2]; /* to the host, from the host */
	int64_t inside, waiting;      /* waiting: pages, for their dies */
	struct io_line full; /* writes that wait for room in the cache */
	struct io_line flushes;
	int64_t dirty_bytes, unprogrammed_bytes;
	double owed;       /* programs by write amplification */
	uint64_t programs; /* all so far: their number names their draws */
};

static int64_t
ssd_servers(const struct disk_config *config)
{
	return (config->ssd.channels * config->ssd.dies);
}

static void
ssd_create(struct device *device)
{
	const struct ssd_config *config = &device->config->ssd;
	struct ssd *ssd = g_new0(struct ssd, 1);

	ssd->die_count = ssd_servers(device->config);
	ssd->dies = g_new0(struct die, ssd->die_count);
	ssd->channel_free_ns = g_new0(int64_t, config->channels);
	device->state = ssd;
}

static void
ssd_destroy(struct device *device)
{
	struct ssd *ssd = device->state;

	g_free(ssd->dies);
	g_free(ssd->channel_free_ns);
	g_free(ssd);
}

static void
changed(struct device *device)
{
	const struct ssd *ssd = device->state;

	device_changed(
	    device, device->line.count + ssd->full.count + ssd->waiting);
}

static int64_t
carry_ns(int64_t bytes, int64_t rate)
{
	return (rate == 0 ? 0 : (int64_t)((__int128)bytes * 1000000000 / rate));
}

/* Takes a resource that serves in the order of asking, for `ns`.  Returns how
 * long it is until that is over. */
static int64_t
reserve(int64_t *free_ns, int64_t now_ns, int64_t ns)
{
	*free_ns = MAX(*free_ns, now_ns) + ns;
	return (*free_ns - now_ns);
}

static int64_t
cross_interface(struct device *device, const struct io *io)
{
	const struct ssd_config *config = &device->config->ssd;
	struct ssd *ssd = device->state;
	int way = io->kind == IO_WRITE && device->config->model == DISK_NVME;

	return (reserve(&ssd->interface_free_ns[way], device_now(device),
	    config->command_ns + carry_ns(io->bytes, config->interface)));
}

/* ---- Dies ------------------------------------------------------------- */

static int64_t
program_ns(struct device *device, struct die *die, struct io *page)
{
	const struct ssd_config *config = &device->config->ssd;
	struct ssd *ssd = device->state;
	uint64_t number = ssd->programs++;
	int64_t ns;

	/* The data come over the channel first. */
	ns = reserve(&ssd->channel_free_ns[page->place % config->channels],
	    device_now(device),
	    carry_ns(page->bytes, config->channel_bandwidth));
	device->stream.object = UINT64_C(0xd1e) << 32 | device->number;
	ns += distribution_draw(&config->program, &device->stream, number);
	if (++die->programmed >= config->block_pages) {
		die->programmed = 0;
		device->stream.object ^= UINT64_C(1) << 63;
		ns +=
		    distribution_draw(&config->erase, &device->stream, number);
	}
	return (ns);
}

static int64_t
read_ns(struct device *device, const struct io *page)
{
	device->stream.object = page->object;
	return (distribution_draw(
	    &device->config->ssd.read, &device->stream, page->number));
}

static void
start_die(struct device *device, struct die *die)
{
	struct ssd *ssd = device->state;
	struct io *page;

	if (die->at_work != NULL)
		return;
	page = io_line_take(&die->reads);
	if (page == NULL)
		page = io_line_take(&die->programs);
	if (page == NULL)
		return;
	ssd->waiting--;
	device->busy++;
	die->at_work = page;
	page->phase = PHASE_DIE;
	if (page->parent != NULL && page->parent->unit++ == 0)
		device_begins(device, page->parent);
	device_wait(device, page,
	    page->kind == IO_READ ? read_ns(device, page)
				  : program_ns(device, die, page));
}

/* A page for a die; `parent` is the command that waits for it, or NULL. */
static void
add_page(struct device *device, struct io *parent, enum io_kind kind,
    int64_t die, int64_t bytes, io_done *done)
{
	struct ssd *ssd = device->state;
	struct io *page = device_new_io(device->driver);

	page->device = device;
	page->kind = kind;
	page->bytes = bytes;
	page->place = (uint32_t)die;
	page->done = done;
	page->parent = parent;
	if (parent != NULL) {
		page->object = parent->object + parent->parts++;
		page->number = parent->number;
	}
	ssd->waiting++;
	io_line_append(
	    kind == IO_READ ? &ssd->dies[die].reads : &ssd->dies[die].programs,
	    page);
	start_die(device, &ssd->dies[die]);
}

/* ---- Commands --------------------------------------------------------- */

static void enter(struct device *device, struct io *io);

static void
leave(struct device *device, struct io *io)
{
	struct ssd *ssd = device->state;
	struct io *next = io_line_take(&device->line);

	ssd->inside--;
	if (next != NULL)
		enter(device, next);
	changed(device);
	device_end(io);
}

static void
add_overhead(struct device *device, struct io *io, int64_t ns)
{
	const struct ssd_config *config = &device->config->ssd;

	io->phase = PHASE_OUT;
	ns += io->kind == IO_READ ? config->read_overhead_ns
				  : config->write_overhead_ns;
	device_wait(device, io, ns + io->outcome.service_ns);
}

/* The last page of a command is over. */
static void
command_page_done(struct io *page)
{
	struct io *io = page->parent;
	struct device *device = io->device;

	if (--io->parts == 0)
		add_overhead(device, io,
		    io->kind == IO_READ ? cross_interface(device, io) : 0);
}

static void
spread_over_dies(struct device *device, struct io *io)
{
	const struct ssd *ssd = device->state;
	int64_t page = device->config->ssd.page, at = io->offset_bytes;
	int64_t end = at + MAX(io->bytes, 1), next;

	io->phase = PHASE_PAGES;
	for (; at < end; at = next) {
		next = MIN(end, at / page * page + page);
		add_page(device, io, io->kind, at / page % ssd->die_count,
		    next - at, command_page_done);
	}
	changed(device);
}

/* ---- The write cache -------------------------------------------------- */

static void let_in(struct device *device);

static void
cached_page_done(struct io *page)
{
	struct device *device = page->device;
	struct ssd *ssd = device->state;

	ssd->dirty_bytes -= page->bytes;
	let_in(device);
	while (ssd->dirty_bytes == 0 && ssd->flushes.count > 0)
		leave(device, io_line_take(&ssd->flushes));
}

static void
program_next(struct device *device, int64_t bytes)
{
	struct ssd *ssd = device->state;
	int64_t die = ssd->next_die;

	ssd->next_die = (die + 1) % ssd->die_count;
	add_page(device, NULL, IO_WRITE, die, bytes, cached_page_done);
}

/* Programs full pages of what the cache holds, or all of it. */
static void
program_cache(struct device *device, bool all)
{
	const struct ssd_config *config = &device->config->ssd;
	struct ssd *ssd = device->state;
	int64_t bytes;

	while (ssd->unprogrammed_bytes >= config->page ||
	    (all && ssd->unprogrammed_bytes > 0)) {
		bytes = MIN(ssd->unprogrammed_bytes, config->page);
		ssd->unprogrammed_bytes -= bytes;
		program_next(device, bytes);
		/* What is moved for the sake of erasing costs programs too. */
		for (ssd->owed += config->write_amplification - 1;
		     ssd->owed >= 1; ssd->owed--)
			program_next(device, 0);
	}
}

static bool
has_room(const struct device *device, const struct io *io)
{
	const struct ssd *ssd = device->state;

	return (ssd->dirty_bytes == 0 ||
	    ssd->dirty_bytes + io->bytes <= device->config->ssd.write_cache);
}

static void
cache_write(struct device *device, struct io *io)
{
	struct ssd *ssd = device->state;

	ssd->dirty_bytes += io->bytes;
	ssd->unprogrammed_bytes += io->bytes;
	program_cache(device, ssd->flushes.count > 0);
	device_begins(device, io);
	add_overhead(device, io, 0);
}

static void
let_in(struct device *device)
{
	struct ssd *ssd = device->state;

	while (ssd->full.first != NULL && has_room(device, ssd->full.first))
		cache_write(device, io_line_take(&ssd->full));
	/* A cache too small for a page must not wait for one to be full. */
	if (ssd->full.first != NULL)
		program_cache(device, true);
}

/* ---- The model -------------------------------------------------------- */

static void
data_are_in(struct device *device, struct io *io)
{
	struct ssd *ssd = device->state;

	if (device->config->ssd.write_cache == 0) {
		spread_over_dies(device, io);
		return;
	}
	io_line_append(&ssd->full, io);
	let_in(device);
	changed(device);
}

static void
enter(struct device *device, struct io *io)
{
	struct ssd *ssd = device->state;

	ssd->inside++;
	switch (io->kind) {
	case IO_READ:
		spread_over_dies(device, io);
		break;
	case IO_WRITE:
		io->phase = PHASE_IN;
		device_wait(device, io, cross_interface(device, io));
		break;
	case IO_FLUSH:
		device_begins(device, io);
		if (ssd->dirty_bytes == 0) {
			add_overhead(device, io, 0);
			break;
		}
		io_line_append(&ssd->flushes, io);
		program_cache(device, true);
		break;
	}
}

static void
ssd_arrive(struct device *device, struct io *io)
{
	struct ssd *ssd = device->state;

	if (ssd->inside < device->config->queue_depth) {
		enter(device, io);
	} else {
		io_line_append(&device->line, io);
		changed(device);
	}
}

/* The die goes on to its next page before anybody hears of this one. */
static void
page_is_over(struct device *device, struct io *page)
{
	struct ssd *ssd = device->state;
	struct die *die = &ssd->dies[page->place];

	die->at_work = NULL;
	device->busy--;
	start_die(device, die);
	changed(device);
	device_end(page);
}

static void
die_is_over(struct device *device, struct io *page)
{
	const struct ssd_config *config = &device->config->ssd;
	struct ssd *ssd = device->state;

	if (page->kind == IO_WRITE || config->channel_bandwidth == 0) {
		page_is_over(device, page);
		return;
	}
	page->phase = PHASE_CHANNEL;
	device_wait(device, page,
	    reserve(&ssd->channel_free_ns[page->place % config->channels],
		device_now(device),
		carry_ns(page->bytes, config->channel_bandwidth)));
}

static void
ssd_elapsed(struct device *device, struct io *io)
{
	switch ((enum phase)io->phase) {
	case PHASE_IN:
		data_are_in(device, io);
		break;
	case PHASE_PAGES:
		g_assert_not_reached();
	case PHASE_OUT:
		leave(device, io);
		break;
	case PHASE_DIE:
		die_is_over(device, io);
		break;
	case PHASE_CHANNEL:
		page_is_over(device, io);
		break;
	}
}

const struct device_model device_ssd = {
    .name = "ssd",
    .servers = ssd_servers,
    .create = ssd_create,
    .destroy = ssd_destroy,
    .arrive = ssd_arrive,
    .elapsed = ssd_elapsed,
};

const struct device_model device_nvme = {
    .name = "nvme",
    .servers = ssd_servers,
    .create = ssd_create,
    .destroy = ssd_destroy,
    .arrive = ssd_arrive,
    .elapsed = ssd_elapsed,
};
