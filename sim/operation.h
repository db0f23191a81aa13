/*
 * One thing that a program wants done: a read, write or fsync of so many bytes.
 * An operation may take several attempts, or end in synchronous I/O.  Requests
 * carry a pointer to theirs as tag; the devices draw its service time by its
 * number, the recorder measures from its arrival.
 */

#ifndef SIM_OPERATION_H
#define SIM_OPERATION_H

#include <stdint.h>

#include "model/kernel.h"

/* What a recorded request took and came to. */
struct recorded_outcome {
	int64_t service_ns; /* in its daemon's hands */
	int64_t bytes;
	enum kernel_errno error;
};

struct operation {
	uint64_t number;         /* of its process, from 0 */
	uint64_t object;         /* stream_object() of its process */
	int64_t arrival_ns;      /* when the program wanted it */
	uint32_t attempts;       /* submissions so far, this one included */
	uint32_t file;           /* in the scenario's files */
	uint16_t fault, refusal; /* that it meets; see fault.h */
	const struct recorded_outcome *recorded; /* or NULL */
};

/* What became of a program's operations: each one ends in one of these ways. */
struct operation_counts {
	uint64_t wanted, done, done_synchronously, failed, dropped;
};

static inline struct operation *
operation_of(uint64_t tag)
{
	return ((struct operation *)(uintptr_t)tag);
}

static inline uint64_t
operation_tag(struct operation *operation)
{
	return ((uint64_t)(uintptr_t)operation);
}

/* Its program goes on with it soon, and with the request that it keeps behind
 * it.  Where many wait they have left the cache; the hint has no other effect.
 */
static inline void
operation_expect(const struct operation *operation)
{
	__builtin_prefetch((const char *)operation + 64);
	__builtin_prefetch((const char *)operation + 128);
}

#endif
