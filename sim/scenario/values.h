/*
 * Values as a scenario writes them: quantities with a unit, words with
 * arguments in parentheses, and distributions.
 *
 * Every parser takes the whole text; what is left over is an error.  On error
 * it returns false and leaves what it should set alone.  The message is of code
 * SCENARIO_BAD_VALUE and names no place, since the caller knows it; only what
 * is wrong inside a file that the value names is SCENARIO_PLACED.
 */

#ifndef SIM_SCENARIO_VALUES_H
#define SIM_SCENARIO_VALUES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/random.h"

/* A kind of quantity: how it is written, and what it counts in. */
struct quantity {
	const char *name;     /* "time" */
	const char *expected; /* "a time with a unit, such as 80us or 1.5s" */
	struct {
		const char *letters;
		int64_t factor;
	} units[6];  /* ascending; a NULL ends them */
	bool whole;  /* plain digits with a sign: no fraction */
	bool second; /* "/s" may follow */
};

extern const struct quantity quantity_time;    /* nanoseconds */
extern const struct quantity quantity_size;    /* bytes */
extern const struct quantity quantity_rate;    /* bytes a second */
extern const struct quantity quantity_integer; /* may be negative */

/*
 * Fractions are rounded to the nearest unit of counting (ns, byte).  Values
 * outside low..high are errors that name the range.
 */
bool value_quantity(const struct quantity *quantity, const char *text,
    int64_t low, int64_t high, int64_t *value, GError **error);
/* In the largest unit that divides it: "1500us", "4k", "32".  g_free() it. */
char *quantity_format(const struct quantity *quantity, int64_t value);

/* A plain decimal number: digits, perhaps with a fraction. */
bool value_real(const char *text, double low, double high, const char *example,
    double *value, GError **error);
/* Events a second, from one in 10^6 s to 10^9: "2000/s". */
bool value_event_rate(const char *text, double *value, GError **error);

/*
 * A word, and the text in the parentheses behind it: "poll(1ms)" gives "poll"
 * and "1ms", "suspend" gives "suspend" and NULL.  Free both with g_free().
 */
bool value_call(const char *text, char **word, char **inside, GError **error);
/* Splits at the commas outside of parentheses, and strips each piece.  Free
 * with g_strfreev(). */
char **value_list(const char *text);

/*
 * constant(X), exponential(MEAN), uniform(LOW,HIGH), lognormal(MEAN,SIGMA),
 * empirical(FILE), or X alone for constant(X).  What can be drawn from the
 * bounded ones, and the means, must be within low..high.  FILE is relative to
 * `directory`, with a value a line.  On success value_distribution_clear() is
 * due.
 */
bool value_distribution(const struct quantity *quantity, const char *text,
    int64_t low, int64_t high, const char *directory,
    struct distribution *distribution, GError **error);
void value_distribution_clear(struct distribution *distribution);
/* The largest value that can be drawn, or 0 where there is no bound. */
int64_t value_distribution_bound(const struct distribution *distribution);

/* A path as written, relative to `directory`.  Free with g_free(). */
char *value_path(const char *text, const char *directory);

/* "expected EXPECTED, not 'TEXT'"; returns false. */
bool value_fail(const char *text, const char *expected, GError **error);

#endif
