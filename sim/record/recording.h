/*
 * How the driver tells the recorder what happens.  All in the order in which
 * things are applied; times never decrease.  Nothing here changes the run.
 */

#ifndef SIM_RECORDING_H
#define SIM_RECORDING_H

#include "model/kernel.h"
#include "sim/device/device.h"
#include "sim/driver_socket.h"
#include "sim/program.h"
#include "sim/record/outputs.h"
#include "sim/record/recorder.h"

struct marks;
struct recorder;

struct recorder_setup {
	const struct scenario *scenario;
	const char *world;
	const struct kernel *kernel;            /* borrowed */
	struct outputs *outputs;                /* borrowed; NULL: no files */
	bool requests, series, trace, perfetto; /* which files */
	/* Optional: sees each line of the trace as text (tests, vectors). */
	void (*listen)(void *context, const char *line);
	void *context;
	struct marks *marks; /* optional, borrowed: gets every event */
	/* Optional: sees what a row of requests.csv holds, as it is written. */
	void (*row)(void *context, const struct request_row *row);
	void *row_context;
};

/* NULL, with an error, if a file cannot be made. */
struct recorder *recorder_new(
    const struct recorder_setup *setup, GError **error);
void recorder_free(struct recorder *r);

/* A process, in the order of the kernel's numbers.  The name is copied. */
void recorder_add_process(struct recorder *r, const char *name);
void recorder_add_device(
    struct recorder *r, const char *name, int64_t channels);

void recorder_call(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call);
void recorder_return(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call, const struct kernel_result *result);
void recorder_submit(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call, const struct kernel_job_info *job);
void recorder_refuse(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call, const struct kernel_effect *effect);
void recorder_serve(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job);
void recorder_device_start(struct recorder *r, int64_t now_ns, uint32_t job);
/* Fault number `fault` of the scenario changes or holds up the job. */
void recorder_strike(
    struct recorder *r, int64_t now_ns, guint fault, uint32_t job);
void recorder_complete(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job);
void recorder_collect(
    struct recorder *r, int64_t now_ns, const struct kernel_job_info *job);
void recorder_notify(
    struct recorder *r, int64_t now_ns, const struct kernel_notice *notice);
void recorder_spawn(struct recorder *r, int64_t now_ns, uint32_t thread);
void recorder_reap(struct recorder *r, int64_t now_ns, uint32_t thread);

/* A device's busy channels and its waiting line have changed. */
void recorder_device(struct recorder *r, int64_t now_ns, uint32_t device,
    int64_t busy, int64_t waiting);
void recorder_device_request(
    struct recorder *r, uint32_t device, enum io_kind kind, int64_t bytes);

/* A file with a lock or a cache; its requests: how long one waited for the
 * lock, whether a read was in the cache, a block that is written back. */
void recorder_add_file(struct recorder *r, const struct file_config *config);
void recorder_file_lock(
    struct recorder *r, int64_t now_ns, uint32_t file, int64_t waited_ns);
void recorder_file_read(
    struct recorder *r, int64_t now_ns, uint32_t file, bool hit);
void recorder_file_written_back(
    struct recorder *r, int64_t now_ns, uint32_t file);

/* The number of transfers in a direction of a link has become `transfers`;
 * `bytes` of an earlier one have crossed. */
void recorder_add_link(struct recorder *r, const char *name);
void recorder_link(struct recorder *r, int64_t now_ns, uint32_t link,
    enum kernel_direction direction, uint32_t transfers, int64_t bytes);
/* The peer of a process got the reply to what it asked at `asked_ns`. */
void recorder_response(
    struct recorder *r, int64_t now_ns, uint32_t process, int64_t asked_ns);
/* The network changes the socket of a process. */
void recorder_socket(struct recorder *r, int64_t now_ns, uint32_t process,
    enum socket_event_kind kind, int64_t bytes);

/* The instant `now_ns` is over: everything that happens at it has happened. */
void recorder_instant(struct recorder *r, int64_t now_ns);
/* False, with the reason, once a file could not be written. */
bool recorder_healthy(struct recorder *r, GError **error);

/*
 * The end of the run: what is in flight is written as far as it came, and the
 * balance and Little's law are checked.  False, with a message in `violation`
 * that the caller frees, if one of them does not hold: a bug of ours.
 */
bool recorder_finish(struct recorder *r, int64_t now_ns, char **violation);
/* After that; belongs to the recorder.  The caller fills in what it knows. */
struct results *recorder_results(struct recorder *r);

#endif
