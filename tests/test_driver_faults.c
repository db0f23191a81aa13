/*
 * What faults on demand do to requests, in each world: stories told in lines of
 * the trace.
 */

#include <sys/resource.h>

#include "tests/world_run.h"

#define MS INT64_C(1000000)

#define ONE_DISK                                                \
	"[disk d]\nchannels = 2\nlatency = 10ms\nfsync = 1ms\n" \
	"[file data]\ndisk = d\nsize = 1m\n"
#define READS(count)                                                         \
	"[process db]\nfile = data\ndepth = 1\nsize = 4k\nrequests = " count \
	"\n"

static void
expect_lines(const char *world, const char *text, const char *const *story)
{
	size_t size;
	char *trace = trace_of(world, text, &size);
	const char *at = trace;

	for (; *story != NULL; story++) {
		at = strstr(at, *story);
		if (at == NULL) {
			printf("\nmissing: %s\nin:\n%.4000s\n", *story, trace);
			CU_FAIL("a line is missing");
			break;
		}
	}
	g_free(trace);
}

static void
expect_in_both(const char *text, const char *const *story)
{
	expect_lines("heap", text, story);
	expect_lines("simgrid", text, story);
}

static void
failing_request_takes_its_time_and_moves_nothing(void)
{
	static const char *const story[] = {"0.000 db calls aio_read",
	    "0.000 - fault bad strikes db cb 0",
	    "10000.000 aiod4 completes db cb 0 with -1 EIO",
	    "10000.000 db returns EIO from aio_waitcomplete",
	    /* The customer pauses. */
	    "11000.000 db calls aio_read",
	    "21000.000 aiod4 completes db cb 0 "
	    "with 4096\n",
	    NULL};

	expect_in_both(ONE_DISK READS("2") "[fault bad]\nprocess = db\n"
					   "nth = 1\neffect = EIO\n",
	    story);
}

static void
short_request_moves_a_part_and_is_done(void)
{
	static const char *const story[] = {
	    "completes db cb 0 with 1024\n", NULL};
	struct ending o;

	expect_in_both(ONE_DISK READS("1") "[fault cut]\nfile = data\n"
					   "effect = short(0.25)\n",
	    story);
	o = play_in("heap",
	    ONE_DISK READS(
		"3") "[fault cut]\nfile = data\neffect = short(0)\n");
	CU_ASSERT(o.completed == 3 && o.failed == 0);
}

static void
delayed_request_takes_longer(void)
{
	static const char *const story[] = {
	    "      10000.000 aiod4 completes db cb 0 with 4096\n",
	    "      25000.000 aiod4 completes db cb 0 with 4096\n", NULL};

	expect_in_both(ONE_DISK READS("2") "[fault slow]\nprocess = db\n"
					   "nth = 2\neffect = delay(5ms)\n",
	    story);
}

static void
refused_submission_looks_like_a_limit_s(void)
{
	static const char *const story[] = {"0.000 db calls aio_read",
	    "0.000 db is refused EAGAIN by fault no",
	    "0.000 db returns EAGAIN from aio_read",
	    "1000.000 db calls aio_read", "1000.000 db queues cb 0", NULL};
	static const char text[] = ONE_DISK READS(
	    "1") "[fault no]\nprocess = db\nnth = 1\neffect = EAGAIN\n";
	struct ending o;

	expect_in_both(text, story);
	o = play_in("heap", text);
	CU_ASSERT(o.refused == 1 && o.accepted == 1 && o.completed == 1);
}

/* What the control block says after a refusal, injected or not. */
static int64_t
error_after_refusal(bool injected)
{
	struct kernel *k = kernel_create("freebsd-12.2", 1000);
	struct kernel_file file = {.readable = true, .writable = true};
	struct kernel_request request = {
	    .fd = 3, .opcode = KERNEL_OP_READ, .size_bytes = 1};
	const struct kernel_request *requests[] = {&request};
	struct kernel_call call = {
	    .kind = KERNEL_AIO_READ, .requests = requests, .count = 1};
	struct kernel_event event = {.kind = EV_CALL, .call = &call};
	const struct kernel_effect *effect;
	uint32_t process = kernel_add_process(k);
	int64_t value = 0;
	int step;

	event.thread = kernel_add_thread(k, process);
	kernel_open(k, process, 3, &file);
	/* No daemon is to be waited for. */
	kernel_set_tunable(k,
	    kernel_find_tunable("freebsd-12.2", "vfs.aio.target_aio_procs"), 0);
	if (injected)
		request.refuse = KE_EAGAIN;
	else
		kernel_set_tunable(k,
		    kernel_find_tunable(
			"freebsd-12.2", "vfs.aio.max_aio_queue"),
		    0);
	for (step = 0; step < 2; step++) {
		kernel_step(k, 0, &event);
		while ((effect = kernel_next_effect(k)) != NULL) {
			if (effect->kind == EF_REFUSE)
				CU_ASSERT(effect->refusal.error == KE_EAGAIN &&
				    (effect->refusal.limit ==
					KERNEL_LIMIT_INJECTED) == injected);
			if (effect->kind == EF_RETURN)
				value = effect->result.value;
		}
		CU_ASSERT(step == 1 || value == -1);
		call.kind = KERNEL_AIO_ERROR;
	}
	kernel_destroy(k);
	return (value);
}

static void
refusal_leaves_the_control_block_as_a_limit_s(void)
{
	int64_t value = error_after_refusal(true);

	CU_ASSERT(value == error_after_refusal(false));
	CU_ASSERT(value == 35); /* FreeBSD's EAGAIN */
}

static void
stalled_disk_begins_and_ends_nothing(void)
{
	/* The first would end at 10 ms, the second begins in the stall. */
	static const char *const story[] = {
	    "      55000.000 aiod4 completes a cb 0 with 4096\n",
	    "      65000.000 aiod3 completes b cb 0 with 4096\n", NULL};

	expect_in_both(ONE_DISK
	    "[process a]\nfile = data\ndepth = 1\nrequests = 1\n"
	    "[process b]\nfile = data\ndepth = 1\nrequests = 1\nstart = 20ms\n"
	    "[fault stall]\ndisk = d\nfrom = 5ms\nfor = 50ms\neffect = stall\n",
	    story);
}

static void
stalled_transfer_ends_with_the_stall(void)
{
	static const char *const story[] = {
	    "      40000.000 aiod4 completes db cb 0 with 4096\n", NULL};

	/* 4096 bytes at 409,600 a second: 10 ms. */
	expect_in_both(
	    "[disk d]\nbandwidth = 409600\n"
	    "[file data]\ndisk = d\n" READS(
		"1") "[fault stall]\ndisk = d\nfrom = 5ms\nfor = 35ms\n"
		     "effect = stall\n",
	    story);
}

static void
dead_disk_fails_everything_at_once(void)
{
	/* In service, in line, and new. */
	static const char *const story[] = {
	    "      10000.000 aiod4 completes db cb 0 with -1 ENXIO",
	    "      10000.000 aiod1 completes db cb 3 with -1 ENXIO",
	    "      11000.000 db queues cb", "      11000.000 - fault dead",
	    "      11000.000 aiod", NULL};

	expect_in_both(ONE_DISK
	    "[process db]\nfile = data\ndepth = 4\nrequests = 8\n"
	    "[fault dead]\ndisk = d\nfrom = 5ms\neffect = dies\n",
	    story);
}

static void
long_line_of_a_dead_disk_needs_no_stack(void)
{
	struct rlimit limit = {
	    .rlim_cur = 256 << 10, .rlim_max = RLIM_INFINITY};
	struct rlimit before;
	struct ending o;

	getrlimit(RLIMIT_STACK, &before);
	limit.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_STACK, &limit);
	o = play_in("heap",
	    "[sysctl]\nvfs.aio.max_aio_procs = 20000\n"
	    "vfs.aio.max_aio_per_proc = 20000\nvfs.aio.max_aio_queue = 20000\n"
	    "vfs.aio.max_aio_queue_per_proc = 20000\n" ONE_DISK
	    "[process db]\nfile = data\ndepth = 20000\nrequests = 20000\n"
	    "[fault dead]\ndisk = d\nfrom = 5ms\neffect = dies(EIO)\n");
	setrlimit(RLIMIT_STACK, &before);
	CU_ASSERT(o.played && o.failed == 20000);
}

static void
fault_that_never_strikes_leaves_the_trace_alone(void)
{
	static const char text[] = ONE_DISK READS("50");
	g_autofree char *with = g_strconcat(text,
	    "[fault a]\nprocess = db\nnth = 51\neffect = EIO\n"
	    "[fault b]\nfile = data\nfrom = 9s\neffect = EAGAIN\n"
	    "[fault c]\ndisk = d\nfrom = 9s\neffect = dies\n",
	    NULL);
	size_t size, same_size;
	g_autofree char *plain = trace_of("heap", text, &size);
	g_autofree char *faulty = trace_of("heap", with, &same_size);

	CU_ASSERT(size == same_size && strcmp(plain, faulty) == 0);
}

static void
real_world_fails_cuts_and_delays_too(void)
{
	struct run run = {.world = "real",
	    .tmpdir = work_dir,
	    .text = "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
		    "[process db]\nfile = data\ndepth = 1\nsize = 4k\n"
		    "requests = 6\n"
		    "[fault bad]\nprocess = db\nnth = 2\neffect = EIO\n"
		    "[fault no]\nprocess = db\nnth = 3\neffect = EAGAIN\n"
		    "[fault cut]\nprocess = db\nnth = 4\neffect = short(0.5)\n"
		    "[fault slow]\nprocess = db\nnth = 5\n"
		    "effect = delay(30ms)\n"
		    "[fault stall]\ndisk = d\nfor = 20ms\neffect = stall\n"};
	struct ending o = play(&run);

	CU_ASSERT(o.played && o.failed == 1 && o.refused == 1);
	CU_ASSERT(o.completed == 5);
	CU_ASSERT(o.end_ns >= 50 * MS);
	run.text = "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
		   "[process db]\nfile = data\ndepth = 2\nrequests = 4\n"
		   "[fault dead]\ndisk = d\neffect = dies\n";
	o = play(&run);
	CU_ASSERT(o.played && o.failed == 4 && o.completed == 0);
}

static void
what_a_fault_fails_counts_at_its_disk(void)
{
	static const char *const effects[] = {"file = data\neffect = EIO\n",
	    "disk = d\neffect = dies\n", "file = data\neffect = short(0)\n"};
	const char *const *world;
	struct ending o;
	size_t i;

	for (world = all_worlds; *world != NULL; world++)
		for (i = 0; i < G_N_ELEMENTS(effects); i++) {
			g_autofree char *text =
			    g_strconcat("[disk d]\n[file data]\ndisk = d\n"
					"size = 1m\n" READS("6") "read = 0.5\n"
								 "[fault f]\n",
				effects[i], NULL);
			struct run run = {
			    .world = *world, .text = text, .tmpdir = work_dir};

			o = play(&run);
			CU_ASSERT(o.played && o.accepted == 6);
			CU_ASSERT(o.device_requests == 6);
			CU_ASSERT(o.device_bytes == 6 * 4096);
		}
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(failing_request_takes_its_time_and_moves_nothing),
	    RULE(short_request_moves_a_part_and_is_done),
	    RULE(delayed_request_takes_longer),
	    RULE(refused_submission_looks_like_a_limit_s),
	    RULE(refusal_leaves_the_control_block_as_a_limit_s),
	    RULE(stalled_disk_begins_and_ends_nothing),
	    RULE(stalled_transfer_ends_with_the_stall),
	    RULE(dead_disk_fails_everything_at_once),
	    RULE(long_line_of_a_dead_disk_needs_no_stack),
	    RULE(fault_that_never_strikes_leaves_the_trace_alone),
	    RULE(real_world_fails_cuts_and_delays_too),
	    RULE(what_a_fault_fails_counts_at_its_disk),
	};

	return (run_rules_in_dir("driver faults", rules, G_N_ELEMENTS(rules)));
}
