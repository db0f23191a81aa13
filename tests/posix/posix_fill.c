/*
 * Writes a file by requests of a page until one fails, and says after how many
 * bytes and with what.
 */

#define _GNU_SOURCE

#include <aio.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	static char page[4096];
	const struct aiocb *list[1];
	struct aiocb cb;
	ssize_t moved;
	long bytes = 0;
	int fd = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT, 0600) : -1;

	if (fd < 0)
		err(2, "usage: posix_fill FILE");
	do {
		memset(&cb, 0, sizeof(cb));
		cb.aio_fildes = fd;
		cb.aio_buf = page;
		cb.aio_nbytes = sizeof(page);
		cb.aio_offset = bytes;
		cb.aio_sigevent.sigev_notify = SIGEV_NONE;
		list[0] = &cb;
		if (aio_write(&cb) != 0 || aio_suspend(list, 1, NULL) != 0)
			err(1, "aio_write");
		errno = aio_error(&cb);
		moved = aio_return(&cb);
		bytes += moved > 0 ? moved : 0;
	} while (moved > 0);
	printf("%ld bytes, then %s\n", bytes, strerrorname_np(errno));
	return (0);
}
