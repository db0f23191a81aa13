/*
 * Reader for recordings of a program's AIO calls, as `aiosim record` and
 * libaiosim-posix.so write them (sim/posix/README.md describes the format):
 *
 *	aiosim recording 1
 *	file 1 /path
 *	request SUBMIT read 1 OFFSET SIZE START FINISH COLLECT STATUS ERRNO
 *	refused SUBMIT read 1 OFFSET SIZE ERRNO LIMIT
 *	end REQUESTS REFUSED
 *
 * Times are nanoseconds since the process's first call, -1 where the thing
 * never happened.  A recording is read whole: some 100 bytes a request.
 */

#ifndef SIM_AIOLOG_H
#define SIM_AIOLOG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/kernel.h"
#include "sim/operation.h"

#define AIOLOG_ERROR (g_quark_from_static_string("aiolog"))

struct aiolog_entry {
	int64_t arrival_ns; /* of the first attempt, refused or not */
	int64_t submit_ns;  /* of this one */
	int64_t collect_ns; /* or -1 */
	enum kernel_call_kind kind;
	int64_t offset_bytes, size_bytes;
	bool refused;
	/* A refused one that was accepted later: part of that operation. */
	bool repeated;
	struct recorded_outcome outcome;
};

struct aiolog {
	GArray *entries;   /* of struct aiolog_entry, by submit_ns */
	int64_t end_bytes; /* largest offset + size of a read or write */
	uint64_t skipped;  /* mlock, which a load does not do */
};

/* Whether a file's first line says that it is one; false also if it cannot be
 * read. */
bool aiolog_is_one(const char *path);

/* NULL with "path:line: message" if it is no whole recording.  What a refused
 * attempt would have taken is unknown: it has the outcome of the next accepted
 * request of its kind, else of the last. */
struct aiolog *aiolog_read(const char *path, GError **error);
void aiolog_free(struct aiolog *log); /* NULL is fine */

#endif
