/*
 * One run of a scenario, from the kernel's boot to the files.
 */

#ifndef SIM_RUN_H
#define SIM_RUN_H

#include <glib.h>
#include <stdbool.h>

#include "sim/commands.h"
#include "sim/driver.h"
#include "sim/record/recorder.h"
#include "sim/scenario/scenario.h"
#include "sim/world.h"

struct real_options;

/* For those who compare runs; each is optional. */
struct run_hooks {
	/* As in struct recorder_setup. */
	void (*row)(void *context, const struct request_row *row);
	void *row_context;
	/* As in struct driver_setup; without `outcome` a recording says what
	 * its requests came to. */
	void (*outcome)(void *context, const struct kernel_job_info *job,
	    struct outcome *outcome);
	void *outcome_context;
	const struct world_watch *watch;
	void *world_context;
};

struct run_setup {
	const struct scenario *scenario;
	const struct world_ops *world;
	/* Optional, borrowed: of the real world. */
	const struct real_options *real;
	const char *out; /* directory for the files; NULL: none are written */
	bool requests, series, trace, perfetto; /* which, beside the summary */
	/* Optional, as in struct recorder_setup. */
	void (*listen)(void *context, const char *line);
	void *listener;
	struct marks *marks;
	const struct run_hooks *hooks; /* optional, borrowed */
	/* Called once the run is over and its files are in place. */
	void (*report)(void *context, const struct results *results);
	void *context;
};

/*
 * Plays a scenario.  STATUS_OK or STATUS_INTERRUPTED with the files written;
 * otherwise the status that the program is to exit with, an error, and whatever
 * was in the directory before.  So it is with STATUS_INTERRUPTED, too, where
 * the run had not begun.  What a stalled run waits for goes to stderr.
 */
enum exit_status run_scenario(const struct run_setup *setup, GError **error);

/* The kernel as a scenario boots it; kernel_destroy() it. */
struct kernel *run_boot_kernel(const struct scenario *scenario);

/* From now on Ctrl-C and SIGTERM end a run early instead of the program. */
void run_catch_signals(void);
/* Whether one of them came. */
bool run_was_interrupted(void);

#endif
