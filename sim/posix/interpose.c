/*
 * Functions of the C library that stand here before it, because they end what a
 * descriptor means, or a process, or tell limits that are FreeBSD's here.  Each
 * goes on to the C library's own.  A sanitizer's runtime calls some of them
 * before it is ready: this file is never instrumented, and reads no more than
 * one counter until AIO is used.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/posix/calls.h"

/* False if the number is ours, and not the program's to close. */
static bool
closing(int fd)
{
	return (descriptor_count == 0 || descriptor_closing(fd));
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

EXPORT int
close(int fd)
{
	static __typeof__(&close) next;

	if (next == NULL)
		next = NEXT(close);
	if (!closing(fd)) {
		errno = EBADF;
		return (-1);
	}
	return (next(fd));
}

EXPORT int
dup2(int from, int to)
{
	static __typeof__(&dup2) next;

	if (next == NULL)
		next = NEXT(dup2);
	if (from != to && !closing(to))
		descriptor_vacate(to);
	return (next(from, to));
}

EXPORT int
dup3(int from, int to, int flags)
{
	static __typeof__(&dup3) next;

	if (next == NULL)
		next = NEXT(dup3);
	if (!closing(to))
		descriptor_vacate(to);
	return (next(from, to, flags));
}

EXPORT int
fclose(FILE *stream)
{
	static __typeof__(&fclose) next;

	if (next == NULL)
		next = NEXT(fclose);
	(void)closing(fileno(stream));
	return (next(stream));
}

EXPORT FILE *
freopen(const char *path, const char *mode, FILE *stream)
{
	static __typeof__(&freopen) next;

	if (next == NULL)
		next = NEXT(freopen);
	(void)closing(fileno(stream));
	return (next(path, mode, stream));
}

EXPORT int
close_range(unsigned first, unsigned last, int flags)
{
	const unsigned one_by_one = 65536;
	unsigned fd = first;

	if ((flags & (int)CLOSE_RANGE_CLOEXEC) != 0 || descriptor_count == 0 ||
	    first > last)
		return ((int)syscall(SYS_close_range, first, last, flags));
	/* All but our own. */
	for (; fd <= last && fd < one_by_one; fd++)
		if (closing((int)fd))
			(void)syscall(SYS_close, fd);
	if (fd > last)
		return (0);
	return ((int)syscall(SYS_close_range, fd, last, flags));
}

EXPORT void
closefrom(int from)
{
	(void)close_range(from < 0 ? 0 : (unsigned)from, ~0u, 0);
}

EXPORT void
_exit(int status)
{
	settings_run_down();
	for (;;)
		syscall(SYS_exit_group, status);
}

EXPORT void
_Exit(int status)
{
	_exit(status);
}

EXPORT long
sysconf(int name)
{
	static __typeof__(&sysconf) next;

	if (next == NULL)
		next = NEXT(sysconf);
	if (name == _SC_AIO_LISTIO_MAX || name == _SC_AIO_MAX)
		return (limit_of(name));
	return (next(name));
}
