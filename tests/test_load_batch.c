/*
 * Load programs that issue in lists, and one that never collects.
 */

#include "tests/load_player.h"
#include "tests/suite.h"

static const char *const collect_modes[] = {
    "waitcomplete", "suspend", "poll(100us)", "signal", "thread", "kevent"};

static int64_t
uneven_ms(const struct operation *operation)
{
	return (((int64_t)operation->number % 7 + 1) * MS);
}

/* Plays 700 operations; all must be accounted for, and nothing be left. */
static void
play_all(struct player *p, const char *before, const char *keys)
{
	struct operation_counts c;
	char *text;

	text = g_strdup_printf("%s" DISK_AND_FILE
			       "[process a]\nfile = data\nrequests = 700\n%s",
	    before, keys);
	player_begin(p, text);
	p->service_ns = uneven_ms;
	CU_ASSERT(player_play(p));
	c = player_counts(p, 0);
	CU_ASSERT_EQUAL(c.wanted, 700);
	CU_ASSERT_EQUAL(c.done + c.done_synchronously + c.dropped, 700);
	CU_ASSERT_EQUAL(kernel_counters(p->kernel)->queue_count, 0);
	kernel_check(p->kernel);
	g_free(text);
}

static void
check_batches(const char *before, const char *collect, const char *issue)
{
	struct player p;
	char *keys;

	keys = g_strdup_printf("collect = %s\n%s", collect, issue);
	play_all(&p, before, keys);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 700);
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_AIO_READ], 0);
	CU_ASSERT(p.call_counts[KERNEL_LIO_LISTIO] >= 88);
	player_end(&p);
	g_free(keys);
}

static void
each_collect_mode_collects_lists(void)
{
	guint mode;

	for (mode = 0; mode < G_N_ELEMENTS(collect_modes); mode++) {
		check_batches(
		    "", collect_modes[mode], "depth = 8\nbatch = 8\n");
		check_batches(
		    "", collect_modes[mode], "depth = 20\nbatch = 8\n");
		/* More than the queue holds. */
		check_batches(
		    "", collect_modes[mode], "depth = 300\nbatch = 8\n");
		check_batches("", collect_modes[mode],
		    "depth = 9\nbatch = 4\nthink = 1ms\n");
		check_batches("", collect_modes[mode],
		    "arrivals = poisson(5000/s)\nbatch = 8\n");
	}
}

static void
list_waits_until_it_is_full(void)
{
	struct player p;

	play_all(&p, "", "depth = 8\nbatch = 4\n");
	/* Only the last list may be shorter. */
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_LIO_LISTIO], 700 / 4);
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_AIO_ERROR], 0);
	CU_ASSERT(p.most_outstanding <= 8);
	player_end(&p);
}

static void
arrivals_go_when_the_last_of_their_list_has_come(void)
{
	struct player p;
	guint i;

	player_begin(&p,
	    DISK_AND_FILE "[process a]\nfile = data\nrequests = 10\n"
			  "arrivals = periodic(1000/s)\nbatch = 4\n");
	CU_ASSERT(player_play(&p));
	CU_ASSERT_EQUAL(p.attempts->len, 3);
	for (i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(attempt_at(&p, i)->submit_ns, (4 * i + 3) * MS);
	/* Nothing more will come. */
	CU_ASSERT_EQUAL(attempt_at(&p, 2)->submit_ns, 9 * MS);
	player_end(&p);
}

static void
refused_entries_are_found_by_asking(void)
{
	struct player p;

	play_all(&p, SMALL_QUEUE, "depth = 16\nbatch = 3\n");
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 700);
	CU_ASSERT(p.call_counts[KERNEL_AIO_ERROR] > 0);
	player_end(&p);
}

/* An attempt is noted by its list's first entry. */
static void
refused_entries_keep_the_order_of_issue(void)
{
	struct player p;
	guint i;

	play_all(&p, SMALL_QUEUE, "depth = 16\nbatch = 3\n");
	for (i = 1; i < p.attempts->len; i++)
		CU_ASSERT(attempt_at(&p, i)->operation.number >=
		    attempt_at(&p, i - 1)->operation.number);
	player_end(&p);
}

static void
refused_entries_are_dropped_or_made_synchronously(void)
{
	struct player p;

	play_all(&p, SMALL_QUEUE,
	    "arrivals = poisson(9000/s)\nbatch = 3\non_eagain = drop\n");
	CU_ASSERT(player_counts(&p, 0).dropped > 0);
	player_end(&p);
	play_all(&p, SMALL_QUEUE, "depth = 16\nbatch = 3\non_eagain = sync\n");
	CU_ASSERT(player_counts(&p, 0).done_synchronously > 0);
	CU_ASSERT_EQUAL(player_counts(&p, 0).dropped, 0);
	player_end(&p);
}

/* freebsd-11 takes sixteen entries at most. */
static void
list_too_long_for_the_kernel_becomes_shorter(void)
{
	struct player p;

	play_all(
	    &p, "[kernel]\nname = freebsd-11\n", "depth = 40\nbatch = 40\n");
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 700);
	/* 40, 20, and from then on 10 at a time. */
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_LIO_LISTIO], 72);
	player_end(&p);
}

static void
lists_go_on_while_no_list_is_allowed(void)
{
	struct player p;

	play_all(&p,
	    "[sysctl]\nvfs.aio.max_aio_queue_per_proc = 0\n"
	    "[sysctl at 20ms]\nvfs.aio.max_aio_queue_per_proc = 256\n",
	    "depth = 8\nbatch = 4\n");
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 700);
	player_end(&p);
}

static void
unsafe_entries_are_dropped(void)
{
	struct player p;

	player_begin(&p,
	    "[file data]\nkind = pipe\n"
	    "[process a]\nfile = data\ndepth = 4\nbatch = 4\nrequests = 20\n");
	CU_ASSERT(player_play(&p));
	CU_ASSERT_EQUAL(player_counts(&p, 0).dropped, 20);
	player_end(&p);
}

/* ---- Never ------------------------------------------------------------ */

static void
who_never_collects_fills_the_queue(void)
{
	struct player p;

	player_begin(&p,
	    DISK_AND_FILE "[process a]\nfile = data\nrequests = 400\n"
			  "arrivals = periodic(1000/s)\ncollect = never\n"
			  "on_eagain = drop\n");
	CU_ASSERT(player_play(&p));
	CU_ASSERT_EQUAL(player_counts(&p, 0).wanted, 400);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 0);
	CU_ASSERT_EQUAL(player_counts(&p, 0).dropped, 400 - 256);
	CU_ASSERT_EQUAL(kernel_counters(p.kernel)->queue_count, 256);
	CU_ASSERT_EQUAL(kernel_counters(p.kernel)->unfinished, 0);
	player_end(&p);
}

/* As librt: the signal goes to a thread of its own, whatever the others do. */
static void
sigev_thread_has_a_service_thread(void)
{
	struct player p;

	player_begin(&p,
	    DISK_AND_FILE "[process a]\nfile = data\nrequests = 50\n"
			  "depth = 1\ncollect = thread\n");
	CU_ASSERT_EQUAL(((struct program *)p.programs->pdata[0])->threads, 2);
	CU_ASSERT(player_play(&p));
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 50);
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_SIGWAIT], 50);
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_AIO_ERROR], 50);
	player_end(&p);
}

static const struct rule rules[] = {
    RULE(each_collect_mode_collects_lists),
    RULE(list_waits_until_it_is_full),
    RULE(arrivals_go_when_the_last_of_their_list_has_come),
    RULE(refused_entries_are_found_by_asking),
    RULE(refused_entries_keep_the_order_of_issue),
    RULE(refused_entries_are_dropped_or_made_synchronously),
    RULE(list_too_long_for_the_kernel_becomes_shorter),
    RULE(lists_go_on_while_no_list_is_allowed),
    RULE(unsafe_entries_are_dropped),
    RULE(who_never_collects_fills_the_queue),
    RULE(sigev_thread_has_a_service_thread),
};

int
main(void)
{
	return (RUN_RULES("lists of a load", rules));
}
