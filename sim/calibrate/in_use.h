/*
 * Whether a disk is in use: mounted, swapped to, or a part of something that
 * is.  Measuring one would disturb it, and writing destroy it.
 */

#ifndef SIM_CALIBRATE_IN_USE_H
#define SIM_CALIBRATE_IN_USE_H

#include <stdbool.h>

/* Where the system says so. */
struct in_use_places {
	const char *mounts; /* /proc/self/mountinfo */
	const char *swaps;  /* /proc/swaps */
	const char *sys;    /* /sys */
};
extern const struct in_use_places in_use_linux;

/*
 * Of the block device `major`:`minor`: NULL if it is free, else why it is not,
 * such as "it is mounted on /home"; free with g_free().  The whole disk of a
 * mounted partition is in use, and so is the partition of a mounted disk.
 */
char *in_use_why(
    const struct in_use_places *places, unsigned major, unsigned minor);

/* Whether a regular file is one that is swapped to. */
bool in_use_as_swap(const struct in_use_places *places, const char *path);

#endif
