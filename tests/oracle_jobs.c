/*
 * The oracle's rules about requests: who is refused and who is not, in which
 * order they are served, that each completes once and is collected at most
 * once, and in which order.
 */

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle.h"

static struct oracle_job *
job_record(struct oracle *o, uint32_t number)
{
	uint32_t room = 2 * number + 16;

	if (number >= o->job_room) {
		o->jobs = realloc(o->jobs, room * sizeof(*o->jobs));
		assert(o->jobs != NULL);
		while (o->job_room < room)
			o->jobs[o->job_room++] = NULL;
	}
	if (o->jobs[number] == NULL) {
		o->jobs[number] = calloc(1, sizeof(**o->jobs));
		assert(o->jobs[number] != NULL);
		o->jobs[number]->number = number;
	}
	return (o->jobs[number]);
}

/* ---- Refusals --------------------------------------------------------- */

static void
count_refusal(struct oracle *o, int limit)
{
	o->counts[limit == o->limits[LIMIT_QUEUE] ? SEEN_QUEUE_FULL
		: limit == o->limits[LIMIT_QUEUE_PER_PROC]
		? SEEN_PROCESS_QUEUE_FULL
		: SEEN_BUFFERS_FULL]++;
}

/* Calls that are refused as such, before the limits are looked at. */
static void
check_no_request(struct oracle *o, const struct kernel_effect *effect)
{
	const struct oracle_thread *t = o->threads[effect->thread];

	REQUIRE(o,
	    effect->refusal.limit == -1 &&
		effect->refusal.error ==
		    (t->call->kind == KERNEL_AIO_FSYNC ? KE_EINVAL : KE_ENOSYS),
	    "%s is refused otherwise", kernel_call_name(t->call->kind));
}

static void
check_refusal(struct oracle *o, const struct kernel_effect *effect)
{
	const struct oracle_thread *t = o->threads[effect->thread];
	enum kernel_errno error;
	int limit;

	error = oracle_admission(o, &o->processes[t->process], t->call,
	    effect->refusal.request, &limit);
	REQUIRE(o, error == effect->refusal.error,
	    "refused with %s, must be %s",
	    kernel_errno_name(effect->refusal.error), kernel_errno_name(error));
	REQUIRE(o, effect->refusal.limit == (error == KE_EAGAIN ? limit : -1),
	    "refused by tunable %d", effect->refusal.limit);
}

void
oracle_refused(struct oracle *o, const struct kernel_effect *effect)
{
	struct oracle_thread *t = o->threads[effect->thread];

	if (oracle_is_no_request(t->call))
		check_no_request(o, effect);
	else
		check_refusal(o, effect);
	oracle_attempted(o, t, effect->refusal.request, effect->refusal.error);
	if (effect->refusal.error == KE_EAGAIN) {
		t->refused = true;
		count_refusal(o, effect->refusal.limit);
	} else {
		t->invalid = true;
		o->counts[SEEN_INVALID]++;
	}
}

/* ---- Acceptance ------------------------------------------------------- */

static const struct kernel_request *
find_request(const struct kernel_call *call, uint64_t tag)
{
	int i;

	for (i = 0; i < call->count; i++)
		if (call->requests[i] != NULL && call->requests[i]->tag == tag)
			return (call->requests[i]);
	return (NULL);
}

void
oracle_join_queue(struct oracle *o, struct oracle_job *job)
{
	job->state = O_QUEUED;
	TAILQ_INSERT_TAIL(&o->queue, job, queue);
	o->queued++;
}

/* What the record says has held the request back, if anything. */
static void
check_held_by(const struct oracle *o, const struct oracle_process *p, int by)
{
	bool idle = !TAILQ_EMPTY(&o->idle);
	bool full = p->active >= oracle_limit(o, LIMIT_PER_PROC);
	bool busy = p->active + o->starting >= oracle_limit(o, LIMIT_PER_PROC);
	bool no_room = o->daemons + o->starting >= oracle_limit(o, LIMIT_PROCS);

	if (by == o->limits[LIMIT_PER_PROC])
		REQUIRE(o, full || busy, "not held by max_aio_per_proc");
	else if (by == o->limits[LIMIT_PROCS])
		REQUIRE(o, no_room, "not held by max_aio_procs");
	else
		REQUIRE(o, by == -1 && !full && (idle || !(no_room || busy)),
		    "a limit held the request and is not named");
}

static void
place_job(struct oracle *o, struct oracle_process *p, struct oracle_job *job,
    const struct kernel_request *request, int held_by)
{
	const struct kernel_file *file =
	    &p->files[request->fd < 0 ? 0 : request->fd % ORACLE_FILES].file;

	if (job->buffer != NULL) {
		oracle_socket_submitted(o, job, held_by);
	} else if (job->opcode != KERNEL_OP_MLOCK &&
	    oracle_goes_to_disk(file, request, job->opcode)) {
		job->state = O_DISK;
		job->mapped = !file->unmapped;
		o->disk_job = job->number;
		p->buffers += job->mapped;
		o->mapped += job->mapped;
		o->unmapped += !job->mapped;
		o->counts[SEEN_SERVED_BY_DISK]++;
	} else if (job->opcode == KERNEL_OP_SYNC &&
	    oracle_has_predecessor(p, job)) {
		job->state = O_SYNC_WAIT;
		o->counts[SEEN_SYNC_WAITED]++;
	} else {
		/* An fsync is not told what held it. */
		if (job->opcode != KERNEL_OP_SYNC)
			check_held_by(o, p, held_by);
		oracle_join_queue(o, job);
		oracle_kicked(o);
	}
}

void
oracle_submitted(struct oracle *o, uint32_t thread, uint32_t number)
{
	const struct kernel_job_info *info = kernel_job(o->kernel, number);
	struct oracle_thread *t = o->threads[thread];
	struct oracle_process *p = &o->processes[t->process];
	struct oracle_job *job = job_record(o, number);
	const struct kernel_request *request = find_request(t->call, info->tag);
	const struct oracle_file *f = NULL;
	int limit;

	REQUIRE(o, job->state == O_NONE, "job number %" PRIu32 " is in use",
	    number);
	REQUIRE(o, request != NULL && info->process == t->process,
	    "accepted what was not asked for");
	REQUIRE(o, oracle_admission(o, p, t->call, request, &limit) == KE_OK,
	    "accepted, must be refused");
	oracle_attempted(o, t, request, KE_OK);
	job->process = t->process;
	job->serial = ++o->serial;
	job->opcode = info->opcode;
	job->cb = info->cb;
	job->fd = info->fd;
	memset(&job->note, 0, sizeof(job->note));
	job->note.sigev = request->sigev;
	job->note.cb = info->cb;
	job->list = t->list;
	if (t->list != NULL) {
		t->list->accepted++;
		t->list->holders++;
	}
	job->mapped = job->marked = false;
	job->moved = 0;
	if (info->opcode != KERNEL_OP_MLOCK)
		f = oracle_file(p, info->fd);
	job->file = f != NULL ? f->number : 0;
	job->buffer = f == NULL
	    ? NULL
	    : f->buffers[info->opcode == KERNEL_OP_READ ? KERNEL_RECEIVE
							: KERNEL_SEND];
	place_job(o, p, job, request, info->held_by);
	TAILQ_INSERT_TAIL(&p->unfinished, job, life);
	p->count++;
	o->count++;
	o->unfinished++;
	o->counts[SEEN_ACCEPTED]++;
}

/* ---- Service ---------------------------------------------------------- */

struct oracle_job *
oracle_selectable(struct oracle *o)
{
	int64_t limit = oracle_limit(o, LIMIT_PER_PROC);
	struct oracle_job *job;

	TAILQ_FOREACH(job, &o->queue, queue)
	{
		if (o->processes[job->process].active < limit)
			return (job);
	}
	return (NULL);
}

static void
leave_queue(struct oracle *o, struct oracle_job *job)
{
	TAILQ_REMOVE(&o->queue, job, queue);
	o->queued--;
}

static void
check_selection(struct oracle *o, struct oracle_job *job)
{
	REQUIRE(o, job == oracle_selectable(o),
	    "request %" PRIu64 " was taken, but it is not the oldest of an "
	    "owner below its limit",
	    job->serial);
	if (job != TAILQ_FIRST(&o->queue))
		o->counts[SEEN_SKIPPED_OWNER]++;
	REQUIRE(o,
	    job->opcode != KERNEL_OP_SYNC ||
		!oracle_has_predecessor(&o->processes[job->process], job),
	    "an fsync is served before its predecessors are done");
	leave_queue(o, job);
}

void
oracle_served(struct oracle *o, uint32_t thread, uint32_t number)
{
	struct oracle_job *job = job_record(o, number);
	struct oracle_thread *d;

	if (job->buffer != NULL) {
		oracle_socket_served(o, thread, job);
		return;
	}
	if (thread == KERNEL_NOBODY) {
		REQUIRE(o, job->state == O_DISK, "not a disk's request");
		return;
	}
	d = o->threads[thread];
	REQUIRE(o,
	    job->state == O_QUEUED && thread == o->actor &&
		d->kind == THREAD_DAEMON && d->job == KERNEL_NOBODY,
	    "a service outside of a free daemon");
	check_selection(o, job);
	job->state = O_RUNNING;
	d->job = number;
	o->processes[job->process].active++;
	o->active++;
	o->served = true;
	o->counts[SEEN_SERVED_BY_DAEMON]++;
}

/* ---- Completion ------------------------------------------------------- */

static void
check_result(struct oracle *o, const struct oracle_job *job,
    const struct kernel_job_info *info)
{
	const struct kernel_service_result *result = &job->result;
	bool partial = job->state == O_RUNNING && result->bytes > 0 &&
	    (result->would_block || result->error == KE_EINTR ||
		result->error == KE_EAGAIN);
	bool fine = result->error == KE_OK || partial;

	REQUIRE(o,
	    info->status == (fine ? result->bytes : -1) &&
		info->error == (fine ? KE_OK : result->error),
	    "request %" PRIu64 " completed with another result", job->serial);
	o->counts[SEEN_FAILED] += !fine;
	o->counts[SEEN_PARTIAL] += result->error != KE_OK && partial;
}

/* Takes the job from where it was; nothing that was served is cancelled. */
static void
leave_state(struct oracle *o, struct oracle_job *job, uint32_t thread,
    const struct kernel_job_info *info)
{
	struct oracle_process *p = &o->processes[job->process];
	bool by_daemon = thread != KERNEL_NOBODY &&
	    o->threads[thread]->kind == THREAD_DAEMON;

	switch (job->state) {
	case O_RUNNING:
		REQUIRE(o, by_daemon && o->threads[thread]->job == job->number,
		    "completed outside of its daemon");
		o->threads[thread]->job = KERNEL_NOBODY;
		check_result(o, job, info);
		p->active--;
		o->active--;
		return;
	case O_DISK:
		REQUIRE(o, thread == KERNEL_NOBODY,
		    "a disk's completion is an interrupt");
		check_result(o, job, info);
		p->buffers -= job->mapped;
		o->mapped -= job->mapped;
		o->unmapped -= !job->mapped;
		return;
	case O_QUEUED:
		if (by_daemon) {
			check_selection(o, job);
			REQUIRE(o,
			    info->opcode == KERNEL_OP_READ &&
				info->size_bytes == 0 && info->status == 0 &&
				info->error == KE_OK,
			    "finished without service");
			o->served = true;
			o->counts[SEEN_SERVED_AT_ONCE]++;
			return;
		}
		leave_queue(o, job);
		break;
	case O_SYNC_READY:
		REQUIRE(o, job->marked, "an fsync is cancelled unasked");
		oracle_leave_ready_syncs(o, job);
		o->counts[SEEN_SYNC_CANCELLED_LATE]++;
		break;
	case O_SYNC_WAIT:
		break;
	case O_SOCKET_WAIT:
	case O_NONE:
	case O_DONE:
		oracle_fail(
		    o, "job %" PRIu32 " completes a second time", job->number);
	}
	REQUIRE(o, info->error == KE_ECANCELED && info->status == -1,
	    "finished without service and not cancelled");
	if (thread != KERNEL_NOBODY)
		oracle_cancelled(o, o->threads[thread], job);
	o->counts[SEEN_CANCELLED]++;
}

static void
expect_notices(struct oracle *o, struct oracle_job *job)
{
	struct oracle_list *list = job->list;

	o->notice_process = job->process;
	job->note.data = kernel_errno_number(
	    o->kernel, kernel_job(o->kernel, job->number)->error);
	if (oracle_will_notify(o, job->process, &job->note))
		o->notice = &job->note;
	if (list == NULL || ++list->finished < list->accepted || list->wait)
		return;
	if (oracle_will_notify(o, job->process, &list->note))
		o->list_notice = &list->note;
}

void
oracle_completed(struct oracle *o, uint32_t thread, uint32_t number)
{
	struct oracle_job *job = job_record(o, number);
	struct oracle_process *p = &o->processes[job->process];

	if (job->buffer != NULL)
		oracle_socket_completed(
		    o, thread, job, kernel_job(o->kernel, number));
	else
		leave_state(o, job, thread, kernel_job(o->kernel, number));
	job->state = O_DONE;
	TAILQ_REMOVE(&p->unfinished, job, life);
	TAILQ_INSERT_TAIL(&p->done, job, life);
	o->unfinished--;
	expect_notices(o, job);
	oracle_release_syncs(o, p);
}

/* ---- Collection ------------------------------------------------------- */

void
oracle_collected(struct oracle *o, uint32_t number)
{
	struct oracle_job *job = job_record(o, number), *first;
	struct oracle_process *p = &o->processes[job->process];
	struct oracle_thread *t = o->threads[o->actor];

	REQUIRE(o, job->state == O_DONE && t->call != NULL,
	    "collected what is not finished");
	first = TAILQ_FIRST(&p->done);
	if (t->call->kind == KERNEL_AIO_RETURN) {
		while (first->cb != t->call->cb)
			first = TAILQ_NEXT(first, life);
		o->counts[SEEN_RETURN]++;
	} else if (t->call->kind == KERNEL_AIO_WAITCOMPLETE) {
		o->counts[SEEN_WAITCOMPLETE]++;
	} else {
		REQUIRE(o, p->rundown, "collected by %s",
		    kernel_call_name(t->call->kind));
	}
	REQUIRE(o, job == first, "not collected in order of completion");
	t->collected_cb = job->cb;
	/* The end of a process tells its control blocks nothing. */
	if (!p->rundown)
		p->cbs[job->cb] =
		    (struct oracle_cb) {kernel_job(o->kernel, number)->status,
			kernel_job(o->kernel, number)->error};
	TAILQ_REMOVE(&p->done, job, life);
	oracle_withdrawn(&job->note);
	oracle_list_left(job->list);
	job->state = O_NONE;
	p->count--;
	o->count--;
}
