/*
 * SimGrid's non-linear sharing of a disk, which its C interface does not have.
 */

#ifndef SIM_SIMGRID_CURVE_H
#define SIM_SIMGRID_CURVE_H

#include <stdbool.h>

#include <simgrid/disk.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The rate in SimGrid's unit of `count` reads or writes together. */
typedef double simgrid_curve(const void *context, bool write, int count);

/* False where there is no C++ compiler to reach it with. */
bool simgrid_curve_set(
    sg_disk_t disk, simgrid_curve *curve, const void *context);

#ifdef __cplusplus
}
#endif

#endif
