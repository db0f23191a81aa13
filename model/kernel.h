/*
 * The modelled kernel: what goes in, what comes out.
 *
 * A kernel is a pure state machine.  The driver posts an event with the time it
 * happens at, and then takes out the effects, in order, until none is left:
 *
 *	kernel_step(k, now, &event);
 *	while ((effect = kernel_next_effect(k)) != NULL)
 *		apply(effect);
 *
 * There is no clock, thread, random number, file or output in here.  Threads of
 * the modelled kernel (processes, daemons, the task thread that creates
 * daemons) are continuations: the kernel says READY, and the driver answers
 * with EV_RUN when the thread has a CPU.  A call that blocks is a thread that
 * has not returned yet.
 *
 * Times are int64 nanoseconds since boot, sizes bytes.  What goes wrong in the
 * model is an errno for the modelled process; what goes wrong in the program is
 * an assertion.  FreeBSD's rules are cited by the function of vfs_aio.c
 * (stable/12 r344131) that they come from.
 */

#ifndef MODEL_KERNEL_H
#define MODEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/kernel_calls.h"

/* ---- Events ----------------------------------------------------------- */

#define KERNEL_NOBODY UINT32_MAX /* no thread: an interrupt */

enum kernel_event_kind {
	EV_CALL,  /* a user thread that has a CPU enters a call */
	EV_RUN,   /* a thread that was made READY has a CPU and continues */
	EV_TIMER, /* a thread's deadline has passed; stale ones are ignored */
	EV_DONE,  /* a service is over: interrupt context, no thread */
	/* Once, before all others, with the tunables set: what a kernel starts
	 * by itself is there, asleep.  Interrupt context. */
	EV_BOOT,
	/* A socket's buffer changed in a way that wakes who waits for it (data
	 * or the end of it came, data left, the connection broke), whether it
	 * is ready now or not.  Interrupt context. */
	EV_SOCKET,
	/* A signal that the model knows nothing of interrupts the thread's
	 * call, if that sleeps and can be interrupted. */
	EV_SIGNAL,
};

/* How a service ended.  An error may come with bytes already moved.  Of a
 * socket's job: how one attempt did, which must not wait. */
struct kernel_service_result {
	int64_t bytes; /* moved by this attempt */
	enum kernel_errno error;
	bool would_block; /* nothing more without waiting (sockets) */
	bool ready;       /* sockets: whether the buffer is, after it */
};

/* An open socket by one of its descriptors, or, where requests have outlived
 * that, by the one it was opened as; and the state of a buffer: receive
 * is ready with data, at its end, or with an error; send with at least the
 * low-water mark of space, or when nothing can be sent any more.  `device` is
 * the socket's number, which tells it from a later one of that descriptor. */
struct kernel_socket_change {
	uint32_t process;
	int fd;
	enum kernel_direction direction;
	bool ready;
	uint32_t device;
};

struct kernel_event {
	enum kernel_event_kind kind;
	uint32_t thread; /* CALL, RUN, TIMER, SIGNAL */
	uint32_t job;    /* DONE */
	union {
		uint64_t generation;                /* TIMER */
		const struct kernel_call *call;     /* CALL */
		struct kernel_service_result done;  /* DONE */
		struct kernel_socket_change socket; /* SOCKET */
	};
};

/* ---- Effects ---------------------------------------------------------- */

enum kernel_effect_kind {
	/* Put the thread at the tail of the run queue, an urgent one before
	 * all that are not; if it is on a CPU, it goes on there. */
	EF_READY,
	/* The thread's call is over with `result`; it is in its program. */
	EF_RETURN,
	/* Post EV_TIMER with `generation` at `at_ns`.  Replaces the thread's
	 * earlier timer; there is no disarming. */
	EF_TIMER,
	/* Serve `job` for the thread (NOBODY: for nobody); EV_DONE later.  A
	 * service that takes no time at all is posted before anything else.
	 * A job of a socket may be served again for what is left of it.
	 * NetBSD's exit completes a job that sleeps in a pipe; its EF_COLLECT
	 * then follows its EV_DONE. */
	EF_SERVE,
	/* The thread's CPU is busy for `ns`: what follows in this step happens
	 * so much later. */
	EF_CPU,
	/* A daemon comes to life (its first EF_READY follows, but for those of
	 * EV_BOOT) or is gone; see kernel_release_thread(). */
	EF_SPAWN,
	EF_REAP,
	/* From here on: for the record.  They change nothing. */
	EF_SUBMIT,   /* `job` was accepted */
	EF_REFUSE,   /* `request` of the thread failed with `result.error`,
		      * because of `limit` (a tunable, or -1, or INJECTED) */
	EF_COMPLETE, /* `job` is finished, in the context of the thread */
	EF_NOTIFY,   /* `notice` */
	EF_COLLECT,  /* `job` is gone; see kernel_release_job() */
};

enum kernel_notice_kind {
	NOTICE_SIGNAL,
	NOTICE_KEVENT,
	NOTICE_LIO_SIGNAL,
	NOTICE_LIO_KEVENT,
	NOTICE_HANDLER, /* a thread runs the handler of a signal */
};

struct kernel_notice {
	enum kernel_notice_kind kind;
	uint32_t process;
	uint32_t cb;  /* NO_CB for a list's */
	int64_t data; /* the signal's number, or the kevent's data */
};

struct kernel_effect {
	enum kernel_effect_kind kind;
	uint32_t thread;
	union {
		struct {
			uint64_t generation;
			int64_t at_ns;
		} timer;
		int64_t cpu_ns;
		struct { /* SERVE, SUBMIT, COMPLETE, COLLECT */
			uint32_t job;
			const struct kernel_job_info *info;
		};
		struct kernel_result result;
		struct {
			const struct kernel_request *request;
			enum kernel_errno error;
			int limit;
		} refusal;
		struct kernel_notice notice;
	};
};

/* ---- What may be looked at -------------------------------------------- */

/* The states a thread's record can be asked for. */
enum kernel_thread_kind {
	THREAD_USER,
	THREAD_DAEMON,
	THREAD_TASK, /* creates daemons; one of the kernel's own */
};

struct kernel_thread_info {
	enum kernel_thread_kind kind;
	const char *pool; /* DAEMON: "aiod", "soaiod", …; else NULL */
	uint32_t number;  /* DAEMON: 4 for aiod4 */
	uint32_t process; /* USER; DAEMON of one process */
	const char *task; /* TASK: "aiod_kick", …; else NULL */
	/* Runs before threads that are not: a user thread that has made it
	 * READY loses its CPU to it when its call is over. */
	bool urgent;
};

/*
 * A request inside the kernel.  Valid, and at the same address, from EF_SUBMIT
 * (or EF_SERVE, for a synchronous call) until kernel_release_job().
 */
struct kernel_job_info {
	uint32_t number; /* as events and effects name it */
	uint32_t process;
	enum kernel_opcode opcode;
	bool synchronous; /* of pread or pwrite; has no SUBMIT and COLLECT */
	uint32_t cb;
	int fd;
	uint32_t device; /* of its file */
	bool socket;     /* its file is a socket: `device` is its number */
	int64_t offset_bytes;
	uint64_t size_bytes;
	int64_t done_bytes; /* socket: moved by earlier attempts */
	uint64_t tag;
	int held_by; /* tunable that kept it from a daemon at submission, or -1
		      */
	int64_t held_from_ns; /* … or from when its socket was ready; else 0 */
	int64_t status;       /* from EF_COMPLETE on */
	enum kernel_errno error;
};

/* What sets kernels apart, for those who write portable programs. */
struct kernel_traits {
	const char *pool; /* name of the main pool's daemons, as "aiod" */
	const char *socket_pool; /* of those for sockets, or NULL */
	unsigned
	    notifies; /* bits 1 << KERNEL_NOTIFY_*: what programs may ask */
	bool has_waitcomplete;
	bool signals_coalesce; /* one pending at a time of each number */
	int signal;            /* SIGRTMIN: one that programs are free to use */
	int list_limit; /* tunable: most control blocks in a list (sysconf's
			 * _SC_AIO_LISTIO_MAX) */
	int64_t hz;     /* clock ticks a second as shipped */
};

/* Gauges and totals.  A kernel without a thing leaves its gauge at 0. */
struct kernel_counters {
	int64_t daemons;      /* alive, in the main pool */
	int64_t daemons_busy; /* with a job in hands */
	int64_t daemons_created, daemons_exited;
	int64_t queue_count; /* accepted, and the kernel has not let go: until
			      * collected; in NetBSD until finished */
	int64_t unfinished;  /* accepted and not finished */
	int64_t waiting;     /* in the queue for a daemon */
	int64_t buf_aio;     /* raw disk requests with a mapped buffer */
	int64_t unmapped_aio;
	int64_t address_space_changes;
	int64_t unsafe_warnings;
	/* The pool of sockets. */
	int64_t so_daemons, so_daemons_busy;
	int64_t so_daemons_created, so_daemons_exited;
	int64_t so_address_space_changes;
	int64_t so_empty_results; /* attempts that would have waited */
	int64_t so_empty_retries; /* … and were repeated at once */
};

enum kernel_tunable_type { TUNABLE_INT, TUNABLE_UINT };

struct kernel_tunable {
	const char *node;
	enum kernel_tunable_type type;
	bool writable;
	int64_t fallback; /* the default, in seconds if `per_hz` */
	bool per_hz;      /* the value is in ticks: default is fallback * hz */
	const char *unit; /* "requests", "daemons", "ticks", … */
	const char *sentence;
};

/*
 * Changes that somebody who works on the kernel may want to try.  The first
 * value of each is what the kernel does; no kernel does the others.
 */
enum kernel_policy {
	POLICY_IDLE_ORDER,
	POLICY_WAKE_ON_RAISE,
	POLICY_CREATE,
	POLICY_LIMITS,
	POLICY_COUNT
};

struct kernel_policy_info {
	const char *name;
	const char *values[2];
	const char *sentence;
};

/* What a step costs; all zero unless set.  Nanoseconds of CPU. */
enum kernel_cost {
	COST_SYSCALL,  /* entering and leaving a system call */
	COST_SUBMIT,   /* bookkeeping of one request at submission */
	COST_WAKEUP,   /* waking a sleeping thread, paid by the waker */
	COST_SWITCH,   /* a context switch; the driver's to charge */
	COST_VMSPACE,  /* a daemon changing its address space */
	COST_CREATE,   /* creating a daemon, paid by the creator */
	COST_EXIT,     /* a daemon's exit */
	COST_COMPLETE, /* completion bookkeeping of one request */
	COST_COLLECT,  /* taking one result */
	COST_COPY,     /* copying a KiB of data, paid by the daemon */
	COST_COUNT
};

/* ---- The face --------------------------------------------------------- */

struct kernel;

/* Names of the kernels, the default first, NULL-terminated. */
const char *const *kernel_names(void);
/* One line about a kernel, or NULL if there is none of that name. */
const char *kernel_describe(const char *name);
/* The tunables of a kernel, in a fixed order; NULL if there is none such. */
const struct kernel_tunable *kernel_tunables(const char *name, size_t *count);
/* Index of a node in the table, or -1. */
int kernel_find_tunable(const char *name, const char *node);
/* Name of the first kernel that has the node, or NULL. */
const char *kernel_of_tunable(const char *node);
const struct kernel_traits *kernel_traits(const char *name);

const struct kernel_policy_info *kernel_policy(enum kernel_policy policy);
/* Whether a kernel takes policies. */
bool kernel_has_policies(const char *name);

/* A kernel at boot, its tunables at their defaults.  `hz`: clock ticks a
 * second, 1..1000000; one tick lasts 10^9 / hz ns.  The name must exist. */
struct kernel *kernel_create(const char *name, int64_t hz);
void kernel_destroy(struct kernel *k);
const char *kernel_name(const struct kernel *k);
/* Threads 0 to n - 1 are the kernel's own, there from the beginning. */
uint32_t kernel_own_threads(const struct kernel *k);

/* Before the first event, or from the outside: no check, no effect. */
void kernel_set_tunable(struct kernel *k, int tunable, int64_t value);
int64_t kernel_get_tunable(const struct kernel *k, int tunable);
void kernel_set_cost(struct kernel *k, enum kernel_cost cost, int64_t ns);
int64_t kernel_get_cost(const struct kernel *k, enum kernel_cost cost);
void kernel_set_unmapped_allowed(struct kernel *k, bool allowed);
/* `value` is 0 or 1.  Before the first event only. */
void kernel_set_policy(struct kernel *k, enum kernel_policy policy, int value);
/* Whether there is no more room for another kernel process. */
void kernel_set_creation_fails(struct kernel *k, bool fails);

/* Processes are numbered from 0, threads over all kinds from 0. */
uint32_t kernel_add_process(struct kernel *k);
uint32_t kernel_add_thread(struct kernel *k, uint32_t process);
/* Opens a file as descriptor `fd` >= 0 of the process; the descriptor must be
 * free.  kernel_dup() lets `fd` share the open file of `of`. */
void kernel_open(
    struct kernel *k, uint32_t process, int fd, const struct kernel_file *file);
void kernel_dup(struct kernel *k, uint32_t process, int of, int fd);
/* The program sets or clears O_NONBLOCK of a socket, named as by a change. */
void kernel_set_nonblocking(struct kernel *k, uint32_t process, int fd,
    uint32_t device, bool nonblocking);

/* Times never decrease.  The effects of the last step must be drained, to the
 * NULL or all at once. */
void kernel_step(
    struct kernel *k, int64_t now_ns, const struct kernel_event *event);
/* Valid until the next step; NULL when drained. */
const struct kernel_effect *kernel_next_effect(struct kernel *k);
/* All that are left, up to *end, at once: drained with that. */
const struct kernel_effect *kernel_take_effects(
    struct kernel *k, const struct kernel_effect **end);
/* To be called once for each EF_COLLECT, and at the end of each synchronous
 * call, after it was applied: only then may the number be used again. */
void kernel_release_job(struct kernel *k, uint32_t job);
/* The same for threads, once for each EF_REAP. */
void kernel_release_thread(struct kernel *k, uint32_t thread);

const struct kernel_job_info *kernel_job(const struct kernel *k, uint32_t job);
void kernel_thread(
    const struct kernel *k, uint32_t thread, struct kernel_thread_info *info);
/* Of a user thread; filter FILTER_NONE while there is none. */
const struct kernel_delivery *kernel_delivery(
    const struct kernel *k, uint32_t thread);
const struct kernel_counters *kernel_counters(const struct kernel *k);
/* The errno as this kernel numbers it. */
int kernel_errno_number(const struct kernel *k, enum kernel_errno error);
/* Whether an idle daemon will find work at the end of its lifetime.  If none
 * will, these ends change nothing for any request. */
bool kernel_idle_will_work(const struct kernel *k);
/* What a blocked user thread waits for, in words ("aio_suspend, with 3 requests
 * outstanding …"); false if it is in its program or not a user's. */
bool kernel_waits_for(
    const struct kernel *k, uint32_t thread, char *text, size_t size);

/* Walks all invariants and asserts each.  Linear in everything. */
void kernel_check(const struct kernel *k);

#endif
