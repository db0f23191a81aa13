/*
 * The real world's files, and what is done to them.
 */

#ifndef SIM_POSIX_FILES_H
#define SIM_POSIX_FILES_H

#include <glib.h>
#include <stdbool.h>

#include "model/kernel.h"
#include "sim/scenario/scenario.h"

/* A page-aligned buffer that grows as needed; zeroed: none yet. */
struct posix_buffer {
	void *bytes;
	size_t size;
};

/*
 * Makes a sparse file for each [file] of the scenario in a fresh directory
 * under $TMPDIR, or /tmp.  Both are unlinked again at once, so that nothing
 * stays behind however the run ends.  Returns their descriptors, in the order
 * of the scenario's files; NULL, with a WORLD_ERROR, if that cannot be.
 */
GArray *posix_files_open(const struct scenario *scenario, GError **error);
void posix_files_close(GArray *descriptors); /* NULL is fine */

/* Does what a job asks for, with the host's own calls, and waits for it. */
struct kernel_service_result posix_serve(
    int fd, const struct kernel_job_info *job, struct posix_buffer *buffer);

#endif
