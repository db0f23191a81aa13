/*
 * The modelled kernel in real time, inside a program of somebody else's.
 *
 * One lock stands around the kernel and all that is here.  Whoever holds it
 * runs the modelled threads, in FIFO order and without a switch, as on one CPU
 * of no cost; actual threads exist where something has to wait or to be done: a
 * program's thread inside a call, and one for each daemon, which does its I/O.
 * Each waits for its own modelled thread's deadline, so that no timer thread is
 * needed.
 *
 * Only libc and POSIX threads are used: the library must load anywhere.
 */

#ifndef SIM_POSIX_ENGINE_H
#define SIM_POSIX_ENGINE_H

#include <aio.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "model/kernel.h"

#define EXPORT __attribute__((visibility("default")))
#define NEVER_NS INT64_MAX

/* ---- Records ---------------------------------------------------------- */

struct block;
struct descriptor;
struct host_socket;
struct recorded;
struct fault;

/* One list of lio_listio: what its notification needs. */
struct request_list {
	struct sigevent sigev;
	uint32_t references; /* uncollected requests, and the call */
};

/* A submission, from before it is tried until it is collected or refused. */
struct request {
	struct aiocb *control;
	struct block *block;
	struct descriptor *descriptor; /* NULL for mlock */
	struct request_list *list;
	struct sigevent sigev;
	void *buffer;
	size_t size_bytes;
	size_t move_bytes; /* of them, but for a fault all */
	off_t offset_bytes;
	enum kernel_opcode opcode;
	bool finished;
	enum kernel_errno error; /* the kernel's; with `host_error` beside */
	int host_error;          /* what the host said, where it failed */
	int64_t status;
	const struct fault *fault; /* that it will meet, or NULL */
	struct recorded *recorded; /* its line, if calls are recorded */
	int64_t submit_ns, start_ns, finish_ns; /* 0: not yet */
	struct request *next_append;
	struct request *next; /* of the block, younger; or free */
};

/* A control block with requests, under the kernel's number for it. */
struct block {
	struct aiocb *address;
	uint32_t number;
	uint32_t holds; /* calls that name it and have not returned */
	/* Oldest first; none, and no holds: the block is free. */
	struct request *first, **end;
	struct block *next; /* of its hash chain, or free */
};

/* A descriptor of the program that AIO has met. */
struct descriptor {
	int fd; /* the program's number */
	/* Ours, of the same open file, or the same number; the model knows the
	 * file by it as well, as long as this record is there. */
	int private_fd;
	bool seekable;
	struct host_socket *socket; /* or NULL; see socket.h */
	bool open;                  /* the program has not closed it */
	uint32_t references;        /* requests */
	/* Writes to append, in the order of submission; see server.c. */
	struct request *first_append, **append_end;
	int recorded_as; /* its number in the recording, from 1 */
	char *path;      /* once it was asked for */
	dev_t device;
	ino_t inode;
	struct descriptor *next, **link; /* of all */
};

/* A thread of the modelled kernel. */
struct engine_thread {
	uint32_t id;
	bool is_caller, is_daemon;
	uint64_t generation; /* of the timer */
	int64_t timer_ns;    /* or NEVER_NS */
	/* The actual thread waits on `wakes` while `waiting`. */
	_Atomic uint32_t wakes;
	bool waiting, to_wake;
	int64_t waits_until_ns;
	/* A caller. */
	bool returned;
	struct kernel_result result;
	struct aiocb *collected; /* by its call */
	int collected_error;
	/* A daemon, or one who serves for nobody. */
	bool has_thread, reaped, has_job;
	uint32_t job;
	struct request *request;
	struct engine_thread *next; /* free, idle, or to be run */
};

struct engine_totals {
	uint64_t accepted, refused, completed, failed, cancelled, collected;
	uint64_t calls[KERNEL_CALL_COUNT];
};

struct engine {
	struct kernel *kernel; /* NULL until the first use */
	uint32_t process;
	_Atomic uint32_t
	    generation; /* of this process image; changes at fork */
	struct engine_thread **threads;
	uint32_t thread_room;
	struct engine_thread *free_callers, *idle_servers;
	struct engine_thread *run_first, *run_last; /* the run queue */
	struct engine_thread *woken[64]; /* to be told after the lock */
	uint32_t woken_count;
	struct request *last_completed;
	struct request_list *notice_list; /* whom a list's notice is for */
	struct request *free_requests;
	struct engine_thread *orphans; /* have a job and no actual thread */
	bool running_down;             /* the program's memory is let alone */
	bool booting, has_soaiods;     /* daemons with threads, for sockets */
	uint32_t unseekable_running;   /* jobs that may never end */
	int *forgotten;                /* numbers to close in the model */
	uint32_t forgotten_count, forgotten_room;
	struct engine_totals totals;
	uint64_t *refused_by; /* per tunable, and at the end for others */
	size_t tunable_count;
	const struct kernel_tunable *tunables;
	bool told_never_collects;
	int last_limit; /* that refused a request, or -1 */
	pid_t pid;
	int64_t begin_ns; /* of the process's AIO */
};

extern struct engine engine;

/* ---- engine.c, caller.c: the lock, events, calls ---------------------- */

/* Takes the lock; a process that has none yet gets a kernel.  Signals wait
 * until engine_leave() if the program uses them for AIO. */
struct engine_guard {
	sigset_t mask;
	bool masked;
};
void engine_enter(struct engine_guard *guard);
void engine_leave(struct engine_guard *guard);
/* True in a signal handler that has interrupted engine_enter() … leave(). */
bool engine_is_nested(void);
/* … and says so in errno: EAGAIN, where waiting for ourselves would hang. */
bool engine_refuses_nested(void);
/* From now on, and until this guard is left, signals are masked while the lock
 * is held. */
void engine_expect_signals(struct engine_guard *guard);

/* A node's value, or what it will be when AIO is used. */
int64_t engine_tunable(const char *node);
int64_t engine_now_ns(void);
void engine_post(const struct kernel_event *event);

/* Lets the calling thread make a call, and waits until it is over.  The lock is
 * held before and after, and not while waiting.  A signal ends a wait with
 * EINTR, where the call allows it. */
struct call_result {
	int64_t value;
	int error;             /* the host's number, or 0 */
	struct aiocb *control; /* collected by the call, or NULL */
	enum kernel_errno name;
	uint32_t cb; /* of an event */
};
struct call_result engine_call(const struct kernel_call *call,
    struct request_list *list, struct engine_guard *guard);
/* The process exits: what waits is cancelled, what runs is waited for, but for
 * what may never end. */
void engine_run_down(struct engine_guard *guard);
struct engine_thread *engine_thread_at(uint32_t id);
/* The actual thread goes on; it is told when the lock is given back. */
void engine_wake(struct engine_thread *t);
/* Waits for engine_wake() or the thread's timer, without the lock; true after
 * a signal.  `guard` is NULL in threads of our own. */
bool engine_wait(struct engine_thread *t, struct engine_guard *guard);
/* The kernel's table has the number no more, once the present step is over. */
void engine_forget_number(int fd);
void engine_forget_numbers(void);
/* If the thread's timer has come, tells the kernel. */
void engine_check_timer(struct engine_thread *t);
/* In the child of a fork, and before a new start. */
void engine_forget(void);
/* Gives the lock away until engine_turn_over(). */
void engine_await_turn(void);
void engine_turn_over(void);
void engine_lock(void);
void engine_unlock(void);

/* Memory that cannot be had ends the program with a line. */
void *allocate(size_t size);

/* ---- effects.c -------------------------------------------------------- */
void engine_drain(uint32_t current);
/* Says once that the program never collects, if that is so; `limit` has refused
 * a request, or is -1. */
void tell_never_collects(int limit);

/* ---- server.c: threads that do I/O ------------------------------------ */
/* A thread of ours, with every signal blocked: handlers are the program's, and
 * run in its threads.  0 or an error. */
int server_start_thread(void *(*function)(void *), void *argument);
/* Sockets are used: the daemons that are there from boot get threads. */
void servers_for_sockets(void);
void server_spawn(struct engine_thread *t);
void server_reap(struct engine_thread *t);
/* Gives `t` a job; `t` NULL: whoever serves for nobody. */
void server_serve(struct engine_thread *t, uint32_t job);
/* An accepted request takes its place among writes that append, and leaves it
 * when it is finished. */
void append_enter(struct request *request);
void append_leave(struct request *request);
/* Ends the jobs of those for whom no thread could be had. */
void server_end_orphan(void);

/* ---- block.c: control blocks and requests ----------------------------- */
/* The block at an address, or NULL if the kernel has none. */
struct block *block_find(const struct aiocb *address);
struct block *block_get(struct aiocb *address);
struct block *block_at(uint32_t number);
/* Frees the block if nothing is left of it. */
void block_release(struct block *block);
struct request *request_new(
    struct block *block, enum kernel_opcode opcode, struct aiocb *control);
/* After a refusal or the collection. */
void request_free(struct request *request);
void request_list_release(struct request_list *list);
void blocks_forget(void);

/*
 * The private fields of a struct aiocb hold what FreeBSD keeps in them: status
 * and error, with a mark that they are ours.  aio_error() reads them without
 * the lock.
 */
void control_submitted(struct aiocb *control, bool again);
void control_refused(struct aiocb *control, int error);
void control_finished(struct aiocb *control, int error);
void control_collected(struct aiocb *control, int64_t status, int error);
/* The error by the block's own memory: -1 if that does not tell. */
int control_error(const struct aiocb *control);

/* ---- descriptor.c ----------------------------------------------------- */
/* Makes the kernel's table say what `fd` is now; NULL if it is not open. */
struct descriptor *descriptor_refresh(int fd);
/* The file's path; a word where it has none.  Valid as long as the descriptor.
 */
const char *descriptor_path(struct descriptor *d);
void descriptor_hold(struct descriptor *d);
void descriptor_release(struct descriptor *d);
/* In the child of a fork, once requests are forgotten. */
void descriptors_forget(void);
/* How many there are; read without the lock. */
extern atomic_int descriptor_count;
/* The program lets go of a number; false if the number is ours.  A child of
 * vfork() does so in a table of its own, and changes nothing here. */
bool descriptor_closing(int fd);
/* The program takes a number that is ours: our file moves to another. */
void descriptor_vacate(int fd);
/* A descriptor of the program that is an event queue. */
int descriptor_kqueue(void);
/* Keeps a descriptor of ours out of the program's way, in *place, where it is
 * another number from now on and may become one more; and closes it. */
void descriptor_keep(int *place, int fd);
void descriptor_drop(int *place);

/* ---- notify.c --------------------------------------------------------- */
/* A program's sigevent in the model's words; false if it is none. */
void sigev_to_kernel(const struct sigevent *sigev, struct kernel_sigevent *out);
void notify(const struct sigevent *sigev);

/* ---- setup.c: the environment ----------------------------------------- */
/* One line on stderr and exit 2, before the program starts. */
void refuse_to_start(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));
/* Cuts blanks off both ends. */
char *trim(char *text);

struct settings {
	int64_t *values; /* per tunable */
	bool *given;
	const char *record_path, *stats_path;
};
extern struct settings settings;
/* The next number over all processes of this program that begin to use AIO, 1
 * for the first. */
uint32_t settings_ordinal(void);
/* A process begins to use AIO; it ends. */
void settings_started(void);
void settings_run_down(void);

/* ---- stats.c ---------------------------------------------------------- */
void stats_started(uint32_t ordinal);
void stats_write(void);
void stats_forget(void);
void stats_catch_signal(void);

/* ---- recorder.c ------------------------------------------------------- */
void recorder_started(uint32_t ordinal);
void recorder_submitted(struct request *request);
void recorder_refused(
    struct request *request, enum kernel_errno error, int limit);
void recorder_collected(const struct request *request);
/* A call that is not a submission: what, on what, its result and length. */
void recorder_call(enum kernel_call_kind kind, int64_t begin_ns,
    const struct call_result *result);
void recorder_finish(void);
void recorder_forget(void);

#endif
