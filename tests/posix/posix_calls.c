/*
 * The preload library's calls as a program meets them: results, refusals,
 * cancellation, order, waiting.
 */

#include "tests/posix/posix_parts.h"

static void
reads_and_writes_move_their_own_bytes(void)
{
	enum { COUNT = 24, SIZE = 4096 };
	static unsigned char bytes[COUNT][SIZE], out[SIZE];
	struct aiocb cbs[COUNT], write_cb;
	int fd = make_file(COUNT * SIZE), i;

	for (i = 0; i < COUNT; i++) {
		fill_request(&cbs[i], fd, bytes[i], SIZE, (off_t)i * SIZE);
		CU_ASSERT_EQUAL(aio_read(&cbs[i]), 0);
	}
	for (i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL(finish(&cbs[i]), SIZE);
		CU_ASSERT(is_of_offset(bytes[i], SIZE, (size_t)i * SIZE));
	}
	memset(out, 7, SIZE);
	fill_request(&write_cb, fd, out, SIZE, SIZE);
	CU_ASSERT_EQUAL(aio_write(&write_cb), 0);
	CU_ASSERT_EQUAL(finish(&write_cb), SIZE);
	CU_ASSERT_EQUAL(pread(fd, bytes[0], SIZE, SIZE), SIZE);
	CU_ASSERT_EQUAL(memcmp(bytes[0], out, SIZE), 0);
	close(fd);
}

static void
a_result_is_given_once(void)
{
	struct aiocb cb;
	char byte;
	int fd = make_file(4096);

	fill_request(&cb, fd, &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_error(&cb), EINVAL);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), 1);
	CU_ASSERT_EQUAL(aio_error(&cb), EINVAL);
	CU_ASSERT_EQUAL(aio_return(&cb), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	close(fd);
}

static void
expect_refusal(int returned, struct aiocb *cb, int error)
{
	CU_ASSERT_EQUAL(returned, -1);
	CU_ASSERT_EQUAL(errno, error);
	CU_ASSERT_EQUAL(aio_error(cb), error);
	CU_ASSERT_EQUAL(aio_return(cb), -1);
}

static void
bad_requests_are_refused_at_the_call(void)
{
	int fd = make_file(4096), reader, ends[2];
	struct aiocb cb;
	char byte = 0, name[64];

	fill_request(&cb, 9999, &byte, 1, 0);
	expect_refusal(aio_read(&cb), &cb, EBADF);
	expect_refusal(aio_fsync(O_SYNC, &cb), &cb, EBADF);
	fill_request(&cb, fd, &byte, 1, -1);
	expect_refusal(aio_read(&cb), &cb, EINVAL);
	fill_request(&cb, fd, &byte, 1, 0);
	cb.aio_reqprio = -1;
	expect_refusal(aio_read(&cb), &cb, EINVAL);
	fill_request(&cb, fd, &byte, 1, 0);
	cb.aio_sigevent.sigev_notify = 77;
	expect_refusal(aio_read(&cb), &cb, EINVAL);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	reader = open(name, O_RDONLY);
	fill_request(&cb, reader, &byte, 1, 0);
	expect_refusal(aio_write(&cb), &cb, EBADF);
	CU_ASSERT_EQUAL(pipe(ends), 0);
	fill_request(&cb, ends[0], &byte, 1, 0);
	expect_refusal(aio_read(&cb), &cb, EOPNOTSUPP);
	fill_request(&cb, fd, &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_fsync(77, &cb), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	close(ends[0]);
	close(ends[1]);
	close(reader);
	close(fd);
}

/* aio_aqueue() does not store this one (12.2). */
static void
a_bad_signal_is_not_stored(void)
{
	int fd = make_file(4096);
	struct aiocb cb;
	char byte;

	fill_request(&cb, fd, &byte, 1, 0);
	cb.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
	cb.aio_sigevent.sigev_signo = -1;
	CU_ASSERT_EQUAL(aio_read(&cb), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(aio_error(&cb), 0);
	close(fd);
}

/* FreeBSD's SIGEV_NONE is 0; the host's SIGEV_SIGNAL is. */
static void
a_zeroed_sigevent_is_none(void)
{
	int fd = make_file(4096);
	struct aiocb cb;
	char byte;

	fill_request(&cb, fd, &byte, 1, 0);
	memset(&cb.aio_sigevent, 0, sizeof(cb.aio_sigevent));
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), 1);
	close(fd);
}

static void
uncollected_requests_fill_the_queue(void)
{
	const char *node = "vfs.aio.max_aio_queue_per_proc";
	int64_t old = set_node(node, 2);
	int fd = make_file(4096), i;
	struct aiocb cbs[3];
	char bytes[3];

	for (i = 0; i < 3; i++)
		fill_request(&cbs[i], fd, &bytes[i], 1, 0);
	CU_ASSERT_EQUAL(aio_read(&cbs[0]), 0);
	CU_ASSERT_EQUAL(aio_read(&cbs[1]), 0);
	while (aio_error(&cbs[0]) == EINPROGRESS ||
	    aio_error(&cbs[1]) == EINPROGRESS)
		usleep(100);
	expect_refusal(aio_read(&cbs[2]), &cbs[2], EAGAIN);
	CU_ASSERT_EQUAL(aio_return(&cbs[0]), 1);
	CU_ASSERT_EQUAL(aio_read(&cbs[2]), 0);
	CU_ASSERT_EQUAL(finish(&cbs[1]), 1);
	CU_ASSERT_EQUAL(finish(&cbs[2]), 1);
	(void)set_node(node, old);
	close(fd);
}

static void
what_waits_can_be_cancelled_and_what_runs_cannot(void)
{
	struct aiocb waiting[3];
	int fd = make_file(4096), i;
	struct plug plug;
	char bytes[3];

	plug_in(&plug);
	for (i = 0; i < 3; i++) {
		fill_request(&waiting[i], fd, &bytes[i], 1, 0);
		CU_ASSERT_EQUAL(aio_read(&waiting[i]), 0);
	}
	CU_ASSERT_EQUAL(aio_cancel(plug.ends[0], &plug.cb), AIO_NOTCANCELED);
	CU_ASSERT_EQUAL(aio_cancel(fd, &waiting[1]), AIO_CANCELED);
	CU_ASSERT_EQUAL(aio_cancel(fd, &waiting[1]), AIO_ALLDONE);
	CU_ASSERT_EQUAL(aio_error(&waiting[1]), ECANCELED);
	CU_ASSERT_EQUAL(aio_return(&waiting[1]), -1);
	CU_ASSERT_EQUAL(errno, ECANCELED);
	CU_ASSERT_EQUAL(aio_cancel(fd, NULL), AIO_CANCELED);
	CU_ASSERT_EQUAL(finish(&waiting[0]), -1);
	CU_ASSERT_EQUAL(finish(&waiting[2]), -1);
	unplug(&plug);
	CU_ASSERT_EQUAL(aio_cancel(9999, NULL), -1);
	CU_ASSERT_EQUAL(errno, EBADF);
	close(fd);
}

static void
an_fsync_waits_for_earlier_requests_of_its_file(void)
{
	int fd = make_file(4096), copy = dup(fd);
	struct aiocb write_cb, fsync_cb;
	struct plug plug;
	char byte = 1;

	plug_in(&plug);
	fill_request(&write_cb, fd, &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_write(&write_cb), 0);
	fill_request(&fsync_cb, copy, NULL, 0, 0);
	CU_ASSERT_EQUAL(aio_fsync(O_SYNC, &fsync_cb), 0);
	CU_ASSERT_EQUAL(aio_error(&fsync_cb), EINPROGRESS);
	unplug(&plug);
	CU_ASSERT_EQUAL(finish(&fsync_cb), 0);
	CU_ASSERT_EQUAL(aio_error(&write_cb), 0);
	CU_ASSERT_EQUAL(finish(&write_cb), 1);
	close(copy);
	close(fd);
}

static void
a_request_keeps_the_file_it_was_made_for(void)
{
	int fd = make_file(8192), other;
	struct aiocb cb;
	struct plug plug;
	unsigned char bytes[512];

	plug_in(&plug);
	fill_request(&cb, fd, bytes, sizeof(bytes), 4096);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	close(fd);
	other = open("/dev/null", O_RDWR);
	CU_ASSERT_EQUAL(other, fd);
	unplug(&plug);
	CU_ASSERT_EQUAL(finish(&cb), sizeof(bytes));
	CU_ASSERT(is_of_offset(bytes, sizeof(bytes), 4096));
	fill_request(&cb, other, bytes, 1, 0);
	expect_refusal(aio_read(&cb), &cb, EOPNOTSUPP);
	close(other);
}

/* Whatever number a program chooses for its own. */
static void
no_number_is_out_of_the_programs_reach(void)
{
	int fd = make_file(4096), null = open("/dev/null", O_RDONLY), number;
	struct aiocb cb;
	unsigned char bytes[512];

	fill_request(&cb, fd, bytes, sizeof(bytes), 512);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), sizeof(bytes));
	for (number = 500; number < 530; number++)
		CU_ASSERT_EQUAL(dup2(null, number), number);
	memset(bytes, 0, sizeof(bytes));
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), sizeof(bytes));
	CU_ASSERT(is_of_offset(bytes, sizeof(bytes), 512));
	for (number = 500; number < 530; number++)
		CU_ASSERT_EQUAL(close(number), 0);
	/* A sweep over all numbers leaves ours alone. */
	for (number = 512; number < 1000; number++)
		CU_ASSERT_EQUAL(close(number), -1);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), sizeof(bytes));
	close(null);
	close(fd);
}

static void
the_hosts_errors_arrive_as_they_are(void)
{
	int64_t old = set_node("vfs.aio.enable_unsafe", 1);
	int full = open("/dev/full", O_WRONLY);
	int directory = open("/tmp", O_RDONLY | O_DIRECTORY);
	struct aiocb cb;
	char byte = 0;

	fill_request(&cb, full, &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_write(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), -1);
	CU_ASSERT_EQUAL(errno, ENOSPC);
	CU_ASSERT_EQUAL(aio_error(&cb), ENOSPC);
	fill_request(&cb, directory, &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(finish(&cb), -1);
	CU_ASSERT_EQUAL(errno, EISDIR);
	(void)set_node("vfs.aio.enable_unsafe", old);
	close(directory);
	close(full);
}

static void
suspend_gives_up_at_its_timeout(void)
{
	const struct timespec soon = {0, 2000000}, bad = {0, -1};
	const struct aiocb *list[2] = {NULL, NULL};
	struct plug plug;

	plug_in(&plug);
	list[1] = &plug.cb;
	CU_ASSERT_EQUAL(aio_suspend(list, 2, &soon), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	CU_ASSERT_EQUAL(aio_suspend(list, 2, &bad), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(aio_suspend(list, 257, &soon), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	/* Nothing known on the list: nothing to wait for. */
	CU_ASSERT_EQUAL(aio_suspend(list, 1, NULL), 0);
	unplug(&plug);
}

static void
waitcomplete_gives_requests_in_order_of_completion(void)
{
	struct aiocb cbs[2], *got;
	int fd = make_file(4096);
	const struct timespec none = {0, 0};
	char bytes[2];

	fill_request(&cbs[0], fd, &bytes[0], 1, 0);
	fill_request(&cbs[1], fd, &bytes[1], 1, 0);
	CU_ASSERT_EQUAL(aio_read(&cbs[1]), 0);
	CU_ASSERT_EQUAL(aio_waitcomplete(&got, NULL), 1);
	CU_ASSERT_PTR_EQUAL(got, &cbs[1]);
	CU_ASSERT_EQUAL(aio_read(&cbs[0]), 0);
	CU_ASSERT_EQUAL(aio_waitcomplete(&got, NULL), 1);
	CU_ASSERT_PTR_EQUAL(got, &cbs[0]);
	CU_ASSERT_EQUAL(aio_waitcomplete(&got, &none), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	CU_ASSERT_PTR_NULL(got);
	close(fd);
}

static void
a_block_in_use_twice_answers_for_the_older(void)
{
	int fd = make_file(4096);
	struct aiocb cb;
	struct plug plug;
	char byte;

	fill_request(&cb, fd, &byte, 1, 0);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	while (aio_error(&cb) == EINPROGRESS)
		usleep(100);
	plug_in(&plug);
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	CU_ASSERT_EQUAL(aio_error(&cb), 0);
	CU_ASSERT_EQUAL(aio_return(&cb), 1);
	CU_ASSERT_EQUAL(aio_error(&cb), EINPROGRESS);
	unplug(&plug);
	CU_ASSERT_EQUAL(finish(&cb), 1);
	close(fd);
}

static void
appending_writes_keep_their_order(void)
{
	enum { COUNT = 32, SIZE = 3000 };
	static char bytes[COUNT][SIZE], got[COUNT * SIZE];
	int fd = make_file(0), i;
	struct aiocb cbs[COUNT];

	CU_ASSERT_EQUAL(fcntl(fd, F_SETFL, O_APPEND), 0);
	for (i = 0; i < COUNT; i++) {
		memset(bytes[i], i, SIZE);
		fill_request(&cbs[i], fd, bytes[i], SIZE, 0);
		CU_ASSERT_EQUAL(aio_write(&cbs[i]), 0);
	}
	for (i = 0; i < COUNT; i++)
		CU_ASSERT_EQUAL(finish(&cbs[i]), SIZE);
	CU_ASSERT_EQUAL(pread(fd, got, sizeof(got), 0), sizeof(got));
	CU_ASSERT_EQUAL(memcmp(got, bytes, sizeof(got)), 0);
	close(fd);
}

static void
mlock_is_a_request(void)
{
	static char page[4096];
	struct aiocb cb;

	fill_request(&cb, -1, page, sizeof(page), 0);
	CU_ASSERT_EQUAL(aio_mlock(&cb), 0);
	CU_ASSERT(finish(&cb) == 0 || errno == ENOMEM || errno == EPERM);
}

int
main(void)
{
	const struct rule rules[] = {
	    RULE(reads_and_writes_move_their_own_bytes),
	    RULE(a_result_is_given_once),
	    RULE(bad_requests_are_refused_at_the_call),
	    RULE(a_bad_signal_is_not_stored),
	    RULE(a_zeroed_sigevent_is_none),
	    RULE(uncollected_requests_fill_the_queue),
	    RULE(what_waits_can_be_cancelled_and_what_runs_cannot),
	    RULE(an_fsync_waits_for_earlier_requests_of_its_file),
	    RULE(a_request_keeps_the_file_it_was_made_for),
	    RULE(no_number_is_out_of_the_programs_reach),
	    RULE(the_hosts_errors_arrive_as_they_are),
	    RULE(suspend_gives_up_at_its_timeout),
	    RULE(waitcomplete_gives_requests_in_order_of_completion),
	    RULE(a_block_in_use_twice_answers_for_the_older),
	    RULE(appending_writes_keep_their_order),
	    RULE(mlock_is_a_request),
	};

	alarm(120);
	return (RUN_RULES("the preload library's calls", rules));
}
