/*
 * What the tests of the preload library share: files, requests, waiting.
 */

#ifndef TESTS_POSIX_PARTS_H
#define TESTS_POSIX_PARTS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/posix/aiosim.h"
#include "tests/posix/request.h"
#include "tests/suite.h"

/* A file without a name, of `size` bytes that tell their offset. */
static inline int
make_file(size_t size)
{
	char name[] = "/tmp/aiosim-posix-XXXXXX";
	unsigned char bytes[4096];
	int fd = mkstemp(name);
	size_t at, i;

	unlink(name);
	for (at = 0; at < size; at += sizeof(bytes)) {
		for (i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)((at + i) / 512 + i);
		if (pwrite(fd, bytes, sizeof(bytes), (off_t)at) < 0)
			abort();
	}
	return (fd);
}

static inline bool
is_of_offset(const void *bytes, size_t size, size_t at)
{
	const unsigned char *b = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		if (b[i] != (unsigned char)((at + i) / 512 + (at + i) % 4096))
			return (false);
	return (true);
}

/* Waits for the request and takes its result. */
static inline ssize_t
finish(struct aiocb *cb)
{
	const struct aiocb *list[] = {cb};

	while (aio_error(cb) == EINPROGRESS)
		(void)aio_suspend(list, 1, NULL);
	return (aio_return(cb));
}

/* Sets a node and returns what it was. */
static inline int64_t
set_node(const char *node, int64_t value)
{
	int64_t old = 0;

	CU_ASSERT_EQUAL(aiosim_sysctl(node, &old, &value), 0);
	return (old);
}

/*
 * A plug: one request in a daemon's hands that lasts until unplug(), and a
 * limit that lets no other run meanwhile.
 */
struct plug {
	int ends[2];
	char byte;
	struct aiocb cb;
	int64_t unsafe, per_proc;
};

static inline void
plug_in(struct plug *plug)
{
	plug->unsafe = set_node("vfs.aio.enable_unsafe", 1);
	plug->per_proc = set_node("vfs.aio.max_aio_per_proc", 1);
	CU_ASSERT_EQUAL_FATAL(pipe(plug->ends), 0);
	fill_request(&plug->cb, plug->ends[0], &plug->byte, 1, 0);
	CU_ASSERT_EQUAL_FATAL(aio_read(&plug->cb), 0);
}

static inline void
unplug(struct plug *plug)
{
	CU_ASSERT_EQUAL(write(plug->ends[1], "x", 1), 1);
	CU_ASSERT_EQUAL(finish(&plug->cb), 1);
	(void)set_node("vfs.aio.enable_unsafe", plug->unsafe);
	(void)set_node("vfs.aio.max_aio_per_proc", plug->per_proc);
	close(plug->ends[0]);
	close(plug->ends[1]);
}

#endif
