/*
 * The driver: the one place that posts events to the kernel and drains its
 * effects.  It owns the agenda, the run queue and the cores, the devices'
 * queues, and the programs; the world lets it know when time has passed.
 *
 * None of these functions is called from inside another.  In a world with
 * threads of its own, whoever calls holds the world's one lock.
 */

#ifndef SIM_DRIVER_H
#define SIM_DRIVER_H

#include <signal.h>

#include "model/kernel.h"
#include "sim/device/device.h"
#include "sim/program.h"
#include "sim/scenario/scenario.h"
#include "sim/world.h"

struct real_options;
struct recorder;

/* Who looks on beside the recorder; see kernel.h for what the effects hold.
 * Each is called as the thing is applied, and may look at the kernel. */
struct observer {
	void (*completed)(
	    void *context, int64_t now_ns, uint32_t job, uint32_t thread);
	void (*notified)(
	    void *context, int64_t now_ns, const struct kernel_notice *notice);
	/* Everything that happens at `now_ns` has happened. */
	void (*instant)(void *context, int64_t now_ns);
	void *context;
};

/* Who takes down what a world that does the I/O itself brings into a run. */
struct world_watch {
	/* The world gets a job, and is done with it, faults aside.  The two are
	 * one time where a fault kept it from the world. */
	void (*handed)(void *context, int64_t now_ns, uint32_t job,
	    const struct kernel_job_info *info);
	void (*served)(void *context, int64_t now_ns, uint32_t job,
	    const struct kernel_service_result *result);
	/* The earliest entry of the agenda was handled so long after it was
	 * due. */
	void (*late)(void *context, int64_t late_ns);
	void *context;
};

struct driver_setup {
	const struct scenario *scenario;
	const struct world_ops *world;
	struct kernel *kernel;     /* borrowed */
	struct recorder *recorder; /* borrowed */
	/* Optional: changes the outcome of a job as it reaches its device. */
	void (*outcome)(void *context, const struct kernel_job_info *job,
	    struct outcome *outcome);
	void *context;
	const struct world_watch *watch; /* optional, borrowed */
	void *world_context;             /* for a world that wants one */
	const struct observer *observer; /* optional, borrowed */
	/* Go on to the scenario's duration, although all programs ended. */
	bool to_the_end;
	/* kernel_check() after each step. */
	bool check;
	/* Optional, borrowed: where the files of a world that has some lie. */
	const struct real_options *real;
	/* Optional: set by a signal handler to end the run early. */
	const volatile sig_atomic_t *interrupted;
};

/* NULL, with an error, if the world cannot be made. */
struct driver *driver_new(const struct driver_setup *setup, GError **error);
void driver_free(struct driver *driver);

/* Before the run: a process with its program, which the driver then owns.
 * Returns the kernel's number of the process. */
uint32_t driver_add_program(struct driver *driver, struct program *program);

/* Plays the run to its end.  False, with an error, if it could not go on. */
bool driver_run(struct driver *driver, GError **error);

/* After the run. */
bool driver_stalled(const struct driver *driver);
bool driver_was_interrupted(const struct driver *driver);
int64_t driver_now(const struct driver *driver);
/* For each blocked program a line "db.1 waits in aio_suspend, …", and a line
 * for the daemons that are blocked in a file for ever. */
void driver_explain_stall(const struct driver *driver, GString *text);
/* Counts over the operations of process `process`. */
void driver_count_operations(
    struct driver *driver, uint32_t process, struct operation_counts *counts);

/* ---- For worlds ------------------------------------------------------- */

#define DRIVER_OVER (-1)

/* When the earliest entry of the agenda is due; INT64_MAX if it is empty but
 * the world still has something to report; DRIVER_OVER at the end. */
int64_t driver_next(struct driver *driver);
/* Handles the earliest entry, which is due at or before `now_ns`. */
void driver_advance(struct driver *driver, int64_t now_ns);
/* The transfer of a service ended at `now_ns`: it comes onto the agenda. */
void driver_transferred(struct driver *driver, int64_t now_ns, uint32_t io);
/* A job handed to the world's serve() is done. */
void driver_served(struct driver *driver, int64_t now_ns, uint32_t job,
    const struct kernel_service_result *result);
const struct kernel *driver_kernel(const struct driver *driver);
void *driver_world_context(const struct driver *driver);

#endif
