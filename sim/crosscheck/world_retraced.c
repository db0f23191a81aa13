/*
 * The retraced world.  Jobs do not go to modelled devices: as in the real
 * world, each ends when it is said to.  An entry of the agenda is not handled
 * when it is due, but as late as the entry with its number was in the measured
 * run.
 */

#include <glib.h>

#include "sim/agenda.h"
#include "sim/crosscheck/measured.h"
#include "sim/crosscheck/retraced.h"

struct world {
	struct driver *driver;
	struct measured *measured;
	int64_t now_ns;
	struct agenda ends; /* of services; index: job */
	GArray *results;    /* of struct kernel_service_result, by job */
	uint64_t sequence;
	uint64_t times; /* that have come, late or not */
};

static struct world *
retraced_create(
    const struct scenario *scenario, struct driver *driver, GError **error)
{
	struct world *w = g_new0(struct world, 1);

	(void)scenario, (void)error;
	w->driver = driver;
	w->measured = driver_world_context(driver);
	w->results =
	    g_array_new(FALSE, TRUE, sizeof(struct kernel_service_result));
	return (w);
}

static void
retraced_serve(struct world *w, uint32_t thread, uint32_t job)
{
	const struct kernel_job_info *info =
	    kernel_job(driver_kernel(w->driver), job);
	struct kernel_service_result result = {.error = KE_OK};
	struct agenda_entry end = {
	    .at_ns = w->now_ns, .sequence = w->sequence++, .index = job};

	(void)thread;
	if (info->opcode == KERNEL_OP_READ || info->opcode == KERNEL_OP_WRITE)
		result.bytes = (int64_t)info->size_bytes;
	end.at_ns += measured_service(w->measured, info, &result);
	agenda_push(&w->ends, &end);
	if (job >= w->results->len)
		g_array_set_size(w->results, job + 1);
	g_array_index(w->results, struct kernel_service_result, job) = result;
}

static void
end_service(struct world *w)
{
	struct agenda_entry end = agenda_pop(&w->ends);
	struct kernel_service_result result =
	    g_array_index(w->results, struct kernel_service_result, end.index);

	w->now_ns = end.at_ns;
	driver_served(w->driver, w->now_ns, end.index, &result);
}

/* When the agenda's earliest entry will be handled. */
static int64_t
comes_at(const struct world *w, int64_t due_ns)
{
	if (due_ns == INT64_MAX)
		return (due_ns);
	return (
	    MAX(w->now_ns, due_ns + measured_late_ns(w->measured, w->times)));
}

static bool
retraced_run(struct world *w, GError **error)
{
	int64_t due_ns;

	(void)error;
	while ((due_ns = driver_next(w->driver)) != DRIVER_OVER) {
		due_ns = comes_at(w, due_ns);
		if (!agenda_is_empty(&w->ends) &&
		    agenda_first(&w->ends)->at_ns <= due_ns) {
			end_service(w);
			continue;
		}
		g_assert(due_ns != INT64_MAX);
		w->now_ns = due_ns;
		w->times++;
		driver_advance(w->driver, due_ns);
	}
	return (true);
}

static void
retraced_ignore(struct world *w, uint32_t thread)
{
	(void)w, (void)thread;
}

static void
retraced_destroy(struct world *w)
{
	agenda_release(&w->ends);
	g_array_unref(w->results);
	g_free(w);
}

const struct world_ops world_retraced = {
    .name = "retraced",
    .sentence = "Virtual time, with the services and late times of a real run.",
    .create = retraced_create,
    .run = retraced_run,
    .spawn = retraced_ignore,
    .reap = retraced_ignore,
    .serve = retraced_serve,
    .destroy = retraced_destroy,
};
