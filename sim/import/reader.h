/*
 * Reads a foreign trace, a request at a time.  What the formats share is here:
 * lines and their numbers, the table of files, what is counted as skipped, and
 * the bounds that a request must keep.  A format is one const table in one
 * file.
 */

#ifndef SIM_IMPORT_READER_H
#define SIM_IMPORT_READER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/scenario/scenario.h"

#define IMPORT_ERROR (g_quark_from_static_string("import"))

enum import_error {
	IMPORT_INPUT,       /* the trace, or what was asked of it, is wrong */
	IMPORT_LOST,        /* it could not be read on */
	IMPORT_UNWRITTEN,   /* a write failed; the message is strerror()'s */
	IMPORT_INTERRUPTED, /* import_trace() was */
};

/* Times of a trace lie within so much of its first one, and services are no
 * longer: eighteen years. */
#define IMPORT_SPAN_NS (INT64_MAX / 16)

enum import_operation {
	IMPORT_READ,
	IMPORT_WRITE,
	IMPORT_SYNC,
	IMPORT_OPERATION_COUNT
};

struct import_request {
	int64_t time_ns; /* since a moment that is the trace's own */
	enum import_operation operation;
	uint32_t file;        /* for reader_file_name() */
	int64_t offset_bytes; /* 0 for a sync */
	int64_t size_bytes;   /* 0..2^32-1; up to FILE_SIZE_MAX */
	int64_t service_ns;   /* or -1: the trace does not say */
	int64_t moved_bytes;  /* of size_bytes, if it does */
};

struct reader;

struct import_format {
	const char *name, *sentence;
	size_t state_size; /* of what it keeps between lines; zeroed */
	const char *late;  /* what to do if one comes too late to be put in
			    * order; NULL for sorting the trace */

	/* The line reader_line() into *request, all of which is zero but
	 * service_ns, -1.  1; 0 where it holds none, and reader_skip() has
	 * counted it; -1 with reader_fail(). */
	int (*parse)(struct reader *reader, struct import_request *request);
	void (*end)(struct reader *reader); /* after the last line; optional */
	void (*release)(void *state);       /* optional */
};

extern const struct import_format import_blkparse, import_csv, import_msr,
    import_spc, import_strace;

/* All formats, NULL at the end. */
extern const struct import_format *const import_formats[];
const struct import_format *import_find_format(const char *name);

/* ---- For who reads a trace -------------------------------------------- */

/* `path` is how messages call it.  Borrows `in`. */
struct reader *reader_new(
    const struct import_format *format, FILE *in, const char *path);
void reader_free(struct reader *reader);

/* blkparse: requests as the driver issues them, not as they were queued. */
void reader_take_issued(struct reader *reader);

/* 1 with *request, 0 at the end, -1 with "path:line: message" (or "path:
 * message" where reading failed).  After 0 or -1 it is not to be called. */
int reader_next(
    struct reader *reader, struct import_request *request, GError **error);

const char *reader_path(const struct reader *reader);
uint32_t reader_file_count(const struct reader *reader);
/* One line of UTF-8; belongs to the reader. */
const char *reader_file_name(const struct reader *reader, uint32_t file);

/* What lines without a request there were, as "discards 3, other events 12";
 * NULL for none.  g_free() it. */
char *reader_skipped(const struct reader *reader);

/* Fails at the line that was read last; always -1. */
int reader_refuse(const struct reader *reader, GError **error,
    const char *format, ...) G_GNUC_PRINTF(3, 4);

/* ---- For formats ------------------------------------------------------ */

void *reader_state(struct reader *reader);
char *reader_line(struct reader *reader); /* may be written to */
bool reader_is_first_line(const struct reader *reader);
bool reader_takes_issued(const struct reader *reader);

/* The file of this name, new or known.  -1 if there can be none such. */
int reader_file(struct reader *reader, const char *name, uint32_t *file);

/* Counts the line as skipped; `what` is a literal in the plural.  Returns 0. */
int reader_skip(struct reader *reader, const char *what);

int reader_fail(struct reader *reader, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

#endif
