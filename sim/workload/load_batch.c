/*
 * Issuing in lists: what is due is gathered until a list is full, or nothing
 * more will come, and goes in one lio_listio without waiting.  Each entry asks
 * for its own notification, so that collecting is the same as for single
 * requests.
 *
 * lio_listio tells only that some entry failed.  Then aio_error is asked of
 * each: the error of a refused submission is in its control block.  A list that
 * is too long for the kernel is refused whole, and made shorter.
 */

#include "sim/workload/load_parts.h"

void
batch_init(struct batch *b, const struct scenario *scenario,
    const struct process_config *config)
{
	static const enum kernel_errno refusals[] = {
	    KE_EAGAIN, KE_EINVAL, KE_EBADF, KE_EOPNOTSUPP, KE_ENXIO, KE_EFAULT};
	struct kernel *kernel;
	size_t i;

	if (config->batch == 1)
		return;
	kernel = kernel_create(scenario->kernel, scenario->hz);
	for (i = 0; i < G_N_ELEMENTS(refusals); i++)
		b->refusals[i] = kernel_errno_number(kernel, refusals[i]);
	kernel_destroy(kernel);
	b->most = (uint32_t)config->batch;
	b->items = g_new(struct item *, b->most);
	b->requests = g_new(const struct kernel_request *, b->most);
}

void
batch_release(struct batch *b)
{
	g_free(b->items);
	g_free(b->requests);
}

/* ---- Calls ------------------------------------------------------------ */

static void
set_list_call(struct load *l, int64_t now_ns)
{
	struct batch *b = &l->batch;
	uint32_t i;

	b->sent = MIN(b->count, b->most);
	for (i = 0; i < b->sent; i++) {
		b->requests[i] = &b->items[i]->request;
		load_submits(l, b->items[i], now_ns);
	}
	b->call.kind = KERNEL_LIO_LISTIO;
	b->call.op = KERNEL_LIO_NOWAIT;
	b->call.requests = b->requests;
	b->call.count = (int)b->sent;
	b->phase = BATCH_SUBMITTED;
}

/* The list is dealt with; what did not fit into it comes next. */
static void
forget_list(struct batch *b)
{
	uint32_t i;

	b->count -= b->sent;
	for (i = 0; i < b->count; i++)
		b->items[i] = b->items[b->sent + i];
	b->phase = BATCH_GATHERING;
}

/* aio_error of the next entry; false if all were asked. */
static bool
ask_next(struct load *l, int64_t now_ns)
{
	struct batch *b = &l->batch;

	/* Another thread may have collected it by now: no question. */
	while (b->asked < b->sent && b->items[b->asked]->collected)
		load_submitted(l, b->items[b->asked++], now_ns, KE_OK);
	if (b->asked == b->sent) {
		forget_list(b);
		return (false);
	}
	b->call.kind = KERNEL_AIO_ERROR;
	b->call.requests = NULL;
	b->call.cb = b->items[b->asked]->request.cb;
	return (true);
}

static enum program_step
gather(struct load *l, int64_t now_ns, const struct kernel_call **call,
    int64_t *until_ns)
{
	struct batch *b = &l->batch;

	*until_ns = now_ns;
	while (b->count < b->most && load_choose(l, now_ns, until_ns)) {
		b->items[b->count++] = l->attempt;
		l->attempt = NULL;
	}
	if (b->count >= b->most ||
	    (b->count > 0 && *until_ns == SOURCE_NEVER)) {
		set_list_call(l, now_ns);
		*call = &b->call;
		return (PROGRAM_CALL);
	}
	if (*until_ns == SOURCE_NEVER)
		return (PROGRAM_END);
	return (*until_ns == SOURCE_LATER ? PROGRAM_WAIT : PROGRAM_SLEEP);
}

enum program_step
batch_next(struct load *l, int64_t now_ns, const struct kernel_call **call,
    int64_t *until_ns)
{
	if (l->batch.phase == BATCH_ASKING && ask_next(l, now_ns)) {
		*call = &l->batch.call;
		return (PROGRAM_CALL);
	}
	return (gather(l, now_ns, call, until_ns));
}

/* ---- Returning -------------------------------------------------------- */

static void
all_submitted(struct load *l, int64_t now_ns, enum kernel_errno error)
{
	struct batch *b = &l->batch;
	uint32_t i;

	for (i = 0; i < b->sent; i++)
		load_submitted(l, b->items[i], now_ns, error);
	forget_list(b);
}

/* Nothing of it reached the kernel. */
static void
too_long(struct load *l, int64_t now_ns)
{
	struct batch *b = &l->batch;
	uint32_t i;

	for (i = 0; i < b->sent; i++)
		b->items[i]->operation.attempts--;
	if (b->sent > 1) {
		b->most = b->sent / 2;
		b->phase = BATCH_GATHERING;
	} else {
		all_submitted(l, now_ns, KE_EAGAIN);
	}
}

static void
told(struct load *l, int64_t now_ns, int64_t value)
{
	struct batch *b = &l->batch;
	struct item *item = b->items[b->asked++];
	enum kernel_errno error = KE_OK;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(b->refusals); i++)
		if (value == b->refusals[i])
			error = i == 0 ? KE_EAGAIN : KE_EINVAL;
	load_submitted(l, item, now_ns, error);
}

void
batch_returned(
    struct load *l, int64_t now_ns, const struct kernel_result *result)
{
	struct batch *b = &l->batch;

	if (b->phase == BATCH_ASKING) {
		told(l, now_ns, result->value);
	} else if (result->error == KE_OK) {
		all_submitted(l, now_ns, KE_OK);
	} else if (result->error == KE_EINVAL) {
		too_long(l, now_ns);
	} else {
		b->phase = BATCH_ASKING;
		b->asked = 0;
	}
}
