/*
 * The fit: from points to a [disk] section.
 */

#ifndef SIM_CALIBRATE_FIT_H
#define SIM_CALIBRATE_FIT_H

#include "sim/calibrate/formula.h"
#include "sim/calibrate/points.h"
#include "sim/calibrate/trial.h"

/* What a disk may be taken for, the simplest first. */
enum fit_model {
	FIT_STATION, /* channels and latency alone */
	FIT_SHARED,  /* and a bandwidth shared by all in transfer */
	FIT_CHANNEL, /* and a bandwidth of each channel instead */
	FIT_CURVE,   /* model = curve: bytes a second by depth alone */
	FIT_MODEL_COUNT
};

extern const char *const fit_model_names[FIT_MODEL_COUNT];

struct fit_setup {
	const GArray *points; /* with some left out, or none; borrowed */
	const char *name;     /* of the disk */
	bool write;           /* the points are of writes */
	guint64 seed;
	int only; /* an enum fit_model, or -1 for the best */
};

struct fit_candidate {
	bool tried;
	struct station station;    /* but of FIT_CURVE */
	char *section;             /* "[disk NAME]" and its keys */
	struct point_rates *rates; /* of the simulator, one for each point */
	struct trial_error fitted, left_out;
};

struct fit {
	struct fit_candidate candidates[FIT_MODEL_COUNT];
	enum fit_model best;
	double think_ns; /* of whoever measured, between requests */
	guint requests;  /* that the simulator plays for a point */
};

/*
 * STATUS_OK; STATUS_INTERRUPTED; or STATUS_BAD_INPUT, with an error, where the
 * model asked for does not go with the points.  fit_clear() is due in any
 * case.
 */
enum exit_status fit_points(
    const struct fit_setup *setup, struct fit *fit, GError **error);
void fit_clear(struct fit *fit);

/*
 * Gives the chosen station the measured shape of latencies in place of a
 * lognormal one: writes FIT_QUANTILES values to `path`, and tries it anew.
 * STATUS_BAD_INPUT, with an error, if there is nothing to take the shape from;
 * STATUS_FAILED if the file cannot be written.
 */
#define FIT_QUANTILES 200
enum exit_status fit_use_empirical(const struct fit_setup *setup,
    struct fit *fit, const char *path, GError **error);

/* What the chosen model comes to at any depth and size; `like` is a point of
 * about that speed. */
enum exit_status fit_predict(const struct fit_setup *setup,
    const struct fit *fit, const struct point *like, int64_t depth,
    int64_t size_bytes, struct point_rates *rates);

#endif
