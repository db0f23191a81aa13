/*
 * The recorder's own record, shared by recorder.c (statistics), recorder_new.c
 * (making one), rows.c (single requests) and trace.c (trace lines and the
 * fingerprint).
 */

#ifndef SIM_RECORDER_IMPL_H
#define SIM_RECORDER_IMPL_H

#include <glib.h>
#include <inttypes.h>

#include "sim/record/recording.h"
#include "sim/record/sinks.h"

/* Large: see fold() in trace.c. */
#define FINGERPRINT_OF_NOTHING UINT64_C(0xa0761d6478bd642f)
#define NAME_BYTES 16

/* A request from its submission to its collection. */
struct request_times {
	int64_t arrival_ns;
	int64_t submit_ns; /* NOT_YET: there is no such request */
	int64_t start_ns, finish_ns;
};

/* What only its row says. */
struct request_details {
	uint64_t id; /* 0: there is no such request */
	int64_t device_start_ns, resumed_ns;
	enum kernel_call_kind call;
	char daemon[NAME_BYTES];
};

struct recorder {
	struct recorder_setup setup;
	const struct kernel *kernel;
	struct results results;
	int64_t warmup_ns;
	/* By job number; details only if rows are wanted. */
	GArray *times, *details;

	/* Little's law, over the whole run. */
	int64_t depth, depth_since_ns;
	__int128 depth_integral, sojourns;

	/* Names of threads by number, each NAME_BYTES. */
	GArray *names;

	struct series_row last;
	bool pending; /* `last` is not written yet */
	int64_t series_interval_ns, next_series_ns;

	uint64_t fingerprint;
	int64_t stamped_ns;  /* the time that it has taken in last */
	bool watched;        /* events are: there are marks, or lines */
	struct marks *marks; /* of the set-up */
	bool tracing;        /* lines of text are wanted */
	bool rows_wanted;    /* single requests are: a file, or a hook */
	GString *line;
	FILE *requests_file, *series_file, *trace_file;
	struct perfetto *perfetto;
};

/* gauge.c */
void gauge_init(struct gauge *gauge);
/* The value until now counts, from `from_ns` (the end of the warm-up) on, for
 * as long as it held; what lasted no time at all is not seen. */
void gauge_close(struct gauge *gauge, int64_t from_ns, int64_t now_ns);
/* From now on the value is another one. */
void gauge_set(
    struct gauge *gauge, int64_t from_ns, int64_t now_ns, int64_t value);

/* For how long a limit kept the request, that is finished now, from a daemon.
 */
static inline int64_t
held_ns(const struct request_times *times, const struct kernel_job_info *job)
{
	if (job->held_by < 0 || times->start_ns == NOT_YET)
		return (0);
	return (times->start_ns - MAX(times->submit_ns, job->held_from_ns));
}

/* When what is submitted now was wanted, if somebody has noted that. */
static inline int64_t
arrival_of(uint64_t tag, int64_t now_ns)
{
	const struct operation *operation = operation_of(tag);

	return (operation != NULL ? operation->arrival_ns : now_ns);
}

/* rows.c; to be called only if rows are wanted. */
void rows_submit(struct recorder *r, const struct kernel_call *call,
    const struct kernel_job_info *job);
void rows_refuse(struct recorder *r, int64_t now_ns, const char *process,
    const struct kernel_call *call, const struct kernel_request *request,
    enum kernel_errno error, const char *limit);
/* Before its start is noted in `times`. */
void rows_serve(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job, const struct request_times *times);
void rows_device_start(struct recorder *r, int64_t now_ns, uint32_t job);
void rows_complete(
    struct recorder *r, uint32_t thread, const struct kernel_job_info *job);
/* The request is gone, or the run is over: then collect_ns is NOT_YET. */
void rows_write(struct recorder *r, const struct kernel_job_info *job,
    const struct request_times *times, int64_t collect_ns);

/* link.c */
void close_links(struct recorder *r, int64_t now_ns);

/* trace.c */
/* "aiod4", "db.1", "aiod_kick". */
const char *thread_name(struct recorder *r, uint32_t thread);
void trace_submit(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job);
/* `limit`: the name of what refused it, or NULL. */
void trace_refuse(struct recorder *r, int64_t now_ns, uint32_t thread,
    enum kernel_errno error, const char *limit);
void trace_serve(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job);
void trace_strike(struct recorder *r, int64_t now_ns, const char *fault,
    const struct kernel_job_info *job);
void trace_complete(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job);
void trace_collect(
    struct recorder *r, int64_t now_ns, const struct kernel_job_info *job);

#endif
