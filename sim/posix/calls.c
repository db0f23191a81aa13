/*
 * POSIX's calls, <aio.h>.  Each turns its arguments into a call of the modelled
 * kernel and the answer into errno; the names with 64 are the same, since both
 * control blocks are.
 */

#define _GNU_SOURCE

#include <aio.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/posix/calls.h"
#include "sim/posix/faults.h"
#include "sim/posix/socket.h"

static_assert(sizeof(struct aiocb) == sizeof(struct aiocb64) &&
	sizeof(off_t) == sizeof(off64_t),
    "one control block, on hosts where off_t has 64 bits");

/* No request has this number for its block. */
#define UNKNOWN_CB (KERNEL_NO_CB - 1)
/* What sysconf(_SC_AIO_PRIO_DELTA_MAX) says here. */
#define PRIORITY_MAX 20

int
give_result(const struct call_result *result)
{
	if (result->name != KE_OK) {
		errno = result->error;
		return (-1);
	}
	return ((int)result->value);
}

int64_t
timeout_of(const struct timespec *timeout)
{
	if (timeout == NULL)
		return (KERNEL_NO_TIMEOUT);
	if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
	    timeout->tv_nsec >= 1000000000)
		return (-1); /* which the kernel refuses */
	if (timeout->tv_sec > 1000000000)
		return (INT64_C(1000000000) * 1000000000);
	return ((int64_t)timeout->tv_sec * 1000000000 + timeout->tv_nsec);
}

/* ---- Submission ------------------------------------------------------- */

bool
uses_signals(const struct sigevent *sigev)
{
	return (sigev->sigev_signo != 0 &&
	    (sigev->sigev_notify == SIGEV_SIGNAL ||
		sigev->sigev_notify == SIGEV_THREAD_ID));
}

/* The manual's EINVAL; the kernel never looks at it. */
static bool
has_bad_priority(const struct aiocb *control)
{
	return (
	    control->aio_reqprio < 0 || control->aio_reqprio > PRIORITY_MAX);
}

void
prepare_request(struct kernel_request *out, struct aiocb *control, int opcode,
    struct request_list *list)
{
	struct block *block = block_get(control);
	struct request *request;

	request = request_new(block, (enum kernel_opcode)opcode, control);
	out->cb = block->number;
	out->fd = control->aio_fildes;
	out->opcode = opcode;
	out->offset_bytes = control->aio_offset;
	out->size_bytes = control->aio_nbytes;
	out->buffer = (uint64_t)(uintptr_t)control->aio_buf;
	sigev_to_kernel(&control->aio_sigevent, &out->sigev);
	out->tag = (uint64_t)(uintptr_t)request;
	if (list != NULL) {
		request->list = list;
		list->references++;
	}
	if (opcode != KERNEL_OP_MLOCK)
		request->descriptor = descriptor_refresh(control->aio_fildes);
	if (request->descriptor != NULL)
		descriptor_hold(request->descriptor);
	out->refuse = faults_at_submission(request);
	if (socket_of(request) != NULL &&
	    !socket_prepare(socket_of(request), socket_direction(request)))
		out->refuse = KE_EAGAIN;
}

int
submit_one(
    enum kernel_call_kind kind, int opcode, int op, struct aiocb *control)
{
	struct kernel_request asked = {0};
	const struct kernel_request *requests[] = {&asked};
	struct kernel_call call = {
	    .kind = kind, .op = op, .requests = requests, .count = 1};
	struct call_result result;
	struct engine_guard guard;

	if (engine_refuses_nested())
		return (-1);
	engine_enter(&guard);
	if (uses_signals(&control->aio_sigevent))
		engine_expect_signals(&guard);
	/* With a bad operation aio_fsync() does not look at the block. */
	if (kind != KERNEL_AIO_FSYNC || op == KERNEL_O_SYNC)
		prepare_request(&asked, control, opcode, NULL);
	result = engine_call(&call, NULL, &guard);
	engine_leave(&guard);
	return (give_result(&result));
}

static int
read_or_write(enum kernel_call_kind kind, int opcode, struct aiocb *control)
{
	struct engine_guard guard;

	if (!has_bad_priority(control))
		return (submit_one(kind, opcode, 0, control));
	if (engine_refuses_nested())
		return (-1);
	engine_enter(&guard);
	control_refused(control, EINVAL);
	engine_leave(&guard);
	errno = EINVAL;
	return (-1);
}

EXPORT int
aio_read(struct aiocb *control)
{
	return (read_or_write(KERNEL_AIO_READ, KERNEL_OP_READ, control));
}

EXPORT int
aio_write(struct aiocb *control)
{
	return (read_or_write(KERNEL_AIO_WRITE, KERNEL_OP_WRITE, control));
}

/* FreeBSD 12.2 has no O_DSYNC that a program could have been built with: one
 * that is built with the host's gets the stronger of the two. */
EXPORT int
aio_fsync(int op, struct aiocb *control)
{
	bool known = op == O_SYNC || op == O_DSYNC;

	return (submit_one(KERNEL_AIO_FSYNC, KERNEL_OP_SYNC,
	    known ? KERNEL_O_SYNC : 0, control));
}

/* ---- Results ---------------------------------------------------------- */

/* The host's number for an error in the kernel's. */
static int
error_of_number(int64_t number)
{
	int name;

	for (name = 0; name < KE_ERRNO_COUNT; name++)
		if (kernel_errno_number(
			engine.kernel, (enum kernel_errno)name) == number)
			return (host_errno_number((enum kernel_errno)name));
	return (EINVAL);
}

EXPORT int
aio_error(const struct aiocb *control)
{
	struct kernel_call call = {.kind = KERNEL_AIO_ERROR};
	struct engine_guard guard;
	const struct block *block;
	int error = control_error(control);

	if (error >= 0)
		return (error);
	if (engine_is_nested())
		return (EINVAL);
	engine_enter(&guard);
	block = block_find(control);
	if (block == NULL || block->first == NULL)
		error = EINVAL;
	else if (block->first->finished)
		error = block->first->host_error;
	else {
		call.cb = block->number;
		error = error_of_number(engine_call(&call, NULL, &guard).value);
	}
	engine_leave(&guard);
	return (error);
}

EXPORT ssize_t
aio_return(struct aiocb *control)
{
	struct kernel_call call = {.kind = KERNEL_AIO_RETURN};
	struct call_result result = {-1, EINVAL, NULL, KE_EINVAL, KERNEL_NO_CB};
	struct engine_guard guard;
	const struct block *block;

	if (engine_refuses_nested())
		return (-1);
	engine_enter(&guard);
	block = block_find(control);
	if (block != NULL) {
		call.cb = block->number;
		result = engine_call(&call, NULL, &guard);
	}
	engine_leave(&guard);
	if (result.name != KE_OK)
		errno = result.error;
	return (result.name != KE_OK ? -1 : (ssize_t)result.value);
}

EXPORT int
aio_cancel(int fd, struct aiocb *control)
{
	/* The kernel's numbers begin at 1. */
	static const int verdicts[] = {
	    -1, AIO_CANCELED, AIO_NOTCANCELED, AIO_ALLDONE};
	struct kernel_call call = {
	    .kind = KERNEL_AIO_CANCEL, .fd = fd, .cb = KERNEL_NO_CB};
	const struct block *block;
	struct engine_guard guard;
	struct call_result result;
	int64_t begin_ns;

	if (engine_refuses_nested())
		return (-1);
	engine_enter(&guard);
	(void)descriptor_refresh(fd);
	if (control != NULL) {
		block = block_find(control);
		call.cb = block != NULL ? block->number : UNKNOWN_CB;
	}
	begin_ns = engine_now_ns();
	result = engine_call(&call, NULL, &guard);
	recorder_call(KERNEL_AIO_CANCEL, begin_ns, &result);
	engine_leave(&guard);
	if (result.name != KE_OK)
		return (give_result(&result));
	return (verdicts[result.value]);
}

/* ---- Waiting ---------------------------------------------------------- */

#define FEW 64

struct suspended {
	struct block **blocks; /* held; NULL where unknown */
	uint32_t *numbers;
	int count;
	struct block *few_blocks[FEW];
	uint32_t few_numbers[FEW];
};

static void
hold_blocks(struct suspended *s, const struct aiocb *const list[], int count)
{
	int i;

	s->blocks = s->few_blocks;
	s->numbers = s->few_numbers;
	if (count > FEW) {
		s->blocks = allocate((size_t)count * sizeof(*s->blocks));
		s->numbers = allocate((size_t)count * sizeof(*s->numbers));
	}
	for (i = 0; i < count; i++) {
		s->blocks[i] = list[i] != NULL ? block_find(list[i]) : NULL;
		s->numbers[i] = KERNEL_NO_CB;
		if (s->blocks[i] == NULL)
			continue;
		s->blocks[i]->holds++;
		s->numbers[i] = s->blocks[i]->number;
	}
	s->count = count;
}

static void
let_blocks_go(struct suspended *s)
{
	int i;

	for (i = 0; i < s->count; i++)
		if (s->blocks[i] != NULL) {
			s->blocks[i]->holds--;
			block_release(s->blocks[i]);
		}
	if (s->count > FEW) {
		free(s->blocks);
		free(s->numbers);
	}
}

static void
cancelled_in_suspend(void *argument)
{
	struct engine_guard guard;

	engine_enter(&guard);
	let_blocks_go(argument);
	engine_leave(&guard);
}

EXPORT int
aio_suspend(
    const struct aiocb *const list[], int count, const struct timespec *timeout)
{
	struct kernel_call call = {.kind = KERNEL_AIO_SUSPEND,
	    .count = count,
	    .timeout_ns = timeout_of(timeout)};
	struct suspended suspended = {.count = 0};
	struct engine_guard guard;
	struct call_result result;
	int64_t begin_ns;

	if (engine_is_nested()) {
		errno = EINTR;
		return (-1);
	}
	engine_enter(&guard);
	/* A longer list is refused unseen. */
	if (count > 0 && count <= longest_list())
		hold_blocks(&suspended, list, count);
	call.cbs = suspended.numbers;
	begin_ns = engine_now_ns();
	pthread_cleanup_push(cancelled_in_suspend, &suspended);
	result = engine_call(&call, NULL, &guard);
	pthread_cleanup_pop(0);
	recorder_call(KERNEL_AIO_SUSPEND, begin_ns, &result);
	let_blocks_go(&suspended);
	engine_leave(&guard);
	return (give_result(&result));
}

/* ---- The same, by other names ----------------------------------------- */

#define ALIAS(name) __attribute__((alias(name), visibility("default")))

int aio_read64(struct aiocb64 *control) ALIAS("aio_read");
int aio_write64(struct aiocb64 *control) ALIAS("aio_write");
int aio_fsync64(int op, struct aiocb64 *control) ALIAS("aio_fsync");
int aio_error64(const struct aiocb64 *control) ALIAS("aio_error");
ssize_t aio_return64(struct aiocb64 *control) ALIAS("aio_return");
int aio_cancel64(int fd, struct aiocb64 *control) ALIAS("aio_cancel");
int aio_suspend64(const struct aiocb64 *const list[], int count,
    const struct timespec *timeout) ALIAS("aio_suspend");

/* glibc's advice to itself. */
EXPORT void
aio_init(const struct aioinit *advice)
{
	(void)advice;
}
