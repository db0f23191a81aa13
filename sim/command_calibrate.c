/*
 * aiosim calibrate: measures a disk, or reads what fio measured, and prints the
 * [disk] section that comes nearest to it.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/calibrate/fio.h"
#include "sim/calibrate/measure.h"
#include "sim/calibrate/report.h"
#include "sim/options.h"
#include "sim/record/sinks.h"
#include "sim/run.h"
#include "sim/scenario/values.h"

#define DEFAULT_DEPTHS "1,2,4,8,16,32"
#define DEFAULT_SIZES "4k,16k,64k,256k,1m"
#define SECTOR 512
/* Of all buffers together. */
#define BUFFERS_MOST (INT64_C(1) << 30)

struct calibrate_options {
	char *depths, *sizes, *seconds, *seed, *name, *model, *empirical;
	char *leave_out_depths, *leave_out_sizes;
	char **fio;
	gboolean random, sequential, write, json, quiet;
};

/* The options as values, and what comes of them. */
struct calibration {
	const struct calibrate_options *options;
	GArray *depths, *sizes;       /* to measure */
	GArray *no_depths, *no_sizes; /* to leave out; NULL: the middle one */
	double seconds;
	int64_t seed;
	GArray *points;
	struct fit_setup setup;
	struct report report;
};

static GOptionContext *
make_context(struct calibrate_options *o)
{
	const GOptionEntry entries[] = {
	    {"depths", 'd', 0, G_OPTION_ARG_STRING, &o->depths,
		"requests outstanding (" DEFAULT_DEPTHS ")", "LIST"},
	    {"sizes", 'b', 0, G_OPTION_ARG_STRING, &o->sizes,
		"of a request (" DEFAULT_SIZES ")", "LIST"},
	    {"seconds", 't', 0, G_OPTION_ARG_STRING, &o->seconds,
		"for each depth and size (1)", "S"},
	    {"random", 0, 0, G_OPTION_ARG_NONE, &o->random,
		"at random offsets (this is the default)", NULL},
	    {"sequential", 0, 0, G_OPTION_ARG_NONE, &o->sequential,
		"one stream from the beginning on", NULL},
	    {"write", 0, 0, G_OPTION_ARG_NONE, &o->write,
		"measure writes: OVERWRITES PATH; with --from-fio, take its "
		"writes",
		NULL},
	    {"from-fio", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->fio,
		"read fio's --output-format=json instead; may be repeated",
		"FILE"},
	    {"leave-out-depths", 0, 0, G_OPTION_ARG_STRING,
		&o->leave_out_depths,
		"judge the fit on these depths (the middle one); or none",
		"LIST"},
	    {"leave-out-sizes", 0, 0, G_OPTION_ARG_STRING, &o->leave_out_sizes,
		"and on these sizes (the middle one); or none", "LIST"},
	    {"model", 'm', 0, G_OPTION_ARG_STRING, &o->model,
		"station, shared (bandwidth), channel (bandwidth) or curve "
		"(the best)",
		"MODEL"},
	    {"empirical", 0, 0, G_OPTION_ARG_FILENAME, &o->empirical,
		"write the shape of the latencies to FILE, for latency = "
		"empirical(FILE) in a scenario beside it",
		"FILE"},
	    {"name", 'n', 0, G_OPTION_ARG_STRING, &o->name,
		"of the disk (ada0)", "NAME"},
	    {"seed", 0, 0, G_OPTION_ARG_STRING, &o->seed,
		"seed of offsets and of the simulator (1)", "N"},
	    {"json", 0, 0, G_OPTION_ARG_NONE, &o->json,
		"print points, fit and errors as JSON", NULL},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "show no progress",
		NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context = g_option_context_new("PATH");

	g_option_context_set_summary(context,
	    "Measures a file or a block device with blocking reads, and "
	    "prints a [disk] section\nfor scenarios, with its error on depths "
	    "and sizes that were left out of the fit.\nA device must not be "
	    "in use.  Without --write nothing is written.\nDraw its --json "
	    "with aiosim-plot FILE.");
	g_option_context_add_main_entries(context, entries, NULL);
	return (context);
}

/* ---- Options ---------------------------------------------------------- */

static bool
fail_option(const char *option, const char *message)
{
	g_printerr("aiosim calibrate: --%s: %s\n", option, message);
	return (false);
}

static bool
add_value(const char *option, const char *text, const struct quantity *quantity,
    int64_t most, GArray *values)
{
	g_autoptr(GError) error = NULL;
	int64_t value;
	guint i;

	if (!value_quantity(quantity, text, 1, most, &value, &error))
		return (fail_option(option, error->message));
	for (i = 0; i < values->len; i++)
		if (g_array_index(values, int64_t, i) == value)
			return (fail_option(option, "a value is given twice"));
	g_array_append_val(values, value);
	return (true);
}

/* NULL with a line on stderr if the list is bad. */
static GArray *
parse_list(const char *option, const char *text,
    const struct quantity *quantity, int64_t most)
{
	g_auto(GStrv) texts = value_list(text);
	GArray *values = g_array_new(FALSE, FALSE, sizeof(int64_t));
	char **each;

	for (each = texts; *each != NULL; each++)
		if (!add_value(option, *each, quantity, most, values)) {
			g_array_unref(values);
			return (NULL);
		}
	if (values->len > 0)
		return (values);
	g_array_unref(values);
	fail_option(option, "the list is empty");
	return (NULL);
}

/* *values stays NULL without the option, and is empty for "none". */
static bool
parse_leave_out(const char *option, const char *text,
    const struct quantity *quantity, int64_t most, GArray **values)
{
	if (text == NULL)
		return (true);
	*values = strcmp(text, "none") == 0
	    ? g_array_new(FALSE, FALSE, sizeof(int64_t))
	    : parse_list(option, text, quantity, most);
	return (*values != NULL);
}

static bool
check_buffers(const struct calibration *c)
{
	int64_t depth = 1, size = 1;
	guint i;

	for (i = 0; i < c->sizes->len; i++) {
		size = MAX(size, g_array_index(c->sizes, int64_t, i));
		if (g_array_index(c->sizes, int64_t, i) % SECTOR != 0)
			return (fail_option("sizes",
			    "expected multiples of 512 bytes, which disks "
			    "need"));
	}
	for (i = 0; i < c->depths->len; i++)
		depth = MAX(depth, g_array_index(c->depths, int64_t, i));
	if (depth * size <= BUFFERS_MOST)
		return (true);
	return (fail_option("depths",
	    "the largest size at the largest depth takes more than 1g of "
	    "memory; give smaller ones"));
}

static bool
parse_grid(struct calibration *c)
{
	const struct calibrate_options *o = c->options;

	c->depths =
	    parse_list("depths", o->depths != NULL ? o->depths : DEFAULT_DEPTHS,
		&quantity_integer, DEPTH_MAX);
	if (c->depths == NULL)
		return (false);
	if (c->depths->len < 2)
		return (fail_option(
		    "depths", "a fit needs two queue depths or more"));
	c->sizes =
	    parse_list("sizes", o->sizes != NULL ? o->sizes : DEFAULT_SIZES,
		&quantity_size, SIZE_MAX_BYTES);
	if (c->sizes == NULL || !check_buffers(c))
		return (false);
	return (parse_leave_out("leave-out-depths", o->leave_out_depths,
		    &quantity_integer, DEPTH_MAX, &c->no_depths) &&
	    parse_leave_out("leave-out-sizes", o->leave_out_sizes,
		&quantity_size, SIZE_MAX_BYTES, &c->no_sizes));
}

static bool
parse_numbers(struct calibration *c)
{
	const struct calibrate_options *o = c->options;
	g_autoptr(GError) error = NULL;

	c->seconds = 1;
	c->seed = 1;
	if (o->seconds != NULL &&
	    !value_real(o->seconds, 0.02, 3600, "1", &c->seconds, &error))
		return (fail_option("seconds", error->message));
	return (options_integer("seed", o->seed, 0, INT64_MAX, &c->seed));
}

/* By a scenario's empirical(FILE). */
static bool
can_be_named(const char *path)
{
	const char *p;

	for (p = path; *p != '\0'; p++)
		if (g_ascii_iscntrl(*p) || strchr(" (),#;", *p) != NULL)
			return (false);
	return (p > path && g_utf8_validate(path, -1, NULL));
}

/* Whether it can be made is known before minutes of measuring. */
static bool
check_empirical(const char *path)
{
	g_autofree char *dir = g_path_get_dirname(path);

	if (!can_be_named(path))
		return (fail_option("empirical",
		    "a scenario cannot name such a file; give a name in UTF-8 "
		    "without blanks and (),#;"));
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return (fail_option("empirical", "name a file to be written"));
	if (!g_file_test(dir, G_FILE_TEST_IS_DIR) || access(dir, W_OK) != 0)
		return (fail_option("empirical",
		    "its directory is not there or cannot be written; name "
		    "another"));
	return (true);
}

static bool
parse_names(struct calibration *c)
{
	const char *name = c->options->name, *letter;
	int i;

	c->setup.name = name != NULL ? name : "ada0";
	for (letter = c->setup.name; *letter != '\0'; letter++)
		if (!g_ascii_isalnum(*letter) && strchr("-_.", *letter) == NULL)
			break;
	if (*letter != '\0' || letter == c->setup.name)
		return (fail_option(
		    "name", "expected letters, digits, '-', '_' and '.'"));
	if (c->options->empirical != NULL &&
	    !check_empirical(c->options->empirical))
		return (false);
	c->setup.only = -1;
	for (i = 0; c->options->model != NULL && i < FIT_MODEL_COUNT; i++)
		if (strcmp(c->options->model, fit_model_names[i]) == 0)
			c->setup.only = i;
	if (c->options->model != NULL && c->setup.only < 0)
		return (fail_option(
		    "model", "expected station, shared, channel or curve"));
	return (true);
}

/* What does not go together. */
static bool
check_options(const struct calibrate_options *o, int paths)
{
	if (o->random && o->sequential)
		return (fail_option("random", "not with --sequential"));
	if (o->fio != NULL && paths > 0)
		return (fail_option(
		    "from-fio", "its points are fio's; name no PATH"));
	if (o->fio != NULL &&
	    (o->depths != NULL || o->sizes != NULL || o->seconds != NULL ||
		o->random || o->sequential))
		return (fail_option("from-fio",
		    "what was measured stands in the file; leave --depths, "
		    "--sizes, --seconds, --random and --sequential out"));
	if (o->fio == NULL && paths != 1) {
		g_printerr("aiosim calibrate: name one file or block device, "
			   "or --from-fio FILE; see aiosim calibrate --help\n");
		return (false);
	}
	return (true);
}

static bool
parse_options(struct calibration *c, int paths)
{
	return (check_options(c->options, paths) && parse_grid(c) &&
	    parse_numbers(c) && parse_names(c));
}

/* ---- Points ----------------------------------------------------------- */

static bool
measure(struct calibration *c, const char *path, GError **error)
{
	const struct calibrate_options *o = c->options;
	struct target target;
	struct measure_setup setup = {.target = &target,
	    .depths = c->depths,
	    .sizes = c->sizes,
	    .seconds = c->seconds,
	    .random = !o->sequential,
	    .seed = (guint64)c->seed,
	    .progress = isatty(STDERR_FILENO) && !o->quiet};
	bool good;

	if (!target_open(&target, path, o->write, c->sizes, error))
		return (false);
	good = measure_points(&setup, c->points, error);
	c->report.size_bytes = target.size_bytes;
	c->report.direct = target.direct;
	c->report.random = setup.random;
	target_close(&target);
	return (good);
}

static bool
read_fio(struct calibration *c, GError **error)
{
	struct fio_kind kind = {.write = c->options->write};
	char **path;

	for (path = c->options->fio; *path != NULL; path++)
		if (!fio_read(*path, &kind, c->points, error))
			return (false);
	c->report.fio = true;
	c->report.direct = !kind.indirect;
	c->report.random = kind.random;
	return (true);
}

static enum exit_status
status_of(const GError *error)
{
	if (g_error_matches(error, CALIBRATE_ERROR, CALIBRATE_INPUT))
		return (STATUS_BAD_INPUT);
	if (g_error_matches(error, CALIBRATE_ERROR, CALIBRATE_INTERRUPTED))
		return (STATUS_INTERRUPTED);
	return (STATUS_FAILED);
}

/* The points, and which of them are left out. */
static enum exit_status
get_points(struct calibration *c, const char *path, GError **error)
{
	GError *cause = NULL;
	enum exit_status status;

	if (c->options->fio != NULL ? read_fio(c, &cause)
				    : measure(c, path, &cause)) {
		if (points_leave_out(
			c->points, c->no_depths, c->no_sizes, &cause))
			return (STATUS_OK);
		g_prefix_error(&cause, "%s: ", c->report.source);
	}
	status = status_of(cause);
	g_propagate_error(error, cause);
	return (status);
}

/* ---- Fit and result --------------------------------------------------- */

static enum exit_status
print(const struct calibration *c)
{
	json_t *json;

	if (!c->options->json) {
		report_print(stdout, &c->report);
		return (STATUS_OK);
	}
	json = report_json(&c->report);
	if (json == NULL)
		return (STATUS_INTERRUPTED);
	json_write(stdout, json);
	json_decref(json);
	return (STATUS_OK);
}

static enum exit_status
fit_and_print(struct calibration *c, GError **error)
{
	struct fit fit;
	enum exit_status status;

	c->setup.points = c->points;
	c->setup.write = c->options->write;
	c->setup.seed = (guint64)c->seed;
	c->report.setup = &c->setup;
	c->report.fit = &fit;
	c->report.seconds = c->seconds;
	c->report.empirical = c->options->empirical;
	status = fit_points(&c->setup, &fit, error);
	if (status == STATUS_OK && c->options->empirical != NULL)
		status = fit_use_empirical(
		    &c->setup, &fit, c->options->empirical, error);
	if (status == STATUS_OK)
		status = print(c);
	fit_clear(&fit);
	return (status);
}

static enum exit_status
calibrate(const struct calibrate_options *options, int paths, char **argv)
{
	struct calibration c = {.options = options};
	enum exit_status status = STATUS_BAD_INPUT;
	g_autofree char *source = NULL;
	g_autoptr(GError) error = NULL;

	if (parse_options(&c, paths)) {
		source = options->fio != NULL ? g_strjoinv(" ", options->fio)
					      : g_strdup(argv[0]);
		c.report.source = source;
		c.points = points_new();
		status = get_points(&c, argv[0], &error);
		if (status == STATUS_OK)
			status = fit_and_print(&c, &error);
		if (status == STATUS_INTERRUPTED)
			g_printerr("aiosim calibrate: interrupted\n");
		else if (error != NULL)
			g_printerr("%s\n", error->message);
	}
	g_clear_pointer(&c.depths, g_array_unref);
	g_clear_pointer(&c.sizes, g_array_unref);
	g_clear_pointer(&c.no_depths, g_array_unref);
	g_clear_pointer(&c.no_sizes, g_array_unref);
	g_clear_pointer(&c.points, g_array_unref);
	return (status);
}

int
command_calibrate(int argc, char **argv)
{
	struct calibrate_options o = {0};
	GOptionContext *context = make_context(&o);
	enum exit_status status = STATUS_BAD_INPUT;

	if (options_parse(context, "calibrate", &argc, &argv)) {
		run_catch_signals();
		status = calibrate(&o, argc - 1, argv + 1);
	}
	g_option_context_free(context);
	g_free(o.depths);
	g_free(o.sizes);
	g_free(o.seconds);
	g_free(o.seed);
	g_free(o.name);
	g_free(o.model);
	g_free(o.empirical);
	g_free(o.leave_out_depths);
	g_free(o.leave_out_sizes);
	g_strfreev(o.fio);
	return ((int)status);
}
