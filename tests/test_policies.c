/*
 * Policies: changes to try, which no kernel makes.
 */

#include "sim/scenario/scenario.h"
#include "tests/kernel_rig.h"
#include "tests/suite.h"

static void
begin(struct rig *r, uint32_t *t, enum kernel_policy policy, int value)
{
	rig_begin(r, "freebsd-12.2");
	kernel_set_policy(r->kernel, policy, value);
	*t = rig_process(r);
}

/* Eight reads, one after the other. */
static void
check_servers(int order, const uint32_t *expected)
{
	struct rig r;
	uint32_t t, i;

	begin(&r, &t, POLICY_IDLE_ORDER, order);
	for (i = 0; i < 8; i++) {
		rig_read(&r, t, i);
		rig_run(&r, (i + 1) * 20 * MS);
		CU_ASSERT_EQUAL(
		    g_array_index(r.served, uint32_t, i), expected[i]);
	}
	rig_end(&r);
}

static void
fifo_takes_all_daemons_in_turn(void)
{
	static const uint32_t lifo[] = {4, 4, 4, 4, 4, 4, 4, 4};
	static const uint32_t fifo[] = {1, 2, 3, 4, 1, 2, 3, 4};

	check_servers(0, lifo);
	check_servers(1, fifo);
}

static void
check_raise(int wake, const char *node, int64_t busy)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t, POLICY_WAKE_ON_RAISE, wake);
	rig_set(&r, node, 1);
	call = rig_list(&r, t, KERNEL_LIO_NOWAIT, 5);
	rig_call(&r, t, &call);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons_busy, 1);
	CU_ASSERT_EQUAL(rig_sysctl(&r, t, node, 8).error, KE_OK);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons_busy, busy);
	CU_ASSERT_EQUAL(rig_get(&r, node), 8);
	rig_end(&r);
}

static void
raising_a_limit_kicks_only_with_wake_on_raise(void)
{
	check_raise(0, "vfs.aio.max_aio_per_proc", 1);
	check_raise(1, "vfs.aio.max_aio_per_proc", 5);
	check_raise(0, "vfs.aio.max_aio_procs", 1);
	check_raise(1, "vfs.aio.max_aio_procs", 5);
}

static void
lowering_a_limit_kicks_nobody(void)
{
	struct kernel_call call;
	struct rig r;
	uint32_t t;

	begin(&r, &t, POLICY_WAKE_ON_RAISE, 1);
	rig_set(&r, "vfs.aio.max_aio_per_proc", 3);
	call = rig_list(&r, t, KERNEL_LIO_NOWAIT, 5);
	rig_call(&r, t, &call);
	rig_sysctl(&r, t, "vfs.aio.max_aio_per_proc", 2);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons_busy, 3);
	rig_end(&r);
}

static uint32_t
count_task_runs(int at_once)
{
	struct kernel_call call;
	uint32_t t, runs;
	struct rig r;

	begin(&r, &t, POLICY_CREATE, at_once);
	rig_set(&r, "vfs.aio.max_aio_per_proc", 12);
	call = rig_list(&r, t, KERNEL_LIO_NOWAIT, 20);
	rig_call(&r, t, &call);
	/* Both stop exactly at the limit. */
	CU_ASSERT_EQUAL(rig_get(&r, "vfs.aio.num_aio_procs"), 12);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons_busy, 12);
	rig_run(&r, 100 * MS);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->unfinished, 0);
	runs = r.task_runs;
	rig_end(&r);
	return (runs);
}

static void
at_once_does_not_wait_for_each_daemon(void)
{
	/* Once for the kick, and again after each of eight daemons. */
	CU_ASSERT_EQUAL(count_task_runs(0), 9);
	CU_ASSERT_EQUAL(count_task_runs(1), 1);
}

static void
manual_swaps_the_limits_of_a_process(void)
{
	struct rig r;
	uint32_t t, i;

	begin(&r, &t, POLICY_LIMITS, 1);
	rig_set(&r, "vfs.aio.max_aio_queue_per_proc", 2);
	rig_set(&r, "vfs.aio.max_aio_per_proc", 3);
	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(rig_read(&r, t, i).error, KE_OK);
	CU_ASSERT_EQUAL(kernel_counters(r.kernel)->daemons_busy, 2);
	CU_ASSERT_EQUAL(rig_read(&r, t, 3).error, KE_EAGAIN);
	CU_ASSERT_STRING_EQUAL(rig_limit(&r), "vfs.aio.max_aio_per_proc");
	rig_end(&r);
}

static void
policies_are_no_sysctl_nodes(void)
{
	const char *const *name;
	const char *policy;
	int i;

	for (name = kernel_names(); *name != NULL; name++)
		for (i = 0; i < POLICY_COUNT; i++) {
			policy = kernel_policy((enum kernel_policy)i)->name;
			CU_ASSERT_EQUAL(kernel_find_tunable(*name, policy), -1);
		}
}

/* ---- In scenarios ----------------------------------------------------- */

#define SCENARIO(kernel)                                           \
	"[scenario]\nrequests = 1\n[kernel]\n" kernel "[disk d]\n" \
	"[file data]\ndisk = d\n[process a]\nfile = data\ndepth = 1\n"

static void
check_scenario(const char *text, enum kernel_policy policy, int value)
{
	GError *error = NULL;
	struct scenario *s =
	    scenario_parse(text, strlen(text), "t.ini", NULL, NULL, &error);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(s->policies[policy], value);
	scenario_free(s);
}

static void
scenarios_choose_policies_by_name(void)
{
	int i;

	for (i = 0; i < POLICY_COUNT; i++)
		check_scenario(
		    SCENARIO("hz = 100\n"), (enum kernel_policy)i, 0);
	check_scenario(SCENARIO("idle_order = fifo\n"), POLICY_IDLE_ORDER, 1);
	check_scenario(
	    SCENARIO("wake_on_raise = yes\n"), POLICY_WAKE_ON_RAISE, 1);
	check_scenario(SCENARIO("create = at_once\n"), POLICY_CREATE, 1);
	check_scenario(SCENARIO("limits = manual\n"), POLICY_LIMITS, 1);
	check_scenario(SCENARIO("limits = kernel\n"), POLICY_LIMITS, 0);
}

static void
unknown_policy_value_names_those_there_are(void)
{
	const char *text = SCENARIO("idle_order = random\n");
	GError *error = NULL;

	CU_ASSERT_PTR_NULL(
	    scenario_parse(text, strlen(text), "t.ini", NULL, NULL, &error));
	CU_ASSERT_STRING_EQUAL(error->message,
	    "t.ini:4: [kernel] idle_order: expected lifo | fifo, not "
	    "'random'");
	g_clear_error(&error);
}

static const struct rule rules[] = {
    RULE(fifo_takes_all_daemons_in_turn),
    RULE(raising_a_limit_kicks_only_with_wake_on_raise),
    RULE(lowering_a_limit_kicks_nobody),
    RULE(at_once_does_not_wait_for_each_daemon),
    RULE(manual_swaps_the_limits_of_a_process),
    RULE(policies_are_no_sysctl_nodes),
    RULE(scenarios_choose_policies_by_name),
    RULE(unknown_policy_value_names_those_there_are),
};

int
main(void)
{
	return (RUN_RULES("policies", rules));
}
