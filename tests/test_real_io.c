/*
 * The calls by which the real world does a job: what they come to when the host
 * has something against it.
 */

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "sim/real/io.h"
#include "tests/real_run.h"

static struct real_buffer buffer;

static struct kernel_service_result
serve(int fd, enum kernel_opcode opcode, int64_t offset, uint64_t size)
{
	const struct real_file file = {.fd = {fd, fd}, .far = {-1, -1}};
	const struct kernel_job_info job = {
	    .opcode = opcode, .offset_bytes = offset, .size_bytes = size};

	return (real_serve(&file, &job, &buffer));
}

static struct kernel_service_result
attempt(int fd, enum kernel_opcode opcode, uint64_t size, int64_t done)
{
	const struct kernel_job_info job = {
	    .opcode = opcode, .size_bytes = size, .done_bytes = done};

	return (real_attempt(fd, &job, &buffer));
}

static int
open_scratch(void)
{
	g_autofree char *path = path_in(work_dir, "scratch");
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	(void)unlink(path);
	return (fd);
}

/* ---- Files ------------------------------------------------------------ */

static void
reads_end_where_the_file_does(void)
{
	int fd = open_scratch();

	CU_ASSERT(serve(fd, KERNEL_OP_WRITE, 0, 5000).bytes == 5000);
	CU_ASSERT(serve(fd, KERNEL_OP_READ, 4096, 4096).bytes == 904);
	CU_ASSERT(serve(fd, KERNEL_OP_READ, 8192, 4096).bytes == 0);
	CU_ASSERT(serve(fd, KERNEL_OP_SYNC, 0, 0).error == KE_OK);
	close(fd);
}

static void
a_closed_descriptor_is_ebadf(void)
{
	int fd = open_scratch();

	close(fd);
	CU_ASSERT(serve(fd, KERNEL_OP_READ, 0, 4096).error == KE_EBADF);
	CU_ASSERT(serve(fd, KERNEL_OP_WRITE, 0, 4096).error == KE_EBADF);
	CU_ASSERT(serve(fd, KERNEL_OP_SYNC, 0, 0).error == KE_EBADF);
	CU_ASSERT(serve(fd, KERNEL_OP_WRITE, 0, 4096).bytes == 0);
}

static void
a_full_device_is_enospc(void)
{
	int fd = open("/dev/full", O_RDWR);

	if (fd < 0) {
		fprintf(stderr, "(skipped: no /dev/full) ");
		return;
	}
	CU_ASSERT(serve(fd, KERNEL_OP_WRITE, 0, 4096).error == KE_ENOSPC);
	close(fd);
}

/* The model has no name for EFBIG. */
static void
beyond_the_largest_file_is_an_error(void)
{
	struct rlimit before, small;
	int fd = open_scratch();

	CU_ASSERT(getrlimit(RLIMIT_FSIZE, &before) == 0);
	small = before;
	small.rlim_cur = 8192;
	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CU_ASSERT(serve(fd, KERNEL_OP_WRITE, 4096, 8192).bytes == 4096);
	CU_ASSERT(serve(fd, KERNEL_OP_WRITE, 8192, 4096).error == KE_EIO);
	CU_ASSERT(setrlimit(RLIMIT_FSIZE, &before) == 0);
	close(fd);
}

/* ---- Sockets ---------------------------------------------------------- */

static void
an_attempt_takes_what_is_there(void)
{
	struct kernel_service_result o;
	int ends[2];

	CU_ASSERT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	o = attempt(ends[0], KERNEL_OP_READ, 4096, 0);
	CU_ASSERT(o.would_block && o.error == KE_EAGAIN && !o.ready);
	CU_ASSERT(write(ends[1], "12345", 5) == 5);
	o = attempt(ends[0], KERNEL_OP_READ, 3, 0);
	CU_ASSERT(o.bytes == 3 && !o.would_block && o.ready);
	o = attempt(ends[0], KERNEL_OP_READ, 4096, 0);
	CU_ASSERT(o.bytes == 2 && o.error == KE_OK && !o.ready);
	close(ends[1]);
	o = attempt(ends[0], KERNEL_OP_READ, 4096, 0);
	CU_ASSERT(o.bytes == 0 && o.error == KE_OK && o.ready);
	o = attempt(ends[0], KERNEL_OP_WRITE, 4096, 0);
	CU_ASSERT(o.error == KE_EPIPE && o.bytes == 0);
	close(ends[0]);
}

static void
a_send_goes_on_until_it_would_wait(void)
{
	const uint64_t much = 64 << 20;
	struct kernel_service_result o;
	int ends[2];

	CU_ASSERT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	o = attempt(ends[0], KERNEL_OP_WRITE, much, 0);
	CU_ASSERT(o.would_block && o.bytes > 0 && o.bytes < (int64_t)much);
	CU_ASSERT(!o.ready);
	o = attempt(ends[0], KERNEL_OP_WRITE, much, o.bytes);
	CU_ASSERT(o.would_block && o.bytes == 0);
	close(ends[0]);
	close(ends[1]);
}

static void
a_reset_is_econnreset_and_then_epipe(void)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	int ends[2];

	if (!connect_two(ends)) {
		fprintf(stderr, "(skipped: no loopback) ");
		return;
	}
	CU_ASSERT(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &at_once,
		      sizeof(at_once)) == 0);
	close(ends[1]);
	CU_ASSERT(
	    attempt(ends[0], KERNEL_OP_READ, 1, 0).error == KE_ECONNRESET);
	CU_ASSERT(attempt(ends[0], KERNEL_OP_WRITE, 1, 0).error == KE_EPIPE);
	CU_ASSERT(attempt(ends[0], KERNEL_OP_READ, 1, 0).bytes == 0);
	close(ends[0]);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(reads_end_where_the_file_does),
	    RULE(a_closed_descriptor_is_ebadf),
	    RULE(a_full_device_is_enospc),
	    RULE(beyond_the_largest_file_is_an_error),
	    RULE(an_attempt_takes_what_is_there),
	    RULE(a_send_goes_on_until_it_would_wait),
	    RULE(a_reset_is_econnreset_and_then_epipe),
	};
	int status = run_real_rules("real io", rules, G_N_ELEMENTS(rules));

	free(buffer.bytes);
	return (status);
}
