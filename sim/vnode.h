/*
 * The file system's part in a request: between the daemon and the device stand
 * the vnode's lock and the cache.  Files with neither are not touched by it.
 */

#ifndef SIM_VNODE_H
#define SIM_VNODE_H

#include "sim/device/device.h"

/* An open file's lock and what is known of its reads. */
struct vnode {
	uint32_t number; /* in the scenario's files */
	const struct file_config *config;
	struct device *device;
	bool bare; /* no lock, no cache: requests go straight to the device */
	GPtrArray *holders;     /* I/Os that hold the lock */
	struct io_line waiting; /* for the lock, in order of arrival */
	int64_t next_offset;    /* of a sequential read */
	int64_t unclean;        /* blocks dirty or being written back */
	struct io_line fsyncs;  /* that wait for it to be 0 */
};

void vnodes_init(struct driver *d);
void vnodes_release(struct driver *d);

/* A job's I/O comes from its daemon: it waits for the lock. */
void vnode_enter(struct driver *d, struct vnode *v, struct io *io);
/* It is over: the lock goes to the next ones. */
void vnode_leave(struct driver *d, struct io *io);

/* ---- The cache, behind the lock --------------------------------------- */

struct cache;

struct cache *cache_new(struct driver *d);
void cache_free(struct cache *cache);
/* Serves an I/O from the cache, the device, or both. */
void cache_serve(struct driver *d, struct vnode *v, struct io *io);

#endif
