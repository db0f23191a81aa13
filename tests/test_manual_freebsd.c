/*
 * Statements of FreeBSD's manual page aio(4) that no other test states.  The
 * table that maps all of them is in model/README.md.  Where the page is wrong
 * the rule says what the kernel does.
 */

#include "tests/kernel_rig.h"
#include "tests/suite.h"

static void
begin(struct rig *r, uint32_t *t)
{
	rig_begin(r, kernel_names()[0]);
	*t = rig_process(r);
}

static enum kernel_errno
read_of(struct rig *r, uint32_t t, uint32_t cb, int fd)
{
	struct kernel_request request = rig_request(cb, KERNEL_OP_READ);

	request.fd = fd;
	return (rig_submit(r, t, KERNEL_AIO_READ, request).error);
}

/* ---- What is asynchronous about it ------------------------------------ */

/* "are not completed synchronously by the calling thread"; "The status of a
 * completed request is retrieved later via a separate system call." */
static void
status_is_retrieved_by_a_call_of_its_own(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	CU_ASSERT_EQUAL(rig_read(&r, t, 0).value, 0);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 36); /* EINPROGRESS */
	CU_ASSERT_EQUAL(rig_ask(&r, t, KERNEL_AIO_RETURN, 0).error, KE_EINVAL);
	rig_run(&r, 10 * MS);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 0);
	CU_ASSERT_EQUAL(rig_ask(&r, t, KERNEL_AIO_RETURN, 0).value, 4096);
	rig_end(&r);
}

/* ---- Unsafe files ----------------------------------------------------- */

static void
unsafe_files_are_disabled_by_default(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.enable_unsafe"), 0);
	CU_ASSERT_EQUAL(read_of(&r, t, 0, PIPE_FD), KE_EOPNOTSUPP);
	CU_ASSERT_EQUAL(read_of(&r, t, 0, TTY_FD), KE_EOPNOTSUPP);
	CU_ASSERT_EQUAL(read_of(&r, t, 0, NFS_FD), KE_EOPNOTSUPP);
	CU_ASSERT_EQUAL(rig_error(&r, t, 0), 45);
	rig_end(&r);
}

static void
any_nonzero_enable_unsafe_lets_them_in(void)
{
	static const int64_t values[] = {1, 7, -1};
	struct rig r;
	uint32_t t, i;

	for (i = 0; i < 3; i++) {
		begin(&r, &t);
		rig_sysctl(&r, t, "vfs.aio.enable_unsafe", values[i]);
		CU_ASSERT_EQUAL(read_of(&r, t, 0, PIPE_FD), KE_OK);
		CU_ASSERT_EQUAL(read_of(&r, t, 1, TTY_FD), KE_OK);
		CU_ASSERT_EQUAL(read_of(&r, t, 2, NFS_FD), KE_OK);
		rig_end(&r);
	}
}

/* "may block an AIO daemon indefinitely resulting in process … hangs" */
static void
unsafe_files_may_hang_a_process(void)
{
	struct rig r;
	uint32_t t, i;

	begin(&r, &t);
	rig_set(&r, "vfs.aio.enable_unsafe", 1);
	rig_set(&r, "vfs.aio.max_aio_per_proc", 3);
	/* Services that do not end within a century. */
	r.service_ns = INT64_MAX / 2;
	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(read_of(&r, t, i, PIPE_FD), KE_OK);
	r.service_ns = MS;
	CU_ASSERT_EQUAL(rig_read(&r, t, 3).error, KE_OK);
	rig_run(&r, 100000 * MS);
	CU_ASSERT_EQUAL(rig_error(&r, t, 3), 36);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->waiting, 1);
	rig_end(&r);
}

static void
regular_files_and_raw_disks_are_always_enabled(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	CU_ASSERT_EQUAL(read_of(&r, t, 0, FILE_FD), KE_OK);
	CU_ASSERT_EQUAL(read_of(&r, t, 1, DISK_FD), KE_OK);
	CU_ASSERT_EQUAL(read_of(&r, t, 2, MAPPED_FD), KE_OK);
	rig_end(&r);
}

static void
unsafe_warnings_run_out(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	read_of(&r, t, 0, PIPE_FD);
	read_of(&r, t, 0, PIPE_FD);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->unsafe_warnings, 1);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.unsafe_warningcnt"), 0);
	rig_end(&r);
}

/* ---- The pool --------------------------------------------------------- */

/* "add or remove processes to the pool based on load"; num_aio_procs,
 * target_aio_procs, max_aio_procs, aiod_lifetime. */
static void
pool_grows_to_its_maximum_and_shrinks_to_its_target(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	rig_set(&r, "vfs.aio.max_aio_procs", 9);
	rig_set(&r, "vfs.aio.target_aio_procs", 2);
	rig_set(&r, "vfs.aio.aiod_lifetime", 100);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_aio_procs"), 0);
	rig_read(&r, t, 200);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_aio_procs"), 2);
	call = rig_list(&r, t, KERNEL_LIO_NOWAIT, 20);
	rig_call(&r, t, &call);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_aio_procs"), 9);
	/* Three rounds of 10 ms, and then a lifetime of idling. */
	rig_run(&r, 119 * MS);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_aio_procs"), 9);
	rig_run(&r, 131 * MS);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_aio_procs"), 2);
	rig_run(&r, 1000 * MS);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_aio_procs"), 2);
	rig_end(&r);
}

/* "These processes are named aiod<N>." */
static void
daemons_are_named_aiod(void)
{
	struct kernel_thread_info info;
	uint32_t t, i, seen = 0;
	struct rig r;

	begin(&r, &t);
	rig_read(&r, t, 0);
	for (i = t + 1; i <= t + 4; i++) {
		kernel_thread(r.kernel, i, &info);
		CU_ASSERT_EQUAL(info.kind, THREAD_DAEMON);
		CU_ASSERT_STRING_EQUAL(info.pool, "aiod");
		seen |= 1u << info.number;
	}
	CU_ASSERT_EQUAL(seen, 0x1e);
	rig_end(&r);
}

/* "in clock ticks" */
static void
lifetime_is_in_clock_ticks(void)
{
	static const int64_t hz[] = {100, 1000};
	struct kernel *k;
	int i, lifetime;

	for (i = 0; i < 2; i++) {
		k = kernel_create(kernel_names()[0], hz[i]);
		lifetime = kernel_find_tunable(
		    kernel_name(k), "vfs.aio.aiod_lifetime");
		CU_ASSERT_EQUAL(kernel_get_tunable(k, lifetime), 30 * hz[i]);
		kernel_destroy(k);
	}
}

/* ---- Raw disks -------------------------------------------------------- */

/* "queued directly to the disk device layer … not serviced by any of the AIO
 * daemon pools" */
static void
raw_disks_use_no_daemon(void)
{
	struct rig r;
	uint32_t t, i;

	begin(&r, &t);
	rig_set(&r, "vfs.aio.max_aio_procs", 0);
	for (i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(read_of(&r, t, i, MAPPED_FD), KE_OK);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_buf_aio"), 10);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons_busy, 0);
	rig_run(&r, 10 * MS);
	CU_ASSERT_EQUAL(rig_error(&r, t, 9), 0);
	rig_end(&r);
}

/* max_buf_aio is "for a single process"; "requests that have completed but
 * whose status has not been retrieved … are not counted"; num_buf_aio is
 * "system-wide". */
static void
max_buf_aio_is_per_process_and_until_completion(void)
{
	uint32_t t, other;
	struct rig r;

	begin(&r, &t);
	other = rig_process(&r);
	rig_set(&r, "vfs.aio.max_buf_aio", 2);
	CU_ASSERT_EQUAL(read_of(&r, t, 0, MAPPED_FD), KE_OK);
	CU_ASSERT_EQUAL(read_of(&r, t, 1, MAPPED_FD), KE_OK);
	CU_ASSERT_EQUAL(read_of(&r, t, 2, MAPPED_FD), KE_EAGAIN);
	CU_ASSERT_EQUAL(read_of(&r, other, 0, MAPPED_FD), KE_OK);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_buf_aio"), 3);
	rig_run(&r, 10 * MS);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_buf_aio"), 0);
	CU_ASSERT_EQUAL(read_of(&r, t, 2, MAPPED_FD), KE_OK);
	rig_end(&r);
}

/* The page does not say that it concerns mapped buffers only. */
static void
max_buf_aio_does_not_count_unmapped_buffers(void)
{
	struct rig r;
	uint32_t t, i;

	begin(&r, &t);
	rig_set(&r, "vfs.aio.max_buf_aio", 0);
	for (i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(read_of(&r, t, i, DISK_FD), KE_OK);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_unmapped_aio"), 5);
	rig_end(&r);
}

/* ---- The limits, and the swap ----------------------------------------- */

/* The page says this of max_aio_queue_per_proc. */
static void
max_aio_per_proc_bounds_what_is_serviced_concurrently(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	rig_set(&r, "vfs.aio.max_aio_per_proc", 2);
	call = rig_list(&r, t, KERNEL_LIO_NOWAIT, 6);
	CU_ASSERT_EQUAL(rig_call(&r, t, &call).error, KE_OK);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons_busy, 2);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->waiting, 4);
	rig_end(&r);
}

/* The page says this of max_aio_per_proc: not serviced, being serviced, and
 * completed but not retrieved. */
static void
max_aio_queue_per_proc_bounds_what_is_outstanding(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	rig_set(&r, "vfs.aio.max_aio_per_proc", 1);
	rig_set(&r, "vfs.aio.max_aio_queue_per_proc", 2);
	rig_read(&r, t, 0);
	rig_read(&r, t, 1);
	CU_ASSERT_EQUAL(rig_read(&r, t, 2).error, KE_EAGAIN);
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_read(&r, t, 2).error, KE_EAGAIN);
	CU_ASSERT_STRING_EQUAL(rig_limit(&r), "vfs.aio.max_aio_queue_per_proc");
	rig_ask(&r, t, KERNEL_AIO_RETURN, 0);
	CU_ASSERT_EQUAL(rig_read(&r, t, 2).error, KE_OK);
	rig_end(&r);
}

static void
max_aio_queue_bounds_the_whole_system(void)
{
	const struct kernel_call take = rig_wait(KERNEL_AIO_WAITCOMPLETE, 0);
	uint32_t t, other;
	struct rig r;

	begin(&r, &t);
	other = rig_process(&r);
	rig_set(&r, "vfs.aio.max_aio_queue", 3);
	CU_ASSERT_EQUAL(rig_read(&r, t, 0).error, KE_OK);
	CU_ASSERT_EQUAL(read_of(&r, t, 1, DISK_FD), KE_OK);
	CU_ASSERT_EQUAL(rig_read(&r, other, 0).error, KE_OK);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_queue_count"), 3);
	CU_ASSERT_EQUAL(rig_read(&r, other, 1).error, KE_EAGAIN);
	CU_ASSERT_STRING_EQUAL(rig_limit(&r), "vfs.aio.max_aio_queue");
	rig_run(&r, 20 * MS);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_queue_count"), 3);
	rig_call(&r, t, &take);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_queue_count"), 2);
	CU_ASSERT_EQUAL(rig_read(&r, other, 1).error, KE_OK);
	rig_end(&r);
}

/* ---- The nodes -------------------------------------------------------- */

static void
gauges_are_read_only(void)
{
	const struct kernel_tunable *nodes;
	struct kernel_result result;
	const char *const *name;
	struct rig r;
	size_t count, i;
	uint32_t t;

	for (name = kernel_names(); *name != NULL; name++) {
		rig_begin(&r, *name);
		t = rig_process(&r);
		nodes = kernel_tunables(*name, &count);
		for (i = 0; i < count; i++) {
			result = rig_sysctl(&r, t, nodes[i].node, 5);
			CU_ASSERT_EQUAL(
			    result.error, nodes[i].writable ? KE_OK : KE_EPERM);
			CU_ASSERT(!nodes[i].writable ||
			    rig_get(&r, nodes[i].node) == 5);
			if (strstr(nodes[i].node, ".num_") != NULL)
				CU_ASSERT_FALSE(nodes[i].writable);
		}
		rig_end(&r);
	}
}

/* A plain int: nothing stands between a user and a senseless value. */
static void
sysctls_have_no_range_checks(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	CU_ASSERT_EQUAL(
	    rig_sysctl(&r, t, "vfs.aio.max_aio_queue", -5).error, KE_OK);
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.max_aio_queue"), -5);
	CU_ASSERT_EQUAL(rig_read(&r, t, 0).error, KE_EAGAIN);
	CU_ASSERT_EQUAL(
	    rig_sysctl(&r, t, "vfs.aio.max_aio_procs", INT32_MAX).error, KE_OK);
	rig_end(&r);
}

static void
listio_max_follows_max_aio_queue_per_proc(void)
{
	struct rig r;
	uint32_t t;

	begin(&r, &t);
	rig_sysctl(&r, t, "vfs.aio.max_aio_queue_per_proc", 77);
	CU_ASSERT_EQUAL(rig_get(&r, "p1003_1b.aio_listio_max"), 77);
	rig_sysctl(&r, t, "vfs.aio.max_aio_queue", 77);
	CU_ASSERT_EQUAL(rig_get(&r, "p1003_1b.aio_max"), 1024);
	rig_end(&r);
}

static const struct rule rules[] = {
    RULE(status_is_retrieved_by_a_call_of_its_own),
    RULE(unsafe_files_are_disabled_by_default),
    RULE(any_nonzero_enable_unsafe_lets_them_in),
    RULE(unsafe_files_may_hang_a_process),
    RULE(regular_files_and_raw_disks_are_always_enabled),
    RULE(unsafe_warnings_run_out),
    RULE(pool_grows_to_its_maximum_and_shrinks_to_its_target),
    RULE(daemons_are_named_aiod),
    RULE(lifetime_is_in_clock_ticks),
    RULE(raw_disks_use_no_daemon),
    RULE(max_buf_aio_is_per_process_and_until_completion),
    RULE(max_buf_aio_does_not_count_unmapped_buffers),
    RULE(max_aio_per_proc_bounds_what_is_serviced_concurrently),
    RULE(max_aio_queue_per_proc_bounds_what_is_outstanding),
    RULE(max_aio_queue_bounds_the_whole_system),
    RULE(gauges_are_read_only),
    RULE(sysctls_have_no_range_checks),
    RULE(listio_max_follows_max_aio_queue_per_proc),
};

int
main(void)
{
	return (RUN_RULES("aio(4)", rules));
}
