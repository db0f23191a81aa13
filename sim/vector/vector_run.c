/*
 * Running a vector: the scenario that it amounts to (one core, no costs), the
 * service times and results that it prescribes, and the run.
 */

#include "sim/driver.h"
#include "sim/record/recording.h"
#include "sim/vector/vector_impl.h"

/* ---- The scenario ----------------------------------------------------- */

static void
disk_free(void *data)
{
	struct disk_config *disk = data;

	g_free(disk->name);
	g_free(disk);
}

static struct disk_config *
disk_new(const struct vector_device *device)
{
	struct disk_config *disk = g_new0(struct disk_config, 1);

	disk->name = g_strdup_printf("d%d", (int)device->id);
	disk->model = DISK_STATION;
	disk->channels = device->channels;
	disk->latency.kind = DISTRIBUTION_CONSTANT;
	disk->queue_depth = INT64_MAX;
	return (disk);
}

static struct scenario *
scenario_of(const struct vector *vector)
{
	struct scenario *scenario = g_new0(struct scenario, 1);
	guint i;

	scenario->path = g_strdup(vector->name);
	scenario->stem = g_strdup(vector->name);
	scenario->kernel = g_strdup(vector->kernel);
	scenario->hz = vector->hz;
	scenario->cores = 1;
	scenario->seed = 1;
	/* Zero would be no end at all; nothing happens before 1 us. */
	scenario->duration_ns = MAX(vector->end_ns, 1);
	scenario->disks = g_ptr_array_new_with_free_func(disk_free);
	scenario->files = g_ptr_array_new();
	scenario->processes = g_ptr_array_new();
	scenario->links = g_ptr_array_new();
	scenario->peers = g_ptr_array_new();
	scenario->traffics = g_ptr_array_new();
	scenario->sysctls =
	    g_array_new(FALSE, FALSE, sizeof(struct sysctl_setting));
	scenario->sweep = g_array_new(FALSE, FALSE, sizeof(struct sweep_axis));
	for (i = 0; i < vector->devices->len; i++)
		g_ptr_array_add(scenario->disks,
		    disk_new(&g_array_index(
			vector->devices, struct vector_device, i)));
	return (scenario);
}

/* ---- What requests take and come to ----------------------------------- */

static const struct vector_file *
file_of(const struct vector *vector, const struct kernel_job_info *job)
{
	const GArray *files = vector_process(vector, job->process)->files;
	const struct vector_file *file;
	guint i;

	for (i = 0; i < files->len; i++) {
		file = &g_array_index(files, struct vector_file, i);
		if (file->fd == job->fd)
			return (file);
	}
	g_assert_not_reached();
}

/* Long enough to be past every end, short enough to be added to. */
static int64_t
service_ns(const struct vector_device *device, uint64_t bytes)
{
	__int128 us = device->base_us +
	    (__int128)bytes * (uint64_t)device->ns_per_byte / 1000;

	return ((int64_t)MIN(us, 2 * (__int128)MAX_US) * 1000);
}

static void
prescribe_outcome(
    void *context, const struct kernel_job_info *job, struct outcome *outcome)
{
	const struct vector *vector = context;
	const struct vector_device *device =
	    &g_array_index(vector->devices, struct vector_device, job->device);

	switch (job->opcode) {
	case KERNEL_OP_READ:
	case KERNEL_OP_WRITE:
		outcome->service_ns = service_ns(device, job->size_bytes);
		outcome->result.error = file_of(vector, job)->io_error;
		if (outcome->result.error != KE_OK)
			outcome->result.bytes = 0;
		break;
	case KERNEL_OP_SYNC:
		outcome->service_ns = device->fsync_us * 1000;
		break;
	case KERNEL_OP_MLOCK:
		outcome->service_ns = vector->mlock_us * 1000;
		break;
	case KERNEL_OP_NOP:
		break;
	}
}

/* ---- The run ---------------------------------------------------------- */

static struct kernel *
boot(const struct vector *vector, const struct vector_options *options)
{
	struct kernel *k = kernel_create(vector->kernel, vector->hz);
	size_t count, i;
	int cost;

	kernel_tunables(vector->kernel, &count);
	for (i = 0; i < count; i++)
		if (vector->tunables[i] != INT64_MIN)
			kernel_set_tunable(k, (int)i, vector->tunables[i]);
	for (cost = 0; cost < COST_COUNT; cost++)
		kernel_set_cost(k, (enum kernel_cost)cost, options->cost_ns);
	kernel_set_unmapped_allowed(k, vector->unmapped_allowed);
	return (k);
}

static void
open_files(struct driver *driver, struct kernel *k, uint32_t process,
    const GArray *files)
{
	const struct vector_file *file;
	guint i;

	for (i = 0; i < files->len; i++) {
		file = &g_array_index(files, struct vector_file, i);
		if (file->dup_of >= 0)
			kernel_dup(k, process, file->dup_of, file->fd);
		else if (file->file.kind == KERNEL_SOCKET)
			driver_open_socket(
			    driver, process, file->fd, &file->socket);
		else
			kernel_open(k, process, file->fd, &file->file);
	}
}

static struct recorder *
recorder_of(const struct scenario *scenario, const struct kernel *k,
    const struct world_ops *world, GError **error)
{
	struct recorder_setup setup = {
	    .scenario = scenario, .world = world->name, .kernel = k};
	struct recorder *recorder = recorder_new(&setup, error);
	guint i;

	for (i = 0; recorder != NULL && i < scenario->disks->len; i++) {
		const struct disk_config *disk = scenario->disks->pdata[i];

		recorder_add_device(recorder, disk->name, disk->channels);
	}
	return (recorder);
}

/* Plays the vector on a driver that is made. */
static bool
play(struct driver *driver, const struct vector *vector, struct kernel *k,
    struct observation *o, GError **error)
{
	struct player **players =
	    g_new(struct player *, vector->processes->len);
	const struct vector_process *p;
	uint32_t process;
	bool done;
	guint i;

	for (i = 0; i < vector->processes->len; i++) {
		p = vector_process(vector, i);
		players[i] = player_new(p, o);
		process = driver_add_program(driver, &players[i]->program);
		g_assert(process == i);
		open_files(driver, k, process, p->files);
	}
	schedule_socket_events(driver, vector);
	done = driver_run(driver, error);
	for (i = 0; i < vector->processes->len; i++)
		if (players[i]->next < players[i]->process->calls->len)
			observe_blocked(o, i, players[i]->next);
	g_free(players);
	return (done);
}

static bool
finish_recorder(
    struct recorder *recorder, struct driver *driver, GError **error)
{
	char *violation = NULL;

	if (recorder_finish(recorder, driver_now(driver), &violation))
		return (true);
	g_set_error_literal(error, VECTOR_ERROR, VECTOR_BUG, violation);
	g_free(violation);
	return (false);
}

json_t *
vector_run(const struct vector *vector, const struct world_ops *world,
    const struct vector_options *options, GError **error)
{
	struct observation o;
	struct observer observer = {
	    observe_completion, observe_notification, observe_instant, &o};
	struct driver_setup setup = {.world = world,
	    .observer = &observer,
	    .outcome = prescribe_outcome,
	    .context = (void *)(uintptr_t)vector,
	    .to_the_end = true,
	    .check = options->check};
	struct scenario *scenario;
	struct driver *driver = NULL;
	json_t *observed;
	bool done = false;

	setup.scenario = scenario = scenario_of(vector);
	setup.kernel = boot(vector, options);
	setup.recorder = recorder_of(scenario, setup.kernel, world, error);
	observation_init(&o, vector, setup.kernel);
	if (setup.recorder != NULL)
		driver = driver_new(&setup, error);
	if (driver != NULL)
		done = play(driver, vector, setup.kernel, &o, error) &&
		    finish_recorder(setup.recorder, driver, error);
	observed = observation_finish(&o);
	if (!done)
		g_clear_pointer(&observed, json_decref);
	driver_free(driver);
	recorder_free(setup.recorder);
	kernel_destroy(setup.kernel);
	scenario_free(scenario);
	return (observed);
}
