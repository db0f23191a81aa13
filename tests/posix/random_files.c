/*
 * Random operations on a file: each of its blocks has a slot of the file that
 * only it writes to.  Between rounds the file is closed and opened anew.
 */

#include "tests/posix/random_parts.h"

enum { SLOTS = 24, SIZE = 2048 };

struct slot {
	struct aiocb cb;
	unsigned char bytes[SIZE];
	unsigned char stored; /* what the file holds of it */
	unsigned char writing;
	bool busy;
};

struct file {
	struct worker *worker;
	char path[64];
	int fd;
	struct slot slots[SLOTS];
};

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
submit(struct file *f, struct slot *s)
{
	struct aiocb *list[] = {&s->cb};
	bool writes = draw(f->worker, 2) == 0;
	int failed;

	fill_request(
	    &s->cb, f->fd, s->bytes, SIZE, (off_t)(s - f->slots) * SIZE);
	s->writing = writes ? (unsigned char)draw(f->worker, 255) : s->stored;
	memset(s->bytes, writes ? s->writing : 255, SIZE);
	s->cb.aio_lio_opcode = writes ? LIO_WRITE : LIO_READ;
	if (draw(f->worker, 4) == 0)
		failed = lio_listio(LIO_NOWAIT, list, 1, NULL);
	else
		failed = writes ? aio_write(&s->cb) : aio_read(&s->cb);
	s->busy = failed == 0;
	f->worker->refused += failed != 0;
	f->worker->wrong += failed != 0 && errno != EAGAIN;
}

static void
collect(struct file *f, struct slot *s)
{
	int error = aio_error(&s->cb);
	ssize_t moved = aio_return(&s->cb);

	s->busy = false;
	if (error == ECANCELED) {
		f->worker->cancelled++;
		return;
	}
	f->worker->done++;
	if (error != 0 || moved != SIZE || !is_all(s->bytes, s->writing))
		f->worker->wrong++;
	s->stored = s->writing;
}

static void
wait_for_any(struct file *f)
{
	const struct timespec soon = {0, 2000000};
	const struct aiocb *list[SLOTS];
	int count = 0, i;

	for (i = 0; i < SLOTS; i++)
		if (f->slots[i].busy)
			list[count++] = &f->slots[i].cb;
	if (count > 0)
		(void)aio_suspend(
		    list, count, draw(f->worker, 2) ? NULL : &soon);
	for (i = 0; i < SLOTS; i++)
		if (f->slots[i].busy &&
		    aio_error(&f->slots[i].cb) != EINPROGRESS)
			collect(f, &f->slots[i]);
}

static void
sync_file(struct file *f)
{
	struct aiocb cb;

	fill_request(&cb, f->fd, NULL, 0, 0);
	if (aio_fsync(O_SYNC, &cb) != 0)
		f->worker->refused++;
	else if (finish(&cb) != 0)
		f->worker->wrong++;
}

static void
one_step(struct file *f)
{
	struct slot *s = &f->slots[draw(f->worker, SLOTS)];
	unsigned what = draw(f->worker, 100);

	if (what < 80 && !s->busy)
		submit(f, s);
	else if (what < 85)
		(void)aio_cancel(f->fd, draw(f->worker, 2) ? &s->cb : NULL);
	else if (what < 86)
		sync_file(f);
	else
		wait_for_any(f);
}

static void
finish_all(struct file *f)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		while (f->slots[i].busy)
			wait_for_any(f);
}

void *
work_on_files(void *argument)
{
	static const unsigned char zeros[SLOTS * SIZE];
	struct file *f = calloc(1, sizeof(*f));
	int steps;

	f->worker = argument;
	snprintf(f->path, sizeof(f->path), "/tmp/posix-random-%ld-%d",
	    (long)getpid(), f->worker->number);
	f->fd = open(f->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	f->worker->wrong += write(f->fd, zeros, sizeof(zeros)) != sizeof(zeros);
	do {
		for (steps = 0; steps < 500; steps++)
			one_step(f);
		finish_all(f);
		close(f->fd);
		f->fd = open(f->path, O_RDWR);
	} while (now_s() < f->worker->end_s);
	close(f->fd);
	unlink(f->path);
	free(f);
	return (NULL);
}
