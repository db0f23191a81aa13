/*
 * Load programs against the kernel model: when they issue, and that they
 * collect everything.  (What they do when refused is in test_load_refusals.c.)
 */

#include "tests/load_player.h"
#include "tests/suite.h"

static const char *const collect_modes[] = {
    "waitcomplete", "suspend", "poll(100us)", "signal", "thread", "kevent"};

static bool
is_balanced(const struct player *p, guint process)
{
	struct operation_counts c = player_counts(p, process);

	return (c.wanted == c.done + c.done_synchronously + c.dropped);
}

/* ---- Closed loops ----------------------------------------------------- */

static void
closed_loop_keeps_depth_outstanding(void)
{
	struct player p;

	play(&p,
	    "[scenario]\nrequests = 500\n" DISK_AND_FILE
	    "[process a]\nfile = data\ndepth = 8\n");
	CU_ASSERT_EQUAL(p.least_outstanding, 8);
	CU_ASSERT_EQUAL(p.most_outstanding, 8);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 500);
	player_end(&p);
}

static void
customers_think_before_they_come_again(void)
{
	struct player p;
	guint i;

	play(&p,
	    DISK_AND_FILE "[process a]\nfile = data\ndepth = 1\nthink = "
			  "5ms\nrequests = 10\n");
	CU_ASSERT_EQUAL(p.attempts->len, 10);
	for (i = 0; i < p.attempts->len; i++)
		CU_ASSERT_EQUAL(attempt_at(&p, i)->submit_ns, i * 6 * MS);
	player_end(&p);
}

/* Service times that make completions overtake each other. */
static int64_t
uneven_ms(const struct operation *operation)
{
	return (((int64_t)operation->number % 7 + 1) * MS);
}

static void
thinking_customers_are_never_late(void)
{
	struct player p;
	guint mode, i;
	char *text;

	for (mode = 0; mode < G_N_ELEMENTS(collect_modes); mode++) {
		text = g_strdup_printf(DISK_AND_FILE
		    "[process a]\nfile = data\ndepth = 6\n"
		    "think = exponential(2ms)\nrequests = 300\ncollect = %s\n",
		    collect_modes[mode]);
		player_begin(&p, text);
		p.service_ns = uneven_ms;
		CU_ASSERT(player_play(&p));
		CU_ASSERT_EQUAL(p.attempts->len, 300);
		for (i = 0; i < p.attempts->len; i++)
			CU_ASSERT_EQUAL(attempt_at(&p, i)->submit_ns,
			    attempt_at(&p, i)->operation.arrival_ns);
		player_end(&p);
		g_free(text);
	}
}

static void
hundred_thousand_may_be_outstanding(void)
{
	struct player p;

	play(&p,
	    "[sysctl]\nvfs.aio.max_aio_queue = 1000000\n"
	    "vfs.aio.max_aio_queue_per_proc = 1000000\n" DISK_AND_FILE
	    "[process a]\nfile = data\ndepth = 100000\nrequests = 100500\n");
	CU_ASSERT_EQUAL(p.most_outstanding, 100000);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 100500);
	/* One call to issue and one to collect, and no other. */
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_AIO_READ], 100500);
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_AIO_WAITCOMPLETE], 100500);
	player_end(&p);
}

/* ---- Arrivals --------------------------------------------------------- */

static void
poisson_mean_rate_is_as_asked(void)
{
	struct player p;
	const struct attempt *last;
	guint i, long_gaps = 0;

	play(&p,
	    DISK_AND_FILE "[process a]\nfile = data\narrivals = "
			  "poisson(2000/s)\nrequests = 20000\n"
			  "on_eagain = drop\n");
	CU_ASSERT_EQUAL(p.attempts->len, 20000);
	last = attempt_at(&p, 19999);
	/* 10 s, with a standard error of 0.07 s. */
	CU_ASSERT(ABS(last->submit_ns - 10000 * MS) < 280 * MS);
	for (i = 1; i < p.attempts->len; i++)
		if (attempt_at(&p, i)->submit_ns -
			attempt_at(&p, i - 1)->submit_ns >
		    MS)
			long_gaps++;
	/* exp(-2) of the gaps are longer than twice the mean. */
	CU_ASSERT(ABS((int)long_gaps - 2707) < 200);
	player_end(&p);
}

static void
periodic_arrivals_do_not_drift(void)
{
	struct player p;
	guint i;

	play(&p,
	    DISK_AND_FILE "[process a]\nfile = data\nstart = 1s\n"
			  "arrivals = periodic(3000/s)\nrequests = 3001\n");
	CU_ASSERT_EQUAL(p.attempts->len, 3001);
	for (i = 0; i < p.attempts->len; i += 3)
		CU_ASSERT_EQUAL(
		    attempt_at(&p, i)->submit_ns, 1000 * MS + i / 3 * MS);
	player_end(&p);
}

static void
collecting_never_delays_an_arrival(void)
{
	struct player p;
	guint mode, i;
	char *text;

	for (mode = 0; mode < G_N_ELEMENTS(collect_modes); mode++) {
		text = g_strdup_printf(DISK_AND_FILE
		    "[process a]\nfile = data\narrivals = poisson(3000/s)\n"
		    "requests = 1000\ncollect = %s\n",
		    collect_modes[mode]);
		player_begin(&p, text);
		p.service_ns = uneven_ms;
		CU_ASSERT(player_play(&p));
		CU_ASSERT_EQUAL(p.attempts->len, 1000);
		for (i = 0; i < p.attempts->len; i++)
			CU_ASSERT_EQUAL(attempt_at(&p, i)->submit_ns,
			    attempt_at(&p, i)->operation.arrival_ns);
		player_end(&p);
		g_free(text);
	}
}

/* ---- Collecting ------------------------------------------------------- */

static void
check_all_collected(const char *collect, const char *issue)
{
	struct player p;
	char *text;

	text = g_strdup_printf(DISK_AND_FILE
	    "[process a]\nfile = data\nrequests = 700\ncollect = %s\n%s",
	    collect, issue);
	player_begin(&p, text);
	p.service_ns = uneven_ms;
	CU_ASSERT(player_play(&p));
	CU_ASSERT_EQUAL(player_counts(&p, 0).wanted, 700);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 700);
	CU_ASSERT_EQUAL(p.collected, 700);
	CU_ASSERT_EQUAL(kernel_counters(p.kernel)->queue_count, 0);
	kernel_check(p.kernel);
	player_end(&p);
	g_free(text);
}

static void
each_collect_mode_collects_every_request(void)
{
	guint mode;

	for (mode = 0; mode < G_N_ELEMENTS(collect_modes); mode++) {
		check_all_collected(collect_modes[mode], "depth = 1\n");
		check_all_collected(collect_modes[mode], "depth = 20\n");
		/* More than the queue holds: refusals and time-outs. */
		check_all_collected(collect_modes[mode], "depth = 300\n");
		check_all_collected(
		    collect_modes[mode], "depth = 5\nthink = 1ms\n");
		check_all_collected(
		    collect_modes[mode], "arrivals = poisson(5000/s)\n");
	}
}

static void
poll_looks_again_that_long_after_it_looked(void)
{
	struct player p;

	play(&p,
	    DISK_AND_FILE "[process a]\nfile = data\ndepth = 1\n"
			  "requests = 10\ncollect = poll(300us)\n");
	/* Served in 1 ms, found at 1.2 ms by the fourth look. */
	CU_ASSERT_EQUAL(attempt_at(&p, 9)->submit_ns, 9 * 1200000);
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_AIO_ERROR], 40);
	player_end(&p);
}

static void
suspend_goes_on_with_a_shorter_list(void)
{
	struct player p;

	player_begin(&p,
	    "[sysctl at 500us]\nvfs.aio.max_aio_queue_per_proc = 3\n"
	    "[sysctl at 2500us]\nvfs.aio.max_aio_queue_per_proc = 0\n"
	    "[sysctl at 20ms]\nvfs.aio.max_aio_queue_per_proc = "
	    "256\n" DISK_AND_FILE
	    "[process a]\nfile = data\narrivals = periodic(10000/s)\n"
	    "requests = 100\ncollect = suspend\n");
	CU_ASSERT(player_play(&p));
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 100);
	CU_ASSERT_EQUAL(kernel_counters(p.kernel)->queue_count, 0);
	player_end(&p);
}

static const struct kernel_call *
expect_call(struct program *program, unsigned slot, enum kernel_call_kind kind)
{
	const struct kernel_call *call = NULL;
	int64_t until_ns;

	CU_ASSERT_EQUAL_FATAL(
	    program->ops->next(program, slot, 0, &call, &until_ns),
	    PROGRAM_CALL);
	CU_ASSERT_EQUAL_FATAL(call->kind, kind);
	return (call);
}

/* With several CPUs, a request may be over and collected while the thread that
 * submitted it still pays for its call. */
static void
result_may_come_before_the_submission_returns(void)
{
	struct kernel_result good = {.cb = KERNEL_NO_CB}, first, second;
	struct program *program;
	struct player p;

	player_begin(&p,
	    DISK_AND_FILE "[process a]\nfile = data\ndepth = 2\n"
			  "think = 1ms\nrequests = 2\n");
	program = p.programs->pdata[0];
	first = second = good;
	first.cb = expect_call(program, 0, KERNEL_AIO_READ)->requests[0]->cb;
	program->ops->returned(program, 0, 0, &good);
	expect_call(program, 1, KERNEL_AIO_WAITCOMPLETE);
	second.cb = expect_call(program, 0, KERNEL_AIO_READ)->requests[0]->cb;
	CU_ASSERT_NOT_EQUAL(first.cb, second.cb);
	program->ops->returned(program, 1, 0, &second);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 0);
	program->ops->returned(program, 0, 0, &good);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 1);
	expect_call(program, 1, KERNEL_AIO_WAITCOMPLETE);
	program->ops->returned(program, 1, 0, &first);
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 2);
	player_end(&p);
}

/* ---- Limits ----------------------------------------------------------- */

static void
budget_is_shared_over_processes(void)
{
	struct player p;
	guint i;

	play(&p,
	    "[scenario]\nrequests = 100\n" DISK_AND_FILE
	    "[process a]\nfile = data\ndepth = 2\n"
	    "[process b]\nfile = data\ndepth = 2\nthink = exponential(1ms)\n"
	    "[process c]\nfile = data\narrivals = poisson(500/s)\n");
	CU_ASSERT_EQUAL(player_counts(&p, 0).wanted +
		player_counts(&p, 1).wanted + player_counts(&p, 2).wanted,
	    100);
	for (i = 0; i < 3; i++) {
		CU_ASSERT(player_counts(&p, i).wanted > 5);
		CU_ASSERT(is_balanced(&p, i));
	}
	player_end(&p);
}

static void
each_instance_stops_at_its_own_limit(void)
{
	struct player p;

	play(&p,
	    DISK_AND_FILE "[process a]\ncount = 2\nfile = data\ndepth = 3\n"
			  "requests = 50\nstart = 7ms\n");
	CU_ASSERT_STRING_EQUAL(
	    ((struct program *)p.programs->pdata[1])->name, "a.2");
	CU_ASSERT_EQUAL(player_counts(&p, 0).done, 50);
	CU_ASSERT_EQUAL(player_counts(&p, 1).done, 50);
	CU_ASSERT_EQUAL(attempt_at(&p, 0)->submit_ns, 7 * MS);
	player_end(&p);
}

static const struct rule rules[] = {
    RULE(closed_loop_keeps_depth_outstanding),
    RULE(customers_think_before_they_come_again),
    RULE(thinking_customers_are_never_late),
    RULE(hundred_thousand_may_be_outstanding),
    RULE(poisson_mean_rate_is_as_asked),
    RULE(periodic_arrivals_do_not_drift),
    RULE(collecting_never_delays_an_arrival),
    RULE(each_collect_mode_collects_every_request),
    RULE(poll_looks_again_that_long_after_it_looked),
    RULE(suspend_goes_on_with_a_shorter_list),
    RULE(result_may_come_before_the_submission_returns),
    RULE(budget_is_shared_over_processes),
    RULE(each_instance_stops_at_its_own_limit),
};

int
main(void)
{
	return (RUN_RULES("load", rules));
}
