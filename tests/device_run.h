/*
 * Plays a scenario in the heap world and takes the figures that tests of
 * devices look at.
 */

#ifndef TESTS_DEVICE_RUN_H
#define TESTS_DEVICE_RUN_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/record/derived.h"
#include "sim/run.h"
#include "tests/suite.h"

struct figures {
	double per_s, mean_ms, p50_ms, p99_ms, max_ms;
	double utilization; /* of the first device */
	double end_s;
	uint64_t completed;
};

static inline void
take_figures(void *context, const struct results *r)
{
	const struct histogram *total = r->latency[LATENCY_TOTAL];
	struct figures *f = context;

	f->per_s = throughput(r);
	f->mean_ms = histogram_mean(total) / 1e6;
	f->p50_ms = (double)histogram_quantile(total, 0.5) / 1e6;
	f->p99_ms = (double)histogram_quantile(total, 0.99) / 1e6;
	f->max_ms = (double)histogram_max(total) / 1e6;
	f->utilization =
	    utilization(&g_array_index(r->devices, struct device_summary, 0),
		r->measured_ns);
	f->end_s = (double)r->simulated_ns / 1e9;
	f->completed = r->completed;
}

/* `sets` is a text of lines "key=value", applied on top. */
static inline struct figures
figures_of(const char *text, const char *sets)
{
	struct figures figures = {0};
	struct run_setup setup = {
	    .world = &world_heap, .report = take_figures, .context = &figures};
	g_auto(GStrv) lines = g_strsplit(sets, "\n", -1);
	g_autoptr(GError) error = NULL;
	struct scenario *scenario;

	/* A last line feed begins no further one. */
	if (lines[0] != NULL && *lines[g_strv_length(lines) - 1] == '\0')
		g_clear_pointer(&lines[g_strv_length(lines) - 1], g_free);
	scenario = scenario_parse(text, strlen(text), "t.ini",
	    (const char *const *)lines, NULL, &error);
	g_assert_no_error(error);
	setup.scenario = scenario;
	CU_ASSERT(run_scenario(&setup, &error) == STATUS_OK);
	g_assert_no_error(error);
	scenario_free(scenario);
	return (figures);
}

/* Whether `got` is within `tolerance` (0.05: 5 %) of what was published. */
static inline void
check_near(const char *what, double got, double published, double tolerance)
{
	if (!(fabs(got / published - 1) <= tolerance))
		printf("\n    %s: %.4g, published %.4g, off by %+.1f %%", what,
		    got, published, 100 * (got / published - 1));
	CU_ASSERT(fabs(got / published - 1) <= tolerance);
}

#endif
