/*
 * Plays a scenario in a world, in a child process of its own: SimGrid plays one
 * run in a process, and the threads of the real world can be counted there.
 */

#ifndef TESTS_WORLD_RUN_H
#define TESTS_WORLD_RUN_H

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/device/device.h"
#include "sim/driver.h"
#include "sim/record/recording.h"
#include "sim/run.h"
#include "sim/workload/load.h"
#include "tests/suite.h"

static const char *const all_worlds[] = {"heap", "simgrid", "real", NULL};

/* What is left of a run: facts of the summary, or the error. */
struct ending {
	bool played;
	char message[300]; /* of the error */
	int64_t end_ns;
	uint64_t accepted, completed, failed, refused, synchronous, dropped;
	int64_t most_daemons, reaped;
	uint64_t device_requests, device_bytes; /* of the first disk */
	bool stalled, interrupted;
	int threads; /* of the host, when all is over */
};

struct run {
	const char *world;
	const char *text; /* of the scenario */
	/* Optional: */
	int interrupt_after; /* lines of the trace */
	int tell_fd;         /* gets a byte with the first line of the trace */
	const char *tmpdir;
	FILE *trace;
};

static char *work_dir; /* for files of a test; absolute */
static volatile sig_atomic_t interrupted;
static int lines;

static inline void
listen_to(void *context, const char *line)
{
	const struct run *run = context;

	lines++;
	if (run->trace != NULL)
		fprintf(run->trace, "%s\n", line);
	if (lines == run->interrupt_after)
		interrupted = 1;
	if (lines == 1 && run->tell_fd > 0 && write(run->tell_fd, "!", 1) != 1)
		abort();
}

/* ---- One run, in the child -------------------------------------------- */

static inline void
add_loads(
    struct driver *d, const struct scenario *s, struct load_budget *budget)
{
	struct program *program;
	int64_t instance;
	guint i;

	for (i = 0; i < s->processes->len; i++) {
		const struct process_config *config = s->processes->pdata[i];

		for (instance = 0; instance < config->count; instance++) {
			program = load_new(s, config, instance, budget, NULL);
			load_open((struct kernel *)(uintptr_t)driver_kernel(d),
			    driver_add_program(d, program), s, config);
		}
	}
	for (i = 0; i < s->sysctls->len; i++)
		if (g_array_index(s->sysctls, struct sysctl_setting, i).at_ns >
		    0)
			break;
	if (i < s->sysctls->len)
		driver_add_program(d, admin_new(s));
}

static inline int
count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int count = 0;

	if (dir == NULL)
		return (1);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return (count - 2);
}

static inline void
take_facts(struct ending *o, struct driver *d, struct recorder *r,
    const struct scenario *s)
{
	const struct results *results = recorder_results(r);
	const struct device_summary *device;
	struct operation_counts counts;
	uint32_t process, n = 0;
	guint i;

	for (i = 0; i < s->processes->len; i++)
		n += (uint32_t)((struct process_config *)s->processes->pdata[i])
			 ->count;
	for (process = 0; process < n; process++) {
		driver_count_operations(d, process, &counts);
		o->synchronous += counts.done_synchronously;
		o->dropped += counts.dropped;
	}
	o->end_ns = driver_now(d);
	o->accepted = results->accepted;
	o->completed = results->completed;
	o->failed = results->failed;
	o->refused = results->issued - results->accepted;
	o->most_daemons = results->aiod.alive.max;
	o->reaped = results->aiod.reaped;
	if (results->devices->len > 0) {
		device =
		    &g_array_index(results->devices, struct device_summary, 0);
		o->device_requests =
		    device->reads + device->writes + device->syncs;
		o->device_bytes = device->read_bytes + device->write_bytes;
	}
	o->stalled = driver_stalled(d);
	o->interrupted = driver_was_interrupted(d);
}

static inline void
play_here(const struct run *run, struct ending *o)
{
	struct recorder_setup rs = {.world = run->world, .listen = listen_to};
	struct driver_setup ds = {.interrupted = &interrupted};
	struct load_budget budget = {.left = UINT64_MAX};
	struct scenario *s;
	struct driver *d;
	GError *error = NULL;
	char *violation;
	guint i;

	s = scenario_parse(
	    run->text, strlen(run->text), "t.ini", NULL, NULL, &error);
	g_assert_no_error(error);
	ds.scenario = rs.scenario = s;
	ds.world = world_find(run->world);
	rs.kernel = ds.kernel = run_boot_kernel(s);
	rs.context = (void *)(uintptr_t)run;
	ds.recorder = recorder_new(&rs, NULL);
	for (i = 0; i < s->disks->len; i++) {
		const struct disk_config *disk = s->disks->pdata[i];

		recorder_add_device(ds.recorder, disk->name,
		    device_model_of(disk->model)->servers(disk));
	}
	d = driver_new(&ds, &error);
	if (d != NULL) {
		add_loads(d, s, &budget);
		o->played = driver_run(d, &error);
	}
	if (o->played) {
		if (!recorder_finish(ds.recorder, driver_now(d), &violation))
			g_error("%s", violation);
		take_facts(o, d, ds.recorder, s);
	} else {
		g_strlcpy(o->message, error->message, sizeof(o->message));
		g_error_free(error);
	}
	driver_free(d);
	recorder_free(ds.recorder);
	kernel_destroy(ds.kernel);
	scenario_free(s);
	o->threads = count_threads();
}

/* ---- The parent ------------------------------------------------------- */

static inline pid_t
start(const struct run *run, int *result_fd)
{
	struct ending ending = {0};
	int fds[2];
	pid_t child;

	fflush(NULL);
	if (pipe(fds) != 0 || (child = fork()) < 0)
		abort();
	if (child == 0) {
		close(fds[0]);
		if (run->tmpdir != NULL)
			setenv("TMPDIR", run->tmpdir, 1);
		play_here(run, &ending);
		if (run->trace != NULL)
			fflush(run->trace);
		if (write(fds[1], &ending, sizeof(ending)) < 0)
			abort();
		_exit(0);
	}
	close(fds[1]);
	*result_fd = fds[0];
	return (child);
}

static inline struct ending
play(const struct run *run)
{
	struct ending ending = {0};
	int fd, status;
	pid_t child = start(run, &fd);

	CU_ASSERT(read(fd, &ending, sizeof(ending)) == sizeof(ending));
	close(fd);
	CU_ASSERT(waitpid(child, &status, 0) == child && status == 0);
	return (ending);
}

static inline struct ending
play_in(const char *world, const char *text)
{
	struct run run = {.world = world, .text = text};

	return (play(&run));
}

/* The trace of a run; to be freed. */
static inline char *
trace_of(const char *world, const char *text, size_t *size)
{
	struct run run = {.world = world, .text = text, .trace = tmpfile()};
	struct ending ending = play(&run);
	char *trace;
	long end;

	CU_ASSERT(ending.played);
	CU_ASSERT(fseek(run.trace, 0, SEEK_END) == 0);
	end = ftell(run.trace);
	rewind(run.trace);
	trace = g_malloc0((size_t)end + 1);
	*size = fread(trace, 1, (size_t)end, run.trace);
	CU_ASSERT(*size == (size_t)end && end > 0);
	fclose(run.trace);
	return (trace);
}

/* run_rules() with a work_dir, which it removes. */
static inline int
run_rules_in_dir(const char *suite, const struct rule *rules, size_t count)
{
	char template[] = BINARY_DIR "/worlds-XXXXXX", *command;
	int status;

	work_dir = g_mkdtemp(template);
	g_assert(work_dir != NULL);
	status = run_rules(suite, rules, count);
	command = g_strdup_printf("rm -rf '%s'", work_dir);
	if (system(command) != 0)
		status = 1;
	g_free(command);
	return (status);
}

#endif
