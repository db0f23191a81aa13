/*
 * crosscheck.json read again, for the tables that were printed then.
 */

#include <math.h>

#include "sim/crosscheck/crosscheck.h"
#include "sim/vector/json_reader.h"

/* The tables' numbers have room for it, and no time of a run is longer. */
#define MOST 1e19

static const char *const verdicts[] = {"none", "agrees", "differs", NULL};

/* One that has no number is infinite: more, against nothing at all. */
static double
read_difference(const struct node *object, const struct finding *f)
{
	struct node difference = node_member(object, "difference");

	if (difference.value != NULL)
		return (member_real(object, "difference", -MOST, MOST));
	if (f->measure || f->real != 0)
		node_fail(&difference, "missing: expected a number");
	return (f->other < 0 ? -INFINITY : INFINITY);
}

static void
read_finding(const struct node *object, struct finding *f)
{
	struct node verdict = node_member(object, "verdict");

	f->group = g_intern_string(member_line(object, "group"));
	f->label = (char *)(uintptr_t)member_line(object, "label");
	f->unit = (enum unit)member_choice(object, "unit", unit_names);
	f->exact = member_bool(object, "exact");
	f->measure = node_member(object, "real").value == NULL;
	if (!f->measure) {
		f->real = member_real(object, "real", -MOST, MOST);
		f->other = member_real(object, "other", -MOST, MOST);
	}
	f->difference = read_difference(object, f);
	if (verdict.value != NULL)
		f->verdict = (enum verdict)node_choice(&verdict, verdicts);
	if (f->verdict == VERDICT_NONE || f->exact)
		return;
	f->tolerance = member_real(object, "tolerance", 0, MOST);
	if (!f->measure)
		f->resolution = member_real(object, "resolution", 0, MOST);
}

/* The strings stay the document's. */
static void
read_comparison(const struct node *object, struct comparison *c)
{
	struct node findings = node_member(object, "findings");
	struct node remarks = node_member(object, "remarks");
	size_t i, count;

	c->judged = member_bool(object, "judged");
	c->exact = (guint)member_int(object, "judged_exactly", 0, G_MAXINT);
	c->near =
	    (guint)member_int(object, "judged_within_tolerance", 0, G_MAXINT);
	c->differing = (guint)member_int(object, "differing", 0, G_MAXINT);
	c->findings = g_array_new(FALSE, FALSE, sizeof(struct finding));
	c->remarks = g_ptr_array_new();
	count = node_array(&findings);
	for (i = 0; i < count; i++) {
		struct node item = node_item(&findings, i);
		struct finding finding = {.group = ""};

		read_finding(&item, &finding);
		g_array_append_val(c->findings, finding);
	}
	count = node_array(&remarks);
	for (i = 0; i < count; i++) {
		struct node item = node_item(&remarks, i);

		g_ptr_array_add(
		    c->remarks, (void *)(uintptr_t)node_line(&item));
	}
}

static void
read_lateness(const struct node *root, struct lateness *l)
{
	struct node object = node_member(root, "lateness_ns");

	l->count = (uint64_t)member_int(&object, "count", 0, INT64_MAX);
	l->mean_ns = member_real(&object, "mean", 0, MOST);
	l->most_ns = member_int(&object, "max", 0, INT64_MAX);
}

/* In the order in which crosscheck_json() has them. */
static void
read_comparisons(const struct node *root, struct crosscheck *x)
{
	struct comparison *const all[] = {
	    &x->retracing, &x->prediction, &x->device};
	struct side *const sides[] = {&x->retraced, &x->measured, &x->model};
	struct node list = node_member(root, "comparisons");
	size_t count = node_array(&list), i;

	if (count != 2 && count != 3)
		node_fail(&list, "expected two or three");
	x->has_model = count == 3;
	for (i = 0; i < G_N_ELEMENTS(all); i++) {
		struct node item = node_item(&list, i);

		all[i]->real = &x->real;
		all[i]->other = sides[i];
		if (i < count)
			sides[i]->name = member_line(&item, "run");
		if (i < count)
			read_comparison(&item, all[i]);
	}
}

static void
read_all(const struct node *root, struct crosscheck *x)
{
	struct node schema = node_member(root, "schema");

	if (json_integer_value(schema.value) != CROSSCHECK_SCHEMA)
		node_fail(&schema, "expected %d", CROSSCHECK_SCHEMA);
	x->scenario->question =
	    (char *)(uintptr_t)member_line(root, "question");
	x->facts = member_bool(root, "facts_only");
	x->guesses =
	    (uint64_t)member_int(root, "guessed_services", 0, INT64_MAX);
	x->real.name = "real";
	x->real.accepted =
	    (uint64_t)member_int(root, "requests_accepted", 0, INT64_MAX);
	read_lateness(root, &x->lateness);
	read_comparisons(root, x);
}

static void
clear(struct comparison *c)
{
	if (c->findings != NULL)
		g_array_unref(c->findings);
	if (c->remarks != NULL)
		g_ptr_array_unref(c->remarks);
}

bool
crosscheck_put(
    FILE *file, const json_t *document, const char *path, GError **error)
{
	struct reading reading = {.file = path};
	struct node root = node_root(&reading, document);
	struct scenario scenario = {0};
	struct crosscheck x = {.scenario = &scenario};

	read_all(&root, &x);
	if (!reading_failed(&reading) && file != NULL)
		crosscheck_print(file, &x);
	clear(&x.retracing);
	clear(&x.prediction);
	clear(&x.device);
	if (!reading_failed(&reading))
		return (true);
	g_propagate_error(error, reading.error);
	return (false);
}
