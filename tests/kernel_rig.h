/*
 * A kernel on a bench: one CPU, no costs, and every service as long as the test
 * says.  Calls are entered one by one, from outside; a call that blocks is left
 * where it is, and rig_run() lets time pass.  kernel_check() is called after
 * each step.
 */

#ifndef TESTS_KERNEL_RIG_H
#define TESTS_KERNEL_RIG_H

#include <CUnit/CUnit.h>
#include <glib.h>
#include <string.h>

#include "model/kernel.h"
#include "sim/agenda.h"

#define MS INT64_C(1000000)
#define RIG_LIST 300 /* longest list of a call */

/* Descriptors of every process of rig_process(). */
enum { FILE_FD = 3, KQUEUE_FD, DISK_FD, MAPPED_FD, PIPE_FD, TTY_FD, NFS_FD };

struct rig_thread {
	bool in_call;
	struct kernel_call call;
	struct kernel_request requests[RIG_LIST];
	const struct kernel_request *list[RIG_LIST];
	uint32_t cbs[RIG_LIST];
	struct kernel_result result; /* of its last call */
	uint32_t own_job;
};

struct rig {
	struct kernel *kernel;
	int64_t now_ns;
	int64_t service_ns;
	enum kernel_errno service_error;
	GPtrArray *threads; /* of struct rig_thread, or NULL, by number */
	GArray *runnable;   /* of uint32_t */
	guint runnable_head;
	struct agenda agenda;
	uint64_t sequence;
	GArray *instant;           /* of uint32_t: jobs over at once */
	GArray *timers;            /* of struct kernel_event: every one armed */
	GArray *notices;           /* of struct kernel_notice */
	GArray *served;            /* of uint32_t: daemons' numbers */
	enum kernel_errno refusal; /* of the last EF_REFUSE */
	int limit;                 /* … and its tunable, or -1 */
	int64_t last_offset_bytes; /* of the last service */
	uint32_t task_runs;        /* steps of the kernel's task thread */
};

enum { RIG_TIMER, RIG_DONE };

static inline struct rig_thread *
rig_thread(const struct rig *r, uint32_t thread)
{
	return (g_ptr_array_index(r->threads, thread));
}

static inline void
rig_push(struct rig *r, int64_t at_ns, int kind, uint32_t index)
{
	struct agenda_entry entry = {
	    at_ns, ++r->sequence, (uint32_t)kind, index};

	agenda_push(&r->agenda, &entry);
}

static inline void
rig_serve(struct rig *r, uint32_t job, uint32_t thread)
{
	const struct kernel_job_info *info = kernel_job(r->kernel, job);
	struct kernel_thread_info server;
	uint32_t number = 0;

	if (info->synchronous)
		rig_thread(r, thread)->own_job = job;
	if (thread != KERNEL_NOBODY) {
		kernel_thread(r->kernel, thread, &server);
		number = server.number;
	}
	g_array_append_val(r->served, number);
	r->last_offset_bytes = info->offset_bytes;
	if (r->service_ns == 0)
		g_array_append_val(r->instant, job);
	else
		rig_push(r, r->now_ns + r->service_ns, RIG_DONE, job);
}

static inline void
rig_arm(struct rig *r, const struct kernel_effect *e)
{
	struct kernel_event event = {.kind = EV_TIMER,
	    .thread = e->thread,
	    .generation = e->timer.generation};

	rig_push(r, e->timer.at_ns, RIG_TIMER, r->timers->len);
	g_array_append_val(r->timers, event);
}

static inline void
rig_return(struct rig *r, const struct kernel_effect *e)
{
	struct rig_thread *t = rig_thread(r, e->thread);

	t->in_call = false;
	t->result = e->result;
	if (t->own_job != KERNEL_NOBODY)
		kernel_release_job(r->kernel, t->own_job);
	t->own_job = KERNEL_NOBODY;
}

static inline void
rig_drain(struct rig *r)
{
	const struct kernel_effect *e;

	while ((e = kernel_next_effect(r->kernel)) != NULL) {
		switch (e->kind) {
		case EF_READY:
			g_array_append_val(r->runnable, e->thread);
			break;
		case EF_RETURN:
			rig_return(r, e);
			break;
		case EF_TIMER:
			rig_arm(r, e);
			break;
		case EF_SERVE:
			rig_serve(r, e->job, e->thread);
			break;
		case EF_REFUSE:
			r->refusal = e->refusal.error;
			r->limit = e->refusal.limit;
			break;
		case EF_NOTIFY:
			g_array_append_val(r->notices, e->notice);
			break;
		case EF_COLLECT:
			kernel_release_job(r->kernel, e->job);
			break;
		case EF_REAP:
			kernel_release_thread(r->kernel, e->thread);
			break;
		case EF_CPU:
		case EF_SPAWN:
		case EF_SUBMIT:
		case EF_COMPLETE:
			break;
		}
	}
	kernel_check(r->kernel);
}

static inline void
rig_done(struct rig *r, uint32_t job)
{
	struct kernel_event event = {.kind = EV_DONE, .job = job};

	event.done.error = r->service_error;
	if (r->service_error == KE_OK)
		event.done.bytes =
		    (int64_t)kernel_job(r->kernel, job)->size_bytes;
	kernel_step(r->kernel, r->now_ns, &event);
	rig_drain(r);
}

/* Whatever can happen in this instant. */
static inline void
rig_settle(struct rig *r)
{
	struct kernel_event event = {.kind = EV_RUN};
	struct kernel_thread_info info;
	uint32_t job;

	for (;;) {
		while (r->instant->len > 0) {
			job = g_array_index(r->instant, uint32_t, 0);
			g_array_remove_index(r->instant, 0);
			rig_done(r, job);
		}
		if (r->runnable_head == r->runnable->len)
			return;
		event.thread =
		    g_array_index(r->runnable, uint32_t, r->runnable_head++);
		kernel_thread(r->kernel, event.thread, &info);
		r->task_runs += info.kind == THREAD_TASK;
		kernel_step(r->kernel, r->now_ns, &event);
		rig_drain(r);
	}
}

static inline void
rig_handle(struct rig *r, const struct agenda_entry *entry)
{
	struct kernel_event event;

	if (entry->kind == RIG_DONE) {
		rig_done(r, entry->index);
		return;
	}
	event = g_array_index(r->timers, struct kernel_event, entry->index);
	kernel_step(r->kernel, r->now_ns, &event);
	rig_drain(r);
}

/* Lets time pass until `until_ns`. */
static inline void
rig_run(struct rig *r, int64_t until_ns)
{
	struct agenda_entry entry;

	while (!agenda_is_empty(&r->agenda) &&
	    agenda_first(&r->agenda)->at_ns <= until_ns) {
		entry = agenda_pop(&r->agenda);
		r->now_ns = entry.at_ns;
		rig_handle(r, &entry);
		rig_settle(r);
	}
	r->now_ns = until_ns;
}

/* ---- Making ----------------------------------------------------------- */

static inline void
rig_begin(struct rig *r, const char *kernel)
{
	memset(r, 0, sizeof(*r));
	r->kernel = kernel_create(kernel, 1000);
	r->service_ns = 10 * MS;
	r->threads = g_ptr_array_new_with_free_func(g_free);
	r->runnable = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	r->instant = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	r->timers = g_array_new(FALSE, FALSE, sizeof(struct kernel_event));
	r->notices = g_array_new(FALSE, FALSE, sizeof(struct kernel_notice));
	r->served = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	r->limit = -1;
}

static inline void
rig_end(struct rig *r)
{
	kernel_destroy(r->kernel);
	agenda_release(&r->agenda);
	g_ptr_array_free(r->threads, TRUE);
	g_array_free(r->runnable, TRUE);
	g_array_free(r->instant, TRUE);
	g_array_free(r->timers, TRUE);
	g_array_free(r->notices, TRUE);
	g_array_free(r->served, TRUE);
}

static inline uint32_t
rig_add_thread(struct rig *r, uint32_t process)
{
	uint32_t thread = kernel_add_thread(r->kernel, process);
	struct rig_thread *t = g_new0(struct rig_thread, 1);

	t->own_job = KERNEL_NOBODY;
	if (thread >= r->threads->len)
		g_ptr_array_set_size(r->threads, (gint)thread + 1);
	r->threads->pdata[thread] = t;
	return (thread);
}

/* A process with a file of each kind; returns its first thread. */
static inline uint32_t
rig_process(struct rig *r)
{
	static const struct kernel_file files[] = {
	    {.kind = KERNEL_REGULAR,
		.readable = true,
		.writable = true,
		.local = true},
	    {.kind = KERNEL_KQUEUE,
		.readable = true,
		.writable = true,
		.local = true},
	    {.kind = KERNEL_RAWDISK,
		.readable = true,
		.writable = true,
		.local = true,
		.device = 1,
		.block_size = 512,
		.iosize_max = 1 << 20,
		.unmapped = true},
	    {.kind = KERNEL_RAWDISK,
		.readable = true,
		.writable = true,
		.local = true,
		.device = 1,
		.block_size = 512,
		.iosize_max = 1 << 20},
	    {.kind = KERNEL_PIPE,
		.readable = true,
		.writable = true,
		.local = true},
	    {.kind = KERNEL_TTY,
		.readable = true,
		.writable = true,
		.local = true},
	    {.kind = KERNEL_REGULAR, .readable = true, .writable = true},
	};
	uint32_t process = kernel_add_process(r->kernel);
	int i;

	for (i = 0; i < (int)G_N_ELEMENTS(files); i++)
		kernel_open(r->kernel, process, FILE_FD + i, &files[i]);
	return (rig_add_thread(r, process));
}

static inline int
rig_node(const struct rig *r, const char *node)
{
	return (kernel_find_tunable(kernel_name(r->kernel), node));
}

static inline void
rig_set(struct rig *r, const char *node, int64_t value)
{
	int tunable = rig_node(r, node);

	CU_ASSERT_FATAL(tunable >= 0);
	kernel_set_tunable(r->kernel, tunable, value);
}

static inline int64_t
rig_get(const struct rig *r, const char *node)
{
	int tunable = rig_node(r, node);

	CU_ASSERT_FATAL(tunable >= 0);
	return (kernel_get_tunable(r->kernel, tunable));
}

/* ---- Calls ------------------------------------------------------------ */

/* Enters a call; true if it returned in this instant. */
static inline bool
rig_enter(struct rig *r, uint32_t thread, const struct kernel_call *call)
{
	struct rig_thread *t = rig_thread(r, thread);
	struct kernel_event event = {.kind = EV_CALL, .thread = thread};

	CU_ASSERT_FATAL(!t->in_call);
	t->call = *call;
	t->in_call = true;
	event.call = &t->call;
	kernel_step(r->kernel, r->now_ns, &event);
	rig_drain(r);
	rig_settle(r);
	return (!t->in_call);
}

/* Does a call that returns in this instant. */
static inline struct kernel_result
rig_call(struct rig *r, uint32_t thread, const struct kernel_call *call)
{
	bool returned = rig_enter(r, thread, call);

	CU_ASSERT_FATAL(returned);
	return (rig_thread(r, thread)->result);
}

/* A request of 4 KiB on the regular file. */
static inline struct kernel_request
rig_request(uint32_t cb, int opcode)
{
	struct kernel_request request = {.cb = cb,
	    .fd = FILE_FD,
	    .opcode = opcode,
	    .size_bytes = 4096,
	    .buffer = KERNEL_PAGE_SIZE};

	return (request);
}

/* aio_read, aio_write, … of one request; its result, which is that of the
 * submission. */
static inline struct kernel_result
rig_submit(struct rig *r, uint32_t thread, enum kernel_call_kind kind,
    struct kernel_request request)
{
	struct rig_thread *t = rig_thread(r, thread);
	struct kernel_call call = {.kind = kind, .op = KERNEL_O_SYNC};

	t->requests[0] = request;
	t->list[0] = &t->requests[0];
	call.requests = t->list;
	call.count = 1;
	return (rig_call(r, thread, &call));
}

static inline struct kernel_result
rig_read(struct rig *r, uint32_t thread, uint32_t cb)
{
	return (rig_submit(
	    r, thread, KERNEL_AIO_READ, rig_request(cb, KERNEL_OP_READ)));
}

/* A list of `count` reads with control blocks from 0, to be changed before
 * rig_enter(). */
static inline struct kernel_call
rig_list(struct rig *r, uint32_t thread, int mode, int count)
{
	struct rig_thread *t = rig_thread(r, thread);
	struct kernel_call call = {
	    .kind = KERNEL_LIO_LISTIO, .op = mode, .count = count};
	int i;

	CU_ASSERT_FATAL(count <= RIG_LIST);
	for (i = 0; i < count; i++) {
		t->requests[i] = rig_request((uint32_t)i, KERNEL_OP_READ);
		t->list[i] = &t->requests[i];
	}
	call.requests = t->list;
	return (call);
}

static inline struct kernel_call
rig_suspend(struct rig *r, uint32_t thread, int count, int64_t timeout_ns)
{
	struct rig_thread *t = rig_thread(r, thread);
	struct kernel_call call = {.kind = KERNEL_AIO_SUSPEND,
	    .count = count,
	    .timeout_ns = timeout_ns};
	int i;

	for (i = 0; i < count; i++)
		t->cbs[i] = (uint32_t)i;
	call.cbs = t->cbs;
	return (call);
}

/* A call that takes a control block: aio_error, aio_return. */
static inline struct kernel_result
rig_ask(struct rig *r, uint32_t thread, enum kernel_call_kind kind, uint32_t cb)
{
	struct kernel_call call = {.kind = kind, .cb = cb};

	return (rig_call(r, thread, &call));
}

static inline struct kernel_call
rig_wait(enum kernel_call_kind kind, int64_t timeout_ns)
{
	struct kernel_call call = {
	    .kind = kind, .fd = KQUEUE_FD, .timeout_ns = timeout_ns};

	return (call);
}

static inline struct kernel_result
rig_sysctl(struct rig *r, uint32_t thread, const char *node, int64_t value)
{
	struct kernel_call call = {.kind = KERNEL_SYSCTL, .value = value};

	call.tunable = rig_node(r, node);
	CU_ASSERT_FATAL(call.tunable >= 0);
	return (rig_call(r, thread, &call));
}

static inline int64_t
rig_error(struct rig *r, uint32_t thread, uint32_t cb)
{
	return (rig_ask(r, thread, KERNEL_AIO_ERROR, cb).value);
}

static inline const char *
rig_limit(const struct rig *r)
{
	size_t count;

	return (r->limit < 0
		? "none"
		: kernel_tunables(kernel_name(r->kernel), &count)[r->limit]
		      .node);
}

static inline const struct kernel_notice *
rig_notice(const struct rig *r, guint i)
{
	CU_ASSERT_FATAL(i < r->notices->len);
	return (&g_array_index(r->notices, struct kernel_notice, i));
}

#endif
