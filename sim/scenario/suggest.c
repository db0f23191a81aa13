/*
 * Edit distance between names (optimal string alignment), for messages only.
 */

#include "sim/scenario/suggest.h"

#include <string.h>

/* No name of ours is longer; anything longer is no misspelling of one. */
#define LONGEST 64

static unsigned
distance(const char *a, const char *b)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t i, j, a_length = strlen(a), b_length = strlen(b);

	for (j = 0; j <= b_length; j++)
		above[j] = (unsigned)j;
	for (i = 1; i <= a_length; i++) {
		row[0] = (unsigned)i;
		for (j = 1; j <= b_length; j++) {
			row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = MIN(row[j], above[j] + 1);
			row[j] = MIN(row[j], row[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return (above[b_length]);
}

const char *
suggest_nearest(const char *word, const GPtrArray *candidates)
{
	const char *candidate, *nearest = NULL;
	size_t length = strlen(word);
	unsigned least, d;
	guint i;

	if (length > LONGEST)
		return (NULL);
	least = (unsigned)(length + 2) / 3 + 1;
	for (i = 0; i < candidates->len; i++) {
		candidate = candidates->pdata[i];
		if (strlen(candidate) > LONGEST)
			continue;
		d = distance(word, candidate);
		if (d < least) {
			least = d;
			nearest = candidate;
		}
	}
	return (nearest);
}

char *
suggest_ending(
    const char *word, const GPtrArray *candidates, const char *otherwise)
{
	const char *nearest;

	nearest = suggest_nearest(word, candidates);
	if (nearest != NULL)
		return (g_strdup_printf(", did you mean '%s'?", nearest));
	return (g_strdup_printf("; %s", otherwise));
}
