/*
 * For readers that read from a file: one in memory.  To be included first.
 */

#ifndef TESTS_FUZZ_FUZZ_FILE_H
#define TESTS_FUZZ_FUZZ_FILE_H

#define _GNU_SOURCE

#include <sys/mman.h>

#include <unistd.h>

#include "tests/fuzz/fuzz.h"

/* The path of a file that holds the bytes, always the same one; to be freed. */
static inline char *
fuzz_path(const uint8_t *bytes, size_t length)
{
	static int fd = -1;

	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(ftruncate(fd, 0), ==, 0);
	g_assert_cmpint(pwrite(fd, bytes, length, 0), ==, (ssize_t)length);
	return (g_strdup_printf("/proc/self/fd/%d", fd));
}

#endif
