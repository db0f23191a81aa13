/*
 * Plays a scenario in the real world, in this process, and checks that neither
 * a descriptor nor a thread is left over.
 */

#ifndef TESTS_REAL_RUN_H
#define TESTS_REAL_RUN_H

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/real/options.h"
#include "sim/run.h"
#include "tests/suite.h"

struct real_facts {
	enum exit_status status;
	char message[400];
	bool stalled;
	uint64_t issued, completed, failed, refused, in_flight;
	struct operation_counts operations;
	int64_t most_busy; /* aiods */
	uint64_t device_reads, device_writes;
	struct network_counts network; /* of the first process */
	uint64_t responses;
};

static char *work_dir; /* of the suite; absolute */

static inline int
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	if (dir == NULL)
		return (-1);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return (count - 2);
}

/* Threads that have been joined go away a moment later. */
static inline bool
come_down_to(int threads)
{
	int i;

	for (i = 0; i < 2000; i++) {
		if (count_entries("/proc/self/task") <= threads)
			return (true);
		g_usleep(1000);
	}
	return (false);
}

static inline void
take_real_facts(void *context, const struct results *results)
{
	struct real_facts *o = context;
	const struct process_summary *process =
	    &g_array_index(results->processes, struct process_summary, 0);
	const struct device_summary *device;

	o->stalled = results->stalled;
	o->issued = results->issued;
	o->completed = results->completed;
	o->failed = results->failed;
	o->refused = results->issued - results->accepted;
	o->in_flight = results->accepted - results->completed -
	    results->failed - results->cancelled;
	o->operations = results->operations;
	o->most_busy = results->aiod.busy.max;
	o->network = process->network;
	if (process->response != NULL)
		o->responses = process->response->count;
	if (results->devices->len > 0) {
		device =
		    &g_array_index(results->devices, struct device_summary, 0);
		o->device_reads = device->reads;
		o->device_writes = device->writes;
	}
}

static inline struct real_facts
play_real(const char *text, const struct real_options *options)
{
	struct real_facts o = {.message = ""};
	int descriptors = count_entries("/proc/self/fd");
	int threads = count_entries("/proc/self/task");
	GError *error = NULL;
	struct run_setup setup = {
	    .world = &world_posix,
	    .real = options,
	    .report = take_real_facts,
	    .context = &o,
	};
	struct scenario *s =
	    scenario_parse(text, strlen(text), "t.ini", NULL, NULL, &error);

	if (s == NULL) {
		CU_FAIL("a bad scenario");
		g_printerr("%s\n", error->message);
		g_error_free(error);
		return (o);
	}
	setup.scenario = s;
	o.status = run_scenario(&setup, &error);
	if (error != NULL) {
		g_strlcpy(o.message, error->message, sizeof(o.message));
		g_error_free(error);
	}
	scenario_free(s);
	CU_ASSERT(count_entries("/proc/self/fd") == descriptors);
	CU_ASSERT(come_down_to(threads));
	return (o);
}

/* Whether a run is refused, as bad input, with a line that has the words. */
static inline bool
is_refused(
    const char *text, const struct real_options *options, const char *words)
{
	struct real_facts o = play_real(text, options);

	if (strstr(o.message, words) == NULL)
		g_printerr("not in \"%s\": %s\n", o.message, words);
	return (o.status == STATUS_BAD_INPUT &&
	    strstr(o.message, words) != NULL &&
	    strchr(o.message, '\n') == NULL);
}

/* ---- Loopback --------------------------------------------------------- */

/* Connected over loopback, without the world. */
static inline bool
connect_two(int ends[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bool connected;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	connected = bind(listener, (struct sockaddr *)&address, size) == 0 &&
	    listen(listener, 1) == 0 &&
	    getsockname(listener, (struct sockaddr *)&address, &size) == 0 &&
	    connect(ends[0], (struct sockaddr *)&address, size) == 0 &&
	    (ends[1] = accept(listener, NULL, NULL)) >= 0;
	close(listener);
	return (connected);
}

/* Not where the machine has no network at all, not even that. */
static inline bool
has_loopback(void)
{
	int ends[2] = {-1, -1};
	bool connected = connect_two(ends);

	close(ends[0]);
	if (connected)
		close(ends[1]);
	else
		fprintf(stderr, "(skipped: no loopback) ");
	return (connected);
}

/* ---- Files of a test -------------------------------------------------- */

static inline char *
path_in(const char *dir, const char *name)
{
	return (g_build_filename(dir, name, NULL));
}

/* A fresh directory; to be freed. */
static inline char *
fresh_dir(void)
{
	char *dir = g_build_filename(work_dir, "d-XXXXXX", NULL);

	if (g_mkdtemp(dir) == NULL)
		abort();
	return (dir);
}

static inline int64_t
size_of(const char *path)
{
	struct stat status;

	return (lstat(path, &status) == 0 ? (int64_t)status.st_size : -1);
}

static inline void *
do_nothing(void *nothing)
{
	return (nothing);
}

/* run_rules() with a work_dir, which it removes.  ThreadSanitizer adds a thread
 * of its own to the first one, which is not to be missed later. */
static inline int
run_real_rules(const char *suite, const struct rule *rules, size_t count)
{
	char template[] = BINARY_DIR "/real-XXXXXX", *command;
	int status;

	work_dir = g_mkdtemp(template);
	g_assert(work_dir != NULL);
	g_setenv("TMPDIR", work_dir, TRUE);
	g_thread_join(g_thread_new("first", do_nothing, NULL));
	status = run_rules(suite, rules, count);
	command = g_strdup_printf("rm -rf '%s'", work_dir);
	if (system(command) != 0)
		status = 1;
	g_free(command);
	return (status);
}

#endif
