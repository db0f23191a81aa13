/*
 * aio_error, aio_return, aio_suspend and aio_cancel.
 */

#include "tests/posix/conform.h"

#include <pthread.h>

static struct aiocb cb;
static char bytes[CONFORM_SIZE];
static int ends[2];

static bool
read_something(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, CONFORM_SIZE, 0);
	if (aio_read(&cb) != 0)
		return (false);
	while (aio_error(&cb) == EINPROGRESS)
		usleep(200);
	return (true);
}

/* ---- aio_error, aio_return -------------------------------------------- */

static const char *
error_of_a_success_is_0(void)
{
	HOLDS(read_something());
	HOLDS(aio_error(&cb) == 0);
	HOLDS(aio_return(&cb) == CONFORM_SIZE);
	return (NULL);
}

static const char *
error_of_a_failure_is_its_errno(void)
{
	fill_request(&cb, open("/", O_RDONLY), bytes, CONFORM_SIZE, 0);
	HOLDS(aio_read(&cb) == 0);
	while (aio_error(&cb) == EINPROGRESS)
		usleep(200);
	HOLDS(aio_error(&cb) == EISDIR);
	HOLDS(aio_return(&cb) == -1);
	return (NULL);
}

static const char *
error_meanwhile_is_einprogress(void)
{
	HOLDS(conform_wait(&cb, ends));
	usleep(2000);
	HOLDS(aio_error(&cb) == EINPROGRESS);
	HOLDS(write(ends[1], "x", 1) == 1);
	HOLDS(conform_finish(&cb) == 1);
	return (NULL);
}

static const char *
error_of_what_is_none_is_einval(void)
{
	int error;

	fill_request(&cb, 0, bytes, 1, 0);
	error = aio_error(&cb);
	HOLDS(error == EINVAL || (error == -1 && errno == EINVAL));
	return (NULL);
}

static const char *
return_is_the_status(void)
{
	HOLDS(read_something());
	HOLDS(aio_return(&cb) == CONFORM_SIZE);
	return (NULL);
}

static const char *
return_may_be_asked_again_after_another_request(void)
{
	HOLDS(read_something());
	HOLDS(aio_return(&cb) == CONFORM_SIZE);
	cb.aio_nbytes = 100;
	HOLDS(aio_write(&cb) == 0);
	HOLDS(conform_finish(&cb) == 100);
	return (NULL);
}

static const char *
return_of_what_is_none_is_einval(void)
{
	HOLDS(read_something());
	HOLDS(aio_return(&cb) == CONFORM_SIZE);
	errno = 0;
	HOLDS(aio_return(&cb) == -1);
	HOLDS(errno == EINVAL);
	return (NULL);
}

/* ---- aio_suspend ------------------------------------------------------ */

static void *
write_later(void *argument)
{
	usleep(20000);
	if (write(ends[1], "x", 1) != 1)
		abort();
	return (argument);
}

static const char *
suspend_returns_when_one_completes(void)
{
	const struct aiocb *list[3] = {NULL, &cb, NULL};
	pthread_t thread;

	HOLDS(conform_wait(&cb, ends));
	pthread_create(&thread, NULL, write_later, NULL);
	HOLDS(aio_suspend(list, 3, NULL) == 0);
	HOLDS(aio_error(&cb) == 0);
	HOLDS(aio_return(&cb) == 1);
	return (NULL);
}

static const char *
suspend_returns_at_once_for_what_is_done(void)
{
	struct aiocb waiting;
	const struct aiocb *list[] = {&waiting, &cb};

	HOLDS(conform_wait(&waiting, ends));
	HOLDS(read_something());
	HOLDS(aio_suspend(list, 2, NULL) == 0);
	HOLDS(aio_error(&cb) == 0);
	HOLDS(aio_error(&waiting) == EINPROGRESS);
	return (NULL);
}

static const char *
suspend_gives_up_after_its_timeout(void)
{
	const struct aiocb *list[] = {&cb};
	const struct timespec timeout = {0, 30000000};
	double begin;

	HOLDS(conform_wait(&cb, ends));
	begin = conform_now();
	HOLDS(aio_suspend(list, 1, &timeout) == -1);
	HOLDS(errno == EAGAIN);
	HOLDS(conform_now() - begin >= 0.029);
	HOLDS(aio_error(&cb) == EINPROGRESS);
	return (NULL);
}

static const char *
suspend_with_no_time_polls(void)
{
	const struct aiocb *list[] = {&cb};
	const struct timespec none = {0, 0};

	HOLDS(conform_wait(&cb, ends));
	HOLDS(aio_suspend(list, 1, &none) == -1);
	HOLDS(errno == EAGAIN);
	return (NULL);
}

/* Requests that are not on its list, one every 5 ms for 800 ms. */
static void *
complete_others(void *argument)
{
	struct aiocb other;
	int fd = conform_file(CONFORM_SIZE), i;

	for (i = 0; i < 160; i++) {
		fill_request(&other, fd, bytes, 1, 0);
		if (aio_read(&other) != 0)
			abort();
		(void)conform_finish(&other);
		usleep(5000);
	}
	return (argument);
}

static const char *
suspend_gives_up_whatever_else_completes(void)
{
	const struct aiocb *list[] = {&cb};
	const struct timespec timeout = {0, 300000000};
	pthread_t thread;
	double begin;

	HOLDS(conform_wait(&cb, ends));
	pthread_create(&thread, NULL, complete_others, NULL);
	begin = conform_now();
	HOLDS(aio_suspend(list, 1, &timeout) == -1);
	HOLDS(errno == EAGAIN);
	HOLDS(conform_now() - begin < 0.7);
	return (NULL);
}

/* Again and again: the first may come before the call has begun. */
static void *
signal_on(void *argument)
{
	pthread_t thread = *(pthread_t *)argument;

	while (usleep(20000) == 0)
		pthread_kill(thread, SIGUSR1);
	return (NULL);
}

static const char *
suspend_is_interrupted_by_a_signal(void)
{
	const struct aiocb *list[] = {&cb};
	pthread_t self = pthread_self(), thread;

	conform_catch(SIGUSR1);
	HOLDS(conform_wait(&cb, ends));
	pthread_create(&thread, NULL, signal_on, &self);
	HOLDS(aio_suspend(list, 1, NULL) == -1);
	HOLDS(errno == EINTR);
	return (NULL);
}

/* ---- aio_cancel ------------------------------------------------------- */

/* Behind one that waits, a second request. */
static bool
queue_two(struct aiocb *second)
{
	if (!conform_wait(&cb, ends))
		return (false);
	fill_request(second, ends[0], bytes, 1, 0);
	return (aio_read(second) == 0);
}

static const char *
cancel_cancels_one(void)
{
	struct aiocb second;

	HOLDS(queue_two(&second));
	HOLDS(aio_cancel(ends[0], &second) == AIO_CANCELED);
	HOLDS(aio_error(&second) == ECANCELED);
	HOLDS(aio_return(&second) == -1);
	HOLDS(aio_error(&cb) == EINPROGRESS);
	return (NULL);
}

static const char *
cancel_of_null_cancels_all_that_can_be(void)
{
	struct aiocb second, other;
	int others[2], verdict;

	HOLDS(queue_two(&second));
	HOLDS(conform_wait(&other, others));
	verdict = aio_cancel(ends[0], NULL);
	HOLDS(verdict == AIO_CANCELED || verdict == AIO_NOTCANCELED);
	HOLDS(aio_error(&second) == ECANCELED);
	HOLDS((aio_error(&cb) == EINPROGRESS) == (verdict == AIO_NOTCANCELED));
	HOLDS(aio_error(&other) == EINPROGRESS);
	return (NULL);
}

static const char *
cancel_notifies(void)
{
	struct aiocb second;

	HOLDS(conform_wait(&cb, ends));
	fill_request(&second, ends[0], bytes, 1, 0);
	conform_notify(&second.aio_sigevent, SIGRTMIN + 1, &second);
	HOLDS(aio_read(&second) == 0);
	HOLDS(aio_cancel(ends[0], &second) == AIO_CANCELED);
	HOLDS(conform_await_signals(1));
	HOLDS(conform_value == (intptr_t)&second);
	return (NULL);
}

/* Writes on their way: whatever is not cancelled is done in full. */
static const char *
cancel_leaves_what_it_does_not_cancel(void)
{
	enum { COUNT = 64 };
	struct aiocb cbs[COUNT];
	int fd = conform_file(0), i, error, verdict, progress = 0;

	for (i = 0; i < COUNT; i++) {
		fill_request(&cbs[i], fd, bytes, CONFORM_SIZE, 0);
		HOLDS(aio_write(&cbs[i]) == 0);
	}
	verdict = aio_cancel(fd, NULL);
	HOLDS(verdict != -1);
	for (i = 0; i < COUNT; i++) {
		error = aio_error(&cbs[i]);
		progress += error == EINPROGRESS;
		HOLDS(error == EINPROGRESS || error == 0 || error == ECANCELED);
		HOLDS(error != ECANCELED || verdict != AIO_ALLDONE);
		HOLDS(cbs[i].aio_fildes == fd && cbs[i].aio_buf == bytes &&
		    cbs[i].aio_nbytes == CONFORM_SIZE);
		HOLDS(conform_finish(&cbs[i]) ==
		    (error == ECANCELED ? -1 : CONFORM_SIZE));
	}
	HOLDS(progress == 0 || verdict == AIO_NOTCANCELED);
	return (NULL);
}

static const char *
cancel_of_what_is_done_is_alldone(void)
{
	HOLDS(read_something());
	HOLDS(aio_cancel(cb.aio_fildes, &cb) == AIO_ALLDONE);
	HOLDS(aio_cancel(cb.aio_fildes, NULL) == AIO_ALLDONE);
	HOLDS(aio_error(&cb) == 0);
	return (NULL);
}

static const char *
cancel_on_no_file_is_ebadf(void)
{
	HOLDS(aio_cancel(-1, NULL) == -1);
	HOLDS(errno == EBADF);
	HOLDS(aio_cancel(99999, NULL) == -1);
	HOLDS(errno == EBADF);
	fill_request(&cb, -2, bytes, 1, 0);
	HOLDS(aio_cancel(-1, &cb) == -1);
	HOLDS(errno == EBADF);
	return (NULL);
}

/* POSIX leaves it open; the C library tells. */
static const char *
cancel_of_another_descriptors_block_is_einval(void)
{
	HOLDS(conform_wait(&cb, ends));
	HOLDS(aio_cancel(ends[1], &cb) == -1);
	HOLDS(errno == EINVAL);
	return (NULL);
}

const struct conform_case conform_waiting[] = {
    {"aio_error/1", "0 for a success", error_of_a_success_is_0},
    {"aio_error/1b", "the errno of a failure", error_of_a_failure_is_its_errno},
    {"aio_error/2", "EINPROGRESS", error_meanwhile_is_einprogress},
    {"aio_error/3", "may fail with EINVAL: no such request",
	error_of_what_is_none_is_einval},
    {"aio_return/1,2", "the status", return_is_the_status},
    {"aio_return/3", "again after another request",
	return_may_be_asked_again_after_another_request},
    {"aio_return/4", "may fail with EINVAL: already retrieved",
	return_of_what_is_none_is_einval},
    {"aio_suspend/1,3,6,8", "until one completes; null pointers are ignored",
	suspend_returns_when_one_completes},
    {"aio_suspend/2", "at once if one is done",
	suspend_returns_at_once_for_what_is_done},
    {"aio_suspend/4,5,7", "EAGAIN after the timeout",
	suspend_gives_up_after_its_timeout},
    {"aio_suspend/4b", "a timeout of zero", suspend_with_no_time_polls},
    {"aio_suspend/9", "EAGAIN at the timeout, whatever else completes",
	suspend_gives_up_whatever_else_completes},
    {"aio_suspend/10", "EINTR", suspend_is_interrupted_by_a_signal},
    {"aio_cancel/1,4,6", "cancels the block's; ECANCELED, -1",
	cancel_cancels_one},
    {"aio_cancel/2", "null cancels all of the descriptor",
	cancel_of_null_cancels_all_that_can_be},
    {"aio_cancel/3", "notifies of what is cancelled", cancel_notifies},
    {"aio_cancel/5,7", "AIO_NOTCANCELED; what is not cancelled goes on",
	cancel_leaves_what_it_does_not_cancel},
    {"aio_cancel/8", "AIO_ALLDONE", cancel_of_what_is_done_is_alldone},
    {"aio_cancel/9,10", "EBADF", cancel_on_no_file_is_ebadf},
    {"aio_cancel/9b", "EINVAL: another descriptor's block",
	cancel_of_another_descriptors_block_is_einval},
    {NULL, NULL, NULL},
};
