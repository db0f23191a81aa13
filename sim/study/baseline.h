/*
 * A baseline: what a scenario came to when somebody last looked at it and found
 * it right.  Kept as results/baseline/STEM.json: the summary, but for the
 * program's version, and the marks of the trace.
 */

#ifndef SIM_BASELINE_H
#define SIM_BASELINE_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#include "sim/record/marks.h"
#include "sim/world.h"

#define BASELINE_ERROR (g_quark_from_static_string("baseline"))

struct baseline {
	json_t *summary;
	struct marks marks;
};

/* Also of one that is all zeros. */
void baseline_clear(struct baseline *baseline);

/* What a run left: `summary` as summary_json() gives it, whose reference is
 * taken, and the marks, which are moved. */
void baseline_take(
    struct baseline *baseline, json_t *summary, struct marks *marks);

/* As text, to be freed; and back.  False, with "PATH: message", if it is none
 * of ours. */
char *baseline_text(const struct baseline *baseline);
bool baseline_parse(struct baseline *baseline, const char *text, gsize length,
    const char *path, GError **error);

/* Appends a line for each metric that moved, "name  from -> to  percent".
 * Returns their number. */
guint baseline_compare(
    const struct baseline *before, const struct baseline *now, GString *lines);
/* Whether the two traces are the same, by fingerprint and length. */
bool baseline_same_trace(
    const struct baseline *before, const struct baseline *now);

#endif
