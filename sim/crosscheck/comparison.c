/*
 * Judging what a comparison finds.
 */

#include "sim/crosscheck/comparison.h"

#include <math.h>
#include <string.h>

static void
finding_clear(void *data)
{
	struct finding *finding = data;

	g_free(finding->key);
	g_free(finding->label);
}

static char *
filled_in(const char *format, const char *name)
{
	const char *place = strchr(format, '*');

	if (place == NULL)
		return (g_strdup(format));
	return (g_strdup_printf(
	    "%.*s%s%s", (int)(place - format), format, name, place + 1));
}

static void
add(struct comparison *c, const struct item *item, struct finding *finding,
    bool agrees)
{
	if (c->facts && !finding->exact)
		return;
	finding->group = item->group;
	finding->key = filled_in(item->key, item->name);
	finding->label = filled_in(item->label, item->name);
	finding->unit = item->unit;
	if (c->judged && finding->tolerance < INFINITY) {
		finding->verdict = agrees ? VERDICT_AGREES : VERDICT_DIFFERS;
		*(finding->exact ? &c->exact : &c->near) += 1;
		c->differing += !agrees;
	}
	g_array_append_val(c->findings, *finding);
}

void
find_exact(
    struct comparison *c, const struct item *item, double real, double other)
{
	struct finding finding = {.exact = true,
	    .real = real,
	    .other = other,
	    .difference = other - real};

	add(c, item, &finding, real == other);
}

void
find_near(struct comparison *c, const struct item *item, double real,
    double other, double resolution)
{
	double difference = other - real;
	struct finding finding = {.real = real,
	    .other = other,
	    .tolerance = c->tolerances.share,
	    .resolution = resolution};

	if (difference != 0)
		finding.difference = real != 0 ? difference / real
					       : copysign(INFINITY, difference);
	add(c, item, &finding,
	    fabs(difference) <= resolution ||
		fabs(difference) <= c->tolerances.share * fabs(real));
}

void
find_count(struct comparison *c, const struct item *item, bool fixed,
    double real, double other)
{
	if (fixed || c->determined)
		find_exact(c, item, real, other);
	else
		find_near(c, item, real, other,
		    item->unit == UNIT_REAL ? DAEMONS_RESOLUTION
					    : COUNT_RESOLUTION);
}

void
find_measure(
    struct comparison *c, const struct item *item, double value, double bound)
{
	struct finding finding = {
	    .measure = true, .difference = value, .tolerance = bound};

	add(c, item, &finding, value <= bound);
}

void
find_zero(struct comparison *c, const struct item *item, double value)
{
	struct finding finding = {
	    .measure = true, .exact = true, .difference = value};

	add(c, item, &finding, value == 0);
}

void
find_shown(struct comparison *c, const struct item *item, double value)
{
	find_measure(c, item, value, INFINITY);
}

/* ---- The whole -------------------------------------------------------- */

GArray *
comparison_pairs(
    const struct comparison *c, guint *only_real, guint *only_other)
{
	const GArray *a = c->real->attempts, *b = c->other->attempts;
	GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct pair));
	struct pair pair;
	guint i = 0, j = 0;
	int order;

	*only_real = *only_other = 0;
	while (i < a->len && j < b->len) {
		pair.real = &g_array_index(a, struct attempt, i);
		pair.other = &g_array_index(b, struct attempt, j);
		order = side_by_operation(pair.real, pair.other);
		i += order <= 0;
		j += order >= 0;
		*only_real += order < 0;
		*only_other += order > 0;
		if (order == 0)
			g_array_append_val(pairs, pair);
	}
	*only_real += a->len - i;
	*only_other += b->len - j;
	return (pairs);
}

void
comparison_make(struct comparison *c, const struct scenario *scenario,
    const struct side *real, const struct side *other)
{
	c->real = real;
	c->other = other;
	c->findings = g_array_new(FALSE, FALSE, sizeof(struct finding));
	g_array_set_clear_func(c->findings, finding_clear);
	c->remarks = g_ptr_array_new_with_free_func(g_free);
	compare_facts(c, scenario);
	compare_orders(c, scenario);
	compare_times(c);
}

void
comparison_clear(struct comparison *c)
{
	g_clear_pointer(&c->findings, g_array_unref);
	g_clear_pointer(&c->remarks, g_ptr_array_unref);
}
