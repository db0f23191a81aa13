/*
 * Load programs: what the processes of a scenario do.
 *
 * arrivals	An issuing thread (slot 0) and a collecting one (slot 1):
 *		collecting never delays an arrival.
 * depth	One thread issues and collects.  With think time and a depth
 *		above 1 there are two, as above, so that each operation is
 *		issued on time, whatever a call that waits is waiting for.
 * batch	Operations are issued in lists of so many: whoever is due waits
 *		for the rest of his list.
 * trace	pace = recorded: two threads.  pace = asap: one, which keeps as
 *		many outstanding as the kernel accepts, whatever on_eagain says:
 *		refused, it waits for a completion and tries again.
 *
 * Issuing ends at the limits of the process and of the scenario; what is in
 * flight is collected, and the threads end.
 */

#ifndef SIM_LOAD_H
#define SIM_LOAD_H

#include <glib.h>

#include "model/kernel.h"
#include "sim/program.h"
#include "sim/scenario/scenario.h"

/* Descriptors of every load process: its file, and its kqueue. */
#define LOAD_FD 3
#define LOAD_KQUEUE_FD 4

/* State that all processes of a run share. */
struct load_budget {
	/* Operations that may still be issued, over all; UINT64_MAX where the
	 * scenario sets no limit. */
	uint64_t left;
};

/*
 * The program of one instance of a [process].  Scenario, `config` and `budget`
 * are borrowed.  A trace is opened here: NULL, with an error of one line, if it
 * cannot be, is broken or reaches beyond the file's size.  The file's
 * descriptors are to be opened by the caller, as load_open() does.
 */
struct program *load_new(const struct scenario *scenario,
    const struct process_config *config, int64_t instance,
    struct load_budget *budget, GError **error);

/* After the run, of a program of load_new(): why it had to end early (its trace
 * could not be read on, although load_new() could), or NULL. */
const GError *load_error(const struct program *program);

/* Of a program of load_new(): its trace ends while a file is open, as one does
 * that was cut off between two lines. */
bool load_trace_is_open(const struct program *program);

/* Opens LOAD_FD and LOAD_KQUEUE_FD for a process of the kernel. */
void load_open(struct kernel *kernel, uint32_t process,
    const struct scenario *scenario, const struct process_config *config);

/* The administrator: makes the changes of [sysctl at T].  A background program
 * named "sysctl". */
struct program *admin_new(const struct scenario *scenario);

#endif
