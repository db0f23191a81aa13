/*
 * A load through <aio.h>, for comparing libaiosim-posix.so with the C library's
 * own: `depth` reads of 4 KiB outstanding, over one descriptor or many, from
 * the page cache or from a device of an exact latency.
 *
 * The device is the page that a read copies to: it is absent, the kernel's
 * fault waits for a thread of ours (userfaultfd), and that one answers after
 * the latency.  So any number of reads wait at the same time, whoever serves
 * them.  This needs root, or vm.unprivileged_userfaultfd.
 *
 *	posix_load FILE DESCRIPTORS DEPTH REQUESTS LATENCY_US
 *
 * A request that is refused with EAGAIN is made again after the next result.
 * Prints requests a second, and microseconds of CPU time a request.
 */

#define _GNU_SOURCE

#include <aio.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define DEPTH_MAX 1024

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
}

/* ---- The device ------------------------------------------------------- */

static struct {
	int fd;
	int64_t latency_ns;
	struct {
		uint64_t address;
		int64_t due_ns;
	} faults[DEPTH_MAX];
	unsigned head, tail;
} device;

static void
answer(uint64_t address)
{
	struct uffdio_zeropage zero = {
	    .range = {.start = address & ~(uint64_t)(PAGE - 1), .len = PAGE}};

	if (ioctl(device.fd, UFFDIO_ZEROPAGE, &zero) != 0 && errno != EEXIST)
		err(1, "UFFDIO_ZEROPAGE");
}

static void
answer_what_is_due(void)
{
	while (device.head != device.tail &&
	    device.faults[device.head % DEPTH_MAX].due_ns <= now_ns())
		answer(device.faults[device.head++ % DEPTH_MAX].address);
}

static void *
serve_faults(void *argument)
{
	struct pollfd events = {.fd = device.fd, .events = POLLIN};
	struct timespec wait;
	struct uffd_msg message;
	int64_t left_ns;

	for (;;) {
		answer_what_is_due();
		left_ns = device.head == device.tail
		    ? 1000000000
		    : device.faults[device.head % DEPTH_MAX].due_ns - now_ns();
		left_ns = left_ns < 0 ? 0 : left_ns;
		wait.tv_sec = left_ns / 1000000000;
		wait.tv_nsec = left_ns % 1000000000;
		if (ppoll(&events, 1, &wait, NULL) <= 0)
			continue;
		while (read(device.fd, &message, sizeof(message)) ==
		    sizeof(message)) {
			unsigned at = device.tail++ % DEPTH_MAX;

			device.faults[at].address =
			    message.arg.pagefault.address;
			device.faults[at].due_ns = now_ns() + device.latency_ns;
		}
	}
	return (argument);
}

static void
start_device(char *pages, size_t size, int64_t latency_ns)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {
	    .range = {.start = (uintptr_t)pages, .len = size},
	    .mode = UFFDIO_REGISTER_MODE_MISSING};
	pthread_t thread;

	device.latency_ns = latency_ns;
	device.fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (device.fd < 0 || ioctl(device.fd, UFFDIO_API, &api) != 0 ||
	    ioctl(device.fd, UFFDIO_REGISTER, &range) != 0)
		err(3, "userfaultfd");
	pthread_create(&thread, NULL, serve_faults, NULL);
}

/* ---- The load --------------------------------------------------------- */

struct load {
	int *fds, descriptors, depth;
	long requests, issued, done;
	char *pages;
	struct aiocb *cbs;
	const struct aiocb **list;
	size_t file_pages;
};

static void
issue(struct load *l, int i)
{
	struct aiocb *cb = &l->cbs[i];

	memset(cb, 0, sizeof(*cb));
	cb->aio_fildes = l->fds[l->issued % l->descriptors];
	cb->aio_buf = l->pages + (size_t)i * PAGE;
	cb->aio_nbytes = PAGE;
	cb->aio_offset =
	    (off_t)((size_t)l->issued * 7919 % l->file_pages) * PAGE;
	cb->aio_sigevent.sigev_notify = SIGEV_NONE;
	if (device.latency_ns > 0 &&
	    madvise(l->pages + (size_t)i * PAGE, PAGE, MADV_DONTNEED) != 0)
		err(1, "madvise");
	if (aio_read(cb) == 0) {
		l->list[i] = cb;
		l->issued++;
	} else if (errno != EAGAIN) {
		err(1, "aio_read");
	}
}

static void
collect(struct load *l)
{
	int i;

	for (i = 0; i < l->depth; i++) {
		if (l->list[i] == NULL || aio_error(l->list[i]) == EINPROGRESS)
			continue;
		if (aio_return(&l->cbs[i]) != PAGE)
			errx(1, "a short read");
		l->list[i] = NULL;
		l->done++;
	}
}

/* What was refused is tried again as well, once something was collected. */
static void
fill(struct load *l)
{
	int i;

	for (i = 0; i < l->depth && l->issued < l->requests; i++)
		if (l->list[i] == NULL)
			issue(l, i);
}

/* Only what is outstanding: a kernel may bound the list by its limit. */
static void
wait_for_one(const struct load *l)
{
	const struct aiocb *list[DEPTH_MAX];
	int i, count = 0;

	for (i = 0; i < l->depth; i++)
		if (l->list[i] != NULL)
			list[count++] = l->list[i];
	if (aio_suspend(list, count, NULL) != 0 && errno != EINTR)
		err(1, "aio_suspend");
}

static void
play(struct load *l)
{
	while (l->done < l->requests) {
		fill(l);
		wait_for_one(l);
		collect(l);
	}
}

static double
cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
}

int
main(int argc, char **argv)
{
	struct load l = {0};
	size_t size;
	int64_t begin_ns;
	int i;

	if (argc != 6)
		errx(2,
		    "usage: posix_load FILE DESCRIPTORS DEPTH REQUESTS "
		    "LATENCY_US");
	l.descriptors = atoi(argv[2]);
	l.depth = atoi(argv[3]);
	l.requests = atol(argv[4]);
	if (l.descriptors < 1 || l.depth < 1 || l.depth > DEPTH_MAX ||
	    l.requests < 1)
		errx(2, "descriptors, depth (to %d), requests: at least 1",
		    DEPTH_MAX);
	l.fds = calloc((size_t)l.descriptors, sizeof(*l.fds));
	l.cbs = calloc((size_t)l.depth, sizeof(*l.cbs));
	l.list = calloc((size_t)l.depth, sizeof(*l.list));
	for (i = 0; i < l.descriptors; i++)
		if ((l.fds[i] = open(argv[1], O_RDONLY)) < 0)
			err(3, "%s", argv[1]);
	l.file_pages = (size_t)lseek(l.fds[0], 0, SEEK_END) / PAGE;
	size = (size_t)l.depth * PAGE;
	l.pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (atol(argv[5]) > 0)
		start_device(l.pages, size, atol(argv[5]) * 1000);
	begin_ns = now_ns();
	play(&l);
	printf("%.0f %.3f\n",
	    (double)l.requests * 1e9 / (double)(now_ns() - begin_ns),
	    cpu_us() / (double)l.requests);
	return (0);
}
