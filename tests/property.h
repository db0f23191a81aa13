/*
 * The property test of the kernel: random programs of several processes run on
 * the test machine (machine.h) under the oracle's eyes (oracle.h).  A program
 * is a script: a list of actions, all chosen in advance from a seed, so that
 * any part of it can be run again, which is how a failing one is made short.
 */

#ifndef TESTS_PROPERTY_H
#define TESTS_PROPERTY_H

#include <stdio.h>

#include "model/kernel.h"
#include "tests/oracle.h"

#define ACTION_ENTRIES 4
#define SCRIPT_TUNABLES 24

/* How the service of a request ends. */
enum outcome_kind {
	OUTCOME_ALL,
	OUTCOME_SHORT,       /* half of the bytes */
	OUTCOME_ERROR,       /* EIO, nothing moved */
	OUTCOME_INTERRUPTED, /* EINTR after half of the bytes */
	OUTCOME_WOULD_BLOCK, /* the same as EAGAIN */
	OUTCOME_BROKEN,      /* EIO after half of the bytes */
};

struct action {
	uint32_t serial; /* its place in the script as generated */
	int64_t at_ns;
	uint32_t thread; /* of the script, from 0 */
	struct kernel_call call;
	/* What the call points to, where it does. */
	struct kernel_request requests[ACTION_ENTRIES];
	bool absent[ACTION_ENTRIES]; /* a NULL entry of a list */
	uint32_t cbs[ACTION_ENTRIES];
	int64_t service_ns[ACTION_ENTRIES];
	enum outcome_kind outcomes[ACTION_ENTRIES];
};

struct script_change {
	int64_t at_ns;
	struct kernel_socket_change change;
};

struct script {
	uint64_t seed;
	const char *kernel;
	bool sockets;         /* are open, and their buffers change */
	int64_t socket_share; /* of descriptors, in percent */
	int64_t hz;
	uint32_t processes, threads_each;
	int64_t
	    tunables[SCRIPT_TUNABLES]; /* at boot; of read-only ones unused */
	int64_t costs_ns[COST_COUNT];
	struct action *actions; /* by time */
	uint32_t count;
	uint32_t serials; /* actions as generated */
	struct script_change *changes;
	uint32_t change_count;
};

struct script *script_generate(uint64_t seed);
struct script *script_copy(const struct script *s);
void script_free(struct script *s);
/* Whether the oracle follows it: 12.2. */
bool script_is_plain(const struct script *s);
/* Readable lines, one an action. */
void script_print(const struct script *s, FILE *stream);

/* The descriptors that each process has open, as a table that ends with a
 * negative fd; `shares` is the descriptor whose open file it shares, or -1. */
struct script_file {
	int fd;
	int shares;
	struct kernel_file file;
	const char *name;
};

extern const struct script_file script_files[];

/* Runs a script to its end; aborts if a rule is broken.  Adds to `counts`. */
void script_run(const struct script *s, uint64_t counts[ORACLE_COUNTS]);

/*
 * Runs the scripts of seeds `seed`, `seed` + 1, … until `steps` steps of the
 * kernel are done, and adds to `counts`.  If a rule is broken it says so on
 * stderr with the script's seed and, if `shrink`, with the shortest part of the
 * script found that still breaks one; then false.
 */
bool property_holds(
    uint64_t seed, uint64_t steps, bool shrink, uint64_t counts[ORACLE_COUNTS]);

#endif
