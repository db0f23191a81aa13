/*
 * The grid of a sweep.
 */

#include <string.h>

#include "sim/study/sweep_grid.h"

static void
clear_axis(void *data)
{
	struct sweep_axis *axis = data;

	g_free(axis->key);
	g_strfreev(axis->values);
}

GArray *
grid_new(void)
{
	GArray *axes = g_array_new(FALSE, FALSE, sizeof(struct sweep_axis));

	g_array_set_clear_func(axes, clear_axis);
	return (axes);
}

static struct sweep_axis *
axis_at(const GArray *axes, guint i)
{
	return (&g_array_index(axes, struct sweep_axis, i));
}

void
grid_add(GArray *axes, const char *key, char **values)
{
	struct sweep_axis axis = {g_strdup(key), g_strdupv(values)};
	guint i;

	for (i = 0; i < axes->len; i++) {
		if (strcmp(axis_at(axes, i)->key, key) != 0)
			continue;
		clear_axis(axis_at(axes, i));
		*axis_at(axes, i) = axis;
		return;
	}
	g_array_append_val(axes, axis);
}

guint
grid_count(const GArray *axes)
{
	guint64 count = axes->len > 0;
	guint i;

	for (i = 0; i < axes->len && count <= GRID_MOST; i++)
		count *= g_strv_length(axis_at(axes, i)->values);
	return ((guint)MIN(count, GRID_MOST + 1));
}

char **
grid_values(const GArray *axes, guint point)
{
	char **values = g_new0(char *, axes->len + 1);
	guint i, length, rest = point - 1;

	for (i = axes->len; i-- > 0;) {
		length = g_strv_length(axis_at(axes, i)->values);
		values[i] = g_strdup(axis_at(axes, i)->values[rest % length]);
		rest /= length;
	}
	return (values);
}

char **
grid_sets(const GArray *axes, guint point)
{
	char **sets = grid_values(axes, point);
	guint i;

	for (i = 0; i < axes->len; i++) {
		g_autofree char *value = sets[i];

		sets[i] =
		    g_strdup_printf("%s=%s", axis_at(axes, i)->key, value);
	}
	return (sets);
}

/* No separators and no blanks. */
char *
grid_label(const GArray *axes, guint point)
{
	g_auto(GStrv) sets = grid_sets(axes, point);

	return (g_strdelimit(g_strjoinv(",", sets), "/ ", '_'));
}

bool
grid_equal(const GArray *a, const GArray *b)
{
	guint i;

	if (a->len != b->len)
		return (false);
	for (i = 0; i < a->len; i++)
		if (strcmp(axis_at(a, i)->key, axis_at(b, i)->key) != 0 ||
		    !g_strv_equal((const char *const *)axis_at(a, i)->values,
			(const char *const *)axis_at(b, i)->values))
			return (false);
	return (true);
}
