/*
 * A program that waits for its requests and never collects them, until it is
 * refused for the fortieth time.
 */

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	static char byte;
	struct aiocb cb;
	int fd, refused = 0;

	fd = open(argc == 2 ? argv[1] : "", O_RDONLY);
	if (fd < 0)
		return (2);
	memset(&cb, 0, sizeof(cb));
	cb.aio_fildes = fd;
	cb.aio_buf = &byte;
	cb.aio_nbytes = 1;
	cb.aio_sigevent.sigev_notify = SIGEV_NONE;
	while (refused < 40) {
		if (aio_read(&cb) != 0) {
			if (errno != EAGAIN)
				return (1);
			refused++;
			continue;
		}
		while (aio_error(&cb) == EINPROGRESS)
			usleep(100);
	}
	return (0);
}
