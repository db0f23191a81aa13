/*
 * sweep.csv, written and read again, and the table for a person, which is made
 * from what was written.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/record/sinks.h"
#include "sim/scenario/ini.h"
#include "sim/study/sweep_table.h"

static const struct {
	const char *name; /* of the column */
	const char *interval;
	int digits; /* after the point */
} columns[METRIC_COUNT] = {
    [METRIC_THROUGHPUT] = {"throughput_per_s", "throughput_ci", 3},
    [METRIC_MEAN] = {"latency_mean_ns", "latency_mean_ci", 0},
    [METRIC_P50] = {"latency_p50_ns", "latency_p50_ci", 0},
    [METRIC_P90] = {"latency_p90_ns", "latency_p90_ci", 0},
    [METRIC_P99] = {"latency_p99_ns", "latency_p99_ci", 0},
    [METRIC_P999] = {"latency_p999_ns", "latency_p999_ci", 0},
    [METRIC_MAX] = {"latency_max_ns", "latency_max_ci", 0},
    [METRIC_REFUSED] = {"refused_share", "refused_share_ci", 6},
    [METRIC_QUEUE] = {"queue_mean_ns", "queue_mean_ci", 0},
    [METRIC_DAEMONS_MEAN] = {"daemons_mean", "daemons_mean_ci", 3},
    [METRIC_DAEMONS_MAX] = {"daemons_max", "daemons_max_ci", 2},
    [METRIC_BUSY_MEAN] = {"busy_mean", "busy_mean_ci", 3},
    [METRIC_UTILIZATION] = {"utilization", "utilization_ci", 4},
};

/* ---- Writing ---------------------------------------------------------- */

static void
put_number(FILE *file, double value, int digits)
{
	char format[8], text[G_ASCII_DTOSTR_BUF_SIZE + 32];

	if (isnan(value)) {
		fputc(',', file);
		return;
	}
	g_snprintf(format, sizeof(format), "%%.%df", digits);
	fprintf(
	    file, ",%s", g_ascii_formatd(text, sizeof(text), format, value));
}

static void
put_value(FILE *file, const char *value)
{
	if (strpbrk(value, ",\"") != NULL)
		csv_quoted(file, value);
	else
		fputs(value, file);
	putc(',', file);
}

void
sweep_table_head(FILE *file, const GArray *axes)
{
	guint i;

	for (i = 0; i < axes->len; i++)
		put_value(file, g_array_index(axes, struct sweep_axis, i).key);
	fputs("reps", file);
	for (i = 0; i < METRIC_COUNT; i++)
		fprintf(file, ",%s,%s", columns[i].name, columns[i].interval);
	fputs(",limit\n", file);
}

/* How the row of a point begins. */
static void
put_start(FILE *file, const GArray *axes, guint point)
{
	g_auto(GStrv) values = grid_values(axes, point);
	char **value;

	for (value = values; *value != NULL; value++)
		put_value(file, *value);
}

void
sweep_table_row(FILE *file, const GArray *axes, const struct sweep_row *row)
{
	guint i;

	put_start(file, axes, row->point);
	fprintf(file, "%u", row->done);
	for (i = 0; i < METRIC_COUNT; i++) {
		put_number(file, row->metrics[i].mean, columns[i].digits);
		put_number(file, row->metrics[i].half_width, columns[i].digits);
	}
	fprintf(file, ",%s\n", row->limit);
}

/* ---- Reading ---------------------------------------------------------- */

static void
clear_row(void *data)
{
	struct sweep_row *row = data;

	g_free(row->limit);
	g_free(row->line);
}

static bool
read_number(const char *text, double *value)
{
	char *end;

	*value = NAN;
	if (*text == '\0')
		return (true);
	*value = g_ascii_strtod(text, &end);
	return (*end == '\0' && isfinite(*value));
}

/* What follows the values of the point. */
static bool
read_fields(const char *text, guint reps, struct sweep_row *row)
{
	g_auto(GStrv) fields = g_strsplit(text, ",", -1);
	guint64 done;
	guint i;

	if (g_strv_length(fields) != 2 * METRIC_COUNT + 2 ||
	    !g_ascii_string_to_unsigned(fields[0], 10, 1, reps, &done, NULL))
		return (false);
	row->done = (guint)done;
	for (i = 0; i < METRIC_COUNT; i++) {
		struct estimate *metric = &row->metrics[i];

		if (!read_number(fields[2 * i + 1], &metric->mean) ||
		    !read_number(fields[2 * i + 2], &metric->half_width))
			return (false);
		/* Only times, where no request took any. */
		if (isnan(metric->mean) && columns[i].digits > 0)
			return (false);
	}
	row->limit = g_strdup(fields[2 * METRIC_COUNT + 1]);
	return (true);
}

static bool
begins_as(const char *line, const GArray *axes, guint point, size_t *length)
{
	char *start;
	FILE *file = open_memstream(&start, length);
	bool same;

	put_start(file, axes, point);
	fclose(file);
	same = g_str_has_prefix(line, start);
	free(start);
	return (same);
}

/* The rows stand in the order of the points; one that was not played has none.
 */
static bool
read_row(const struct sweep_part *part, const char *line, GArray *rows)
{
	struct sweep_row row = {.point = part->first};
	size_t length;

	if (rows->len > 0)
		row.point = 1 +
		    g_array_index(rows, struct sweep_row, rows->len - 1).point;
	while (row.point <= part->last &&
	    !begins_as(line, part->axes, row.point, &length))
		row.point++;
	if (row.point > part->last ||
	    !read_fields(line + length, part->reps, &row))
		return (false);
	row.line = g_strdup(line);
	g_array_append_val(rows, row);
	return (true);
}

static bool
is_head(const char *line, const GArray *axes)
{
	char *head;
	size_t length;
	FILE *file = open_memstream(&head, &length);
	bool same;

	sweep_table_head(file, axes);
	fclose(file);
	same =
	    strlen(line) + 1 == length && strncmp(line, head, length - 1) == 0;
	free(head);
	return (same);
}

static GArray *
refuse(GArray *rows, const char *path, size_t line, const char *what,
    GError **error)
{
	g_set_error(error, SWEEP_ERROR, 0, "%s:%" G_GSIZE_FORMAT ": %s", path,
	    line, what);
	g_array_unref(rows);
	return (NULL);
}

GArray *
sweep_table_read(const struct sweep_part *part, const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "sweep.csv", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GArray *rows;
	gsize length;
	size_t i;

	text = ini_read_file(path, &length, error);
	if (text == NULL || !ini_check_text(text, length, path, error))
		return (NULL);
	rows = g_array_new(FALSE, FALSE, sizeof(struct sweep_row));
	g_array_set_clear_func(rows, clear_row);
	lines = g_strsplit(text, "\n", -1);
	if (lines[0] == NULL || !is_head(lines[0], part->axes))
		return (refuse(rows, path, 1,
		    "not the head of the sweep in sweep.json", error));
	for (i = 1; lines[i] != NULL && lines[i + 1] != NULL; i++)
		if (!read_row(part, lines[i], rows))
			return (refuse(rows, path, i + 1,
			    "not the row of a point of this sweep, in its "
			    "order",
			    error));
	/* Behind the last line end there is nothing. */
	if (lines[i] == NULL || *lines[i] != '\0')
		return (refuse(rows, path, i + 1, "the line is cut", error));
	return (rows);
}

/* ---- For a person ----------------------------------------------------- */

static void
print_time(FILE *file, const struct estimate *estimate)
{
	double ms = estimate->mean / 1e6, half = estimate->half_width / 1e6;

	if (isnan(ms))
		fprintf(file, " %15s", "-");
	else if (isnan(half))
		fprintf(file, " %15.3f", ms);
	else
		fprintf(file, " %8.3f +-%5.3f", ms, half);
}

static void
print_head(FILE *file, const struct sweep_part *part)
{
	guint i, count = grid_count(part->axes);

	for (i = 0; i < part->axes->len; i++)
		fprintf(file, "%s%s", i > 0 ? ", " : "",
		    g_array_index(part->axes, struct sweep_axis, i).key);
	fprintf(file, ": %u replication%s a point", part->reps,
	    part->reps == 1 ? "" : "s");
	if (part->last - part->first + 1 < count)
		fprintf(file, ", points %u to %u of %u", part->first,
		    part->last, count);
	fprintf(file, "\n\n%14s %10s %15s %15s %8s %7s  %s\n", "value",
	    "requests/s", "p50 ms", "p99 ms", "refused", "daemons",
	    "limited by");
}

static void
print_row(
    FILE *file, const struct sweep_part *part, const struct sweep_row *row)
{
	const struct estimate *metrics = row->metrics;

	fprintf(file, " %10.0f", metrics[METRIC_THROUGHPUT].mean);
	print_time(file, &metrics[METRIC_P50]);
	print_time(file, &metrics[METRIC_P99]);
	fprintf(file, " %7.2f%% %7.0f  %s\n",
	    100 * metrics[METRIC_REFUSED].mean,
	    metrics[METRIC_DAEMONS_MAX].mean, row->limit);
	if (row->done < part->reps)
		fprintf(file, "%14s %u of %u replications done\n", "",
		    row->done, part->reps);
}

static void
print_rows(FILE *file, const struct sweep_part *part, const GArray *rows)
{
	const struct sweep_row *row;
	guint point, next = 0;

	for (point = part->first; point <= part->last; point++) {
		g_auto(GStrv) values = grid_values(part->axes, point);
		g_autofree char *joined = g_strjoinv(", ", values);

		fprintf(file, "%14s", joined);
		row = next < rows->len
		    ? &g_array_index(rows, struct sweep_row, next)
		    : NULL;
		if (row != NULL && row->point == point) {
			print_row(file, part, row);
			next++;
		} else {
			fputs(" was not played to an end\n", file);
		}
	}
}

bool
sweep_table_print(FILE *file, const char *dir, GError **error)
{
	struct sweep_part part;
	GArray *rows = NULL;

	if (sweep_part_read(&part, dir, error))
		rows = sweep_table_read(&part, dir, error);
	if (rows != NULL) {
		print_head(file, &part);
		print_rows(file, &part, rows);
		g_array_unref(rows);
	}
	sweep_part_release(&part);
	return (rows != NULL);
}
