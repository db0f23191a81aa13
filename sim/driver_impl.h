/*
 * The driver's records, shared by driver.c (events, the run), cores.c (the run
 * queue), step.c (a thread's turn), effects.c (what the kernel asks for),
 * device.c (devices' queues), driver_socket.c (sockets), driver_network.c (the
 * network's times), driver_faults.c (faults on demand), driver_real.c (worlds
 * with I/O) and stall.c (hangs).
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
	AGENDA_COPY,        /* index: 2 * socket + direction */
	AGENDA_SOCKET,      /* index: socket event */
	AGENDA_NETWORK,     /* index: the network's own */
};

#define NO_ALARM UINT64_MAX
/* Marks what the network has given to the world, among the devices' services.
 */
#define NETWORK_SERVICE (UINT32_C(1) << 31)

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
	uint32_t id; /* the kernel's number */
	bool exists;
	bool in_program; /* not inside a call */
	bool waiting;    /* PROGRAM_WAIT, or PROGRAM_SLEEP */
	uint64_t alarm;  /* of PROGRAM_SLEEP: its entry's sequence number */
	bool ended;
	bool urgent;             /* runs before those that are not */
	struct core *core;       /* that it is on, or NULL */
	struct program *program; /* NULL for the kernel's own threads */
	unsigned slot;
	const struct kernel_call *call; /* that it is in */
	uint32_t own_job; /* of its pread or pwrite, or KERNEL_NOBODY */
	uint32_t serving; /* the job that it was last given, or NOBODY */
	struct timer timer;
};

struct core {
	struct driver_thread *thread, *last_thread; /* or NULL */
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
	struct faults *faults; /* or NULL */
	struct agenda agenda;
	uint64_t sequence;
	int64_t now_ns;
	bool over, stalled, interrupted;

	GPtrArray *threads;  /* of struct driver_thread, by kernel number */
	GArray *processes;   /* of struct process, by kernel number */
	uint32_t live;       /* foreground threads that have not ended */
	uint32_t background; /* background threads that have not */
	uint32_t alarms;     /* sleeping programs */
	uint32_t armed; /* threads of programs with a timer that may wake */

	struct core *cores;
	uint32_t core_count, free_cores;
	struct driver_thread **runnable; /* ring, a power of two */
	uint32_t runnable_room, runnable_head, runnable_count;
	uint32_t urgent; /* of these, at the head of the ring */
	int64_t switch_ns;

	struct device *devices;
	uint32_t device_count;
	GPtrArray *ios; /* by index */
	struct io *free_ios;
	struct vnode *vnodes; /* by the scenario's files */
	uint32_t vnode_count;
	struct cache *cache; /* of those files that have one, or NULL */
	int arriving; /* inside of arrive() of a device, perhaps of a member */
	uint32_t in_service;        /* jobs at devices or with the world */
	uint32_t hanging;           /* of these, what will never end */
	bool expecting;             /* as driver_expects() has said */
	GArray *instant;            /* I/Os over at once, not yet posted */
	GPtrArray *sockets;         /* of struct driver_socket, by number */
	GArray *socket_events;      /* of struct socket_event */
	GArray *free_socket_events; /* indices into it */
	uint32_t coming;            /* what may change a socket, on its way */
	const struct driver_network *network; /* or NULL */
	void *network_context;
	uint32_t idle_turns; /* alarms in a row with which no request went on */
	uint64_t checks;     /* for the end */
	GError *sick;        /* the files cannot be written any more */
};

static inline struct driver_thread *
driver_thread(struct driver *d, uint32_t thread)
{
	return (d->threads->pdata[thread]);
}

/* Whoever watches the world learns that it gets a job, and what it made of it,
 * before any fault. */
static inline void
watch_handed(struct driver *d, uint32_t job)
{
	const struct world_watch *watch = d->setup.watch;

	if (watch != NULL)
		watch->handed(
		    watch->context, d->now_ns, job, kernel_job(d->kernel, job));
}

static inline void
watch_served(
    struct driver *d, uint32_t job, const struct kernel_service_result *result)
{
	const struct world_watch *watch = d->setup.watch;

	if (watch != NULL)
		watch->served(watch->context, d->now_ns, job, result);
}

/* driver.c */
void agenda_at(struct driver *d, int64_t at_ns, uint64_t sequence,
    enum agenda_kind kind, uint32_t index);
void arm_timer(struct driver *d, struct driver_thread *t, int64_t at_ns,
    uint64_t generation);
/* The thread was woken: its timer is stale. */
void disarm_timer(struct driver *d, struct driver_thread *t);
/* A job is over: posts EV_DONE and applies what follows. */
void post_done(
    struct driver *d, uint32_t job, const struct kernel_service_result *result);
/* Time has come to `now_ns`, if it was not there before. */
void move_to(struct driver *d, int64_t now_ns);
/* Grows the table to hold the kernel's thread number, and clears the entry. */
struct driver_thread *enter_thread(struct driver *d, uint32_t thread);

/* step.c */
/* The thread on the core goes on; `again` says whether it has something to do.
 */
enum turn {
	TURN_OVER,      /* it sleeps, or has ended */
	TURN_GIVEN_WAY, /* it could go on, but an urgent one wants the core */
	TURN_UNPAID,    /* the core has to pay before the rest of its step */
};
enum turn take_turn(struct driver *d, struct core *c);
/* An event without a core, which costs no CPU time, and its effects. */
void post_interrupt(struct driver *d, const struct kernel_event *event);
/* Applies an effect of a step that `c` pays for, at once or put off; not
 * EF_CPU. */
void apply_effect(
    struct driver *d, struct core *c, const struct kernel_effect *effect);

/* effects.c: what is not on the way of each request. */
void apply_spawn(struct driver *d, uint32_t thread);
void apply_reap(struct driver *d, uint32_t thread);
void apply_notify(struct driver *d, const struct kernel_notice *notice);
/* A service took no time: its end comes before anything else. */
void end_at_once(
    struct driver *d, uint32_t job, const struct kernel_service_result *result);
/* Posts these ends. */
void post_waiting_ends(struct driver *d);
static inline void
post_instant_ends(struct driver *d)
{
	if (d->instant->len > 0)
		post_waiting_ends(d);
}

/* cores.c */
void thread_ready(struct driver *d, struct driver_thread *t);
/* The thread's PROGRAM_SLEEP or PROGRAM_WAIT is over. */
void program_wakes(struct driver *d, struct driver_thread *t);
/* Lets runnable threads run while there are free cores. */
void dispatch(struct driver *d);
/* The core pays before the rest of its step happens: effect->cpu_ns, … */
void core_pays(struct driver *d, struct core *c,
    const struct kernel_effect *effect, const struct kernel_effect *end);
/* … and has paid. */
void core_resume(struct driver *d, uint32_t core);

/* device.c */
void devices_init(struct driver *d);
void devices_release(struct driver *d);
/* A job arrives at its device. */
void device_serve(struct driver *d, const struct kernel_job_info *job);
/* The same where the world does the I/O: only faults are decided. */
void device_serve_by_world(
    struct driver *d, uint32_t thread, const struct kernel_job_info *job);
/* The time that an I/O waited for has passed; its bytes are moved. */
void device_time_over(struct driver *d, uint32_t io);
void device_transfer_over(struct driver *d, uint32_t io);
/* Tells whoever waits for an I/O, and frees it. */
void io_over(struct driver *d, struct io *io);
/* The cache has served an I/O: no fault of the disk concerns it. */
void io_served_by_cache(struct driver *d, struct io *io);
/* The file, such as a pipe, that the job waits in; NULL if it is at a disk. */
const struct file_config *device_file(
    const struct driver *d, const struct kernel_job_info *job);

enum io_kind device_io_kind(enum kernel_opcode opcode);
/* What a read waits for its data; NEVER is OUTCOME_NEVER, and 0 of what is not
 * such a read. */
int64_t device_data_after(const struct driver *d,
    const struct kernel_job_info *job, uint64_t object, uint64_t number);
/* The device's `busy` requests with the world have changed. */
void device_changed_by_world(struct device *device);

/* driver_real.c */
/* The world gets a job; it has done it, and a fault may change the result. */
void world_serves(struct driver *d, uint32_t thread, uint32_t job);
void world_served(
    struct driver *d, uint32_t job, struct kernel_service_result *result);

/* stall.c */
/* Whether nothing can happen any more, although somebody waits. */
bool has_stalled(const struct driver *d);

/* driver_socket.c */
void sockets_init(struct driver *d);
void sockets_release(struct driver *d);
/* A daemon makes an attempt for a job of a socket. */
void socket_serve(struct driver *d, const struct kernel_job_info *job);
/* An attempt goes on. */
void socket_copied(struct driver *d, uint32_t index);
void pass_socket_event(struct driver *d, uint32_t event);
/* The kernel learns that a buffer has changed, and whether it is ready. */
void tell_socket(struct driver *d, uint32_t socket,
    enum kernel_direction direction, bool ready);

/* driver_network.c */
void network_rang(struct driver *d, uint32_t event);
void network_crossed(struct driver *d, uint32_t service);

/* driver_faults.c; without faults each does nothing, and most runs have none.
 */
/* Finds the fault that the operation meets, and what it leaves of the bytes. */
void fault_request(
    struct driver *d, struct io *io, const struct kernel_job_info *job);
/* What it makes of the outcome otherwise drawn. */
void fault_outcome(struct io *io);
/* What it makes of what the world did by itself. */
void fault_result(
    struct driver *d, uint32_t job, struct kernel_service_result *result);
/* Whether the device stalls or is dead now. */
bool fault_is_on(const struct driver *d, const struct device *device);
int64_t fault_holds_for(struct driver *d, const struct io *io);
bool fault_kills(struct driver *d, struct io *io);
/* How long the I/O may not begin or end yet: its disk stalls. */
static inline int64_t
fault_hold(struct driver *d, const struct io *io)
{
	return (d->faults == NULL ? 0 : fault_holds_for(d, io));
}
/* Whether its disk is dead: then the outcome says so, and takes no time. */
static inline bool
fault_kill(struct driver *d, struct io *io)
{
	return (d->faults != NULL && fault_kills(d, io));
}

#endif
