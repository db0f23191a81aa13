/*
 * The contract of worlds: what a scenario does must not depend on which of them
 * plays it.  The heap and the simgrid world are held to the same trace, to the
 * nanosecond; the real one to what does not depend on its clock.
 */

#include <sys/stat.h>

#include "tests/world_run.h"

static void
same_trace_in_heap_and_simgrid(const char *text)
{
	size_t heap_size, simgrid_size;
	char *heap = trace_of("heap", text, &heap_size);
	char *simgrid = trace_of("simgrid", text, &simgrid_size);

	CU_ASSERT(heap_size == simgrid_size);
	CU_ASSERT_STRING_EQUAL(heap, simgrid);
	g_free(heap);
	g_free(simgrid);
}

/* When the first request completes, in ns. */
static int64_t
first_completion(const char *world, const char *text)
{
	size_t size;
	char *trace = trace_of(world, text, &size);
	char *line = strstr(trace, " completes "), *end;
	int64_t us, ns;

	if (line == NULL) {
		CU_FAIL("nothing completes");
		g_free(trace);
		return (-1);
	}
	while (line > trace && line[-1] != '\n')
		line--;
	us = strtoll(line, &end, 10);
	ns = strtoll(end + 1, NULL, 10);
	g_free(trace);
	return (us * 1000 + ns);
}

/* ---- Virtual time ----------------------------------------------------- */

static void
heap_and_simgrid_agree_on_a_station(void)
{
	same_trace_in_heap_and_simgrid(
	    "[sysctl]\nvfs.aio.max_aio_procs = 6\n"
	    "vfs.aio.max_aio_queue_per_proc = 12\n"
	    "[cpu]\ncores = 2\ncosts = typical\n"
	    "[disk d]\nchannels = 3\nlatency = exponential(1ms)\n"
	    "[disk e]\nchannels = 2\nlatency = lognormal(300us, 1)\n"
	    "[file a]\ndisk = d\n[file b]\ndisk = e\n"
	    "[process x]\nfile = a\narrivals = poisson(3000/s)\nread = 0.5\n"
	    "requests = 1000\n"
	    "[process y]\nfile = b\ndepth = 16\non_eagain = sync\n"
	    "requests = 1000\ncollect = suspend\n");
}

/* One transfer at a time, of a length that is not whole nanoseconds. */
static void
heap_and_simgrid_agree_on_single_transfers(void)
{
	same_trace_in_heap_and_simgrid(
	    "[disk d]\nchannels = 1\nlatency = exponential(100us)\n"
	    "bandwidth = 333333333\n"
	    "[file a]\ndisk = d\n"
	    "[process x]\nfile = a\ndepth = 8\nread = 0.5\n"
	    "size = constant(5000)\nrequests = 3000\n");
}

/* Both end at once, together with a timer of the other process: in order. */
static void
heap_and_simgrid_agree_on_ties(void)
{
	same_trace_in_heap_and_simgrid(
	    "[disk d]\nchannels = 4\nbandwidth = 1048576000\n"
	    "[file a]\ndisk = d\n"
	    "[process x]\nfile = a\ndepth = 4\nread = 0.5\n"
	    "size = constant(1m)\nrequests = 400\n"
	    "[process y]\nfile = a\ndepth = 1\nthink = constant(1ms)\n"
	    "size = constant(256k)\nrequests = 100\ncollect = poll(1ms)\n");
}

/* While one core pays for a submission or a completion, another serves, ends
 * and collects the request. */
static void
several_cores_with_costs_keep_a_request_in_order(void)
{
	static const char *const modes[] = {"waitcomplete", "kevent", "signal",
	    "thread", "suspend", "poll(100us)"};
	char *text;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(modes); i++) {
		text = g_strdup_printf(
		    "[cpu]\ncores = 3\ncosts = typical\n"
		    "[disk d]\nchannels = 4\nlatency = exponential(20us)\n"
		    "[file a]\ndisk = d\n"
		    "[process x]\ncount = 2\nfile = a\ndepth = 4\n"
		    "read = 0.5\ncollect = %s\nrequests = 2000\n",
		    modes[i]);
		CU_ASSERT(play_in("heap", text).completed == 4000);
		g_free(text);
	}
}

#define SLOW_DISK "[disk d]\nchannels = 2\nbandwidth = 1m\n[file a]\ndisk = d\n"
#define TWO_OF_1M "file = a\nsize = constant(1m)\nrequests = 2\n"

static void
two_transfers_at_once_take_twice_as_long(void)
{
	const char *alone = SLOW_DISK "[process x]\ndepth = 1\n" TWO_OF_1M;
	const char *both = SLOW_DISK "[process x]\ndepth = 2\n" TWO_OF_1M;

	CU_ASSERT(first_completion("heap", alone) == 1000000000);
	CU_ASSERT(first_completion("simgrid", alone) == 1000000000);
	CU_ASSERT(first_completion("heap", both) == 2000000000);
	CU_ASSERT(first_completion("simgrid", both) == 2000000000);
	CU_ASSERT(play_in("heap", both).end_ns == 2000000000);
	CU_ASSERT(play_in("simgrid", both).end_ns == 2000000000);
}

static void
the_duration_cuts_transfers_in_flight(void)
{
	const char *text = "[scenario]\nduration = 1500ms\n" SLOW_DISK
			   "[process x]\ndepth = 2\n" TWO_OF_1M;
	struct ending heap = play_in("heap", text);
	struct ending simgrid = play_in("simgrid", text);

	CU_ASSERT(heap.end_ns == 1500000000);
	CU_ASSERT(simgrid.end_ns == 1500000000);
	CU_ASSERT(heap.accepted == 2 && simgrid.accepted == 2);
	CU_ASSERT(heap.completed == 0 && simgrid.completed == 0);
}

/* More than a worker's actor does before it is renewed. */
static void
many_transfers_at_once_keep_the_bandwidth(void)
{
	struct ending o = play_in("simgrid",
	    "[sysctl]\nvfs.aio.max_aio_procs = 32\n"
	    "vfs.aio.max_aio_per_proc = 32\n"
	    "[disk d]\nchannels = 32\nlatency = exponential(100us)\n"
	    "bandwidth = 100m\n"
	    "[file a]\ndisk = d\n"
	    "[process x]\nfile = a\ndepth = 32\nsize = constant(4k)\n"
	    "requests = 51200\n");

	/* 200 MiB at 100 MiB/s; beginning and end leave a channel idle. */
	CU_ASSERT(o.completed == 51200);
	CU_ASSERT(o.end_ns >= 2000000000 && o.end_ns < 2002000000);
}

/* Where nothing is moved SimGrid's clock is not asked. */
static void
simgrid_moves_nothing_after_its_clock_has_lost_nanoseconds(void)
{
	const char *load = "[file a]\ndisk = d\n"
			   "[process x]\nfile = a\ndepth = 1\nrequests = 20\n"
			   "think = constant(500000s)\n";
	g_autofree char *moved =
	    g_strconcat("[disk d]\nbandwidth = 500m\n", load, NULL);
	g_autofree char *still =
	    g_strconcat("[disk d]\nlatency = constant(1ms)\n", load, NULL);
	struct ending refused = play_in("simgrid", moved);

	CU_ASSERT(!refused.played);
	CU_ASSERT_PTR_NOT_NULL(strstr(refused.message, "use --world heap"));
	CU_ASSERT(play_in("heap", moved).completed == 20);
	CU_ASSERT(play_in("simgrid", still).completed == 20);
}

static void
an_interrupt_ends_the_run(void)
{
	const char *const *world;

	for (world = all_worlds; *world != NULL; world++) {
		struct run run = {.world = *world,
		    .text = "[scenario]\nduration = 60s\n" SLOW_DISK
			    "[process x]\nfile = a\ndepth = 2\n",
		    .interrupt_after = 100};
		struct ending o = play(&run);

		CU_ASSERT(o.played && o.interrupted && !o.stalled);
		CU_ASSERT(o.accepted > 0 && o.threads == 1);
	}
}

/* ---- Real time -------------------------------------------------------- */

#define SMALL_FILE                              \
	"[disk d]\nlatency = constant(100us)\n" \
	"[file a]\ndisk = d\nsize = 1m\n"

static void
all_worlds_keep_the_bound_on_daemons(void)
{
	const char *const *world;

	for (world = all_worlds; *world != NULL; world++) {
		struct ending o = play_in(*world,
		    "[sysctl]\nvfs.aio.max_aio_procs = 3\n"
		    "vfs.aio.target_aio_procs = 2\n" SMALL_FILE
		    "[process x]\nfile = a\ndepth = 8\n"
		    "read = 0.5\nrequests = 1000\n");

		CU_ASSERT(o.accepted == 1000 && o.completed == 1000);
		CU_ASSERT(o.failed == 0 && o.refused == 0);
		/* Whether it must grow at all is up to the real disk. */
		CU_ASSERT(o.most_daemons == 3 ||
		    (g_str_equal(*world, "real") && o.most_daemons == 2));
		CU_ASSERT(o.threads == 1);
	}
}

#define NO_QUEUE "[sysctl]\nvfs.aio.max_aio_queue = 0\n" SMALL_FILE

static void
all_worlds_refuse_the_same(void)
{
	const char *const *world;

	for (world = all_worlds; *world != NULL; world++) {
		struct ending o = play_in(*world,
		    NO_QUEUE "[process x]\nfile = a\ndepth = 1\n"
			     "on_eagain = drop\nrequests = 50\n");

		CU_ASSERT(o.played);
		CU_ASSERT(o.refused == 50 && o.dropped == 50);
		CU_ASSERT(o.accepted == 0);
	}
}

static void
all_worlds_serve_synchronous_calls(void)
{
	const char *const *world;

	for (world = all_worlds; *world != NULL; world++) {
		struct ending o = play_in(*world,
		    NO_QUEUE "[process x]\nfile = a\ndepth = 4\nread = 0.5\n"
			     "on_eagain = sync\nrequests = 50\n");

		CU_ASSERT(o.refused == 50 && o.synchronous == 50);
		CU_ASSERT(o.dropped == 0 && o.threads == 1);
	}
}

/* Idle daemons live a millisecond, and the process thinks for three. */
static void
threads_come_and_go_with_their_daemons(void)
{
	struct ending o = play_in("real",
	    "[sysctl]\nvfs.aio.target_aio_procs = 0\n"
	    "vfs.aio.aiod_lifetime = 1\n" SMALL_FILE
	    "[process x]\nfile = a\ndepth = 2\nthink = constant(3ms)\n"
	    "requests = 40\n");

	CU_ASSERT(o.completed == 40 && o.reaped > 0);
	CU_ASSERT(o.threads == 1);
}

static void
a_killed_run_leaves_no_files(void)
{
	char *dir = g_build_filename(work_dir, "tmp", NULL), byte;
	struct run run = {.world = "real",
	    .text = "[scenario]\nduration = 60s\n" SMALL_FILE
		    "[process x]\nfile = a\ndepth = 2\n",
	    .tmpdir = dir};
	int fds[2], result_fd;
	pid_t child;

	CU_ASSERT(mkdir(dir, 0700) == 0 && pipe(fds) == 0);
	run.tell_fd = fds[1];
	child = start(&run, &result_fd);
	close(fds[1]);
	CU_ASSERT(read(fds[0], &byte, 1) == 1);
	kill(child, SIGKILL);
	CU_ASSERT(waitpid(child, NULL, 0) == child);
	CU_ASSERT(rmdir(dir) == 0);
	close(fds[0]);
	close(result_fd);
	g_free(dir);
}

static void
the_real_world_says_where_it_cannot_write(void)
{
	char *dir = g_build_filename(work_dir, "nowhere", NULL);
	struct run run = {.world = "real",
	    .text =
		SMALL_FILE "[process x]\nfile = a\ndepth = 2\nrequests = 2\n",
	    .tmpdir = dir};
	struct ending o = play(&run);

	CU_ASSERT(!o.played);
	CU_ASSERT(g_str_has_prefix(o.message, dir));
	CU_ASSERT(strstr(o.message, "No such file or directory") != NULL);
	g_free(dir);
}

/* ---- Hangs ------------------------------------------------------------ */

#define HANGING                                                      \
	"[scenario]\nduration = 10s\n[disk d]\n[file a]\ndisk = d\n" \
	"[process x]\nfile = a\ndepth = 2\nrequests = 6\n"           \
	"[sysctl]\nvfs.aio.max_aio_per_proc = 0\n"

/* That daemons wake from time to time and find nothing does not count. */
static void
a_hang_is_found_when_it_happens(void)
{
	struct ending heap = play_in("heap", HANGING);
	struct ending simgrid = play_in("simgrid", HANGING);

	CU_ASSERT(heap.stalled && heap.end_ns == 0);
	CU_ASSERT(simgrid.stalled && simgrid.end_ns == 0);
	CU_ASSERT(heap.accepted == 2 && heap.completed == 0);
}

/* The limit is raised and nobody is woken; but the daemons look again. */
static void
the_end_of_a_lifetime_can_end_a_hang(void)
{
	const char *text = "[sysctl]\nvfs.aio.max_aio_per_proc = 0\n"
			   "vfs.aio.aiod_lifetime = 2000\n"
			   "[sysctl at 1s]\nvfs.aio.max_aio_per_proc = 8\n"
			   "[disk d]\nlatency = constant(1ms)\n"
			   "[file a]\ndisk = d\n"
			   "[process x]\nfile = a\ndepth = 2\nrequests = 6\n";
	struct ending o = play_in("heap", text);

	CU_ASSERT(!o.stalled && o.completed == 6);
	CU_ASSERT(o.end_ns > 2000000000 && o.end_ns < 2100000000);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(heap_and_simgrid_agree_on_a_station),
	    RULE(heap_and_simgrid_agree_on_single_transfers),
	    RULE(heap_and_simgrid_agree_on_ties),
	    RULE(several_cores_with_costs_keep_a_request_in_order),
	    RULE(two_transfers_at_once_take_twice_as_long),
	    RULE(the_duration_cuts_transfers_in_flight),
	    RULE(many_transfers_at_once_keep_the_bandwidth),
	    RULE(simgrid_moves_nothing_after_its_clock_has_lost_nanoseconds),
	    RULE(an_interrupt_ends_the_run),
	    RULE(all_worlds_keep_the_bound_on_daemons),
	    RULE(all_worlds_refuse_the_same),
	    RULE(all_worlds_serve_synchronous_calls),
	    RULE(threads_come_and_go_with_their_daemons),
	    RULE(a_killed_run_leaves_no_files),
	    RULE(the_real_world_says_where_it_cannot_write),
	    RULE(a_hang_is_found_when_it_happens),
	    RULE(the_end_of_a_lifetime_can_end_a_hang),
	};
	return (run_rules_in_dir("worlds", rules, G_N_ELEMENTS(rules)));
}
