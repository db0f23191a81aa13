/*
 * Random operations of several threads on the preload library, on files and on
 * sockets: no byte torn or lost, and at the end no request, descriptor, thread
 * or memory left over.
 *
 *	posix_random [SECONDS [SEED]]
 */

#include <dirent.h>
#include <malloc.h>

#include "tests/posix/random_parts.h"

enum { THREADS = 4 };

/* What a run may keep: stacks of threads, tables at their largest. */
#define KEPT_BYTES (256 * 1024)

static int
entries_of(const char *path)
{
	DIR *directory = opendir(path);
	int count = 0;

	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return (count - 2);
}

static void
start(struct worker *w, int number, unsigned seed, double seconds,
    pthread_t *thread)
{
	w->number = number;
	w->seed = seed * THREADS + (unsigned)number;
	w->end_s = now_s() + seconds;
	pthread_create(
	    thread, NULL, number % 2 == 0 ? work_on_files : work_on_sockets, w);
}

/* Runs all workers; how much went wrong. */
static unsigned long
run(unsigned seed, double seconds)
{
	static struct worker workers[THREADS];
	pthread_t threads[THREADS];
	unsigned long wrong = 0;
	int i;

	memset(workers, 0, sizeof(workers));
	for (i = 0; i < THREADS; i++)
		start(&workers[i], i, seed, seconds, &threads[i]);
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		printf("%lu done, %lu cancelled, %lu refused, %lu wrong\n",
		    workers[i].done, workers[i].cancelled, workers[i].refused,
		    workers[i].wrong);
		wrong += workers[i].wrong;
	}
	return (wrong);
}

#if defined(__SANITIZE_THREAD__)
#define SANITIZERS_THREADS 1
#else
#define SANITIZERS_THREADS 0
#endif

/* Beside the main thread: one a daemon, and the one that watches sockets. */
static int
threads_left(void)
{
	struct aiosim_counters counters;
	int64_t soaiods = 0;

	aiosim_read_counters(&counters);
	(void)aiosim_sysctl("kern.ipc.aio.num_procs", &soaiods, NULL);
	return (entries_of("/proc/self/task") -
	    (2 + SANITIZERS_THREADS + (int)counters.daemons + (int)soaiods));
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2;
	unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	const int64_t limit = 50;
	struct aiosim_counters counters;
	unsigned long wrong;
	size_t memory;
	int descriptors, left;

	alarm((unsigned)seconds + 120);
	signal(SIGPIPE, SIG_IGN);
	printf("seed %u\n", seed);
	fflush(stdout);
	if (aiosim_sysctl("vfs.aio.max_aio_queue_per_proc", NULL, &limit) != 0)
		return (2);
	/* The first run makes what is kept. */
	wrong = run(seed, seconds / 2);
	descriptors = entries_of("/proc/self/fd");
	memory = mallinfo2().uordblks;
	wrong += run(seed + 1, seconds / 2);
	aiosim_read_counters(&counters);
	left = entries_of("/proc/self/fd") - descriptors;
	memory = mallinfo2().uordblks - memory;
	printf("%lld requests, %d descriptors, %d threads, %zd bytes left\n",
	    (long long)counters.queue_count, left, threads_left(),
	    (ssize_t)memory);
	return (wrong != 0 || counters.queue_count != 0 || left != 0 ||
	    threads_left() > 0 || (ssize_t)memory > KEPT_BYTES);
}
