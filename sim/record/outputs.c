/*
 * The files of a run, written aside and moved into place at its end.  Decides
 * what is a leftover (the hidden directory of a process that is gone), which
 * names an earlier run may have left, and what to tell somebody whose disk is
 * full.  Nothing is forced to the disk: a power failure is out of scope.
 */

#include "sim/record/outputs.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASIDE_PREFIX ".partial-"
#define BUFFER_SIZE (256 * 1024)
/* What a file system must be able to take before a run begins. */
#define PROBE_SIZE 4096

struct output_file {
	char *name;
	FILE *file;
	char *buffer;
	int error; /* of the first write that failed, or 0 */
};

struct outputs {
	char *dir;
	char *aside;      /* the hidden directory in it */
	GPtrArray *files; /* of struct output_file */
	int made;         /* so many at the end of `dir` were not there */
};

/* Every name that a run, a sweep or a comparison may write. */
static const char *const known_names[] = {"summary.json", "timing.json",
    "requests.csv", "series.csv", "trace.txt", "perfetto.json", "sweep.csv",
    "sweep.json", "compare.csv", "differences.csv", "compare.json",
    "crosscheck.json"};

/* … and those of the pictures that scripts/plot draws beside them. */
static const char *const picture_names[] = {"latency.png", "latency.svg",
    "pool.png", "pool.svg", "lanes.png", "lanes.svg", "sweep.png", "sweep.svg",
    "compare.png", "compare.svg", "crosscheck.png", "crosscheck.svg"};

/* ---- Errors ----------------------------------------------------------- */

static const char *
remedy(int code)
{
	switch (code) {
	case ENOSPC:
	case EDQUOT:
		return ("free some space and run again");
	case EFBIG:
		return ("free some space or raise the limit on file sizes, "
			"and run again");
	case EACCES:
	case EPERM:
	case EROFS:
		return ("make it writable or choose another directory");
	case ENOTDIR:
	case EEXIST:
		return ("move away the file that has the name of a directory, "
			"or choose another directory");
	case EISDIR:
		return ("move it away: a file of the run has this name");
	default:
		return ("choose another directory or mend this one");
	}
}

static gboolean
fail(GError **error, const char *place, int code)
{
	g_set_error(error, OUTPUTS_ERROR, code, "%s: %s; %s", place,
	    g_strerror(code), remedy(code));
	return (FALSE);
}

static gboolean
fail_gone(const struct outputs *outputs, GError **error)
{
	g_set_error(error, OUTPUTS_ERROR, ENOENT,
	    "%s: the directory was removed during the run; run again and leave "
	    "it in place",
	    outputs->dir);
	return (FALSE);
}

/* The file by the name under which the user will look for it. */
static gboolean
fail_at(
    const struct outputs *outputs, GError **error, const char *name, int code)
{
	g_autofree char *place = g_build_filename(outputs->dir, name, NULL);

	if (code == ENOENT)
		return (fail_gone(outputs, error));
	return (fail(error, place, code));
}

gboolean
outputs_lost(const GError *error)
{
	return (error->domain == OUTPUTS_ERROR &&
	    (error->code == ENOSPC || error->code == EDQUOT ||
		error->code == EFBIG || error->code == EIO ||
		error->code == ENOENT));
}

/* ---- The hidden directory --------------------------------------------- */

/* It holds files only; what somebody else put there, and it, then stays. */
static void
remove_aside(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		g_unlink(file);
	}
	g_clear_pointer(&dir, g_dir_close);
	g_rmdir(path);
}

/* Our own number on it means that a process before us had the same. */
static gboolean
is_leftover(const char *name)
{
	int64_t pid;
	char *end;

	if (!g_str_has_prefix(name, ASIDE_PREFIX))
		return (FALSE);
	name += strlen(ASIDE_PREFIX);
	pid = g_ascii_strtoll(name, &end, 10);
	if (!g_ascii_isdigit(*name) || *end != '\0' || pid < 1 ||
	    pid > INT32_MAX)
		return (FALSE);
	return (
	    pid == getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH));
}

static void
remove_leftovers(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *aside = g_build_filename(path, name, NULL);

		if (is_leftover(name))
			remove_aside(aside);
	}
	g_clear_pointer(&dir, g_dir_close);
}

/* How many directories at the end of the path are not there yet. */
static int
count_absent(const char *path)
{
	g_autofree char *at = g_strdup(path);
	int count = 0;

	while (!g_file_test(at, G_FILE_TEST_EXISTS) && strcmp(at, ".") != 0) {
		char *parent = g_path_get_dirname(at);

		/* A slash at the end is no directory more. */
		if (!g_str_has_suffix(at, "/"))
			count++;
		g_free(at);
		at = parent;
	}
	return (count);
}

/* What holds something by now stays, and all above it. */
static void
remove_made(const char *path, int count)
{
	g_autofree char *at = g_strdup(path);

	while (count > 0) {
		char *parent = g_path_get_dirname(at);

		if (!g_str_has_suffix(at, "/")) {
			if (g_rmdir(at) != 0 && errno != ENOENT)
				count = 0;
			count--;
		}
		g_free(at);
		at = parent;
	}
}

/* A full disk is better found before an hour of simulation than after it. */
static gboolean
probe(const struct outputs *outputs, GError **error)
{
	g_autofree char *path = g_build_filename(outputs->aside, "probe", NULL);
	char zeros[PROBE_SIZE] = {0};
	FILE *file = fopen(path, "w");
	int code = 0;

	if (file == NULL)
		return (errno == ENOENT ? fail_gone(outputs, error)
					: fail(error, outputs->dir, errno));
	if (fwrite(zeros, sizeof(zeros), 1, file) != 1)
		code = errno;
	if (fclose(file) != 0 && code == 0)
		code = errno;
	g_unlink(path);
	return (code == 0 || fail(error, outputs->dir, code));
}

/* ---- One file --------------------------------------------------------- */

static void
output_file_free(void *data)
{
	struct output_file *output = data;

	if (output->file != NULL)
		fclose(output->file);
	g_free(output->buffer);
	g_free(output->name);
	g_free(output);
}

/* 0, or why a write to it failed.  The stream remembers only that one did, so
 * the reason is asked for by writing the rest; the file is lost in any case. */
static int
write_error(struct output_file *output)
{
	if (output->error == 0 && ferror(output->file)) {
		errno = 0;
		output->error = EIO;
		if (fflush(output->file) != 0 && errno != 0)
			output->error = errno;
	}
	return (output->error);
}

static int
finish_file(struct output_file *output)
{
	int code = write_error(output);

	if (code == 0 && fflush(output->file) != 0)
		code = errno;
	if (fclose(output->file) != 0 && code == 0)
		code = errno;
	output->file = NULL;
	return (code);
}

/* ---- The face --------------------------------------------------------- */

struct outputs *
outputs_open(const char *dir, GError **error)
{
	struct outputs *outputs;

	int absent = count_absent(dir);

	if (g_mkdir_with_parents(dir, 0777) != 0) {
		fail(error, dir, errno);
		remove_made(dir, absent);
		return (NULL);
	}
	remove_leftovers(dir);
	outputs = g_new0(struct outputs, 1);
	outputs->made = absent;
	outputs->dir = g_strdup(dir);
	outputs->aside = g_strdup_printf(
	    "%s/" ASIDE_PREFIX "%" PRIdMAX, dir, (intmax_t)getpid());
	outputs->files = g_ptr_array_new_with_free_func(output_file_free);
	if (g_mkdir(outputs->aside, 0777) != 0)
		fail(error, dir, errno);
	else if (probe(outputs, error))
		return (outputs);
	outputs_discard(outputs);
	return (NULL);
}

FILE *
outputs_file(struct outputs *outputs, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(outputs->aside, name, NULL);
	struct output_file *output;
	FILE *file;

	g_assert(strchr(name, '/') == NULL);
	file = fopen(path, "w");
	if (file == NULL) {
		fail_at(outputs, error, name, errno);
		return (NULL);
	}
	output = g_new0(struct output_file, 1);
	output->name = g_strdup(name);
	output->file = file;
	output->buffer = g_malloc(BUFFER_SIZE);
	setvbuf(file, output->buffer, _IOFBF, BUFFER_SIZE);
	g_ptr_array_add(outputs->files, output);
	return (file);
}

gboolean
outputs_healthy(struct outputs *outputs, GError **error)
{
	struct output_file *output;
	int code;
	guint i;

	for (i = 0; i < outputs->files->len; i++) {
		output = g_ptr_array_index(outputs->files, i);
		code = write_error(output);
		if (code != 0)
			return (fail_at(outputs, error, output->name, code));
	}
	if (access(outputs->aside, F_OK) != 0)
		return (fail_gone(outputs, error));
	return (TRUE);
}

/* ---- Commit ----------------------------------------------------------- */

static gboolean
finish_files(struct outputs *outputs, GError **error)
{
	struct output_file *output;
	int code;
	guint i;

	for (i = 0; i < outputs->files->len; i++) {
		output = g_ptr_array_index(outputs->files, i);
		code = finish_file(output);
		if (code != 0)
			return (fail_at(outputs, error, output->name, code));
	}
	return (TRUE);
}

static gboolean
is_written(const struct outputs *outputs, const char *name)
{
	const struct output_file *output;
	guint i;

	for (i = 0; i < outputs->files->len; i++) {
		output = g_ptr_array_index(outputs->files, i);
		if (strcmp(output->name, name) == 0)
			return (TRUE);
	}
	return (FALSE);
}

/* What would stop a move half way: a source that is gone, or a directory under
 * the name of a file. */
static gboolean
can_move(const struct outputs *outputs, GError **error)
{
	const struct output_file *output;
	guint i;

	for (i = 0; i < outputs->files->len; i++) {
		g_autofree char *from = NULL, *to = NULL;
		struct stat info;

		output = g_ptr_array_index(outputs->files, i);
		from = g_build_filename(outputs->aside, output->name, NULL);
		to = g_build_filename(outputs->dir, output->name, NULL);
		if (lstat(from, &info) != 0)
			return (fail_gone(outputs, error));
		if (lstat(to, &info) == 0 && S_ISDIR(info.st_mode))
			return (fail(error, to, EISDIR));
	}
	return (TRUE);
}

static gboolean
move_files(const struct outputs *outputs, GError **error)
{
	const struct output_file *output;
	guint i;

	for (i = 0; i < outputs->files->len; i++) {
		g_autofree char *from = NULL, *to = NULL;

		output = g_ptr_array_index(outputs->files, i);
		from = g_build_filename(outputs->aside, output->name, NULL);
		to = g_build_filename(outputs->dir, output->name, NULL);
		if (rename(from, to) != 0)
			return (fail(error, to, errno));
	}
	return (TRUE);
}

static gboolean
is_file(const char *path)
{
	struct stat info;

	return (lstat(path, &info) == 0 && !S_ISDIR(info.st_mode));
}

/* Pictures are ours to remove only where there were results to draw. */
static gboolean
holds_results(const struct outputs *outputs)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(known_names); i++) {
		g_autofree char *path =
		    g_build_filename(outputs->dir, known_names[i], NULL);

		if (is_file(path))
			return (TRUE);
	}
	return (FALSE);
}

/* Old rows or pictures beside a new summary would be taken for its own. */
gboolean
outputs_withdraw(struct outputs *outputs, const char *const *names,
    size_t count, GError **error)
{
	size_t i;

	for (i = 0; i < count; i++) {
		g_autofree char *path =
		    g_build_filename(outputs->dir, names[i], NULL);

		if (is_written(outputs, names[i]) || !is_file(path))
			continue;
		if (unlink(path) != 0)
			return (fail(error, path, errno));
	}
	return (TRUE);
}

gboolean
outputs_commit(struct outputs *outputs, GError **error)
{
	size_t pictures =
	    holds_results(outputs) ? G_N_ELEMENTS(picture_names) : 0;
	gboolean done = finish_files(outputs, error) &&
	    can_move(outputs, error) && move_files(outputs, error) &&
	    outputs_withdraw(
		outputs, known_names, G_N_ELEMENTS(known_names), error) &&
	    outputs_withdraw(outputs, picture_names, pictures, error);

	outputs_discard(outputs);
	return (done);
}

void
outputs_discard(struct outputs *outputs)
{
	if (outputs == NULL)
		return;
	g_ptr_array_unref(outputs->files);
	remove_aside(outputs->aside);
	remove_made(outputs->dir, outputs->made);
	g_free(outputs->aside);
	g_free(outputs->dir);
	g_free(outputs);
}
