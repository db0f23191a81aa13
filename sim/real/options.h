/*
 * What the user says about a run in the real world: where its files lie, which
 * existing ones it may use, and what sockets are made of.
 */

#ifndef SIM_REAL_OPTIONS_H
#define SIM_REAL_OPTIONS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/world.h"

/* Zeroed: a temporary directory, nothing mapped, TCP. */
struct real_options {
	char *dir;      /* where files are made; NULL: $TMPDIR or /tmp */
	char **maps;    /* "FILE=PATH", NULL-terminated; or NULL */
	gboolean fill;  /* write files full instead of making them sparse */
	gboolean keep;  /* they stay, under the names of the scenario */
	gboolean write; /* what is mapped may be written to */
	gboolean socketpair; /* instead of TCP over loopback */
	char *grace;         /* as given; see real_options_grace_ns() */
};

/* Adds --dir, --fill, --keep, --map, --write, --socketpair and --grace. */
void real_options_add(GOptionContext *context, struct real_options *options);
/* False with a line on stderr that begins with the command's name: an option
 * was given although the world is another one, or has a bad value. */
bool real_options_check(const struct real_options *options,
    const struct world_ops *world, const char *command);
/* Without any progress for so long, a run has stalled. */
int64_t real_options_grace_ns(const struct real_options *options);
void real_options_release(struct real_options *options);

#endif
