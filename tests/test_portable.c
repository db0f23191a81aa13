/*
 * One scenario for several kernels: what of it is left out or replaced, files
 * that block, the hang that this can end in, and how it is told.
 */

#include "sim/run.h"
#include "sim/workload/load.h"
#include "tests/scenario_rules.h"

struct facts {
	int64_t end_ns;
	uint64_t accepted, refused, completed, in_flight, done;
	bool stalled;
	int64_t most_daemons;
};

static void
take_facts(void *context, const struct results *r)
{
	struct facts *facts = context;

	facts->end_ns = r->simulated_ns;
	facts->accepted = r->accepted;
	facts->refused = r->issued - r->accepted;
	facts->completed = r->completed;
	facts->in_flight = r->in_flight;
	facts->done = r->operations.done;
	facts->stalled = r->stalled;
	facts->most_daemons = r->aiod.alive.max;
}

static struct scenario *
parse(const char *text, const char *kernel, const char *set)
{
	const char *const sets[] = {set, NULL};
	GError *error = NULL;
	struct scenario *s;

	s = scenario_parse(text, strlen(text), "t.ini", sets, kernel, &error);
	if (error != NULL)
		printf("\n%s\n", error->message);
	g_assert(s != NULL);
	return (s);
}

/* What a stall is explained by goes to stderr, where nobody needs it here. */
static void
silence(const char *text)
{
	(void)text;
}

static struct facts
play(const char *text, const char *kernel, const char *set)
{
	struct facts facts = {0};
	struct scenario *s = parse(text, kernel, set);
	struct run_setup setup = {
	    .scenario = s,
	    .world = world_find("heap"),
	    .report = take_facts,
	    .context = &facts,
	};
	GPrintFunc loud = g_set_printerr_handler(silence);

	CU_ASSERT_EQUAL(run_scenario(&setup, NULL), STATUS_OK);
	g_set_printerr_handler(loud);
	scenario_free(s);
	return (facts);
}

/* ---- Nodes ------------------------------------------------------------ */

static void
a_node_of_another_kernel_is_left_out_and_that_is_said_once(void)
{
	struct scenario *s;

	s = parse(SMALL "[sysctl]\nvfs.aio.max_aio_procs = 4\n"
			"[sysctl at 1s]\nvfs.aio.max_aio_procs = 8\n"
			"kern.aio_max = 900\n",
	    "netbsd", NULL);
	CU_ASSERT_EQUAL_FATAL(s->sysctls->len, 1);
	CU_ASSERT_STRING_EQUAL(
	    g_array_index(s->sysctls, struct sysctl_setting, 0).node,
	    "kern.aio_max");
	CU_ASSERT_STRING_EQUAL(s->notes->pdata[0],
	    "vfs.aio.max_aio_procs is a node of freebsd-12.2: left out");
	/* The other note is about waitcomplete. */
	CU_ASSERT_EQUAL(s->notes->len, 2);
	scenario_free(s);
	s = parse(SMALL, "freebsd-12.2", "kern.aio_listio_max=3");
	CU_ASSERT_EQUAL(s->sysctls->len, 0);
	CU_ASSERT_EQUAL(s->notes->len, 1);
	scenario_free(s);
}

static void
it_is_checked_as_its_own_kernel_has_it(void)
{
	static const struct refusal refusals[] = {
	    {"[sysctl]\nkern.aio_max = many\n",
		"t.ini:10: kern.aio_max: expected an integer, such as 32, not "
		"'many'"},
	    {"[sysctl]\nkern.posix_aio = 1\n",
		"t.ini:10: kern.posix_aio is read-only; remove it"},
	    {"[sysctl]\nkern.aio_min = 1\n",
		"t.ini:10: freebsd-12.2 has no node 'kern.aio_min'*"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

static void
clock_ticks_are_the_kernels_unless_given(void)
{
	static const struct {
		const char *text, *kernel;
		int64_t hz;
	} cases[] = {{SMALL, "freebsd-12.2", 1000}, {SMALL, "netbsd", 100},
	    {SMALL "[kernel]\nhz = 500\n", "netbsd", 500}};
	struct scenario *s;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		s = parse(cases[i].text, cases[i].kernel, NULL);
		CU_ASSERT_EQUAL(s->hz, cases[i].hz);
		scenario_free(s);
	}
}

/* ---- Collecting ------------------------------------------------------- */

#define LOAD(ways)                                             \
	"[disk d]\nchannels = 4\nlatency = exponential(1ms)\n" \
	"[file data]\ndisk = d\n"                              \
	"[process db]\nfile = data\n" ways

static void
ways_to_collect_that_netbsd_lacks_become_suspend(void)
{
	static const char *const replaced[] = {
	    "waitcomplete", "kevent", "thread"};
	static const char *const kept[] = {"suspend", "poll(1ms)", "signal"};
	struct process_config *process;
	struct scenario *s;
	size_t i;

	for (i = 0; i < 3; i++) {
		g_autofree char *ways = g_strdup_printf(
		    LOAD("depth = 2\nrequests = 9\ncollect = %s\n"),
		    replaced[i]);
		g_autofree char *others = g_strdup_printf(
		    LOAD("depth = 2\nrequests = 9\ncollect = %s\n"), kept[i]);

		s = parse(ways, "netbsd", NULL);
		process = s->processes->pdata[0];
		CU_ASSERT_EQUAL(process->collect, COLLECT_SUSPEND);
		CU_ASSERT_EQUAL(s->notes->len, 1);
		scenario_free(s);
		s = parse(others, "netbsd", NULL);
		CU_ASSERT_EQUAL(s->notes->len, 0);
		scenario_free(s);
		s = parse(ways, "freebsd-12.2", NULL);
		CU_ASSERT_EQUAL(s->notes->len, 0);
		scenario_free(s);
	}
}

static void
signals_that_coalesce_lose_no_result(void)
{
	struct facts facts;

	facts = play(LOAD("depth = 40\nrequests = 2000\ncollect = signal\n"),
	    "netbsd", NULL);
	CU_ASSERT_EQUAL(facts.done, 2000);
	facts = play(LOAD("arrivals = poisson(800/s)\nrequests = 2000\ncollect "
			  "= signal\n"),
	    "netbsd", NULL);
	CU_ASSERT_EQUAL(facts.done, 2000);
}

static void
more_outstanding_than_a_list_may_hold_are_collected(void)
{
	struct facts facts;

	facts =
	    play(LOAD("depth = 600\nrequests = 1200\non_eagain = retry(5ms)\n"),
		"netbsd", NULL);
	CU_ASSERT_EQUAL(facts.done, 1200);
	CU_ASSERT(facts.refused > 0);
	facts =
	    play(LOAD("depth = 60\nrequests = 300\non_eagain = retry(5ms)\n"),
		"netbsd", "kern.aio_listio_max=8");
	CU_ASSERT_EQUAL(facts.done, 300);
}

static void
a_burst_of_600_gets_513_accepted_on_any_number_of_cores(void)
{
	static const char *const cores[] = {
	    "cpu.cores=1", "cpu.cores=2", "cpu.cores=8"};
	struct facts facts;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cores); i++) {
		facts = play(
		    "[cpu]\ncores = 1\n" LOAD("depth = 600\nrequests = 600\n"
					      "on_eagain = drop\n"),
		    "netbsd", cores[i]);
		CU_ASSERT_EQUAL(facts.accepted, 513);
		CU_ASSERT_EQUAL(facts.refused, 87);
	}
}

/* ---- Files that block ------------------------------------------------- */

static void
files_say_what_they_need(void)
{
	static const struct refusal refusals[] = {
	    {"[file p]\nkind = pipe\ndisk = ada0\n",
		"t.ini:11: [file p] this kind of file lies on no disk; remove "
		"'disk'"},
	    {"[file q]\ndisk = ada0\ndata_after = 1ms\n",
		"t.ini:11: [file q] 'data_after' goes only with kind = pipe, "
		"fifo or tty; remove it"},
	    {"[file p]\nkind = tty\ndata_after = later\n",
		"t.ini:11: [file p] data_after: *"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

#define PIPE(after)                                             \
	"[file p]\nkind = pipe\ndata_after = " after "\n"       \
	"[process server]\nfile = p\ndepth = 6\nrequests = 6\n" \
	"collect = suspend\n"
#define UNSAFE                                  \
	"[sysctl]\nvfs.aio.enable_unsafe = 1\n" \
	"vfs.aio.max_aio_procs = 5\n"

static void
a_read_of_a_pipe_holds_its_daemon_until_data_come(void)
{
	struct facts facts = play(UNSAFE PIPE("20ms"), NULL, NULL);

	/* Five daemons for six reads. */
	CU_ASSERT_EQUAL(facts.completed, 6);
	CU_ASSERT_EQUAL(facts.end_ns, 40000000);
	CU_ASSERT_FALSE(facts.stalled);
	facts = play(PIPE("20ms"), "netbsd", NULL);
	CU_ASSERT_EQUAL(facts.end_ns, 120000000);
}

static void
a_write_to_a_pipe_waits_for_nobody(void)
{
	struct facts facts =
	    play(UNSAFE PIPE("never") "read = 0\n", NULL, NULL);

	CU_ASSERT_EQUAL(facts.completed, 6);
	CU_ASSERT_EQUAL(facts.end_ns, 0);
}

static void
the_hang_that_aio4_warns_of_stalls_everybody(void)
{
	static const char text[] = UNSAFE PIPE(
	    "never") "start = 10ms\n"
		     "[disk d]\nlatency = 1ms\n[file data]\ndisk = d\n"
		     "[process db]\nfile = data\ndepth = 1\nrequests = 1000\n"
		     "collect = suspend\n";
	struct facts facts = play(text, NULL, NULL);

	CU_ASSERT(facts.stalled);
	CU_ASSERT_EQUAL(facts.in_flight, 7);
	CU_ASSERT(facts.completed > 5 && facts.completed < 20);
	/* Idle daemons look for work once more. */
	CU_ASSERT(facts.end_ns < 62 * INT64_C(1000000000));
	/* Forbidden, it hurts nobody. */
	facts = play(text, NULL, "vfs.aio.enable_unsafe=0");
	CU_ASSERT_FALSE(facts.stalled);
	CU_ASSERT_EQUAL(facts.completed, 1000);
	/* And a worker of one's own hurts its owner only. */
	facts = play(text, "netbsd", NULL);
	CU_ASSERT(facts.stalled);
	CU_ASSERT_EQUAL(facts.completed, 1000);
	CU_ASSERT_EQUAL(facts.in_flight, 6);
}

static void
a_program_that_polls_for_ever_has_stalled_too(void)
{
	struct facts facts;

	facts = play(UNSAFE "[file p]\nkind = fifo\ndata_after = never\n"
			    "[process server]\nfile = p\ndepth = 2\n"
			    "requests = 2\ncollect = poll(1ms)\n",
	    NULL, NULL);
	CU_ASSERT(facts.stalled);
	CU_ASSERT_EQUAL(facts.in_flight, 2);
}

static void
a_change_that_is_to_come_is_waited_for(void)
{
	struct facts facts;

	/* The pool is full of readers whose data never come; one more
	 * daemon, and db goes on. */
	facts =
	    play(UNSAFE PIPE("never") "start = 1ms\n[sysctl at "
				      "3s]\nvfs.aio.max_aio_procs = 8\n"
				      "[disk d]\nlatency = 1ms\n"
				      "[file data]\ndisk = d\n"
				      "[process db]\nfile = data\ndepth = 1\n"
				      "requests = 10\nstart = 3100ms\n",
		NULL, "process server.requests=5");
	CU_ASSERT(facts.stalled);
	CU_ASSERT_EQUAL(facts.completed, 10);
	CU_ASSERT_EQUAL(facts.most_daemons, 6);
}

static const struct rule rules[] = {
    RULE(a_node_of_another_kernel_is_left_out_and_that_is_said_once),
    RULE(it_is_checked_as_its_own_kernel_has_it),
    RULE(clock_ticks_are_the_kernels_unless_given),
    RULE(ways_to_collect_that_netbsd_lacks_become_suspend),
    RULE(signals_that_coalesce_lose_no_result),
    RULE(more_outstanding_than_a_list_may_hold_are_collected),
    RULE(a_burst_of_600_gets_513_accepted_on_any_number_of_cores),
    RULE(files_say_what_they_need),
    RULE(a_read_of_a_pipe_holds_its_daemon_until_data_come),
    RULE(a_write_to_a_pipe_waits_for_nobody),
    RULE(the_hang_that_aio4_warns_of_stalls_everybody),
    RULE(a_program_that_polls_for_ever_has_stalled_too),
    RULE(a_change_that_is_to_come_is_waited_for),
};

int
main(void)
{
	return (RUN_RULES("portable", rules));
}
