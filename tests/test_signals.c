/*
 * Signals of requests: whom they reach, their withdrawal, and which sleeping
 * calls they end; and fork.
 */

#include "tests/notify_rules.h"

static void
set_mask(struct rig *r, uint32_t t, int how, int64_t signo)
{
	const struct kernel_call call = {
	    .kind = KERNEL_SIGMASK, .op = how, .value = signo};

	CU_ASSERT_EQUAL(rig_call(r, t, &call).error, KE_OK);
}

/* ---- Signals ---------------------------------------------------------- */

static void
siginfo_carries_value_and_number(void)
{
	const struct kernel_call wait = rig_wait(KERNEL_SIGWAIT, 0);
	const struct kernel_delivery *d;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_SIGNAL, 0);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_call(&r, t, &wait).value, SIGNO);
	d = kernel_delivery(r.kernel, t);
	CU_ASSERT_EQUAL(d->filter, FILTER_SIGNAL);
	CU_ASSERT_EQUAL(d->ident, 5);
	CU_ASSERT_EQUAL(d->data, SIGNO);
	CU_ASSERT_EQUAL(d->value, VALUE);
	CU_ASSERT_EQUAL(rig_call(&r, t, &wait).error, KE_EAGAIN);
	rig_end(&r);
}

static void
signals_queue_one_for_each_request(void)
{
	const struct kernel_call wait = rig_wait(KERNEL_SIGWAIT, 0);
	struct rig r;
	uint32_t t, cb;

	begin(&r, &t);
	for (cb = 0; cb < 5; cb++)
		submit_notified(&r, t, cb, KERNEL_NOTIFY_SIGNAL, 0);
	rig_run(&r, 20 * MS);
	for (cb = 0; cb < 5; cb++)
		CU_ASSERT_EQUAL(rig_call(&r, t, &wait).cb, cb);
	rig_end(&r);
}

static void
collecting_first_withdraws_the_signal(void)
{
	const struct kernel_call wait = rig_wait(KERNEL_SIGWAIT, 0);
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_SIGNAL, 0);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_notice(&r, 0)->kind, NOTICE_SIGNAL);
	CU_ASSERT_EQUAL(rig_ask(&r, t, KERNEL_AIO_RETURN, 5).value, 4096);
	CU_ASSERT_EQUAL(rig_call(&r, t, &wait).error, KE_EAGAIN);
	rig_end(&r);
}

static void
thread_id_reaches_that_thread_alone(void)
{
	const struct kernel_call wait = rig_wait(KERNEL_SIGWAIT, 0);
	struct kernel_request request;
	struct rig r;
	uint32_t t, second;

	begin(&r, &t);
	second = rig_add_thread(&r, 0);
	request = notified_read(5, KERNEL_NOTIFY_THREAD_ID, 0);
	request.sigev.lwp = 2;
	rig_submit(&r, t, KERNEL_AIO_READ, request);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_call(&r, t, &wait).error, KE_EAGAIN);
	CU_ASSERT_EQUAL(rig_call(&r, second, &wait).cb, 5);
	rig_end(&r);
}

static void
thread_id_of_no_thread_is_silently_none(void)
{
	struct kernel_request request;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	request = notified_read(5, KERNEL_NOTIFY_THREAD_ID, 0);
	request.sigev.lwp = 7;
	CU_ASSERT_EQUAL(
	    rig_submit(&r, t, KERNEL_AIO_READ, request).error, KE_OK);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(r.notices->len, 0);
	CU_ASSERT_EQUAL(rig_error(&r, t, 5), 0);
	rig_end(&r);
}

static void
raw_sigev_thread_is_refused(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	CU_ASSERT_EQUAL(rig_submit(&r, t, KERNEL_AIO_READ,
			    notified_read(5, KERNEL_NOTIFY_THREAD, 0))
			    .error,
	    KE_EINVAL);
	CU_ASSERT_EQUAL(rig_error(&r, t, 5), 22);
	rig_end(&r);
}

/* ---- Handlers and EINTR ----------------------------------------------- */

/* The thread enters the call at 0 and another one's request ends at 10 ms with
 * a signal that the first does not block. */
static void check_interrupted(
    struct kernel_call (*make)(struct rig *r, uint32_t t))
{
	struct kernel_call call;
	struct rig r;
	uint32_t t, other;

	begin(&r, &t);
	other = rig_add_thread(&r, 0);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	call = make(&r, t);
	submit_notified(&r, other, 99, KERNEL_NOTIFY_SIGNAL, 0);
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 10 * MS);
	CU_ASSERT_FALSE_FATAL(rig_thread(&r, t)->in_call);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EINTR);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.value, -1);
	CU_ASSERT_EQUAL(rig_notice(&r, 1)->kind, NOTICE_HANDLER);
	CU_ASSERT_EQUAL(rig_notice(&r, 1)->cb, 99);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, t)->value, VALUE);
	rig_run(&r, 200 * MS);
	rig_end(&r);
}

static struct kernel_call
make_suspend(struct rig *r, uint32_t t)
{
	r->service_ns = 50 * MS;
	rig_read(r, t, 0);
	r->service_ns = 10 * MS;
	return (rig_suspend(r, t, 1, KERNEL_NO_TIMEOUT));
}

static struct kernel_call
make_waitcomplete(struct rig *r, uint32_t t)
{
	(void)r, (void)t;
	return (rig_wait(KERNEL_AIO_WAITCOMPLETE, 500 * MS));
}

static struct kernel_call
make_kevent(struct rig *r, uint32_t t)
{
	(void)r, (void)t;
	return (rig_wait(KERNEL_KEVENT, KERNEL_NO_TIMEOUT));
}

static struct kernel_call
make_sigwait(struct rig *r, uint32_t t)
{
	(void)r, (void)t;
	return (rig_wait(KERNEL_SIGWAIT, KERNEL_NO_TIMEOUT));
}

static void
unblocked_signal_ends_a_sleep_with_eintr(void)
{
	check_interrupted(make_suspend);
	check_interrupted(make_waitcomplete);
	check_interrupted(make_kevent);
	check_interrupted(make_sigwait);
}

/* The signal comes before the wake-up, so the wait for the very request that
 * sends it fails. */
static void
suspend_on_the_signalling_request_is_interrupted(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, 0);
	submit_notified(&r, t, 0, KERNEL_NOTIFY_SIGNAL, 0);
	call = rig_suspend(&r, t, 1, KERNEL_NO_TIMEOUT);
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EINTR);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 0);
	rig_end(&r);
}

static void
interrupted_list_goes_on(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	submit_notified(&r, t, 9, KERNEL_NOTIFY_SIGNAL, 0);
	r.service_ns = 50 * MS;
	call = rig_list(&r, t, KERNEL_LIO_WAIT, 2);
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 10 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EINTR);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 36);
	rig_run(&r, 60 * MS);
	CU_ASSERT_EQUAL(rig_ask(&r, t, KERNEL_AIO_RETURN, 0).value, 4096);
	CU_ASSERT_EQUAL(rig_ask(&r, t, KERNEL_AIO_RETURN, 1).value, 4096);
	rig_end(&r);
}

/* One daemon, in one go: ends cb 0, which wakes the thread in vain; ends cb 1,
 * whose signal finds it awake; begins cb 2, which it waits for. */
static void
signal_of_one_awake_ends_its_next_sleep(void)
{
	struct kernel_request request;
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	rig_set(&r, "vfs.aio.max_aio_procs", 1);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	rig_read(&r, t, 0);
	request = notified_read(1, KERNEL_NOTIFY_SIGNAL, 0);
	request.size_bytes = 0;
	rig_submit(&r, t, KERNEL_AIO_READ, request);
	rig_read(&r, t, 2);
	call = rig_suspend(&r, t, 1, KERNEL_NO_TIMEOUT);
	rig_thread(&r, t)->cbs[0] = 2;
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 15 * MS);
	CU_ASSERT_FALSE_FATAL(rig_thread(&r, t)->in_call);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EINTR);
	CU_ASSERT_EQUAL(rig_notice(&r, 1)->kind, NOTICE_HANDLER);
	CU_ASSERT_EQUAL(rig_error(&r, t, 2), 36);
	rig_end(&r);
}

/* One daemon ends cb 0, which wakes both, and then the list.  The first thread
 * takes cb 0; the second the list's request, and so no signal any more. */
static void
collecting_a_list_withdraws_its_signal_from_the_caller(void)
{
	const struct kernel_call wait =
	    rig_wait(KERNEL_AIO_WAITCOMPLETE, KERNEL_NO_TIMEOUT);
	struct kernel_call list;
	struct rig r;
	uint32_t t, other;

	begin(&r, &t);
	other = rig_add_thread(&r, 0);
	rig_set(&r, "vfs.aio.max_aio_procs", 1);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	rig_read(&r, other, 9);
	list = notified_list(&r, other, KERNEL_NOTIFY_SIGNAL);
	list.count = 1;
	rig_thread(&r, other)->requests[0].size_bytes = 0;
	CU_ASSERT_EQUAL(rig_call(&r, other, &list).error, KE_OK);
	CU_ASSERT_FALSE(rig_enter(&r, other, &wait));
	CU_ASSERT_FALSE(rig_enter(&r, t, &wait));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, other)->result.cb, 9);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.cb, 0);
	CU_ASSERT_EQUAL(r.notices->len, 1);
	rig_end(&r);
}

/* Both threads would take it; the sleeping one is the first of the process. */
static void
who_sends_a_signal_handles_it(void)
{
	struct kernel_call suspend, cancel = {.kind = KERNEL_AIO_CANCEL};
	struct kernel_request request;
	struct rig r;
	uint32_t t, other;

	begin(&r, &t);
	other = rig_add_thread(&r, 0);
	rig_set(&r, "vfs.aio.max_aio_procs", 1);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	set_mask(&r, other, KERNEL_SIG_UNBLOCK, SIGNO);
	rig_read(&r, t, 0);
	request = notified_read(1, KERNEL_NOTIFY_SIGNAL, 0);
	rig_submit(&r, t, KERNEL_AIO_READ, request);
	suspend = rig_suspend(&r, t, 1, KERNEL_NO_TIMEOUT);
	CU_ASSERT_FALSE(rig_enter(&r, t, &suspend));
	cancel.fd = request.fd;
	cancel.cb = 1;
	CU_ASSERT_EQUAL(rig_call(&r, other, &cancel).value, 1);
	CU_ASSERT_TRUE(rig_thread(&r, t)->in_call);
	CU_ASSERT_EQUAL(rig_notice(&r, 1)->kind, NOTICE_HANDLER);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, other)->value, VALUE);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_OK);
	rig_end(&r);
}

/* A failed entry outweighs the interruption. */
static void
interrupted_list_with_a_failed_entry_is_eio(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	submit_notified(&r, t, 9, KERNEL_NOTIFY_SIGNAL, 0);
	r.service_ns = 50 * MS;
	call = rig_list(&r, t, KERNEL_LIO_WAIT, 2);
	rig_thread(&r, t)->requests[1].fd = 77;
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 10 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_EIO);
	rig_run(&r, 100 * MS);
	rig_end(&r);
}

static void
blocked_signal_interrupts_nobody(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, 0);
	set_mask(&r, t, KERNEL_SIG_BLOCK, SIGNO);
	submit_notified(&r, t, 0, KERNEL_NOTIFY_SIGNAL, 0);
	call = rig_suspend(&r, t, 1, KERNEL_NO_TIMEOUT);
	CU_ASSERT_FALSE(rig_enter(&r, t, &call));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_OK);
	CU_ASSERT_EQUAL(r.notices->len, 1);
	/* Unblocked, its handler runs. */
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	CU_ASSERT_EQUAL(rig_notice(&r, 1)->kind, NOTICE_HANDLER);
	rig_end(&r);
}

static void
handler_runs_in_a_thread_that_does_not_block_it(void)
{
	struct rig r;
	uint32_t t, second;

	begin(&r, &t);
	second = rig_add_thread(&r, 0);
	set_mask(&r, second, KERNEL_SIG_UNBLOCK, SIGNO);
	submit_notified(&r, t, 0, KERNEL_NOTIFY_SIGNAL, 0);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_notice(&r, 1)->kind, NOTICE_HANDLER);
	CU_ASSERT_EQUAL(
	    kernel_delivery(r.kernel, second)->filter, FILTER_SIGNAL);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, t)->filter, FILTER_NONE);
	rig_end(&r);
}

static void
exit_is_not_interrupted(void)
{
	const struct kernel_call leave = {.kind = KERNEL_EXIT};
	struct rig r;
	uint32_t t, second;

	begin(&r, &t);
	second = rig_add_thread(&r, 0);
	set_mask(&r, t, KERNEL_SIG_UNBLOCK, SIGNO);
	submit_notified(&r, second, 0, KERNEL_NOTIFY_SIGNAL, 0);
	CU_ASSERT_FALSE(rig_enter(&r, t, &leave));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.error, KE_OK);
	CU_ASSERT_EQUAL(r.notices->len, 0);
	rig_end(&r);
}

/* ---- fork ------------------------------------------------------------- */

static void
child_knows_no_requests(void)
{
	const struct kernel_call fork_call = {.kind = KERNEL_FORK};
	struct rig r;
	uint32_t t, child;
	int64_t pid;

	begin(&r, &t);
	rig_read(&r, t, 0);
	pid = rig_call(&r, t, &fork_call).value;
	child = rig_add_thread(&r, (uint32_t)pid);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 36);
	CU_ASSERT_EQUAL(rig_error(&r, child, 0), 22);
	/* Its files are its parent's; its kqueues are not. */
	CU_ASSERT_EQUAL(rig_read(&r, child, 7).error, KE_OK);
	CU_ASSERT_EQUAL(rig_submit(&r, child, KERNEL_AIO_READ,
			    notified_read(8, KERNEL_NOTIFY_KEVENT, 0))
			    .error,
	    KE_EBADF);
	/* Now it uses AIO, and sees what its parent's block remembers. */
	CU_ASSERT_EQUAL(rig_error(&r, child, 0), 36);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_ask(&r, t, KERNEL_AIO_RETURN, 0).value, 4096);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_queue_count"), 1);
	rig_end(&r);
}

static const struct rule rules[] = {
    RULE(siginfo_carries_value_and_number),
    RULE(signals_queue_one_for_each_request),
    RULE(collecting_first_withdraws_the_signal),
    RULE(thread_id_reaches_that_thread_alone),
    RULE(thread_id_of_no_thread_is_silently_none),
    RULE(raw_sigev_thread_is_refused),
    RULE(unblocked_signal_ends_a_sleep_with_eintr),
    RULE(suspend_on_the_signalling_request_is_interrupted),
    RULE(signal_of_one_awake_ends_its_next_sleep),
    RULE(collecting_a_list_withdraws_its_signal_from_the_caller),
    RULE(who_sends_a_signal_handles_it),
    RULE(interrupted_list_goes_on),
    RULE(interrupted_list_with_a_failed_entry_is_eio),
    RULE(blocked_signal_interrupts_nobody),
    RULE(handler_runs_in_a_thread_that_does_not_block_it),
    RULE(exit_is_not_interrupted),
    RULE(child_knows_no_requests),
};

int
main(void)
{
	return (RUN_RULES("signals", rules));
}
