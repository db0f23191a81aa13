/*
 * What the exported calls share.
 */

#ifndef SIM_POSIX_CALLS_H
#define SIM_POSIX_CALLS_H

#include "sim/host_errno.h"
#include "sim/posix/engine.h"

/* Whether a notification is a signal to the program. */
bool uses_signals(const struct sigevent *sigev);
/* A call's int, with errno. */
int give_result(const struct call_result *result);
/* A time-out in the kernel's words; one that is no time becomes negative. */
int64_t timeout_of(const struct timespec *timeout);
/* Writes what a control block asks for, with a new record of it.  The lock is
 * held. */
void prepare_request(struct kernel_request *out, struct aiocb *control,
    int opcode, struct request_list *list);
/* A call of one request; `op` is aio_fsync's, in the kernel's numbers. */
int submit_one(
    enum kernel_call_kind kind, int opcode, int op, struct aiocb *control);
/* vfs.aio.max_aio_queue_per_proc, which also bounds lists. */
int64_t longest_list(void);
/* sysconf()'s _SC_AIO_LISTIO_MAX and _SC_AIO_MAX. */
long limit_of(int name);

#endif
