/*
 * Rows of requests, made by hand: one that was served and one that was not.
 */

#ifndef TESTS_MADE_ROWS_H
#define TESTS_MADE_ROWS_H

#include "sim/record/recorder.h"

/* Request 7 of db.1, served by aiod4, and collected. */
static struct request_row
served_row(void)
{
	struct request_row row = {
	    .id = 7,
	    .process = "db.1",
	    .call = "aio_read",
	    .opcode = KERNEL_OP_READ,
	    .fd = 3,
	    .offset_bytes = 8192,
	    .size_bytes = 4096,
	    .attempt = 1,
	    .arrival_ns = 1000,
	    .submit_ns = 1001,
	    .start_ns = 2000,
	    .device_start_ns = 2500,
	    .finish_ns = 3000,
	    .collect_ns = 4000,
	    .daemon = "aiod4",
	    .finished = true,
	    .status = 4096,
	};

	return (row);
}

/* A second attempt that came at 5000 ns and was turned away. */
static struct request_row
refused_row(void)
{
	struct request_row row = served_row();

	row.id = 8;
	row.attempt = 2;
	row.submit_ns = 5000;
	row.start_ns = row.device_start_ns = row.finish_ns = row.collect_ns =
	    NOT_YET;
	row.daemon[0] = '\0';
	row.refused = row.finished = true;
	row.status = -1;
	row.error = KE_EAGAIN;
	row.limit = "vfs.aio.max_aio_queue";
	return (row);
}

#endif
