/*
 * Between daemon and device: the lock of a file and the cache, by hand.
 */

#include <unistd.h>

#include "tests/device_run.h"

#define ON_STATION         \
	"[disk ada0]\n"    \
	"channels = 8\n"   \
	"latency = 1ms\n"  \
	"[cache]\n"        \
	"block = 4k\n"     \
	"read_ahead = 0\n" \
	"[file data]\n"    \
	"disk = ada0\n"    \
	"size = 64m\n"     \
	"[process load]\n" \
	"file = data\n"    \
	"depth = 4\n"      \
	"requests = 2000\n"

struct seen {
	struct figures figures;
	struct file_summary file;
	uint64_t device_reads, device_writes, device_syncs, read_bytes;
};

static void
take_seen(void *context, const struct results *r)
{
	struct seen *seen = context;
	const struct device_summary *device =
	    &g_array_index(r->devices, struct device_summary, 0);

	take_figures(&seen->figures, r);
	seen->file = g_array_index(r->files, struct file_summary, 0);
	seen->device_reads = device->reads;
	seen->device_writes = device->writes;
	seen->device_syncs = device->syncs;
	seen->read_bytes = device->read_bytes;
}

static struct seen
see(const char *sets)
{
	g_auto(GStrv) lines = g_strsplit(sets, "\n", -1);
	struct seen seen = {0};
	struct run_setup setup = {
	    .world = &world_heap, .report = take_seen, .context = &seen};
	g_autoptr(GError) error = NULL;
	struct scenario *s = scenario_parse(ON_STATION, strlen(ON_STATION),
	    "t.ini", (const char *const *)lines, NULL, &error);

	g_assert_no_error(error);
	setup.scenario = s;
	CU_ASSERT(run_scenario(&setup, &error) == STATUS_OK);
	g_assert_no_error(error);
	scenario_free(s);
	return (seen);
}

/* ---- Locks ------------------------------------------------------------ */

static void
ufs_lets_one_writer_work_at_a_time(void)
{
	struct seen seen = see("process load.read=0\nfile data.lock=ufs");

	check_near("writes a second", seen.figures.per_s, 1000, 0.001);
	CU_ASSERT(seen.file.lock_waits == 1999);
	seen = see("process load.read=0");
	check_near("writes a second", seen.figures.per_s, 4000, 0.001);
	CU_ASSERT(seen.file.lock_waits == 0);
}

static void
ufs_lets_readers_work_together(void)
{
	struct seen seen = see("file data.lock=ufs");

	check_near("reads a second", seen.figures.per_s, 4000, 0.001);
	CU_ASSERT(seen.file.lock_waits == 0);
}

static void
zfs_excludes_by_range(void)
{
	struct seen seen = see("process load.read=0\nfile data.lock=zfs\n"
			       "process load.offset=sequential");

	check_near("disjoint writes", seen.figures.per_s, 4000, 0.001);
	seen = see("process load.read=0\nfile data.lock=zfs\n"
		   "file data.size=4k");
	check_near("writes of one range", seen.figures.per_s, 1000, 0.001);
	CU_ASSERT(seen.file.lock_waits == 1999);
}

/* One writer among readers: behind it they wait, although they could go on with
 * each other. */
static void
a_waiting_writer_holds_up_the_readers_behind_it(void)
{
	struct seen ufs = see("process load.read=0.9\nfile data.lock=ufs");
	struct seen zfs = see("process load.read=0.9\nfile data.lock=zfs");

	CU_ASSERT(ufs.figures.per_s < 0.85 * zfs.figures.per_s);
	CU_ASSERT(ufs.file.lock_waits > 200);
	CU_ASSERT(zfs.file.lock_waits < 20);
}

/* More daemons do not help writers of one file on UFS. */
static void
daemons_do_not_help_ufs_writers(void)
{
	struct seen few = see("process load.read=0\nfile data.lock=ufs\n"
			      "vfs.aio.max_aio_procs=1");
	struct seen many = see("process load.read=0\nfile data.lock=ufs\n"
			       "vfs.aio.max_aio_procs=32");

	check_near("gain", many.figures.per_s / few.figures.per_s, 1, 0.001);
}

/* ---- Caches ----------------------------------------------------------- */

static void
a_stated_share_of_reads_hits(void)
{
	struct seen seen = see("file data.cache=hit(0.75)");

	CU_ASSERT(seen.file.hits + seen.file.misses == 2000);
	check_near("share", (double)seen.file.hits / 2000, 0.75, 0.04);
	CU_ASSERT(seen.device_reads == seen.file.misses);
	seen = see("file data.cache=hit(1)");
	CU_ASSERT(seen.figures.end_s == 0 && seen.device_reads == 0);
}

/* What is in the cache costs the CPU its copying: 4 us for 4 KiB at 1 us. */
static void
copying_is_paid_by_the_kib(void)
{
	struct seen seen = see("file data.cache=hit(1)\ncpu.copy=1us");

	CU_ASSERT(fabs(seen.figures.end_s - 2000 * 4e-6) < 1e-9);
}

/* 256 blocks, all in the cache after their first reads. */
static void
lru_reads_each_block_once_if_it_holds_all(void)
{
	struct seen seen = see("file data.cache=lru\nfile data.size=1m\n"
			       "process load.depth=1\n"
			       "process load.offset=sequential");

	CU_ASSERT(seen.device_reads == 256 && seen.file.misses == 256);
	CU_ASSERT(seen.file.hits == 2000 - 256);
}

/* Going round 256 blocks with room for 255, LRU never hits; of blocks at random
 * it hits as many as it holds. */
static void
lru_forgets_what_was_used_longest_ago(void)
{
	struct seen seen = see("file data.cache=lru\nfile data.size=1m\n"
			       "cache.size=1020k\nprocess load.depth=1\n"
			       "process load.offset=sequential");

	CU_ASSERT(seen.file.hits == 0);
	seen = see("file data.cache=lru\nfile data.size=1m\ncache.size=512k\n"
		   "process load.requests=20000");
	check_near("hits", (double)seen.file.hits / 20000, 0.5, 0.04);
}

static void
a_cache_that_holds_all_makes_the_pool_irrelevant(void)
{
	static const char held[] =
	    "file data.cache=lru\nfile data.size=1m\nprocess load.depth=16\n"
	    "process load.requests=40000\nprocess load.think=1ms\n"
	    "scenario.warmup=1s\n";
	static const char missed[] =
	    "file data.cache=none\nfile data.size=1m\nprocess load.depth=16\n"
	    "process load.requests=40000\nprocess load.think=1ms\n"
	    "scenario.warmup=1s\n";
	double with[2], without[2];
	int i;

	for (i = 0; i < 2; i++) {
		g_autofree char *sets = g_strdup_printf(
		    "%svfs.aio.max_aio_procs=%d", held, i == 0 ? 1 : 8);
		g_autofree char *others = g_strdup_printf(
		    "%svfs.aio.max_aio_procs=%d", missed, i == 0 ? 1 : 8);

		with[i] = see(sets).figures.per_s;
		without[i] = see(others).figures.per_s;
	}
	check_near("gain by daemons", with[1] / with[0], 1, 0.01);
	CU_ASSERT(without[1] > 6 * without[0]);
}

static void
read_ahead_makes_fewer_and_larger_reads(void)
{
	struct seen seen = see("file data.cache=lru\ncache.read_ahead=28k\n"
			       "process load.depth=1\n"
			       "process load.offset=sequential");

	CU_ASSERT(seen.device_reads == 2000 / 8);
	CU_ASSERT(seen.read_bytes == 2000 / 8 * 32768);
}

static void
writes_end_in_the_cache_and_come_back_out(void)
{
	struct seen seen = see("file data.cache=lru\nprocess load.read=0\n"
			       "process load.offset=sequential\n"
			       "process load.think=1ms\ncache.syncer=20ms");

	/* A write takes no time; those of the last 20 ms stay in the cache. */
	CU_ASSERT(seen.figures.max_ms == 0);
	CU_ASSERT(seen.device_writes >= 2000 - 4 * 21 - 4);
	CU_ASSERT(seen.device_writes <= 2000 - 4 * 19);
	CU_ASSERT(seen.file.written_back == seen.device_writes);
}

/* Above the limit of dirty blocks writers go at the rate of the device. */
static void
a_dirty_limit_holds_up_the_writers(void)
{
	struct seen seen = see("file data.cache=lru\nprocess load.read=0\n"
			       "process load.offset=sequential\n"
			       "cache.dirty_limit=64k\n"
			       "process load.requests=20000");

	check_near("blocks a second", seen.figures.per_s, 8000, 0.15);
	CU_ASSERT(seen.figures.max_ms > 0);
}

/* A write of half a block reads the block first. */
static void
part_of_a_block_is_read_before_it_is_written(void)
{
	struct seen seen = see("file data.cache=lru\nprocess load.read=0\n"
			       "process load.offset=sequential\n"
			       "process load.depth=1\n"
			       "process load.size=2k");

	CU_ASSERT(seen.device_reads == 1000);
	CU_ASSERT(fabs(seen.figures.mean_ms - 0.5) < 1e-6);
}

/* Ten writes and an fsync: the blocks, then the device's own flush. */
static void
an_fsync_writes_the_files_blocks_and_flushes(void)
{
	char path[] = "/tmp/vnode-XXXXXX";
	int fd = mkstemp(path), i;
	FILE *trace = fdopen(fd, "w");
	g_autofree char *text = NULL;
	struct seen seen = {0};
	struct run_setup setup = {
	    .world = &world_heap, .report = take_seen, .context = &seen};
	g_autoptr(GError) error = NULL;
	struct scenario *s;

	fputs("fio version 2 iolog\n/d add\n/d open\n", trace);
	for (i = 0; i < 10; i++)
		fprintf(trace, "/d write %d 4096\n", i * 4096);
	fputs("/d sync 0 0\n/d close\n", trace);
	fclose(trace);
	text = g_strdup_printf(
	    "[disk ada0]\nlatency = 1ms\nfsync = 5ms\n[cache]\nblock = 4k\n"
	    "[file data]\ndisk = ada0\nlock = ufs\ncache = lru\n"
	    "[process load]\nfile = data\ntrace = %s\npace = asap\n",
	    path);
	s = scenario_parse(text, strlen(text), "t.ini", NULL, NULL, &error);
	g_assert_no_error(error);
	setup.scenario = s;
	CU_ASSERT(run_scenario(&setup, NULL) == STATUS_OK);
	scenario_free(s);
	unlink(path);
	CU_ASSERT(seen.device_writes == 10 && seen.device_syncs == 1);
	/* One channel: ten writes of 1 ms, then 5 ms. */
	CU_ASSERT(fabs(seen.figures.end_s - 0.015) < 1e-9);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(ufs_lets_one_writer_work_at_a_time),
	    RULE(ufs_lets_readers_work_together),
	    RULE(zfs_excludes_by_range),
	    RULE(a_waiting_writer_holds_up_the_readers_behind_it),
	    RULE(daemons_do_not_help_ufs_writers),
	    RULE(a_stated_share_of_reads_hits),
	    RULE(copying_is_paid_by_the_kib),
	    RULE(lru_reads_each_block_once_if_it_holds_all),
	    RULE(lru_forgets_what_was_used_longest_ago),
	    RULE(a_cache_that_holds_all_makes_the_pool_irrelevant),
	    RULE(read_ahead_makes_fewer_and_larger_reads),
	    RULE(writes_end_in_the_cache_and_come_back_out),
	    RULE(a_dirty_limit_holds_up_the_writers),
	    RULE(part_of_a_block_is_read_before_it_is_written),
	    RULE(an_fsync_writes_the_files_blocks_and_flushes),
	};

	return (RUN_RULES("lock and cache", rules));
}
