/*
 * The simgrid world: virtual time, with SimGrid's disks to share bandwidth.
 *
 * The driver's agenda decides all order.  While no disk is busy time passes
 * without SimGrid, up to the next transfer; its clock is brought there before
 * the transfer starts.  While a disk is busy, a timer in SimGrid's loop lets
 * the driver have its entries when they are due.
 *
 * SimGrid's C interface has only blocking disk I/O, so that each transfer in
 * flight needs an actor, a worker.  Nothing in here calls the driver from two
 * places at once: every call of SimGrid lets other actors run, and none is made
 * inside of settle().
 */

#include <math.h>

#include <simgrid/actor.h>
#include <simgrid/disk.h>
#include <simgrid/engine.h>
#include <simgrid/semaphore.h>

#include "sim/driver.h"
#include "sim/simgrid_platform.h"
#include "sim/simgrid_timer.h"

/* Before 4.0 SimGrid keeps what an actor's I/O took until the actor ends:
 * some 300 bytes for each. */
#define TRANSFERS_PER_ACTOR 1000
/* The driver runs on the workers' stacks; only what is used becomes resident.
 */
#define STACK_KIB 256
/* How much later than its entry the timer rings: transfers that end at the
 * entry's nanosecond come first, as in the heap world. */
#define RING_DELAY_NS 0.1

struct transfer {
	uint64_t number; /* in order of start */
	uint32_t device, service;
	bool write;
	int64_t bytes;
};

struct worker {
	struct world *world;
	sg_sem_t wake;
	bool busy;
	struct transfer transfer;
	struct worker *next_idle;
};

struct world {
	struct driver *driver;
	struct simgrid_platform platform;
	uint64_t transfers;
	GArray *starting; /* of struct transfer, not yet with a worker */
	GArray *ended;    /* not yet known to the driver */
	struct worker *idle;
	uint32_t in_flight;
	int64_t now_ns; /* of the driver */
	int64_t due_ns; /* its next entry */
};

static bool created;

/* ---- Time ------------------------------------------------------------- */

/* SimGrid's clock, rounded up to a nanosecond like the heap world's ends. */
static int64_t
clock_ns(void)
{
	return ((int64_t)ceil(simgrid_get_clock() * 1e9 - WORLD_TOLERANCE_NS));
}

static void
set_timer(int64_t at_ns)
{
	simgrid_timer_set(((double)at_ns + RING_DELAY_NS) / 1e9);
}

static int
compare_numbers(gconstpointer a, gconstpointer b)
{
	const struct transfer *x = a, *y = b;

	return (x->number < y->number ? -1 : x->number > y->number);
}

static void
report_ends(struct world *w)
{
	guint i;

	if (w->ended->len > 1)
		g_array_sort(w->ended, compare_numbers);
	for (i = 0; i < w->ended->len; i++)
		driver_transferred(w->driver, clock_ns(),
		    g_array_index(w->ended, struct transfer, i).service);
	g_array_set_size(w->ended, 0);
}

/* Lets the driver's time pass up to SimGrid's; if no disk is busy, up to the
 * next transfer. */
static void
settle(struct world *w)
{
	int64_t reached_ns = clock_ns();

	report_ends(w);
	while ((w->due_ns = driver_next(w->driver)) != DRIVER_OVER) {
		if (w->in_flight == 0)
			reached_ns =
			    w->starting->len > 0 ? w->now_ns : w->due_ns;
		if (w->due_ns > reached_ns || w->due_ns == INT64_MAX)
			break;
		w->now_ns = w->due_ns;
		driver_advance(w->driver, w->due_ns);
	}
	g_assert(
	    w->due_ns != INT64_MAX || w->in_flight > 0 || w->starting->len > 0);
}

/* ---- Workers ---------------------------------------------------------- */

static void worker_main(int argc, char **argv);

static void
start_actor(struct worker *worker)
{
	sg_actor_t actor;

	actor = sg_actor_init("worker", worker->world->platform.host);
	sg_actor_set_data(actor, worker);
	sg_actor_start(actor, worker_main, 0, NULL);
}

/* Gives the first transfer to the caller, if it is a worker that is free, or
 * else to another one. */
static void
hand_over(struct world *w, struct worker *self)
{
	struct worker *worker = self;
	bool is_new = false;

	if (worker == NULL || worker->busy) {
		worker = w->idle;
		if (worker != NULL) {
			w->idle = worker->next_idle;
		} else {
			is_new = true;
			worker = g_new0(struct worker, 1);
			worker->world = w;
		}
	}
	worker->transfer = g_array_index(w->starting, struct transfer, 0);
	g_array_remove_index(w->starting, 0);
	worker->busy = true;
	w->in_flight++;
	if (is_new)
		start_actor(worker);
	else if (worker != self)
		sg_sem_release(worker->wake);
}

static void
dismiss_workers(struct world *w)
{
	struct worker *worker;

	while ((worker = w->idle) != NULL) {
		w->idle = worker->next_idle;
		sg_sem_release(worker->wake);
	}
}

/* Goes on from an instant that SimGrid's clock has reached. */
static void
proceed(struct world *w, struct worker *self)
{
	settle(w);
	if (w->due_ns == DRIVER_OVER) {
		/* Transfers in flight go on to their ends, unheard. */
		simgrid_timer_stop();
		dismiss_workers(w);
	} else if (w->in_flight == 0 && clock_ns() < w->now_ns) {
		set_timer(w->now_ns);
	} else {
		while (w->starting->len > 0)
			hand_over(w, self);
		if (w->due_ns != DRIVER_OVER && w->due_ns != INT64_MAX)
			set_timer(w->due_ns);
	}
}

static void
timer_rings(void *context)
{
	struct world *w = context;

	if (w->due_ns != DRIVER_OVER)
		proceed(w, NULL);
}

static void
move_bytes(struct world *w, const struct transfer *transfer)
{
	const struct simgrid_disk *disk = &w->platform.disks[transfer->device];
	sg_size_t size = (sg_size_t)transfer->bytes * disk->units_per_byte;

	if (transfer->write)
		(void)sg_disk_write(disk->disk, size);
	else
		(void)sg_disk_read(disk->disk, size);
}

static void
serve_transfer(struct worker *self)
{
	struct world *w = self->world;

	move_bytes(w, &self->transfer);
	w->in_flight--;
	self->busy = false;
	g_array_append_val(w->ended, self->transfer);
	/* All that end at this instant are told to the driver at once. */
	if (w->in_flight > 0)
		sg_actor_yield();
	if (w->ended->len > 0 && w->due_ns != DRIVER_OVER)
		proceed(w, self);
}

static void
worker_main(int argc, char **argv)
{
	struct worker *self = sg_actor_self_get_data();
	struct world *w = self->world;
	int served;

	(void)argc;
	(void)argv;
	if (self->wake == NULL)
		self->wake = sg_sem_init(0);
	for (served = 0; served < TRANSFERS_PER_ACTOR; served++) {
		while (!self->busy) {
			if (w->due_ns == DRIVER_OVER) {
				sg_sem_destroy(self->wake);
				g_free(self);
				return;
			}
			self->next_idle = w->idle;
			w->idle = self;
			sg_sem_acquire(self->wake);
		}
		serve_transfer(self);
	}
	/* The same worker goes on in a fresh actor. */
	start_actor(self);
}

/* ---- The operations --------------------------------------------------- */

static void
simgrid_destroy(struct world *w)
{
	simgrid_platform_release(&w->platform);
	g_array_free(w->starting, TRUE);
	g_array_free(w->ended, TRUE);
	g_free(w);
}

static struct world *
simgrid_create(
    const struct scenario *scenario, struct driver *driver, GError **error)
{
	struct world *w;

	if (created) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "%s: SimGrid plays one run in a process", scenario->path);
		return (NULL);
	}
	w = g_new0(struct world, 1);
	w->driver = driver;
	w->starting = g_array_new(FALSE, FALSE, sizeof(struct transfer));
	w->ended = g_array_new(FALSE, FALSE, sizeof(struct transfer));
	created = true;
	if (!simgrid_platform_load(&w->platform, scenario, STACK_KIB, error)) {
		simgrid_destroy(w);
		return (NULL);
	}
	simgrid_timer_init(w->platform.host, timer_rings, w);
	return (w);
}

static bool
simgrid_world_run(struct world *w, GError **error)
{
	proceed(w, NULL);
	simgrid_run();
	if (w->due_ns == DRIVER_OVER)
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
	    "SimGrid stopped at %.9f s, before the end of the run",
	    simgrid_get_clock());
	return (false);
}

static void
simgrid_transfer(struct world *w, uint32_t device, uint32_t service, bool write,
    int64_t bytes)
{
	struct transfer transfer = {
	    .number = w->transfers++,
	    .device = device,
	    .service = service,
	    .write = write,
	    .bytes = bytes,
	};

	g_array_append_val(w->starting, transfer);
}

const struct world_ops world_simgrid = {
    .name = "simgrid",
    .sentence = "Virtual time; SimGrid's disks share their bandwidth.",
    .create = simgrid_create,
    .run = simgrid_world_run,
    .transfer = simgrid_transfer,
    .destroy = simgrid_destroy,
};
