/*
 * What all kernels share: names of errors, operations, calls and policies, and
 * kinds of files.
 */

#include <assert.h>

#include "model/kernel.h"

const char *
kernel_errno_name(enum kernel_errno error)
{
	static const char *const names[KE_ERRNO_COUNT] = {
	    [KE_OK] = "0",
	    [KE_EPERM] = "EPERM",
	    [KE_ENOENT] = "ENOENT",
	    [KE_EINTR] = "EINTR",
	    [KE_EIO] = "EIO",
	    [KE_ENXIO] = "ENXIO",
	    [KE_EBADF] = "EBADF",
	    [KE_ENOMEM] = "ENOMEM",
	    [KE_EFAULT] = "EFAULT",
	    [KE_EINVAL] = "EINVAL",
	    [KE_ENOSPC] = "ENOSPC",
	    [KE_EPIPE] = "EPIPE",
	    [KE_EAGAIN] = "EAGAIN",
	    [KE_EINPROGRESS] = "EINPROGRESS",
	    [KE_EOPNOTSUPP] = "EOPNOTSUPP",
	    [KE_ENOSYS] = "ENOSYS",
	    [KE_ECANCELED] = "ECANCELED",
	    [KE_ESPIPE] = "ESPIPE",
	    [KE_ECONNRESET] = "ECONNRESET",
	};

	assert(error < KE_ERRNO_COUNT);
	return (names[error]);
}

const char *
kernel_opcode_name(enum kernel_opcode opcode)
{
	switch (opcode) {
	case KERNEL_OP_NOP:
		return ("nop");
	case KERNEL_OP_WRITE:
		return ("write");
	case KERNEL_OP_READ:
		return ("read");
	case KERNEL_OP_SYNC:
		return ("fsync");
	case KERNEL_OP_MLOCK:
		return ("mlock");
	}
	/* A user's list may hold anything. */
	return ("other");
}

bool
kernel_has_vnode(enum kernel_file_kind kind)
{
	switch (kind) {
	case KERNEL_REGULAR:
	case KERNEL_DIR:
	case KERNEL_RAWDISK:
	case KERNEL_FIFO:
	case KERNEL_TTY:
		return (true);
	case KERNEL_SOCKET:
	case KERNEL_PIPE:
	case KERNEL_KQUEUE:
		break;
	}
	return (false);
}

const char *
kernel_call_name(enum kernel_call_kind kind)
{
	static const char *const names[KERNEL_CALL_COUNT] = {
	    [KERNEL_AIO_READ] = "aio_read",
	    [KERNEL_AIO_WRITE] = "aio_write",
	    [KERNEL_AIO_READV] = "aio_readv",
	    [KERNEL_AIO_WRITEV] = "aio_writev",
	    [KERNEL_AIO_FSYNC] = "aio_fsync",
	    [KERNEL_AIO_MLOCK] = "aio_mlock",
	    [KERNEL_LIO_LISTIO] = "lio_listio",
	    [KERNEL_AIO_ERROR] = "aio_error",
	    [KERNEL_AIO_RETURN] = "aio_return",
	    [KERNEL_AIO_CANCEL] = "aio_cancel",
	    [KERNEL_AIO_SUSPEND] = "aio_suspend",
	    [KERNEL_AIO_WAITCOMPLETE] = "aio_waitcomplete",
	    [KERNEL_PREAD] = "pread",
	    [KERNEL_PWRITE] = "pwrite",
	    [KERNEL_KEVENT] = "kevent",
	    [KERNEL_SIGWAIT] = "sigtimedwait",
	    [KERNEL_SIGMASK] = "sigprocmask",
	    [KERNEL_SYSCTL] = "sysctl",
	    [KERNEL_FORK] = "fork",
	    [KERNEL_EXEC] = "exec",
	    [KERNEL_EXIT] = "exit",
	};

	assert(kind < KERNEL_CALL_COUNT);
	return (names[kind]);
}

const struct kernel_policy_info *
kernel_policy(enum kernel_policy policy)
{
	static const struct kernel_policy_info policies[POLICY_COUNT] = {
	    [POLICY_IDLE_ORDER] = {"idle_order", {"lifo", "fifo"},
		"Which idle daemon serves next: the last to go idle, or the "
		"first."},
	    [POLICY_WAKE_ON_RAISE] = {"wake_on_raise", {"no", "yes"},
		"Whether raising a limit of daemons kicks for what waits."},
	    [POLICY_CREATE] = {"create", {"one_at_a_time", "at_once"},
		"Whether the task thread waits for each daemon to start."},
	    [POLICY_LIMITS] = {"limits", {"kernel", "manual"},
		"What the two limits per process mean: what the kernel does, "
		"or what aio(4) says."},
	};

	assert(policy < POLICY_COUNT);
	return (&policies[policy]);
}
