/*
 * Recording one of the runs that are compared, from the rows of requests.csv
 * and from the results.
 */

#include "sim/crosscheck/side.h"

#include <string.h>

#include "sim/record/derived.h"

void
side_init(struct side *side, const char *name)
{
	memset(side, 0, sizeof(*side));
	side->name = name;
	side->attempts = g_array_new(FALSE, FALSE, sizeof(struct attempt));
	side->refused =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	side->waited =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	side->parties = g_array_new(FALSE, FALSE, sizeof(struct party));
}

void
side_clear(struct side *side)
{
	if (side->attempts == NULL)
		return;
	g_array_unref(side->attempts);
	g_hash_table_unref(side->refused);
	g_hash_table_unref(side->waited);
	g_array_unref(side->parties);
	memset(side, 0, sizeof(*side));
}

/* ---- Rows ------------------------------------------------------------- */

/* Takes the key. */
static void
count(GHashTable *counts, char *key, uint64_t by)
{
	gsize before = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, key));

	g_hash_table_replace(counts, key, GSIZE_TO_POINTER(before + by));
}

static void
count_refusal(struct side *side, const struct request_row *row)
{
	const char *error = kernel_errno_name(row->error);

	count(side->refused,
	    row->limit != NULL ? g_strdup_printf("%s, %s", error, row->limit)
			       : g_strdup(error),
	    1);
}

static void
take_row(void *context, const struct request_row *row)
{
	struct side *side = context;
	struct attempt attempt = {
	    .operation = row->operation,
	    .id = row->id,
	    .rank = side->attempts->len,
	    .opcode = row->opcode,
	    .attempts = row->attempt,
	    .offset_bytes = row->offset_bytes,
	    .size_bytes = row->size_bytes,
	    .arrival_ns = row->arrival_ns,
	    .submit_ns = row->submit_ns,
	    .start_ns = row->start_ns,
	    .finish_ns = row->finish_ns,
	    .collect_ns = row->collect_ns,
	    .finished = row->finished,
	    .status = row->status,
	    .error = row->error,
	};

	if (row->refused) {
		count_refusal(side, row);
		return;
	}
	attempt.process = g_intern_string(row->process);
	g_array_append_val(side->attempts, attempt);
}

/* ---- Results ---------------------------------------------------------- */

static void
take_waits(struct side *side, const struct results *results)
{
	size_t i;

	for (i = 0; i < results->tunable_count; i++)
		if (results->waited[i].count > 0)
			count(side->waited, g_strdup(results->tunables[i].node),
			    results->waited[i].count);
}

static void
take_parties(struct side *side, const struct results *results)
{
	const struct process_summary *process;
	struct party party;
	guint i;

	for (i = 0; i < results->processes->len; i++) {
		process = &g_array_index(
		    results->processes, struct process_summary, i);
		party.name = g_intern_string(process->name);
		party.operations = process->operations;
		g_array_append_val(side->parties, party);
	}
}

static void
take_results(void *context, const struct results *results)
{
	struct side *side = context;
	const struct pool_summary *pool = &results->aiod;

	side->operations = results->operations;
	side->issued = results->issued;
	side->accepted = results->accepted;
	side->completed = results->completed;
	side->failed = results->failed;
	side->cancelled = results->cancelled;
	side->in_flight = results->in_flight;
	side->daemons_created = pool->created;
	side->daemons_reaped = pool->reaped;
	side->daemons_most = gauge_most(&pool->alive);
	side->daemons_mean = gauge_mean(&pool->alive, results->measured_ns);
	side->daemons_busy_mean = gauge_mean(&pool->busy, results->measured_ns);
	side->simulated_ns = results->simulated_ns;
	side->warmup_ns = results->scenario->warmup_ns;
	side->stalled = results->stalled;
	side->fingerprint = results->fingerprint;
	take_waits(side, results);
	take_parties(side, results);
}

gint
side_by_operation(gconstpointer left, gconstpointer right)
{
	const struct attempt *a = left, *b = right;
	int order;

	if (a->process != b->process) {
		order = strcmp(a->process, b->process);
		if (order != 0)
			return (order);
	}
	return (a->operation < b->operation ? -1 : a->operation > b->operation);
}

enum exit_status
side_play(struct side *side, const struct side_setup *setup, GError **error)
{
	struct world_watch watch;
	struct run_hooks hooks = {
	    .row = take_row,
	    .row_context = side,
	    .outcome = setup->give != NULL ? measured_outcome : NULL,
	    .outcome_context = setup->give,
	    .world_context = setup->give,
	};
	struct run_setup run = {
	    .scenario = setup->scenario,
	    .world = setup->world,
	    .real = setup->where,
	    .out = setup->out,
	    .requests = true,
	    .series = true,
	    .trace = setup->trace,
	    .report = take_results,
	    .context = side,
	    .hooks = &hooks,
	};
	enum exit_status status;

	if (setup->record != NULL) {
		watch = measured_watch(setup->record);
		hooks.watch = &watch;
	}
	status = run_scenario(&run, error);
	if (setup->record != NULL)
		measured_end(setup->record, side->simulated_ns);
	g_array_sort(side->attempts, side_by_operation);
	return (status);
}

/* ---- What follows from them ------------------------------------------- */

static gint
by_length(gconstpointer left, gconstpointer right)
{
	const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a < b ? -1 : a > b);
}

/* The ends of an interval, as the recorder takes them. */
static void
interval_of(const struct attempt *a, enum latency_kind kind, int64_t *begin_ns,
    int64_t *end_ns)
{
	switch (kind) {
	case LATENCY_TOTAL:
		*begin_ns = a->arrival_ns;
		*end_ns = a->finish_ns;
		break;
	case LATENCY_ADMISSION:
		*begin_ns = a->arrival_ns;
		*end_ns = a->submit_ns;
		break;
	case LATENCY_QUEUE:
		*begin_ns = a->submit_ns;
		*end_ns = a->start_ns;
		break;
	case LATENCY_SERVICE:
		*begin_ns = a->start_ns;
		*end_ns = a->finish_ns;
		break;
	case LATENCY_COLLECT:
		*begin_ns = a->finish_ns;
		*end_ns = a->collect_ns;
		break;
	case LATENCY_COUNT:
		g_assert_not_reached();
	}
}

GArray *
side_latencies(const struct side *side, enum latency_kind kind)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(int64_t));
	int64_t begin_ns = 0, end_ns = 0, length_ns;
	guint i;

	for (i = 0; i < side->attempts->len; i++) {
		const struct attempt *a =
		    &g_array_index(side->attempts, struct attempt, i);

		if (!a->finished || a->error == KE_ECANCELED ||
		    a->arrival_ns < side->warmup_ns)
			continue;
		interval_of(a, kind, &begin_ns, &end_ns);
		if (begin_ns == NOT_YET || end_ns == NOT_YET)
			continue;
		length_ns = end_ns - begin_ns;
		g_array_append_val(values, length_ns);
	}
	g_array_sort(values, by_length);
	return (values);
}

static gint
by_submission(gconstpointer left, gconstpointer right)
{
	const struct attempt *a = *(struct attempt *const *)left;
	const struct attempt *b = *(struct attempt *const *)right;

	if (a->process != b->process)
		return (strcmp(a->process, b->process));
	return (a->id < b->id ? -1 : a->id > b->id);
}

uint64_t
side_out_of_order(const struct side *side)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	const struct attempt *a, *latest = NULL;
	uint64_t found = 0;
	guint i;

	for (i = 0; i < side->attempts->len; i++)
		g_ptr_array_add(
		    sorted, &g_array_index(side->attempts, struct attempt, i));
	g_ptr_array_sort(sorted, by_submission);
	for (i = 0; i < sorted->len; i++) {
		a = sorted->pdata[i];
		if (a->opcode == KERNEL_OP_SYNC || a->start_ns == NOT_YET)
			continue;
		if (latest != NULL && latest->process == a->process &&
		    a->start_ns < latest->start_ns)
			found++;
		else
			latest = a;
	}
	return (found);
}
