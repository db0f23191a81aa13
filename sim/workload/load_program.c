/*
 * A load as a program: making one, its threads, and its end.
 */

#include "sim/workload/load.h"

#include "sim/workload/load_parts.h"

/* What arrived and had not been tried, since another was held, was wanted too.
 * A trace played as soon as possible wants nothing before its turn. */
static void
load_count(
    struct program *program, int64_t now_ns, struct operation_counts *counts)
{
	struct load *l = load_of(program);
	struct io io;

	while (!l->asap && source_due(&l->source) <= now_ns) {
		source_take(&l->source, now_ns, &io);
		l->counts.wanted++;
	}
	*counts = l->counts;
}

static void
load_destroy(struct program *program)
{
	struct load *l = load_of(program);

	source_release(&l->source);
	collector_release(&l->collector);
	batch_release(&l->batch);
	g_ptr_array_free(l->items, TRUE);
	g_free(l->name);
	g_free(l);
}

static const struct program_ops load_ops = {
    .next = load_next,
    .returned = load_returned,
    .count = load_count,
    .destroy = load_destroy,
};

static unsigned
count_threads(const struct process_config *config, const struct source *source)
{
	/* librt's service thread is one of its own. */
	if (config->collect == COLLECT_THREAD)
		return (2);
	switch (config->arrival) {
	case ARRIVAL_CLOSED:
		return (config->depth == 1 || source->constant_think_ns == 0
			? 1
			: 2);
	case ARRIVAL_TRACE:
		return (config->trace_asap ? 1 : 2);
	case ARRIVAL_POISSON:
	case ARRIVAL_PERIODIC:
		break;
	}
	return (2);
}

struct program *
load_new(const struct scenario *scenario, const struct process_config *config,
    int64_t instance, struct load_budget *budget, GError **error)
{
	struct load *l = g_new0(struct load, 1);

	l->name = scenario_process_name(config, instance);
	l->program.ops = &load_ops;
	l->program.name = l->name;
	l->config = config;
	l->object = stream_object(l->name);
	l->is_socket = ((const struct file_config *)
			       scenario->files->pdata[config->file_index])
			   ->kind == FILE_SOCKET;
	l->party.process = config->name;
	l->party.instance = l->name;
	l->party.file = config->file;
	l->sigev = collector_sigevent(config->collect, scenario->kernel);
	l->asap = config->arrival == ARRIVAL_TRACE && config->trace_asap;
	l->items = g_ptr_array_new_with_free_func(g_free);
	TAILQ_INIT(&l->outstanding);
	TAILQ_INIT(&l->refused);
	l->call.op = KERNEL_O_SYNC;
	l->call.requests = &l->request;
	l->call.count = 1;
	collector_init(&l->collector, scenario);
	batch_init(&l->batch, scenario, config);
	if (!source_init(
		&l->source, scenario, config, l->object, budget, error)) {
		load_destroy(&l->program);
		return (NULL);
	}
	l->program.threads = count_threads(config, &l->source);
	return (&l->program);
}

bool
load_trace_is_open(const struct program *program)
{
	return (((const struct load *)program)->source.open_at_end);
}

const GError *
load_error(const struct program *program)
{
	return (((const struct load *)program)->source.error);
}
