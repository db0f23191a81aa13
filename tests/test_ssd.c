/*
 * Flash devices: cases worked out by hand, and what reviews, makers and MQSim
 * have published.  The tolerance beside each is what the model reaches.
 */

#include "tests/device_run.h"

#define FLASH                                    \
	"[scenario]\n"                           \
	"requests = 10000\n"                     \
	"[sysctl]\n"                             \
	"vfs.aio.max_aio_procs = 300\n"          \
	"vfs.aio.max_aio_per_proc = 300\n"       \
	"vfs.aio.max_aio_queue_per_proc = 300\n" \
	"[disk ada0]\n"                          \
	"model = nvme\n"                         \
	"preset = mqsim\n"                       \
	"[file data]\n"                          \
	"disk = ada0\n"                          \
	"size = 100g\n"                          \
	"[process load]\n"                       \
	"file = data\n"                          \
	"depth = 1\n"                            \
	"size = 4k\n"
#define AND_WRITER           \
	"[process writer]\n" \
	"file = data\n"      \
	"depth = 1\n"        \
	"size = 4k\n"        \
	"read = 0\n"

static struct figures
flash(const char *format, ...)
{
	g_autofree char *sets = NULL;
	va_list arguments;

	va_start(arguments, format);
	sets = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return (figures_of(FLASH, sets));
}

/* ---- By hand ---------------------------------------------------------- */

static void
a_read_is_die_then_channel_then_interface(void)
{
	struct figures f = flash("disk ada0.command=2us\n"
				 "disk ada0.read_overhead=7us");

	/* 4 KiB: 12.300 us at 333 MB/s, 1.024 at 4 GB/s. */
	CU_ASSERT(fabs(f.max_ms -
		      (0.075 + 0.012300 + 0.002 + 0.001024 + 0.007)) < 2e-6);
}

static void
pages_of_one_read_are_read_at_the_same_time(void)
{
	struct figures f = flash("process load.size=64k\n"
				 "process load.offset=sequential");

	/* Eight pages on the dies of eight channels; 24.6 us each of them. */
	CU_ASSERT(fabs(f.max_ms - (0.075 + 0.024600 + 0.016384)) < 2e-6);
}

/* One die: the second of two reads waits for all of the first's holding. */
static void
a_die_serves_one_read_after_another(void)
{
	struct figures f = flash("disk ada0.channels=1\ndisk ada0.dies=1\n"
				 "process load.depth=2");

	check_near("IOPS of a die", f.per_s, 1e9 / 87300, 0.001);
}

static void
write_cache_answers_at_once_and_then_at_the_rate_of_programs(void)
{
	struct figures f;

	f = flash("process load.read=0\ndisk ada0.write_cache=1g\n"
		  "process load.requests=1000");
	CU_ASSERT(fabs(f.max_ms - 0.001024) < 1e-6);
	/* 24 dies, a page of 8 KiB in 750 us and 24.6 on the channel. */
	f = flash("process load.read=0\ndisk ada0.write_cache=1m\n"
		  "process load.depth=64");
	check_near(
	    "IOPS behind a full cache", f.per_s, 24 * 2 / 774.6e-6, 0.05);
}

static void
writes_amplified_take_the_dies_longer(void)
{
	struct figures f;

	f = flash("process load.read=0\ndisk ada0.write_cache=1m\n"
		  "process load.depth=64\ndisk ada0.write_amplification=2");
	check_near("IOPS behind a full cache", f.per_s,
	    24 * 2 / (774.6e-6 + 750e-6), 0.05);
}

/* ---- Published -------------------------------------------------------- */

struct row {
	const char *preset;
	int depth;
	double mean_us, mean_tolerance, p99_us, p99_tolerance;
};

static void
reads_take_what_reviews_measured(void)
{
	/* Optane's p99 of 41 us at depth 16 is not reached (28 us): it comes
	 * from the host rather than from the medium. */
	static const struct row rows[] = {
	    {"p3700", 1, 77.9, 0.01, 96, 0.07},
	    {"p3700", 16, 93.9, 0.05, 163, 0.12},
	    {"9100-max", 1, 107.7, 0.01, 117, 0.03},
	    {"9100-max", 16, 116.2, 0.04, 205, 0.10},
	    {"p4800x", 1, 8.9, 0.02, 10, 0.06},
	    {"p4800x", 16, 25.5, 0.04, 0, 0},
	    /* From the makers' ratings, by Little's law. */
	    {"970-evo", 1, 1e3 / 15, 0.01, 0, 0},
	    {"970-evo", 128, 1e3 * 128 / 500, 0.01, 0, 0},
	};
	struct figures f;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		f = flash("disk ada0.preset=%s\nprocess load.depth=%d",
		    rows[i].preset, rows[i].depth);
		check_near(rows[i].preset, f.mean_ms * 1e3, rows[i].mean_us,
		    rows[i].mean_tolerance);
		if (rows[i].p99_us > 0)
			check_near(rows[i].preset, f.p99_ms * 1e3,
			    rows[i].p99_us, rows[i].p99_tolerance);
	}
}

static void
sata_is_bound_by_its_interface(void)
{
	static const struct {
		int depth;
		const char *read;
		double per_s;
	} rows[] = {{1, "1", 10e3}, {32, "1", 100e3}, {1, "0", 36e3}};
	struct figures f;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		f = flash("disk ada0.model=ssd\ndisk ada0.preset=850-pro\n"
			  "process load.depth=%d\nprocess load.read=%s",
		    rows[i].depth, rows[i].read);
		check_near("850 PRO", f.per_s, rows[i].per_s, 0.01);
	}
	f = flash("disk ada0.model=ssd\ndisk ada0.preset=850-pro\n"
		  "process load.depth=32\nprocess load.size=128k\n"
		  "process load.offset=sequential");
	check_near("850 PRO MB/s", f.per_s * 0.131072, 550, 0.02);
}

static void
mqsims_throughput_by_depth(void)
{
	static const struct {
		int depth;
		double per_s;
	} rows[] = {{1, 11.4e3}, {2, 22.2e3}, {4, 42.6e3}, {8, 78.4e3},
	    {16, 133e3}, {24, 170e3}, {32, 192e3}, {48, 216e3}, {64, 228e3},
	    {128, 246e3}, {256, 257e3}};
	struct figures f;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		f = flash("process load.depth=%d\ndisk ada0.queue_depth=256",
		    rows[i].depth);
		check_near("MQSim", f.per_s, rows[i].per_s, 0.06);
	}
}

static void
take_reads_beside_writes(void *context, const struct results *r)
{
	const struct process_summary *reader =
	    &g_array_index(r->processes, struct process_summary, 0);
	double *figures = context;

	figures[0] = histogram_mean(reader->total) / 1e3;
	figures[1] = (double)histogram_max(reader->total) / 1e3;
}

/* MQSim: mean and maximum of reads, by the depths of reads and writes.  The
 * worst read waits for about one program. */
static void
reads_wait_behind_programs(void)
{
	static const struct {
		int reads, writes;
		double mean_us, max_us;
	} rows[] = {{1, 1, 103, 849}, {1, 4, 131, 850}, {1, 16, 279, 857},
	    {1, 64, 459, 862}, {16, 1, 131, 1021}, {16, 4, 166, 1040},
	    {16, 16, 260, 998}, {16, 64, 405, 987}};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *reads =
		    g_strdup_printf("process load.depth=%d", rows[i].reads);
		g_autofree char *writes =
		    g_strdup_printf("process writer.depth=%d", rows[i].writes);
		const char *const sets[] = {reads, writes, NULL};
		double figures[2] = {0};
		struct run_setup setup = {.world = &world_heap,
		    .report = take_reads_beside_writes,
		    .context = figures};
		struct scenario *s = scenario_parse(FLASH AND_WRITER,
		    strlen(FLASH AND_WRITER), "t.ini", sets, NULL, NULL);

		setup.scenario = s;
		CU_ASSERT(run_scenario(&setup, NULL) == STATUS_OK);
		scenario_free(s);
		check_near("mean of reads", figures[0], rows[i].mean_us, 0.20);
		check_near("worst read", figures[1], rows[i].max_us, 0.08);
	}
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_read_is_die_then_channel_then_interface),
	    RULE(pages_of_one_read_are_read_at_the_same_time),
	    RULE(a_die_serves_one_read_after_another),
	    RULE(write_cache_answers_at_once_and_then_at_the_rate_of_programs),
	    RULE(writes_amplified_take_the_dies_longer),
	    RULE(reads_take_what_reviews_measured),
	    RULE(sata_is_bound_by_its_interface),
	    RULE(mqsims_throughput_by_depth),
	    RULE(reads_wait_behind_programs),
	};

	return (RUN_RULES("flash", rules));
}
