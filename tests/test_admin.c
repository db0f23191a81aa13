/*
 * The administrator's changes of tunables during a run.
 */

#include "tests/load_player.h"
#include "tests/suite.h"

/* The calls of the administrator alone, played by hand. */
static void
changes_come_in_order_of_time_and_file(void)
{
	static const int64_t expected[][2] = {
	    {5 * MS, 5}, {5 * MS, 2}, {9 * MS, 9}};
	const struct kernel_result good = {.cb = KERNEL_NO_CB};
	const struct kernel_call *call;
	struct program *program;
	struct player p;
	int64_t until_ns;
	guint i;

	player_begin(&p,
	    "[sysctl at 9ms]\nvfs.aio.max_aio_procs = 9\n"
	    "[sysctl]\nvfs.aio.max_aio_per_proc = 7\n"
	    "[sysctl at 5ms]\nvfs.aio.max_aio_procs = 5\n"
	    "vfs.aio.target_aio_procs = 2\n" DISK_AND_FILE
	    "[process a]\nfile = data\ndepth = 1\nrequests = 3\n");
	program = p.programs->pdata[1];
	CU_ASSERT(program->background);
	CU_ASSERT_STRING_EQUAL(program->name, "sysctl");
	for (i = 0; i < 3; i++) {
		if (i != 1) {
			CU_ASSERT_EQUAL(
			    program->ops->next(program, 0, expected[i][0] - 1,
				&call, &until_ns),
			    PROGRAM_SLEEP);
			CU_ASSERT_EQUAL(until_ns, expected[i][0]);
		}
		CU_ASSERT_EQUAL(program->ops->next(program, 0, expected[i][0],
				    &call, &until_ns),
		    PROGRAM_CALL);
		CU_ASSERT_EQUAL(call->kind, KERNEL_SYSCTL);
		CU_ASSERT_EQUAL(call->value, expected[i][1]);
		program->ops->returned(program, 0, expected[i][0], &good);
	}
	CU_ASSERT_EQUAL(
	    program->ops->next(program, 0, 9 * MS, &call, &until_ns),
	    PROGRAM_END);
	player_end(&p);
}

static void
changes_reach_the_kernel(void)
{
	struct player p;
	int node;

	play(&p,
	    "[sysctl at 9ms]\nvfs.aio.max_aio_procs = 9\n"
	    "[sysctl at 5ms]\nvfs.aio.max_aio_procs = 5\n"
	    "vfs.aio.target_aio_procs = 2\n" DISK_AND_FILE
	    "[process a]\nfile = data\ndepth = 1\nrequests = 3\n");
	CU_ASSERT_EQUAL(p.call_counts[KERNEL_SYSCTL], 3);
	CU_ASSERT_EQUAL(p.now_ns, 9 * MS);
	node = kernel_find_tunable(p.scenario->kernel, "vfs.aio.max_aio_procs");
	CU_ASSERT_EQUAL(kernel_get_tunable(p.kernel, node), 9);
	player_end(&p);
}

static const struct rule rules[] = {
    RULE(changes_come_in_order_of_time_and_file),
    RULE(changes_reach_the_kernel),
};

int
main(void)
{
	return (RUN_RULES("admin", rules));
}
