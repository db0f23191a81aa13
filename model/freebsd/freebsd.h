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
	int iovcnt;          /* of a vectored request; else 1 */
	bool at_file_offset; /* LIO_FOFFSET */
	bool marked;         /* aio_cancel met it running */
	bool awaited;        /* an fsync waits for it (CHECKSYNC) */
	struct note note;
	struct kernel_service_result result;
	TAILQ_ENTRY(job) all_link;   /* process: every uncollected one */
	TAILQ_ENTRY(job) life_link;  /* process: unfinished, or done */
	TAILQ_ENTRY(job) queue_link; /* process or sockbuf: queued, syncs */
	TAILQ_ENTRY(job) cb_link;    /* control block: oldest first */
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
	struct sockbuf *sockbuf;       /* soaiod: whose task it runs */
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

	struct job **job_chunks;
	uint32_t job_chunk_count;
	TAILQ_HEAD(, job) free_jobs;
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

/* freebsd.c */
struct kernel *freebsd_create(const struct kernel_ops *ops, int64_t hz);
void freebsd_destroy(struct kernel *k);
bool freebsd_idle_will_work(const struct kernel *k);
void freebsd_run(struct kernel *k, uint32_t thread);
void freebsd_done(
    struct kernel *k, uint32_t job, const struct kernel_service_result *result);
const struct kernel_job_info *freebsd_job(const struct kernel *k, uint32_t job);
void freebsd_release_job(struct kernel *k, uint32_t job);
void freebsd_thread(
    const struct kernel *k, uint32_t thread, struct kernel_thread_info *info);
const struct kernel_delivery *freebsd_delivery(
    const struct kernel *k, uint32_t thread);
int freebsd_errno_number(enum kernel_errno error);
bool freebsd_waits_for(
    const struct kernel *k, uint32_t thread, char *text, size_t size);

/* job.c */
#define JOB_CHUNK 256u /* jobs to a chunk of job_chunks */
struct job *job_allocate(struct freebsd *k, struct process *p);
void job_free(struct freebsd *k, struct job *job);
/* At the end of the kernel, whatever the job's state. */
void job_abandon(struct job *job);
static inline struct job *
job_at(const struct freebsd *k, uint32_t index)
{
	assert(index / JOB_CHUNK < k->job_chunk_count);
	return (&k->job_chunks[index / JOB_CHUNK][index % JOB_CHUNK]);
}

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
void file_release(struct open_file *file);
void process_grow_cbs(struct process *p, uint32_t cb);
void process_destroy(struct process *p);
struct kqueue *process_kqueue(struct process *p, int fd);
void call_close(struct freebsd *k, struct user_thread *u);
/* First use of AIO: kaioinfo comes to be, with its limits. */
void process_begin_aio(const struct freebsd *k, struct process *p);
void call_fork(struct freebsd *k, struct user_thread *u);
/* All sleepers of the process wake, the first to sleep first. */
void process_wake(struct freebsd *k, struct process *p);

/* The open file of a descriptor, or NULL. */
static inline struct open_file *
process_file(const struct process *p, int fd)
{
	if (fd < 0 || fd >= p->file_count)
		return (NULL);
	return (p->files[fd]);
}

/* What is kept about a control block, whether it has been used or not. */
static inline struct kernel_cb *
process_cb(struct process *p, uint32_t cb)
{
	if (cb >= p->cb_count)
		process_grow_cbs(p, cb);
	return (&p->cbs[cb]);
}

/* call.c */
void user_call(
    struct kernel *k, uint32_t thread, const struct kernel_call *call);
void user_run(struct freebsd *k, struct user_thread *u);
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
bool fsync_is_valid(const struct freebsd *k, const struct kernel_call *call);

/* list.c */
/* The longest list that lio_listio and aio_suspend take. */
int64_t list_max(const struct freebsd *k);
bool list_is_valid(const struct freebsd *k, const struct kernel_call *call);
void call_lio_listio(struct freebsd *k, struct user_thread *u);
/* The list's notification, once all its accepted entries are finished. */
void list_finish(struct freebsd *k, struct process *p, struct list *list);
void list_release(struct list *list);
/* lio_listio is over before its requests are; what it returns, given its wait's
 * error. */
enum kernel_errno list_leave(struct user_thread *u, enum kernel_errno error);

/* queue.c */
/* Whether the job's file takes it, and the way it will go (job->route). */
enum kernel_errno route_request(struct freebsd *k, struct job *job);
/* Sends an accepted job on its way. */
void start_request(struct freebsd *k, struct job *job);
/* To the tail of aio_jobs, with a kick. */
void queue_job(struct freebsd *k, struct job *job);

/* pool.c */
void pool_init(struct pool *pool, const char *name);
/* A daemon under the lowest free number, not yet READY. */
struct daemon *daemon_new(struct freebsd *k, struct pool *pool);
void daemon_exit(struct freebsd *k, struct daemon *d);
/* A daemon works in its customer's address space; 0 is its own. */
void enter_vmspace(struct freebsd *k, struct daemon *d, uint64_t vmspace);
/* Sleeps idle for so many ticks; 0 is for ever. */
void daemon_sleep(struct freebsd *k, struct daemon *d, int64_t lifetime);
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

/* socket.c */
void sockbufs_open(struct freebsd *k, struct open_file *file);
void sockbufs_close(struct open_file *file);
/* A job joins its sockbuf's queue. */
void queue_socket_job(struct freebsd *k, struct job *job);
/* Which limit keeps a new job of a socket from a daemon now, or -1. */
int socket_held_by(const struct freebsd *k, const struct job *job);
/* A job that is cancelled leaves the queue. */
void leave_sockbuf(struct job *job);
void socket_changed(
    struct kernel *k, const struct kernel_socket_change *change);
void socket_attempt_ended(struct job *job);
/* The task of d->sockbuf; false if the daemon sleeps in an attempt. */
bool sockbuf_task_run(struct freebsd *k, struct daemon *d);
/* After an attempt; false if the daemon sleeps in another one of that job. */
bool sockbuf_task_resume(struct freebsd *k, struct daemon *d);
/* How a job ends that cannot wait any longer. */
void end_socket_job(struct freebsd *k, struct job *job);

/* soaiod.c */
void soaiod_init(struct freebsd *k);
void soaiod_boot(struct kernel *k);
void soaiod_release(struct freebsd *k);
void soaiod_enqueue(struct freebsd *k, struct sockbuf *sb);
void soaiod_task_run(struct freebsd *k);
void soaiod_run(struct freebsd *k, struct daemon *d);

/* task.c */
void task_queue_init(
    struct freebsd *k, struct task_queue *queue, const char *name);
void task_enqueue(struct freebsd *k, struct task *task);
void task_queue_run(struct freebsd *k, struct task_queue *queue);
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
bool is_signal(const struct kernel_sigevent *sigev);
void notify_job(struct freebsd *k, struct job *job);
void notify_list(struct freebsd *k, struct process *p, struct list *list);
/* Of a list that is gone at once: nobody can take the signal back. */
void notify_detached(struct freebsd *k, struct process *p, struct list *list);
void note_pend(struct note_list *list, struct note *note);
/* No longer pending; also where it was not. */
void note_withdraw(struct note *note);
/* It was taken: frees one that belongs to nothing. */
void note_taken(struct note *note);
void emit_notice(struct freebsd *k, enum kernel_notice_kind kind,
    uint32_t process, uint32_t cb, int64_t data);

/* event.c */
void call_kevent(struct freebsd *k, struct user_thread *u);
void call_sigwait(struct freebsd *k, struct user_thread *u);
/* Who waits in kevent or sigwait looks again. */
void wake_listeners(struct freebsd *k, struct process *p);

/* signal.c */
void signal_send(struct freebsd *k, struct process *p, struct note *note);
bool signal_is_blocked(const struct user_thread *u, int signo);
/* Whether a sleep of the thread's call would end at once. */
bool signal_forbids_sleep(const struct user_thread *u);
/* On the way back to its program: runs the handlers of what is pending. */
void signal_handle(struct freebsd *k, struct user_thread *u);
void call_sigmask(struct freebsd *k, struct user_thread *u);

/* cancel.c */
void call_aio_cancel(struct freebsd *k, struct user_thread *u);
bool job_is_cancellable(const struct job *job);
/* False if a job of a socket had moved bytes: it is finished with these. */
bool cancel_job(struct freebsd *k, struct job *job);

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
