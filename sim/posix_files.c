/*
 * Actual files and actual I/O.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/host_errno.h"
#include "sim/posix_files.h"
#include "sim/world.h"

static int
open_sparse(const char *path, int64_t size_bytes, GError **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0 && ftruncate(fd, (off_t)size_bytes) == 0)
		return (fd);
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
	    "%s: cannot make a file of %" G_GINT64_FORMAT " bytes: %s", path,
	    size_bytes, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return (-1);
}

static bool
are_all_regular(const struct scenario *scenario, GError **error)
{
	guint i;

	for (i = 0; i < scenario->files->len; i++) {
		const struct file_config *file = scenario->files->pdata[i];

		if (file->kind == FILE_REGULAR)
			continue;
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: [file %s] is not regular, and --world real has "
		    "regular files only",
		    scenario->path, file->name);
		return (false);
	}
	return (true);
}

GArray *
posix_files_open(const struct scenario *scenario, GError **error)
{
	GArray *descriptors;
	char *dir, *path;
	guint i;
	int fd = 0;

	if (!are_all_regular(scenario, error))
		return (NULL);
	dir = g_build_filename(g_get_tmp_dir(), "aiosim-XXXXXX", NULL);
	if (g_mkdtemp(dir) == NULL) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
		    "%s: cannot make this directory: %s", dir,
		    g_strerror(errno));
		g_free(dir);
		return (NULL);
	}
	descriptors = g_array_new(FALSE, FALSE, sizeof(int));
	for (i = 0; i < scenario->files->len && fd >= 0; i++) {
		const struct file_config *file = scenario->files->pdata[i];

		path = g_strdup_printf("%s/%u", dir, i);
		fd = open_sparse(path, file->size, error);
		if (fd >= 0)
			g_array_append_val(descriptors, fd);
		(void)unlink(path);
		g_free(path);
	}
	(void)rmdir(dir);
	g_free(dir);
	if (fd < 0) {
		posix_files_close(descriptors);
		return (NULL);
	}
	return (descriptors);
}

void
posix_files_close(GArray *descriptors)
{
	guint i;

	if (descriptors == NULL)
		return;
	for (i = 0; i < descriptors->len; i++)
		close(g_array_index(descriptors, int, i));
	g_array_free(descriptors, TRUE);
}

/* ---- I/O -------------------------------------------------------------- */

static bool
make_room(struct posix_buffer *buffer, size_t size)
{
	void *bytes;

	if (size <= buffer->size)
		return (true);
	if (posix_memalign(&bytes, KERNEL_PAGE_SIZE, size) != 0)
		return (false);
	memset(bytes, 0, size);
	free(buffer->bytes);
	buffer->bytes = bytes;
	buffer->size = size;
	return (true);
}

static ssize_t
perform(int fd, const struct kernel_job_info *job, void *bytes)
{
	switch (job->opcode) {
	case KERNEL_OP_READ:
		return (pread(fd, bytes, job->size_bytes, job->offset_bytes));
	case KERNEL_OP_WRITE:
		return (pwrite(fd, bytes, job->size_bytes, job->offset_bytes));
	case KERNEL_OP_SYNC:
		return (fsync(fd));
	case KERNEL_OP_MLOCK: /* a modelled buffer has no pages here */
	case KERNEL_OP_NOP:
		break;
	}
	return (0);
}

struct kernel_service_result
posix_serve(
    int fd, const struct kernel_job_info *job, struct posix_buffer *buffer)
{
	struct kernel_service_result result = {0};
	bool moves =
	    job->opcode == KERNEL_OP_READ || job->opcode == KERNEL_OP_WRITE;

	if (moves && !make_room(buffer, job->size_bytes)) {
		result.error = KE_ENOMEM;
		return (result);
	}
	do
		result.bytes = perform(fd, job, buffer->bytes);
	while (result.bytes < 0 && errno == EINTR);
	if (result.bytes < 0) {
		result.error = host_errno_name(errno);
		result.bytes = 0;
	}
	return (result);
}
