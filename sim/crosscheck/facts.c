/*
 * The facts: what was asked, what it came to, who was refused by what, and how
 * many daemons there were.  Decides which of them do not depend on the
 * machine's speed.
 *
 * Always so: an operation is the same in both runs, and comes to the same; a
 * process's requests start in their order.  How many operations there are is
 * so where each process has its own number and nothing cuts the run short.
 * Refusals that no limit made (EINVAL, faults) are so as long as none was made
 * by a limit; those by limits depend on who was still there, as everything else
 * does: they are exact only in a run whose services decide its course.
 */

#include <string.h>

#include "sim/crosscheck/comparison.h"

static const char operations[] = "Operations", limits[] = "Limits";
static const char daemons[] = "Daemons";

/* ---- Operations ------------------------------------------------------- */

/* Several processes that share the scenario's number: who is first has it. */
static bool
share_their_number(const struct scenario *s)
{
	const struct process_config *first = s->processes->pdata[0];

	return (s->requests > 0 && (s->processes->len > 1 || first->count > 1));
}

/* Whether the number of operations is the scenario's alone to say. */
static bool
operations_are_fixed(const struct scenario *s)
{
	const struct process_config *process;
	guint i;

	if (s->duration_ns > 0 || share_their_number(s))
		return (false);
	for (i = 0; i < s->processes->len; i++) {
		process = s->processes->pdata[i];
		if (process->requests == 0 && process->trace == NULL &&
		    s->requests == 0)
			return (false);
	}
	return (true);
}

static void
compare_wanted(struct comparison *c, const struct scenario *scenario)
{
	const bool fixed = operations_are_fixed(scenario);
	const struct party *real, *other;
	guint i, count = MIN(c->real->parties->len, c->other->parties->len);

	for (i = 0; i < count; i++) {
		real = &g_array_index(c->real->parties, struct party, i);
		other = &g_array_index(c->other->parties, struct party, i);
		find_count(c,
		    &(struct item) {operations, "operations.wanted.*",
			"wanted by *", real->name, UNIT_COUNT},
		    fixed, (double)real->operations.wanted,
		    (double)other->operations.wanted);
	}
}

static void
compare_ends(struct comparison *c)
{
	const struct side *r = c->real, *o = c->other;
	const struct {
		const char *key, *label;
		uint64_t real, other;
	} counts[] = {
	    {"operations.done_synchronously", "done synchronously",
		r->operations.done_synchronously,
		o->operations.done_synchronously},
	    {"operations.failed", "failed", r->operations.failed,
		o->operations.failed},
	    {"operations.dropped", "dropped", r->operations.dropped,
		o->operations.dropped},
	    {"requests.accepted", "requests accepted", r->accepted,
		o->accepted},
	    {"requests.completed", "requests completed", r->completed,
		o->completed},
	    {"requests.failed", "requests failed", r->failed, o->failed},
	    {"requests.cancelled", "requests cancelled", r->cancelled,
		o->cancelled},
	    {"requests.in_flight", "in flight at the end", r->in_flight,
		o->in_flight},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(counts); i++)
		find_count(c,
		    &(struct item) {operations, counts[i].key, counts[i].label,
			NULL, UNIT_COUNT},
		    false, (double)counts[i].real, (double)counts[i].other);
}

static bool
same_request(const struct pair *p)
{
	return (p->real->opcode == p->other->opcode &&
	    p->real->offset_bytes == p->other->offset_bytes &&
	    p->real->size_bytes == p->other->size_bytes);
}

static bool
same_end(const struct pair *p)
{
	return (!p->real->finished || !p->other->finished ||
	    (p->real->error == p->other->error &&
		p->real->status == p->other->status));
}

static char *
end_of(const struct attempt *a)
{
	return (a->error != KE_OK
		? g_strdup(kernel_errno_name(a->error))
		: g_strdup_printf("%" G_GINT64_FORMAT " bytes", a->status));
}

static void
tell_end(struct comparison *c, const struct pair *p)
{
	g_autofree char *real = end_of(p->real), *other = end_of(p->other);

	g_ptr_array_add(c->remarks,
	    g_strdup_printf("The first that ends otherwise: operation "
			    "%" G_GUINT64_FORMAT " of %s, %s in the real run, "
			    "%s in virtual time",
		p->real->operation, p->real->process, real, other));
}

/* Requests that one run alone has: there it was accepted, and in the other
 * refused for good, done synchronously, or not wanted any more. */
static void
compare_missing(struct comparison *c, guint only, guint both)
{
	const struct item item = {operations, "requests.only_in_one",
	    "requests in one run alone", NULL, UNIT_SHARE};
	const double share =
	    only > 0 ? (double)only / (double)(only + both) : 0;

	if (c->determined)
		find_zero(c, &item, share);
	else
		find_measure(c, &item, share, c->tolerances.share);
}

static void
compare_requests(struct comparison *c)
{
	guint unlike = 0, ends = 0, only_real, only_other, i;
	g_autoptr(GArray) pairs = comparison_pairs(c, &only_real, &only_other);

	for (i = 0; i < pairs->len; i++) {
		const struct pair *p = &g_array_index(pairs, struct pair, i);

		unlike += !same_request(p);
		if (same_end(p))
			continue;
		if (ends++ == 0)
			tell_end(c, p);
	}
	compare_missing(c, only_real + only_other, pairs->len);
	find_zero(c,
	    &(struct item) {operations, "requests.unlike",
		"… not the same call, offset, size", NULL, UNIT_COUNT},
	    unlike);
	find_zero(c,
	    &(struct item) {operations, "requests.other_end",
		"… not the same errno and bytes", NULL, UNIT_COUNT},
	    ends);
}

/* ---- Limits ----------------------------------------------------------- */

static double
count_of(GHashTable *counts, const char *key)
{
	return ((double)GPOINTER_TO_SIZE(g_hash_table_lookup(counts, key)));
}

/* The keys of either table, sorted; they belong to the tables. */
static GList *
all_keys(GHashTable *real, GHashTable *other)
{
	GList *keys = g_hash_table_get_keys(real), *key;
	GList *others = g_hash_table_get_keys(other);

	for (key = others; key != NULL; key = key->next)
		if (!g_hash_table_contains(real, key->data))
			keys = g_list_prepend(keys, key->data);
	g_list_free(others);
	return (g_list_sort(keys, (GCompareFunc)strcmp));
}

static bool
is_by_limit(const char *refusal)
{
	const char *comma = strchr(refusal, ',');

	return (comma != NULL && !g_str_has_prefix(comma, ", fault "));
}

static bool
any_by_limit(const GList *refusals)
{
	for (; refusals != NULL; refusals = refusals->next)
		if (is_by_limit(refusals->data))
			return (true);
	return (false);
}

static void
compare_refusals(struct comparison *c, bool operations_fixed)
{
	g_autoptr(GList) keys = all_keys(c->real->refused, c->other->refused);
	const bool fixed = operations_fixed && !any_by_limit(keys);
	const GList *key;

	for (key = keys; key != NULL; key = key->next)
		find_count(c,
		    &(struct item) {limits, "refused.*", "refused, *",
			key->data, UNIT_COUNT},
		    fixed, count_of(c->real->refused, key->data),
		    count_of(c->other->refused, key->data));
	if (keys == NULL)
		find_count(c,
		    &(struct item) {
			limits, "refused", "refused", NULL, UNIT_COUNT},
		    false, 0, 0);
}

static void
compare_waits(struct comparison *c)
{
	g_autoptr(GList) keys = all_keys(c->real->waited, c->other->waited);
	const GList *key;

	for (key = keys; key != NULL; key = key->next)
		find_count(c,
		    &(struct item) {limits, "waited.*", "waited for *",
			key->data, UNIT_COUNT},
		    false, count_of(c->real->waited, key->data),
		    count_of(c->other->waited, key->data));
}

/* ---- Daemons ---------------------------------------------------------- */

static void
compare_daemons(struct comparison *c)
{
	const struct side *r = c->real, *o = c->other;
	const struct {
		const char *key, *label;
		enum unit unit;
		double real, other;
	} rows[] = {
	    {"daemons.created", "created", UNIT_COUNT,
		(double)r->daemons_created, (double)o->daemons_created},
	    {"daemons.reaped", "reaped", UNIT_COUNT, (double)r->daemons_reaped,
		(double)o->daemons_reaped},
	    {"daemons.max", "most at a time", UNIT_COUNT,
		(double)r->daemons_most, (double)o->daemons_most},
	    {"daemons.mean", "mean", UNIT_REAL, r->daemons_mean,
		o->daemons_mean},
	    {"daemons.busy_mean", "busy, mean", UNIT_REAL, r->daemons_busy_mean,
		o->daemons_busy_mean},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++)
		find_count(c,
		    &(struct item) {daemons, rows[i].key, rows[i].label, NULL,
			rows[i].unit},
		    false, rows[i].real, rows[i].other);
}

void
compare_facts(struct comparison *c, const struct scenario *scenario)
{
	compare_wanted(c, scenario);
	compare_ends(c);
	compare_requests(c);
	find_exact(c,
	    &(struct item) {operations, "stalled", "stalled", NULL, UNIT_COUNT},
	    c->real->stalled, c->other->stalled);
	compare_refusals(c, operations_are_fixed(scenario));
	compare_waits(c);
	compare_daemons(c);
}
