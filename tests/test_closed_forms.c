/*
 * The simulator against queueing theory: mean response times that have closed
 * forms, in the heap and the simgrid world.
 *
 * A trial is ten replications and their 95 % interval for the mean.  If all is
 * well the interval holds the exact value in about 95 of 100 trials; with the
 * service time two per cent too long it does not.  Here a few trials with fixed
 * seeds are played.  scripts/validate sets AIOSIM_TRIALS=100 for the long form,
 * which counts.
 */

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
	double exact_ms;
	const char *planted; /* a --set: service 2 % too long */
};

/* M/M/4 at 80 %: four daemons, a device that never queues.  Erlang's C formula:
 * 4 erlangs offered 3.2 wait with probability 0.5964; 1 / (4 - 3.2) ms each. */
static const struct form mm4 = {"M/M/4",
    "[scenario]\nwarmup = 1s\n"
    "[sysctl]\nvfs.aio.max_aio_procs = 4\n"
    "[disk ada0]\nchannels = 64\nqueue_depth = 64\nlatency = exponential(1ms)\n"
    "[file data]\ndisk = ada0\n"
    "[process load]\nfile = data\narrivals = poisson(3200/s)\n"
    "requests = 20000\n",
    1.74553, "disk ada0.latency=exponential(1020us)"};

/* M/D/1 at 70 %, by Pollaczek and Khinchine: 1 + 0.7 / (2 * 0.3) ms. */
static const struct form md1 = {"M/D/1",
    "[scenario]\nwarmup = 1s\n"
    "[disk ada0]\nchannels = 1\nlatency = constant(1ms)\n"
    "[file data]\ndisk = ada0\n"
    "[process load]\nfile = data\narrivals = poisson(700/s)\n"
    "requests = 20000\n",
    1 + 0.7 / 0.6, "disk ada0.latency=constant(1020us)"};

/* Machine repairman: eight customers think 10 ms each, one server of 2 ms; the
 * exact value is filled in by repairman(). */
static struct form repair = {"machine repairman",
    "[scenario]\nwarmup = 1s\n"
    "[disk ada0]\nchannels = 1\nlatency = exponential(2ms)\n"
    "[file data]\ndisk = ada0\n"
    "[process load]\nfile = data\ndepth = 8\nthink = exponential(10ms)\n"
    "requests = 20000\n",
    0, "disk ada0.latency=exponential(2040us)"};

/* Mean response of the closed system, by mean value analysis. */
static double
repairman(int customers, double think_ms, double service_ms)
{
	double queue = 0, response = 0;
	int n;

	for (n = 1; n <= customers; n++) {
		response = service_ms * (1 + queue);
		queue = n * response / (think_ms + response);
	}
	return (response);
}

static void
take_mean(void *context, const struct results *results)
{
	double *mean = context;

	*mean = histogram_mean(results->latency[LATENCY_TOTAL]) / 1e6;
}

/* In a process of its own: SimGrid starts once in a process. */
static double
play(const struct form *form, const struct world_ops *world, const char *set,
    uint64_t seed, uint64_t replication)
{
	char seed_set[48];
	const char *const sets[] = {seed_set, set, NULL};
	struct run_setup setup = {.world = world, .report = take_mean};
	double mean = (double)NAN;
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
		setup.context = &mean;
		status = (int)run_scenario(&setup, NULL);
		if (write(ends[1], &mean, sizeof(mean)) !=
		    (ssize_t)sizeof(mean))
			status = 1;
		_exit(status);
	}
	close(ends[1]);
	if (read(ends[0], &mean, sizeof(mean)) != (ssize_t)sizeof(mean))
		mean = (double)NAN;
	close(ends[0]);
	waitpid(child, &status, 0);
	return (mean);
}

/* Whether the interval of one trial holds the exact value. */
static bool
trial(const struct form *form, const struct world_ops *world, const char *set,
    uint64_t seed)
{
	double means[REPLICATIONS];
	struct estimate estimate;
	int i;

	for (i = 0; i < REPLICATIONS; i++)
		means[i] = play(form, world, set, seed, (uint64_t)i);
	estimate = statistics_estimate(means, REPLICATIONS);
	return (fabs(estimate.mean - form->exact_ms) <= estimate.half_width);
}

static int
count_hits(const struct form *form, const struct world_ops *world,
    const char *set, int trials)
{
	int i, hits = 0;

	for (i = 0; i < trials; i++)
		hits += trial(form, world, set, (uint64_t)i + 1);
	printf("\n    %s, %s%s: %d of %d intervals hold %.4f ms", form->name,
	    world->name, set != NULL ? ", planted" : "", hits, trials,
	    form->exact_ms);
	fflush(stdout);
	return (hits);
}

static int
trials_wanted(void)
{
	const char *wanted = getenv("AIOSIM_TRIALS");

	return (wanted != NULL ? atoi(wanted) : 0);
}

static void
check_form(const struct form *form)
{
	const struct world_ops *const worlds[] = {&world_heap, &world_simgrid};
	int trials = trials_wanted(), hits, i;

	for (i = 0; i < 2; i++) {
		hits =
		    count_hits(form, worlds[i], NULL, trials > 0 ? trials : 4);
		if (trials > 0)
			CU_ASSERT(100 * hits >= 90 * trials &&
			    100 * hits <= 99 * trials)
		else
			CU_ASSERT(hits >= 3);
		hits = count_hits(
		    form, worlds[i], form->planted, trials > 0 ? trials : 4);
		if (trials > 0)
			CU_ASSERT(100 * hits < 90 * trials)
		else
			CU_ASSERT(hits <= 2);
	}
}

static void
mm4_has_erlangs_mean_response(void)
{
	check_form(&mm4);
}

static void
md1_has_pollaczek_and_khinchines(void)
{
	check_form(&md1);
}

static void
machine_repairman_has_mean_value_analysis(void)
{
	repair.exact_ms = repairman(8, 10, 2);
	check_form(&repair);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(mm4_has_erlangs_mean_response),
	    RULE(md1_has_pollaczek_and_khinchines),
	    RULE(machine_repairman_has_mean_value_analysis),
	};

	return (RUN_RULES("closed forms", rules));
}
