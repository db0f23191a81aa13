/*
 * The table of versions, and the kernels made of it.  11 follows 11.1: the
 * BETA1 of 11.0 refused local files, and took a lock twice where an fsync had
 * to wait.
 */

#include "model/freebsd/freebsd.h"

#define MAXPHYS_KIB(n) (INT64_C(1024) * (n))

static const struct freebsd_rules freebsd_10_rules = {
    .limits_latched = true,
    .buffer_limit = BUFFERS_DECLINE,
    .list_max = 16,
    .list_tells_eagain = false,
    .empty_list_signals = false,
    .list_opcodes = OPCODES_KERNEL,
    .offsets = OFFSET_NOT_MINUS_ONE,
    .stores_early_errors = false,
    .vectored = false,
    .datasync = false,
    .all_files_safe = true,
    .sockets_by_aiods = true,
    .maxphys_bytes = MAXPHYS_KIB(128),
    .fill_gives_up = false,
    .soaiods_at_boot = false,
};

static const struct freebsd_rules freebsd_11_rules = {
    .limits_latched = true,
    .buffer_limit = BUFFERS_DECLINE,
    .list_max = 16,
    .list_tells_eagain = false,
    .empty_list_signals = false,
    .list_opcodes = OPCODES_KERNEL,
    .offsets = OFFSET_NOT_MINUS_ONE,
    .stores_early_errors = false,
    .vectored = false,
    .datasync = false,
    .all_files_safe = false,
    .sockets_by_aiods = false,
    .maxphys_bytes = MAXPHYS_KIB(128),
    .fill_gives_up = false,
    .soaiods_at_boot = true,
};

static const struct freebsd_rules freebsd_12_rules = {
    .limits_latched = false,
    .buffer_limit = BUFFERS_REFUSE,
    .list_max = 0,
    .list_tells_eagain = true,
    .empty_list_signals = false,
    .list_opcodes = OPCODES_KERNEL,
    .offsets = OFFSET_NOT_NEGATIVE,
    .stores_early_errors = false,
    .vectored = false,
    .datasync = false,
    .all_files_safe = false,
    .sockets_by_aiods = false,
    .maxphys_bytes = MAXPHYS_KIB(128),
    .fill_gives_up = false,
    .soaiods_at_boot = true,
};

static const struct freebsd_rules freebsd_13_rules = {
    .limits_latched = false,
    .buffer_limit = BUFFERS_REFUSE,
    .list_max = 0,
    .list_tells_eagain = true,
    .empty_list_signals = false,
    .list_opcodes = OPCODES_KERNEL,
    .offsets = OFFSET_NOT_NEGATIVE,
    .stores_early_errors = false,
    .vectored = true,
    .datasync = true,
    .all_files_safe = false,
    .sockets_by_aiods = false,
    .maxphys_bytes = MAXPHYS_KIB(1024),
    .fill_gives_up = false,
    .soaiods_at_boot = true,
};

static const struct freebsd_rules freebsd_14_rules = {
    .limits_latched = false,
    .buffer_limit = BUFFERS_REFUSE,
    .list_max = 0,
    .list_tells_eagain = true,
    .empty_list_signals = false,
    .list_opcodes = OPCODES_USER,
    .offsets = OFFSET_NOT_NEGATIVE,
    .stores_early_errors = true,
    .vectored = true,
    .datasync = true,
    .all_files_safe = false,
    .sockets_by_aiods = false,
    .maxphys_bytes = MAXPHYS_KIB(1024),
    .fill_gives_up = false,
    .soaiods_at_boot = true,
};

static const struct freebsd_rules freebsd_15_rules = {
    .limits_latched = false,
    .buffer_limit = BUFFERS_REFUSE,
    .list_max = 0,
    .list_tells_eagain = true,
    .empty_list_signals = true,
    .list_opcodes = OPCODES_VECTORED,
    .offsets = OFFSET_NOT_NEGATIVE,
    .stores_early_errors = true,
    .vectored = true,
    .datasync = true,
    .all_files_safe = false,
    .sockets_by_aiods = false,
    .maxphys_bytes = MAXPHYS_KIB(1024),
    .fill_gives_up = true,
    .soaiods_at_boot = false,
};

#define FREEBSD_TRAITS                                                        \
	{                                                                     \
		.pool = "aiod", .socket_pool = "soaiod",                      \
		.notifies = 1u << KERNEL_NOTIFY_NONE |                        \
		    1u << KERNEL_NOTIFY_SIGNAL | 1u << KERNEL_NOTIFY_KEVENT | \
		    1u << KERNEL_NOTIFY_THREAD_ID,                            \
		.has_waitcomplete = true, .signals_coalesce = false,          \
		.signal = SIGNAL_RTMIN, .list_limit = MAX_AIO_QUEUE_PER_PROC, \
		.hz = 1000,                                                   \
	}

/*
 * `nodes` of the table in sysctl.c, from the first, are the version's: 10 has
 * neither enable_unsafe nor kern.ipc.aio, 11 no num_unmapped_aio.  (10 has
 * aiod_timeout and unloadable as well, which nothing reads that is modelled.)
 */
#define KERNEL(symbol, title, text, node_count, version) \
	const struct kernel_ops symbol = {               \
	    .name = (title),                             \
	    .sentence = (text),                          \
	    .tunables = freebsd_tunables,                \
	    .tunable_count = (node_count),               \
	    .policies = true,                            \
	    .rules = &(version),                         \
	    .traits = FREEBSD_TRAITS,                    \
	    .create = freebsd_create,                    \
	    .destroy = freebsd_destroy,                  \
	    .set_tunable = sysctl_set,                   \
	    .get_tunable = sysctl_get,                   \
	    .add_process = process_add,                  \
	    .add_thread = process_add_thread,            \
	    .open = process_open,                        \
	    .dup = process_dup,                          \
	    .set_nonblocking = socket_set_nonblocking,   \
	    .call = user_call,                           \
	    .done = freebsd_done,                        \
	    .interrupt = user_interrupt,                 \
	    .boot = soaiod_boot,                         \
	    .socket = socket_changed,                    \
	    .job = freebsd_job,                          \
	    .release_job = freebsd_release_job,          \
	    .release_thread = daemon_release,            \
	    .thread = freebsd_thread,                    \
	    .delivery = freebsd_delivery,                \
	    .ecanceled = 85,                             \
	    .idle_will_work = freebsd_idle_will_work,    \
	    .waits_for = freebsd_waits_for,              \
	    .check = freebsd_check,                      \
	}

KERNEL(freebsd_10, "freebsd-10",
    "FreeBSD 10: every file goes to the daemons; limits are latched.",
    ENABLE_UNSAFE, freebsd_10_rules);
KERNEL(freebsd_11, "freebsd-11",
    "FreeBSD 11.1: unsafe files are refused; limits are latched.",
    NUM_UNMAPPED_AIO, freebsd_11_rules);
KERNEL(freebsd_12_2, "freebsd-12.2",
    "FreeBSD 12.2, sys/kern/vfs_aio.c of stable/12 r344131: limits are live.",
    FREEBSD_TUNABLE_COUNT, freebsd_12_rules);
KERNEL(freebsd_13, "freebsd-13",
    "FreeBSD 13: 12.2 with aio_readv, aio_writev, O_DSYNC and a larger "
    "MAXPHYS.",
    FREEBSD_TUNABLE_COUNT, freebsd_13_rules);
KERNEL(freebsd_14, "freebsd-14",
    "FreeBSD 14: 13, and lists hold users' opcodes only.",
    FREEBSD_TUNABLE_COUNT, freebsd_14_rules);
KERNEL(freebsd_15, "freebsd-15",
    "FreeBSD 15: 14 with vectors in lists, LIO_FOFFSET, and empty lists that "
    "signal.",
    FREEBSD_TUNABLE_COUNT, freebsd_15_rules);
