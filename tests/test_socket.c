/*
 * A socket's buffers by themselves: when they are ready, and what one attempt
 * to receive or to send does.
 */

#include "sim/socket.h"
#include "tests/suite.h"

static struct socket socket_of_100;

static struct socket *
fresh(int64_t received)
{
	const struct socket_config config = {
	    .receive_bytes = received,
	    .send_size = 100,
	    .send_lowat = 20,
	    .copy_base_ns = 7,
	    .copy_ns_per_byte = 3,
	    .copy_grain_ns = 10,
	};

	socket_init(&socket_of_100, &config);
	return (&socket_of_100);
}

/* Ends the attempt without anybody interfering. */
static struct kernel_service_result
try_once(struct socket *s, enum kernel_direction direction, uint64_t bytes)
{
	struct socket_attempt a;

	socket_attempt_begin(&a, direction, bytes);
	while (socket_attempt_go_on(s, &a) >= 0)
		;
	CU_ASSERT(a.over);
	CU_ASSERT(a.result.ready == socket_is_ready(s, direction));
	return (a.result);
}

static bool
is(struct kernel_service_result result, int64_t bytes, enum kernel_errno error)
{
	return (result.bytes == bytes && result.error == error &&
	    !result.would_block);
}

static bool
blocks(struct kernel_service_result result, int64_t bytes)
{
	return (result.bytes == bytes && result.would_block);
}

static void
one_byte_makes_a_receive_buffer_ready(void)
{
	struct socket *s = fresh(0);

	CU_ASSERT(!socket_is_ready(s, KERNEL_RECEIVE));
	socket_put_received(s, 1);
	CU_ASSERT(socket_is_ready(s, KERNEL_RECEIVE));
	s = fresh(0);
	socket_put_eof(s);
	CU_ASSERT(socket_is_ready(s, KERNEL_RECEIVE));
}

static void
space_of_the_low_water_mark_makes_a_send_buffer_ready(void)
{
	struct socket *s = fresh(0);

	CU_ASSERT(is(try_once(s, KERNEL_SEND, 81), 81, KE_OK));
	CU_ASSERT(!socket_is_ready(s, KERNEL_SEND));
	CU_ASSERT(socket_take_unsent(s, 1) == 1);
	CU_ASSERT(socket_is_ready(s, KERNEL_SEND));
	CU_ASSERT(is(try_once(s, KERNEL_SEND, 1), 1, KE_OK));
	socket_put_closed(s);
	CU_ASSERT(socket_is_ready(s, KERNEL_SEND));
}

static void
receive_takes_what_is_there(void)
{
	struct socket *s = fresh(30);

	CU_ASSERT(is(try_once(s, KERNEL_RECEIVE, 10), 10, KE_OK));
	CU_ASSERT(is(try_once(s, KERNEL_RECEIVE, 50), 20, KE_OK));
	CU_ASSERT(blocks(try_once(s, KERNEL_RECEIVE, 50), 0));
	CU_ASSERT(is(try_once(s, KERNEL_RECEIVE, 0), 0, KE_OK));
}

static void
end_comes_after_the_data(void)
{
	struct socket *s = fresh(30);

	socket_put_eof(s);
	CU_ASSERT(is(try_once(s, KERNEL_RECEIVE, 50), 30, KE_OK));
	CU_ASSERT(is(try_once(s, KERNEL_RECEIVE, 50), 0, KE_OK));
}

/* What comes during the copy is for the next receive. */
static void
receive_does_not_look_again(void)
{
	struct socket *s = fresh(30);
	struct socket_attempt a;

	socket_attempt_begin(&a, KERNEL_RECEIVE, 50);
	CU_ASSERT(socket_attempt_go_on(s, &a) == 30);
	CU_ASSERT(!socket_is_ready(s, KERNEL_RECEIVE));
	socket_put_received(s, 5);
	CU_ASSERT(socket_attempt_go_on(s, &a) == -1);
	CU_ASSERT(is(a.result, 30, KE_OK));
	CU_ASSERT(a.result.ready);
}

static void
send_goes_on_while_there_is_room(void)
{
	struct socket *s = fresh(0);
	struct socket_attempt a;

	socket_attempt_begin(&a, KERNEL_SEND, 150);
	CU_ASSERT(socket_attempt_go_on(s, &a) == 100);
	CU_ASSERT(socket_take_unsent(s, 30) == 30);
	CU_ASSERT(socket_attempt_go_on(s, &a) == 30);
	CU_ASSERT(socket_take_unsent(s, 19) == 19);
	CU_ASSERT(socket_attempt_go_on(s, &a) == -1);
	CU_ASSERT(blocks(a.result, 130));
	/* Less than the mark is enough for what needs no more. */
	CU_ASSERT(is(try_once(s, KERNEL_SEND, 19), 19, KE_OK));
}

static void
send_breaks_where_the_connection_does(void)
{
	struct socket *s = fresh(0);
	struct socket_attempt a;

	socket_attempt_begin(&a, KERNEL_SEND, 150);
	CU_ASSERT(socket_attempt_go_on(s, &a) == 100);
	socket_put_closed(s);
	CU_ASSERT(socket_attempt_go_on(s, &a) == -1);
	CU_ASSERT(is(a.result, 100, KE_EPIPE));
	CU_ASSERT(is(try_once(s, KERNEL_SEND, 1), 0, KE_EPIPE));
	CU_ASSERT(is(try_once(s, KERNEL_SEND, 0), 0, KE_OK));
}

static void
more_than_there_is_does_not_drain(void)
{
	struct socket *s = fresh(0);

	CU_ASSERT(is(try_once(s, KERNEL_SEND, 40), 40, KE_OK));
	CU_ASSERT(socket_take_unsent(s, 1000) == 40);
	CU_ASSERT(socket_take_unsent(s, 1000) == 0);
}

static void
copy_takes_its_base_and_whole_grains(void)
{
	const struct socket *s = fresh(0);

	CU_ASSERT(socket_copy_ns(s, 0) == 7);
	CU_ASSERT(socket_copy_ns(s, 3) == 7);
	CU_ASSERT(socket_copy_ns(s, 4) == 17);
	CU_ASSERT(socket_copy_ns(s, INT64_MAX) > 0);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(one_byte_makes_a_receive_buffer_ready),
	    RULE(space_of_the_low_water_mark_makes_a_send_buffer_ready),
	    RULE(receive_takes_what_is_there),
	    RULE(end_comes_after_the_data),
	    RULE(receive_does_not_look_again),
	    RULE(send_goes_on_while_there_is_room),
	    RULE(send_breaks_where_the_connection_does),
	    RULE(more_than_there_is_does_not_drain),
	    RULE(copy_takes_its_base_and_whole_grains),
	};

	return (RUN_RULES("socket", rules));
}
