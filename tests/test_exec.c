/*
 * exec on the kernel alone: the process goes on as another program, which knows
 * no request and in whose memory there is no control block yet.
 */

#include "tests/machine.h"
#include "tests/suite.h"

#define FD 3
#define CALLS 4

static int64_t answers[CALLS];
static int answered;

static void
see_effect(void *context, const struct kernel_effect *effect)
{
	(void)context;
	if (effect->kind == EF_RETURN && answered < CALLS)
		answers[answered++] = effect->result.value;
}

/* Lets one process make these calls, one after the other. */
static void
make_calls(const struct kernel_call calls[CALLS])
{
	static const struct kernel_file file = {
	    .kind = KERNEL_REGULAR, .readable = true, .local = true};
	static const struct machine_watcher watcher = {.effect = see_effect};
	struct machine *m = machine_new("freebsd-12.2", 1000, &watcher);
	uint32_t process = kernel_add_process(m->kernel);
	uint32_t thread = machine_add_thread(m, process);
	int i;

	answered = 0;
	kernel_open(m->kernel, process, FD, &file);
	for (i = 0; i < CALLS; i++)
		machine_call(m, thread, 0, &calls[i]);
	CU_ASSERT_TRUE(machine_run(m, 1000000000, 1000));
	CU_ASSERT_EQUAL(answered, CALLS);
	machine_free(m);
}

static void
exec_leaves_nothing_in_control_blocks(void)
{
	static const struct kernel_request read = {
	    .cb = 1, .fd = FD, .opcode = KERNEL_OP_READ, .size_bytes = 512};
	static const struct kernel_request other = {
	    .cb = 2, .fd = FD, .opcode = KERNEL_OP_READ, .size_bytes = 512};
	const struct kernel_request *requests[] = {&read, &other};
	const struct kernel_call calls[CALLS] = {
	    {.kind = KERNEL_AIO_READ, .requests = &requests[0], .count = 1},
	    {.kind = KERNEL_EXEC},
	    /* So that the kernel has a record of the process again. */
	    {.kind = KERNEL_AIO_READ, .requests = &requests[1], .count = 1},
	    {.kind = KERNEL_AIO_ERROR, .cb = 1},
	};
	struct kernel *k = kernel_create(kernel_names()[0], 1000);

	make_calls(calls);
	CU_ASSERT_EQUAL(answers[0], 0);
	CU_ASSERT_EQUAL(answers[1], 0);
	CU_ASSERT_EQUAL(answers[2], 0);
	CU_ASSERT_EQUAL(answers[3], kernel_errno_number(k, KE_EINVAL));
	kernel_destroy(k);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(exec_leaves_nothing_in_control_blocks),
	};

	return (RUN_RULES("exec", rules));
}
