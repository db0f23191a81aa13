/*
 * Distributions as a scenario writes them, with the values of an empirical one
 * read from their file.
 */

#include <math.h>
#include <string.h>

#include "sim/scenario/ini.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/values.h"

#define SIGMA_MAX 10

/* What the parsers of the single distributions share. */
struct request {
	const struct quantity *quantity;
	int64_t low, high;
	const char *directory;
	GError **error;
};

static bool
parse_value(const struct request *r, const char *text, double *value)
{
	int64_t parsed;

	if (!value_quantity(
		r->quantity, text, r->low, r->high, &parsed, r->error))
		return (false);
	*value = (double)parsed;
	return (true);
}

static bool
parse_one(
    const struct request *r, const char *inside, struct distribution *result)
{
	return (parse_value(r, inside, &result->a));
}

static bool
parse_uniform(
    const struct request *r, const char *inside, struct distribution *result)
{
	g_auto(GStrv) arguments = value_list(inside);

	if (g_strv_length(arguments) != 2)
		return (value_fail(inside,
		    "two values, the least and the greatest, such as "
		    "uniform(4k,64k) or uniform(80us,1ms)",
		    r->error));
	if (!parse_value(r, arguments[0], &result->a) ||
	    !parse_value(r, arguments[1], &result->b))
		return (false);
	if (result->a > result->b)
		return (value_fail(inside,
		    "the least value before the greatest in uniform()",
		    r->error));
	return (true);
}

static bool
parse_lognormal(
    const struct request *r, const char *inside, struct distribution *result)
{
	g_auto(GStrv) arguments = value_list(inside);

	if (g_strv_length(arguments) != 2)
		return (value_fail(inside,
		    "the mean and the sigma of the logarithm, such as "
		    "lognormal(80us,0.5) or lognormal(16k,0.5)",
		    r->error));
	if (!parse_value(r, arguments[0], &result->a))
		return (false);
	if (result->a <= 0)
		return (value_fail(arguments[0],
		    "a mean above zero in lognormal()", r->error));
	return (value_real(
	    arguments[1], 0, SIGMA_MAX, "0.5", &result->b, r->error));
}

static bool
parse_line(const struct request *r, char *line, const char *where,
    struct distribution *result)
{
	g_autoptr(GError) problem = NULL;
	int64_t value;

	line = ini_strip(line);
	if (line[0] == '\0')
		return (true);
	if (!value_quantity(
		r->quantity, line, r->low, r->high, &value, &problem))
		return (ini_fail(r->error, where, "%s", problem->message));
	g_array_append_val(result->values, value);
	return (true);
}

static bool
parse_values(const struct request *r, const char *path, const char *text,
    gsize length, struct distribution *result)
{
	const char *end = text + length, *next, *newline;
	unsigned number = 0;

	if (!ini_check_text(text, length, path, r->error))
		return (false);
	for (; text < end; text = next) {
		g_autofree char *line = NULL;
		g_autofree char *where = NULL;

		newline = memchr(text, '\n', (gsize)(end - text));
		next = newline == NULL ? end : newline + 1;
		line = g_strndup(text, (gsize)(next - text));
		where = g_strdup_printf("%s:%u", path, ++number);
		if (!parse_line(r, line, where, result))
			return (false);
	}
	if (result->values->len == 0)
		return (ini_fail(r->error, path,
		    "no value in this file; it needs one a line, each %s",
		    r->quantity->expected));
	return (true);
}

static bool
parse_empirical(
    const struct request *r, const char *inside, struct distribution *result)
{
	g_autofree char *path = value_path(inside, r->directory);
	g_autofree char *text = NULL;
	gsize length;

	if (inside[0] == '\0')
		return (value_fail(inside,
		    "a file with a value a line, such as empirical(times.txt)",
		    r->error));
	text = ini_read_file(path, &length, r->error);
	if (text == NULL)
		return (false);
	result->values = g_array_new(FALSE, FALSE, sizeof(int64_t));
	if (parse_values(r, path, text, length, result))
		return (true);
	g_array_unref(result->values);
	return (false);
}

static const struct {
	const char *word;
	enum distribution_kind kind;
	bool (*parse)(const struct request *, const char *inside,
	    struct distribution *result);
} distributions[] = {
    {"constant", DISTRIBUTION_CONSTANT, parse_one},
    {"exponential", DISTRIBUTION_EXPONENTIAL, parse_one},
    {"uniform", DISTRIBUTION_UNIFORM, parse_uniform},
    {"lognormal", DISTRIBUTION_LOGNORMAL, parse_lognormal},
    {"empirical", DISTRIBUTION_EMPIRICAL, parse_empirical},
};

bool
value_distribution(const struct quantity *quantity, const char *text,
    int64_t low, int64_t high, const char *directory,
    struct distribution *distribution, GError **error)
{
	struct request r = {quantity, low, high, directory, error};
	struct distribution result = {.kind = DISTRIBUTION_CONSTANT};
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;
	size_t i;

	if (!value_call(text, &word, &inside, error))
		return (false);
	if (inside == NULL) {
		if (!parse_one(&r, word, &result))
			return (false);
		*distribution = result;
		return (true);
	}
	for (i = 0; i < G_N_ELEMENTS(distributions); i++) {
		if (strcmp(distributions[i].word, word) != 0)
			continue;
		result.kind = distributions[i].kind;
		if (!distributions[i].parse(&r, inside, &result))
			return (false);
		*distribution = result;
		return (true);
	}
	return (value_fail(text,
	    "constant(), exponential(), uniform(), lognormal() or empirical()",
	    error));
}

void
value_distribution_clear(struct distribution *distribution)
{
	if (distribution->values != NULL)
		g_array_unref(distribution->values);
	distribution->values = NULL;
}

int64_t
value_distribution_bound(const struct distribution *distribution)
{
	int64_t largest = 0;
	guint i;

	switch (distribution->kind) {
	case DISTRIBUTION_CONSTANT:
		return ((int64_t)distribution->a);
	case DISTRIBUTION_UNIFORM:
		return ((int64_t)distribution->b);
	case DISTRIBUTION_EMPIRICAL:
		for (i = 0; i < distribution->values->len; i++)
			largest = MAX(largest,
			    g_array_index(distribution->values, int64_t, i));
		return (largest);
	case DISTRIBUTION_EXPONENTIAL:
	case DISTRIBUTION_LOGNORMAL:
		break;
	}
	return (0);
}
