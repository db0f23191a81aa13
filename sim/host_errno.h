/*
 * The host's error numbers and the modelled kernels' names for them.  This is
 * the edge at which one becomes the other.
 */

#ifndef SIM_HOST_ERRNO_H
#define SIM_HOST_ERRNO_H

#include "model/kernel.h"

/* The kernel's name of a host's errno; KE_EIO for one that it has not. */
enum kernel_errno host_errno_name(int error);
/* The host's number of a kernel's error. */
int host_errno_number(enum kernel_errno error);

#endif
