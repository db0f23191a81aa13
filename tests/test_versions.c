/*
 * What FreeBSD's versions do differently: a rule for each row of the table in
 * model/freebsd/versions.h.  Each is asked of all kernels, so that a version
 * that gets a row by mistake is noticed.
 */

#include "tests/version_rules.h"

/* ---- Limits ----------------------------------------------------------- */

static bool
raising_the_queue_limit_helps_at_once(struct rig *r, uint32_t t)
{
	rig_set(r, "vfs.aio.max_aio_queue_per_proc", 1);
	CU_ASSERT_EQUAL(rig_read(r, t, 0).error, KE_OK);
	CU_ASSERT_EQUAL(rig_read(r, t, 1).error, KE_EAGAIN);
	CU_ASSERT_STRING_EQUAL(rig_limit(r), "vfs.aio.max_aio_queue_per_proc");
	rig_set(r, "vfs.aio.max_aio_queue_per_proc", 2);
	return (rig_read(r, t, 1).error == KE_OK);
}

static void
limits_of_a_process_are_latched_before_12(void)
{
	check_versions(
	    raising_the_queue_limit_helps_at_once, V12 | V13 | V14 | V15);
}

static bool
lowering_the_active_limit_holds_the_next(struct rig *r, uint32_t t)
{
	CU_ASSERT_EQUAL(rig_read(r, t, 0).error, KE_OK);
	rig_set(r, "vfs.aio.max_aio_per_proc", 1);
	CU_ASSERT_EQUAL(rig_read(r, t, 1).error, KE_OK);
	return (kernel_counters(r->kernel)->daemons_busy == 1);
}

static void
active_limit_is_latched_before_12(void)
{
	check_versions(
	    lowering_the_active_limit_holds_the_next, V12 | V13 | V14 | V15);
}

static bool
exec_takes_the_limits_anew(struct rig *r, uint32_t t)
{
	const struct kernel_call exec = {.kind = KERNEL_EXEC};

	rig_set(r, "vfs.aio.max_aio_queue_per_proc", 1);
	CU_ASSERT_EQUAL(rig_read(r, t, 0).error, KE_OK);
	rig_run(r, 20 * MS);
	rig_set(r, "vfs.aio.max_aio_queue_per_proc", 2);
	rig_call(r, t, &exec);
	CU_ASSERT_EQUAL(rig_read(r, t, 0).error, KE_OK);
	return (rig_read(r, t, 1).error == KE_OK);
}

static void
latched_limits_are_read_again_after_exec(void)
{
	check_versions(
	    exec_takes_the_limits_anew, V10 | V11 | V12 | V13 | V14 | V15);
}

/* ---- Raw disks -------------------------------------------------------- */

static enum kernel_errno
third_mapped_read(struct rig *r, uint32_t t)
{
	struct kernel_request request = rig_request(0, KERNEL_OP_READ);
	enum kernel_errno error = KE_OK;

	rig_set(r, "vfs.aio.max_buf_aio", 2);
	request.fd = MAPPED_FD;
	for (; request.cb < 3; request.cb++)
		error = rig_submit(r, t, KERNEL_AIO_READ, request).error;
	return (error);
}

static bool
third_gets_eagain(struct rig *r, uint32_t t)
{
	return (third_mapped_read(r, t) == KE_EAGAIN &&
	    strcmp(rig_limit(r), "vfs.aio.max_buf_aio") == 0);
}

static bool
third_is_not_supported(struct rig *r, uint32_t t)
{
	return (third_mapped_read(r, t) == KE_EOPNOTSUPP);
}

static bool
third_goes_to_a_daemon(struct rig *r, uint32_t t)
{
	return (third_mapped_read(r, t) == KE_OK &&
	    kernel_counters(r->kernel)->daemons_busy == 1 &&
	    rig_get(r, "vfs.aio.num_buf_aio") == 2);
}

static void
over_max_buf_aio_is_eagain_from_12(void)
{
	check_versions(third_gets_eagain, V12 | V13 | V14 | V15);
	check_versions(third_is_not_supported, V11);
	check_versions(third_goes_to_a_daemon, V10);
}

static bool
third_goes_to_a_daemon_if_unsafe(struct rig *r, uint32_t t)
{
	if (rig_node(r, "vfs.aio.enable_unsafe") >= 0)
		rig_set(r, "vfs.aio.enable_unsafe", 1);
	return (third_goes_to_a_daemon(r, t));
}

static void
over_max_buf_aio_needs_enable_unsafe_in_11(void)
{
	check_versions(third_goes_to_a_daemon_if_unsafe, V10 | V11);
}

/* 256 KiB, with a limit of the driver's of 1 MiB. */
static bool
large_requests_go_to_the_disk(struct rig *r, uint32_t t)
{
	struct kernel_request request = rig_request(0, KERNEL_OP_READ);

	request.fd = DISK_FD;
	request.size_bytes = 256 << 10;
	if (rig_submit(r, t, KERNEL_AIO_READ, request).error != KE_OK)
		return (false);
	return (kernel_counters(r->kernel)->unmapped_aio == 1);
}

static void
maxphys_is_a_megabyte_from_13(void)
{
	check_versions(large_requests_go_to_the_disk, V13 | V14 | V15);
}

static enum kernel_errno
submit_vector(struct rig *r, uint32_t t, uint32_t cb, int fd, int iovcnt)
{
	struct kernel_request request = rig_request(cb, KERNEL_OP_READ);

	request.fd = fd;
	request.size_bytes = 4096 * (uint64_t)iovcnt;
	request.iovcnt = iovcnt;
	return (rig_submit(r, t, KERNEL_AIO_READV, request).error);
}

static bool
vectors_take_a_buffer_for_each_part(struct rig *r, uint32_t t)
{
	rig_set(r, "vfs.aio.max_buf_aio", 4);
	return (submit_vector(r, t, 0, MAPPED_FD, 3) == KE_OK &&
	    rig_get(r, "vfs.aio.num_buf_aio") == 3 &&
	    submit_vector(r, t, 1, MAPPED_FD, 2) == KE_EAGAIN &&
	    submit_vector(r, t, 1, MAPPED_FD, 1) == KE_OK &&
	    /* It could never have so many. */
	    submit_vector(r, t, 2, MAPPED_FD, 5) == KE_EOPNOTSUPP);
}

static void
vectored_requests_count_per_iovec(void)
{
	check_versions(vectors_take_a_buffer_for_each_part, V13 | V14 | V15);
}

/* ---- Nodes ------------------------------------------------------------ */

static bool
has_num_unmapped_aio(struct rig *r, uint32_t t)
{
	(void)t;
	return (rig_node(r, "vfs.aio.num_unmapped_aio") >= 0);
}

static bool
has_enable_unsafe(struct rig *r, uint32_t t)
{
	(void)t;
	return (rig_node(r, "vfs.aio.enable_unsafe") >= 0 &&
	    rig_node(r, "vfs.aio.unsafe_warningcnt") >= 0);
}

static bool
lists_are_of_sixteen(struct rig *r, uint32_t t)
{
	(void)t;
	return (rig_get(r, "p1003_1b.aio_listio_max") == 16);
}

static void
each_version_has_its_own_nodes(void)
{
	check_versions(has_num_unmapped_aio, V12 | V13 | V14 | V15);
	check_versions(has_enable_unsafe, V11 | V12 | V13 | V14 | V15);
	check_versions(lists_are_of_sixteen, V10 | V11);
}

/* ---- Requests --------------------------------------------------------- */

static enum kernel_errno
read_at(struct rig *r, uint32_t t, int fd, int64_t offset)
{
	struct kernel_request request = rig_request(0, KERNEL_OP_READ);

	if (rig_node(r, "vfs.aio.enable_unsafe") >= 0)
		rig_set(r, "vfs.aio.enable_unsafe", 1);
	request.fd = fd;
	request.offset_bytes = offset;
	return (rig_submit(r, t, KERNEL_AIO_READ, request).error);
}

static bool
takes_offset_minus_two(struct rig *r, uint32_t t)
{
	CU_ASSERT_EQUAL(read_at(r, t, FILE_FD, -1), KE_EINVAL);
	return (read_at(r, t, FILE_FD, -2) == KE_OK);
}

static bool
refuses_minus_one_to_a_tty(struct rig *r, uint32_t t)
{
	return (read_at(r, t, TTY_FD, -1) == KE_EINVAL);
}

static bool
refuses_minus_one_to_mlock(struct rig *r, uint32_t t)
{
	struct kernel_request request = rig_request(0, KERNEL_OP_MLOCK);

	request.offset_bytes = -1;
	return (rig_submit(r, t, KERNEL_AIO_MLOCK, request).error == KE_EINVAL);
}

static void
only_offset_minus_one_is_refused_before_12(void)
{
	check_versions(takes_offset_minus_two, V10 | V11);
	check_versions(refuses_minus_one_to_a_tty, V10 | V11);
	check_versions(refuses_minus_one_to_mlock, V10 | V11);
}

static bool
remembers_a_bad_size(struct rig *r, uint32_t t)
{
	struct kernel_request request = rig_request(0, KERNEL_OP_READ);

	request.size_bytes = (uint64_t)INT64_MAX + 1;
	CU_ASSERT_EQUAL(
	    rig_submit(r, t, KERNEL_AIO_READ, request).error, KE_EINVAL);
	return (rig_error(r, t, 0) == 22);
}

static bool
remembers_a_bad_signal(struct rig *r, uint32_t t)
{
	struct kernel_request request = rig_request(0, KERNEL_OP_READ);

	request.sigev.notify = KERNEL_NOTIFY_SIGNAL;
	request.sigev.signo = 129;
	CU_ASSERT_EQUAL(
	    rig_submit(r, t, KERNEL_AIO_READ, request).error, KE_EINVAL);
	return (rig_error(r, t, 0) == 22);
}

static void
bad_sizes_and_signals_are_stored_from_14(void)
{
	check_versions(remembers_a_bad_size, V14 | V15);
	check_versions(remembers_a_bad_signal, V14 | V15);
}

static bool
has_aio_readv(struct rig *r, uint32_t t)
{
	enum kernel_errno error = submit_vector(r, t, 0, FILE_FD, 3);

	CU_ASSERT(error == KE_OK || error == KE_ENOSYS);
	if (error != KE_OK)
		return (false);
	CU_ASSERT_EQUAL(submit_vector(r, t, 1, FILE_FD, 0), KE_EINVAL);
	CU_ASSERT_EQUAL(submit_vector(r, t, 1, FILE_FD, 1025), KE_EINVAL);
	rig_run(r, 20 * MS);
	return (rig_ask(r, t, KERNEL_AIO_RETURN, 0).value == 3 * 4096);
}

static void
aio_readv_came_with_13(void)
{
	check_versions(has_aio_readv, V13 | V14 | V15);
}

static bool
syncs_data(struct rig *r, uint32_t t)
{
	struct rig_thread *thread = rig_thread(r, t);
	struct kernel_call call = {
	    .kind = KERNEL_AIO_FSYNC, .op = KERNEL_O_DSYNC};
	enum kernel_errno error;

	thread->requests[0] = rig_request(0, KERNEL_OP_SYNC);
	thread->list[0] = &thread->requests[0];
	call.requests = thread->list;
	error = rig_call(r, t, &call).error;
	CU_ASSERT(error == KE_OK || error == KE_EINVAL);
	return (error == KE_OK);
}

static void
o_dsync_came_with_13(void)
{
	check_versions(syncs_data, V13 | V14 | V15);
}

static bool
takes_a_pipe(struct rig *r, uint32_t t)
{
	struct kernel_request request = rig_request(0, KERNEL_OP_READ);

	request.fd = PIPE_FD;
	return (rig_submit(r, t, KERNEL_AIO_READ, request).error == KE_OK);
}

static bool
takes_a_local_file(struct rig *r, uint32_t t)
{
	return (rig_read(r, t, 0).error == KE_OK);
}

static void
all_files_were_safe_in_10(void)
{
	check_versions(takes_a_pipe, V10);
	check_versions(takes_a_local_file, V10 | V11 | V12 | V13 | V14 | V15);
}

/* ---- First use -------------------------------------------------------- */

static bool
first_use_fails_without_daemons(struct rig *r, uint32_t t)
{
	struct rig_thread *thread = rig_thread(r, t);
	struct kernel_call call = {.kind = KERNEL_AIO_READ};
	char reason[100];

	kernel_set_creation_fails(r->kernel, true);
	thread->requests[0] = rig_request(0, KERNEL_OP_READ);
	thread->list[0] = &thread->requests[0];
	call.requests = thread->list;
	if (rig_enter(r, t, &call))
		return (thread->result.error == KE_EAGAIN);
	rig_run(r, 1000 * MS);
	CU_ASSERT(thread->in_call);
	CU_ASSERT(kernel_waits_for(r->kernel, t, reason, sizeof(reason)) &&
	    strstr(reason, "creates the first daemons") != NULL);
	return (false);
}

static bool
first_use_goes_on_with_few_daemons(struct rig *r, uint32_t t)
{
	struct rig_thread *thread;
	struct kernel_call call = {.kind = KERNEL_AIO_READ};

	rig_read(r, t, 0);
	rig_set(r, "vfs.aio.target_aio_procs", 8);
	kernel_set_creation_fails(r->kernel, true);
	t = rig_process(r);
	thread = rig_thread(r, t);
	thread->requests[0] = rig_request(0, KERNEL_OP_READ);
	thread->list[0] = &thread->requests[0];
	call.requests = thread->list;
	return (rig_enter(r, t, &call) && thread->result.error == KE_OK);
}

static void
first_use_that_cannot_fill_the_pool_returns_from_15(void)
{
	check_versions(first_use_fails_without_daemons, V15);
	check_versions(first_use_goes_on_with_few_daemons, V15);
}

static bool
an_aiod_serves_a_socket(struct rig *r, uint32_t t)
{
	const struct kernel_file socket = {.kind = KERNEL_SOCKET,
	    .readable = true,
	    .writable = true,
	    .receive_ready = true};
	struct kernel_request request = rig_request(0, KERNEL_OP_READ);
	struct kernel_thread_info info;

	request.fd = NFS_FD + 1;
	kernel_thread(r->kernel, t, &info);
	kernel_open(r->kernel, info.process, request.fd, &socket);
	CU_ASSERT_EQUAL(
	    rig_submit(r, t, KERNEL_AIO_READ, request).error, KE_OK);
	return (kernel_counters(r->kernel)->daemons_busy == 1);
}

/* From 11 on soaiods do: test_soaiod. */
static void
aiods_serve_sockets_in_10(void)
{
	check_versions(an_aiod_serves_a_socket, V10);
}

/* ---- The list of kernels ---------------------------------------------- */

static void
default_kernel_is_12_2(void)
{
	const char *const *names = kernel_names();
	size_t i, found = 0;

	CU_ASSERT_STRING_EQUAL(names[0], "freebsd-12.2");
	for (; *names != NULL; names++) {
		CU_ASSERT_PTR_NOT_NULL(kernel_describe(*names));
		for (i = 0; i < G_N_ELEMENTS(versions); i++)
			found += strcmp(*names, versions[i].name) == 0;
	}
	CU_ASSERT_EQUAL(found, G_N_ELEMENTS(versions));
}

static const struct rule rules[] = {
    RULE(limits_of_a_process_are_latched_before_12),
    RULE(active_limit_is_latched_before_12),
    RULE(latched_limits_are_read_again_after_exec),
    RULE(over_max_buf_aio_is_eagain_from_12),
    RULE(over_max_buf_aio_needs_enable_unsafe_in_11),
    RULE(maxphys_is_a_megabyte_from_13),
    RULE(vectored_requests_count_per_iovec),
    RULE(each_version_has_its_own_nodes),
    RULE(only_offset_minus_one_is_refused_before_12),
    RULE(bad_sizes_and_signals_are_stored_from_14),
    RULE(aio_readv_came_with_13),
    RULE(o_dsync_came_with_13),
    RULE(all_files_were_safe_in_10),
    RULE(aiods_serve_sockets_in_10),
    RULE(first_use_that_cannot_fill_the_pool_returns_from_15),
    RULE(default_kernel_is_12_2),
};

int
main(void)
{
	return (RUN_RULES("versions", rules));
}
