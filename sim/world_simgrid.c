/*
 * The simgrid world: virtual time, with SimGrid's disks and links to share
 * bandwidth.
 *
 * The driver's agenda decides all order.  While nothing is moved time passes
 * without SimGrid, up to the next transfer; its clock is brought there before
 * the transfer starts.  While something is, a timer in SimGrid's loop lets
 * the driver have its entries when they are due.
 *
 * SimGrid's C interface has only blocking disk I/O, so that each transfer in
 * flight needs an actor, a worker.  A worker of a network path stands at its
 * beginning, with a receiver of its own at its end.  Nothing in here calls the
 * driver from two places at once: every call of SimGrid lets other actors run,
 * and none is made inside of settle().
 */

#include <math.h>

#include <simgrid/actor.h>
#include <simgrid/disk.h>
#include <simgrid/engine.h>
#include <simgrid/mailbox.h>
#include <simgrid/semaphore.h>

#include "sim/driver.h"
#include "sim/scenario/routes.h"
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
/* From here on, after 97 days, the seconds of SimGrid's clock are more than a
 * nanosecond apart: what is moved then would never end, or not when it does in
 * the heap world. */
#define CLOCK_END_NS ((INT64_C(1) << 23) * 1000000000)

struct transfer {
	uint64_t number; /* in order of start */
	uint32_t device, service;
	bool write;
	int64_t bytes;
};

struct worker {
	struct world *world;
	uint32_t pool;
	sg_host_t host;
	sg_mailbox_t mailbox; /* to its receiver; NULL: it serves disks */
	sg_host_t receiver_host;
	sg_actor_t receiver; /* it ends with the worker */
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
	/* Workers without work: of the disks, and of each network path. */
	struct worker **idle;
	uint32_t disks, pools, mailboxes;
	uint32_t in_flight;
	int64_t now_ns; /* of the driver */
	int64_t due_ns; /* its next entry */
	bool too_late;  /* something was to be moved after CLOCK_END_NS */
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

/* Lets the driver's time pass up to SimGrid's; if nothing is moved, up to the
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

	actor = sg_actor_init("worker", worker->host);
	sg_actor_set_data(actor, worker);
	sg_actor_start(actor, worker_main, 0, NULL);
}

/* For ever: of communications SimGrid keeps nothing. */
static void
receiver_main(int argc, char **argv)
{
	const struct worker *worker = sg_actor_self_get_data();
	sg_mailbox_t mailbox = worker->mailbox;

	(void)argc;
	(void)argv;
	for (;;)
		(void)sg_mailbox_get(mailbox);
}

static void
start_receiver(struct worker *worker)
{
	worker->receiver = sg_actor_init("receiver", worker->receiver_host);
	sg_actor_set_data(worker->receiver, worker);
	sg_actor_start(worker->receiver, receiver_main, 0, NULL);
}

/* 0: the disks'. */
static uint32_t
pool_of(const struct world *w, uint32_t device)
{
	return (device < w->disks ? 0 : device - w->disks + 1);
}

static struct worker *
new_worker(struct world *w, uint32_t pool)
{
	struct worker *worker = g_new0(struct worker, 1);
	char name[32];
	sg_host_t end;

	worker->world = w;
	worker->pool = pool;
	worker->host = w->platform.host;
	if (pool == 0)
		return (worker);
	end = w->platform.routes[(pool - 1) / 2].host;
	worker->receiver_host = end;
	if ((pool - 1) % 2 == KERNEL_RECEIVE) {
		worker->receiver_host = worker->host;
		worker->host = end;
	}
	g_snprintf(name, sizeof(name), "aiosim-%u", w->mailboxes++);
	worker->mailbox = sg_mailbox_by_name(name);
	return (worker);
}

/* Gives the first transfer to the caller, if it is a worker that is free, or
 * else to another one. */
static void
hand_over(struct world *w, struct worker *self)
{
	struct transfer transfer =
	    g_array_index(w->starting, struct transfer, 0);
	const uint32_t pool = pool_of(w, transfer.device);
	struct worker *worker = self;
	bool is_new = false;

	g_array_remove_index(w->starting, 0);
	if (worker == NULL || worker->busy || worker->pool != pool) {
		worker = w->idle[pool];
		if (worker != NULL)
			w->idle[pool] = worker->next_idle;
		is_new = worker == NULL;
	}
	if (is_new)
		worker = new_worker(w, pool);
	worker->transfer = transfer;
	worker->busy = true;
	w->in_flight++;
	/* Making an actor lets others run: all is in order before that. */
	if (is_new) {
		if (worker->mailbox != NULL)
			start_receiver(worker);
		start_actor(worker);
	} else if (worker != self) {
		sg_sem_release(worker->wake);
	}
}

static void
dismiss_workers(struct world *w)
{
	struct worker *worker;
	uint32_t pool;

	for (pool = 0; pool < w->pools; pool++)
		while ((worker = w->idle[pool]) != NULL) {
			w->idle[pool] = worker->next_idle;
			sg_sem_release(worker->wake);
		}
}

static bool
passes_the_end(const struct world *w)
{
	return ((w->in_flight > 0 || w->starting->len > 0) &&
	    MAX(w->now_ns, clock_ns()) >= CLOCK_END_NS);
}

/* Goes on from an instant that SimGrid's clock has reached. */
static void
proceed(struct world *w, struct worker *self)
{
	settle(w);
	if (w->due_ns != DRIVER_OVER && passes_the_end(w)) {
		w->too_late = true;
		w->due_ns = DRIVER_OVER;
	}
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
send_bytes(struct worker *self)
{
	const uint64_t units = self->world->platform.link_units_per_byte;

	sg_mailbox_put(self->mailbox, self,
	    (long)((uint64_t)self->transfer.bytes * units));
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

	if (self->mailbox != NULL)
		send_bytes(self);
	else
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
dismiss(struct worker *self)
{
	if (self->receiver != NULL)
		sg_actor_kill(self->receiver);
	sg_sem_destroy(self->wake);
	g_free(self);
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
				dismiss(self);
				return;
			}
			self->next_idle = w->idle[self->pool];
			w->idle[self->pool] = self;
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
	g_free(w->idle);
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
	w->disks = scenario->disks->len;
	w->pools = 1 + 2 * scenario_routes(scenario);
	w->idle = g_new0(struct worker *, w->pools);
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
	if (w->too_late) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "SimGrid's clock does not know nanoseconds after 97 days, "
		    "where this run moves something; use --world heap, or let "
		    "it end before");
		return (false);
	}
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

static int64_t
simgrid_latency(struct world *w, uint32_t route)
{
	return (w->platform.routes[route].latency_ns);
}

const struct world_ops world_simgrid = {
    .name = "simgrid",
    .sentence =
	"Virtual time; SimGrid's disks and links share their bandwidth.",
    .create = simgrid_create,
    .run = simgrid_world_run,
    .transfer = simgrid_transfer,
    .latency_ns = simgrid_latency,
    .destroy = simgrid_destroy,
};
