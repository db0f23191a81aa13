/*
 * What is measured: a file or a block device, opened for direct I/O where that
 * can be had.
 */

#ifndef SIM_CALIBRATE_TARGET_H
#define SIM_CALIBRATE_TARGET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/calibrate/points.h"

struct target {
	const char *path; /* borrowed */
	int fd;
	int64_t size_bytes;
	bool direct; /* else the page cache serves some of it */
	bool device, write;
};

/*
 * Opens `path` for requests of `sizes` (of int64_t, multiples of 512): for
 * reading only unless `write`.  False with "path: message" of CALIBRATE_INPUT
 * for what cannot be measured: no file or block device, in use as a disk or as
 * swap, with holes, too small.  target_close() after success.
 */
bool target_open(struct target *target, const char *path, bool write,
    const GArray *sizes, GError **error);
void target_close(struct target *target);

/* Whether it is still there and as large, with an error of CALIBRATE_FAILED if
 * not. */
bool target_is_whole(const struct target *target, GError **error);

/* Has the page cache forget it, as far as it does, if I/O is not direct. */
void target_forget(const struct target *target);

#endif
