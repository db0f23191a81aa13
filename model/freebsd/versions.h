/*
 * What the versions of FreeBSD do differently: one record of named rules a
 * version, and nothing else that knows a version's number.  Sources: the files
 * sys/kern/vfs_aio.c of 10.1 and 10.4, 11.0-BETA1 (r302074), stable/12 r344131,
 * 13-CURRENT of 2019, and trees of the times of 14 and 15.
 */

#ifndef MODEL_FREEBSD_VERSIONS_H
#define MODEL_FREEBSD_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of a raw disk request when the process has max_buf_aio. */
enum buffer_rule {
	BUFFERS_DECLINE, /* it goes the way of all other files (aio_qphysio
			  * returns -1) */
	BUFFERS_REFUSE,  /* EAGAIN (aio_qbio, from 12.0) */
};

/* Which opcodes a list of lio_listio may hold. */
enum opcode_rule {
	OPCODES_KERNEL,   /* the kernel's own as well: SYNC and MLOCK */
	OPCODES_USER,     /* NOP, READ, WRITE (aio_queue_lio, from 14) */
	OPCODES_VECTORED, /* … READV, WRITEV, and the flag FOFFSET (15) */
};

enum offset_rule {
	/* -1 is refused, for all opcodes but SYNC. */
	OFFSET_NOT_MINUS_ONE,
	/* Below 0 is refused to reads and writes, but for character devices. */
	OFFSET_NOT_NEGATIVE,
};

struct freebsd_rules {
	/* A process's three limits are those of its first use of AIO
	 * (aio_init_aioinfo copies them); else compared live. */
	bool limits_latched;
	enum buffer_rule buffer_limit;
	/* A list of lio_listio or aio_suspend is no longer than this; 0: than
	 * vfs.aio.max_aio_queue_per_proc (AIO_LISTIO_MAX, max_queue_…). */
	int64_t list_max;
	/* lio_listio says EAGAIN if all that failed failed so; else EIO. */
	bool list_tells_eagain;
	/* A list's signal outlives a list of which nothing was accepted.
	 * Before 15 it is queued and taken back with the list's record. */
	bool empty_list_signals;
	enum opcode_rule list_opcodes;
	enum offset_rule offsets;
	/* A size or signal number that is refused is stored in the control
	 * block, as all other errors are (from 14). */
	bool stores_early_errors;
	bool vectored; /* aio_readv and aio_writev (from 13) */
	bool datasync; /* aio_fsync takes O_DSYNC (from 13) */
	/* Every file is served by a daemon; else only what cannot block it for
	 * ever (aio_queue_file, from 11). */
	bool all_files_safe;
	/* Sockets are served by aiods, which may sleep in them; from 11 by
	 * soaiods (aio_swake_cb; soo_aio_queue). */
	bool sockets_by_aiods;
	int64_t maxphys_bytes; /* largest raw disk request */
	/* First use fails with the creation's error where no daemon exists;
	 * before 15 it tries again for ever (aio_init_aioinfo). */
	bool fill_gives_up;
	/* kern.ipc.aio.target_procs daemons of sockets are there at boot; 15
	 * begins without (sys_socket.c, soaio_init). */
	bool soaiods_at_boot;
};

#endif
