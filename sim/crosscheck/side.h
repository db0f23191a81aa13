/*
 * One of the runs that are compared: what became of each request, and the
 * run's counts.  Requests are kept in memory, some 150 bytes each.
 */

#ifndef SIM_CROSSCHECK_SIDE_H
#define SIM_CROSSCHECK_SIDE_H

#include <glib.h>

#include "sim/crosscheck/measured.h"
#include "sim/run.h"

/* An accepted request. */
struct attempt {
	const char *process; /* interned */
	uint64_t operation;  /* of its process, from 0 */
	uint64_t id;         /* in order of submission, refused ones included */
	uint64_t rank;       /* in order of collection */
	enum kernel_opcode opcode;
	uint32_t attempts; /* of the operation, with this one */
	int64_t offset_bytes;
	uint64_t size_bytes;
	/* NOT_YET where it did not come to that. */
	int64_t arrival_ns, submit_ns, start_ns, finish_ns, collect_ns;
	bool finished;
	int64_t status;
	enum kernel_errno error;
};

/* A process of the run. */
struct party {
	const char *name; /* interned */
	struct operation_counts operations;
};

struct side {
	const char *name; /* "real", "retraced", …: its folder */
	GArray *attempts; /* of struct attempt, by process and operation */
	/* By what refused ("EAGAIN, vfs.aio.max_aio_queue") or held up (the
	 * node): counts as pointers. */
	GHashTable *refused, *waited;
	GArray *parties; /* of struct party, as the kernel numbers them */
	struct operation_counts operations;
	uint64_t issued, accepted, completed, failed, cancelled, in_flight;
	int64_t daemons_created, daemons_reaped, daemons_most;
	double daemons_mean, daemons_busy_mean;
	int64_t simulated_ns, warmup_ns;
	bool stalled;
	uint64_t fingerprint; /* of all that happened, in order */
};

void side_init(struct side *side, const char *name);
void side_clear(struct side *side);

struct side_setup {
	const struct scenario *scenario;
	const struct world_ops *world;
	/* For the real world, or NULL. */
	const struct real_options *where;
	const char *out;         /* directory of the run's files; NULL: none */
	bool trace;              /* trace.txt among them */
	struct measured *record; /* takes down what the world brings in */
	struct measured *give;   /* has been taken down in another run; both may
				  * be NULL */
};

/* Plays a scenario into a new side; like run_scenario(). */
enum exit_status side_play(
    struct side *side, const struct side_setup *setup, GError **error);

/* The times of an interval that summary.json counts, sorted; of int64_t, to be
 * freed. */
GArray *side_latencies(const struct side *side, enum latency_kind kind);

/* Requests that started before one that its process had submitted earlier; the
 * kernels start those of a process in their order, fsync aside. */
uint64_t side_out_of_order(const struct side *side);

/* As two sides are matched: by process, then by operation. */
gint side_by_operation(gconstpointer left, gconstpointer right);

#endif
