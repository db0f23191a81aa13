/*
 * Plays load programs on a kernel without a driver, a world or a recorder: one
 * CPU, no costs, and a device that serves everything at once, each request for
 * as long as the test says.  It notes each attempt for the test to look at.
 */

#ifndef TESTS_LOAD_PLAYER_H
#define TESTS_LOAD_PLAYER_H

#include <CUnit/CUnit.h>
#include <string.h>

#include "sim/agenda.h"
#include "sim/workload/load.h"

#define MS INT64_C(1000000)

#define DISK_AND_FILE               \
	"[disk d]\nlatency = 1ms\n" \
	"[file data]\ndisk = d\nsize = 1m\n"
#define SMALL_QUEUE "[sysctl]\nvfs.aio.max_aio_queue_per_proc = 4\n"

/* A submission, as its call returned; or a pread or pwrite. */
struct attempt {
	uint32_t process;
	struct kernel_request request;
	struct operation operation;
	enum kernel_call_kind kind;
	int64_t submit_ns;
	enum kernel_errno error;
};

struct player_thread {
	struct program *program; /* NULL: the kernel's own */
	unsigned slot;
	const struct kernel_call *call;
	bool in_program, waiting, ended;
	uint32_t own_job;
	uint64_t alarm, timer; /* sequence numbers of the live ones, 0: none */
	uint64_t generation;   /* of the timer */
};

struct player {
	struct scenario *scenario;
	struct kernel *kernel;
	struct load_budget budget;
	GPtrArray *programs;
	GArray *threads;  /* of struct player_thread */
	GArray *runnable; /* of uint32_t */
	guint runnable_head;
	GArray *instant; /* of uint32_t: jobs that take no time */
	struct agenda agenda;
	uint64_t sequence;
	int64_t now_ns, end_ns;
	int64_t (*service_ns)(const struct operation *operation);
	GArray *attempts; /* of struct attempt */
	int64_t outstanding, least_outstanding, most_outstanding;
	int64_t collected;
	uint64_t call_counts[KERNEL_CALL_COUNT];
};

enum { PLAYER_TIMER, PLAYER_ALARM, PLAYER_DONE };

static inline struct player_thread *
player_thread(struct player *p, uint32_t thread)
{
	if (thread >= p->threads->len)
		g_array_set_size(p->threads, thread + 1);
	return (&g_array_index(p->threads, struct player_thread, thread));
}

static inline void
player_push(
    struct player *p, int64_t at_ns, uint64_t sequence, int kind, uint32_t i)
{
	struct agenda_entry entry = {at_ns, sequence, (uint32_t)kind, i};

	agenda_push(&p->agenda, &entry);
}

/* ---- Effects ---------------------------------------------------------- */

static inline void
player_serve(struct player *p, uint32_t job, uint32_t thread)
{
	const struct kernel_job_info *info = kernel_job(p->kernel, job);
	int64_t service_ns = p->service_ns(operation_of(info->tag));

	if (info->synchronous)
		player_thread(p, thread)->own_job = job;
	if (service_ns == 0)
		g_array_append_val(p->instant, job);
	else
		player_push(
		    p, p->now_ns + service_ns, ++p->sequence, PLAYER_DONE, job);
}

static inline void
player_note(struct player *p, struct player_thread *t,
    const struct kernel_result *result)
{
	struct attempt attempt;

	if (t->call->requests == NULL)
		return;
	attempt.process = t->program->process;
	attempt.request = *t->call->requests[0];
	attempt.operation = *operation_of(attempt.request.tag);
	attempt.kind = t->call->kind;
	attempt.submit_ns = p->now_ns;
	attempt.error = result->error;
	g_array_append_val(p->attempts, attempt);
}

static inline void
player_return(
    struct player *p, uint32_t thread, const struct kernel_result *result)
{
	struct player_thread *t = player_thread(p, thread);

	player_note(p, t, result);
	if (t->own_job != KERNEL_NOBODY)
		kernel_release_job(p->kernel, t->own_job);
	t->own_job = KERNEL_NOBODY;
	t->in_program = true;
	t->program->ops->returned(t->program, t->slot, p->now_ns, result);
	g_array_append_val(p->runnable, thread);
}

static inline void
player_arm(struct player *p, const struct kernel_effect *effect)
{
	struct player_thread *t = player_thread(p, effect->thread);

	t->generation = effect->timer.generation;
	t->timer = ++p->sequence;
	player_push(
	    p, effect->timer.at_ns, t->timer, PLAYER_TIMER, effect->thread);
}

static inline void
player_drain(struct player *p)
{
	const struct kernel_effect *e;

	while ((e = kernel_next_effect(p->kernel)) != NULL) {
		switch (e->kind) {
		case EF_READY:
			g_array_append_val(p->runnable, e->thread);
			break;
		case EF_RETURN:
			player_return(p, e->thread, &e->result);
			break;
		case EF_TIMER:
			player_arm(p, e);
			break;
		case EF_SERVE:
			player_serve(p, e->job, e->thread);
			break;
		case EF_REAP:
			kernel_release_thread(p->kernel, e->thread);
			break;
		case EF_SUBMIT:
			p->outstanding++;
			break;
		case EF_COLLECT:
			p->outstanding--;
			p->collected++;
			kernel_release_job(p->kernel, e->job);
			break;
		case EF_CPU:
		case EF_SPAWN:
		case EF_REFUSE:
		case EF_COMPLETE:
		case EF_NOTIFY:
			break;
		}
	}
}

static inline void
player_done(struct player *p, uint32_t job)
{
	struct kernel_event event = {.kind = EV_DONE, .job = job};

	event.done.bytes = (int64_t)kernel_job(p->kernel, job)->size_bytes;
	kernel_step(p->kernel, p->now_ns, &event);
	player_drain(p);
}

/* ---- Threads ---------------------------------------------------------- */

static inline void
player_wake_poked(struct player *p, struct program *program)
{
	struct player_thread *t;
	uint32_t i;

	for (i = 0; i < p->threads->len; i++) {
		t = player_thread(p, i);
		if (t->program != program ||
		    (program->poke & (1u << t->slot)) == 0 ||
		    (!t->waiting && t->alarm == 0))
			continue;
		t->waiting = false;
		t->alarm = 0;
		g_array_append_val(p->runnable, i);
	}
	program->poke = 0;
}

static inline void
player_program(struct player *p, uint32_t thread)
{
	struct player_thread *t = player_thread(p, thread);
	struct kernel_event event = {.kind = EV_CALL, .thread = thread};
	enum program_step step;
	int64_t until_ns;

	step = t->program->ops->next(
	    t->program, t->slot, p->now_ns, &t->call, &until_ns);
	if (t->program->poke != 0)
		player_wake_poked(p, t->program);
	t = player_thread(p, thread);
	switch (step) {
	case PROGRAM_CALL:
		t->in_program = false;
		p->call_counts[t->call->kind]++;
		event.call = t->call;
		kernel_step(p->kernel, p->now_ns, &event);
		player_drain(p);
		break;
	case PROGRAM_SLEEP:
		t->alarm = ++p->sequence;
		player_push(p, until_ns, t->alarm, PLAYER_ALARM, thread);
		break;
	case PROGRAM_WAIT:
		t->waiting = true;
		break;
	case PROGRAM_END:
		t->ended = true;
		break;
	}
}

static inline void
player_run_threads(struct player *p)
{
	struct kernel_event event = {.kind = EV_RUN};
	struct player_thread *t;
	guint i;

	while (p->runnable_head < p->runnable->len) {
		event.thread =
		    g_array_index(p->runnable, uint32_t, p->runnable_head++);
		t = player_thread(p, event.thread);
		if (t->program != NULL && t->in_program) {
			player_program(p, event.thread);
		} else {
			kernel_step(p->kernel, p->now_ns, &event);
			player_drain(p);
		}
		for (i = 0; i < p->instant->len; i++)
			player_done(p, g_array_index(p->instant, uint32_t, i));
		g_array_set_size(p->instant, 0);
	}
	g_array_set_size(p->runnable, 0);
	p->runnable_head = 0;
}

/* ---- Making and playing ----------------------------------------------- */

static inline int64_t
player_one_ms(const struct operation *operation)
{
	(void)operation;
	return (MS);
}

static inline void
player_add(struct player *p, struct program *program)
{
	struct player_thread *t;
	uint32_t thread;
	unsigned slot;

	program->process = kernel_add_process(p->kernel);
	g_ptr_array_add(p->programs, program);
	for (slot = 0; slot < program->threads; slot++) {
		thread = kernel_add_thread(p->kernel, program->process);
		t = player_thread(p, thread);
		t->program = program;
		t->slot = slot;
		t->in_program = true;
		t->own_job = KERNEL_NOBODY;
		g_array_append_val(p->runnable, thread);
	}
}

static inline void
player_add_loads(struct player *p, const struct process_config *config)
{
	struct program *program;
	GError *error = NULL;
	int64_t i;

	for (i = 0; i < config->count; i++) {
		program = load_new(p->scenario, config, i, &p->budget, &error);
		if (program == NULL)
			g_error("%s", error->message);
		player_add(p, program);
		load_open(p->kernel, program->process, p->scenario, config);
	}
}

/* The processes of a scenario, given as text, and its administrator. */
static inline void
player_begin(struct player *p, const char *text)
{
	const struct sysctl_setting *setting;
	GError *error = NULL;
	guint i;

	memset(p, 0, sizeof(*p));
	p->scenario =
	    scenario_parse(text, strlen(text), "test.ini", NULL, NULL, &error);
	if (p->scenario == NULL)
		g_error("%s", error->message);
	p->kernel = kernel_create(p->scenario->kernel, p->scenario->hz);
	p->budget.left =
	    p->scenario->requests != 0 ? p->scenario->requests : UINT64_MAX;
	p->end_ns = p->scenario->duration_ns != 0 ? p->scenario->duration_ns
						  : INT64_MAX;
	p->service_ns = player_one_ms;
	p->programs = g_ptr_array_new();
	p->threads = g_array_new(FALSE, TRUE, sizeof(struct player_thread));
	p->runnable = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	p->instant = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	p->attempts = g_array_new(FALSE, FALSE, sizeof(struct attempt));
	p->least_outstanding = INT64_MAX;
	for (i = 0; i < p->scenario->sysctls->len; i++) {
		setting = &g_array_index(
		    p->scenario->sysctls, struct sysctl_setting, i);
		if (setting->at_ns == 0)
			kernel_set_tunable(p->kernel,
			    kernel_find_tunable(
				p->scenario->kernel, setting->node),
			    setting->value);
	}
	for (i = 0; i < p->scenario->processes->len; i++)
		player_add_loads(p, p->scenario->processes->pdata[i]);
	player_add(p, admin_new(p->scenario));
}

static inline bool
player_is_over(struct player *p)
{
	guint i;

	for (i = 0; i < p->threads->len; i++)
		if (player_thread(p, i)->program != NULL &&
		    !player_thread(p, i)->ended)
			return (false);
	return (true);
}

static inline void
player_entry(struct player *p, const struct agenda_entry *entry)
{
	struct kernel_event event = {.kind = EV_TIMER, .thread = entry->index};
	struct player_thread *t;

	if (entry->kind == PLAYER_DONE) {
		player_done(p, entry->index);
		return;
	}
	t = player_thread(p, entry->index);
	if (entry->kind == PLAYER_ALARM) {
		if (t->alarm != entry->sequence)
			return;
		t->alarm = 0;
		g_array_append_val(p->runnable, entry->index);
		return;
	}
	if (t->timer != entry->sequence)
		return;
	event.generation = t->generation;
	kernel_step(p->kernel, p->now_ns, &event);
	player_drain(p);
}

/* To the end of all programs, or of the duration; false if nothing can ever
 * happen again. */
static inline bool
player_play(struct player *p)
{
	struct agenda_entry entry;

	player_run_threads(p);
	while (!player_is_over(p)) {
		if (agenda_is_empty(&p->agenda))
			return (false);
		entry = agenda_pop(&p->agenda);
		if (entry.at_ns > p->end_ns)
			break;
		if (entry.at_ns > p->now_ns && p->budget.left > 0) {
			/* The instant is over. */
			p->least_outstanding =
			    MIN(p->least_outstanding, p->outstanding);
		}
		p->most_outstanding = MAX(p->most_outstanding, p->outstanding);
		p->now_ns = entry.at_ns;
		player_entry(p, &entry);
		player_run_threads(p);
	}
	return (true);
}

static inline struct operation_counts
player_counts(const struct player *p, guint process)
{
	struct program *program = p->programs->pdata[process];
	struct operation_counts counts;

	program->ops->count(program, p->now_ns, &counts);
	return (counts);
}

static inline void
player_end(struct player *p)
{
	struct program *program;
	guint i;

	for (i = 0; i < p->programs->len; i++) {
		program = p->programs->pdata[i];
		program->ops->destroy(program);
	}
	g_ptr_array_free(p->programs, TRUE);
	g_array_free(p->threads, TRUE);
	g_array_free(p->runnable, TRUE);
	g_array_free(p->instant, TRUE);
	g_array_free(p->attempts, TRUE);
	agenda_release(&p->agenda);
	kernel_destroy(p->kernel);
	scenario_free(p->scenario);
}

/* ---- For the tests ---------------------------------------------------- */

static inline const struct attempt *
attempt_at(const struct player *p, guint i)
{
	return (&g_array_index(p->attempts, struct attempt, i));
}

/* Plays a scenario of `text` and process lines, with 1 ms a request. */
static inline void
play(struct player *p, const char *text)
{
	player_begin(p, text);
	CU_ASSERT(player_play(p));
}

/* Two attempts at the same operation, or at the same one of two runs. */
static inline bool
same_work(const struct attempt *a, const struct attempt *b)
{
	return (a->operation.number == b->operation.number &&
	    a->operation.object == b->operation.object &&
	    a->operation.arrival_ns == b->operation.arrival_ns &&
	    a->request.offset_bytes == b->request.offset_bytes &&
	    a->request.size_bytes == b->request.size_bytes &&
	    a->request.opcode == b->request.opcode);
}

#endif
