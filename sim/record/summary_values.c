/*
 * How values become JSON: counts and times are integers, mean times have three
 * decimals, other reals six significant digits, each rounded once, in a fixed
 * order of operations, whatever the locale.
 */

#include <inttypes.h>
#include <string.h>

#include "sim/record/derived.h"
#include "sim/record/summary_values.h"

static const struct {
	const char *name;
	double p;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

void
put(json_t *object, const char *key, json_t *value)
{
	int status = json_object_set_new(object, key, value);

	g_assert(status == 0);
}

void
put_rounded(json_t *object, const char *key, const char *format, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(text, sizeof(text), format, value);
	put(object, key, json_real(g_ascii_strtod(text, NULL)));
}

void
put_mean(json_t *object, const char *key, double value)
{
	put_rounded(object, key, "%.3f", value);
}

void
put_ratio(json_t *object, const char *key, double value)
{
	put_rounded(object, key, "%.6g", value);
}

void
put_count(json_t *object, const char *key, uint64_t value)
{
	g_assert(value <= INT64_MAX);
	put(object, key, json_integer((json_int_t)value));
}

void
put_time(json_t *object, const char *key, int64_t ns)
{
	put(object, key, json_integer(ns));
}

/* A sum may be beyond what an integer of JSON holds elsewhere. */
void
put_sum(json_t *object, const char *key, __int128 sum)
{
	if (sum <= INT64_MAX)
		put(object, key, json_integer((json_int_t)sum));
	else
		put_rounded(object, key, "%.15g", (double)sum);
}

/* Names of files may be in any encoding; JSON is UTF-8. */
void
put_words(json_t *object, const char *key, const char *text)
{
	g_autofree char *valid =
	    g_utf8_make_valid(text != NULL ? text : "", -1);

	put(object, key, json_string(valid));
}

/* ---- Parts ------------------------------------------------------------ */

json_t *
histogram_json(const struct histogram *h)
{
	json_t *object = json_object();
	size_t i;

	put_count(object, "count", histogram_count(h));
	if (histogram_count(h) == 0)
		return (object);
	put_mean(object, "mean", histogram_mean(h));
	put_time(object, "min", histogram_min(h));
	for (i = 0; i < G_N_ELEMENTS(quantiles); i++)
		put_time(object, quantiles[i].name,
		    histogram_quantile(h, quantiles[i].p));
	put_time(object, "max", histogram_max(h));
	return (object);
}
