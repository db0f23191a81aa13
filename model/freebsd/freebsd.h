/*
 * FreeBSD's AIO subsystem, as of 12.2: the records and what its parts offer one
 * another.  Only files under model/freebsd/ include this.
 *
 * Lists are queue(3)'s, as in the kernel.  Where FreeBSD tells a job's state
 * from flags and from the list it is on, a job here has one explicit state; the
 * table is in job.c and the mapping in model/README.md.
 */

#ifndef MODEL_FREEBSD_H
#define MODEL_FREEBSD_H

#include <sys/queue.h>

#include "model/core.h"

enum freebsd_tunable {
	ENABLE_UNSAFE,
	UNSAFE_WARNINGCNT,
	MAX_AIO_PROCS,
	NUM_AIO_PROCS,
	TARGET_AIO_PROCS,
	MAX_AIO_QUEUE,
	NUM_QUEUE_COUNT,
	NUM_BUF_AIO,
	NUM_UNMAPPED_AIO,
	AIOD_LIFETIME,
	MAX_AIO_PER_PROC,
	MAX_AIO_QUEUE_PER_PROC,
	MAX_BUF_AIO,
	AIO_LISTIO_MAX,
	AIO_MAX,
	ASYNCHRONOUS_IO,
	AIO_PRIO_DELTA_MAX,
	FREEBSD_TUNABLE_COUNT
};

extern const struct kernel_tunable freebsd_tunables[FREEBSD_TUNABLE_COUNT];

/* MAXPHYS: the largest raw disk request. */
#define MAXPHYS_BYTES (128 * 1024)
/* IOSIZE_MAX on LP64. */
#define IOSIZE_MAX_BYTES ((uint64_t)INT64_MAX)
#define SIGNAL_MAX 128

enum job_state {
	JOB_FREE,
	JOB_NEW,        /* being submitted */
	JOB_QUEUED,     /* waits for a daemon (aio_jobs) */
	JOB_RUNNING,    /* in a daemon's hands, or its synchronous caller's */
	JOB_BIO,        /* in the disk's driver */
	JOB_SYNC_WAIT,  /* an fsync that waits for earlier requests */
	JOB_SYNC_READY, /* … for the task thread to queue it */
	JOB_DONE,       /* finished, not collected */
	JOB_GONE,       /* collected; the driver still looks at it */
	JOB_STATE_COUNT
};

struct open_file {
	struct kernel_file file;
	int references; /* descriptors and jobs */
};

/* A list of lio_listio; freed with its last job and its waiting call. */
struct list {
	int references; /* uncollected jobs, and the call while it runs */
	int accepted, finished;
	bool wait;      /* LIO_WAIT */
	bool submitted; /* every entry has been looked at */
	struct kernel_sigevent sigev;
};

enum route {
	ROUTE_POOL,
	ROUTE_BIO_MAPPED,
	ROUTE_BIO_UNMAPPED,
	ROUTE_SYNC,
};

struct job {
	struct kernel_job_info info; /* first: the public part */
	uint32_t index;
	enum job_state state;
	struct process *process;
	struct open_file *file;       /* NULL for mlock */
	struct list *list;            /* NULL unless of lio_listio */
	struct kernel_thread *server; /* whom EV_DONE wakes */
	struct kernel_sigevent sigev;
	uint64_t buffer;
	uint64_t seqno;       /* order of submission */
	uint64_t queue_order; /* order of joining aio_jobs */
	int64_t pending;      /* SYNC_WAIT: earlier requests not finished */
	enum route route;
	bool marked;                /* aio_cancel met it running */
	bool awaited;               /* an fsync waits for it (CHECKSYNC) */
	bool in_kqueue, in_signals; /* has an untaken notification */
	struct kernel_service_result result;
	TAILQ_ENTRY(job) all_link;   /* process: every uncollected one */
	TAILQ_ENTRY(job) life_link;  /* process: unfinished, or done */
	TAILQ_ENTRY(job) queue_link; /* process: queued, or a sync list */
	TAILQ_ENTRY(job) cb_link;    /* control block: oldest first */
	TAILQ_ENTRY(job) event_link; /* kqueue or pending signals */
};

TAILQ_HEAD(job_list, job);

/* What the kernel keeps about a user's control block. */
struct kernel_cb {
	int64_t status;          /* the block's private fields, */
	enum kernel_errno error; /* in the process's own memory */
	struct job_list jobs;    /* submitted with it and not collected */
};

struct kqueue {
	int fd;
	struct job_list jobs; /* fired and not taken */
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
	bool interrupted;          /* a signal ended its last sleep */
	bool creating;             /* sleeps until a new daemon has started */
	struct job *job;           /* pread, pwrite: the request */
	struct list *list;         /* lio_listio: the list */
	enum kernel_errno verdict; /* lio_listio: of its submissions */
	int64_t deadline_ns;       /* kevent, sigwait: when they give up */
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
	struct job_list signals;            /* queued AIO signals */
	TAILQ_HEAD(, user_thread) sleepers; /* in order of going to sleep */

	bool in_use; /* has used AIO */
	bool rundown;
	int64_t count;   /* accepted, not collected */
	int64_t active;  /* in daemons' hands */
	int64_t buffers; /* raw disk requests with a pbuf */
	struct job_list all, unfinished, done;
	struct job_list queued; /* its part of aio_jobs */
	struct job_list sync_wait, sync_ready;
	size_t ready_slot; /* place in the ready heap, or NOT_READY */
	struct task {
		int64_t pending; /* how often asked for since it ran */
		TAILQ_ENTRY(task) link;
		struct process *process;
		bool queued, running;
	} kick_task, sync_task;
};

#define NOT_READY SIZE_MAX

enum daemon_state {
	DAEMON_STARTING,
	DAEMON_SERVING,
	DAEMON_IDLE,
	DAEMON_GONE,
};

struct daemon {
	struct kernel_thread thread; /* first */
	enum daemon_state state;
	uint32_t number;  /* of aiod<number> */
	bool free;        /* on the idle list */
	uint64_t vmspace; /* 0: its own */
	struct job *job;
	struct kernel_thread *creator; /* STARTING: whom to tell */
	TAILQ_ENTRY(daemon) idle_link;
};

struct freebsd {
	struct kernel base; /* first */
	int64_t tunables[FREEBSD_TUNABLE_COUNT];

	struct process **processes;
	uint32_t process_count;

	struct job **job_chunks;
	uint32_t job_chunk_count;
	TAILQ_HEAD(, job) free_jobs;
	uint64_t next_seqno, next_queue_order, next_vmspace;

	/* Processes with a queued job and room under their active limit, the
	 * one with the oldest job first: a binary heap. */
	struct process **ready;
	size_t ready_count;

	struct daemon **daemons; /* by number - 1; NULL: number is free */
	uint32_t daemon_room;
	TAILQ_HEAD(, daemon) idle; /* the last to go idle first */
	int64_t starting;          /* daemons under creation by the task */

	struct kernel_thread task_thread;
	TAILQ_HEAD(, task) tasks;
	struct task *task;  /* the one under way */
	int64_t task_kicks; /* kicks left of it */
	bool task_creating;
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

/* job.c */
#define JOB_CHUNK 256u /* jobs to a chunk of job_chunks */
struct job *job_allocate(struct freebsd *k, struct process *p);
void job_free(struct freebsd *k, struct job *job);
/* At the end of the kernel, whatever the job's state. */
void job_abandon(struct job *job);
struct job *job_at(const struct freebsd *k, uint32_t index);
/* The one place that writes a job's state; asserts that the step is legal. */
void job_set_state(struct freebsd *k, struct job *job, enum job_state state);
/* Finished and collected: leaves all lists, gives back what it counted for. */
void job_collect(struct freebsd *k, struct job *job);

/* process.c */
uint32_t process_add(struct kernel *k);
uint32_t process_add_thread(struct kernel *k, uint32_t pid);
void process_open(
    struct kernel *k, uint32_t pid, int fd, const struct kernel_file *file);
void process_dup(struct kernel *k, uint32_t pid, int of, int fd);
void process_close(struct kernel *k, uint32_t pid, int fd);
struct open_file *process_file(const struct process *p, int fd);
void file_release(struct open_file *file);
struct kernel_cb *process_cb(struct process *p, uint32_t cb);
void process_destroy(struct process *p);
struct kqueue *process_kqueue(struct process *p, int fd);
/* All sleepers of the process wake, the first to sleep first. */
void process_wake(struct freebsd *k, struct process *p);

/* call.c */
void user_call(
    struct kernel *k, uint32_t thread, const struct kernel_call *call);
void user_run(struct freebsd *k, struct user_thread *u);
/* A signal for a thread: ends the sleep of a call that can be interrupted. */
void user_interrupt(struct kernel *k, uint32_t thread);
void user_return(struct freebsd *k, struct user_thread *u, int64_t value,
    enum kernel_errno error, uint32_t cb);
/* Sleeps on the process's channel; `ticks` < 0: without limit. */
void user_sleep(struct freebsd *k, struct user_thread *u, int64_t ticks);
/* A user's time-out in clock ticks (itimerfix, tvtohz); -1 without one; sets
 * *invalid where the kernel says EINVAL. */
int64_t timeout_ticks(
    const struct freebsd *k, int64_t timeout_ns, bool *invalid);

/* submit.c */
enum kernel_errno submit(struct freebsd *k, struct user_thread *u,
    const struct kernel_request *request, int opcode, struct list *list);
void call_submit(struct freebsd *k, struct user_thread *u);

/* list.c */
bool list_is_valid(const struct freebsd *k, const struct kernel_call *call);
void call_lio_listio(struct freebsd *k, struct user_thread *u);
/* The list's notification, once all its accepted entries are finished. */
void list_finish(struct freebsd *k, struct process *p, struct list *list);
void list_release(struct list *list);

/* queue.c */
/* Whether the job's file takes it, and the way it will go (job->route). */
enum kernel_errno route_request(struct freebsd *k, struct job *job);
/* Sends an accepted job on its way. */
void start_request(struct freebsd *k, struct job *job);
/* To the tail of aio_jobs, with a kick. */
void queue_job(struct freebsd *k, struct job *job);

/* pool.c */
void kick_nowait(struct freebsd *k, struct process *p);
/* One kick of the task thread; true if it must stop: it sleeps until a daemon
 * has started, or *exhausted says that a limit is reached. */
bool kick_one(struct freebsd *k, struct process *p, bool *exhausted);
/* Which limit keeps a new job of the process from a daemon now, or -1. */
int kick_held_by(const struct freebsd *k, const struct process *p);
void daemon_create(struct freebsd *k, struct kernel_thread *creator);
void daemon_run(struct freebsd *k, struct daemon *d);
void daemon_release(struct kernel *k, uint32_t thread);
/* First use: true when the pool holds min(target, max) daemons; false if the
 * thread sleeps until the next one has started. */
bool pool_fill(struct freebsd *k, struct user_thread *u);

/* task.c */
void task_enqueue(struct freebsd *k, struct task *task);
void task_thread_run(struct freebsd *k);
bool task_is_idle(const struct task *task);

/* ready.c */
void ready_update(struct freebsd *k, struct process *p);
void ready_rebuild(struct freebsd *k);
/* Takes the oldest job whose owner is below its active limit, or NULL. */
struct job *select_job(struct freebsd *k);

/* complete.c */
void complete(struct freebsd *k, struct job *job, int64_t status,
    enum kernel_errno error);

/* collect.c */
void call_aio_error(struct freebsd *k, struct user_thread *u);
void call_aio_return(struct freebsd *k, struct user_thread *u);
void call_aio_suspend(struct freebsd *k, struct user_thread *u);
void call_aio_waitcomplete(struct freebsd *k, struct user_thread *u);

/* notify.c */
enum kernel_errno sigevent_check(
    const struct kernel_sigevent *sigev, bool *stored);
/* As far as the kqueue is concerned. */
enum kernel_errno knote_check(
    const struct process *p, const struct kernel_sigevent *sigev);
void notify_job(struct freebsd *k, struct job *job);
void notify_list(struct freebsd *k, struct process *p, struct list *list);
void notify_withdraw(struct job *job);
void call_kevent(struct freebsd *k, struct user_thread *u);
void call_sigwait(struct freebsd *k, struct user_thread *u);

/* cancel.c */
void call_aio_cancel(struct freebsd *k, struct user_thread *u);
bool job_is_cancellable(const struct job *job);
void cancel_job(struct freebsd *k, struct job *job);

/* sync.c */
void queue_fsync(struct freebsd *k, struct job *job);
/* A request that an fsync waits for has finished. */
void sync_predecessor_done(struct freebsd *k, struct job *job);
void sync_task_run(struct freebsd *k, struct process *p);

/* rundown.c */
void call_exit(struct freebsd *k, struct user_thread *u);

/* sysctl.c */
void sysctl_set(struct kernel *k, int tunable, int64_t value);
int64_t sysctl_get(const struct kernel *k, int tunable);
void call_sysctl(struct freebsd *k, struct user_thread *u);

/* check.c */
void freebsd_check(const struct kernel *k);

#endif
