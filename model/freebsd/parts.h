/*
 * What the parts of FreeBSD's AIO offer one another, a paragraph a file.
 * Included by freebsd.h, whose records it speaks of.
 */

#ifndef MODEL_FREEBSD_PARTS_H
#define MODEL_FREEBSD_PARTS_H

/* freebsd.c */
struct kernel *freebsd_create(const struct kernel_ops *ops, int64_t hz);
void freebsd_destroy(struct kernel *k);
bool freebsd_idle_will_work(const struct kernel *k);
void freebsd_done(
    struct kernel *k, uint32_t job, const struct kernel_service_result *result);
const struct kernel_job_info *freebsd_job(const struct kernel *k, uint32_t job);
void freebsd_release_job(struct kernel *k, uint32_t job);
void freebsd_thread(
    const struct kernel *k, uint32_t thread, struct kernel_thread_info *info);
const struct kernel_delivery *freebsd_delivery(
    const struct kernel *k, uint32_t thread);
bool freebsd_waits_for(
    const struct kernel *k, uint32_t thread, char *text, size_t size);

/* job.c */
struct job *job_allocate(struct freebsd *k, struct process *p);
void job_free(struct freebsd *k, struct job *job);
/* At the end of the kernel, whatever the jobs' states. */
void jobs_destroy(struct freebsd *k);
static inline struct job *
job_at(const struct freebsd *k, uint32_t number)
{
	assert(number < k->job_count);
	return (k->jobs[number]);
}

#define JOB_STATE_BIT(state) (1u << (state))
/* From which states each state may be reached. */
extern const unsigned job_legal_from[JOB_STATE_COUNT];
/* States in which jobs are counted apart; counts one more, or one less. */
#define JOB_COUNTED                                               \
	(JOB_STATE_BIT(JOB_QUEUED) | JOB_STATE_BIT(JOB_RUNNING) | \
	    JOB_STATE_BIT(JOB_BIO))
void job_count_state(struct freebsd *k, const struct job *job, int by);

/* The one place that writes a job's state; asserts that the step is legal. */
static inline void
job_set_state(struct freebsd *k, struct job *job, enum job_state state)
{
	assert(job_legal_from[state] & JOB_STATE_BIT(job->state));
	if (JOB_COUNTED & JOB_STATE_BIT(job->state))
		job_count_state(k, job, -1);
	job->state = state;
	if (JOB_COUNTED & JOB_STATE_BIT(state))
		job_count_state(k, job, 1);
}
/* Finished and collected: leaves all lists, gives back what it counted for. */
void job_collect(struct freebsd *k, struct job *job);

/* process.c */
uint32_t process_add(struct kernel *k);
uint32_t process_add_thread(struct kernel *k, uint32_t pid);
void process_open(
    struct kernel *k, uint32_t pid, int fd, const struct kernel_file *file);
void process_dup(struct kernel *k, uint32_t pid, int of, int fd);
void file_release(struct open_file *file);
void process_grow_cbs(struct process *p, uint32_t cb);
void process_destroy(struct process *p);
struct kqueue *process_kqueue(struct process *p, int fd);
void call_close(struct freebsd *k, struct user_thread *u);
/* First use of AIO: kaioinfo comes to be, with its limits. */
void process_begin_aio(const struct freebsd *k, struct process *p);
void call_fork(struct freebsd *k, struct user_thread *u);
/* All sleepers of the process wake, the first to sleep first. */
void process_wake(struct freebsd *k, struct process *p);

/* The open file of a descriptor, or NULL. */
static inline struct open_file *
process_file(const struct process *p, int fd)
{
	if (fd < 0 || fd >= p->file_count)
		return (NULL);
	return (p->files[fd]);
}

/* What is kept about a control block, whether it has been used or not. */
static inline struct kernel_cb *
process_cb(struct process *p, uint32_t cb)
{
	if (cb >= p->cb_count)
		process_grow_cbs(p, cb);
	return (&p->cbs[cb]);
}

/* call.c */
void user_call(
    struct kernel *k, uint32_t thread, const struct kernel_call *call);
void user_run(struct kernel *k, struct kernel_thread *t);
void user_return(struct freebsd *k, struct user_thread *u, int64_t value,
    enum kernel_errno error, uint32_t cb);
/* Sleeps on the process's channel; `ticks` < 0: without limit. */
void user_sleep(struct freebsd *k, struct user_thread *u, int64_t ticks);
/* A user's time-out in clock ticks (itimerfix, tvtohz); -1 without one; sets
 * *invalid where the kernel says EINVAL. */
int64_t timeout_ticks(
    const struct freebsd *k, int64_t timeout_ns, bool *invalid);

/* submit.c */
enum kernel_errno submit(struct freebsd *k, struct user_thread *u,
    const struct kernel_request *request, int opcode, struct list *list);
void call_submit(struct freebsd *k, struct user_thread *u);
bool fsync_is_valid(const struct freebsd *k, const struct kernel_call *call);

/* list.c */
/* The longest list that lio_listio and aio_suspend take. */
int64_t list_max(const struct freebsd *k);
bool list_is_valid(const struct freebsd *k, const struct kernel_call *call);
void call_lio_listio(struct freebsd *k, struct user_thread *u);
/* The list's notification, once all its accepted entries are finished. */
void list_finish(struct freebsd *k, struct process *p, struct list *list);
void list_release(struct list *list);
/* lio_listio is over before its requests are; what it returns, given its wait's
 * error. */
enum kernel_errno list_leave(struct user_thread *u, enum kernel_errno error);

/* queue.c */
/* Whether the job's file takes it, and the way it will go (job->route). */
enum kernel_errno route_request(struct freebsd *k, struct job *job);
/* Sends an accepted job on its way. */
void start_request(struct freebsd *k, struct job *job);
/* To the tail of aio_jobs, with a kick. */
void queue_job(struct freebsd *k, struct job *job);

/* pool.c */
void pool_init(struct pool *pool, const char *name);
/* A daemon under the lowest free number, not yet READY. */
struct daemon *daemon_new(struct freebsd *k, struct pool *pool);
void daemon_exit(struct freebsd *k, struct daemon *d);
/* A daemon works in its customer's address space; 0 is its own. */
void enter_vmspace(struct freebsd *k, struct daemon *d, uint64_t vmspace);
/* Sleeps idle for so many ticks; 0 is for ever. */
void daemon_sleep(struct freebsd *k, struct daemon *d, int64_t lifetime);
void kick_nowait(struct freebsd *k, struct process *p);
/* One kick of the task thread; true if it must stop: it sleeps until a daemon
 * has started, or *exhausted says that a limit is reached. */
bool kick_one(struct freebsd *k, struct process *p, bool *exhausted);
/* Which limit keeps a new job of the process from a daemon now, or -1. */
int kick_held_by(const struct freebsd *k, const struct process *p);
void daemon_run(struct kernel *k, struct kernel_thread *t);
void daemon_release(struct kernel *k, uint32_t thread);
/* First use: true when the pool holds min(target, max) daemons; false if the
 * thread sleeps until the next one has started. */
bool pool_fill(struct freebsd *k, struct user_thread *u);

/* socket.c */
void sockbufs_open(struct freebsd *k, struct open_file *file);
void sockbufs_close(struct open_file *file);
/* A job joins its sockbuf's queue. */
void queue_socket_job(struct freebsd *k, struct job *job);
/* Which limit keeps a new job of a socket from a daemon now, or -1. */
int socket_held_by(const struct freebsd *k, const struct job *job);
struct sockbuf *sockbuf_of(const struct job *job);
/* A job that is cancelled leaves the queue. */
void leave_sockbuf(struct job *job);
void socket_changed(
    struct kernel *k, const struct kernel_socket_change *change);
void socket_attempt_ended(struct job *job);
void socket_set_nonblocking(struct kernel *k, uint32_t process, int fd,
    uint32_t device, bool nonblocking);
/* The task of d->sockbuf; false if the daemon sleeps in an attempt. */
bool sockbuf_task_run(struct freebsd *k, struct daemon *d);
/* After an attempt; false if the daemon sleeps in another one of that job. */
bool sockbuf_task_resume(struct freebsd *k, struct daemon *d);
/* How a job ends that cannot wait any longer. */
void end_socket_job(struct freebsd *k, struct job *job);

/* socket_aiod.c */
void aiod_socket_changed(struct freebsd *k, struct sockbuf *sb);
/* The daemon goes to sleep, in an attempt or until it may make one. */
void aiod_serve_socket(struct freebsd *k, struct daemon *d, struct job *job);
/* It is awake again; false if its job is over, with job->result. */
bool aiod_socket_goes_on(struct freebsd *k, struct daemon *d);

/* soaiod.c */
void soaiod_init(struct freebsd *k);
void soaiod_boot(struct kernel *k);
void soaiod_release(struct freebsd *k);
void soaiod_enqueue(struct freebsd *k, struct sockbuf *sb);
void soaiod_task_run(struct freebsd *k);
void soaiod_run(struct kernel *k, struct kernel_thread *t);

/* task.c */
void task_queue_init(
    struct freebsd *k, struct task_queue *queue, const char *name);
void task_enqueue(struct freebsd *k, struct task *task);
void task_queue_run(struct kernel *k, struct kernel_thread *t);
bool task_is_idle(const struct task *task);

/* ready.c */
void ready_update(struct freebsd *k, struct process *p);
void ready_rebuild(struct freebsd *k);
/* Takes the oldest job whose owner is below its active limit, or NULL. */
struct job *select_job(struct freebsd *k);

/* complete.c */
void complete(struct freebsd *k, struct job *job, int64_t status,
    enum kernel_errno error);

/* collect.c */
void call_aio_error(struct freebsd *k, struct user_thread *u);
void call_aio_return(struct freebsd *k, struct user_thread *u);
void call_aio_suspend(struct freebsd *k, struct user_thread *u);
void call_aio_waitcomplete(struct freebsd *k, struct user_thread *u);

/* notify.c */
enum kernel_errno sigevent_check(
    const struct kernel_sigevent *sigev, bool *stored);
/* As far as the kqueue is concerned. */
enum kernel_errno knote_check(
    const struct process *p, const struct kernel_sigevent *sigev);
bool is_signal(const struct kernel_sigevent *sigev);
void notify_job(struct freebsd *k, struct job *job);
void notify_list(struct freebsd *k, struct process *p, struct list *list);
/* Of a list that is gone at once: nobody can take the signal back. */
void notify_detached(struct freebsd *k, struct process *p, struct list *list);
void note_pend(struct note_list *list, struct note *note);
/* No longer pending; also where it was not. */
void note_withdraw(struct note *note);
/* It was taken: frees one that belongs to nothing. */
void note_taken(struct note *note);
void emit_notice(struct freebsd *k, enum kernel_notice_kind kind,
    uint32_t process, uint32_t cb, int64_t data);

/* event.c */
void call_kevent(struct freebsd *k, struct user_thread *u);
void call_sigwait(struct freebsd *k, struct user_thread *u);
/* Who waits in kevent or sigwait looks again. */
void wake_listeners(struct freebsd *k, struct process *p);

/* signal.c */
void signal_send(struct freebsd *k, struct process *p, struct note *note);
/* A signal of the world outside ends the sleep of a call, if it may. */
void user_interrupt(struct kernel *k, uint32_t thread);
bool signal_is_blocked(const struct user_thread *u, int signo);
/* Whether a sleep of the thread's call would end at once. */
bool signal_forbids_sleep(const struct user_thread *u);
/* On the way back to its program: runs the handlers of what is pending. */
void signal_handle(struct freebsd *k, struct user_thread *u);
void call_sigmask(struct freebsd *k, struct user_thread *u);

/* cancel.c */
void call_aio_cancel(struct freebsd *k, struct user_thread *u);
bool job_is_cancellable(const struct job *job);
/* False if a job of a socket had moved bytes: it is finished with these. */
bool cancel_job(struct freebsd *k, struct job *job);

/* sync.c */
void queue_fsync(struct freebsd *k, struct job *job);
/* A request that an fsync waits for has finished. */
void sync_predecessor_done(struct freebsd *k, struct job *job);
void sync_task_run(struct freebsd *k, struct process *p);

/* rundown.c */
void call_exit(struct freebsd *k, struct user_thread *u);

/* sysctl.c */
void sysctl_set(struct kernel *k, int tunable, int64_t value);
int64_t sysctl_get(const struct kernel *k, int tunable);
void call_sysctl(struct freebsd *k, struct user_thread *u);

/* check.c */
void freebsd_check(const struct kernel *k);

#endif
