/*
 * Sockets of FreeBSD 10: served by aiods, which sleep in them as a program
 * would.
 */

#include "tests/socket_story.h"

static uint32_t
aiod(uint32_t number)
{
	return (daemon_of("aiod", number));
}

/* The first use makes two daemons; aiod2 is on top. */
static void
use_aio(void)
{
	const struct kernel_call poll = {.kind = KERNEL_AIO_WAITCOMPLETE};

	set("vfs.aio.target_aio_procs", 2);
	call(caller, &poll);
	runs(aiod(1));
	runs(caller);
	runs(aiod(2));
	runs(caller);
	forget();
}

static void
begin_10(bool nonblocking, bool ready)
{
	begin_with("freebsd-10", nonblocking, ready);
	boot();
	use_aio();
}

/* ---- Readiness -------------------------------------------------------- */

static void
ready_socket_is_served_by_an_aiod(void)
{
	begin_10(false, true);
	reads(0, READER);
	was_told("p0 queues 0; aiod2 wakes; p0 gets 0");
	runs(aiod(2));
	was_told("aiod2 serves 0");
	moved(5, false);
	forget();
	runs(aiod(2));
	was_told("aiod2 ends 0 with 5; aiod2 sleeps until 30000 ms");
	CU_ASSERT_EQUAL(counters()->so_daemons, 0);
	end();
}

static void
unready_socket_takes_no_daemon(void)
{
	begin_10(false, false);
	reads(0, READER);
	reads(1, READER);
	was_told("p0 queues 0; p0 gets 0; p0 queues 1; p0 gets 0");
	changes(READER, KERNEL_SEND, true);
	was_told("");
	/* All that wait for it go to the daemons. */
	changes(READER, KERNEL_RECEIVE, true);
	was_told("aiod2 wakes; aiod1 wakes");
	end();
}

static void
what_waits_for_its_socket_can_be_cancelled(void)
{
	begin_10(false, false);
	reads(0, READER);
	forget();
	cancels(READER, 0);
	was_told("p0 ends 0 with ECANCELED; p0 gets 1");
	changes(READER, KERNEL_RECEIVE, true);
	was_told("");
	end();
}

/* ---- Sleeping in it --------------------------------------------------- */

static void
aiod_sleeps_in_a_socket_until_it_changes(void)
{
	begin_10(false, true);
	writes(0, READER);
	runs(aiod(2));
	would_block(400);
	forget();
	runs(aiod(2));
	/* It holds its slot: nothing else is told. */
	was_told("");
	CU_ASSERT_EQUAL(counters()->daemons_busy, 1);
	cancels(READER, 0);
	was_told("p0 gets 2");
	changes(READER, KERNEL_SEND, true);
	was_told("aiod2 wakes");
	runs(aiod(2));
	was_told("aiod2 serves 0 from 400");
	moved(600, true);
	forget();
	runs(aiod(2));
	was_told("aiod2 ends 0 with 1000; aiod2 sleeps until 30000 ms");
	end();
}

static void
nonblocking_socket_keeps_no_daemon(void)
{
	begin_10(true, true);
	reads(0, READER);
	writes(1, READER);
	forget();
	runs(aiod(2));
	would_block(0);
	forget();
	runs(aiod(2));
	was_told("aiod2 ends 0 with EAGAIN; aiod2 serves 1");
	would_block(400);
	forget();
	runs(aiod(2));
	was_told("aiod2 ends 1 with 400; aiod2 sleeps until 30000 ms");
	end();
}

static void
daemons_at_one_buffer_wait_for_each_other(void)
{
	begin_10(false, true);
	reads(0, READER);
	reads(1, READER);
	forget();
	runs(aiod(2));
	runs(aiod(1));
	was_told("aiod2 serves 0");
	CU_ASSERT_EQUAL(counters()->daemons_busy, 2);
	moved(5, true);
	forget();
	runs(aiod(2));
	was_told("aiod1 wakes; aiod2 ends 0 with 5; "
		 "aiod2 sleeps until 30000 ms");
	runs(aiod(1));
	was_told("aiod1 serves 1");
	end();
}

/* From 11 on the limits of a process do not count what sockets do. */
static void
sockets_count_against_the_limits_of_the_pool(void)
{
	begin_with("freebsd-10", false, true);
	set("vfs.aio.max_aio_per_proc", 1);
	use_aio();
	reads(0, READER);
	runs(aiod(2));
	forget();
	reads(1, READER + 1);
	was_told("p0 queues 1, held by vfs.aio.max_aio_per_proc; "
		 "aiod1 wakes; p0 gets 0");
	runs(aiod(1));
	was_told("aiod1 sleeps until 30000 ms");
	end();
}

/* It waits for its socket first, which no limit keeps. */
static void
what_a_limit_keeps_from_a_daemon_names_it_once_the_socket_is_ready(void)
{
	const struct kernel_job_info *job[3];
	uint32_t cb;

	begin_10(false, false);
	set("vfs.aio.max_aio_procs", 2);
	for (cb = 0; cb < 3; cb++) {
		reads(cb, READER);
		job[cb] = kernel_job(k,
		    GPOINTER_TO_UINT(
			g_hash_table_lookup(jobs, GUINT_TO_POINTER(cb))));
		CU_ASSERT(job[cb]->held_by == -1);
	}
	now_ns = SECOND;
	changes(READER, KERNEL_RECEIVE, true);
	CU_ASSERT(job[0]->held_by == -1 && job[1]->held_by == -1);
	CU_ASSERT_STRING_EQUAL(node(job[2]->held_by), "vfs.aio.max_aio_procs");
	CU_ASSERT(job[2]->held_from_ns == SECOND);
	end();
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(ready_socket_is_served_by_an_aiod),
	    RULE(unready_socket_takes_no_daemon),
	    RULE(what_waits_for_its_socket_can_be_cancelled),
	    RULE(aiod_sleeps_in_a_socket_until_it_changes),
	    RULE(nonblocking_socket_keeps_no_daemon),
	    RULE(daemons_at_one_buffer_wait_for_each_other),
	    RULE(sockets_count_against_the_limits_of_the_pool),
	    RULE(
		what_a_limit_keeps_from_a_daemon_names_it_once_the_socket_is_ready),
	};

	return (RUN_RULES("sockets of FreeBSD 10", rules));
}
