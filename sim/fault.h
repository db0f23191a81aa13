/*
 * Faults on demand: which request of whom meets which fault, and what the
 * fault makes of it.
 *
 * A fault concerns the requests of a process, of a file or of both, or it
 * concerns a disk.  Among the requests it strikes the nth, or a share of them,
 * or all, while it is on: from `from_ns` for `for_ns`.  Whether it strikes is
 * decided when the program first asks for the operation, by the operation's
 * number and a stream of its own purpose; so the same operations are struck
 * whatever the pool does, and nobody else's random numbers shift.  Only a
 * refusal is decided anew at each attempt, or an operation would never get in.
 *
 * Nothing in here knows the driver, the kernel or a clock: a library under a
 * real program can ask as well as a simulation.
 */

#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/kernel.h"
#include "sim/operation.h"

enum fault_effect {
	FAULT_ERROR,  /* the request takes its time and fails */
	FAULT_REFUSE, /* its submission is refused, as by a limit */
	FAULT_SHORT,  /* it moves a part of its bytes */
	FAULT_DELAY,  /* it takes longer */
	FAULT_STALL,  /* the disk begins and ends nothing */
	FAULT_DIES,   /* the disk fails everything, at once */
};

/* One definition, as a [fault NAME] section gives it. */
struct fault {
	char *name;
	char *process; /* name of a process or of one instance; NULL: any */
	char *file;    /* name of a file; NULL: any */
	char *disk;    /* for STALL and DIES; else NULL */
	int disk_index;
	unsigned opcodes; /* mask of 1 << enum kernel_opcode */
	uint64_t nth;     /* 0: not by number */
	double share;     /* 1: all */
	int64_t from_ns;
	int64_t for_ns; /* 0: to the end */
	enum fault_effect effect;
	enum kernel_errno error; /* ERROR, REFUSE, DIES */
	double part;             /* SHORT: of the bytes, 0..1 */
	int64_t delay_ns;        /* DELAY */
};

/* A fault without a name, to be filled from its section; fault_free(). */
struct fault *fault_new(const char *name);
void fault_free(void *fault);

/* Who asks.  Names as the definitions use them. */
struct fault_party {
	const char *process;  /* "db" */
	const char *instance; /* "db.2" */
	const char *file;
};

/* The faults of a run, with what was counted so far. */
struct faults;

/* Of definitions (struct fault), which are borrowed.  NULL if there are none,
 * which all functions take for no faults. */
struct faults *faults_new(
    const GPtrArray *definitions, uint64_t seed, uint64_t replication);
void faults_free(struct faults *faults);

/*
 * To be called for each attempt to submit an operation, with
 * operation->attempts counted up: sets operation->fault and ->refusal to the
 * number of a definition plus one, or to 0.  Returns the errno to be refused
 * with, or KE_OK.
 */
enum kernel_errno faults_at_submission(struct faults *faults,
    const struct fault_party *party, enum kernel_opcode opcode,
    struct operation *operation, int64_t now_ns);

/* The fault that the operation meets when it is served, or NULL. */
const struct fault *faults_of_operation(
    const struct faults *faults, const struct operation *operation);

/* The bytes that a struck request of `size_bytes` moves. */
int64_t fault_bytes(const struct fault *fault, int64_t size_bytes);

/* The fault of the disk that is on, or NULL. */
const struct fault *faults_of_disk(const struct faults *faults, int disk_index,
    enum fault_effect effect, int64_t now_ns);

#endif
