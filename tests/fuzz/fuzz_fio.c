/*
 * Fuzzes the reader of fio's JSON, for reads and for writes.  What it accepts
 * must be points that a fit can use.
 */

#include <math.h>

#include "sim/calibrate/fio.h"
#include "tests/fuzz/fuzz.h"

static void
check_point(const struct point *point)
{
	guint i;

	g_assert_cmpint(point->depth, >=, 1);
	g_assert_cmpint(point->depth, <=, DEPTH_MAX);
	g_assert_cmpint(point->size_bytes, >=, 1);
	g_assert_cmpint(point->size_bytes, <=, SIZE_MAX_BYTES);
	g_assert_true(isfinite(point->measured.per_s));
	g_assert_true(isfinite(point->measured.mean_ns));
	g_assert_cmpfloat(point->measured.per_s, >, 0);
	g_assert_cmpfloat(point->measured.mean_ns, >, 0);
	for (i = 1; i < 10; i++)
		g_assert_true(isfinite(point_quantile(point, i / 10.0)));
}

static void
read_ways(const char *text, size_t length, bool write)
{
	struct fio_kind kind = {.write = write};
	GArray *points = points_new();
	GError *error = NULL;
	bool accepted =
	    fio_parse(text, length, "fio.json", &kind, points, &error);
	guint i;

	fuzz_check_verdict(accepted, error);
	g_assert_true(!accepted || points->len > 0);
	for (i = 0; accepted && i < points->len; i++)
		check_point(points_at(points, i));
	g_array_unref(points);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = fuzz_copy(bytes, length);

	read_ways(text, length, false);
	read_ways(text, length, true);
	return (0);
}
