/*
 * Assertions of POSIX about <aio.h>, one function each, for any library: what
 * the cases of the program posix_conform share.  A case returns NULL, or the
 * condition that did not hold.
 */

#ifndef TESTS_POSIX_CONFORM_H
#define TESTS_POSIX_CONFORM_H

#define _GNU_SOURCE

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/posix/request.h"

#define HOLDS(condition)                     \
	do {                                 \
		if (!(condition))            \
			return (#condition); \
	} while (0)

/* Numbered as in the Open POSIX Test Suite's list of assertions; a letter where
 * there is more than one case. */
struct conform_case {
	const char *name, *assertion;
	const char *(*test)(void);
};

extern const struct conform_case conform_submission[], conform_waiting[],
    conform_lists[], conform_others[];

enum { CONFORM_SIZE = 4096 };

/* A file of some size without a name, whose bytes tell their block. */
static inline int
conform_file(size_t size)
{
	char name[] = "/tmp/aiosim-conform-XXXXXX", block[CONFORM_SIZE];
	int fd = mkstemp(name);
	size_t at;

	unlink(name);
	for (at = 0; at < size; at += sizeof(block)) {
		memset(
		    block, 'a' + (int)(at / sizeof(block) % 26), sizeof(block));
		if (pwrite(fd, block, sizeof(block), (off_t)at) < 0)
			abort();
	}
	return (fd);
}

static inline ssize_t
conform_finish(struct aiocb *cb)
{
	while (aio_error(cb) == EINPROGRESS)
		usleep(200);
	return (aio_return(cb));
}

/* What waits for ever: a read of a socket whose peer says nothing.  ends[1] is
 * the peer. */
static inline bool
conform_wait(struct aiocb *cb, int ends[2])
{
	static char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return (false);
	fill_request(cb, ends[0], &byte, 1, 0);
	return (aio_read(cb) == 0);
}

/* Refused at the call, or in its error status: POSIX leaves it open. */
static inline bool
conform_fails_with(int returned, struct aiocb *cb, int error)
{
	if (returned == -1)
		return (errno == error);
	while (aio_error(cb) == EINPROGRESS)
		usleep(200);
	return (aio_error(cb) == error && aio_return(cb) == -1);
}

static inline double
conform_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((double)t.tv_sec + (double)t.tv_nsec / 1e9);
}

/* Files beyond `bytes` cannot be written: EFBIG. */
static inline void
conform_limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* Notifications by signal. */
extern atomic_int conform_signals;
extern _Atomic intptr_t conform_value;
extern atomic_int conform_code;
void conform_catch(int signo);
void conform_notify(struct sigevent *sigev, int signo, void *value);
bool conform_await_signals(int count);

#endif
