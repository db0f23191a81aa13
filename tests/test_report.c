/*
 * aiosim report: what a directory holds reads as it did when it was made, and a
 * file that was edited or cut is refused with its name.
 */

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands.h"
#include "sim/record/sinks.h"
#include "tests/made_results.h"
#include "tests/suite.h"

/* A full run's, with something of every kind in it. */
static json_t *
full_summary(void)
{
	struct run *run = full_run();
	struct file_summary file = {
	    .name = "data", .locked = true, .cached = true, .hits = 7};
	struct link_summary link = {.name = "em0"};
	struct fault_summary fault = {
	    .name = (char *)(uintptr_t) "fault slow", .struck = 3};
	json_t *summary;

	add_process(&run->results, "db.2");
	g_array_append_val(run->results.files, file);
	g_array_append_val(run->results.links, link);
	run->results.faults = &fault;
	run->results.fault_count = 1;
	run->scenario.policies[POLICY_LIMITS] = 1;
	run->scenario.notes = g_ptr_array_new();
	g_ptr_array_add(run->scenario.notes, (void *)(uintptr_t) "a note");
	summary = summary_json(&run->results);
	g_ptr_array_unref(run->scenario.notes);
	free_run(run);
	return (summary);
}

/* Its table, or NULL with an error; free() it. */
static char *
table_of(const json_t *summary, GError **error)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	bool whole = table_put(file, summary, "summary.json", error);

	fclose(file);
	CU_ASSERT_EQUAL(size > 0, whole);
	if (whole)
		return (text);
	free(text);
	return (NULL);
}

static void
a_summary_from_its_file_has_the_table_of_the_run(void)
{
	struct run *run = full_run();
	json_t *summary = summary_json(&run->results), *again;
	char *text, *written, *printed, *later;
	size_t size;
	FILE *file;

	text = json_dumps(summary, 0);
	again = json_loads(text, 0, NULL);
	file = open_memstream(&printed, &size);
	table_print(file, &run->results);
	fclose(file);
	later = table_of(again, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(later);
	CU_ASSERT_STRING_EQUAL(later, printed);
	/* And the JSON is the same to the byte. */
	written = json_dumps(again, 0);
	CU_ASSERT_STRING_EQUAL(text, written);
	free(text);
	free(written);
	free(printed);
	free(later);
	json_decref(summary);
	json_decref(again);
	free_run(run);
}

static void
is_refused(const json_t *summary, const char *pattern)
{
	GError *error = NULL;
	char *text = table_of(summary, &error);

	CU_ASSERT_PTR_NULL(text);
	CU_ASSERT_PTR_NOT_NULL(error);
	if (error != NULL && !g_pattern_match_simple(pattern, error->message)) {
		printf("\nexpected %s, got %s\n", pattern, error->message);
		CU_FAIL("another message");
	}
	g_clear_error(&error);
	free(text);
}

static void
what_the_table_needs_is_named_if_it_is_missing(void)
{
	static const struct {
		const char *way[3], *pattern;
	} cases[] = {
	    {{"schema"}, "summary.json: schema: expected 1"},
	    {{"kernel"}, "summary.json: kernel: missing: expected a string"},
	    {{"measured_ns"}, "summary.json: measured_ns: missing: *"},
	    {{"stalled"}, "summary.json: stalled: missing: *"},
	    {{"requests"}, "summary.json: requests.*: missing: *"},
	    {{"requests", "refused"},
		"summary.json: requests.refused: missing: *"},
	    {{"latency_ns", "total", "p99"},
		"summary.json: latency_ns.total.p99: missing: *"},
	    {{"latency_ns", "queue"},
		"summary.json: latency_ns.queue.count: missing: *"},
	    {{"waited"}, "summary.json: waited: missing: *"},
	    {{"pools"}, "summary.json: pools: missing: *"},
	    {{"pools", "aiod", "busy_max"},
		"summary.json: pools.aiod.busy_max: missing: *"},
	    {{"devices", "ada0", "syncs"},
		"summary.json: devices.ada0.syncs: missing: *"},
	    {{"files", "data", "cache"}, NULL},
	    {{"files"}, NULL},
	    {{"links", "em0", "in"},
		"summary.json: links.em0.in.*: missing: *"},
	    {{"processes", "db.2", "latency_ns"},
		"summary.json: processes.db.2.latency_ns.count: missing: *"},
	    {{"faults", "slow", "struck"},
		"summary.json: faults.slow.struck: missing: *"},
	};
	json_t *summary, *object;
	size_t i;
	int step;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		object = summary = full_summary();
		for (step = 0; step < 2 && cases[i].way[step + 1] != NULL;
		     step++)
			object = json_object_get(object, cases[i].way[step]);
		CU_ASSERT_EQUAL(json_object_del(object, cases[i].way[step]), 0);
		if (cases[i].pattern != NULL)
			is_refused(summary, cases[i].pattern);
		else
			free(table_of(summary, NULL));
		json_decref(summary);
	}
}

/* Every value in turn, of whatever depth, becomes each of these: the table is
 * whole or refused, and never more than that. */
static void
put_wrong(json_t *root, json_t *object)
{
	static const char *const wrong[] = {"-1", "1e300", "\"x\\n\\u001b[1m\"",
	    "[]", "{}", "{\"a\": {}}", "true", "9223372036854775807"};
	const char *key;
	json_t *value;
	void *next;
	char *text;
	size_t i;

	json_object_foreach_safe(object, next, key, value)
	{
		g_autofree char *name = g_strdup(key);
		json_t *kept = json_incref(value);

		for (i = 0; i < G_N_ELEMENTS(wrong); i++) {
			GError *error = NULL;

			json_object_set_new(object, name,
			    json_loads(wrong[i], JSON_DECODE_ANY, NULL));
			text = table_of(root, &error);
			CU_ASSERT_NOT_EQUAL(text == NULL, error == NULL);
			CU_ASSERT(text == NULL || strchr(text, 033) == NULL);
			free(text);
			g_clear_error(&error);
		}
		json_object_set(object, name, kept);
		if (json_is_object(kept))
			put_wrong(root, kept);
		json_decref(kept);
	}
}

static void
no_value_breaks_the_table(void)
{
	json_t *summary = full_summary();

	put_wrong(summary, summary);
	json_decref(summary);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_summary_from_its_file_has_the_table_of_the_run),
	    RULE(what_the_table_needs_is_named_if_it_is_missing),
	    RULE(no_value_breaks_the_table),
	};

	return (RUN_RULES("report", rules));
}
