/*
 * The lock of a file, as far as it decides who waits for whom.
 *
 * FreeBSD takes two for a read or write of a daemon, which gives its offset:
 * the range lock (vn_io_fault, kern_rangelock.c) and the vnode lock (vn_read,
 * vn_write).  UFS takes the vnode exclusively for a write, so that a writer
 * excludes all others; ZFS allows shared writes (MNTK_SHARED_WRITES), and only
 * ranges that overlap exclude each other.  An fsync has the vnode exclusively
 * in both.  Waiters are served in order of arrival, and the first that must
 * wait holds up all behind it, as in rangelock_calc_block().
 */

#include "sim/vnode.h"

#include "sim/driver_impl.h"

static bool
excludes(const struct vnode *v, const struct io *a, const struct io *b)
{
	if (a->kind == IO_FLUSH || b->kind == IO_FLUSH)
		return (true);
	if (a->kind == IO_READ && b->kind == IO_READ)
		return (false);
	return (v->config->lock == LOCK_UFS ||
	    (a->offset_bytes < b->offset_bytes + b->bytes &&
		b->offset_bytes < a->offset_bytes + a->bytes));
}

static bool
must_wait(const struct vnode *v, const struct io *io)
{
	guint i;

	for (i = 0; i < v->holders->len; i++)
		if (excludes(v, io, v->holders->pdata[i]))
			return (true);
	return (false);
}

static void
serve(struct driver *d, struct vnode *v, struct io *io)
{
	if (v->config->cache != CACHE_NONE)
		cache_serve(d, v, io);
	else
		device_submit(v->device, io);
}

static void
grant(struct driver *d, struct vnode *v, struct io *io)
{
	if (v->config->lock != LOCK_NONE)
		g_ptr_array_add(v->holders, io);
	recorder_file_lock(
	    d->recorder, d->now_ns, v->number, d->now_ns - io->entered_ns);
	serve(d, v, io);
}

void
vnode_enter(struct driver *d, struct vnode *v, struct io *io)
{
	io->vnode = v;
	io->device = v->device;
	io->outcome.result.bytes = io->bytes;
	fault_outcome(io);
	io->entered_ns = d->now_ns;
	d->arriving++;
	if (v->config->lock != LOCK_NONE &&
	    (v->waiting.count > 0 || must_wait(v, io)))
		io_line_append(&v->waiting, io);
	else
		grant(d, v, io);
	d->arriving--;
}

void
vnode_leave(struct driver *d, struct io *io)
{
	struct vnode *v = io->vnode;

	io->vnode = NULL;
	if (v->config->lock == LOCK_NONE)
		return;
	g_ptr_array_remove_fast(v->holders, io);
	d->arriving++;
	while (v->waiting.first != NULL && !must_wait(v, v->waiting.first))
		grant(d, v, io_line_take(&v->waiting));
	d->arriving--;
}

void
vnodes_init(struct driver *d)
{
	const struct scenario *s = d->setup.scenario;
	bool cached = false;
	guint i;

	/* Runs without files, as those of vectors, have no array of them. */
	d->vnode_count = s->files != NULL ? s->files->len : 0;
	d->vnodes = g_new0(struct vnode, d->vnode_count + 1);
	for (i = 0; i < d->vnode_count; i++) {
		const struct file_config *config = s->files->pdata[i];
		struct vnode *v = &d->vnodes[i];

		v->number = i;
		v->config = config;
		if (config->disk_index >= 0)
			v->device = &d->devices[config->disk_index];
		v->bare = config->disk_index < 0 ||
		    config->kind == FILE_RAWDISK ||
		    (config->lock == LOCK_NONE && config->cache == CACHE_NONE);
		v->holders = g_ptr_array_new();
		cached |= config->cache == CACHE_LRU;
	}
	if (cached)
		d->cache = cache_new(d);
}

void
vnodes_release(struct driver *d)
{
	guint i;

	for (i = 0; i < d->vnode_count; i++)
		g_ptr_array_free(d->vnodes[i].holders, TRUE);
	g_free(d->vnodes);
	if (d->cache != NULL)
		cache_free(d->cache);
}
