/*
 * Existing files in the place of the scenario's (--map): which of them are
 * refused, and why.  They are opened for reading only, unless the user says
 * that they may be written to; nothing of them is ever made or removed.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/real/files.h"
#include "sim/workload/aiolog.h"
#include "sim/workload/iolog.h"
#include "sim/world.h"

static bool G_GNUC_PRINTF(3, 4)
    refuse(GError **error, const char *map, const char *format, ...)
{
	va_list arguments;
	char *reason;

	va_start(arguments, format);
	reason = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(
	    error, WORLD_ERROR, WORLD_ERROR_INPUT, "--map %s: %s", map, reason);
	g_free(reason);
	return (false);
}

/* ---- What is named ---------------------------------------------------- */

/* The path behind the name, if the map is of that name; or NULL. */
static const char *
mapped_path(const char *map, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(map, name, length) != 0 || map[length] != '=')
		return (NULL);
	return (map + length + 1);
}

static guint
files_of(const struct scenario *scenario, const char *map)
{
	guint i, count = 0;

	for (i = 0; i < scenario->files->len; i++) {
		const struct file_config *file = scenario->files->pdata[i];
		const char *path = mapped_path(map, file->name);

		count += path != NULL && path[0] != '\0';
	}
	return (count);
}

bool
real_maps_check(const struct scenario *scenario,
    const struct real_options *options, GError **error)
{
	char **map, **other;
	const char *equals;

	for (map = options->maps; map != NULL && *map != NULL; map++) {
		equals = strchr(*map, '=');
		if (equals == NULL || equals[1] == '\0')
			return (refuse(error, *map,
			    "give a file of the scenario and a path, as in "
			    "data=/dev/md0"));
		if (files_of(scenario, *map) == 0)
			return (refuse(error, *map, "%s has no [file %.*s]",
			    scenario->path, (int)(equals - *map), *map));
		for (other = options->maps; other < map; other++)
			if (strncmp(
				*other, *map, (size_t)(equals + 1 - *map)) == 0)
				return (refuse(error, *map,
				    "[file %.*s] is mapped twice; keep one",
				    (int)(equals - *map), *map));
	}
	return (true);
}

/* ---- Who writes ------------------------------------------------------- */

static bool
recording_writes(const char *path)
{
	struct aiolog *log = aiolog_read(path, NULL);
	bool writes = log == NULL;
	guint i;

	for (i = 0; log != NULL && i < log->entries->len; i++)
		writes |=
		    g_array_index(log->entries, struct aiolog_entry, i).kind ==
		    KERNEL_AIO_WRITE;
	aiolog_free(log);
	return (writes);
}

/* A trace that cannot be read is taken to write: the run will end with it. */
static bool
trace_writes(const char *path)
{
	struct iolog_summary summary;
	bool writes;

	if (aiolog_is_one(path))
		return (recording_writes(path));
	if (!iolog_scan(path, &summary, NULL))
		return (true);
	writes = summary.counts[IOLOG_WRITE] > 0;
	iolog_summary_clear(&summary);
	return (writes);
}

/* The first process that writes to the file, or NULL. */
static const struct process_config *
writer_of(const struct scenario *scenario, const struct file_config *file)
{
	guint i;

	for (i = 0; i < scenario->processes->len; i++) {
		const struct process_config *process =
		    scenario->processes->pdata[i];

		if (scenario->files->pdata[process->file_index] != file)
			continue;
		if (process->trace != NULL ? trace_writes(process->trace)
					   : process->read < 1)
			return (process);
	}
	return (NULL);
}

/* ---- What is there ---------------------------------------------------- */

/* What the kind of the scenario's file can be mapped to, or NULL. */
static const char *
wanted(enum file_kind kind)
{
	switch (kind) {
	case FILE_REGULAR:
	case FILE_NFS:
		return ("a regular file or a block device");
	case FILE_RAWDISK:
		return ("a regular file or a disk");
	case FILE_DIR:
		return ("a directory");
	case FILE_SOCKET:
	case FILE_PIPE:
	case FILE_FIFO:
	case FILE_TTY:
		break;
	}
	return (NULL);
}

static bool
suits(enum file_kind kind, mode_t mode)
{
	if (kind == FILE_DIR)
		return (S_ISDIR(mode));
#ifndef __linux__
	/* Where disks are character devices. */
	if (kind == FILE_RAWDISK && S_ISCHR(mode))
		return (true);
#endif
	return (S_ISREG(mode) || S_ISBLK(mode));
}

/* O_EXCL without O_CREAT: Linux then refuses a device that is mounted, or has a
 * partition that is, or serves the system otherwise. */
static bool
open_mapped(struct real_file *file, const char *map, const char *path,
    mode_t mode, bool writes, GError **error)
{
	int flags = O_CLOEXEC | O_NOCTTY | (writes ? O_RDWR : O_RDONLY);
	int fd = open(path, S_ISBLK(mode) ? flags | O_EXCL : flags);

	file->fd[KERNEL_RECEIVE] = file->fd[KERNEL_SEND] = fd;
	if (fd >= 0)
		return (true);
	if (errno == EBUSY && S_ISBLK(mode))
		return (refuse(error, map,
		    "this device is mounted, mapped twice or in use otherwise; "
		    "let go of it"));
	return (refuse(error, map, "cannot open it: %s", g_strerror(errno)));
}

static bool
is_large_enough(const struct real_file *file, const char *map, GError **error)
{
	const struct file_config *config = file->config;
	off_t end = lseek(file->fd[KERNEL_RECEIVE], 0, SEEK_END);

	if (end >= config->size)
		return (true);
	return (refuse(error, map,
	    "it has %" G_GINT64_FORMAT
	    " bytes, and [file %s] is of %" G_GINT64_FORMAT "; set its size",
	    (int64_t)MAX(end, 0), config->name, config->size));
}

static bool
map_file(struct real_file *file, const struct scenario *scenario,
    const char *map, const char *path, bool may_write, GError **error)
{
	const struct file_config *config = file->config;
	const struct process_config *writer = writer_of(scenario, config);
	const char *kinds = wanted(config->kind);
	struct stat status;

	if (kinds == NULL)
		return (refuse(error, map,
		    "[file %s] is of a kind that aiosim makes itself; leave "
		    "--map out",
		    config->name));
	if (stat(path, &status) != 0)
		return (refuse(
		    error, map, "cannot open it: %s", g_strerror(errno)));
	if (!suits(config->kind, status.st_mode))
		return (refuse(
		    error, map, "[file %s] wants %s", config->name, kinds));
	file->directory = config->kind == FILE_DIR;
	if (writer != NULL && !may_write && !file->directory)
		return (refuse(error, map,
		    "[process %s] writes to it; set its read = 1, or give "
		    "--write",
		    writer->name));
	if (!open_mapped(file, map, path, status.st_mode,
		writer != NULL && !file->directory, error))
		return (false);
	if (file->directory)
		return (true);
	if (!is_large_enough(file, map, error))
		return (false);
	if (config->kind == FILE_RAWDISK)
		real_file_go_direct(file, path);
	return (true);
}

bool
real_file_map(struct real_file *file, const struct scenario *scenario,
    const struct real_options *options, GError **error)
{
	const char *path;
	char **map;

	for (map = options->maps; map != NULL && *map != NULL; map++) {
		path = mapped_path(*map, file->config->name);
		if (path != NULL)
			return (map_file(
			    file, scenario, *map, path, options->write, error));
	}
	return (true);
}
