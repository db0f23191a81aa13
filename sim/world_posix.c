/*
 * The real world: the host's clock, files, sockets and threads.  Each daemon is
 * a POSIX thread that does its jobs with blocking calls (sim/real/executor.c);
 * another thread is at the far ends of sockets and pipes (sim/real/wires.c).
 * The thread that runs the world handles the agenda, and decides here when
 * nothing will go on any more.
 */

#include "sim/real/real.h"

#include <errno.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

/* How often a run looks for an interrupt, when nothing else happens. */
#define LOOK_EVERY_NS 50000000

int64_t
real_now(const struct world *w)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)(now.tv_sec - w->zero.tv_sec) * 1000000000 +
	    (now.tv_nsec - w->zero.tv_nsec));
}

void
real_progress(struct world *w, int64_t now_ns)
{
	w->progress_ns = now_ns;
	if (driver_next(w->driver) < w->waits_until_ns || w->leaving != NULL ||
	    w->thread_error != 0)
		pthread_cond_signal(&w->changed);
}

/* ---- The run ---------------------------------------------------------- */

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

/* The far ends may have something to come; but if they have been silent for
 * long, and no time is set for anything, then they have not, and who is blocked
 * in a stream will be so for ever. */
static bool
may_expect(struct world *w, int64_t now_ns)
{
	int64_t patient_until_ns = w->progress_ns + w->grace_ns;

	return (wires_needed(w) &&
	    (wires_busy(w) || now_ns < patient_until_ns ||
		!wires_silent_since(w, patient_until_ns)));
}

static void
judge_far_ends(struct world *w, int64_t now_ns)
{
	bool hope = may_expect(w, now_ns);

	driver_expects(w->driver, hope, hope ? 0 : executors_blocked(w));
}

static void
play(struct world *w)
{
	int64_t due_ns, now_ns;

	for (;;) {
		now_ns = real_now(w);
		judge_far_ends(w, now_ns);
		if (w->thread_error != 0)
			break;
		due_ns = driver_next(w->driver);
		if (due_ns == DRIVER_OVER)
			break;
		if (due_ns <= now_ns)
			driver_advance(w->driver, now_ns);
		else if (w->leaving != NULL)
			executors_join(w);
		else
			wait_for_change(w, MIN(due_ns, now_ns + LOOK_EVERY_NS));
	}
}

static void
end(struct world *w)
{
	w->over = true;
	wires_stop(w);
	executors_let_go(w);
	/* Whoever is blocked in a stream finds its end. */
	real_files_let_loose(w->files);
	executors_join(w);
}

/* Linux may put the end of a wait off, by 50 us where nobody says otherwise. */
static void
ask_for_punctual_timers(void)
{
#if defined(__linux__)
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
#endif
}

static bool
posix_run(struct world *w, GError **error)
{
	ask_for_punctual_timers();
	clock_gettime(CLOCK_MONOTONIC, &w->zero);
	w->started = true;
	if (!wires_needed(w) || wires_start(w))
		play(w);
	end(w);
	if (w->thread_error == 0)
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
	    "cannot make another thread: %s", g_strerror(w->thread_error));
	return (false);
}

/* ---- Making ----------------------------------------------------------- */

static void
posix_destroy(struct world *w)
{
	pthread_mutex_unlock(&w->lock);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	executors_release(w);
	wires_release(w);
	if (!w->started)
		real_files_remove(w->files);
	real_files_free(w->files);
	g_array_free(w->file_of, TRUE);
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
	const struct real_options *options = driver_real_options(driver);
	pthread_condattr_t attributes;
	GPtrArray *files;
	struct world *w;

	if (!real_check_peers(scenario, options, error))
		return (NULL);
	files = real_files_open(scenario, options, error);
	if (files == NULL)
		return (NULL);
	w = g_new0(struct world, 1);
	w->scenario = scenario;
	w->options = options;
	w->driver = driver;
	w->files = files;
	w->file_of = files_of_processes(scenario);
	w->waits_until_ns = INT64_MIN;
	w->grace_ns = real_options_grace_ns(options);
	executors_init(w);
	wires_init(w);
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
    .spawn = executor_spawn,
    .reap = executor_reap,
    .serve = executor_serve,
    .connect = real_connect,
    .count = real_count,
    .destroy = posix_destroy,
};
