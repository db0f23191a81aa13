/*
 * Plays scripts on a kernel: each thread is a list of calls with the times at
 * which they are made, in the heap world, with kernel_check() after each step.
 * What the calls returned and what completed when is kept for the test.
 *
 * Descriptors 0 to 7 of each process are files of a disk each, 8 a second open
 * file of disk 0, 9 a pipe that nobody writes to.  A request takes 10 ms.
 */

#ifndef TESTS_SCRIPT_PLAY_H
#define TESTS_SCRIPT_PLAY_H

#include <string.h>

#include "sim/driver.h"
#include "sim/record/recording.h"
#include "tests/suite.h"

#define MS INT64_C(1000000)
#define FD_AGAIN 8
#define FD_PIPE 9
#define NEVER KERNEL_NO_TIMEOUT
#define BLOCKS_MAX 700

struct play_step {
	int64_t at_ns;
	struct kernel_call call;
	int open_fd; /* instead of a call: opens a file of disk 7; or -1 */
	struct kernel_result result;
	int64_t returned_ns; /* -1: it has not */
};

struct actor {
	struct program program;
	struct play *play;
	GPtrArray *steps[2]; /* by thread; of struct play_step */
	guint next[2];
	int thread; /* that the steps to come are for */
};

struct completion {
	int64_t at_ns;
	uint32_t process, cb, device;
	enum kernel_errno error;
	int64_t status;
	uint64_t number; /* of its operation, if it has one */
};

struct play {
	struct scenario *scenario;
	struct kernel *kernel;
	struct recorder *recorder;
	struct driver *driver;
	uint64_t serial;                /* of operations */
	GPtrArray *memory;              /* of requests and lists */
	GArray *completions;            /* of struct completion, in order */
	GArray *signals;                /* of struct kernel_notice */
	int64_t service_ns[BLOCKS_MAX]; /* by control block */
	enum kernel_errno fault[BLOCKS_MAX];
};

static const char play_text[] =
    "[disk a]\nchannels = 8\n[disk b]\n[disk c]\n[disk d]\n"
    "[disk e]\n[disk f]\n[disk g]\n[disk h]\n"
    "[file data]\ndisk = a\n[file pipe]\nkind = pipe\ndata_after = never\n"
    "[process none]\nfile = data\ndepth = 1\nrequests = 1\n";

/* ---- The program ------------------------------------------------------ */

/* Operations, where requests have them, are numbered as they are submitted. */
static inline void
number_operations(struct play *play, const struct kernel_call *call)
{
	struct operation *operation;
	int i;

	for (i = 0; call->requests != NULL && i < call->count; i++) {
		operation = call->requests[i] == NULL
		    ? NULL
		    : operation_of(call->requests[i]->tag);
		if (operation != NULL)
			operation->number = ++play->serial;
	}
}

static inline enum program_step
actor_next(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	struct kernel_file file = {.kind = KERNEL_REGULAR,
	    .readable = true,
	    .writable = true,
	    .local = true,
	    .device = 7};
	struct actor *a = (struct actor *)program;
	struct play_step *step;

	for (; a->next[slot] < a->steps[slot]->len; a->next[slot]++) {
		step = a->steps[slot]->pdata[a->next[slot]];
		if (step->at_ns > now_ns) {
			*until_ns = step->at_ns;
			return (PROGRAM_SLEEP);
		}
		if (step->open_fd < 0) {
			*call = &step->call;
			number_operations(a->play, *call);
			return (PROGRAM_CALL);
		}
		kernel_open(
		    a->play->kernel, program->process, step->open_fd, &file);
	}
	return (PROGRAM_END);
}

static inline void
actor_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result)
{
	struct actor *a = (struct actor *)program;
	struct play_step *step = a->steps[slot]->pdata[a->next[slot]++];

	step->result = *result;
	step->returned_ns = now_ns;
}

static inline void
actor_destroy(struct program *program)
{
	struct actor *a = (struct actor *)program;

	g_ptr_array_free(a->steps[0], TRUE);
	g_ptr_array_free(a->steps[1], TRUE);
	g_free(a);
}

static const struct program_ops actor_ops = {
    .next = actor_next,
    .returned = actor_returned,
    .destroy = actor_destroy,
};

/* ---- Looking on ------------------------------------------------------- */

static inline void
play_completed(void *context, int64_t now_ns, uint32_t job, uint32_t thread)
{
	struct play *play = context;
	const struct kernel_job_info *info = kernel_job(play->kernel, job);
	const struct operation *operation = operation_of(info->tag);
	struct completion completion = {now_ns, info->process, info->cb,
	    info->device, info->error, info->status,
	    operation != NULL ? operation->number : 0};

	(void)thread;
	g_array_append_val(play->completions, completion);
}

static inline void
play_notified(void *context, int64_t now_ns, const struct kernel_notice *notice)
{
	struct play *play = context;

	(void)now_ns;
	g_array_append_val(play->signals, *notice);
}

static inline void
play_instant(void *context, int64_t now_ns)
{
	(void)context, (void)now_ns;
}

static inline void
play_outcome(
    void *context, const struct kernel_job_info *job, struct outcome *outcome)
{
	struct play *play = context;

	if (outcome->service_ns == OUTCOME_NEVER)
		return;
	outcome->service_ns = 10 * MS;
	if (job->cb == KERNEL_NO_CB)
		return;
	if (play->service_ns[job->cb] > 0)
		outcome->service_ns = play->service_ns[job->cb];
	outcome->result.error = play->fault[job->cb];
}

/* ---- Making and playing ----------------------------------------------- */

static struct observer play_observer;

static inline struct play *
play_new(const char *kernel)
{
	struct play *play = g_new0(struct play, 1);
	struct recorder_setup recorder = {.world = "heap"};
	struct driver_setup driver = {.check = true};

	play->scenario = scenario_parse(
	    play_text, strlen(play_text), "play", NULL, kernel, NULL);
	g_assert(play->scenario != NULL);
	play->kernel = kernel_create(kernel, 100);
	play->memory = g_ptr_array_new_with_free_func(g_free);
	play->completions = g_array_new(FALSE, TRUE, sizeof(struct completion));
	play->signals = g_array_new(FALSE, TRUE, sizeof(struct kernel_notice));
	recorder.scenario = play->scenario;
	recorder.kernel = play->kernel;
	play->recorder = recorder_new(&recorder, NULL);
	for (guint i = 0; i < play->scenario->disks->len; i++)
		recorder_add_device(play->recorder, "disk", 1);
	play_observer = (struct observer) {
	    play_completed, play_notified, play_instant, play};
	driver.scenario = play->scenario;
	driver.world = world_find("heap");
	driver.kernel = play->kernel;
	driver.recorder = play->recorder;
	driver.outcome = play_outcome;
	driver.context = play;
	driver.observer = &play_observer;
	play->driver = driver_new(&driver, NULL);
	return (play);
}

static inline void
play_free(struct play *play)
{
	char *violation = NULL;

	CU_ASSERT(recorder_finish(
	    play->recorder, driver_now(play->driver), &violation));
	g_free(violation);
	driver_free(play->driver);
	recorder_free(play->recorder);
	kernel_destroy(play->kernel);
	scenario_free(play->scenario);
	g_ptr_array_free(play->memory, TRUE);
	g_array_free(play->completions, TRUE);
	g_array_free(play->signals, TRUE);
	g_free(play);
}

static inline void
play_files(struct play *play, uint32_t process)
{
	struct kernel_file file = {.kind = KERNEL_REGULAR,
	    .readable = true,
	    .writable = true,
	    .local = true};
	int fd;

	for (fd = 0; fd < 8; fd++) {
		file.device = (uint32_t)fd;
		kernel_open(play->kernel, process, fd, &file);
	}
	file.device = 0;
	kernel_open(play->kernel, process, FD_AGAIN, &file);
	file.kind = KERNEL_PIPE;
	file.device = play->scenario->disks->len + 1;
	kernel_open(play->kernel, process, FD_PIPE, &file);
}

static inline struct actor *
actor_new(struct play *play)
{
	struct actor *a = g_new0(struct actor, 1);

	a->program.ops = &actor_ops;
	a->program.name = "p";
	a->program.threads = 2;
	a->play = play;
	a->steps[0] = g_ptr_array_new_with_free_func(g_free);
	a->steps[1] = g_ptr_array_new_with_free_func(g_free);
	play_files(play, driver_add_program(play->driver, &a->program));
	return (a);
}

static inline void
play_run(struct play *play)
{
	CU_ASSERT(driver_run(play->driver, NULL));
}

/* ---- Steps; each returns what the call will come to ------------------- */

static inline struct play_step *
at(struct actor *a, int64_t at_ns, struct kernel_call call)
{
	struct play_step *step = g_new0(struct play_step, 1);

	step->at_ns = at_ns;
	step->call = call;
	step->open_fd = -1;
	step->returned_ns = -1;
	g_ptr_array_add(a->steps[a->thread], step);
	return (step);
}

static inline void
open_at(struct actor *a, int64_t at_ns, int fd)
{
	at(a, at_ns, (struct kernel_call) {0})->open_fd = fd;
}

static inline struct kernel_request *
request(struct actor *a, uint32_t cb, int fd)
{
	struct kernel_request *r = g_new0(struct kernel_request, 1);

	r->cb = cb;
	r->fd = fd;
	r->opcode = KERNEL_OP_READ;
	r->size_bytes = 4096;
	r->buffer = 0x1000;
	g_ptr_array_add(a->play->memory, r);
	return (r);
}

static inline struct play_step *
list_at(struct actor *a, int64_t at_ns, int mode, int count, ...)
{
	/* Room for lists that are longer than allowed. */
	const struct kernel_request **list =
	    g_new0(const struct kernel_request *, BLOCKS_MAX);
	va_list arguments;
	int i;

	va_start(arguments, count);
	for (i = 0; i < count; i++)
		list[i] = va_arg(arguments, const struct kernel_request *);
	va_end(arguments);
	g_ptr_array_add(a->play->memory, list);
	return (at(a, at_ns,
	    (struct kernel_call) {.kind = KERNEL_LIO_LISTIO,
		.op = mode,
		.requests = list,
		.count = count}));
}

static inline struct play_step *
submit_at(struct actor *a, int64_t at_ns, enum kernel_call_kind kind,
    struct kernel_request *r)
{
	struct play_step *step = list_at(a, at_ns, KERNEL_O_SYNC, 1, r);

	step->call.kind = kind;
	return (step);
}

static inline struct play_step *
read_at(struct actor *a, int64_t at_ns, uint32_t cb, int fd)
{
	return (submit_at(a, at_ns, KERNEL_AIO_READ, request(a, cb, fd)));
}

static inline struct play_step *
write_at(struct actor *a, int64_t at_ns, uint32_t cb, int fd)
{
	return (submit_at(a, at_ns, KERNEL_AIO_WRITE, request(a, cb, fd)));
}

static inline struct play_step *
fsync_at(struct actor *a, int64_t at_ns, uint32_t cb, int fd)
{
	return (submit_at(a, at_ns, KERNEL_AIO_FSYNC, request(a, cb, fd)));
}

static inline struct play_step *
call_at(struct actor *a, int64_t at_ns, enum kernel_call_kind kind, int fd,
    uint32_t cb)
{
	return (at(a, at_ns,
	    (struct kernel_call) {
		.kind = kind, .fd = fd, .cb = cb, .timeout_ns = NEVER}));
}

static inline struct play_step *
suspend_at(
    struct actor *a, int64_t at_ns, uint32_t cb, int count, int64_t timeout_ns)
{
	uint32_t *cbs = g_new0(uint32_t, (gsize)MAX(count, 1));
	int i;

	for (i = 0; i < count; i++)
		cbs[i] = cb + (uint32_t)i;
	g_ptr_array_add(a->play->memory, cbs);
	return (at(a, at_ns,
	    (struct kernel_call) {.kind = KERNEL_AIO_SUSPEND,
		.cbs = cbs,
		.count = count,
		.timeout_ns = timeout_ns}));
}

static inline struct play_step *
error_at(struct actor *a, int64_t at_ns, uint32_t cb)
{
	return (call_at(a, at_ns, KERNEL_AIO_ERROR, 0, cb));
}

/* ---- Asserting -------------------------------------------------------- */

/* The last completion of a control block; fails the test without one. */
static inline const struct completion *
completion_of(const struct play *play, uint32_t cb)
{
	static const struct completion none = {-1, 0, 0, 0, KE_OK, -1, 0};
	guint i;

	for (i = play->completions->len; i-- > 0;) {
		const struct completion *c =
		    &g_array_index(play->completions, struct completion, i);

		if (c->cb == cb)
			return (c);
	}
	CU_FAIL("a completion of the control block");
	return (&none);
}

#define RETURNS(step, v, e)                               \
	do {                                              \
		CU_ASSERT((step)->returned_ns >= 0);      \
		CU_ASSERT_EQUAL((step)->result.value, v); \
		CU_ASSERT_EQUAL((step)->result.error, e); \
	} while (0)

#define ENDS(play, block, ms, e)                                             \
	do {                                                                 \
		const struct completion *done_ = completion_of(play, block); \
		CU_ASSERT_EQUAL(done_->at_ns, (ms)*MS);                      \
		CU_ASSERT_EQUAL(done_->error, e);                            \
	} while (0)

#endif
