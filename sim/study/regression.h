/*
 * The regression check: plays scenarios and compares each with its baseline.
 */

#ifndef SIM_REGRESSION_H
#define SIM_REGRESSION_H

#include <glib.h>
#include <stdbool.h>

#include "sim/commands.h"

struct regression {
	const char *directory; /* of the baselines */
	bool update;           /* rewrite what differs, instead of failing */
	guint same, differing;
};

/* One scenario, in heap, or in simgrid where heap cannot play it.  Says on
 * stdout what moved, and on stderr what went wrong. */
enum exit_status regression_check(
    struct regression *regression, const char *path);

/* Baselines whose scenario is not among `paths` (NULL-terminated): told, or
 * removed when updating. */
enum exit_status regression_find_orphans(
    struct regression *regression, char **paths);

#endif
