/*
 * Without C++ there is no non-linear sharing.
 */

#include "sim/simgrid_curve.h"

bool
simgrid_curve_set(sg_disk_t disk, simgrid_curve *curve, const void *context)
{
	(void)disk, (void)curve, (void)context;
	return (false);
}
