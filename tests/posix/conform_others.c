/*
 * What else the C library's own tests ask of it: notifications by threads, its
 * 64-bit names, pipes, waits of several threads, cancelled threads.
 */

#include "tests/posix/conform.h"

#include <pthread.h>

static struct aiocb cb;
static char bytes[CONFORM_SIZE];

static void
on_thread(union sigval value)
{
	conform_value = (intptr_t)value.sival_ptr;
	conform_signals++;
}

static void
notify_by_thread(struct sigevent *sigev, void *value)
{
	memset(sigev, 0, sizeof(*sigev));
	sigev->sigev_notify = SIGEV_THREAD;
	sigev->sigev_notify_function = on_thread;
	sigev->sigev_value.sival_ptr = value;
}

static const char *
a_request_calls_its_function(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 10, 0);
	notify_by_thread(&cb.aio_sigevent, &cb);
	HOLDS(aio_write(&cb) == 0);
	HOLDS(conform_await_signals(1));
	HOLDS(conform_value == (intptr_t)&cb);
	HOLDS(conform_finish(&cb) == 10);
	return (NULL);
}

static const char *
a_list_calls_its_function(void)
{
	struct aiocb *list[] = {&cb};
	struct sigevent sigev;

	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 10, 0);
	cb.aio_lio_opcode = LIO_READ;
	notify_by_thread(&sigev, bytes);
	HOLDS(lio_listio(LIO_NOWAIT, list, 1, &sigev) == 0);
	HOLDS(conform_await_signals(1));
	HOLDS(conform_value == (intptr_t)bytes);
	HOLDS(aio_error(&cb) == 0);
	return (NULL);
}

static const char *
a_signal_has_its_code_and_value(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 10, 0);
	conform_notify(&cb.aio_sigevent, SIGRTMIN + 1, &cb);
	HOLDS(aio_read(&cb) == 0);
	HOLDS(conform_await_signals(1));
	HOLDS(conform_code == SI_ASYNCIO);
	HOLDS(conform_value == (intptr_t)&cb);
	return (NULL);
}

static const char *
the_64_bit_names_are_the_same(void)
{
	struct aiocb64 cb64, *list[] = {&cb64};
	const struct aiocb64 *waited[] = {&cb64};
	int fd = conform_file(CONFORM_SIZE);

	memset(&cb64, 0, sizeof(cb64));
	cb64.aio_fildes = fd;
	cb64.aio_buf = bytes;
	cb64.aio_nbytes = 10;
	cb64.aio_sigevent.sigev_notify = SIGEV_NONE;
	HOLDS(aio_write64(&cb64) == 0);
	HOLDS(aio_suspend64(waited, 1, NULL) == 0);
	HOLDS(aio_error64(&cb64) == 0 && aio_return64(&cb64) == 10);
	HOLDS(aio_read64(&cb64) == 0);
	HOLDS(aio_suspend64(waited, 1, NULL) == 0);
	HOLDS(aio_return64(&cb64) == 10);
	HOLDS(aio_fsync64(O_SYNC, &cb64) == 0);
	HOLDS(aio_suspend64(waited, 1, NULL) == 0);
	HOLDS(aio_return64(&cb64) == 0);
	cb64.aio_lio_opcode = LIO_READ;
	HOLDS(lio_listio64(LIO_WAIT, list, 1, NULL) == 0);
	HOLDS(aio_cancel64(fd, &cb64) == AIO_ALLDONE);
	return (NULL);
}

static const char *
a_pipe_is_read_when_it_has_bytes(void)
{
	const struct aiocb *list[] = {&cb};
	const struct timespec soon = {0, 1000000};
	int ends[2];

	HOLDS(pipe(ends) == 0);
	fill_request(&cb, ends[0], bytes, 5, 0);
	HOLDS(aio_read(&cb) == 0);
	HOLDS(aio_suspend(list, 1, &soon) == -1 && errno == EAGAIN);
	HOLDS(write(ends[1], "hello", 5) == 5);
	HOLDS(aio_suspend(list, 1, NULL) == 0);
	HOLDS(aio_return(&cb) == 5);
	return (NULL);
}

/* The first of a pipe's reads runs, the second can be cancelled. */
static const char *
what_runs_on_a_pipe_is_not_cancelled(void)
{
	struct aiocb second;
	int ends[2];

	HOLDS(pipe(ends) == 0);
	fill_request(&cb, ends[0], bytes, 1, 0);
	HOLDS(aio_read(&cb) == 0);
	fill_request(&second, ends[0], bytes, 1, 0);
	usleep(20000);
	HOLDS(aio_cancel(ends[0], &cb) == AIO_NOTCANCELED);
	HOLDS(aio_error(&cb) == EINPROGRESS);
	HOLDS(write(ends[1], "x", 1) == 1);
	HOLDS(conform_finish(&cb) == 1);
	return (NULL);
}

static const char *
the_unfinished_can_be_cancelled_by_descriptor(void)
{
	struct aiocb cbs[4];
	int ends[2], i;

	HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	for (i = 0; i < 4; i++) {
		fill_request(&cbs[i], ends[0], bytes, 1, 0);
		HOLDS(aio_read(&cbs[i]) == 0);
	}
	HOLDS(aio_cancel(ends[0], NULL) != AIO_ALLDONE);
	for (i = 1; i < 4; i++)
		HOLDS(aio_error(&cbs[i]) == ECANCELED);
	return (NULL);
}

static void *
suspend_for_ever(void *argument)
{
	const struct aiocb *list[] = {argument};

	(void)aio_suspend(list, 1, NULL);
	return (NULL);
}

static const char *
a_thread_is_cancelled_in_suspend(void)
{
	pthread_t thread;
	void *result;
	int ends[2];

	HOLDS(conform_wait(&cb, ends));
	pthread_create(&thread, NULL, suspend_for_ever, &cb);
	usleep(20000);
	HOLDS(pthread_cancel(thread) == 0);
	HOLDS(pthread_join(thread, &result) == 0);
	HOLDS(result == PTHREAD_CANCELED);
	HOLDS(write(ends[1], "x", 1) == 1);
	HOLDS(conform_finish(&cb) == 1);
	return (NULL);
}

static const char *
several_threads_wait_for_one_request(void)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	int ends[2], i;

	HOLDS(conform_wait(&cb, ends));
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, suspend_for_ever, &cb);
	usleep(10000);
	HOLDS(write(ends[1], "x", 1) == 1);
	for (i = 0; i < THREADS; i++)
		HOLDS(pthread_join(threads[i], NULL) == 0);
	HOLDS(aio_return(&cb) == 1);
	return (NULL);
}

static const char *
a_block_has_no_effect_after_its_return(void)
{
	int fd = conform_file(CONFORM_SIZE), i;

	for (i = 0; i < 500; i++) {
		fill_request(&cb, fd, bytes, 16, i);
		HOLDS((i % 2 == 0 ? aio_read(&cb) : aio_write(&cb)) == 0);
		HOLDS(conform_finish(&cb) == 16);
	}
	return (NULL);
}

static const char *
advice_is_taken(void)
{
	const struct aioinit advice = {.aio_threads = 2, .aio_num = 8};

	aio_init(&advice);
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 16, 0);
	HOLDS(aio_read(&cb) == 0);
	HOLDS(conform_finish(&cb) == 16);
	return (NULL);
}

const struct conform_case conform_others[] = {
    {"libc/thread", "SIGEV_THREAD of a request", a_request_calls_its_function},
    {"libc/list-thread", "SIGEV_THREAD of a list", a_list_calls_its_function},
    {"libc/signal", "si_code and si_value", a_signal_has_its_code_and_value},
    {"libc/64", "the names with 64", the_64_bit_names_are_the_same},
    {"libc/pipe", "a pipe", a_pipe_is_read_when_it_has_bytes},
    {"libc/pipe-cancel", "what runs is not cancelled",
	what_runs_on_a_pipe_is_not_cancelled},
    {"libc/cancel-all", "cancelling by descriptor",
	the_unfinished_can_be_cancelled_by_descriptor},
    {"libc/thread-cancel", "a thread is cancelled in aio_suspend",
	a_thread_is_cancelled_in_suspend},
    {"libc/suspenders", "several threads suspend on one request",
	several_threads_wait_for_one_request},
    {"libc/again", "one block, many requests",
	a_block_has_no_effect_after_its_return},
    {"libc/init", "aio_init", advice_is_taken},
    {NULL, NULL, NULL},
};
