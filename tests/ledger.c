/*
 * The ledger: one line a request, and one a direction of each open socket.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "tests/ledger.h"
#include "tests/oracle.h"

#define SOCKETS 64 /* open ones, at most */

enum line_state { L_NONE, L_ACCEPTED, L_SERVED, L_TRIED, L_DONE };

struct line {
	enum line_state state;
	struct direction *direction; /* of a socket, or NULL */
	int64_t moved;               /* by all attempts */
	bool synchronous;
	uint32_t server; /* that has it, or had it last */
	TAILQ_ENTRY(line) link;
};

TAILQ_HEAD(lines, line);

struct direction {
	bool ready;
	struct line *served;  /* in a daemon's hands */
	struct lines waiting; /* in turn */
};

struct ledger {
	struct kernel *kernel;
	/* FreeBSD 10: a daemon that is at a socket sleeps in it, and keeps its
	 * request; ready ones pass those that wait. */
	bool daemons_sleep;
	uint64_t *counts;
	struct line **lines; /* by job */
	uint32_t room;
	int64_t accepted, unfinished; /* not yet collected; not yet done */
	struct {
		uint32_t process;
		int fd;
		struct direction *directions;
	} sockets[SOCKETS];
	int socket_count;
	struct direction *owned[SOCKETS];
	int owned_count;
	uint32_t runner;                  /* of this step, or NOBODY */
	const struct kernel_call **calls; /* by thread; NULL: in its program */
	uint32_t thread_room;
};

static _Noreturn void __attribute__((format(printf, 1, 2)))
fail(const char *format, ...)
{
	va_list arguments;

	fputs("ledger: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

#define MUST(condition, ...)               \
	do {                               \
		if (!(condition))          \
			fail(__VA_ARGS__); \
	} while (0)

static void *
grow(void *memory, size_t count, size_t size)
{
	void *larger = realloc(memory, count * size);

	assert(larger != NULL);
	return (larger);
}

static struct line *
line_of(struct ledger *l, uint32_t job)
{
	while (l->room <= job) {
		l->lines = grow(l->lines, l->room + 1, sizeof(*l->lines));
		l->lines[l->room] = calloc(1, sizeof(struct line));
		assert(l->lines[l->room] != NULL);
		l->room++;
	}
	return (l->lines[job]);
}

static struct direction *
find_directions(const struct ledger *l, uint32_t process, int fd)
{
	int i;

	for (i = 0; i < l->socket_count; i++)
		if (l->sockets[i].process == process && l->sockets[i].fd == fd)
			return (l->sockets[i].directions);
	return (NULL);
}

static struct direction *
direction_of(const struct ledger *l, const struct kernel_job_info *info)
{
	struct direction *d = find_directions(l, info->process, info->fd);

	MUST(d != NULL, "a socket nobody opened");
	return (
	    &d[info->opcode == KERNEL_OP_READ ? KERNEL_RECEIVE : KERNEL_SEND]);
}

/* ---- Effects ---------------------------------------------------------- */

static void
submitted(struct ledger *l, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(l->kernel, job);
	struct line *line = line_of(l, job);

	MUST(line->state == L_NONE, "job %" PRIu32 " is in use", job);
	line->state = L_ACCEPTED;
	line->moved = 0;
	line->synchronous = false;
	line->direction = info->socket ? direction_of(l, info) : NULL;
	if (line->direction != NULL)
		TAILQ_INSERT_TAIL(&line->direction->waiting, line, link);
	l->accepted++;
	l->unfinished++;
	l->counts[SEEN_ACCEPTED]++;
}

/* An attempt at what is left of a socket's request. */
static void
attempted(struct ledger *l, struct line *line, int64_t done_bytes)
{
	struct direction *d = line->direction;

	MUST(d->ready || l->daemons_sleep,
	    "an attempt though the buffer is not ready");
	MUST(done_bytes == line->moved, "a socket's progress is forgotten");
	if (line->state == L_TRIED) {
		MUST(d->served == line, "tried again, but put back before");
		l->counts[SEEN_SOCKET_RETRIED]++;
		return;
	}
	MUST(d->served == NULL, "two requests of a direction at a time");
	MUST(TAILQ_FIRST(&d->waiting) == line || l->daemons_sleep,
	    "served out of turn");
	TAILQ_REMOVE(&d->waiting, line, link);
	d->served = line;
	l->counts[SEEN_SOCKET_SERVED]++;
	l->counts[SEEN_SOCKET_RESUMED] += done_bytes > 0;
}

static void
served(struct ledger *l, uint32_t job, uint32_t thread)
{
	const struct kernel_job_info *info = kernel_job(l->kernel, job);
	struct line *line = line_of(l, job);

	if (info->synchronous) {
		line->synchronous = true;
		return;
	}
	MUST(line->state == L_ACCEPTED ||
		(line->state == L_TRIED && line->direction != NULL),
	    "a service of what does not wait for one");
	if (line->direction != NULL)
		attempted(l, line, info->done_bytes);
	line->state = L_SERVED;
	line->server = thread;
}

static void
leave_direction(
    struct ledger *l, struct line *line, const struct kernel_job_info *info)
{
	struct direction *d = line->direction;

	if (d->served == line) {
		d->served = NULL;
	} else {
		MUST(line->state == L_ACCEPTED, "completed without a daemon");
		TAILQ_REMOVE(&d->waiting, line, link);
		l->counts[SEEN_SOCKET_CANCELLED]++;
	}
	MUST(info->status == -1 || info->status == line->moved,
	    "a socket's request tells another number of bytes");
}

static void
completed(struct ledger *l, uint32_t job)
{
	const struct kernel_job_info *info = kernel_job(l->kernel, job);
	struct line *line = line_of(l, job);

	MUST(line->state != L_NONE && line->state != L_DONE,
	    "job %" PRIu32 " completes a second time", job);
	MUST((info->status == -1) == (info->error != KE_OK),
	    "a status that does not go with its error");
	MUST(info->status <= (int64_t)info->size_bytes,
	    "more bytes than were asked for");
	if (line->direction != NULL)
		leave_direction(l, line, info);
	line->state = L_DONE;
	l->unfinished--;
}

static void
collected(struct ledger *l, uint32_t job)
{
	struct line *line = line_of(l, job);

	MUST(line->state == L_DONE, "collected what is not finished");
	line->state = L_NONE;
	l->accepted--;
}

static void
refused(const struct ledger *l, const struct kernel_effect *effect)
{
	MUST((effect->refusal.limit == -1) ==
		(effect->refusal.error != KE_EAGAIN),
	    "%s, and limit %d", kernel_errno_name(effect->refusal.error),
	    effect->refusal.limit);
	l->counts[SEEN_INVALID] += effect->refusal.limit == -1;
}

void
ledger_effect(struct ledger *l, const struct kernel_effect *effect)
{
	switch (effect->kind) {
	case EF_SUBMIT:
		submitted(l, effect->job);
		break;
	case EF_REFUSE:
		refused(l, effect);
		break;
	case EF_SERVE:
		served(l, effect->job, effect->thread);
		break;
	case EF_COMPLETE:
		completed(l, effect->job);
		break;
	case EF_COLLECT:
		collected(l, effect->job);
		break;
	case EF_RETURN:
		l->calls[effect->thread] = NULL;
		break;
	case EF_REAP:
		l->counts[SEEN_DAEMON_EXITED]++;
		break;
	case EF_READY:
	case EF_TIMER:
	case EF_CPU:
	case EF_SPAWN:
	case EF_NOTIFY:
		break;
	}
}

/* ---- Events ----------------------------------------------------------- */

static void
attempt_over(struct line *line, const struct kernel_service_result *result)
{
	MUST(line->state == L_SERVED, "the end of no attempt");
	line->state = L_TRIED;
	line->moved += result->bytes;
	line->direction->ready = result->ready;
}

static void
called(struct ledger *l, const struct kernel_event *event)
{
	while (l->thread_room <= event->thread) {
		l->calls =
		    grow(l->calls, l->thread_room + 1, sizeof(*l->calls));
		l->calls[l->thread_room++] = NULL;
	}
	l->calls[event->thread] = event->call;
}

void
ledger_event(struct ledger *l, const struct kernel_event *event)
{
	const struct kernel_socket_change *change = &event->socket;
	struct line *line;

	l->counts[SEEN_STEPS]++;
	l->runner = event->kind == EV_RUN ? event->thread : KERNEL_NOBODY;
	switch (event->kind) {
	case EV_CALL:
		called(l, event);
		break;
	case EV_DONE:
		line = line_of(l, event->job);
		if (!line->synchronous && line->direction != NULL)
			attempt_over(line, &event->done);
		break;
	case EV_SOCKET:
		find_directions(
		    l, change->process, change->fd)[change->direction]
		    .ready = change->ready;
		break;
	case EV_RUN:
	case EV_TIMER:
	case EV_BOOT:
	case EV_SIGNAL:
		break;
	}
}

/* A request that its daemon has neither ended nor tried again waits for its
 * buffer, before all others. */
static void
put_back(const struct ledger *l, struct direction *d)
{
	struct line *line = d->served;

	if (line == NULL || line->state != L_TRIED || line->server != l->runner)
		return;
	d->served = NULL;
	line->state = L_ACCEPTED;
	TAILQ_INSERT_HEAD(&d->waiting, line, link);
}

void
ledger_stepped(struct ledger *l)
{
	const struct kernel_counters *c = kernel_counters(l->kernel);
	int i;

	for (i = 0; i < 2 * l->owned_count && !l->daemons_sleep; i++)
		put_back(l, &l->owned[i / 2][i % 2]);

	MUST(c->queue_count == l->accepted, "queue_count is wrong");
	MUST(c->unfinished == l->unfinished, "unfinished is wrong");
}

/* ---- Quiescence ------------------------------------------------------- */

static bool
may_wait(const struct kernel_call *call)
{
	switch (call->kind) {
	case KERNEL_LIO_LISTIO:
		return (call->op == KERNEL_LIO_WAIT);
	case KERNEL_AIO_WAITCOMPLETE:
	case KERNEL_AIO_SUSPEND:
	case KERNEL_KEVENT:
	case KERNEL_SIGWAIT:
		return (call->timeout_ns == KERNEL_NO_TIMEOUT);
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
	case KERNEL_AIO_FSYNC:
	case KERNEL_AIO_MLOCK:
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
	case KERNEL_AIO_CANCEL:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
	case KERNEL_SIGMASK:
	case KERNEL_SYSCTL:
	case KERNEL_CLOSE:
	case KERNEL_FORK:
	case KERNEL_EXEC:
	case KERNEL_EXIT:
	case KERNEL_CALL_COUNT:
		break;
	}
	return (false);
}

void
ledger_quiet(struct ledger *l)
{
	const struct kernel_counters *c = kernel_counters(l->kernel);
	const struct direction *d;
	uint32_t thread;
	int i;

	for (thread = 0; thread < l->thread_room; thread++)
		MUST(l->calls[thread] == NULL || may_wait(l->calls[thread]),
		    "thread %" PRIu32 " waits for ever in %s", thread,
		    kernel_call_name(l->calls[thread]->kind));
	MUST((c->daemons_busy == 0 || l->daemons_sleep) &&
		c->so_daemons_busy == 0,
	    "a daemon is busy, but no service is under way");
	for (i = 0; i < 2 * l->owned_count; i++) {
		d = &l->owned[i / 2][i % 2];
		MUST(
		    c->so_daemons == 0 || !d->ready || TAILQ_EMPTY(&d->waiting),
		    "requests of a ready socket wait for ever");
	}
}

/* ---- Making ----------------------------------------------------------- */

struct ledger *
ledger_new(struct kernel *k, uint64_t *counts)
{
	struct ledger *l = calloc(1, sizeof(*l));

	assert(l != NULL);
	l->kernel = k;
	l->daemons_sleep = strcmp(kernel_name(k), "freebsd-10") == 0;
	l->counts = counts;
	return (l);
}

void
ledger_free(struct ledger *l)
{
	uint32_t i;

	for (i = 0; i < l->room; i++)
		free(l->lines[i]);
	for (i = 0; i < (uint32_t)l->owned_count; i++)
		free(l->owned[i]);
	free(l->lines);
	free(l->calls);
	free(l);
}

static struct direction *
new_directions(struct ledger *l, const struct kernel_file *file)
{
	struct direction *d = calloc(2, sizeof(*d));

	assert(d != NULL && l->owned_count < SOCKETS);
	l->owned[l->owned_count++] = d;
	d[KERNEL_RECEIVE].ready = file->receive_ready;
	d[KERNEL_SEND].ready = file->send_ready;
	TAILQ_INIT(&d[KERNEL_RECEIVE].waiting);
	TAILQ_INIT(&d[KERNEL_SEND].waiting);
	return (d);
}

void
ledger_open(struct ledger *l, uint32_t process, int fd,
    const struct kernel_file *file, int of)
{
	if (file->kind != KERNEL_SOCKET)
		return;
	assert(l->socket_count < SOCKETS);
	l->sockets[l->socket_count].process = process;
	l->sockets[l->socket_count].fd = fd;
	l->sockets[l->socket_count++].directions =
	    of >= 0 ? find_directions(l, process, of) : new_directions(l, file);
}
