/*
 * Random operations of several threads on the preload library: no byte torn or
 * lost, and at the end no request, descriptor, thread or memory left over.
 *
 *	posix_random [SECONDS [SEED]]
 *
 * Each thread has a file of its own; each of its blocks has a slot of the file
 * that only it writes to.  Between rounds a thread closes its file and opens it
 * anew.
 */

#include <dirent.h>
#include <pthread.h>
#include <time.h>

#include "tests/posix/posix_parts.h"

enum { THREADS = 3, SLOTS = 24, SIZE = 2048 };

struct slot {
	struct aiocb cb;
	unsigned char bytes[SIZE];
	unsigned char stored; /* what the file holds of it */
	unsigned char writing;
	bool busy;
};

struct worker {
	unsigned seed;
	char path[64];
	int fd;
	double seconds;
	struct slot slots[SLOTS];
	unsigned long done, cancelled, refused, wrong;
};

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((double)t.tv_sec + (double)t.tv_nsec / 1e9);
}

static unsigned
draw(struct worker *w, unsigned n)
{
	return ((unsigned)rand_r(&w->seed) % n);
}

static bool
is_all(const unsigned char *bytes, unsigned char value)
{
	int i;

	for (i = 0; i < SIZE; i++)
		if (bytes[i] != value)
			return (false);
	return (true);
}

/* A read or write, alone or in a list of one. */
static void
submit(struct worker *w, struct slot *s)
{
	struct aiocb *list[] = {&s->cb};
	bool writes = draw(w, 2) == 0;
	int failed;

	fill_request(
	    &s->cb, w->fd, s->bytes, SIZE, (off_t)(s - w->slots) * SIZE);
	s->writing = writes ? (unsigned char)draw(w, 255) : s->stored;
	memset(s->bytes, writes ? s->writing : 255, SIZE);
	s->cb.aio_lio_opcode = writes ? LIO_WRITE : LIO_READ;
	if (draw(w, 4) == 0)
		failed = lio_listio(LIO_NOWAIT, list, 1, NULL);
	else
		failed = writes ? aio_write(&s->cb) : aio_read(&s->cb);
	s->busy = failed == 0;
	w->refused += failed != 0;
	w->wrong += failed != 0 && errno != EAGAIN;
}

static void
collect(struct worker *w, struct slot *s)
{
	int error = aio_error(&s->cb);
	ssize_t moved = aio_return(&s->cb);

	s->busy = false;
	if (error == ECANCELED) {
		w->cancelled++;
		return;
	}
	w->done++;
	if (error != 0 || moved != SIZE || !is_all(s->bytes, s->writing))
		w->wrong++;
	s->stored = s->writing;
}

static void
wait_for_any(struct worker *w)
{
	const struct timespec soon = {0, 2000000};
	const struct aiocb *list[SLOTS];
	int count = 0, i;

	for (i = 0; i < SLOTS; i++)
		if (w->slots[i].busy)
			list[count++] = &w->slots[i].cb;
	if (count > 0)
		(void)aio_suspend(list, count, draw(w, 2) ? NULL : &soon);
	for (i = 0; i < SLOTS; i++)
		if (w->slots[i].busy &&
		    aio_error(&w->slots[i].cb) != EINPROGRESS)
			collect(w, &w->slots[i]);
}

static void
sync_file(struct worker *w)
{
	struct aiocb cb;

	fill_request(&cb, w->fd, NULL, 0, 0);
	if (aio_fsync(O_SYNC, &cb) != 0)
		w->refused++;
	else if (finish(&cb) != 0)
		w->wrong++;
}

static void
one_step(struct worker *w)
{
	struct slot *s = &w->slots[draw(w, SLOTS)];
	unsigned what = draw(w, 100);

	if (what < 80 && !s->busy)
		submit(w, s);
	else if (what < 85)
		(void)aio_cancel(w->fd, draw(w, 2) ? &s->cb : NULL);
	else if (what < 86)
		sync_file(w);
	else
		wait_for_any(w);
}

static void
finish_all(struct worker *w)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		while (w->slots[i].busy)
			wait_for_any(w);
}

static void *
work(void *argument)
{
	struct worker *w = argument;
	double end_s = now_s() + w->seconds;
	static const unsigned char zeros[SLOTS * SIZE];
	int steps;

	w->fd = open(w->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	w->wrong += write(w->fd, zeros, sizeof(zeros)) != sizeof(zeros);
	do {
		for (steps = 0; steps < 500; steps++)
			one_step(w);
		finish_all(w);
		close(w->fd);
		w->fd = open(w->path, O_RDWR);
	} while (now_s() < end_s);
	close(w->fd);
	unlink(w->path);
	return (NULL);
}

static int
entries_of(const char *path)
{
	DIR *directory = opendir(path);
	int count = 0;

	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return (count);
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2;
	unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	int descriptors = entries_of("/proc/self/fd"), i, left;
	static struct worker workers[THREADS];
	struct aiosim_counters counters;
	pthread_t threads[THREADS];
	const int64_t limit = 50;
	unsigned long wrong = 0;

	alarm((unsigned)seconds + 120);
	if (aiosim_sysctl("vfs.aio.max_aio_queue_per_proc", NULL, &limit) != 0)
		return (2);
	printf("seed %u\n", seed);
	for (i = 0; i < THREADS; i++) {
		workers[i].seed = seed * THREADS + (unsigned)i;
		workers[i].seconds = seconds;
		snprintf(workers[i].path, sizeof(workers[i].path),
		    "/tmp/posix-random-%ld-%d", (long)getpid(), i);
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		printf("%lu done, %lu cancelled, %lu refused, %lu wrong\n",
		    workers[i].done, workers[i].cancelled, workers[i].refused,
		    workers[i].wrong);
		wrong += workers[i].wrong;
	}
	aiosim_read_counters(&counters);
	left = entries_of("/proc/self/fd") - descriptors;
	printf("%lld requests and %d descriptors left\n",
	    (long long)counters.queue_count, left);
	return (wrong != 0 || counters.queue_count != 0 || left != 0 ||
	    entries_of("/proc/self/task") > 2 + 2 + (int)counters.daemons);
}
