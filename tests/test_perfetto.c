/*
 * perfetto.json as its reader sees it: valid, and with slices that do not
 * overlap on a track.
 */

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/record/sinks.h"
#include "tests/made_rows.h"
#include "tests/suite.h"

/* ---- A trace in memory ------------------------------------------------ */

static char *memory;
static size_t memory_size;
static FILE *trace_file;

static struct perfetto *
begin_trace(void)
{
	trace_file = open_memstream(&memory, &memory_size);
	g_assert(trace_file != NULL);
	return (perfetto_begin(trace_file));
}

/* The events of the trace; free with json_decref(). */
static json_t *
end_trace(struct perfetto *p)
{
	json_t *trace, *events;

	perfetto_end(p);
	fclose(trace_file);
	trace = json_loads(memory, JSON_REJECT_DUPLICATES, NULL);
	events = json_incref(json_object_get(trace, "traceEvents"));
	json_decref(trace);
	free(memory);
	return (events);
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return (text != NULL ? text : "");
}

static double
number_of(const json_t *object, const char *key)
{
	return (json_number_value(json_object_get(object, key)));
}

/* The n-th event of a phase, from 0, or NULL. */
static json_t *
event_of(const json_t *events, const char *phase, int n)
{
	json_t *event;
	size_t i;

	json_array_foreach(
	    events, i, event) if (strcmp(text_of(event, "ph"), phase) == 0 &&
	    n-- == 0) return (event);
	return (NULL);
}

/* The name of an event's track. */
static const char *
track_of(const json_t *events, const json_t *event)
{
	json_t *other;
	size_t i;

	json_array_foreach(events, i,
	    other) if (strcmp(text_of(other, "name"), "thread_name") == 0 &&
	    json_equal(json_object_get(other, "tid"),
		json_object_get(event,
		    "tid"))) return (text_of(json_object_get(other, "args"),
	    "name"));
	return ("");
}

/* ---- Rows ------------------------------------------------------------- */

static const struct series_row busy_row = {
    .time_ns = 1500,
    .counters = {.daemons = 4,
	.daemons_busy = 3,
	.queue_count = 9,
	.unfinished = 7,
	.waiting = 5,
	.buf_aio = 2,
	.unmapped_aio = 1},
};

/* ---- Rules ------------------------------------------------------------ */

static void
trace_of_nothing_is_valid(void)
{
	json_t *events = end_trace(begin_trace());

	CU_ASSERT_TRUE(json_is_array(events));
	CU_ASSERT_PTR_NULL(event_of(events, "X", 0));
	json_decref(events);
}

static void
service_is_a_slice_on_its_daemons_track(void)
{
	struct request_row row = served_row();
	struct perfetto *p = begin_trace();
	json_t *events, *event, *args;

	row.start_ns = 2001;
	perfetto_request(p, &row);
	events = end_trace(p);
	event = event_of(events, "X", 0);
	CU_ASSERT_STRING_EQUAL(track_of(events, event), "aiod4");
	CU_ASSERT_STRING_EQUAL(text_of(event, "name"), "read");
	CU_ASSERT_EQUAL(number_of(event, "ts"), 2.001);
	CU_ASSERT_EQUAL(number_of(event, "dur"), 0.999);
	args = json_object_get(event, "args");
	CU_ASSERT_EQUAL(number_of(args, "id"), 7);
	CU_ASSERT_EQUAL(number_of(args, "bytes"), 4096);
	CU_ASSERT_STRING_EQUAL(text_of(args, "process"), "db.1");
	CU_ASSERT_STRING_EQUAL(text_of(args, "op"), "read");
	CU_ASSERT_PTR_NULL(json_object_get(args, "errno"));
	CU_ASSERT_PTR_NULL(event_of(events, "X", 1));
	json_decref(events);
}

static void
refusal_is_an_instant_of_its_process(void)
{
	struct request_row row = refused_row();
	struct perfetto *p = begin_trace();
	json_t *events, *event, *args;

	perfetto_request(p, &row);
	events = end_trace(p);
	event = event_of(events, "i", 0);
	CU_ASSERT_STRING_EQUAL(track_of(events, event), "db.1");
	CU_ASSERT_STRING_EQUAL(text_of(event, "name"), "refused: EAGAIN");
	CU_ASSERT_EQUAL(number_of(event, "ts"), 5.0);
	args = json_object_get(event, "args");
	CU_ASSERT_STRING_EQUAL(text_of(args, "limit"), "vfs.aio.max_aio_queue");
	CU_ASSERT_PTR_NULL(event_of(events, "X", 0));
	json_decref(events);
}

static void
service_without_end_is_an_open_slice(void)
{
	struct request_row row = served_row();
	struct perfetto *p = begin_trace();
	json_t *events, *event;

	row.finished = false;
	row.finish_ns = row.collect_ns = NOT_YET;
	perfetto_request(p, &row);
	row.start_ns = row.device_start_ns = NOT_YET; /* still queued */
	perfetto_request(p, &row);
	events = end_trace(p);
	event = event_of(events, "B", 0);
	CU_ASSERT_EQUAL(number_of(event, "ts"), 2.0);
	CU_ASSERT_PTR_NULL(json_object_get(event, "dur"));
	CU_ASSERT_PTR_NULL(event_of(events, "B", 1));
	CU_ASSERT_PTR_NULL(event_of(events, "X", 0));
	json_decref(events);
}

/* Two slices of one track share time. */
static bool
overlap(const json_t *a, const json_t *b)
{
	double a_start = number_of(a, "ts"), b_start = number_of(b, "ts");

	return (
	    json_equal(json_object_get(a, "tid"), json_object_get(b, "tid")) &&
	    a_start < b_start + number_of(b, "dur") &&
	    b_start < a_start + number_of(a, "dur"));
}

static int
count_overlaps(const json_t *events)
{
	json_t *a, *b;
	int overlaps = 0, i, j;

	for (i = 0; (a = event_of(events, "X", i)) != NULL; i++)
		for (j = 0; j < i; j++) {
			b = event_of(events, "X", j);
			overlaps += overlap(a, b);
		}
	return (overlaps);
}

static void
slices_without_a_daemon_get_lanes(void)
{
	/* In the order of collection: the second starts before the first. */
	static const int64_t times[][2] = {{5000, 9000}, {1000, 4000},
	    {3000, 6000}, {9000, 9500}, {6000, 6000}, {9200, 9900},
	    {100, 9999}};
	struct request_row row = served_row();
	struct perfetto *p = begin_trace();
	json_t *events;
	size_t i;

	row.daemon[0] = '\0';
	for (i = 0; i < G_N_ELEMENTS(times); i++) {
		row.start_ns = times[i][0];
		row.finish_ns = times[i][1];
		perfetto_request(p, &row);
	}
	events = end_trace(p);
	CU_ASSERT_PTR_NOT_NULL(event_of(events, "X", 6));
	CU_ASSERT_EQUAL(count_overlaps(events), 0);
	CU_ASSERT_STRING_EQUAL(
	    track_of(events, event_of(events, "X", 0)), "db.1");
	CU_ASSERT_STRING_EQUAL(
	    track_of(events, event_of(events, "X", 1)), "db.1 (2)");
	/* At 9000 the first lane has just become free. */
	CU_ASSERT_STRING_EQUAL(
	    track_of(events, event_of(events, "X", 3)), "db.1");
	json_decref(events);
}

static void
counters_are_written_when_they_change(void)
{
	struct perfetto *p = begin_trace();
	struct series_row row = busy_row;
	json_t *events, *event;

	perfetto_series(p, &row);
	row.time_ns = 2500;
	row.counters.waiting = 6;
	row.counters.queue_count = 10; /* has no track */
	perfetto_series(p, &row);
	events = end_trace(p);
	event = event_of(events, "C", 3);
	CU_ASSERT_STRING_EQUAL(text_of(event, "name"), "unfinished");
	CU_ASSERT_EQUAL(number_of(event, "ts"), 1.5);
	event = event_of(events, "C", 4);
	CU_ASSERT_STRING_EQUAL(text_of(event, "name"), "waiting");
	CU_ASSERT_EQUAL(number_of(event, "ts"), 2.5);
	CU_ASSERT_EQUAL(number_of(json_object_get(event, "args"), "value"), 6);
	CU_ASSERT_PTR_NULL(event_of(events, "C", 5));
	json_decref(events);
}

static void
awkward_names_are_escaped(void)
{
	struct request_row row = refused_row();
	struct perfetto *p = begin_trace();
	json_t *events;

	row.process = "a\\b \"c\"\t\xc3\xa9 \xff";
	perfetto_request(p, &row);
	events = end_trace(p);
	CU_ASSERT_STRING_EQUAL(track_of(events, event_of(events, "i", 0)),
	    "a\\b \"c\"\t\xc3\xa9 \xef\xbf\xbd");
	json_decref(events);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(trace_of_nothing_is_valid),
	    RULE(service_is_a_slice_on_its_daemons_track),
	    RULE(refusal_is_an_instant_of_its_process),
	    RULE(service_without_end_is_an_open_slice),
	    RULE(slices_without_a_daemon_get_lanes),
	    RULE(counters_are_written_when_they_change),
	    RULE(awkward_names_are_escaped),
	};

	return (RUN_RULES("perfetto", rules));
}
