/*
 * Processes: their descriptors, their control blocks, and the one channel that
 * all their blocked AIO calls sleep on.
 */

#include <assert.h>
#include <stdlib.h>

#include "model/freebsd/freebsd.h"

static void
init_task(struct freebsd *k, struct task *task, struct process *p)
{
	task->queue = &k->kick_queue;
	task->process = p;
}

uint32_t
process_add(struct kernel *k)
{
	struct freebsd *f = freebsd(k);
	struct process *p = core_allocate(sizeof(*p));

	f->processes = core_resize(
	    f->processes, f->process_count + 1, sizeof(struct process *));
	p->pid = f->process_count;
	p->vmspace = ++f->next_vmspace;
	p->ready_slot = NOT_READY;
	LIST_INIT(&p->kqueues);
	TAILQ_INIT(&p->signals);
	TAILQ_INIT(&p->sleepers);
	TAILQ_INIT(&p->all);
	TAILQ_INIT(&p->unfinished);
	TAILQ_INIT(&p->done);
	TAILQ_INIT(&p->queued);
	TAILQ_INIT(&p->sync_wait);
	TAILQ_INIT(&p->sync_ready);
	init_task(f, &p->kick_task, p);
	init_task(f, &p->sync_task, p);
	f->processes[f->process_count++] = p;
	f->ready =
	    core_resize(f->ready, f->process_count, sizeof(struct process *));
	return (p->pid);
}

uint32_t
process_add_thread(struct kernel *k, uint32_t pid)
{
	struct freebsd *f = freebsd(k);
	struct user_thread *u = core_allocate(sizeof(*u));

	assert(pid < f->process_count);
	u->process = f->processes[pid];
	u->process->threads = core_resize(u->process->threads,
	    u->process->thread_count + 1, sizeof(struct user_thread *));
	u->process->threads[u->process->thread_count++] = u;
	thread_enter(k, &u->thread, THREAD_USER, user_run);
	return (u->thread.id);
}

static void
install_file(struct process *p, int fd, struct open_file *file)
{
	assert(fd >= 0);
	if (fd >= p->file_count) {
		p->files = core_resize(
		    p->files, (size_t)fd + 1, sizeof(struct open_file *));
		while (p->file_count <= fd)
			p->files[p->file_count++] = NULL;
	}
	assert(p->files[fd] == NULL);
	p->files[fd] = file;
	file->references++;
}

void
process_open(
    struct kernel *k, uint32_t pid, int fd, const struct kernel_file *file)
{
	struct open_file *open = core_allocate(sizeof(*open));

	open->file = *file;
	open->opener = pid;
	open->opened_as = fd;
	if (file->kind == KERNEL_SOCKET)
		sockbufs_open(freebsd(k), open);
	install_file(freebsd(k)->processes[pid], fd, open);
}

void
process_dup(struct kernel *k, uint32_t pid, int of, int fd)
{
	struct process *p = freebsd(k)->processes[pid];
	struct open_file *file = process_file(p, of);

	assert(file != NULL);
	install_file(p, fd, file);
}

void
file_release(struct open_file *file)
{
	if (--file->references > 0)
		return;
	if (file->sockbufs != NULL)
		sockbufs_close(file);
	free(file);
}

void
process_grow_cbs(struct process *p, uint32_t cb)
{
	uint32_t i, room = cb < 16 ? 16 : 2 * cb;
	struct kernel_cb *larger;

	assert(cb != KERNEL_NO_CB);
	/* Heads of lists may not move once something is on them. */
	larger = core_allocate(room * sizeof(*larger));
	for (i = 0; i < room; i++)
		TAILQ_INIT(&larger[i].jobs);
	for (i = 0; i < p->cb_count; i++) {
		larger[i].status = p->cbs[i].status;
		larger[i].error = p->cbs[i].error;
		TAILQ_CONCAT(&larger[i].jobs, &p->cbs[i].jobs, cb_link);
	}
	free(p->cbs);
	p->cbs = larger;
	p->cb_count = room;
}

struct kqueue *
process_kqueue(struct process *p, int fd)
{
	struct kqueue *kq;

	LIST_FOREACH(kq, &p->kqueues, link)
	{
		if (kq->fd == fd)
			return (kq);
	}
	kq = core_allocate(sizeof(*kq));
	kq->fd = fd;
	TAILQ_INIT(&kq->notes);
	LIST_INSERT_HEAD(&p->kqueues, kq, link);
	return (kq);
}

static bool
is_of_kqueue(const struct kernel_sigevent *sigev, int fd)
{
	return (sigev->notify == KERNEL_NOTIFY_KEVENT && sigev->kq == fd);
}

/* Events of a closed kqueue are lost, those to come as well. */
static void
forget_kqueue(struct process *p, int fd)
{
	struct kqueue *kq = process_kqueue(p, fd);
	struct note *note;
	struct job *job;

	while ((note = TAILQ_FIRST(&kq->notes)) != NULL)
		note_taken(note);
	TAILQ_FOREACH(job, &p->all, all_link)
	{
		if (is_of_kqueue(&job->sigev, fd))
			job->note.gone = true;
		if (job->list != NULL && is_of_kqueue(&job->list->sigev, fd))
			job->list->sigev.notify = KERNEL_NOTIFY_NONE;
	}
	LIST_REMOVE(kq, link);
	free(kq);
}

/* Who waits in kevent for the queue finds it closed. */
static void
wake_waiters(struct freebsd *k, struct process *p, int fd)
{
	struct user_thread *u, *next;

	for (u = TAILQ_FIRST(&p->sleepers); u != NULL; u = next) {
		next = TAILQ_NEXT(u, sleep_link);
		if (u->call.kind != KERNEL_KEVENT || u->call.fd != fd)
			continue;
		TAILQ_REMOVE(&p->sleepers, u, sleep_link);
		u->in_sleepers = false;
		thread_wake(&k->base, &u->thread);
	}
}

/* close() takes the number away and nothing else: jobs hold their open file
 * from submission on (aio_aqueue), and end as if it were still open. */
void
call_close(struct freebsd *k, struct user_thread *u)
{
	struct process *p = u->process;
	struct open_file *file = process_file(p, u->call.fd);

	if (file == NULL) {
		user_return(k, u, -1, KE_EBADF, KERNEL_NO_CB);
		return;
	}
	if (file->file.kind == KERNEL_KQUEUE) {
		forget_kqueue(p, u->call.fd);
		wake_waiters(k, p, u->call.fd);
	}
	p->files[u->call.fd] = NULL;
	file_release(file);
	user_return(k, u, 0, KE_OK, KERNEL_NO_CB);
}

void
process_begin_aio(const struct freebsd *k, struct process *p)
{
	static const enum freebsd_tunable latched[] = {
	    MAX_AIO_PER_PROC, MAX_AIO_QUEUE_PER_PROC, MAX_BUF_AIO};
	size_t i;

	p->in_use = true;
	for (i = 0; i < sizeof(latched) / sizeof(latched[0]); i++)
		p->latched[latched[i]] = k->tunables[latched[i]];
}

/* The child knows no requests (p_aioinfo is not copied), but has its parent's
 * memory, control blocks included, and its files; kqueues stay behind. */
void
call_fork(struct freebsd *k, struct user_thread *u)
{
	struct process *parent = u->process, *child;
	uint32_t pid, i;
	int fd;

	/* Adding one moves the table of processes. */
	pid = process_add(&k->base);
	child = k->processes[pid];
	for (fd = 0; fd < parent->file_count; fd++)
		if (parent->files[fd] != NULL &&
		    parent->files[fd]->file.kind != KERNEL_KQUEUE)
			install_file(child, fd, parent->files[fd]);
	for (i = 0; i < parent->cb_count; i++) {
		process_cb(child, i)->status = parent->cbs[i].status;
		child->cbs[i].error = parent->cbs[i].error;
	}
	user_return(k, u, pid, KE_OK, KERNEL_NO_CB);
}

void
process_wake(struct freebsd *k, struct process *p)
{
	struct user_thread *u;

	while ((u = TAILQ_FIRST(&p->sleepers)) != NULL) {
		TAILQ_REMOVE(&p->sleepers, u, sleep_link);
		u->in_sleepers = false;
		thread_wake(&k->base, &u->thread);
	}
}

void
process_destroy(struct process *p)
{
	struct kqueue *kq;
	struct note *note;
	int fd;

	while ((kq = LIST_FIRST(&p->kqueues)) != NULL) {
		LIST_REMOVE(kq, link);
		free(kq);
	}
	while ((note = TAILQ_FIRST(&p->signals)) != NULL)
		note_taken(note);
	free(p->threads);
	for (fd = 0; fd < p->file_count; fd++)
		if (p->files[fd] != NULL)
			file_release(p->files[fd]);
	free(p->files);
	free(p->cbs);
	free(p);
}
