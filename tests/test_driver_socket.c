/*
 * Sockets in a run, with a peer that this test plays through the driver's
 * sockets: bytes that enter a send buffer are drained a while later, and come
 * into a receive buffer from time to time.
 */

#include <string.h>

#include "sim/driver.h"
#include "sim/driver_socket.h"
#include "sim/record/recording.h"
#include "tests/suite.h"

#define FD 3
#define MS INT64_C(1000000)

/* A program that makes its calls one after another. */
struct caller {
	struct program program; /* first */
	const struct kernel_call *calls;
	unsigned count, next;
	struct kernel_result results[8];
};

static struct caller owner;
static struct driver *d;
static struct recorder *recorder;
static struct kernel *k;
static struct scenario *scenario;
static uint32_t socket_number;
static int64_t entered_bytes, taken_bytes;
static GString *trace;

static enum program_step
owner_next(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	(void)program, (void)slot, (void)now_ns, (void)until_ns;
	if (owner.next == owner.count)
		return (PROGRAM_END);
	*call = &owner.calls[owner.next];
	return (PROGRAM_CALL);
}

static void
owner_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result)
{
	(void)program, (void)slot, (void)now_ns;
	owner.results[owner.next++] = *result;
}

static void
owner_destroy(struct program *program)
{
	(void)program;
}

/* ---- The other side --------------------------------------------------- */

/* A network that takes 2 ms for whatever it is given. */
static void
drain_later(void *context, int64_t now_ns, uint32_t socket, int64_t bytes)
{
	struct socket_event event = {
	    now_ns + 2 * MS, socket, SOCKET_DRAINS, bytes};

	(void)context;
	entered_bytes += bytes;
	driver_schedule_socket_event(d, &event);
}

static void
count_taken(void *context, int64_t now_ns, uint32_t socket, int64_t bytes)
{
	(void)context, (void)now_ns;
	CU_ASSERT(socket == socket_number);
	taken_bytes += bytes;
}

static void
happens(int64_t at_ns, enum socket_event_kind kind, int64_t bytes)
{
	struct socket_event event = {at_ns, socket_number, kind, bytes};

	driver_schedule_socket_event(d, &event);
}

/* ---- One run ---------------------------------------------------------- */

static void
listen_to(void *context, const char *line)
{
	(void)context;
	g_string_append(trace, line);
	g_string_append_c(trace, '\n');
}

static void
begin(const struct kernel_call *calls, unsigned count)
{
	static const struct program_ops ops = {
	    .next = owner_next,
	    .returned = owner_returned,
	    .destroy = owner_destroy,
	};
	static const struct socket_watcher watcher = {drain_later, count_taken};
	static const char text[] =
	    "[disk d]\n[file a]\ndisk = d\n"
	    "[process x]\nfile = a\ndepth = 1\nrequests = 1\n";
	const struct socket_config config = {
	    .readable = true,
	    .writable = true,
	    .send_size = 32768,
	    .send_lowat = 2048,
	    .copy_base_ns = 1000,
	    .copy_ns_per_byte = 1,
	    .copy_grain_ns = 1,
	};
	struct recorder_setup rs = {.world = "heap", .listen = listen_to};
	struct driver_setup ds = {.world = &world_heap, .check = true};

	scenario =
	    scenario_parse(text, strlen(text), "t.ini", NULL, NULL, NULL);
	k = kernel_create(scenario->kernel, scenario->hz);
	trace = g_string_new(NULL);
	rs.scenario = ds.scenario = scenario;
	rs.kernel = ds.kernel = k;
	ds.recorder = recorder = recorder_new(&rs, NULL);
	recorder_add_device(recorder, "d", 1);
	d = driver_new(&ds, NULL);
	owner = (struct caller) {.program = {.ops = &ops, .name = "x"},
	    .calls = calls,
	    .count = count};
	owner.program.threads = 1;
	entered_bytes = taken_bytes = 0;
	(void)driver_add_program(d, &owner.program);
	socket_number = driver_open_socket(d, 0, FD, &config);
	driver_watch_socket(d, socket_number, &watcher, NULL);
}

static void
run(void)
{
	char *violation = NULL;

	CU_ASSERT(driver_run(d, NULL));
	CU_ASSERT(recorder_finish(recorder, driver_now(d), &violation));
	CU_ASSERT_PTR_NULL(violation);
}

static void
end(void)
{
	driver_free(d);
	recorder_free(recorder);
	kernel_destroy(k);
	scenario_free(scenario);
	g_string_free(trace, TRUE);
}

/* How often the trace says it. */
static int
times(const char *what)
{
	const char *at = trace->str;
	int count = 0;

	while ((at = strstr(at, what)) != NULL) {
		at += strlen(what);
		count++;
	}
	return (count);
}

#define REQUEST(n, bytes)                                              \
	static const struct kernel_request request_##n = {             \
	    .cb = n, .fd = FD, .size_bytes = (bytes), .buffer = 4096}; \
	static const struct kernel_request *const requests_##n[] = {   \
	    &request_##n}

/* ---- Rules ------------------------------------------------------------ */

/* 32768 at once, and so much again each time the network is through. */
static void
full_buffer_stops_the_sender(void)
{
	REQUEST(0, 100000);
	static const struct kernel_call calls[] = {
	    {.kind = KERNEL_AIO_WRITE, .requests = requests_0, .count = 1},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	};
	const struct results *results;

	begin(calls, 2);
	run();
	results = recorder_results(recorder);
	CU_ASSERT(owner.results[1].value == 100000);
	CU_ASSERT(entered_bytes == 100000);
	CU_ASSERT(times(" serves x cb 0") == 4);
	CU_ASSERT(times("soaiod4 completes x cb 0 with 100000") == 1);
	/* Three waits of 2 ms from the copy's beginning; and the last copy. */
	CU_ASSERT(driver_now(d) == 3 * (2 * MS) + 1000 + 1696);
	CU_ASSERT(results->soaiod.busy.max == 1);
	CU_ASSERT(results->soaiod.alive.max == 4);
	CU_ASSERT(results->latency[LATENCY_QUEUE]->max == 0);
	end();
}

static void
reads_get_what_the_peer_sends(void)
{
	REQUEST(0, 50000);
	static const struct kernel_call calls[] = {
	    {.kind = KERNEL_AIO_READ, .requests = requests_0, .count = 1},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	    {.kind = KERNEL_AIO_READ, .requests = requests_0, .count = 1},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	    {.kind = KERNEL_AIO_READ, .requests = requests_0, .count = 1},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	};

	begin(calls, 6);
	happens(1 * MS, SOCKET_RECEIVES, 600);
	happens(2 * MS, SOCKET_RECEIVES, 60000);
	happens(3 * MS, SOCKET_PEER_FINISHES, 0);
	run();
	CU_ASSERT(owner.results[1].value == 600);
	CU_ASSERT(owner.results[3].value == 50000);
	CU_ASSERT(owner.results[5].value == 10000);
	CU_ASSERT(taken_bytes == 60600);
	CU_ASSERT(!driver_stalled(d));
	end();
}

static void
closing_fails_the_writer(void)
{
	REQUEST(0, 100000);
	static const struct kernel_call calls[] = {
	    {.kind = KERNEL_AIO_WRITE, .requests = requests_0, .count = 1},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	};

	begin(calls, 2);
	happens(1 * MS, SOCKET_CLOSES, 0);
	run();
	CU_ASSERT(owner.results[1].error == KE_EPIPE);
	CU_ASSERT(entered_bytes == 32768);
	end();
}

/* Minutes may pass: what is to come is waited for, whatever wakes before. */
static void
silence_with_an_end_is_no_stall(void)
{
	REQUEST(0, 1);
	static const struct kernel_call calls[] = {
	    {.kind = KERNEL_AIO_READ, .requests = requests_0, .count = 1},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	};

	begin(calls, 2);
	happens(3600000 * MS, SOCKET_RECEIVES, 1);
	run();
	CU_ASSERT(owner.results[1].value == 1);
	CU_ASSERT(!driver_stalled(d));
	end();
}

static void
silence_for_ever_is_a_stall(void)
{
	REQUEST(0, 1);
	static const struct kernel_call calls[] = {
	    {.kind = KERNEL_AIO_READ, .requests = requests_0, .count = 1},
	    {.kind = KERNEL_AIO_WAITCOMPLETE, .timeout_ns = KERNEL_NO_TIMEOUT},
	};

	begin(calls, 2);
	run();
	CU_ASSERT(driver_stalled(d));
	CU_ASSERT(driver_now(d) == 0);
	end();
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(full_buffer_stops_the_sender),
	    RULE(reads_get_what_the_peer_sends),
	    RULE(closing_fails_the_writer),
	    RULE(silence_with_an_end_is_no_stall),
	    RULE(silence_for_ever_is_a_stall),
	};

	return (RUN_RULES("driver sockets", rules));
}
