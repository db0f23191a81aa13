/*
 * Statistics over replications, and over one long run.
 *
 * All functions take plain arrays, sum in the order of the array and use no
 * libm, so that the same numbers give the same bits everywhere.  What is not
 * defined for want of values is NAN; whoever prints it leaves the field empty.
 */

#ifndef SIM_STATISTICS_H
#define SIM_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

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

/*
 * How many values to cut from the beginning of a run as its warm-up: MSER-5
 * (White, 1997).  The values are averaged in batches of five, and the cut is
 * the one that minimizes the squared standard error of the mean of those left,
 * cuts that leave fewer than five batches not being tried.  False if there are
 * fewer than ten batches or the best cut lies past the middle: the run is then
 * too short to tell.  *cut is a multiple of five.
 */
bool statistics_mser5(const double *x, size_t n, size_t *cut);

/* Correlation of each value with the next one, -1..1; 0 if all are equal, NAN
 * for n < 2. */
double statistics_autocorrelation(const double *x, size_t n);

/*
 * One long run after its warm-up: the mean over `batches` >= 1 batches of equal
 * length, each taken as one value.  What does not fill a batch is left out at
 * the beginning; n < batches gives an estimate of no value.  *correlation,
 * where not NULL, is the autocorrelation of the batch means; above 0.2 or so
 * the batches are too short for the interval to be believed.
 */
struct estimate statistics_batch_means(
    const double *x, size_t n, size_t batches, double *correlation);

#endif
