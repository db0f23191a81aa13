/*
 * The table of what was measured.
 */

#include "sim/crosscheck/measured.h"

#include <glib.h>

#include "sim/operation.h"

#define UNDER_WAY (-1)

struct service {
	enum kernel_opcode opcode;
	uint64_t object, number; /* of the operation */
	int64_t handed_ns, service_ns;
	struct kernel_service_result result;
};

struct measured {
	/* Of struct service: as they begin, at the end of the run by kind,
	 * process and number. */
	GArray *services;
	GArray *of_job; /* of guint: which service the job is in */
	uint64_t guesses;
	GArray *late_ns; /* of int64_t, in order */
};

struct measured *
measured_new(void)
{
	struct measured *m = g_new0(struct measured, 1);

	m->services = g_array_new(FALSE, FALSE, sizeof(struct service));
	m->of_job = g_array_new(FALSE, TRUE, sizeof(guint));
	m->late_ns = g_array_new(FALSE, FALSE, sizeof(int64_t));
	return (m);
}

void
measured_free(struct measured *m)
{
	if (m == NULL)
		return;
	g_array_unref(m->services);
	g_array_unref(m->of_job);
	g_array_unref(m->late_ns);
	g_free(m);
}

static struct service
service_of(const struct kernel_job_info *job)
{
	const struct operation *operation = operation_of(job->tag);

	return ((struct service) {.opcode = job->opcode,
	    .object = operation->object,
	    .number = operation->number,
	    .service_ns = UNDER_WAY});
}

static gint
by_operation(gconstpointer left, gconstpointer right)
{
	const struct service *a = left, *b = right;

	if (a->opcode != b->opcode)
		return (a->opcode < b->opcode ? -1 : 1);
	if (a->object != b->object)
		return (a->object < b->object ? -1 : 1);
	return (a->number < b->number ? -1 : a->number > b->number);
}

static void
take_handed(void *context, int64_t now_ns, uint32_t job,
    const struct kernel_job_info *info)
{
	struct measured *m = context;
	struct service service;

	g_assert(operation_of(info->tag) != NULL);
	service = service_of(info);
	service.handed_ns = now_ns;
	if (job >= m->of_job->len)
		g_array_set_size(m->of_job, job + 1);
	g_array_index(m->of_job, guint, job) = m->services->len;
	g_array_append_val(m->services, service);
}

static void
take_served(void *context, int64_t now_ns, uint32_t job,
    const struct kernel_service_result *result)
{
	struct measured *m = context;
	struct service *service = &g_array_index(
	    m->services, struct service, g_array_index(m->of_job, guint, job));

	service->service_ns = now_ns - service->handed_ns;
	service->result = *result;
}

void
measured_end(struct measured *m, int64_t end_ns)
{
	struct service *service;
	guint i;

	for (i = 0; i < m->services->len; i++) {
		service = &g_array_index(m->services, struct service, i);
		if (service->service_ns == UNDER_WAY)
			service->service_ns = end_ns + 1 - service->handed_ns;
	}
	g_array_sort(m->services, by_operation);
}

static void
take_lateness(void *context, int64_t late_ns)
{
	struct measured *m = context;

	g_array_append_val(m->late_ns, late_ns);
}

struct world_watch
measured_watch(struct measured *m)
{
	return (
	    (struct world_watch) {take_handed, take_served, take_lateness, m});
}

/* ---- Asking ----------------------------------------------------------- */

static bool
same_kind(const struct service *a, const struct service *b)
{
	return (a->opcode == b->opcode && a->object == b->object);
}

/* Where the first service is that does not come before `wanted`. */
static guint
first_from(const struct measured *m, const struct service *wanted)
{
	guint low = 0, high = m->services->len, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (by_operation(
			&g_array_index(m->services, struct service, middle),
			wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (low);
}

/* The operation's own service, or its neighbour's; NULL if it has none. */
static const struct service *
find(const struct measured *m, const struct service *wanted)
{
	const struct service *all = (const void *)m->services->data;
	guint place = first_from(m, wanted);

	if (place < m->services->len && by_operation(&all[place], wanted) == 0)
		return (&all[place]);
	if (place > 0 && same_kind(&all[place - 1], wanted))
		return (&all[place - 1]);
	if (place < m->services->len && same_kind(&all[place], wanted))
		return (&all[place]);
	return (NULL);
}

int64_t
measured_service(struct measured *m, const struct kernel_job_info *job,
    struct kernel_service_result *result)
{
	const struct service *service;
	struct service wanted;

	g_assert(operation_of(job->tag) != NULL);
	wanted = service_of(job);
	service = find(m, &wanted);
	if (service != NULL && service->number == wanted.number)
		*result = service->result;
	else
		m->guesses++;
	return (service != NULL ? service->service_ns : 0);
}

void
measured_outcome(
    void *context, const struct kernel_job_info *job, struct outcome *outcome)
{
	outcome->service_ns = measured_service(context, job, &outcome->result);
}

uint64_t
measured_guesses(const struct measured *m)
{
	return (m->guesses);
}

int64_t
measured_late_ns(const struct measured *m, uint64_t index)
{
	return (index < m->late_ns->len
		? g_array_index(m->late_ns, int64_t, (guint)index)
		: 0);
}

struct lateness
measured_lateness(const struct measured *m)
{
	struct lateness lateness = {.count = m->late_ns->len};
	double sum = 0;
	guint i;

	for (i = 0; i < m->late_ns->len; i++) {
		const int64_t ns = g_array_index(m->late_ns, int64_t, i);

		sum += (double)ns;
		lateness.most_ns = MAX(lateness.most_ns, ns);
	}
	if (lateness.count > 0)
		lateness.mean_ns = sum / (double)lateness.count;
	return (lateness);
}
