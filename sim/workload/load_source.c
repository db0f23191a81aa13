/*
 * Decides when operations are wanted, and ends them at the limits of the
 * process and of the scenario.  The scenario's budget is taken from when an
 * operation's time has come, so that a process far ahead in its own arrivals
 * keeps nothing from the others.
 */

#include "sim/workload/load_source.h"

#include <string.h>

#define NS_PER_S 1e9
#define TIME_MAX (INT64_MAX / 2)

/* ---- The customers of a closed loop, a heap by time ------------------- */

static void
due_push(struct source *s, int64_t at_ns)
{
	guint child, parent;

	if (s->due_count == s->due_room) {
		s->due_room = MAX(2 * s->due_room, 16);
		s->due_ns = g_renew(int64_t, s->due_ns, s->due_room);
	}
	for (child = s->due_count++; child > 0; child = parent) {
		parent = (child - 1) / 2;
		if (s->due_ns[parent] <= at_ns)
			break;
		s->due_ns[child] = s->due_ns[parent];
	}
	s->due_ns[child] = at_ns;
}

static int64_t
due_pop(struct source *s)
{
	int64_t first = s->due_ns[0];
	int64_t moved = s->due_ns[--s->due_count];
	guint parent = 0, child;

	while ((child = 2 * parent + 1) < s->due_count) {
		if (child + 1 < s->due_count &&
		    s->due_ns[child + 1] < s->due_ns[child])
			child++;
		if (moved <= s->due_ns[child])
			break;
		s->due_ns[parent] = s->due_ns[child];
		parent = child;
	}
	s->due_ns[parent] = moved;
	return (first);
}

/* ---- Traces ----------------------------------------------------------- */

static bool
check_trace(struct source *s, const struct scenario *scenario,
    const struct process_config *config, GError **error)
{
	const struct file_config *file =
	    scenario->files->pdata[config->file_index];
	struct iolog_summary summary;
	int64_t end_bytes;

	if (!iolog_scan(config->trace, &summary, error))
		return (false);
	end_bytes = summary.end_bytes;
	s->open_at_end = summary.open_at_end;
	iolog_summary_clear(&summary);
	if (!file_has_places(file) || end_bytes <= file->size)
		return (true);
	g_set_error(error, IOLOG_ERROR, 0,
	    "%s: reaches %" G_GINT64_FORMAT
	    " bytes, but [file %s] is %" G_GINT64_FORMAT "; set its size",
	    config->trace, end_bytes, file->name, file->size);
	return (false);
}

static void
read_entry(struct source *s)
{
	int got = iolog_next(s->log, &s->entry, &s->error);

	if (got <= 0)
		s->next_ns = SOURCE_NEVER;
	else if (s->config->trace_asap)
		s->next_ns = s->config->start_ns;
	else
		s->next_ns = s->config->start_ns + s->entry.arrival_ns;
}

static void
take_entry(struct source *s, struct io *io)
{
	static const enum kernel_call_kind kinds[IOLOG_OPERATION_COUNT] = {
	    [IOLOG_READ] = KERNEL_AIO_READ,
	    [IOLOG_WRITE] = KERNEL_AIO_WRITE,
	    [IOLOG_SYNC] = KERNEL_AIO_FSYNC,
	    [IOLOG_DATASYNC] = KERNEL_AIO_FSYNC,
	};

	io->kind = kinds[s->entry.operation];
	io->offset_bytes = s->entry.offset_bytes;
	io->size_bytes = s->entry.size_bytes;
	read_entry(s);
}

/* ---- Arrivals --------------------------------------------------------- */

/* When arrival `number` comes after one at `last_ns`. */
static int64_t
arrival_after(const struct source *s, int64_t last_ns, uint64_t number)
{
	double since_start;

	if (s->config->arrival == ARRIVAL_POISSON)
		last_ns += distribution_draw(&s->gap, &s->arrivals, number);
	else {
		/* From the number, so that roundings do not add up. */
		since_start = (double)number * NS_PER_S / s->config->rate;
		if (since_start > (double)TIME_MAX)
			return (SOURCE_NEVER);
		last_ns = s->config->start_ns + (int64_t)(since_start + 0.5);
	}
	return (last_ns > TIME_MAX ? SOURCE_NEVER : last_ns);
}

/* ---- The source ------------------------------------------------------- */

static void
init_closed(struct source *s)
{
	const struct distribution *think = &s->config->think;
	int64_t i;

	s->constant_think_ns = think->kind == DISTRIBUTION_CONSTANT
	    ? distribution_draw(think, &s->think, 0)
	    : -1;
	for (i = 0; i < s->config->depth; i++)
		due_push(s, s->config->start_ns);
}

bool
source_init(struct source *s, const struct scenario *scenario,
    const struct process_config *config, uint64_t object,
    struct load_budget *budget, GError **error)
{
	memset(s, 0, sizeof(*s));
	s->config = config;
	s->budget = budget;
	s->end = config->requests != 0 ? config->requests : UINT64_MAX;
	s->arrivals = load_stream(scenario, STREAM_ARRIVAL, object);
	s->think = load_stream(scenario, STREAM_THINK, object);
	mix_init(&s->mix, scenario, config, object);
	switch (config->arrival) {
	case ARRIVAL_CLOSED:
		init_closed(s);
		break;
	case ARRIVAL_POISSON:
		s->gap.kind = DISTRIBUTION_EXPONENTIAL;
		s->gap.a = NS_PER_S / config->rate;
		s->next_ns = arrival_after(s, config->start_ns, 0);
		break;
	case ARRIVAL_PERIODIC:
		s->next_ns = config->start_ns;
		break;
	case ARRIVAL_TRACE:
		if (!check_trace(s, scenario, config, error))
			return (false);
		s->log = iolog_open(config->trace, error);
		if (s->log == NULL)
			return (false);
		read_entry(s);
		break;
	}
	return (true);
}

void
source_release(struct source *s)
{
	g_free(s->due_ns);
	iolog_close(s->log);
	g_clear_error(&s->error);
}

int64_t
source_take(struct source *s, int64_t now_ns, struct io *io)
{
	int64_t wanted_ns = s->next_ns;

	s->budget->left--;
	switch (s->config->arrival) {
	case ARRIVAL_CLOSED:
		wanted_ns = due_pop(s);
		mix_draw(&s->mix, s->number, io);
		break;
	case ARRIVAL_POISSON:
	case ARRIVAL_PERIODIC:
		mix_draw(&s->mix, s->number, io);
		s->next_ns = arrival_after(s, wanted_ns, s->number + 1);
		break;
	case ARRIVAL_TRACE:
		take_entry(s, io);
		if (s->config->trace_asap)
			wanted_ns = now_ns;
		break;
	}
	s->number++;
	return (wanted_ns);
}

void
source_over(struct source *s, uint64_t number, int64_t now_ns, int64_t pause_ns)
{
	int64_t think_ns = s->constant_think_ns;

	if (s->config->arrival != ARRIVAL_CLOSED)
		return;
	if (think_ns < 0)
		think_ns =
		    distribution_draw(&s->config->think, &s->think, number);
	due_push(s, now_ns + MAX(think_ns, pause_ns));
}
