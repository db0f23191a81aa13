/*
 * A modelled hang: how it is found, and the words for it.
 *
 * Nothing can happen any more when no service that is under way will ever end,
 * no program sleeps to a time, no peer of a socket acts, and no idle daemon
 * will find work when its lifetime is over.  Or, with requests that hang, when
 * programs go on asking and trying in vain: so often that nothing but a change
 * from outside could help, and none is to come, nor an end by the duration.
 */

#include "sim/driver_impl.h"

/* Alarms of programs without a request going on.  At one poll a millisecond
 * that is a quarter of an hour. */
#define TURNS_IN_VAIN 1000000
/* The same in real time, after the far ends have been silent for long. */
#define REAL_TURNS_IN_VAIN 1000

bool
has_stalled(const struct driver *d)
{
	if (d->alarms == 0 && d->armed == 0 && d->coming == 0 &&
	    !kernel_idle_will_work(d->kernel))
		return (true);
	if (d->background > 0 || d->setup.scenario->duration_ns > 0)
		return (false);
	if (d->ops->real_time)
		return (d->coming == 0 &&
		    (d->hanging > 0 || d->sockets->len > 0) &&
		    d->idle_turns > REAL_TURNS_IN_VAIN);
	return (d->hanging > 0 && d->idle_turns > TURNS_IN_VAIN);
}

/* ---- Words ------------------------------------------------------------ */

static const char *
operation_name(const struct kernel_job_info *job)
{
	return (job->opcode == KERNEL_OP_WRITE ? "write" : "read");
}

static const char *
process_name(const struct driver *d, uint32_t process)
{
	return (
	    g_array_index(d->processes, struct process, process).program->name);
}

static bool
is_alike(const struct kernel_job_info *a, const struct kernel_job_info *b)
{
	return (a->device == b->device && a->opcode == b->opcode &&
	    a->process == b->process);
}

/* The job in which the thread hangs, or NULL. */
static const struct kernel_job_info *
hangs_in(const struct driver *d, guint thread)
{
	const struct driver_thread *t = d->threads->pdata[thread];
	const struct kernel_job_info *job;

	if (!t->exists || t->serving == KERNEL_NOBODY)
		return (NULL);
	job = kernel_job(d->kernel, t->serving);
	return (device_file(d, job) != NULL ? job : NULL);
}

/* "aiod1, aiod2": those that hang in what is like `job`, from thread `from`
 * on; returns how many. */
static guint
list_daemons(const struct driver *d, guint from,
    const struct kernel_job_info *job, GString *text)
{
	const struct kernel_job_info *other;
	struct kernel_thread_info info;
	guint i, count = 0;

	for (i = from; i < d->threads->len; i++) {
		other = hangs_in(d, i);
		if (other == NULL || !is_alike(job, other))
			continue;
		kernel_thread(d->kernel, i, &info);
		g_string_append(text, count++ > 0 ? ", " : "");
		if (info.kind == THREAD_DAEMON)
			g_string_append_printf(
			    text, "%s%u", info.pool, info.number);
		else
			g_string_append(text, process_name(d, job->process));
	}
	return (count);
}

static bool
was_listed(
    const struct driver *d, guint thread, const struct kernel_job_info *job)
{
	const struct kernel_job_info *other;
	guint i;

	for (i = 0; i < thread; i++) {
		other = hangs_in(d, i);
		if (other != NULL && is_alike(job, other))
			return (true);
	}
	return (false);
}

static void
explain_daemons(const struct driver *d, GString *text)
{
	const struct kernel_job_info *job;
	guint i, count;

	for (i = 0; i < d->threads->len; i++) {
		job = hangs_in(d, i);
		if (job == NULL || was_listed(d, i, job))
			continue;
		count = list_daemons(d, i, job, text);
		g_string_append_printf(text,
		    " %s for ever in a %s of [file %s], for %s\n",
		    count == 1 ? "waits" : "wait", operation_name(job),
		    device_file(d, job)->name, process_name(d, job->process));
	}
}

void
driver_explain_stall(const struct driver *d, GString *text)
{
	const struct driver_thread *t;
	char reason[200];
	guint i;

	for (i = 0; i < d->threads->len; i++) {
		t = d->threads->pdata[i];
		if (!t->exists || t->program == NULL ||
		    !kernel_waits_for(d->kernel, i, reason, sizeof(reason)))
			continue;
		g_string_append_printf(
		    text, "%s waits in %s\n", t->program->name, reason);
	}
	explain_daemons(d, text);
}
