/*
 * AIOSIM_STATS: what the modelled kernel counts, as JSON; at exit, and at
 * SIGUSR2 where the program leaves that signal alone.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/posix/engine.h"

static char *path; /* this process's; NULL: none */
static sem_t asked;

static void
print_limits(FILE *out)
{
	size_t i;
	const char *comma = "";

	fputs("  \"sysctl\": {", out);
	for (i = 0; i < engine.tunable_count; i++, comma = ",")
		fprintf(out, "%s\n    \"%s\": %lld", comma,
		    engine.tunables[i].node,
		    (long long)kernel_get_tunable(engine.kernel, (int)i));
	fputs("\n  },\n", out);
}

static void
print_refused(FILE *out)
{
	const char *comma = "";
	size_t i;

	fputs("\"refused\": {", out);
	for (i = 0; i <= engine.tunable_count; i++) {
		if (engine.refused_by[i] == 0)
			continue;
		fprintf(out, "%s\"%s\": %llu", comma,
		    i < engine.tunable_count ? engine.tunables[i].node
					     : "other",
		    (unsigned long long)engine.refused_by[i]);
		comma = ", ";
	}
	fputs("}},\n", out);
}

static void
print_requests(FILE *out)
{
	const struct kernel_counters *c = kernel_counters(engine.kernel);
	const struct engine_totals *t = &engine.totals;

	fprintf(out,
	    "  \"requests\": {\"issued\": %llu, \"accepted\": %llu, "
	    "\"completed\": %llu, \"failed\": %llu, \"cancelled\": %llu, "
	    "\"in_flight\": %lld, \"collected\": %llu, ",
	    (unsigned long long)(t->accepted + t->refused),
	    (unsigned long long)t->accepted, (unsigned long long)t->completed,
	    (unsigned long long)t->failed, (unsigned long long)t->cancelled,
	    (long long)c->unfinished, (unsigned long long)t->collected);
	print_refused(out);
	fprintf(out,
	    "  \"pools\": {\"aiod\": {\"daemons\": %lld, \"busy\": %lld, "
	    "\"created\": %lld, \"reaped\": %lld},\n",
	    (long long)c->daemons, (long long)c->daemons_busy,
	    (long long)c->daemons_created, (long long)c->daemons_exited);
	fprintf(out,
	    "    \"soaiod\": {\"daemons\": %lld, \"busy\": %lld, "
	    "\"created\": %lld, \"reaped\": %lld}},\n",
	    (long long)c->so_daemons, (long long)c->so_daemons_busy,
	    (long long)c->so_daemons_created, (long long)c->so_daemons_exited);
}

static void
print_calls(FILE *out)
{
	const char *comma = "";
	int kind;

	fputs("  \"calls\": {", out);
	for (kind = 0; kind < KERNEL_CALL_COUNT; kind++) {
		if (engine.totals.calls[kind] == 0)
			continue;
		fprintf(out, "%s\"%s\": %llu", comma,
		    kernel_call_name((enum kernel_call_kind)kind),
		    (unsigned long long)engine.totals.calls[kind]);
		comma = ", ";
	}
	fputs("}\n", out);
}

/* The lock is held. */
void
stats_write(void)
{
	char aside[4096];
	FILE *out;
	bool good;

	if (path == NULL)
		return;
	snprintf(aside, sizeof(aside), "%s.%ld~", path, (long)getpid());
	out = fopen(aside, "we");
	if (out == NULL)
		return;
	fprintf(out,
	    "{\n  \"schema\": 1,\n  \"process\": %ld,\n  \"kernel\": "
	    "\"%s\",\n",
	    (long)getpid(), kernel_name(engine.kernel));
	print_limits(out);
	print_requests(out);
	print_calls(out);
	fputs("}\n", out);
	good = ferror(out) == 0;
	if (fclose(out) != 0 || !good || rename(aside, path) != 0)
		(void)unlink(aside);
}

/* ---- On demand -------------------------------------------------------- */

static void
ask(int signo)
{
	(void)signo;
	(void)sem_post(&asked);
}

static void *
wait_for_asking(void *argument)
{
	(void)argument;
	for (;;) {
		if (sem_wait(&asked) != 0)
			continue;
		engine_lock();
		if (engine.kernel != NULL)
			stats_write();
		engine_unlock();
	}
	return (NULL);
}

void
stats_catch_signal(void)
{
	struct sigaction action;

	sem_init(&asked, 0, 0);
	if (sigaction(SIGUSR2, NULL, &action) != 0 ||
	    action.sa_handler != SIG_DFL)
		return;
	memset(&action, 0, sizeof(action));
	action.sa_handler = ask;
	action.sa_flags = SA_RESTART;
	(void)sigaction(SIGUSR2, &action, NULL);
}

void
stats_started(uint32_t ordinal)
{
	pthread_attr_t attributes;
	sigset_t all, mask;
	pthread_t thread;
	size_t length;

	if (settings.stats_path == NULL)
		return;
	length = strlen(settings.stats_path) + 16;
	path = allocate(length);
	if (ordinal == 1)
		snprintf(path, length, "%s", settings.stats_path);
	else
		snprintf(path, length, "%s.%u", settings.stats_path, ordinal);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &mask);
	(void)pthread_create(&thread, &attributes, wait_for_asking, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	pthread_attr_destroy(&attributes);
}

void
stats_forget(void)
{
	free(path);
	path = NULL;
	sem_init(&asked, 0, 0);
}
