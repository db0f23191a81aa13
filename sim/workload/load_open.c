/*
 * The descriptors of a load process, as the model sees them.
 */

#include "sim/workload/load.h"

static enum kernel_file_kind
kernel_kind(enum file_kind kind)
{
	switch (kind) {
	case FILE_REGULAR:
	case FILE_NFS:
		break;
	case FILE_DIR:
		return (KERNEL_DIR);
	case FILE_RAWDISK:
		return (KERNEL_RAWDISK);
	case FILE_SOCKET:
		return (KERNEL_SOCKET);
	case FILE_PIPE:
		return (KERNEL_PIPE);
	case FILE_FIFO:
		return (KERNEL_FIFO);
	case FILE_TTY:
		return (KERNEL_TTY);
	}
	return (KERNEL_REGULAR);
}

void
load_open(struct kernel *kernel, uint32_t process,
    const struct scenario *scenario, const struct process_config *config)
{
	const struct file_config *source =
	    scenario->files->pdata[config->file_index];
	struct kernel_file file = {
	    .kind = kernel_kind(source->kind),
	    .readable = true,
	    /* open(2) gives directories for reading only. */
	    .writable = source->kind != FILE_DIR,
	    .local = source->kind != FILE_NFS,
	    .block_size = source->block_size,
	    .iosize_max = source->iosize_max,
	    .unmapped = source->unmapped,
	};
	struct kernel_file kqueue = {.kind = KERNEL_KQUEUE};

	/* What lies on no disk has its own number, after the disks'. */
	file.device = source->disk_index >= 0
	    ? (uint32_t)source->disk_index
	    : scenario->disks->len + (uint32_t)config->file_index;
	/* A socket is opened by the network. */
	if (source->kind != FILE_SOCKET)
		kernel_open(kernel, process, LOAD_FD, &file);
	kernel_open(kernel, process, LOAD_KQUEUE_FD, &kqueue);
}
