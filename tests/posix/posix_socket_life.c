/*
 * Sockets under the preload library: what becomes of the requests that wait on
 * one when it is connected, reset, cancelled or closed, and when their process
 * forks or exits.
 */

#define _GNU_SOURCE

#include <sys/ioctl.h>
#include <sys/wait.h>

#include "tests/posix/socket_parts.h"

/* ---- Connections ------------------------------------------------------ */

static void
a_reset_ends_what_waits_with_its_error(void)
{
	const struct linger at_once = {.l_onoff = 1};

	make_connection();
	start_read();
	expect_waiting(&cb);
	CU_ASSERT_EQUAL(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &at_once,
			    sizeof(at_once)),
	    0);
	close(ends[1]);
	CU_ASSERT_EQUAL(finish(&cb), -1);
	CU_ASSERT_EQUAL(errno, ECONNRESET);
	CU_ASSERT_EQUAL(aio_error(&cb), ECONNRESET);
	close(ends[0]);
}

/* The host would say EPIPE. */
static void
a_request_may_come_before_the_connection(void)
{
	struct sockaddr_in address;
	int listener = listen_on_loopback(&address);
	struct aiocb other;

	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	start_read();
	fill_request(&other, ends[0], "hello", 5, 0);
	CU_ASSERT_EQUAL(aio_write(&other), 0);
	expect_waiting(&other);
	CU_ASSERT_EQUAL(connect(ends[0], (void *)&address, sizeof(address)), 0);
	CU_ASSERT_EQUAL(finish(&other), 5);
	ends[1] = accept(listener, NULL, NULL);
	CU_ASSERT_EQUAL(aio_error(&cb), EINPROGRESS);
	peer_says("too");
	CU_ASSERT_EQUAL(finish(&cb), 3);
	close(listener);
	close_pair();
}

/* ---- Cancelling and closing ------------------------------------------- */

static void
what_waits_can_be_cancelled(void)
{
	struct aiocb other;

	make_pair(SOCK_STREAM);
	start_read();
	fill_request(&other, ends[0], bytes, 1, 0);
	CU_ASSERT_EQUAL(aio_read(&other), 0);
	CU_ASSERT_EQUAL(aio_cancel(ends[0], &cb), AIO_CANCELED);
	CU_ASSERT_EQUAL(aio_error(&cb), ECANCELED);
	CU_ASSERT_EQUAL(finish(&cb), -1);
	expect_waiting(&other);
	CU_ASSERT_EQUAL(aio_cancel(ends[0], NULL), AIO_CANCELED);
	CU_ASSERT_EQUAL(finish(&other), -1);
	/* None of them took anything. */
	peer_says("left");
	start_read();
	CU_ASSERT_EQUAL(finish(&cb), 4);
	close_pair();
}

/* The kernel says both: not cancelled, and finished; that at once, or when the
 * attempt under way has found no more room. */
static void
a_write_with_progress_ends_with_it_when_cancelled(void)
{
	int arrived = 0;
	ssize_t sent;

	make_pair(SOCK_STREAM);
	start_large_write();
	while (arrived == 0)
		CU_ASSERT_EQUAL_FATAL(ioctl(ends[1], FIONREAD, &arrived), 0);
	expect_waiting(&cb);
	CU_ASSERT_EQUAL(aio_cancel(ends[0], &cb), AIO_NOTCANCELED);
	sent = finish(&cb);
	CU_ASSERT(sent > 0 && sent < LARGE);
	CU_ASSERT_EQUAL(peer_takes_all(), sent);
	close_pair();
}

/* As an open file is kept by its requests; even where the number is another
 * socket's by then. */
static void
a_request_outlives_its_descriptor(void)
{
	int other[2], number;
	struct aiocb second;
	char byte = 0;

	make_pair(SOCK_STREAM);
	start_read();
	number = ends[0];
	close(ends[0]);
	CU_ASSERT_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
	CU_ASSERT_EQUAL(other[0], number);
	fill_request(&second, other[0], &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_read(&second), 0);
	expect_waiting(&cb);
	peer_says("old");
	CU_ASSERT_EQUAL(finish(&cb), 3);
	CU_ASSERT_STRING_EQUAL(bytes, "old");
	CU_ASSERT_EQUAL(aio_error(&second), EINPROGRESS);
	CU_ASSERT_EQUAL(write(other[1], "n", 1), 1);
	CU_ASSERT_EQUAL(finish(&second), 1);
	CU_ASSERT_EQUAL(byte, 'n');
	/* With its last request gone the old socket is closed. */
	CU_ASSERT_EQUAL(read(ends[1], &byte, 1), 0);
	close(ends[1]);
	close(other[0]);
	close(other[1]);
}

/* Though we have a descriptor of it ourselves. */
static void
the_peer_of_a_closed_socket_sees_its_end(void)
{
	char byte;

	make_pair(SOCK_STREAM);
	peer_says("x");
	start_read();
	CU_ASSERT_EQUAL(finish(&cb), 1);
	close(ends[0]);
	CU_ASSERT_EQUAL(read(ends[1], &byte, 1), 0);
	close(ends[1]);
}

/* ---- Processes -------------------------------------------------------- */

static int
exit_status_of(pid_t child)
{
	int status = -1;

	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* In a child: its own requests on the inherited socket and a new one. */
static int
child_works(void)
{
	if (aio_error(&cb) != EINVAL)
		return (1);
	make_pair(SOCK_STREAM);
	fill_request(&cb, ends[0], bytes, sizeof(bytes), 0);
	if (aio_read(&cb) != 0 || write(ends[1], "child", 5) != 5)
		return (2);
	return (finish(&cb) == 5 ? 0 : 3);
}

static void
a_child_has_nothing_to_do_with_what_waits(void)
{
	char byte;
	pid_t child;

	make_pair(SOCK_STREAM);
	start_read();
	child = fork();
	if (child == 0)
		_exit(child_works());
	CU_ASSERT_EQUAL(exit_status_of(child), 0);
	expect_waiting(&cb);
	peer_says("parent");
	CU_ASSERT_EQUAL(finish(&cb), 6);
	/* The child's exit has ended nothing of ours, nor ours left anything.
	 */
	close(ends[0]);
	CU_ASSERT_EQUAL(read(ends[1], &byte, 1), 0);
	close(ends[1]);
}

static void
exit_cancels_what_waits(void)
{
	pid_t child = fork();

	if (child == 0) {
		alarm(20);
		make_pair(SOCK_STREAM);
		start_read();
		start_large_write();
		_exit(0);
	}
	CU_ASSERT_EQUAL(exit_status_of(child), 0);
}

int
main(void)
{
	const struct rule rules[] = {
	    RULE(a_reset_ends_what_waits_with_its_error),
	    RULE(a_request_may_come_before_the_connection),
	    RULE(what_waits_can_be_cancelled),
	    RULE(a_write_with_progress_ends_with_it_when_cancelled),
	    RULE(a_request_outlives_its_descriptor),
	    RULE(the_peer_of_a_closed_socket_sees_its_end),
	    RULE(a_child_has_nothing_to_do_with_what_waits),
	    RULE(exit_cancels_what_waits),
	};

	alarm(60);
	return (RUN_RULES("the preload library's sockets: what waits", rules));
}
