/*
 * Integers as decimal text, for files of millions of rows, where fprintf would
 * take most of a run's time.  Each function writes at `at`, adds no final NUL,
 * and returns the end of what it wrote.
 */

#ifndef SIM_INTEGERS_H
#define SIM_INTEGERS_H

#include <stdint.h>

#define INTEGER_SIZE 20 /* most characters of one, sign included */

char *put_unsigned(char *at, uint64_t value);
char *put_integer(char *at, int64_t value);

/* Nanoseconds >= 0 as microseconds with three decimals, "12.345"; one character
 * more than the integer. */
char *put_microseconds(char *at, int64_t ns);

/* The text, without its NUL.  The caller knows that there is room. */
char *put_text(char *at, const char *text);

#endif
