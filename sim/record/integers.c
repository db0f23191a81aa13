/*
 * Integers as decimal text.  Two digits a division, from the right; decides
 * nothing but the speed.
 */

#include "sim/record/integers.h"

#include <glib.h>
#include <string.h>

static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

char *
put_unsigned(char *at, uint64_t value)
{
	char digits[INTEGER_SIZE];
	char *first = digits + sizeof(digits);
	size_t length;

	while (value >= 100) {
		first -= 2;
		memcpy(first, pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10) {
		first -= 2;
		memcpy(first, pairs + 2 * value, 2);
	} else {
		*--first = (char)('0' + value);
	}
	length = (size_t)(digits + sizeof(digits) - first);
	memcpy(at, first, length);
	return (at + length);
}

char *
put_integer(char *at, int64_t value)
{
	if (value >= 0)
		return (put_unsigned(at, (uint64_t)value));
	*at = '-';
	/* Negated as unsigned, since INT64_MIN has no positive twin. */
	return (put_unsigned(at + 1, -(uint64_t)value));
}

char *
put_microseconds(char *at, int64_t ns)
{
	int64_t rest = ns % 1000;

	g_assert(ns >= 0);
	at = put_integer(at, ns / 1000);
	*at++ = '.';
	*at++ = (char)('0' + rest / 100);
	memcpy(at, pairs + 2 * (rest % 100), 2);
	return (at + 2);
}

char *
put_text(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length);
	return (at + length);
}
