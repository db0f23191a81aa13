/*
 * The runs of a sweep: one process each.
 */

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/apart.h"
#include "sim/printable.h"
#include "sim/study/sweep.h"

/* ---- One run, in a process of its own --------------------------------- */

static const char *
worst_limit(const struct results *results)
{
	__int128 most = 0, weight;
	const char *worst = NULL;
	size_t i;

	/* Refusals count before waits: they are what a program sees. */
	for (i = 0; i < results->tunable_count; i++) {
		weight = ((__int128)results->refused_by_limit[i] << 80) +
		    results->waited[i].ns;
		if (weight > most) {
			most = weight;
			worst = results->tunables[i].node;
		}
	}
	return (worst);
}

static uint64_t
count_refused(const struct results *results)
{
	return (results->issued - results->accepted);
}

static double
busiest_device(const struct results *results)
{
	double utilization, most = 0;
	guint i;

	for (i = 0; i < results->devices->len; i++) {
		const struct device_summary *device =
		    &g_array_index(results->devices, struct device_summary, i);

		utilization =
		    gauge_mean(&device->busy_channels, results->measured_ns) /
		    (double)device->channels;
		most = MAX(most, utilization);
	}
	return (most);
}

static void
measure(void *context, const struct results *results)
{
	struct sweep_run *run = context;
	const struct histogram *total = results->latency[LATENCY_TOTAL];
	const struct histogram *queue = results->latency[LATENCY_QUEUE];
	const double quantiles[] = {0.5, 0.9, 0.99, 0.999, 1};
	double *m = run->metrics;
	bool any = histogram_count(total) > 0;
	int i;

	m[METRIC_THROUGHPUT] = results->measured_ns > 0
	    ? (double)results->measured / ((double)results->measured_ns / 1e9)
	    : 0;
	m[METRIC_MEAN] = any ? histogram_mean(total) : (double)NAN;
	for (i = 0; i < 5; i++)
		m[METRIC_P50 + i] = any
		    ? (double)histogram_quantile(total, quantiles[i])
		    : (double)NAN;
	m[METRIC_REFUSED] = results->issued > 0
	    ? (double)count_refused(results) / (double)results->issued
	    : 0;
	m[METRIC_QUEUE] = any ? histogram_mean(queue) : (double)NAN;
	m[METRIC_DAEMONS_MEAN] =
	    gauge_mean(&results->aiod.alive, results->measured_ns);
	m[METRIC_DAEMONS_MAX] = (double)MAX(results->aiod.alive.max, 0);
	m[METRIC_BUSY_MEAN] =
	    gauge_mean(&results->aiod.busy, results->measured_ns);
	m[METRIC_UTILIZATION] = busiest_device(results);
	run->limit = worst_limit(results);
	run->done = !results->interrupted;
}

static enum exit_status
play_run(const struct sweep *sweep, const struct sweep_point *point, guint rep,
    struct sweep_run *result)
{
	struct scenario *scenario = options_read(
	    sweep->options, sweep->path, (const char *const *)point->sets);
	char *name = g_strdup_printf("%s/rep-%u", point->label, rep);
	char *out = g_build_filename(sweep->out, name, NULL);
	struct run_setup setup = {
	    .scenario = scenario,
	    .world = sweep->world,
	    .out = out,
	    .report = measure,
	    .context = result,
	};
	enum exit_status status;
	GError *error = NULL;

	g_assert(scenario != NULL);
	scenario->replication = rep;
	status = run_scenario(&setup, &error);
	if (error != NULL)
		print_error(error);
	scenario_free(scenario);
	g_free(name);
	g_free(out);
	return (status);
}

/* ---- All runs --------------------------------------------------------- */

struct worker {
	pid_t pid;
	int pipe;
	bool told; /* to end early; a second signal would kill it */
	struct sweep_run *result;
};

static bool
start_worker(struct sweep *sweep, struct worker *worker, guint index)
{
	struct sweep_point *point = &g_array_index(
	    sweep->points, struct sweep_point, index / sweep->part.reps);
	guint rep = index % sweep->part.reps;
	struct sweep_run result = {0};
	enum exit_status status;
	int ends[2];

	if (pipe(ends) != 0)
		return (false);
	fflush(NULL);
	worker->pid = fork();
	if (worker->pid == 0) {
		close(ends[0]);
		apart_die_with_parent();
		status = play_run(sweep, point, rep, &result);
		/* Less than PIPE_BUF: whole or not at all. */
		if (write(ends[1], &result, sizeof(result)) !=
		    (ssize_t)sizeof(result))
			status = STATUS_FAILED;
		fflush(NULL);
		_exit((int)status);
	}
	close(ends[1]);
	worker->pipe = ends[0];
	worker->told = false;
	worker->result = &point->runs[rep];
	if (worker->pid < 0)
		close(ends[0]);
	return (worker->pid > 0);
}

static enum exit_status
reap_worker(struct worker *worker, int status)
{
	struct sweep_run result;

	if (read(worker->pipe, &result, sizeof(result)) ==
	    (ssize_t)sizeof(result))
		*worker->result = result;
	close(worker->pipe);
	worker->pid = 0;
	/* One that was forked just after the signal came has no handler. */
	if (WIFSIGNALED(status) && worker->told)
		return (STATUS_INTERRUPTED);
	return (WIFEXITED(status) ? (enum exit_status)WEXITSTATUS(status)
				  : STATUS_BUG);
}

/* A signal may be meant for the sweep alone: the runs are to end early too. */
static void
pass_on_interrupt(struct worker *workers, guint jobs)
{
	guint i;

	for (i = 0; i < jobs && run_was_interrupted(); i++)
		if (workers[i].pid > 0 && !workers[i].told) {
			workers[i].told = true;
			kill(workers[i].pid, SIGTERM);
		}
}

/* Waits for one of them; its verdict joins those before. */
static enum exit_status
await_worker(struct worker *workers, guint jobs, enum exit_status before)
{
	enum exit_status verdict = STATUS_FAILED;
	int status;
	pid_t pid;
	guint i;

	do {
		pass_on_interrupt(workers, jobs);
		pid = waitpid(-1, &status, 0);
	} while (pid < 0 && errno == EINTR);
	for (i = 0; i < jobs; i++)
		if (pid > 0 && workers[i].pid == pid)
			verdict = reap_worker(&workers[i], status);
	return (before == STATUS_OK ? verdict : before);
}

static void
show_progress(const struct sweep *sweep, guint done, guint total)
{
	if (sweep->progress)
		fprintf(stderr, "\r%u of %u runs%s", done, total,
		    done == total ? "\r\033[K" : "");
}

static struct worker *
free_worker(struct worker *workers, guint jobs)
{
	guint i;

	for (i = 0; i < jobs; i++)
		if (workers[i].pid == 0)
			return (&workers[i]);
	return (NULL);
}

enum exit_status
sweep_play(struct sweep *sweep)
{
	guint total = sweep->points->len * sweep->part.reps;
	struct worker *workers = g_new0(struct worker, sweep->jobs);
	struct worker *worker;
	enum exit_status status = STATUS_OK;
	guint started = 0, done = 0;

	while (done < started || (started < total && status == STATUS_OK)) {
		worker = free_worker(workers, sweep->jobs);
		if (worker != NULL && started < total && status == STATUS_OK) {
			if (!start_worker(sweep, worker, started)) {
				print_line("%s: cannot start a process: %s",
				    sweep->path, g_strerror(errno));
				worker->pid = 0;
				status = STATUS_FAILED;
				continue;
			}
			started++;
			continue;
		}
		status = await_worker(workers, sweep->jobs, status);
		show_progress(sweep, ++done, total);
	}
	g_free(workers);
	return (status);
}

bool
sweep_withdraw(struct outputs *outputs, GError **error)
{
	static const char *const names[] = {
	    "sweep.json", "sweep.csv", "sweep.png", "sweep.svg"};

	return (outputs_withdraw(outputs, names, G_N_ELEMENTS(names), error));
}

struct estimate
sweep_estimate(const struct sweep *sweep, const struct sweep_point *point,
    enum sweep_metric metric)
{
	double *values = g_new(double, sweep->part.reps);
	struct estimate estimate;
	size_t count = 0;
	guint i;

	for (i = 0; i < sweep->part.reps; i++)
		if (point->runs[i].done &&
		    !isnan(point->runs[i].metrics[metric]))
			values[count++] = point->runs[i].metrics[metric];
	estimate = statistics_estimate(values, count);
	g_free(values);
	return (estimate);
}
