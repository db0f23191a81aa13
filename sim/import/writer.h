/*
 * Writes what a process replays (sim/workload): a recording, whose times are
 * nanoseconds, or an fio log, whose times are microseconds.
 */

#ifndef SIM_IMPORT_WRITER_H
#define SIM_IMPORT_WRITER_H

#include "sim/import/reader.h"

struct writer {
	FILE *out;
	const struct reader *reader; /* knows the files' names */
	bool fio;
	GArray *requests_of; /* of uint64_t, by file */
	uint64_t requests;
	int64_t time_ns; /* of the last one */
};

/* Nothing is written before the first request. */
void writer_begin(
    struct writer *writer, const struct reader *reader, FILE *out, bool fio);

/* At `time_ns`, which must not decrease.  False with an error if the format
 * cannot hold it, or a write has failed. */
bool writer_put(struct writer *writer, int64_t time_ns,
    const struct import_request *request, GError **error);

/* What has no end counts as cut off. */
void writer_end(struct writer *writer);
void writer_release(struct writer *writer);

/* So many were written of this file. */
uint64_t writer_requests_of(const struct writer *writer, uint32_t file);

#endif
