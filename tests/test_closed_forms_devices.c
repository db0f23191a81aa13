/*
 * Devices against queueing theory: general service, losses, shared and limited
 * bandwidth, a capacity that follows a curve, closed networks.  Those that
 * share bandwidth are played in SimGrid too.
 */

#include "tests/closed_form.h"

#define OPEN(rate, requests)                                      \
	"[file data]\ndisk = ada0\n[process load]\nfile = data\n" \
	"arrivals = poisson(" rate "/s)\nrequests = " requests "\n"
#define MANY                                  \
	"[scenario]\nwarmup = 1s\n[sysctl]\n" \
	"vfs.aio.max_aio_procs = 2000\n"      \
	"vfs.aio.max_aio_per_proc = 2000\n"   \
	"vfs.aio.max_aio_queue = 4000\n"      \
	"vfs.aio.max_aio_queue_per_proc = 4000\n"

/* Mean size of the requests below, and its time at 64 MiB/s. */
#define SIZE "size = uniform(1,131071)\n"
#define MEAN_MS (65536.0 / 67108864 * 1e3)

/* ---- One server ------------------------------------------------------- */

/* M/G/1, Pollaczek and Khinchine: service uniform over 0..2 ms has a second
 * moment of 4/3 ms^2; 1 + 0.7 * 4/3 / (2 * 0.3) ms. */
static const struct form mg1 = {"M/G/1",
    "[scenario]\nwarmup = 1s\n"
    "[disk ada0]\nlatency = uniform(0s,2ms)\n" OPEN("700", "20000"),
    1 + 0.7 * 4 / 3 / 0.6, "disk ada0.latency=uniform(0s,2040us)", NULL};

/* M/G/1 with processor sharing: S / (1 - rho), whatever the distribution. */
static struct form ps = {"M/G/1-PS",
    MANY "[disk ada0]\nchannels = 2000\nqueue_depth = 2000\n"
	 "bandwidth = 64m\n" OPEN("700", "20000") SIZE,
    0, "disk ada0.bandwidth=65793004", NULL};

/* At most four share; with exponential sizes the number in the system is that
 * of M/M/1: 1 / (mu - lambda). */
static struct form limited_ps = {"limited PS",
    MANY "[disk ada0]\nchannels = 4\nqueue_depth = 4\n"
	 "bandwidth = 64m\n" OPEN("600", "20000") "size = exponential(64k)\n",
    0, "disk ada0.bandwidth=65793004", NULL};

/* ---- Losses ----------------------------------------------------------- */

static double
share_refused(const struct results *r)
{
	return ((double)(r->issued - r->accepted) / (double)r->issued);
}

/* The share of EAGAIN is the probability that all K places are taken. */
static struct form mmck = {"M/M/2/5",
    "[sysctl]\nvfs.aio.max_aio_procs = 2\n"
    "vfs.aio.max_aio_queue_per_proc = 5\n"
    "[disk ada0]\nchannels = 2\nlatency = exponential(1ms)\n" OPEN(
	"1800", "20000") "on_eagain = drop\n",
    0, "disk ada0.latency=exponential(1020us)", share_refused};

static struct form erlang_b = {"Erlang B",
    "[sysctl]\nvfs.aio.max_aio_procs = 8\n"
    "vfs.aio.max_aio_queue_per_proc = 8\n"
    "[disk ada0]\nchannels = 8\nlatency = exponential(1ms)\n" OPEN(
	"6000", "40000") "on_eagain = drop\n",
    0, "disk ada0.latency=exponential(1020us)", share_refused};

/* Probability of the last of `places` states of a birth-death chain. */
static double
blocking(double erlangs, int servers, int places)
{
	double p = 1, sum = 1;
	int n;

	for (n = 1; n <= places; n++) {
		p *= erlangs / MIN(n, servers);
		sum += p;
	}
	return (p / sum);
}

/* ---- Curves and networks ---------------------------------------------- */

/* Birth and death with the curve's rates: mean number over the arrival rate.
 * The distribution of sizes does not matter, as with processor sharing. */
static struct form curve = {"curve disk",
    MANY "[disk ada0]\nmodel = curve\n"
	 "read_curve = rates(32m,48m,58m,64m)\n"
	 "queue_depth = 2000\n" OPEN("700", "20000") SIZE,
    0, "disk ada0.read_curve=rates(32896502,49344753,59624910,65793004)", NULL};

static double
curve_response(double per_s)
{
	static const double rates[] = {32, 48, 58, 64};
	double p = 1, sum = 1, number = 0;
	int n;

	for (n = 1; n < 2000; n++) {
		p *= per_s * 65536 / (rates[MIN(n, 4) - 1] * 1048576);
		sum += p;
		number += n * p;
	}
	return (number / sum / per_s * 1e3);
}

/* Six customers between a station of infinitely many servers, 2 ms, and one of
 * processor sharing: mean value analysis. */
static struct form network = {"closed network",
    "[scenario]\nwarmup = 1s\n"
    "[sysctl]\nvfs.aio.max_aio_procs = 16\n"
    "[disk ada0]\nchannels = 64\nqueue_depth = 64\n"
    "latency = exponential(2ms)\nbandwidth = 64m\n"
    "[file data]\ndisk = ada0\n[process load]\nfile = data\n"
    "depth = 6\nrequests = 20000\n" SIZE,
    0, "disk ada0.bandwidth=65793004", NULL};

static double
network_response(int customers, double delay_ms, double service_ms)
{
	double queue = 0, response = 0;
	int n;

	for (n = 1; n <= customers; n++) {
		response = service_ms * (1 + queue);
		queue = n * response / (delay_ms + response);
	}
	return (delay_ms + response);
}

/* ---- Rules ------------------------------------------------------------ */

static void
mg1_has_pollaczek_and_khinchines(void)
{
	check_form_in(&mg1, &world_heap, 4);
}

static void
shared_bandwidth_has_the_mean_of_processor_sharing(void)
{
	ps.exact = MEAN_MS / (1 - 0.7 * MEAN_MS);
	check_form_in(&ps, &world_heap, 4);
	check_form_in(&ps, &world_simgrid, 1);
}

static void
limited_sharing_has_the_mean_of_mm1(void)
{
	limited_ps.exact = 1 / (1.024 - 0.6);
	check_form_in(&limited_ps, &world_heap, 4);
	check_form_in(&limited_ps, &world_simgrid, 1);
}

static void
the_share_of_eagain_is_the_blocking_probability(void)
{
	mmck.exact = blocking(1.8, 2, 5);
	check_form_in(&mmck, &world_heap, 4);
}

static void
no_waiting_room_is_erlang_b(void)
{
	erlang_b.exact = blocking(6, 8, 8);
	CU_ASSERT(fabs(erlang_b.exact - 0.12188) < 1e-5);
	check_form_in(&erlang_b, &world_heap, 4);
}

static void
a_capacity_curve_is_birth_and_death(void)
{
	curve.exact = curve_response(700);
	check_form_in(&curve, &world_heap, 4);
	check_form_in(&curve, &world_simgrid, 1);
}

static void
two_stations_in_a_ring_have_mean_value_analysis(void)
{
	network.exact = network_response(6, 2, MEAN_MS);
	check_form_in(&network, &world_heap, 4);
	check_form_in(&network, &world_simgrid, 1);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(mg1_has_pollaczek_and_khinchines),
	    RULE(shared_bandwidth_has_the_mean_of_processor_sharing),
	    RULE(limited_sharing_has_the_mean_of_mm1),
	    RULE(the_share_of_eagain_is_the_blocking_probability),
	    RULE(no_waiting_room_is_erlang_b),
	    RULE(a_capacity_curve_is_birth_and_death),
	    RULE(two_stations_in_a_ring_have_mean_value_analysis),
	};

	return (RUN_RULES("closed forms of devices", rules));
}
