/*
 * The host's errors by the kernel's names and back.  Several of the host's
 * become EIO, since the model tells no more of them apart.
 */

#include <assert.h>
#include <errno.h>

#include "sim/host_errno.h"

static const int numbers[KE_ERRNO_COUNT] = {
    [KE_OK] = 0,
    [KE_EPERM] = EPERM,
    [KE_ENOENT] = ENOENT,
    [KE_EINTR] = EINTR,
    [KE_EIO] = EIO,
    [KE_ENXIO] = ENXIO,
    [KE_EBADF] = EBADF,
    [KE_ENOMEM] = ENOMEM,
    [KE_EFAULT] = EFAULT,
    [KE_EINVAL] = EINVAL,
    [KE_ENOSPC] = ENOSPC,
    [KE_EPIPE] = EPIPE,
    [KE_EAGAIN] = EAGAIN,
    [KE_EINPROGRESS] = EINPROGRESS,
    [KE_EOPNOTSUPP] = EOPNOTSUPP,
    [KE_ENOSYS] = ENOSYS,
    [KE_ECANCELED] = ECANCELED,
    [KE_ESPIPE] = ESPIPE,
    [KE_ECONNRESET] = ECONNRESET,
};

enum kernel_errno
host_errno_name(int error)
{
	int name;

	if (error == EDQUOT)
		return (KE_ENOSPC);
	for (name = 0; name < KE_ERRNO_COUNT; name++)
		if (numbers[name] == error)
			return ((enum kernel_errno)name);
	return (KE_EIO);
}

int
host_errno_number(enum kernel_errno error)
{
	assert(error < KE_ERRNO_COUNT);
	return (numbers[error]);
}
