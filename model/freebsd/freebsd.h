/*
 * FreeBSD's AIO subsystem, as of 12.2: the records.  What its parts offer one
 * another is in parts.h.  Only files under model/freebsd/ include this.
 *
 * Lists are queue(3)'s, as in the kernel.  Where FreeBSD tells a job's state
 * from flags and from the list it is on, a job here has one explicit state; the
 * table is in job.c and the mapping in model/README.md.
 */

#ifndef MODEL_FREEBSD_H
#define MODEL_FREEBSD_H

#include <assert.h>
#include <sys/queue.h>

#include "model/core.h"
#include "model/freebsd/versions.h"

/* A version has the nodes up to some one (versions.c): the last ones came last.
 */
enum freebsd_tunable {
	MAX_AIO_PROCS,
	NUM_AIO_PROCS,
	TARGET_AIO_PROCS,
	MAX_AIO_QUEUE,
	NUM_QUEUE_COUNT,
	NUM_BUF_AIO,
	AIOD_LIFETIME,
	MAX_AIO_PER_PROC,
	MAX_AIO_QUEUE_PER_PROC,
	MAX_BUF_AIO,
	AIO_LISTIO_MAX,
	AIO_MAX,
	ASYNCHRONOUS_IO,
	AIO_PRIO_DELTA_MAX,
	ENABLE_UNSAFE,
	UNSAFE_WARNINGCNT,
	SO_MAX_PROCS,
	SO_NUM_PROCS,
	SO_TARGET_PROCS,
	SO_LIFETIME,
	SO_EMPTY_RESULTS,
	SO_EMPTY_RETRIES,
	NUM_UNMAPPED_AIO,
	FREEBSD_TUNABLE_COUNT
};

extern const struct kernel_tunable freebsd_tunables[FREEBSD_TUNABLE_COUNT];

/* IOSIZE_MAX on LP64. */
#define IOSIZE_MAX_BYTES ((uint64_t)INT64_MAX)
#define SIGNAL_MAX 128
#define SIGNAL_RTMIN 65
#define IOVEC_MAX 1024 /* UIO_MAXIOV */

enum job_state {
	JOB_FREE,
	JOB_NEW,         /* being submitted */
	JOB_QUEUED,      /* waits for a daemon (aio_jobs) */
	JOB_RUNNING,     /* in a daemon's hands, or its synchronous caller's */
	JOB_BIO,         /* in the disk's driver */
	JOB_SYNC_WAIT,   /* an fsync that waits for earlier requests */
	JOB_SYNC_READY,  /* … for the task thread to queue it */
	JOB_SOCKET_WAIT, /* in a sockbuf's queue */
	JOB_DONE,        /* finished, not collected */
	JOB_GONE,        /* collected; the driver still looks at it */
	JOB_STATE_COUNT
};

TAILQ_HEAD(job_list, job);

struct open_file {
	struct kernel_file file;
	int references; /* descriptors, jobs, and tasks of its sockbufs */
	int64_t offset; /* the file's own, for LIO_FOFFSET */
	struct sockbuf *sockbufs; /* of a socket: two, by direction */
	uint32_t opener;          /* … the process that opened it, and as */
	int opened_as;            /* which descriptor */
	LIST_ENTRY(open_file) socket_link;
};

/* One direction of a socket.  What it holds is outside; here is who waits. */
struct sockbuf {
	struct open_file *file;
	struct job_list jobs; /* queued, the oldest first */
	bool ready;           /* as last told */
	bool wanted;          /* SB_AIO: jobs wait for it to change */
	bool running;         /* SB_AIO_RUNNING: its task is queued or runs */
	TAILQ_ENTRY(sockbuf) task_link;
	/* Where aiods serve sockets: who is at it, and who waits for that. */
	struct daemon *holder;
	TAILQ_HEAD(, daemon) lockers;
};

struct process;
struct user_thread;

TAILQ_HEAD(note_list, note);

/*
 * The notification of a job or a list: a signal with its preallocated ksiginfo,
 * or a knote.  It is pending from when it is sent until it is taken or
 * withdrawn.
 */
struct note {
	TAILQ_ENTRY(note) link;
	struct note_list *pending; /* where, or NULL */
	const struct kernel_sigevent *sigev;
	struct user_thread *target; /* of a signal; NULL: any thread */
	enum kernel_filter filter;  /* FILTER_AIO or _LIO, signals as well */
	uint32_t ident;
	int64_t data;
	bool sent;
	bool gone;     /* the knote was dropped: EV_ONESHOT, EV_DELETE */
	bool detached; /* belongs to nothing: note_taken() frees it */
};

/* A list of lio_listio; freed with its last job and its waiting call. */
struct list {
	int references; /* uncollected jobs, and the call while it runs */
	struct note note;
	int accepted, finished;
	bool wait;      /* LIO_WAIT */
	bool submitted; /* every entry has been looked at */
	struct kernel_sigevent sigev;
};

/* taskqueue(9): a task that is asked for while it is queued runs once, with a
 * count of how often it was asked for. */
struct task {
	int64_t pending; /* how often asked for since it ran */
	TAILQ_ENTRY(task) link;
	struct task_queue *queue;
	struct process *process; /* NULL: the system's */
	bool queued, running;
};

/* A thread that runs tasks, one after another. */
struct task_queue {
	struct kernel_thread thread; /* first */
	const char *name;
	TAILQ_HEAD(, task) tasks;
	struct task *task; /* the one under way */
	int64_t kicks;     /* left of it */
	bool creating;     /* sleeps until a new daemon has started */
};

enum route {
	ROUTE_POOL,
	ROUTE_BIO_MAPPED,
	ROUTE_BIO_UNMAPPED,
	ROUTE_SYNC,
	ROUTE_SOCKET,
};

/* What every request's life touches comes first, and together: where many wait
 * they have left the cache. */
struct job {
	struct kernel_job_info info; /* first: the public part */
	enum job_state state;
	enum route route;
	int iovcnt;          /* of a vectored request; else 1 */
	bool at_file_offset; /* LIO_FOFFSET */
	bool marked;         /* aio_cancel met it running */
	bool awaited;        /* an fsync waits for it (CHECKSYNC) */
	struct process *process;
	struct open_file *file;       /* NULL for mlock */
	struct list *list;            /* NULL unless of lio_listio */
	struct kernel_thread *server; /* whom EV_DONE wakes */
	TAILQ_ENTRY(job) all_link;    /* process: every uncollected one */
	TAILQ_ENTRY(job) life_link;   /* process: unfinished, or done */
	TAILQ_ENTRY(job) queue_link;  /* process or sockbuf: queued, syncs */
	TAILQ_ENTRY(job) cb_link;     /* control block: oldest first */
	struct kernel_service_result result;
	uint64_t queue_order; /* order of joining aio_jobs */
	uint64_t seqno;       /* order of submission */
	SLIST_ENTRY(job) free_link;
	uint64_t buffer;
	int64_t pending; /* SYNC_WAIT: earlier requests not finished */
	struct kernel_sigevent sigev;
	struct note note;
};

/* What the kernel keeps about a user's control block. */
struct kernel_cb {
	int64_t status;          /* the block's private fields, */
	enum kernel_errno error; /* in the process's own memory */
	struct job_list jobs;    /* submitted with it and not collected */
};

struct kqueue {
	int fd;
	struct note_list notes; /* fired and not taken */
	LIST_ENTRY(kqueue) link;
};

enum call_phase {
	PHASE_IN_PROGRAM,
	PHASE_FILL,  /* first use: daemons are being created */
	PHASE_BODY,  /* the call's own work, entered for the first time */
	PHASE_SLEPT, /* … and again after each sleep */
};

struct user_thread {
	struct kernel_thread thread; /* first */
	struct process *process;
	struct kernel_call call;
	enum call_phase phase;
	bool creating;             /* sleeps until a new daemon has started */
	struct job *job;           /* pread, pwrite: the request */
	struct list *list;         /* lio_listio: the list */
	enum kernel_errno verdict; /* lio_listio: of its submissions */
	int64_t deadline_ns;       /* kevent, sigwait: when they give up */
	uint64_t unblocked[2];     /* signals, as a bit each */
	bool interrupted;          /* its sleep was ended by a signal */
	struct kernel_delivery delivery;
	TAILQ_ENTRY(user_thread) sleep_link;
	bool in_sleepers;
};

/* A process; what FreeBSD calls kaioinfo is its part from `in_use` on. */
struct process {
	uint32_t pid;
	struct open_file **files; /* by descriptor */
	int file_count;
	struct kernel_cb *cbs; /* by control block */
	uint32_t cb_count;
	uint64_t vmspace; /* changes at exec */
	LIST_HEAD(, kqueue) kqueues;
	struct note_list signals;     /* queued AIO signals */
	struct user_thread **threads; /* in order of their making */
	uint32_t thread_count;
	TAILQ_HEAD(, user_thread) sleepers; /* in order of going to sleep */

	bool in_use; /* has used AIO */
	bool rundown;
	int64_t count;   /* accepted, not collected */
	int64_t active;  /* in daemons' hands */
	int64_t buffers; /* raw disk buffers (pbufs) in use */
	int64_t latched[FREEBSD_TUNABLE_COUNT]; /* limits at first use, where
						 * the version copies them */
	struct job_list all, unfinished, done;
	struct job_list queued; /* its part of aio_jobs */
	struct job_list sync_wait, sync_ready;
	size_t ready_slot; /* place in the ready heap, or NOT_READY */
	struct task kick_task, sync_task;
};

#define NOT_READY SIZE_MAX

/* A pool of daemons, each named by it and by a number. */
struct pool {
	const char *name;
	struct daemon **daemons; /* by number - 1; NULL: number is free */
	uint32_t room;
	TAILQ_HEAD(, daemon) idle;
	int64_t idle_count;
	int64_t starting; /* created, and not yet known to have started */
	/* Its gauges, among the kernel's counters. */
	int64_t *alive, *created, *exited, *vmspace_changes;
};

enum daemon_state {
	DAEMON_STARTING,
	DAEMON_SERVING,
	DAEMON_IDLE,
	DAEMON_GONE,
};

struct daemon {
	struct kernel_thread thread; /* first */
	struct pool *pool;
	enum daemon_state state;
	uint32_t number;  /* of aiod<number> */
	bool free;        /* on the idle list */
	bool timed;       /* IDLE: its lifetime ends */
	uint64_t vmspace; /* 0: its own */
	struct job *job;
	struct sockbuf *sockbuf; /* whose task it runs, or it serves */
	bool blocked;            /* aiod: sleeps until its sockbuf changes */
	bool retries;            /* aiod: tries its sockbuf when it runs */
	struct kernel_thread *creator; /* STARTING: whom to tell, or NULL */
	TAILQ_ENTRY(daemon) idle_link;
};

TAILQ_HEAD(idle_list, daemon);

struct freebsd {
	struct kernel base; /* first */
	const struct freebsd_rules *rules;
	int64_t tunables[FREEBSD_TUNABLE_COUNT];

	struct process **processes;
	uint32_t process_count;

	struct job **jobs; /* by number; made JOB_CHUNK at a time */
	uint32_t job_count;
	SLIST_HEAD(, job) free_jobs;
	uint64_t next_seqno, next_queue_order, next_vmspace;

	/* Processes with a queued job and room under their active limit, the
	 * one with the oldest job first: a binary heap. */
	struct process **ready;
	size_t ready_count;

	struct pool aiod;               /* idle: the last to go idle first */
	struct pool soaiod;             /* idle: the first to go idle first */
	LIST_HEAD(, open_file) sockets; /* the open ones */
	TAILQ_HEAD(, sockbuf) socket_tasks; /* soaio_jobs */
	int64_t socket_task_count;
	struct task soaiod_task; /* creates soaiods */

	struct task_queue kick_queue, thread_queue;
};

static inline struct freebsd *
freebsd(struct kernel *k)
{
	return ((struct freebsd *)k);
}

static inline const struct freebsd *
freebsd_const(const struct kernel *k)
{
	return ((const struct freebsd *)k);
}

/* The node that bounds a process's requests in daemons' hands, and the one that
 * bounds its uncollected requests; aio(4) has them the other way round. */
static inline enum freebsd_tunable
active_node(const struct freebsd *k)
{
	return (k->base.policies[POLICY_LIMITS] == 0 ? MAX_AIO_PER_PROC
						     : MAX_AIO_QUEUE_PER_PROC);
}

static inline enum freebsd_tunable
queue_node(const struct freebsd *k)
{
	return (k->base.policies[POLICY_LIMITS] == 0 ? MAX_AIO_QUEUE_PER_PROC
						     : MAX_AIO_PER_PROC);
}

/* A limit per process, of a process that uses AIO. */
static inline int64_t
process_limit(
    const struct freebsd *k, const struct process *p, enum freebsd_tunable node)
{
	return (
	    k->rules->limits_latched ? p->latched[node] : k->tunables[node]);
}

#include "model/freebsd/parts.h"

#endif
