/*
 * A script for people to read: what the kernel was set to, and then a line an
 * action, with only those arguments that its call looks at.
 */

#include <inttypes.h>

#include "tests/property.h"

static void
print_sigev(const struct kernel_sigevent *sigev, FILE *f)
{
	switch (sigev->notify) {
	case KERNEL_NOTIFY_NONE:
		break;
	case KERNEL_NOTIFY_SIGNAL:
		fprintf(f, " signal %d", sigev->signo);
		break;
	case KERNEL_NOTIFY_THREAD:
		fprintf(f, " SIGEV_THREAD");
		break;
	case KERNEL_NOTIFY_KEVENT:
		fprintf(f, " kevent on %d flags %#x", sigev->kq, sigev->flags);
		break;
	case KERNEL_NOTIFY_THREAD_ID:
		fprintf(f, " signal %d of thread %d", sigev->signo, sigev->lwp);
		break;
	}
}

static void
print_cb(uint32_t cb, FILE *f)
{
	if (cb == KERNEL_NO_CB)
		fprintf(f, " cb NULL");
	else
		fprintf(f, " cb %" PRIu32, cb);
}

static void
print_request(const struct action *a, int i, FILE *f)
{
	static const char *const outcomes[] = {
	    [OUTCOME_ALL] = "all",
	    [OUTCOME_SHORT] = "half",
	    [OUTCOME_ERROR] = "EIO",
	    [OUTCOME_INTERRUPTED] = "half, EINTR",
	    [OUTCOME_WOULD_BLOCK] = "half, would block",
	    [OUTCOME_BROKEN] = "half, EIO",
	};
	const struct kernel_request *r = &a->requests[i];

	print_cb(r->cb, f);
	fprintf(f,
	    " fd %d offset %" PRId64 " size %" PRIu64 " buffer %#" PRIx64,
	    r->fd, r->offset_bytes, r->size_bytes, r->buffer);
	print_sigev(&r->sigev, f);
	fprintf(f, " [served in %.6f ms: %s]", (double)a->service_ns[i] / 1e6,
	    outcomes[a->outcomes[i]]);
}

static void
print_timeout(int64_t timeout_ns, FILE *f)
{
	if (timeout_ns == KERNEL_NO_TIMEOUT)
		fprintf(f, " for ever");
	else
		fprintf(f, " for %.6f ms", (double)timeout_ns / 1e6);
}

static void
print_list(const struct action *a, FILE *f)
{
	int i;

	fprintf(f, " mode %d count %d", a->call.op, a->call.count);
	print_sigev(&a->call.sigev, f);
	for (i = 0; i < a->call.count; i++) {
		if (a->absent[i]) {
			fprintf(f, "\n\t\tNULL");
			continue;
		}
		fprintf(f, "\n\t\topcode %d", a->requests[i].opcode);
		print_request(a, i, f);
	}
}

static void
print_arguments(const struct action *a, FILE *f)
{
	const struct kernel_call *call = &a->call;
	int i;

	switch (call->kind) {
	case KERNEL_AIO_FSYNC:
		fprintf(f, " op %#x", (unsigned)call->op);
		print_request(a, 0, f);
		break;
	case KERNEL_AIO_READ:
	case KERNEL_AIO_WRITE:
	case KERNEL_AIO_READV:
	case KERNEL_AIO_WRITEV:
	case KERNEL_AIO_MLOCK:
	case KERNEL_PREAD:
	case KERNEL_PWRITE:
		print_request(a, 0, f);
		break;
	case KERNEL_LIO_LISTIO:
		print_list(a, f);
		break;
	case KERNEL_AIO_CANCEL:
		fprintf(f, " fd %d", call->fd);
		print_cb(call->cb, f);
		break;
	case KERNEL_AIO_ERROR:
	case KERNEL_AIO_RETURN:
		print_cb(call->cb, f);
		break;
	case KERNEL_AIO_SUSPEND:
		for (i = 0; i < call->count; i++)
			print_cb(a->cbs[i], f);
		print_timeout(call->timeout_ns, f);
		break;
	case KERNEL_KEVENT:
		fprintf(f, " fd %d", call->fd);
		if (call->op != 0) {
			fprintf(f, " change %#x", (unsigned)call->op);
			print_cb(call->cb, f);
		}
		print_timeout(call->timeout_ns, f);
		break;
	case KERNEL_AIO_WAITCOMPLETE:
	case KERNEL_SIGWAIT:
		print_timeout(call->timeout_ns, f);
		break;
	case KERNEL_SYSCTL:
		fprintf(
		    f, " tunable %d = %" PRId64, call->tunable, call->value);
		break;
	case KERNEL_CLOSE:
	case KERNEL_SIGMASK:
		fprintf(f, " %s %" PRId64,
		    call->op == KERNEL_SIG_BLOCK ? "block" : "unblock",
		    call->value);
		break;
	case KERNEL_FORK:
	case KERNEL_EXEC:
	case KERNEL_EXIT:
	case KERNEL_CALL_COUNT:
		break;
	}
}

static void
print_changes(const struct script *s, FILE *f)
{
	uint32_t i;

	for (i = 0; i < s->change_count; i++)
		fprintf(f, "%.6f ms process %" PRIu32 ": socket %d %s is %s\n",
		    (double)s->changes[i].at_ns / 1e6,
		    s->changes[i].change.process, s->changes[i].change.fd,
		    s->changes[i].change.direction == KERNEL_RECEIVE ? "receive"
								     : "send",
		    s->changes[i].change.ready ? "ready" : "not ready");
}

void
script_print(const struct script *s, FILE *f)
{
	const struct kernel_tunable *tunables;
	size_t count, t;
	uint32_t i;

	fprintf(f,
	    "script %" PRIu64 ": %s, hz %" PRId64 ", %" PRIu32
	    " processes of %" PRIu32 " threads, %" PRIu32 " of %" PRIu32
	    " actions\n",
	    s->seed, s->kernel, s->hz, s->processes, s->threads_each, s->count,
	    s->serials);
	tunables = kernel_tunables(s->kernel, &count);
	for (t = 0; t < count; t++)
		if (tunables[t].writable)
			fprintf(f, "\ttunable %zu, %s = %" PRId64 "\n", t,
			    tunables[t].node, s->tunables[t]);
	for (t = 0; t < COST_COUNT; t++)
		if (s->costs_ns[t] != 0)
			fprintf(f, "\tcost %zu = %" PRId64 " ns\n", t,
			    s->costs_ns[t]);
	for (i = 0; script_files[i].fd >= 0; i++)
		fprintf(f, "\tfd %d: %s\n", script_files[i].fd,
		    script_files[i].name);
	print_changes(s, f);
	for (i = 0; i < s->count; i++) {
		const struct action *a = &s->actions[i];

		fprintf(f, "%.6f ms process %" PRIu32 " thread %" PRIu32 ": %s",
		    (double)a->at_ns / 1e6, a->thread / s->threads_each,
		    a->thread % s->threads_each,
		    kernel_call_name(a->call.kind));
		print_arguments(a, f);
		fputc('\n', f);
	}
}
