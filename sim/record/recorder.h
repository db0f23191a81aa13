/*
 * What a run leaves behind.  The driver tells the recorder each event and
 * effect as it is applied, in order; the recorder keeps the statistics, checks
 * the balance and Little's law at the end, and feeds the files that were asked
 * for.
 *
 * Statistics of latency and the averages over time leave the warm-up out;
 * `requests` and `operations` count the whole run.
 */

#ifndef SIM_RECORDER_H
#define SIM_RECORDER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/kernel.h"
#include "sim/operation.h"
#include "sim/record/histogram.h"
#include "sim/scenario/scenario.h"

/* Intervals of a request's life, as summary.json names them. */
enum latency_kind {
	LATENCY_TOTAL,     /* finish - arrival */
	LATENCY_ADMISSION, /* submit - arrival */
	LATENCY_QUEUE,     /* start - submit */
	LATENCY_SERVICE,   /* finish - start */
	LATENCY_COLLECT,   /* collect - finish */
	LATENCY_COUNT
};

extern const char *const latency_names[LATENCY_COUNT];

#define NOT_YET INT64_MIN /* a time that has not come */

/* One submission attempt, complete or as far as it came.  Strings belong to
 * the recorder and live as long as it. */
struct request_row {
	uint64_t id;        /* of the attempt, in order of submission, from 1 */
	uint64_t operation; /* of its process, from 0 */
	const char *process;
	const char *call; /* "aio_read", …, "lio_listio" */
	enum kernel_opcode opcode;
	int fd;
	int64_t offset_bytes;
	uint64_t size_bytes;
	uint32_t attempt; /* 1 for the operation's first */
	int64_t arrival_ns, submit_ns, start_ns, device_start_ns, finish_ns,
	    collect_ns; /* NOT_YET where it did not come to that */
	/* When a daemon took it last, if it had to be taken more than once (a
	 * socket's, whose buffer had no more for it). */
	int64_t resumed_ns;
	char daemon[16]; /* "aiod4", that had it last; empty for none */
	bool finished;   /* status and error hold */
	int64_t status;
	enum kernel_errno error; /* of the refusal, if refused */
	bool refused;
	/* Node that refused it or made it wait, or NULL; "fault NAME" if that
	 * refused it. */
	const char *limit;
};

/* The gauges at the end of an instant at which one of them changed. */
struct series_row {
	int64_t time_ns;
	struct kernel_counters counters;
};

/* An average over time with its extremes: integral is over (value x ns). */
struct gauge {
	int64_t value, min, max;
	int64_t since_ns;
	__int128 integral;
};

struct pool_summary {
	struct gauge alive, busy;
	int64_t created, reaped;
};

struct device_summary {
	const char *name;
	struct gauge busy_channels, queue;
	int64_t channels;
	uint64_t reads, writes, syncs, read_bytes, write_bytes;
};

/* A file's lock and cache. */
struct file_summary {
	const char *name;
	bool locked, cached;
	uint64_t lock_waits; /* requests that waited for the lock */
	__int128 lock_ns;
	uint64_t hits, misses, written_back; /* the last: blocks */
};

/* Each direction of a link, as the kernel's host sees it. */
struct link_summary {
	const char *name;
	struct gauge transfers[2]; /* by enum kernel_direction */
	struct gauge busy[2];      /* 1 while there are any */
	uint64_t bytes[2];
};

/* What went through a process's socket. */
struct network_counts {
	bool connected; /* the process has one */
	/* Into its send buffer, to the peer's host, and read by the peer. */
	int64_t entered_bytes, delivered_bytes, peer_read_bytes;
	/* Sent by the peer, to its receive buffer, and taken out of that. */
	int64_t peer_sent_bytes, arrived_bytes, taken_bytes;
};

struct process_summary {
	char *name;
	uint64_t issued, accepted, refused, completed, failed, cancelled;
	struct operation_counts operations;
	struct network_counts network;
	struct histogram *response; /* its peer's, to requests; or NULL */
	struct histogram *total;    /* latency */
};

struct fault_summary {
	char *name;       /* "fault bad-block" */
	uint64_t refused; /* attempts */
	uint64_t struck;  /* times that it changed or held up a request */
};

struct waited {
	uint64_t count;
	__int128 ns;
};

/* Everything that summary.json says, as numbers. */
struct results {
	const struct scenario *scenario;
	const char *world;
	const char *kernel_name;
	uint64_t fingerprint;
	int64_t simulated_ns, measured_ns; /* the latter without the warm-up */
	bool stalled, interrupted;
	uint64_t issued, accepted, completed, failed, cancelled, in_flight;
	uint64_t *refused_by_limit; /* by tunable, `tunable_count` of them */
	uint64_t refused_by_errno[KE_ERRNO_COUNT]; /* with no limit to name */
	struct fault_summary *faults; /* as the scenario lists them */
	size_t fault_count;
	struct operation_counts operations;
	uint64_t measured; /* requests finished after the warm-up */
	struct histogram *latency[LATENCY_COUNT]; /* TOTAL: at the end */
	struct waited *waited;                    /* by tunable */
	const struct kernel_tunable *tunables;
	size_t tunable_count;
	int64_t *tunable_values; /* at boot, as the scenario set them */
	const char *pool_name, *so_pool_name; /* the latter NULL: none */
	struct pool_summary aiod, soaiod;
	struct gauge queue_depth; /* accepted and not finished */
	GArray *devices;          /* of struct device_summary */
	GArray *files;            /* of struct file_summary */
	GArray *links;            /* of struct link_summary */
	GArray *processes; /* of struct process_summary, in order of pid */
	double wall_s;     /* for timing.json */
};

double gauge_mean(const struct gauge *gauge, int64_t measured_ns);

#endif
