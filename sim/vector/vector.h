/*
 * A conformance vector: processes with the calls that each makes, devices with
 * fixed service times, and what the kernel answered.  The format is described
 * in tests/vectors/FORMAT.md; times there are microseconds, here nanoseconds.
 */

#ifndef SIM_VECTOR_H
#define SIM_VECTOR_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/kernel.h"
#include "sim/driver_socket.h"
#include "sim/world.h"

#define VECTOR_ERROR (g_quark_from_static_string("vector"))

enum vector_error {
	VECTOR_BUG, /* the run broke an invariant */
};

struct vector_device {
	int64_t id;
	int64_t channels;
	int64_t base_us, ns_per_byte, fsync_us;
};

struct vector_file {
	int fd;
	int dup_of;              /* descriptor, or -1 */
	struct kernel_file file; /* its device: index into the devices */
	enum kernel_errno io_error;
	struct socket_config socket;
};

/* Something happens to a socket. */
struct vector_socket_event {
	int64_t at_ns;
	guint process; /* index into the processes */
	int fd;
	enum socket_event_kind kind;
	int64_t bytes;
};

struct vector_call {
	int64_t at_ns; /* not before this */
	struct kernel_call call;
	/* What `call` points to. */
	struct kernel_request *entries;
	const struct kernel_request **requests;
	uint32_t *cbs;
};

struct vector_process {
	int64_t pid;
	char *name;    /* "p1" */
	GArray *files; /* of struct vector_file */
	GArray *calls; /* of struct vector_call */
};

struct vector {
	char *name;
	const char *kernel; /* as `aiosim kernels` lists it */
	int64_t hz, end_ns;
	int64_t mlock_us;
	bool unmapped_allowed;
	int64_t *tunables;     /* of the kernel, at boot */
	GArray *devices;       /* of struct vector_device; the last one, of no
				* service time, is for files without a device */
	GPtrArray *processes;  /* of struct vector_process, by pid */
	GArray *socket_events; /* of struct vector_socket_event */
	json_t *expect;        /* or NULL */
};

/* NULL, with one line "file: place: message" in `error`.  `need_expect`: it is
 * an error if there is no `expect`; otherwise it is not looked at. */
struct vector *vector_read(const char *path, bool need_expect, GError **error);
struct vector *vector_parse(const char *text, gsize length, const char *path,
    bool need_expect, GError **error);
void vector_free(struct vector *vector);

struct vector_options {
	bool check;      /* walk the kernel's invariants after each step */
	int64_t cost_ns; /* of each kind of step; vectors were made with 0 */
};

/*
 * Runs a vector and returns what was observed, an object of the shape of
 * `expect`.  NULL, with an error, if it could not be run.
 */
json_t *vector_run(const struct vector *vector, const struct world_ops *world,
    const struct vector_options *options, GError **error);
/* The same in a child of its own, for worlds that can be made only once in a
 * process. */
json_t *vector_run_apart(const struct vector *vector,
    const struct world_ops *world, const struct vector_options *options,
    GError **error);

/* The first difference in what is expected, as one line without the vector's
 * name ("returns[7].errno: expected 22, observed 9 (pid 1 call 7, aio_read)"),
 * or NULL; to be freed. */
char *vector_difference(const struct vector *vector, const json_t *observed);

#endif
