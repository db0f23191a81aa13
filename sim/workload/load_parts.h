/*
 * A load program's records, shared by load.c (issuing, threads), load_batch.c
 * (issuing in lists) and load_collect.c (collecting).
 */

#ifndef SIM_LOAD_PARTS_H
#define SIM_LOAD_PARTS_H

#include <sys/queue.h>

#include "sim/fault.h"
#include "sim/workload/load_source.h"

/* How long a program waits where it can do nothing but try again, and no key
 * says for how long. */
#define PAUSE_NS INT64_C(1000000)

/* An operation under way, with its control block, whose number is its index. */
struct item {
	/* What is looked at again when its service begins and when it is over
	 * comes first: one line of the cache. */
	struct operation operation;
	TAILQ_ENTRY(item) link; /* refused, outstanding */
	enum kernel_call_kind kind;
	bool submitting; /* its submission has not returned */
	bool collected;  /* although it has not */
	bool failed;     /* it was collected with an error */
	int64_t due_ns;  /* refused: when to try again; or SOURCE_LATER */
	struct item *next_free;
	struct kernel_request request;
};

TAILQ_HEAD(item_list, item);

enum collector_phase {
	COLLECTOR_IDLE,   /* or in a call that waits */
	COLLECTOR_ASKING, /* aio_error of `item` is next */
	COLLECTOR_TAKING, /* aio_return of `item` is next */
};

struct collector {
	enum collector_phase phase;
	struct item *item;
	uint32_t left;    /* items of the round, this one included */
	bool looking;     /* for what is finished, without waiting */
	int64_t check_ns; /* when a round of asking begins; or SOURCE_NEVER */
	struct kernel_call call;
	uint32_t *cbs; /* of aio_suspend */
	uint32_t cbs_room;
	uint32_t cbs_max;      /* longer lists are refused */
	bool signals_coalesce; /* one may stand for many completions */
	int64_t inprogress;    /* EINPROGRESS, as aio_error gives it */
};

enum batch_phase {
	BATCH_GATHERING,
	BATCH_SUBMITTED, /* lio_listio of the first `sent` */
	BATCH_ASKING,    /* aio_error of each of them: it failed */
};

/* Operations that are to go in one list. */
struct batch {
	enum batch_phase phase;
	uint32_t most; /* to a list; falls where longer ones are refused */
	struct item **items;
	uint32_t count; /* gathered */
	uint32_t sent, asked;
	const struct kernel_request **requests;
	struct kernel_call call;
	/* What aio_error says of an entry that was refused; `again` first. */
	int64_t refusals[6];
};

struct load {
	struct program program;
	char *name;
	const struct process_config *config;
	uint64_t object;
	struct fault_party party; /* as the faults see it */
	struct source source;
	struct operation_counts counts;
	struct kernel_sigevent sigev; /* of all requests */
	bool asap;                    /* trace, as soon as possible */
	bool is_socket;

	GPtrArray *items; /* of struct item, by control block */
	struct item *free_items;
	struct item_list outstanding; /* in order of acceptance */
	uint32_t outstanding_count;

	/* Issuing. */
	struct item_list refused; /* to be tried again, in order of arrival */
	struct item *attempt;     /* being submitted */
	bool synchronously;       /* with pread or pwrite */
	struct batch batch;
	const struct kernel_request *request; /* of the call */
	struct kernel_call call;
	bool issuer_idle;      /* asleep until idle_until_ns */
	int64_t idle_until_ns; /* or SOURCE_LATER */
	bool issuing_over;

	struct collector collector;
	bool collector_idle; /* waits for something outstanding */
	bool collecting;     /* what the only thread is doing */
};

static inline struct load *
load_of(struct program *program)
{
	return ((struct load *)program);
}

/* load.c, as struct program_ops has them. */
enum program_step load_next(struct program *program, unsigned slot,
    int64_t now_ns, const struct kernel_call **call, int64_t *until_ns);
void load_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result);
/* `item`, an accepted one, was collected, with an error or without. */
void load_collected(
    struct load *load, struct item *item, int64_t now_ns, bool failed);
/* An operation of a socket has shown that its peer has gone: no more begin. */
void load_peer_gone(struct load *load);
/* Puts into load->attempt what is to be submitted now; false, with the time of
 * the next, if nothing is. */
bool load_choose(struct load *load, int64_t now_ns, int64_t *due_ns);
/* The item's submission begins, and what became of it. */
void load_submits(struct load *load, struct item *item, int64_t now_ns);
void load_submitted(struct load *load, struct item *item, int64_t now_ns,
    enum kernel_errno error);

/* load_batch.c.  The next call of issuing in lists, or PROGRAM_WAIT, _SLEEP and
 * _END as for single requests. */
void batch_init(struct batch *batch, const struct scenario *scenario,
    const struct process_config *config);
void batch_release(struct batch *batch);
enum program_step batch_next(struct load *load, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns);
void batch_returned(
    struct load *load, int64_t now_ns, const struct kernel_result *result);

/* load_collect.c */
void collector_init(
    struct collector *collector, const struct scenario *scenario);
void collector_release(struct collector *collector);

/* What request to notify of and how, so that `kind` can collect it. */
struct kernel_sigevent collector_sigevent(
    enum collect_kind kind, const char *kernel);

/* In the midst of asking and taking: nothing else should come between. */
static inline bool
collector_is_busy(const struct collector *collector)
{
	return (collector->phase != COLLECTOR_IDLE);
}

/*
 * The next step of collecting; something must be outstanding.  A call that
 * waits ends soon after `deadline_ns`, if that is a time: the kernel counts
 * time-outs in ticks.
 */
enum program_step collect_next(struct load *load, int64_t now_ns,
    int64_t deadline_ns, const struct kernel_call **call, int64_t *until_ns);
/* While collector->looking: a call that takes what is finished without waiting;
 * false, and it looks no more, if that needs none. */
bool collect_finished(
    struct load *load, int64_t now_ns, const struct kernel_call **call);
void collect_returned(
    struct load *load, int64_t now_ns, const struct kernel_result *result);

#endif
