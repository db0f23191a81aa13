/*
 * The administrator: one thread that sleeps to the time of each [sysctl at T]
 * and makes its changes, those of one instant in the order of the file.
 */

#include "sim/workload/load.h"

struct change {
	int64_t at_ns;
	int tunable;
	int64_t value;
};

struct admin {
	struct program program;
	GArray *changes; /* of struct change, by time */
	guint next;
	struct kernel_call call;
};

static enum program_step
admin_next(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	struct admin *admin = (struct admin *)program;
	const struct change *change;

	(void)slot;
	if (admin->next == admin->changes->len)
		return (PROGRAM_END);
	change = &g_array_index(admin->changes, struct change, admin->next);
	if (change->at_ns > now_ns) {
		*until_ns = change->at_ns;
		return (PROGRAM_SLEEP);
	}
	admin->call.kind = KERNEL_SYSCTL;
	admin->call.tunable = change->tunable;
	admin->call.value = change->value;
	*call = &admin->call;
	return (PROGRAM_CALL);
}

/* A refusal is the administrator's lot; he goes on. */
static void
admin_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result)
{
	struct admin *admin = (struct admin *)program;

	(void)slot, (void)now_ns, (void)result;
	admin->next++;
}

static void
admin_destroy(struct program *program)
{
	struct admin *admin = (struct admin *)program;

	g_array_free(admin->changes, TRUE);
	g_free(admin);
}

static const struct program_ops admin_ops = {
    .next = admin_next,
    .returned = admin_returned,
    .destroy = admin_destroy,
};

static gint
compare_changes(gconstpointer a, gconstpointer b)
{
	const struct change *first = a, *second = b;

	return (
	    (first->at_ns > second->at_ns) - (first->at_ns < second->at_ns));
}

struct program *
admin_new(const struct scenario *scenario)
{
	struct admin *admin = g_new0(struct admin, 1);
	const struct sysctl_setting *setting;
	struct change change;
	guint i;

	admin->program.ops = &admin_ops;
	admin->program.name = "sysctl";
	admin->program.threads = 1;
	admin->program.background = true;
	admin->changes = g_array_new(FALSE, FALSE, sizeof(struct change));
	for (i = 0; i < scenario->sysctls->len; i++) {
		setting =
		    &g_array_index(scenario->sysctls, struct sysctl_setting, i);
		if (setting->at_ns == 0)
			continue;
		change.at_ns = setting->at_ns;
		change.tunable =
		    kernel_find_tunable(scenario->kernel, setting->node);
		change.value = setting->value;
		g_assert(change.tunable >= 0);
		g_array_append_val(admin->changes, change);
	}
	/* g_array_sort() keeps the order of equals. */
	g_array_sort(admin->changes, compare_changes);
	return (&admin->program);
}
