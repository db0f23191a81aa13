/*
 * Results of a run, made by hand: one in which nothing happened and one in
 * which everything did.
 */

#ifndef TESTS_MADE_RESULTS_H
#define TESTS_MADE_RESULTS_H

#include <glib.h>

#include "sim/record/recorder.h"

enum { PROCS, QUEUE, NUM, TUNABLES };

static const struct kernel_tunable tunables[TUNABLES] = {
    [PROCS] = {.node = "vfs.aio.max_aio_procs", .writable = true},
    [QUEUE] = {.node = "vfs.aio.max_aio_queue_per_proc", .writable = true},
    [NUM] = {.node = "vfs.aio.num_aio_procs", .writable = false},
};

/* A run and all that its results point to. */
struct run {
	struct scenario scenario;
	struct results results;
	uint64_t refused[TUNABLES];
	struct waited waited[TUNABLES];
	int64_t values[TUNABLES];
};

static struct gauge
gauge(int64_t min, int64_t max, int64_t value, __int128 integral)
{
	struct gauge g = {
	    .min = min, .max = max, .value = value, .integral = integral};

	return (g);
}

static inline void
add_device(struct results *r, const char *name)
{
	struct device_summary device = {.name = name,
	    .channels = 8,
	    .reads = 1000,
	    .writes = 20,
	    .syncs = 3,
	    .read_bytes = 8192000,
	    .write_bytes = 4096};

	/* 6 of 8 channels and 1.5 waiting, over 2 s. */
	device.busy_channels = gauge(0, 8, 0, 12000000000);
	device.queue = gauge(0, 9, 0, 3000000000);
	g_array_append_val(r->devices, device);
}

static inline void
add_process(struct results *r, const char *name)
{
	struct process_summary process = {.name = g_strdup(name),
	    .issued = 11,
	    .accepted = 10,
	    .refused = 1,
	    .completed = 7,
	    .failed = 2,
	    .cancelled = 1,
	    .operations.wanted = 15,
	    .operations.done = 9,
	    .operations.done_synchronously = 4,
	    .operations.dropped = 2,
	    .total = histogram_new()};

	histogram_record(process.total, 2500000);
	g_array_append_val(r->processes, process);
}

/* Nothing happened in it. */
static inline struct run *
empty_run(void)
{
	struct run *run = g_new0(struct run, 1);
	struct results *r = &run->results;
	int i;

	run->scenario.stem = g_strdup("pool");
	run->scenario.seed = 42;
	r->scenario = &run->scenario;
	r->world = "heap";
	r->kernel_name = "freebsd-12.2";
	r->refused_by_limit = run->refused;
	r->waited = run->waited;
	r->tunables = tunables;
	r->tunable_count = TUNABLES;
	r->tunable_values = run->values;
	for (i = 0; i < LATENCY_COUNT; i++)
		r->latency[i] = histogram_new();
	r->pool_name = "aiod";
	r->so_pool_name = "soaiod";
	r->aiod.alive = r->aiod.busy = r->queue_depth =
	    gauge(INT64_MAX, INT64_MIN, 0, 0);
	r->soaiod = r->aiod;
	r->devices = g_array_new(FALSE, FALSE, sizeof(struct device_summary));
	r->files = g_array_new(FALSE, FALSE, sizeof(struct file_summary));
	r->links = g_array_new(FALSE, FALSE, sizeof(struct link_summary));
	r->processes =
	    g_array_new(FALSE, FALSE, sizeof(struct process_summary));
	return (run);
}

static inline void
set_counts(struct results *r)
{
	r->issued = 2345;
	r->accepted = 1100;
	r->completed = 1089;
	r->failed = 5;
	r->cancelled = 4;
	r->in_flight = 2;
	r->refused_by_limit[QUEUE] = 1234;
	r->refused_by_errno[KE_EINVAL] = 11;
	r->operations.wanted = 1500;
	r->operations.done = 1094;
	r->operations.done_synchronously = 300;
	r->operations.dropped = 106;
	r->measured = 1000;
	r->waited[PROCS].count = 2;
	r->waited[PROCS].ns = 11200000;
	r->tunable_values[PROCS] = 32;
	r->tunable_values[QUEUE] = 256;
}

static inline struct run *
full_run(void)
{
	struct run *run = empty_run();
	struct results *r = &run->results;

	run->scenario.question = g_strdup("How many daemons?");
	run->scenario.replication = 3;
	r->fingerprint = 0xabcdef0123;
	r->simulated_ns = 3000000000;
	r->measured_ns = 2000000000;
	r->wall_s = 0.5;
	set_counts(r);
	histogram_record(r->latency[LATENCY_TOTAL], 1000000);
	histogram_record(r->latency[LATENCY_TOTAL], 1000001);
	histogram_record(r->latency[LATENCY_TOTAL], 4000000);
	histogram_record(r->latency[LATENCY_QUEUE], 7);
	r->aiod.alive = gauge(4, 32, 28, 24000000000);
	r->aiod.busy = gauge(0, 30, 2, 20500000000);
	r->aiod.created = 32;
	r->aiod.reaped = 4;
	r->soaiod.alive = gauge(4, 6, 4, 9000000000);
	r->soaiod.busy = gauge(0, 5, 0, 2000000000);
	r->soaiod.created = 6;
	r->soaiod.reaped = 2;
	r->queue_depth = gauge(0, 256, 2, 2000000001);
	add_device(r, "ada0");
	add_process(r, "db.1");
	return (run);
}

static inline void
free_run(struct run *run)
{
	struct results *r = &run->results;
	guint i;

	for (i = 0; i < LATENCY_COUNT; i++)
		histogram_free(r->latency[i]);
	for (i = 0; i < r->processes->len; i++) {
		struct process_summary *process =
		    &g_array_index(r->processes, struct process_summary, i);

		g_free(process->name);
		histogram_free(process->total);
	}
	g_array_unref(r->processes);
	g_array_unref(r->devices);
	g_array_unref(r->files);
	g_array_unref(r->links);
	g_free(run->scenario.stem);
	g_free(run->scenario.question);
	g_free(run);
}

#endif
