/*
 * The workers of posix_random: each a thread that does random operations on
 * what nobody else touches, so that it knows what must come of each.
 */

#ifndef TESTS_POSIX_RANDOM_PARTS_H
#define TESTS_POSIX_RANDOM_PARTS_H

#include <pthread.h>
#include <time.h>

#include "tests/posix/posix_parts.h"

struct worker {
	unsigned seed;
	int number;
	double end_s; /* by now_s() */
	unsigned long done, cancelled, refused, wrong;
};

static inline double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((double)t.tv_sec + (double)t.tv_nsec / 1e9);
}

static inline unsigned
draw(struct worker *w, unsigned n)
{
	return ((unsigned)rand_r(&w->seed) % n);
}

/* Thread functions, whose argument is a struct worker. */
void *work_on_files(void *worker);
void *work_on_sockets(void *worker);

#endif
