/*
 * What a comparison of two runs found, item by item, and which of it agrees.
 *
 * An item is judged in one of three ways.  Exactly: what does not depend on the
 * machine's speed.  Within a tolerance: what does.  Not at all: what is only
 * shown, such as the error of a model that nobody set a bound for.
 */

#ifndef SIM_CROSSCHECK_COMPARISON_H
#define SIM_CROSSCHECK_COMPARISON_H

#include <glib.h>

#include "sim/crosscheck/side.h"

struct tolerances {
	double share;    /* of a time or a mean, against the real run's */
	double distance; /* of distributions, and of swapped pairs: 0..1 */
	int64_t resolution_ns; /* nearer times are not told apart */
};

/* Counts that depend on the machine's speed agree if they differ by no more
 * than this, whatever the share; and so do numbers of daemons by this. */
#define COUNT_RESOLUTION 3
#define DAEMONS_RESOLUTION 0.5

enum unit { UNIT_COUNT, UNIT_TIME, UNIT_REAL, UNIT_SHARE };
extern const char *const unit_names[]; /* in crosscheck.json; NULL ends them */

enum verdict { VERDICT_NONE, VERDICT_AGREES, VERDICT_DIFFERS };

struct finding {
	const char *group; /* a heading of the table */
	char *key;         /* in crosscheck.json, as "latency_ns.queue.p50" */
	char *label;
	enum unit unit;
	bool measure;       /* a distance: one number, no pair */
	bool exact;         /* or within `tolerance`, if judged */
	double real, other; /* not of a measure */
	/* A measure's value; of a time or mean the difference as a share of
	 * the real one (INFINITY against 0); of what is exact the plain
	 * difference. */
	double difference;
	double tolerance;  /* a measure's bound, or a share; exact: 0 */
	double resolution; /* or nearer than this, in its unit, if by a share */
	enum verdict verdict;
};

struct comparison {
	const struct side *real, *other;
	struct tolerances tolerances;
	bool judged;     /* else all is only shown */
	bool facts;      /* only what is judged exactly */
	bool determined; /* the services alone decide the real run's course */
	/* What came of it. */
	GArray *findings;   /* of struct finding */
	GPtrArray *remarks; /* sentences, to be printed below */
	guint exact, near;  /* judged so */
	guint differing;
};

/*
 * Compares `other`, a run in virtual time, with `real`.  The sides, and what
 * they borrow, must outlive the comparison; comparison_clear() is due.
 *
 * If nothing in the real run waited for a time, then the virtual run given its
 * services must be the same, and everything is exact.
 */
void comparison_make(struct comparison *comparison,
    const struct scenario *scenario, const struct side *real,
    const struct side *other);
void comparison_clear(struct comparison *comparison);

/* ---- For its parts ---------------------------------------------------- */

/* `key` and `label` are formats of `name`. */
struct item {
	const char *group, *key, *label;
	const char *name; /* or NULL */
	enum unit unit;
};

void find_exact(
    struct comparison *c, const struct item *item, double real, double other);
/* Near: by the share, or by `resolution` in the item's unit. */
void find_near(struct comparison *c, const struct item *item, double real,
    double other, double resolution);
/* Exact if `fixed` or the run is determined, else near. */
void find_count(struct comparison *c, const struct item *item, bool fixed,
    double real, double other);
/* A measure that may be `bound` at most; exact: it must be 0. */
void find_measure(
    struct comparison *c, const struct item *item, double value, double bound);
void find_zero(struct comparison *c, const struct item *item, double value);
/* A measure that is not judged. */
void find_shown(struct comparison *c, const struct item *item, double value);

void compare_facts(struct comparison *c, const struct scenario *scenario);
void compare_orders(struct comparison *c, const struct scenario *scenario);
void compare_times(struct comparison *c);

/* Pairs of requests that both sides accepted. */
struct pair {
	const struct attempt *real, *other;
};

/* GArray of struct pair, to be freed; and how many only one side had. */
GArray *comparison_pairs(
    const struct comparison *c, guint *only_real, guint *only_other);

#endif
