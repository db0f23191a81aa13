/*
 * A scenario: what a run is to simulate, as read from an INI file and the
 * command line.  Every key stands once, in the table of keys.c, with its type,
 * unit, range, default and a sentence; parsing, checking, --set, `aiosim keys`
 * and the reference page are made from it.
 *
 * All times are int64 nanoseconds, sizes bytes, rates bytes per second.
 */

#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/kernel.h"
#include "sim/device/config.h"
#include "sim/random.h"

enum disk_model {
	DISK_STATION,
	DISK_HDD,
	DISK_SSD,
	DISK_NVME,
	DISK_CURVE,
	DISK_STRIPE,
	DISK_MIRROR,
	DISK_RAID5,
	DISK_MODEL_COUNT
};

struct disk_config {
	char *name;
	enum disk_model model;
	int64_t channels;
	struct distribution latency;
	bool recorded;     /* latency = recorded: what the request took then */
	int64_t bandwidth; /* 0: no limit; shared by all in transfer */
	int64_t channel_bandwidth; /* 0: no limit; each channel its own */
	int64_t queue_depth;       /* requests inside the device at once */
	int64_t fsync_ns;          /* service time of a flush */
	struct hdd_config hdd;
	struct ssd_config ssd;
	struct curve_config curve;
	int64_t stripe;      /* of a volume: bytes on one member */
	char **member_names; /* of its devices; NULL-terminated, or NULL */
	GArray *members;     /* of uint32_t, in the scenario's disks */
	/* Its name in the [platform] file (by default its own); NULL if and
	 * only if there is no [platform]. */
	char *platform_disk;
};

enum file_kind {
	FILE_REGULAR,
	FILE_DIR,
	FILE_RAWDISK,
	FILE_SOCKET,
	FILE_PIPE,
	FILE_FIFO,
	FILE_TTY,
	FILE_NFS,
};

enum file_lock { LOCK_NONE, LOCK_UFS, LOCK_ZFS };

enum file_cache { CACHE_NONE, CACHE_LRU, CACHE_RATIO };

/* The cache of all files that have cache = lru. */
struct cache_config {
	int64_t size, block; /* bytes */
	int64_t dirty_limit; /* bytes; 0: a quarter of the size */
	int64_t syncer_ns;   /* age at which dirty blocks are written */
	int64_t read_ahead;  /* bytes, behind a sequential read that misses */
};

/* The largest size of one: 1048576t. */
#define FILE_SIZE_MAX (INT64_C(1) << 60)

struct file_config {
	char *name;
	enum file_kind kind;
	char *disk;     /* the name of a [disk]; NULL: at none */
	int disk_index; /* in the scenario's disks; -1 */
	int64_t size;
	enum file_lock lock;
	enum file_cache cache;
	double hit_ratio; /* of CACHE_RATIO */
	int64_t start;    /* on the disk: they lie one behind the other */
	struct distribution data_after; /* what a read waits for its data */
	bool data_never;                /* it waits for ever */
	/* Of a raw disk: what its requests are multiples of, the largest, and
	 * whether its driver takes unmapped buffers. */
	int64_t block_size, iosize_max;
	bool unmapped;
	/* Of a socket. */
	char *peer;     /* the name of a [peer] */
	int peer_index; /* in the scenario's peers */
	int64_t send_buffer, send_lowat, receive_buffer, segment;
	bool nonblocking;
	int64_t copy_ns, copy_byte_ns; /* of a copy, and of each byte in it */
};

/* A network link; each direction has the bandwidth. */
struct link_config {
	char *name;
	int64_t bandwidth, latency_ns;
};

/* How the other end of a [peer] or a [traffic] is reached: over a [link], or,
 * with a [platform], by the route to its host. */
struct route_config {
	char *link;
	int link_index;
	char *host;
};

/* The other end of connections: each has one of its own. */
struct peer_config {
	char *name;
	struct route_config route;
	int64_t receive_buffer;
	int64_t reads; /* bytes a second; 0: at once */
	bool is_client;
	struct distribution sends, think;
	int64_t reply;       /* bytes that it waits for after a request */
	uint64_t requests;   /* after which it finishes; 0: no limit */
	int64_t reset_at_ns; /* after its process's start; 0: never */
	int64_t reset_after; /* bytes read; 0: never */
};

/* What else goes over a link. */
struct traffic_config {
	char *name;
	struct route_config route;
	enum kernel_direction direction; /* seen from the kernel's host */
	int64_t flows, size, start_ns;
	struct distribution think;
};

enum arrival_kind {
	ARRIVAL_CLOSED,   /* depth= */
	ARRIVAL_POISSON,  /* arrivals = poisson(2000/s) */
	ARRIVAL_PERIODIC, /* arrivals = periodic(2000/s) */
	ARRIVAL_TRACE,    /* trace= */
};

enum offset_kind { OFFSET_RANDOM, OFFSET_SEQUENTIAL, OFFSET_ZIPF };

enum collect_kind {
	COLLECT_POLL,
	COLLECT_SUSPEND,
	COLLECT_WAITCOMPLETE,
	COLLECT_SIGNAL,
	COLLECT_THREAD,
	COLLECT_KEVENT,
	COLLECT_NEVER,
	COLLECT_RECORDED, /* when the recorded program did */
};

enum eagain_kind { EAGAIN_RETRY, EAGAIN_SYNC, EAGAIN_DROP };

struct process_config {
	char *name; /* of the section, without the instance number */
	int64_t count;
	char *file;     /* the name of a [file] */
	int file_index; /* in the scenario's files */
	bool serves;    /* reads a request, writes the peer's reply */
	enum arrival_kind arrival;
	double rate; /* arrivals a second */
	int64_t depth;
	struct distribution think;
	char *trace;     /* path, already resolved */
	bool trace_asap; /* pace = asap */
	double read;     /* share of reads, 0..1 */
	struct distribution size;
	enum offset_kind offset;
	double zipf_exponent;
	enum collect_kind collect;
	int64_t poll_ns;
	enum eagain_kind on_eagain;
	int64_t retry_ns;
	int64_t batch;     /* requests to a lio_listio; 1: singly */
	uint64_t requests; /* operations to issue; 0: no limit */
	int64_t start_ns;  /* when it begins */
};

/* A [sysctl] or [sysctl at T] line. */
struct sysctl_setting {
	int64_t at_ns; /* 0: the value at boot */
	char *node;
	int64_t value;
	char *where; /* "file:line", for errors */
};

/* A line of [sweep], or a --set with a list. */
struct sweep_axis {
	char *key;
	char **values; /* NULL-terminated */
};

/* How SimGrid's links share their bandwidth, and what becomes of latency. */
enum network_model {
	NETWORK_CM02, /* the links' own numbers, and nothing else */
	NETWORK_LV08, /* SimGrid's default: factors measured on TCP */
};

struct scenario {
	char *path; /* as given */
	char *stem;
	char *question;
	int64_t duration_ns; /* 0: none */
	int64_t warmup_ns;
	uint64_t requests; /* over all processes; 0: none */
	uint64_t seed;
	uint64_t replication;
	char *kernel; /* as `aiosim kernels` lists it */
	int policies[POLICY_COUNT];
	bool no_room; /* creation = fails: for another kernel process */
	int64_t hz;
	int64_t cores;
	int64_t costs_ns[COST_COUNT];
	struct cache_config cache;
	char *platform; /* SimGrid platform file, resolved, or NULL */
	char *host;     /* of the kernel, in that file; NULL: its first */
	enum network_model network;
	int64_t series_interval_ns;
	GPtrArray *disks;     /* of struct disk_config */
	GPtrArray *files;     /* of struct file_config */
	GPtrArray *processes; /* of struct process_config */
	GPtrArray *faults;    /* of struct fault (sim/fault.h) */
	GPtrArray *links;     /* of struct link_config */
	GPtrArray *peers;     /* of struct peer_config */
	GPtrArray *traffics;  /* of struct traffic_config */
	GArray *sysctls;      /* of struct sysctl_setting, in file order */
	GArray *sweep;        /* of struct sweep_axis, in file order */
	/* What of the scenario does not apply to its kernel, a sentence each.
	 */
	GPtrArray *notes;
};

/* Files whose reads wait for data that come from elsewhere: they are at no
 * disk. */
static inline bool
file_waits_for_data(const struct file_config *file)
{
	return (file->kind == FILE_PIPE || file->kind == FILE_FIFO ||
	    file->kind == FILE_TTY);
}

#define SCENARIO_ERROR (g_quark_from_static_string("scenario"))

enum scenario_error {
	SCENARIO_PLACED,    /* the message names its file and line */
	SCENARIO_BAD_VALUE, /* only inside the reader: the caller adds them */
};

/*
 * Reads a scenario.  `sets` is a NULL-terminated list of "key=value", applied
 * on top in order, or NULL; `kernel` overrides [kernel] name, or is NULL.
 * Returns NULL with one line "file:line: message" in `error` ("--set KEY=VALUE:
 * message" for one of `sets`).  The values of [sweep] are checked, each by
 * itself, but not applied.  Free with scenario_free().
 */
struct scenario *scenario_read(const char *path, const char *const *sets,
    const char *kernel, GError **error);
/* The same for a text already read; `path` is for messages, and what the text
 * names is relative to its directory. */
struct scenario *scenario_parse(const char *text, gsize length,
    const char *path, const char *const *sets, const char *kernel,
    GError **error);
/* The same with other disks: the file `disks` holds [disk] sections alone, and
 * each takes the place of the scenario's of its name; a single one that of the
 * scenario's only disk, whatever their names. */
struct scenario *scenario_read_with_disks(const char *path, const char *disks,
    const char *const *sets, const char *kernel, GError **error);
void scenario_free(struct scenario *scenario);

/* The last part of a path without its extension: "bench" for "a/bench.ini".
 * Free with g_free(). */
char *scenario_stem(const char *path);

/* The name of instance 0..count-1: "db.1" for the first of several, "db" for
 * one alone.  Free with g_free(). */
char *scenario_process_name(
    const struct process_config *process, int64_t instance);

/* Whether a --set gives a list of values (commas outside of parentheses), as
 * only a sweep may: then they are in `values`, to be freed with g_strfreev();
 * else `values` is NULL. */
gboolean set_splits(const char *set, char ***values);

#endif
