/*
 * Load programs: issuing operations, what follows a refusal, and the threads.
 *
 * A closed loop without think time, one of depth 1, and a trace played as soon
 * as possible have one thread, which issues what is due and else collects.
 * While a refused operation waits to be tried again that thread collects with a
 * time-out.  All others have an issuing and a collecting thread, since a thread
 * blocked in a call could not issue on time: time-outs are counted in ticks.
 * With collect = thread there are two anyway, as with librt.
 *
 * An attempt refused with EAGAIN is repeated, made synchronously or dropped, as
 * the scenario says; but an fsync is never made synchronously, it is dropped.
 * While an operation waits to be repeated, those that come after it wait behind
 * it, in the program's own line: none overtakes, and however long the line is,
 * there is one attempt for each pause.
 * A trace played as soon as possible knows no other way than to wait for a
 * completion and try again.  Any other error would come again: the operation is
 * dropped.
 *
 * An operation that was accepted and ends with an error has failed; it is not
 * tried again.  One that moved fewer bytes than asked for is done: the rest is
 * not asked for.  In a closed loop the customer of a failed or dropped
 * operation pauses, lest an instant go on for ever.
 */

#include "sim/workload/load.h"

#include "sim/workload/load_parts.h"

enum { ISSUER, COLLECTOR };

/* Page-aligned, and there. */
#define LOAD_BUFFER 0x10000000u

/* ---- Items ------------------------------------------------------------ */

static struct item *G_GNUC_NO_INLINE
item_new(struct load *l)
{
	struct item *item = g_new0(struct item, 1);

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

static inline struct item *
item_allocate(struct load *l)
{
	struct item *item = l->free_items;

	if (item == NULL)
		return (item_new(l));
	l->free_items = item->next_free;
	return (item);
}

static void
item_free(struct load *l, struct item *item)
{
	item->next_free = l->free_items;
	l->free_items = item;
}

/* ---- What the threads wait for ---------------------------------------- */

/* When something can be submitted.  A refused operation holds up what comes
 * after it. */
static int64_t
attempt_due(const struct load *l)
{
	const struct item *refused = TAILQ_FIRST(&l->refused);

	return (refused != NULL ? refused->due_ns : source_due(&l->source));
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
	struct io io = {.recorded = NULL};

	item->operation.number = l->source.number;
	item->operation.arrival_ns = source_take(&l->source, now_ns, &io);
	item->operation.attempts = 0;
	item->operation.recorded = io.recorded;
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
	struct item *refused = TAILQ_FIRST(&l->refused);

	source_over(&l->source, item->operation.number, now_ns, pause_ns);
	item_free(l, item);
	if (l->asap && refused != NULL)
		refused->due_ns = now_ns;
	poke_issuer(l);
}

static void
fail(struct load *l, struct item *item, int64_t now_ns)
{
	l->counts.failed++;
	end_operation(l, item, now_ns, PAUSE_NS);
}

static void
drop(struct load *l, struct item *item, int64_t now_ns)
{
	l->counts.dropped++;
	end_operation(l, item, now_ns, PAUSE_NS);
}

void
load_collected(struct load *l, struct item *item, int64_t now_ns, bool failed)
{
	/* On another CPU it may be over before its submitter is back. */
	if (item->submitting) {
		item->collected = true;
		item->failed = failed;
		return;
	}
	TAILQ_REMOVE(&l->outstanding, item, link);
	l->outstanding_count--;
	if (failed) {
		fail(l, item, now_ns);
		return;
	}
	l->counts.done++;
	end_operation(l, item, now_ns, 0);
}

/* Where it has come to its end: nothing more will come, or can be sent. */
void
load_peer_gone(struct load *l)
{
	if (l->is_socket)
		l->source.end = l->source.number;
}

static void
accepted(struct load *l, struct item *item, int64_t now_ns)
{
	TAILQ_INSERT_TAIL(&l->outstanding, item, link);
	l->outstanding_count++;
	if (item->collected)
		load_collected(l, item, now_ns, item->failed);
	else
		poke_collector(l);
}

static void
try_again(struct load *l, struct item *item, int64_t due_ns)
{
	struct item *later;

	item->due_ns = due_ns;
	/* A list brings back several, some of them before others that wait. */
	TAILQ_FOREACH(later, &l->refused, link)
	{
		if (later->operation.number > item->operation.number) {
			TAILQ_INSERT_BEFORE(later, item, link);
			return;
		}
	}
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

bool
load_choose(struct load *l, int64_t now_ns, int64_t *due_ns)
{
	*due_ns = attempt_due(l);
	if (*due_ns > now_ns)
		return (false);
	l->attempt = TAILQ_FIRST(&l->refused);
	if (l->attempt != NULL)
		TAILQ_REMOVE(&l->refused, l->attempt, link);
	else
		l->attempt = begin_operation(l, now_ns);
	return (true);
}

void
load_submits(struct load *l, struct item *item, int64_t now_ns)
{
	item->operation.attempts++;
	if (l->program.faults != NULL)
		item->request.refuse = faults_at_submission(l->program.faults,
		    &l->party, (enum kernel_opcode)item->request.opcode,
		    &item->operation, now_ns);
	item->submitting = true;
	item->collected = false;
}

void
load_submitted(
    struct load *l, struct item *item, int64_t now_ns, enum kernel_errno error)
{
	item->submitting = false;
	if (error == KE_OK)
		accepted(l, item, now_ns);
	else if (error == KE_EAGAIN)
		refused_for_now(l, item, now_ns);
	else
		drop(l, item, now_ns);
}

static void
set_issuing_call(struct load *l, int64_t now_ns)
{
	struct item *item = l->attempt;

	l->request = &item->request;
	if (l->synchronously) {
		l->call.kind = item->kind == KERNEL_AIO_READ ? KERNEL_PREAD
							     : KERNEL_PWRITE;
		return;
	}
	l->call.kind = item->kind;
	load_submits(l, item, now_ns);
}

/* A call to make, or the time of the next; SOURCE_LATER and SOURCE_NEVER come
 * as PROGRAM_WAIT and PROGRAM_END. */
static inline enum program_step
issue_next(struct load *l, int64_t now_ns, const struct kernel_call **call,
    int64_t *until_ns)
{
	if (l->attempt == NULL && l->config->batch > 1)
		return (batch_next(l, now_ns, call, until_ns));
	if (l->attempt == NULL && !load_choose(l, now_ns, until_ns)) {
		if (*until_ns == SOURCE_NEVER)
			return (PROGRAM_END);
		return (
		    *until_ns == SOURCE_LATER ? PROGRAM_WAIT : PROGRAM_SLEEP);
	}
	set_issuing_call(l, now_ns);
	*call = &l->call;
	return (PROGRAM_CALL);
}

static void
issue_returned(
    struct load *l, int64_t now_ns, const struct kernel_result *result)
{
	struct item *item = l->attempt;

	if (item == NULL) {
		batch_returned(l, now_ns, result);
		return;
	}
	l->attempt = NULL;
	if (l->synchronously) {
		l->synchronously = false;
		/* Or the only thread might go on like that for ever, its queue
		 * full of what is finished. */
		l->collector.looking = true;
		if (result->error != KE_OK) {
			fail(l, item, now_ns);
			return;
		}
		l->counts.done_synchronously++;
		end_operation(l, item, now_ns, 0);
		return;
	}
	load_submitted(l, item, now_ns, result->error);
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
	if (l->config->collect == COLLECT_NEVER)
		return (PROGRAM_END);
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

enum program_step
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

void
load_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result)
{
	struct load *l = load_of(program);

	if (slot == COLLECTOR || l->collecting)
		collect_returned(l, now_ns, result);
	else
		issue_returned(l, now_ns, result);
}
