/*
 * The kernel's descriptors that close, and calls that a signal interrupts.
 */

#include "model/kernel.h"
#include "tests/suite.h"

#define FD 3

static struct kernel *k;
static uint32_t process, thread;
static bool returned;
static struct kernel_result result;
static uint32_t served; /* the last job given to a daemon */

static void
boot(void)
{
	const struct kernel_file file = {.kind = KERNEL_REGULAR,
	    .readable = true,
	    .writable = true,
	    .local = true};

	k = kernel_create("freebsd-12.2", 1000);
	process = kernel_add_process(k);
	thread = kernel_add_thread(k, process);
	kernel_open(k, process, FD, &file);
}

/* Posts, and lets every thread that is ready run; all at one instant. */
static void
post(const struct kernel_event *event)
{
	uint32_t ready[64];
	size_t first = 0, last = 0;
	struct kernel_event next = *event;
	const struct kernel_effect *effect;

	for (;;) {
		kernel_step(k, 0, &next);
		while ((effect = kernel_next_effect(k)) != NULL) {
			if (effect->kind == EF_READY)
				ready[last++] = effect->thread;
			else if (effect->kind == EF_SERVE)
				served = effect->job;
			else if (effect->kind == EF_RETURN) {
				returned = true;
				result = effect->result;
			}
		}
		kernel_check(k);
		if (first == last)
			return;
		next.kind = EV_RUN;
		next.thread = ready[first++];
	}
}

static void
call(const struct kernel_call *what)
{
	struct kernel_event event = {
	    .kind = EV_CALL, .thread = thread, .call = what};

	returned = false;
	post(&event);
}

static void
signal_thread(void)
{
	struct kernel_event event = {.kind = EV_SIGNAL, .thread = thread};

	post(&event);
}

static const struct kernel_request read_request = {
    .cb = 0, .fd = FD, .opcode = KERNEL_OP_READ, .size_bytes = 512};
static const struct kernel_request *const requests[] = {&read_request};

static void
submit_read(void)
{
	const struct kernel_call submit = {
	    .kind = KERNEL_AIO_READ, .requests = requests, .count = 1};

	call(&submit);
	CU_ASSERT(returned && result.error == KE_OK);
}

static void
a_signal_ends_what_waits_and_not_the_request(void)
{
	static const uint32_t cbs[] = {0};
	const struct kernel_call waits[] = {
	    {.kind = KERNEL_AIO_SUSPEND,
		.cbs = cbs,
		.count = 1,
		.timeout_ns = KERNEL_NO_TIMEOUT},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	    {.kind = KERNEL_LIO_LISTIO,
		.op = KERNEL_LIO_WAIT,
		.requests = requests,
		.count = 1},
	    {.kind = KERNEL_SIGWAIT, .timeout_ns = KERNEL_NO_TIMEOUT},
	};
	size_t i;

	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		boot();
		submit_read();
		call(&waits[i]);
		CU_ASSERT(!returned);
		signal_thread();
		CU_ASSERT(returned);
		CU_ASSERT_EQUAL(result.value, -1);
		CU_ASSERT_EQUAL(result.error, KE_EINTR);
		CU_ASSERT(kernel_counters(k)->unfinished > 0);
		kernel_destroy(k);
	}
}

static void
a_signal_does_not_end_an_exit(void)
{
	const struct kernel_call leave = {.kind = KERNEL_EXIT};
	struct kernel_event done = {.kind = EV_DONE};

	boot();
	submit_read();
	call(&leave);
	CU_ASSERT(!returned);
	signal_thread();
	CU_ASSERT(!returned);
	done.job = served;
	post(&done);
	CU_ASSERT(returned);
	kernel_destroy(k);
}

static void
a_signal_between_calls_is_nothing(void)
{
	boot();
	submit_read();
	returned = false;
	signal_thread();
	CU_ASSERT(!returned);
	kernel_destroy(k);
}

static void
a_closed_descriptor_is_free_and_its_request_goes_on(void)
{
	const struct kernel_file file = {.kind = KERNEL_PIPE};
	const struct kernel_call closing = {.kind = KERNEL_CLOSE, .fd = FD};
	const struct kernel_call submit = {
	    .kind = KERNEL_AIO_READ, .requests = requests, .count = 1};
	struct kernel_event done = {.kind = EV_DONE};

	boot();
	submit_read();
	call(&closing);
	CU_ASSERT(returned && result.error == KE_OK);
	call(&submit);
	CU_ASSERT_EQUAL(result.error, KE_EBADF);
	kernel_open(k, process, FD, &file);
	done.job = served;
	done.done.bytes = 512;
	post(&done);
	CU_ASSERT_EQUAL(kernel_counters(k)->unfinished, 0);
	kernel_destroy(k);
}

int
main(void)
{
	const struct rule rules[] = {
	    RULE(a_signal_ends_what_waits_and_not_the_request),
	    RULE(a_signal_does_not_end_an_exit),
	    RULE(a_signal_between_calls_is_nothing),
	    RULE(a_closed_descriptor_is_free_and_its_request_goes_on),
	};

	return (RUN_RULES("signals and closing", rules));
}
