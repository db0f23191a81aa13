/*
 * Sockets under the preload library: what a read takes of what the peer sent,
 * and what a write sends, as FreeBSD's soaiods do it.
 */

#define _GNU_SOURCE

#include <signal.h>
#include <stdatomic.h>

#include "tests/posix/socket_parts.h"

/* ---- Reading ---------------------------------------------------------- */

static void
a_read_takes_what_is_there(void)
{
	make_pair(SOCK_STREAM);
	peer_says("hello");
	start_read();
	CU_ASSERT_EQUAL(finish(&cb), 5);
	CU_ASSERT_STRING_EQUAL(bytes, "hello");
	close_pair();
}

static void
a_read_waits_for_its_peer(void)
{
	make_pair(SOCK_STREAM);
	start_read();
	expect_waiting(&cb);
	peer_says("late");
	CU_ASSERT_EQUAL(finish(&cb), 4);
	CU_ASSERT_STRING_EQUAL(bytes, "late");
	/* And the next one, when the socket is known. */
	start_read();
	expect_waiting(&cb);
	peer_says("again");
	CU_ASSERT_EQUAL(finish(&cb), 5);
	close_pair();
}

/* O_NONBLOCK does not make it EAGAIN. */
static void
a_read_of_a_nonblocking_socket_waits_too(void)
{
	make_pair(SOCK_STREAM | SOCK_NONBLOCK);
	start_read();
	expect_waiting(&cb);
	peer_says("late");
	CU_ASSERT_EQUAL(finish(&cb), 4);
	close_pair();
}

static void
what_the_program_takes_itself_is_not_missed(void)
{
	char byte;

	make_pair(SOCK_STREAM);
	peer_says("a");
	start_read();
	CU_ASSERT_EQUAL(finish(&cb), 1);
	peer_says("b");
	CU_ASSERT_EQUAL(read(ends[0], &byte, 1), 1);
	start_read();
	expect_waiting(&cb);
	peer_says("c");
	CU_ASSERT_EQUAL(finish(&cb), 1);
	CU_ASSERT_EQUAL(bytes[0], 'c');
	close_pair();
}

static void
the_end_of_the_stream_is_no_bytes(void)
{
	make_pair(SOCK_STREAM);
	start_read();
	CU_ASSERT_EQUAL(shutdown(ends[1], SHUT_WR), 0);
	CU_ASSERT_EQUAL(finish(&cb), 0);
	start_read();
	CU_ASSERT_EQUAL(finish(&cb), 0);
	close_pair();
}

static void
datagrams_keep_their_bounds(void)
{
	make_pair(SOCK_DGRAM);
	peer_says("one");
	peer_says("three");
	start_read();
	CU_ASSERT_EQUAL(finish(&cb), 3);
	fill_request(&cb, ends[0], bytes, 2, 0);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), 2);
	start_read();
	expect_waiting(&cb);
	peer_says("x");
	CU_ASSERT_EQUAL(finish(&cb), 1);
	close_pair();
}

/* One buffer has one queue, whatever descriptor is named. */
static void
reads_are_served_in_the_order_of_their_calls(void)
{
	enum { COUNT = 12 };
	struct aiocb cbs[COUNT];
	char got[COUNT];
	int copy, i;

	make_pair(SOCK_STREAM);
	copy = dup(ends[0]);
	for (i = 0; i < COUNT; i++) {
		fill_request(
		    &cbs[i], i % 2 == 0 ? ends[0] : copy, &got[i], 1, 0);
		CU_ASSERT_EQUAL(aio_read(&cbs[i]), 0);
	}
	peer_says("abcdefghijkl");
	for (i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL(finish(&cbs[i]), 1);
		CU_ASSERT_EQUAL(got[i], 'a' + i);
	}
	close(copy);
	close_pair();
}

/* Waiting for a peer takes no daemon: more sockets than kern.ipc.aio.max_procs,
 * and a file beside them. */
static void
waiting_takes_no_daemon(void)
{
	enum { COUNT = 40 };
	static struct aiocb cbs[COUNT];
	static char got[COUNT];
	int pairs[COUNT][2], fd = make_file(SIZE), i;
	struct aiocb file;
	char byte;

	for (i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL(
		    socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
		fill_request(&cbs[i], pairs[i][0], &got[i], 1, 0);
		CU_ASSERT_EQUAL(aio_read(&cbs[i]), 0);
	}
	fill_request(&file, fd, &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_read(&file), 0);
	CU_ASSERT_EQUAL(finish(&file), 1);
	for (i = COUNT - 1; i >= 0; i--) {
		CU_ASSERT_EQUAL(write(pairs[i][1], "x", 1), 1);
		CU_ASSERT_EQUAL(finish(&cbs[i]), 1);
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
	close(fd);
}

/* ---- Writing ---------------------------------------------------------- */

static void
a_write_goes_on_until_all_is_sent(void)
{
	make_connection();
	start_large_write();
	expect_waiting(&cb);
	CU_ASSERT_EQUAL(peer_takes_all(), LARGE);
	CU_ASSERT_EQUAL(finish(&cb), LARGE);
	close_pair();
}

static void
a_nonblocking_write_ends_with_what_it_sent(void)
{
	ssize_t sent;

	make_pair(SOCK_STREAM | SOCK_NONBLOCK);
	start_large_write();
	sent = finish(&cb);
	CU_ASSERT(sent > 0 && sent < LARGE);
	CU_ASSERT_EQUAL(peer_takes_all(), sent);
	close_pair();
}

/* It is looked at when an attempt has found no more room.  The peer makes room
 * for a part alone: with all of it there might be an attempt that sends the
 * rest. */
static void
what_counts_is_o_nonblock_at_the_time(void)
{
	ssize_t sent, taken = 0, n;

	make_pair(SOCK_STREAM);
	start_large_write();
	expect_waiting(&cb);
	CU_ASSERT_EQUAL(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	while (aio_error(&cb) == EINPROGRESS && taken < LARGE / 4) {
		n = recv(ends[1], bytes, sizeof(bytes), MSG_DONTWAIT);
		taken += n > 0 ? n : 0;
	}
	CU_ASSERT(taken > 0);
	sent = finish(&cb);
	CU_ASSERT(sent > 0 && sent < LARGE);
	close_pair();
}

static atomic_int sigpipes;

static void
on_sigpipe(int signo)
{
	(void)signo;
	sigpipes++;
}

static void
a_write_to_nobody_is_epipe_and_one_sigpipe(void)
{
	void (*old)(int) = signal(SIGPIPE, on_sigpipe);

	make_pair(SOCK_STREAM);
	close(ends[1]);
	sigpipes = 0;
	fill_request(&cb, ends[0], bytes, sizeof(bytes), 0);
	CU_ASSERT_EQUAL(aio_write(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), -1);
	CU_ASSERT_EQUAL(errno, EPIPE);
	CU_ASSERT_EQUAL(sigpipes, 1);
	signal(SIGPIPE, old);
	close(ends[0]);
}

/* ---- Refused ---------------------------------------------------------- */

static void
a_socket_has_no_fsync_and_no_negative_offset(void)
{
	make_pair(SOCK_STREAM);
	fill_request(&cb, ends[0], bytes, 1, 0);
	CU_ASSERT_EQUAL(aio_fsync(O_SYNC, &cb), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	cb.aio_offset = -1;
	CU_ASSERT_EQUAL(aio_read(&cb), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	close_pair();
}

int
main(void)
{
	const struct rule rules[] = {
	    RULE(a_read_takes_what_is_there),
	    RULE(a_read_waits_for_its_peer),
	    RULE(a_read_of_a_nonblocking_socket_waits_too),
	    RULE(what_the_program_takes_itself_is_not_missed),
	    RULE(the_end_of_the_stream_is_no_bytes),
	    RULE(datagrams_keep_their_bounds),
	    RULE(reads_are_served_in_the_order_of_their_calls),
	    RULE(waiting_takes_no_daemon),
	    RULE(a_write_goes_on_until_all_is_sent),
	    RULE(a_nonblocking_write_ends_with_what_it_sent),
	    RULE(what_counts_is_o_nonblock_at_the_time),
	    RULE(a_write_to_nobody_is_epipe_and_one_sigpipe),
	    RULE(a_socket_has_no_fsync_and_no_negative_offset),
	};

	alarm(60);
	return (RUN_RULES("the preload library's sockets", rules));
}
