/*
 * sweep.csv: a row a point, its swept values, then the metrics with their
 * intervals.
 */

#ifndef SIM_SWEEP_TABLE_H
#define SIM_SWEEP_TABLE_H

#include <stdio.h>

#include "sim/study/statistics.h"
#include "sim/study/sweep_part.h"

/* What a run is judged by.  A column of sweep.csv each, but for the counts. */
enum sweep_metric {
	METRIC_THROUGHPUT, /* finished requests a second */
	METRIC_MEAN,       /* latency, total */
	METRIC_P50,
	METRIC_P90,
	METRIC_P99,
	METRIC_P999,
	METRIC_MAX,
	METRIC_REFUSED, /* share of the attempts */
	METRIC_QUEUE,   /* mean wait for a daemon */
	METRIC_DAEMONS_MEAN,
	METRIC_DAEMONS_MAX,
	METRIC_BUSY_MEAN,
	METRIC_UTILIZATION, /* of the busiest device */
	METRIC_COUNT
};

struct sweep_row {
	guint point;
	guint done; /* replications; 1 at least, or there is no row */
	struct estimate metrics[METRIC_COUNT]; /* their deviation is not kept */
	char *limit; /* that was most waited or refused for, or "" */
	char *line;  /* the whole row, without its end */
};

void sweep_table_head(FILE *file, const GArray *axes);
void sweep_table_row(
    FILE *file, const GArray *axes, const struct sweep_row *row);

/* The rows of DIR/sweep.csv, an array of struct sweep_row that frees them; NULL
 * with "FILE:line: message" if it is not the table of that part. */
GArray *sweep_table_read(
    const struct sweep_part *part, const char *dir, GError **error);

/* For a person, from what the directory holds. */
bool sweep_table_print(FILE *file, const char *dir, GError **error);

#endif
