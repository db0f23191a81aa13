/*
 * NetBSD's AIO subsystem as it was from 5.0 to 10 (sys_aio.c r1.16 to r1.50):
 * the records and what its parts offer one another.  Only files under
 * model/netbsd/ include this.
 *
 * What NetBSD keeps is little: a process that uses AIO has one worker thread
 * and one FIFO of jobs.  A job leaves the kernel when it completes; its state,
 * error and result stand in the program's own control block.  Rules are cited
 * by the function of sys_aio.c that they come from.
 */

#ifndef MODEL_NETBSD_H
#define MODEL_NETBSD_H

#include <sys/queue.h>

#include "model/core.h"

enum netbsd_tunable {
	AIO_LISTIO_MAX,
	AIO_MAX,
	POSIX_AIO,
	NETBSD_TUNABLE_COUNT
};

extern const struct kernel_tunable netbsd_tunables[NETBSD_TUNABLE_COUNT];

#define SIGNAL_COUNT 64 /* NSIG */
#define SIGNAL_RTMIN 33

enum job_state {
	JOB_FREE,
	JOB_QUEUED,      /* in the process's FIFO: counts against the limits */
	JOB_CURRENT,     /* in the worker's hands */
	JOB_SYNCHRONOUS, /* of a pread or pwrite */
	JOB_DONE,        /* finished: a record only, the kernel has let go */
	JOB_LEFT,        /* … whose service goes on after its process's end */
	JOB_GONE,        /* … until the driver lets go as well */
	JOB_STATE_COUNT
};

struct open_file {
	struct kernel_file file;
	int references; /* descriptors and services */
};

/* A descriptor number; jobs name it, and look at it when they start. */
struct descriptor {
	struct open_file *file; /* NULL: closed */
	int users;              /* services begun on it and not over */
};

/* A list of lio_listio; gone with its last job and its call. */
struct list {
	int references;               /* jobs queued or current, and the call */
	struct kernel_sigevent sigev; /* NONE with LIO_WAIT */
};

struct job {
	struct kernel_job_info info; /* first: the public part */
	enum job_state state;
	struct process *process;
	struct open_file *file;       /* while it is served */
	struct kernel_thread *server; /* whom EV_DONE wakes */
	struct list *list;            /* NULL unless of lio_listio */
	struct kernel_sigevent sigev;
	struct kernel_service_result result;
	TAILQ_ENTRY(job) link; /* the process's queue; free jobs */
};

TAILQ_HEAD(job_list, job);

/* The private fields of a control block, in the program's own memory. */
enum block_state { BLOCK_NONE, BLOCK_WIP, BLOCK_DONE };

struct block {
	enum block_state state;
	enum kernel_errno error;
	int64_t value;
	bool used; /* `fd` is that of its last submission */
	int fd;
	struct job *record; /* JOB_DONE: what it last came to, or NULL */
};

/* What threads of a process sleep on, apart from their own services. */
enum channel {
	CHANNEL_NONE,
	CHANNEL_DONE,   /* done_cv: suspend and LIO_WAIT */
	CHANNEL_SIGNAL, /* sigtimedwait */
	CHANNEL_CLOSE,  /* until a descriptor has no user */
	CHANNEL_LEAVE,  /* until the worker is gone */
};

struct user_thread {
	struct kernel_thread thread; /* first */
	struct process *process;
	struct kernel_call call;
	bool in_call;
	bool slept;          /* the call is entered again */
	struct job *job;     /* pread, pwrite: its request */
	struct list *list;   /* LIO_WAIT: its list */
	int64_t deadline_ns; /* sigtimedwait: when it gives up */
	uint64_t unblocked;  /* signals, as a bit each */
	struct kernel_delivery delivery;
	enum channel channel; /* NONE: not among the sleepers */
	TAILQ_ENTRY(user_thread) link;
};

/* One siginfo a signal: the newest overwrites (ksiginfo_queue). */
struct pending_signal {
	bool pending;
	uint32_t cb;
	uint64_t value;
};

enum worker_state { WORKER_IDLE, WORKER_SERVING, WORKER_GONE };

struct worker {
	struct kernel_thread thread; /* first */
	struct process *process;
	enum worker_state state;
};

struct process {
	uint32_t pid;
	struct descriptor *descriptors;
	int descriptor_count;
	struct block *blocks;
	uint32_t block_count;
	TAILQ_HEAD(, user_thread) sleepers; /* in order of going to sleep */
	struct pending_signal signals[SIGNAL_COUNT];

	bool in_use;           /* has a struct aioproc */
	bool leaving;          /* its worker is told to exit */
	struct worker *worker; /* NULL: none yet, or killed by exec */
	struct job *current;
	struct job_list queue;
	int64_t queue_length;
};

struct netbsd {
	struct kernel base; /* first */
	int64_t tunables[NETBSD_TUNABLE_COUNT];
	struct process **processes;
	uint32_t process_count;
	struct job **job_chunks;
	uint32_t job_chunk_count;
	struct job_list free_jobs;
	int64_t queued; /* aio_jobs_count: over all queues */
};

static inline struct netbsd *
netbsd(struct kernel *k)
{
	return ((struct netbsd *)k);
}

static inline const struct netbsd *
netbsd_const(const struct kernel *k)
{
	return ((const struct netbsd *)k);
}

/* job.c */
struct job *netbsd_job_allocate(struct netbsd *k, struct process *p,
    const struct kernel_request *request, enum kernel_opcode opcode);
void netbsd_job_free(struct netbsd *k, struct job *job);
struct job *netbsd_job_at(const struct netbsd *k, uint32_t index);
/* The one place that writes a job's state; asserts that the step is legal, and
 * keeps the counters that follow from states. */
void netbsd_job_set_state(
    struct netbsd *k, struct job *job, enum job_state state);
void netbsd_jobs_destroy(struct netbsd *k);

/* process.c */
uint32_t netbsd_process_add(struct kernel *k);
uint32_t netbsd_process_add_thread(struct kernel *k, uint32_t pid);
void netbsd_process_destroy(struct process *p);
void netbsd_open(
    struct kernel *k, uint32_t pid, int fd, const struct kernel_file *file);
void netbsd_dup(struct kernel *k, uint32_t pid, int of, int fd);
/* NULL if no such file is open. */
struct open_file *netbsd_file(const struct process *p, int fd);
/* The job begins to use, and no longer uses, what its descriptor stands for. */
void netbsd_file_use(struct job *job);
void netbsd_file_leave(struct netbsd *k, struct job *job);
void netbsd_close_all(struct process *p);
void netbsd_call_close(struct netbsd *k, struct user_thread *u);
void netbsd_call_fork(struct netbsd *k, struct user_thread *u);
struct block *netbsd_block(struct process *p, uint32_t cb);

/* call.c */
void netbsd_user_call(
    struct kernel *k, uint32_t thread, const struct kernel_call *call);
void netbsd_user_run(struct kernel *k, struct kernel_thread *t);
void netbsd_return(struct netbsd *k, struct user_thread *u, int64_t value,
    enum kernel_errno error);
/* Sleeps on the channel; `ticks` < 0: without limit. */
void netbsd_sleep(struct netbsd *k, struct user_thread *u, enum channel channel,
    int64_t ticks);
/* All who sleep on the channel wake, the first to sleep first. */
void netbsd_wake(struct netbsd *k, struct process *p, enum channel channel);
/* The thread, which sleeps on a channel, wakes. */
void netbsd_wake_one(struct netbsd *k, struct user_thread *u);

/* submit.c */
void netbsd_call_submit(struct netbsd *k, struct user_thread *u);
void netbsd_call_lio_listio(struct netbsd *k, struct user_thread *u);

/* worker.c */
void netbsd_worker_create(struct netbsd *k, struct process *p);
void netbsd_worker_run(struct kernel *k, struct kernel_thread *t);
/* The end of a service: interrupt context. */
void netbsd_done(
    struct kernel *k, uint32_t job, const struct kernel_service_result *result);
void netbsd_worker_release(struct kernel *k, uint32_t thread);
/* Whether a service on such a file ends when its process is told to leave. */
bool netbsd_file_is_interruptible(const struct open_file *file);

/* complete.c */
/* Writes the result to the job's control block: the kernel lets go of it. */
void netbsd_complete(
    struct netbsd *k, struct job *job, int64_t value, enum kernel_errno error);
void netbsd_block_forget(struct netbsd *k, struct block *block);
bool netbsd_sigevent_is_valid(const struct kernel_sigevent *sigev);
void netbsd_list_release(
    struct netbsd *k, struct process *p, struct list *list);

/* signal.c */
void netbsd_signal(struct netbsd *k, struct process *p,
    const struct kernel_sigevent *sigev, uint32_t cb);
/* Whether the call ends with EINTR, the thread having been woken. */
bool netbsd_is_interrupted(const struct user_thread *u);
/* Of all pending signals that the thread does not block. */
void netbsd_run_handlers(struct netbsd *k, struct user_thread *u);
void netbsd_call_sigmask(struct netbsd *k, struct user_thread *u);
void netbsd_call_sigwait(struct netbsd *k, struct user_thread *u);

/* collect.c */
void netbsd_call_aio_error(struct netbsd *k, struct user_thread *u);
void netbsd_call_aio_return(struct netbsd *k, struct user_thread *u);
void netbsd_call_aio_suspend(struct netbsd *k, struct user_thread *u);
void netbsd_call_aio_cancel(struct netbsd *k, struct user_thread *u);

/* leave.c */
void netbsd_call_leave(struct netbsd *k, struct user_thread *u);

/* sysctl.c */
void netbsd_sysctl_set(struct kernel *k, int tunable, int64_t value);
int64_t netbsd_sysctl_get(const struct kernel *k, int tunable);
void netbsd_call_sysctl(struct netbsd *k, struct user_thread *u);

/* check.c */
void netbsd_check(const struct kernel *k);

#endif
