/*
 * The grid of a sweep: an array of struct sweep_axis, whose points are numbered
 * from 1; the last axis varies fastest.
 */

#ifndef SIM_SWEEP_GRID_H
#define SIM_SWEEP_GRID_H

#include <glib.h>
#include <stdbool.h>

#include "sim/scenario/scenario.h"

#define GRID_MOST 1000000 /* points */

/* Frees its axes with itself. */
GArray *grid_new(void);
/* Copies an axis; one of the same key takes the place of the earlier. */
void grid_add(GArray *axes, const char *key, char **values);

/* 0 without an axis, and GRID_MOST + 1 if there are more than that. */
guint grid_count(const GArray *axes);
/* The values at a point, one an axis; free with g_strfreev(). */
char **grid_values(const GArray *axes, guint point);
/* The same as "KEY=VALUE". */
char **grid_sets(const GArray *axes, guint point);
/* The name of the point's folder; free with g_free(). */
char *grid_label(const GArray *axes, guint point);

bool grid_equal(const GArray *a, const GArray *b);

#endif
