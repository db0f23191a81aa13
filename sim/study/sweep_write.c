/*
 * What a sweep shows: sweep.csv, a row a point, and a table for a person.
 */

#include <math.h>
#include <string.h>

#include "sim/record/outputs.h"
#include "sim/study/sweep.h"

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

static guint
count_done(const struct sweep *sweep, const struct sweep_point *point)
{
	guint i, count = 0;

	for (i = 0; i < sweep->reps; i++)
		count += point->runs[i].done;
	return (count);
}

/* The limit that most runs of the point name, the first run's on a tie. */
static const char *
usual_limit(const struct sweep *sweep, const struct sweep_point *point,
    const char *kernel)
{
	const struct kernel_tunable *tunables;
	guint i, j, votes, most = 0;
	int limit = -1;
	size_t count;

	tunables = kernel_tunables(kernel, &count);
	for (i = 0; i < sweep->reps; i++) {
		for (votes = 0, j = 0; j < sweep->reps; j++)
			votes += point->runs[j].done &&
			    point->runs[j].limit == point->runs[i].limit;
		if (votes > most) {
			most = votes;
			limit = point->runs[i].limit;
		}
	}
	return (limit >= 0 ? tunables[limit].node : "");
}

static void
write_number(FILE *file, double value, int digits)
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

/* As CSV wants it: in quotes where a comma would part it. */
static void
write_value(FILE *file, const char *value)
{
	const char *quote = strpbrk(value, ",\"") != NULL ? "\"" : "";

	fprintf(file, "%s%s%s", quote, value, quote);
}

static void
write_point(FILE *file, const struct sweep *sweep,
    const struct sweep_point *point, const char *kernel)
{
	struct estimate estimate;
	guint i;
	int metric;

	for (i = 0; i < sweep->keys->len; i++) {
		if (i > 0)
			fputc(',', file);
		write_value(file, point->values[i]);
	}
	fprintf(file, ",%u", count_done(sweep, point));
	for (metric = 0; metric < METRIC_COUNT; metric++) {
		estimate =
		    sweep_estimate(sweep, point, (enum sweep_metric)metric);
		write_number(file, estimate.mean, columns[metric].digits);
		write_number(file, estimate.half_width, columns[metric].digits);
	}
	fprintf(file, ",%s\n", usual_limit(sweep, point, kernel));
}

static void
write_all(FILE *file, const struct sweep *sweep, const char *kernel)
{
	guint i;
	int metric;

	for (i = 0; i < sweep->keys->len; i++) {
		write_value(file, sweep->keys->pdata[i]);
		fputc(',', file);
	}
	fputs("reps", file);
	for (metric = 0; metric < METRIC_COUNT; metric++)
		fprintf(file, ",%s,%s", columns[metric].name,
		    columns[metric].interval);
	fputs(",limit\n", file);
	for (i = 0; i < sweep->points->len; i++) {
		const struct sweep_point *point =
		    &g_array_index(sweep->points, struct sweep_point, i);

		if (count_done(sweep, point) > 0)
			write_point(file, sweep, point, kernel);
	}
}

bool
sweep_write(const struct sweep *sweep, GError **error)
{
	struct outputs *outputs = outputs_open(sweep->out, error);
	FILE *file;

	if (outputs == NULL)
		return (false);
	file = outputs_file(outputs, "sweep.csv", error);
	if (file == NULL) {
		outputs_discard(outputs);
		return (false);
	}
	write_all(file, sweep, sweep->kernel);
	return (outputs_commit(outputs, error));
}

/* ---- For a person ----------------------------------------------------- */

static void
print_time(const struct estimate *estimate)
{
	double ms = estimate->mean / 1e6, half = estimate->half_width / 1e6;

	if (isnan(ms))
		printf(" %15s", "-");
	else if (isnan(half))
		printf(" %15.3f", ms);
	else
		printf(" %8.3f +-%5.3f", ms, half);
}

void
sweep_print(const struct sweep *sweep)
{
	struct estimate rate, middle, tail, refused, daemons;
	guint i, j;

	for (i = 0; i < sweep->keys->len; i++)
		printf("%s%s", i > 0 ? ", " : "",
		    (const char *)sweep->keys->pdata[i]);
	printf(": %u replication%s a point\n\n", sweep->reps,
	    sweep->reps == 1 ? "" : "s");
	printf("%14s %10s %15s %15s %8s %7s  %s\n", "value", "requests/s",
	    "p50 ms", "p99 ms", "refused", "daemons", "limited by");
	for (i = 0; i < sweep->points->len; i++) {
		const struct sweep_point *point =
		    &g_array_index(sweep->points, struct sweep_point, i);
		char *values = g_strjoinv(", ", point->values);

		rate = sweep_estimate(sweep, point, METRIC_THROUGHPUT);
		middle = sweep_estimate(sweep, point, METRIC_P50);
		tail = sweep_estimate(sweep, point, METRIC_P99);
		refused = sweep_estimate(sweep, point, METRIC_REFUSED);
		daemons = sweep_estimate(sweep, point, METRIC_DAEMONS_MAX);
		printf("%14s %10.0f", values, rate.mean);
		print_time(&middle);
		print_time(&tail);
		printf(" %7.2f%% %7.0f  %s\n", 100 * refused.mean, daemons.mean,
		    usual_limit(sweep, point, sweep->kernel));
		g_free(values);
		for (j = 0; j < sweep->reps; j++)
			if (!point->runs[j].done)
				break;
		if (j < sweep->reps)
			printf("%14s %u of %u replications done\n", "",
			    count_done(sweep, point), sweep->reps);
	}
}
