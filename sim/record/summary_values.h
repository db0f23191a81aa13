/*
 * Values of summary.json, put into an object under a key; see the file for how
 * each kind is rounded.
 */

#ifndef SIM_SUMMARY_VALUES_H
#define SIM_SUMMARY_VALUES_H

#include <glib.h>
#include <jansson.h>

#include "sim/record/sinks.h"

/* Enough for any mean below 1000 s to the picosecond, and few enough that a
 * rounded decimal is written as it was rounded. */
#define JSON_DIGITS 15

void put(json_t *object, const char *key, json_t *value);
void put_rounded(
    json_t *object, const char *key, const char *format, double value);
void put_mean(json_t *object, const char *key, double value);
void put_ratio(json_t *object, const char *key, double value);
void put_count(json_t *object, const char *key, uint64_t value);
void put_time(json_t *object, const char *key, int64_t ns);
void put_sum(json_t *object, const char *key, __int128 sum);
void put_words(json_t *object, const char *key, const char *text);
json_t *histogram_json(const struct histogram *h);

#endif
