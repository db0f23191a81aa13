/*
 * What the files of the fit share with each other only: fit.c (rounds and
 * models), search.c (the search by formula), section.c (a model as text).
 */

#ifndef SIM_CALIBRATE_FIT_IMPL_H
#define SIM_CALIBRATE_FIT_IMPL_H

#include "sim/calibrate/fit.h"

struct search {
	const GArray *points;
	enum fit_model model; /* a station's */
	double think_ns;
	/* What the formula is multiplied with, at each point. */
	struct point_rates *corrections;
};

/* Numbers of channels that are all tried; beyond, this part of one apart. */
#define CHANNELS_SINGLY 64
int64_t deepest_fitted(const GArray *points);

/* The station that the corrected formula likes best, with the channels that it
 * has, or any number if it has none: then the search begins by itself, else
 * from it.  Not its sigma. */
void search_station(const struct search *search, struct station *station);

/* How far rates are from what was measured, over the fitted points: squares of
 * the logarithms of the ratios, but linear from about a tenth on, so that one
 * disturbed point does not bend the whole fit. */
double points_cost(const GArray *points, const struct point_rates *rates);

/* The sigma with which the lognormal distribution, at the station's mean, is
 * nearest to the latencies of a point. */
double station_sigma(const struct station *station, const struct point *first);

/* The share `p` of single requests of this size that take no longer, ns. */
double station_quantile(
    const struct station *station, int64_t size_bytes, double p);

/* Texts, to be freed.  With `empirical`, latencies come from that file. */
char *station_section(const struct fit_setup *setup,
    const struct station *station, const char *empirical);
char *curve_section(const struct fit_setup *setup);
/* How well the line between its neighbours meets a fitted point: the mean
 * relative error, over depths that have neighbours; INFINITY if none has. */
double curve_error(const GArray *points);
/* The lines of an empirical() file: the latencies of a point in equal parts,
 * scaled to the station's mean. */
char *station_latencies(
    const struct station *station, const struct point *first);

#endif
