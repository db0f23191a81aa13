/*
 * What is seen of a run, in the shape of a vector's `expect`.
 */

#include <string.h>

#include "sim/vector/vector_impl.h"

static const char *const timeline_names[TIMELINE_COUNT] = {
    "procs", "queue", "buf", "unmapped", "so_procs"};

static json_t *
cb_json(uint32_t cb)
{
	return (cb == KERNEL_NO_CB ? json_null() : json_integer(cb));
}

static json_int_t
microseconds(int64_t ns)
{
	return (ns / 1000);
}

static void
append_point(json_t *timeline, int64_t at_us, int64_t value)
{
	json_array_append_new(timeline,
	    json_pack("[I, I]", (json_int_t)at_us, (json_int_t)value));
}

void
observation_init(struct observation *o, const struct vector *vector,
    const struct kernel *kernel)
{
	int i;

	memset(o, 0, sizeof(*o));
	o->vector = vector;
	o->kernel = kernel;
	o->returns = json_array();
	o->completions = json_array();
	o->notifications = json_array();
	o->blocked = json_array();
	for (i = 0; i < TIMELINE_COUNT; i++) {
		o->timelines[i] = json_array();
		append_point(o->timelines[i], 0, 0);
	}
}

void
observe_return(struct observation *o, uint32_t process, guint call,
    int64_t entered_ns, int64_t now_ns, const struct kernel_result *result)
{
	const struct vector_process *p = vector_process(o->vector, process);
	json_t *row;

	row = json_pack("{s:I, s:i, s:I, s:i, s:I, s:I}", "pid",
	    (json_int_t)p->pid, "call_index", (int)call, "ret",
	    (json_int_t)result->value, "errno",
	    kernel_errno_number(o->kernel, result->error), "t_enter_us",
	    microseconds(entered_ns), "t_us", microseconds(now_ns));
	if (g_array_index(p->calls, struct vector_call, call).call.kind ==
	    KERNEL_AIO_WAITCOMPLETE)
		json_object_set_new(row, "cb", cb_json(result->cb));
	json_array_append_new(o->returns, row);
}

void
observe_completion(
    void *observation, int64_t now_ns, uint32_t job, uint32_t thread)
{
	struct observation *o = observation;
	const struct kernel_job_info *info = kernel_job(o->kernel, job);
	struct kernel_thread_info executor = {.pool = NULL};

	if (thread != KERNEL_NOBODY)
		kernel_thread(o->kernel, thread, &executor);
	json_array_append_new(o->completions,
	    json_pack("{s:I, s:o, s:I, s:I, s:i, s:I, s:s?}", "pid",
		(json_int_t)vector_process(o->vector, info->process)->pid, "cb",
		cb_json(info->cb), "t_us", microseconds(now_ns), "status",
		(json_int_t)info->status, "error",
		kernel_errno_number(o->kernel, info->error), "daemon",
		(json_int_t)executor.number, "pool", executor.pool));
}

void
observe_notification(
    void *observation, int64_t now_ns, const struct kernel_notice *notice)
{
	static const char *const kinds[] = {
	    [NOTICE_SIGNAL] = "signal",
	    [NOTICE_KEVENT] = "kevent",
	    [NOTICE_LIO_SIGNAL] = "lio_signal",
	    [NOTICE_LIO_KEVENT] = "lio_kevent",
	    /* Never: a vector's processes block all signals. */
	    [NOTICE_HANDLER] = "handler",
	};
	struct observation *o = observation;

	json_array_append_new(o->notifications,
	    json_pack("{s:s, s:I, s:o, s:I, s:I}", "kind", kinds[notice->kind],
		"pid",
		(json_int_t)vector_process(o->vector, notice->process)->pid,
		"cb", cb_json(notice->cb), "data", (json_int_t)notice->data,
		"t_us", microseconds(now_ns)));
}

void
observe_instant(void *observation, int64_t now_ns)
{
	struct observation *o = observation;
	const struct kernel_counters *counters = kernel_counters(o->kernel);
	const int64_t values[TIMELINE_COUNT] = {
	    [TIMELINE_PROCS] = counters->daemons,
	    [TIMELINE_QUEUE] = counters->queue_count,
	    [TIMELINE_BUF] = counters->buf_aio,
	    [TIMELINE_UNMAPPED] = counters->unmapped_aio,
	    [TIMELINE_SO_PROCS] = counters->so_daemons,
	};
	int i;

	for (i = 0; i < TIMELINE_COUNT; i++) {
		if (values[i] == o->values[i])
			continue;
		append_point(o->timelines[i], microseconds(now_ns), values[i]);
		o->values[i] = values[i];
	}
}

void
observe_blocked(struct observation *o, uint32_t process, guint call)
{
	json_array_append_new(o->blocked,
	    json_pack("{s:I, s:i}", "pid",
		(json_int_t)vector_process(o->vector, process)->pid,
		"call_index", (int)call));
}

static json_t *
final_values(const struct kernel_counters *c)
{
	const struct {
		const char *name;
		int64_t value;
	} values[] = {
	    {"procs", c->daemons},
	    {"queue", c->queue_count},
	    {"buf", c->buf_aio},
	    {"unmapped", c->unmapped_aio},
	    {"created", c->daemons_created},
	    {"exited", c->daemons_exited},
	    {"vmswitch", c->address_space_changes},
	    {"warnings", c->unsafe_warnings},
	    {"so_procs", c->so_daemons},
	    {"so_created", c->so_daemons_created},
	    {"so_exited", c->so_daemons_exited},
	    {"so_vmswitch", c->so_address_space_changes},
	    {"so_empty", c->so_empty_results},
	    {"so_retries", c->so_empty_retries},
	};
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(values); i++)
		json_object_set_new(
		    object, values[i].name, json_integer(values[i].value));
	return (object);
}

json_t *
observation_finish(struct observation *o)
{
	const struct kernel_counters *c = kernel_counters(o->kernel);
	json_t *whole = json_object();
	int i;

	json_object_set_new(whole, "returns", o->returns);
	json_object_set_new(whole, "completions", o->completions);
	for (i = 0; i < TIMELINE_COUNT; i++)
		json_object_set_new(whole, timeline_names[i], o->timelines[i]);
	json_object_set_new(whole, "notifications", o->notifications);
	json_object_set_new(whole, "blocked_at_end", o->blocked);
	json_object_set_new(whole, "final", final_values(c));
	return (whole);
}
