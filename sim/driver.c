/*
 * The driver's events and its run: the agenda, the timers, and the end.
 *
 * A run ends when every program has ended and nothing is in flight, at the
 * scenario's duration, or when nothing can happen any more although somebody
 * waits: then it has stalled, as the modelled kernel would have.
 */

#include "sim/driver_impl.h"
#include "sim/fault.h"

/* Events between two looks at whether the files can still be written. */
#define HEALTH_INTERVAL 16384

void
agenda_at(struct driver *d, int64_t at_ns, uint64_t sequence,
    enum agenda_kind kind, uint32_t index)
{
	struct agenda_entry entry = {at_ns, sequence, kind, index};

	agenda_push(&d->agenda, &entry);
}

struct driver_thread *
enter_thread(struct driver *d, uint32_t thread)
{
	struct driver_thread *t;
	int64_t entry_at_ns = INT64_MAX;

	while (thread >= d->threads->len)
		g_ptr_array_add(d->threads, g_new0(struct driver_thread, 1));
	t = driver_thread(d, thread);
	/* An entry of the number's last holder may still be on the agenda. */
	if (t->timer.entry_at_ns != 0)
		entry_at_ns = t->timer.entry_at_ns;
	memset(t, 0, sizeof(*t));
	t->id = thread;
	t->exists = true;
	t->own_job = KERNEL_NOBODY;
	t->serving = KERNEL_NOBODY;
	t->alarm = NO_ALARM;
	t->timer.at_ns = INT64_MAX;
	t->timer.entry_at_ns = entry_at_ns;
	return (t);
}

/* ---- Timers ----------------------------------------------------------- */

static void
push_timer(struct driver *d, struct driver_thread *t)
{
	t->timer.entry_at_ns = t->timer.at_ns;
	agenda_at(d, t->timer.at_ns, t->timer.sequence, AGENDA_TIMER, t->id);
}

void
arm_timer(struct driver *d, struct driver_thread *t, int64_t at_ns,
    uint64_t generation)
{
	struct timer *timer = &t->timer;

	if (t->program != NULL && timer->at_ns == INT64_MAX)
		d->armed++;
	timer->at_ns = at_ns;
	timer->generation = generation;
	timer->sequence = d->sequence++;
	if (at_ns < timer->entry_at_ns)
		push_timer(d, t);
}

void
disarm_timer(struct driver *d, struct driver_thread *t)
{
	if (t->program != NULL && t->timer.at_ns != INT64_MAX)
		d->armed--;
	t->timer.at_ns = INT64_MAX;
}

static void
pass_timer(struct driver *d, const struct agenda_entry *entry)
{
	struct driver_thread *t = driver_thread(d, entry->index);
	struct timer *timer = &t->timer;
	struct kernel_event event = {.kind = EV_TIMER, .thread = t->id};

	/* An entry that an earlier one has overtaken. */
	if (timer->entry_at_ns != entry->at_ns)
		return;
	timer->entry_at_ns = INT64_MAX;
	if (timer->at_ns == INT64_MAX)
		return;
	if (timer->at_ns > entry->at_ns || timer->sequence != entry->sequence) {
		push_timer(d, t);
		return;
	}
	disarm_timer(d, t);
	event.generation = timer->generation;
	post_interrupt(d, &event);
}

/* A program's sleep is over, unless a poke has ended it before. */
static void
pass_alarm(struct driver *d, const struct agenda_entry *entry)
{
	struct driver_thread *t = driver_thread(d, entry->index);

	if (t->alarm != entry->sequence)
		return;
	program_wakes(d, t);
	thread_ready(d, t);
	d->idle_turns++;
}

/* ---- Events ----------------------------------------------------------- */

void
post_done(
    struct driver *d, uint32_t job, const struct kernel_service_result *result)
{
	struct kernel_event event = {
	    .kind = EV_DONE, .job = job, .done = *result};

	d->in_service--;
	post_interrupt(d, &event);
}

static void
instant_over(struct driver *d)
{
	const struct observer *observer = d->setup.observer;

	recorder_instant(d->recorder, d->now_ns);
	if (observer != NULL)
		observer->instant(observer->context, d->now_ns);
}

void
move_to(struct driver *d, int64_t now_ns)
{
	if (now_ns <= d->now_ns)
		return;
	instant_over(d);
	d->now_ns = now_ns;
}

static void
handle(struct driver *d, const struct agenda_entry *entry)
{
	switch ((enum agenda_kind)entry->kind) {
	case AGENDA_TIMER:
		pass_timer(d, entry);
		break;
	case AGENDA_ALARM:
		pass_alarm(d, entry);
		break;
	case AGENDA_CORE:
		core_resume(d, entry->index);
		break;
	case AGENDA_SERVICE:
		device_time_over(d, entry->index);
		break;
	case AGENDA_TRANSFERRED:
		if ((entry->index & NETWORK_SERVICE) != 0)
			network_crossed(d, entry->index);
		else
			device_transfer_over(d, entry->index);
		break;
	case AGENDA_END:
		d->over = true;
		break;
	case AGENDA_COPY:
		socket_copied(d, entry->index);
		break;
	case AGENDA_SOCKET:
		pass_socket_event(d, entry->index);
		break;
	case AGENDA_NETWORK:
		network_rang(d, entry->index);
		break;
	}
}

void
driver_advance(struct driver *d, int64_t now_ns)
{
	struct agenda_entry entry = agenda_pop(&d->agenda);

	g_assert(entry.at_ns <= now_ns);
	if (d->setup.watch != NULL)
		d->setup.watch->late(
		    d->setup.watch->context, now_ns - entry.at_ns);
	move_to(d, now_ns);
	handle(d, &entry);
	dispatch(d);
}

void
driver_transferred(struct driver *d, int64_t now_ns, uint32_t service)
{
	agenda_at(d, MAX(now_ns, d->now_ns), d->sequence++, AGENDA_TRANSFERRED,
	    service);
}

void
driver_served(struct driver *d, int64_t now_ns, uint32_t job,
    const struct kernel_service_result *result)
{
	struct kernel_service_result faulty = *result;

	move_to(d, now_ns);
	watch_served(d, job, result);
	world_served(d, job, &faulty);
	post_done(d, job, &faulty);
	dispatch(d);
}

static bool
is_quiet(const struct driver *d)
{
	return (d->in_service == d->hanging && d->free_cores == d->core_count);
}

static void
check_for_end(struct driver *d)
{
	if (d->setup.interrupted != NULL && *d->setup.interrupted) {
		d->over = d->interrupted = true;
	} else if (++d->checks % HEALTH_INTERVAL == 0 &&
	    !recorder_healthy(d->recorder, &d->sick)) {
		d->over = true;
	} else if (d->setup.to_the_end || !is_quiet(d)) {
		return;
	} else if (d->live == 0 &&
	    kernel_counters(d->kernel)->unfinished == 0) {
		d->over = true;
	} else if (has_stalled(d)) {
		d->over = d->stalled = true;
	}
}

int64_t
driver_next(struct driver *d)
{
	if (!d->over)
		check_for_end(d);
	if (d->over)
		return (DRIVER_OVER);
	return (agenda_is_empty(&d->agenda) ? INT64_MAX
					    : agenda_first(&d->agenda)->at_ns);
}

/* ---- Making and running ----------------------------------------------- */

struct driver *
driver_new(const struct driver_setup *setup, GError **error)
{
	const struct scenario *s = setup->scenario;
	struct driver *d = g_new0(struct driver, 1);
	uint32_t i;

	d->setup = *setup;
	d->kernel = setup->kernel;
	d->recorder = setup->recorder;
	d->ops = setup->world;
	d->faults = faults_new(s->faults, s->seed, s->replication);
	d->threads = g_ptr_array_new_with_free_func(g_free);
	d->processes = g_array_new(FALSE, TRUE, sizeof(struct process));
	d->core_count = d->free_cores = (uint32_t)s->cores;
	d->cores = g_new0(struct core, d->core_count);
	for (i = 0; i < d->core_count; i++)
		d->cores[i].later =
		    g_array_new(FALSE, FALSE, sizeof(struct kernel_effect));
	d->runnable_room = 64;
	d->runnable = g_new(struct driver_thread *, d->runnable_room);
	d->switch_ns = kernel_get_cost(d->kernel, COST_SWITCH);
	devices_init(d);
	sockets_init(d);
	for (i = 0; i < kernel_own_threads(d->kernel); i++)
		enter_thread(d, i);
	if (s->duration_ns > 0)
		agenda_at(d, s->duration_ns, UINT64_MAX, AGENDA_END, 0);
	d->world = d->ops->create(s, d, error);
	if (d->world == NULL)
		g_clear_pointer(&d, driver_free);
	return (d);
}

uint32_t
driver_add_program(struct driver *d, struct program *program)
{
	struct process process = {.program = program};
	struct driver_thread *t;
	unsigned slot;

	program->faults = d->faults;
	program->process = kernel_add_process(d->kernel);
	g_assert(program->process == d->processes->len);
	process.threads = g_new(uint32_t, program->threads);
	for (slot = 0; slot < program->threads; slot++) {
		process.threads[slot] =
		    kernel_add_thread(d->kernel, program->process);
		t = enter_thread(d, process.threads[slot]);
		t->program = program;
		t->slot = slot;
		t->in_program = true;
		if (program->background)
			d->background++;
		else
			d->live++;
		thread_ready(d, t);
	}
	g_array_append_val(d->processes, process);
	recorder_add_process(d->recorder, program->name);
	return (program->process);
}

bool
driver_run(struct driver *d, GError **error)
{
	struct kernel_event boot = {.kind = EV_BOOT};
	bool done;

	post_interrupt(d, &boot);
	dispatch(d);
	done = d->ops->run(d->world, error);
	instant_over(d);
	if (d->sick != NULL) {
		g_clear_error(error);
		g_propagate_error(error, g_steal_pointer(&d->sick));
		done = false;
	}
	return (done);
}

void
driver_free(struct driver *d)
{
	guint i;

	if (d == NULL)
		return;
	if (d->world != NULL)
		d->ops->destroy(d->world);
	for (i = 0; i < d->processes->len; i++) {
		struct process *p =
		    &g_array_index(d->processes, struct process, i);

		p->program->ops->destroy(p->program);
		g_free(p->threads);
	}
	for (i = 0; i < d->core_count; i++)
		g_array_free(d->cores[i].later, TRUE);
	devices_release(d);
	sockets_release(d);
	faults_free(d->faults);
	g_ptr_array_free(d->threads, TRUE);
	g_array_free(d->processes, TRUE);
	g_free(d->cores);
	g_free(d->runnable);
	agenda_release(&d->agenda);
	g_free(d);
}

/* ---- Afterwards ------------------------------------------------------- */

bool
driver_stalled(const struct driver *d)
{
	return (d->stalled);
}

bool
driver_was_interrupted(const struct driver *d)
{
	return (d->interrupted);
}

int64_t
driver_now(const struct driver *d)
{
	return (d->now_ns);
}

void *
driver_world_context(const struct driver *d)
{
	return (d->setup.world_context);
}

const struct kernel *
driver_kernel(const struct driver *d)
{
	return (d->kernel);
}

void
driver_count_operations(
    struct driver *d, uint32_t process, struct operation_counts *counts)
{
	struct program *program;

	memset(counts, 0, sizeof(*counts));
	program = g_array_index(d->processes, struct process, process).program;
	if (program->ops->count != NULL)
		program->ops->count(program, d->now_ns, counts);
}
