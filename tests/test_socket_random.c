/*
 * Sockets in the kernel model under random programs and a random world: any
 * runnable thread may run next, attempts end in any way, buffers change at any
 * time.  socket_rules.h keeps the record of what must follow; kernel_check()
 * walks the model's invariants after each step.
 */

#include "tests/socket_rules.h"
#include "tests/suite.h"

#define MAX_JOBS 12 /* outstanding, in the system */
#define STEPS 4000
#define SEEDS 60

static uint64_t seed;

static int64_t
below(int64_t bound)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return ((int64_t)((z ^ (z >> 31)) % (uint64_t)bound));
}

/* ---- Steps ------------------------------------------------------------ */

static GArray *in_service; /* of uint32_t jobs */

static void
apply(const struct kernel_effect *effect, bool by_timer)
{
	switch (effect->kind) {
	case EF_READY:
		woken(effect->thread, by_timer);
		break;
	case EF_RETURN:
		returned(effect->thread);
		break;
	case EF_TIMER:
		parties[effect->thread].timed = true;
		parties[effect->thread].generation = effect->timer.generation;
		break;
	case EF_SERVE:
		served(effect->job, effect->thread);
		g_array_append_val(in_service, effect->job);
		break;
	case EF_SPAWN:
		spawned(effect->thread);
		break;
	case EF_REAP:
		reaped(effect->thread);
		break;
	case EF_SUBMIT:
		submitted(effect->job);
		break;
	case EF_COMPLETE:
		completed(effect->job, effect->thread);
		break;
	case EF_COLLECT:
		MUST(request_of(effect->job)->state == FINISHED, "collected");
		g_hash_table_remove(requests, GUINT_TO_POINTER(effect->job));
		kernel_release_job(k, effect->job);
		break;
	case EF_CPU:
	case EF_REFUSE:
	case EF_NOTIFY:
		break;
	}
}

static void
post(const struct kernel_event *event)
{
	const struct kernel_counters *c = kernel_counters(k);
	const struct kernel_effect *effect;

	kernel_step(k, now_ns, event);
	while ((effect = kernel_next_effect(k)) != NULL)
		apply(effect, event->kind == EV_TIMER);
	kernel_check(k);
	MUST(c->so_daemons == (int64_t)daemons, "daemons miscounted");
	MUST(c->so_empty_retries == retries, "retries miscounted");
	if (event->kind != EV_RUN)
		check_wakes();
}

static void
run_one(void)
{
	struct kernel_event event = {.kind = EV_RUN};
	uint32_t start = (uint32_t)below(PARTIES), i;
	struct party *t;

	for (i = 0; i < PARTIES && !parties[(start + i) % PARTIES].runnable;
	     i++)
		;
	if (i == PARTIES)
		return;
	actor = event.thread = (start + i) % PARTIES;
	t = &parties[actor];
	t->runnable = false;
	if (t->is_daemon)
		begin_daemon_run(t);
	post(&event);
	if (t->is_daemon && t->exists)
		end_daemon_run(t);
	actor = KERNEL_NOBODY;
	check_wakes();
	MUST(kernel_counters(k)->so_empty_results == empty_results,
	    "empty results miscounted");
	MUST(kernel_counters(k)->so_daemons_busy == in_hands(),
	    "busy daemons miscounted");
}

/* ---- The world and the programs --------------------------------------- */

static void
end_one_attempt(void)
{
	struct kernel_event event = {.kind = EV_DONE};
	struct request *r;
	guint i;

	if (in_service->len == 0)
		return;
	i = (guint)below(in_service->len);
	event.job = g_array_index(in_service, uint32_t, i);
	g_array_remove_index_fast(in_service, i);
	r = request_of(event.job);
	event.done.ready = below(2) == 0;
	event.done.bytes = below(2) == 0 ? 0 : below(r->size - r->done + 1);
	if (below(3) == 0 && r->done + event.done.bytes < r->size) {
		event.done.would_block = true;
		event.done.error = KE_EAGAIN;
		event.done.ready = false;
	} else if (below(8) == 0) {
		event.done.error = below(2) == 0 ? KE_EINTR : KE_EPIPE;
	}
	r->done += event.done.bytes;
	r->last = event.done;
	r->state = ATTEMPTED;
	r->buffer->ready = event.done.ready;
	post(&event);
}

static void
change_one_buffer(void)
{
	struct kernel_event event = {.kind = EV_SOCKET};
	struct kernel_socket_change *change = &event.socket;
	struct buffer *b;
	int s = (int)below(SOCKETS);

	change->process = (uint32_t)below(PROCESSES);
	change->fd = FIRST_FD + s;
	change->direction = (enum kernel_direction)below(2);
	b = &buffers[change->process][s][change->direction];
	/* Nobody else takes from it: it stays ready until an attempt. */
	b->ready = b->ready || below(3) > 0;
	change->ready = b->ready;
	post(&event);
}

static void
pass_one_timer(void)
{
	struct kernel_event event = {.kind = EV_TIMER};
	struct party *t;

	event.thread = (uint32_t)below(PARTIES);
	t = &parties[event.thread];
	if (!t->exists || !t->timed)
		return;
	now_ns += 1000000;
	event.generation = t->generation;
	t->timed = false;
	post(&event);
}

static void
ask_to_cancel(uint32_t process, int fd, uint32_t cb)
{
	int s = fd - FIRST_FD, direction;
	struct request *r;

	for (direction = 0; direction < 2; direction++) {
		r = buffers[process][s][direction].served;
		if (r != NULL && (cb == KERNEL_NO_CB || cb == r->cb))
			r->cancel_asked = true;
	}
}

static void
make_call(uint32_t process)
{
	struct kernel_request request = {.buffer = 4096};
	const struct kernel_request *const one[] = {&request};
	struct kernel_call call = {
	    .requests = one, .count = 1, .cb = KERNEL_NO_CB};
	struct kernel_event event = {.kind = EV_CALL, .call = &call};
	const int64_t kind = below(100);

	request.fd = call.fd = FIRST_FD + (int)below(SOCKETS);
	request.size_bytes = (uint64_t)(1 + below(3000));
	if (kind < 50) {
		call.kind = below(2) == 0 ? KERNEL_AIO_READ : KERNEL_AIO_WRITE;
		request.cb = next_cb[process]++;
	} else if (kind < 65) {
		call.kind = KERNEL_AIO_CANCEL;
		if (below(2) == 0 && next_cb[process] > 0)
			call.cb = next_cb[process] - 1 -
			    (uint32_t)below(MIN(next_cb[process], MAX_JOBS));
		ask_to_cancel(process, call.fd, call.cb);
	} else if (kind < 94) {
		call.kind = KERNEL_AIO_WAITCOMPLETE;
	} else if (kind < 98) {
		call.kind = KERNEL_SYSCTL;
		call.tunable = kernel_find_tunable(kernel_name(k),
		    below(2) == 0 ? "kern.ipc.aio.max_procs"
				  : "kern.ipc.aio.lifetime");
		call.value = below(9);
	} else {
		call.kind = KERNEL_EXEC;
		rundown[process] = true;
	}
	actor = event.thread = users[process];
	parties[actor].in_call = true;
	post(&event);
	actor = KERNEL_NOBODY;
}

static void
do_something(void)
{
	uint32_t process;

	switch (below(8)) {
	case 0:
		end_one_attempt();
		break;
	case 1:
		change_one_buffer();
		break;
	case 2:
		pass_one_timer();
		break;
	case 3:
		process = (uint32_t)below(PROCESSES);
		if (!parties[users[process]].in_call)
			make_call(process);
		break;
	default:
		run_one();
		break;
	}
}

/* ---- One seed --------------------------------------------------------- */

static void
boot(void)
{
	const struct kernel_event event = {.kind = EV_BOOT};
	struct kernel_file file = {
	    .kind = KERNEL_SOCKET, .readable = true, .writable = true};
	uint32_t p;
	int s;

	k = kernel_create("freebsd-12.2", 1000);
	kernel_set_tunable(k,
	    kernel_find_tunable(kernel_name(k), "vfs.aio.target_aio_procs"), 0);
	kernel_set_tunable(k,
	    kernel_find_tunable(kernel_name(k), "vfs.aio.max_aio_queue"),
	    MAX_JOBS);
	for (p = 0; p < kernel_own_threads(k); p++)
		parties[p].exists = true;
	for (p = 0; p < PROCESSES; p++) {
		(void)kernel_add_process(k);
		users[p] = kernel_add_thread(k, p);
		parties[users[p]].exists = true;
		parties[users[p]].process = p;
		for (s = 0; s < SOCKETS; s++) {
			file.nonblocking = s == SOCKETS - 1;
			buffers[p][s][0].nonblocking = file.nonblocking;
			buffers[p][s][1].nonblocking = file.nonblocking;
			kernel_open(k, p, FIRST_FD + s, &file);
		}
	}
	post(&event);
}

static void
run_seed(uint64_t number)
{
	int i;

	seed = first_seed = number;
	memset(parties, 0, sizeof(parties));
	memset(buffers, 0, sizeof(buffers));
	memset(rundown, 0, sizeof(rundown));
	memset(next_cb, 0, sizeof(next_cb));
	g_queue_init(&idle);
	actor = KERNEL_NOBODY;
	now_ns = empty_results = retries = 0;
	daemons = 0;
	requests = g_hash_table_new(NULL, NULL);
	all = g_ptr_array_new_with_free_func(g_free);
	in_service = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	boot();
	for (i = 0; i < STEPS; i++)
		do_something();
	kernel_destroy(k);
	for (i = 0; i < PROCESSES * SOCKETS * 2; i++)
		g_queue_clear(&(&buffers[0][0][0])[i].waiting);
	g_queue_clear(&idle);
	g_hash_table_unref(requests);
	g_ptr_array_free(all, TRUE);
	g_array_free(in_service, TRUE);
}

static void
rules_hold_in_random_programs(void)
{
	uint64_t number;

	for (number = 1; number <= SEEDS; number++)
		run_seed(number);
	CU_ASSERT(seen.completed > 1000 && seen.partial > 100);
	CU_ASSERT(seen.cancelled > 100 && seen.resumed > 100);
	CU_ASSERT(seen.retried > 20 && seen.exits > 20 && seen.expired > 20);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(rules_hold_in_random_programs),
	};

	return (RUN_RULES("random sockets", rules));
}
