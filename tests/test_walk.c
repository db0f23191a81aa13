/*
 * Random walks over every kernel and policy: calls of all kinds, lists,
 * notifications, masks, forks and sysctls, with kernel_check() after each step
 * (kernel_rig.h).  What must hold beyond the invariants is that whatever is
 * accepted ends, and that exit leaves nothing.
 */

#include "tests/kernel_rig.h"
#include "tests/suite.h"

#define STEPS 3000
#define BLOCKS 20 /* control blocks in use */

static uint64_t state;

/* splitmix64 */
static int
draw(int bound)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return ((int)((z ^ (z >> 31)) % (uint64_t)bound));
}

static struct kernel_sigevent
draw_sigevent(void)
{
	static const unsigned flags[] = {
	    0, KERNEL_EV_ONESHOT, KERNEL_EV_CLEAR, KERNEL_EV_DISPATCH, 1};
	struct kernel_sigevent sigev = {
	    .notify = (enum kernel_notify)draw(5),
	    .signo = 60 + draw(10),
	    .kq = draw(10) > 0 ? KQUEUE_FD : FILE_FD,
	    .flags = flags[draw(5)],
	    .lwp = draw(4),
	};

	return (sigev);
}

static struct kernel_request
draw_request(void)
{
	static const int opcodes[] = {KERNEL_OP_NOP, KERNEL_OP_READ,
	    KERNEL_OP_WRITE, KERNEL_OP_SYNC, KERNEL_OP_MLOCK, KERNEL_OP_READV,
	    KERNEL_OP_WRITEV, KERNEL_OP_READ | KERNEL_OP_FOFFSET, 99};
	struct kernel_request request =
	    rig_request((uint32_t)draw(BLOCKS), opcodes[draw(9)]);

	request.fd = draw(20) > 0 ? FILE_FD + draw(7) : 99;
	request.size_bytes = (uint64_t)draw(4) * 65536;
	request.offset_bytes = draw(20) > 0 ? draw(9) * 4096 : -draw(3);
	request.iovcnt = draw(4);
	request.sigev = draw_sigevent();
	return (request);
}

static int64_t
draw_timeout(void)
{
	return (draw(8) > 0 ? draw(30) * MS / 2 : KERNEL_NO_TIMEOUT);
}

static void
draw_arguments(struct rig *r, struct rig_thread *t, struct kernel_call *call)
{
	static const int changes[] = {
	    0, 0, 0, KERNEL_EV_ENABLE, KERNEL_EV_DELETE};
	size_t nodes;
	int i;

	call->count = draw(8);
	for (i = 0; i < 8; i++) {
		t->requests[i] = draw_request();
		t->list[i] = &t->requests[i];
		t->cbs[i] = (uint32_t)draw(BLOCKS);
		/* Only a list may lack an entry. */
		if (call->kind == KERNEL_LIO_LISTIO && draw(9) == 0)
			t->list[i] = NULL;
	}
	call->requests = t->list;
	call->cbs = t->cbs;
	call->cb = (uint32_t)draw(BLOCKS);
	call->fd = call->kind == KERNEL_KEVENT ? KQUEUE_FD : FILE_FD + draw(8);
	call->timeout_ns = draw_timeout();
	call->sigev = draw_sigevent();
	call->op = call->kind == KERNEL_AIO_FSYNC ? (int)KERNEL_O_SYNC
	    : call->kind == KERNEL_KEVENT         ? changes[draw(5)]
	    : call->kind == KERNEL_SIGMASK        ? 1 + draw(2)
						  : draw(2);
	kernel_tunables(kernel_name(r->kernel), &nodes);
	call->tunable = draw((int)nodes);
	call->value = call->kind == KERNEL_SIGMASK ? 60 + draw(10) : draw(12);
}

/* A process more, with its thread. */
static void
add_child(struct rig *r, const struct rig_thread *t, GArray *threads)
{
	uint32_t child;

	if (t->in_call || t->call.kind != KERNEL_FORK || threads->len >= 12)
		return;
	child = rig_add_thread(r, (uint32_t)t->result.value);
	g_array_append_val(threads, child);
}

static void
walk(struct rig *r, GArray *threads)
{
	struct kernel_call call;
	struct rig_thread *t;
	uint32_t thread;
	int step;

	for (step = 0; step < STEPS; step++) {
		thread = g_array_index(
		    threads, uint32_t, (guint)draw((int)threads->len));
		t = rig_thread(r, thread);
		if (draw(3) == 0)
			rig_run(r, r->now_ns + draw(20) * MS / 4);
		if (t->in_call)
			continue;
		memset(&call, 0, sizeof(call));
		call.kind = (enum kernel_call_kind)draw(KERNEL_CALL_COUNT);
		if (call.kind == KERNEL_FORK && threads->len >= 12)
			continue;
		draw_arguments(r, t, &call);
		r->service_ns = draw(30) * MS / 2;
		r->service_error = draw(10) > 0 ? KE_OK : KE_EIO;
		rig_enter(r, thread, &call);
		add_child(r, t, threads);
	}
}

static bool
is_freebsd(const struct rig *r)
{
	return (rig_node(r, "vfs.aio.max_aio_procs") >= 0);
}

/* Each process exits by a thread of its own; nothing may be left. */
static void
leave(struct rig *r)
{
	const struct kernel_call leave_call = {.kind = KERNEL_EXIT};
	struct kernel_thread_info info;
	uint32_t process, processes = 0;
	guint i;

	if (is_freebsd(r)) {
		rig_set(r, "vfs.aio.max_aio_procs", 16);
		rig_set(r, "vfs.aio.max_aio_per_proc", 16);
	}
	for (i = 0; i < r->threads->len; i++) {
		if (rig_thread(r, i) == NULL)
			continue;
		kernel_thread(r->kernel, i, &info);
		processes = MAX(processes, info.process + 1);
	}
	for (process = 0; process < processes; process++)
		rig_enter(r, rig_add_thread(r, process), &leave_call);
	rig_run(r, r->now_ns + 5000 * MS);
	if (is_freebsd(r))
		CU_ASSERT_EQUAL(rig_get(r, "vfs.aio.num_queue_count"), 0);
	CU_ASSERT_EQUAL(kernel_counters(r->kernel)->unfinished, 0);
	CU_ASSERT_EQUAL(kernel_counters(r->kernel)->daemons_busy, 0);
}

static void
walk_once(const char *kernel, int policies)
{
	GArray *threads = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t thread;
	struct rig r;
	int i;

	rig_begin(&r, kernel);
	for (i = 0; i < POLICY_COUNT; i++)
		kernel_set_policy(
		    r.kernel, (enum kernel_policy)i, policies >> i & 1);
	for (i = 0; i < 6; i++) {
		thread = i % 3 == 0 ? rig_process(&r)
				    : rig_add_thread(&r, (uint32_t)i / 3);
		g_array_append_val(threads, thread);
	}
	walk(&r, threads);
	leave(&r);
	g_array_free(threads, TRUE);
	rig_end(&r);
}

static void
random_walks_keep_the_invariants(void)
{
	const char *const *name;
	int policies;

	for (name = kernel_names(); *name != NULL; name++)
		for (policies = 0; policies < 1 << POLICY_COUNT; policies++) {
			state = (uint64_t)policies;
			walk_once(
			    *name, kernel_has_policies(*name) ? policies : 0);
		}
}

static const struct rule rules[] = {
    RULE(random_walks_keep_the_invariants),
};

int
main(void)
{
	return (RUN_RULES("random walks", rules));
}
