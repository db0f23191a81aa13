/*
 * What is printed of a fit: a section that a scenario can use, and the same as
 * JSON.
 */

#include <stdlib.h>
#include <string.h>

#include "sim/run.h"
#include "tests/calibrate_points.h"

static char *
printed(
    const struct fit_setup *setup, const struct fit *fit, const char *empirical)
{
	struct report report = {.setup = setup,
	    .fit = fit,
	    .source = "a file\nof two lines",
	    .direct = true,
	    .random = true,
	    .seconds = 1,
	    .empirical = empirical};
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	report_print(file, &report);
	fclose(file);
	return (text);
}

static struct scenario *
scenario_with(const char *section)
{
	g_autofree char *text = g_strdup_printf(
	    "%s[file data]\ndisk = ada0\nsize = 1g\n[process p]\n"
	    "file = data\ndepth = 4\nrequests = 100\n",
	    section);
	g_autoptr(GError) error = NULL;
	struct scenario *scenario =
	    scenario_parse(text, strlen(text), "t.ini", NULL, NULL, &error);

	g_assert_no_error(error);
	return (scenario);
}

static void
printed_section_is_a_scenarios(void)
{
	static const int64_t depths[] = {1, 4, 0};
	static const int64_t two_sizes[] = {4096, 65536, 0};
	struct fit_setup setup = {.name = "ada0", .seed = 1, .only = -1};
	int model;

	for (model = 0; model < FIT_MODEL_COUNT; model++) {
		g_autoptr(GArray) points = plain_points(
		    depths, model == FIT_CHANNEL ? two_sizes : one_size);
		g_autofree char *text = NULL;
		struct scenario *scenario;
		struct fit fit;

		setup.points = points;
		setup.only = model;
		fit = fit_of(&setup);
		text = printed(&setup, &fit, NULL);
		scenario = scenario_with(text);
		CU_ASSERT(scenario->disks->len == 1);
		scenario_free(scenario);
		fit_clear(&fit);
	}
}

static void
same_points_give_the_same_text(void)
{
	struct fit_setup setup = {
	    .name = "ada0", .seed = 1, .only = FIT_STATION};
	g_autoptr(GArray) points =
	    points_of(&four_channels, few_depths, one_size);
	char *texts[2];
	int i;

	CU_ASSERT(points_leave_out(points, NULL, NULL, NULL));
	setup.points = points;
	for (i = 0; i < 2; i++) {
		struct fit fit = fit_of(&setup);

		texts[i] = printed(&setup, &fit, NULL);
		fit_clear(&fit);
	}
	CU_ASSERT_STRING_EQUAL(texts[0], texts[1]);
	free(texts[0]);
	free(texts[1]);
}

static void
empirical_latencies_have_the_measured_shape(void)
{
	struct fit_setup setup = {.name = "ada0", .seed = 1};
	g_autoptr(GArray) points =
	    points_of(&four_channels, few_depths, one_size);
	g_autofree char *path =
	    g_strdup_printf("%s/calibrate-latencies", BINARY_DIR);
	g_autofree char *text = NULL;
	const struct disk_config *disk;
	struct scenario *scenario;
	struct fit fit;

	setup.points = points;
	setup.only = FIT_STATION;
	fit = fit_of(&setup);
	CU_ASSERT(fit_use_empirical(&setup, &fit, path, NULL) == STATUS_OK);
	text = printed(&setup, &fit, path);
	scenario = scenario_with(text);
	disk = scenario->disks->pdata[0];
	CU_ASSERT(disk->latency.kind == DISTRIBUTION_EMPIRICAL);
	CU_ASSERT(disk->latency.values->len == FIT_QUANTILES);
	near("mean", distribution_mean(&disk->latency),
	    fit.candidates[FIT_STATION].station.latency_ns, 0.001);
	near("p90", (double)g_array_index(disk->latency.values, int64_t, 179),
	    200e3 * exp(0.3 * 1.2816 - 0.045), 0.03);
	CU_ASSERT(fit.candidates[FIT_STATION].fitted.per_s < 0.02);
	scenario_free(scenario);
	fit_clear(&fit);
	CU_ASSERT(remove(path) == 0);
}

static void
json_tells_points_fit_and_curve(void)
{
	struct fit_setup setup = {
	    .name = "ada0", .seed = 1, .only = FIT_STATION};
	g_autoptr(GArray) points =
	    points_of(&four_channels, few_depths, one_size);
	struct report report = {.setup = &setup, .source = "f", .fio = true};
	struct fit fit;
	json_t *json;

	CU_ASSERT(points_leave_out(points, NULL, NULL, NULL));
	setup.points = points;
	fit = fit_of(&setup);
	report.fit = &fit;
	json = report_json(&report);
	CU_ASSERT(json_array_size(json_object_get(json, "points")) == 5);
	CU_ASSERT(json_integer_value(json_object_get(
		      json_object_get(json, "left_out"), "points")) == 1);
	CU_ASSERT(json_array_size(json_object_get(json, "curve")) == 8);
	CU_ASSERT_STRING_EQUAL(
	    json_string_value(json_object_get(json, "section")),
	    fit.candidates[fit.best].section);
	json_decref(json);
	fit_clear(&fit);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(printed_section_is_a_scenarios),
	    RULE(same_points_give_the_same_text),
	    RULE(empirical_latencies_have_the_measured_shape),
	    RULE(json_tells_points_fit_and_curve),
	};

	return (RUN_RULES("calibrate: report", rules));
}
