/*
 * Random operations on pairs of sockets.  Into one end of a pair goes a stream
 * of bytes that tell their position, by one write after another; reads take it
 * out of the other end, several at a time.  Requests are cancelled, O_NONBLOCK
 * is set and cleared, ends are duplicated, and closed in order or in the middle
 * of all; now and then the process forks.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include "tests/posix/random_parts.h"

enum { PAIRS = 3, READS = 4, SIZE = 30000 };

struct transfer {
	struct aiocb cb;
	unsigned char bytes[SIZE];
	bool busy;
};

struct pair {
	int ends[2]; /* read from, written to */
	uint64_t sent, received;
	bool abrupt; /* an end was closed under requests */
	struct transfer write;
	struct transfer reads[READS]; /* a ring, in order of submission */
	unsigned first, count;
};

static unsigned char
byte_at(uint64_t position)
{
	return ((unsigned char)(position * 7 + position / 251));
}

static void
open_pair(struct worker *w, struct pair *p)
{
	w->wrong += socketpair(AF_UNIX, SOCK_STREAM, 0, p->ends) != 0;
	p->sent = p->received = 0;
	p->abrupt = false;
}

static bool
submitted(struct worker *w, struct transfer *t, int returned)
{
	t->busy = returned == 0;
	w->refused += returned != 0;
	w->wrong += returned != 0 && errno != EAGAIN;
	return (t->busy);
}

static void
submit_write(struct worker *w, struct pair *p)
{
	struct transfer *t = &p->write;
	size_t size = 1 + draw(w, SIZE), i;

	if (t->busy)
		return;
	for (i = 0; i < size; i++)
		t->bytes[i] = byte_at(p->sent + i);
	fill_request(&t->cb, p->ends[1], t->bytes, size, 0);
	(void)submitted(w, t, aio_write(&t->cb));
}

static void
submit_read(struct worker *w, struct pair *p)
{
	struct transfer *t = &p->reads[(p->first + p->count) % READS];
	int fd = p->ends[0], returned;
	bool copied = draw(w, 8) == 0;

	if (p->count == READS)
		return;
	if (copied)
		fd = dup(fd);
	fill_request(&t->cb, fd, t->bytes, 1 + draw(w, SIZE), 0);
	returned = aio_read(&t->cb);
	if (copied)
		close(fd);
	p->count += submitted(w, t, returned);
}

/* A result, where a request may have been cancelled or its peer be gone. */
static ssize_t
collect(struct worker *w, const struct pair *p, struct transfer *t)
{
	int error = aio_error(&t->cb);
	ssize_t moved = aio_return(&t->cb);

	t->busy = false;
	w->done += error == 0;
	w->cancelled += error == ECANCELED;
	w->wrong += error != 0 && error != ECANCELED &&
	    !(p->abrupt && (error == EPIPE || error == ECONNRESET));
	w->wrong += (moved >= 0) != (error == 0);
	return (moved < 0 ? 0 : moved);
}

static void
collect_finished(struct worker *w, struct pair *p)
{
	struct transfer *t = &p->write;
	ssize_t moved, i;

	if (t->busy && aio_error(&t->cb) != EINPROGRESS)
		p->sent += (uint64_t)collect(w, p, t);
	while (p->count > 0) {
		t = &p->reads[p->first];
		if (aio_error(&t->cb) == EINPROGRESS)
			return;
		moved = collect(w, p, t);
		for (i = 0; i < moved; i++)
			w->wrong +=
			    t->bytes[i] != byte_at(p->received + (uint64_t)i);
		p->received += (uint64_t)moved;
		p->first = (p->first + 1) % READS;
		p->count--;
	}
}

static void
cancel_something(struct worker *w, const struct pair *p)
{
	int end = (int)draw(w, 2);
	struct aiocb *cb = NULL;

	if (draw(w, 2) == 0)
		cb = (struct aiocb *)(uintptr_t)(end == 1
			? &p->write.cb
			: &p->reads[draw(w, READS)].cb);
	w->wrong += aio_cancel(p->ends[end], cb) < 0;
}

static void
wait_a_while(struct worker *w, const struct pair *p)
{
	const struct timespec soon = {0, 1000000};
	const struct aiocb *list[READS + 1];
	int count = 0, i;

	for (i = 0; i < READS; i++)
		if (p->reads[i].busy)
			list[count++] = &p->reads[i].cb;
	if (p->write.busy)
		list[count++] = &p->write.cb;
	if (count > 0 && aio_suspend(list, count, &soon) != 0)
		w->wrong += errno != EAGAIN;
}

/* Seldom by aio_suspend, whose time-out begins anew with each request of the
 * process that finishes. */
static void
wait_for_it(struct worker *w, const struct pair *p)
{
	if (draw(w, 20) == 0)
		wait_a_while(w, p);
	else
		usleep(50);
}

/* All that was sent arrives, then the end; or not, where an end was closed with
 * requests under way. */
static void
close_pair(struct worker *w, struct pair *p)
{
	unsigned first = draw(w, 2);

	p->abrupt = draw(w, 3) == 0;
	if (p->abrupt)
		close(p->ends[first]);
	while (!p->abrupt && p->write.busy) {
		submit_read(w, p);
		wait_for_it(w, p);
		collect_finished(w, p);
	}
	if (!p->abrupt)
		(void)shutdown(p->ends[1], SHUT_WR);
	while (!p->abrupt && p->received < p->sent) {
		submit_read(w, p);
		wait_for_it(w, p);
		collect_finished(w, p);
	}
	if (!p->abrupt)
		close(p->ends[first]);
	close(p->ends[1 - first]);
	while (p->write.busy || p->count > 0) {
		wait_for_it(w, p);
		collect_finished(w, p);
	}
	w->wrong += !p->abrupt && p->received != p->sent;
}

#if !defined(__SANITIZE_THREAD__)
/* A child has AIO of its own, and none of ours. */
static void
fork_and_wait(struct worker *w)
{
	pid_t child = fork();
	struct aiocb cb;
	int ends[2], status = -1;
	char byte;

	if (child == 0) {
		alarm(20);
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
			_exit(1);
		fill_request(&cb, ends[0], &byte, 1, 0);
		_exit(aio_read(&cb) != 0 || write(ends[1], "x", 1) != 1 ||
		    finish(&cb) != 1);
	}
	(void)waitpid(child, &status, 0);
	w->wrong += child < 0 || status != 0;
}
#endif

static void
one_step(struct worker *w, struct pair *p)
{
	unsigned what = draw(w, 1000);

	if (what < 300)
		submit_write(w, p);
	else if (what < 700)
		submit_read(w, p);
	else if (what < 720)
		cancel_something(w, p);
	else if (what < 740)
		(void)fcntl(p->ends[1], F_SETFL, draw(w, 2) * O_NONBLOCK);
	else if (what < 745) {
		close_pair(w, p);
		open_pair(w, p);
	} else if (what < 850)
		wait_for_it(w, p);
	else
		collect_finished(w, p);
#if !defined(__SANITIZE_THREAD__)
	if (draw(w, 20000) == 0)
		fork_and_wait(w);
#endif
}

void *
work_on_sockets(void *argument)
{
	struct worker *w = argument;
	struct pair *pairs = calloc(PAIRS, sizeof(*pairs));
	int i;

	for (i = 0; i < PAIRS; i++)
		open_pair(w, &pairs[i]);
	do {
		for (i = 0; i < 200; i++)
			one_step(w, &pairs[draw(w, PAIRS)]);
	} while (now_s() < w->end_s);
	for (i = 0; i < PAIRS; i++)
		close_pair(w, &pairs[i]);
	free(pairs);
	return (NULL);
}
