/*
 * Pipes, FIFOs and terminals, with both of their ends.  The near ends block, as
 * a daemon does in them; the far ones do not.
 *
 * FreeBSD's pipes go both ways; here one pipe goes each way, and so does one
 * FIFO.  A FIFO that is not to be kept would lose its name at once, and then is
 * a pipe: so it is made as one.
 */

#ifdef __linux__
#define _GNU_SOURCE /* posix_openpt */
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "sim/real/files.h"
#include "sim/world.h"

static bool
cannot(GError **error, const struct file_config *config)
{
	g_set_error(error, WORLD_ERROR, WORLD_ERROR_FAILED,
	    "cannot make [file %s]: %s", config->name, g_strerror(errno));
	return (false);
}

static bool
set_flag(int fd, int flag, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	return (flags >= 0 &&
	    fcntl(fd, F_SETFL, on ? flags | flag : flags & ~flag) == 0);
}

static bool
close_on_exec(int fd)
{
	return (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
}

/* The end that belongs to the processes: they read from one pipe, and write to
 * the other. */
static int *
reading_end(struct real_file *file, int direction)
{
	return (direction == KERNEL_RECEIVE ? &file->fd[direction]
					    : &file->far[direction]);
}

static int *
writing_end(struct real_file *file, int direction)
{
	return (direction == KERNEL_RECEIVE ? &file->far[direction]
					    : &file->fd[direction]);
}

static bool
open_pipe(struct real_file *file, int direction)
{
	int ends[2];

	if (pipe(ends) != 0)
		return (false);
	*reading_end(file, direction) = ends[0];
	*writing_end(file, direction) = ends[1];
	return (close_on_exec(ends[0]) && close_on_exec(ends[1]) &&
	    set_flag(file->far[direction], O_NONBLOCK, true));
}

/* Reader before writer, and neither waits for the other. */
static bool
open_ends(struct real_file *file, const char *path, int direction)
{
	int *reads = reading_end(file, direction);
	int *writes = writing_end(file, direction);

	*reads = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*reads < 0)
		return (false);
	*writes = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return (
	    *writes >= 0 && set_flag(file->fd[direction], O_NONBLOCK, false));
}

static bool
open_fifo(struct real_file *file, const char *path, int direction)
{
	if (mkfifo(path, 0600) != 0)
		return (false);
	file->made[direction] = g_strdup(path);
	return (open_ends(file, path, direction));
}

static bool
open_fifos(struct real_file *file, const char *path)
{
	g_autofree char *out = g_strdup_printf("%s.out", path);

	return (open_fifo(file, path, KERNEL_RECEIVE) &&
	    open_fifo(file, out, KERNEL_SEND));
}

/* Bytes pass as they are, and a read takes what is there. */
static bool
make_raw(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) != 0)
		return (false);
	settings.c_iflag = 0;
	settings.c_oflag &= ~(tcflag_t)OPOST;
	settings.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG | IEXTEN);
	settings.c_cc[VMIN] = 1;
	settings.c_cc[VTIME] = 0;
	return (tcsetattr(fd, TCSANOW, &settings) == 0);
}

static bool
open_terminal(struct real_file *file)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	int slave;

	if (master < 0)
		return (false);
	file->far[0] = file->far[1] = master;
	if (!close_on_exec(master) || !set_flag(master, O_NONBLOCK, true) ||
	    grantpt(master) != 0 || unlockpt(master) != 0)
		return (false);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	file->fd[0] = file->fd[1] = slave;
	return (slave >= 0 && make_raw(slave));
}

bool
real_stream_open(struct real_file *file, const char *path, GError **error)
{
	bool opened;

	file->stream = true;
	if (file->config->kind == FILE_TTY)
		opened = open_terminal(file);
	else if (path != NULL)
		opened = open_fifos(file, path);
	else
		opened = open_pipe(file, KERNEL_RECEIVE) &&
		    open_pipe(file, KERNEL_SEND);
	return (opened || cannot(error, file->config));
}
