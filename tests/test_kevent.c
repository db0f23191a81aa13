/*
 * Notifications by kevent, of requests and of lists, and the signals of lists.
 */

#include "tests/notify_rules.h"

/* Takes an event without waiting; its control block, or NO_CB. */
static uint32_t
poll_kevent(struct rig *r, uint32_t t)
{
	const struct kernel_call poll = rig_wait(KERNEL_KEVENT, 0);
	struct kernel_result result = rig_call(r, t, &poll);

	CU_ASSERT_EQUAL(result.value, result.cb != KERNEL_NO_CB);
	return (result.cb);
}

static struct kernel_result
change_knote(struct rig *r, uint32_t t, unsigned change, uint32_t cb)
{
	struct kernel_call call = rig_wait(KERNEL_KEVENT, 0);

	call.op = (int)change;
	call.cb = cb;
	return (rig_call(r, t, &call));
}

/* ---- kevents ---------------------------------------------------------- */

static void
kevent_carries_ident_filter_eof_errno_and_udata(void)
{
	const struct kernel_delivery *d;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_KEVENT, KERNEL_EV_ONESHOT);
	r.service_error = KE_EIO;
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), 5);
	d = kernel_delivery(r.kernel, t);
	CU_ASSERT_EQUAL(d->filter, FILTER_AIO);
	CU_ASSERT_EQUAL(d->ident, 5);
	CU_ASSERT_EQUAL(d->flags, KERNEL_EV_ONESHOT | KERNEL_EV_EOF);
	CU_ASSERT_EQUAL(d->data, 5); /* EIO */
	CU_ASSERT_EQUAL(d->value, VALUE);
	rig_end(&r);
}

static void
kevent_without_flags_comes_until_collected(void)
{
	struct rig r;
	uint32_t t;
	int i;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_KEVENT, 0);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), KERNEL_NO_CB);
	rig_run(&r, 20 * MS);
	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(poll_kevent(&r, t), 5);
	rig_ask(&r, t, KERNEL_AIO_RETURN, 5);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), KERNEL_NO_CB);
	rig_end(&r);
}

static void
ev_clear_comes_once(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_KEVENT, KERNEL_EV_CLEAR);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), 5);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), KERNEL_NO_CB);
	rig_end(&r);
}

static void
ev_dispatch_comes_again_when_enabled(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_KEVENT, KERNEL_EV_DISPATCH);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), 5);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), KERNEL_NO_CB);
	CU_ASSERT_EQUAL(change_knote(&r, t, KERNEL_EV_ENABLE, 5).cb, 5);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), KERNEL_NO_CB);
	rig_end(&r);
}

static void
ev_oneshot_drops_the_registration(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_KEVENT, KERNEL_EV_ONESHOT);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), 5);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), KERNEL_NO_CB);
	CU_ASSERT_EQUAL(
	    change_knote(&r, t, KERNEL_EV_ENABLE, 5).error, KE_ENOENT);
	rig_end(&r);
}

static void
deleted_registration_tells_nothing(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_KEVENT, 0);
	CU_ASSERT_EQUAL(change_knote(&r, t, KERNEL_EV_DELETE, 5).error, KE_OK);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(poll_kevent(&r, t), KERNEL_NO_CB);
	CU_ASSERT_EQUAL(r.notices->len, 0);
	CU_ASSERT_EQUAL(
	    change_knote(&r, t, KERNEL_EV_DELETE, 5).error, KE_ENOENT);
	CU_ASSERT_EQUAL(change_knote(&r, t, 0x1, 5).error, KE_EINVAL);
	rig_end(&r);
}

static void
other_kevent_flags_are_refused(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	CU_ASSERT_EQUAL(
	    rig_submit(&r, t, KERNEL_AIO_READ,
		notified_read(0, KERNEL_NOTIFY_KEVENT, KERNEL_EV_ENABLE))
		.error,
	    KE_EINVAL);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 22);
	rig_end(&r);
}

static void
kevent_wakes_its_sleeper_at_completion(void)
{
	const struct kernel_call wait =
	    rig_wait(KERNEL_KEVENT, KERNEL_NO_TIMEOUT);
	struct rig r;
	uint32_t t, other;

	begin(&r, &t);
	other = rig_add_thread(&r, 0);
	submit_notified(&r, t, 5, KERNEL_NOTIFY_KEVENT, KERNEL_EV_ONESHOT);
	CU_ASSERT_FALSE(rig_enter(&r, other, &wait));
	rig_run(&r, 9 * MS);
	CU_ASSERT(rig_thread(&r, other)->in_call);
	rig_run(&r, 10 * MS);
	CU_ASSERT_FALSE(rig_thread(&r, other)->in_call);
	CU_ASSERT_EQUAL(rig_thread(&r, other)->result.cb, 5);
	rig_end(&r);
}

/* ---- Lists ------------------------------------------------------------ */

static void
list_kevent_can_be_waited_for(void)
{
	const struct kernel_call wait =
	    rig_wait(KERNEL_KEVENT, KERNEL_NO_TIMEOUT);
	const struct kernel_delivery *d;
	struct kernel_call call;
	struct rig r;
	uint32_t t, cb;

	begin(&r, &t);
	call = notified_list(&r, t, KERNEL_NOTIFY_KEVENT);
	CU_ASSERT_EQUAL(rig_call(&r, t, &call).error, KE_OK);
	CU_ASSERT_FALSE(rig_enter(&r, t, &wait));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.value, 1);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.cb, KERNEL_NO_CB);
	d = kernel_delivery(r.kernel, t);
	CU_ASSERT_EQUAL(d->filter, FILTER_LIO);
	CU_ASSERT_EQUAL(d->ident, 1234);
	CU_ASSERT_EQUAL(d->value, VALUE);
	CU_ASSERT_EQUAL(d->flags, 0);
	/* It goes with the last of its requests. */
	for (cb = 0; cb < 3; cb++) {
		CU_ASSERT_EQUAL(rig_call(&r, t, &wait).value, 1);
		rig_ask(&r, t, KERNEL_AIO_RETURN, cb);
	}
	CU_ASSERT_FALSE(rig_enter(&r, t, &wait));
	rig_end(&r);
}

static void
list_signal_can_be_waited_for(void)
{
	const struct kernel_call wait =
	    rig_wait(KERNEL_SIGWAIT, KERNEL_NO_TIMEOUT);
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	call = notified_list(&r, t, KERNEL_NOTIFY_SIGNAL);
	CU_ASSERT_EQUAL(rig_call(&r, t, &call).error, KE_OK);
	CU_ASSERT_FALSE(rig_enter(&r, t, &wait));
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_thread(&r, t)->result.value, SIGNO);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, t)->ident, 1234);
	CU_ASSERT_EQUAL(kernel_delivery(r.kernel, t)->value, VALUE);
	rig_end(&r);
}

static void
list_signal_is_withdrawn_with_its_last_request(void)
{
	const struct kernel_call wait = rig_wait(KERNEL_SIGWAIT, 0);
	struct kernel_call call;
	struct rig r;
	uint32_t t, cb;

	begin(&r, &t);
	call = notified_list(&r, t, KERNEL_NOTIFY_SIGNAL);
	rig_call(&r, t, &call);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_notice(&r, 0)->kind, NOTICE_LIO_SIGNAL);
	for (cb = 0; cb < 3; cb++)
		rig_ask(&r, t, KERNEL_AIO_RETURN, cb);
	CU_ASSERT_EQUAL(rig_call(&r, t, &wait).error, KE_EAGAIN);
	rig_end(&r);
}

static void
entries_and_their_list_notify_each(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	call = notified_list(&r, t, KERNEL_NOTIFY_KEVENT);
	rig_thread(&r, t)->requests[1] =
	    notified_read(1, KERNEL_NOTIFY_SIGNAL, 0);
	rig_call(&r, t, &call);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(r.notices->len, 2);
	CU_ASSERT_EQUAL(rig_notice(&r, 0)->kind, NOTICE_SIGNAL);
	CU_ASSERT_EQUAL(rig_notice(&r, 1)->kind, NOTICE_LIO_KEVENT);
	rig_end(&r);
}

/* A sleeper learns of a list that is over when it is submitted. */
static void
empty_list_wakes_who_waits_for_it(void)
{
	const struct kernel_call wait =
	    rig_wait(KERNEL_SIGWAIT, KERNEL_NO_TIMEOUT);
	struct kernel_call call;
	struct rig r;
	uint32_t t, second;

	rig_begin(&r, "freebsd-15");
	t = rig_process(&r);
	second = rig_add_thread(&r, 0);
	CU_ASSERT_FALSE(rig_enter(&r, second, &wait));
	call = notified_list(&r, t, KERNEL_NOTIFY_SIGNAL);
	call.count = 0;
	rig_call(&r, t, &call);
	CU_ASSERT_FALSE(rig_thread(&r, second)->in_call);
	CU_ASSERT_EQUAL(rig_thread(&r, second)->result.value, SIGNO);
	rig_end(&r);
}

static const struct rule rules[] = {
    RULE(kevent_carries_ident_filter_eof_errno_and_udata),
    RULE(kevent_without_flags_comes_until_collected),
    RULE(ev_clear_comes_once),
    RULE(ev_dispatch_comes_again_when_enabled),
    RULE(ev_oneshot_drops_the_registration),
    RULE(deleted_registration_tells_nothing),
    RULE(other_kevent_flags_are_refused),
    RULE(kevent_wakes_its_sleeper_at_completion),
    RULE(list_kevent_can_be_waited_for),
    RULE(list_signal_can_be_waited_for),
    RULE(list_signal_is_withdrawn_with_its_last_request),
    RULE(entries_and_their_list_notify_each),
    RULE(empty_list_wakes_who_waits_for_it),
};

int
main(void)
{
	return (RUN_RULES("kevents and lists", rules));
}
