/*
 * lio_listio.
 */

#include "tests/posix/conform.h"

#include <pthread.h>

enum { COUNT = 10 };

static struct aiocb cbs[COUNT];
static struct aiocb *list[COUNT];
static char bytes[COUNT][CONFORM_SIZE];

/* `opcode` of all; the file has room for each. */
static int
fill_list(int opcode)
{
	int fd = conform_file(COUNT * CONFORM_SIZE), i;

	for (i = 0; i < COUNT; i++) {
		memset(bytes[i], 'A' + i, CONFORM_SIZE);
		fill_request(&cbs[i], fd, bytes[i], CONFORM_SIZE,
		    (off_t)i * CONFORM_SIZE);
		cbs[i].aio_lio_opcode = opcode;
		list[i] = &cbs[i];
	}
	return (fd);
}

/* How many are done, with their bytes. */
static int
collect_all(int opcode, int fd)
{
	char byte;
	int i, good = 0;

	for (i = 0; i < COUNT; i++) {
		if (conform_finish(&cbs[i]) != CONFORM_SIZE)
			continue;
		if (opcode == LIO_READ)
			good += bytes[i][0] == 'a' + i;
		else if (pread(fd, &byte, 1, (off_t)i * CONFORM_SIZE) == 1)
			good += byte == 'A' + i;
	}
	return (good);
}

static const char *
wait_waits_for_all(int opcode)
{
	struct sigevent sigev;
	int fd = fill_list(opcode), i;

	conform_notify(&sigev, SIGRTMIN + 2, NULL);
	HOLDS(lio_listio(LIO_WAIT, list, COUNT, &sigev) == 0);
	for (i = 0; i < COUNT; i++)
		HOLDS(aio_error(&cbs[i]) == 0);
	HOLDS(collect_all(opcode, fd) == COUNT);
	usleep(10000);
	HOLDS(conform_signals == 0);
	return (NULL);
}

static const char *
wait_waits_for_all_reads(void)
{
	return (wait_waits_for_all(LIO_READ));
}

static const char *
wait_waits_for_all_writes(void)
{
	return (wait_waits_for_all(LIO_WRITE));
}

static const char *
nowait_returns_at_once(void)
{
	struct aiocb waiting;
	int ends[2];

	HOLDS(conform_wait(&waiting, ends));
	(void)fill_list(LIO_READ);
	cbs[0].aio_fildes = ends[0];
	HOLDS(lio_listio(LIO_NOWAIT, list, COUNT, NULL) == 0);
	HOLDS(aio_error(&cbs[0]) == EINPROGRESS);
	return (NULL);
}

static const char *
nowait_notifies_when_all_is_done(void)
{
	struct sigevent sigev;
	int fd = fill_list(LIO_WRITE), i;

	conform_notify(&sigev, SIGRTMIN + 2, bytes);
	HOLDS(lio_listio(LIO_NOWAIT, list, COUNT, &sigev) == 0);
	HOLDS(conform_await_signals(1));
	HOLDS(conform_value == (intptr_t)bytes);
	HOLDS(conform_code == SI_ASYNCIO);
	for (i = 0; i < COUNT; i++)
		HOLDS(aio_error(&cbs[i]) == 0);
	HOLDS(collect_all(LIO_WRITE, fd) == COUNT);
	return (NULL);
}

static const char *
each_entry_notifies_too(void)
{
	int fd = fill_list(LIO_WRITE), i;

	for (i = 0; i < COUNT; i++)
		conform_notify(&cbs[i].aio_sigevent, SIGRTMIN + 1, &cbs[i]);
	HOLDS(lio_listio(LIO_NOWAIT, list, COUNT, NULL) == 0);
	HOLDS(conform_await_signals(COUNT));
	HOLDS(collect_all(LIO_WRITE, fd) == COUNT);
	return (NULL);
}

static const char *
null_and_nop_entries_are_ignored(void)
{
	struct sigevent sigev;

	(void)fill_list(LIO_READ);
	list[0] = NULL;
	list[5] = NULL;
	cbs[3].aio_lio_opcode = LIO_NOP;
	conform_notify(&sigev, SIGRTMIN + 2, NULL);
	HOLDS(lio_listio(LIO_WAIT, list, COUNT, NULL) == 0);
	HOLDS(bytes[3][0] == 'D' && bytes[4][0] == 'e');
	HOLDS(conform_finish(&cbs[4]) == CONFORM_SIZE);
	HOLDS(lio_listio(LIO_NOWAIT, list, COUNT, &sigev) == 0);
	HOLDS(conform_await_signals(1));
	return (NULL);
}

static const char *
opcodes_are_what_they_say(void)
{
	int fd = fill_list(LIO_READ);
	char byte;

	cbs[1].aio_lio_opcode = LIO_WRITE;
	HOLDS(lio_listio(LIO_WAIT, list, 2, NULL) == 0);
	HOLDS(bytes[0][0] == 'a');
	HOLDS(pread(fd, &byte, 1, CONFORM_SIZE) == 1 && byte == 'B');
	HOLDS(LIO_READ != LIO_WRITE && LIO_READ != LIO_NOP &&
	    LIO_WRITE != LIO_NOP && LIO_WAIT != LIO_NOWAIT);
	return (NULL);
}

static const char *
wait_with_a_bad_opcode_is_eio(void)
{
	int i;

	(void)fill_list(LIO_WRITE);
	cbs[2].aio_lio_opcode = -1;
	HOLDS(lio_listio(LIO_WAIT, list, COUNT, NULL) == -1);
	HOLDS(errno == EIO);
	for (i = 0; i < COUNT; i++)
		HOLDS(i == 2 || conform_finish(&cbs[i]) == CONFORM_SIZE);
	HOLDS(aio_error(&cbs[2]) == EINVAL);
	return (NULL);
}

static const char *
wait_with_a_bad_descriptor_is_eio(void)
{
	int i;

	(void)fill_list(LIO_WRITE);
	cbs[0].aio_fildes = -1;
	HOLDS(lio_listio(LIO_WAIT, list, COUNT, NULL) == -1);
	HOLDS(errno == EIO);
	HOLDS(aio_error(&cbs[0]) == EBADF);
	for (i = 1; i < COUNT; i++)
		HOLDS(aio_error(&cbs[i]) == 0 &&
		    aio_return(&cbs[i]) == CONFORM_SIZE);
	return (NULL);
}

static const char *
wait_with_a_failure_is_eio(void)
{
	(void)fill_list(LIO_READ);
	cbs[0].aio_fildes = open("/", O_RDONLY);
	HOLDS(lio_listio(LIO_WAIT, list, COUNT, NULL) == -1);
	HOLDS(errno == EIO);
	return (NULL);
}

static const char *
a_failure_does_not_touch_the_others(void)
{
	int i;

	(void)fill_list(LIO_READ);
	cbs[4].aio_fildes = open("/", O_RDONLY);
	(void)lio_listio(LIO_WAIT, list, COUNT, NULL);
	HOLDS(aio_error(&cbs[4]) == EISDIR && aio_return(&cbs[4]) == -1);
	for (i = 0; i < COUNT; i++)
		HOLDS(i == 4 || conform_finish(&cbs[i]) == CONFORM_SIZE);
	return (NULL);
}

static const char *
a_list_of_nothing_is_done(void)
{
	HOLDS(lio_listio(LIO_WAIT, list, 0, NULL) == 0);
	return (NULL);
}

static const char *
another_mode_is_einval(void)
{
	(void)fill_list(LIO_WRITE);
	HOLDS(lio_listio(77, list, COUNT, NULL) == -1);
	HOLDS(errno == EINVAL);
	return (NULL);
}

static const char *
a_list_beyond_the_limit_is_einval(void)
{
	long limit = sysconf(_SC_AIO_LISTIO_MAX), i;
	struct aiocb **longer;

	if (limit < 0)
		return (NULL); /* there is none */
	longer = calloc((size_t)limit + 1, sizeof(*longer));
	(void)fill_list(LIO_WRITE);
	for (i = 0; i <= limit; i++)
		longer[i] = &cbs[i % COUNT];
	HOLDS(lio_listio(LIO_WAIT, longer, (int)limit + 1, NULL) == -1);
	HOLDS(errno == EINVAL);
	return (NULL);
}

/* Several lists of waiting requests: one of them is too much, if any is. */
static const char *
a_list_without_resources_is_eagain(void)
{
	enum { LISTS = 40, LENGTH = 50 };
	static struct aiocb many[LISTS][LENGTH];
	struct aiocb *entries[LENGTH];
	static char large[1 << 16];
	int ends[2], i, k;

	HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	for (k = 0; k < LISTS; k++) {
		for (i = 0; i < LENGTH; i++) {
			fill_request(
			    &many[k][i], ends[0], large, sizeof(large), 0);
			many[k][i].aio_lio_opcode = LIO_READ;
			entries[i] = &many[k][i];
		}
		if (lio_listio(LIO_NOWAIT, entries, LENGTH, NULL) == 0)
			continue;
		HOLDS(errno == EAGAIN);
		HOLDS(aio_error(entries[LENGTH - 1]) == EAGAIN);
		return (NULL);
	}
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
wait_is_interrupted_by_a_signal(void)
{
	pthread_t self = pthread_self(), thread;
	struct aiocb waiting;
	int ends[2];

	conform_catch(SIGUSR1);
	HOLDS(conform_wait(&waiting, ends));
	(void)fill_list(LIO_READ);
	cbs[0].aio_fildes = ends[0];
	pthread_create(&thread, NULL, signal_on, &self);
	HOLDS(lio_listio(LIO_WAIT, list, COUNT, NULL) == -1);
	HOLDS(errno == EINTR);
	HOLDS(aio_error(&cbs[0]) == EINPROGRESS);
	return (NULL);
}

static const char *
an_entry_can_be_cancelled(void)
{
	struct aiocb waiting;
	int ends[2];

	HOLDS(conform_wait(&waiting, ends));
	(void)fill_list(LIO_READ);
	cbs[0].aio_fildes = ends[0];
	HOLDS(lio_listio(LIO_NOWAIT, list, COUNT, NULL) == 0);
	HOLDS(aio_cancel(ends[0], &cbs[0]) == AIO_CANCELED);
	HOLDS(aio_error(&cbs[0]) == ECANCELED && aio_return(&cbs[0]) == -1);
	return (NULL);
}

static const char *
a_write_beyond_the_offset_maximum_is_efbig(void)
{
	(void)fill_list(LIO_WRITE);
	conform_limit_files(CONFORM_SIZE);
	cbs[0].aio_offset = CONFORM_SIZE;
	(void)lio_listio(LIO_WAIT, list, 1, NULL);
	HOLDS(aio_error(&cbs[0]) == EFBIG && aio_return(&cbs[0]) == -1);
	return (NULL);
}

const struct conform_case conform_lists[] = {
    {"lio_listio/1,8,12", "LIO_WAIT: waits for all reads, sig is ignored",
	wait_waits_for_all_reads},
    {"lio_listio/1b,9,12b", "LIO_WAIT: waits for all writes",
	wait_waits_for_all_writes},
    {"lio_listio/2,10,24", "LIO_NOWAIT: returns at once",
	nowait_returns_at_once},
    {"lio_listio/3", "LIO_NOWAIT: notifies when all are done",
	nowait_notifies_when_all_is_done},
    {"lio_listio/15", "entries notify as by aio_read and aio_write",
	each_entry_notifies_too},
    {"lio_listio/4,7", "null pointers and LIO_NOP are ignored",
	null_and_nop_entries_are_ignored},
    {"lio_listio/5,6", "LIO_READ, LIO_WRITE, LIO_NOP",
	opcodes_are_what_they_say},
    {"lio_listio/13", "EIO: an opcode that is none",
	wait_with_a_bad_opcode_is_eio},
    {"lio_listio/13b", "EIO: a bad descriptor; its status is EBADF",
	wait_with_a_bad_descriptor_is_eio},
    {"lio_listio/13c", "EIO: a request fails in its I/O",
	wait_with_a_failure_is_eio},
    {"lio_listio/14", "a failure does not prevent others",
	a_failure_does_not_touch_the_others},
    {"lio_listio/12c", "an empty list", a_list_of_nothing_is_done},
    {"lio_listio/11,18,20", "EINVAL: mode", another_mode_is_einval},
    {"lio_listio/18b", "EINVAL: more than {AIO_LISTIO_MAX}",
	a_list_beyond_the_limit_is_einval},
    {"lio_listio/16,17,21", "EAGAIN: resources",
	a_list_without_resources_is_eagain},
    {"lio_listio/19", "EINTR", wait_is_interrupted_by_a_signal},
    {"lio_listio/22", "ECANCELED", an_entry_can_be_cancelled},
    {"lio_listio/23", "EFBIG", a_write_beyond_the_offset_maximum_is_efbig},
    {NULL, NULL, NULL},
};
