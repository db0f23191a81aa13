/*
 * What the real world does for a job, with the host's own calls.
 */

#ifndef SIM_REAL_IO_H
#define SIM_REAL_IO_H

#include "model/kernel.h"
#include "sim/real/files.h"

/* A page-aligned buffer that grows as needed; zeroed: none yet. */
struct real_buffer {
	void *bytes;
	size_t size;
};

/* Does what a job asks for, and waits for it. */
struct kernel_service_result real_serve(const struct real_file *file,
    const struct kernel_job_info *job, struct real_buffer *buffer);

/* One attempt at a socket's job, which does not wait (soreceive, sosend with
 * MSG_NBIO): a receive takes once what is there, a send goes on while there is
 * room.  The result says whether the socket is ready for more. */
struct kernel_service_result real_attempt(
    int fd, const struct kernel_job_info *job, struct real_buffer *buffer);

#endif
