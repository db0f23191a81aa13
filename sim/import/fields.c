/*
 * Fields of foreign traces.  Numbers are read as integers throughout: a double
 * does not hold a time of day in nanoseconds.
 */

#include "sim/import/fields.h"

#include <string.h>

#define NS_PER_S 1000000000

int
fields_at_blanks(char *text, char **fields, int max)
{
	int n = 0;

	while (n < max) {
		text += strspn(text, " \t");
		if (*text == '\0')
			break;
		fields[n++] = text;
		text += strcspn(text, " \t");
		if (*text != '\0')
			*text++ = '\0';
	}
	return (n);
}

int
fields_at_commas(char *text, char **fields, int max)
{
	char *comma;
	int n = 0;

	for (;;) {
		comma = strchr(text, ',');
		if (comma != NULL)
			*comma = '\0';
		fields[n++] = g_strstrip(text);
		if (comma == NULL || n == max)
			return (comma == NULL ? n : max + 1);
		text = comma + 1;
	}
}

/* Digits to *value; false if it is above max.  *end is behind them. */
static bool
read_digits(const char *text, int64_t max, int64_t *value, const char **end)
{
	const char *p;
	int64_t digit;

	*value = 0;
	for (p = text; g_ascii_isdigit(*p); p++) {
		digit = *p - '0';
		if (digit > max || *value > (max - digit) / 10)
			return (false);
		*value = *value * 10 + digit;
	}
	*end = p;
	return (true);
}

int
field_number(struct reader *r, const char *what, const char *text, int64_t max,
    int64_t *value)
{
	const char *end = text;

	if (!read_digits(text, max, value, &end))
		return (reader_fail(r,
		    "%s %s is too large; the most is %" G_GINT64_FORMAT, what,
		    text, max));
	if (end == text || *end != '\0')
		return (reader_fail(
		    r, "%s '%s' is not a whole number", what, text));
	return (0);
}

int
field_seconds(struct reader *r, const char *what, const char *text,
    int64_t max_ns, int64_t *ns)
{
	const char *end = text;
	int64_t seconds, scale = NS_PER_S;

	if (!read_digits(text, max_ns / NS_PER_S - 1, &seconds, &end))
		return (reader_fail(r,
		    "%s %s s is too large; the most is %" G_GINT64_FORMAT, what,
		    text, max_ns / NS_PER_S - 1));
	*ns = seconds * NS_PER_S;
	if (end != text && *end == '.' && g_ascii_isdigit(end[1]))
		for (end++; g_ascii_isdigit(*end); end++) {
			scale /= 10;
			*ns += (*end - '0') * scale;
		}
	if (end == text || *end != '\0')
		return (reader_fail(
		    r, "%s '%s' is not a number of seconds", what, text));
	return (0);
}

int
field_bytes(struct reader *r, const char *offset, const char *size,
    struct import_request *request)
{
	if (field_number(
		r, "offset", offset, FILE_SIZE_MAX, &request->offset_bytes) < 0)
		return (-1);
	return (
	    field_number(r, "size", size, UINT32_MAX, &request->size_bytes));
}

int
field_sector(struct reader *r, const char *what, const char *text,
    struct import_request *request)
{
	if (field_number(r, what, text, FILE_SIZE_MAX / SECTOR_BYTES,
		&request->offset_bytes) < 0)
		return (-1);
	request->offset_bytes *= SECTOR_BYTES;
	return (0);
}
