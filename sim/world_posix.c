/*
 * The real world: the host's clock, files and threads.  Each daemon is a POSIX
 * thread that does its jobs with blocking calls; a process's own pread and
 * pwrite get a thread as well, once it makes the first.  The thread that runs
 * the world handles the agenda.
 *
 * One lock stands around the driver and everything in here.  The thread that
 * makes the world holds it from then on, except while it waits in run().
 */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "sim/driver.h"
#include "sim/posix_files.h"
#include "sim/scenario/routes.h"

/* How often a run looks for an interrupt, when nothing else happens. */
#define LOOK_EVERY_NS 50000000

struct executor {
	struct world *world;
	pthread_t thread;
	pthread_cond_t wake;
	struct posix_buffer buffer;
	bool quit, has_job;
	uint32_t number; /* of the job */
	int fd;
	struct kernel_job_info job;
	struct executor *next; /* in `leaving` */
};

struct world {
	struct driver *driver;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct timespec zero;
	int64_t waits_until_ns; /* the thread in run(); INT64_MIN: it is up */
	GArray *descriptors;    /* of files */
	GArray *file_of;        /* index of a process's file */
	GPtrArray *executors;   /* by number of thread; NULL where none is */
	struct executor *leaving;
	bool over;
	int thread_error;
};

/* Since run() began. */
static int64_t
elapsed_ns(const struct world *w)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)(now.tv_sec - w->zero.tv_sec) * 1000000000 +
	    (now.tv_nsec - w->zero.tv_nsec));
}

/* ---- Executors -------------------------------------------------------- */

static void
do_job(struct executor *e)
{
	struct world *w = e->world;
	struct kernel_service_result result;

	pthread_mutex_unlock(&w->lock);
	result = posix_serve(e->fd, &e->job, &e->buffer);
	pthread_mutex_lock(&w->lock);
	e->has_job = false;
	if (w->over)
		return;
	driver_served(w->driver, elapsed_ns(w), e->number, &result);
	if (driver_next(w->driver) < w->waits_until_ns || w->leaving != NULL ||
	    w->thread_error != 0)
		pthread_cond_signal(&w->changed);
}

static void *
executor_main(void *argument)
{
	struct executor *e = argument;

	pthread_mutex_lock(&e->world->lock);
	for (;;) {
		if (e->has_job)
			do_job(e);
		else if (e->quit)
			break;
		else
			pthread_cond_wait(&e->wake, &e->world->lock);
	}
	pthread_mutex_unlock(&e->world->lock);
	return (NULL);
}

static struct executor *
executor_new(struct world *w, uint32_t thread)
{
	struct executor *e = g_new0(struct executor, 1);
	int error;

	e->world = w;
	pthread_cond_init(&e->wake, NULL);
	error = pthread_create(&e->thread, NULL, executor_main, e);
	if (error != 0) {
		w->thread_error = error;
		pthread_cond_destroy(&e->wake);
		g_free(e);
		return (NULL);
	}
	if (thread >= w->executors->len)
		g_ptr_array_set_size(w->executors, (gint)thread + 1);
	w->executors->pdata[thread] = e;
	return (e);
}

static struct executor *
executor_of(struct world *w, uint32_t thread)
{
	return (
	    thread < w->executors->len ? w->executors->pdata[thread] : NULL);
}

/* Waits for the end of an executor that was told to quit; without the lock. */
static void
executor_join(struct executor *e)
{
	pthread_join(e->thread, NULL);
	pthread_cond_destroy(&e->wake);
	free(e->buffer.bytes);
	g_free(e);
}

static void
let_go(struct world *w, uint32_t thread)
{
	struct executor *e = executor_of(w, thread);

	if (e == NULL)
		return;
	w->executors->pdata[thread] = NULL;
	e->quit = true;
	e->next = w->leaving;
	w->leaving = e;
	pthread_cond_signal(&e->wake);
}

/* Gives the lock away meanwhile. */
static void
join_leaving(struct world *w)
{
	struct executor *e, *leaving = w->leaving;

	if (leaving == NULL)
		return;
	w->leaving = NULL;
	pthread_mutex_unlock(&w->lock);
	while ((e = leaving) != NULL) {
		leaving = e->next;
		executor_join(e);
	}
	pthread_mutex_lock(&w->lock);
}

/* ---- The operations --------------------------------------------------- */

static void
posix_spawn_executor(struct world *w, uint32_t thread)
{
	(void)executor_new(w, thread);
}

static void
posix_reap_executor(struct world *w, uint32_t thread)
{
	let_go(w, thread);
}

static void
posix_serve_job(struct world *w, uint32_t thread, uint32_t job)
{
	const struct kernel_job_info *info;
	struct executor *e = executor_of(w, thread);

	g_assert(thread != KERNEL_NOBODY);
	info = kernel_job(driver_kernel(w->driver), job);
	if (e == NULL && info->synchronous)
		e = executor_new(w, thread);
	/* Without a thread the run is about to end with an error. */
	if (e == NULL)
		return;
	g_assert(!e->has_job && info->process < w->file_of->len);
	e->job = *info;
	e->number = job;
	e->fd = g_array_index(
	    w->descriptors, int, g_array_index(w->file_of, int, info->process));
	e->has_job = true;
	pthread_cond_signal(&e->wake);
}

static void
wait_for_change(struct world *w, int64_t until_ns)
{
	struct timespec until = w->zero;

	until.tv_sec += (time_t)(until_ns / 1000000000);
	until.tv_nsec += (long)(until_ns % 1000000000);
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	w->waits_until_ns = until_ns;
	(void)pthread_cond_timedwait(&w->changed, &w->lock, &until);
	w->waits_until_ns = INT64_MIN;
}

static void
play(struct world *w)
{
	int64_t due_ns, now_ns;

	while (w->thread_error == 0 &&
	    (due_ns = driver_next(w->driver)) != DRIVER_OVER) {
		now_ns = elapsed_ns(w);
		if (due_ns <= now_ns)
			driver_advance(w->driver, now_ns);
		else if (w->leaving != NULL)
			join_leaving(w);
		else
			wait_for_change(w, MIN(due_ns, now_ns + LOOK_EVERY_NS));
	}
}

static bool
posix_run(struct world *w, GError **error)
{
	guint i;

	clock_gettime(CLOCK_MONOTONIC, &w->zero);
	play(w);
	w->over = true;
	for (i = 0; i < w->executors->len; i++)
		let_go(w, i);
	join_leaving(w);
	if (w->thread_error == 0)
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
	    "cannot make another thread for a daemon: %s",
	    g_strerror(w->thread_error));
	return (false);
}

static void
posix_destroy(struct world *w)
{
	g_assert(w->leaving == NULL);
	pthread_mutex_unlock(&w->lock);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	posix_files_close(w->descriptors);
	g_array_free(w->file_of, TRUE);
	g_ptr_array_free(w->executors, TRUE);
	g_free(w);
}

/* The kernel numbers processes as the scenario lists them; all that one opens
 * for I/O is its file. */
static GArray *
files_of_processes(const struct scenario *scenario)
{
	GArray *file_of = g_array_new(FALSE, FALSE, sizeof(int));
	int64_t instance;
	guint i;

	for (i = 0; i < scenario->processes->len; i++) {
		const struct process_config *process =
		    scenario->processes->pdata[i];

		for (instance = 0; instance < process->count; instance++)
			g_array_append_val(file_of, process->file_index);
	}
	return (file_of);
}

static struct world *
posix_create(
    const struct scenario *scenario, struct driver *driver, GError **error)
{
	pthread_condattr_t attributes;
	GArray *descriptors;
	struct world *w;

	if (scenario->platform != NULL) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: [platform] needs --world simgrid", scenario->path);
		return (NULL);
	}
	if (scenario->network != NETWORK_CM02) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: [scenario] network = lv08 is SimGrid's; it needs "
		    "--world simgrid",
		    scenario->path);
		return (NULL);
	}
	if (scenario_routes(scenario) > 0) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: [peer] and [traffic] need --world heap or simgrid",
		    scenario->path);
		return (NULL);
	}
	descriptors = posix_files_open(scenario, error);
	if (descriptors == NULL)
		return (NULL);
	w = g_new0(struct world, 1);
	w->driver = driver;
	w->descriptors = descriptors;
	w->file_of = files_of_processes(scenario);
	w->executors = g_ptr_array_new();
	w->waits_until_ns = INT64_MIN;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_lock(&w->lock);
	return (w);
}

const struct world_ops world_posix = {
    .name = "real",
    .sentence = "Real time; daemons are threads, and files are files.",
    .real_time = true,
    .create = posix_create,
    .run = posix_run,
    .spawn = posix_spawn_executor,
    .reap = posix_reap_executor,
    .serve = posix_serve_job,
    .destroy = posix_destroy,
};
