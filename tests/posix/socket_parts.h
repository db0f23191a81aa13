/*
 * What the tests of the preload library's sockets share: a pair or a connection
 * with a peer at its other end, and requests on it.
 */

#ifndef TESTS_POSIX_SOCKET_PARTS_H
#define TESTS_POSIX_SOCKET_PARTS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/posix/posix_parts.h"

enum { SIZE = 4096, LARGE = 4 << 20 };

static int ends[2]; /* ours and the peer's */
static struct aiocb cb;
static char bytes[SIZE];
static char large[LARGE];

static inline void
make_pair(int type)
{
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, type, 0, ends), 0);
}

static inline void
close_pair(void)
{
	close(ends[0]);
	close(ends[1]);
}

/* So that a large write does not fit. */
static inline void
keep_buffers_small(int fd)
{
	const int size = 65536;

	CU_ASSERT_EQUAL(
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	CU_ASSERT_EQUAL(
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
}

/* A listening socket on the loopback interface, and its address. */
static inline int
listen_on_loopback(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	keep_buffers_small(fd);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (void *)address, length), 0);
	CU_ASSERT_EQUAL_FATAL(listen(fd, 4), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (void *)address, &length), 0);
	return (fd);
}

static inline void
make_connection(void)
{
	struct sockaddr_in address;
	int listener = listen_on_loopback(&address);

	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	keep_buffers_small(ends[0]);
	CU_ASSERT_EQUAL_FATAL(
	    connect(ends[0], (void *)&address, sizeof(address)), 0);
	ends[1] = accept(listener, NULL, NULL);
	close(listener);
}

static inline void
start_read(void)
{
	memset(bytes, 0, sizeof(bytes));
	fill_request(&cb, ends[0], bytes, sizeof(bytes), 0);
	CU_ASSERT_EQUAL_FATAL(aio_read(&cb), 0);
}

/* Of bytes that tell their offset. */
static inline void
start_large_write(void)
{
	size_t i;

	for (i = 0; i < LARGE; i++)
		large[i] = (char)(i / 4096 + i);
	fill_request(&cb, ends[0], large, LARGE, 0);
	CU_ASSERT_EQUAL_FATAL(aio_write(&cb), 0);
}

static inline void
peer_says(const char *text)
{
	CU_ASSERT_EQUAL(
	    write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

/* What the peer takes until the request is finished, which ends the stream; -1
 * if the bytes are not the request's. */
static inline ssize_t
peer_takes_all(void)
{
	static char got[65536];
	ssize_t total = 0, n;
	bool finished;

	do {
		finished = aio_error(&cb) != EINPROGRESS;
		if (finished)
			(void)shutdown(ends[0], SHUT_WR);
		n = recv(
		    ends[1], got, sizeof(got), finished ? 0 : MSG_DONTWAIT);
		if (n > 0 && memcmp(got, large + total, (size_t)n) != 0)
			return (-1);
		if (n > 0)
			total += n;
		else if (!finished)
			usleep(100);
	} while (n > 0 || !finished);
	return (total);
}

/* Time enough for a request to be done that should not be. */
static inline void
expect_waiting(const struct aiocb *request)
{
	usleep(5000);
	CU_ASSERT_EQUAL(aio_error(request), EINPROGRESS);
}

#endif
