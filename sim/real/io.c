/*
 * Actual I/O.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/host_errno.h"
#include "sim/real/io.h"

static bool
make_room(struct real_buffer *buffer, size_t size)
{
	void *bytes;

	if (size <= buffer->size)
		return (true);
	if (posix_memalign(&bytes, KERNEL_PAGE_SIZE, size) != 0)
		return (false);
	memset(bytes, 0, size);
	free(buffer->bytes);
	buffer->bytes = bytes;
	buffer->size = size;
	return (true);
}

/* ---- Directories ------------------------------------------------------ */

/* FreeBSD reads a directory as a file; elsewhere its entries can only be
 * listed.  They are, and count with their length. */
static ssize_t
list_directory(int fd, const struct kernel_job_info *job)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = own >= 0 ? fdopendir(own) : NULL;
	const struct dirent *entry;
	int64_t bytes = -job->offset_bytes;

	if (directory == NULL) {
		if (own >= 0)
			close(own);
		return (-1);
	}
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	while ((entry = readdir(directory)) != NULL)
		bytes += entry->d_reclen;
	closedir(directory);
	return ((ssize_t)CLAMP(bytes, 0, (int64_t)job->size_bytes));
}

/* ---- Files ------------------------------------------------------------ */

static ssize_t
read_some(const struct real_file *file, const struct kernel_job_info *job,
    void *bytes)
{
	int fd = file->fd[KERNEL_RECEIVE];

	if (file->directory)
		return (list_directory(fd, job));
	if (file->stream)
		return (read(fd, bytes, job->size_bytes));
	return (pread(fd, bytes, job->size_bytes, job->offset_bytes));
}

static ssize_t
write_some(const struct real_file *file, const struct kernel_job_info *job,
    void *bytes)
{
	int fd = file->fd[KERNEL_SEND];

	if (file->stream)
		return (write(fd, bytes, job->size_bytes));
	return (pwrite(fd, bytes, job->size_bytes, job->offset_bytes));
}

static ssize_t
perform(const struct real_file *file, const struct kernel_job_info *job,
    void *bytes)
{
	switch (job->opcode) {
	case KERNEL_OP_READ:
		return (read_some(file, job, bytes));
	case KERNEL_OP_WRITE:
		return (write_some(file, job, bytes));
	case KERNEL_OP_SYNC:
		return (fsync(file->fd[KERNEL_SEND]));
	case KERNEL_OP_MLOCK: /* a modelled buffer has no pages here */
	case KERNEL_OP_NOP:
		break;
	}
	return (0);
}

struct kernel_service_result
real_serve(const struct real_file *file, const struct kernel_job_info *job,
    struct real_buffer *buffer)
{
	struct kernel_service_result result = {0};
	bool moves =
	    job->opcode == KERNEL_OP_READ || job->opcode == KERNEL_OP_WRITE;

	if (moves && !make_room(buffer, job->size_bytes)) {
		result.error = KE_ENOMEM;
		return (result);
	}
	do
		result.bytes = perform(file, job, buffer->bytes);
	while (result.bytes < 0 && errno == EINTR);
	if (result.bytes < 0) {
		result.error = host_errno_name(errno);
		result.bytes = 0;
	}
	return (result);
}

/* ---- Sockets ---------------------------------------------------------- */

static bool
is_ready(int fd, bool reads)
{
	struct pollfd look = {.fd = fd, .events = reads ? POLLIN : POLLOUT};

	return (poll(&look, 1, 0) == 1);
}

/* Moves once what can be moved; false if that was the end of it. */
static bool
move_once(int fd, bool reads, char *bytes, uint64_t left,
    struct kernel_service_result *result)
{
	ssize_t count;

	do
		count = reads
		    ? recv(fd, bytes, left, MSG_DONTWAIT)
		    : send(fd, bytes, left, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (count < 0 && errno == EINTR);
	if (count >= 0) {
		result->bytes += count;
		return (!reads && (uint64_t)count < left);
	}
	result->would_block = errno == EAGAIN || errno == EWOULDBLOCK;
	result->error =
	    result->would_block ? KE_EAGAIN : host_errno_name(errno);
	return (false);
}

struct kernel_service_result
real_attempt(
    int fd, const struct kernel_job_info *job, struct real_buffer *buffer)
{
	struct kernel_service_result result = {0};
	uint64_t left = job->size_bytes - (uint64_t)job->done_bytes;
	bool reads = job->opcode == KERNEL_OP_READ;

	if (!make_room(buffer, left))
		result.error = KE_ENOMEM;
	else
		while (left > 0 &&
		    move_once(fd, reads, buffer->bytes,
			left - (uint64_t)result.bytes, &result))
			;
	result.ready = is_ready(fd, reads);
	return (result);
}
