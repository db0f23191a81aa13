/*
 * The table for a person: what a run was asked, what became of its requests,
 * how long they took and what they waited for.  Decides the units (three
 * significant digits), the columns (80), and what is left out because there
 * was none of it.  Pure ASCII, whatever the names in the scenario.
 */

#include <inttypes.h>
#include <string.h>

#include "sim/record/derived.h"
#include "sim/record/sinks.h"
#include "sim/record/table_text.h"

#define WIDTH 80
#define LABEL 14     /* of a row's name, indent included */
#define MOST_ROWS 12 /* processes that are listed */

/* In ASCII; free with g_free(). */
static char *
ascii(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	return (g_str_to_ascii(valid, "C"));
}

/* A row's name, padded to its column, shortened if need be. */
static void
put_label(GString *out, const char *name)
{
	g_autofree char *plain = ascii(name);
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
put_policies(GString *out, const struct scenario *s)
{
	const struct kernel_policy_info *info;
	const char *before = ", changed: ";
	int policy;

	for (policy = 0; policy < POLICY_COUNT; policy++) {
		info = kernel_policy((enum kernel_policy)policy);
		if (s->policies[policy] == 0)
			continue;
		g_string_append_printf(out, "%s%s = %s", before, info->name,
		    info->values[s->policies[policy]]);
		before = ", ";
	}
}

static void
put_notes(GString *out, const struct results *r)
{
	const GPtrArray *notes = r->scenario->notes;
	guint i;

	for (i = 0; notes != NULL && i < notes->len; i++) {
		g_autofree char *note =
		    g_strdup_printf("Note: %s.", (char *)notes->pdata[i]);

		put_wrapped(out, 0, note);
		if (i + 1 == notes->len)
			g_string_append_c(out, '\n');
	}
}

static void
put_head(GString *out, const struct results *r)
{
	const char *question = r->scenario->question;
	char text[TEXT_SIZE];

	if (question != NULL && *question != '\0') {
		g_autofree char *plain = ascii(question);

		put_wrapped(out, 0, plain);
		g_string_append_c(out, '\n');
	}
	put_notes(out, r);
	put_label(out, "kernel");
	g_string_append(out, r->kernel_name);
	put_policies(out, r->scenario);
	g_string_append_c(out, '\n');
	put_label(out, "world");
	g_string_append_printf(out, "%s\n", r->world);
	put_label(out, "seed");
	g_string_append_printf(out, "%" PRIu64, r->scenario->seed);
	if (r->scenario->replication != 0)
		g_string_append_printf(
		    out, ", replication %" PRIu64, r->scenario->replication);
	g_string_append_c(out, '\n');
	put_label(out, strcmp(r->world, "real") == 0 ? "took" : "simulated");
	g_string_append(out, time_text(text, (double)r->simulated_ns));
	if (r->measured_ns < r->simulated_ns)
		g_string_append_printf(out, ", measured over the last %s",
		    time_text(text, (double)r->measured_ns));
	g_string_append_c(out, '\n');
	put_label(out, "fingerprint");
	g_string_append_printf(out, "%016" PRIx64 "\n", r->fingerprint);
}

/* ---- Requests --------------------------------------------------------- */

static void
put_count_row(
    GString *out, const char *label, uint64_t count, const char *remark)
{
	char text[TEXT_SIZE];

	if (count == 0)
		return;
	put_label(out, label);
	g_string_append_printf(out, "%13s", count_text(text, count));
	if (*remark != '\0')
		g_string_append_printf(out, "  %s", remark);
	g_string_append_c(out, '\n');
}

static void
put_refused(GString *out, const struct results *r)
{
	size_t i;

	for (i = 0; i < r->tunable_count; i++) {
		g_autofree char *by =
		    g_strdup_printf("by %s", r->tunables[i].node);

		put_count_row(out, "refused", r->refused_by_limit[i], by);
	}
	for (i = 0; i < KE_ERRNO_COUNT; i++) {
		g_autofree char *with = g_strdup_printf(
		    "with %s", kernel_errno_name((enum kernel_errno)i));

		put_count_row(out, "refused", r->refused_by_errno[i], with);
	}
	for (i = 0; i < r->fault_count; i++) {
		g_autofree char *by =
		    g_strdup_printf("by %s", r->faults[i].name);

		put_count_row(out, "refused", r->faults[i].refused, by);
	}
}

static void
put_faults(GString *out, const struct results *r)
{
	size_t i;

	for (i = 0; i < r->fault_count; i++) {
		g_autofree char *by =
		    g_strdup_printf("by %s", r->faults[i].name);

		put_count_row(out, "struck", r->faults[i].struck, by);
	}
}

static void
put_requests(GString *out, const struct results *r)
{
	char rate[TEXT_SIZE], mean[TEXT_SIZE], most[TEXT_SIZE];

	const struct operation_counts *operations = &r->operations;

	if (r->issued == 0 && operations->wanted == 0)
		return;
	g_string_append(out, "\nRequests\n");
	put_count_row(out, "issued", r->issued, "");
	put_count_row(out, "accepted", r->accepted, "");
	put_refused(out, r);
	put_count_row(out, "completed", r->completed, "");
	put_count_row(out, "failed", r->failed, "");
	put_count_row(out, "cancelled", r->cancelled, "");
	put_count_row(out, "in flight", r->in_flight, "at the end");
	put_faults(out, r);
	if (operations->done_synchronously != 0 || operations->dropped != 0) {
		put_count_row(out, "wanted", operations->wanted, "operations");
		put_count_row(out, "synchronous",
		    operations->done_synchronously,
		    "operations done by read or write instead");
		put_count_row(
		    out, "dropped", operations->dropped, "operations given up");
	}
	if (r->measured == 0)
		return;
	put_label(out, "throughput");
	g_string_append_printf(
	    out, "%13s  finished a second\n", real_text(rate, throughput(r)));
	put_label(out, "outstanding");
	g_string_append_printf(out, "%13s  on average, at most %s\n",
	    real_text(mean, gauge_mean(&r->queue_depth, r->measured_ns)),
	    count_text(most, (uint64_t)gauge_most(&r->queue_depth)));
}

/* ---- Latency ---------------------------------------------------------- */

static const char *const latency_head = "      mean"
					"       p50"
					"       p90"
					"       p99"
					"     p99.9"
					"       max\n";

static void
put_times(GString *out, const char *label, const struct histogram *h)
{
	const double ns[] = {histogram_mean(h),
	    (double)histogram_quantile(h, 0.5),
	    (double)histogram_quantile(h, 0.9),
	    (double)histogram_quantile(h, 0.99),
	    (double)histogram_quantile(h, 0.999), (double)histogram_max(h)};
	char text[TEXT_SIZE];
	size_t i;

	put_label(out, label);
	for (i = 0; i < G_N_ELEMENTS(ns); i++)
		g_string_append_printf(out, "%10s", time_text(text, ns[i]));
	g_string_append_c(out, '\n');
}

/* What took no time in any request gets no row. */
static void
put_latency(GString *out, const struct results *r)
{
	unsigned i;

	if (histogram_count(r->latency[LATENCY_TOTAL]) == 0)
		return;
	g_string_append_printf(out, "\n%-*s%s", LABEL, "Latency", latency_head);
	for (i = 0; i < LATENCY_COUNT; i++)
		if (i == LATENCY_TOTAL || histogram_max(r->latency[i]) > 0)
			put_times(out, latency_names[i], r->latency[i]);
}

/* For one process alone it would repeat the totals. */
static void
put_processes(GString *out, const struct results *r)
{
	const struct process_summary *process;
	GString *rows = g_string_new(NULL);
	guint count = 0, i;

	for (i = 0; i < r->processes->len; i++) {
		process =
		    &g_array_index(r->processes, struct process_summary, i);
		if (histogram_count(process->total) == 0)
			continue;
		if (++count <= MOST_ROWS)
			put_times(rows, process->name, process->total);
	}
	if (count > MOST_ROWS)
		g_string_append_printf(
		    rows, "  and %u more in summary.json\n", count - MOST_ROWS);
	if (count > 1)
		g_string_append_printf(out, "\n%-*s%s%s", LABEL, "By process",
		    latency_head, rows->str);
	g_string_free(rows, TRUE);
}

/* ---- Limits, daemons, devices ----------------------------------------- */

static void
put_waits(GString *out, const struct results *r)
{
	char count[TEXT_SIZE], mean[TEXT_SIZE];
	const struct waited *waited;
	const char *title = "\nWaits\n";
	size_t i;

	for (i = 0; i < r->tunable_count; i++) {
		g_autofree char *line = NULL;

		waited = &r->waited[i];
		if (waited->count == 0)
			continue;
		line = g_strdup_printf(
		    "%s request%s waited %s on average for %s",
		    count_text(count, waited->count),
		    waited->count == 1 ? "" : "s",
		    time_text(mean, (double)waited->ns / (double)waited->count),
		    r->tunables[i].node);
		g_string_append(out, title);
		put_wrapped(out, 2, line);
		title = "";
	}
}

static void
put_pool(GString *out, const struct results *r, const char *name,
    const struct pool_summary *pool)
{
	char mean[TEXT_SIZE], least[TEXT_SIZE], most[TEXT_SIZE];

	if (pool->created == 0)
		return;
	g_string_append_printf(out, "\nDaemons (%s)\n", name);
	put_label(out, "alive");
	g_string_append_printf(out,
	    "%13s  on average, %s to %s, %" PRId64 " at the end\n",
	    real_text(mean, gauge_mean(&pool->alive, r->measured_ns)),
	    count_text(least, (uint64_t)gauge_least(&pool->alive)),
	    count_text(most, (uint64_t)gauge_most(&pool->alive)),
	    pool->alive.value);
	put_label(out, "busy");
	g_string_append_printf(out, "%13s  on average, at most %s\n",
	    real_text(mean, gauge_mean(&pool->busy, r->measured_ns)),
	    count_text(most, (uint64_t)gauge_most(&pool->busy)));
	put_count_row(out, "created", (uint64_t)pool->created, "");
	put_count_row(out, "reaped", (uint64_t)pool->reaped, "");
}

static void
put_device(
    GString *out, const struct device_summary *device, int64_t measured_ns)
{
	double busy = gauge_mean(&device->busy_channels, measured_ns);
	char text[TEXT_SIZE];

	put_label(out, device->name);
	g_ascii_formatd(
	    text, sizeof(text), "%.1f", 100 * utilization(device, measured_ns));
	g_string_append_printf(out, "%6s %%", text);
	g_string_append_printf(out, "%8s", real_text(text, busy));
	g_string_append_printf(out, "%8s",
	    real_text(text, gauge_mean(&device->queue, measured_ns)));
	g_string_append_printf(out, "%11s", short_count(text, device->reads));
	g_string_append_printf(out, "%11s", short_count(text, device->writes));
	g_string_append_printf(out, "%10s", short_count(text, device->syncs));
	g_string_append_printf(out, "%10s\n",
	    bytes_text(text, device->read_bytes + device->write_bytes));
}

static void
put_devices(GString *out, const struct results *r)
{
	const struct device_summary *device;
	const char *title =
	    "\nDevices           used    busy   queue      reads     writes"
	    "     syncs     moved\n";
	guint i;

	for (i = 0; i < r->devices->len; i++) {
		device = &g_array_index(r->devices, struct device_summary, i);
		if (device->reads + device->writes + device->syncs == 0)
			continue;
		g_string_append(out, title);
		put_device(out, device, r->measured_ns);
		title = "";
	}
}

static void
put_links(GString *out, const struct results *r)
{
	const struct link_summary *link;
	char in[TEXT_SIZE], moved_out[TEXT_SIZE];
	guint i;

	if (r->links->len > 0)
		g_string_append(out,
		    "\nLinks           used in  moved in  used out moved "
		    "out\n");
	for (i = 0; i < r->links->len; i++) {
		link = &g_array_index(r->links, struct link_summary, i);
		g_string_append_printf(out, "  %-12s%8.0f%%%10s%9.0f%%%10s\n",
		    link->name,
		    100 * gauge_mean(&link->busy[0], r->measured_ns),
		    bytes_text(in, link->bytes[0]),
		    100 * gauge_mean(&link->busy[1], r->measured_ns),
		    bytes_text(moved_out, link->bytes[1]));
	}
}

/* ---- The whole -------------------------------------------------------- */

static void
put_end(GString *out, const struct results *r)
{
	char at[TEXT_SIZE], count[TEXT_SIZE];
	g_autofree char *line = NULL;

	if (!r->stalled && !r->interrupted)
		return;
	time_text(at, (double)r->simulated_ns);
	if (r->stalled)
		line = g_strdup_printf("STALLED at %s: nothing can happen any "
				       "more, and %s requests are unfinished.",
		    at, count_text(count, r->in_flight));
	else
		line = g_strdup_printf("INTERRUPTED at %s: the figures are of "
				       "what was simulated until then.",
		    at);
	g_string_append_c(out, '\n');
	put_wrapped(out, 0, line);
}

void
table_print(FILE *file, const struct results *results)
{
	GString *out = g_string_new(NULL);

	put_head(out, results);
	put_requests(out, results);
	put_latency(out, results);
	put_processes(out, results);
	put_waits(out, results);
	put_pool(out, results, results->pool_name, &results->aiod);
	/* Some are there from boot on, in every run. */
	if (gauge_most(&results->soaiod.busy) > 0)
		put_pool(out, results, results->so_pool_name, &results->soaiod);
	put_devices(out, results);
	files_put(out, results);
	put_links(out, results);
	put_end(out, results);
	fputs(out->str, file);
	g_string_free(out, TRUE);
}
