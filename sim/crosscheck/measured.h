/*
 * What a world with real I/O brought into a run: how long each service took and
 * what it came to, and how late each time came that something waited for.  It
 * is all that the real run has from outside, and so all that another run needs
 * to be the same.
 *
 * An operation is known by its process and its number there, which is the same
 * in every world: the times of a service do not depend on who served it or
 * when. The times that come late are counted as they come.
 */

#ifndef SIM_CROSSCHECK_MEASURED_H
#define SIM_CROSSCHECK_MEASURED_H

#include "sim/driver.h"

struct measured;

/* Empty; some 50 bytes a service. */
struct measured *measured_new(void);
void measured_free(struct measured *measured); /* NULL is fine */

/* Fills the table from a run, which ends at `end_ns`: services still under way
 * then are taken to end right after it. */
struct world_watch measured_watch(struct measured *measured);
void measured_end(struct measured *measured, int64_t end_ns);

/*
 * What a job is to take.  One that was never served in the measured run takes
 * the time of the operation of its process and kind that is next before it,
 * else next after it, and `result` is left alone.
 */
int64_t measured_service(struct measured *measured,
    const struct kernel_job_info *job, struct kernel_service_result *result);
/* The same as the hook `outcome` of struct run_hooks. */
void measured_outcome(
    void *context, const struct kernel_job_info *job, struct outcome *outcome);
/* How many services had to be guessed so. */
uint64_t measured_guesses(const struct measured *measured);

/* How late time number `index` of the run came, from 0; 0 for those after it.
 */
int64_t measured_late_ns(const struct measured *measured, uint64_t index);

struct lateness {
	uint64_t count;
	double mean_ns;
	int64_t most_ns;
};

struct lateness measured_lateness(const struct measured *measured);

#endif
