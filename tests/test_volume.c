/*
 * Stripes, mirrors and RAID-5 over stations and hard disks: by hand, and what
 * is known of each.
 */

#include "tests/device_run.h"

#define MEMBERS                           \
	"[sysctl]\n"                      \
	"vfs.aio.max_aio_procs = 64\n"    \
	"vfs.aio.max_aio_per_proc = 64\n" \
	"[disk ada0]\nlatency = 1ms\n"    \
	"[disk ada1]\nlatency = 1ms\n"    \
	"[disk ada2]\nlatency = 1ms\n"
#define LOAD                           \
	"members = ada0, ada1, ada2\n" \
	"[file data]\n"                \
	"disk = vol\n"                 \
	"size = 192m\n"                \
	"[process load]\n"             \
	"file = data\n"                \
	"depth = 1\n"                  \
	"requests = 600\n"             \
	"offset = sequential\n"        \
	"size = 64k\n"
#define STRIPE MEMBERS "[disk vol]\nmodel = stripe\n" LOAD
#define MIRROR MEMBERS "[disk vol]\nmodel = mirror\n" LOAD
#define RAID5 MEMBERS "[disk vol]\nmodel = raid5\n" LOAD

struct counts {
	uint64_t reads[4], writes[4], read_bytes[4], write_bytes[4];
	double mean_ms, per_s;
};

static void
take_counts(void *context, const struct results *r)
{
	struct counts *c = context;
	guint i;

	for (i = 0; i < 4; i++) {
		const struct device_summary *d =
		    &g_array_index(r->devices, struct device_summary, i);

		c->reads[i] = d->reads;
		c->writes[i] = d->writes;
		c->read_bytes[i] = d->read_bytes;
		c->write_bytes[i] = d->write_bytes;
	}
	c->mean_ms = histogram_mean(r->latency[LATENCY_TOTAL]) / 1e6;
	c->per_s = throughput(r);
}

static struct counts
counts_of(const char *text, const char *set)
{
	const char *const sets[] = {set, NULL};
	struct counts counts = {{0}, {0}, {0}, {0}, 0, 0};
	struct run_setup setup = {
	    .world = &world_heap, .report = take_counts, .context = &counts};
	g_autoptr(GError) error = NULL;
	struct scenario *s =
	    scenario_parse(text, strlen(text), "t.ini", sets, NULL, &error);

	g_assert_no_error(error);
	setup.scenario = s;
	CU_ASSERT(run_scenario(&setup, NULL) == STATUS_OK);
	scenario_free(s);
	return (counts);
}

static void
a_stripe_goes_round_its_members(void)
{
	struct counts c = counts_of(STRIPE, NULL);

	CU_ASSERT(c.reads[0] == 200 && c.reads[1] == 200 && c.reads[2] == 200);
	CU_ASSERT(c.reads[3] == 600);
	CU_ASSERT(fabs(c.mean_ms - 1) < 1e-9);
	/* A request over all three takes no longer than over one. */
	c = counts_of(STRIPE, "process load.size=192k");
	CU_ASSERT(c.reads[0] == 600 && c.read_bytes[0] == 600 * 65536);
	CU_ASSERT(fabs(c.mean_ms - 1) < 1e-9);
}

static void
a_stripe_serves_as_many_as_it_has_members(void)
{
	struct counts c = counts_of(STRIPE, "process load.depth=3");

	check_near("requests a second", c.per_s, 3000, 0.01);
}

static void
a_mirror_reads_from_one_and_writes_to_all(void)
{
	struct counts c = counts_of(MIRROR, "process load.depth=3");

	CU_ASSERT(c.reads[0] + c.reads[1] + c.reads[2] == 600);
	check_near("requests a second", c.per_s, 3000, 0.01);
	c = counts_of(MIRROR, "process load.read=0");
	CU_ASSERT(c.writes[0] == 600 && c.writes[1] == 600);
	CU_ASSERT(c.writes[2] == 600 && c.writes[3] == 600);
}

/* A write waits for the slower of two: with exponential service the mean is
 * 1 + 1/2 ms, of three 1 + 1/2 + 1/3. */
static void
a_mirrors_write_is_as_slow_as_the_slowest(void)
{
	static const char text[] =
	    "[disk ada0]\nlatency = exponential(1ms)\n"
	    "[disk ada1]\nlatency = exponential(1ms)\n"
	    "[disk ada2]\nlatency = exponential(1ms)\n"
	    "[disk vol]\nmodel = mirror\n" LOAD "read = 0\n";
	struct counts c = counts_of(text, "process load.requests=20000");

	check_near(
	    "mean of the slowest", c.mean_ms, 1 + 1 / 2.0 + 1 / 3.0, 0.02);
}

static void
raid5_pays_four_for_a_small_write(void)
{
	struct counts c = counts_of(RAID5, "process load.read=0");
	uint64_t reads = c.reads[0] + c.reads[1] + c.reads[2];
	uint64_t writes = c.writes[0] + c.writes[1] + c.writes[2];

	/* Old data and old parity, then both anew: two rounds. */
	CU_ASSERT(reads == 1200 && writes == 1200);
	CU_ASSERT(fabs(c.mean_ms - 2) < 1e-9);
	/* Parity goes round: all members get the same. */
	CU_ASSERT(c.writes[0] == 400 && c.writes[1] == 400);
	c = counts_of(RAID5, NULL);
	CU_ASSERT(c.reads[0] == 200 && c.reads[1] == 200 && c.reads[2] == 200);
}

static void
raid5_writes_a_full_row_without_reading(void)
{
	const char *const text = RAID5 "read = 0\n";
	struct counts c = counts_of(text, "process load.size=128k");

	CU_ASSERT(c.reads[0] + c.reads[1] + c.reads[2] == 0);
	CU_ASSERT(c.writes[0] == 600 && c.writes[1] == 600);
	CU_ASSERT(c.writes[2] == 600);
	CU_ASSERT(fabs(c.mean_ms - 1) < 1e-9);
}

/* Two hard disks hold twice the reads of one, at the depth where both work. */
static void
a_mirror_of_disks_reads_twice_as_fast(void)
{
#define DRIVES                                                 \
	"[disk ada0]\nmodel = hdd\n[disk ada1]\nmodel = hdd\n" \
	"[disk vol]\nmodel = mirror\nmembers = ada0, ada1\n"   \
	"[disk alone]\nmodel = hdd\n"                          \
	"[file data]\ndisk = vol\nsize = 1000g\n"              \
	"[process load]\nfile = data\ndepth = 16\nrequests = 4000\n"
	struct counts pair = counts_of(DRIVES, NULL);
	struct counts one = counts_of(DRIVES, "file data.disk=alone");

	CU_ASSERT(pair.per_s > 1.6 * one.per_s && pair.per_s < 2 * one.per_s);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_stripe_goes_round_its_members),
	    RULE(a_stripe_serves_as_many_as_it_has_members),
	    RULE(a_mirror_reads_from_one_and_writes_to_all),
	    RULE(a_mirrors_write_is_as_slow_as_the_slowest),
	    RULE(raid5_pays_four_for_a_small_write),
	    RULE(raid5_writes_a_full_row_without_reading),
	    RULE(a_mirror_of_disks_reads_twice_as_fast),
	};

	return (RUN_RULES("volumes", rules));
}
