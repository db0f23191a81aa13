/*
 * The oracle's rules about admission: what each attempt at submission must come
 * to.  The limits come first, then the request as such, the file, its kevent,
 * and at last what the file makes of it.
 */

#include "tests/oracle.h"

#define MAXPHYS (128 * 1024)
#define SIGNALS 128

const struct oracle_file *
oracle_file(const struct oracle_process *p, int fd)
{
	if (fd < 0 || fd >= ORACLE_FILES || p->files[fd].number == 0)
		return (NULL);
	return (&p->files[fd]);
}

static bool
is_transfer(int opcode)
{
	return (opcode == KERNEL_OP_READ || opcode == KERNEL_OP_WRITE);
}

/* An entry of a list brings its own, and 12.2 takes all that it has itself. */
static int
opcode_of(const struct kernel_call *call, const struct kernel_request *request)
{
	if (call->kind == KERNEL_AIO_READ)
		return (KERNEL_OP_READ);
	if (call->kind == KERNEL_AIO_WRITE)
		return (KERNEL_OP_WRITE);
	if (call->kind == KERNEL_AIO_FSYNC)
		return (KERNEL_OP_SYNC);
	if (call->kind == KERNEL_AIO_MLOCK)
		return (KERNEL_OP_MLOCK);
	return (request->opcode);
}

static bool
is_signal(const struct kernel_sigevent *sigev)
{
	return (sigev->notify == KERNEL_NOTIFY_SIGNAL ||
	    sigev->notify == KERNEL_NOTIFY_THREAD_ID);
}

static bool
request_is_valid(const struct kernel_request *request, int opcode)
{
	const struct kernel_sigevent *sigev = &request->sigev;

	return (request->size_bytes <= INT64_MAX &&
	    sigev->notify != KERNEL_NOTIFY_THREAD &&
	    (!is_signal(sigev) ||
		(sigev->signo >= 1 && sigev->signo <= SIGNALS)) &&
	    opcode >= KERNEL_OP_NOP && opcode <= KERNEL_OP_MLOCK);
}

/* Whether the descriptor does, and then whether the file and the place in it
 * do. */
static enum kernel_errno
check_file(const struct oracle_file *f, const struct kernel_request *request,
    int opcode)
{
	enum kernel_file_kind kind;

	if (opcode == KERNEL_OP_MLOCK)
		return (KE_OK);
	if (f == NULL || (opcode == KERNEL_OP_READ && !f->file.readable) ||
	    (opcode == KERNEL_OP_WRITE && !f->file.writable))
		return (KE_EBADF);
	kind = f->file.kind;
	if (opcode == KERNEL_OP_SYNC &&
	    (kind == KERNEL_SOCKET || kind == KERNEL_PIPE ||
		kind == KERNEL_KQUEUE))
		return (KE_EINVAL);
	if (is_transfer(opcode) && request->offset_bytes < 0 &&
	    kind != KERNEL_RAWDISK && kind != KERNEL_TTY)
		return (KE_EINVAL);
	return (KE_OK);
}

static enum kernel_errno
check_kevent(const struct oracle_process *p, const struct kernel_sigevent *s)
{
	const struct oracle_file *kq = oracle_file(p, s->kq);

	if (s->notify != KERNEL_NOTIFY_KEVENT)
		return (KE_OK);
	if ((s->flags &
		~(unsigned)(KERNEL_EV_CLEAR | KERNEL_EV_DISPATCH |
		    KERNEL_EV_ONESHOT)) != 0)
		return (KE_EINVAL);
	return (
	    kq != NULL && kq->file.kind == KERNEL_KQUEUE ? KE_OK : KE_EBADF);
}

bool
oracle_goes_to_disk(const struct kernel_file *file,
    const struct kernel_request *request, enum kernel_opcode opcode)
{
	uint64_t largest = MAXPHYS;

	if (!is_transfer((int)opcode) || file->kind != KERNEL_RAWDISK)
		return (false);
	if (!file->unmapped)
		largest -= request->buffer % KERNEL_PAGE_SIZE;
	return (request->size_bytes % (uint64_t)file->block_size == 0 &&
	    request->size_bytes <= (uint64_t)file->iosize_max &&
	    request->size_bytes <= largest);
}

static enum kernel_errno
dispatch(const struct oracle *o, const struct oracle_process *p,
    const struct oracle_file *f, const struct kernel_request *request,
    int opcode, int *limit)
{
	enum kernel_file_kind kind;

	if (opcode == KERNEL_OP_MLOCK || f->file.kind == KERNEL_SOCKET)
		return (KE_OK);
	if (oracle_goes_to_disk(
		&f->file, request, (enum kernel_opcode)opcode)) {
		*limit = o->limits[LIMIT_BUFFERS];
		if (!f->file.unmapped &&
		    p->buffers >= oracle_limit(o, LIMIT_BUFFERS))
			return (KE_EAGAIN);
		return (
		    request->buffer == KERNEL_BAD_BUFFER ? KE_EFAULT : KE_OK);
	}
	kind = f->file.kind;
	if (oracle_limit(o, LIMIT_UNSAFE) != 0 ||
	    ((kind == KERNEL_REGULAR || kind == KERNEL_DIR) && f->file.local))
		return (KE_OK);
	return (KE_EOPNOTSUPP);
}

enum kernel_errno
oracle_admission(const struct oracle *o, const struct oracle_process *p,
    const struct kernel_call *call, const struct kernel_request *request,
    int *limit)
{
	const struct oracle_file *f = oracle_file(p, request->fd);
	int opcode = opcode_of(call, request);
	enum kernel_errno error;

	*limit = o->limits[LIMIT_QUEUE];
	if (o->count >= oracle_limit(o, LIMIT_QUEUE))
		return (KE_EAGAIN);
	*limit = o->limits[LIMIT_QUEUE_PER_PROC];
	if (p->count >= oracle_limit(o, LIMIT_QUEUE_PER_PROC))
		return (KE_EAGAIN);
	if (!request_is_valid(request, opcode))
		return (KE_EINVAL);
	error = check_file(f, request, opcode);
	if (error != KE_OK || opcode == KERNEL_OP_NOP)
		return (error);
	error = check_kevent(p, &request->sigev);
	if (error != KE_OK)
		return (error);
	return (dispatch(o, p, f, request, opcode, limit));
}
