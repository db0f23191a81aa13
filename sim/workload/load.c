/*
 * Load programs: issuing operations, what follows a refusal, and the threads.
 *
 * A closed loop without think time, one of depth 1, and a trace played as soon
 * as possible have one thread, which issues what is due and else collects.
 * While a refused operation waits to be tried again that thread collects with a
 * time-out.  All others have an issuing and a collecting thread, since a thread
 * blocked in a call could not issue on time: time-outs are counted in ticks.
 *
 * An attempt refused with EAGAIN is repeated, made synchronously or dropped, as
 * the scenario says; but an fsync is never made synchronously, it is dropped.
 * A trace played as soon as possible knows no other way than to wait for a
 * completion and try again.  Any other error would come again: the operation is
 * dropped.  In a closed loop the customer of a dropped operation pauses, lest
 * an instant go on for ever.
 */

#include "sim/workload/load.h"

#include "sim/workload/load_parts.h"

enum { ISSUER, COLLECTOR };

/* Page-aligned, and there. */
#define LOAD_BUFFER 0x10000000u

static struct load *
load_of(struct program *program)
{
	return ((struct load *)program);
}

/* ---- Items ------------------------------------------------------------ */

static struct item *
item_allocate(struct load *l)
{
	struct item *item = l->free_items;

	if (item != NULL) {
		l->free_items = item->next_free;
		return (item);
	}
	item = g_new0(struct item, 1);
	item->operation.object = l->object;
	item->operation.file = (uint32_t)l->config->file_index;
	item->request.cb = l->items->len;
	item->request.fd = LOAD_FD;
	item->request.buffer = LOAD_BUFFER;
	item->request.sigev = l->sigev;
	item->request.tag = operation_tag(&item->operation);
	g_ptr_array_add(l->items, item);
	return (item);
}

static void
item_free(struct load *l, struct item *item)
{
	item->next_free = l->free_items;
	l->free_items = item;
}

/* ---- What the threads wait for ---------------------------------------- */

/* When something can be submitted.  A refused operation of a trace played as
 * soon as possible holds up what follows it. */
static int64_t
attempt_due(const struct load *l)
{
	const struct item *refused = TAILQ_FIRST(&l->refused);
	int64_t source_ns = source_due(&l->source);

	if (refused == NULL)
		return (source_ns);
	if (l->asap)
		return (refused->due_ns);
	return (MIN(refused->due_ns, source_ns));
}

static void
poke_issuer(struct load *l)
{
	if (l->issuer_idle && attempt_due(l) != l->idle_until_ns)
		l->program.poke |= 1u << ISSUER;
}

static void
poke_collector(struct load *l)
{
	if (l->collector_idle)
		l->program.poke |= 1u << COLLECTOR;
}

/* ---- The life of an operation ----------------------------------------- */

static struct item *
begin_operation(struct load *l, int64_t now_ns)
{
	struct item *item = item_allocate(l);
	struct io io;

	item->operation.number = l->source.number;
	item->operation.arrival_ns = source_take(&l->source, now_ns, &io);
	item->operation.attempts = 0;
	item->kind = io.kind;
	item->request.opcode = io.kind == KERNEL_AIO_READ ? KERNEL_OP_READ
	    : io.kind == KERNEL_AIO_WRITE                 ? KERNEL_OP_WRITE
							  : KERNEL_OP_SYNC;
	item->request.offset_bytes = io.offset_bytes;
	item->request.size_bytes = (uint64_t)io.size_bytes;
	l->counts.wanted++;
	return (item);
}

/* The end of each operation, whatever became of it. */
static void
end_operation(
    struct load *l, struct item *item, int64_t now_ns, int64_t pause_ns)
{
	struct item *held = TAILQ_FIRST(&l->refused);

	source_over(&l->source, item->operation.number, now_ns, pause_ns);
	item_free(l, item);
	if (l->asap && held != NULL)
		held->due_ns = now_ns;
	poke_issuer(l);
}

static void
drop(struct load *l, struct item *item, int64_t now_ns)
{
	l->counts.dropped++;
	end_operation(l, item, now_ns, PAUSE_NS);
}

void
load_collected(struct load *l, struct item *item, int64_t now_ns)
{
	/* On another CPU it may be over before its submitter is back. */
	if (item->submitting) {
		item->collected = true;
		return;
	}
	TAILQ_REMOVE(&l->outstanding, item, link);
	l->outstanding_count--;
	l->counts.done++;
	end_operation(l, item, now_ns, 0);
}

static void
accepted(struct load *l, struct item *item, int64_t now_ns)
{
	TAILQ_INSERT_TAIL(&l->outstanding, item, link);
	l->outstanding_count++;
	if (item->collected)
		load_collected(l, item, now_ns);
	else
		poke_collector(l);
}

static void
try_again(struct load *l, struct item *item, int64_t due_ns)
{
	item->due_ns = due_ns;
	TAILQ_INSERT_TAIL(&l->refused, item, link);
}

static void
refused_for_now(struct load *l, struct item *item, int64_t now_ns)
{
	if (l->asap) {
		try_again(l, item,
		    l->outstanding_count > 0 ? SOURCE_LATER
					     : now_ns + PAUSE_NS);
		return;
	}
	switch (l->config->on_eagain) {
	case EAGAIN_RETRY:
		try_again(l, item, now_ns + l->config->retry_ns);
		break;
	case EAGAIN_SYNC:
		if (item->kind == KERNEL_AIO_FSYNC) {
			drop(l, item, now_ns);
			break;
		}
		l->attempt = item;
		l->synchronously = true;
		break;
	case EAGAIN_DROP:
		drop(l, item, now_ns);
		break;
	}
}

/* ---- Issuing ---------------------------------------------------------- */

/* Puts into l->attempt what is to be submitted now; false if nothing is. */
static bool
choose_attempt(struct load *l, int64_t now_ns, int64_t *due_ns)
{
	struct item *refused = TAILQ_FIRST(&l->refused);

	*due_ns = attempt_due(l);
	if (*due_ns > now_ns)
		return (false);
	if (refused != NULL && refused->due_ns == *due_ns) {
		TAILQ_REMOVE(&l->refused, refused, link);
		l->attempt = refused;
	} else {
		l->attempt = begin_operation(l, now_ns);
	}
	return (true);
}

static void
set_issuing_call(struct load *l)
{
	struct item *item = l->attempt;

	l->request = &item->request;
	if (l->synchronously) {
		l->call.kind = item->kind == KERNEL_AIO_READ ? KERNEL_PREAD
							     : KERNEL_PWRITE;
		return;
	}
	l->call.kind = item->kind;
	item->operation.attempts++;
	item->submitting = true;
	item->collected = false;
}

/* A call to make, or the time of the next; SOURCE_LATER and SOURCE_NEVER come
 * as PROGRAM_WAIT and PROGRAM_END. */
static enum program_step
issue_next(struct load *l, int64_t now_ns, const struct kernel_call **call,
    int64_t *until_ns)
{
	if (l->attempt == NULL && !choose_attempt(l, now_ns, until_ns)) {
		if (*until_ns == SOURCE_NEVER)
			return (PROGRAM_END);
		return (
		    *until_ns == SOURCE_LATER ? PROGRAM_WAIT : PROGRAM_SLEEP);
	}
	set_issuing_call(l);
	*call = &l->call;
	return (PROGRAM_CALL);
}

static void
issue_returned(
    struct load *l, int64_t now_ns, const struct kernel_result *result)
{
	struct item *item = l->attempt;

	l->attempt = NULL;
	if (l->synchronously) {
		l->synchronously = false;
		l->counts.done_synchronously++;
		/* Or the only thread might go on like that for ever, its queue
		 * full of what is finished. */
		l->collector.looking = true;
		end_operation(l, item, now_ns, 0);
		return;
	}
	item->submitting = false;
	if (result->error == KE_OK)
		accepted(l, item, now_ns);
	else if (result->error == KE_EAGAIN)
		refused_for_now(l, item, now_ns);
	else
		drop(l, item, now_ns);
}

/* ---- Threads ---------------------------------------------------------- */

static enum program_step
next_of_issuer(struct load *l, int64_t now_ns, const struct kernel_call **call,
    int64_t *until_ns)
{
	enum program_step step = issue_next(l, now_ns, call, until_ns);

	l->issuer_idle = step == PROGRAM_WAIT || step == PROGRAM_SLEEP;
	l->idle_until_ns = *until_ns;
	if (step == PROGRAM_END) {
		l->issuing_over = true;
		poke_collector(l);
	}
	return (step);
}

static enum program_step
next_of_collector(struct load *l, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	l->collector_idle = false;
	if (collector_is_busy(&l->collector) || l->outstanding_count > 0)
		return (collect_next(l, now_ns, SOURCE_NEVER, call, until_ns));
	if (l->issuing_over)
		return (PROGRAM_END);
	l->collector_idle = true;
	return (PROGRAM_WAIT);
}

static enum program_step
next_of_only_thread(struct load *l, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	int64_t deadline_ns = SOURCE_NEVER;
	enum program_step step;

	if (l->collector.looking && l->outstanding_count > 0 &&
	    !collector_is_busy(&l->collector) &&
	    collect_finished(l, now_ns, call)) {
		l->collecting = true;
		return (PROGRAM_CALL);
	}
	l->collecting = false;
	if (!collector_is_busy(&l->collector)) {
		step = issue_next(l, now_ns, call, &deadline_ns);
		*until_ns = deadline_ns;
		if (step == PROGRAM_CALL || l->outstanding_count == 0)
			return (step);
	}
	l->collecting = true;
	return (collect_next(l, now_ns, deadline_ns, call, until_ns));
}

static enum program_step
load_next(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	struct load *l = load_of(program);

	if (program->threads == 1)
		return (next_of_only_thread(l, now_ns, call, until_ns));
	if (slot == ISSUER)
		return (next_of_issuer(l, now_ns, call, until_ns));
	return (next_of_collector(l, now_ns, call, until_ns));
}

static void
load_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result)
{
	struct load *l = load_of(program);

	if (slot == COLLECTOR || l->collecting)
		collect_returned(l, now_ns, result);
	else
		issue_returned(l, now_ns, result);
}

/* ---- The program ------------------------------------------------------ */

static void
load_count(const struct program *program, struct operation_counts *counts)
{
	*counts = ((const struct load *)program)->counts;
}

static void
load_destroy(struct program *program)
{
	struct load *l = load_of(program);

	source_release(&l->source);
	collector_release(&l->collector);
	g_ptr_array_free(l->items, TRUE);
	g_free(l->name);
	g_free(l);
}

static const struct program_ops load_ops = {
    .next = load_next,
    .returned = load_returned,
    .count = load_count,
    .destroy = load_destroy,
};

static unsigned
count_threads(const struct process_config *config, const struct source *source)
{
	switch (config->arrival) {
	case ARRIVAL_CLOSED:
		return (config->depth == 1 || source->constant_think_ns == 0
			? 1
			: 2);
	case ARRIVAL_TRACE:
		return (config->trace_asap ? 1 : 2);
	case ARRIVAL_POISSON:
	case ARRIVAL_PERIODIC:
		break;
	}
	return (2);
}

struct program *
load_new(const struct scenario *scenario, const struct process_config *config,
    int64_t instance, struct load_budget *budget, GError **error)
{
	struct load *l = g_new0(struct load, 1);

	l->name = scenario_process_name(config, instance);
	l->program.ops = &load_ops;
	l->program.name = l->name;
	l->config = config;
	l->object = stream_object(l->name);
	l->sigev = collector_sigevent(config->collect);
	l->asap = config->arrival == ARRIVAL_TRACE && config->trace_asap;
	l->items = g_ptr_array_new_with_free_func(g_free);
	TAILQ_INIT(&l->outstanding);
	TAILQ_INIT(&l->refused);
	l->call.op = KERNEL_O_SYNC;
	l->call.requests = &l->request;
	l->call.count = 1;
	collector_init(&l->collector, scenario);
	if (!source_init(
		&l->source, scenario, config, l->object, budget, error)) {
		load_destroy(&l->program);
		return (NULL);
	}
	l->program.threads = count_threads(config, &l->source);
	return (&l->program);
}

const GError *
load_error(const struct program *program)
{
	return (((const struct load *)program)->source.error);
}
