/*
 * The table for a person: what a run was asked, what became of its requests,
 * how long they took and what they waited for.  Decides the units (three
 * significant digits), the columns (80), and what is left out because there
 * was none of it.  Pure ASCII, whatever the names in the scenario.
 *
 * It is made from the summary, so that it says the same at the end of a run and
 * of a directory years later.
 */

#include <inttypes.h>
#include <string.h>

#include "sim/record/sinks.h"
#include "sim/record/table_parts.h"
#include "sim/record/table_text.h"

#define WIDTH 80
#define LABEL 14     /* of a row's name, indent included */
#define MOST_ROWS 12 /* processes that are listed */

char *
table_ascii(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	char *plain = g_str_to_ascii(valid, "C"), *c;

	for (c = plain; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c) && *c != '\t')
			*c = '?';
	return (plain);
}

static char *
member_ascii(const struct node *object, const char *key)
{
	return (table_ascii(member_line(object, key)));
}

void
table_put_label(GString *out, const char *name)
{
	g_autofree char *plain = table_ascii(name);
	int room = LABEL - 2;

	if (strlen(plain) <= (size_t)room)
		g_string_append_printf(out, "  %-*s", room, plain);
	else
		g_string_append_printf(out, "  %.*s..", room - 2, plain);
}

/* Words from the column `indent` on, broken before WIDTH; ends the line. */
static void
put_wrapped(GString *out, int indent, const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
	int column = 0, length;
	char **word;

	for (word = words; *word != NULL; word++) {
		length = (int)strlen(*word);
		if (length == 0)
			continue;
		if (column > indent && column + 1 + length > WIDTH) {
			g_string_append_c(out, '\n');
			column = 0;
		}
		if (column == 0)
			g_string_append_printf(out, "%*s", indent, "");
		else
			g_string_append_c(out, ' ');
		column = (column == 0 ? indent : column + 1) + length;
		g_string_append(out, *word);
	}
	g_string_append_c(out, '\n');
}

/* ---- Head ------------------------------------------------------------- */

/* Changes that are not the kernel's go with its name. */
static void
put_policies(GString *out, const struct node *s)
{
	struct node policies = node_member(s, "policies");
	const char *before = ", changed: ", *name;
	json_t *value;

	if (policies.value != NULL)
		node_object(&policies);
	node_foreach(&policies, name, value)
	{
		g_autofree char *plain = table_ascii(name);
		g_autofree char *chosen = member_ascii(&policies, name);

		g_string_append_printf(out, "%s%s = %s", before, plain, chosen);
		before = ", ";
	}
}

static void
put_notes(GString *out, const struct node *s)
{
	struct node notes = node_member(s, "notes");
	size_t count, i;

	if (notes.value == NULL)
		return;
	count = node_array(&notes);
	for (i = 0; i < count; i++) {
		struct node sentence = node_item(&notes, i);
		g_autofree char *plain = table_ascii(node_line(&sentence));
		g_autofree char *note = g_strdup_printf("Note: %s.", plain);

		put_wrapped(out, 0, note);
	}
	g_string_append_c(out, '\n');
}

static void
put_times_of_run(GString *out, const struct node *s)
{
	const int64_t simulated = member_count(s, "simulated_ns");
	const int64_t measured = member_count(s, "measured_ns");
	char text[TEXT_SIZE];

	table_put_label(out,
	    strcmp(member_string(s, "world"), "real") == 0 ? "took"
							   : "simulated");
	g_string_append(out, time_text(text, (double)simulated));
	if (measured < simulated)
		g_string_append_printf(out, ", measured over the last %s",
		    time_text(text, (double)measured));
	g_string_append_c(out, '\n');
}

static void
put_head(GString *out, const struct node *s)
{
	g_autofree char *question = member_ascii(s, "question");
	g_autofree char *kernel = member_ascii(s, "kernel");
	g_autofree char *world = member_ascii(s, "world");
	g_autofree char *fingerprint = member_ascii(s, "fingerprint");
	const int64_t replication = member_count(s, "replication");

	if (*question != '\0') {
		put_wrapped(out, 0, question);
		g_string_append_c(out, '\n');
	}
	put_notes(out, s);
	table_put_label(out, "kernel");
	g_string_append(out, kernel);
	put_policies(out, s);
	g_string_append_c(out, '\n');
	table_put_label(out, "world");
	g_string_append_printf(out, "%s\n", world);
	table_put_label(out, "seed");
	g_string_append_printf(out, "%" PRId64, member_count(s, "seed"));
	if (replication != 0)
		g_string_append_printf(
		    out, ", replication %" PRId64, replication);
	g_string_append_c(out, '\n');
	put_times_of_run(out, s);
	table_put_label(out, "fingerprint");
	g_string_append_printf(out, "%s\n", fingerprint);
}

/* ---- Requests --------------------------------------------------------- */

void
table_put_count(
    GString *out, const char *label, int64_t count, const char *remark)
{
	char text[TEXT_SIZE];

	if (count == 0)
		return;
	table_put_label(out, label);
	g_string_append_printf(out, "%13s", count_text(text, (uint64_t)count));
	if (*remark != '\0')
		g_string_append_printf(out, "  %s", remark);
	g_string_append_c(out, '\n');
}

/* The rest are sysctl nodes, and faults by their section. */
static bool
is_errno(const char *name)
{
	int i;

	for (i = 0; i < KE_ERRNO_COUNT; i++)
		if (strcmp(kernel_errno_name((enum kernel_errno)i), name) == 0)
			return (true);
	return (false);
}

static void
put_refused(GString *out, const struct node *requests)
{
	struct node refused = node_member(requests, "refused");
	const char *cause;
	json_t *value;

	node_object(&refused);
	node_foreach(&refused, cause, value)
	{
		g_autofree char *plain = table_ascii(cause);
		g_autofree char *remark = g_strdup_printf(
		    "%s %s", is_errno(cause) ? "with" : "by", plain);

		table_put_count(
		    out, "refused", member_count(&refused, cause), remark);
	}
}

static void
put_faults(GString *out, const struct node *s)
{
	struct node faults = node_member(s, "faults");
	const char *name;
	json_t *value;

	node_object(&faults);
	node_foreach(&faults, name, value)
	{
		struct node fault = node_member(&faults, name);
		g_autofree char *plain = table_ascii(name);
		g_autofree char *by = g_strdup_printf("by fault %s", plain);

		table_put_count(
		    out, "struck", member_count(&fault, "struck"), by);
	}
}

static void
put_operations(GString *out, const struct node *operations)
{
	const int64_t synchronous =
	    member_count(operations, "done_synchronously");
	const int64_t dropped = member_count(operations, "dropped");

	if (synchronous == 0 && dropped == 0)
		return;
	table_put_count(
	    out, "wanted", member_count(operations, "wanted"), "operations");
	table_put_count(out, "synchronous", synchronous,
	    "operations done by read or write instead");
	table_put_count(out, "dropped", dropped, "operations given up");
}

/* Requests that were measured. */
static int64_t
count_total(const struct node *s)
{
	struct node latency = node_member(s, "latency_ns");
	struct node total = node_member(&latency, "total");

	return (member_count(&total, "count"));
}

static void
put_rates(GString *out, const struct node *s)
{
	struct node depth = node_member(s, "queue_depth");
	char rate[TEXT_SIZE], mean[TEXT_SIZE], most[TEXT_SIZE];

	table_put_label(out, "throughput");
	g_string_append_printf(out, "%13s  finished a second\n",
	    real_text(rate, member_mean(s, "throughput_per_s")));
	table_put_label(out, "outstanding");
	g_string_append_printf(out, "%13s  on average, at most %s\n",
	    real_text(mean, member_mean(&depth, "mean")),
	    count_text(most, (uint64_t)member_count(&depth, "max")));
}

static void
put_requests(GString *out, const struct node *s)
{
	struct node requests = node_member(s, "requests");
	struct node operations = node_member(s, "operations");

	if (member_count(&requests, "issued") == 0 &&
	    member_count(&operations, "wanted") == 0)
		return;
	g_string_append(out, "\nRequests\n");
	table_put_count(out, "issued", member_count(&requests, "issued"), "");
	table_put_count(
	    out, "accepted", member_count(&requests, "accepted"), "");
	put_refused(out, &requests);
	table_put_count(
	    out, "completed", member_count(&requests, "completed"), "");
	table_put_count(out, "failed", member_count(&requests, "failed"), "");
	table_put_count(
	    out, "cancelled", member_count(&requests, "cancelled"), "");
	table_put_count(out, "in flight", member_count(&requests, "in_flight"),
	    "at the end");
	put_faults(out, s);
	put_operations(out, &operations);
	if (count_total(s) > 0)
		put_rates(out, s);
}

/* ---- Latency ---------------------------------------------------------- */

static const char *const latency_head = "      mean"
					"       p50"
					"       p90"
					"       p99"
					"     p99.9"
					"       max\n";

static void
put_times(GString *out, const char *label, const struct node *latency)
{
	static const char *const quantiles[] = {
	    "p50", "p90", "p99", "p999", "max"};
	char text[TEXT_SIZE];
	size_t i;

	table_put_label(out, label);
	g_string_append_printf(
	    out, "%10s", time_text(text, member_mean(latency, "mean")));
	for (i = 0; i < G_N_ELEMENTS(quantiles); i++)
		g_string_append_printf(out, "%10s",
		    time_text(
			text, (double)member_count(latency, quantiles[i])));
	g_string_append_c(out, '\n');
}

/* What took no time in any request gets no row. */
static void
put_latency(GString *out, const struct node *s)
{
	struct node latency = node_member(s, "latency_ns");
	unsigned i;

	if (count_total(s) == 0)
		return;
	g_string_append_printf(out, "\n%-*s%s", LABEL, "Latency", latency_head);
	for (i = 0; i < LATENCY_COUNT; i++) {
		struct node kind = node_member(&latency, latency_names[i]);

		if (i == LATENCY_TOTAL ||
		    (member_count(&kind, "count") > 0 &&
			member_count(&kind, "max") > 0))
			put_times(out, latency_names[i], &kind);
	}
}

/* For one process alone it would repeat the totals. */
static void
put_processes(GString *out, const struct node *s)
{
	struct node processes = node_member(s, "processes");
	GString *rows = g_string_new(NULL);
	const char *name;
	json_t *value;
	guint count = 0;

	node_object(&processes);
	node_foreach(&processes, name, value)
	{
		struct node process = node_member(&processes, name);
		struct node latency = node_member(&process, "latency_ns");

		if (member_count(&latency, "count") == 0)
			continue;
		if (++count <= MOST_ROWS)
			put_times(rows, name, &latency);
	}
	if (count > MOST_ROWS)
		g_string_append_printf(
		    rows, "  and %u more in summary.json\n", count - MOST_ROWS);
	if (count > 1)
		g_string_append_printf(out, "\n%-*s%s%s", LABEL, "By process",
		    latency_head, rows->str);
	g_string_free(rows, TRUE);
}

/* ---- Limits ----------------------------------------------------------- */

static void
put_waits(GString *out, const struct node *s)
{
	struct node waits = node_member(s, "waited");
	char count[TEXT_SIZE], mean[TEXT_SIZE];
	const char *title = "\nWaits\n", *limit;
	json_t *value;

	node_object(&waits);
	node_foreach(&waits, limit, value)
	{
		struct node waited = node_member(&waits, limit);
		const int64_t requests =
		    member_int(&waited, "count", 1, INT64_MAX);
		g_autofree char *plain = table_ascii(limit);
		g_autofree char *line =
		    g_strdup_printf("%s request%s waited %s on average for %s",
			count_text(count, (uint64_t)requests),
			requests == 1 ? "" : "s",
			time_text(
			    mean, member_sum(&waited, "ns") / (double)requests),
			plain);

		g_string_append(out, title);
		put_wrapped(out, 2, line);
		title = "";
	}
}

/* ---- The whole -------------------------------------------------------- */

static void
put_end(GString *out, const struct node *s)
{
	struct node requests = node_member(s, "requests");
	const bool stalled = member_bool(s, "stalled");
	char at[TEXT_SIZE], count[TEXT_SIZE];
	g_autofree char *line = NULL;

	if (!member_bool(s, "interrupted") && !stalled)
		return;
	time_text(at, (double)member_count(s, "simulated_ns"));
	if (stalled)
		line = g_strdup_printf("STALLED at %s: nothing can happen any "
				       "more, and %s requests are unfinished.",
		    at,
		    count_text(
			count, (uint64_t)member_count(&requests, "in_flight")));
	else
		line = g_strdup_printf("INTERRUPTED at %s: the figures are of "
				       "what was simulated until then.",
		    at);
	g_string_append_c(out, '\n');
	put_wrapped(out, 0, line);
}

bool
table_put(FILE *file, const json_t *summary, const char *path, GError **error)
{
	struct reading reading = {.file = path};
	struct node s = node_root(&reading, summary);
	struct node schema = node_member(&s, "schema");
	GString *out = g_string_new(NULL);

	if (json_integer_value(schema.value) != SUMMARY_SCHEMA)
		node_fail(&schema, "expected %d", SUMMARY_SCHEMA);
	put_head(out, &s);
	put_requests(out, &s);
	put_latency(out, &s);
	put_processes(out, &s);
	put_waits(out, &s);
	table_put_pools(out, &s);
	table_put_devices(out, &s);
	table_put_files(out, &s);
	table_put_links(out, &s);
	put_end(out, &s);
	if (!reading_failed(&reading) && file != NULL)
		fputs(out->str, file);
	g_string_free(out, TRUE);
	if (!reading_failed(&reading))
		return (true);
	g_propagate_error(error, reading.error);
	return (false);
}

void
table_print(FILE *file, const struct results *results)
{
	json_t *summary = summary_json(results);
	bool whole = table_put(file, summary, "summary.json", NULL);

	g_assert(whole);
	json_decref(summary);
}
