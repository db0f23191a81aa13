/*
 * The trace: one line an event, for people and for comparing, and the
 * fingerprint, a hash over the same events that every run carries.
 *
 *	      12.007 aiod4 serves db cb 3
 *
 * is time in microseconds, who, and what.  The fingerprint takes the time, the
 * kind and the numbers of each event; it does not depend on whether lines are
 * written.
 */

#include <string.h>

#include "sim/record/marks.h"
#include "sim/record/recorder_impl.h"

/* Part of every fingerprint: append only. */
enum trace_kind {
	TRACE_CALL = 1,
	TRACE_RETURN,
	TRACE_SUBMIT,
	TRACE_REFUSE,
	TRACE_SERVE,
	TRACE_COMPLETE,
	TRACE_COLLECT,
	TRACE_NOTIFY,
	TRACE_SPAWN,
	TRACE_REAP,
	TRACE_STRIKE,
	TRACE_SOCKET,
};

/* About half of their bits set, and no value that an event has. */
#define FACTOR_OF_TIME UINT64_C(0x9e3779b97f4a7c15)
#define FACTOR_OF_EVENT UINT64_C(0xd1b54a32d192ed03)

/* The product's two halves laid over each other: where both factors are large,
 * each bit of them reaches all of the result. */
static inline uint64_t
fold(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return ((uint64_t)product ^ (uint64_t)(product >> 64));
}

/* Most runs want neither marks nor lines: what makes them stays out of the way
 * of stamping. */
#define RARE __attribute__((cold, noinline))

static bool RARE
watch(struct recorder *r)
{
	if (r->marks != NULL)
		marks_event(r->marks, r->fingerprint);
	return (r->tracing);
}

/* Takes an event in; true if a line is to be written of it.  The time goes in
 * before the first event that has it. */
static inline bool
stamp(struct recorder *r, int64_t now_ns, enum trace_kind kind, uint64_t a,
    uint64_t b)
{
	if (now_ns != r->stamped_ns) {
		r->stamped_ns = now_ns;
		r->fingerprint =
		    fold(r->fingerprint ^ (uint64_t)now_ns, FACTOR_OF_TIME);
	}
	r->fingerprint = fold(
	    r->fingerprint ^ (a << 8 | (uint64_t)kind), b ^ FACTOR_OF_EVENT);
	return (r->watched && watch(r));
}

const char *
thread_name(struct recorder *r, uint32_t thread)
{
	struct kernel_thread_info info;
	char *name;

	if (thread == KERNEL_NOBODY)
		return ("");
	if (thread >= r->names->len)
		g_array_set_size(r->names, thread + 1);
	name = r->names->data + (size_t)thread * NAME_BYTES;
	if (name[0] != '\0')
		return (name);
	kernel_thread(r->kernel, thread, &info);
	switch (info.kind) {
	case THREAD_USER:
		g_strlcpy(name,
		    g_array_index(r->results.processes, struct process_summary,
			info.process)
			.name,
		    NAME_BYTES);
		break;
	case THREAD_DAEMON:
		g_snprintf(name, NAME_BYTES, "%s%u", info.pool, info.number);
		break;
	case THREAD_TASK:
		g_strlcpy(name, info.task, NAME_BYTES);
		break;
	}
	return (name);
}

/* Writes a line; `who` is a name. */
static void
write_line(struct recorder *r, int64_t now_ns, const char *who,
    const char *format, va_list arguments)
{
	g_string_printf(r->line, "%12" PRId64 ".%03" PRId64 " %s ",
	    now_ns / 1000, now_ns % 1000, who[0] != '\0' ? who : "-");
	g_string_append_vprintf(r->line, format, arguments);
	if (r->setup.listen != NULL)
		r->setup.listen(r->setup.context, r->line->str);
	g_string_append_c(r->line, '\n');
	if (r->trace_file != NULL)
		fwrite(r->line->str, 1, r->line->len, r->trace_file);
}

static void say(struct recorder *r, int64_t now_ns, const char *who,
    const char *format, ...) G_GNUC_PRINTF(4, 5) RARE;
static void thread_says(struct recorder *r, int64_t now_ns, uint32_t thread,
    const char *format, ...) G_GNUC_PRINTF(4, 5) RARE;

static void
say(struct recorder *r, int64_t now_ns, const char *who, const char *format,
    ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(r, now_ns, who, format, arguments);
	va_end(arguments);
}

static void
thread_says(struct recorder *r, int64_t now_ns, uint32_t thread,
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(r, now_ns, thread_name(r, thread), format, arguments);
	va_end(arguments);
}

static const char *
process_name(const struct recorder *r, uint32_t process)
{
	return (
	    g_array_index(r->results.processes, struct process_summary, process)
		.name);
}

/* The arguments that tell one call from another. */
static void
describe_call(const struct kernel_call *call, char *text, size_t size)
{
	const struct kernel_request *request;

	text[0] = '\0';
	switch (call->kind) {
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
	case KERNEL_AIO_FSYNC:
	case KERNEL_AIO_MLOCK:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
		request = call->requests[0];
		g_snprintf(text, size,
		    " cb %u fd %d offset %" PRId64 " size %" PRIu64,
		    request->cb, request->fd, request->offset_bytes,
		    request->size_bytes);
		break;
	case KERNEL_LIO_LISTIO:
		g_snprintf(text, size, " %s of %d",
		    call->op == KERNEL_LIO_WAIT ? "WAIT" : "NOWAIT",
		    call->count);
		break;
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
		g_snprintf(text, size, " cb %u", call->cb);
		break;
	case KERNEL_AIO_CANCEL:
		if (call->cb == KERNEL_NO_CB)
			g_snprintf(text, size, " fd %d", call->fd);
		else
			g_snprintf(
			    text, size, " fd %d cb %u", call->fd, call->cb);
		break;
	case KERNEL_CLOSE:
		g_snprintf(text, size, " fd %d", call->fd);
		break;
	case KERNEL_AIO_SUSPEND:
		g_snprintf(text, size, " on %d", call->count);
		break;
	case KERNEL_SYSCTL:
		g_snprintf(text, size, " number %d = %" PRId64, call->tunable,
		    call->value);
		break;
	case KERNEL_AIO_WAITCOMPLETE:
	case KERNEL_KEVENT:
	case KERNEL_SIGWAIT:
	case KERNEL_SIGMASK:
	case KERNEL_FORK:
	case KERNEL_EXEC:
	case KERNEL_EXIT:
	case KERNEL_CALL_COUNT:
		break;
	}
}

void
recorder_call(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call)
{
	char arguments[96];

	if (!stamp(r, now_ns, TRACE_CALL, thread, (uint64_t)call->kind))
		return;
	describe_call(call, arguments, sizeof(arguments));
	thread_says(r, now_ns, thread, "calls %s%s",
	    kernel_call_name(call->kind), arguments);
}

static void RARE
say_return(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call, const struct kernel_result *result)
{
	if (result->error != KE_OK)
		thread_says(r, now_ns, thread, "returns %s from %s",
		    kernel_errno_name(result->error),
		    kernel_call_name(call->kind));
	else
		thread_says(r, now_ns, thread, "returns %" PRId64 " from %s",
		    result->value, kernel_call_name(call->kind));
}

void
recorder_return(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_call *call, const struct kernel_result *result)
{
	if (stamp(r, now_ns, TRACE_RETURN, (uint64_t)thread << 32 | result->cb,
		(uint64_t)result->value << 8 | (uint64_t)result->error))
		say_return(r, now_ns, thread, call, result);
}

void
trace_submit(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job)
{
	if (stamp(r, now_ns, TRACE_SUBMIT,
		(uint64_t)job->process << 32 | job->cb,
		job->size_bytes << 8 | (uint64_t)job->opcode))
		thread_says(r, now_ns, thread, "queues cb %u%s%s", job->cb,
		    job->held_by >= 0 ? ", held by " : "",
		    job->held_by >= 0 ? r->results.tunables[job->held_by].node
				      : "");
}

void
trace_refuse(struct recorder *r, int64_t now_ns, uint32_t thread,
    enum kernel_errno error, const char *limit)
{
	if (stamp(r, now_ns, TRACE_REFUSE, thread, (uint64_t)error))
		thread_says(r, now_ns, thread, "is refused %s%s%s",
		    kernel_errno_name(error), limit != NULL ? " by " : "",
		    limit != NULL ? limit : "");
}

void
trace_serve(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job)
{
	if (stamp(r, now_ns, TRACE_SERVE, thread,
		(uint64_t)job->process << 32 | job->cb))
		thread_says(r, now_ns, thread, "serves %s cb %u",
		    process_name(r, job->process), job->cb);
}

void
trace_strike(struct recorder *r, int64_t now_ns, const char *fault,
    const struct kernel_job_info *job)
{
	if (stamp(r, now_ns, TRACE_STRIKE, job->process, job->cb))
		say(r, now_ns, "", "%s strikes %s cb %u", fault,
		    process_name(r, job->process), job->cb);
}

void
trace_complete(struct recorder *r, int64_t now_ns, uint32_t thread,
    const struct kernel_job_info *job)
{
	if (stamp(r, now_ns, TRACE_COMPLETE,
		(uint64_t)job->process << 32 | job->cb,
		(uint64_t)job->status << 8 | (uint64_t)job->error))
		thread_says(r, now_ns, thread,
		    "completes %s cb %u with %" PRId64 "%s%s",
		    process_name(r, job->process), job->cb, job->status,
		    job->error != KE_OK ? " " : "",
		    job->error != KE_OK ? kernel_errno_name(job->error) : "");
}

void
trace_collect(
    struct recorder *r, int64_t now_ns, const struct kernel_job_info *job)
{
	if (stamp(r, now_ns, TRACE_COLLECT, job->process, job->cb))
		say(r, now_ns, process_name(r, job->process), "collects cb %u",
		    job->cb);
}

void
recorder_notify(
    struct recorder *r, int64_t now_ns, const struct kernel_notice *notice)
{
	static const char *const names[] = {
	    [NOTICE_SIGNAL] = "signal",
	    [NOTICE_KEVENT] = "kevent",
	    [NOTICE_LIO_SIGNAL] = "list signal",
	    [NOTICE_LIO_KEVENT] = "list kevent",
	    [NOTICE_HANDLER] = "run of its handler",
	};

	if (stamp(r, now_ns, TRACE_NOTIFY,
		(uint64_t)notice->process << 32 | notice->cb,
		(uint64_t)notice->data << 8 | (uint64_t)notice->kind))
		say(r, now_ns, process_name(r, notice->process),
		    "gets a %s of cb %d, data %" PRId64, names[notice->kind],
		    (int)notice->cb, notice->data);
}

void
recorder_spawn(struct recorder *r, int64_t now_ns, uint32_t thread)
{
	/* Numbers of threads are used again under other names. */
	if (thread < r->names->len)
		r->names->data[(size_t)thread * NAME_BYTES] = '\0';
	if (stamp(r, now_ns, TRACE_SPAWN, thread, 0))
		thread_says(r, now_ns, thread, "is created");
}

void
recorder_reap(struct recorder *r, int64_t now_ns, uint32_t thread)
{
	if (stamp(r, now_ns, TRACE_REAP, thread, 0))
		thread_says(r, now_ns, thread, "exits");
}

void
recorder_socket(struct recorder *r, int64_t now_ns, uint32_t process,
    enum socket_event_kind kind, int64_t bytes)
{
	static const char *const words[] = {
	    [SOCKET_RECEIVES] = "brings",
	    [SOCKET_PEER_FINISHES] = "ends what comes to",
	    [SOCKET_DRAINS] = "acknowledges",
	    [SOCKET_CLOSES] = "resets the connection of",
	};

	if (stamp(r, now_ns, TRACE_SOCKET, process,
		(uint64_t)bytes << 8 | (uint64_t)kind))
		say(r, now_ns, "network", "%s %s %" PRId64, words[kind],
		    process_name(r, process), bytes);
}
