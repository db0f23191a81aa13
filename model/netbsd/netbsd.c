/*
 * NetBSD's kernel as a personality: making one, its share of each event, and
 * what can be asked of it.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/netbsd/netbsd.h"

static struct kernel *
netbsd_create(const struct kernel_ops *ops, int64_t hz)
{
	struct netbsd *k = core_allocate(sizeof(*k));
	int i;

	core_init(&k->base, ops, hz);
	for (i = 0; i < NETBSD_TUNABLE_COUNT; i++)
		k->tunables[i] = netbsd_tunables[i].fallback;
	TAILQ_INIT(&k->free_jobs);
	return (&k->base);
}

static void
destroy_thread(struct kernel_thread *t)
{
	struct list *list;

	if (t == NULL)
		return;
	if (t->kind == THREAD_USER) {
		list = ((struct user_thread *)t)->list;
		if (list != NULL && --list->references == 0)
			free(list);
	}
	free(t);
}

static void
netbsd_destroy(struct kernel *base)
{
	struct netbsd *k = netbsd(base);
	uint32_t i;

	netbsd_jobs_destroy(k);
	for (i = 0; i < base->thread_count; i++)
		destroy_thread(base->threads[i]);
	for (i = 0; i < k->process_count; i++)
		netbsd_process_destroy(k->processes[i]);
	free(k->processes);
	core_release(base);
	free(k);
}

static const struct kernel_job_info *
netbsd_job(const struct kernel *k, uint32_t job)
{
	return (&netbsd_job_at(netbsd_const(k), job)->info);
}

static void
netbsd_release_job(struct kernel *k, uint32_t job)
{
	netbsd_job_free(netbsd(k), netbsd_job_at(netbsd(k), job));
}

/* The worker of the first process is "aio1". */
static void
netbsd_thread(
    const struct kernel *k, uint32_t thread, struct kernel_thread_info *info)
{
	const struct kernel_thread *t = k->threads[thread];

	info->kind = t->kind;
	info->urgent = t->kind == THREAD_DAEMON;
	if (t->kind == THREAD_DAEMON) {
		info->process = ((const struct worker *)t)->process->pid;
		info->pool = "aio";
		info->number = info->process + 1;
	} else {
		info->process = ((const struct user_thread *)t)->process->pid;
	}
}

static const struct kernel_delivery *
netbsd_delivery(const struct kernel *k, uint32_t thread)
{
	const struct user_thread *u = (struct user_thread *)k->threads[thread];

	assert(u->thread.kind == THREAD_USER);
	return (&u->delivery);
}

static bool
netbsd_waits_for(
    const struct kernel *k, uint32_t thread, char *text, size_t size)
{
	const struct user_thread *u;
	const struct process *p;

	if (k->threads[thread]->kind != THREAD_USER)
		return (false);
	u = (const struct user_thread *)k->threads[thread];
	if (!u->in_call)
		return (false);
	p = u->process;
	snprintf(text, size,
	    "%s, with %s request in its worker's hands and %lld queued behind "
	    "%s",
	    kernel_call_name(u->call.kind), p->current != NULL ? "one" : "no",
	    (long long)p->queue_length,
	    p->worker != NULL ? "it" : "no worker at all");
	return (true);
}

const struct kernel_ops netbsd_classic = {
    .name = "netbsd",
    .sentence = "NetBSD 5.0 to 10, sys/kern/sys_aio.c of r1.40 to r1.50.",
    .tunables = netbsd_tunables,
    .tunable_count = NETBSD_TUNABLE_COUNT,
    .traits =
	{
	    .pool = "aio",
	    .notifies = 1u << KERNEL_NOTIFY_NONE | 1u << KERNEL_NOTIFY_SIGNAL |
		1u << KERNEL_NOTIFY_THREAD,
	    .has_waitcomplete = false,
	    .signals_coalesce = true,
	    .signal = SIGNAL_RTMIN,
	    .list_limit = AIO_LISTIO_MAX,
	    .hz = 100,
	},
    .create = netbsd_create,
    .destroy = netbsd_destroy,
    .set_tunable = netbsd_sysctl_set,
    .get_tunable = netbsd_sysctl_get,
    .add_process = netbsd_process_add,
    .add_thread = netbsd_process_add_thread,
    .open = netbsd_open,
    .dup = netbsd_dup,
    .call = netbsd_user_call,
    .done = netbsd_done,
    .job = netbsd_job,
    .release_job = netbsd_release_job,
    .release_thread = netbsd_worker_release,
    .thread = netbsd_thread,
    .delivery = netbsd_delivery,
    .ecanceled = 87,
    .waits_for = netbsd_waits_for,
    .check = netbsd_check,
};
