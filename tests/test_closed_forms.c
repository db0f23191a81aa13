/*
 * The simulator against queueing theory: mean response times that have closed
 * forms, in the heap and the simgrid world.  Those of the devices' own are in
 * test_closed_forms_devices.c.
 */

#include "tests/closed_form.h"

/* M/M/4 at 80 %: four daemons, a device that never queues.  Erlang's C formula:
 * 4 erlangs offered 3.2 wait with probability 0.5964; 1 / (4 - 3.2) ms each. */
static const struct form mm4 = {"M/M/4",
    "[scenario]\nwarmup = 1s\n"
    "[sysctl]\nvfs.aio.max_aio_procs = 4\n"
    "[disk ada0]\nchannels = 64\nqueue_depth = 64\nlatency = exponential(1ms)\n"
    "[file data]\ndisk = ada0\n"
    "[process load]\nfile = data\narrivals = poisson(3200/s)\n"
    "requests = 20000\n",
    1.74553, "disk ada0.latency=exponential(1020us)", NULL};

/* M/D/1 at 70 %, by Pollaczek and Khinchine: 1 + 0.7 / (2 * 0.3) ms. */
static const struct form md1 = {"M/D/1",
    "[scenario]\nwarmup = 1s\n"
    "[disk ada0]\nchannels = 1\nlatency = constant(1ms)\n"
    "[file data]\ndisk = ada0\n"
    "[process load]\nfile = data\narrivals = poisson(700/s)\n"
    "requests = 20000\n",
    1 + 0.7 / 0.6, "disk ada0.latency=constant(1020us)", NULL};

/* Machine repairman: eight customers think 10 ms each, one server of 2 ms; the
 * exact value is filled in by repairman(). */
static struct form repair = {"machine repairman",
    "[scenario]\nwarmup = 1s\n"
    "[disk ada0]\nchannels = 1\nlatency = exponential(2ms)\n"
    "[file data]\ndisk = ada0\n"
    "[process load]\nfile = data\ndepth = 8\nthink = exponential(10ms)\n"
    "requests = 20000\n",
    0, "disk ada0.latency=exponential(2040us)", NULL};

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
check_form(const struct form *form)
{
	check_form_in(form, &world_heap, 4);
	check_form_in(form, &world_simgrid, 4);
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
	repair.exact = repairman(8, 10, 2);
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
