/*
 * Plays a scenario with a network, in a process of its own, since SimGrid plays
 * one there, and brings what is to be known of it.
 */

#ifndef TESTS_NETWORK_RUN_H
#define TESTS_NETWORK_RUN_H

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/run.h"
#include "tests/scenario_rules.h"

#define PROCESSES 4
#define LINKS 2

/* What is left of a run. */
struct facts {
	enum exit_status status;
	char message[300];
	int64_t simulated_ns;
	bool stalled;
	guint processes;
	struct network_counts network[PROCESSES];
	uint64_t completed[PROCESSES], failed[PROCESSES];
	uint64_t responses;  /* of the first process's peer … */
	int64_t response_ns; /* … the longest */
	uint64_t waited;     /* for limits, all of them … */
	int64_t waited_ns;   /* … and how long */
	/* By link, or by route with a [platform], and by direction. */
	uint64_t link_bytes[LINKS][2];
	double busy[LINKS][2];
};

/* ---- One run ---------------------------------------------------------- */

static inline void
take_facts(void *context, const struct results *results)
{
	struct facts *facts = context;
	const struct process_summary *process;
	const struct link_summary *link;
	size_t limit;
	guint i;

	facts->simulated_ns = results->simulated_ns;
	facts->stalled = results->stalled;
	for (limit = 0; limit < results->tunable_count; limit++) {
		facts->waited += results->waited[limit].count;
		facts->waited_ns += (int64_t)results->waited[limit].ns;
	}
	facts->processes = MIN(results->processes->len, PROCESSES);
	for (i = 0; i < facts->processes; i++) {
		process = &g_array_index(
		    results->processes, struct process_summary, i);
		facts->network[i] = process->network;
		facts->completed[i] = process->completed;
		facts->failed[i] = process->failed;
		if (i > 0 || process->response == NULL)
			continue;
		facts->responses = histogram_count(process->response);
		facts->response_ns = histogram_max(process->response);
	}
	for (i = 0; i < 2 * MIN(results->links->len, LINKS); i++) {
		link =
		    &g_array_index(results->links, struct link_summary, i / 2);
		facts->link_bytes[i / 2][i % 2] = link->bytes[i % 2];
		facts->busy[i / 2][i % 2] =
		    gauge_mean(&link->busy[i % 2], results->measured_ns);
	}
}

static inline void
play_here(const char *world, const char *text, struct facts *facts)
{
	struct run_setup setup = {
	    .world = world_find(world),
	    .report = take_facts,
	    .context = facts,
	};
	struct scenario *scenario;
	GError *error = NULL;

	scenario = parse_with(text, NULL, &error);
	g_assert_no_error(error);
	setup.scenario = scenario;
	facts->status = run_scenario(&setup, &error);
	if (error != NULL)
		g_strlcpy(
		    facts->message, error->message, sizeof(facts->message));
	g_clear_error(&error);
	scenario_free(scenario);
}

static inline struct facts
play(const char *world, const char *text)
{
	struct facts facts = {0};
	int fds[2], status;
	pid_t child;

	fflush(NULL);
	if (pipe(fds) != 0 || (child = fork()) < 0)
		abort();
	if (child == 0) {
		play_here(world, text, &facts);
		if (write(fds[1], &facts, sizeof(facts)) < 0)
			abort();
		_exit(0);
	}
	close(fds[1]);
	CU_ASSERT(read(fds[0], &facts, sizeof(facts)) == sizeof(facts));
	close(fds[0]);
	CU_ASSERT(waitpid(child, &status, 0) == child && status == 0);
	return (facts);
}

#endif
