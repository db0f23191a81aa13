/*
 * Jobs of sockets: whom they wait for, how an attempt ends, what cancelling
 * does to them, and what else of AIO they meet.
 */

#include "tests/socket_story.h"

/* ---- Readiness -------------------------------------------------------- */

static void
read_waits_until_its_buffer_is_ready(void)
{
	begin(false, false);
	boot();
	reads(0, READER);
	was_told("p0 queues 0; p0 gets 0");
	changes(READER, KERNEL_SEND, true);
	was_told("");
	changes(READER, KERNEL_RECEIVE, true);
	was_told("soaiod1 wakes");
	runs(soaiod(1));
	was_told("soaiod1 serves 0");
	end();
}

/* sowakeup_aio does not ask whether the buffer is ready. */
static void
change_wakes_even_if_the_buffer_is_not_ready(void)
{
	begin(false, false);
	boot();
	writes(0, READER);
	forget();
	changes(READER, KERNEL_SEND, false);
	was_told("soaiod1 wakes");
	/* The task is queued: another change adds nothing. */
	changes(READER, KERNEL_SEND, false);
	was_told("");
	runs(soaiod(1));
	was_told("soaiod1 sleeps until 30000 ms");
	changes(READER, KERNEL_SEND, true);
	was_told("soaiod2 wakes");
	end();
}

static void
change_that_nobody_waits_for_wakes_nobody(void)
{
	begin(false, false);
	boot();
	changes(READER, KERNEL_RECEIVE, true);
	was_told("");
	reads(0, READER);
	was_told("p0 queues 0; soaiod1 wakes; p0 gets 0");
	end();
}

static void
jobs_of_a_buffer_are_served_one_at_a_time(void)
{
	begin(false, true);
	boot();
	reads(0, READER);
	reads(1, READER);
	was_told("p0 queues 0; soaiod1 wakes; p0 gets 0; "
		 "p0 queues 1; p0 gets 0");
	runs(soaiod(1));
	moved(5, true);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 0 with 5; soaiod1 serves 1");
	/* Nothing is left for a third: it waits. */
	reads(3, READER);
	moved(5, false);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 1 with 5; soaiod1 sleeps until 30000 ms");
	changes(READER, KERNEL_RECEIVE, true);
	was_told("soaiod2 wakes");
	end();
}

static void
directions_of_a_socket_are_apart(void)
{
	begin(false, true);
	boot();
	reads(0, READER);
	writes(1, READER);
	was_told("p0 queues 0; soaiod1 wakes; p0 gets 0; "
		 "p0 queues 1; soaiod2 wakes; p0 gets 0");
	end();
}

static void
descriptors_of_one_socket_share_its_queues(void)
{
	begin(false, false);
	kernel_dup(k, 0, READER, 20);
	boot();
	reads(0, 20);
	reads(1, READER);
	forget();
	changes(READER, KERNEL_RECEIVE, true);
	runs(soaiod(1));
	was_told("soaiod1 wakes; soaiod1 serves 0");
	end();
}

/* The job holds the socket, which is named by the descriptor it was. */
static void
closing_a_socket_leaves_its_jobs(void)
{
	const struct kernel_call close_call = {
	    .kind = KERNEL_CLOSE, .fd = READER};

	begin(false, false);
	boot();
	reads(0, READER);
	call(caller, &close_call);
	reads(1, READER);
	was_told(
	    "p0 queues 0; p0 gets 0; p0 gets 0; p0 is refused; p0 gets EBADF");
	changes(READER, KERNEL_RECEIVE, true);
	runs(soaiod(1));
	moved(5, false);
	runs(soaiod(1));
	was_told("soaiod1 wakes; soaiod1 serves 0; soaiod1 wakes; "
		 "soaiod1 ends 0 with 5; soaiod1 sleeps until 30000 ms");
	end();
}

/* Nor is anybody told of one that is gone. */
static void
change_of_a_socket_that_is_gone_wakes_nobody(void)
{
	const struct kernel_call close_call = {
	    .kind = KERNEL_CLOSE, .fd = READER};

	begin(false, false);
	boot();
	call(caller, &close_call);
	forget();
	changes(READER, KERNEL_RECEIVE, true);
	was_told("");
	end();
}

/* Its descriptor is another socket's by now. */
static void
change_finds_the_socket_that_it_is_of(void)
{
	const struct kernel_call close_call = {
	    .kind = KERNEL_CLOSE, .fd = READER};
	const struct kernel_file successor = {
	    .kind = KERNEL_SOCKET, .readable = true, .device = 7};
	struct kernel_event event = {
	    .kind = EV_SOCKET, .socket = {0, READER, KERNEL_RECEIVE, true, 7}};

	begin(false, false);
	boot();
	reads(0, READER);
	call(caller, &close_call);
	kernel_open(k, 0, READER, &successor);
	forget();
	post(&event);
	was_told("");
	event.socket.device = 0;
	post(&event);
	was_told("soaiod1 wakes");
	runs(soaiod(1));
	was_told("soaiod1 serves 0");
	end();
}

/* ---- Attempts --------------------------------------------------------- */

/* What a blocking write has sent is remembered, and it stays the first. */
static void
blocking_write_goes_on_where_it_stopped(void)
{
	begin(false, true);
	boot();
	writes(0, READER);
	writes(1, READER);
	runs(soaiod(1));
	would_block(300);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 sleeps until 30000 ms");
	CU_ASSERT(counters()->so_empty_results == 1);
	CU_ASSERT(counters()->so_daemons_busy == 0);
	changes(READER, KERNEL_SEND, true);
	runs(soaiod(2));
	was_told("soaiod2 wakes; soaiod2 serves 0 from 300");
	moved(700, true);
	forget();
	runs(soaiod(2));
	was_told("soaiod2 ends 0 with 1000; soaiod2 serves 1");
	end();
}

static void
nonblocking_write_ends_with_what_it_sent(void)
{
	begin(true, true);
	boot();
	writes(0, READER);
	runs(soaiod(1));
	would_block(300);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 0 with 300; soaiod1 sleeps until 30000 ms");
	CU_ASSERT(counters()->so_empty_results == 0);
	end();
}

static void
nonblocking_is_what_it_is_when_the_attempt_ends(void)
{
	begin(false, true);
	boot();
	writes(0, READER);
	runs(soaiod(1));
	kernel_set_nonblocking(k, 0, READER, 0, true);
	would_block(300);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 0 with 300; soaiod1 sleeps until 30000 ms");
	end();
}

/* Not even a non-blocking socket says EAGAIN. */
static void
nonblocking_read_of_nothing_waits(void)
{
	begin(true, true);
	boot();
	reads(0, READER);
	runs(soaiod(1));
	would_block(0);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 sleeps until 30000 ms");
	CU_ASSERT(counters()->unfinished == 1);
	end();
}

static void
ready_again_is_tried_again_at_once(void)
{
	begin(false, true);
	boot();
	writes(0, READER);
	runs(soaiod(1));
	would_block(300);
	forget();
	changes(READER, KERNEL_SEND, true);
	runs(soaiod(1));
	was_told("soaiod1 serves 0 from 300");
	CU_ASSERT(counters()->so_empty_results == 1);
	CU_ASSERT(counters()->so_empty_retries == 1);
	end();
}

static void
error_after_some_bytes_is_told(void)
{
	begin(false, true);
	boot();
	writes(0, READER);
	runs(soaiod(1));
	failed(300, KE_EPIPE);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 0 with EPIPE; soaiod1 sleeps until 30000 ms");
	end();
}

static void
interruption_after_some_bytes_is_not(void)
{
	begin(false, true);
	boot();
	writes(0, READER);
	writes(1, READER);
	runs(soaiod(1));
	failed(300, KE_EINTR);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 0 with 300; soaiod1 serves 1");
	failed(0, KE_EINTR);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 1 with EINTR; soaiod1 sleeps until 30000 ms");
	end();
}

/* ---- Cancelling ------------------------------------------------------- */

static void
waiting_job_is_cancelled(void)
{
	begin(false, false);
	boot();
	reads(0, READER);
	forget();
	cancels(READER, 0);
	was_told("p0 ends 0 with ECANCELED; p0 gets 1");
	/* Nobody waits any more. */
	changes(READER, KERNEL_RECEIVE, true);
	was_told("");
	end();
}

static void
job_with_progress_ends_with_it(void)
{
	begin(false, true);
	boot();
	writes(0, READER);
	runs(soaiod(1));
	would_block(300);
	runs(soaiod(1));
	forget();
	cancels(READER, 0);
	was_told("p0 ends 0 with 300; p0 gets 2");
	end();
}

static void
marked_job_does_not_wait_again(void)
{
	begin(false, true);
	boot();
	reads(0, READER);
	runs(soaiod(1));
	cancels(READER, 0);
	forget();
	would_block(0);
	runs(soaiod(1));
	was_told("soaiod1 wakes; soaiod1 ends 0 with ECANCELED; "
		 "soaiod1 sleeps until 30000 ms");
	writes(1, READER);
	runs(soaiod(2));
	cancels(READER, 1);
	forget();
	would_block(300);
	runs(soaiod(2));
	was_told("soaiod2 wakes; soaiod2 ends 1 with 300; "
		 "soaiod2 sleeps until 30000 ms");
	end();
}

static void
marked_job_that_need_not_wait_ends_normally(void)
{
	begin(false, true);
	boot();
	reads(0, READER);
	runs(soaiod(1));
	forget();
	cancels(READER, 0);
	was_told("p0 gets 2");
	moved(10, false);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 0 with 10; soaiod1 sleeps until 30000 ms");
	end();
}

static void
task_without_jobs_does_nothing(void)
{
	begin(false, true);
	boot();
	reads(0, READER);
	cancels(READER, KERNEL_NO_CB);
	was_told("p0 queues 0; soaiod1 wakes; p0 gets 0; "
		 "p0 ends 0 with ECANCELED; p0 gets 1");
	runs(soaiod(1));
	was_told("soaiod1 sleeps until 30000 ms");
	CU_ASSERT(counters()->so_address_space_changes == 0);
	end();
}

static void
exit_waits_for_the_attempt_only(void)
{
	const struct kernel_call leaves = {.kind = KERNEL_EXIT};

	begin(false, true);
	boot();
	writes(0, READER);
	writes(1, READER);
	runs(soaiod(1));
	forget();
	call(caller, &leaves);
	was_told("p0 ends 1 with ECANCELED; p0 sleeps until 1000 ms");
	would_block(300);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 0 with 300; p0 wakes; "
		 "soaiod1 sleeps until 30000 ms");
	runs(caller);
	was_told("p0 gets 0");
	CU_ASSERT(counters()->queue_count == 0);
	end();
}

/* ---- Limits, and what else there is ----------------------------------- */

static void
max_aio_per_proc_does_not_count_sockets(void)
{
	begin(false, true);
	boot();
	set("vfs.aio.max_aio_per_proc", 0);
	set("vfs.aio.max_aio_queue_per_proc", 1);
	reads(0, READER);
	was_told("p0 queues 0; soaiod1 wakes; p0 gets 0");
	reads(1, READER);
	was_told("p0 is refused; p0 gets EAGAIN");
	request_by(stranger, KERNEL_AIO_READ, 0, READER, 1000);
	was_told("p1 queues 0; soaiod2 wakes; p1 gets 0");
	end();
}

static void
sockets_have_no_fsync_and_no_offsets(void)
{
	begin(false, true);
	boot();
	request_by(caller, KERNEL_AIO_FSYNC, 0, READER, 0);
	was_told("p0 is refused; p0 gets EINVAL");
	request_by(caller, KERNEL_PREAD, 0, READER, 10);
	was_told("p0 gets ESPIPE");
	end();
}

static void
target_procs_cannot_be_set(void)
{
	struct kernel_call sets = {.kind = KERNEL_SYSCTL, .value = 9};
	const char *const kernel = kernel_names()[0];

	begin(false, true);
	boot();
	sets.tunable = kernel_find_tunable(kernel, "kern.ipc.aio.target_procs");
	call(caller, &sets);
	was_told("p0 gets EPERM");
	sets.tunable = kernel_find_tunable(kernel, "kern.ipc.aio.max_procs");
	call(caller, &sets);
	was_told("p0 gets 0");
	CU_ASSERT_EQUAL(
	    kernel_get_tunable(
		k, kernel_find_tunable(kernel, "kern.ipc.aio.num_procs")),
	    4);
	end();
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(read_waits_until_its_buffer_is_ready),
	    RULE(change_wakes_even_if_the_buffer_is_not_ready),
	    RULE(change_that_nobody_waits_for_wakes_nobody),
	    RULE(jobs_of_a_buffer_are_served_one_at_a_time),
	    RULE(directions_of_a_socket_are_apart),
	    RULE(descriptors_of_one_socket_share_its_queues),
	    RULE(closing_a_socket_leaves_its_jobs),
	    RULE(change_of_a_socket_that_is_gone_wakes_nobody),
	    RULE(change_finds_the_socket_that_it_is_of),
	    RULE(blocking_write_goes_on_where_it_stopped),
	    RULE(nonblocking_write_ends_with_what_it_sent),
	    RULE(nonblocking_is_what_it_is_when_the_attempt_ends),
	    RULE(nonblocking_read_of_nothing_waits),
	    RULE(ready_again_is_tried_again_at_once),
	    RULE(error_after_some_bytes_is_told),
	    RULE(interruption_after_some_bytes_is_not),
	    RULE(waiting_job_is_cancelled),
	    RULE(job_with_progress_ends_with_it),
	    RULE(marked_job_does_not_wait_again),
	    RULE(marked_job_that_need_not_wait_ends_normally),
	    RULE(task_without_jobs_does_nothing),
	    RULE(exit_waits_for_the_attempt_only),
	    RULE(max_aio_per_proc_does_not_count_sockets),
	    RULE(sockets_have_no_fsync_and_no_offsets),
	    RULE(target_procs_cannot_be_set),
	};

	return (RUN_RULES("socket jobs", rules));
}
