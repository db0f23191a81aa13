/*
 * Numbers as the table shows them: three significant digits and a unit.
 */

#include <inttypes.h>
#include <string.h>

#include "sim/record/table_text.h"

/* "1,234,567" */
const char *
count_text(char text[TEXT_SIZE], uint64_t count)
{
	char *at = text + TEXT_SIZE - 1;
	int digits = 0;

	*at = '\0';
	do {
		if (digits != 0 && digits % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + count % 10);
		count /= 10;
		digits++;
	} while (count != 0);
	return (memmove(text, at, strlen(at) + 1));
}

/* Three significant digits, and all of the integer part. */
const char *
real_text(char text[TEXT_SIZE], double value)
{
	const char *format = "%.2f";

	if (value >= 999.5)
		return (count_text(text, (uint64_t)(value + 0.5)));
	if (value == 0 || value >= 99.95)
		format = "%.0f";
	else if (value >= 9.995)
		format = "%.1f";
	else if (value < 0.0995)
		format = "%.2g";
	return (g_ascii_formatd(text, TEXT_SIZE, format, value));
}

/* "12.3 ms": in the largest unit that leaves at least 1; a number of the
 * smallest is whole. */
static const char *
scaled_text(
    char text[TEXT_SIZE], double value, double step, const char *const *units)
{
	char digits[TEXT_SIZE];

	if (value < 999.5) {
		g_snprintf(text, TEXT_SIZE, "%.0f %s", value, *units);
		return (text);
	}
	while (value >= 999.5 && units[1] != NULL) {
		value /= step;
		units++;
	}
	g_snprintf(text, TEXT_SIZE, "%s %s", real_text(digits, value), *units);
	return (text);
}

const char *
time_text(char text[TEXT_SIZE], double ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s", NULL};

	if (ns == 0)
		return (strcpy(text, "0"));
	return (scaled_text(text, ns, 1000, units));
}

const char *
bytes_text(char text[TEXT_SIZE], uint64_t bytes)
{
	static const char *const units[] = {
	    "B", "KiB", "MiB", "GiB", "TiB", "PiB", NULL};

	return (scaled_text(text, (double)bytes, 1024, units));
}

/* "1,234,567", and "12.3 M" where that would burst a column. */
const char *
short_count(char text[TEXT_SIZE], uint64_t count)
{
	static const char *const units[] = {"k", "M", "G", "T", NULL};

	if (count < 10000000)
		return (count_text(text, count));
	return (scaled_text(text, (double)count / 1000, 1000, units));
}

bool
factor_text(char text[TEXT_SIZE], double share)
{
	char number[TEXT_SIZE];

	if (!(share >= 9))
		return (false);
	g_snprintf(text, TEXT_SIZE, "x%s", real_text(number, 1 + share));
	return (true);
}
