/*
 * Notifications, lists, threads, signals, fork and exit under the preload
 * library.
 */

#define _GNU_SOURCE

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "tests/posix/posix_parts.h"

static atomic_int notices;
static _Atomic intptr_t last_value;
static atomic_int last_code;

static void
on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	last_code = info->si_code;
	last_value = (intptr_t)info->si_value.sival_ptr;
	notices++;
}

static void
catch_signal(int signo)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO | SA_RESTART};

	action.sa_sigaction = on_signal;
	sigaction(signo, &action, NULL);
}

static void
await_notices(int count)
{
	int i;

	for (i = 0; i < 100000 && notices < count; i++)
		usleep(100);
	CU_ASSERT_EQUAL(notices, count);
}

static void
a_signal_carries_its_value(void)
{
	enum { COUNT = 8 };
	int fd = make_file(4096), i;
	struct aiocb cbs[COUNT];
	char bytes[COUNT];

	catch_signal(SIGRTMIN + 1);
	notices = 0;
	for (i = 0; i < COUNT; i++) {
		fill_request(&cbs[i], fd, &bytes[i], 1, 0);
		cbs[i].aio_sigevent.sigev_notify = SIGEV_SIGNAL;
		cbs[i].aio_sigevent.sigev_signo = SIGRTMIN + 1;
		cbs[i].aio_sigevent.sigev_value.sival_ptr = &cbs[i];
		if (i == COUNT - 1) {
			cbs[i].aio_sigevent.sigev_notify = SIGEV_THREAD_ID;
			cbs[i].aio_sigevent._sigev_un._tid =
			    (int)syscall(SYS_gettid);
		}
		CU_ASSERT_EQUAL(aio_read(&cbs[i]), 0);
		await_notices(i + 1);
		CU_ASSERT_EQUAL(last_code, SI_ASYNCIO);
		CU_ASSERT_EQUAL(last_value, (intptr_t)&cbs[i]);
	}
	for (i = 0; i < COUNT; i++)
		CU_ASSERT_EQUAL(finish(&cbs[i]), 1);
	close(fd);
}

static void
on_thread(union sigval value)
{
	struct aiocb *cb = value.sival_ptr;

	if (cb == NULL || aio_return(cb) == 1)
		notices++;
}

static void
a_notified_thread_may_collect(void)
{
	int fd = make_file(4096);
	struct aiocb cb;
	char byte;

	notices = 0;
	fill_request(&cb, fd, &byte, 1, 0);
	cb.aio_sigevent.sigev_notify = SIGEV_THREAD;
	cb.aio_sigevent.sigev_notify_function = on_thread;
	cb.aio_sigevent.sigev_value.sival_ptr = &cb;
	CU_ASSERT_EQUAL(aio_read(&cb), 0);
	await_notices(1);
	close(fd);
}

static void
a_queue_gives_events_until_they_are_collected(void)
{
	const struct timespec none = {0, 0};
	struct aiosim_kevent events[4];
	int fd = make_file(4096), kq = aiosim_kqueue(), i;
	struct aiocb cbs[2];
	char bytes[2];

	CU_ASSERT(kq >= 0);
	for (i = 0; i < 2; i++) {
		fill_request(&cbs[i], fd, &bytes[i], 1, 0);
		cbs[i].aio_sigevent.sigev_notify = AIOSIM_SIGEV_KEVENT;
		cbs[i].aio_sigevent.sigev_notify_kqueue = kq;
		cbs[i].aio_sigevent.sigev_notify_kevent_flags =
		    AIOSIM_EV_ONESHOT;
		cbs[i].aio_sigevent.sigev_value.sival_ptr = &bytes[i];
		CU_ASSERT_EQUAL(aio_read(&cbs[i]), 0);
		CU_ASSERT_EQUAL(aiosim_kevent(kq, events, 4, NULL), 1);
		CU_ASSERT_PTR_EQUAL(events[0].ident, &cbs[i]);
		CU_ASSERT_PTR_EQUAL(events[0].udata, &bytes[i]);
		CU_ASSERT_EQUAL(events[0].error, 0);
		CU_ASSERT_EQUAL(aio_return(&cbs[i]), 1);
	}
	CU_ASSERT_EQUAL(aiosim_kevent(kq, events, 4, &none), 0);
	CU_ASSERT_EQUAL(aiosim_kevent(fd, events, 4, &none), -1);
	CU_ASSERT_EQUAL(errno, EBADF);
	close(kq);
	close(fd);
}

/* ---- Lists ------------------------------------------------------------ */

static void
a_list_is_done_when_all_of_it_is(void)
{
	enum { COUNT = 5 };
	int fd = make_file(4096), i;
	struct aiocb cbs[COUNT], *list[COUNT];
	struct sigevent done = {.sigev_notify = SIGEV_THREAD};
	char bytes[COUNT];

	for (i = 0; i < COUNT; i++) {
		fill_request(&cbs[i], fd, &bytes[i], 1, i);
		cbs[i].aio_lio_opcode = LIO_READ;
		list[i] = &cbs[i];
	}
	cbs[3].aio_lio_opcode = LIO_NOP;
	list[4] = NULL;
	CU_ASSERT_EQUAL(lio_listio(LIO_WAIT, list, COUNT, NULL), 0);
	for (i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(aio_error(&cbs[i]), 0);
		CU_ASSERT_EQUAL(aio_return(&cbs[i]), 1);
	}
	notices = 0;
	done.sigev_notify_function = on_thread;
	CU_ASSERT_EQUAL(lio_listio(LIO_NOWAIT, list, COUNT, &done), 0);
	await_notices(1);
	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(aio_return(&cbs[i]), 1);
	close(fd);
}

static void
a_bad_entry_makes_the_list_eio(void)
{
	int fd = make_file(4096);
	struct aiocb good, bad, *list[] = {&bad, &good};
	struct sigevent event = {.sigev_notify = 55};
	char byte;

	fill_request(&good, fd, &byte, 1, 0);
	good.aio_lio_opcode = LIO_READ;
	fill_request(&bad, fd, &byte, 1, 0);
	bad.aio_lio_opcode = 99;
	CU_ASSERT_EQUAL(lio_listio(LIO_WAIT, list, 2, NULL), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	CU_ASSERT_EQUAL(aio_error(&bad), EINVAL);
	CU_ASSERT_EQUAL(aio_return(&good), 1);
	CU_ASSERT_EQUAL(lio_listio(7, list, 2, NULL), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(lio_listio(LIO_NOWAIT, list, 257, NULL), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(lio_listio(LIO_NOWAIT, list, 2, &event), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	close(fd);
}

/* ---- Threads ---------------------------------------------------------- */

static void *
read_a_lot(void *argument)
{
	enum { DEPTH = 8, ROUNDS = 60, SIZE = 1024 };
	unsigned char bytes[DEPTH][SIZE];
	struct aiocb cbs[DEPTH];
	int fd = *(int *)argument, round, i;
	intptr_t wrong = 0;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < DEPTH; i++) {
			off_t at = ((round * 7 + i * 3) % 60) * SIZE;

			fill_request(&cbs[i], fd, bytes[i], SIZE, at);
			wrong += aio_read(&cbs[i]) != 0;
		}
		for (i = 0; i < DEPTH; i++)
			wrong += finish(&cbs[i]) != SIZE ||
			    !is_of_offset(
				bytes[i], SIZE, (size_t)cbs[i].aio_offset);
	}
	return ((void *)wrong);
}

static void
threads_do_not_disturb_each_other(void)
{
	int fd = make_file(65536), i;
	pthread_t threads[4];
	void *wrong;

	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, read_a_lot, &fd);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		CU_ASSERT_PTR_NULL(wrong);
	}
	close(fd);
}

static struct plug plug;

static void *
suspend_for_ever(void *argument)
{
	const struct aiocb *list[] = {&plug.cb};
	struct aiocb *list2[] = {argument};

	if (argument != NULL)
		return ((void *)(intptr_t)lio_listio(LIO_WAIT, list2, 1, NULL));
	return (
	    (void *)(intptr_t)(aio_suspend(list, 1, NULL) == 0 ? 0 : errno));
}

static void
a_thread_can_be_cancelled_in_suspend(void)
{
	pthread_t thread;
	void *result;

	plug_in(&plug);
	pthread_create(&thread, NULL, suspend_for_ever, NULL);
	usleep(20000);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	CU_ASSERT_PTR_EQUAL(result, PTHREAD_CANCELED);
	unplug(&plug);
}

static void
a_signal_interrupts_suspend(void)
{
	pthread_t thread;
	void *result;

	catch_signal(SIGUSR1);
	plug_in(&plug);
	pthread_create(&thread, NULL, suspend_for_ever, NULL);
	usleep(20000);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, &result);
	CU_ASSERT_EQUAL((intptr_t)result, EINTR);
	unplug(&plug);
}

static struct aiocb handlers;
static int handlers_fd;
static atomic_int handled;

/* Whatever it interrupts, even if POSIX forbids it: it may be told EAGAIN, and
 * does not hang.  ThreadSanitizer sees to it that we mean it. */
static void
submit_again(void)
{
#if !defined(__SANITIZE_THREAD__)
	static bool busy;
	static char byte;

	if (busy && aio_error(&handlers) != EINPROGRESS)
		busy = aio_return(&handlers) != 1;
	if (busy)
		return;
	fill_request(&handlers, handlers_fd, &byte, 1, 0);
	busy = aio_read(&handlers) == 0;
	if (!busy && errno != EAGAIN)
		abort();
	(void)aio_cancel(handlers_fd, NULL);
#endif
}

static void
use_aio(int signo)
{
	const struct timespec none = {0, 0};
	const struct aiocb *list[] = {&handlers};
	int error = errno;

	(void)signo;
	handled++;
	submit_again();
	(void)aio_error(&handlers);
	(void)aio_suspend(list, 1, &none);
	(void)sysconf(_SC_AIO_MAX);
	errno = error;
}

static void
a_handler_never_hangs(void)
{
	const struct itimerval often = {{0, 150}, {0, 150}}, never = {0};
	int fd = make_file(4096), i;
	struct aiocb cb;
	char byte;

	handlers_fd = make_file(4096);
	signal(SIGALRM, use_aio);
	CU_ASSERT_EQUAL(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (i = 0; i < 300 || handled < 50; i++) {
		fill_request(&cb, fd, &byte, 1, 0);
		CU_ASSERT_EQUAL(aio_read(&cb), 0);
		CU_ASSERT_EQUAL(finish(&cb), 1);
	}
	CU_ASSERT_EQUAL(setitimer(ITIMER_REAL, &never, NULL), 0);
	signal(SIGALRM, SIG_DFL);
	alarm(100);
	(void)finish(&handlers);
	close(handlers_fd);
	close(fd);
}

/* ---- Processes -------------------------------------------------------- */

static int
exit_status_of(pid_t child)
{
	int status = -1;

	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void
a_child_begins_with_nothing(void)
{
	int fd = make_file(4096);
	struct aiocb cb;
	pid_t child;
	char byte;

	plug_in(&plug);
	child = fork();
	if (child == 0) {
		fill_request(&cb, fd, &byte, 1, 0);
		_exit(aio_error(&plug.cb) != EINVAL ? 1
			: aio_read(&cb) != 0        ? 2
			: finish(&cb) != 1          ? 3
						    : 0);
	}
	CU_ASSERT_EQUAL(exit_status_of(child), 0);
	CU_ASSERT_EQUAL(aio_error(&plug.cb), EINPROGRESS);
	unplug(&plug);
	close(fd);
}

static void
exit_does_not_hang_on_what_may_never_end(void)
{
	pid_t child = fork();

	if (child == 0) {
		struct aiocb waiting;
		char byte;
		int fd = make_file(4096);

		alarm(20);
		plug_in(&plug);
		fill_request(&waiting, fd, &byte, 1, 0);
		_exit(aio_read(&waiting) != 0);
	}
	CU_ASSERT_EQUAL(exit_status_of(child), 0);
}

static void
exit_waits_for_writes_that_run(void)
{
	int fd = make_file(4096);
	static char bytes[1 << 20];
	struct aiocb cb;
	pid_t child = fork();

	if (child == 0) {
		memset(bytes, 'w', sizeof(bytes));
		fill_request(&cb, fd, bytes, sizeof(bytes), 0);
		if (aio_write(&cb) != 0)
			_exit(1);
		_exit(0);
	}
	CU_ASSERT_EQUAL(exit_status_of(child), 0);
	/* The one daemon had taken it: it is there in full. */
	CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_END), sizeof(bytes));
	close(fd);
}

int
main(void)
{
	const struct rule rules[] = {
	    RULE(a_signal_carries_its_value),
	    RULE(a_notified_thread_may_collect),
	    RULE(a_queue_gives_events_until_they_are_collected),
	    RULE(a_list_is_done_when_all_of_it_is),
	    RULE(a_bad_entry_makes_the_list_eio),
	    RULE(threads_do_not_disturb_each_other),
	    RULE(a_thread_can_be_cancelled_in_suspend),
	    RULE(a_signal_interrupts_suspend),
	    RULE(a_handler_never_hangs),
	    RULE(a_child_begins_with_nothing),
	    RULE(exit_does_not_hang_on_what_may_never_end),
	    RULE(exit_waits_for_writes_that_run),
	};

	alarm(120);
	return (RUN_RULES("the preload library's notifications", rules));
}
