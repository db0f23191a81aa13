/*
 * The soaiod pool: who is woken, when daemons are created, and when they go.
 */

#include "tests/socket_story.h"

static void
daemons_of_boot_are_asleep(void)
{
	const struct kernel_event event = {.kind = EV_BOOT};

	begin(false, true);
	set("kern.ipc.aio.lifetime", 5000);
	post(&event);
	was_told("soaiod1 is created; soaiod1 sleeps until 5000 ms; "
		 "soaiod2 is created; soaiod2 sleeps until 5000 ms; "
		 "soaiod3 is created; soaiod3 sleeps until 5000 ms; "
		 "soaiod4 is created; soaiod4 sleeps until 5000 ms");
	CU_ASSERT(counters()->so_daemons == 4 && counters()->daemons == 0);
	end();
}

static void
longest_asleep_is_woken(void)
{
	begin(false, true);
	boot();
	reads(0, READER);
	was_told("p0 queues 0; soaiod1 wakes; p0 gets 0");
	runs(soaiod(1));
	was_told("soaiod1 serves 0");
	moved(10, true);
	runs(soaiod(1));
	was_told("soaiod1 wakes; soaiod1 ends 0 with 10; "
		 "soaiod1 sleeps until 30000 ms");
	reads(1, READER);
	was_told("p0 queues 1; soaiod2 wakes; p0 gets 0");
	end();
}

/* Whoever is woken counts as idle until it runs, so that four tasks are enough
 * for four daemons and only the fifth asks for another. */
static void
fifth_ready_buffer_asks_for_a_daemon(void)
{
	int i;

	begin(false, true);
	boot();
	for (i = 0; i < 4; i++)
		reads((uint32_t)i, READER + i);
	forget();
	reads(4, READER + 4);
	was_told("p0 queues 4; thread taskq wakes; p0 gets 0");
	reads(5, READER + 5);
	was_told("p0 queues 5; p0 gets 0");
	for (i = 1; i <= 4; i++)
		runs(soaiod((uint32_t)i));
	forget();
	task_runs();
	was_told("soaiod5 is created; soaiod5 wakes; "
		 "soaiod6 is created; soaiod6 wakes");
	CU_ASSERT(counters()->so_daemons == 6);
	/* Not idle, but under way: no more are needed. */
	runs(soaiod(5));
	was_told("soaiod5 serves 4");
	end();
}

/* The woken daemons have not run when the task thread does: there is one task
 * more than daemons that idle. */
static void
woken_daemons_still_count_as_idle(void)
{
	int i;

	begin(false, true);
	boot();
	for (i = 0; i < 5; i++)
		reads((uint32_t)i, READER + i);
	forget();
	task_runs();
	was_told("soaiod5 is created; soaiod5 wakes");
	end();
}

static void
pool_does_not_grow_beyond_max_procs(void)
{
	int i;

	begin(false, true);
	boot();
	set("kern.ipc.aio.max_procs", 4);
	for (i = 0; i < 4; i++)
		reads((uint32_t)i, READER + i);
	forget();
	reads(4, READER + 4);
	was_told("p0 queues 4, held by kern.ipc.aio.max_procs; p0 gets 0");
	/* Its task waits until one of them has a hand free. */
	for (i = 4; i >= 1; i--)
		runs(soaiod((uint32_t)i));
	moved(10, false);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 ends 3 with 10; soaiod1 serves 4");
	end();
}

/* The creation task fills the pool to the target whatever the maximum. */
static void
target_goes_before_max_procs(void)
{
	begin(false, true);
	set("kern.ipc.aio.max_procs", 1);
	boot();
	CU_ASSERT(counters()->so_daemons == 4);
	end();
}

/* Without those of boot, the first task brings all of the target. */
static void
task_fills_up_to_the_target(void)
{
	begin(false, true);
	reads(0, READER);
	was_told("p0 queues 0; thread taskq wakes; p0 gets 0");
	task_runs();
	was_told("soaiod1 is created; soaiod1 wakes; "
		 "soaiod2 is created; soaiod2 wakes; "
		 "soaiod3 is created; soaiod3 wakes; "
		 "soaiod4 is created; soaiod4 wakes");
	end();
}

static void
lifetime_of_zero_never_ends(void)
{
	const struct kernel_event event = {.kind = EV_BOOT};

	begin(false, true);
	set("kern.ipc.aio.lifetime", 0);
	post(&event);
	was_told("soaiod1 is created; soaiod2 is created; soaiod3 is created; "
		 "soaiod4 is created");
	end();
}

/* Makes a fifth daemon, and lets all go idle again. */
static void
grow_to_five(void)
{
	int i;

	begin(false, true);
	set("kern.ipc.aio.lifetime", 0);
	boot();
	for (i = 0; i < 5; i++)
		reads((uint32_t)i, READER + i);
	for (i = 1; i <= 4; i++)
		runs(soaiod((uint32_t)i));
	task_runs();
	runs(soaiod(5));
	moved(1, false);
	set("kern.ipc.aio.lifetime", 1000);
	forget();
}

static void
expiry_ends_at_the_target(void)
{
	uint64_t generation;

	grow_to_five();
	runs(soaiod(5));
	was_told("soaiod5 ends 4 with 1; soaiod5 sleeps until 1000 ms");
	/* Boot, four wakes, …: found by trying, since a stale one is
	 * ignored. */
	now_ns = SECOND;
	for (generation = 1; told->len == 0; generation++)
		timer_passes(soaiod(5), generation);
	was_told("soaiod5 wakes");
	runs(soaiod(5));
	was_told("soaiod5 exits");
	CU_ASSERT(counters()->so_daemons == 4);
	CU_ASSERT(counters()->so_daemons_exited == 1);
	end();
}

/* Between its deadline and its turn on the CPU a task came. */
static void
daemon_does_not_expire_while_a_task_waits(void)
{
	uint64_t generation;

	grow_to_five();
	runs(soaiod(5));
	now_ns = SECOND;
	forget();
	for (generation = 1; told->len == 0; generation++)
		timer_passes(soaiod(5), generation);
	/* It is awake: nobody is left to be woken, and it counts as idle. */
	forget();
	reads(9, READER + 5);
	was_told("p0 queues 9; p0 gets 0");
	runs(soaiod(5));
	was_told("soaiod5 serves 9");
	end();
}

static void
expiry_at_the_target_is_another_lifetime(void)
{
	uint64_t generation;

	begin(false, true);
	boot();
	now_ns = 30 * SECOND;
	for (generation = 1; told->len == 0; generation++)
		timer_passes(soaiod(1), generation);
	forget();
	runs(soaiod(1));
	was_told("soaiod1 sleeps until 60000 ms");
	/* It is now the last of the queue. */
	reads(0, READER);
	was_told("p0 queues 0; soaiod2 wakes; p0 gets 0");
	end();
}

static void
address_space_is_left_only_to_go_idle(void)
{
	begin(false, true);
	boot();
	set("kern.ipc.aio.max_procs", 4);
	reads(0, READER);
	reads(1, READER);
	runs(soaiod(1));
	moved(1, true);
	runs(soaiod(1));
	CU_ASSERT(counters()->so_address_space_changes == 1);
	moved(1, false);
	runs(soaiod(1));
	CU_ASSERT(counters()->so_address_space_changes == 2);
	CU_ASSERT(counters()->address_space_changes == 0);
	end();
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(daemons_of_boot_are_asleep),
	    RULE(longest_asleep_is_woken),
	    RULE(fifth_ready_buffer_asks_for_a_daemon),
	    RULE(woken_daemons_still_count_as_idle),
	    RULE(pool_does_not_grow_beyond_max_procs),
	    RULE(target_goes_before_max_procs),
	    RULE(task_fills_up_to_the_target),
	    RULE(lifetime_of_zero_never_ends),
	    RULE(expiry_ends_at_the_target),
	    RULE(daemon_does_not_expire_while_a_task_waits),
	    RULE(expiry_at_the_target_is_another_lifetime),
	    RULE(address_space_is_left_only_to_go_idle),
	};

	return (RUN_RULES("soaiod", rules));
}
