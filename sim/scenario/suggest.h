/*
 * "Did you mean": the nearest of some names to a misspelt one.
 */

#ifndef SIM_SCENARIO_SUGGEST_H
#define SIM_SCENARIO_SUGGEST_H

#include <glib.h>

/*
 * The candidate (an array of const char *) nearest to `word`, by insertions,
 * deletions, substitutions and swaps of neighbours; the first of equals.  NULL
 * if more than about a third of the letters would have to change.
 */
const char *suggest_nearest(const char *word, const GPtrArray *candidates);

/*
 * The end of a message: ", did you mean 'nearest'?", or "; " and `otherwise`
 * where nothing is near.  Free with g_free().
 */
char *suggest_ending(
    const char *word, const GPtrArray *candidates, const char *otherwise);

#endif
