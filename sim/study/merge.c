/*
 * Parts of a sweep put together.  Decides what makes a whole: parts of the same
 * sweep, every point in one of them and in no other, every replication of it.
 * Rows and runs are copied as they are, so that the whole is the same to the
 * byte, but for timing.json, which tells of the machine.
 */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/printable.h"
#include "sim/record/sinks.h"
#include "sim/scenario/ini.h"
#include "sim/study/merge.h"
#include "sim/study/sweep.h"
#include "sim/vector/json_reader.h"

static const char *const run_files[] = {"summary.json", "timing.json"};

struct piece {
	const char *dir;
	struct sweep_part part;
	GArray *rows;
};

static void
clear_piece(void *data)
{
	struct piece *piece = data;

	sweep_part_release(&piece->part);
	if (piece->rows != NULL)
		g_array_unref(piece->rows);
}

static struct piece *
piece_at(const GArray *pieces, guint i)
{
	return (&g_array_index(pieces, struct piece, i));
}

static char *
run_path(const char *dir, const struct sweep_part *part, guint point, guint rep)
{
	g_autofree char *label = grid_label(part->axes, point);
	g_autofree char *name = g_strdup_printf("rep-%u", rep);

	return (g_build_filename(dir, label, name, NULL));
}

/* ---- Reading ---------------------------------------------------------- */

static bool
is_complete(const struct piece *piece, GError **error)
{
	const struct sweep_part *part = &piece->part;
	const struct sweep_row *row;
	guint i, point;

	for (i = 0, point = part->first; point <= part->last; point++, i++) {
		row = i < piece->rows->len
		    ? &g_array_index(piece->rows, struct sweep_row, i)
		    : NULL;
		if (row != NULL && row->point == point &&
		    row->done == part->reps)
			continue;
		g_set_error(error, SWEEP_ERROR, 0,
		    "%s: point %u was not played to its end; play it again",
		    piece->dir, point);
		return (false);
	}
	return (true);
}

/* A setting that the points do not share is none of the sweep's. */
static bool
has_axis(const struct sweep_part *part, const char *key)
{
	guint i;

	for (i = 0; i < part->axes->len; i++) {
		const char *other =
		    g_array_index(part->axes, struct sweep_axis, i).key;
		g_autofree char *title = ini_normal_title(other, strlen(other));

		if (strcmp(title, key) == 0)
			return (true);
	}
	return (false);
}

static void
check_words(const struct node *summary, const char *key, const char *words)
{
	struct node node = node_member(summary, key);
	g_autofree char *text = g_strdup(node_string(&node));

	make_printable(text);
	if (strcmp(text, words) != 0)
		node_fail(&node, "not that of the sweep in sweep.json");
}

static void
check_number(const struct node *summary, const char *key, uint64_t number)
{
	struct node node = node_member(summary, key);

	if ((uint64_t)node_int(&node, 0, INT64_MAX) != number)
		node_fail(&node, "not that of its place in the sweep");
}

/* Another run may lie in its place. */
static void
check_run(const struct sweep_part *part, guint rep, const struct node *summary)
{
	struct node interrupted = node_member(summary, "interrupted");

	check_words(summary, "version", part->version);
	check_words(summary, "scenario", part->scenario);
	check_words(summary, "world", part->world);
	if (!has_axis(part, "kernel.name"))
		check_words(summary, "kernel", part->kernel);
	if (!has_axis(part, "scenario.seed"))
		check_number(summary, "seed", part->seed);
	check_number(summary, "replication", rep);
	if (member_bool(summary, "interrupted"))
		node_fail(&interrupted, "the run did not come to its end");
}

static bool
is_whole_summary(
    const struct sweep_part *part, guint rep, const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "summary.json", NULL);
	struct reading reading = {.file = path};
	json_t *document = json_read_file(&reading);
	struct node root;

	if (document != NULL &&
	    table_put(NULL, document, path, &reading.error)) {
		root = node_root(&reading, document);
		check_run(part, rep, &root);
	}
	json_decref(document);
	if (!reading_failed(&reading))
		return (true);
	g_propagate_error(error, reading.error);
	return (false);
}

/* A directory may have been copied in part, or a file. */
static bool
is_whole_run(
    const struct sweep_part *part, guint rep, const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "timing.json", NULL);
	GError *problem = NULL;
	json_t *timing = NULL;

	if (is_whole_summary(part, rep, dir, &problem))
		timing = json_read_path(path, &problem);
	json_decref(timing);
	if (problem == NULL)
		return (true);
	g_set_error(error, SWEEP_ERROR, 0,
	    "%s; copy the whole part, or play it again", problem->message);
	g_error_free(problem);
	return (false);
}

static bool
has_runs(const struct piece *piece, GError **error)
{
	const struct sweep_part *part = &piece->part;
	bool good = true;
	guint point, rep;

	for (point = part->first; good && point <= part->last; point++)
		for (rep = 0; good && rep < part->reps; rep++) {
			g_autofree char *dir =
			    run_path(piece->dir, part, point, rep);

			good = is_whole_run(part, rep, dir, error);
		}
	return (good);
}

static bool
read_piece(struct piece *piece, GError **error)
{
	GError *problem = NULL;

	if (sweep_part_read(&piece->part, piece->dir, &problem))
		piece->rows =
		    sweep_table_read(&piece->part, piece->dir, &problem);
	if (piece->rows != NULL)
		return (is_complete(piece, error));
	g_set_error(error, SWEEP_ERROR, 0,
	    "%s; name directories that aiosim sweep has written, as they were",
	    problem->message);
	g_error_free(problem);
	return (false);
}

/* ---- Do they make a whole? -------------------------------------------- */

static bool
is_same_sweep(const GArray *pieces, GError **error)
{
	const struct piece *first = piece_at(pieces, 0), *piece;
	guint i;

	for (i = 1; i < pieces->len; i++) {
		g_autofree char *difference = NULL;

		piece = piece_at(pieces, i);
		difference =
		    sweep_part_differs(&piece->part, &first->part, first->dir);
		if (difference == NULL)
			continue;
		g_set_error(error, SWEEP_ERROR, 0,
		    "%s: %s; merge parts of one sweep", piece->dir, difference);
		return (false);
	}
	return (true);
}

static gint
by_first_point(const void *a, const void *b)
{
	const struct piece *one = a, *other = b;

	return ((one->part.first > other->part.first) -
	    (one->part.first < other->part.first));
}

/* Points that nobody has, as in "3-4, 7". */
static void
put_gap(GString *gaps, guint first, guint last)
{
	if (first > last)
		return;
	g_string_append_printf(gaps, "%s%u", gaps->len > 0 ? ", " : "", first);
	if (last > first)
		g_string_append_printf(gaps, "-%u", last);
}

/* They are sorted. */
static bool
is_whole(const GArray *pieces, GError **error)
{
	g_autoptr(GString) gaps = g_string_new(NULL);
	const struct piece *piece, *before = NULL;
	guint i, next = 1, count;

	for (i = 0; i < pieces->len; i++, before = piece) {
		piece = piece_at(pieces, i);
		if (piece->part.first < next) {
			g_set_error(error, SWEEP_ERROR, 0,
			    "%s: holds point %u, which %s holds, too; leave "
			    "one of them out",
			    piece->dir, piece->part.first, before->dir);
			return (false);
		}
		put_gap(gaps, next, piece->part.first - 1);
		next = piece->part.last + 1;
	}
	count = grid_count(piece_at(pieces, 0)->part.axes);
	put_gap(gaps, next, count);
	if (gaps->len == 0)
		return (true);
	g_set_error(error, SWEEP_ERROR, 0,
	    "aiosim merge: of %u points there is none of %s; play them with "
	    "aiosim sweep --points",
	    count, gaps->str);
	return (false);
}

static bool
is_same_directory(const char *path, const struct stat *other)
{
	struct stat info;

	return (stat(path, &info) == 0 && info.st_dev == other->st_dev &&
	    info.st_ino == other->st_ino);
}

/* What is read must not be written over, neither at the top of a part nor in
 * one of its folders.  The directory is there, so that `..` is its parent, by
 * whatever links the path goes. */
static bool
is_elsewhere(const GArray *pieces, const char *out, GError **error)
{
	g_autoptr(GString) path = g_string_new(out);
	struct stat here;
	bool at_top = false;
	guint i;

	while (!at_top && stat(path->str, &here) == 0) {
		for (i = 0; i < pieces->len; i++) {
			const char *dir = piece_at(pieces, i)->dir;

			if (!is_same_directory(dir, &here))
				continue;
			g_set_error(error, SWEEP_ERROR, 0,
			    "%s: is, or lies in, the part %s; give --out "
			    "another directory",
			    out, dir);
			return (false);
		}
		g_string_append(path, "/..");
		at_top = is_same_directory(path->str, &here);
	}
	return (true);
}

/* ---- Writing ---------------------------------------------------------- */

static bool
copy_file(
    struct outputs *outputs, const char *dir, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *text = NULL;
	gsize length;
	FILE *file;

	text = ini_read_file(path, &length, error);
	if (text == NULL)
		return (false);
	file = outputs_file(outputs, name, error);
	/* A full disk is told when the files are moved into place. */
	if (file != NULL)
		(void)fwrite(text, 1, length, file);
	return (file != NULL);
}

static bool
copy_run(const char *from, const char *to, GError **error)
{
	struct outputs *outputs = outputs_open(to, error);
	bool good = outputs != NULL;
	size_t i;

	for (i = 0; good && i < G_N_ELEMENTS(run_files); i++)
		good = copy_file(outputs, from, run_files[i], error);
	if (good)
		return (outputs_commit(outputs, error));
	outputs_discard(outputs);
	return (false);
}

static bool
copy_runs(const struct piece *piece, const char *out, GError **error)
{
	const struct sweep_part *part = &piece->part;
	bool good = true;
	guint point, rep;

	for (point = part->first; good && point <= part->last; point++)
		for (rep = 0; good && rep < part->reps; rep++) {
			g_autofree char *from =
			    run_path(piece->dir, part, point, rep);
			g_autofree char *to = run_path(out, part, point, rep);

			good = copy_run(from, to, error);
		}
	return (good);
}

static bool
write_table(const GArray *pieces, struct outputs *outputs, GError **error)
{
	FILE *file = outputs_file(outputs, "sweep.csv", error);
	guint i, j;

	if (file == NULL)
		return (false);
	sweep_table_head(file, piece_at(pieces, 0)->part.axes);
	for (i = 0; i < pieces->len; i++) {
		const GArray *rows = piece_at(pieces, i)->rows;

		for (j = 0; j < rows->len; j++)
			fprintf(file, "%s\n",
			    g_array_index(rows, struct sweep_row, j).line);
	}
	return (true);
}

/* Ends the outputs in any case. */
static bool
write_whole(const GArray *pieces, const char *out, struct outputs *outputs,
    GError **error)
{
	struct sweep_part whole = piece_at(pieces, 0)->part;
	bool good = sweep_withdraw(outputs, error);
	guint i;

	whole.last = grid_count(whole.axes);
	for (i = 0; good && i < pieces->len; i++)
		good = copy_runs(piece_at(pieces, i), out, error);
	if (good && write_table(pieces, outputs, error) &&
	    sweep_part_write(&whole, outputs, error))
		return (outputs_commit(outputs, error));
	outputs_discard(outputs);
	return (false);
}

/* ---- The whole -------------------------------------------------------- */

static enum exit_status
merge(GArray *pieces, const char *out, GError **error)
{
	struct outputs *outputs;
	enum exit_status status;
	GError *problem = NULL;
	guint i;

	for (i = 0; i < pieces->len; i++)
		if (!read_piece(piece_at(pieces, i), error))
			return (STATUS_BAD_INPUT);
	if (!is_same_sweep(pieces, error))
		return (STATUS_BAD_INPUT);
	for (i = 0; i < pieces->len; i++)
		if (!has_runs(piece_at(pieces, i), error))
			return (STATUS_BAD_INPUT);
	g_array_sort(pieces, by_first_point);
	if (!is_whole(pieces, error))
		return (STATUS_BAD_INPUT);
	outputs = outputs_open(out, &problem);
	if (outputs == NULL) {
		status =
		    outputs_lost(problem) ? STATUS_FAILED : STATUS_BAD_INPUT;
		g_propagate_error(error, problem);
		return (status);
	}
	if (!is_elsewhere(pieces, out, error)) {
		outputs_discard(outputs);
		return (STATUS_BAD_INPUT);
	}
	return (write_whole(pieces, out, outputs, error) ? STATUS_OK
							 : STATUS_FAILED);
}

enum exit_status
merge_parts(char *const *dirs, guint count, const char *out)
{
	GArray *pieces = g_array_new(FALSE, TRUE, sizeof(struct piece));
	enum exit_status status;
	GError *error = NULL;
	guint i;

	g_array_set_clear_func(pieces, clear_piece);
	g_array_set_size(pieces, count);
	for (i = 0; i < count; i++)
		piece_at(pieces, i)->dir = dirs[i];
	status = merge(pieces, out, &error);
	if (error != NULL)
		print_error(error);
	g_array_unref(pieces);
	return (status);
}
