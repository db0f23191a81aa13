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

#include "sim/posix/socket.h"

#ifndef PIPEFS_MAGIC
#define PIPEFS_MAGIC 0x50495045
#endif
/* Private descriptors begin here, or lower where the limit is. */
#define PRIVATE_FROM 512

/* Read without the lock: whether the number may be in the table.  Those beyond
 * are looked up in any case. */
#define KNOWN_MAX 65536
static atomic_bool known[KNOWN_MAX];

/* Where other descriptors of ours are kept: a recording's, an epoll's. */
#define KEPT_MAX 2

static struct {
	struct descriptor *all; /* with those that only requests hold */
	struct descriptor **by_fd;
	int room;
	pid_t pid;
	atomic_int private_count;
	int *kept[KEPT_MAX];
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
		return (KERNEL_SOCKET);
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

/* A socket has an inode of its own. */
static bool
is_same_file(const struct descriptor *a, const struct descriptor *b)
{
	pid_t pid = getpid();

	return (a->inode == b->inode && a->device == b->device &&
	    (b->socket != NULL ||
		syscall(SYS_kcmp, pid, pid, 0, a->private_fd, b->private_fd) ==
		    0));
}

/* Another descriptor of the same open file, which fsync and sockets look at. */
static struct descriptor *
find_same_file(const struct descriptor *d)
{
	struct descriptor *other;

	for (other = table.all; other != NULL; other = other->next)
		if ((other->open || other->private_fd != other->fd) &&
		    is_same_file(d, other))
			return (other);
	return (NULL);
}

static int
raw_close(int fd)
{
	return ((int)syscall(SYS_close, fd));
}

/* All descriptors of a socket use one of ours. */
static void
share_socket(struct descriptor *d, const struct descriptor *same)
{
	if (d->private_fd != d->fd)
		(void)raw_close(d->private_fd);
	d->socket = same->socket;
	d->private_fd = d->socket->fd;
	socket_hold(d->socket);
}

/* By both numbers, the program's and ours. */
static void
open_in_kernel(struct descriptor *d, int flags, const struct stat *status)
{
	const struct descriptor *same = find_same_file(d);
	struct kernel_file file;

	describe(d->fd, flags, status, &file);
	if (same != NULL && same->socket != NULL)
		share_socket(d, same);
	else if (file.kind == KERNEL_SOCKET)
		d->socket = socket_open(
		    d->private_fd, d->private_fd != d->fd, flags, &file);
	if (same != NULL)
		kernel_dup(
		    engine.kernel, engine.process, same->private_fd, d->fd);
	else
		kernel_open(engine.kernel, engine.process, d->fd, &file);
	if (d->private_fd != d->fd && (same == NULL || d->socket == NULL))
		kernel_dup(engine.kernel, engine.process, d->fd, d->private_fd);
}

static void
link_in(struct descriptor *d)
{
	d->next = table.all;
	d->link = &table.all;
	if (d->next != NULL)
		d->next->link = &d->next;
	table.all = d;
}

static struct descriptor *
enter(int fd, int flags, const struct stat *status)
{
	struct descriptor *d = allocate(sizeof(*d));

	d->fd = fd;
	d->private_fd = duplicate(fd);
	d->seekable = S_ISREG(status->st_mode) || S_ISDIR(status->st_mode) ||
	    S_ISBLK(status->st_mode);
	d->open = true;
	d->device = status->st_dev;
	d->inode = status->st_ino;
	open_in_kernel(d, flags, status);
	link_in(d);
	put(fd, d);
	table.private_count += d->private_fd != fd;
	return (d);
}

static void
dispose(struct descriptor *d)
{
	if (d->open || d->references > 0)
		return;
	*d->link = d->next;
	if (d->next != NULL)
		d->next->link = d->link;
	table.private_count -= d->private_fd != d->fd;
	if (d->socket != NULL) {
		socket_release(d->socket);
	} else if (d->private_fd != d->fd) {
		(void)raw_close(d->private_fd);
		engine_forget_number(d->private_fd);
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
	engine_forget_numbers();
}

void
descriptors_forget(void)
{
	struct descriptor *d;
	int fd;

	for (fd = 0; fd < table.room; fd++) {
		d = table.by_fd[fd];
		if (d == NULL)
			continue;
		put(fd, NULL);
		d->open = false;
		dispose(d);
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
	link_in(d);
	put(fd, d);
	return (fd);
}

/* ---- Closing ---------------------------------------------------------- */

/* The place that holds a number of ours, or NULL. */
static int *
kept_at(int fd)
{
	int i;

	for (i = 0; i < KEPT_MAX; i++)
		if (table.kept[i] != NULL && *table.kept[i] == fd)
			return (table.kept[i]);
	return (NULL);
}

static bool
is_ours(int fd)
{
	const struct descriptor *d;

	for (d = table.all; d != NULL; d = d->next)
		if (d->private_fd == fd && d->fd != fd &&
		    (d->socket == NULL || d->socket->is_ours))
			return (true);
	return (kept_at(fd) != NULL);
}

/* What the kernel knew by one number of ours, it knows by another. */
static void
move_file(int fd, int other)
{
	struct descriptor *d;
	bool moved = false;

	for (d = table.all; d != NULL; d = d->next) {
		if (d->private_fd != fd || d->fd == fd)
			continue;
		d->private_fd = other;
		if (!moved)
			kernel_dup(engine.kernel, engine.process, fd, other);
		if (!moved && d->socket != NULL)
			socket_moved(d->socket, other);
		moved = true;
	}
	if (moved) {
		engine_forget_number(fd);
		engine_forget_numbers();
	}
}

/* Without another to be had, the program closes it under us. */
void
descriptor_vacate(int fd)
{
	struct engine_guard guard;
	int other, *kept;

	engine_enter(&guard);
	if (is_ours(fd) && (other = duplicate(fd)) != fd) {
		kept = kept_at(fd);
		if (kept != NULL)
			*kept = other;
		else
			move_file(fd, other);
	}
	engine_leave(&guard);
}

void
descriptor_keep(int *place, int fd)
{
	int i;

	*place = duplicate(fd);
	if (*place != fd)
		(void)raw_close(fd);
	for (i = 0; table.kept[i] != NULL; i++)
		;
	table.kept[i] = place;
	table.pid = getpid();
	table.private_count++;
	descriptor_count++;
}

void
descriptor_drop(int *place)
{
	int i;

	for (i = 0; table.kept[i] != place; i++)
		;
	table.kept[i] = NULL;
	(void)raw_close(*place);
	*place = 0;
	table.private_count--;
	descriptor_count--;
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
		ours = is_ours(fd);
	engine_leave(&guard);
	return (!ours);
}
