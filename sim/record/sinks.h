/*
 * The files of a run, one writer each.  All get a FILE of outputs.h, write
 * integers with their own formatter (fprintf costs three times as much), and
 * leave errors to outputs_healthy() and outputs_commit().
 */

#ifndef SIM_SINKS_H
#define SIM_SINKS_H

#include <stdio.h>

#include "sim/record/recorder.h"

/* requests.csv */
void requests_begin(FILE *file);
void requests_row(FILE *file, const struct request_row *row);

/* A field of any CSV file in quotes, those inside doubled. */
void csv_quoted(FILE *file, const char *text);

/* series.csv */
void series_begin(FILE *file);
void series_row(FILE *file, const struct series_row *row);

/* perfetto.json: the JSON trace format, a track a daemon (a complete event from
 * start to finish), a counter track for the queue, and instants for refusals.
 */
struct perfetto;
struct perfetto *perfetto_begin(FILE *file);
void perfetto_request(struct perfetto *perfetto, const struct request_row *row);
void perfetto_series(struct perfetto *perfetto, const struct series_row *row);
void perfetto_end(struct perfetto *perfetto); /* writes the rest and frees */

#define SUMMARY_SCHEMA 1

/* summary.json and timing.json as objects; the caller owns the reference. */
#include <jansson.h>
json_t *summary_json(const struct results *results);
json_t *timing_json(const struct results *results);
/* Writes an object with sorted keys as given, two blanks of indent, and a final
 * newline. */
void json_write(FILE *file, const json_t *object);

/* The table on the terminal, of a summary as it was read from `path`.  False,
 * with "PATH: place: message" and nothing printed, if it lacks what the table
 * needs.  Without `file` it is only looked at. */
bool table_put(
    FILE *file, const json_t *summary, const char *path, GError **error);
/* The same of a run that is just over. */
void table_print(FILE *file, const struct results *results);

#endif
