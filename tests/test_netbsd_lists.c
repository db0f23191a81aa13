/*
 * NetBSD's classic AIO: the rules of aio_cancel, lio_listio and the sysctl
 * nodes.
 */

#include "tests/script_play.h"

enum { ECANCELED_NUMBER = 87 };
enum { CANCELED = 1, NOTCANCELED = 2, ALLDONE = 3 };

static struct play *play;
static struct actor *p;

static void
begin(void)
{
	play = play_new("netbsd");
	p = actor_new(play);
}

static void
end(void)
{
	play_run(play);
}

/* ---- aio_cancel ------------------------------------------------------- */

static void
cancel_reaches_what_is_queued_and_the_running_one_has_the_last_word(void)
{
	struct play_step *before, *one, *all, *status, *done, *bad, *other;

	begin();
	before = call_at(p, 0, KERNEL_AIO_CANCEL, 0, KERNEL_NO_CB);
	read_at(p, 0, 0, 0);
	read_at(p, 0, 1, 0);
	read_at(p, 0, 2, 1);
	read_at(p, 0, 3, 0);
	one = call_at(p, 0, KERNEL_AIO_CANCEL, 1, 2);
	other = call_at(p, 0, KERNEL_AIO_CANCEL, 1, 3);
	all = call_at(p, 0, KERNEL_AIO_CANCEL, 0, KERNEL_NO_CB);
	status = error_at(p, 0, 3);
	done = call_at(p, 50 * MS, KERNEL_AIO_CANCEL, 0, KERNEL_NO_CB);
	bad = call_at(p, 50 * MS, KERNEL_AIO_CANCEL, 77, KERNEL_NO_CB);
	end();
	RETURNS(before, NOTCANCELED, KE_OK);
	RETURNS(one, CANCELED, KE_OK);
	RETURNS(other, -1, KE_EBADF);
	RETURNS(all, NOTCANCELED, KE_OK);
	RETURNS(status, ECANCELED_NUMBER, KE_OK);
	RETURNS(done, ALLDONE, KE_OK);
	RETURNS(bad, -1, KE_EBADF);
	ENDS(play, 0, 10, KE_OK);
	ENDS(play, 1, 0, KE_ECANCELED);
	play_free(play);
}

static void
cancel_signals_and_gives_the_slot_back(void)
{
	struct kernel_request *r;
	struct play_step *cancel;

	begin();
	read_at(p, 0, 0, 0);
	r = request(p, 1, 0);
	r->sigev.notify = KERNEL_NOTIFY_SIGNAL;
	r->sigev.signo = 40;
	submit_at(p, 0, KERNEL_AIO_READ, r);
	cancel = call_at(p, 0, KERNEL_AIO_CANCEL, 0, 1);
	end();
	RETURNS(cancel, CANCELED, KE_OK);
	CU_ASSERT_EQUAL(play->signals->len, 1);
	CU_ASSERT_EQUAL(kernel_counters(play->kernel)->waiting, 0);
	play_free(play);
}

static void
cancel_wakes_no_sleeper(void)
{
	struct play_step *suspend, *list;

	begin();
	read_at(p, 0, 0, 0);
	read_at(p, 0, 1, 1);
	suspend = suspend_at(p, 0, 1, 1, NEVER);
	p->thread = 1;
	call_at(p, 5 * MS, KERNEL_AIO_CANCEL, 1, 1);
	end();
	/* The next completion does. */
	RETURNS(suspend, 0, KE_OK);
	CU_ASSERT_EQUAL(suspend->returned_ns, 10 * MS);
	play_free(play);

	begin();
	play->service_ns[0] = 30 * MS;
	read_at(p, 0, 0, 0);
	list = list_at(p, 0, KERNEL_LIO_WAIT, 1, request(p, 1, 1));
	p->thread = 1;
	call_at(p, 5 * MS, KERNEL_AIO_CANCEL, 1, 1);
	end();
	RETURNS(list, 0, KE_OK);
	CU_ASSERT_EQUAL(list->returned_ns, 30 * MS);
	play_free(play);
}

/* ---- lio_listio ------------------------------------------------------- */

static void
lists_of_no_or_too_many_entries_are_refused(void)
{
	struct play_step *none, *many, *mode, *full;

	begin();
	none = list_at(p, 0, KERNEL_LIO_NOWAIT, 0);
	many = list_at(p, 0, KERNEL_LIO_NOWAIT, 0);
	many->call.count = 513;
	mode = list_at(p, 0, 7, 1, request(p, 0, 0));
	kernel_set_tunable(
	    play->kernel, kernel_find_tunable("netbsd", "kern.aio_max"), 2);
	full = list_at(p, 0, KERNEL_LIO_WAIT, 3, request(p, 0, 0),
	    request(p, 1, 0), request(p, 2, 0));
	end();
	RETURNS(none, -1, KE_EINVAL);
	RETURNS(many, -1, KE_EINVAL);
	RETURNS(mode, -1, KE_EINVAL);
	RETURNS(full, -1, KE_EAGAIN);
	CU_ASSERT_EQUAL(play->completions->len, 0);
	play_free(play);
}

static void
lio_wait_waits_for_all_and_does_not_look_at_results(void)
{
	struct play_step *step;

	begin();
	play->fault[1] = KE_EIO;
	step = list_at(p, 0, KERNEL_LIO_WAIT, 3, request(p, 0, 0),
	    request(p, 1, 0), request(p, 2, 0));
	end();
	RETURNS(step, 0, KE_OK);
	CU_ASSERT_EQUAL(step->returned_ns, 30 * MS);
	ENDS(play, 1, 20, KE_EIO);
	play_free(play);
}

static void
an_entry_that_is_not_taken_makes_eio_at_once(void)
{
	struct kernel_request *bad;
	struct play_step *opcode, *null;

	begin();
	bad = request(p, 1, 0);
	bad->opcode = KERNEL_OP_SYNC;
	opcode = list_at(p, 0, KERNEL_LIO_WAIT, 2, request(p, 0, 0), bad);
	null = list_at(p, 100 * MS, KERNEL_LIO_WAIT, 2, NULL, request(p, 2, 0));
	end();
	RETURNS(opcode, -1, KE_EIO);
	CU_ASSERT_EQUAL(opcode->returned_ns, 0);
	RETURNS(null, -1, KE_EIO);
	CU_ASSERT_EQUAL(null->returned_ns, 100 * MS);
	ENDS(play, 0, 10, KE_OK);
	ENDS(play, 2, 110, KE_OK);
	play_free(play);
}

static void
a_list_signals_after_its_last_entry_however_that_ended(void)
{
	struct kernel_request *nop;
	struct play_step *list, *empty;
	const struct kernel_notice *notice;

	begin();
	read_at(p, 0, 9, 0);
	list = list_at(
	    p, 0, KERNEL_LIO_NOWAIT, 2, request(p, 0, 1), request(p, 1, 1));
	list->call.sigev.notify = KERNEL_NOTIFY_SIGNAL;
	list->call.sigev.signo = 40;
	call_at(p, 0, KERNEL_AIO_CANCEL, 1, KERNEL_NO_CB);
	nop = request(p, 2, 0);
	nop->opcode = KERNEL_OP_NOP;
	empty = list_at(p, 5 * MS, KERNEL_LIO_NOWAIT, 1, nop);
	empty->call.sigev = list->call.sigev;
	end();
	RETURNS(list, 0, KE_OK);
	RETURNS(empty, 0, KE_OK);
	CU_ASSERT_EQUAL(play->signals->len, 2);
	notice = &g_array_index(play->signals, struct kernel_notice, 0);
	CU_ASSERT_EQUAL(notice->kind, NOTICE_LIO_SIGNAL);
	play_free(play);
}

/* ---- sysctl ----------------------------------------------------------- */

static struct play_step *
set_at(int64_t at_ns, const char *node, int64_t value)
{
	return (at(p, at_ns,
	    (struct kernel_call) {.kind = KERNEL_SYSCTL,
		.tunable = kernel_find_tunable("netbsd", node),
		.value = value}));
}

static void
each_limit_bounds_the_other(void)
{
	struct play_step *zero, *above, *below, *fits, *constant;

	begin();
	zero = set_at(0, "kern.aio_listio_max", 0);
	above = set_at(0, "kern.aio_listio_max", 8193);
	below = set_at(0, "kern.aio_max", 511);
	fits = set_at(0, "kern.aio_max", 512);
	constant = set_at(0, "kern.posix_aio", 1);
	end();
	RETURNS(zero, -1, KE_EINVAL);
	RETURNS(above, -1, KE_EINVAL);
	RETURNS(below, -1, KE_EINVAL);
	RETURNS(fits, 0, KE_OK);
	RETURNS(constant, -1, KE_EPERM);
	play_free(play);
}

static const struct rule rules[] = {
    RULE(cancel_reaches_what_is_queued_and_the_running_one_has_the_last_word),
    RULE(cancel_signals_and_gives_the_slot_back),
    RULE(cancel_wakes_no_sleeper),
    RULE(lists_of_no_or_too_many_entries_are_refused),
    RULE(lio_wait_waits_for_all_and_does_not_look_at_results),
    RULE(an_entry_that_is_not_taken_makes_eio_at_once),
    RULE(a_list_signals_after_its_last_entry_however_that_ended),
    RULE(each_limit_bounds_the_other),
};

int
main(void)
{
	return (RUN_RULES("netbsd lists", rules));
}
