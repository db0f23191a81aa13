/*
 * Edit distance between names (optimal string alignment).
 */

#include "sim/spelling.h"

#include <stddef.h>
#include <string.h>

static unsigned
least(unsigned a, unsigned b)
{
	return (a < b ? a : b);
}

unsigned
spelling_distance(const char *a, const char *b)
{
	unsigned rows[3][SPELLING_LONGEST + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t i, j, a_length = strlen(a), b_length = strlen(b);

	for (j = 0; j <= b_length; j++)
		above[j] = (unsigned)j;
	for (i = 1; i <= a_length; i++) {
		row[0] = (unsigned)i;
		for (j = 1; j <= b_length; j++) {
			row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(row[j], above[j] + 1);
			row[j] = least(row[j], row[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return (above[b_length]);
}

unsigned
spelling_tolerance(unsigned length)
{
	return ((length + 2) / 3);
}
