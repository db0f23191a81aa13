/*
 * The cache of files: blocks in order of their last use, with write-back.
 *
 * A read of which all blocks are there ends at once; else the missing part
 * comes from the device, with some more behind it if the file is read in
 * sequence.  A write ends when its blocks are dirty; blocks it covers only in
 * part are read first.  Dirty blocks go to the device when they are older than
 * the syncer's period, at an fsync of their file, or, oldest first, when more
 * than the limit are dirty: then writers wait until half of them are clean
 * (bwillwrite, buf_daemon, vfs_bio.c).
 *
 * Left out: writing neighbours together, and waiting for a block that somebody
 * else reads already: both read it.
 */

#include "sim/driver_impl.h"
#include "sim/vnode.h"

/* Blocks that are written back at once by the syncer and under pressure:
 * FreeBSD bounds the bytes in writing (vfs.hirunningspace). */
#define RUNNING_BYTES (INT64_C(16) << 20)

struct block {
	int64_t key; /* device and number */
	uint32_t file;
	bool dirty, used; /* used: in `clean` */
	unsigned writing; /* writes of it under way */
	int64_t dirtied_ns;
	GList link; /* in `clean` or `dirty`, if not only being written */
};

struct cache {
	const struct cache_config *config;
	GHashTable *blocks;
	GQueue clean, dirty; /* least recently used, longest dirty first */
	int64_t capacity, dirty_most;
	int64_t running;        /* writes under way */
	bool pressed;           /* writers wait, or more than the limit */
	struct io_line stalled; /* writes that wait for clean blocks */
	bool timer;             /* the syncer is on the agenda */
};

struct cache *
cache_new(struct driver *d)
{
	const struct cache_config *config = &d->setup.scenario->cache;
	struct cache *c = g_new0(struct cache, 1);

	c->config = config;
	c->blocks =
	    g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	c->capacity = MAX(config->size / config->block, 1);
	c->dirty_most = config->dirty_limit > 0
	    ? MAX(config->dirty_limit / config->block, 1)
	    : MAX(c->capacity / 4, 1);
	return (c);
}

void
cache_free(struct cache *c)
{
	g_hash_table_destroy(c->blocks);
	g_free(c);
}

/* ---- Blocks ----------------------------------------------------------- */

static struct block *
find_block(const struct cache *c, const struct vnode *v, int64_t number)
{
	int64_t key = number << 16 | v->device->number;

	return (g_hash_table_lookup(c->blocks, &key));
}

/* A hit makes a clean block the last to go. */
static void
touch(struct cache *c, struct block *block)
{
	if (!block->used)
		return;
	g_queue_unlink(&c->clean, &block->link);
	g_queue_push_tail_link(&c->clean, &block->link);
}

static void
make_clean(struct cache *c, struct block *block)
{
	block->used = true;
	g_queue_push_tail_link(&c->clean, &block->link);
}

static void
make_room(struct cache *c)
{
	struct block *oldest;
	GList *link;

	while (g_hash_table_size(c->blocks) >= (guint)c->capacity &&
	    (link = g_queue_pop_head_link(&c->clean)) != NULL) {
		oldest = link->data;
		g_hash_table_remove(c->blocks, &oldest->key);
	}
}

/* The block, in no list if it is new. */
static struct block *
enter_block(struct cache *c, const struct vnode *v, int64_t number)
{
	struct block *block = find_block(c, v, number);

	if (block != NULL)
		return (block);
	make_room(c);
	block = g_new0(struct block, 1);
	block->key = number << 16 | v->device->number;
	block->file = v->number;
	block->link.data = block;
	g_hash_table_insert(c->blocks, &block->key, block);
	return (block);
}

/* ---- Writing back ----------------------------------------------------- */

static void clean_some(struct driver *d);
static void write_into_cache(struct driver *d, struct io *io);

static void
fsync_device(struct vnode *v)
{
	struct io *io;

	while (v->unclean == 0 && (io = io_line_take(&v->fsyncs)) != NULL)
		device_submit(v->device, io);
}

static void
wake_stalled(struct driver *d)
{
	struct cache *c = d->cache;

	if ((int64_t)c->dirty.length + c->running <= c->dirty_most / 2)
		c->pressed = false;
	while (!c->pressed && c->stalled.first != NULL)
		write_into_cache(d, io_line_take(&c->stalled));
}

static void
written_back(struct io *io)
{
	struct driver *d = io->device->driver;
	struct cache *c = d->cache;
	int64_t key =
	    io->offset_bytes / c->config->block << 16 | io->device->number;
	struct block *block = g_hash_table_lookup(c->blocks, &key);
	struct vnode *v = &d->vnodes[block->file];

	c->running--;
	v->unclean--;
	if (--block->writing == 0 && !block->dirty)
		make_clean(c, block);
	wake_stalled(d);
	fsync_device(v);
	clean_some(d);
}

static void
write_back(struct driver *d, struct block *block)
{
	struct cache *c = d->cache;
	struct vnode *v = &d->vnodes[block->file];
	struct io *io = device_new_io(d);

	g_queue_unlink(&c->dirty, &block->link);
	block->dirty = false;
	block->writing++;
	c->running++;
	io->kind = IO_WRITE;
	io->offset_bytes = (block->key >> 16) * c->config->block;
	io->bytes = c->config->block;
	io->done = written_back;
	/* Draws by the block, since no operation stands behind it. */
	io->drawn = true;
	io->object = STREAM_CACHE;
	io->number = d->sequence;
	recorder_file_written_back(d->recorder, d->now_ns, v->number);
	device_submit(v->device, io);
}

static void
syncer_wakes(struct io *io)
{
	struct driver *d = io->owner;

	d->cache->timer = false;
	clean_some(d);
}

static void
set_syncer(struct driver *d, int64_t at_ns)
{
	struct io *io;

	if (d->cache->timer)
		return;
	d->cache->timer = true;
	io = device_new_io(d);
	io->done = syncer_wakes;
	io->owner = d;
	agenda_at(d, at_ns, io->sequence, AGENDA_SERVICE, io->index);
}

/* Writes back what is due, as much as may be under way at once. */
static void
clean_some(struct driver *d)
{
	struct cache *c = d->cache;
	struct block *oldest;
	int64_t due_ns;

	while (c->dirty.length > 0 &&
	    c->running < MAX(RUNNING_BYTES / c->config->block, 1)) {
		oldest = c->dirty.head->data;
		due_ns = oldest->dirtied_ns + c->config->syncer_ns;
		if (!c->pressed && due_ns > d->now_ns) {
			set_syncer(d, due_ns);
			return;
		}
		write_back(d, oldest);
	}
}

static void
clean_file(struct driver *d, struct vnode *v)
{
	GList *link, *next;

	for (link = d->cache->dirty.head; link != NULL; link = next) {
		struct block *block = link->data;

		next = link->next;
		if (block->file == v->number)
			write_back(d, block);
	}
}

/* ---- Reads ------------------------------------------------------------ */

struct span {
	int64_t first, last; /* missing blocks; last < first: none */
};

static struct span
missing(struct cache *c, const struct vnode *v, const struct io *io)
{
	int64_t number = io->offset_bytes / c->config->block;
	int64_t last = (io->offset_bytes + io->bytes - 1) / c->config->block;
	struct span span = {0, -1};
	struct block *block;

	for (; number <= last; number++) {
		block = find_block(c, v, number);
		if (block != NULL) {
			touch(c, block);
			continue;
		}
		if (span.last < 0)
			span.first = number;
		span.last = number;
	}
	return (span);
}

static void
loaded(struct io *load)
{
	struct io *io = load->parent;
	struct driver *d = io->device->driver;
	struct cache *c = d->cache;
	int64_t number = load->offset_bytes / c->config->block;
	int64_t last =
	    (load->offset_bytes + load->bytes - 1) / c->config->block;
	struct block *block;

	if (load->outcome.result.error != KE_OK) {
		io->outcome.result = load->outcome.result;
		io_served_by_cache(d, io);
		return;
	}
	for (; number <= last; number++) {
		block = enter_block(c, io->vnode, number);
		if (!block->used && !block->dirty && block->writing == 0)
			make_clean(c, block);
	}
	if (io->kind == IO_WRITE)
		write_into_cache(d, io);
	else
		io_served_by_cache(d, io);
}

static void
load(struct driver *d, struct vnode *v, struct io *io, struct span span)
{
	const struct cache_config *config = d->cache->config;
	struct io *load_io = device_new_io(d);
	int64_t end = v->config->start + v->config->size;

	load_io->kind = IO_READ;
	load_io->parent = io;
	load_io->done = loaded;
	load_io->drawn = io->drawn;
	load_io->object = io->object;
	load_io->number = io->number;
	load_io->offset_bytes = span.first * config->block;
	load_io->bytes = (span.last - span.first + 1) * config->block;
	if (io->kind == IO_READ && io->offset_bytes == v->next_offset)
		load_io->bytes += config->read_ahead;
	load_io->bytes =
	    MAX(MIN(load_io->bytes, end - load_io->offset_bytes), 1);
	device_begins(v->device, io);
	device_submit(v->device, load_io);
}

static void
read_through_cache(struct driver *d, struct vnode *v, struct io *io)
{
	struct span span = missing(d->cache, v, io);

	recorder_file_read(d->recorder, d->now_ns, v->number, span.last < 0);
	if (span.last < 0)
		io_served_by_cache(d, io);
	else
		load(d, v, io, span);
	v->next_offset = io->offset_bytes + io->bytes;
}

/* ---- Writes ----------------------------------------------------------- */

static void
dirty_block(struct driver *d, struct vnode *v, int64_t number)
{
	struct cache *c = d->cache;
	struct block *block = enter_block(c, v, number);

	if (block->dirty)
		return;
	if (block->used)
		g_queue_unlink(&c->clean, &block->link);
	block->used = false;
	block->dirty = true;
	block->dirtied_ns = d->now_ns;
	g_queue_push_tail_link(&c->dirty, &block->link);
	v->unclean++;
}

/* Its blocks are there, as far as it needs their old contents. */
static void
write_into_cache(struct driver *d, struct io *io)
{
	int64_t block = d->cache->config->block;
	int64_t number = io->offset_bytes / block;
	int64_t last = (io->offset_bytes + io->bytes - 1) / block;

	for (; number <= last; number++)
		dirty_block(d, io->vnode, number);
	if ((int64_t)d->cache->dirty.length > d->cache->dirty_most)
		d->cache->pressed = true;
	clean_some(d);
	io_served_by_cache(d, io);
}

static void
write_through_cache(struct driver *d, struct vnode *v, struct io *io)
{
	struct cache *c = d->cache;
	struct span span;

	if (c->pressed) {
		io_line_append(&c->stalled, io);
		return;
	}
	span = missing(c, v, io);
	if (span.last < 0 ||
	    (io->offset_bytes % c->config->block == 0 &&
		io->bytes % c->config->block == 0))
		write_into_cache(d, io);
	else
		load(d, v, io, span);
}

/* ---- All -------------------------------------------------------------- */

/* A share of reads hits, by draw; writes go to the device. */
static void
serve_by_ratio(struct driver *d, struct vnode *v, struct io *io)
{
	struct stream stream = v->device->stream;
	uint64_t words[4];
	bool hit;

	if (io->kind != IO_READ) {
		device_submit(v->device, io);
		return;
	}
	stream.purpose = STREAM_CACHE;
	stream.object = io->object;
	stream_words(&stream, io->number, words);
	hit = uniform_from_word(words[0]) < v->config->hit_ratio;
	recorder_file_read(d->recorder, d->now_ns, v->number, hit);
	if (hit)
		io_served_by_cache(d, io);
	else
		device_submit(v->device, io);
}

void
cache_serve(struct driver *d, struct vnode *v, struct io *io)
{
	if (v->config->cache == CACHE_RATIO) {
		serve_by_ratio(d, v, io);
	} else if (io->kind == IO_FLUSH) {
		io_line_append(&v->fsyncs, io);
		clean_file(d, v);
		fsync_device(v);
	} else if (io->bytes == 0) {
		io_served_by_cache(d, io);
	} else if (io->kind == IO_READ) {
		read_through_cache(d, v, io);
	} else {
		write_through_cache(d, v, io);
	}
}
