/*
 * Submission: every check in the kernel's order (aio_enqueue_job), and the
 * lists of lio_listio.  The limits count what waits in queues and nothing else.
 * Descriptor, mode, type, offset and priority are not looked at: what is wrong
 * with them shows when the job starts.
 */

#include "model/netbsd/netbsd.h"

static enum kernel_errno
refuse(struct netbsd *k, const struct kernel_request *request,
    enum kernel_errno error, int limit)
{
	struct kernel_effect *effect;

	effect = emit(&k->base, EF_REFUSE, k->base.current);
	effect->refusal.request = request;
	effect->refusal.error = error;
	effect->refusal.limit = limit;
	return (error);
}

static bool
is_queued(const struct process *p, uint32_t cb)
{
	const struct job *job;

	TAILQ_FOREACH(job, &p->queue, link)
	{
		if (job->info.cb == cb)
			return (true);
	}
	return (false);
}

/* The checks of the request as such; EFAULT comes from the copyin. */
static enum kernel_errno
validate(const struct kernel_request *request, int opcode)
{
	if (request->cb == KERNEL_NO_CB)
		return (KE_EFAULT);
	if (!netbsd_sigevent_is_valid(&request->sigev))
		return (KE_EINVAL);
	if (opcode != KERNEL_OP_SYNC &&
	    (request->buffer == 0 || request->size_bytes > INT64_MAX))
		return (KE_EINVAL);
	if (opcode != KERNEL_OP_NOP && opcode != KERNEL_OP_READ &&
	    opcode != KERNEL_OP_WRITE && opcode != KERNEL_OP_SYNC)
		return (KE_EINVAL);
	return (KE_OK);
}

/* First use (aio_procinit). */
static void
init_process(struct netbsd *k, struct process *p)
{
	if (p->in_use)
		return;
	p->in_use = true;
	netbsd_worker_create(k, p);
}

/* Says EINPROGRESS before the limits are looked at for good; a refusal after
 * that leaves it so. */
static void
begin_block(
    struct netbsd *k, struct process *p, const struct kernel_request *request)
{
	struct block *block = netbsd_block(p, request->cb);

	netbsd_block_forget(k, block);
	block->state = BLOCK_WIP;
	block->error = KE_EINPROGRESS;
	block->value = -1;
	block->used = true;
	block->fd = request->fd;
}

static void
enqueue(struct netbsd *k, struct process *p,
    const struct kernel_request *request, int opcode, struct list *list)
{
	struct job *job;

	job = netbsd_job_allocate(k, p, request, (enum kernel_opcode)opcode);
	if (list != NULL) {
		job->list = list;
		list->references++;
	}
	TAILQ_INSERT_TAIL(&p->queue, job, link);
	netbsd_job_set_state(k, job, JOB_QUEUED);
	emit_job(&k->base, EF_SUBMIT, k->base.current, &job->info);
	if (p->worker != NULL && p->worker->state == WORKER_IDLE)
		thread_wake(&k->base, &p->worker->thread);
}

static enum kernel_errno
submit(struct netbsd *k, struct process *p,
    const struct kernel_request *request, int opcode, struct list *list)
{
	enum kernel_errno error;

	emit_cost(&k->base, COST_SUBMIT);
	if (k->queued + 1 > k->tunables[AIO_MAX])
		return (refuse(k, request, KE_EAGAIN, AIO_MAX));
	error = validate(request, opcode);
	if (error != KE_OK)
		return (refuse(k, request, error, -1));
	if (opcode == KERNEL_OP_NOP)
		return (KE_OK);
	if (is_queued(p, request->cb))
		return (refuse(k, request, KE_EINVAL, -1));
	init_process(k, p);
	begin_block(k, p, request);
	if (p->queue_length >= k->tunables[AIO_LISTIO_MAX])
		return (refuse(k, request, KE_EAGAIN, AIO_LISTIO_MAX));
	if (request->refuse != KE_OK)
		return (
		    refuse(k, request, request->refuse, KERNEL_LIMIT_INJECTED));
	enqueue(k, p, request, opcode, list);
	return (KE_OK);
}

void
netbsd_call_submit(struct netbsd *k, struct user_thread *u)
{
	const struct kernel_request *request = u->call.requests[0];
	enum kernel_errno error;
	int opcode = KERNEL_OP_READ;

	if (u->call.kind == KERNEL_AIO_WRITE)
		opcode = KERNEL_OP_WRITE;
	else if (u->call.kind == KERNEL_AIO_FSYNC)
		opcode = KERNEL_OP_SYNC;
	if (opcode == KERNEL_OP_SYNC && u->call.op != KERNEL_O_SYNC &&
	    u->call.op != KERNEL_O_DSYNC)
		error = refuse(k, request, KE_EINVAL, -1);
	else
		error = submit(k, u->process, request, opcode, NULL);
	netbsd_return(k, u, error == KE_OK ? 0 : -1, error);
}

/* ---- lio_listio ------------------------------------------------------- */

static enum kernel_errno
check_list(const struct netbsd *k, const struct kernel_call *call)
{
	if (call->count < 1 || call->count > k->tunables[AIO_LISTIO_MAX])
		return (KE_EINVAL);
	if (k->queued + call->count > k->tunables[AIO_MAX])
		return (KE_EAGAIN);
	return (KE_OK);
}

/* After the process has got its worker, whatever these come to. */
static enum kernel_errno
check_mode(const struct kernel_call *call)
{
	if (call->op == KERNEL_LIO_WAIT)
		return (KE_OK);
	if (call->op != KERNEL_LIO_NOWAIT ||
	    !netbsd_sigevent_is_valid(&call->sigev))
		return (KE_EINVAL);
	return (KE_OK);
}

/* True if every entry was taken.  A NULL entry is one that was not. */
static bool
submit_entries(struct netbsd *k, struct user_thread *u, struct list *list)
{
	const struct kernel_request *entry;
	bool all = true;
	int i, opcode;

	for (i = 0; i < u->call.count; i++) {
		entry = u->call.requests[i];
		/* aio_fsync's own opcode cannot stand in a list. */
		opcode = entry == NULL                ? -1
		    : entry->opcode == KERNEL_OP_SYNC ? -1
						      : entry->opcode;
		if (entry == NULL ||
		    submit(k, u->process, entry, opcode, list) != KE_OK)
			all = false;
	}
	return (all);
}

static struct list *
list_new(const struct kernel_call *call)
{
	struct list *list = core_allocate(sizeof(*list));

	list->references = 1;
	list->sigev = call->sigev;
	/* With LIO_WAIT the argument is not looked at. */
	if (call->op == KERNEL_LIO_WAIT)
		list->sigev.notify = KERNEL_NOTIFY_NONE;
	return (list);
}

/* The call lets go of its list; EIO only for entries that were not taken, and
 * then at once: what the I/O came to is never looked at. */
static void
end_list(struct netbsd *k, struct user_thread *u, enum kernel_errno error)
{
	netbsd_list_release(k, u->process, u->list);
	u->list = NULL;
	netbsd_return(k, u, error == KE_OK ? 0 : -1, error);
}

void
netbsd_call_lio_listio(struct netbsd *k, struct user_thread *u)
{
	enum kernel_errno error;

	if (!u->slept) {
		error = check_list(k, &u->call);
		if (error == KE_OK) {
			init_process(k, u->process);
			error = check_mode(&u->call);
		}
		if (error != KE_OK) {
			netbsd_return(k, u, -1, error);
			return;
		}
		u->list = list_new(&u->call);
		if (!submit_entries(k, u, u->list)) {
			end_list(k, u, KE_EIO);
			return;
		}
	}
	if (u->call.op == KERNEL_LIO_WAIT && u->list->references > 1)
		netbsd_sleep(k, u, CHANNEL_DONE, -1);
	else
		end_list(k, u, KE_OK);
}
