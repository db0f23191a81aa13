/*
 * The real world's records, shared by world_posix.c (the run and its end),
 * executor.c (threads that do jobs), wires.c (the thread at the far ends of
 * streams and sockets), peer.c (who is there) and connect.c (making sockets).
 *
 * One lock stands around the driver and everything in here.  The thread that
 * makes the world holds it from then on, except while it waits in run().
 */

#ifndef SIM_REAL_REAL_H
#define SIM_REAL_REAL_H

#include <pthread.h>
#include <time.h>

#include "sim/agenda.h"
#include "sim/driver_real.h"
#include "sim/network/peer.h"
#include "sim/real/files.h"
#include "sim/real/io.h"
#include "sim/record/recorder.h"

/* A thread that does the jobs of a daemon, of a process's own calls, or, as one
 * of several, of a raw disk. */
struct executor {
	struct world *world;
	struct disk_queue *disk; /* or NULL */
	pthread_t thread;
	pthread_cond_t wake;
	struct real_buffer buffer;
	bool quit, has_job;
	uint32_t number; /* of the job */
	struct kernel_job_info job;
	const struct real_file *file;
	struct wire *wire;     /* of a socket's job, or NULL */
	struct executor *next; /* in `leaving`, or idle at its disk */
};

/* A raw disk's requests, which no daemon serves: as many threads as are needed
 * at once, up to the disk's queue. */
struct disk_queue {
	int64_t most;
	GPtrArray *executors; /* all of them */
	struct executor *idle;
	GQueue waiting; /* of job numbers */
};

/*
 * One end of a connection, or both of a stream.  The thread of the wires looks
 * after the far ends, and tells when a near one has become ready.
 */
struct wire {
	uint32_t number;
	struct real_file *file; /* of a stream; else NULL */
	/* Of a socket: */
	uint32_t socket, process;
	int near, far;   /* -1: closed */
	bool watched[2]; /* near: by enum kernel_direction */
	bool tcp;
	struct peer peer;
	int64_t segment, asked_ns;
	int64_t reads_at_ns; /* a slow peer does not read before */
	bool finished;       /* the peer has said that it sends no more */
	bool deaf;           /* … and hears no more */
	struct network_counts counts;
	/* Of both: bytes still to be written at the far end. */
	int64_t owed;
};

struct wires {
	pthread_t thread;
	bool running, quit;
	int64_t silent_ns;    /* when it last looked in vain */
	int alarm[2];         /* a pipe that ends its poll() */
	GPtrArray *wires;     /* of struct wire */
	GArray *wire_of_file; /* index by file; -1: none */
	GArray *wire_of_process;
	GArray *wire_of_socket;
	struct agenda agenda; /* of enum wire_event */
	uint64_t sequence;
	GArray *feeds; /* of struct feed, by index in the agenda */
	GArray *free_feeds;
	char *chunk; /* what is written and read at far ends */
};

struct world {
	const struct scenario *scenario;
	const struct real_options *options; /* or NULL */
	struct driver *driver;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct timespec zero;
	int64_t waits_until_ns; /* the thread in run(); INT64_MIN: it is up */
	GPtrArray *files;       /* of struct real_file */
	GArray *file_of;        /* index of a process's file */
	GPtrArray *executors;   /* by number of thread; NULL where none is */
	struct executor *leaving;
	struct disk_queue *disks; /* by the scenario's disks */
	struct wires wires;
	int64_t progress_ns; /* when something last went on */
	int64_t grace_ns;
	bool started, over;
	int thread_error;
};

/* world_posix.c */
/* Since run() began; not before. */
int64_t real_now(const struct world *w);
/* Something went on: the thread in run() is to look, if there is reason. */
void real_progress(struct world *w, int64_t now_ns);

/* executor.c */
void executors_init(struct world *w);
void executors_release(struct world *w);
void executor_spawn(struct world *w, uint32_t thread);
void executor_reap(struct world *w, uint32_t thread);
void executor_serve(struct world *w, uint32_t thread, uint32_t job);
/* Waits for those that have left; gives the lock away meanwhile. */
void executors_join(struct world *w);
/* Tells all to leave. */
void executors_let_go(struct world *w);
/* Jobs in streams, which may never end. */
uint32_t executors_blocked(const struct world *w);

/* wires.c */
void wires_init(struct world *w);
void wires_release(struct world *w);
/* Whether there is anything for them to do. */
bool wires_needed(const struct world *w);
/* Starts the thread, as run() begins, and ends it. */
bool wires_start(struct world *w);
void wires_stop(struct world *w);
/* Whether something is to come from the far ends at a time of its own. */
bool wires_busy(const struct world *w);
/* Whether they have looked in vain since then; else they will. */
bool wires_silent_since(struct world *w, int64_t ns);
/* Tells when the socket becomes ready. */
void wires_watch(
    struct world *w, struct wire *wire, enum kernel_direction direction);
/* A job in a stream begins, and has ended with so many bytes. */
void wires_feed(struct world *w, const struct real_file *file, uint32_t job);
void wires_fed(struct world *w, const struct real_file *file,
    const struct kernel_job_info *job, int64_t bytes);
struct wire *wires_of_socket(const struct world *w, uint32_t socket);

/* peer.c: what a peer does, and when it does the next thing. */
enum wire_event {
	WIRE_FEEDS,  /* index: feed */
	WIRE_ASKS,   /* index: wire */
	WIRE_READS,  /* index: wire; a slow peer may read again */
	WIRE_RESETS, /* index: wire */
};
void wires_at(
    struct world *w, int64_t at_ns, enum wire_event event, uint32_t index);
void real_peer_begins(struct world *w, struct wire *wire, int64_t at_ns);
void real_peer_asks(struct world *w, struct wire *wire, int64_t now_ns);
void real_peer_resets(struct world *w, struct wire *wire);
/* The far end is readable; has taken all that was owed. */
void real_peer_reads(struct world *w, struct wire *wire, int64_t now_ns);
void real_peer_has_sent(struct wire *wire);
bool real_peer_may_read(const struct wire *wire, int64_t now_ns);

/* connect.c */
bool real_connect(struct world *w, uint32_t socket, uint32_t process,
    const char *name, const struct process_config *config, GError **error);
void real_count(
    const struct world *w, uint32_t process, struct network_counts *counts);
/* Closes the far end; both. */
void real_hang_up(struct wire *wire);
void real_disconnect(struct wire *wire);
/* Refuses what no peer can do for real. */
bool real_check_peers(const struct scenario *scenario,
    const struct real_options *options, GError **error);

#endif
