/*
 * Threads that do jobs with blocking calls.  Each daemon has one, and so has a
 * process that makes calls of its own, once it makes the first.  Raw disks have
 * several, which come as they are needed.
 */

#include <signal.h>
#include <stdlib.h>

#include "sim/real/real.h"

/* More requests than these wait for a thread, whatever the disk's queue. */
#define MOST_AT_A_DISK 512

/* ---- What a thread does ----------------------------------------------- */

static struct kernel_service_result
do_call(struct executor *e)
{
	if (e->wire != NULL)
		return (real_attempt(e->wire->near, &e->job, &e->buffer));
	return (real_serve(e->file, &e->job, &e->buffer));
}

static enum kernel_direction
direction_of(const struct executor *e)
{
	return (e->job.opcode == KERNEL_OP_READ ? KERNEL_RECEIVE : KERNEL_SEND);
}

/* Also those that have moved when the run is over already. */
static void
count_bytes(struct executor *e, int64_t bytes)
{
	struct network_counts *counts = &e->wire->counts;

	if (direction_of(e) == KERNEL_RECEIVE)
		counts->taken_bytes += bytes;
	else
		counts->entered_bytes += bytes;
}

static void
hand_over(struct world *w, struct executor *e, uint32_t job)
{
	const struct kernel_job_info *info =
	    kernel_job(driver_kernel(w->driver), job);

	g_assert(!e->has_job && info->process < w->file_of->len);
	e->job = *info;
	e->number = job;
	e->file =
	    w->files->pdata[g_array_index(w->file_of, int, info->process)];
	e->wire = info->socket ? wires_of_socket(w, info->device) : NULL;
	e->has_job = true;
	pthread_cond_signal(&e->wake);
}

/* The next job of a raw disk, or none. */
static void
go_on_at_disk(struct world *w, struct executor *e)
{
	struct disk_queue *disk = e->disk;

	if (!g_queue_is_empty(&disk->waiting)) {
		hand_over(
		    w, e, GPOINTER_TO_UINT(g_queue_pop_head(&disk->waiting)));
		return;
	}
	e->next = disk->idle;
	disk->idle = e;
}

static void
end_job(struct world *w, struct executor *e,
    const struct kernel_service_result *result)
{
	uint32_t job = e->number;
	int64_t now_ns = real_now(w);

	if (e->wire != NULL && !result->ready)
		wires_watch(w, e->wire, direction_of(e));
	if (e->file->stream)
		wires_fed(w, e->file, &e->job, result->bytes);
	e->has_job = false;
	if (e->disk != NULL)
		go_on_at_disk(w, e);
	driver_served(w->driver, now_ns, job, result);
	real_progress(w, now_ns);
}

static void
do_job(struct executor *e)
{
	struct world *w = e->world;
	struct kernel_service_result result;

	if (w->over) {
		e->has_job = false;
		return;
	}
	if (e->wire == NULL) {
		driver_began(w->driver, real_now(w), e->number);
		if (e->file->stream)
			wires_feed(w, e->file, e->number);
	}
	pthread_mutex_unlock(&w->lock);
	result = do_call(e);
	pthread_mutex_lock(&w->lock);
	if (e->wire != NULL)
		count_bytes(e, result.bytes);
	if (w->over)
		e->has_job = false;
	else
		end_job(w, e, &result);
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

/* ---- Coming and going ------------------------------------------------- */

/* Signals are for the thread that runs the world. */
static int
start_thread(struct executor *e)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&e->thread, NULL, executor_main, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return (error);
}

static struct executor *
executor_new(struct world *w)
{
	struct executor *e = g_new0(struct executor, 1);
	int error;

	e->world = w;
	pthread_cond_init(&e->wake, NULL);
	error = start_thread(e);
	if (error == 0)
		return (e);
	w->thread_error = error;
	pthread_cond_destroy(&e->wake);
	g_free(e);
	return (NULL);
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

static struct executor *
executor_of(const struct world *w, uint32_t thread)
{
	return (
	    thread < w->executors->len ? w->executors->pdata[thread] : NULL);
}

static struct executor *
executor_of_thread(struct world *w, uint32_t thread)
{
	struct executor *e = executor_new(w);

	if (thread >= w->executors->len)
		g_ptr_array_set_size(w->executors, (gint)thread + 1);
	w->executors->pdata[thread] = e;
	return (e);
}

void
executor_spawn(struct world *w, uint32_t thread)
{
	(void)executor_of_thread(w, thread);
}

static void
let_go(struct world *w, struct executor *e)
{
	e->quit = true;
	e->next = w->leaving;
	w->leaving = e;
	pthread_cond_signal(&e->wake);
}

void
executor_reap(struct world *w, uint32_t thread)
{
	struct executor *e = executor_of(w, thread);

	if (e == NULL)
		return;
	w->executors->pdata[thread] = NULL;
	let_go(w, e);
}

void
executors_let_go(struct world *w)
{
	guint i, j;

	for (i = 0; i < w->executors->len; i++)
		executor_reap(w, i);
	for (i = 0; i < w->scenario->disks->len; i++) {
		struct disk_queue *disk = &w->disks[i];

		for (j = 0; j < disk->executors->len; j++)
			let_go(w, disk->executors->pdata[j]);
		g_ptr_array_set_size(disk->executors, 0);
		disk->idle = NULL;
	}
}

void
executors_join(struct world *w)
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

/* ---- Jobs ------------------------------------------------------------- */

/* A job that no thread of the kernel serves: at a raw disk. */
static void
serve_at_disk(struct world *w, uint32_t job)
{
	const struct kernel_job_info *info =
	    kernel_job(driver_kernel(w->driver), job);
	struct disk_queue *disk;
	struct executor *e;

	g_assert(info->device < w->scenario->disks->len);
	disk = &w->disks[info->device];
	e = disk->idle;
	if (e != NULL) {
		disk->idle = e->next;
	} else if (disk->executors->len < disk->most) {
		e = executor_new(w);
		if (e == NULL)
			return;
		e->disk = disk;
		g_ptr_array_add(disk->executors, e);
	} else {
		g_queue_push_tail(&disk->waiting, GUINT_TO_POINTER(job));
		return;
	}
	hand_over(w, e, job);
}

void
executor_serve(struct world *w, uint32_t thread, uint32_t job)
{
	struct executor *e = executor_of(w, thread);

	if (thread == KERNEL_NOBODY) {
		serve_at_disk(w, job);
		return;
	}
	if (e == NULL && kernel_job(driver_kernel(w->driver), job)->synchronous)
		e = executor_of_thread(w, thread);
	/* Without a thread the run is about to end with an error. */
	if (e != NULL)
		hand_over(w, e, job);
}

uint32_t
executors_blocked(const struct world *w)
{
	const struct executor *e;
	uint32_t count = 0;
	guint i;

	for (i = 0; i < w->executors->len; i++) {
		e = w->executors->pdata[i];
		count += e != NULL && e->has_job && e->wire == NULL &&
		    e->file->stream;
	}
	return (count);
}

/* ---- Making ----------------------------------------------------------- */

void
executors_init(struct world *w)
{
	const struct scenario *s = w->scenario;
	guint i;

	w->executors = g_ptr_array_new();
	w->disks = g_new0(struct disk_queue, MAX(s->disks->len, 1));
	for (i = 0; i < s->disks->len; i++) {
		const struct disk_config *config = s->disks->pdata[i];

		/* A volume has no queue of its own. */
		w->disks[i].most = config->queue_depth > 0
		    ? MIN(config->queue_depth, MOST_AT_A_DISK)
		    : MOST_AT_A_DISK;
		w->disks[i].executors = g_ptr_array_new();
		g_queue_init(&w->disks[i].waiting);
	}
}

void
executors_release(struct world *w)
{
	guint i;

	g_assert(w->leaving == NULL);
	for (i = 0; i < w->scenario->disks->len; i++) {
		g_ptr_array_free(w->disks[i].executors, TRUE);
		g_queue_clear(&w->disks[i].waiting);
	}
	g_free(w->disks);
	g_ptr_array_free(w->executors, TRUE);
}
