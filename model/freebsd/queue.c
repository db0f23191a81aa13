/*
 * Where a valid request goes: to its socket, to the disk's driver at once, to
 * the daemons, or to the fsyncs that wait (soo_aio_queue, aio_qbio,
 * aio_queue_file).
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

static bool
goes_unmapped(const struct freebsd *k, const struct job *job)
{
	return (k->base.unmapped_allowed && job->file->file.unmapped);
}

/* A vectored request takes a buffer for each of its parts. */
static bool
lacks_buffers(const struct freebsd *k, const struct job *job)
{
	return (job->process->buffers + job->iovcnt >
	    process_limit(k, job->process, MAX_BUF_AIO));
}

/* Whether the raw disk path applies.  If not, the request is an unsafe one. */
static bool
suits_bio(const struct freebsd *k, const struct job *job)
{
	const struct kernel_file *file = &job->file->file;
	uint64_t largest = (uint64_t)k->rules->maxphys_bytes;
	uint64_t part = job->info.size_bytes / (uint64_t)job->iovcnt;

	if (job->info.opcode != KERNEL_OP_READ &&
	    job->info.opcode != KERNEL_OP_WRITE)
		return (false);
	if (file->kind != KERNEL_RAWDISK || file->block_size == 0 ||
	    part % (uint64_t)file->block_size != 0)
		return (false);
	if (!goes_unmapped(k, job))
		largest -= job->buffer % KERNEL_PAGE_SIZE;
	if (part > (uint64_t)file->iosize_max || part > largest)
		return (false);
	/* A vector that could never get its buffers. */
	if (job->iovcnt > 1 && job->iovcnt > k->tunables[MAX_BUF_AIO])
		return (false);
	return (k->rules->buffer_limit == BUFFERS_REFUSE ||
	    goes_unmapped(k, job) || !lacks_buffers(k, job));
}

static enum kernel_errno
route_bio(struct freebsd *k, struct job *job)
{
	job->route =
	    goes_unmapped(k, job) ? ROUTE_BIO_UNMAPPED : ROUTE_BIO_MAPPED;
	if (job->route == ROUTE_BIO_MAPPED && lacks_buffers(k, job))
		return (KE_EAGAIN);
	if (job->buffer == KERNEL_BAD_BUFFER)
		return (KE_EFAULT);
	return (KE_OK);
}

/* Safe is what cannot block a daemon for ever: files and directories on local
 * mounts. */
static bool
file_is_safe(const struct freebsd *k, const struct kernel_file *file)
{
	if (k->rules->all_files_safe || k->tunables[ENABLE_UNSAFE] != 0)
		return (true);
	return ((file->kind == KERNEL_REGULAR || file->kind == KERNEL_DIR) &&
	    file->local);
}

static void
warn_unsafe(struct freebsd *k)
{
	if (k->tunables[UNSAFE_WARNINGCNT] == 0)
		return;
	k->tunables[UNSAFE_WARNINGCNT]--;
	k->base.counters.unsafe_warnings++;
}

enum kernel_errno
route_request(struct freebsd *k, struct job *job)
{
	job->route = ROUTE_POOL;
	if (job->info.opcode == KERNEL_OP_MLOCK)
		return (KE_OK);
	/* A socket has a queue of its own, and is never unsafe. */
	if (job->file->file.kind == KERNEL_SOCKET) {
		if (!k->rules->sockets_by_aiods || !sockbuf_of(job)->ready)
			job->route = ROUTE_SOCKET;
		return (KE_OK);
	}
	if (suits_bio(k, job))
		return (route_bio(k, job));
	if (!file_is_safe(k, &job->file->file)) {
		warn_unsafe(k);
		return (KE_EOPNOTSUPP);
	}
	if (job->info.opcode == KERNEL_OP_SYNC)
		job->route = ROUTE_SYNC;
	return (KE_OK);
}

void
queue_job(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;

	job->queue_order = ++k->next_queue_order;
	job_set_state(k, job, JOB_QUEUED);
	TAILQ_INSERT_TAIL(&p->queued, job, queue_link);
	ready_update(k, p);
	kick_nowait(k, p);
}

void
start_request(struct freebsd *k, struct job *job)
{
	switch (job->route) {
	case ROUTE_POOL:
		queue_job(k, job);
		break;
	case ROUTE_SYNC:
		queue_fsync(k, job);
		break;
	case ROUTE_SOCKET:
		queue_socket_job(k, job);
		break;
	case ROUTE_BIO_MAPPED:
	case ROUTE_BIO_UNMAPPED:
		job_set_state(k, job, JOB_BIO);
		emit_job(&k->base, EF_SERVE, KERNEL_NOBODY, &job->info);
		break;
	}
}
