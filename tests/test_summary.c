/*
 * summary.json and timing.json of results made by hand, whose every number is
 * known.
 */

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/record/sinks.h"
#include "tests/made_results.h"
#include "tests/suite.h"

/* ---- What they are written as ----------------------------------------- */

/* free() it. */
static char *
summary_text(const struct results *r)
{
	json_t *object = summary_json(r);
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	json_write(file, object);
	fclose(file);
	json_decref(object);
	return (text);
}

/* Whether the value of a key is this, in compact JSON with the digits of
 * json_write(). */
static bool
holds(const json_t *object, const char *key, const char *expected)
{
	json_t *value = json_object_get(object, key);
	char *text = value == NULL
	    ? NULL
	    : json_dumps(value,
		  JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	bool same = text != NULL && strcmp(text, expected) == 0;

	if (!same)
		printf("%s: %s\n", key, text != NULL ? text : "missing");
	free(text);
	return (same);
}

/* Changes that no kernel makes are never left unsaid. */
static void
summary_names_policies_only_where_they_are_not_the_kernels(void)
{
	struct run *run = full_run();
	json_t *s = summary_json(&run->results);

	CU_ASSERT_PTR_NULL(json_object_get(s, "policies"));
	json_decref(s);
	run->scenario.policies[POLICY_LIMITS] = 1;
	run->scenario.policies[POLICY_IDLE_ORDER] = 1;
	s = summary_json(&run->results);
	CU_ASSERT_TRUE(holds(
	    s, "policies", "{\"idle_order\":\"fifo\",\"limits\":\"manual\"}"));
	json_decref(s);
	free_run(run);
}

/* ---- Rules of the summary --------------------------------------------- */

static void
summary_says_what_ran(void)
{
	struct run *run = full_run();
	json_t *s = summary_json(&run->results);

	CU_ASSERT_TRUE(holds(s, "schema", "1"));
	CU_ASSERT_TRUE(holds(s, "scenario", "\"pool\""));
	CU_ASSERT_TRUE(holds(s, "question", "\"How many daemons?\""));
	CU_ASSERT_TRUE(holds(s, "kernel", "\"freebsd-12.2\""));
	CU_ASSERT_TRUE(holds(s, "world", "\"heap\""));
	CU_ASSERT_TRUE(holds(s, "seed", "42"));
	CU_ASSERT_TRUE(holds(s, "replication", "3"));
	CU_ASSERT_TRUE(holds(s, "version", "\"" AIOSIM_VERSION "\""));
	CU_ASSERT_TRUE(holds(s, "fingerprint", "\"000000abcdef0123\""));
	CU_ASSERT_TRUE(holds(s, "simulated_ns", "3000000000"));
	CU_ASSERT_TRUE(holds(s, "measured_ns", "2000000000"));
	CU_ASSERT_TRUE(holds(s, "stalled", "false"));
	CU_ASSERT_TRUE(holds(s, "interrupted", "false"));
	CU_ASSERT_TRUE(holds(s, "sysctl",
	    "{\"vfs.aio.max_aio_procs\":32,"
	    "\"vfs.aio.max_aio_queue_per_proc\":256}"));
	json_decref(s);
	free_run(run);
}

static void
summary_counts_requests_and_operations(void)
{
	struct run *run = full_run();
	json_t *s = summary_json(&run->results);

	CU_ASSERT_TRUE(holds(s, "requests",
	    "{\"issued\":2345,\"accepted\":1100,\"completed\":1089,\"failed\":"
	    "5,"
	    "\"cancelled\":4,\"in_flight\":2,\"refused\":{"
	    "\"vfs.aio.max_aio_queue_per_proc\":1234,\"EINVAL\":11}}"));
	CU_ASSERT_TRUE(holds(s, "operations",
	    "{\"wanted\":1500,\"done\":1094,\"done_synchronously\":300,"
	    "\"failed\":0,"
	    "\"dropped\":106}"));
	CU_ASSERT_TRUE(holds(s, "processes",
	    "{\"db.1\":{\"issued\":11,\"accepted\":10,\"refused\":1,"
	    "\"completed\":7,\"failed\":2,\"cancelled\":1,\"operations\":{"
	    "\"wanted\":15,\"done\":9,\"done_synchronously\":4,\"failed\":0,"
	    "\"dropped\":2},"
	    "\"latency_ns\":{\"count\":1,\"mean\":2500000.0,\"min\":2500000,"
	    "\"p50\":2500000,\"p90\":2500000,\"p99\":2500000,\"p999\":2500000,"
	    "\"max\":2500000}}}"));
	json_decref(s);
	free_run(run);
}

static void
summary_averages_what_was_measured(void)
{
	struct run *run = full_run();
	json_t *s = summary_json(&run->results), *latency;

	latency = json_object_get(s, "latency_ns");
	/* The middle value is that of its bucket, 999424..1003519. */
	CU_ASSERT_TRUE(holds(latency, "total",
	    "{\"count\":3,\"mean\":2000000.333,\"min\":1000000,"
	    "\"p50\":1001471,\"p90\":4000000,\"p99\":4000000,"
	    "\"p999\":4000000,\"max\":4000000}"));
	CU_ASSERT_TRUE(holds(latency, "admission", "{\"count\":0}"));
	CU_ASSERT_TRUE(holds(latency, "collect", "{\"count\":0}"));
	CU_ASSERT_TRUE(holds(s, "percentile_error", "0.00390625"));
	CU_ASSERT_TRUE(holds(s, "waited",
	    "{\"vfs.aio.max_aio_procs\":{\"count\":2,\"ns\":11200000}}"));
	CU_ASSERT_TRUE(holds(s, "throughput_per_s", "500.0"));
	CU_ASSERT_TRUE(holds(s, "pools",
	    "{\"aiod\":{\"min\":4,\"max\":32,\"mean\":12.0,\"created\":32,"
	    "\"reaped\":4,\"final\":28,\"busy_mean\":10.25,\"busy_max\":30},"
	    "\"soaiod\":{\"min\":4,\"max\":6,\"mean\":4.5,\"created\":6,"
	    "\"reaped\":2,\"final\":4,\"busy_mean\":1.0,\"busy_max\":5}}"));
	CU_ASSERT_TRUE(holds(s, "queue_depth", "{\"mean\":1.0,\"max\":256}"));
	CU_ASSERT_TRUE(holds(s, "devices",
	    "{\"ada0\":{\"utilization\":0.75,\"busy_mean\":6.0,"
	    "\"queue_mean\":1.5,\"reads\":1000,\"writes\":20,\"syncs\":3,"
	    "\"read_bytes\":8192000,\"write_bytes\":4096}}"));
	CU_ASSERT_TRUE(holds(s, "links", "{}"));
	json_decref(s);
	free_run(run);
}

static void
summary_keys_stand_in_the_order_of_the_contract(void)
{
	static const char *const keys[] = {"schema", "scenario", "question",
	    "kernel", "world", "seed", "replication", "version", "fingerprint",
	    "simulated_ns", "measured_ns", "stalled", "interrupted", "requests",
	    "operations", "latency_ns", "percentile_error", "waited",
	    "throughput_per_s", "pools", "queue_depth", "devices", "links",
	    "processes", "sysctl", "faults"};
	struct run *run = full_run();
	json_t *s = summary_json(&run->results), *value;
	const char *key;
	size_t n = 0;

	json_object_foreach(s, key, value)
	{
		CU_ASSERT_FATAL(n < G_N_ELEMENTS(keys));
		CU_ASSERT_STRING_EQUAL(key, keys[n]);
		n++;
	}
	CU_ASSERT_EQUAL(n, G_N_ELEMENTS(keys));
	json_decref(s);
	free_run(run);
}

static void
same_results_are_the_same_bytes(void)
{
	struct run *a = full_run(), *b = full_run();
	char *text_a, *text_b, *later;

	b->results.wall_s = 99;
	text_a = summary_text(&a->results);
	text_b = summary_text(&b->results);
	CU_ASSERT_STRING_EQUAL(text_a, text_b);
	CU_ASSERT_TRUE(g_str_has_suffix(text_a, "}\n}\n"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text_a, "      \"mean\": 2000000.333,\n"));
	b->results.completed++;
	later = summary_text(&b->results);
	CU_ASSERT_STRING_NOT_EQUAL(text_a, later);
	free(text_a);
	free(text_b);
	free(later);
	free_run(a);
	free_run(b);
}

static void
sums_beyond_64_bits_stay_positive(void)
{
	struct run *run = full_run();
	json_t *s;

	run->results.waited[PROCS].ns = (__int128)INT64_MAX * 4;
	run->results.aiod.alive.integral = (__int128)INT64_MAX * 4;
	run->results.measured_ns = INT64_MAX;
	s = summary_json(&run->results);
	CU_ASSERT_TRUE(holds(s, "waited",
	    "{\"vfs.aio.max_aio_procs\":{\"count\":2,"
	    "\"ns\":3.68934881474191e19}}"));
	CU_ASSERT_EQUAL(
	    json_real_value(json_object_get(
		json_object_get(json_object_get(s, "pools"), "aiod"), "mean")),
	    4.0);
	json_decref(s);
	free_run(run);
}

static void
run_of_nothing_has_a_summary(void)
{
	struct run *run = empty_run();
	json_t *s = summary_json(&run->results);

	CU_ASSERT_TRUE(holds(s, "question", "\"\""));
	CU_ASSERT_TRUE(holds(s, "throughput_per_s", "0.0"));
	CU_ASSERT_TRUE(holds(s, "queue_depth", "{\"mean\":0.0,\"max\":0}"));
	CU_ASSERT_TRUE(holds(s, "pools",
	    "{\"aiod\":{\"min\":0,\"max\":0,\"mean\":0.0,\"created\":0,"
	    "\"reaped\":0,\"final\":0,\"busy_mean\":0.0,\"busy_max\":0},"
	    "\"soaiod\":{\"min\":0,\"max\":0,\"mean\":0.0,\"created\":0,"
	    "\"reaped\":0,\"final\":0,\"busy_mean\":0.0,\"busy_max\":0}}"));
	CU_ASSERT_TRUE(holds(s, "waited", "{}"));
	CU_ASSERT_TRUE(holds(s, "processes", "{}"));
	json_decref(s);
	free_run(run);
}

static void
timing_counts_finished_requests(void)
{
	struct run *run = full_run();
	json_t *timing = timing_json(&run->results);

	CU_ASSERT_TRUE(holds(timing, "wall_s", "0.5"));
	CU_ASSERT_TRUE(holds(timing, "requests_per_wall_s", "2196.0"));
	/* More than a megabyte and less than a terabyte: the unit is right. */
	CU_ASSERT(json_integer_value(json_object_get(timing, "max_rss_bytes")) >
	    1 << 20);
	CU_ASSERT(json_integer_value(json_object_get(timing, "max_rss_bytes")) <
	    INT64_C(1) << 40);
	CU_ASSERT_TRUE(json_is_string(json_object_get(timing, "host")));
	CU_ASSERT_EQUAL(json_object_size(timing), 4);
	json_decref(timing);
	free_run(run);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(summary_names_policies_only_where_they_are_not_the_kernels),
	    RULE(summary_says_what_ran),
	    RULE(summary_counts_requests_and_operations),
	    RULE(summary_averages_what_was_measured),
	    RULE(summary_keys_stand_in_the_order_of_the_contract),
	    RULE(same_results_are_the_same_bytes),
	    RULE(sums_beyond_64_bits_stay_positive),
	    RULE(run_of_nothing_has_a_summary),
	    RULE(timing_counts_finished_requests),
	};

	return (RUN_RULES("summary", rules));
}
