/*
 * Disks whose bandwidth is a curve of concurrency: the sixty published points
 * in the heap world, a part of them in SimGrid, sharing between the directions,
 * and both worlds in agreement.
 */

#include <sys/wait.h>
#include <unistd.h>

#include "sim/device/curve.h"
#include "tests/device_run.h"

#define CURVE                             \
	"[sysctl]\n"                      \
	"vfs.aio.max_aio_procs = 64\n"    \
	"vfs.aio.max_aio_per_proc = 64\n" \
	"[disk ada0]\n"                   \
	"model = curve\n"                 \
	"[file data]\n"                   \
	"disk = ada0\n"                   \
	"[process load]\n"                \
	"file = data\n"                   \
	"requests = 300\n"                \
	"depth = 1\n"                     \
	"size = 1m\n"

/* Bytes a second; in a process of its own, since SimGrid plays once in one. */
static double
rate_in(const struct world_ops *world, const char *sets)
{
	g_auto(GStrv) lines = g_strsplit(sets, "\n", -1);
	struct figures figures = {0};
	struct run_setup setup = {
	    .world = world, .report = take_figures, .context = &figures};
	struct scenario *s;
	int ends[2], status;
	pid_t child;

	if (pipe(ends) != 0)
		abort();
	fflush(NULL);
	child = fork();
	if (child == 0) {
		s = scenario_parse(CURVE, strlen(CURVE), "t.ini",
		    (const char *const *)lines, NULL, NULL);
		g_assert(s != NULL);
		setup.scenario = s;
		status = (int)run_scenario(&setup, NULL);
		if (write(ends[1], &figures, sizeof(figures)) < 0)
			status = 1;
		_exit(status);
	}
	close(ends[1]);
	CU_ASSERT(read(ends[0], &figures, sizeof(figures)) == sizeof(figures));
	close(ends[0]);
	waitpid(child, &status, 0);
	CU_ASSERT(status == 0);
	return (figures.per_s * 1048576);
}

/* What is published holds as long as all are at work: until the last ones end,
 * which are few among three hundred. */
static void
check_points(const struct world_ops *world, int step)
{
	const struct curve_preset *preset;
	int n, write;

	for (preset = curve_presets; preset->name != NULL; preset++)
		for (write = 0; write < 2; write++)
			for (n = 1; n <= 15; n += step) {
				g_autofree char *sets =
				    g_strdup_printf("disk ada0.preset=%s\n"
						    "process load.depth=%d\n"
						    "process load.requests=%d\n"
						    "process load.read=%d",
					preset->name, n, n * 20, 1 - write);

				check_near(preset->name, rate_in(world, sets),
				    curve_rate(&preset->config, write, n),
				    1e-6);
			}
}

static void
sixty_points_in_the_heap_world(void)
{
	check_points(&world_heap, 1);
}

static void
points_of_the_curves_in_simgrid(void)
{
	check_points(&world_simgrid, 7);
}

static void
tables_hold_what_was_published(void)
{
	const struct curve_config *griffon = &curve_presets[0].config;
	const struct curve_config *edel = &curve_presets[1].config;

	CU_ASSERT(curve_rate(griffon, false, 1) == 66630800);
	CU_ASSERT(curve_rate(griffon, false, 15) == 42857500);
	CU_ASSERT(curve_rate(griffon, true, 2) == 26598100);
	CU_ASSERT(curve_rate(edel, false, 8) == 224634300);
	CU_ASSERT(curve_rate(edel, true, 40) == 169692700);
	CU_ASSERT(curve_peak(edel) == 238751500);
}

static void
directions_share_as_fairly_as_their_curves_allow(void)
{
	static const struct curve_config c = {
	    .read = {2, {100, 80}}, .write = {1, {30}}};
	struct curve_shares s;

	s = curve_share(&c, 2, 0);
	CU_ASSERT(s.reads == 80 && s.writes == 0);
	/* A half of 100 each; writes can use 30 only. */
	s = curve_share(&c, 1, 1);
	CU_ASSERT(s.reads == 70 && s.writes == 30);
	/* A third each for two reads. */
	s = curve_share(&c, 2, 1);
	CU_ASSERT(s.reads == 70 && s.writes == 30);
	/* Nine writes would have a tenth each, but only 30 together. */
	s = curve_share(&c, 1, 9);
	CU_ASSERT(s.reads == 70 && s.writes == 30);
}

static void
both_worlds_share_alike(void)
{
	static const char sets[] =
	    "process load.depth=6\nprocess load.read=0.6\n"
	    "process load.size=uniform(64k,2m)\n"
	    "disk ada0.preset=edel";
	double heap = rate_in(&world_heap, sets);

	check_near("heap", rate_in(&world_simgrid, sets), heap, 1e-6);
}

static void
no_more_than_the_queue_depth_are_at_work(void)
{
	double rate = rate_in(
	    &world_heap, "disk ada0.queue_depth=3\nprocess load.depth=15");

	check_near("three at work", rate, 63.2346e6, 0.005);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(tables_hold_what_was_published),
	    RULE(sixty_points_in_the_heap_world),
	    RULE(points_of_the_curves_in_simgrid),
	    RULE(directions_share_as_fairly_as_their_curves_allow),
	    RULE(both_worlds_share_alike),
	    RULE(no_more_than_the_queue_depth_are_at_work),
	};

	return (RUN_RULES("curve disk", rules));
}
