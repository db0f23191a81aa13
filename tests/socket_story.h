/*
 * Sockets in the kernel model, told step by step: an event goes in, and the
 * effects that come out are compared as a line of words.  The world is played
 * by the test, so that it can do what no recorded run did.
 */

#ifndef TESTS_SOCKET_STORY_H
#define TESTS_SOCKET_STORY_H

#include <glib.h>
#include <string.h>

#include "model/kernel.h"
#include "tests/suite.h"

#define READER 3 /* descriptors */
#define SOCKETS 8
#define SECOND INT64_C(1000000000)

static struct kernel *k;
static uint32_t caller;   /* the first process's thread */
static uint32_t stranger; /* the second one's */
static int64_t now_ns;
static uint32_t served;  /* the last job of EF_SERVE */
static GHashTable *jobs; /* by control block */
static GString *told;

/* ---- Telling ---------------------------------------------------------- */

static inline void
append_name(uint32_t thread)
{
	struct kernel_thread_info info;

	if (thread == KERNEL_NOBODY) {
		g_string_append(told, "nobody");
		return;
	}
	kernel_thread(k, thread, &info);
	if (info.kind == THREAD_DAEMON)
		g_string_append_printf(told, "%s%u", info.pool, info.number);
	else if (info.kind == THREAD_TASK)
		g_string_append(told, info.task);
	else
		g_string_append_printf(told, "p%u", info.process);
}

static void say(uint32_t thread, const char *format, ...) G_GNUC_PRINTF(2, 3);

static inline void G_GNUC_PRINTF(2, 3)
    say(uint32_t thread, const char *format, ...)
{
	va_list arguments;

	if (told->len > 0)
		g_string_append(told, "; ");
	append_name(thread);
	va_start(arguments, format);
	g_string_append_vprintf(told, format, arguments);
	va_end(arguments);
}

static inline const char *
node(int tunable)
{
	size_t count;

	return (kernel_tunables(kernel_name(k), &count)[tunable].node);
}

static inline void
tell_job(const struct kernel_effect *effect)
{
	const struct kernel_job_info *job = kernel_job(k, effect->job);

	if (effect->kind == EF_SUBMIT) {
		g_hash_table_insert(jobs, GUINT_TO_POINTER(job->cb),
		    GUINT_TO_POINTER(effect->job));
		say(effect->thread, " queues %u", job->cb);
		if (job->held_by >= 0)
			g_string_append_printf(
			    told, ", held by %s", node(job->held_by));
	} else if (effect->kind == EF_SERVE) {
		served = effect->job;
		say(effect->thread, " serves %u", job->cb);
		if (job->done_bytes > 0)
			g_string_append_printf(
			    told, " from %d", (int)job->done_bytes);
	} else if (job->error != KE_OK) {
		say(effect->thread, " ends %u with %s", job->cb,
		    kernel_errno_name(job->error));
	} else {
		say(effect->thread, " ends %u with %d", job->cb,
		    (int)job->status);
	}
}

static inline void
tell(const struct kernel_effect *effect)
{
	switch (effect->kind) {
	case EF_READY:
		say(effect->thread, " wakes");
		break;
	case EF_RETURN:
		if (effect->result.error != KE_OK)
			say(effect->thread, " gets %s",
			    kernel_errno_name(effect->result.error));
		else
			say(effect->thread, " gets %d",
			    (int)effect->result.value);
		break;
	case EF_TIMER:
		say(effect->thread, " sleeps until %d ms",
		    (int)(effect->timer.at_ns / 1000000));
		break;
	case EF_SPAWN:
		say(effect->thread, " is created");
		break;
	case EF_REAP:
		say(effect->thread, " exits");
		kernel_release_thread(k, effect->thread);
		break;
	case EF_REFUSE:
		say(effect->thread, " is refused");
		break;
	case EF_SUBMIT:
	case EF_SERVE:
	case EF_COMPLETE:
		tell_job(effect);
		break;
	case EF_COLLECT:
		kernel_release_job(k, effect->job);
		break;
	case EF_CPU:
	case EF_NOTIFY:
		break;
	}
}

static inline void
post(const struct kernel_event *event)
{
	const struct kernel_effect *effect;

	kernel_step(k, now_ns, event);
	while ((effect = kernel_next_effect(k)) != NULL)
		tell(effect);
	kernel_check(k);
}

/* What was told since the last look. */
static inline void
was_told(const char *expected)
{
	if (strcmp(told->str, expected) != 0)
		g_printerr("told: %s\n  instead of %s\n", told->str, expected);
	CU_ASSERT_STRING_EQUAL(told->str, expected);
	g_string_truncate(told, 0);
}

/* ---- Doing ------------------------------------------------------------ */

static inline void
set(const char *name, int64_t value)
{
	kernel_set_tunable(k, kernel_find_tunable(kernel_name(k), name), value);
}

/* Two processes, each with sockets from READER on; no aiods. */
static inline void
begin_with(const char *kernel, bool nonblocking, bool ready)
{
	struct kernel_file file = {.kind = KERNEL_SOCKET,
	    .readable = true,
	    .writable = true,
	    .nonblocking = nonblocking,
	    .receive_ready = ready,
	    .send_ready = ready};
	uint32_t p;
	int i;

	k = kernel_create(kernel, 1000);
	told = g_string_new(NULL);
	jobs = g_hash_table_new(NULL, NULL);
	now_ns = 0;
	set("vfs.aio.target_aio_procs", 0);
	for (p = 0; p < 2; p++) {
		(void)kernel_add_process(k);
		for (i = 0; i < SOCKETS; i++)
			kernel_open(k, p, READER + i, &file);
	}
	caller = kernel_add_thread(k, 0);
	stranger = kernel_add_thread(k, 1);
}

static inline void
begin(bool nonblocking, bool ready)
{
	begin_with("freebsd-12.2", nonblocking, ready);
}

static inline void
boot(void)
{
	const struct kernel_event event = {.kind = EV_BOOT};

	post(&event);
	g_string_truncate(told, 0);
}

static inline void
end(void)
{
	kernel_destroy(k);
	g_string_free(told, TRUE);
	g_hash_table_unref(jobs);
}

static inline void
call(uint32_t thread, const struct kernel_call *made)
{
	const struct kernel_event event = {
	    .kind = EV_CALL, .thread = thread, .call = made};

	post(&event);
}

static inline void
request_by(uint32_t thread, enum kernel_call_kind kind, uint32_t cb, int fd,
    uint64_t size)
{
	const struct kernel_request request = {
	    .cb = cb, .fd = fd, .size_bytes = size, .buffer = 4096};
	const struct kernel_request *const requests[] = {&request};
	const struct kernel_call made = {.kind = kind,
	    .op = KERNEL_O_SYNC,
	    .requests = requests,
	    .count = 1};

	call(thread, &made);
}

static inline void
reads(uint32_t cb, int fd)
{
	request_by(caller, KERNEL_AIO_READ, cb, fd, 1000);
}

static inline void
writes(uint32_t cb, int fd)
{
	request_by(caller, KERNEL_AIO_WRITE, cb, fd, 1000);
}

static inline void
cancels(int fd, uint32_t cb)
{
	const struct kernel_call made = {
	    .kind = KERNEL_AIO_CANCEL, .fd = fd, .cb = cb};

	call(caller, &made);
}

static inline uint32_t
daemon_of(const char *pool, uint32_t number)
{
	struct kernel_thread_info info;
	uint32_t thread = kernel_own_threads(k) + 2;

	for (;; thread++) {
		kernel_thread(k, thread, &info);
		if (info.kind == THREAD_DAEMON && info.number == number &&
		    strcmp(info.pool, pool) == 0)
			return (thread);
	}
}

static inline uint32_t
soaiod(uint32_t number)
{
	return (daemon_of("soaiod", number));
}

static inline void
runs(uint32_t thread)
{
	const struct kernel_event event = {.kind = EV_RUN, .thread = thread};

	post(&event);
}

/* The system's task thread. */
static inline void
task_runs(void)
{
	runs(kernel_own_threads(k) - 1);
}

static inline void
changes(int fd, enum kernel_direction direction, bool ready)
{
	const struct kernel_event event = {
	    .kind = EV_SOCKET, .socket = {0, fd, direction, ready, 0}};

	post(&event);
}

/* The attempt under way ends. */
static inline void
done(const struct kernel_service_result *result)
{
	const struct kernel_event event = {
	    .kind = EV_DONE, .job = served, .done = *result};

	post(&event);
}

static inline void
moved(int64_t bytes, bool ready)
{
	done(&(const struct kernel_service_result) {
	    .bytes = bytes, .ready = ready});
}

static inline void
would_block(int64_t bytes)
{
	done(&(const struct kernel_service_result) {
	    .bytes = bytes, .error = KE_EAGAIN, .would_block = true});
}

static inline void
failed(int64_t bytes, enum kernel_errno error)
{
	done(&(const struct kernel_service_result) {
	    .bytes = bytes, .error = error, .ready = true});
}

static inline void
forget(void)
{
	g_string_truncate(told, 0);
}

static inline const struct kernel_counters *
counters(void)
{
	return (kernel_counters(k));
}

/* A daemon's deadline passes; the generation is that of its sleep. */
static inline void
timer_passes(uint32_t thread, uint64_t generation)
{
	const struct kernel_event event = {
	    .kind = EV_TIMER, .thread = thread, .generation = generation};

	post(&event);
}

#endif
