/*
 * A program: what the threads of one modelled process do.  Pure state machines,
 * asked by the driver whenever a thread has a CPU and is not inside a call.
 */

#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "model/kernel.h"
#include "sim/operation.h"

enum program_step {
	PROGRAM_CALL,  /* enter *call */
	PROGRAM_SLEEP, /* ask again at *until_ns, or when poked */
	PROGRAM_WAIT,  /* ask again when another thread of the process pokes */
	PROGRAM_END,   /* this thread is finished */
};

struct faults;
struct program;

struct program_ops {
	/*
	 * What thread `slot` (0 .. threads - 1) does next.  A call and all it
	 * points to belong to the program, and stay as they are until
	 * returned().
	 */
	enum program_step (*next)(struct program *program, unsigned slot,
	    int64_t now_ns, const struct kernel_call **call, int64_t *until_ns);
	/* The call of thread `slot` is over. */
	void (*returned)(struct program *program, unsigned slot, int64_t now_ns,
	    const struct kernel_result *result);
	/* After the run, which ended at `now_ns`: counts of operations, for the
	 * summary; optional. */
	void (*count)(struct program *program, int64_t now_ns,
	    struct operation_counts *counts);
	void (*destroy)(struct program *program);
};

/* Embedded first in each kind of program. */
struct program {
	const struct program_ops *ops;
	const char *name; /* "db.1"; owned by the program */
	unsigned threads;
	uint32_t process; /* the kernel's number; set by the driver */
	bool background;  /* the run does not wait for its end */
	/* Of the run, or NULL; set by the driver.  A program asks them at each
	 * submission (faults_at_submission()). */
	struct faults *faults;
	/* Slots of threads to wake from PROGRAM_SLEEP and PROGRAM_WAIT, as a
	 * mask; set by next() or returned(), cleared by the driver. */
	unsigned poke;
};

#endif
