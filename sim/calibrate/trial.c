/*
 * Trials: a small scenario for each point, played through the library.
 */

#include "sim/calibrate/trial.h"

#include <math.h>
#include <string.h>

#include "sim/record/derived.h"
#include "sim/run.h"

/* A trial is played for the time that the measured disk would need for its
 * requests; a much faster model ends after so many times as many. */
#define TIMES_MOST 4
/* Each place of the closed loop has so many at least. */
#define TURNS_LEAST 20

static int64_t
requests_of(const struct trial *trial, const struct point *point)
{
	return (MAX((int64_t)trial->requests, TURNS_LEAST * point->depth));
}

/* For the time of the measured disk; a tenth of it is not counted. */
static char *
limits_by_time(const struct trial *trial, const struct point *point)
{
	int64_t requests = requests_of(trial, point);
	double ns = (double)requests * 1e9 / point->measured.per_s;
	int64_t duration_ns = (int64_t)CLAMP(ns, 1e3, 1e17);

	return (g_strdup_printf("duration = %" G_GINT64_FORMAT "ns\n"
				"warmup = %" G_GINT64_FORMAT "ns\n"
				"requests = %" G_GINT64_FORMAT "\n",
	    duration_ns, duration_ns / 10, TIMES_MOST * requests));
}

static char *
limits_by_number(const struct trial *trial, const struct point *point)
{
	return (g_strdup_printf(
	    "requests = %" G_GINT64_FORMAT "\n", requests_of(trial, point)));
}

static char *
scenario_text(
    const struct trial *trial, const struct point *point, const char *limits)
{
	return (g_strdup_printf("[scenario]\n"
				"%s"
				"seed = %" G_GUINT64_FORMAT "\n"
				"[sysctl]\n"
				"vfs.aio.max_aio_procs = %d\n"
				"vfs.aio.max_aio_per_proc = %d\n"
				"vfs.aio.max_aio_queue_per_proc = %d\n"
				"vfs.aio.max_aio_queue = %d\n"
				"%s"
				"[file data]\n"
				"disk = %s\n"
				"size = 1t\n"
				"[process load]\n"
				"file = data\n"
				"depth = %" G_GINT64_FORMAT "\n"
				"size = %" G_GINT64_FORMAT "\n"
				"read = %d\n"
				"think = %" G_GINT64_FORMAT "ns\n"
				"collect = waitcomplete\n",
	    limits, trial->seed, 2 * DEPTH_MAX, 2 * DEPTH_MAX, 2 * DEPTH_MAX,
	    2 * DEPTH_MAX, trial->section, trial->name, point->depth,
	    point->size_bytes, trial->write ? 0 : 1, (int64_t)trial->think_ns));
}

static void
take_rates(void *context, const struct results *r)
{
	struct point_rates *rates = context;

	rates->per_s = throughput(r);
	rates->mean_ns = histogram_mean(r->latency[LATENCY_TOTAL]);
}

static enum exit_status
play(const char *text, struct point_rates *rates)
{
	struct run_setup setup = {
	    .world = &world_heap, .report = take_rates, .context = rates};
	g_autoptr(GError) error = NULL;
	struct scenario *scenario;
	enum exit_status status;

	scenario = scenario_parse(
	    text, strlen(text), "calibrate.ini", NULL, NULL, &error);
	g_assert_no_error(error);
	setup.scenario = scenario;
	status = run_scenario(&setup, &error);
	g_assert_no_error(error);
	scenario_free(scenario);
	return (status);
}

enum exit_status
trial_play(const struct trial *trial, const struct point *point,
    struct point_rates *rates)
{
	g_autofree char *by_time = limits_by_time(trial, point);
	g_autofree char *by_number = limits_by_number(trial, point);
	g_autofree char *text = scenario_text(trial, point, by_time);
	g_autofree char *longer = scenario_text(trial, point, by_number);
	enum exit_status status = play(text, rates);

	/* A much slower model has finished nothing in the time. */
	if (status == STATUS_OK && rates->mean_ns <= 0)
		status = play(longer, rates);
	return (status);
}

struct trial_error
trial_error_of(const GArray *points, const struct point_rates *rates,
    enum points_which which)
{
	struct trial_error e = {0, 0, 0};
	guint i;

	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);

		if (which != POINTS_ALL &&
		    point->left_out != (which == POINTS_LEFT_OUT))
			continue;
		e.per_s += fabs(rates[i].per_s / point->measured.per_s - 1);
		e.mean_ns +=
		    fabs(rates[i].mean_ns / point->measured.mean_ns - 1);
		e.points++;
	}
	if (e.points > 0) {
		e.per_s /= e.points;
		e.mean_ns /= e.points;
	}
	return (e);
}
