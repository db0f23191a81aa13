/*
 * Reading a [fault NAME] section.  The section is filled by the key table, as
 * all are (keys_fill("fault", …) into a struct fault); then fault_check() sees
 * to what goes together.  A file of faults alone is read in the same way.
 */

#ifndef SIM_SCENARIO_FAULT_KEYS_H
#define SIM_SCENARIO_FAULT_KEYS_H

#include <glib.h>
#include <stdbool.h>

#include "sim/fault.h"
#include "sim/scenario/ini.h"

/* False with "where: message" if keys are missing or exclude each other.
 * section->index is the fault's number. */
bool fault_check(
    const struct ini_section *section, struct fault *fault, GError **error);

#endif
