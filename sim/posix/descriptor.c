/*
 * The program's descriptors in the kernel's table, and what keeps an open file
 * alive while requests are under way.
 *
 * FreeBSD binds a request to the open file when it is submitted.  Here each
 * descriptor that AIO meets gets a private duplicate, which all its I/O goes
 * to, so that a program may close its own, or let the number be used again, at
 * any time.  That the number means another file now is learnt from the
 * functions below, which stand before the C library's.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sim/posix/engine.h"

#ifndef PIPEFS_MAGIC
#define PIPEFS_MAGIC 0x50495045
#endif
/* Private descriptors begin here, or lower where the limit is. */
#define PRIVATE_FROM 512

/* Read without the lock: whether the number may be in the table.  Those beyond
 * are looked up in any case. */
#define KNOWN_MAX 65536
static atomic_bool known[KNOWN_MAX];

static struct {
	struct descriptor **by_fd;
	int room;
	pid_t pid;
	atomic_int private_count;
} table;

atomic_int descriptor_count;

/* ---- What a descriptor is --------------------------------------------- */

static bool
is_remote(int fd)
{
	/* NFS, SMB, CIFS, SMB2, Ceph, AFS, 9P. */
	static const unsigned long remote[] = {0x6969, 0x517b, 0xff534d42,
	    0xfe534d42, 0x00c36400, 0x5346414f, 0x01021997};
	struct statfs fs;
	size_t i;

	if (fstatfs(fd, &fs) != 0)
		return (false);
	for (i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == remote[i])
			return (true);
	return (false);
}

static bool
is_pipe(int fd)
{
	struct statfs fs;

	return (fstatfs(fd, &fs) == 0 && fs.f_type == PIPEFS_MAGIC);
}

static enum kernel_file_kind
kind_of(int fd, const struct stat *status)
{
	switch (status->st_mode & S_IFMT) {
	case S_IFREG:
		return (KERNEL_REGULAR);
	case S_IFDIR:
		return (KERNEL_DIR);
	case S_IFBLK:
		return (KERNEL_RAWDISK);
	case S_IFSOCK:
		/* Nobody here tells the kernel what becomes of a socket's
		 * buffers; so it is a file that may block, as a pipe is. */
		return (KERNEL_PIPE);
	case S_IFIFO:
		return (is_pipe(fd) ? KERNEL_PIPE : KERNEL_FIFO);
	case S_IFCHR:
		return (KERNEL_TTY);
	default:
		/* epoll and its like: no vnode. */
		return (KERNEL_PIPE);
	}
}

static void
describe(int fd, int flags, const struct stat *status, struct kernel_file *file)
{
	memset(file, 0, sizeof(*file));
	file->kind = kind_of(fd, status);
	file->readable = (flags & O_ACCMODE) != O_WRONLY;
	file->writable = (flags & O_ACCMODE) != O_RDONLY;
	if (file->kind == KERNEL_REGULAR || file->kind == KERNEL_DIR)
		file->local = !is_remote(fd);
	if (file->kind == KERNEL_RAWDISK) {
		file->block_size = 512;
		file->iosize_max = 128 * 1024;
		file->unmapped = true;
	}
}

/* ---- The table -------------------------------------------------------- */

static void
put(int fd, struct descriptor *d)
{
	int larger = 2 * fd + 64;
	struct descriptor **by_fd;

	if (fd >= table.room) {
		by_fd = allocate((size_t)larger * sizeof(*by_fd));
		if (table.room > 0)
			memcpy(by_fd, table.by_fd,
			    (size_t)table.room * sizeof(*by_fd));
		free(table.by_fd);
		table.by_fd = by_fd;
		table.room = larger;
	}
	table.by_fd[fd] = d;
	table.pid = getpid();
	descriptor_count += d != NULL ? 1 : -1;
	if (fd < KNOWN_MAX)
		known[fd] = d != NULL;
}

static int
duplicate(int fd)
{
	struct rlimit limit;
	int from = PRIVATE_FROM, copy;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur / 2 < PRIVATE_FROM)
		from = (int)(limit.rlim_cur / 2);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, from);
	/* With no descriptor left, the program's own must do. */
	return (copy >= 0 ? copy : fd);
}

/* Another descriptor of the same open file, which fsync looks at. */
static struct descriptor *
find_same_file(const struct descriptor *d)
{
	pid_t pid = getpid();
	int fd;

	for (fd = 0; fd < table.room; fd++) {
		struct descriptor *other = table.by_fd[fd];

		if (other != NULL && other != d && other->open &&
		    other->inode == d->inode && other->device == d->device &&
		    syscall(SYS_kcmp, pid, pid, 0, d->private_fd,
			other->private_fd) == 0)
			return (other);
	}
	return (NULL);
}

static struct descriptor *
enter(int fd, int flags, const struct stat *status)
{
	struct descriptor *d = allocate(sizeof(*d)), *same;
	struct kernel_file file;

	describe(fd, flags, status, &file);
	d->fd = fd;
	d->private_fd = duplicate(fd);
	d->seekable = S_ISREG(status->st_mode) || S_ISDIR(status->st_mode) ||
	    S_ISBLK(status->st_mode);
	d->open = true;
	d->device = status->st_dev;
	d->inode = status->st_ino;
	same = find_same_file(d);
	if (same != NULL)
		kernel_dup(engine.kernel, engine.process, same->fd, fd);
	else
		kernel_open(engine.kernel, engine.process, fd, &file);
	put(fd, d);
	table.private_count += d->private_fd != fd;
	return (d);
}

static int
raw_close(int fd)
{
	return ((int)syscall(SYS_close, fd));
}

static void
dispose(struct descriptor *d)
{
	if (d->open || d->references > 0)
		return;
	if (d->private_fd != d->fd) {
		(void)raw_close(d->private_fd);
		table.private_count--;
	}
	free(d->path);
	free(d);
}

const char *
descriptor_path(struct descriptor *d)
{
	char link[64], name[4096];
	ssize_t length;

	if (d->path != NULL)
		return (d->path);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", d->private_fd);
	length = readlink(link, name, sizeof(name) - 1);
	name[length < 0 ? 0 : length] = '\0';
	d->path = strdup(length <= 0 ? "?" : name);
	return (d->path);
}

void
descriptor_hold(struct descriptor *d)
{
	d->references++;
}

void
descriptor_release(struct descriptor *d)
{
	d->references--;
	dispose(d);
}

struct descriptor *
descriptor_refresh(int fd)
{
	struct stat status;
	int flags;

	if (fd >= 0 && fd < table.room && table.by_fd[fd] != NULL)
		return (table.by_fd[fd]);
	flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
	if (flags < 0 || fstat(fd, &status) != 0)
		return (NULL);
	return (enter(fd, flags, &status));
}

static void
leave(int fd, struct engine_guard *guard)
{
	const struct kernel_call call = {.kind = KERNEL_CLOSE, .fd = fd};
	struct descriptor *d = table.by_fd[fd];

	put(fd, NULL);
	/* FreeBSD's never waits. */
	(void)engine_call(&call, NULL, guard);
	d->open = false;
	dispose(d);
}

void
descriptors_forget(bool close_private)
{
	int fd;

	for (fd = 0; fd < table.room; fd++) {
		struct descriptor *d = table.by_fd[fd];

		if (d == NULL)
			continue;
		if (close_private && d->private_fd != fd)
			(void)raw_close(d->private_fd);
		put(fd, NULL);
		free(d->path);
		free(d);
	}
}

int
descriptor_kqueue(void)
{
	struct kernel_file file = {.kind = KERNEL_KQUEUE};
	struct descriptor *d;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return (-1);
	d = allocate(sizeof(*d));
	d->fd = d->private_fd = fd;
	d->open = true;
	kernel_open(engine.kernel, engine.process, fd, &file);
	put(fd, d);
	return (fd);
}

/* ---- Closing ---------------------------------------------------------- */

/* Whose private one a number is, or NULL. */
static struct descriptor *
owner_of(int fd)
{
	struct descriptor *d;
	int i;

	for (i = 0; i < table.room; i++) {
		d = table.by_fd[i];
		if (d != NULL && d->private_fd == fd && d->fd != fd)
			return (d);
	}
	return (NULL);
}

void
descriptor_vacate(int fd)
{
	struct engine_guard guard;
	struct descriptor *d;

	engine_enter(&guard);
	d = owner_of(fd);
	if (d != NULL)
		d->private_fd = duplicate(fd);
	engine_leave(&guard);
}

bool
descriptor_closing(int fd)
{
	struct engine_guard guard;
	bool ours = false;

	if (fd < 0 || engine_is_nested())
		return (true);
	if (fd < KNOWN_MAX && !known[fd] &&
	    (fd < PRIVATE_FROM / 2 || table.private_count == 0))
		return (true);
	engine_enter(&guard);
	if (table.pid == getpid() && fd < table.room && table.by_fd[fd] != NULL)
		leave(fd, &guard);
	else
		ours = owner_of(fd) != NULL;
	engine_leave(&guard);
	return (!ours);
}
