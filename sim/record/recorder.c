/*
 * The recorder: statistics of a run, made from what the driver tells.
 *
 * Requests are kept by the kernel's job number from submission to collection,
 * so that memory grows with what is outstanding and not with the run.
 */

#include <string.h>

#include "sim/record/recorder_impl.h"

const char *const latency_names[LATENCY_COUNT] = {
    "total", "admission", "queue", "service", "collect"};

static void
recorder_gauge(
    struct recorder *r, struct gauge *gauge, int64_t now_ns, int64_t value)
{
	gauge_set(gauge, r->warmup_ns, now_ns, value);
}

/* ---- Requests --------------------------------------------------------- */

static struct request_row *
row_of(struct recorder *r, uint32_t job)
{
	g_assert(job < r->rows->len);
	return (&g_array_index(r->rows, struct request_row, job));
}

/* Field by field: it is done for every request, and only what is not known yet
 * has to be cleared. */
static void
fill_row(struct recorder *r, struct request_row *row,
    const struct kernel_call *call, uint64_t tag, int64_t now_ns)
{
	const struct operation *operation = operation_of(tag);

	row->id = ++r->results.issued;
	row->operation = operation != NULL ? operation->number : 0;
	row->call = kernel_call_name(call->kind);
	row->attempt = operation != NULL ? operation->attempts : 1;
	row->arrival_ns = operation != NULL ? operation->arrival_ns : now_ns;
	row->submit_ns = now_ns;
	row->start_ns = row->device_start_ns = row->finish_ns =
	    row->collect_ns = row->resumed_ns = NOT_YET;
	row->daemon[0] = '\0';
	row->finished = row->refused = false;
	row->status = 0;
	row->error = KE_OK;
	row->limit = NULL;
}

static struct process_summary *
process_of(struct recorder *r, uint32_t process)
{
	return (&g_array_index(
	    r->results.processes, struct process_summary, process));
}

static void
count_depth(struct recorder *r, int64_t now_ns, int by)
{
	r->depth_integral += (__int128)r->depth * (now_ns - r->depth_since_ns);
	r->depth_since_ns = now_ns;
	r->depth += by;
	recorder_gauge(r, &r->results.queue_depth, now_ns, r->depth);
}

void
recorder_submit(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call, const struct kernel_job_info *job)
{
	struct process_summary *process = process_of(r, job->process);
	struct request_row *row;

	if (job->number >= r->rows->len)
		g_array_set_size(r->rows, job->number + 1);
	row = row_of(r, job->number);
	fill_row(r, row, call, job->tag, now_ns);
	row->process = process->name;
	row->opcode = job->opcode;
	row->fd = job->fd;
	row->offset_bytes = job->offset_bytes;
	row->size_bytes = job->size_bytes;
	r->results.accepted++;
	process->issued++;
	process->accepted++;
	count_depth(r, now_ns, 1);
	trace_submit(r, now_ns, thread, row, job);
}

/* As the columns tell reads from writes; an entry of a list says it itself. */
static enum kernel_opcode
refused_opcode(
    const struct kernel_call *call, const struct kernel_request *request)
{
	bool writes = call->kind == KERNEL_AIO_WRITE ||
	    call->kind == KERNEL_AIO_WRITEV ||
	    (call->kind == KERNEL_LIO_LISTIO &&
		request->opcode == KERNEL_OP_WRITE);

	return (writes ? KERNEL_OP_WRITE : KERNEL_OP_READ);
}

/* The fault that refuses a request. */
static struct fault_summary *
injector(struct recorder *r, const struct kernel_request *request)
{
	const struct operation *operation = operation_of(request->tag);

	g_assert(operation != NULL && operation->refusal > 0 &&
	    operation->refusal <= r->results.fault_count);
	return (&r->results.faults[operation->refusal - 1]);
}

void
recorder_refuse(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call, const struct kernel_effect *effect)
{
	const struct kernel_request *request = effect->refusal.request;
	struct kernel_thread_info info;
	struct process_summary *process;
	struct fault_summary *fault;
	struct request_row row;
	int limit = effect->refusal.limit;

	kernel_thread(r->kernel, thread, &info);
	process = process_of(r, info.process);
	fill_row(r, &row, call, request->tag, now_ns);
	row.process = process->name;
	row.opcode = refused_opcode(call, request);
	row.fd = request->fd;
	row.offset_bytes = request->offset_bytes;
	row.size_bytes = request->size_bytes;
	row.refused = row.finished = true;
	row.status = -1;
	row.error = effect->refusal.error;
	if (limit >= 0) {
		row.limit = r->results.tunables[limit].node;
		r->results.refused_by_limit[limit]++;
	} else if (limit == KERNEL_LIMIT_INJECTED) {
		fault = injector(r, request);
		row.limit = fault->name;
		fault->refused++;
	} else {
		r->results.refused_by_errno[row.error]++;
	}
	process->issued++;
	process->refused++;
	trace_refuse(r, now_ns, thread, &row);
	write_row(r, &row);
}

void
recorder_serve(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job)
{
	struct request_row *row;

	if (!job->synchronous) {
		row = row_of(r, job->number);
		/* What its end will touch, soon. */
		__builtin_prefetch(&row->finish_ns);
		__builtin_prefetch(&row->status);
		if (row->start_ns == NOT_YET)
			row->start_ns = now_ns;
		else
			row->resumed_ns = now_ns;
		/* The name may be another's by the time the row is written. */
		if (r->rows_wanted && thread != KERNEL_NOBODY)
			memcpy(row->daemon, thread_name(r, thread), NAME_BYTES);
	}
	trace_serve(r, now_ns, thread, job);
}

void
recorder_strike(struct recorder *r, int64_t now_ns, guint fault, uint32_t job)
{
	struct fault_summary *summary = &r->results.faults[fault];

	summary->struck++;
	trace_strike(r, now_ns, summary->name, kernel_job(r->kernel, job));
}

void
recorder_device_start(struct recorder *r, int64_t now_ns, uint32_t job)
{
	/* What pread and pwrite do has no row: it is no request. */
	if (job < r->rows->len && row_of(r, job)->id != 0)
		row_of(r, job)->device_start_ns = now_ns;
}

static void
record_latencies(struct recorder *r, struct process_summary *process,
    const struct request_row *row, const struct kernel_job_info *job)
{
	struct results *results = &r->results;
	struct waited *waited;

	if (row->arrival_ns < r->warmup_ns)
		return;
	results->measured++;
	histogram_record(process->total, row->finish_ns - row->arrival_ns);
	histogram_record(results->latency[LATENCY_ADMISSION],
	    row->submit_ns - row->arrival_ns);
	if (row->start_ns == NOT_YET)
		return;
	histogram_record(
	    results->latency[LATENCY_QUEUE], row->start_ns - row->submit_ns);
	histogram_record(
	    results->latency[LATENCY_SERVICE], row->finish_ns - row->start_ns);
	if (row->limit != NULL) {
		waited = &results->waited[job->held_by];
		waited->count++;
		waited->ns += row->start_ns - row->submit_ns;
	}
}

static bool
is_daemon(const struct recorder *r, uint32_t thread)
{
	struct kernel_thread_info info;

	if (thread == KERNEL_NOBODY)
		return (false);
	kernel_thread(r->kernel, thread, &info);
	return (info.kind == THREAD_DAEMON);
}

void
recorder_complete(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job)
{
	struct process_summary *process = process_of(r, job->process);
	struct request_row *row = row_of(r, job->number);

	row->finish_ns = now_ns;
	row->finished = true;
	row->status = job->status;
	row->error = job->error;
	/* Cancelled between two attempts, it is finished by no daemon. */
	if (job->socket && !is_daemon(r, thread))
		row->daemon[0] = '\0';
	if (job->held_by >= 0 && row->start_ns != NOT_YET &&
	    row->start_ns > row->submit_ns)
		row->limit = r->results.tunables[job->held_by].node;
	r->sojourns += now_ns - row->submit_ns;
	count_depth(r, now_ns, -1);
	if (row->error == KE_ECANCELED) {
		r->results.cancelled++;
		process->cancelled++;
	} else {
		record_latencies(r, process, row, job);
		if (row->error == KE_OK) {
			r->results.completed++;
			process->completed++;
		} else {
			r->results.failed++;
			process->failed++;
		}
	}
	trace_complete(r, now_ns, thread, job, row);
}

void
recorder_collect(
    struct recorder *r, int64_t now_ns, const struct kernel_job_info *job)
{
	struct request_row *row = row_of(r, job->number);

	row->collect_ns = now_ns;
	if (row->arrival_ns >= r->warmup_ns && row->error != KE_ECANCELED)
		histogram_record(r->results.latency[LATENCY_COLLECT],
		    now_ns - row->finish_ns);
	trace_collect(r, now_ns, job, row);
	if (r->rows_wanted)
		write_row(r, row);
	row->id = 0;
}

void
write_row(struct recorder *r, const struct request_row *row)
{
	if (r->requests_file != NULL)
		requests_row(r->requests_file, row);
	if (r->perfetto != NULL)
		perfetto_request(r->perfetto, row);
	if (r->setup.row != NULL)
		r->setup.row(r->setup.row_context, row);
}

/* ---- Gauges of the system and of devices ------------------------------ */

static void
write_series(struct recorder *r, const struct series_row *row)
{
	if (r->series_file != NULL)
		series_row(r->series_file, row);
	if (r->perfetto != NULL)
		perfetto_series(r->perfetto, row);
}

static void
pool_gauges(struct recorder *r, struct pool_summary *pool, int64_t now_ns,
    int64_t alive, int64_t busy)
{
	recorder_gauge(r, &pool->alive, now_ns, alive);
	recorder_gauge(r, &pool->busy, now_ns, busy);
}

void
recorder_instant(struct recorder *r, int64_t now_ns)
{
	const struct kernel_counters *counters = kernel_counters(r->kernel);

	pool_gauges(r, &r->results.aiod, now_ns, counters->daemons,
	    counters->daemons_busy);
	pool_gauges(r, &r->results.soaiod, now_ns, counters->so_daemons,
	    counters->so_daemons_busy);
	if ((r->series_file == NULL && r->perfetto == NULL) ||
	    memcmp(counters, &r->last.counters, sizeof(*counters)) == 0)
		return;
	/* A row that came too soon after the one before waits; the next one
	 * replaces it, so that the last value of an interval is kept. */
	if (r->pending && now_ns >= r->next_series_ns) {
		write_series(r, &r->last);
		r->pending = false;
	}
	r->last.time_ns = now_ns;
	r->last.counters = *counters;
	if (now_ns < r->next_series_ns) {
		r->pending = true;
		return;
	}
	write_series(r, &r->last);
	r->next_series_ns = now_ns + r->series_interval_ns;
}

void
recorder_device(struct recorder *r, int64_t now_ns, uint32_t device,
    int64_t busy, int64_t waiting)
{
	struct device_summary *summary =
	    &g_array_index(r->results.devices, struct device_summary, device);

	recorder_gauge(r, &summary->busy_channels, now_ns, busy);
	recorder_gauge(r, &summary->queue, now_ns, waiting);
}

void
recorder_device_request(
    struct recorder *r, uint32_t device, enum io_kind kind, int64_t bytes)
{
	struct device_summary *summary =
	    &g_array_index(r->results.devices, struct device_summary, device);

	switch (kind) {
	case IO_READ:
		summary->reads++;
		summary->read_bytes += (uint64_t)bytes;
		break;
	case IO_WRITE:
		summary->writes++;
		summary->write_bytes += (uint64_t)bytes;
		break;
	case IO_FLUSH:
		summary->syncs++;
		break;
	}
}

/* ---- The end ---------------------------------------------------------- */

/* Rows of what was not collected, as far as it came. */
static uint64_t
write_rest(struct recorder *r, int64_t now_ns)
{
	uint64_t in_flight = 0;
	guint i;

	for (i = 0; i < r->rows->len; i++) {
		struct request_row *row = row_of(r, i);

		if (row->id == 0)
			continue;
		if (!row->finished) {
			in_flight++;
			r->sojourns += now_ns - row->submit_ns;
		}
		write_row(r, row);
	}
	return (in_flight);
}

static void
close_pool(struct recorder *r, struct pool_summary *pool, int64_t now_ns)
{
	gauge_close(&pool->alive, r->warmup_ns, now_ns);
	gauge_close(&pool->busy, r->warmup_ns, now_ns);
}

static void
close_gauges(struct recorder *r, int64_t now_ns)
{
	struct results *results = &r->results;
	struct device_summary *device;
	guint i;

	close_pool(r, &results->aiod, now_ns);
	close_pool(r, &results->soaiod, now_ns);
	close_links(r, now_ns);
	count_depth(r, now_ns, 0);
	gauge_close(&results->queue_depth, r->warmup_ns, now_ns);
	for (i = 0; i < results->devices->len; i++) {
		device =
		    &g_array_index(results->devices, struct device_summary, i);
		gauge_close(&device->busy_channels, r->warmup_ns, now_ns);
		gauge_close(&device->queue, r->warmup_ns, now_ns);
	}
}

/* Every attempt went one way, and the integral over time of the number in the
 * system is the sum of the times spent in it (Little), to the nanosecond. */
static char *
find_violation(const struct recorder *r, uint64_t in_flight)
{
	const struct results *results = &r->results;
	uint64_t refused = 0;
	size_t i;

	for (i = 0; i < results->tunable_count; i++)
		refused += results->refused_by_limit[i];
	for (i = 0; i < KE_ERRNO_COUNT; i++)
		refused += results->refused_by_errno[i];
	for (i = 0; i < results->fault_count; i++)
		refused += results->faults[i].refused;
	if (results->issued !=
	    results->completed + results->failed + results->cancelled +
		in_flight + refused)
		return (g_strdup_printf(
		    "the balance of requests does not hold: %" G_GUINT64_FORMAT
		    " issued, %" G_GUINT64_FORMAT " in flight",
		    results->issued, in_flight));
	if (in_flight != (uint64_t)r->depth)
		return (g_strdup_printf("%" G_GUINT64_FORMAT
					" requests in flight, counted %" PRId64,
		    in_flight, r->depth));
	if (r->depth_integral != r->sojourns)
		return (g_strdup(
		    "Little's law does not hold: the integral of the number in "
		    "the system is not the sum of sojourns"));
	return (NULL);
}

bool
recorder_finish(struct recorder *r, int64_t now_ns, char **violation)
{
	const struct kernel_counters *counters = kernel_counters(r->kernel);
	struct results *results = &r->results;
	guint i;

	close_gauges(r, now_ns);
	for (i = 0; i < results->processes->len; i++)
		histogram_merge(
		    results->latency[LATENCY_TOTAL], process_of(r, i)->total);
	results->in_flight = write_rest(r, now_ns);
	if (r->pending)
		write_series(r, &r->last);
	results->simulated_ns = now_ns;
	results->measured_ns = MAX(now_ns - r->warmup_ns, 0);
	results->aiod.created = counters->daemons_created;
	results->aiod.reaped = counters->daemons_exited;
	results->soaiod.created = counters->so_daemons_created;
	results->soaiod.reaped = counters->so_daemons_exited;
	results->fingerprint = r->fingerprint;
	if (r->perfetto != NULL)
		perfetto_end(g_steal_pointer(&r->perfetto));
	*violation = find_violation(r, results->in_flight);
	return (*violation == NULL);
}

struct results *
recorder_results(struct recorder *r)
{
	return (&r->results);
}
