/*
 * What FreeBSD's versions do differently about lists: see test_versions.c.
 */

#include "tests/version_rules.h"

static bool
takes_a_list_of_seventeen(struct rig *r, uint32_t t)
{
	struct kernel_call call = rig_list(r, t, KERNEL_LIO_NOWAIT, 17);

	return (rig_call(r, t, &call).error == KE_OK);
}

static bool
suspends_on_seventeen(struct rig *r, uint32_t t)
{
	struct kernel_call call;

	rig_read(r, t, 0);
	rig_run(r, 20 * MS);
	call = rig_suspend(r, t, 17, 0);
	return (rig_call(r, t, &call).error == KE_OK);
}

static void
lists_are_no_longer_than_16_before_12(void)
{
	check_versions(takes_a_list_of_seventeen, V12 | V13 | V14 | V15);
	check_versions(suspends_on_seventeen, V12 | V13 | V14 | V15);
}

static bool
full_queue_is_told_by_eagain(struct rig *r, uint32_t t)
{
	struct kernel_call call = rig_list(r, t, KERNEL_LIO_NOWAIT, 2);
	enum kernel_errno error;

	rig_set(r, "vfs.aio.max_aio_queue_per_proc", 2);
	call.count = 2;
	rig_read(r, t, 9);
	error = rig_call(r, t, &call).error;
	CU_ASSERT(error == KE_EAGAIN || error == KE_EIO);
	return (error == KE_EAGAIN);
}

static void
list_says_eagain_if_only_the_queue_was_full_from_12(void)
{
	check_versions(full_queue_is_told_by_eagain, V12 | V13 | V14 | V15);
}

static enum kernel_errno
entry_error(struct rig *r, uint32_t t, int opcode)
{
	struct kernel_call call = rig_list(r, t, KERNEL_LIO_NOWAIT, 1);

	rig_thread(r, t)->requests[0].opcode = opcode;
	rig_thread(r, t)->requests[0].iovcnt = 2;
	r->refusal = KE_OK;
	rig_call(r, t, &call);
	return (r->refusal);
}

static bool
lists_take_the_kernels_opcodes(struct rig *r, uint32_t t)
{
	return (entry_error(r, t, KERNEL_OP_SYNC) == KE_OK &&
	    entry_error(r, t, KERNEL_OP_MLOCK) == KE_OK);
}

static bool
lists_take_vectors(struct rig *r, uint32_t t)
{
	CU_ASSERT_EQUAL(entry_error(r, t, 99), KE_EINVAL);
	return (entry_error(r, t, KERNEL_OP_READV) == KE_OK &&
	    entry_error(r, t, KERNEL_OP_WRITEV) == KE_OK);
}

static void
lists_take_only_users_opcodes_from_14(void)
{
	check_versions(lists_take_the_kernels_opcodes, V10 | V11 | V12 | V13);
	check_versions(lists_take_vectors, V15);
}

/* Two reads at the file's offset are of different places. */
static bool
lists_read_at_the_files_offset(struct rig *r, uint32_t t)
{
	int64_t first;

	if (entry_error(r, t, KERNEL_OP_READ | KERNEL_OP_FOFFSET) != KE_OK)
		return (false);
	first = r->last_offset_bytes;
	CU_ASSERT_EQUAL(
	    entry_error(r, t, KERNEL_OP_READ | KERNEL_OP_FOFFSET), KE_OK);
	return (first == 0 && r->last_offset_bytes == 4096);
}

static void
lio_foffset_came_with_15(void)
{
	check_versions(lists_read_at_the_files_offset, V15);
}

static bool
signal_of_an_empty_list_arrives(struct rig *r, uint32_t t)
{
	const struct kernel_call wait = rig_wait(KERNEL_SIGWAIT, 0);
	struct kernel_call call = rig_list(r, t, KERNEL_LIO_NOWAIT, 1);

	rig_thread(r, t)->requests[0].opcode = KERNEL_OP_NOP;
	call.sigev.notify = KERNEL_NOTIFY_SIGNAL;
	call.sigev.signo = 70;
	CU_ASSERT_EQUAL(rig_call(r, t, &call).error, KE_OK);
	CU_ASSERT_EQUAL(rig_notice(r, 0)->kind, NOTICE_LIO_SIGNAL);
	return (rig_call(r, t, &wait).value == 70);
}

static void
signal_of_an_empty_list_is_lost_before_15(void)
{
	check_versions(signal_of_an_empty_list_arrives, V15);
}

static const struct rule rules[] = {
    RULE(lists_are_no_longer_than_16_before_12),
    RULE(list_says_eagain_if_only_the_queue_was_full_from_12),
    RULE(lists_take_only_users_opcodes_from_14),
    RULE(lio_foffset_came_with_15),
    RULE(signal_of_an_empty_list_is_lost_before_15),
};

int
main(void)
{
	return (RUN_RULES("versions: lists", rules));
}
