/*
 * NetBSD's classic AIO call by call: what is refused and when, where errors
 * show, what aio_fsync covers, and the rules of aio_suspend.
 */

#include "tests/script_play.h"

enum { EINPROGRESS_NUMBER = 36 };

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

/* ---- Submission ------------------------------------------------------- */

static void
a_block_that_is_queued_is_refused_and_one_that_runs_is_not(void)
{
	struct play_step *running, *queued;

	begin();
	read_at(p, 0, 0, 0);
	running = read_at(p, 0, 0, 0);
	queued = read_at(p, 0, 0, 0);
	end();
	RETURNS(running, 0, KE_OK);
	RETURNS(queued, -1, KE_EINVAL);
	CU_ASSERT_EQUAL(play->completions->len, 2);
	play_free(play);
}

static void
bad_arguments_are_refused_at_once(void)
{
	struct kernel_request *buffer, *size, *signal, *kevent, *thread;
	struct play_step *steps[5], *sync;

	begin();
	buffer = request(p, 0, 0);
	buffer->buffer = 0;
	steps[0] = submit_at(p, 0, KERNEL_AIO_READ, buffer);
	size = request(p, 1, 0);
	size->size_bytes = UINT64_MAX;
	steps[1] = submit_at(p, 0, KERNEL_AIO_WRITE, size);
	signal = request(p, 2, 0);
	signal->sigev.notify = KERNEL_NOTIFY_SIGNAL;
	signal->sigev.signo = 64;
	steps[2] = submit_at(p, 0, KERNEL_AIO_READ, signal);
	kevent = request(p, 3, 0);
	kevent->sigev.notify = KERNEL_NOTIFY_KEVENT;
	steps[3] = submit_at(p, 0, KERNEL_AIO_READ, kevent);
	sync = fsync_at(p, 0, 4, 0);
	sync->call.op = 7;
	steps[4] = sync;
	thread = request(p, 5, 0);
	thread->sigev.notify = KERNEL_NOTIFY_THREAD;
	thread->sigev.signo = 33;
	submit_at(p, 0, KERNEL_AIO_READ, thread);
	end();
	for (int i = 0; i < 5; i++)
		RETURNS(steps[i], -1, KE_EINVAL);
	/* SIGEV_THREAD is taken for SIGEV_SIGNAL. */
	CU_ASSERT_EQUAL(play->signals->len, 1);
	play_free(play);
}

static void
a_null_block_gets_efault(void)
{
	struct play_step *step;

	begin();
	step = read_at(p, 0, KERNEL_NO_CB, 0);
	end();
	RETURNS(step, -1, KE_EFAULT);
	play_free(play);
}

static void
what_is_wrong_with_the_file_shows_when_the_job_starts(void)
{
	struct kernel_file file = {.kind = KERNEL_REGULAR, .local = true};
	struct kernel_request *before;
	struct play_step *closed;

	begin();
	file.readable = true;
	kernel_open(play->kernel, 0, 20, &file);
	file.readable = false;
	file.writable = true;
	kernel_open(play->kernel, 0, 21, &file);
	closed = read_at(p, 0, 0, 77);
	write_at(p, 0, 1, 20);
	read_at(p, 0, 2, 21);
	fsync_at(p, 0, 3, 20);
	before = request(p, 4, 0);
	before->offset_bytes = -1;
	submit_at(p, 0, KERNEL_AIO_READ, before);
	fsync_at(p, 0, 5, FD_PIPE);
	end();
	RETURNS(closed, 0, KE_OK);
	ENDS(play, 0, 0, KE_EBADF);
	ENDS(play, 1, 0, KE_EBADF);
	ENDS(play, 2, 0, KE_EBADF);
	ENDS(play, 3, 0, KE_EBADF);
	ENDS(play, 4, 0, KE_EINVAL);
	ENDS(play, 5, 0, KE_EINVAL);
	play_free(play);
}

static void
a_full_queue_leaves_the_block_in_progress(void)
{
	struct play_step *refused, *status, *taken;
	uint32_t i;

	begin();
	kernel_set_tunable(play->kernel,
	    kernel_find_tunable("netbsd", "kern.aio_listio_max"), 2);
	for (i = 0; i < 3; i++)
		read_at(p, 0, i, 0);
	refused = read_at(p, 0, 3, 0);
	status = error_at(p, 100 * MS, 3);
	taken = call_at(p, 100 * MS, KERNEL_AIO_RETURN, 0, 3);
	end();
	RETURNS(refused, -1, KE_EAGAIN);
	RETURNS(status, EINPROGRESS_NUMBER, KE_OK);
	RETURNS(taken, -1, KE_EINVAL);
	play_free(play);
}

static void
a_full_system_leaves_the_block_as_it_was(void)
{
	struct play_step *refused, *status;

	begin();
	kernel_set_tunable(
	    play->kernel, kernel_find_tunable("netbsd", "kern.aio_max"), 1);
	read_at(p, 0, 0, 0);
	read_at(p, 0, 1, 0);
	refused = read_at(p, 0, 2, 0);
	status = error_at(p, 0, 2);
	end();
	RETURNS(refused, -1, KE_EAGAIN);
	RETURNS(status, -1, KE_EINVAL);
	play_free(play);
}

static void
calls_of_freebsd_are_not_there(void)
{
	struct play_step *a, *b, *c, *d, *e;

	begin();
	a = call_at(p, 0, KERNEL_AIO_WAITCOMPLETE, 0, 0);
	b = call_at(p, 0, KERNEL_KEVENT, 0, 0);
	c = submit_at(p, 0, KERNEL_AIO_MLOCK, request(p, 0, 0));
	d = submit_at(p, 0, KERNEL_AIO_READV, request(p, 0, 0));
	e = submit_at(p, 0, KERNEL_AIO_WRITEV, request(p, 0, 0));
	end();
	RETURNS(a, -1, KE_ENOSYS);
	RETURNS(b, -1, KE_ENOSYS);
	RETURNS(c, -1, KE_ENOSYS);
	RETURNS(d, -1, KE_ENOSYS);
	RETURNS(e, -1, KE_ENOSYS);
	play_free(play);
}

/* ---- Results ---------------------------------------------------------- */

static void
error_and_return_read_the_programs_own_block(void)
{
	struct play_step *unused, *before, *early, *status, *first, *second;

	begin();
	before = error_at(p, 0, 0);
	play->fault[1] = KE_EIO;
	read_at(p, 0, 0, 0);
	read_at(p, 0, 1, 0);
	unused = error_at(p, 0, 9);
	early = call_at(p, 0, KERNEL_AIO_RETURN, 0, 1);
	status = error_at(p, 25 * MS, 1);
	first = call_at(p, 25 * MS, KERNEL_AIO_RETURN, 0, 0);
	second = call_at(p, 25 * MS, KERNEL_AIO_RETURN, 0, 0);
	end();
	RETURNS(before, -1, KE_EINVAL);
	RETURNS(unused, -1, KE_EINVAL);
	RETURNS(early, -1, KE_EINVAL);
	RETURNS(status, 5, KE_OK);
	RETURNS(first, 4096, KE_OK);
	RETURNS(second, -1, KE_EINVAL);
	CU_ASSERT_EQUAL(completion_of(play, 1)->status, -1);
	play_free(play);
}

/* ---- aio_fsync -------------------------------------------------------- */

static void
fsync_comes_after_everything_queued_before_it_and_nothing_else(void)
{
	struct play_step *data_only;

	begin();
	write_at(p, 0, 0, 0);
	write_at(p, 0, 1, 1); /* another file: it waits for that as well */
	fsync_at(p, 0, 2, 0);
	write_at(p, 0, 3, 0);
	data_only = fsync_at(p, 0, 4, 0);
	data_only->call.op = KERNEL_O_DSYNC;
	end();
	ENDS(play, 1, 20, KE_OK);
	ENDS(play, 2, 30, KE_OK);
	ENDS(play, 3, 40, KE_OK);
	RETURNS(data_only, 0, KE_OK);
	ENDS(play, 4, 50, KE_OK);
	play_free(play);
}

/* ---- aio_suspend ------------------------------------------------------ */

static void
suspend_refuses_with_eagain(void)
{
	struct play_step *none, *many, *before, *poll, *done;

	begin();
	before = suspend_at(p, 0, 0, 1, NEVER);
	read_at(p, 0, 0, 0);
	none = suspend_at(p, 0, 0, 0, NEVER);
	many = suspend_at(p, 0, 0, 513, NEVER);
	poll = suspend_at(p, 20 * MS, 0, 1, 0);
	done = suspend_at(p, 20 * MS, 0, 1, NEVER);
	end();
	RETURNS(before, -1, KE_EAGAIN);
	RETURNS(none, -1, KE_EAGAIN);
	RETURNS(many, -1, KE_EAGAIN);
	/* Not even what is done can be polled for. */
	RETURNS(poll, -1, KE_EAGAIN);
	RETURNS(done, 0, KE_OK);
	play_free(play);
}

static void
suspend_rounds_to_ticks_down_but_not_to_nothing(void)
{
	struct play_step *less, *more;

	begin();
	play->service_ns[0] = 1000 * MS;
	read_at(p, 0, 0, 0);
	less = suspend_at(p, 0, 0, 1, 3 * MS);
	more = suspend_at(p, 100 * MS, 0, 1, 29 * MS);
	end();
	RETURNS(less, -1, KE_EAGAIN);
	CU_ASSERT_EQUAL(less->returned_ns, 10 * MS);
	RETURNS(more, -1, KE_EAGAIN);
	CU_ASSERT_EQUAL(more->returned_ns, 120 * MS);
	play_free(play);
}

static void
each_completion_restarts_the_timeout_of_suspend(void)
{
	struct play_step *step;
	uint32_t i;

	begin();
	for (i = 0; i < 6; i++)
		read_at(p, 0, i, 0);
	play->service_ns[5] = 1000 * MS;
	step = suspend_at(p, 0, 5, 1, 30 * MS);
	end();
	/* The last in vain is at 50 ms. */
	RETURNS(step, -1, KE_EAGAIN);
	CU_ASSERT_EQUAL(step->returned_ns, 80 * MS);
	play_free(play);
}

static void
suspend_waits_for_one_that_was_never_submitted(void)
{
	struct play_step *step;

	begin();
	read_at(p, 0, 0, 0);
	step = suspend_at(p, 0, 3, 1, 50 * MS);
	end();
	RETURNS(step, -1, KE_EAGAIN);
	CU_ASSERT_EQUAL(step->returned_ns, 60 * MS);
	play_free(play);
}

static const struct rule rules[] = {
    RULE(a_block_that_is_queued_is_refused_and_one_that_runs_is_not),
    RULE(bad_arguments_are_refused_at_once),
    RULE(a_null_block_gets_efault),
    RULE(what_is_wrong_with_the_file_shows_when_the_job_starts),
    RULE(a_full_queue_leaves_the_block_in_progress),
    RULE(a_full_system_leaves_the_block_as_it_was),
    RULE(calls_of_freebsd_are_not_there),
    RULE(error_and_return_read_the_programs_own_block),
    RULE(fsync_comes_after_everything_queued_before_it_and_nothing_else),
    RULE(suspend_refuses_with_eagain),
    RULE(suspend_rounds_to_ticks_down_but_not_to_nothing),
    RULE(each_completion_restarts_the_timeout_of_suspend),
    RULE(suspend_waits_for_one_that_was_never_submitted),
};

int
main(void)
{
	return (RUN_RULES("netbsd calls", rules));
}
