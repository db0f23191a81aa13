/*
 * What summary.json and the table derive from the numbers of a run, so that the
 * two cannot differ.
 */

#ifndef SIM_DERIVED_H
#define SIM_DERIVED_H

#include "sim/record/recorder.h"

/* The extremes of a gauge; its present value if it was never measured, as in a
 * run that ends within its warm-up. */
static inline int64_t
gauge_least(const struct gauge *gauge)
{
	return (gauge->min <= gauge->max ? gauge->min : gauge->value);
}

static inline int64_t
gauge_most(const struct gauge *gauge)
{
	return (gauge->min <= gauge->max ? gauge->max : gauge->value);
}

/* Requests finished a second, after the warm-up. */
static inline double
throughput(const struct results *r)
{
	if (r->measured_ns <= 0)
		return (0);
	return ((double)r->measured * 1e9 / (double)r->measured_ns);
}

/* Busy channel time over the time of all channels: 0..1. */
static inline double
utilization(const struct device_summary *device, int64_t measured_ns)
{
	return (gauge_mean(&device->busy_channels, measured_ns) /
	    (double)device->channels);
}

/* Reads that were in the cache; 0 if none was asked for. */
double file_hit_ratio(const struct file_summary *file);

#endif
