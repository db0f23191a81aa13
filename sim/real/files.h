/*
 * The real world's files: made for the run, or existing ones that the user has
 * named.  Sockets are made as processes are connected (connect.c).
 */

#ifndef SIM_REAL_FILES_H
#define SIM_REAL_FILES_H

#include <glib.h>
#include <stdbool.h>

#include "model/kernel.h"
#include "sim/real/options.h"
#include "sim/scenario/scenario.h"

/*
 * A [file] of the scenario.  A stream (pipe, FIFO, terminal) has far ends,
 * which do not block: what is written to far[KERNEL_RECEIVE] its processes
 * read, and what they write comes out of far[KERNEL_SEND].
 */
struct real_file {
	const struct file_config *config;
	int fd[2]; /* by enum kernel_direction; -1: none */
	int far[2];
	bool stream;    /* has no offsets */
	bool directory; /* its reads list entries */
	char *made[2];  /* paths of what is kept; or NULL */
};

/*
 * Opens all files of the scenario, in its order; those that are sockets stay
 * closed.  NULL, with a WORLD_ERROR and nothing left behind, if that cannot be.
 *
 * A file that is not to be kept has no name, or loses it at once, so that
 * nothing stays behind however the run ends.  One that is kept is never one
 * that was there before.
 */
GPtrArray *real_files_open(const struct scenario *scenario,
    const struct real_options *options, GError **error);
void real_files_free(GPtrArray *files); /* NULL is fine */
/* Removes what is kept after all: there was no run. */
void real_files_remove(const GPtrArray *files);
/* Closes the far ends: whoever is blocked at the near ones wakes. */
void real_files_let_loose(GPtrArray *files);

/* ---- Between files.c, map.c and stream.c ------------------------------ */

/* Opens the existing file that "FILE=PATH" of the options names for `file`.
 * True if there is none; fd[] then stay -1. */
bool real_file_map(struct real_file *file, const struct scenario *scenario,
    const struct real_options *options, GError **error);
/* Whether each of the options' maps names a file of the scenario. */
bool real_maps_check(const struct scenario *scenario,
    const struct real_options *options, GError **error);
/* `path` is the name of a FIFO to be made and kept; or NULL. */
bool real_stream_open(struct real_file *file, const char *path, GError **error);
/* Goes over to direct I/O, if the file system allows it for this file; else
 * says so, once in a program, and goes without. */
void real_file_go_direct(struct real_file *file, const char *path);

#endif
