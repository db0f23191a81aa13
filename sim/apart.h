/*
 * Work in a child process of its own, since SimGrid can be started once in a
 * process, and a run that breaks off should not take the others with it.
 */

#ifndef SIM_APART_H
#define SIM_APART_H

#include <glib.h>
#include <stdio.h>

#include "sim/commands.h"

/* What the child does: it writes to `out`, and returns its exit status. */
typedef int apart_work(void *context, FILE *out);

/*
 * Does the work in a child and returns what it wrote.  *status is as waitpid()
 * has it.  NULL, with an error, if there is no child to be had.
 */
GString *apart_run(
    apart_work *work, void *context, int *status, GError **error);

/*
 * Does the work in a child that prints for itself, and returns its exit status:
 * STATUS_BUG if it broke off, STATUS_FAILED with a line on stderr that begins
 * with `name` if there is no child to be had.
 */
typedef enum exit_status apart_play_work(void *context);
enum exit_status apart_play(
    apart_play_work *work, void *context, const char *name);

/* In a child: be killed when the parent dies, where the system can do that.  A
 * run that goes on alone would write over a later one's files. */
void apart_die_with_parent(void);

#endif
