/*
 * What a comparison shows.  Decides which figures stand side by side: those
 * below, then each limit that refused a request or made it wait with any of the
 * kernels.
 */

#include <stdio.h>
#include <string.h>

#include "sim/record/outputs.h"
#include "sim/study/compare.h"

enum unit { UNIT_COUNT, UNIT_TIME, UNIT_REAL };

struct figure {
	const char *path[4]; /* in summary.json; the pool's name is "*" */
	enum unit unit;
	const char *label;
};

static const struct figure figures[] = {
    {{"simulated_ns"}, UNIT_TIME, "simulated"},
    {{"throughput_per_s"}, UNIT_REAL, "finished a second"},
    {{"requests", "issued"}, UNIT_COUNT, "issued"},
    {{"requests", "accepted"}, UNIT_COUNT, "accepted"},
    {{"requests", "completed"}, UNIT_COUNT, "completed"},
    {{"requests", "failed"}, UNIT_COUNT, "failed"},
    {{"requests", "cancelled"}, UNIT_COUNT, "cancelled"},
    {{"requests", "in_flight"}, UNIT_COUNT, "in flight at the end"},
    {{"operations", "dropped"}, UNIT_COUNT, "operations dropped"},
    {{"latency_ns", "total", "mean"}, UNIT_TIME, "latency, mean"},
    {{"latency_ns", "total", "p50"}, UNIT_TIME, "latency, p50"},
    {{"latency_ns", "total", "p90"}, UNIT_TIME, "latency, p90"},
    {{"latency_ns", "total", "p99"}, UNIT_TIME, "latency, p99"},
    {{"latency_ns", "total", "p999"}, UNIT_TIME, "latency, p99.9"},
    {{"latency_ns", "total", "max"}, UNIT_TIME, "latency, max"},
    {{"latency_ns", "queue", "mean"}, UNIT_TIME, "in queue, mean"},
    {{"latency_ns", "service", "mean"}, UNIT_TIME, "in service, mean"},
    {{"pools", "*", "max"}, UNIT_COUNT, "daemons, most"},
    {{"pools", "*", "mean"}, UNIT_REAL, "daemons, mean"},
    {{"pools", "*", "busy_mean"}, UNIT_REAL, "daemons busy, mean"},
};

/* A figure of one kernel, or NULL where it has none. */
static const json_t *
figure_of(const struct compare *compare, guint kernel, const char *const path[])
{
	const json_t *value = compare->summaries->pdata[kernel];
	const char *key;
	int i;

	for (i = 0; i < 4 && path[i] != NULL && value != NULL; i++) {
		key = path[i];
		if (strcmp(key, "*") == 0)
			key = kernel_traits(compare->kernels[kernel])->pool;
		value = json_object_get(value, key);
	}
	return (value);
}

/* ---- Rows ------------------------------------------------------------- */

/* A visitor gets each figure, in order. */
typedef void put_row(const struct compare *compare, FILE *file,
    const char *const path[], enum unit unit, const char *label);

/* The keys that any kernel has below `path`, sorted. */
static GPtrArray *
keys_below(const struct compare *compare, const char *const path[])
{
	GPtrArray *keys = g_ptr_array_new();
	const char *key;
	json_t *value;
	guint i;

	for (i = 0; i < compare->summaries->len; i++) {
		json_t *object =
		    (json_t *)(uintptr_t)figure_of(compare, i, path);

		json_object_foreach(object, key, value)
		{
			if (!g_ptr_array_find_with_equal_func(
				keys, key, g_str_equal, NULL))
				g_ptr_array_add(keys, (void *)(uintptr_t)key);
		}
	}
	return (keys);
}

static void
put_limits(const struct compare *compare, FILE *file, put_row *put)
{
	const char *const refused[4] = {"requests", "refused"};
	const char *const waited[4] = {"waited"};
	GPtrArray *keys = keys_below(compare, refused);
	guint i;

	for (i = 0; i < keys->len; i++) {
		const char *const path[4] = {
		    "requests", "refused", keys->pdata[i]};
		g_autofree char *label =
		    g_strdup_printf("refused by %s", path[2]);

		put(compare, file, path, UNIT_COUNT, label);
	}
	g_ptr_array_free(keys, TRUE);
	keys = keys_below(compare, waited);
	for (i = 0; i < keys->len; i++) {
		const char *const path[4] = {"waited", keys->pdata[i], "count"};
		g_autofree char *label =
		    g_strdup_printf("waited for %s", path[1]);

		put(compare, file, path, UNIT_COUNT, label);
	}
	g_ptr_array_free(keys, TRUE);
}

static void
put_all(const struct compare *compare, FILE *file, put_row *put)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(figures); i++)
		put(compare, file, figures[i].path, figures[i].unit,
		    figures[i].label);
	put_limits(compare, file, put);
}

/* ---- As CSV ----------------------------------------------------------- */

static void
put_raw(FILE *file, const json_t *value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (json_is_integer(value))
		fprintf(
		    file, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		fputs(g_ascii_formatd(
			  text, sizeof(text), "%.10g", json_real_value(value)),
		    file);
}

static void
put_csv_row(const struct compare *compare, FILE *file, const char *const path[],
    enum unit unit, const char *label)
{
	guint i;

	(void)unit, (void)label;
	for (i = 0; i < 4 && path[i] != NULL; i++)
		fprintf(file, "%s%s", i > 0 ? "." : "",
		    strcmp(path[i], "*") == 0 ? "daemons" : path[i]);
	for (i = 0; i < compare->summaries->len; i++) {
		fputc(',', file);
		put_raw(file, figure_of(compare, i, path));
	}
	fputc('\n', file);
}

bool
compare_write(const struct compare *compare, GError **error)
{
	struct outputs *outputs = outputs_open(compare->out, error);
	FILE *file;
	guint i;

	if (outputs == NULL)
		return (false);
	file = outputs_file(outputs, "compare.csv", error);
	if (file == NULL) {
		outputs_discard(outputs);
		return (false);
	}
	fputs("metric", file);
	for (i = 0; i < compare->summaries->len; i++)
		fprintf(file, ",%s", compare->kernels[i]);
	fputc('\n', file);
	put_all(compare, file, put_csv_row);
	return (outputs_commit(outputs, error));
}

/* ---- For people ------------------------------------------------------- */

#define LABEL_WIDTH 38
#define COLUMN_WIDTH 14

static void
format_time(double ns, char *text, size_t size)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
	char number[G_ASCII_DTOSTR_BUF_SIZE];
	size_t i;

	for (i = 0; i + 1 < G_N_ELEMENTS(units) && ns < units[i].ns; i++)
		;
	g_snprintf(text, size, "%s %s",
	    g_ascii_formatd(number, sizeof(number), "%.4g", ns / units[i].ns),
	    units[i].name);
}

static void
format_figure(const json_t *value, enum unit unit, char *text, size_t size)
{
	if (!json_is_number(value))
		g_strlcpy(text, "-", size);
	else if (unit == UNIT_TIME)
		format_time(json_number_value(value), text, size);
	else if (unit == UNIT_COUNT)
		g_snprintf(text, size, "%.0f", json_number_value(value));
	else
		g_ascii_formatd(
		    text, (gint)size, "%.4g", json_number_value(value));
}

static void
put_text_row(const struct compare *compare, FILE *file,
    const char *const path[], enum unit unit, const char *label)
{
	char text[64];
	guint i;

	fprintf(file, "  %-*s", LABEL_WIDTH, label);
	for (i = 0; i < compare->summaries->len; i++) {
		const json_t *value = figure_of(compare, i, path);

		format_figure(value, unit, text, sizeof(text));
		fprintf(file, " %*s", COLUMN_WIDTH, text);
	}
	fputc('\n', file);
}

static void
print_notes(const struct compare *compare)
{
	const json_t *summary, *notes;
	size_t note;
	guint i;

	for (i = 0; i < compare->summaries->len; i++) {
		summary = compare->summaries->pdata[i];
		notes = json_object_get(summary, "notes");
		for (note = 0; note < json_array_size(notes); note++)
			printf("\n%s: %s.", compare->kernels[i],
			    json_string_value(json_array_get(notes, note)));
		if (json_is_true(json_object_get(summary, "stalled")))
			printf("\n%s: STALLED, nothing could happen any more.",
			    compare->kernels[i]);
		if (i + 1 == compare->summaries->len)
			putchar('\n');
	}
}

void
compare_print(const struct compare *compare)
{
	const char *question = json_string_value(
	    json_object_get(compare->summaries->pdata[0], "question"));
	guint i;

	if (question != NULL && question[0] != '\0')
		printf("%s\n\n", question);
	printf("  %-*s", LABEL_WIDTH, "");
	for (i = 0; i < compare->summaries->len; i++)
		printf(" %*s", COLUMN_WIDTH, compare->kernels[i]);
	putchar('\n');
	put_all(compare, stdout, put_text_row);
	print_notes(compare);
}

json_t *
compare_json(const struct compare *compare)
{
	json_t *kernels = json_object();
	guint i;

	for (i = 0; i < compare->summaries->len; i++)
		json_object_set(
		    kernels, compare->kernels[i], compare->summaries->pdata[i]);
	return (json_pack("{s:O, s:o}", "scenario",
	    json_object_get(compare->summaries->pdata[0], "scenario"),
	    "kernels", kernels));
}
