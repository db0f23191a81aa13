/*
 * Baselines as files, and what moved between two of them.  Decides what counts
 * as a metric: every value of the summary but the version and the fingerprint,
 * which is compared by itself.
 */

#include "sim/printable.h"
#include "sim/record/table_text.h"
#include "sim/study/baseline.h"

#include <math.h>
#include <string.h>

#define SCHEMA 1

void
baseline_clear(struct baseline *baseline)
{
	json_decref(baseline->summary);
	baseline->summary = NULL;
	marks_release(&baseline->marks);
}

void
baseline_take(struct baseline *baseline, json_t *summary, struct marks *marks)
{
	/* A release alone changes no result. */
	json_object_del(summary, "version");
	baseline->summary = summary;
	baseline->marks = *marks;
	marks->hashes = NULL;
}

/* ---- As text ---------------------------------------------------------- */

char *
baseline_text(const struct baseline *baseline)
{
	g_autofree char *marks = marks_text(&baseline->marks);
	json_t *object;
	char *text, *line;

	object = json_pack("{s:i, s:I, s:s, s:O}", "schema", SCHEMA, "events",
	    (json_int_t)baseline->marks.events, "marks", marks, "summary",
	    baseline->summary);
	text = json_dumps(object, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	json_decref(object);
	line = g_strconcat(text, "\n", NULL);
	free(text);
	return (line);
}

bool
baseline_parse(struct baseline *baseline, const char *text, gsize length,
    const char *path, GError **error)
{
	json_error_t problem;
	json_t *object = json_loadb(text, length, 0, &problem);
	const char *marks;
	json_int_t events;
	int schema;
	bool good;

	memset(baseline, 0, sizeof(*baseline));
	if (object == NULL) {
		make_printable(problem.text);
		g_set_error(error, BASELINE_ERROR, 0,
		    "%s:%d: %s; write it anew with --update", path,
		    problem.line, problem.text);
		return (false);
	}
	good = json_unpack(object, "{s:i, s:I, s:s, s:O}", "schema", &schema,
		   "events", &events, "marks", &marks, "summary",
		   &baseline->summary) == 0 &&
	    schema == SCHEMA && events >= 0 &&
	    marks_parse(&baseline->marks, (uint64_t)events, marks);
	json_decref(object);
	if (good)
		return (true);
	baseline_clear(baseline);
	g_set_error(error, BASELINE_ERROR, 0,
	    "%s: not a baseline of schema %d; write it anew with --update",
	    path, SCHEMA);
	return (false);
}

/* ---- Comparing -------------------------------------------------------- */

static const char *
fingerprint(const struct baseline *baseline)
{
	json_t *value = json_object_get(baseline->summary, "fingerprint");

	return (json_is_string(value) ? json_string_value(value) : "");
}

bool
baseline_same_trace(const struct baseline *before, const struct baseline *now)
{
	return (before->marks.events == now->marks.events &&
	    strcmp(fingerprint(before), fingerprint(now)) == 0);
}

static char *
value_text(const json_t *value)
{
	char *text, *copy;

	if (value == NULL)
		return (g_strdup("nothing"));
	text = json_dumps(
	    value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
	copy = strlen(text) <= 60 ? g_strdup(text)
				  : g_strdup_printf("%.57s...", text);
	free(text);
	return (copy);
}

static void
put_change(
    GString *lines, const char *name, const json_t *from, const json_t *to)
{
	g_autofree char *before = value_text(from);
	g_autofree char *now = value_text(to);
	double a = json_number_value(from), b = json_number_value(to);
	double share;
	char change[TEXT_SIZE];

	g_string_append_printf(lines, "  %-44s %s -> %s", name, before, now);
	if (json_is_number(from) && json_is_number(to) && a != 0) {
		share = (b - a) / fabs(a);
		if (!factor_text(change, share))
			g_snprintf(
			    change, sizeof(change), "%+.3g %%", 100 * share);
		g_string_append_printf(lines, "  %s", change);
	}
	g_string_append_c(lines, '\n');
}

static guint compare_values(
    const char *name, json_t *from, json_t *to, GString *lines);

static guint
compare_objects(const char *name, json_t *from, json_t *to, GString *lines)
{
	const char *key;
	json_t *value;
	guint count = 0;

	json_object_foreach(from, key, value)
	{
		g_autofree char *inner =
		    g_strconcat(name, *name != '\0' ? "." : "", key, NULL);

		if (strcmp(inner, "fingerprint") != 0)
			count += compare_values(
			    inner, value, json_object_get(to, key), lines);
	}
	json_object_foreach(to, key, value)
	{
		g_autofree char *inner =
		    g_strconcat(name, *name != '\0' ? "." : "", key, NULL);

		if (json_object_get(from, key) == NULL)
			count += compare_values(inner, NULL, value, lines);
	}
	return (count);
}

static guint
compare_values(const char *name, json_t *from, json_t *to, GString *lines)
{
	if (json_is_object(from) && json_is_object(to))
		return (compare_objects(name, from, to, lines));
	if (from != NULL && to != NULL && json_equal(from, to))
		return (0);
	put_change(lines, name, from, to);
	return (1);
}

guint
baseline_compare(
    const struct baseline *before, const struct baseline *now, GString *lines)
{
	return (compare_objects("", before->summary, now->summary, lines));
}
