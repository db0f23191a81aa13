/*
 * The retraced world: the real one's way of doing I/O, in virtual time.  It
 * needs a table of what was measured as its context (struct run_hooks).  Given
 * the services and the late times of a run in the real world it must be that
 * run again, to the nanosecond; the kernel model, the programs and the driver
 * have no part in which the two worlds may differ.
 */

#ifndef SIM_CROSSCHECK_RETRACED_H
#define SIM_CROSSCHECK_RETRACED_H

#include "sim/world.h"

extern const struct world_ops world_retraced;

#endif
