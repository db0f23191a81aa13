/*
 * A request as the tests make it, whatever library takes it.
 */

#ifndef TESTS_POSIX_REQUEST_H
#define TESTS_POSIX_REQUEST_H

#include <aio.h>
#include <string.h>

static inline void
fill_request(struct aiocb *cb, int fd, void *buffer, size_t size, off_t offset)
{
	memset(cb, 0, sizeof(*cb));
	cb->aio_fildes = fd;
	cb->aio_buf = buffer;
	cb->aio_nbytes = size;
	cb->aio_offset = offset;
	cb->aio_sigevent.sigev_notify = SIGEV_NONE;
}

#endif
