/*
 * Load programs that are refused: retry, sync and drop, and the order of what
 * waits.
 */

#include "tests/load_player.h"
#include "tests/suite.h"

static const char *const collect_modes[] = {
    "waitcomplete", "suspend", "poll(100us)", "signal", "thread", "kevent"};

static void
retry_repeats_the_same_operation(void)
{
	const struct attempt *again, *before;
	guint i, retries = 0;
	struct player p;

	play(&p,
	    SMALL_QUEUE DISK_AND_FILE
	    "[process a]\nfile = data\narrivals = poisson(4500/s)\nread = 0.5\n"
	    "size = uniform(1k,16k)\nrequests = 500\non_eagain = retry(3ms)\n");
	for (i = 0; i < p.attempts->len; i++) {
		again = attempt_at(&p, i);
		if (again->operation.attempts == 1)
			continue;
		before = attempt_at(&p, i - 1);
		CU_ASSERT(same_work(before, again));
		CU_ASSERT_EQUAL(before->error, KE_EAGAIN);
		CU_ASSERT_EQUAL(before->submit_ns + 3 * MS, again->submit_ns);
		CU_ASSERT_EQUAL(
		    before->operation.attempts + 1, again->operation.attempts);
		retries++;
	}
	CU_ASSERT(retries > 100);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 500);
	player_end(&p);
}

/* Whoever comes while another is held is tried when that one was accepted, in
 * the order of arrival. */
static void
what_comes_after_a_refusal_waits_behind_it(void)
{
	const struct attempt *attempt, *before;
	guint i, waited = 0;
	struct player p;

	play(&p,
	    SMALL_QUEUE DISK_AND_FILE
	    "[process a]\nfile = data\narrivals = poisson(4500/s)\n"
	    "requests = 500\non_eagain = retry(3ms)\n");
	for (i = 1; i < p.attempts->len; i++) {
		attempt = attempt_at(&p, i);
		before = attempt_at(&p, i - 1);
		CU_ASSERT(
		    attempt->operation.number >= before->operation.number);
		if (attempt->submit_ns == attempt->operation.arrival_ns)
			continue;
		waited++;
		CU_ASSERT(attempt->submit_ns == before->submit_ns ||
		    attempt->submit_ns == before->submit_ns + 3 * MS);
	}
	CU_ASSERT(waited > 100);
	player_end(&p);
}

static void
what_waits_at_the_end_was_wanted(void)
{
	struct player p;

	play(&p,
	    "[scenario]\nduration = 1s\n"
	    "[sysctl]\nvfs.aio.max_aio_queue = 0\n" DISK_AND_FILE
	    "[process a]\nfile = data\narrivals = periodic(1000/s)\n"
	    "on_eagain = retry(10ms)\n");
	CU_ASSERT_EQUAL(player_counts(&p, 0).wanted, 1001);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 0);
	CU_ASSERT_EQUAL(p.attempts->len, 101);
	player_end(&p);
}

static int64_t
first_takes_50_ms(const struct operation *operation)
{
	return (operation->number == 0 ? 50 * MS : MS);
}

static void
one_thread_retries_while_it_collects(void)
{
	const struct attempt *last;
	struct player p;

	player_begin(&p,
	    "[sysctl]\nvfs.aio.max_aio_queue_per_proc = 1\n"
	    "[sysctl at 20ms]\nvfs.aio.max_aio_queue_per_proc = "
	    "2\n" DISK_AND_FILE
	    "[process a]\nfile = data\ndepth = 2\non_eagain = retry(5ms)\n"
	    "requests = 2\n");
	p.service_ns = first_takes_50_ms;
	CU_ASSERT(player_play(&p));
	last = attempt_at(&p, p.attempts->len - 1);
	CU_ASSERT_EQUAL(last->error, KE_OK);
	CU_ASSERT_EQUAL(last->operation.number, 1);
	/* A pause and two ticks after there is room, at the latest. */
	CU_ASSERT(last->submit_ns >= 20 * MS && last->submit_ns <= 27 * MS);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 2);
	player_end(&p);
}

static void
sync_serves_refused_operations_itself(void)
{
	struct operation_counts counts;
	struct player p;
	guint mode;
	char *text;

	for (mode = 0; mode < G_N_ELEMENTS(collect_modes); mode++) {
		text = g_strdup_printf(SMALL_QUEUE DISK_AND_FILE
		    "[process a]\nfile = data\ndepth = 6\nrequests = 300\n"
		    "read = 0.5\non_eagain = sync\ncollect = %s\n",
		    collect_modes[mode]);
		play(&p, text);
		counts = player_counts(&p, 0);
		CU_ASSERT_EQUAL(counts.wanted, 300);
		CU_ASSERT_EQUAL(counts.done + counts.done_synchronously, 300);
		CU_ASSERT_EQUAL(
		    p.call_counts[KERNEL_PREAD] + p.call_counts[KERNEL_PWRITE],
		    counts.done_synchronously);
		CU_ASSERT(p.call_counts[KERNEL_PWRITE] > 0);
		/* In each millisecond one is synchronous, and four are not if
		 * what has finished is collected. */
		CU_ASSERT(counts.done > 190);
		player_end(&p);
		g_free(text);
	}
}

static void
drop_gives_operations_up(void)
{
	struct operation_counts counts;
	struct player p;
	guint i;

	play(&p,
	    SMALL_QUEUE DISK_AND_FILE
	    "[process a]\nfile = data\narrivals = periodic(8000/s)\n"
	    "requests = 800\non_eagain = drop\n");
	counts = player_counts(&p, 0);
	/* 4 of 8 at a time fit. */
	CU_ASSERT_EQUAL(counts.done, 400);
	CU_ASSERT_EQUAL(counts.dropped, 400);
	for (i = 0; i < p.attempts->len; i++)
		CU_ASSERT_EQUAL(attempt_at(&p, i)->operation.attempts, 1);
	player_end(&p);
}

static void
dropping_closed_loop_does_not_spin(void)
{
	struct player p;

	play(&p,
	    "[scenario]\nduration = 100ms\n" SMALL_QUEUE DISK_AND_FILE
	    "[process a]\nfile = data\ndepth = 6\non_eagain = drop\n");
	/* 2 of 6 are refused, and pause for 1 ms. */
	CU_ASSERT(player_counts(&p, 0).dropped <= 2 * 101);
	CU_ASSERT(player_counts(&p, 0).dropped >= 50);
	CU_ASSERT(player_counts(&p, 0).done >= 4 * 98);
	player_end(&p);
}

static void
unsupported_files_end_the_run(void)
{
	struct player p;

	play(&p,
	    "[disk d]\n[file data]\nkind = nfs\ndisk = d\n"
	    "[process a]\nfile = data\ndepth = 4\nrequests = 100\n"
	    "[process b]\nfile = data\narrivals = periodic(1000/s)\n"
	    "requests = 100\n");
	CU_ASSERT_EQUAL(player_counts(&p, 0).dropped, 100);
	CU_ASSERT_EQUAL(player_counts(&p, 1).dropped, 100);
	CU_ASSERT_EQUAL(attempt_at(&p, 0)->error, KE_EOPNOTSUPP);
	player_end(&p);
}

static const struct rule rules[] = {
    RULE(retry_repeats_the_same_operation),
    RULE(what_comes_after_a_refusal_waits_behind_it),
    RULE(what_waits_at_the_end_was_wanted),
    RULE(one_thread_retries_while_it_collects),
    RULE(sync_serves_refused_operations_itself),
    RULE(drop_gives_operations_up),
    RULE(dropping_closed_loop_does_not_spin),
    RULE(unsupported_files_end_the_run),
};

int
main(void)
{
	return (RUN_RULES("load refusals", rules));
}
