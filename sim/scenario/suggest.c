/*
 * The nearest of some names, and how a message ends with it.
 */

#include "sim/scenario/suggest.h"

#include <string.h>

#include "sim/spelling.h"

const char *
suggest_nearest(const char *word, const GPtrArray *candidates)
{
	const char *candidate, *nearest = NULL;
	size_t length = strlen(word);
	unsigned least, d;
	guint i;

	if (length > SPELLING_LONGEST)
		return (NULL);
	least = spelling_tolerance((unsigned)length) + 1;
	for (i = 0; i < candidates->len; i++) {
		candidate = candidates->pdata[i];
		if (strlen(candidate) > SPELLING_LONGEST)
			continue;
		d = spelling_distance(word, candidate);
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
