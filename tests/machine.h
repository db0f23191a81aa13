/*
 * A machine for tests of the kernel alone: one core with a FIFO run queue,
 * virtual time, timers, services of given length, and user threads that make
 * the calls they were given.  It is a second driver, written from kernel.h
 * only, and shares nothing with sim/.
 */

#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include "model/kernel.h"

/* Who looks on.  Each hook is optional; hooks may look at the kernel. */
struct machine_watcher {
	/* An event is about to be posted. */
	void (*event)(void *context, const struct kernel_event *event);
	/* Each effect of the step, in order, before any of them is applied. */
	void (*effect)(void *context, const struct kernel_effect *effect);
	/* All effects of the step have been seen. */
	void (*stepped)(void *context, const struct kernel_event *event);
	/* False: the call is left out, and the thread goes on with the next. */
	bool (*may_enter)(
	    void *context, uint32_t thread, const struct kernel_call *call);
	/* How long the job's service lasts (0 is an answer), and its result,
	 * preset to all bytes moved.  Without the hook it lasts 1 ms. */
	int64_t (*service)(void *context, const struct kernel_job_info *job,
	    struct kernel_service_result *result);
	void *context;
};

struct machine_call {
	int64_t at_ns;
	const struct kernel_call *call;
};

struct machine_thread {
	bool in_call;
	struct machine_call *calls;
	uint32_t call_count, call_room, next_call;
	bool armed;          /* its timer may still wake it */
	uint64_t generation; /* of that timer */
	uint32_t own_job;    /* of its pread or pwrite, or KERNEL_NOBODY */
};

enum machine_entry_kind {
	ENTRY_TIMER,
	ENTRY_DONE,
	ENTRY_PROGRAM,
	ENTRY_CORE,
	ENTRY_SOCKET,
};

struct machine_entry {
	int64_t at_ns;
	uint64_t sequence;
	enum machine_entry_kind kind;
	uint32_t index;      /* thread, job, or socket's change */
	uint64_t generation; /* TIMER */
};

struct machine {
	struct kernel *kernel;
	int64_t now_ns;
	uint64_t steps;
	const struct machine_watcher *watcher;

	struct machine_thread *threads; /* by the kernel's number */
	uint32_t thread_count;
	struct kernel_service_result *results; /* by job */
	uint32_t result_room;
	uint32_t in_service; /* jobs whose service is not over */
	const struct kernel_socket_change **changes;
	uint32_t change_count;
	uint32_t changes_due; /* not yet told */
	uint32_t programs;    /* threads that wait for their next call's time */

	struct machine_entry *heap;
	size_t heap_count, heap_room;
	uint64_t sequence;

	uint32_t *runnable; /* a ring, its room a power of two */
	uint32_t runnable_room, runnable_head, runnable_count;

	uint32_t on_core; /* thread, or KERNEL_NOBODY */
	bool again;       /* it goes on when its step's effects are applied */
	/* Effects of its step that are still to be applied. */
	struct kernel_effect *later;
	size_t later_head, later_count, later_room;
	uint32_t *instant; /* services over at once, not yet posted */
	size_t instant_count, instant_room;
};

/* With a kernel at boot, to be set up by the caller.  `watcher` is borrowed
 * and may be NULL. */
struct machine *machine_new(
    const char *kernel, int64_t hz, const struct machine_watcher *watcher);
/* Before all else but the setting up: what the kernel starts by itself. */
void machine_boot(struct machine *m);
void machine_free(struct machine *m);

/* A new user thread of the process. */
uint32_t machine_add_thread(struct machine *m, uint32_t process);
/* Gives the thread one more call, to be entered at `at_ns` or when its last
 * one has returned, whichever is later.  The call is borrowed. */
void machine_call(struct machine *m, uint32_t thread, int64_t at_ns,
    const struct kernel_call *call);
/* A change of a socket's buffer at `at_ns`; borrowed. */
void machine_socket(struct machine *m, int64_t at_ns,
    const struct kernel_socket_change *change);
bool machine_is_in_call(const struct machine *m, uint32_t thread);

/* Handles what is due up to `until_ns`, and whatever becomes runnable; at most
 * `steps` steps of the kernel.  False if these were not enough. */
bool machine_run(struct machine *m, int64_t until_ns, uint64_t steps);
/* Nothing is left to happen but the ends of idle daemons' lifetimes. */
bool machine_is_quiet(const struct machine *m);

/* ---- Between machine*.c ------------------------------------------------ */

/* realloc that does not fail. */
void *machine_grow(void *memory, size_t count, size_t size);
void machine_push(struct machine *m, int64_t at_ns,
    enum machine_entry_kind kind, uint32_t index, uint64_t generation);
/* The first; there must be one. */
struct machine_entry machine_pop(struct machine *m);

#endif
