/*
 * Running scripts: one under the oracle, many in a child that may abort, and
 * the search for a short one that still fails.  A broken rule of the oracle and
 * a failed assertion of the kernel are the same here: the child dies.
 */

#define _DEFAULT_SOURCE

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ledger.h"
#include "tests/machine.h"
#include "tests/property.h"

/* A script that does not come to an end has failed too.  CPU time, which does
 * not depend on what else the machine does. */
#define SCRIPT_SECONDS 20
#define STEPS_OF_SCRIPT 1000000
#define CHILDREN 8 /* forks of a script */

struct play {
	const struct script *script;
	struct machine *machine;
	/* One of the two looks on. */
	struct oracle *oracle;
	struct ledger *ledger;
	struct action *actions;  /* ready for the kernel: pointers set */
	struct action **serials; /* by serial, or NULL */
	const struct kernel_request *(*pointers)[ACTION_ENTRIES];
	uint32_t *threads;                /* the kernel's numbers */
	const struct kernel_call **calls; /* by thread, or NULL */
	bool *ended;                      /* by process: has exited */
	uint32_t children;
	uint64_t draws; /* for the ends of sockets' attempts */
};

/* ---- One script ------------------------------------------------------- */

static void
see_event(void *context, const struct kernel_event *event)
{
	struct play *p = context;

	if (p->oracle != NULL)
		oracle_event(p->oracle, p->machine->now_ns, event);
	else
		ledger_event(p->ledger, event);
}

static uint32_t
script_thread(const struct play *p, uint32_t thread)
{
	uint32_t i;

	for (i = 0; p->threads[i] != thread; i++)
		;
	return (i);
}

static void
see_effect(void *context, const struct kernel_effect *effect)
{
	struct play *p = context;

	if (effect->kind == EF_RETURN)
		p->calls[script_thread(p, effect->thread)] = NULL;
	if (p->oracle != NULL)
		oracle_effect(p->oracle, effect);
	else
		ledger_effect(p->ledger, effect);
}

static void
see_step(void *context, const struct kernel_event *event)
{
	struct play *p = context;

	(void)event;
	if (p->oracle != NULL)
		oracle_stepped(p->oracle);
	else
		ledger_stepped(p->ledger);
}

static bool
is_end(const struct kernel_call *call)
{
	return (call->kind == KERNEL_EXIT || call->kind == KERNEL_EXEC);
}

/* Exit and exec are for a process whose other threads are in no call, and
 * while one of them lasts the others make none. */
static bool
may_enter(void *context, uint32_t thread, const struct kernel_call *call)
{
	struct play *p = context;
	uint32_t own = script_thread(p, thread), i;
	uint32_t process = own / p->script->threads_each;
	const struct kernel_call *other;

	if (p->ended[process])
		return (false);
	for (i = 0; i < p->script->threads_each; i++) {
		other = p->calls[process * p->script->threads_each + i];
		if (other != NULL && (is_end(call) || is_end(other)))
			return (false);
	}
	if (call->kind == KERNEL_FORK && p->children++ == CHILDREN)
		return (false);
	p->ended[process] = call->kind == KERNEL_EXIT;
	p->calls[own] = call;
	return (true);
}

/* An attempt at a socket, in one of all ways. */
static void
attempt(struct play *p, const struct kernel_job_info *job,
    enum outcome_kind outcome, struct kernel_service_result *result)
{
	int64_t left = (int64_t)job->size_bytes - job->done_bytes;
	uint64_t draw = p->draws = p->draws * 6364136223846793005u + 1;
	int way = (int)(draw >> 33) % 8;

	result->bytes = left;
	result->ready = way % 2 == 0;
	if (way < 4 && left > 0) {
		/* It may have become ready since. */
		result->bytes = way < 2 ? 0 : left / 2;
		result->would_block = true;
		result->error = KE_EAGAIN;
		result->ready = (draw >> 40) % 4 == 0;
	} else if (outcome == OUTCOME_ERROR || outcome == OUTCOME_BROKEN) {
		result->bytes = outcome == OUTCOME_ERROR ? 0 : left / 2;
		result->error = KE_EPIPE;
	} else if (outcome == OUTCOME_SHORT || outcome == OUTCOME_INTERRUPTED) {
		result->bytes = left / 2;
		result->error = outcome == OUTCOME_SHORT ? KE_OK : KE_EINTR;
	}
}

static int64_t
service(void *context, const struct kernel_job_info *job,
    struct kernel_service_result *result)
{
	struct play *p = context;
	const struct action *a = p->serials[job->tag / ACTION_ENTRIES];
	int64_t half = result->bytes / 2;

	if (job->socket) {
		attempt(p, job, a->outcomes[job->tag % ACTION_ENTRIES], result);
		return (a->service_ns[job->tag % ACTION_ENTRIES]);
	}
	switch (a->outcomes[job->tag % ACTION_ENTRIES]) {
	case OUTCOME_ALL:
		break;
	case OUTCOME_SHORT:
		result->bytes = half;
		break;
	case OUTCOME_ERROR:
		result->bytes = 0;
		result->error = KE_EIO;
		break;
	case OUTCOME_INTERRUPTED:
		result->bytes = half;
		result->error = KE_EINTR;
		break;
	case OUTCOME_WOULD_BLOCK:
		result->bytes = half;
		result->error = KE_EAGAIN;
		result->would_block = true;
		break;
	case OUTCOME_BROKEN:
		result->bytes = half;
		result->error = KE_EIO;
		break;
	}
	return (a->service_ns[job->tag % ACTION_ENTRIES]);
}

static void
open_file(struct play *p, uint32_t process, const struct script_file *f)
{
	struct kernel *k = p->machine->kernel;

	if (f->shares >= 0)
		kernel_dup(k, process, f->shares, f->fd);
	else
		kernel_open(k, process, f->fd, &f->file);
	if (p->oracle != NULL)
		oracle_open(p->oracle, process, f->fd, &f->file,
		    1 + (f->shares >= 0 ? f->shares : f->fd));
	else
		ledger_open(p->ledger, process, f->fd, &f->file, f->shares);
}

static void
boot(struct play *p)
{
	const struct script *s = p->script;
	struct kernel *k = p->machine->kernel;
	const struct kernel_tunable *tunables;
	const struct script_file *f;
	size_t count, t;
	uint32_t i;

	tunables = kernel_tunables(kernel_name(k), &count);
	for (t = 0; t < count; t++)
		if (tunables[t].writable)
			kernel_set_tunable(k, (int)t, s->tunables[t]);
	for (t = 0; t < COST_COUNT; t++)
		kernel_set_cost(k, (enum kernel_cost)t, s->costs_ns[t]);
	for (i = 0; i < s->processes; i++) {
		kernel_add_process(k);
		if (p->oracle != NULL)
			oracle_add_process(p->oracle);
		for (f = script_files; f->fd >= 0; f++)
			if (f->file.kind != KERNEL_SOCKET || s->sockets)
				open_file(p, i, f);
	}
	for (i = 0; i < s->processes * s->threads_each; i++) {
		p->threads[i] =
		    machine_add_thread(p->machine, i / s->threads_each);
		if (p->oracle != NULL)
			oracle_add_thread(
			    p->oracle, p->threads[i], i / s->threads_each);
	}
	/* Where there are no sockets their daemons only idle. */
	if (s->sockets)
		machine_boot(p->machine);
	for (i = 0; i < s->change_count; i++)
		machine_socket(
		    p->machine, s->changes[i].at_ns, &s->changes[i].change);
}

static void
give_calls(struct play *p)
{
	struct action *a;
	uint32_t i;
	int j;

	for (i = 0; i < p->script->count; i++) {
		a = &p->actions[i];
		*a = p->script->actions[i];
		for (j = 0; j < ACTION_ENTRIES; j++)
			p->pointers[i][j] =
			    a->absent[j] ? NULL : &a->requests[j];
		a->call.requests = p->pointers[i];
		a->call.cbs = a->cbs;
		p->serials[a->serial] = a;
		machine_call(
		    p->machine, p->threads[a->thread], a->at_ns, &a->call);
	}
}

static void *
zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	assert(memory != NULL);
	return (memory);
}

static void
play_to_the_end(struct play *p)
{
	struct machine *m = p->machine;
	bool in_time = true;

	do
		in_time = machine_run(m,
			      m->heap_count > 0 ? m->heap[0].at_ns : m->now_ns,
			      STEPS_OF_SCRIPT) &&
		    m->steps < STEPS_OF_SCRIPT;
	while (in_time && !machine_is_quiet(m));
	if (!in_time) {
		fputs("property: does not come to rest\n", stderr);
		abort();
	}
	if (p->oracle != NULL)
		oracle_quiet(p->oracle);
	else
		ledger_quiet(p->ledger);
}

void
script_run(const struct script *s, uint64_t counts[ORACLE_COUNTS])
{
	struct play p = {.script = s};
	struct machine_watcher watcher = {.event = see_event,
	    .effect = see_effect,
	    .stepped = see_step,
	    .may_enter = may_enter,
	    .service = service,
	    .context = &p};
	bool free_cpu = true;
	int cost;

	for (cost = 0; cost < COST_COUNT; cost++)
		free_cpu = free_cpu && s->costs_ns[cost] == 0;
	p.machine = machine_new(s->kernel, s->hz, &watcher);
	if (script_is_plain(s))
		p.oracle =
		    oracle_new(p.machine->kernel, s->hz, free_cpu, counts);
	else
		p.ledger = ledger_new(p.machine->kernel, counts);
	counts[SEEN_OTHER_KERNEL] += strcmp(s->kernel, "freebsd-12.2") != 0;
	p.actions = zeroed(s->count, sizeof(*p.actions));
	p.serials = zeroed(s->serials, sizeof(*p.serials));
	p.pointers = zeroed(s->count, sizeof(*p.pointers));
	p.threads = zeroed(s->processes * s->threads_each, sizeof(uint32_t));
	p.calls = zeroed(s->processes * s->threads_each, sizeof(*p.calls));
	p.ended = zeroed(s->processes, sizeof(bool));
	boot(&p);
	give_calls(&p);
	play_to_the_end(&p);
	machine_free(p.machine);
	if (p.oracle != NULL)
		oracle_free(p.oracle);
	else
		ledger_free(p.ledger);
	free(p.actions);
	free(p.serials);
	free(p.pointers);
	free(p.threads);
	free(p.calls);
	free(p.ended);
}

/* ---- In a child ------------------------------------------------------- */

static bool
child_succeeded(pid_t child)
{
	int status;

	assert(child > 0);
	if (waitpid(child, &status, 0) != child)
		return (false);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* From now on: SIGPROF ends the child. */
static void
limit_time(void)
{
	struct itimerval limit = {.it_value = {.tv_sec = SCRIPT_SECONDS}};

	(void)setitimer(ITIMER_PROF, &limit, NULL);
}

/* Whether the script runs to its end; `loud`: its last words may be heard. */
static bool
script_succeeds(const struct script *s, bool loud)
{
	uint64_t counts[ORACLE_COUNTS] = {0};
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (!loud)
			(void)!freopen("/dev/null", "w", stderr);
		limit_time();
		script_run(s, counts);
		exit(0);
	}
	return (child_succeeded(child));
}

/* Tries the script without `length` actions from `first`; keeps the shorter one
 * if it fails as well. */
static bool
try_without(struct script **s, uint32_t first, uint32_t length)
{
	struct script *shorter = script_copy(*s);

	memmove(&shorter->actions[first], &shorter->actions[first + length],
	    (shorter->count - first - length) * sizeof(*shorter->actions));
	shorter->count -= length;
	if (script_succeeds(shorter, false)) {
		script_free(shorter);
		return (false);
	}
	script_free(*s);
	*s = shorter;
	return (true);
}

/* Halves, quarters, … single actions, until no single one can be left out. */
static struct script *
shrink_script(const struct script *from)
{
	struct script *s = script_copy(from);
	uint32_t length = s->count / 2, first;
	bool shorter;

	while (length > 0) {
		shorter = false;
		for (first = 0; first + length <= s->count;)
			if (try_without(&s, first, length))
				shorter = true;
			else
				first += length;
		if (!shorter || length > s->count)
			length /= 2;
	}
	return (s);
}

static void
report(uint64_t seed, bool shrink)
{
	struct script *s = script_generate(seed), *shortest;

	fprintf(
	    stderr, "property: the script of seed %" PRIu64 " fails\n", seed);
	if (shrink) {
		shortest = shrink_script(s);
		script_print(shortest, stderr);
		(void)script_succeeds(shortest, true);
		script_free(shortest);
	}
	script_free(s);
}

/* What the child tells its parent while it lives. */
struct shared {
	uint64_t seed;
	uint64_t counts[ORACLE_COUNTS];
};

static void
run_scripts(struct shared *shared, uint64_t steps)
{
	struct script *s;

	while (shared->counts[SEEN_STEPS] < steps) {
		limit_time();
		s = script_generate(shared->seed);
		script_run(s, shared->counts);
		script_free(s);
		shared->seed++;
	}
}

bool
property_holds(
    uint64_t seed, uint64_t steps, bool shrink, uint64_t counts[ORACLE_COUNTS])
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool holds;
	pid_t child;
	int i;

	assert(shared != MAP_FAILED);
	shared->seed = seed;
	fflush(NULL);
	child = fork();
	if (child == 0) {
		run_scripts(shared, steps);
		exit(0);
	}
	holds = child_succeeded(child);
	if (!holds)
		report(shared->seed, shrink);
	for (i = 0; i < ORACLE_COUNTS; i++)
		counts[i] += shared->counts[i];
	munmap(shared, sizeof(*shared));
	return (holds);
}
