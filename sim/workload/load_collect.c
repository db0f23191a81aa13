/*
 * Decides how a load program learns of completions and takes the results.
 *
 *	waitcomplete	aio_waitcomplete gives one finished request
 *	suspend		aio_suspend on all outstanding, then a round over them:
 *			aio_error each, aio_return of the finished.  What is
 *			accepted while it sleeps is not on its list.
 *	poll		such a round, and again that long after its end
 *	kevent, signal	kevent (EV_ONESHOT) or sigwait names one, aio_return;
 *			where a signal may stand for many completions, a round
 *	thread		as librt's SIGEV_THREAD: the kernel signals a service
 *			thread (SIGEV_THREAD_ID), which waits for the signal and
 *			runs the callback: aio_error, aio_return
 *	never		not at all
 */

#include "sim/workload/load_parts.h"

#define NS_PER_US 1000

struct kernel_sigevent
collector_sigevent(enum collect_kind kind, const char *kernel)
{
	struct kernel_sigevent sigev = {.notify = KERNEL_NOTIFY_NONE};

	switch (kind) {
	case COLLECT_POLL:
	case COLLECT_SUSPEND:
	case COLLECT_WAITCOMPLETE:
	case COLLECT_NEVER:
	case COLLECT_RECORDED:
		break;
	case COLLECT_SIGNAL:
		sigev.notify = KERNEL_NOTIFY_SIGNAL;
		sigev.signo = kernel_traits(kernel)->signal;
		break;
	case COLLECT_THREAD:
		sigev.notify = KERNEL_NOTIFY_THREAD_ID;
		sigev.signo = kernel_traits(kernel)->signal;
		sigev.lwp = 2; /* the collecting thread */
		break;
	case COLLECT_KEVENT:
		sigev.notify = KERNEL_NOTIFY_KEVENT;
		sigev.kq = LOAD_KQUEUE_FD;
		sigev.flags = KERNEL_EV_ONESHOT;
		break;
	}
	return (sigev);
}

/* The longest list that aio_suspend takes, as sysconf tells it at the start. */
static int64_t
list_limit(const struct scenario *scenario, const struct kernel *kernel)
{
	int tunable = kernel_traits(scenario->kernel)->list_limit;
	int64_t limit = kernel_get_tunable(kernel, tunable);
	const struct sysctl_setting *setting;
	guint i;

	for (i = 0; i < scenario->sysctls->len; i++) {
		setting =
		    &g_array_index(scenario->sysctls, struct sysctl_setting, i);
		if (setting->at_ns == 0 &&
		    kernel_find_tunable(scenario->kernel, setting->node) ==
			tunable)
			limit = setting->value;
	}
	return (limit);
}

void
collector_init(struct collector *c, const struct scenario *scenario)
{
	struct kernel *kernel;

	/* aio_error answers in the kernel's own numbers. */
	kernel = kernel_create(scenario->kernel, scenario->hz);
	c->inprogress = kernel_errno_number(kernel, KE_EINPROGRESS);
	c->check_ns = SOURCE_NEVER;
	c->cbs_max =
	    (uint32_t)CLAMP(list_limit(scenario, kernel), 1, INT32_MAX);
	c->signals_coalesce = kernel_traits(scenario->kernel)->signals_coalesce;
	kernel_destroy(kernel);
}

void
collector_release(struct collector *c)
{
	g_free(c->cbs);
}

/* ---- Rounds of asking ------------------------------------------------- */

static void
begin_round(struct load *l, uint32_t count)
{
	struct collector *c = &l->collector;

	c->item = TAILQ_FIRST(&l->outstanding);
	c->left = MIN(count, l->outstanding_count);
	c->phase = COLLECTOR_ASKING;
	c->check_ns = SOURCE_NEVER;
}

/* Goes on to the next item.  Its own item may be gone after that. */
static void
pass_item(struct collector *c)
{
	if (--c->left == 0) {
		c->phase = COLLECTOR_IDLE;
		return;
	}
	c->item = TAILQ_NEXT(c->item, link);
	c->phase = COLLECTOR_ASKING;
}

static enum program_step
call_for_item(struct collector *c, const struct kernel_call **call)
{
	c->call.kind =
	    c->phase == COLLECTOR_ASKING ? KERNEL_AIO_ERROR : KERNEL_AIO_RETURN;
	c->call.cb = (uint32_t)c->item->request.cb;
	*call = &c->call;
	return (PROGRAM_CALL);
}

/* ---- Waiting ---------------------------------------------------------- */

static void
list_outstanding(struct load *l)
{
	struct collector *c = &l->collector;
	uint32_t count = MIN(l->outstanding_count, c->cbs_max);
	uint32_t i = 0;
	const struct item *item;

	if (count > c->cbs_room) {
		c->cbs_room = MAX(count, 2 * c->cbs_room);
		c->cbs = g_renew(uint32_t, c->cbs, c->cbs_room);
	}
	for (item = TAILQ_FIRST(&l->outstanding); i < count;
	     item = TAILQ_NEXT(item, link))
		c->cbs[i++] = item->request.cb;
	c->call.cbs = c->cbs;
	c->call.count = (int)count;
}

static void
set_waiting_call(struct load *l)
{
	struct kernel_call *call = &l->collector.call;

	switch (l->config->collect) {
	case COLLECT_POLL:
	case COLLECT_NEVER:
	case COLLECT_RECORDED:
		g_assert_not_reached();
	case COLLECT_SUSPEND:
		call->kind = KERNEL_AIO_SUSPEND;
		list_outstanding(l);
		break;
	case COLLECT_WAITCOMPLETE:
		call->kind = KERNEL_AIO_WAITCOMPLETE;
		break;
	case COLLECT_SIGNAL:
	case COLLECT_THREAD:
		call->kind = KERNEL_SIGWAIT;
		break;
	case COLLECT_KEVENT:
		call->kind = KERNEL_KEVENT;
		call->fd = LOAD_KQUEUE_FD;
		break;
	}
}

/* Rounded up to what a timespec in microseconds holds, so that the time-out is
 * never too early. */
static int64_t
timeout_until(int64_t now_ns, int64_t deadline_ns)
{
	if (deadline_ns >= SOURCE_LATER)
		return (KERNEL_NO_TIMEOUT);
	return ((deadline_ns - now_ns + NS_PER_US - 1) / NS_PER_US * NS_PER_US);
}

static void
set_next_check(struct load *l, int64_t now_ns)
{
	struct collector *c = &l->collector;

	if (l->config->collect == COLLECT_POLL && c->check_ns == SOURCE_NEVER)
		c->check_ns = now_ns + l->config->poll_ns;
}

/* A request that is over before its submitter is back, on another CPU, may
 * have had its signal taken with others': a round missed it. */
static bool
may_miss_signal(const struct load *l)
{
	return (l->collector.signals_coalesce && l->attempt != NULL &&
	    l->attempt->submitting);
}

enum program_step
collect_next(struct load *l, int64_t now_ns, int64_t deadline_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	struct collector *c = &l->collector;

	g_assert(collector_is_busy(c) || l->outstanding_count > 0);
	if (collector_is_busy(c))
		return (call_for_item(c, call));
	set_next_check(l, now_ns);
	if (c->check_ns == SOURCE_NEVER) {
		set_waiting_call(l);
		if (may_miss_signal(l))
			deadline_ns = MIN(deadline_ns, now_ns + PAUSE_NS);
		c->call.timeout_ns = timeout_until(now_ns, deadline_ns);
		*call = &c->call;
		return (PROGRAM_CALL);
	}
	if (now_ns < c->check_ns) {
		*until_ns = MIN(c->check_ns, deadline_ns);
		return (PROGRAM_SLEEP);
	}
	begin_round(l, l->outstanding_count);
	return (call_for_item(c, call));
}

bool
collect_finished(
    struct load *l, int64_t now_ns, const struct kernel_call **call)
{
	struct collector *c = &l->collector;

	g_assert(!collector_is_busy(c) && l->outstanding_count > 0);
	switch (l->config->collect) {
	case COLLECT_SUSPEND:
		/* Even with a time-out of zero it sleeps for a tick. */
		c->looking = false;
		begin_round(l, l->outstanding_count);
		call_for_item(c, call);
		return (true);
	case COLLECT_POLL:
		c->looking = false;
		set_next_check(l, now_ns);
		if (now_ns < c->check_ns)
			return (false);
		begin_round(l, l->outstanding_count);
		call_for_item(c, call);
		return (true);
	case COLLECT_WAITCOMPLETE:
	case COLLECT_SIGNAL:
	case COLLECT_THREAD:
	case COLLECT_KEVENT:
	case COLLECT_NEVER:
	case COLLECT_RECORDED:
		break;
	}
	set_waiting_call(l);
	c->call.timeout_ns = 0;
	*call = &c->call;
	return (true);
}

/* ---- Returning -------------------------------------------------------- */

static void
suspend_returned(
    struct load *l, int64_t now_ns, const struct kernel_result *result)
{
	struct collector *c = &l->collector;
	uint32_t count = (uint32_t)c->call.count;

	if (result->error == KE_OK) {
		begin_round(l, count);
	} else if (result->error == KE_EINVAL ||
	    c->call.timeout_ns == KERNEL_NO_TIMEOUT) {
		/* The limit was lowered below what is outstanding: a shorter
		 * list, of the oldest; without any it has to poll. */
		c->cbs_max = MAX(count / 2, 1);
		if (count == 1)
			c->check_ns = now_ns + PAUSE_NS;
	}
}

/* After a read of nothing, or where the connection has broken, no more
 * operations begin. */
static void
collected(struct load *l, struct item *item, int64_t now_ns,
    const struct kernel_result *result)
{
	if (result->error == KE_EPIPE || result->error == KE_ECONNRESET ||
	    (item->kind == KERNEL_AIO_READ && result->error == KE_OK &&
		result->value == 0))
		load_peer_gone(l);
	load_collected(l, item, now_ns, result->error != KE_OK);
}

void
collect_returned(
    struct load *l, int64_t now_ns, const struct kernel_result *result)
{
	struct collector *c = &l->collector;
	struct item *item;

	if (c->call.kind == KERNEL_AIO_SUSPEND) {
		suspend_returned(l, now_ns, result);
	} else if (c->call.kind == KERNEL_AIO_ERROR) {
		if (result->value == c->inprogress)
			pass_item(c);
		else
			c->phase = COLLECTOR_TAKING;
	} else if (c->call.kind == KERNEL_AIO_RETURN) {
		item = c->item;
		pass_item(c);
		collected(l, item, now_ns, result);
	} else if (c->call.kind == KERNEL_SIGWAIT && c->signals_coalesce &&
	    (result->error == KE_OK || c->call.timeout_ns > 0)) {
		begin_round(l, l->outstanding_count);
	} else if (result->cb == KERNEL_NO_CB) {
		c->looking = false;
	} else {
		item = g_ptr_array_index(l->items, result->cb);
		if (c->call.kind == KERNEL_AIO_WAITCOMPLETE) {
			collected(l, item, now_ns, result);
			return;
		}
		c->item = item;
		c->left = 1;
		c->phase = l->config->collect == COLLECT_THREAD
		    ? COLLECTOR_ASKING
		    : COLLECTOR_TAKING;
	}
}
