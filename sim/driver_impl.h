/*
 * The driver's records, shared by driver.c (events, the run), cores.c (the run
 * queue), effects.c (what the kernel asks for) and device.c (devices' queues).
 */

#ifndef SIM_DRIVER_IMPL_H
#define SIM_DRIVER_IMPL_H

#include <glib.h>

#include "sim/agenda.h"
#include "sim/device/device.h"
#include "sim/driver.h"
#include "sim/record/recording.h"

enum agenda_kind {
	AGENDA_TIMER,       /* index: thread */
	AGENDA_ALARM,       /* index: thread; a program's sleep is over */
	AGENDA_CORE,        /* index: core; it has paid for what it did */
	AGENDA_SERVICE,     /* index: I/O; the time it waits for has passed */
	AGENDA_TRANSFERRED, /* index: I/O; its bytes are moved */
	AGENDA_END,         /* the scenario's duration */
};

#define NO_CORE UINT32_MAX
#define NO_ALARM UINT64_MAX

/*
 * A thread has at most one live entry of kind TIMER on the agenda.  Arming it
 * anew for later leaves the entry where it is; when that one pops too early it
 * is pushed again, with the sequence number of the arming, so that ties are
 * decided as if it had been there all along.
 */
struct timer {
	int64_t at_ns;
	uint64_t generation, sequence;
	int64_t entry_at_ns; /* of the live entry; INT64_MAX: none */
};

struct driver_thread {
	bool exists;
	bool in_program; /* not inside a call */
	bool waiting;    /* PROGRAM_WAIT, or PROGRAM_SLEEP */
	uint64_t alarm;  /* of PROGRAM_SLEEP: its entry's sequence number */
	bool ended;
	uint32_t core;           /* that it is on, or NO_CORE */
	struct program *program; /* NULL for the kernel's own threads */
	unsigned slot;
	const struct kernel_call *call; /* that it is in */
	uint32_t own_job; /* of its pread or pwrite, or KERNEL_NOBODY */
	struct timer timer;
};

struct core {
	uint32_t thread; /* or KERNEL_NOBODY */
	uint32_t last_thread;
	bool again; /* the thread goes on when this step's effects are done */
	/* Effects of the step that are still to come when the core has paid. */
	GArray *later;
	guint later_head;
};

struct process {
	struct program *program;
	uint32_t *threads; /* kernel numbers by slot */
};

struct driver {
	struct driver_setup setup;
	struct kernel *kernel;
	struct recorder *recorder;
	struct world *world;
	const struct world_ops *ops;
	struct agenda agenda;
	uint64_t sequence;
	int64_t now_ns;
	bool over, stalled, interrupted;

	GArray *threads;   /* of struct driver_thread, by kernel number */
	GArray *processes; /* of struct process, by kernel number */
	uint32_t live;     /* foreground threads that have not ended */
	uint32_t alarms;   /* sleeping programs */

	struct core *cores;
	uint32_t core_count, free_cores;
	uint32_t *runnable; /* ring, a power of two */
	uint32_t runnable_room, runnable_head, runnable_count;
	int64_t switch_ns;

	struct device *devices;
	uint32_t device_count;
	GPtrArray *ios; /* by index */
	struct io *free_ios;
	struct vnode *vnodes; /* by the scenario's files */
	uint32_t vnode_count;
	struct cache *cache; /* of those files that have one, or NULL */
	int arriving; /* inside of arrive() of a device, perhaps of a member */
	uint32_t in_service; /* jobs at devices or with the world */
	GArray *instant;     /* I/Os over at once, not yet posted */
	uint32_t fruitless;  /* events in a row that led nowhere */
	size_t standing;     /* entries of the agenda that are no event */
	uint64_t checks;     /* for the end */
	GError *sick;        /* the files cannot be written any more */
};

static inline struct driver_thread *
driver_thread(struct driver *d, uint32_t thread)
{
	return (&g_array_index(d->threads, struct driver_thread, thread));
}

/* Posts an event; its effects are to be drained. */
static inline void
post_event(struct driver *d, const struct kernel_event *event)
{
	kernel_step(d->kernel, d->now_ns, event);
	if (d->setup.check)
		kernel_check(d->kernel);
}

/* driver.c */
void agenda_at(struct driver *d, int64_t at_ns, uint64_t sequence,
    enum agenda_kind kind, uint32_t index);
void arm_timer(
    struct driver *d, uint32_t thread, int64_t at_ns, uint64_t generation);
/* A job is over: posts EV_DONE and applies what follows. */
void post_done(
    struct driver *d, uint32_t job, const struct kernel_service_result *result);
/* Grows the table to hold the kernel's thread number, and clears the entry. */
struct driver_thread *enter_thread(struct driver *d, uint32_t thread);

/* effects.c */
/* Applies an effect; `c` is the core of its step, NULL in an interrupt. */
void apply_effect(
    struct driver *d, struct core *c, const struct kernel_effect *effect);
/* All effects of an interrupt. */
void drain_interrupt(struct driver *d);
/* Posts the ends of services that took no time. */
void post_instant_ends(struct driver *d);

/* cores.c */
void thread_ready(struct driver *d, uint32_t thread);
/* The thread's PROGRAM_SLEEP or PROGRAM_WAIT is over. */
void program_wakes(struct driver *d, struct driver_thread *t);
/* Lets runnable threads run while there are free cores. */
void dispatch(struct driver *d);
/* The core has paid: the rest of its step happens. */
void core_resume(struct driver *d, uint32_t core);

/* device.c */
void devices_init(struct driver *d);
void devices_release(struct driver *d);
/* A job arrives at its device. */
void device_serve(struct driver *d, uint32_t job);
/* The time that an I/O waited for has passed; its bytes are moved. */
void device_time_over(struct driver *d, uint32_t io);
void device_transfer_over(struct driver *d, uint32_t io);
/* Tells whoever waits for an I/O, and frees it. */
void io_over(struct driver *d, struct io *io);

#endif
