/*
 * Submission of one request: every check in the kernel's order (aio_aqueue).
 * Limits come before any validation, so that a bad descriptor with a full queue
 * is EAGAIN.  Some errors are stored in the control block and some are not;
 * aio_error() shows the difference.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

/* Which limit refuses one more request of the process, or -1. */
static int
full_queue(const struct freebsd *k, const struct process *p)
{
	if (k->base.counters.queue_count >= k->tunables[MAX_AIO_QUEUE])
		return (MAX_AIO_QUEUE);
	if (p->count >= process_limit(k, p, queue_node(k)))
		return ((int)queue_node(k));
	return (-1);
}

/* Any valid descriptor does for fsync and for a list's NOP. */
static bool
file_allows(const struct open_file *file, int opcode)
{
	if (opcode == KERNEL_OP_MLOCK)
		return (true);
	if (file == NULL)
		return (false);
	if (opcode == KERNEL_OP_READ)
		return (file->file.readable);
	if (opcode == KERNEL_OP_WRITE)
		return (file->file.writable);
	return (true);
}

static bool
file_is_character_device(const struct open_file *file)
{
	return (
	    file->file.kind == KERNEL_RAWDISK || file->file.kind == KERNEL_TTY);
}

/* What is to be done with a request, in the kernel's opcodes. */
struct wanted {
	int opcode;
	bool vectored, at_file_offset;
};

static void
decode_vector(struct wanted *wanted)
{
	wanted->vectored = wanted->opcode == KERNEL_OP_READV ||
	    wanted->opcode == KERNEL_OP_WRITEV;
	if (wanted->opcode == KERNEL_OP_READV)
		wanted->opcode = KERNEL_OP_READ;
	else if (wanted->opcode == KERNEL_OP_WRITEV)
		wanted->opcode = KERNEL_OP_WRITE;
}

static bool
is_transfer(int opcode)
{
	return (opcode == KERNEL_OP_READ || opcode == KERNEL_OP_WRITE);
}

/* What a user's list holds; false if the version does not take it. */
static bool
decode_entry(const struct freebsd *k, int opcode, struct wanted *wanted)
{
	wanted->opcode = opcode;
	switch (k->rules->list_opcodes) {
	case OPCODES_KERNEL:
		return (opcode >= KERNEL_OP_NOP && opcode <= KERNEL_OP_MLOCK);
	case OPCODES_USER:
		return (opcode == KERNEL_OP_NOP || is_transfer(opcode));
	case OPCODES_VECTORED:
		break;
	}
	wanted->at_file_offset = (opcode & KERNEL_OP_FOFFSET) != 0;
	wanted->opcode = opcode & ~KERNEL_OP_FOFFSET;
	decode_vector(wanted);
	return (is_transfer(wanted->opcode) || opcode == (int)KERNEL_OP_NOP);
}

static bool
offset_is_good(const struct freebsd *k, const struct wanted *wanted,
    const struct kernel_request *request, const struct open_file *file)
{
	if (wanted->at_file_offset)
		return (true);
	switch (k->rules->offsets) {
	case OFFSET_NOT_MINUS_ONE:
		return (request->offset_bytes != -1 ||
		    wanted->opcode == KERNEL_OP_SYNC);
	case OFFSET_NOT_NEGATIVE:
		break;
	}
	return (request->offset_bytes >= 0 || !is_transfer(wanted->opcode) ||
	    file_is_character_device(file));
}

/* What is wrong with the request as such; *stored says whether the control
 * block keeps the error. */
static enum kernel_errno
validate(const struct freebsd *k, const struct process *p,
    const struct kernel_request *request, bool of_list, struct wanted *wanted,
    bool *stored)
{
	const struct open_file *file = process_file(p, request->fd);
	enum kernel_errno error;

	*stored = k->rules->stores_early_errors;
	if (request->size_bytes > IOSIZE_MAX_BYTES)
		return (KE_EINVAL);
	error = sigevent_check(&request->sigev, stored);
	*stored = *stored || k->rules->stores_early_errors;
	if (error != KE_OK)
		return (error);
	*stored = true;
	if (of_list && !decode_entry(k, wanted->opcode, wanted))
		return (KE_EINVAL);
	if (wanted->vectored &&
	    (request->iovcnt < 1 || request->iovcnt > IOVEC_MAX))
		return (KE_EINVAL);
	if (!file_allows(file, wanted->opcode))
		return (KE_EBADF);
	if (wanted->opcode == KERNEL_OP_SYNC &&
	    !kernel_has_vnode(file->file.kind))
		return (KE_EINVAL);
	if (!offset_is_good(k, wanted, request, file))
		return (KE_EINVAL);
	return (KE_OK);
}

static struct job *
make_job(struct freebsd *k, struct process *p,
    const struct kernel_request *request, const struct wanted *wanted,
    struct list *list)
{
	struct job *job = job_allocate(k, p);

	job->info.opcode = (enum kernel_opcode)wanted->opcode;
	job->info.cb = request->cb;
	job->info.fd = request->fd;
	job->info.offset_bytes = request->offset_bytes;
	job->info.size_bytes = request->size_bytes;
	job->info.tag = request->tag;
	job->buffer = request->buffer;
	job->sigev = request->sigev;
	job->at_file_offset = wanted->at_file_offset;
	if (wanted->vectored)
		job->iovcnt = request->iovcnt;
	job->seqno = ++k->next_seqno;
	if (wanted->opcode != KERNEL_OP_MLOCK) {
		job->file = process_file(p, request->fd);
		job->file->references++;
		job->info.device = job->file->file.device;
		job->info.socket = job->file->file.kind == KERNEL_SOCKET;
	}
	if (list != NULL) {
		job->list = list;
		list->references++;
	}
	return (job);
}

static void
accept_job(struct freebsd *k, struct job *job)
{
	struct process *p = job->process;

	TAILQ_INSERT_TAIL(&p->all, job, all_link);
	TAILQ_INSERT_TAIL(&p->unfinished, job, life_link);
	TAILQ_INSERT_TAIL(&process_cb(p, job->info.cb)->jobs, job, cb_link);
	p->count++;
	if (job->list != NULL)
		job->list->accepted++;
	k->base.counters.queue_count++;
	k->base.counters.unfinished++;
	if (job->route == ROUTE_POOL)
		job->info.held_by = kick_held_by(k, p);
	else if (job->route == ROUTE_SOCKET)
		job->info.held_by = socket_held_by(k, job);
	emit_job(&k->base, EF_SUBMIT, k->base.current, &job->info);
	start_request(k, job);
}

static void
refuse(struct freebsd *k, const struct kernel_request *request,
    enum kernel_errno error, int limit)
{
	struct kernel_effect *effect;

	effect = emit(&k->base, EF_REFUSE, k->base.current);
	effect->refusal.request = request;
	effect->refusal.error = error;
	effect->refusal.limit = limit;
}

enum kernel_errno
submit(struct freebsd *k, struct user_thread *u,
    const struct kernel_request *request, int opcode, struct list *list)
{
	struct process *p = u->process;
	struct kernel_cb *cb = process_cb(p, request->cb);
	struct wanted wanted = {.opcode = opcode};
	enum kernel_errno error = KE_OK;
	struct job *job = NULL;
	bool stored = true;
	int limit;

	if (list == NULL)
		decode_vector(&wanted);

	emit_cost(&k->base, COST_SUBMIT);
	cb->status = -1;
	cb->error = KE_OK;
	limit = full_queue(k, p);
	if (limit == -1 && request->refuse != KE_OK)
		limit = KERNEL_LIMIT_INJECTED;
	if (limit == KERNEL_LIMIT_INJECTED)
		error = request->refuse;
	else if (limit != -1)
		error = KE_EAGAIN;
	else
		error = validate(k, p, request, list != NULL, &wanted, &stored);
	if (error == KE_OK && wanted.opcode == KERNEL_OP_NOP)
		return (KE_OK);
	if (error == KE_OK && request->sigev.notify == KERNEL_NOTIFY_KEVENT)
		error = knote_check(p, &request->sigev);
	if (error == KE_OK) {
		job = make_job(k, p, request, &wanted, list);
		error = route_request(k, job);
		if (error == KE_EAGAIN)
			limit = MAX_BUF_AIO;
	}
	if (error == KE_OK) {
		cb->error = KE_EINPROGRESS;
		accept_job(k, job);
		return (KE_OK);
	}
	if (job != NULL)
		job_free(k, job);
	if (stored)
		cb->error = error;
	refuse(k, request, error, limit);
	return (error);
}

bool
fsync_is_valid(const struct freebsd *k, const struct kernel_call *call)
{
	return (call->op == KERNEL_O_SYNC ||
	    (call->op == KERNEL_O_DSYNC && k->rules->datasync));
}

/* What is wrong with the call, before its control block is touched. */
static enum kernel_errno
check_call(const struct freebsd *k, const struct kernel_call *call)
{
	if (call->kind == KERNEL_AIO_FSYNC && !fsync_is_valid(k, call))
		return (KE_EINVAL);
	if ((call->kind == KERNEL_AIO_READV ||
		call->kind == KERNEL_AIO_WRITEV) &&
	    !k->rules->vectored)
		return (KE_ENOSYS);
	return (KE_OK);
}

void
call_submit(struct freebsd *k, struct user_thread *u)
{
	static const int opcodes[] = {
	    [KERNEL_AIO_READ] = KERNEL_OP_READ,
	    [KERNEL_AIO_WRITE] = KERNEL_OP_WRITE,
	    [KERNEL_AIO_READV] = KERNEL_OP_READV,
	    [KERNEL_AIO_WRITEV] = KERNEL_OP_WRITEV,
	    [KERNEL_AIO_FSYNC] = KERNEL_OP_SYNC,
	    [KERNEL_AIO_MLOCK] = KERNEL_OP_MLOCK,
	};
	enum kernel_errno error = check_call(k, &u->call);

	if (error != KE_OK) {
		refuse(k, u->call.requests[0], error, -1);
		user_return(k, u, -1, error, KERNEL_NO_CB);
		return;
	}
	error = submit(k, u, u->call.requests[0], opcodes[u->call.kind], NULL);
	user_return(k, u, error == KE_OK ? 0 : -1, error, KERNEL_NO_CB);
}
