/*
 * One run: makes the kernel, the recorder, the driver and the programs of a
 * scenario, lets them play, and puts the results away.
 */

#include <math.h>
#include <signal.h>
#include <string.h>

#include "sim/driver_real.h"
#include "sim/network/network.h"
#include "sim/record/outputs.h"
#include "sim/record/recording.h"
#include "sim/record/sinks.h"
#include "sim/run.h"
#include "sim/workload/load.h"

static volatile sig_atomic_t interrupted;

static void
note_signal(int signo)
{
	(void)signo;
	interrupted = 1;
}

bool
run_was_interrupted(void)
{
	return (interrupted != 0);
}

void
run_catch_signals(void)
{
	struct sigaction action = {0};

	action.sa_handler = note_signal;
	sigemptyset(&action.sa_mask);
	/* A second Ctrl-C ends the program, should the first not do. */
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGXFSZ, SIG_IGN);
}

struct run {
	const struct run_setup *setup;
	struct kernel *kernel;
	struct outputs *outputs;
	struct recorder *recorder;
	struct driver *driver;
	struct network *network;
	struct load_budget budget;
	GPtrArray *loads; /* the driver's first programs, borrowed from it */
};

struct kernel *
run_boot_kernel(const struct scenario *s)
{
	struct kernel *kernel = kernel_create(s->kernel, s->hz);
	guint i;
	int cost, policy;

	for (policy = 0; policy < POLICY_COUNT; policy++)
		kernel_set_policy(
		    kernel, (enum kernel_policy)policy, s->policies[policy]);
	kernel_set_creation_fails(kernel, s->no_room);
	for (cost = 0; cost < COST_COUNT; cost++)
		kernel_set_cost(
		    kernel, (enum kernel_cost)cost, s->costs_ns[cost]);
	for (i = 0; i < s->sysctls->len; i++) {
		const struct sysctl_setting *setting =
		    &g_array_index(s->sysctls, struct sysctl_setting, i);

		if (setting->at_ns == 0)
			kernel_set_tunable(kernel,
			    kernel_find_tunable(s->kernel, setting->node),
			    setting->value);
	}
	return (kernel);
}

static bool
make_recorder(struct run *run, GError **error)
{
	const struct run_setup *setup = run->setup;
	struct recorder_setup recorder = {
	    .scenario = setup->scenario,
	    .world = setup->world->name,
	    .kernel = run->kernel,
	    .requests = setup->requests,
	    .series = setup->series,
	    .trace = setup->trace,
	    .perfetto = setup->perfetto,
	    .listen = setup->listen,
	    .context = setup->listener,
	    .marks = setup->marks,
	};
	guint i;

	if (setup->hooks != NULL) {
		recorder.row = setup->hooks->row;
		recorder.row_context = setup->hooks->row_context;
	}
	if (setup->out != NULL) {
		run->outputs = outputs_open(setup->out, error);
		if (run->outputs == NULL)
			return (false);
	}
	recorder.outputs = run->outputs;
	run->recorder = recorder_new(&recorder, error);
	if (run->recorder == NULL)
		return (false);
	for (i = 0; i < setup->scenario->disks->len; i++) {
		const struct disk_config *disk =
		    setup->scenario->disks->pdata[i];

		recorder_add_device(run->recorder, disk->name,
		    device_model_of(disk->model)->servers(disk));
	}
	for (i = 0; i < setup->scenario->files->len; i++)
		recorder_add_file(
		    run->recorder, setup->scenario->files->pdata[i]);
	return (true);
}

static bool
has_later_sysctls(const struct scenario *s)
{
	guint i;

	for (i = 0; i < s->sysctls->len; i++)
		if (g_array_index(s->sysctls, struct sysctl_setting, i).at_ns >
		    0)
			return (true);
	return (false);
}

static bool
connect_load(struct run *run, uint32_t process, const char *name,
    const struct process_config *config, GError **error)
{
	const struct scenario *s = run->setup->scenario;
	const struct file_config *file = s->files->pdata[config->file_index];

	if (file->kind != FILE_SOCKET)
		return (true);
	if (run->network == NULL)
		return (driver_connect(
		    run->driver, process, LOAD_FD, config, error));
	network_connect(run->network, process, name, LOAD_FD, config);
	return (true);
}

static bool
add_loads(struct run *run, GError **error)
{
	const struct scenario *s = run->setup->scenario;
	struct program *program;
	uint32_t process;
	int64_t instance;
	guint i;

	for (i = 0; i < s->processes->len; i++) {
		const struct process_config *config = s->processes->pdata[i];

		for (instance = 0; instance < config->count; instance++) {
			program =
			    load_new(s, config, instance, &run->budget, error);
			if (program == NULL)
				return (false);
			if (instance == 0 && load_trace_is_open(program))
				g_printerr("%s: ends while a file is open: was "
					   "it cut off? It is played as far as "
					   "it goes\n",
				    config->trace);
			process = driver_add_program(run->driver, program);
			load_open(run->kernel, process, s, config);
			g_ptr_array_add(run->loads, program);
			if (!connect_load(
				run, process, program->name, config, error))
				return (false);
		}
	}
	if (has_later_sysctls(s))
		driver_add_program(run->driver, admin_new(s));
	return (true);
}

/* What a request of a recording took and came to, on a disk that says so. */
static void
recorded_outcome(
    void *context, const struct kernel_job_info *job, struct outcome *outcome)
{
	const struct scenario *s = context;
	const struct operation *operation = operation_of(job->tag);
	const struct disk_config *disk;

	if (operation == NULL || operation->recorded == NULL ||
	    operation->recorded->service_ns < 0 || job->device >= s->disks->len)
		return;
	disk = s->disks->pdata[job->device];
	if (!disk->recorded)
		return;
	outcome->service_ns = operation->recorded->service_ns;
	outcome->result.error = operation->recorded->error;
	outcome->result.bytes = MAX(operation->recorded->bytes, 0);
}

/* NetBSD's workers would sleep in a socket, which is not modelled. */
static bool
check_kernel(const struct scenario *s, GError **error)
{
	if (s->peers->len == 0 || kernel_traits(s->kernel)->socket_pool != NULL)
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
	    "%s: sockets need one of FreeBSD's kernels, such as freebsd-12.2",
	    s->path);
	return (false);
}

static void
hook_up(const struct run_hooks *hooks, struct driver_setup *driver)
{
	driver->watch = hooks->watch;
	driver->world_context = hooks->world_context;
	if (hooks->outcome == NULL)
		return;
	driver->outcome = hooks->outcome;
	driver->context = hooks->outcome_context;
}

static bool
make_run(struct run *run, GError **error)
{
	const struct scenario *s = run->setup->scenario;
	struct driver_setup driver = {
	    .scenario = s,
	    .world = run->setup->world,
	    .real = run->setup->real,
	    .interrupted = &interrupted,
	    .outcome = recorded_outcome,
	    .context = (void *)(uintptr_t)s,
	};

	if (run->setup->hooks != NULL)
		hook_up(run->setup->hooks, &driver);
	run->kernel = run_boot_kernel(s);
	run->budget.left = s->requests > 0 ? s->requests : UINT64_MAX;
	if (!check_kernel(s, error) || !make_recorder(run, error))
		return (false);
	driver.kernel = run->kernel;
	driver.recorder = run->recorder;
	run->driver = driver_new(&driver, error);
	if (run->driver == NULL)
		return (false);
	if (s->peers->len + s->traffics->len > 0 &&
	    run->setup->world->connect == NULL)
		run->network = network_new(s, run->driver, run->recorder);
	return (add_loads(run, error));
}

static void
count_operations(struct run *run, struct results *results)
{
	struct operation_counts *all = &results->operations, counts;
	struct process_summary *process;
	guint i;

	for (i = 0; i < run->loads->len; i++) {
		driver_count_operations(run->driver, i, &counts);
		process = &g_array_index(
		    results->processes, struct process_summary, i);
		process->operations = counts;
		if (run->network != NULL)
			network_count(run->network, i, &process->network);
		else if (run->setup->world->count != NULL)
			driver_count_network(run->driver, i, &process->network);
		all->wanted += counts.wanted;
		all->done += counts.done;
		all->done_synchronously += counts.done_synchronously;
		all->failed += counts.failed;
		all->dropped += counts.dropped;
	}
}

static void
explain_stall(struct run *run)
{
	GString *text = g_string_new(NULL);

	driver_explain_stall(run->driver, text);
	g_printerr("%s: stalled at %.6f s: nothing can happen any more\n%s",
	    run->setup->scenario->path, (double)driver_now(run->driver) / 1e9,
	    text->str);
	g_string_free(text, TRUE);
}

/* Takes the object. */
static bool
write_object(
    const struct run *run, const char *name, json_t *object, GError **error)
{
	FILE *file = outputs_file(run->outputs, name, error);

	if (file != NULL)
		json_write(file, object);
	json_decref(object);
	return (file != NULL);
}

/* Writes the summary and moves all files into place. */
static bool
put_away(struct run *run, const struct results *results, GError **error)
{
	if (run->outputs == NULL)
		return (true);
	return (
	    write_object(run, "summary.json", summary_json(results), error) &&
	    write_object(run, "timing.json", timing_json(results), error) &&
	    outputs_commit(g_steal_pointer(&run->outputs), error));
}

/* A trace may vanish or change under a run, although it was whole before. */
static bool
traces_were_read(const struct run *run, GError **error)
{
	const GError *problem;
	guint i;

	for (i = 0; i < run->loads->len; i++) {
		problem = load_error(run->loads->pdata[i]);
		if (problem == NULL)
			continue;
		g_set_error_literal(
		    error, WORLD_ERROR, WORLD_ERROR_FAILED, problem->message);
		return (false);
	}
	return (true);
}

static enum exit_status
play(struct run *run, GError **error)
{
	struct results *results = recorder_results(run->recorder);
	gint64 begin = g_get_monotonic_time();
	char *violation;

	if (!driver_run(run->driver, error) || !traces_were_read(run, error))
		return (STATUS_FAILED);
	results->wall_s = (double)(g_get_monotonic_time() - begin) / 1e6;
	results->stalled = driver_stalled(run->driver);
	results->interrupted = driver_was_interrupted(run->driver);
	count_operations(run, results);
	if (!recorder_finish(
		run->recorder, driver_now(run->driver), &violation) ||
	    (run->network != NULL &&
		(violation = network_violation(run->network)) != NULL)) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "%s: a bug of aiosim, please report it: %s",
		    run->setup->scenario->path, violation);
		g_free(violation);
		return (STATUS_BUG);
	}
	if (!put_away(run, results, error))
		return (STATUS_FAILED);
	if (results->stalled)
		explain_stall(run);
	if (run->setup->report != NULL)
		run->setup->report(run->setup->context, results);
	return (results->interrupted ? STATUS_INTERRUPTED : STATUS_OK);
}

enum exit_status
run_scenario(const struct run_setup *setup, GError **error)
{
	struct run run = {.setup = setup, .loads = g_ptr_array_new()};
	enum exit_status status = STATUS_BAD_INPUT;
	GError *cause = NULL;

	if (make_run(&run, &cause))
		status = play(&run, &cause);
	else if (g_error_matches(cause, WORLD_ERROR, WORLD_ERROR_FAILED) ||
	    outputs_lost(cause))
		status = STATUS_FAILED;
	else if (g_error_matches(cause, WORLD_ERROR, WORLD_ERROR_INTERRUPTED))
		status = STATUS_INTERRUPTED;
	if (cause != NULL)
		g_propagate_error(error, cause);
	driver_free(run.driver);
	network_free(run.network);
	recorder_free(run.recorder);
	kernel_destroy(run.kernel);
	outputs_discard(run.outputs);
	g_ptr_array_free(run.loads, TRUE);
	return (status);
}
