/*
 * Faults on demand in the preload library.
 */

#ifndef SIM_POSIX_FAULTS_H
#define SIM_POSIX_FAULTS_H

#include "sim/posix/engine.h"

#define FAULT_ANY_CALL \
	(1u << KERNEL_OP_READ | 1u << KERNEL_OP_WRITE | 1u << KERNEL_OP_SYNC)

enum fault_effect { FAULT_ERROR, FAULT_REFUSE, FAULT_SHORT, FAULT_DELAY };

struct fault {
	char *name;
	int line;
	char *process, *file; /* patterns; NULL: any */
	unsigned opcodes;     /* mask of 1 << enum kernel_opcode */
	uint64_t nth, seen;   /* nth 0: not by number */
	double share;
	uint64_t random; /* state */
	int64_t from_ns, for_ns;
	enum fault_effect effect;
	int error;
	double part;
	int64_t delay_ns;
	struct fault *next;
};

/* Before the program starts; does not return if the file is bad. */
void faults_read(const char *path);

/* A request is about to be submitted: what the kernel is to refuse it with, or
 * KE_OK; and request->fault is what it will meet when it is served. */
enum kernel_errno faults_at_submission(struct request *request);

/* Before the I/O of a request that meets a fault: false, with errno, if that is
 * all that becomes of it; else there may be fewer bytes to move. */
bool fault_before(const struct fault *fault, size_t *size_bytes);

#endif
