/*
 * What a crosscheck shows: crosscheck.json, and a table a comparison.
 */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/crosscheck/crosscheck.h"
#include "sim/record/sinks.h"
#include "sim/record/summary_values.h"
#include "sim/record/table_text.h"

static const char *const verdicts[] = {
    [VERDICT_AGREES] = "agrees", [VERDICT_DIFFERS] = "differs"};

const char *const unit_names[] = {[UNIT_COUNT] = "count",
    [UNIT_TIME] = "time_ns",
    [UNIT_REAL] = "real",
    [UNIT_SHARE] = "share",
    NULL};

/* ---- As JSON ---------------------------------------------------------- */

static void
put_number(json_t *object, const char *key, enum unit unit, double value)
{
	if (!isfinite(value))
		return;
	if (unit == UNIT_COUNT)
		put(object, key, json_integer((json_int_t)value));
	else if (unit == UNIT_TIME)
		put_mean(object, key, value);
	else
		put_ratio(object, key, value);
}

static json_t *
finding_json(const struct finding *f)
{
	json_t *object = json_object();
	const bool plain = f->exact || f->measure;

	put_words(object, "group", f->group);
	put_words(object, "key", f->key);
	put_words(object, "label", f->label);
	put_words(object, "unit", unit_names[f->unit]);
	if (!f->measure) {
		put_number(object, "real", f->unit, f->real);
		put_number(object, "other", f->unit, f->other);
	}
	put_number(
	    object, "difference", plain ? f->unit : UNIT_SHARE, f->difference);
	put(object, "exact", json_boolean(f->exact));
	if (!f->exact)
		put_number(object, "tolerance", UNIT_SHARE, f->tolerance);
	if (!plain)
		put_number(object, "resolution", f->unit, f->resolution);
	if (f->verdict != VERDICT_NONE)
		put_words(object, "verdict", verdicts[f->verdict]);
	return (object);
}

static json_t *
comparison_json(const struct comparison *c)
{
	json_t *object = json_object(), *findings = json_array();
	json_t *remarks = json_array();
	guint i;

	for (i = 0; i < c->findings->len; i++)
		json_array_append_new(findings,
		    finding_json(
			&g_array_index(c->findings, struct finding, i)));
	for (i = 0; i < c->remarks->len; i++)
		json_array_append_new(
		    remarks, json_string(c->remarks->pdata[i]));
	put_words(object, "run", c->other->name);
	put(object, "judged", json_boolean(c->judged));
	put_count(object, "judged_exactly", c->exact);
	put_count(object, "judged_within_tolerance", c->near);
	put_count(object, "differing", c->differing);
	put(object, "findings", findings);
	put(object, "remarks", remarks);
	return (object);
}

static json_t *
lateness_json(const struct lateness *l)
{
	json_t *object = json_object();

	put_count(object, "count", l->count);
	put_mean(object, "mean", l->mean_ns);
	put_time(object, "max", l->most_ns);
	return (object);
}

/* Retraced with its lateness the real run is the same; without it, not. */
static bool
lateness_explains(const struct crosscheck *x)
{
	return (x->prediction.differing > 0 && x->retracing.differing == 0 &&
	    x->lateness.count > 0);
}

json_t *
crosscheck_json(const struct crosscheck *x)
{
	json_t *object = json_object(), *comparisons = json_array();

	put_count(object, "schema", CROSSCHECK_SCHEMA);
	put_words(object, "scenario", x->scenario->stem);
	put_words(object, "question", x->scenario->question);
	put_words(object, "kernel", x->scenario->kernel);
	put_count(object, "seed", x->scenario->seed);
	put_words(object, "version", AIOSIM_VERSION);
	put(object, "agrees", json_boolean(crosscheck_differing(x) == 0));
	put(object, "facts_only", json_boolean(x->facts));
	put(object, "services_decide", json_boolean(x->prediction.determined));
	put(object, "lateness_ns", lateness_json(&x->lateness));
	put_count(object, "requests_accepted", x->real.accepted);
	put(object, "lateness_explains", json_boolean(lateness_explains(x)));
	put_count(object, "guessed_services", x->guesses);
	put_time(object, "resolution_ns", x->tolerances.resolution_ns);
	json_array_append_new(comparisons, comparison_json(&x->retracing));
	json_array_append_new(comparisons, comparison_json(&x->prediction));
	if (x->has_model)
		json_array_append_new(comparisons, comparison_json(&x->device));
	put(object, "comparisons", comparisons);
	return (object);
}

/* ---- For people ------------------------------------------------------- */

#define LABEL_WIDTH 48
#define COLUMN_WIDTH 12

static const char *
number_text(char text[TEXT_SIZE], enum unit unit, double value)
{
	switch (unit) {
	case UNIT_COUNT:
		return (count_text(text, (uint64_t)MAX(value, 0)));
	case UNIT_TIME:
		return (time_text(text, value));
	case UNIT_REAL:
		return (real_text(text, value));
	case UNIT_SHARE:
		break;
	}
	g_snprintf(text, TEXT_SIZE, "%.3f", value);
	return (text);
}

static const char *
difference_text(char text[TEXT_SIZE], const struct finding *f)
{
	if (f->difference == 0 && !f->measure)
		return (strcpy(text, "0"));
	if (f->measure)
		return (number_text(text, f->unit, f->difference));
	if (f->exact)
		g_snprintf(text, TEXT_SIZE, "%+.10g", f->difference);
	else if (isinf(f->difference))
		return (strcpy(text, f->difference > 0 ? "more" : "less"));
	else if (!factor_text(text, f->difference))
		g_snprintf(text, TEXT_SIZE, "%+.1f %%", 100 * f->difference);
	return (text);
}

/* Of the two bounds the one that decided; of what differs, both. */
static void
print_bounds(FILE *file, const struct finding *f)
{
	const bool differs = f->verdict == VERDICT_DIFFERS;
	const bool by_share = fabs(f->difference) <= f->tolerance;
	char text[TEXT_SIZE];

	if (differs || by_share)
		fprintf(file, "%g %%", 100 * f->tolerance);
	if (differs)
		fputs(" and ", file);
	if (differs || !by_share)
		fputs(number_text(text, f->unit, f->resolution), file);
}

static void
print_verdict(FILE *file, const struct finding *f)
{
	const bool differs = f->verdict == VERDICT_DIFFERS;

	if (f->verdict == VERDICT_NONE)
		return;
	fprintf(file, "  %s",
	    differs        ? "DIFFERS"
		: f->exact ? "same"
			   : "close");
	if (f->exact || f->difference == 0)
		return;
	if (f->measure) {
		fprintf(file, ": %s %g", differs ? "above" : "at most",
		    f->tolerance);
		return;
	}
	fputs(differs ? ": by more than " : ": within ", file);
	print_bounds(file, f);
}

static void
print_finding(FILE *file, const struct finding *f)
{
	/* A sign of several bytes is one column wide. */
	const size_t bytes = strlen(f->label);
	const int wider = (int)(bytes - (size_t)g_utf8_strlen(f->label, -1));
	char text[TEXT_SIZE];

	fprintf(file, "  %-*s", LABEL_WIDTH + wider, f->label);
	if (f->measure)
		fprintf(file, " %*s %*s", COLUMN_WIDTH, "", COLUMN_WIDTH, "");
	else
		fprintf(file, " %*s", COLUMN_WIDTH,
		    number_text(text, f->unit, f->real));
	if (!f->measure)
		fprintf(file, " %*s", COLUMN_WIDTH,
		    number_text(text, f->unit, f->other));
	fprintf(file, " %*s", COLUMN_WIDTH, difference_text(text, f));
	print_verdict(file, f);
	fputc('\n', file);
}

/* Nothing on either side, or a distance of none that nobody asked about. */
static bool
is_idle(const struct finding *f)
{
	return (f->measure ? f->difference == 0 && f->verdict == VERDICT_NONE
			   : f->real == 0 && f->other == 0);
}

static void
print_comparison(FILE *file, const struct comparison *c, const char *heading)
{
	const char *group = NULL;
	guint i;

	fprintf(file, "\n%-*s %*s %*s %*s\n", LABEL_WIDTH + 2, heading,
	    COLUMN_WIDTH, c->real->name, COLUMN_WIDTH, c->other->name,
	    COLUMN_WIDTH, "difference");
	for (i = 0; i < c->findings->len; i++) {
		const struct finding *f =
		    &g_array_index(c->findings, struct finding, i);

		if (is_idle(f))
			continue;
		if (f->group != group)
			fprintf(file, "%s\n", f->group);
		group = f->group;
		print_finding(file, f);
	}
	for (i = 0; i < c->remarks->len; i++)
		fprintf(file, "%s.\n", (const char *)c->remarks->pdata[i]);
}

static void
print_lateness(FILE *file, const struct crosscheck *x)
{
	const struct lateness *l = &x->lateness;
	char count[TEXT_SIZE], mean[TEXT_SIZE], most[TEXT_SIZE];

	if (l->count == 0)
		fputs("In the real run nothing waited for a time: its services "
		      "alone decide its course.\n",
		    file);
	else
		fprintf(file,
		    "In the real run %s times (arrivals, pauses, time-outs) "
		    "came late, by %s on\naverage and %s at most.\n",
		    count_text(count, l->count), time_text(mean, l->mean_ns),
		    time_text(most, (double)l->most_ns));
}

/* A line where all is as it must be, else the table. */
static void
print_retracing(FILE *file, const struct crosscheck *x)
{
	const struct comparison *c = &x->retracing;
	char count[TEXT_SIZE];

	if (c->differing == 0)
		fprintf(file,
		    "Retraced with these services and late times, it is the "
		    "same run in virtual time:\n%u facts agree, and all times "
		    "of %s requests to the nanosecond.\n",
		    c->exact, count_text(count, x->real.accepted));
	else
		print_comparison(file, c, "Retraced: the same, time for time");
}

static void
print_summary(FILE *file, const struct comparison *c)
{
	if (!c->judged)
		fputs("Shown, not judged; see --model-tolerance.\n", file);
	else if (c->differing == 0)
		fprintf(file,
		    "All agree: %u exactly, %u within tolerance. Zeros are "
		    "left out above.\n",
		    c->exact, c->near);
	else
		fprintf(file, "%u of %u DIFFER.\n", c->differing,
		    c->exact + c->near);
}

static void
print_prediction(FILE *file, const struct crosscheck *x)
{
	char count[TEXT_SIZE];

	print_comparison(file, &x->prediction,
	    "Measured: the same services, all times punctual");
	if (x->guesses > 0)
		fprintf(file,
		    "%s services were there in virtual time only; they took "
		    "what the one before took.\n",
		    count_text(count, x->guesses));
	print_summary(file, &x->prediction);
	if (lateness_explains(x))
		fputs("The cause is how late the host was: retraced with that, "
		      "nothing differs.\n",
		    file);
}

void
crosscheck_print(FILE *file, const struct crosscheck *x)
{
	if (x->scenario->question != NULL && x->scenario->question[0] != '\0')
		fprintf(file, "%s\n\n", x->scenario->question);
	print_lateness(file, x);
	print_retracing(file, x);
	print_prediction(file, x);
	if (x->has_model) {
		print_comparison(file, &x->device,
		    "Model: the [disk]s in place of the host");
		print_summary(file, &x->device);
	} else if (!x->facts) {
		fputs("\nNo [disk] says how long it takes, so there is no "
		      "device model to compare;\nsee --disk-from.\n",
		    file);
	}
}
