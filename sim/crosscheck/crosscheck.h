/*
 * A scenario in the real world and in virtual time, side by side.  The runs:
 *
 *	real		POSIX threads and files
 *	retraced	virtual time, each service taking and coming to what it
 *			did in the real run, each time coming as late: it must
 *			be the same run, to the nanosecond
 *	measured	the heap world, with the measured services, and every
 *			time punctual: what differs is what the host's lateness
 *			does to the load
 *	model		the heap world over the scenario's modelled disks: what
 *			differs besides is the device model's error
 */

#ifndef SIM_CROSSCHECK_CROSSCHECK_H
#define SIM_CROSSCHECK_CROSSCHECK_H

#include <jansson.h>

#include "sim/crosscheck/comparison.h"
#include "sim/options.h"

struct crosscheck {
	/* To be set by the caller.  The options' world is not looked at. */
	const struct scenario_options *options;
	const char *path, *out;
	/* Of the real run: where its files lie; or NULL. */
	const struct real_options *where;
	const char *disks; /* file with the [disk]s of "model", or NULL */
	bool trace;        /* write trace.txt of each run */
	bool facts;        /* only what the machine's speed does not change */
	struct tolerances tolerances;
	double model_share; /* tolerance of "model", or below 0: not judged */

	/* What came of it. */
	struct scenario *scenario;
	struct side real, retraced, measured, model;
	struct lateness lateness; /* in the real run */
	uint64_t guesses; /* services of "measured" that "real" did not have */
	bool has_model;
	/* Each against "real". */
	struct comparison retracing, prediction, device;
};

/*
 * Plays the runs, each into a folder of `out`, compares them, and writes
 * OUT/crosscheck.json.  STATUS_OK if all that was judged agrees, else
 * STATUS_DIFFERS; otherwise as run_scenario(), with a line on stderr.
 * crosscheck_release() in any case.
 */
enum exit_status crosscheck_play(struct crosscheck *crosscheck);
void crosscheck_release(struct crosscheck *crosscheck);

/* Of a crosscheck that was played: how many items differ, beyond tolerance. */
guint crosscheck_differing(const struct crosscheck *crosscheck);

/* As crosscheck.json has it, the caller's; and for people. */
json_t *crosscheck_json(const struct crosscheck *crosscheck);
void crosscheck_print(FILE *file, const struct crosscheck *crosscheck);

#define CROSSCHECK_SCHEMA 1

/* For people, of what crosscheck.json holds, as it was read from `path`. False,
 * with "PATH: place: message" and nothing printed, if it is not whole.  Without
 * `file` it is only looked at. */
bool crosscheck_put(
    FILE *file, const json_t *document, const char *path, GError **error);

#endif
