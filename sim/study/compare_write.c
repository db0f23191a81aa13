/*
 * What a comparison shows.  Decides which figures stand side by side: those
 * below, then each limit that refused a request or made it wait with any of the
 * kernels.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/record/outputs.h"
#include "sim/record/sinks.h"
#include "sim/record/table_text.h"
#include "sim/study/compare.h"
#include "sim/study/statistics.h"

#define NAME_SIZE 160 /* of a figure: a path with a sysctl node in it */

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

/* A figure of one run, or NULL where it has none. */
static const json_t *
figure_of(const struct compare *compare, guint kernel, guint replication,
    const char *const path[])
{
	const json_t *value = compare_summary(compare, kernel, replication);
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

/* Each replication's figure; a limit that stopped nobody in one is no key of
 * it.  False where no replication has the figure. */
static bool
values_of(const struct compare *compare, guint kernel, const char *const path[],
    double *values)
{
	const json_t *value;
	bool any = false;
	guint i;

	for (i = 0; i < compare->reps; i++) {
		value = figure_of(compare, kernel, i, path);
		values[i] = json_number_value(value);
		any |= json_is_number(value);
	}
	return (any);
}

static bool
mean_of(const struct compare *compare, guint kernel, const char *const path[],
    double *mean)
{
	g_autofree double *values = g_new(double, compare->reps);

	if (!values_of(compare, kernel, path, values))
		return (false);
	*mean = statistics_estimate(values, compare->reps).mean;
	return (true);
}

/* How much more a kernel has of it than the first; false where one of them has
 * nothing of the kind. */
static bool
difference_of(const struct compare *compare, guint kernel,
    const char *const path[], struct estimate *difference)
{
	g_autofree double *values = g_new(double, compare->reps);
	g_autofree double *first = g_new(double, compare->reps);

	if (!values_of(compare, kernel, path, values) ||
	    !values_of(compare, 0, path, first))
		return (false);
	*difference = statistics_paired(values, first, compare->reps);
	return (true);
}

/* ---- Rows ------------------------------------------------------------- */

/* A visitor gets each figure, in order; `out` is its own. */
typedef void put_row(const struct compare *compare, void *out,
    const char *const path[], enum unit unit, const char *label);

/* The keys that any kernel has below `path`, the first kernel's first. */
static GPtrArray *
keys_below(const struct compare *compare, const char *const path[])
{
	GPtrArray *keys = g_ptr_array_new();
	const char *key;
	json_t *value;
	guint i;

	for (i = 0; i < compare->summaries->len; i++) {
		json_t *object = (json_t *)(uintptr_t)figure_of(
		    compare, i / compare->reps, i % compare->reps, path);

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
put_limits(const struct compare *compare, void *out, put_row *put)
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

		put(compare, out, path, UNIT_COUNT, label);
	}
	g_ptr_array_free(keys, TRUE);
	keys = keys_below(compare, waited);
	for (i = 0; i < keys->len; i++) {
		const char *const path[4] = {"waited", keys->pdata[i], "count"};
		g_autofree char *label =
		    g_strdup_printf("waited for %s", path[1]);

		put(compare, out, path, UNIT_COUNT, label);
	}
	g_ptr_array_free(keys, TRUE);
}

static void
put_all(const struct compare *compare, void *out, put_row *put)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(figures); i++)
		put(compare, out, figures[i].path, figures[i].unit,
		    figures[i].label);
	put_limits(compare, out, put);
}

/* ---- As CSV ----------------------------------------------------------- */

static void
put_raw(FILE *file, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	/* A count is exact, as it stands in summary.json. */
	fprintf(file, ",%s",
	    g_ascii_formatd(text, sizeof(text),
		value == rint(value) ? "%.0f" : "%.10g", value));
}

/* Its path in summary.json; the pools' names differ. */
static void
name_figure(const char *const path[], char *name, size_t size)
{
	int i;

	*name = '\0';
	for (i = 0; i < 4 && path[i] != NULL; i++) {
		if (i > 0)
			g_strlcat(name, ".", size);
		g_strlcat(name, strcmp(path[i], "*") == 0 ? "daemons" : path[i],
		    size);
	}
}

static void
put_csv_row(const struct compare *compare, void *out, const char *const path[],
    enum unit unit, const char *label)
{
	char name[NAME_SIZE];
	FILE *file = out;
	double mean;
	guint i;

	(void)unit, (void)label;
	name_figure(path, name, sizeof(name));
	fputs(name, file);
	for (i = 0; i < compare_kernels(compare); i++) {
		if (mean_of(compare, i, path, &mean))
			put_raw(file, mean);
		else
			fputc(',', file);
	}
	fputc('\n', file);
}

static void
put_difference_rows(const struct compare *compare, void *out,
    const char *const path[], enum unit unit, const char *label)
{
	struct estimate difference;
	char name[NAME_SIZE];
	FILE *file = out;
	guint i;

	(void)unit, (void)label;
	name_figure(path, name, sizeof(name));
	for (i = 1; i < compare_kernels(compare); i++) {
		if (!difference_of(compare, i, path, &difference))
			continue;
		fprintf(file, "%s,%s", name, compare->kernels[i]);
		put_raw(file, difference.mean);
		put_raw(file, difference.half_width);
		fputc('\n', file);
	}
}

static bool
write_means(
    const struct compare *compare, struct outputs *outputs, GError **error)
{
	FILE *file = outputs_file(outputs, "compare.csv", error);
	guint i;

	if (file == NULL)
		return (false);
	fputs("metric", file);
	for (i = 0; i < compare_kernels(compare); i++)
		fprintf(file, ",%s", compare->kernels[i]);
	fputc('\n', file);
	put_all(compare, file, put_csv_row);
	return (true);
}

static bool
write_differences(
    const struct compare *compare, struct outputs *outputs, GError **error)
{
	FILE *file;

	if (compare->reps == 1)
		return (true);
	file = outputs_file(outputs, "differences.csv", error);
	if (file == NULL)
		return (false);
	fputs("metric,kernel,difference,half_width\n", file);
	put_all(compare, file, put_difference_rows);
	return (true);
}

static bool
write_json(
    const struct compare *compare, struct outputs *outputs, GError **error)
{
	FILE *file = outputs_file(outputs, "compare.json", error);
	json_t *object;

	if (file == NULL)
		return (false);
	object = compare_json(compare);
	json_write(file, object);
	json_decref(object);
	return (true);
}

bool
compare_write(const struct compare *compare, GError **error)
{
	struct outputs *outputs = outputs_open(compare->out, error);

	if (outputs == NULL)
		return (false);
	if (write_means(compare, outputs, error) &&
	    write_differences(compare, outputs, error) &&
	    write_json(compare, outputs, error))
		return (outputs_commit(outputs, error));
	outputs_discard(outputs);
	return (false);
}

/* ---- For people ------------------------------------------------------- */

#define LABEL_WIDTH 38
#define COLUMN_WIDTH 14
#define DIFFERENCE_WIDTH 20

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
format_figure(double value, enum unit unit, char *text, size_t size)
{
	if (unit == UNIT_TIME)
		format_time(value, text, size);
	else if (unit == UNIT_COUNT)
		g_ascii_formatd(text, (gint)size,
		    value == rint(value) ? "%.0f" : "%.1f", value);
	else
		g_ascii_formatd(text, (gint)size, "%.4g", value);
}

/* In per cent of what the first kernel has, or as a factor where that is large.
 */
static void
format_difference(const struct compare *compare, guint kernel,
    const char *const path[], char *text, size_t size)
{
	char factor[TEXT_SIZE], within[TEXT_SIZE];
	struct estimate difference;
	double first;

	if (!difference_of(compare, kernel, path, &difference) ||
	    !mean_of(compare, 0, path, &first) || first <= 0)
		g_strlcpy(text, "-", size);
	else if (factor_text(factor, difference.mean / first))
		g_snprintf(text, size, "%s ± %s", factor,
		    real_text(within, difference.half_width / first));
	else
		g_snprintf(text, size, "%+.2f ± %.2f %%",
		    100 * difference.mean / first,
		    100 * difference.half_width / first);
}

static void
put_text_row(const struct compare *compare, void *out, const char *const path[],
    enum unit unit, const char *label)
{
	FILE *file = out;
	char text[64];
	double mean;
	guint i;

	fprintf(file, "  %-*s", LABEL_WIDTH, label);
	for (i = 0; i < compare_kernels(compare); i++) {
		g_strlcpy(text, "-", sizeof(text));
		if (mean_of(compare, i, path, &mean))
			format_figure(mean, unit, text, sizeof(text));
		fprintf(file, " %*s", COLUMN_WIDTH, text);
	}
	for (i = 1; compare->reps > 1 && i < compare_kernels(compare); i++) {
		format_difference(compare, i, path, text, sizeof(text));
		/* Its plus-minus is one character of two bytes. */
		fprintf(file, " %*s",
		    DIFFERENCE_WIDTH + (strcmp(text, "-") != 0), text);
	}
	fputc('\n', file);
}

static void
print_notes(const struct compare *compare)
{
	const json_t *summary, *notes;
	size_t note;
	guint i;

	for (i = 0; i < compare_kernels(compare); i++) {
		summary = compare_summary(compare, i, 0);
		notes = json_object_get(summary, "notes");
		for (note = 0; note < json_array_size(notes); note++)
			printf("\n%s: %s.", compare->kernels[i],
			    json_string_value(json_array_get(notes, note)));
		if (json_is_true(json_object_get(summary, "stalled")))
			printf("\n%s: STALLED, nothing could happen any more.",
			    compare->kernels[i]);
		if (i + 1 == compare_kernels(compare))
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
	if (compare->reps > 1)
		printf("  means of %u replications; differences from %s within "
		       "each, with 95 %% intervals\n\n",
		    compare->reps, compare->kernels[0]);
	printf("  %-*s", LABEL_WIDTH, "");
	for (i = 0; i < compare_kernels(compare); i++)
		printf(" %*s", COLUMN_WIDTH, compare->kernels[i]);
	for (i = 1; compare->reps > 1 && i < compare_kernels(compare); i++)
		printf(
		    " %*s differs", DIFFERENCE_WIDTH - 8, compare->kernels[i]);
	putchar('\n');
	put_all(compare, stdout, put_text_row);
	print_notes(compare);
}

/* ---- As JSON ---------------------------------------------------------- */

static void
put_json_differences(const struct compare *compare, void *out,
    const char *const path[], enum unit unit, const char *label)
{
	struct estimate difference;
	json_t *of_kernels = json_object(), *differences = out;
	char name[NAME_SIZE];
	guint i;

	(void)unit, (void)label;
	for (i = 1; i < compare_kernels(compare); i++)
		if (difference_of(compare, i, path, &difference))
			json_object_set_new(of_kernels, compare->kernels[i],
			    json_pack("{s:f, s:f}", "mean", difference.mean,
				"half_width", difference.half_width));
	name_figure(path, name, sizeof(name));
	json_object_set_new(differences, name, of_kernels);
}

json_t *
compare_json(const struct compare *compare)
{
	json_t *kernels = json_object(), *differences = json_object(), *all;
	guint i;

	for (i = 0; i < compare_kernels(compare); i++)
		json_object_set(kernels, compare->kernels[i],
		    (json_t *)(uintptr_t)compare_summary(compare, i, 0));
	all = json_pack("{s:i, s:O, s:i, s:o}", "schema", COMPARE_SCHEMA,
	    "scenario",
	    json_object_get(compare->summaries->pdata[0], "scenario"),
	    "replications", (int)compare->reps, "kernels", kernels);
	if (compare->reps > 1) {
		put_all(compare, differences, put_json_differences);
		json_object_set(all, "differences", differences);
	}
	json_decref(differences);
	return (all);
}
