/*
 * The oracle's rules about what a process is told: by aio_error, aio_return and
 * aio_cancel, and in its control blocks.
 */

#include <assert.h>
#include <inttypes.h>

#include "tests/oracle.h"

#define UNKNOWN INT64_MIN

enum { CANCELED = 1, NOTCANCELED = 2, ALLDONE = 3 };

/* ---- Control blocks --------------------------------------------------- */

static struct oracle_cb *
user_cb(struct oracle_process *p, uint32_t cb)
{
	assert(cb < ORACLE_CBS);
	return (&p->cbs[cb]);
}

static void
set_cb(struct oracle_process *p, uint32_t cb, int64_t status,
    enum kernel_errno error)
{
	*user_cb(p, cb) = (struct oracle_cb) {status, error};
}

/* Of all errors at submission these two are not stored: the size's and the
 * signal number's, which are looked at in this order, the kind of notification
 * between them. */
static bool
is_stored(const struct kernel_request *request, enum kernel_errno error)
{
	const struct kernel_sigevent *sigev = &request->sigev;

	if (error != KE_EINVAL)
		return (true);
	if (request->size_bytes > INT64_MAX)
		return (false);
	return ((sigev->notify != KERNEL_NOTIFY_SIGNAL &&
		    sigev->notify != KERNEL_NOTIFY_THREAD_ID) ||
	    (sigev->signo >= 1 && sigev->signo <= 128));
}

/* Entries that are passed over without a word are NULL or have nothing to do:
 * lio_opcode NOP. */
static void
pass_entries(
    struct oracle *o, struct oracle_thread *t, const struct kernel_request *to)
{
	struct oracle_process *p = &o->processes[t->process];
	const struct kernel_request *entry;
	int limit;

	if (t->call->kind != KERNEL_LIO_LISTIO)
		return;
	while (t->entry < t->call->count) {
		entry = t->call->requests[t->entry++];
		if (entry == to && to != NULL)
			break;
		if (entry == NULL)
			continue;
		REQUIRE(o,
		    entry->opcode == (int)KERNEL_OP_NOP &&
			oracle_admission(o, p, t->call, entry, &limit) == KE_OK,
		    "an entry of a list is passed over");
		set_cb(p, entry->cb, -1, KE_OK);
	}
}

bool
oracle_is_no_request(const struct kernel_call *call)
{
	return (call->kind == KERNEL_AIO_READV ||
	    call->kind == KERNEL_AIO_WRITEV ||
	    (call->kind == KERNEL_AIO_FSYNC && call->op != KERNEL_O_SYNC));
}

void
oracle_attempted(struct oracle *o, struct oracle_thread *t,
    const struct kernel_request *request, enum kernel_errno error)
{
	struct oracle_process *p = &o->processes[t->process];

	/* Nothing is looked at, the control block least of all. */
	if (oracle_is_no_request(t->call))
		return;
	pass_entries(o, t, request);
	if (error == KE_OK)
		set_cb(p, request->cb, -1, KE_EINPROGRESS);
	else
		set_cb(p, request->cb, -1,
		    is_stored(request, error) ? error : KE_OK);
}

/* All entries of the thread's list have been tried. */
void
oracle_list_over(struct oracle *o, struct oracle_thread *t)
{
	pass_entries(o, t, NULL);
}

/* ---- Answers ---------------------------------------------------------- */

/* The oldest request of a control block, finished or not, or NULL. */
static const struct oracle_job *
oldest(const struct oracle_process *p, uint32_t cb)
{
	const struct oracle_job *job, *found = NULL;

	TAILQ_FOREACH(job, &p->unfinished, life)
	{
		if (job->cb == cb &&
		    (found == NULL || job->serial < found->serial))
			found = job;
	}
	TAILQ_FOREACH(job, &p->done, life)
	{
		if (job->cb == cb &&
		    (found == NULL || job->serial < found->serial))
			found = job;
	}
	return (found);
}

static int64_t
predict_error(struct oracle *o, struct oracle_process *p, uint32_t cb)
{
	const struct oracle_job *job = oldest(p, cb);
	enum kernel_errno error = KE_EINVAL;

	if (!p->in_use)
		error = KE_EINVAL;
	else if (job != NULL && job->state == O_DONE)
		error = kernel_job(o->kernel, job->number)->error;
	else if (job != NULL)
		error = KE_EINPROGRESS;
	else if (user_cb(p, cb)->status == -1)
		error = user_cb(p, cb)->error;
	return (kernel_errno_number(o->kernel, error));
}

static bool
is_meant(const struct oracle_job *job, const struct kernel_call *call)
{
	return (job->fd == call->fd &&
	    (call->cb == KERNEL_NO_CB || job->cb == call->cb));
}

/* It waits, and so can be cancelled. */
static bool
waits(const struct oracle_job *job)
{
	return (job->state == O_QUEUED || job->state == O_SYNC_WAIT ||
	    job->state == O_SOCKET_WAIT);
}

/* A socket's request that has moved something ends with that instead. */
static int64_t
answer_for(const struct oracle_job *job)
{
	return (waits(job) && job->moved == 0 ? CANCELED : NOTCANCELED);
}

/* What aio_cancel answers for one control block.  For a whole descriptor it
 * depends on what happens meanwhile: an fsync, released by the cancellation of
 * what it waited for, can no longer be cancelled. */
static int64_t
predict_cancel(struct oracle_process *p, const struct kernel_call *call)
{
	const struct oracle_file *f = oracle_file(p, call->fd);
	struct oracle_job *job;

	if (f == NULL)
		return (-1);
	if (!p->in_use)
		return (ALLDONE);
	if (f->file.kind == KERNEL_RAWDISK)
		return (NOTCANCELED);
	TAILQ_FOREACH(job, &p->unfinished, life)
	{
		if (!is_meant(job, call))
			continue;
		job->marked = !waits(job);
		if (call->cb != KERNEL_NO_CB)
			return (answer_for(job));
	}
	return (call->cb == KERNEL_NO_CB ? UNKNOWN : ALLDONE);
}

void
oracle_cancelled(
    struct oracle *o, struct oracle_thread *t, const struct oracle_job *job)
{
	int64_t answer = job->moved == 0 ? CANCELED : NOTCANCELED;

	if (t->call == NULL || t->call->kind != KERNEL_AIO_CANCEL)
		return;
	REQUIRE(o, job->process == t->process && is_meant(job, t->call),
	    "cancelled what was not meant");
	/* Of one control block the oldest request alone is looked at. */
	REQUIRE(o,
	    t->expected == UNKNOWN ||
		(t->expected == answer && t->cancelled + t->kept == 0),
	    "cancelled more than the oldest request");
	t->cancelled += answer == CANCELED;
	t->kept += answer == NOTCANCELED;
}

/* The answer for a whole descriptor, by what was cancelled and what is left. */
static int64_t
cancel_answer(const struct oracle *o, const struct oracle_thread *t)
{
	const struct oracle_job *job;
	int kept = t->kept;

	TAILQ_FOREACH(job, &o->processes[t->process].unfinished, life)
	{
		if (!is_meant(job, t->call))
			continue;
		REQUIRE(o, !waits(job), "not cancelled though it waits");
		kept++;
	}
	return (kept > 0 ? NOTCANCELED : t->cancelled > 0 ? CANCELED : ALLDONE);
}

/* Whether the call makes the kernel's record of the process, if all is well
 * with its arguments. */
static bool
uses_aio(const struct oracle *o, const struct kernel_call *call)
{
	switch (call->kind) {
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_MLOCK:
		return (true);
	case KERNEL_AIO_FSYNC:
		return (call->op == KERNEL_O_SYNC);
	case KERNEL_AIO_WAITCOMPLETE:
		return (call->timeout_ns >= 0 ||
		    call->timeout_ns == KERNEL_NO_TIMEOUT);
	case KERNEL_LIO_LISTIO:
		return ((call->op == KERNEL_LIO_WAIT ||
			    call->op == KERNEL_LIO_NOWAIT) &&
		    call->count >= 0 &&
		    call->count <= oracle_limit(o, LIMIT_QUEUE_PER_PROC));
	/* 12.2 does not have these two. */
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
	case KERNEL_AIO_CANCEL:
	case KERNEL_AIO_SUSPEND:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
	case KERNEL_KEVENT:
	case KERNEL_SIGWAIT:
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

/* The end of a process cancels all that waits, and marks the rest. */
static void
mark_all(struct oracle_process *p)
{
	struct oracle_job *job;

	TAILQ_FOREACH(job, &p->unfinished, life)
	{
		job->marked = !waits(job);
	}
}

bool
oracle_is_being_cancelled(const struct oracle *o, const struct oracle_job *job)
{
	const struct oracle_thread *t =
	    o->actor == KERNEL_NOBODY ? NULL : o->threads[o->actor];

	if (t == NULL || t->call == NULL || t->process != job->process)
		return (false);
	return (o->processes[job->process].rundown ||
	    (t->call->kind == KERNEL_AIO_CANCEL &&
		t->call->cb == KERNEL_NO_CB && is_meant(job, t->call)));
}

void
oracle_predict(struct oracle *o, struct oracle_thread *t)
{
	struct oracle_process *p = &o->processes[t->process];

	t->entry = t->cancelled = t->kept = 0;
	if (t->call->kind == KERNEL_AIO_ERROR)
		t->expected = predict_error(o, p, t->call->cb);
	else if (t->call->kind == KERNEL_AIO_CANCEL)
		t->expected = predict_cancel(p, t->call);
	else if (t->call->kind == KERNEL_EXIT || t->call->kind == KERNEL_EXEC)
		mark_all(p);
	p->in_use = p->in_use || uses_aio(o, t->call);
}

/* aio_return and aio_waitcomplete tell what was collected. */
static void
check_collected(struct oracle *o, const struct oracle_thread *t,
    const struct kernel_result *result)
{
	const char *what = kernel_call_name(t->call->kind);
	const struct oracle_cb *cb;

	if (t->collected_cb == KERNEL_NO_CB) {
		REQUIRE(o, result->value == -1,
		    "%s: a result, and nothing was collected", what);
		return;
	}
	cb = user_cb(&o->processes[t->process], t->collected_cb);
	REQUIRE(o,
	    result->error == cb->error &&
		result->value == (cb->error == KE_OK ? cb->status : -1),
	    "%s: the result of another request", what);
}

void
oracle_answered(struct oracle *o, const struct oracle_thread *t,
    const struct kernel_result *result)
{
	int64_t expected = t->expected;

	if (t->call->kind != KERNEL_AIO_ERROR &&
	    t->call->kind != KERNEL_AIO_CANCEL) {
		check_collected(o, t, result);
		return;
	}
	if (expected == UNKNOWN)
		expected = cancel_answer(o, t);
	REQUIRE(o, result->value == expected,
	    "%s answers %" PRId64 ", not %" PRId64,
	    kernel_call_name(t->call->kind), result->value, expected);
}
