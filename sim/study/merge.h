/*
 * Parts of a sweep, from several machines, put together.
 */

#ifndef SIM_MERGE_H
#define SIM_MERGE_H

#include <glib.h>

#include "sim/commands.h"

/* Makes OUT what the whole sweep would have made it.  Every part is looked at
 * before anything is written.  Errors go to stderr, a line. */
enum exit_status merge_parts(char *const *dirs, guint count, const char *out);

#endif
