/*
 * Numbers with units, and the small syntax around them.  Numbers are scanned
 * by hand rather than by strtod(), which takes "nan", "0x1p3" and "1e400" and
 * depends on the locale.
 */

#include "sim/scenario/values.h"

#include <math.h>
#include <string.h>

#include "sim/scenario/ini.h"
#include "sim/scenario/scenario.h"

#define DIGITS "0123456789"

const struct quantity quantity_time = {
    .name = "time",
    .expected = "a time with its unit (ns, us, ms, s), such as 80us or "
		"1.5s",
    .units = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}},
};

const struct quantity quantity_size = {
    .name = "size",
    .expected = "a size in bytes or with k, m, g, t, such as 4096 or 4k",
    .units = {{"", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30},
	{"t", INT64_C(1) << 40}},
};

const struct quantity quantity_rate = {
    .name = "rate",
    .expected = "a rate in bytes/s, perhaps with k, m, g, t, such as 500m "
		"or 500m/s",
    .units = {{"", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30},
	{"t", INT64_C(1) << 40}},
    .second = true,
};

const struct quantity quantity_integer = {
    .name = "integer",
    .expected = "an integer, such as 32",
    .units = {{"", 1}},
    .whole = true,
};

bool
value_fail(const char *text, const char *expected, GError **error)
{
	g_autofree char *shown = ini_clip(text);

	g_set_error(error, SCENARIO_ERROR, SCENARIO_BAD_VALUE,
	    "expected %s, not '%s'", expected, shown);
	return (false);
}

static bool
outside_range(const struct quantity *quantity, const char *text, int64_t low,
    int64_t high, GError **error)
{
	g_autofree char *shown = ini_clip(text);
	g_autofree char *from = quantity_format(quantity, low);
	g_autofree char *to = quantity_format(quantity, high);

	g_set_error(error, SCENARIO_ERROR, SCENARIO_BAD_VALUE,
	    "'%s' is out of range, expected %s..%s", shown, from, to);
	return (false);
}

/* Length of a decimal number at the start of the text, or 0. */
static size_t
number_length(const char *text)
{
	size_t whole, fraction;

	whole = strspn(text, DIGITS);
	if (whole == 0 || text[whole] != '.')
		return (whole);
	fraction = strspn(text + whole + 1, DIGITS);
	return (fraction == 0 ? 0 : whole + 1 + fraction);
}

/* The factor of the unit at `text`, which must be all that is left; or 0. */
static int64_t
unit_factor(const struct quantity *quantity, const char *text)
{
	size_t i, length;

	length = strlen(text);
	if (quantity->second && length >= 2 &&
	    strcmp(text + length - 2, "/s") == 0)
		length -= 2;
	for (i = 0; i < G_N_ELEMENTS(quantity->units) &&
	     quantity->units[i].letters != NULL;
	     i++)
		if (strlen(quantity->units[i].letters) == length &&
		    strncmp(quantity->units[i].letters, text, length) == 0)
			return (quantity->units[i].factor);
	return (0);
}

/* number * factor rounded; -1 where it does not fit. */
static int64_t
scale(const char *number, int64_t factor)
{
	int64_t whole = 0, part = 0;
	const char *p;

	for (p = number; g_ascii_isdigit(*p); p++) {
		if (whole > (INT64_MAX - (*p - '0')) / 10)
			return (-1);
		whole = whole * 10 + (*p - '0');
	}
	/* The product of a fraction below 1 and a factor of at most 2^40 is far
	 * more exact in a double than the rounding needs. */
	if (*p == '.')
		part = (int64_t)floor(
		    g_ascii_strtod(p, NULL) * (double)factor + 0.5);
	if (whole > (INT64_MAX - part) / factor)
		return (-1);
	return (whole * factor + part);
}

bool
value_quantity(const struct quantity *quantity, const char *text, int64_t low,
    int64_t high, int64_t *value, GError **error)
{
	const char *number = text;
	g_autofree char *digits = NULL;
	int64_t factor, scaled, result;
	size_t length;

	if (quantity->whole && *number == '-')
		number++;
	length =
	    quantity->whole ? strspn(number, DIGITS) : number_length(number);
	factor = unit_factor(quantity, number + length);
	if (length == 0 || factor == 0)
		return (value_fail(text, quantity->expected, error));
	digits = g_strndup(number, length);
	scaled = scale(digits, factor);
	result = number == text ? scaled : -scaled;
	if (scaled < 0 || result < low || result > high)
		return (outside_range(quantity, text, low, high, error));
	*value = result;
	return (true);
}

char *
quantity_format(const struct quantity *quantity, int64_t value)
{
	const char *letters = quantity->units[0].letters;
	int64_t shown = value;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(quantity->units) &&
	     quantity->units[i].letters != NULL;
	     i++)
		if (value != 0 && value % quantity->units[i].factor == 0) {
			letters = quantity->units[i].letters;
			shown = value / quantity->units[i].factor;
		}
	return (g_strdup_printf("%" G_GINT64_FORMAT "%s%s", shown, letters,
	    quantity->second ? "/s" : ""));
}

bool
value_real(const char *text, double low, double high, const char *example,
    double *value, GError **error)
{
	g_autofree char *expected = NULL;
	char from[G_ASCII_DTOSTR_BUF_SIZE], to[G_ASCII_DTOSTR_BUF_SIZE];
	double result;
	size_t length;

	length = number_length(text);
	result = length == 0 ? -1 : g_ascii_strtod(text, NULL);
	if (length != 0 && text[length] == '\0' && result >= low &&
	    result <= high) {
		*value = result;
		return (true);
	}
	expected = g_strdup_printf("a number from %s to %s, such as %s",
	    g_ascii_formatd(from, sizeof(from), "%.10g", low),
	    g_ascii_formatd(to, sizeof(to), "%.10g", high), example);
	return (value_fail(text, expected, error));
}

bool
value_event_rate(const char *text, double *value, GError **error)
{
	g_autofree char *number = NULL;
	g_autoptr(GError) ignored = NULL;

	if (g_str_has_suffix(text, "/s")) {
		number = g_strndup(text, strlen(text) - 2);
		if (value_real(number, 1e-6, 1e9, "2000", value, &ignored))
			return (true);
	}
	return (value_fail(text,
	    "events a second from 0.000001/s to 1000000000/s, such as 2000/s",
	    error));
}

bool
value_call(const char *text, char **word, char **inside, GError **error)
{
	const char *open, *p;
	size_t length;

	open = strchr(text, '(');
	length = strlen(text);
	if (open == NULL) {
		*word = g_strdup(text);
		*inside = NULL;
		return (true);
	}
	for (p = text; p < open && g_ascii_isalpha(*p); p++)
		;
	if (p != open || text[length - 1] != ')')
		return (value_fail(text,
		    "a word with its arguments in parentheses, such as "
		    "exponential(1ms)",
		    error));
	*word = g_strndup(text, (gsize)(open - text));
	*inside = g_strstrip(
	    g_strndup(open + 1, (gsize)(text + length - 1 - (open + 1))));
	return (true);
}

char **
value_list(const char *text)
{
	GPtrArray *pieces;
	const char *p, *start = text;
	int depth = 0;

	pieces = g_ptr_array_new();
	for (p = text;; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && depth > 0)
			depth--;
		if (*p != '\0' && (*p != ',' || depth > 0))
			continue;
		g_ptr_array_add(
		    pieces, g_strstrip(g_strndup(start, (gsize)(p - start))));
		if (*p == '\0')
			break;
		start = p + 1;
	}
	g_ptr_array_add(pieces, NULL);
	return ((char **)g_ptr_array_free(pieces, FALSE));
}

char *
value_path(const char *text, const char *directory)
{
	if (g_path_is_absolute(text) || strcmp(directory, ".") == 0)
		return (g_strdup(text));
	return (g_build_filename(directory, text, NULL));
}
