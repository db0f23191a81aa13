/*
 * Processes: their descriptors, their control blocks, and the one channel that
 * all their blocked AIO calls sleep on.
 */

#include <assert.h>
#include <stdlib.h>

#include "model/freebsd/freebsd.h"

static void
init_task(struct task *task, struct process *p)
{
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
	init_task(&p->kick_task, p);
	init_task(&p->sync_task, p);
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
	thread_enter(k, &u->thread, THREAD_USER);
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
process_close(struct kernel *k, uint32_t pid, int fd)
{
	struct process *p = freebsd(k)->processes[pid];
	struct open_file *file = process_file(p, fd);

	assert(file != NULL);
	p->files[fd] = NULL;
	file_release(file);
}

struct open_file *
process_file(const struct process *p, int fd)
{
	if (fd < 0 || fd >= p->file_count)
		return (NULL);
	return (p->files[fd]);
}

void
file_release(struct open_file *file)
{
	if (--file->references == 0)
		free(file);
}

struct kernel_cb *
process_cb(struct process *p, uint32_t cb)
{
	uint32_t count = p->cb_count;

	assert(cb != KERNEL_NO_CB);
	if (cb >= count) {
		/* Heads of lists may not move once something is on them. */
		struct kernel_cb *larger;
		uint32_t i, room = cb < 16 ? 16 : 2 * cb;

		larger = core_allocate(room * sizeof(*larger));
		for (i = 0; i < room; i++)
			TAILQ_INIT(&larger[i].jobs);
		for (i = 0; i < count; i++) {
			larger[i].status = p->cbs[i].status;
			larger[i].error = p->cbs[i].error;
			TAILQ_CONCAT(&larger[i].jobs, &p->cbs[i].jobs, cb_link);
		}
		free(p->cbs);
		p->cbs = larger;
		p->cb_count = room;
	}
	return (&p->cbs[cb]);
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
	TAILQ_INIT(&kq->jobs);
	LIST_INSERT_HEAD(&p->kqueues, kq, link);
	return (kq);
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
	int fd;

	while ((kq = LIST_FIRST(&p->kqueues)) != NULL) {
		LIST_REMOVE(kq, link);
		free(kq);
	}
	for (fd = 0; fd < p->file_count; fd++)
		if (p->files[fd] != NULL)
			file_release(p->files[fd]);
	free(p->files);
	free(p->cbs);
	free(p);
}
