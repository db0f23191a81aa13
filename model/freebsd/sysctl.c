/*
 * The sysctl nodes: their table, reading and writing.  None has a range check
 * in the kernel, so none has one here; negative limits compare as plain ints.
 * A change acts where the variable is next looked at and wakes nobody.
 */

#include <assert.h>

#include "model/freebsd/freebsd.h"

const struct kernel_tunable freebsd_tunables[FREEBSD_TUNABLE_COUNT] = {
    [MAX_AIO_PROCS] = {"vfs.aio.max_aio_procs", TUNABLE_INT, true, 32, false,
	"daemons",
	"The pool grows while it has fewer daemons than this; lowering it ends "
	"none."},
    [NUM_AIO_PROCS] = {"vfs.aio.num_aio_procs", TUNABLE_INT, false, 0, false,
	"daemons", "Daemons alive; 0 until the first use of AIO."},
    [TARGET_AIO_PROCS] = {"vfs.aio.target_aio_procs", TUNABLE_INT, true, 4,
	false, "daemons",
	"A process's first use of AIO fills the pool to this; idle daemons "
	"beyond it expire."},
    [MAX_AIO_QUEUE] = {"vfs.aio.max_aio_queue", TUNABLE_INT, true, 1024, false,
	"requests",
	"Requests accepted and not collected, over the whole system; beyond it "
	"EAGAIN."},
    [NUM_QUEUE_COUNT] = {"vfs.aio.num_queue_count", TUNABLE_INT, false, 0,
	false, "requests",
	"Requests accepted and not collected now, finished ones included."},
    [NUM_BUF_AIO] = {"vfs.aio.num_buf_aio", TUNABLE_INT, false, 0, false,
	"requests", "Raw disk requests in flight with a mapped buffer."},
    [AIOD_LIFETIME] = {"vfs.aio.aiod_lifetime", TUNABLE_INT, true, 30, true,
	"ticks",
	"How long a daemon sleeps idle before it may expire; 0 is for ever."},
    [MAX_AIO_PER_PROC] = {"vfs.aio.max_aio_per_proc", TUNABLE_INT, true, 32,
	false, "requests",
	"Requests of one process in daemons' hands at a time (aio(4) describes "
	"this as the other limit)."},
    [MAX_AIO_QUEUE_PER_PROC] = {"vfs.aio.max_aio_queue_per_proc", TUNABLE_INT,
	true, 256, false, "requests",
	"Requests of one process accepted and not collected; beyond it EAGAIN "
	"(aio(4) describes this as the other limit)."},
    [MAX_BUF_AIO] = {"vfs.aio.max_buf_aio", TUNABLE_INT, true, 16, false,
	"requests",
	"Raw disk requests of one process in flight with a mapped buffer; "
	"beyond it EAGAIN (before 12 they go the way of all other files)."},
    [AIO_LISTIO_MAX] = {"p1003_1b.aio_listio_max", TUNABLE_INT, false, 256,
	false, "requests",
	"The longest list of lio_listio and aio_suspend; the same variable as "
	"vfs.aio.max_aio_queue_per_proc (before 12 a constant)."},
    [AIO_MAX] = {"p1003_1b.aio_max", TUNABLE_INT, false, 1024, false,
	"requests", "A constant; does not follow vfs.aio.max_aio_queue."},
    [ASYNCHRONOUS_IO] = {"p1003_1b.asynchronous_io", TUNABLE_INT, false, 200112,
	false, "version", "The POSIX version of the AIO option; a constant."},
    [AIO_PRIO_DELTA_MAX] = {"p1003_1b.aio_prio_delta_max", TUNABLE_INT, false,
	0, false, "priority", "A constant: aio_reqprio is ignored."},
    [ENABLE_UNSAFE] = {"vfs.aio.enable_unsafe", TUNABLE_INT, true, 0, false,
	"flag",
	"Non-zero lets any type of file use the daemon pool, where it may "
	"block "
	"a daemon for ever."},
    [UNSAFE_WARNINGCNT] = {"vfs.aio.unsafe_warningcnt", TUNABLE_UINT, true, 1,
	false, "warnings",
	"How many more warnings about unsafe AIO may be logged."},
    [SO_MAX_PROCS] = {"kern.ipc.aio.max_procs", TUNABLE_INT, true, 32, false,
	"daemons",
	"The sockets' pool grows while it has fewer daemons than this; "
	"lowering "
	"it ends none."},
    [SO_NUM_PROCS] = {"kern.ipc.aio.num_procs", TUNABLE_INT, false, 0, false,
	"daemons", "Daemons of sockets alive; the first are there at boot."},
    [SO_TARGET_PROCS] = {"kern.ipc.aio.target_procs", TUNABLE_INT, false, 4,
	false, "daemons",
	"Daemons of sockets at boot; idle ones beyond it expire.  Cannot be "
	"set."},
    [SO_LIFETIME] = {"kern.ipc.aio.lifetime", TUNABLE_INT, true, 30, true,
	"ticks",
	"How long a daemon of sockets sleeps idle before it may expire; 0 is "
	"for ever."},
    [SO_EMPTY_RESULTS] = {"kern.ipc.aio.empty_results", TUNABLE_INT, false, 0,
	false, "attempts",
	"Reads and writes of sockets that would have had to wait."},
    [SO_EMPTY_RETRIES] = {"kern.ipc.aio.empty_retries", TUNABLE_INT, false, 0,
	false, "attempts",
	"Those of them that were repeated at once, the socket being ready "
	"again."},
    [NUM_UNMAPPED_AIO] = {"vfs.aio.num_unmapped_aio", TUNABLE_INT, false, 0,
	false, "requests", "Raw disk requests in flight with unmapped pages."},
};

void
sysctl_set(struct kernel *k, int tunable, int64_t value)
{
	freebsd(k)->tunables[tunable] = value;
	/* The limit is compared live at each selection (12.0 dropped the copy
	 * in kaioinfo), so who may be selected changes at once. */
	if (tunable == (int)active_node(freebsd(k)))
		ready_rebuild(freebsd(k));
}

/* Not FreeBSD's: a kick for each job that waits, as if submitted now. */
static void
kick_waiting(struct freebsd *k)
{
	struct process *p;
	const struct job *job;
	uint32_t i;

	for (i = 0; i < k->process_count; i++) {
		p = k->processes[i];
		TAILQ_FOREACH(job, &p->queued, queue_link)
		{
			kick_nowait(k, p);
		}
	}
}

int64_t
sysctl_get(const struct kernel *k, int tunable)
{
	const struct freebsd *f = freebsd_const(k);

	switch ((enum freebsd_tunable)tunable) {
	case NUM_AIO_PROCS:
		return (k->counters.daemons);
	case NUM_QUEUE_COUNT:
		return (k->counters.queue_count);
	case NUM_BUF_AIO:
		return (k->counters.buf_aio);
	case NUM_UNMAPPED_AIO:
		return (k->counters.unmapped_aio);
	case SO_NUM_PROCS:
		return (k->counters.so_daemons);
	case SO_EMPTY_RESULTS:
		return (k->counters.so_empty_results);
	case SO_EMPTY_RETRIES:
		return (k->counters.so_empty_retries);
	case AIO_LISTIO_MAX:
		return (list_max(f));
	case ENABLE_UNSAFE:
	case UNSAFE_WARNINGCNT:
	case MAX_AIO_PROCS:
	case TARGET_AIO_PROCS:
	case MAX_AIO_QUEUE:
	case AIOD_LIFETIME:
	case MAX_AIO_PER_PROC:
	case MAX_AIO_QUEUE_PER_PROC:
	case MAX_BUF_AIO:
	case AIO_MAX:
	case ASYNCHRONOUS_IO:
	case AIO_PRIO_DELTA_MAX:
	case SO_MAX_PROCS:
	case SO_TARGET_PROCS:
	case SO_LIFETIME:
		return (f->tunables[tunable]);
	case FREEBSD_TUNABLE_COUNT:
		break;
	}
	assert(!"a tunable of the table");
	return (0);
}

void
call_sysctl(struct freebsd *k, struct user_thread *u)
{
	int tunable = u->call.tunable;
	bool raised = u->call.value > k->tunables[tunable];

	if (!freebsd_tunables[tunable].writable) {
		user_return(k, u, -1, KE_EPERM, KERNEL_NO_CB);
		return;
	}
	sysctl_set(&k->base, tunable, u->call.value);
	if (raised && k->base.policies[POLICY_WAKE_ON_RAISE] != 0 &&
	    (tunable == MAX_AIO_PROCS || tunable == (int)active_node(k)))
		kick_waiting(k);
	user_return(k, u, 0, KE_OK, KERNEL_NO_CB);
}
