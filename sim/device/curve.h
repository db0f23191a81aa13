/*
 * How fast a disk of model = curve is: a rate for each number of I/Os at work.
 * Pure; the heap world and SimGrid ask the same functions.
 */

#ifndef SIM_DEVICE_CURVE_H
#define SIM_DEVICE_CURVE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/device/config.h"

/* Bytes a second of `count` >= 1 reads or writes together; beyond the table's
 * end its last value holds. */
double curve_rate(const struct curve_config *curve, bool write, int64_t count);
/* The largest rate, which reads and writes together do not exceed. */
double curve_peak(const struct curve_config *curve);

/*
 * What reads and writes get of it, in bytes a second, all of one kind equally:
 * no kind more than its own curve says, both together no more than the peak,
 * and beyond that as fair as can be (max-min).  This is how SimGrid shares a
 * disk.
 */
struct curve_shares {
	double reads, writes;
};
struct curve_shares curve_share(
    const struct curve_config *curve, int64_t reads, int64_t writes);

#endif
