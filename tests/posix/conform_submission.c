/*
 * aio_read, aio_write and aio_fsync.
 */

#include "tests/posix/conform.h"

static struct aiocb cb;
static char bytes[CONFORM_SIZE], got[CONFORM_SIZE];

/* ---- aio_read --------------------------------------------------------- */

static const char *
read_moves_the_bytes_at_its_offset(void)
{
	int fd = conform_file(4 * CONFORM_SIZE);

	fill_request(&cb, fd, bytes, CONFORM_SIZE, 2 * CONFORM_SIZE);
	HOLDS(aio_read(&cb) == 0);
	HOLDS(conform_finish(&cb) == CONFORM_SIZE);
	HOLDS(bytes[0] == 'c' && bytes[CONFORM_SIZE - 1] == 'c');
	return (NULL);
}

static const char *
read_ends_at_the_end_of_the_file(void)
{
	int fd = conform_file(CONFORM_SIZE);

	fill_request(&cb, fd, bytes, CONFORM_SIZE, CONFORM_SIZE - 10);
	HOLDS(aio_read(&cb) == 0);
	HOLDS(conform_finish(&cb) == 10);
	cb.aio_offset = CONFORM_SIZE;
	HOLDS(aio_read(&cb) == 0);
	HOLDS(conform_finish(&cb) == 0);
	return (NULL);
}

static const char *
read_block_is_an_argument_of_error_and_return(void)
{
	int fd = conform_file(CONFORM_SIZE), error;

	fill_request(&cb, fd, bytes, CONFORM_SIZE, 0);
	HOLDS(aio_read(&cb) == 0);
	error = aio_error(&cb);
	HOLDS(error == EINPROGRESS || error == 0);
	while (aio_error(&cb) == EINPROGRESS)
		usleep(200);
	HOLDS(aio_error(&cb) == 0);
	HOLDS(aio_return(&cb) == CONFORM_SIZE);
	return (NULL);
}

static const char *
read_ignores_the_opcode(void)
{
	int fd = conform_file(CONFORM_SIZE);

	fill_request(&cb, fd, bytes, CONFORM_SIZE, 0);
	cb.aio_lio_opcode = LIO_WRITE;
	HOLDS(aio_read(&cb) == 0);
	HOLDS(conform_finish(&cb) == CONFORM_SIZE);
	HOLDS(bytes[0] == 'a');
	return (NULL);
}

static const char *
read_of_no_file_is_ebadf(void)
{
	fill_request(&cb, -1, bytes, 1, 0);
	HOLDS(conform_fails_with(aio_read(&cb), &cb, EBADF));
	fill_request(&cb, 99999, bytes, 1, 0);
	HOLDS(conform_fails_with(aio_read(&cb), &cb, EBADF));
	return (NULL);
}

static int
open_again(int fd, int flags)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return (open(name, flags));
}

static const char *
read_of_what_is_open_for_writing_is_ebadf(void)
{
	int fd = open_again(conform_file(CONFORM_SIZE), O_WRONLY);

	fill_request(&cb, fd, bytes, 1, 0);
	HOLDS(conform_fails_with(aio_read(&cb), &cb, EBADF));
	return (NULL);
}

static const char *
read_at_a_negative_offset_is_einval(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 1, -1);
	HOLDS(conform_fails_with(aio_read(&cb), &cb, EINVAL));
	return (NULL);
}

static const char *
read_of_a_bad_priority_is_einval(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 1, 0);
	cb.aio_reqprio = -1;
	HOLDS(conform_fails_with(aio_read(&cb), &cb, EINVAL));
	return (NULL);
}

/* As many as it takes, or none is ever refused. */
static const char *
fill_up(int (*submit)(struct aiocb *))
{
	enum { MANY = 1200 };
	struct aiocb *cbs = calloc(MANY, sizeof(*cbs));
	static char large[1 << 20];
	int ends[2], i;

	HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	for (i = 0; i < MANY; i++) {
		fill_request(&cbs[i], ends[0], large, sizeof(large), 0);
		if (submit(&cbs[i]) != 0) {
			HOLDS(errno == EAGAIN);
			break;
		}
	}
	HOLDS(i > 1);
	return (NULL);
}

static const char *
read_without_resources_is_eagain(void)
{
	return (fill_up(aio_read));
}

static const char *
cancelled_request_is_ecanceled(int (*submit)(struct aiocb *))
{
	struct aiocb second;
	static char large[1 << 20];
	int ends[2];

	HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	fill_request(&cb, ends[0], large, sizeof(large), 0);
	HOLDS(submit(&cb) == 0);
	fill_request(&second, ends[0], large, sizeof(large), 0);
	HOLDS(submit(&second) == 0);
	HOLDS(aio_cancel(ends[0], &second) == AIO_CANCELED);
	HOLDS(aio_error(&second) == ECANCELED);
	HOLDS(aio_return(&second) == -1);
	return (NULL);
}

static const char *
read_that_was_cancelled_is_ecanceled(void)
{
	return (cancelled_request_is_ecanceled(aio_read));
}

/* ---- aio_write -------------------------------------------------------- */

static const char *
write_moves_the_bytes_to_its_offset(void)
{
	int fd = conform_file(2 * CONFORM_SIZE);

	memset(bytes, 'x', sizeof(bytes));
	fill_request(&cb, fd, bytes, CONFORM_SIZE, CONFORM_SIZE);
	HOLDS(aio_write(&cb) == 0);
	HOLDS(conform_finish(&cb) == CONFORM_SIZE);
	HOLDS(pread(fd, got, CONFORM_SIZE, CONFORM_SIZE) == CONFORM_SIZE);
	HOLDS(memcmp(got, bytes, CONFORM_SIZE) == 0);
	HOLDS(pread(fd, got, 1, 0) == 1 && got[0] == 'a');
	return (NULL);
}

static const char *
writes_append_in_the_order_of_their_calls(void)
{
	enum { COUNT = 20 };
	struct aiocb cbs[COUNT];
	char letters[COUNT];
	int fd = conform_file(0), i;

	fcntl(fd, F_SETFL, O_APPEND);
	for (i = 0; i < COUNT; i++) {
		letters[i] = (char)('a' + i);
		fill_request(&cbs[i], fd, &letters[i], 1, 0);
		HOLDS(aio_write(&cbs[i]) == 0);
	}
	for (i = 0; i < COUNT; i++)
		HOLDS(conform_finish(&cbs[i]) == 1);
	HOLDS(pread(fd, got, COUNT + 1, 0) == COUNT);
	HOLDS(memcmp(got, letters, COUNT) == 0);
	return (NULL);
}

static const char *
write_ignores_the_opcode(void)
{
	int fd = conform_file(CONFORM_SIZE);

	memset(bytes, 'x', sizeof(bytes));
	fill_request(&cb, fd, bytes, CONFORM_SIZE, 0);
	cb.aio_lio_opcode = LIO_READ;
	HOLDS(aio_write(&cb) == 0);
	HOLDS(conform_finish(&cb) == CONFORM_SIZE);
	HOLDS(pread(fd, got, 1, 0) == 1 && got[0] == 'x');
	return (NULL);
}

static const char *
write_to_no_file_is_ebadf(void)
{
	fill_request(&cb, -1, bytes, 1, 0);
	HOLDS(conform_fails_with(aio_write(&cb), &cb, EBADF));
	return (NULL);
}

static const char *
write_to_what_is_open_for_reading_is_ebadf(void)
{
	int fd = open_again(conform_file(CONFORM_SIZE), O_RDONLY);

	fill_request(&cb, fd, bytes, 1, 0);
	HOLDS(conform_fails_with(aio_write(&cb), &cb, EBADF));
	return (NULL);
}

static const char *
write_at_a_negative_offset_is_einval(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 1, -1);
	HOLDS(conform_fails_with(aio_write(&cb), &cb, EINVAL));
	return (NULL);
}

static const char *
write_of_a_bad_priority_is_einval(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), bytes, 1, 0);
	cb.aio_reqprio = -1;
	HOLDS(conform_fails_with(aio_write(&cb), &cb, EINVAL));
	return (NULL);
}

static const char *
write_without_resources_is_eagain(void)
{
	return (fill_up(aio_write));
}

static const char *
write_that_was_cancelled_is_ecanceled(void)
{
	return (cancelled_request_is_ecanceled(aio_write));
}

static const char *
write_beyond_the_offset_maximum_is_efbig(void)
{
	int fd = conform_file(CONFORM_SIZE);

	conform_limit_files(CONFORM_SIZE);
	fill_request(&cb, fd, bytes, CONFORM_SIZE, CONFORM_SIZE);
	HOLDS(conform_fails_with(aio_write(&cb), &cb, EFBIG));
	return (NULL);
}

/* ---- aio_fsync -------------------------------------------------------- */

static const char *
fsync_follows_the_writes_before_it(int operation)
{
	enum { COUNT = 16 };
	struct aiocb cbs[COUNT];
	int fd = conform_file(0), i;

	for (i = 0; i < COUNT; i++) {
		fill_request(
		    &cbs[i], fd, bytes, CONFORM_SIZE, (off_t)i * CONFORM_SIZE);
		HOLDS(aio_write(&cbs[i]) == 0);
	}
	fill_request(&cb, fd, NULL, 0, 0);
	HOLDS(aio_fsync(operation, &cb) == 0);
	HOLDS(conform_finish(&cb) == 0);
	for (i = 0; i < COUNT; i++)
		HOLDS(aio_error(&cbs[i]) == 0 &&
		    aio_return(&cbs[i]) == CONFORM_SIZE);
	return (NULL);
}

static const char *
fsync_with_o_dsync(void)
{
	return (fsync_follows_the_writes_before_it(O_DSYNC));
}

static const char *
fsync_with_o_sync(void)
{
	return (fsync_follows_the_writes_before_it(O_SYNC));
}

static const char *
fsync_block_is_an_argument_of_error_and_return(void)
{
	int error;

	fill_request(&cb, conform_file(CONFORM_SIZE), NULL, 0, 0);
	HOLDS(aio_fsync(O_SYNC, &cb) == 0);
	error = aio_error(&cb);
	HOLDS(error == EINPROGRESS || error == 0);
	HOLDS(conform_finish(&cb) == 0);
	return (NULL);
}

static const char *
fsync_notifies(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), NULL, 0, 0);
	conform_notify(&cb.aio_sigevent, SIGRTMIN + 1, &cb);
	HOLDS(aio_fsync(O_SYNC, &cb) == 0);
	HOLDS(conform_await_signals(1));
	HOLDS(conform_value == (intptr_t)&cb);
	HOLDS(conform_finish(&cb) == 0);
	return (NULL);
}

static const char *
fsync_ignores_the_other_members(void)
{
	int fd = conform_file(CONFORM_SIZE);

	fill_request(&cb, fd, (void *)(uintptr_t)1, SIZE_MAX / 4, -1);
	cb.aio_lio_opcode = 77;
	HOLDS(aio_fsync(O_SYNC, &cb) == 0);
	HOLDS(conform_finish(&cb) == 0);
	return (NULL);
}

static const char *
fsync_ignores_the_priority(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), NULL, 0, 0);
	cb.aio_reqprio = -1;
	HOLDS(aio_fsync(O_SYNC, &cb) == 0);
	HOLDS(conform_finish(&cb) == 0);
	return (NULL);
}

static const char *
fsync_of_no_file_is_ebadf(void)
{
	fill_request(&cb, -1, NULL, 0, 0);
	HOLDS(aio_fsync(O_SYNC, &cb) == -1);
	HOLDS(errno == EBADF);
	return (NULL);
}

static const char *
fsync_of_what_is_open_for_reading_is_ebadf(void)
{
	int fd = open_again(conform_file(CONFORM_SIZE), O_RDONLY);

	fill_request(&cb, fd, NULL, 0, 0);
	HOLDS(conform_fails_with(aio_fsync(O_SYNC, &cb), &cb, EBADF));
	return (NULL);
}

static const char *
fsync_of_what_cannot_be_synchronized_is_einval(void)
{
	int ends[2];

	HOLDS(pipe(ends) == 0);
	fill_request(&cb, ends[1], NULL, 0, 0);
	HOLDS(conform_fails_with(aio_fsync(O_SYNC, &cb), &cb, EINVAL));
	return (NULL);
}

static const char *
fsync_of_another_operation_is_einval(void)
{
	fill_request(&cb, conform_file(CONFORM_SIZE), NULL, 0, 0);
	HOLDS(aio_fsync(-1, &cb) == -1);
	HOLDS(errno == EINVAL);
	return (NULL);
}

const struct conform_case conform_submission[] = {
    {"aio_read/1,4", "reads aio_nbytes at aio_offset into aio_buf",
	read_moves_the_bytes_at_its_offset},
    {"aio_read/1b", "ends at the end of the file",
	read_ends_at_the_end_of_the_file},
    {"aio_read/3,7", "the block may be used with aio_error and aio_return",
	read_block_is_an_argument_of_error_and_return},
    {"aio_read/5", "aio_lio_opcode is ignored", read_ignores_the_opcode},
    {"aio_read/8,10", "EBADF: not a descriptor", read_of_no_file_is_ebadf},
    {"aio_read/9", "EAGAIN: resources", read_without_resources_is_eagain},
    {"aio_read/10b,12", "EBADF: not open for reading",
	read_of_what_is_open_for_writing_is_ebadf},
    {"aio_read/11,14", "EINVAL: offset", read_at_a_negative_offset_is_einval},
    {"aio_read/11b,14b", "EINVAL: priority", read_of_a_bad_priority_is_einval},
    {"aio_read/13", "ECANCELED", read_that_was_cancelled_is_ecanceled},
    {"aio_write/1,5", "writes aio_nbytes from aio_buf at aio_offset",
	write_moves_the_bytes_to_its_offset},
    {"aio_write/2", "O_APPEND: in the order of the calls",
	writes_append_in_the_order_of_their_calls},
    {"aio_write/3", "aio_lio_opcode is ignored", write_ignores_the_opcode},
    {"aio_write/6,8", "EBADF: not a descriptor", write_to_no_file_is_ebadf},
    {"aio_write/7", "EAGAIN: resources", write_without_resources_is_eagain},
    {"aio_write/8b,10", "EBADF: not open for writing",
	write_to_what_is_open_for_reading_is_ebadf},
    {"aio_write/9,11", "EINVAL: offset", write_at_a_negative_offset_is_einval},
    {"aio_write/9b,11b", "EINVAL: priority", write_of_a_bad_priority_is_einval},
    {"aio_write/12", "ECANCELED", write_that_was_cancelled_is_ecanceled},
    {"aio_write/13", "EFBIG", write_beyond_the_offset_maximum_is_efbig},
    {"aio_fsync/1,2", "O_DSYNC: what was queued before is completed",
	fsync_with_o_dsync},
    {"aio_fsync/1b,3", "O_SYNC: what was queued before is completed",
	fsync_with_o_sync},
    {"aio_fsync/4,5,9", "the block may be used with aio_error and aio_return",
	fsync_block_is_an_argument_of_error_and_return},
    {"aio_fsync/7", "aio_sigevent determines the notification", fsync_notifies},
    {"aio_fsync/8", "other members are ignored",
	fsync_ignores_the_other_members},
    {"aio_fsync/8b", "aio_reqprio is ignored", fsync_ignores_the_priority},
    {"aio_fsync/10,12", "EBADF: not a descriptor", fsync_of_no_file_is_ebadf},
    {"aio_fsync/12b", "EBADF: not open for writing",
	fsync_of_what_is_open_for_reading_is_ebadf},
    {"aio_fsync/6,13", "EINVAL: a file without synchronized I/O",
	fsync_of_what_cannot_be_synchronized_is_einval},
    {"aio_fsync/14", "EINVAL: neither O_DSYNC nor O_SYNC",
	fsync_of_another_operation_is_einval},
    {NULL, NULL, NULL},
};
