/*
 * Trials of the simulator against a closed form.
 *
 * A trial is ten replications and their 95 % interval for the mean.  If all is
 * well the interval holds the exact value in about 95 of 100 trials; with the
 * service time two per cent too long it does not.  By default a few trials with
 * fixed seeds are played.  scripts/validate sets AIOSIM_TRIALS=100 for the long
 * form, which counts.
 */

#ifndef TESTS_CLOSED_FORM_H
#define TESTS_CLOSED_FORM_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/run.h"
#include "sim/study/statistics.h"
#include "tests/suite.h"

#define REPLICATIONS 10

struct form {
	const char *name;
	const char *text;
	double exact;        /* of what is measured: ms, or a share */
	const char *planted; /* a --set: service 2 % too long */
	/* What is measured; by default the mean response in ms. */
	double (*measure)(const struct results *results);
};

/* Ms. */
static inline double
mean_response(const struct results *results)
{
	return (histogram_mean(results->latency[LATENCY_TOTAL]) / 1e6);
}

struct measurement {
	const struct form *form;
	double value;
};

static inline void
take_measurement(void *context, const struct results *results)
{
	struct measurement *m = context;

	m->value = m->form->measure != NULL ? m->form->measure(results)
					    : mean_response(results);
}

/* In a process of its own: SimGrid starts once in a process. */
static inline double
play(const struct form *form, const struct world_ops *world, const char *set,
    uint64_t seed, uint64_t replication)
{
	char seed_set[48];
	const char *const sets[] = {seed_set, set, NULL};
	struct run_setup setup = {.world = world, .report = take_measurement};
	struct measurement m = {form, (double)NAN};
	struct scenario *scenario;
	int ends[2], status;
	pid_t child;

	snprintf(seed_set, sizeof(seed_set), "scenario.seed=%llu",
	    (unsigned long long)seed);
	if (pipe(ends) != 0)
		abort();
	child = fork();
	if (child == 0) {
		scenario = scenario_parse(form->text, strlen(form->text),
		    form->name, sets, NULL, NULL);
		g_assert(scenario != NULL);
		scenario->replication = replication;
		setup.scenario = scenario;
		setup.context = &m;
		status = (int)run_scenario(&setup, NULL);
		if (write(ends[1], &m.value, sizeof(m.value)) !=
		    (ssize_t)sizeof(m.value))
			status = 1;
		_exit(status);
	}
	close(ends[1]);
	if (read(ends[0], &m.value, sizeof(m.value)) !=
	    (ssize_t)sizeof(m.value))
		m.value = (double)NAN;
	close(ends[0]);
	waitpid(child, &status, 0);
	return (m.value);
}

/* Whether the interval of one trial holds the exact value. */
static inline bool
trial(const struct form *form, const struct world_ops *world, const char *set,
    uint64_t seed)
{
	double means[REPLICATIONS];
	struct estimate estimate;
	int i;

	for (i = 0; i < REPLICATIONS; i++)
		means[i] = play(form, world, set, seed, (uint64_t)i);
	estimate = statistics_estimate(means, REPLICATIONS);
	return (fabs(estimate.mean - form->exact) <= estimate.half_width);
}

static inline int
count_hits(const struct form *form, const struct world_ops *world,
    const char *set, int trials)
{
	int i, hits = 0;

	for (i = 0; i < trials; i++)
		hits += trial(form, world, set, (uint64_t)i + 1);
	printf("\n    %s, %s%s: %d of %d intervals hold %.5g", form->name,
	    world->name, set != NULL ? ", planted" : "", hits, trials,
	    form->exact);
	fflush(stdout);
	return (hits);
}

static inline int
trials_wanted(void)
{
	const char *wanted = getenv("AIOSIM_TRIALS");

	return (wanted != NULL ? atoi(wanted) : 0);
}

/* In one world: most of the intervals hold the value, and few of those with the
 * planted error do. */
static inline void
check_form_in(
    const struct form *form, const struct world_ops *world, int short_trials)
{
	int wanted = trials_wanted(),
	    trials = wanted > 0 ? wanted : short_trials;
	int hits = count_hits(form, world, NULL, trials);

	if (wanted > 0)
		CU_ASSERT(
		    100 * hits >= 90 * trials && 100 * hits <= 99 * trials)
	else
		CU_ASSERT(hits >= MAX(trials - 1, 1));
	/* One trial of a short form is for the world, not for its error. */
	if (trials == 1)
		return;
	hits = count_hits(form, world, form->planted, trials);
	if (wanted > 0)
		CU_ASSERT(100 * hits < 90 * trials)
	else
		CU_ASSERT(hits <= trials / 2);
}

#endif
