/*
 * Making the files of a run.  What is not kept is made without a name where the
 * system can do that, and else loses it right after it was made.
 */

#ifdef __linux__
#define _GNU_SOURCE /* O_TMPFILE, O_DIRECT */
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/real/files.h"
#include "sim/run.h"
#include "sim/world.h"

#define CHUNK_BYTES (1 << 20)

/* ---- One file --------------------------------------------------------- */

/* Of a file that nobody will ask for by its name. */
static int
open_nameless(const char *dir)
{
	char *path;
	int fd = -1;

#ifdef O_TMPFILE
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
#endif
	if (fd >= 0)
		return (fd);
	path = g_build_filename(dir, "aiosim-XXXXXX", NULL);
	fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)unlink(path);
	g_free(path);
	return (fd);
}

/* With something else than zeros, lest a file system keep none of it. */
static bool
fill(int fd, int64_t size_bytes)
{
	char *chunk = g_malloc(CHUNK_BYTES);
	int64_t at = 0;
	ssize_t count = 0;
	size_t i;

	for (i = 0; i < CHUNK_BYTES; i++)
		chunk[i] = (char)(i * 2654435761u >> 13);
	while (at < size_bytes && count >= 0 && !run_was_interrupted()) {
		count = pwrite(fd, chunk,
		    (size_t)MIN(size_bytes - at, CHUNK_BYTES), (off_t)at);
		at += MAX(count, 0);
	}
	g_free(chunk);
	if (at < size_bytes && count >= 0)
		errno = EINTR;
	return (at >= size_bytes && fsync(fd) == 0);
}

static const char *
remedy(int code)
{
	switch (code) {
	case EEXIST:
		return ("use it with --map, move it away, or leave out --keep");
	case ENOSPC:
	case EDQUOT:
		return ("free some space, choose another --dir, or lower its "
			"size");
	case EFBIG:
		return ("lower its size, or raise the limit on file sizes");
	case EACCES:
	case ENOENT:
	case EPERM:
	case EROFS:
		return ("choose another --dir, where files can be made");
	default:
		return ("choose another --dir");
	}
}

static bool
cannot_make(GError **error, const char *path, const struct file_config *config)
{
	int code = errno;

	if (run_was_interrupted())
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INTERRUPTED,
		    "%s: interrupted while [file %s] was made", path,
		    config->name);
	else
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "%s: cannot make a file of %" G_GINT64_FORMAT
		    " bytes for [file %s]: %s; %s",
		    path, config->size, config->name, g_strerror(code),
		    remedy(code));
	return (false);
}

static bool
make_regular(struct real_file *file, const char *path, const char *dir,
    const struct real_options *options, GError **error)
{
	int fd = path != NULL
	    ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
	    : open_nameless(dir);

	if (fd < 0)
		return (cannot_make(
		    error, path != NULL ? path : dir, file->config));
	file->fd[KERNEL_RECEIVE] = file->fd[KERNEL_SEND] = fd;
	file->made[0] = g_strdup(path);
	if (!(options->fill ? fill(fd, file->config->size)
			    : ftruncate(fd, (off_t)file->config->size) == 0))
		return (cannot_make(
		    error, path != NULL ? path : dir, file->config));
	return (true);
}

/* Nothing is made: the directory of the files is a directory, too. */
static bool
open_directory(struct real_file *file, const char *dir, GError **error)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	file->fd[KERNEL_RECEIVE] = file->fd[KERNEL_SEND] = fd;
	file->directory = true;
	if (fd >= 0)
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
	    "%s: cannot open this directory: %s", dir, g_strerror(errno));
	return (false);
}

/* The path of a file that is to be kept; or NULL. */
static char *
kept_path(const struct file_config *config, const struct real_options *options)
{
	char *name, *path;

	if (!options->keep)
		return (NULL);
	name = g_strdelimit(g_strdup(config->name), "/", '_');
	path = g_build_filename(options->dir, name, NULL);
	g_free(name);
	return (path);
}

static bool
make_file(
    struct real_file *file, const struct real_options *options, GError **error)
{
	const char *dir = options->dir != NULL ? options->dir : g_get_tmp_dir();
	g_autofree char *path = kept_path(file->config, options);

	switch (file->config->kind) {
	case FILE_REGULAR:
	case FILE_NFS:
		return (make_regular(file, path, dir, options, error));
	case FILE_RAWDISK:
		if (!make_regular(file, path, dir, options, error))
			return (false);
		real_file_go_direct(file, dir);
		return (true);
	case FILE_DIR:
		return (open_directory(file, dir, error));
	case FILE_PIPE:
	case FILE_FIFO:
	case FILE_TTY:
		return (real_stream_open(file, path, error));
	case FILE_SOCKET:
		break;
	}
	return (true);
}

/* ---- Direct I/O ------------------------------------------------------- */

/* Whether a block of the raw disk can be read directly. */
static bool
reads_directly(const struct real_file *file)
{
	int64_t size = file->config->block_size;
	ssize_t count;
	void *block;

	if (size == 0 || size > file->config->size)
		return (true);
	if (posix_memalign(&block, KERNEL_PAGE_SIZE, (size_t)size) != 0)
		return (false);
	count = pread(file->fd[KERNEL_RECEIVE], block, (size_t)size, 0);
	free(block);
	return (count >= 0);
}

void
real_file_go_direct(struct real_file *file, const char *path)
{
	static bool said;
	int fd = file->fd[KERNEL_RECEIVE];
	const char *why = "this system has none";
#ifdef O_DIRECT
	int flags = fcntl(fd, F_GETFL);

	if (fcntl(fd, F_SETFL, flags | O_DIRECT) == 0) {
		if (reads_directly(file))
			return;
		why = "its blocks are larger than block_size";
		(void)fcntl(fd, F_SETFL, flags);
	} else {
		why = g_strerror(errno);
	}
#endif
	if (!said)
		g_printerr("%s: raw disks go without direct I/O here: %s\n",
		    path, why);
	said = true;
}

/* ---- All files -------------------------------------------------------- */

static void
file_free(gpointer data)
{
	struct real_file *file = data;
	int i;

	for (i = 0; i < 2; i++) {
		if (file->fd[i] >= 0 && (i == 0 || file->fd[1] != file->fd[0]))
			close(file->fd[i]);
		g_free(file->made[i]);
	}
	g_free(file);
}

void
real_files_let_loose(GPtrArray *files)
{
	guint i;

	for (i = 0; i < files->len; i++) {
		struct real_file *file = files->pdata[i];

		if (file->far[0] >= 0)
			close(file->far[0]);
		if (file->far[1] >= 0 && file->far[1] != file->far[0])
			close(file->far[1]);
		file->far[0] = file->far[1] = -1;
	}
}

void
real_files_free(GPtrArray *files)
{
	if (files == NULL)
		return;
	real_files_let_loose(files);
	g_ptr_array_free(files, TRUE);
}

void
real_files_remove(const GPtrArray *files)
{
	guint i;

	for (i = 0; i < files->len; i++) {
		const struct real_file *file = files->pdata[i];

		if (file->made[0] != NULL)
			(void)unlink(file->made[0]);
		if (file->made[1] != NULL)
			(void)unlink(file->made[1]);
	}
}

static struct real_file *
file_new(const struct file_config *config)
{
	struct real_file *file = g_new0(struct real_file, 1);

	file->config = config;
	file->fd[0] = file->fd[1] = file->far[0] = file->far[1] = -1;
	return (file);
}

/* A directory that was not made by us is never made. */
static bool
check_dir(const struct real_options *options, GError **error)
{
	if (options->dir == NULL ||
	    g_file_test(options->dir, G_FILE_TEST_IS_DIR))
		return (true);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
	    "--dir %s: there is no such directory; make it first",
	    options->dir);
	return (false);
}

GPtrArray *
real_files_open(const struct scenario *scenario,
    const struct real_options *options, GError **error)
{
	static const struct real_options none;
	GPtrArray *files;
	bool opened;
	guint i;

	if (options == NULL)
		options = &none;
	opened = check_dir(options, error) &&
	    real_maps_check(scenario, options, error);
	files = g_ptr_array_new_with_free_func(file_free);
	for (i = 0; i < scenario->files->len && opened; i++) {
		struct real_file *file = file_new(scenario->files->pdata[i]);

		g_ptr_array_add(files, file);
		opened = real_file_map(file, scenario, options, error) &&
		    (file->fd[KERNEL_RECEIVE] >= 0 ||
			make_file(file, options, error));
	}
	if (opened)
		return (files);
	real_files_remove(files);
	real_files_free(files);
	return (NULL);
}
