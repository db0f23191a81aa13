/*
 * Points before the fit: which are left out of it, and the percentiles between
 * those that are known.
 */

#include <string.h>

#include "tests/calibrate_points.h"

static void
middle_depth_and_size_are_left_out(void)
{
	static const int64_t depths[] = {1, 2, 8, 0};
	g_autoptr(GArray) points = plain_points(depths, three_sizes);
	guint i;

	CU_ASSERT(points_leave_out(points, NULL, NULL, NULL));
	for (i = 0; i < points->len; i++)
		CU_ASSERT(points_at(points, i)->left_out ==
		    (points_at(points, i)->depth == 2 ||
			points_at(points, i)->size_bytes == 65536));
}

static void
two_depths_leave_nothing_out(void)
{
	static const int64_t depths[] = {1, 2, 0};
	g_autoptr(GArray) points = plain_points(depths, one_size);

	CU_ASSERT(points_leave_out(points, NULL, NULL, NULL));
	CU_ASSERT(!points_at(points, 0)->left_out);
	CU_ASSERT(!points_at(points, 1)->left_out);
}

static void
refuses_to_leave_out(GArray *points, const GArray *depths, const char *message)
{
	g_autoptr(GError) error = NULL;

	CU_ASSERT(!points_leave_out(points, depths, NULL, &error));
	CU_ASSERT(g_error_matches(error, CALIBRATE_ERROR, CALIBRATE_INPUT));
	CU_ASSERT(strstr(error->message, message) != NULL);
}

static void
single_depth_is_no_fit(void)
{
	static const int64_t depths[] = {4, 0};
	g_autoptr(GArray) points = plain_points(depths, three_sizes);

	refuses_to_leave_out(points, NULL, "1 queue depth to fit to");
}

static void
depth_that_is_not_there_cannot_be_left_out(void)
{
	static const int64_t depths[] = {1, 2, 4, 0};
	g_autoptr(GArray) points = plain_points(depths, one_size);
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(int64_t));
	int64_t three = 3;

	g_array_append_val(none, three);
	refuses_to_leave_out(points, none, "no point has depth 3");
}

static void
percentiles_lie_between_their_neighbours(void)
{
	struct point_quantile known[] = {{0.1, 100}, {0.5, 400}};
	struct point point = {
	    .quantiles = g_array_new(FALSE, FALSE, sizeof(known[0]))};

	g_array_append_vals(point.quantiles, known, 2);
	CU_ASSERT_DOUBLE_EQUAL(point_quantile(&point, 0.3), 200, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(point_quantile(&point, 0.01), 100, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(point_quantile(&point, 0.99), 400, 1e-9);
	g_array_unref(point.quantiles);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(middle_depth_and_size_are_left_out),
	    RULE(two_depths_leave_nothing_out),
	    RULE(single_depth_is_no_fit),
	    RULE(depth_that_is_not_there_cannot_be_left_out),
	    RULE(percentiles_lie_between_their_neighbours),
	};

	return (RUN_RULES("calibrate: points", rules));
}
