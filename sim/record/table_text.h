/*
 * Numbers as the table shows them.  Each function writes into `text` and
 * returns it.
 */

#ifndef SIM_TABLE_TEXT_H
#define SIM_TABLE_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define TEXT_SIZE 32 /* of a number with its unit */

/* "1,234,567" */
const char *count_text(char text[TEXT_SIZE], uint64_t count);
/* Three significant digits, and all of the integer part. */
const char *real_text(char text[TEXT_SIZE], double value);
/* "12.3 ms" */
const char *time_text(char text[TEXT_SIZE], double ns);
/* "1.50 MiB" */
const char *bytes_text(char text[TEXT_SIZE], uint64_t bytes);
/* "1,234,567", and "12.3 M" where that would burst a column. */
const char *short_count(char text[TEXT_SIZE], uint64_t count);

/* Where something has become ten times as much, or more: by how many, "x12.3",
 * which says more than per cent do.  `share` is what was added to each 1; false
 * where it is less, and `text` is left alone. */
bool factor_text(char text[TEXT_SIZE], double share);

#endif
