/*
 * How near a misspelt name is to another, for messages only.  It needs nothing
 * but libc, so that the preload library has it too.
 */

#ifndef SIM_SPELLING_H
#define SIM_SPELLING_H

/* No name of ours is longer; anything longer is no misspelling of one. */
#define SPELLING_LONGEST 64

/* Insertions, deletions, substitutions and swaps of neighbours that make one of
 * the other, both no longer than that. */
unsigned spelling_distance(const char *a, const char *b);
/* How many of them may make a misspelling of what is so long: about a third. */
unsigned spelling_tolerance(unsigned length);

#endif
