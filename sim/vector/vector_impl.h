/*
 * What the parts of the vector player share.
 */

#ifndef SIM_VECTOR_IMPL_H
#define SIM_VECTOR_IMPL_H

#include "sim/program.h"
#include "sim/vector/json_reader.h"
#include "sim/vector/vector.h"

/* The longest time in a vector: eleven days. */
#define MAX_US INT64_C(1000000000000)
/* Control blocks and descriptors are kept in tables. */
#define MAX_CB 100000
#define MAX_FD 100000

/* vector_calls.c: the list of calls of a process. */
void read_calls(struct vector *vector, struct vector_process *process,
    const struct node *list);
void call_clear(void *call);
/* Index of a node in the kernel's table; -1, and an error, if there is none. */
int read_tunable(
    struct vector *vector, const struct node *place, const char *node);

static inline const struct vector_process *
vector_process(const struct vector *vector, guint index)
{
	return (g_ptr_array_index(vector->processes, index));
}

/* vector_socket.c */
void read_socket(const struct node *item, struct vector_file *file);
void read_socket_events(struct vector *vector, const struct node *root);
/* vector_read.c: NULL if the descriptor is not open. */
const struct vector_file *find_file(
    const struct vector_process *process, int fd);
/* Once all files are open. */
void schedule_socket_events(struct driver *driver, const struct vector *vector);

/* ---- What is observed ------------------------------------------------- */

enum timeline {
	TIMELINE_PROCS,
	TIMELINE_QUEUE,
	TIMELINE_BUF,
	TIMELINE_UNMAPPED,
	TIMELINE_SO_PROCS,
	TIMELINE_COUNT
};

struct observation {
	const struct vector *vector;
	const struct kernel *kernel;
	json_t *returns, *completions, *notifications;
	json_t *timelines[TIMELINE_COUNT];
	int64_t values[TIMELINE_COUNT]; /* last ones written */
	json_t *blocked;
};

void observation_init(struct observation *o, const struct vector *vector,
    const struct kernel *kernel);
void observe_return(struct observation *o, uint32_t process, guint call,
    int64_t entered_ns, int64_t now_ns, const struct kernel_result *result);
void observe_completion(
    void *observation, int64_t now_ns, uint32_t job, uint32_t thread);
void observe_notification(
    void *observation, int64_t now_ns, const struct kernel_notice *notice);
void observe_instant(void *observation, int64_t now_ns);
void observe_blocked(struct observation *o, uint32_t process, guint call);
/* The whole as an object, which takes what was collected. */
json_t *observation_finish(struct observation *o);

/* ---- The program ------------------------------------------------------ */

/* Plays the calls of a process. */
struct player {
	struct program program; /* first */
	const struct vector_process *process;
	struct observation *observation;
	guint next; /* the first call that has not returned */
	int64_t entered_ns;
};

/* The driver frees it. */
struct player *player_new(
    const struct vector_process *process, struct observation *observation);

#endif
