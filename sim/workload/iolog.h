/*
 * Reader for the I/O traces that fio writes with write_iolog, versions 2 and 3.
 *
 *	fio version 3 iolog		fio version 2 iolog
 *	0 FILE add			FILE add
 *	0 FILE open			FILE open
 *	202 FILE read OFFSET LENGTH	FILE wait MICROSECONDS 0
 *	190 FILE close			FILE read OFFSET LENGTH
 *
 * A file is added, then opened, then used, until it is closed; add of a known
 * file changes nothing, and opens are counted.  FILE has no blank in it. Fields
 * are divided by blanks or tabs.
 *
 * Time.  Version 3 gives each line the microseconds since the log began: fio
 * 3.33 at rate_iops=100 writes lines 10,000 apart.  Version 2 has no time; it
 * has `wait`, which fio reads but does not write.  Its manual says microseconds
 * after the previous wait, and so it is taken here, waits adding up (those
 *below 100, which fio's manual lets a replay drop, too).  fio 3.33's own replay
 * departs from its manual: it sleeps until as many milliseconds have passed
 * since fio was started.  A version 2 log without waits arrives all at 0.
 *
 * `trim` is skipped and counted.  The offset of sync and datasync is whatever
 * fio had at hand, and is not used.
 */

#ifndef SIM_IOLOG_H
#define SIM_IOLOG_H

#include <glib.h>
#include <stdint.h>

enum iolog_operation {
	IOLOG_READ,
	IOLOG_WRITE,
	IOLOG_SYNC,
	IOLOG_DATASYNC,
	IOLOG_OPERATION_COUNT
};

struct iolog_entry {
	int64_t arrival_ns; /* since the log began; never decreases */
	enum iolog_operation operation;
	uint32_t file;        /* its number, in the order of first adds */
	int64_t offset_bytes; /* 0 for sync and datasync */
	int64_t size_bytes;   /* 0..2^32-1; offset + size fits in int64_t */
};

struct iolog;

#define IOLOG_ERROR (g_quark_from_static_string("iolog"))

/*
 * Opens a trace and checks its first line.  NULL with one line "path:line:
 * message", or "path: message" where it cannot be read.  iolog_close() takes
 * NULL too.
 */
struct iolog *iolog_open(const char *path, GError **error);
void iolog_close(struct iolog *log);

/* The next request: 1 with *entry, 0 at the end, -1 with `error` set as above.
 * After 0 or -1 the log can only be closed. */
int iolog_next(struct iolog *log, struct iolog_entry *entry, GError **error);

struct iolog_summary {
	int version;                            /* 2 or 3 */
	uint64_t counts[IOLOG_OPERATION_COUNT]; /* requests of a kind */
	uint64_t bytes[IOLOG_OPERATION_COUNT];  /* and their bytes */
	gboolean open_at_end; /* a file is: as if it was cut off */
	uint64_t trims;       /* skipped */
	int64_t end_bytes;    /* largest offset + size of a read or write */
	int64_t duration_ns;  /* arrival of the last request */
	GPtrArray *files;     /* of char *, the names by number; owned */
};

/*
 * Reads a whole trace once, so that a broken one is found before a run has
 * written anything.  FALSE with `error` set as above, also for a trace without
 * any request; *summary is then all zero.  iolog_summary_clear() frees what a
 * summary owns and may be called for both.
 */
gboolean iolog_scan(
    const char *path, struct iolog_summary *summary, GError **error);
void iolog_summary_clear(struct iolog_summary *summary);

#endif
