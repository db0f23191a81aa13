/*
 * Random programs on NetBSD's AIO.  kernel_check() looks at every invariant
 * after each step; and in the end each process's requests must have completed
 * in the order in which they were accepted, cancelled ones left out, each once,
 * no two of a process at a time.
 *
 * A failing seed is printed; AIOSIM_SEED=N plays it alone.
 */

#include <stdio.h>
#include <stdlib.h>

#include "sim/random.h"
#include "tests/script_play.h"

#define SEEDS 400
#define STEPS 120
#define PROCESSES 3
#define BLOCKS 12

static struct stream dice;
static uint64_t throws;

static int
below(int bound)
{
	uint64_t words[4];

	stream_words(&dice, throws++, words);
	return ((int)(words[0] % (uint64_t)bound));
}

/* ---- Programs --------------------------------------------------------- */

static struct kernel_request *
random_request(struct actor *a)
{
	struct operation *operation = g_new0(struct operation, 1);
	struct kernel_request *r =
	    request(a, (uint32_t)below(BLOCKS), below(11));

	g_ptr_array_add(a->play->memory, operation);
	operation->attempts = 1;
	r->tag = operation_tag(operation);
	r->opcode = below(8) == 0 ? below(5) : 1 + below(2);
	r->size_bytes = below(10) == 0 ? 0 : 4096;
	r->offset_bytes = below(20) == 0 ? -1 : 0;
	if (below(3) == 0) {
		r->sigev.notify = (enum kernel_notify)below(4);
		r->sigev.signo = below(70);
	}
	return (r);
}

static int64_t
random_timeout(void)
{
	return (below(3) == 0 ? NEVER : below(40) * MS);
}

static void
random_list(struct actor *a, int64_t at_ns)
{
	struct play_step *step =
	    list_at(a, at_ns, below(2), 3, random_request(a),
		below(9) == 0 ? NULL : random_request(a), random_request(a));

	step->call.sigev.notify = (enum kernel_notify)below(2);
	step->call.sigev.signo = 35 + below(3);
}

static void
random_step(struct actor *a, int64_t at_ns)
{
	static const enum kernel_call_kind submissions[] = {
	    KERNEL_AIO_READ, KERNEL_AIO_WRITE, KERNEL_AIO_FSYNC};
	uint32_t cb = (uint32_t)below(BLOCKS);
	int what = below(100);

	if (what < 50)
		submit_at(a, at_ns, submissions[below(3)], random_request(a));
	else if (what < 58)
		random_list(a, at_ns);
	else if (what < 70)
		call_at(a, at_ns, KERNEL_AIO_RETURN, 0, cb);
	else if (what < 75)
		error_at(a, at_ns, cb);
	else if (what < 83)
		suspend_at(a, at_ns, cb / 2, 1 + below(4), random_timeout());
	else if (what < 91)
		call_at(a, at_ns, KERNEL_AIO_CANCEL, below(9),
		    below(2) ? cb : KERNEL_NO_CB);
	else if (what < 94)
		call_at(a, at_ns, KERNEL_CLOSE, below(9), 0);
	else if (what < 97)
		call_at(a, at_ns, KERNEL_SIGWAIT, 0, 0)->call.timeout_ns =
		    random_timeout();
	else if (what < 99)
		submit_at(a, at_ns, KERNEL_PREAD, random_request(a));
	else
		call_at(a, at_ns, below(2) ? KERNEL_EXIT : KERNEL_EXEC, 0, 0);
}

static void
random_program(struct play *play)
{
	struct actor *a = actor_new(play);
	int64_t at_ns = 0;
	int i;

	for (i = 0; i < STEPS; i++) {
		a->thread = below(5) == 0;
		at_ns += below(3) == 0 ? below(30) * MS / 2 : 0;
		random_step(a, at_ns);
	}
}

/* ---- What must hold --------------------------------------------------- */

static bool
follows_order(const struct play *play)
{
	uint64_t last[PROCESSES] = {0};
	int64_t ended_ns[PROCESSES] = {0};
	guint i;

	for (i = 0; i < play->completions->len; i++) {
		const struct completion *c =
		    &g_array_index(play->completions, struct completion, i);

		if (c->error == KE_ECANCELED)
			continue;
		if (c->number <= last[c->process] ||
		    c->at_ns < ended_ns[c->process])
			return (false);
		last[c->process] = c->number;
		ended_ns[c->process] = c->at_ns;
	}
	return (true);
}

static void
play_seed(uint64_t seed)
{
	struct play *play;
	const struct kernel_counters *counters;
	int i;

	dice.seed = seed;
	throws = 1;
	play = play_new("netbsd");
	kernel_set_tunable(play->kernel,
	    kernel_find_tunable("netbsd", "kern.aio_listio_max"), 4 + below(6));
	kernel_set_tunable(play->kernel,
	    kernel_find_tunable("netbsd", "kern.aio_max"), 8 + below(10));
	for (i = 0; i < BLOCKS; i++) {
		play->service_ns[i] = (1 + below(30)) * MS;
		play->fault[i] = below(8) == 0 ? KE_EIO : KE_OK;
	}
	for (i = 0; i < PROCESSES; i++)
		random_program(play);
	play_run(play);
	counters = kernel_counters(play->kernel);
	/* Unless something hangs, nothing is left. */
	if (!follows_order(play) ||
	    (!driver_stalled(play->driver) && counters->unfinished != 0)) {
		printf("\nAIOSIM_SEED=%llu fails\n", (unsigned long long)seed);
		CU_FAIL("a rule");
	}
	play_free(play);
}

static void
random_programs_are_served_in_order(void)
{
	const char *one = getenv("AIOSIM_SEED");
	uint64_t seed;

	if (one != NULL) {
		play_seed(strtoull(one, NULL, 10));
		return;
	}
	for (seed = 1; seed <= SEEDS; seed++)
		play_seed(seed);
}

static const struct rule rules[] = {
    RULE(random_programs_are_served_in_order),
};

int
main(void)
{
	return (RUN_RULES("netbsd at random", rules));
}
