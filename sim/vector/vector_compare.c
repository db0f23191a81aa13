/*
 * Comparing what was observed with what a vector expects: the keys that are
 * there, in the file's order, down to the first difference.
 */

#include <string.h>

#include "sim/vector/vector_impl.h"

static char *
show(const json_t *value)
{
	char *dumped, *text;

	if (value == NULL)
		return (g_strdup("nothing"));
	dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	text = g_strdup(dumped);
	free(dumped);
	return (text);
}

static char *
difference_of(const char *place, const json_t *expected, const json_t *observed)
{
	g_autofree char *right = show(expected);
	g_autofree char *wrong = show(observed);

	return (g_strdup_printf(
	    "%s: expected %s, observed %s", place, right, wrong));
}

static char *compare(
    const char *place, const json_t *expected, const json_t *observed);

static char *
compare_objects(
    const char *place, const json_t *expected, const json_t *observed)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)expected, key, value)
	{
		g_autofree char *member = *place == '\0'
		    ? g_strdup(key)
		    : g_strconcat(place, ".", key, NULL);
		char *difference;

		/* A record of what was uncertain in the original run. */
		if (strcmp(member, "ties") == 0)
			continue;
		difference =
		    compare(member, value, json_object_get(observed, key));
		if (difference != NULL)
			return (difference);
	}
	return (NULL);
}

static char *
compare_arrays(
    const char *place, const json_t *expected, const json_t *observed)
{
	size_t count =
	    MAX(json_array_size(expected), json_array_size(observed));
	size_t i;

	for (i = 0; i < count; i++) {
		g_autofree char *item =
		    g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", place, i);
		const json_t *right = json_array_get(expected, i);
		const json_t *wrong = json_array_get(observed, i);
		char *difference;

		difference = right == NULL ? difference_of(item, right, wrong)
					   : compare(item, right, wrong);
		if (difference != NULL)
			return (difference);
	}
	return (NULL);
}

static char *
compare(const char *place, const json_t *expected, const json_t *observed)
{
	if (json_is_object(expected) && json_is_object(observed))
		return (compare_objects(place, expected, observed));
	if (json_is_array(expected) && json_is_array(observed))
		return (compare_arrays(place, expected, observed));
	if (json_equal(expected, observed))
		return (NULL);
	return (difference_of(place, expected, observed));
}

/* ---- Which call it was ------------------------------------------------ */

static const char *
call_name(const struct vector *vector, json_int_t pid, json_int_t index)
{
	guint i;

	for (i = 0; i < vector->processes->len; i++) {
		const struct vector_process *p = vector_process(vector, i);

		if (p->pid == pid && index >= 0 && index < p->calls->len)
			return (kernel_call_name(
			    g_array_index(p->calls, struct vector_call, index)
				.call.kind));
	}
	return ("no such call");
}

/* " (pid 1 call 7, aio_read)" for an entry of `returns`, " (pid 1 cb 3)" for
 * one of `completions`; else "". */
static char *
context_of(const struct vector *vector, const char *difference)
{
	g_auto(GStrv) parts = g_strsplit_set(difference, "[]", 3);
	const json_t *entry;
	json_int_t pid, index;

	if (g_strv_length(parts) < 3)
		return (g_strdup(""));
	entry = json_array_get(json_object_get(vector->expect, parts[0]),
	    (size_t)g_ascii_strtoull(parts[1], NULL, 10));
	pid = json_integer_value(json_object_get(entry, "pid"));
	if (strcmp(parts[0], "returns") == 0 && entry != NULL) {
		index =
		    json_integer_value(json_object_get(entry, "call_index"));
		return (g_strdup_printf(" (pid %d call %d, %s)", (int)pid,
		    (int)index, call_name(vector, pid, index)));
	}
	if (strcmp(parts[0], "completions") == 0 && entry != NULL) {
		index = json_integer_value(json_object_get(entry, "cb"));
		return (
		    g_strdup_printf(" (pid %d cb %d)", (int)pid, (int)index));
	}
	return (g_strdup(""));
}

char *
vector_difference(const struct vector *vector, const json_t *observed)
{
	g_autofree char *difference = compare("", vector->expect, observed);
	g_autofree char *context = NULL;

	if (difference == NULL)
		return (NULL);
	context = context_of(vector, difference);
	return (g_strconcat(difference, context, NULL));
}
