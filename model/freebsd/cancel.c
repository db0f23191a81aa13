/*
 * aio_cancel (kern_aio_cancel).  A job can be cancelled exactly while it waits:
 * for a daemon, as an fsync for earlier requests, or in its socket's queue.
 * FreeBSD's protocol of cancel flags settles races between locks that single
 * steps cannot have.
 */

#include "model/freebsd/freebsd.h"

enum { AIO_CANCELED = 1, AIO_NOTCANCELED = 2, AIO_ALLDONE = 3 };

bool
job_is_cancellable(const struct job *job)
{
	return (job->state == JOB_QUEUED || job->state == JOB_SYNC_WAIT ||
	    job->state == JOB_SOCKET_WAIT);
}

bool
cancel_job(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;

	if (job->state == JOB_SOCKET_WAIT) {
		leave_sockbuf(job);
		end_socket_job(k, job);
		return (job->info.error == KE_ECANCELED);
	}
	if (job->state == JOB_QUEUED)
		TAILQ_REMOVE(&p->queued, job, queue_link);
	else
		TAILQ_REMOVE(&p->sync_wait, job, queue_link);
	complete(k, job, -1, KE_ECANCELED);
	return (true);
}

/* Cancels what matches; tells how many could be and how many could not. */
static void
cancel_matching(
    struct freebsd *k, struct user_thread *u, int *cancelled, int *kept)
{
	struct job *job, *next;

	for (job = TAILQ_FIRST(&u->process->unfinished); job != NULL;
	     job = next) {
		next = TAILQ_NEXT(job, life_link);
		if (job->info.fd != u->call.fd ||
		    (u->call.cb != KERNEL_NO_CB && job->info.cb != u->call.cb))
			continue;
		if (!job_is_cancellable(job)) {
			job->marked = true;
			++*kept;
		} else if (cancel_job(k, job)) {
			++*cancelled;
		} else {
			++*kept;
		}
		if (u->call.cb != KERNEL_NO_CB)
			break;
	}
}

void
call_aio_cancel(struct freebsd *k, struct user_thread *u)
{
	const struct open_file *file = process_file(u->process, u->call.fd);
	int cancelled = 0, kept = 0;
	int64_t result;

	if (file == NULL) {
		user_return(k, u, -1, KE_EBADF, KERNEL_NO_CB);
		return;
	}
	if (!u->process->in_use) {
		result = AIO_ALLDONE;
	} else if (file->file.kind == KERNEL_RAWDISK) {
		result = AIO_NOTCANCELED;
	} else {
		cancel_matching(k, u, &cancelled, &kept);
		result = kept > 0   ? AIO_NOTCANCELED
		    : cancelled > 0 ? AIO_CANCELED
				    : AIO_ALLDONE;
	}
	user_return(k, u, result, KE_OK, KERNEL_NO_CB);
}
