/*
 * Processes: their descriptors and their control blocks.
 *
 * A queued job holds nothing of its file, only the number of a descriptor
 * (aio_process calls fd_getfile when it begins).  close() takes the file away
 * at once, and then waits until services begun on the descriptor are over
 * (fd_close); dups are descriptors of their own.
 */

#include <assert.h>
#include <stdlib.h>

#include "model/netbsd/netbsd.h"

uint32_t
netbsd_process_add(struct kernel *k)
{
	struct netbsd *n = netbsd(k);
	struct process *p = core_allocate(sizeof(*p));

	n->processes = core_resize(
	    n->processes, n->process_count + 1, sizeof(struct process *));
	p->pid = n->process_count;
	TAILQ_INIT(&p->sleepers);
	TAILQ_INIT(&p->queue);
	n->processes[n->process_count++] = p;
	return (p->pid);
}

uint32_t
netbsd_process_add_thread(struct kernel *k, uint32_t pid)
{
	struct user_thread *u = core_allocate(sizeof(*u));

	assert(pid < netbsd(k)->process_count);
	u->process = netbsd(k)->processes[pid];
	thread_enter(k, &u->thread, THREAD_USER, netbsd_user_run);
	return (u->thread.id);
}

/* ---- Descriptors ------------------------------------------------------ */

static void
file_release(struct open_file *file)
{
	if (--file->references == 0)
		free(file);
}

static void
install_file(struct process *p, int fd, struct open_file *file)
{
	static const struct descriptor closed;

	assert(fd >= 0);
	if (fd >= p->descriptor_count) {
		p->descriptors = core_resize(
		    p->descriptors, (size_t)fd + 1, sizeof(struct descriptor));
		while (p->descriptor_count <= fd)
			p->descriptors[p->descriptor_count++] = closed;
	}
	assert(
	    p->descriptors[fd].file == NULL && p->descriptors[fd].users == 0);
	p->descriptors[fd].file = file;
	file->references++;
}

void
netbsd_open(
    struct kernel *k, uint32_t pid, int fd, const struct kernel_file *file)
{
	struct open_file *open = core_allocate(sizeof(*open));

	open->file = *file;
	install_file(netbsd(k)->processes[pid], fd, open);
}

struct open_file *
netbsd_file(const struct process *p, int fd)
{
	if (fd < 0 || fd >= p->descriptor_count)
		return (NULL);
	return (p->descriptors[fd].file);
}

void
netbsd_dup(struct kernel *k, uint32_t pid, int of, int fd)
{
	struct process *p = netbsd(k)->processes[pid];
	struct open_file *file = netbsd_file(p, of);

	assert(file != NULL);
	install_file(p, fd, file);
}

void
netbsd_file_use(struct job *job)
{
	struct descriptor *d = &job->process->descriptors[job->info.fd];

	job->file = d->file;
	job->file->references++;
	d->users++;
	job->info.device = job->file->file.device;
}

void
netbsd_file_leave(struct netbsd *k, struct job *job)
{
	struct process *p = job->process;

	file_release(job->file);
	job->file = NULL;
	if (--p->descriptors[job->info.fd].users == 0)
		netbsd_wake(k, p, CHANNEL_CLOSE);
}

static void
close_descriptor(struct descriptor *d)
{
	struct open_file *file = d->file;

	d->file = NULL;
	if (file != NULL)
		file_release(file);
}

void
netbsd_close_all(struct process *p)
{
	int fd;

	for (fd = 0; fd < p->descriptor_count; fd++)
		close_descriptor(&p->descriptors[fd]);
}

void
netbsd_call_close(struct netbsd *k, struct user_thread *u)
{
	int fd = u->call.fd;

	if (!u->slept && netbsd_file(u->process, fd) == NULL) {
		netbsd_return(k, u, -1, KE_EBADF);
		return;
	}
	close_descriptor(&u->process->descriptors[fd]);
	if (u->process->descriptors[fd].users > 0)
		netbsd_sleep(k, u, CHANNEL_CLOSE, -1);
	else
		netbsd_return(k, u, 0, KE_OK);
}

/* The child knows no requests, but has its parent's files, kqueues aside, and
 * its memory, control blocks included. */
void
netbsd_call_fork(struct netbsd *k, struct user_thread *u)
{
	struct process *parent = u->process, *child;
	struct open_file *file;
	uint32_t pid, cb;
	int fd;

	/* Adding one moves the table of processes. */
	pid = netbsd_process_add(&k->base);
	child = k->processes[pid];
	for (fd = 0; fd < parent->descriptor_count; fd++) {
		file = netbsd_file(parent, fd);
		if (file != NULL && file->file.kind != KERNEL_KQUEUE)
			install_file(child, fd, file);
	}
	for (cb = 0; cb < parent->block_count; cb++) {
		*netbsd_block(child, cb) = parent->blocks[cb];
		child->blocks[cb].record = NULL;
	}
	netbsd_return(k, u, pid, KE_OK);
}

/* ---- Control blocks --------------------------------------------------- */

struct block *
netbsd_block(struct process *p, uint32_t cb)
{
	static const struct block unused;

	assert(cb != KERNEL_NO_CB);
	if (cb >= p->block_count) {
		uint32_t room = cb < 16 ? 16 : 2 * cb;

		p->blocks = core_resize(p->blocks, room, sizeof(struct block));
		while (p->block_count < room)
			p->blocks[p->block_count++] = unused;
	}
	return (&p->blocks[cb]);
}

void
netbsd_process_destroy(struct process *p)
{
	netbsd_close_all(p);
	free(p->descriptors);
	free(p->blocks);
	free(p);
}
