/*
 * An oracle beside the kernel: it sees the events and the effects, keeps its
 * own small record of what must follow from them, and aborts with one line on
 * stderr as soon as the kernel does otherwise.  Its rules come from the
 * description of FreeBSD's behaviour, not from the model's code, and it looks
 * at the kernel through kernel.h alone.
 */

#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include <sys/queue.h>

#include "model/kernel.h"

/* What happened how often, so that a run can show what it has covered. */
enum oracle_count {
	SEEN_STEPS,
	SEEN_ACCEPTED,
	SEEN_QUEUE_FULL,
	SEEN_PROCESS_QUEUE_FULL,
	SEEN_BUFFERS_FULL,
	SEEN_INVALID,
	SEEN_SERVED_BY_DAEMON,
	SEEN_SERVED_BY_DISK,
	SEEN_SERVED_AT_ONCE,
	SEEN_SKIPPED_OWNER,
	SEEN_FAILED,
	SEEN_PARTIAL,
	SEEN_CANCELLED,
	SEEN_SYNC_WAITED,
	SEEN_SYNC_CANCELLED_LATE,
	SEEN_WAITCOMPLETE,
	SEEN_RETURN,
	SEEN_TIMED_OUT,
	SEEN_TIMER_OVERTAKEN,
	SEEN_LIST_WAITED,
	SEEN_LIST_FAILED,
	SEEN_LIST_TOLD,
	SEEN_KEVENT,
	SEEN_SIGWAIT,
	SEEN_HANDLED,
	SEEN_INTERRUPTED,
	SEEN_FORKED,
	SEEN_OTHER_KERNEL,
	SEEN_SOCKET_SERVED,
	SEEN_SOCKET_RESUMED,
	SEEN_SOCKET_RETRIED,
	SEEN_SOCKET_CANCELLED,
	SEEN_SOCKET_CUT,
	SEEN_SOCKET_STOPPED,
	SEEN_SOCKET_HELD,
	SEEN_SOAIOD_CREATED,
	SEEN_SOAIOD_EXITED,
	SEEN_DAEMON_CREATED,
	SEEN_DAEMON_EXITED,
	SEEN_DAEMON_KEPT,
	SEEN_VAIN_WAKE,
	SEEN_RUNDOWN,
	SEEN_STALL,
	ORACLE_COUNTS
};

extern const char *const oracle_count_names[ORACLE_COUNTS];

/* The tunables that rules depend on. */
enum oracle_limit {
	LIMIT_PROCS,
	LIMIT_TARGET,
	LIMIT_QUEUE,
	LIMIT_LIFETIME,
	LIMIT_PER_PROC,
	LIMIT_QUEUE_PER_PROC,
	LIMIT_BUFFERS,
	LIMIT_UNSAFE,
	LIMIT_SO_PROCS,
	LIMIT_SO_TARGET,
	LIMIT_SO_LIFETIME,
	ORACLE_LIMITS
};

struct oracle_thread;

/* The notification of a request or of a list. */
struct oracle_note {
	struct kernel_sigevent sigev;
	uint32_t cb; /* NO_CB: a list's */
	int64_t data;
	bool sent, gone; /* gone: there is no kevent registered any more */
	struct oracle_thread *target; /* of a signal, or NULL */
	bool pending;
	struct oracle_notes *where; /* … there */
	TAILQ_ENTRY(oracle_note) link;
};

TAILQ_HEAD(oracle_notes, oracle_note);

struct oracle_list {
	bool wait;
	int accepted, finished;
	int holders; /* its requests not yet collected, and its call */
	struct oracle_note note;
};

enum oracle_state {
	O_NONE,
	O_QUEUED,
	O_SYNC_WAIT,  /* an fsync with unfinished predecessors */
	O_SYNC_READY, /* … without any, not yet in the queue */
	O_SOCKET_WAIT,
	O_RUNNING,
	O_DISK,
	O_DONE,
};

struct oracle_job {
	enum oracle_state state;
	uint32_t number;
	uint32_t process;
	uint64_t serial; /* order of submission, over all */
	int file;        /* the open file */
	enum kernel_opcode opcode;
	uint32_t cb;
	int fd;
	struct oracle_note note;
	struct oracle_list *list; /* that it belongs to, or NULL */
	bool mapped;
	bool marked; /* aio_cancel, exit or exec met it in service */
	struct oracle_buffer *buffer; /* of a socket, or NULL */
	int64_t moved;                /* … by all its attempts */
	struct kernel_service_result result;
	TAILQ_ENTRY(oracle_job) life; /* process: unfinished, or done */
	/* The queue, the ready fsyncs, or its socket buffer's. */
	TAILQ_ENTRY(oracle_job) queue;
};

TAILQ_HEAD(oracle_jobs, oracle_job);

/* One direction of a socket. */
struct oracle_buffer {
	struct oracle_jobs jobs; /* that wait, in turn */
	bool ready, nonblocking;
	bool wanted;  /* the next change asks for its task */
	bool running; /* its task is queued, or a daemon has it */
	TAILQ_ENTRY(oracle_buffer) task;
	STAILQ_ENTRY(oracle_buffer) each;
};

struct oracle_file {
	struct kernel_file file;
	int number; /* the open file; 0: the descriptor is free */
	struct oracle_buffer *buffers[2]; /* of a socket, by direction */
};

#define ORACLE_FILES 32
#define ORACLE_CBS 512
#define ORACLE_PROCESSES 16 /* at most, children included */

/* What a user's control block holds. */
struct oracle_cb {
	int64_t status;
	enum kernel_errno error;
};

struct oracle_process {
	struct oracle_jobs unfinished, done;
	struct oracle_notes signals, kevents; /* sent, not yet taken */
	int64_t count, active, buffers;
	uint64_t sync_turn; /* serial when its first fsync became ready, or 0 */
	uint64_t memory;    /* its address space, as a number */
	bool in_use;        /* has used AIO, and not ended since */
	struct oracle_cb cbs[ORACLE_CBS];
	/* The last woken in this step fell asleep then, as a number: of those
	 * who wait for notifications, and of the others. */
	uint64_t woken[2];
	bool rundown;
	struct oracle_file files[ORACLE_FILES];
};

struct oracle_thread {
	enum kernel_thread_kind kind;
	uint32_t process;               /* USER */
	const struct kernel_call *call; /* NULL: in its program */
	bool unblocked[129];            /* signals, by number */
	bool slept;                     /* in this call, with a timer */
	bool asleep_now, interrupted;   /* by a signal, in this call */
	bool handled;                   /* a signal, in this call */
	bool no_event;                  /* for this kevent to change */
	struct oracle_list *list;       /* of this call */
	uint64_t asleep;                /* falling asleep, numbered over all */
	int64_t deadline_ns;            /* of its last timer */
	uint64_t generation;            /* … */
	bool timed, fired;              /* … is armed; … ended the sleep */
	uint32_t created;               /* that it waits for, or NOBODY */
	uint32_t collected_cb;          /* by this call */
	int64_t expected;               /* that this call will return */
	int entry;                      /* of this list, the next to be tried */
	int cancelled, kept;            /* by this aio_cancel */
	bool refused, invalid;          /* an entry of this list, how */
	int64_t old_value;              /* that this sysctl replaces */
	/* DAEMON */
	bool started, idle, kicked;
	int64_t expires_ns;
	uint32_t job; /* in its hands, or NOBODY */
	bool soaiod;
	struct oracle_buffer *task; /* whose it runs, or NULL */
	uint64_t memory;            /* that it works in; 0: its own */
	TAILQ_ENTRY(oracle_thread) link;
};

/* What the soaiod that runs must do next. */
enum oracle_duty { DUTY_NONE, DUTY_SERVE, DUTY_COMPLETE, DUTY_IDLE, DUTY_EXIT };

/* The pool that serves sockets. */
struct oracle_pool {
	STAILQ_HEAD(, oracle_buffer) buffers;
	TAILQ_HEAD(, oracle_buffer) tasks; /* queued, the oldest first */
	int64_t task_count;
	TAILQ_HEAD(, oracle_thread) idle; /* the first to go idle first */
	int64_t idle_count, starting, alive, created, exited, busy;
	int64_t empty, retried, moves; /* moves: between address spaces */
	uint32_t creator;              /* the thread that makes daemons */
	bool asked; /* … has been asked to, and has not been at it */
	enum oracle_duty duty;
	struct oracle_job *job; /* … with this one */
};

struct oracle {
	struct kernel *kernel;
	int64_t now_ns, tick_ns, hz;
	bool free_cpu; /* nothing costs time: what is due happens at once */
	int limits[ORACLE_LIMITS]; /* tunables */
	uint64_t *counts;

	struct oracle_process *processes;
	uint32_t process_count;
	struct oracle_thread **threads;
	uint32_t thread_room;
	struct oracle_job **jobs;
	uint32_t job_room;
	struct oracle_jobs queue, ready_syncs;
	TAILQ_HEAD(, oracle_thread) idle; /* the last to go idle first */
	uint64_t serial;
	uint64_t sleeps;
	uint64_t raised; /* serial when a limit of concurrency last rose */
	int64_t count, unfinished, queued, active, mapped, unmapped;
	int64_t daemons, starting, created, exited;
	struct oracle_pool sockets;
	uint64_t memories;

	/* The step under way. */
	struct kernel_event event;
	uint32_t actor;      /* its thread, or NOBODY */
	uint32_t must_wake;  /* the thread that the next effect must wake */
	uint32_t may_wake;   /* … that this effect has to */
	bool served, reaped; /* the actor's */
	uint32_t disk_job;   /* that must be handed over next, or NOBODY */
	/* That must be told of next, the request before its list. */
	struct oracle_note *notice, *list_notice;
	uint32_t notice_process;
	struct oracle_note *must_handle; /* by a thread in its program, now */
	struct oracle_thread *must_interrupt; /* the next effect wakes it */
};

/* `counts`: ORACLE_COUNTS of them, added to; borrowed like the kernel. */
struct oracle *oracle_new(
    struct kernel *k, int64_t hz, bool free_cpu, uint64_t *counts);
void oracle_free(struct oracle *o);
/* What the test does to the kernel from outside. */
void oracle_add_process(struct oracle *o);
void oracle_add_thread(struct oracle *o, uint32_t thread, uint32_t process);
/* `number` is 1 more than the descriptor that it shares the open file of, or
 * its own. */
void oracle_open(struct oracle *o, uint32_t process, int fd,
    const struct kernel_file *file, int number);

/* To be called in this order: before the step, for each effect, after it. */
void oracle_event(
    struct oracle *o, int64_t now_ns, const struct kernel_event *event);
void oracle_effect(struct oracle *o, const struct kernel_effect *effect);
void oracle_stepped(struct oracle *o);
/* When nothing is left to happen but the ends of idle daemons' lifetimes. */
void oracle_quiet(struct oracle *o);

/* ---- Between oracle*.c ------------------------------------------------- */

/* Says what is wrong, and when, and aborts. */
_Noreturn void oracle_fail(const struct oracle *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define REQUIRE(o, condition, ...)                   \
	do {                                         \
		if (!(condition))                    \
			oracle_fail(o, __VA_ARGS__); \
	} while (0)

static inline int64_t
oracle_limit(const struct oracle *o, enum oracle_limit limit)
{
	return (kernel_get_tunable(o->kernel, o->limits[limit]));
}

/* oracle_jobs.c */
void oracle_submitted(struct oracle *o, uint32_t thread, uint32_t job);
void oracle_refused(struct oracle *o, const struct kernel_effect *effect);
void oracle_served(struct oracle *o, uint32_t thread, uint32_t job);
void oracle_completed(struct oracle *o, uint32_t thread, uint32_t job);
void oracle_collected(struct oracle *o, uint32_t job);
void oracle_join_queue(struct oracle *o, struct oracle_job *job);
/* The oldest queued job whose owner is below its limit, or NULL. */
struct oracle_job *oracle_selectable(struct oracle *o);

/* oracle_admission.c */
/* What an attempt at submission must come to; *limit: the tunable of EAGAIN. */
enum kernel_errno oracle_admission(const struct oracle *o,
    const struct oracle_process *p, const struct kernel_call *call,
    const struct kernel_request *request, int *limit);
/* The descriptor's file, or NULL. */
const struct oracle_file *oracle_file(const struct oracle_process *p, int fd);
bool oracle_goes_to_disk(const struct kernel_file *file,
    const struct kernel_request *request, enum kernel_opcode opcode);

/* oracle_sockets.c */
void oracle_sockets_init(struct oracle *o);
void oracle_sockets_free(struct oracle *o);
void oracle_socket_open(struct oracle *o, struct oracle_file *f);
void oracle_socket_changed(
    struct oracle *o, const struct kernel_socket_change *change);
void oracle_attempt_over(struct oracle_job *job);
void oracle_socket_submitted(
    struct oracle *o, struct oracle_job *job, int held_by);
void oracle_socket_served(
    struct oracle *o, uint32_t thread, struct oracle_job *job);
void oracle_socket_completed(struct oracle *o, uint32_t thread,
    struct oracle_job *job, const struct kernel_job_info *info);
void oracle_sockets_agree(const struct oracle *o);
void oracle_sockets_quiet(const struct oracle *o);
void oracle_creator_ends(struct oracle *o);

/* oracle_soaiods.c */
void oracle_task_queued(struct oracle *o, struct oracle_buffer *b);
bool oracle_needs_soaiod(const struct oracle *o);
void oracle_soaiod_spawned(struct oracle *o, uint32_t daemon);
void oracle_soaiod_woken(struct oracle *o, uint32_t daemon);
void oracle_soaiod_begins(struct oracle *o, struct oracle_thread *d);
/* It is through with its job: what it must do next. */
void oracle_soaiod_looks(struct oracle *o, struct oracle_thread *d);
void oracle_soaiod_ends(struct oracle *o, struct oracle_thread *d);
void oracle_soaiod_reaped(struct oracle *o, struct oracle_thread *d);
void oracle_enter_memory(
    struct oracle *o, struct oracle_thread *d, uint64_t memory);

/* oracle_syncs.c */
/* Whether the fsync has something unfinished to wait for. */
bool oracle_has_predecessor(
    const struct oracle_process *p, const struct oracle_job *sync);
/* Makes those ready that have nothing to wait for any more. */
void oracle_release_syncs(struct oracle *o, struct oracle_process *p);
void oracle_leave_ready_syncs(struct oracle *o, struct oracle_job *job);
/* Ready fsyncs join the queue until it is as long as the kernel's. */
void oracle_join_syncs(struct oracle *o);

/* oracle_results.c */
/* Before a call: what it must answer.  `thread` is in it. */
void oracle_predict(struct oracle *o, struct oracle_thread *t);
/* Calls that 12.2 refuses as such: aio_fsync of another kind, and those that
 * came later. */
bool oracle_is_no_request(const struct kernel_call *call);
/* An attempt at submission was accepted (`job`) or refused with `error`. */
void oracle_attempted(struct oracle *o, struct oracle_thread *t,
    const struct kernel_request *request, enum kernel_errno error);
void oracle_list_over(struct oracle *o, struct oracle_thread *t);
/* Whether a call under way goes through all requests, this one included. */
bool oracle_is_being_cancelled(
    const struct oracle *o, const struct oracle_job *job);
void oracle_cancelled(
    struct oracle *o, struct oracle_thread *t, const struct oracle_job *job);
void oracle_answered(struct oracle *o, const struct oracle_thread *t,
    const struct kernel_result *result);

/* oracle_notices.c */
void oracle_list_begun(struct oracle_thread *t);
/* A holder of the list is gone; the last one takes it along.  NULL is fine. */
void oracle_list_left(struct oracle_list *list);
/* Whether a note is sent when its time comes. */
bool oracle_will_notify(
    const struct oracle *o, uint32_t process, const struct oracle_note *note);
void oracle_notified(struct oracle *o, const struct kernel_notice *notice);
void oracle_withdrawn(struct oracle_note *note);
void oracle_kevent_change(struct oracle *o, struct oracle_thread *t);
/* Whether there is something for the thread's kevent or sigwait to take. */
bool oracle_has_event(const struct oracle *o, const struct oracle_thread *t);
/* kevent or sigwait returns. */
void oracle_event_taken(struct oracle *o, struct oracle_thread *t,
    const struct kernel_result *result);
void oracle_mask_changed(struct oracle_thread *t);
void oracle_may_sleep(struct oracle *o, const struct oracle_thread *t);
void oracle_return_interrupted(struct oracle *o, const struct oracle_thread *t,
    const struct kernel_result *result);

/* oracle_threads.c */
void oracle_timer_set(struct oracle *o, const struct kernel_effect *effect);
void oracle_woken(struct oracle *o, uint32_t thread);
void oracle_spawned(struct oracle *o, uint32_t daemon);
void oracle_reaped(struct oracle *o, uint32_t daemon);
void oracle_begin_run(struct oracle *o);
void oracle_end_run(struct oracle *o);
/* A job has joined the queue in front of the kernel's kick. */
void oracle_kicked(struct oracle *o);
void oracle_returned(struct oracle *o, const struct kernel_effect *effect);

#endif
