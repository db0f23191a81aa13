/*
 * Replaying a recording call by call.  Three threads:
 *
 *	issuer		each attempt at its time
 *	collector	each accepted request at the time when it was collected,
 *			or as soon after that as it is finished
 *	remainder	what was refused when it was recorded and is accepted
 *			now, as soon as it is finished
 *
 * What the program never collected is not collected here either.
 */

#include "sim/workload/replay.h"

#include "sim/fault.h"
#include "sim/workload/aiolog.h"
#include "sim/workload/load_mix.h"

enum { ISSUER, COLLECTOR, REMAINDER, THREADS };

enum state { FUTURE, SUBMITTING, ACCEPTED, REFUSED, COLLECTED };

struct attempt {
	const struct aiolog_entry *entry;
	struct operation operation;
	struct kernel_request request;
	enum state state;
};

struct replay {
	struct program program;
	char *name;
	struct fault_party party;
	const struct process_config *config;
	struct load_budget *budget;
	struct aiolog *log;
	struct attempt *attempts; /* one an entry */
	guint count;
	guint issued;
	bool issuing_over;
	GArray *by_collection; /* of guint: those collected, in that order */
	guint collected;
	GArray *unforeseen; /* of guint: for the remainder, in order */
	guint unforeseen_collected;
	bool suspended[THREADS]; /* its next call takes the result */
	const struct kernel_request *request;
	struct kernel_call issue, wait[THREADS];
	struct operation_counts counts;
};

static struct replay *
replay_of(struct program *program)
{
	return ((struct replay *)program);
}

/* ---- Issuing ---------------------------------------------------------- */

static enum program_step
issuer_next(struct replay *r, int64_t now_ns, const struct kernel_call **call,
    int64_t *until_ns)
{
	struct attempt *a = &r->attempts[r->issued];
	uint64_t limit =
	    r->config->requests != 0 ? r->config->requests : UINT64_MAX;

	if (r->issued == r->count || r->issued == limit ||
	    r->budget->left == 0) {
		r->issuing_over = true;
		r->program.poke |= 1u << COLLECTOR | 1u << REMAINDER;
		return (PROGRAM_END);
	}
	*until_ns = r->config->start_ns + a->entry->submit_ns;
	if (*until_ns > now_ns)
		return (PROGRAM_SLEEP);
	r->budget->left--;
	r->counts.wanted++;
	a->operation.arrival_ns = *until_ns;
	a->operation.attempts = 1;
	a->state = SUBMITTING;
	a->request.refuse = faults_at_submission(r->program.faults, &r->party,
	    (enum kernel_opcode)a->request.opcode, &a->operation, now_ns);
	r->request = &a->request;
	r->issue.kind = a->entry->kind;
	*call = &r->issue;
	return (PROGRAM_CALL);
}

static void
issuer_returned(struct replay *r, const struct kernel_result *result)
{
	guint number = r->issued++;
	struct attempt *a = &r->attempts[number];

	a->state = result->error == KE_OK ? ACCEPTED : REFUSED;
	if (a->state == REFUSED)
		r->counts.dropped++;
	else if (a->entry->refused)
		g_array_append_val(r->unforeseen, number);
	r->program.poke |= 1u << COLLECTOR | 1u << REMAINDER;
}

/* ---- Collecting ------------------------------------------------------- */

static enum program_step
collect(struct replay *r, unsigned slot, const struct attempt *a,
    const struct kernel_call **call)
{
	struct kernel_call *wait = &r->wait[slot];

	wait->kind =
	    r->suspended[slot] ? KERNEL_AIO_RETURN : KERNEL_AIO_SUSPEND;
	wait->cb = a->request.cb;
	wait->cbs = &wait->cb;
	wait->count = 1;
	wait->timeout_ns = KERNEL_NO_TIMEOUT;
	*call = wait;
	return (PROGRAM_CALL);
}

/* Nothing to do until something else was submitted. */
static enum program_step
wait_for_issuer(const struct replay *r)
{
	return (r->issuing_over ? PROGRAM_END : PROGRAM_WAIT);
}

static enum program_step
collector_next(struct replay *r, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	const struct attempt *a;

	for (; r->collected < r->by_collection->len; r->collected++) {
		a = &r->attempts[g_array_index(
		    r->by_collection, guint, r->collected)];
		*until_ns = r->config->start_ns + a->entry->collect_ns;
		if (a->state == REFUSED)
			continue;
		if (a->state == FUTURE && r->issuing_over)
			continue;
		if (*until_ns > now_ns)
			return (PROGRAM_SLEEP);
		if (a->state == FUTURE || a->state == SUBMITTING)
			return (PROGRAM_WAIT);
		return (collect(r, COLLECTOR, a, call));
	}
	return (PROGRAM_END);
}

static enum program_step
remainder_next(struct replay *r, const struct kernel_call **call)
{
	if (r->unforeseen_collected == r->unforeseen->len)
		return (wait_for_issuer(r));
	return (collect(r, REMAINDER,
	    &r->attempts[g_array_index(
		r->unforeseen, guint, r->unforeseen_collected)],
	    call));
}

static void
collect_returned(
    struct replay *r, unsigned slot, const struct kernel_result *result)
{
	guint number;

	if (!r->suspended[slot]) {
		r->suspended[slot] = result->error == KE_OK;
		return;
	}
	r->suspended[slot] = false;
	number = slot == COLLECTOR
	    ? g_array_index(r->by_collection, guint, r->collected++)
	    : g_array_index(r->unforeseen, guint, r->unforeseen_collected++);
	r->attempts[number].state = COLLECTED;
	if (result->error == KE_OK)
		r->counts.done++;
	else
		r->counts.failed++;
}

/* ---- The program ------------------------------------------------------ */

static enum program_step
replay_next(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	struct replay *r = replay_of(program);

	if (slot == ISSUER)
		return (issuer_next(r, now_ns, call, until_ns));
	if (slot == COLLECTOR)
		return (collector_next(r, now_ns, call, until_ns));
	return (remainder_next(r, call));
}

static void
replay_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result)
{
	struct replay *r = replay_of(program);

	(void)now_ns;
	if (slot == ISSUER)
		issuer_returned(r, result);
	else
		collect_returned(r, slot, result);
}

static void
replay_count(
    struct program *program, int64_t now_ns, struct operation_counts *counts)
{
	(void)now_ns;
	*counts = replay_of(program)->counts;
}

static void
replay_destroy(struct program *program)
{
	struct replay *r = replay_of(program);

	aiolog_free(r->log);
	g_free(r->attempts);
	if (r->by_collection != NULL) {
		g_array_free(r->by_collection, TRUE);
		g_array_free(r->unforeseen, TRUE);
	}
	g_free(r->name);
	g_free(r);
}

static const struct program_ops replay_ops = {
    .next = replay_next,
    .returned = replay_returned,
    .count = replay_count,
    .destroy = replay_destroy,
};

static gint
by_collect_time(gconstpointer a, gconstpointer b, gpointer context)
{
	const struct replay *r = context;
	guint x = *(const guint *)a, y = *(const guint *)b;
	int64_t x_ns = r->attempts[x].entry->collect_ns;
	int64_t y_ns = r->attempts[y].entry->collect_ns;

	if (x_ns != y_ns)
		return (x_ns < y_ns ? -1 : 1);
	return (x < y ? -1 : x > y);
}

static void
prepare_attempts(struct replay *r, uint64_t object)
{
	struct attempt *a;
	guint i;

	r->count = r->log->entries->len;
	r->attempts = g_new0(struct attempt, r->count + 1);
	r->by_collection = g_array_new(FALSE, FALSE, sizeof(guint));
	r->unforeseen = g_array_new(FALSE, FALSE, sizeof(guint));
	for (i = 0; i < r->count; i++) {
		a = &r->attempts[i];
		a->entry =
		    &g_array_index(r->log->entries, struct aiolog_entry, i);
		a->operation.number = i;
		a->operation.object = object;
		a->operation.recorded = &a->entry->outcome;
		a->request.cb = i;
		a->request.fd = LOAD_FD;
		a->request.opcode = a->entry->kind == KERNEL_AIO_READ
		    ? KERNEL_OP_READ
		    : a->entry->kind == KERNEL_AIO_WRITE ? KERNEL_OP_WRITE
							 : KERNEL_OP_SYNC;
		a->request.offset_bytes = a->entry->offset_bytes;
		a->request.size_bytes = (uint64_t)a->entry->size_bytes;
		a->request.tag = operation_tag(&a->operation);
		if (a->entry->collect_ns >= 0)
			g_array_append_val(r->by_collection, i);
	}
	g_array_sort_with_data(r->by_collection, by_collect_time, r);
}

static bool
fits(const struct scenario *scenario, const struct process_config *config,
    const struct aiolog *log, GError **error)
{
	const struct file_config *file =
	    scenario->files->pdata[config->file_index];

	if (!file_has_places(file) || log->end_bytes <= file->size)
		return (true);
	g_set_error(error, AIOLOG_ERROR, 0,
	    "%s: reaches %" G_GINT64_FORMAT
	    " bytes, but [file %s] is %" G_GINT64_FORMAT "; set its size",
	    config->trace, log->end_bytes, file->name, file->size);
	return (false);
}

struct program *
replay_new(const struct scenario *scenario, const struct process_config *config,
    int64_t instance, struct load_budget *budget, GError **error)
{
	struct replay *r = g_new0(struct replay, 1);

	r->name = scenario_process_name(config, instance);
	r->program.ops = &replay_ops;
	r->program.name = r->name;
	r->program.threads = THREADS;
	r->party.process = config->name;
	r->party.instance = r->name;
	r->party.file = config->file;
	r->config = config;
	r->budget = budget;
	r->issue.op = KERNEL_O_SYNC;
	r->issue.requests = &r->request;
	r->issue.count = 1;
	r->log = aiolog_read(config->trace, error);
	if (r->log == NULL || !fits(scenario, config, r->log, error)) {
		replay_destroy(&r->program);
		return (NULL);
	}
	prepare_attempts(r, stream_object(r->name));
	return (&r->program);
}
