/*
 * The runs of a crosscheck.  Decides what a scenario must be for it, and what
 * of it a heap run with measured services leaves to the measurement: disks,
 * locks and caches, since the host's own were in the times already.
 */

#include "sim/crosscheck/crosscheck.h"

#include <string.h>

#include "sim/crosscheck/retraced.h"
#include "sim/record/outputs.h"
#include "sim/record/sinks.h"
#include "sim/scenario/values.h"

/* More than any pool has daemons. */
#define ANY_NUMBER 65536

/* ---- Scenarios -------------------------------------------------------- */

/* What has no service that could be measured, or no real counterpart. */
static bool
can_be_measured(const struct scenario *s, GError **error)
{
	guint i;

	for (i = 0; i < s->files->len; i++) {
		const struct file_config *file = s->files->pdata[i];

		if (file->kind != FILE_SOCKET && !file_waits_for_data(file))
			continue;
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: [file %s] is a socket, pipe, fifo or tty: how long it "
		    "takes is up to its other end; crosscheck takes files and "
		    "raw disks",
		    s->path, file->name);
		return (false);
	}
	return (true);
}

static void
take_measured_times(struct scenario *s)
{
	guint i;

	for (i = 0; i < s->disks->len; i++) {
		struct disk_config *disk = s->disks->pdata[i];

		value_distribution_clear(&disk->latency);
		memset(&disk->latency, 0, sizeof(disk->latency));
		disk->model = DISK_STATION;
		disk->bandwidth = disk->channel_bandwidth = 0;
		disk->channels = disk->queue_depth = ANY_NUMBER;
	}
	for (i = 0; i < s->files->len; i++) {
		struct file_config *file = s->files->pdata[i];

		file->lock = LOCK_NONE;
		file->cache = CACHE_NONE;
	}
}

/* Whether the scenario says of any disk how long it takes. */
static bool
models_a_device(const struct scenario *s)
{
	guint i;

	for (i = 0; i < s->disks->len; i++) {
		const struct disk_config *disk = s->disks->pdata[i];

		if (disk->model != DISK_STATION || disk->recorded ||
		    disk->bandwidth > 0 || disk->channel_bandwidth > 0 ||
		    distribution_mean(&disk->latency) > 0)
			return (true);
	}
	return (false);
}

/* ---- Runs ------------------------------------------------------------- */

static enum exit_status
play(const struct crosscheck *x, struct side *side, const char *name,
    const struct side_setup *run)
{
	g_autofree char *out = g_build_filename(x->out, name, NULL);
	struct side_setup setup = *run;
	enum exit_status status;
	GError *error = NULL;

	setup.out = out;
	setup.trace = x->trace;
	side_init(side, name);
	status = side_play(side, &setup, &error);
	if (error != NULL) {
		g_printerr("%s\n", error->message);
		g_error_free(error);
	}
	return (status);
}

static enum exit_status
play_measured(struct crosscheck *x, struct measured *table)
{
	struct scenario *scenario = options_read(x->options, x->path, NULL);
	const uint64_t before = measured_guesses(table);
	enum exit_status status = STATUS_BAD_INPUT;

	if (scenario != NULL) {
		take_measured_times(scenario);
		status = play(x, &x->measured, "measured",
		    &(struct side_setup) {.scenario = scenario,
			.world = &world_heap,
			.give = table});
	}
	x->guesses = measured_guesses(table) - before;
	scenario_free(scenario);
	return (status);
}

static enum exit_status
play_real_and_again(struct crosscheck *x)
{
	struct measured *table = measured_new();
	enum exit_status status;

	status = play(x, &x->real, "real",
	    &(struct side_setup) {.scenario = x->scenario,
		.world = &world_posix,
		.where = x->where,
		.record = table});
	x->lateness = measured_lateness(table);
	if (status == STATUS_OK)
		status = play(x, &x->retraced, "retraced",
		    &(struct side_setup) {.scenario = x->scenario,
			.world = &world_retraced,
			.give = table});
	if (status == STATUS_OK)
		status = play_measured(x, table);
	measured_free(table);
	return (status);
}

static void
compare(struct crosscheck *x)
{
	x->retracing = (struct comparison) {.tolerances = x->tolerances,
	    .judged = true,
	    .facts = true,
	    .determined = true};
	comparison_make(&x->retracing, x->scenario, &x->real, &x->retraced);
	x->prediction = (struct comparison) {.tolerances = x->tolerances,
	    .judged = true,
	    .facts = x->facts,
	    .determined = x->lateness.count == 0};
	comparison_make(&x->prediction, x->scenario, &x->real, &x->measured);
	if (!x->has_model)
		return;
	x->device = (struct comparison) {
	    .tolerances = x->tolerances, .judged = x->model_share >= 0};
	if (x->device.judged)
		x->device.tolerances.share = x->device.tolerances.distance =
		    x->model_share;
	comparison_make(&x->device, x->scenario, &x->real, &x->model);
}

guint
crosscheck_differing(const struct crosscheck *x)
{
	return (x->retracing.differing + x->prediction.differing +
	    x->device.differing);
}

static enum exit_status
put_away(const struct crosscheck *x, struct outputs *outputs, GError **error)
{
	FILE *file = outputs_file(outputs, "crosscheck.json", error);
	json_t *object;

	if (file == NULL) {
		outputs_discard(outputs);
		return (STATUS_FAILED);
	}
	object = crosscheck_json(x);
	json_write(file, object);
	json_decref(object);
	return (outputs_commit(outputs, error) ? STATUS_OK : STATUS_FAILED);
}

/* All runs, with the outputs open: a directory that cannot be written is found
 * before the first. */
static enum exit_status
play_all(struct crosscheck *x, struct scenario *model, GError **error)
{
	struct outputs *outputs = outputs_open(x->out, error);
	enum exit_status status;

	if (outputs == NULL)
		return (
		    outputs_lost(*error) ? STATUS_FAILED : STATUS_BAD_INPUT);
	status = play_real_and_again(x);
	if (status == STATUS_OK && x->has_model)
		status = play(x, &x->model, "model",
		    &(struct side_setup) {
			.scenario = model, .world = &world_heap});
	if (status != STATUS_OK) {
		outputs_discard(outputs);
		return (status);
	}
	compare(x);
	status = put_away(x, outputs, error);
	if (status == STATUS_OK && crosscheck_differing(x) > 0)
		status = STATUS_DIFFERS;
	return (status);
}

static struct scenario *
read_model(const struct crosscheck *x)
{
	if (x->disks == NULL)
		return (options_read(x->options, x->path, NULL));
	return (options_read_with_disks(x->options, x->path, x->disks));
}

enum exit_status
crosscheck_play(struct crosscheck *x)
{
	enum exit_status status = STATUS_BAD_INPUT;
	struct scenario *model = NULL;
	GError *error = NULL;

	x->scenario = options_read(x->options, x->path, NULL);
	if (x->scenario != NULL)
		model = read_model(x);
	if (model != NULL && can_be_measured(x->scenario, &error)) {
		x->has_model = !x->facts && models_a_device(model);
		status = play_all(x, model, &error);
	}
	if (error != NULL) {
		g_printerr("%s\n", error->message);
		g_error_free(error);
	}
	scenario_free(model);
	return (status);
}

void
crosscheck_release(struct crosscheck *x)
{
	comparison_clear(&x->retracing);
	comparison_clear(&x->prediction);
	comparison_clear(&x->device);
	side_clear(&x->real);
	side_clear(&x->retraced);
	side_clear(&x->measured);
	side_clear(&x->model);
	scenario_free(x->scenario);
	x->scenario = NULL;
}
