/*
 * What --set puts into a document: NODE=VALUE for a tunable, or
 * SECTION.KEY=VALUE, split at the last dot of the left side.
 */

#ifndef SIM_SCENARIO_OVERRIDES_H
#define SIM_SCENARIO_OVERRIDES_H

#include <glib.h>
#include <stdbool.h>

#include "sim/scenario/ini.h"

/* The place of a --set in messages.  Free with g_free(). */
char *override_place(const char *set);
/* Whether it sets the kernel, on which the meaning of the others depends. */
bool override_is_kernel(const char *set);

/*
 * Puts one "KEY=VALUE" into the document with `where` as its place.  Nodes are
 * those of any kernel; `kernel` is for messages.  Keys may be new, and so may
 * the sections without a name; disks, files and processes must be there.
 * Whether key and value are right is left to the reading of the document.
 */
bool override_apply(struct ini *ini, const char *set, const char *where,
    const char *kernel, GError **error);

#endif
