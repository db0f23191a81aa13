/*
 * From a foreign trace to one that a process replays, in one pass and a bounded
 * room: lines are read (reader.h), put in order (order.h), chosen from, and
 * written (writer.h).
 */

#ifndef SIM_IMPORT_IMPORT_H
#define SIM_IMPORT_IMPORT_H

#include "sim/import/reader.h"

struct import_setup {
	const struct import_format *format;
	const char *path; /* for messages */
	FILE *in, *out;
	bool issued;      /* blkparse; see reader_take_issued() */
	bool fio;         /* an fio log, not a recording */
	const char *only; /* this file alone, or NULL */
	/* Since the trace's first request, of whatever file: what comes in
	 * from_ns <= time < to_ns is kept, and from_ns becomes 0. */
	int64_t from_ns, to_ns;
	bool (*was_interrupted)(void); /* or NULL */
};

/*
 * What was imported, in a line or two, to be freed.  NULL with `error` (of enum
 * import_error) if it was not, also where no request would be left; what is in
 * `out` then has no end and is no trace.  Flushing it is the caller's.
 */
char *import_trace(const struct import_setup *setup, GError **error);

#endif
