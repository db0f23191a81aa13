/*
 * What `aiosim calibrate` prints: the section with what is known about it in
 * comments, or all of it as JSON.
 */

#ifndef SIM_CALIBRATE_REPORT_H
#define SIM_CALIBRATE_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "sim/calibrate/fit.h"

struct report {
	const struct fit_setup *setup;
	const struct fit *fit;
	const char *source; /* the paths */
	bool fio;           /* read from fio; else measured: */
	int64_t size_bytes;
	double seconds;
	bool direct, random;
	const char *empirical; /* the file of latencies, or NULL */
};

void report_print(FILE *file, const struct report *report);
/* The caller owns the reference.  NULL if it was interrupted: the model is
 * played at further depths for its curve. */
json_t *report_json(const struct report *report);

#endif
