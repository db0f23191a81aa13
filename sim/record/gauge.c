/*
 * A gauge: a value over time, with its extremes and its integral.
 */

#include "sim/record/recorder_impl.h"

void
gauge_init(struct gauge *gauge)
{
	memset(gauge, 0, sizeof(*gauge));
	gauge->min = INT64_MAX;
	gauge->max = INT64_MIN;
}

void
gauge_close(struct gauge *gauge, int64_t from_ns, int64_t now_ns)
{
	int64_t since = MAX(gauge->since_ns, from_ns);

	if (now_ns > since) {
		gauge->integral += (__int128)gauge->value * (now_ns - since);
		gauge->min = MIN(gauge->min, gauge->value);
		gauge->max = MAX(gauge->max, gauge->value);
	}
	gauge->since_ns = now_ns;
}

void
gauge_set(struct gauge *gauge, int64_t from_ns, int64_t now_ns, int64_t value)
{
	if (value == gauge->value)
		return;
	gauge_close(gauge, from_ns, now_ns);
	gauge->value = value;
}

double
gauge_mean(const struct gauge *gauge, int64_t measured_ns)
{
	if (measured_ns <= 0)
		return (0);
	return ((double)gauge->integral / (double)measured_ns);
}
