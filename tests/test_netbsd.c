/*
 * NetBSD's classic AIO in numbers: workloads whose outcome follows from one
 * worker a process, a FIFO, and limits on what waits.
 */

#include "tests/script_play.h"

static struct play *play;
static struct actor *p;

static void
begin(void)
{
	play = play_new("netbsd");
	p = actor_new(play);
}

static int64_t
mean_ms(void)
{
	int64_t sum = 0;
	guint i;

	for (i = 0; i < play->completions->len; i++)
		sum += g_array_index(play->completions, struct completion, i)
			   .at_ns;
	return (sum / (int64_t)play->completions->len / MS);
}

/* ---- One worker ------------------------------------------------------- */

static void
eight_reads_on_eight_idle_disks_take_80_ms(void)
{
	uint32_t i;

	begin();
	for (i = 0; i < 8; i++)
		read_at(p, 0, i, (int)i);
	play_run(play);
	for (i = 0; i < 8; i++)
		ENDS(play, i, 10 * (i + 1), KE_OK);
	CU_ASSERT_EQUAL(mean_ms(), 45);
	play_free(play);
}

static void
one_slow_request_delays_all_behind_it_to_1070_ms(void)
{
	uint32_t i;

	begin();
	play->service_ns[0] = 1000 * MS;
	for (i = 0; i < 8; i++)
		read_at(p, 0, i, (int)i);
	play_run(play);
	ENDS(play, 7, 1070, KE_OK);
	play_free(play);
}

static void
a_device_with_eight_channels_does_not_help_one_file(void)
{
	uint32_t i;

	begin();
	for (i = 0; i < 8; i++)
		read_at(p, 0, i, 0);
	play_run(play);
	ENDS(play, 7, 80, KE_OK);
	play_free(play);
}

static void
two_open_files_of_one_disk_do_not_help_either(void)
{
	uint32_t i;

	begin();
	for (i = 0; i < 8; i++)
		read_at(p, 0, i, i % 2 ? 0 : FD_AGAIN);
	play_run(play);
	ENDS(play, 7, 80, KE_OK);
	play_free(play);
}

static void
reads_behind_40_writes_end_from_410_to_480_ms(void)
{
	uint32_t i;

	begin();
	for (i = 0; i < 40; i++)
		write_at(p, 0, i, 0);
	for (i = 0; i < 8; i++)
		read_at(p, 0, 40 + i, (int)i);
	play_run(play);
	ENDS(play, 40, 410, KE_OK);
	ENDS(play, 47, 480, KE_OK);
	play_free(play);
}

static void
sixteen_writes_to_one_file_take_160_ms_and_one_worker(void)
{
	uint32_t i;

	begin();
	for (i = 0; i < 16; i++)
		write_at(p, 0, i, 0);
	play_run(play);
	ENDS(play, 15, 160, KE_OK);
	CU_ASSERT_EQUAL(kernel_counters(play->kernel)->daemons_created, 1);
	play_free(play);
}

static void
sixty_four_requests_take_640_ms_however_many_files(void)
{
	uint32_t i, files;

	for (files = 4; files <= 8; files += 4) {
		begin();
		for (i = 0; i < 64; i++)
			read_at(p, 0, i, (int)(i % files));
		play_run(play);
		ENDS(play, 63, 640, KE_OK);
		play_free(play);
	}
}

static void
each_process_has_a_worker_of_its_own(void)
{
	struct actor *other;
	uint32_t i;

	begin();
	other = actor_new(play);
	for (i = 0; i < 6; i++)
		read_at(p, 0, i, 0);
	read_at(other, 0, 100, 1);
	play_run(play);
	ENDS(play, 100, 10, KE_OK);
	ENDS(play, 5, 60, KE_OK);
	CU_ASSERT_EQUAL(kernel_counters(play->kernel)->daemons, 2);
	play_free(play);
}

/* ---- Blocking --------------------------------------------------------- */

static void
a_pipe_that_blocks_stops_the_aio_of_its_process_for_ever(void)
{
	struct play_step *a, *b, *cancel;
	struct actor *other;
	GString *why = g_string_new(NULL);

	begin();
	other = actor_new(play);
	read_at(p, 0, 0, FD_PIPE);
	write_at(p, 0, 1, FD_PIPE);
	a = error_at(p, 5000 * MS, 0);
	b = error_at(p, 5000 * MS, 1);
	read_at(other, 0, 100, 0);
	cancel =
	    call_at(p, 5000 * MS, KERNEL_AIO_CANCEL, FD_PIPE, KERNEL_NO_CB);
	suspend_at(p, 5000 * MS, 0, 1, NEVER);
	play_run(play);
	RETURNS(a, 36, KE_OK); /* EINPROGRESS */
	RETURNS(b, 36, KE_OK);
	RETURNS(cancel, 2, KE_OK); /* AIO_NOTCANCELED */
	ENDS(play, 100, 10, KE_OK);
	/* Cancelled were the queued ones, in spite of the answer. */
	ENDS(play, 1, 5000, KE_ECANCELED);
	CU_ASSERT_EQUAL(play->completions->len, 2);
	CU_ASSERT(driver_stalled(play->driver));
	driver_explain_stall(play->driver, why);
	CU_ASSERT_STRING_EQUAL(why->str,
	    "p waits in aio_suspend, with one request in its worker's hands "
	    "and 0 queued behind it\n"
	    "aio1 waits for ever in a read of [file pipe], for p\n");
	g_string_free(why, TRUE);
	play_free(play);
}

/* ---- Limits ----------------------------------------------------------- */

static void
a_burst_of_600_gets_513_accepted(void)
{
	struct play_step *steps[600];
	uint32_t i, accepted = 0;

	begin();
	for (i = 0; i < 600; i++)
		steps[i] = read_at(p, 0, i, 0);
	play_run(play);
	for (i = 0; i < 600; i++) {
		accepted += steps[i]->result.error == KE_OK;
		CU_ASSERT(steps[i]->result.error == KE_OK ||
		    steps[i]->result.error == KE_EAGAIN);
	}
	CU_ASSERT_EQUAL(accepted, 513);
	ENDS(play, 512, 5130, KE_OK);
	play_free(play);
}

static void
a_full_queue_takes_one_more_with_each_that_starts(void)
{
	struct play_step *steps[50];
	uint32_t i;

	begin();
	for (i = 0; i < 513; i++)
		read_at(p, 0, i, 0);
	/* Every 10 ms the worker takes one; nobody calls aio_return. */
	for (i = 0; i < 50; i++)
		steps[i] = read_at(p, (10 * (int64_t)i + 11) * MS, 600 + i, 0);
	play_run(play);
	for (i = 0; i < 50; i++)
		RETURNS(steps[i], 0, KE_OK);
	play_free(play);
}

static void
a_program_that_never_reaps_is_never_refused(void)
{
	struct play_step *steps[300];
	uint32_t i;

	begin();
	for (i = 0; i < 300; i++) {
		steps[i] = read_at(p, 0, i, 0);
		suspend_at(p, 0, i, 1, NEVER);
	}
	play_run(play);
	for (i = 0; i < 300; i++)
		RETURNS(steps[i], 0, KE_OK);
	CU_ASSERT_EQUAL(kernel_counters(play->kernel)->queue_count, 0);
	play_free(play);
}

static void
aio_max_counts_what_waits_in_all_queues(void)
{
	struct actor *other;
	struct play_step *last, *refused, *later;
	int aio_max = kernel_find_tunable("netbsd", "kern.aio_max");
	uint32_t i;

	begin();
	other = actor_new(play);
	kernel_set_tunable(play->kernel, aio_max, 4);
	for (i = 0; i < 4; i++)
		read_at(p, 0, i, 0);
	/* Three wait; the one being served does not count. */
	read_at(other, 0, 100, 1);
	last = read_at(other, 0, 101, 1);
	refused = read_at(other, 0, 102, 1);
	later = read_at(other, 11 * MS, 102, 1);
	play_run(play);
	RETURNS(last, 0, KE_OK);
	RETURNS(refused, -1, KE_EAGAIN);
	RETURNS(later, 0, KE_OK);
	play_free(play);
}

/* ---- Descriptors and ends --------------------------------------------- */

static void
closing_a_descriptor_fails_what_has_not_started(void)
{
	struct play_step *closing, *again;
	uint32_t i;

	begin();
	for (i = 0; i < 10; i++)
		read_at(p, 0, i, 0);
	closing = call_at(p, 0, KERNEL_CLOSE, 0, 0);
	again = call_at(p, 0, KERNEL_CLOSE, 0, 0);
	play_run(play);
	ENDS(play, 0, 10, KE_OK);
	for (i = 1; i < 10; i++)
		ENDS(play, i, 10, KE_EBADF);
	RETURNS(closing, 0, KE_OK);
	/* It waits for the service that has begun. */
	CU_ASSERT_EQUAL(closing->returned_ns, 10 * MS);
	RETURNS(again, -1, KE_EBADF);
	play_free(play);
}

static void
a_reused_number_means_the_new_file(void)
{
	uint32_t i;

	begin();
	read_at(p, 0, 0, 0);
	for (i = 1; i < 5; i++)
		read_at(p, 0, i, 1);
	call_at(p, 0, KERNEL_CLOSE, 1, 0);
	open_at(p, 0, 1);
	play_run(play);
	for (i = 1; i < 5; i++) {
		ENDS(play, i, 10 * (i + 1), KE_OK);
		CU_ASSERT_EQUAL(completion_of(play, i)->device, 7);
	}
	play_free(play);
}

static void
exit_at_55_ms_leaves_6_written_and_is_over_at_60(void)
{
	struct play_step *leaving;
	uint32_t i, written = 0;

	begin();
	for (i = 0; i < 100; i++)
		write_at(p, 0, i, 0);
	leaving = call_at(p, 55 * MS, KERNEL_EXIT, 0, 0);
	play_run(play);
	for (i = 0; i < 100; i++)
		written += completion_of(play, i)->error == KE_OK;
	CU_ASSERT_EQUAL(written, 6);
	CU_ASSERT_EQUAL(leaving->returned_ns, 60 * MS);
	CU_ASSERT_EQUAL(driver_now(play->driver), 60 * MS);
	CU_ASSERT_EQUAL(kernel_counters(play->kernel)->daemons, 0);
	play_free(play);
}

static void
exit_drops_the_queue_without_a_signal(void)
{
	struct kernel_request *r;
	uint32_t i;

	begin();
	for (i = 0; i < 5; i++) {
		r = request(p, i, 0);
		r->sigev.notify = KERNEL_NOTIFY_SIGNAL;
		r->sigev.signo = 40;
		submit_at(p, 0, KERNEL_AIO_READ, r);
	}
	call_at(p, 15 * MS, KERNEL_EXIT, 0, 0);
	play_run(play);
	/* The first, and the second that was being served. */
	CU_ASSERT_EQUAL(play->signals->len, 2);
	for (i = 2; i < 5; i++)
		ENDS(play, i, 20, KE_ECANCELED);
	play_free(play);
}

static void
exit_interrupts_a_read_of_a_pipe(void)
{
	struct play_step *leaving;

	begin();
	read_at(p, 0, 0, FD_PIPE);
	leaving = call_at(p, 5 * MS, KERNEL_EXIT, 0, 0);
	play_run(play);
	RETURNS(leaving, 0, KE_OK);
	CU_ASSERT_EQUAL(leaving->returned_ns, 5 * MS);
	ENDS(play, 0, 5, KE_EINTR);
	CU_ASSERT_FALSE(driver_stalled(play->driver));
	play_free(play);
}

static void
after_exec_requests_queue_to_nobody(void)
{
	struct play_step *accepted, *waiting;

	begin();
	read_at(p, 0, 0, 0);
	read_at(p, 0, 1, 0);
	call_at(p, 5 * MS, KERNEL_EXEC, 0, 0);
	accepted = read_at(p, 50 * MS, 2, 0);
	waiting = suspend_at(p, 50 * MS, 2, 1, NEVER);
	play_run(play);
	ENDS(play, 0, 10, KE_OK);
	RETURNS(accepted, 0, KE_OK);
	CU_ASSERT_EQUAL(waiting->returned_ns, -1);
	CU_ASSERT(driver_stalled(play->driver));
	CU_ASSERT_EQUAL(kernel_counters(play->kernel)->waiting, 2);
	CU_ASSERT_EQUAL(kernel_counters(play->kernel)->daemons, 0);
	play_free(play);
}

/* ---- Signals ---------------------------------------------------------- */

static struct play_step *
signal_with(uint32_t cb, int signo)
{
	struct kernel_request *r = request(p, cb, 0);

	r->sigev.notify = KERNEL_NOTIFY_SIGNAL;
	r->sigev.signo = signo;
	return (submit_at(p, 0, KERNEL_AIO_READ, r));
}

static void
sixteen_completions_while_blocked_make_one_signal(void)
{
	struct play_step *first, *second;
	uint32_t i;

	begin();
	for (i = 0; i < 16; i++)
		signal_with(i, 40);
	first = call_at(p, 500 * MS, KERNEL_SIGWAIT, 0, 0);
	second = call_at(p, 500 * MS, KERNEL_SIGWAIT, 0, 0);
	second->call.timeout_ns = 0;
	play_run(play);
	RETURNS(first, 40, KE_OK);
	/* The newest overwrites. */
	CU_ASSERT_EQUAL(first->result.cb, 15);
	RETURNS(second, -1, KE_EAGAIN);
	play_free(play);
}

static void
signals_of_two_numbers_do_not_coalesce(void)
{
	struct play_step *first, *second;
	uint32_t i;

	begin();
	for (i = 0; i < 4; i++)
		signal_with(i, i < 2 ? 41 : 40);
	first = call_at(p, 500 * MS, KERNEL_SIGWAIT, 0, 0);
	second = call_at(p, 500 * MS, KERNEL_SIGWAIT, 0, 0);
	play_run(play);
	RETURNS(first, 40, KE_OK);
	RETURNS(second, 41, KE_OK);
	CU_ASSERT_EQUAL(second->result.cb, 1);
	play_free(play);
}

static const struct rule rules[] = {
    RULE(eight_reads_on_eight_idle_disks_take_80_ms),
    RULE(one_slow_request_delays_all_behind_it_to_1070_ms),
    RULE(a_device_with_eight_channels_does_not_help_one_file),
    RULE(two_open_files_of_one_disk_do_not_help_either),
    RULE(reads_behind_40_writes_end_from_410_to_480_ms),
    RULE(sixteen_writes_to_one_file_take_160_ms_and_one_worker),
    RULE(sixty_four_requests_take_640_ms_however_many_files),
    RULE(each_process_has_a_worker_of_its_own),
    RULE(a_pipe_that_blocks_stops_the_aio_of_its_process_for_ever),
    RULE(a_burst_of_600_gets_513_accepted),
    RULE(a_full_queue_takes_one_more_with_each_that_starts),
    RULE(a_program_that_never_reaps_is_never_refused),
    RULE(aio_max_counts_what_waits_in_all_queues),
    RULE(closing_a_descriptor_fails_what_has_not_started),
    RULE(a_reused_number_means_the_new_file),
    RULE(exit_at_55_ms_leaves_6_written_and_is_over_at_60),
    RULE(exit_drops_the_queue_without_a_signal),
    RULE(exit_interrupts_a_read_of_a_pipe),
    RULE(after_exec_requests_queue_to_nobody),
    RULE(sixteen_completions_while_blocked_make_one_signal),
    RULE(signals_of_two_numbers_do_not_coalesce),
};

int
main(void)
{
	return (RUN_RULES("netbsd", rules));
}
