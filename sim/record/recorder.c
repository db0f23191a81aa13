/*
 * The recorder: statistics of a run, made from what the driver tells.
 *
 * Requests are kept by the kernel's job number from submission to collection,
 * so that memory grows with what is outstanding and not with the run; and of
 * each only what has to be: what the kernel knows is asked of it (rows.c).
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

static struct request_times *
times_of(struct recorder *r, uint32_t job)
{
	g_assert(job < r->times->len);
	return (&g_array_index(r->times, struct request_times, job));
}

static void G_GNUC_NO_INLINE
make_room(struct recorder *r, uint32_t job)
{
	const struct request_times none = {.submit_ns = NOT_YET};

	while (r->times->len <= job)
		g_array_append_val(r->times, none);
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

	if (job->number >= r->times->len)
		make_room(r, job->number);
	*times_of(r, job->number) = (struct request_times) {
	    .arrival_ns = arrival_of(job->tag, now_ns),
	    .submit_ns = now_ns,
	    .start_ns = NOT_YET,
	    .finish_ns = NOT_YET,
	};
	r->results.issued++;
	r->results.accepted++;
	process->issued++;
	process->accepted++;
	if (r->rows_wanted)
		rows_submit(r, call, job);
	count_depth(r, now_ns, 1);
	trace_submit(r, now_ns, thread, job);
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
	const int limit = effect->refusal.limit;
	struct kernel_thread_info info;
	struct process_summary *process;
	struct fault_summary *fault;
	const char *name = NULL;

	kernel_thread(r->kernel, thread, &info);
	process = process_of(r, info.process);
	if (limit >= 0) {
		name = r->results.tunables[limit].node;
		r->results.refused_by_limit[limit]++;
	} else if (limit == KERNEL_LIMIT_INJECTED) {
		fault = injector(r, request);
		name = fault->name;
		fault->refused++;
	} else {
		r->results.refused_by_errno[effect->refusal.error]++;
	}
	r->results.issued++;
	process->issued++;
	process->refused++;
	trace_refuse(r, now_ns, thread, effect->refusal.error, name);
	if (r->rows_wanted)
		rows_refuse(r, now_ns, process->name, call, request,
		    effect->refusal.error, name);
}

void
recorder_serve(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job)
{
	struct request_times *times;

	if (!job->synchronous) {
		times = times_of(r, job->number);
		/* What its end will touch, soon. */
		__builtin_prefetch(times);
		if (r->rows_wanted)
			rows_serve(r, now_ns, thread, job, times);
		if (times->start_ns == NOT_YET)
			times->start_ns = now_ns;
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
	if (r->rows_wanted)
		rows_device_start(r, now_ns, job);
}

static void
record_latencies(struct recorder *r, struct process_summary *process,
    const struct request_times *times, const struct kernel_job_info *job)
{
	struct results *results = &r->results;
	struct waited *waited;
	int64_t waited_ns;

	if (times->arrival_ns < r->warmup_ns)
		return;
	results->measured++;
	histogram_record(process->total, times->finish_ns - times->arrival_ns);
	histogram_record(results->latency[LATENCY_ADMISSION],
	    times->submit_ns - times->arrival_ns);
	if (times->start_ns == NOT_YET)
		return;
	histogram_record(results->latency[LATENCY_QUEUE],
	    times->start_ns - times->submit_ns);
	histogram_record(results->latency[LATENCY_SERVICE],
	    times->finish_ns - times->start_ns);
	waited_ns = held_ns(times, job);
	if (waited_ns > 0) {
		waited = &results->waited[job->held_by];
		waited->count++;
		waited->ns += waited_ns;
	}
}

void
recorder_complete(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job)
{
	struct process_summary *process = process_of(r, job->process);
	struct request_times *times = times_of(r, job->number);

	times->finish_ns = now_ns;
	if (r->rows_wanted)
		rows_complete(r, thread, job);
	r->sojourns += now_ns - times->submit_ns;
	count_depth(r, now_ns, -1);
	if (job->error == KE_ECANCELED) {
		r->results.cancelled++;
		process->cancelled++;
	} else {
		record_latencies(r, process, times, job);
		if (job->error == KE_OK) {
			r->results.completed++;
			process->completed++;
		} else {
			r->results.failed++;
			process->failed++;
		}
	}
	trace_complete(r, now_ns, thread, job);
}

void
recorder_collect(
    struct recorder *r, int64_t now_ns, const struct kernel_job_info *job)
{
	struct request_times *times = times_of(r, job->number);

	if (times->arrival_ns >= r->warmup_ns && job->error != KE_ECANCELED)
		histogram_record(r->results.latency[LATENCY_COLLECT],
		    now_ns - times->finish_ns);
	trace_collect(r, now_ns, job);
	if (r->rows_wanted)
		rows_write(r, job, times, now_ns);
	times->submit_ns = NOT_YET;
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

/* What was not collected, as far as it came. */
static uint64_t
write_rest(struct recorder *r, int64_t now_ns)
{
	const struct request_times *times;
	uint64_t in_flight = 0;
	guint i;

	for (i = 0; i < r->times->len; i++) {
		times = times_of(r, i);
		if (times->submit_ns == NOT_YET)
			continue;
		if (times->finish_ns == NOT_YET) {
			in_flight++;
			r->sojourns += now_ns - times->submit_ns;
		}
		if (r->rows_wanted)
			rows_write(r, kernel_job(r->kernel, i), times, NOT_YET);
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
