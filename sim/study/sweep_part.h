/*
 * What the directory of a sweep says of itself, in sweep.json: which sweep it
 * is of, and which of its points it holds.  Enough to tell whether directories
 * from several machines are parts of one sweep, and what is missing.
 */

#ifndef SIM_SWEEP_PART_H
#define SIM_SWEEP_PART_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

#include "sim/study/sweep_grid.h"

#define SWEEP_ERROR (g_quark_from_static_string("sweep"))

struct sweep_part {
	char *scenario, *kernel, *world, *version;
	/* A hash of the scenario, of every file that it names, and of the
	 * settings on top. */
	char *inputs;
	uint64_t seed;
	guint reps;
	GArray *axes;
	guint first, last; /* the points that it holds */
};

/* Also of one that is all zeros. */
void sweep_part_release(struct sweep_part *part);

json_t *sweep_part_json(const struct sweep_part *part);
/* From DIR/sweep.json; false, with an error that names the file.  To be
 * released in any case. */
bool sweep_part_read(struct sweep_part *part, const char *dir, GError **error);

/* In what the two are not parts of one sweep, as in "has seed 1, but B has seed
 * 2"; NULL if they are.  `b_dir` is B.  Free with g_free(). */
char *sweep_part_differs(
    const struct sweep_part *a, const struct sweep_part *b, const char *b_dir);

#endif
