/*
 * The list of worlds.
 */

#include <string.h>

#include "sim/world.h"

static const struct world_ops *const worlds[] = {
    &world_simgrid,
    &world_heap,
    &world_posix,
};

const struct world_ops *
world_find(const char *name)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(worlds); i++)
		if (strcmp(worlds[i]->name, name) == 0)
			return (worlds[i]);
	return (NULL);
}
