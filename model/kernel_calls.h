/*
 * The modelled kernel's system calls with their arguments, and the names that
 * all kernels share: errors, files, notifications, requests.  Included by
 * kernel.h, which tells how they are used.
 */

#ifndef MODEL_KERNEL_CALLS_H
#define MODEL_KERNEL_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Names shared by all kernels ------------------------------------- */

/* Errors by name: each kernel has numbers of its own. */
enum kernel_errno {
	KE_OK,
	KE_EPERM,
	KE_ENOENT,
	KE_EINTR,
	KE_EIO,
	KE_ENXIO,
	KE_EBADF,
	KE_ENOMEM,
	KE_EFAULT,
	KE_EINVAL,
	KE_ENOSPC,
	KE_EPIPE,
	KE_EAGAIN,
	KE_EINPROGRESS,
	KE_EOPNOTSUPP,
	KE_ENOSYS,
	KE_ECANCELED,
	KE_ESPIPE,
	KE_ECONNRESET,
	KE_ERRNO_COUNT
};

/* "EAGAIN"; "0" for KE_OK. */
const char *kernel_errno_name(enum kernel_errno error);

enum kernel_file_kind {
	KERNEL_REGULAR,
	KERNEL_DIR,
	KERNEL_RAWDISK, /* a disk's character device */
	KERNEL_SOCKET,
	KERNEL_PIPE,
	KERNEL_FIFO,
	KERNEL_TTY,
	KERNEL_KQUEUE,
};

/* Whether the file system keeps it: what fsync can be of. */
bool kernel_has_vnode(enum kernel_file_kind kind);

/* An open file with its vnode, as open(2) would leave them. */
struct kernel_file {
	enum kernel_file_kind kind;
	bool readable, writable;
	bool local;         /* on a local mount; false for NFS */
	uint32_t device;    /* the driver's, handed back with each job */
	int64_t block_size; /* RAWDISK: requests must be a multiple */
	int64_t iosize_max; /* RAWDISK: the largest request */
	bool unmapped;      /* RAWDISK: its driver takes unmapped buffers */
	bool nonblocking;   /* SOCKET: O_NONBLOCK is set */
	/* SOCKET: whether its buffers are ready as it is opened. */
	bool receive_ready, send_ready;
};

/* The two buffers of a socket: reads wait for one, writes for the other. */
enum kernel_direction { KERNEL_RECEIVE, KERNEL_SEND };

enum kernel_notify {
	KERNEL_NOTIFY_NONE,
	KERNEL_NOTIFY_SIGNAL,
	KERNEL_NOTIFY_THREAD, /* raw SIGEV_THREAD: librt never passes it on */
	KERNEL_NOTIFY_KEVENT,
	KERNEL_NOTIFY_THREAD_ID,
};

/* Flags of a kevent.  sigevent.sigev_notify_kevent_flags may hold ONESHOT (the
 * event comes once and its registration goes), CLEAR (it comes once) and
 * DISPATCH (it comes once, and again after ENABLE). */
#define KERNEL_EV_DELETE 0x02u
#define KERNEL_EV_ENABLE 0x04u
#define KERNEL_EV_ONESHOT 0x10u
#define KERNEL_EV_CLEAR 0x20u
#define KERNEL_EV_DISPATCH 0x80u
#define KERNEL_EV_EOF 0x8000u

struct kernel_sigevent {
	enum kernel_notify notify;
	int signo;
	int kq;         /* descriptor of a kqueue */
	unsigned flags; /* KERNEL_EV_* */
	int lwp;        /* THREAD_ID: which thread of the process, counted from
			 * 1; 0: any */
	uint64_t value; /* sigev_value: handed back with the notification */
};

/* Opcodes of a request; the first three may stand in a user's list. */
enum kernel_opcode {
	KERNEL_OP_NOP = 0,
	KERNEL_OP_WRITE = 1,
	KERNEL_OP_READ = 2,
	KERNEL_OP_SYNC = 3,
	KERNEL_OP_MLOCK = 4,
};

const char *kernel_opcode_name(enum kernel_opcode opcode);

/* In lists of later kernels; inside they are WRITE and READ. */
#define KERNEL_OP_WRITEV 5
#define KERNEL_OP_READV 6
/* With one of the four: at the file's own offset. */
#define KERNEL_OP_FOFFSET 0x40

/*
 * A user control block, and what it asks for.  Control blocks are small numbers
 * per process; KERNEL_NO_CB is the null pointer.  The block's status and error
 * fields live in the kernel (struct kernel_cb), starting as zero.
 */
#define KERNEL_NO_CB UINT32_MAX

struct kernel_request {
	uint32_t cb;
	int fd;
	int opcode; /* enum kernel_opcode, or anything in a user's list */
	int64_t offset_bytes;
	uint64_t size_bytes;
	uint64_t buffer; /* user address, for page offsets and faults */
	int iovcnt;      /* READV, WRITEV: size_bytes is in so many equal parts
			  */
	struct kernel_sigevent sigev;
	uint64_t tag; /* the caller's; handed back with the job */
	/* Faults on demand: once the limits on the queue let it pass, it is
	 * refused with this, as by one more limit.  KE_OK: not so. */
	enum kernel_errno refuse;
};

/* What a refusal of that kind names as its limit. */
#define KERNEL_LIMIT_INJECTED (-2)

/* The buffer address whose pages are not there. */
#define KERNEL_BAD_BUFFER 0xdead000u
#define KERNEL_PAGE_SIZE 4096u

/* ---- Calls ------------------------------------------------------------ */

enum kernel_call_kind {
	KERNEL_AIO_READ,
	KERNEL_AIO_WRITE,
	KERNEL_AIO_READV,
	KERNEL_AIO_WRITEV,
	KERNEL_AIO_FSYNC,
	KERNEL_AIO_MLOCK,
	KERNEL_LIO_LISTIO,
	KERNEL_AIO_ERROR,
	KERNEL_AIO_RETURN,
	KERNEL_AIO_CANCEL,
	KERNEL_AIO_SUSPEND,
	KERNEL_AIO_WAITCOMPLETE,
	KERNEL_PREAD, /* the ordinary, synchronous calls */
	KERNEL_PWRITE,
	KERNEL_KEVENT,  /* wait for one event of a kqueue */
	KERNEL_SIGWAIT, /* sigtimedwait for one AIO signal */
	/* Threads begin with all signals blocked: they wait for sigwait.  One
	 * that a thread does not block runs its handler (NOTICE_HANDLER), and
	 * ends a call that sleeps with EINTR. */
	KERNEL_SIGMASK,
	KERNEL_SYSCTL,
	KERNEL_CLOSE,
	/* Returns the number of a new process with the same descriptors, but
	 * for kqueues; its threads are the caller's to add. */
	KERNEL_FORK,
	KERNEL_EXEC,
	KERNEL_EXIT,
	KERNEL_CALL_COUNT
};

const char *kernel_call_name(enum kernel_call_kind kind);

#define KERNEL_NO_TIMEOUT INT64_MIN

/* lio_listio's modes, and the operation of aio_fsync. */
enum { KERNEL_LIO_NOWAIT = 0, KERNEL_LIO_WAIT = 1 };
enum { KERNEL_O_SYNC = 0x80, KERNEL_O_DSYNC = 0x1000000 };
enum { KERNEL_SIG_BLOCK = 1, KERNEL_SIG_UNBLOCK = 2 };

/*
 * A system call with its arguments.  Whatever it points to belongs to the
 * caller and stays valid and unchanged until the call's EF_RETURN.
 */
struct kernel_call {
	enum kernel_call_kind kind;
	int op;      /* aio_fsync: O_SYNC …; lio_listio: its mode; sigmask;
		      * kevent: EV_ENABLE or EV_DELETE of `cb` first, or 0 */
	int fd;      /* aio_cancel, close; kevent: the kqueue */
	uint32_t cb; /* aio_error, aio_return, aio_cancel, kevent;
		      * lio_listio: the list's ident in notifications */
	int64_t timeout_ns; /* suspend, waitcomplete, kevent, sigwait */
	/* One request; for lio_listio `count` of them, where NULL entries are
	 * skipped by FreeBSD, and are EFAULT to NetBSD. */
	const struct kernel_request *const *requests;
	const uint32_t *cbs;          /* aio_suspend: `count` of them */
	int count;                    /* may be negative, as a user's may */
	struct kernel_sigevent sigev; /* lio_listio: of the whole list */
	int tunable;   /* sysctl: index into the kernel's tunables */
	int64_t value; /* sysctl; sigmask: the signal, 0 for all */
};

struct kernel_result {
	int64_t value; /* what the call returns; -1 with an error */
	enum kernel_errno error;
	uint32_t cb; /* waitcomplete, kevent, sigwait: which; or NO_CB */
};

/* What a thread's last kevent or sigwait brought, or the signal whose handler
 * it ran last. */
enum kernel_filter { FILTER_NONE, FILTER_SIGNAL, FILTER_AIO, FILTER_LIO };

struct kernel_delivery {
	enum kernel_filter filter;
	uint32_t ident; /* the control block's or the list's */
	unsigned flags; /* kevent: KERNEL_EV_* */
	int64_t data;   /* kevent: the errno's number; signal: its number */
	uint64_t value; /* kevent: udata; signal: si_value */
};

#endif
