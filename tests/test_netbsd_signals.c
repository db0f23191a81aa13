/*
 * Signals of NetBSD's requests where threads do not block them: their handlers,
 * the calls that they end; and fork.
 */

#include "tests/kernel_rig.h"
#include "tests/suite.h"

#define SIGNO 40
#define VALUE UINT64_C(0xfeedface12345678)

static struct rig r;
static uint32_t t;

static void
begin(void)
{
	rig_begin(&r, "netbsd");
	t = rig_process(&r);
}

static enum kernel_errno
set_mask(uint32_t thread, int how, int64_t signo)
{
	const struct kernel_call call = {
	    .kind = KERNEL_SIGMASK, .op = how, .value = signo};

	return (rig_call(&r, thread, &call).error);
}

/* A read that signals, 10 ms after those before it. */
static void
signalling_read(uint32_t cb)
{
	struct kernel_request request = rig_request(cb, KERNEL_OP_READ);

	request.sigev.notify = KERNEL_NOTIFY_SIGNAL;
	request.sigev.signo = SIGNO;
	request.sigev.value = VALUE;
	CU_ASSERT_EQUAL(
	    rig_submit(&r, t, KERNEL_AIO_READ, request).error, KE_OK);
}

static guint
count_notices(enum kernel_notice_kind kind)
{
	guint i, count = 0;

	for (i = 0; i < r.notices->len; i++)
		count += rig_notice(&r, i)->kind == kind;
	return (count);
}

static void
mask_refuses_other_signals_and_ways(void)
{
	begin();
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_UNBLOCK, 64), KE_EINVAL);
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_UNBLOCK, -1), KE_EINVAL);
	CU_ASSERT_EQUAL(set_mask(t, 3, SIGNO), KE_EINVAL);
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_BLOCK, 63), KE_OK);
	rig_end(&r);
}

static void
unblocking_runs_one_handler_for_many_completions(void)
{
	const struct kernel_delivery *d;
	uint32_t cb;

	begin();
	for (cb = 0; cb < 5; cb++)
		signalling_read(cb);
	rig_run(&r, 60 * MS);
	CU_ASSERT_EQUAL(count_notices(NOTICE_SIGNAL), 5);
	CU_ASSERT_EQUAL(count_notices(NOTICE_HANDLER), 0);
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_UNBLOCK, 0), KE_OK);
	CU_ASSERT_EQUAL(count_notices(NOTICE_HANDLER), 1);
	d = kernel_delivery(r.kernel, t);
	CU_ASSERT_EQUAL(d->filter, FILTER_SIGNAL);
	CU_ASSERT_EQUAL(d->ident, 4);
	CU_ASSERT_EQUAL(d->data, SIGNO);
	CU_ASSERT_EQUAL(d->value, VALUE);
	rig_end(&r);
}

static void
handler_runs_in_a_thread_that_does_not_block_it(void)
{
	uint32_t second;

	begin();
	second = rig_add_thread(&r, 0);
	CU_ASSERT_EQUAL(set_mask(second, KERNEL_SIG_UNBLOCK, SIGNO), KE_OK);
	signalling_read(0);
	signalling_read(1);
	rig_run(&r, 30 * MS);
	CU_ASSERT_EQUAL(count_notices(NOTICE_HANDLER), 2);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, second)->ident, 1);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, t)->filter, FILTER_NONE);
	rig_end(&r);
}

/* Also aio_suspend on the very request: it finds the signal as it wakes. */
static void
signal_ends_suspend_with_eintr(void)
{
	struct kernel_call call;

	begin();
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_UNBLOCK, SIGNO), KE_OK);
	signalling_read(0);
	call = rig_suspend(&r, t, 1, KERNEL_NO_TIMEOUT);
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 20 * MS);
	CU_ASSERT_FALSE(rig_thread(&r, t)->in_call);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EINTR);
	CU_ASSERT_EQUAL(count_notices(NOTICE_HANDLER), 1);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 0);
	rig_end(&r);
}

static void
blocked_signal_ends_no_suspend(void)
{
	struct kernel_call call;

	begin();
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_UNBLOCK, 0), KE_OK);
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_BLOCK, SIGNO), KE_OK);
	signalling_read(0);
	call = rig_suspend(&r, t, 1, KERNEL_NO_TIMEOUT);
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_OK);
	CU_ASSERT_EQUAL(count_notices(NOTICE_HANDLER), 0);
	rig_end(&r);
}

static void
an_interrupted_list_goes_on_without_its_call(void)
{
	struct kernel_call call;

	begin();
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_UNBLOCK, SIGNO), KE_OK);
	signalling_read(9);
	call = rig_list(&r, t, KERNEL_LIO_WAIT, 3);
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 15 * MS);
	CU_ASSERT_FALSE(rig_thread(&r, t)->in_call);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EINTR);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->unfinished, 3);
	rig_run(&r, 60 * MS);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->unfinished, 0);
	rig_end(&r);
}

static void
sigwait_takes_what_is_blocked_and_is_interrupted_by_the_rest(void)
{
	const struct kernel_call wait =
	    rig_wait(KERNEL_SIGWAIT, KERNEL_NO_TIMEOUT);

	begin();
	signalling_read(0);
	CU_ASSERT_FALSE(rig_enter(&r, t, &wait));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.value, SIGNO);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.cb, 0);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, t)->value, VALUE);
	CU_ASSERT_EQUAL(set_mask(t, KERNEL_SIG_UNBLOCK, SIGNO), KE_OK);
	signalling_read(1);
	CU_ASSERT_FALSE(rig_enter(&r, t, &wait));
	rig_run(&r, 40 * MS);
	CU_ASSERT_FALSE(rig_thread(&r, t)->in_call);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EINTR);
	CU_ASSERT_EQUAL(count_notices(NOTICE_HANDLER), 1);
	rig_end(&r);
}

static void
a_child_has_files_and_blocks_and_no_requests(void)
{
	const struct kernel_call fork_call = {.kind = KERNEL_FORK};
	const struct kernel_call leave = {.kind = KERNEL_EXIT};
	uint32_t child;

	begin();
	rig_read(&r, t, 0);
	rig_read(&r, t, 1);
	child = rig_add_thread(&r, (uint32_t)rig_call(&r, t, &fork_call).value);
	/* It does not use AIO yet. */
	CU_ASSERT_EQUAL(rig_error(&r, t, 1), 36);
	CU_ASSERT_EQUAL(rig_error(&r, child, 1), -1);
	CU_ASSERT_EQUAL(rig_read(&r, child, 5).error, KE_OK);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons, 2);
	rig_run(&r, 25 * MS);
	/* Nobody will ever finish its copy of its parent's. */
	CU_ASSERT_EQUAL(rig_error(&r, t, 1), 0);
	CU_ASSERT_EQUAL(rig_error(&r, child, 1), 36);
	CU_ASSERT_EQUAL(rig_error(&r, child, 5), 0);
	rig_enter(&r, child, &leave);
	rig_run(&r, 50 * MS);
	CU_ASSERT_EQUAL(rig_ask(&r, t, KERNEL_AIO_RETURN, 1).value, 4096);
	rig_end(&r);
}

static const struct rule rules[] = {
    RULE(mask_refuses_other_signals_and_ways),
    RULE(unblocking_runs_one_handler_for_many_completions),
    RULE(handler_runs_in_a_thread_that_does_not_block_it),
    RULE(signal_ends_suspend_with_eintr),
    RULE(blocked_signal_ends_no_suspend),
    RULE(an_interrupted_list_goes_on_without_its_call),
    RULE(sigwait_takes_what_is_blocked_and_is_interrupted_by_the_rest),
    RULE(a_child_has_files_and_blocks_and_no_requests),
};

int
main(void)
{
	return (RUN_RULES("netbsd signals", rules));
}
