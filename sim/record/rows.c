/*
 * Single requests, for the files that list them.  A row is put together when it
 * is written, from what the kernel and the program still know of the request;
 * what they do not is kept until then.
 */

#include <string.h>

#include "sim/record/recorder_impl.h"

static struct request_details *
details_of(struct recorder *r, uint32_t job)
{
	return (&g_array_index(r->details, struct request_details, job));
}

static bool
has_row(const struct recorder *r, uint32_t job)
{
	return (job < r->details->len &&
	    g_array_index(r->details, struct request_details, job).id != 0);
}

/* ---- What is kept ------------------------------------------------------ */

void
rows_submit(struct recorder *r, const struct kernel_call *call,
    const struct kernel_job_info *job)
{
	if (job->number >= r->details->len)
		g_array_set_size(r->details, job->number + 1);
	*details_of(r, job->number) = (struct request_details) {
	    .id = r->results.issued,
	    .call = call->kind,
	    .device_start_ns = NOT_YET,
	    .resumed_ns = NOT_YET,
	};
}

void
rows_serve(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job, const struct request_times *times)
{
	struct request_details *details = details_of(r, job->number);

	if (times->start_ns != NOT_YET)
		details->resumed_ns = now_ns;
	/* The name may be another's by the time the row is written. */
	if (thread != KERNEL_NOBODY)
		memcpy(details->daemon, thread_name(r, thread), NAME_BYTES);
}

/* What pread and pwrite do has no row: it is no request. */
void
rows_device_start(struct recorder *r, int64_t now_ns, uint32_t job)
{
	if (has_row(r, job))
		details_of(r, job)->device_start_ns = now_ns;
}

static bool
is_daemon(const struct recorder *r, uint32_t thread)
{
	struct kernel_thread_info info;

	if (thread == KERNEL_NOBODY)
		return (false);
	kernel_thread(r->kernel, thread, &info);
	return (info.kind == THREAD_DAEMON);
}

/* Cancelled between two attempts, it is finished by no daemon. */
void
rows_complete(
    struct recorder *r, uint32_t thread, const struct kernel_job_info *job)
{
	if (job->socket && !is_daemon(r, thread))
		details_of(r, job->number)->daemon[0] = '\0';
}

/* ---- Rows -------------------------------------------------------------- */

static void
write_row(struct recorder *r, const struct request_row *row)
{
	if (r->requests_file != NULL)
		requests_row(r->requests_file, row);
	if (r->perfetto != NULL)
		perfetto_request(r->perfetto, row);
	if (r->setup.row != NULL)
		r->setup.row(r->setup.row_context, row);
}

/* What the program knows. */
static void
fill_operation(struct request_row *row, uint64_t tag)
{
	const struct operation *operation = operation_of(tag);

	row->operation = operation != NULL ? operation->number : 0;
	row->attempt = operation != NULL ? operation->attempts : 1;
}

void
rows_write(struct recorder *r, const struct kernel_job_info *job,
    const struct request_times *times, int64_t collect_ns)
{
	struct request_details *details = details_of(r, job->number);
	struct request_row row = {
	    .id = details->id,
	    .process = g_array_index(
		r->results.processes, struct process_summary, job->process)
			   .name,
	    .call = kernel_call_name(details->call),
	    .opcode = job->opcode,
	    .fd = job->fd,
	    .offset_bytes = job->offset_bytes,
	    .size_bytes = job->size_bytes,
	    .arrival_ns = times->arrival_ns,
	    .submit_ns = times->submit_ns,
	    .start_ns = times->start_ns,
	    .device_start_ns = details->device_start_ns,
	    .finish_ns = times->finish_ns,
	    .collect_ns = collect_ns,
	    .resumed_ns = details->resumed_ns,
	    .finished = times->finish_ns != NOT_YET,
	    .status = job->status,
	    .error = job->error,
	};

	fill_operation(&row, job->tag);
	memcpy(row.daemon, details->daemon, sizeof(row.daemon));
	if (row.finished && held_ns(times, job) > 0)
		row.limit = r->results.tunables[job->held_by].node;
	write_row(r, &row);
	details->id = 0;
}

/* As the columns tell reads from writes; an entry of a list says it itself. */
static enum kernel_opcode
refused_opcode(
    const struct kernel_call *call, const struct kernel_request *request)
{
	bool writes = call->kind == KERNEL_AIO_WRITE ||
	    call->kind == KERNEL_AIO_WRITEV ||
	    (call->kind == KERNEL_LIO_LISTIO &&
		request->opcode == KERNEL_OP_WRITE);

	return (writes ? KERNEL_OP_WRITE : KERNEL_OP_READ);
}

void
rows_refuse(struct recorder *r, int64_t now_ns, const char *process,
    const struct kernel_call *call, const struct kernel_request *request,
    enum kernel_errno error, const char *limit)
{
	struct request_row row = {
	    .id = r->results.issued,
	    .process = process,
	    .call = kernel_call_name(call->kind),
	    .opcode = refused_opcode(call, request),
	    .fd = request->fd,
	    .offset_bytes = request->offset_bytes,
	    .size_bytes = request->size_bytes,
	    .arrival_ns = arrival_of(request->tag, now_ns),
	    .submit_ns = now_ns,
	    .start_ns = NOT_YET,
	    .device_start_ns = NOT_YET,
	    .finish_ns = NOT_YET,
	    .collect_ns = NOT_YET,
	    .resumed_ns = NOT_YET,
	    .finished = true,
	    .status = -1,
	    .error = error,
	    .refused = true,
	    .limit = limit,
	};

	fill_operation(&row, request->tag);
	write_row(r, &row);
}
