/*
 * Making a recorder, with the files that were asked for, and freeing it.
 */

#include "sim/fault.h"
#include "sim/record/recorder_impl.h"

static bool
open_files(struct recorder *r, GError **error)
{
	const struct recorder_setup *setup = &r->setup;
	FILE *file;

	if (setup->outputs == NULL)
		return (true);
	if (setup->requests) {
		r->requests_file =
		    outputs_file(setup->outputs, "requests.csv", error);
		if (r->requests_file == NULL)
			return (false);
		requests_begin(r->requests_file);
	}
	if (setup->series) {
		r->series_file =
		    outputs_file(setup->outputs, "series.csv", error);
		if (r->series_file == NULL)
			return (false);
		series_begin(r->series_file);
	}
	if (setup->trace) {
		r->trace_file =
		    outputs_file(setup->outputs, "trace.txt", error);
		if (r->trace_file == NULL)
			return (false);
	}
	if (setup->perfetto) {
		file = outputs_file(setup->outputs, "perfetto.json", error);
		if (file == NULL)
			return (false);
		r->perfetto = perfetto_begin(file);
	}
	return (true);
}

static void
init_tunables(struct results *results, const struct kernel *kernel)
{
	size_t i;

	results->tunables =
	    kernel_tunables(kernel_name(kernel), &results->tunable_count);
	results->refused_by_limit = g_new0(uint64_t, results->tunable_count);
	results->waited = g_new0(struct waited, results->tunable_count);
	results->tunable_values = g_new0(int64_t, results->tunable_count);
	for (i = 0; i < results->tunable_count; i++)
		results->tunable_values[i] = kernel_get_tunable(kernel, (int)i);
}

static void
init_faults(struct results *results, const GPtrArray *faults)
{
	size_t i;

	if (faults == NULL)
		return;
	results->fault_count = faults->len;
	results->faults = g_new0(struct fault_summary, faults->len);
	for (i = 0; i < faults->len; i++) {
		const struct fault *fault = faults->pdata[i];

		results->faults[i].name =
		    g_strconcat("fault ", fault->name, NULL);
	}
}

struct recorder *
recorder_new(const struct recorder_setup *setup, GError **error)
{
	struct recorder *r = g_new0(struct recorder, 1);
	struct results *results = &r->results;
	int i;

	r->setup = *setup;
	r->kernel = setup->kernel;
	r->warmup_ns = setup->scenario->warmup_ns;
	r->series_interval_ns = setup->scenario->series_interval_ns;
	r->times = g_array_new(FALSE, FALSE, sizeof(struct request_times));
	r->details = g_array_new(FALSE, TRUE, sizeof(struct request_details));
	r->names = g_array_new(FALSE, TRUE, NAME_BYTES);
	r->line = g_string_new(NULL);
	r->marks = setup->marks;
	r->fingerprint = FINGERPRINT_OF_NOTHING;
	r->tracing = setup->trace || setup->listen != NULL;
	r->watched = r->tracing || r->marks != NULL;
	r->rows_wanted = setup->row != NULL ||
	    (setup->outputs != NULL && (setup->requests || setup->perfetto));
	results->scenario = setup->scenario;
	results->world = setup->world;
	results->kernel_name = kernel_name(setup->kernel);
	results->pool_name = kernel_traits(results->kernel_name)->pool;
	results->so_pool_name =
	    kernel_traits(results->kernel_name)->socket_pool;
	for (i = 0; i < LATENCY_COUNT; i++)
		results->latency[i] = histogram_new();
	init_tunables(results, setup->kernel);
	init_faults(results, setup->scenario->faults);
	gauge_init(&results->aiod.alive);
	gauge_init(&results->aiod.busy);
	gauge_init(&results->soaiod.alive);
	gauge_init(&results->soaiod.busy);
	gauge_init(&results->queue_depth);
	results->devices =
	    g_array_new(FALSE, TRUE, sizeof(struct device_summary));
	results->files = g_array_new(FALSE, TRUE, sizeof(struct file_summary));
	results->links = g_array_new(FALSE, TRUE, sizeof(struct link_summary));
	results->processes =
	    g_array_new(FALSE, TRUE, sizeof(struct process_summary));
	if (!open_files(r, error))
		g_clear_pointer(&r, recorder_free);
	return (r);
}

void
recorder_add_process(struct recorder *r, const char *name)
{
	struct process_summary summary = {0};

	summary.name = g_strdup(name);
	summary.total = histogram_new();
	g_array_append_val(r->results.processes, summary);
}

void
recorder_add_device(struct recorder *r, const char *name, int64_t channels)
{
	struct device_summary summary = {0};

	summary.name = name;
	summary.channels = channels;
	gauge_init(&summary.busy_channels);
	gauge_init(&summary.queue);
	g_array_append_val(r->results.devices, summary);
}

bool
recorder_healthy(struct recorder *r, GError **error)
{
	return (r->setup.outputs == NULL ||
	    outputs_healthy(r->setup.outputs, error));
}

void
recorder_free(struct recorder *r)
{
	struct results *results;
	guint i;

	if (r == NULL)
		return;
	results = &r->results;
	if (r->perfetto != NULL)
		perfetto_end(r->perfetto);
	for (i = 0; i < LATENCY_COUNT; i++)
		histogram_free(results->latency[i]);
	for (i = 0; i < results->processes->len; i++) {
		struct process_summary *p = &g_array_index(
		    results->processes, struct process_summary, i);

		g_free(p->name);
		histogram_free(p->total);
		if (p->response != NULL)
			histogram_free(p->response);
	}
	g_array_free(results->processes, TRUE);
	g_array_free(results->devices, TRUE);
	g_array_free(results->files, TRUE);
	for (i = 0; i < results->fault_count; i++)
		g_free(results->faults[i].name);
	g_free(results->faults);
	g_array_free(results->links, TRUE);
	g_free(results->refused_by_limit);
	g_free(results->waited);
	g_free(results->tunable_values);
	g_array_free(r->times, TRUE);
	g_array_free(r->details, TRUE);
	g_array_free(r->names, TRUE);
	g_string_free(r->line, TRUE);
	g_free(r);
}
