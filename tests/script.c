/*
 * Which programs there are: the random choice of a script, and its printed
 * form.  Limits are chosen small and times close to clock ticks, so that limits
 * are reached and ends of services meet deadlines.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/property.h"

#define KQUEUE_FD 10
#define FIRST_SOCKET 16
#define SOCKET_DEVICE 2
#define SOCKETS 5

/* clang-format off */
#define FILE_OF(k, r, w) {.kind = (k), .readable = (r), .writable = (w), \
	.local = true}
#define DISK_OF(largest, direct) {.kind = KERNEL_RAWDISK, .readable = true, \
	.writable = true, .local = true, .device = 1, .block_size = 512, \
	.iosize_max = (largest), .unmapped = (direct)}
#define SOCKET_OF(ready, async) {.kind = KERNEL_SOCKET, .readable = true, \
	.writable = true, .device = SOCKET_DEVICE, .receive_ready = (ready), \
	.send_ready = (ready), .nonblocking = (async)}

/* Sockets are open in scripts that have them. */
const struct script_file script_files[] = {
    {0, -1, FILE_OF(KERNEL_REGULAR, true, true), "file"},
    {1, -1, FILE_OF(KERNEL_REGULAR, true, true), "file again"},
    {2, 0, FILE_OF(KERNEL_REGULAR, true, true), "dup of 0"},
    {3, -1, FILE_OF(KERNEL_DIR, true, false), "directory"},
    {4, -1, {.kind = KERNEL_REGULAR, .readable = true, .writable = true},
	"NFS file"},
    {5, -1, DISK_OF(131072, false), "disk, mapped"},
    {6, -1, DISK_OF(65536, true), "disk, unmapped"},
    {7, -1, FILE_OF(KERNEL_FIFO, true, true), "fifo"},
    {8, -1, FILE_OF(KERNEL_TTY, true, true), "tty"},
    {9, -1, FILE_OF(KERNEL_PIPE, false, true), "pipe, written"},
    {KQUEUE_FD, -1, FILE_OF(KERNEL_KQUEUE, true, true), "kqueue"},
    {11, -1, FILE_OF(KERNEL_REGULAR, true, false), "read-only"},
    {12, -1, FILE_OF(KERNEL_REGULAR, false, true), "write-only"},
    {13, -1, FILE_OF(KERNEL_PIPE, true, true), "pipe"},
    {FIRST_SOCKET, -1, SOCKET_OF(false, false), "socket"},
    {FIRST_SOCKET + 1, -1, SOCKET_OF(true, true), "socket, non-blocking"},
    {FIRST_SOCKET + 2, FIRST_SOCKET, SOCKET_OF(false, false), "dup of socket"},
    {FIRST_SOCKET + 3, -1, SOCKET_OF(true, false), "socket, ready"},
    {FIRST_SOCKET + 4, -1, SOCKET_OF(true, false), "socket, ready too"},
    {-1, -1, {.kind = KERNEL_REGULAR}, NULL},
};
/* clang-format on */

/* ---- Choosing --------------------------------------------------------- */

struct chooser {
	uint64_t state;
	int64_t tick_ns;
	const struct script *script;
};

/* splitmix64: small, and good enough for choices. */
static uint64_t
draw(struct chooser *c)
{
	uint64_t z = (c->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31));
}

static int64_t
below(struct chooser *c, int64_t bound)
{
	return ((int64_t)(draw(c) % (uint64_t)bound));
}

static bool
percent(struct chooser *c, int64_t chance)
{
	return (below(c, 100) < chance);
}

/* A length of time: often none, often a whole number of ticks. */
static int64_t
choose_length(struct chooser *c, int64_t ticks)
{
	if (percent(c, 15))
		return (0);
	if (percent(c, 40))
		return (below(c, ticks + 1) * c->tick_ns);
	if (percent(c, 50))
		return (below(c, c->tick_ns));
	return (below(c, ticks * c->tick_ns));
}

static int64_t
choose_limit(struct chooser *c, int64_t large)
{
	int64_t kind = below(c, 100);

	if (kind < 4)
		return (-1 - below(c, 3));
	if (kind < 10)
		return (0);
	if (kind < 60)
		return (1 + below(c, 4));
	return (kind < 85 ? 5 + below(c, 8) : large);
}

static int64_t
choose_tunable(struct chooser *c, const struct kernel_tunable *t)
{
	if (t->per_hz)
		return (percent(c, 85) ? 1 + below(c, percent(c, 50) ? 6 : 40)
				       : -2 + below(c, 3));
	if (strcmp(t->unit, "flag") == 0)
		return (percent(c, 70) ? 0 : 1);
	/* Else most requests would be refused. */
	if (strstr(t->node, "queue") != NULL && percent(c, 70))
		return (8 + below(c, 32));
	/* A pool of a thousand would fill at first use, and take as long. */
	return (choose_limit(c, strcmp(t->unit, "daemons") == 0 ? 16 : 1000));
}

static int64_t
choose_timeout(struct chooser *c)
{
	if (percent(c, 12))
		return (KERNEL_NO_TIMEOUT);
	if (percent(c, 3))
		return (-1);
	return (choose_length(c, 8));
}

static int
choose_fd(struct chooser *c)
{
	static const int bad[] = {-1, 14, 31, 1000};

	if (percent(c, c->script->socket_share))
		return (FIRST_SOCKET + (int)below(c, SOCKETS));
	if (percent(c, 65))
		return ((int)below(c, 3));
	if (percent(c, 85))
		return ((int)below(c, 14));
	return (bad[below(c, 4)]);
}

static uint32_t
choose_cb(struct chooser *c)
{
	return ((uint32_t)(percent(c, 98) ? below(c, 10) : below(c, 300)));
}

static struct kernel_sigevent
choose_sigev(struct chooser *c)
{
	struct kernel_sigevent sigev = {.notify = KERNEL_NOTIFY_NONE};
	static const unsigned flags[] = {
	    0, KERNEL_EV_ONESHOT, KERNEL_EV_CLEAR, KERNEL_EV_DISPATCH, 1};

	if (percent(c, 65))
		return (sigev);
	sigev.notify = (enum kernel_notify)(1 + below(c, 4));
	sigev.signo = percent(c, 60) ? (int)(1 + below(c, 4))
	    : percent(c, 90)         ? (int)(1 + below(c, 128))
				     : 129;
	sigev.lwp = (int)below(c, 5);
	sigev.kq = percent(c, 95) ? KQUEUE_FD : choose_fd(c);
	sigev.flags = flags[below(c, percent(c, 90) ? 4 : 5)];
	/* Refused as such; not too often. */
	if (sigev.notify == KERNEL_NOTIFY_THREAD && percent(c, 90))
		sigev.notify = KERNEL_NOTIFY_KEVENT;
	return (sigev);
}

static void
choose_request(struct chooser *c, struct action *a, int i)
{
	static const uint64_t sizes[] = {0, 0, 512, 4096, 4096, 65536, 131072,
	    1000, 262144, (uint64_t)INT64_MAX + 1};
	struct kernel_request *r = &a->requests[i];

	r->cb = choose_cb(c);
	r->fd = choose_fd(c);
	r->opcode = percent(c, 90) ? (int)below(c, 5) : -1 + (int)below(c, 9);
	if (percent(c, 3))
		r->opcode |= KERNEL_OP_FOFFSET;
	r->iovcnt =
	    percent(c, 95) ? 1 + (int)below(c, 4) : -1 + (int)below(c, 3000);
	r->offset_bytes = percent(c, 97) ? 4096 * below(c, 100) : -1;
	r->size_bytes = sizes[below(c, percent(c, 90) ? 7 : 10)];
	r->buffer = percent(c, 80) ? 4096
	    : percent(c, 80)       ? 4608
				   : KERNEL_BAD_BUFFER;
	r->sigev = choose_sigev(c);
	r->tag = (uint64_t)a->serial * ACTION_ENTRIES + (uint64_t)i;
	a->absent[i] = percent(c, 8);
	a->service_ns[i] = choose_length(c, 12);
	a->outcomes[i] = percent(c, 75)
	    ? OUTCOME_ALL
	    : (enum outcome_kind)below(c, OUTCOME_BROKEN + 1);
}

/* How often each kind of call is chosen, against the others. */
static const struct {
	enum kernel_call_kind kind;
	int weight;
} call_kinds[] = {
    {KERNEL_AIO_READ, 200},
    {KERNEL_AIO_WRITE, 130},
    {KERNEL_AIO_READV, 15},
    {KERNEL_AIO_WRITEV, 15},
    {KERNEL_AIO_FSYNC, 90},
    {KERNEL_AIO_MLOCK, 30},
    {KERNEL_LIO_LISTIO, 80},
    {KERNEL_AIO_ERROR, 30},
    {KERNEL_AIO_RETURN, 120},
    {KERNEL_AIO_CANCEL, 60},
    {KERNEL_AIO_SUSPEND, 60},
    {KERNEL_AIO_WAITCOMPLETE, 110},
    {KERNEL_PREAD, 10},
    {KERNEL_PWRITE, 10},
    {KERNEL_KEVENT, 30},
    {KERNEL_SIGWAIT, 30},
    {KERNEL_SIGMASK, 50},
    {KERNEL_SYSCTL, 40},
    {KERNEL_FORK, 3},
    {KERNEL_EXEC, 12},
    {KERNEL_EXIT, 2},
};

#define CALL_KINDS (sizeof(call_kinds) / sizeof(call_kinds[0]))

static enum kernel_call_kind
choose_kind(struct chooser *c)
{
	int64_t total = 0, at;
	size_t i;

	for (i = 0; i < CALL_KINDS; i++)
		total += call_kinds[i].weight;
	at = below(c, total);
	for (i = 0; at >= call_kinds[i].weight; i++)
		at -= call_kinds[i].weight;
	return (call_kinds[i].kind);
}

static void
choose_call(struct chooser *c, struct action *a)
{
	const struct kernel_tunable *tunables;
	size_t tunable_count;
	int i;

	tunables = kernel_tunables(c->script->kernel, &tunable_count);
	a->call.kind = choose_kind(c);
	/* A process of 10 never ends while a daemon sleeps in its socket. */
	if (c->script->sockets &&
	    strcmp(c->script->kernel, "freebsd-10") == 0 &&
	    (a->call.kind == KERNEL_EXIT || a->call.kind == KERNEL_EXEC))
		a->call.kind = KERNEL_AIO_RETURN;
	a->call.fd = choose_fd(c);
	a->call.cb = choose_cb(c);
	a->call.timeout_ns = choose_timeout(c);
	a->call.sigev = choose_sigev(c);
	a->call.tunable = (int)below(c, (int64_t)tunable_count);
	a->call.value = choose_tunable(c, &tunables[a->call.tunable]);
	a->call.count = 1;
	for (i = 0; i < ACTION_ENTRIES; i++) {
		choose_request(c, a, i);
		a->cbs[i] = percent(c, 90) ? choose_cb(c) : KERNEL_NO_CB;
	}
	if (a->call.kind == KERNEL_AIO_CANCEL && percent(c, 40))
		a->call.cb = KERNEL_NO_CB;
	if (a->call.kind == KERNEL_AIO_FSYNC)
		a->call.op = percent(c, 95) ? KERNEL_O_SYNC : KERNEL_O_DSYNC;
	if (a->call.kind == KERNEL_KEVENT) {
		a->call.fd = percent(c, 95) ? KQUEUE_FD : a->call.fd;
		a->call.op = percent(c, 60) ? 0
		    : percent(c, 70)        ? (int)KERNEL_EV_ENABLE
					    : (int)KERNEL_EV_DELETE;
	}
	if (a->call.kind == KERNEL_SIGMASK) {
		a->call.op =
		    percent(c, 50) ? KERNEL_SIG_UNBLOCK : KERNEL_SIG_BLOCK;
		a->call.value = below(c, 5);
	}
	if (a->call.kind == KERNEL_AIO_SUSPEND)
		a->call.count = (int)below(c, ACTION_ENTRIES + 1);
	if (a->call.kind == KERNEL_LIO_LISTIO) {
		a->call.op = percent(c, 98) ? (int)below(c, 2) : 2;
		a->call.count = (int)below(c, ACTION_ENTRIES + 1);
		if (percent(c, 2))
			a->call.count = -1;
	} else {
		a->absent[0] = false;
	}
}

/* Mostly the one that the oracle follows. */
static void
choose_kernel(struct chooser *c, struct script *s)
{
	static const char *const others[] = {"freebsd-10", "freebsd-11",
	    "freebsd-12.2", "freebsd-13", "freebsd-14", "freebsd-15"};

	s->kernel = percent(c, 70) ? "freebsd-12.2" : others[below(c, 6)];
	s->sockets = percent(c, 40);
	/* Few keep more daemons busy than there are at boot. */
	if (s->sockets)
		s->socket_share = percent(c, 60) ? 40 : 90;
}

static void
choose_changes(struct chooser *c, struct script *s, int64_t end_ns)
{
	struct script_change *change;
	uint32_t i;

	if (!s->sockets)
		return;
	s->change_count = s->count / 2;
	s->changes = calloc(s->change_count, sizeof(*s->changes));
	assert(s->changes != NULL);
	for (i = 0; i < s->change_count; i++) {
		change = &s->changes[i];
		change->at_ns = below(c, end_ns + c->tick_ns);
		change->change.process = (uint32_t)below(c, s->processes);
		change->change.fd = FIRST_SOCKET + (int)below(c, SOCKETS);
		change->change.direction = (enum kernel_direction)below(c, 2);
		change->change.ready = percent(c, 80);
		change->change.device = SOCKET_DEVICE;
	}
}

bool
script_is_plain(const struct script *s)
{
	return (strcmp(s->kernel, "freebsd-12.2") == 0);
}

struct script *
script_generate(uint64_t seed)
{
	static const int64_t clocks[] = {100, 1000, 1000, 1000, 128, 1000000};
	struct chooser c = {.state = seed};
	struct script *s = calloc(1, sizeof(*s));
	const struct kernel_tunable *tunables;
	size_t tunable_count, t;
	int64_t now_ns = 0;
	int64_t cost_ns = 0;
	uint32_t i;

	assert(s != NULL);
	s->seed = seed;
	c.script = s;
	choose_kernel(&c, s);
	s->hz = clocks[below(&c, 6)];
	c.tick_ns = 1000000000 / s->hz;
	s->processes = (uint32_t)(1 + below(&c, 4));
	s->threads_each = (uint32_t)(1 + below(&c, 3));
	tunables = kernel_tunables(s->kernel, &tunable_count);
	assert(tunable_count <= SCRIPT_TUNABLES);
	for (t = 0; t < tunable_count; t++)
		s->tunables[t] = choose_tunable(&c, &tunables[t]);
	/* With large ones much happens before a thread that was woken runs. */
	if (percent(&c, 35))
		cost_ns = percent(&c, 50) ? c.tick_ns / 20 : c.tick_ns;
	for (t = 0; t < COST_COUNT; t++)
		s->costs_ns[t] = below(&c, cost_ns + 1);

	s->count = s->serials = (uint32_t)(50 + below(&c, 400));
	s->actions = calloc(s->count, sizeof(*s->actions));
	assert(s->actions != NULL);
	for (i = 0; i < s->count; i++) {
		now_ns += percent(&c, 60) ? 0 : choose_length(&c, 6);
		s->actions[i].serial = i;
		s->actions[i].at_ns = now_ns;
		s->actions[i].thread =
		    (uint32_t)below(&c, s->processes * s->threads_each);
		choose_call(&c, &s->actions[i]);
	}
	choose_changes(&c, s, now_ns);
	return (s);
}

struct script *
script_copy(const struct script *s)
{
	struct script *copy = malloc(sizeof(*copy));

	assert(copy != NULL);
	*copy = *s;
	copy->actions = calloc(s->count + 1, sizeof(*s->actions));
	assert(copy->actions != NULL);
	memcpy(copy->actions, s->actions, s->count * sizeof(*s->actions));
	copy->changes = calloc(s->change_count + 1, sizeof(*s->changes));
	assert(copy->changes != NULL);
	if (s->change_count > 0)
		memcpy(copy->changes, s->changes,
		    s->change_count * sizeof(*s->changes));
	return (copy);
}

void
script_free(struct script *s)
{
	free(s->actions);
	free(s->changes);
	free(s);
}
