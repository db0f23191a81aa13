/*
 * Points from fio's JSON output (--output-format=json, fio 3).
 *
 * Jobs of one groupid ran at the same time: they make one point, of the sum of
 * their depths and throughputs.  So do the jobs that numjobs made, also where
 * group_reporting shows them as one.  A job's depth is its iodepth (1 for
 * engines that wait for each request), its size what it moved by its requests.
 * By Little's law so many must really have been outstanding; the reader refuses
 * a depth that was never reached.
 */

#ifndef SIM_CALIBRATE_FIO_H
#define SIM_CALIBRATE_FIO_H

#include "sim/calibrate/points.h"

struct fio_kind {
	bool write;    /* in: of which requests points are wanted */
	bool random;   /* out */
	bool indirect; /* out: a job without direct=1 is among them */
	bool is_known; /* private: a job has set `random` */
};

/*
 * Appends a file's points, or those of a text already read.  False with
 * "path: place: message"; some points may have been appended then.  `kind` is
 * shared by all files of a fit, and zeroed before, but for `write`.
 */
bool fio_read(
    const char *path, struct fio_kind *kind, GArray *points, GError **error);
bool fio_parse(const char *text, gsize length, const char *path,
    struct fio_kind *kind, GArray *points, GError **error);

#endif
