/*
 * What libaiosim-posix.so offers beyond <aio.h>: FreeBSD's calls that Linux has
 * not, completion by an event queue, and a look at the modelled kernel.  Link
 * with -laiosim-posix, or look the names up with dlsym() under LD_PRELOAD.
 *
 *	sev.sigev_notify = AIOSIM_SIGEV_KEVENT;
 *	sev.sigev_notify_kqueue = aiosim_kqueue();
 *	sev.sigev_notify_kevent_flags = AIOSIM_EV_ONESHOT;
 *	sev.sigev_value.sival_ptr = whatever;
 */

#ifndef AIOSIM_H
#define AIOSIM_H

#include <aio.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Waits for the first request of the process that finishes, and collects it:
 * the request's result as aio_return() gives it, *block the request's.  A null
 * `timeout` waits for ever; a zero one does not wait.  Without a request:
 * -1 with EAGAIN after the timeout, EINTR after a signal, *block null.
 */
ssize_t aio_waitcomplete(struct aiocb **block, const struct timespec *timeout);

/* Locks the pages of aio_buf, aio_nbytes long, asynchronously. */
int aio_mlock(struct aiocb *block);

/* ---- Completion by events --------------------------------------------- */

#define AIOSIM_SIGEV_KEVENT 0x4b45
#ifndef sigev_notify_kqueue
#define sigev_notify_kqueue sigev_signo
#define sigev_notify_kevent_flags _sigev_un._tid
#endif

#define AIOSIM_EV_ONESHOT 0x10
#define AIOSIM_EV_CLEAR 0x20
#define AIOSIM_EV_DISPATCH 0x80

struct aiosim_kevent {
	struct aiocb *ident; /* of the finished request */
	int error;           /* its error, as aio_error() tells it */
	void *udata;         /* its sigev_value.sival_ptr */
};

/* A new event queue, to be closed with close(); -1 with errno. */
int aiosim_kqueue(void);

/*
 * Takes up to `count` events; waits for the first until the timeout.  How many;
 * 0 at the timeout; -1 with EBADF, EINVAL or EINTR.  An event says that the
 * request is finished; it still wants aio_return(), and vanishes with it.
 * Without a flag of AIOSIM_EV_ it comes again until then.
 */
int aiosim_kevent(int kqueue, struct aiosim_kevent *events, int count,
    const struct timespec *timeout);

/* ---- The modelled kernel ---------------------------------------------- */

/* Reads a node such as "vfs.aio.num_queue_count" into *old, and sets it to *new
 * if that is not null: 0, or -1 with ENOENT or EPERM (read-only). */
int aiosim_sysctl(const char *node, int64_t *old, const int64_t *new_value);

struct aiosim_counters {
	int64_t daemons, daemons_busy, daemons_created;
	int64_t queue_count; /* accepted and not collected */
	int64_t unfinished;  /* accepted and not finished */
	int64_t waiting;     /* in the queue for a daemon */
	uint64_t accepted, refused, completed, failed, cancelled, collected;
};

void aiosim_read_counters(struct aiosim_counters *counters);

#ifdef __cplusplus
}
#endif

#endif
