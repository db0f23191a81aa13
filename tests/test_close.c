/*
 * close() in FreeBSD, with requests outstanding: jobs hold their open file, and
 * a kqueue takes its events with it.  (NetBSD's is in test_netbsd.c.)
 */

#include "tests/script_play.h"

static struct play *play;
static struct actor *p;

static void
freebsd_jobs_hold_their_file_when_it_is_closed(void)
{
	struct play_step *closing, *cancel;
	uint32_t i;

	play = play_new("freebsd-12.2");
	p = actor_new(play);
	for (i = 0; i < 10; i++)
		read_at(p, 0, i, 0);
	closing = call_at(p, 0, KERNEL_CLOSE, 0, 0);
	cancel = call_at(p, 0, KERNEL_AIO_CANCEL, 0, KERNEL_NO_CB);
	play_run(play);
	RETURNS(closing, 0, KE_OK);
	CU_ASSERT_EQUAL(closing->returned_ns, 0);
	RETURNS(cancel, -1, KE_EBADF);
	for (i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(completion_of(play, i)->error, KE_OK);
	play_free(play);
}

static void
freebsd_loses_the_events_of_a_closed_kqueue(void)
{
	struct kernel_file kqueue = {.kind = KERNEL_KQUEUE};
	struct kernel_request *r;
	struct play_step *wait;

	play = play_new("freebsd-12.2");
	p = actor_new(play);
	kernel_open(play->kernel, 0, 20, &kqueue);
	r = request(p, 0, 0);
	r->sigev.notify = KERNEL_NOTIFY_KEVENT;
	r->sigev.kq = 20;
	submit_at(p, 0, KERNEL_AIO_READ, r);
	call_at(p, 0, KERNEL_CLOSE, 20, 0);
	wait = call_at(p, 20 * MS, KERNEL_KEVENT, 20, 0);
	play_run(play);
	RETURNS(wait, -1, KE_EBADF);
	CU_ASSERT_EQUAL(play->signals->len, 0);
	ENDS(play, 0, 10, KE_OK);
	play_free(play);
}

static const struct rule rules[] = {
    RULE(freebsd_jobs_hold_their_file_when_it_is_closed),
    RULE(freebsd_loses_the_events_of_a_closed_kqueue),
};

int
main(void)
{
	return (RUN_RULES("close", rules));
}
