/*
 * Opening what is measured, and what is refused.
 */

#define _GNU_SOURCE /* O_DIRECT, SEEK_HOLE */

#include "sim/calibrate/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif

#include "sim/calibrate/in_use.h"
#include "sim/scenario/values.h"

/* Requests of the largest size that must fit, so that they are not all of the
 * same few blocks. */
#define FIT_LEAST 16
/* What direct I/O has to be aligned to, on any disk. */
#define ALIGNMENT 4096

#ifndef O_DIRECT
#define O_DIRECT 0
#endif

static bool
refuse(const struct target *target, const char *why, GError **error)
{
	g_set_error(error, CALIBRATE_ERROR, CALIBRATE_INPUT, "%s: %s",
	    target->path, why);
	return (false);
}

static bool
check_device(
    const struct target *target, const struct stat *status, GError **error)
{
#ifdef __linux__
	g_autofree char *why = in_use_why(
	    &in_use_linux, major(status->st_rdev), minor(status->st_rdev));
	g_autofree char *message = NULL;

	if (why == NULL)
		return (true);
	message = g_strdup_printf(
	    "%s; calibrate a file on it instead, or another disk", why);
	return (refuse(target, message, error));
#else
	(void)status;
	return (refuse(target,
	    "devices are measured on Linux only, where their use can be told; "
	    "calibrate a file on it instead",
	    error));
#endif
}

/* By its kind, before it is opened. */
static bool
check_kind(struct target *target, GError **error)
{
	struct stat status;

	if (stat(target->path, &status) != 0)
		return (refuse(target, g_strerror(errno), error));
	if (S_ISDIR(status.st_mode))
		return (
		    refuse(target, "is a directory; name a file in it", error));
	target->device = S_ISBLK(status.st_mode);
	if (target->device)
		return (check_device(target, &status, error));
	if (!S_ISREG(status.st_mode))
		return (refuse(
		    target, "is neither a file nor a block device", error));
	if (in_use_as_swap(&in_use_linux, target->path))
		return (refuse(target, "is swapped to", error));
	return (true);
}

/* ---- Opening ---------------------------------------------------------- */

/* O_EXCL: the kernel itself refuses a device that anything claims. */
static int
open_with(const struct target *target, int flags)
{
	flags |= O_CLOEXEC | (target->write ? O_RDWR : O_RDONLY) |
	    (target->device ? O_EXCL : 0);
	return (open(target->path, flags));
}

/* Whether a request of each size goes through. */
static bool
can_read(int fd, const GArray *sizes)
{
	bool good = true;
	void *bytes;
	guint i;

	for (i = 0; i < sizes->len && good; i++) {
		size_t size = (size_t)g_array_index(sizes, int64_t, i);

		if (posix_memalign(&bytes, ALIGNMENT, size) != 0)
			return (false);
		good = pread(fd, bytes, size, 0) >= 0 || errno != EINVAL;
		free(bytes);
	}
	return (good);
}

static bool
open_target(struct target *target, const GArray *sizes, GError **error)
{
	target->direct = O_DIRECT != 0;
	target->fd = open_with(target, O_DIRECT);
	if (target->direct && target->fd >= 0 && !can_read(target->fd, sizes)) {
		close(target->fd);
		target->fd = -1;
		errno = EINVAL;
	}
	if (target->fd < 0 && errno == EINVAL) {
		target->direct = false;
		target->fd = open_with(target, 0);
	}
	if (target->fd >= 0)
		return (true);
	if (target->device && errno == EBUSY)
		return (refuse(target,
		    "is in use; calibrate a file on it, or another disk",
		    error));
	return (refuse(target, g_strerror(errno), error));
}

/* ---- What it holds ---------------------------------------------------- */

static bool
check_size(struct target *target, const GArray *sizes, GError **error)
{
	int64_t largest = g_array_index(sizes, int64_t, 0);
	g_autofree char *least = NULL;
	g_autofree char *message = NULL;
	guint i;

	for (i = 1; i < sizes->len; i++)
		largest = MAX(largest, g_array_index(sizes, int64_t, i));
	target->size_bytes = (int64_t)lseek(target->fd, 0, SEEK_END);
	if (target->size_bytes >= FIT_LEAST * largest)
		return (true);
	least = quantity_format(&quantity_size, FIT_LEAST * largest);
	message = g_strdup_printf(
	    "too small with %" G_GINT64_FORMAT
	    " bytes: %d requests of the largest size need %s; give smaller "
	    "--sizes or a larger file",
	    target->size_bytes, FIT_LEAST, least);
	return (refuse(target, message, error));
}

/* What was never written is read without the disk. */
static bool
check_holes(const struct target *target, GError **error)
{
#ifdef SEEK_HOLE
	g_autofree char *message = NULL;
	off_t hole;

	if (target->device)
		return (true);
	hole = lseek(target->fd, 0, SEEK_HOLE);
	if (hole < 0 || hole >= target->size_bytes)
		return (true);
	message = g_strdup_printf(
	    "has a hole at byte %" G_GINT64_FORMAT
	    ", which is read without the disk; fill the file first",
	    (int64_t)hole);
	return (refuse(target, message, error));
#else
	(void)target;
	(void)error;
	return (true);
#endif
}

bool
target_open(struct target *target, const char *path, bool write,
    const GArray *sizes, GError **error)
{
	*target = (struct target) {.path = path, .fd = -1, .write = write};
	if (!check_kind(target, error) || !open_target(target, sizes, error))
		return (false);
	if (check_size(target, sizes, error) && check_holes(target, error))
		return (true);
	target_close(target);
	return (false);
}

void
target_close(struct target *target)
{
	if (target->fd >= 0)
		close(target->fd);
	target->fd = -1;
}

bool
target_is_whole(const struct target *target, GError **error)
{
	struct stat status;
	const char *what = NULL;

	if (fstat(target->fd, &status) != 0)
		what = g_strerror(errno);
	else if (!target->device && status.st_nlink == 0)
		what = "vanished while it was measured";
	else if (!target->device && status.st_size < target->size_bytes)
		what = "was cut while it was measured";
	if (what == NULL)
		return (true);
	g_set_error(error, CALIBRATE_ERROR, CALIBRATE_FAILED, "%s: %s",
	    target->path, what);
	return (false);
}

void
target_forget(const struct target *target)
{
	if (target->direct)
		return;
	(void)fdatasync(target->fd);
	(void)posix_fadvise(target->fd, 0, 0, POSIX_FADV_DONTNEED);
}
