/*
 * Statistics over replications.
 *
 * All functions take plain arrays, sum in the order of the array and use no
 * libm, so that the same numbers give the same bits everywhere.  What is not
 * defined for want of values is NAN; whoever prints it leaves the field empty.
 */

#ifndef SIM_STATISTICS_H
#define SIM_STATISTICS_H

#include <stddef.h>

#define MOST_REPLICATIONS 10000

struct estimate {
	size_t n;
	double mean;       /* NAN for n = 0 */
	double deviation;  /* of a single value (n - 1 below); NAN for n < 2 */
	double half_width; /* of the two-sided 95 % Student interval of the
			    * mean; NAN for n < 2 */
};

/* Independent values, such as one for each replication. */
struct estimate statistics_estimate(const double *x, size_t n);

/* The differences a[i] - b[i]: two configurations that met the same random
 * numbers, replication by replication. */
struct estimate statistics_paired(const double *a, const double *b, size_t n);

/* Quantile of Student's distribution with df >= 1 degrees of freedom, 0 < p <
 * 1.  The relative error is below 1e-12 for |p - 1/2| > 1e-3 and df <=
 * 10^5. */
double statistics_student_quantile(double p, size_t df);

#endif
