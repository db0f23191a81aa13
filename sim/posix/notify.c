/*
 * Notifications, as the C library's user would have them: a queued signal with
 * its value, or a new thread.  FreeBSD withdraws a signal that was not
 * delivered when its request is collected first; the host cannot.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/posix/aiosim.h"
#include "sim/posix/engine.h"

/* The model's signals end at 128; anything above is refused. */
#define BAD_SIGNAL 129
#define SERVICE_SIGNAL 1

void
sigev_to_kernel(const struct sigevent *sigev, struct kernel_sigevent *out)
{
	memset(out, 0, sizeof(*out));
	out->notify = KERNEL_NOTIFY_NONE;
	switch (sigev->sigev_notify) {
	case SIGEV_NONE:
		break;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD_ID:
		/* A zeroed sigevent is FreeBSD's SIGEV_NONE and the host's
		 * SIGEV_SIGNAL with no signal: programs such as MPICH mean
		 * the former. */
		if (sigev->sigev_signo == 0)
			break;
		out->notify = sigev->sigev_notify == SIGEV_SIGNAL
		    ? KERNEL_NOTIFY_SIGNAL
		    : KERNEL_NOTIFY_THREAD_ID;
		out->signo = sigev->sigev_signo <= SIGRTMAX ? sigev->sigev_signo
							    : BAD_SIGNAL;
		break;
	case SIGEV_THREAD:
		/* As FreeBSD's librt: the kernel signals a service thread. */
		out->notify = KERNEL_NOTIFY_THREAD_ID;
		out->signo = SERVICE_SIGNAL;
		break;
	case AIOSIM_SIGEV_KEVENT:
		out->notify = KERNEL_NOTIFY_KEVENT;
		out->kq = sigev->sigev_notify_kqueue;
		out->flags = (unsigned)sigev->sigev_notify_kevent_flags;
		break;
	default:
		out->notify = KERNEL_NOTIFY_THREAD; /* which it refuses */
		break;
	}
}

static void
send_signal(const struct sigevent *sigev)
{
	pid_t pid = getpid();
	siginfo_t info;
	long failed;

	memset(&info, 0, sizeof(info));
	info.si_signo = sigev->sigev_signo;
	info.si_code = SI_ASYNCIO;
	info.si_pid = pid;
	info.si_uid = getuid();
	info.si_value = sigev->sigev_value;
	if (sigev->sigev_notify == SIGEV_THREAD_ID)
		failed = syscall(SYS_rt_tgsigqueueinfo, pid,
		    sigev->_sigev_un._tid, sigev->sigev_signo, &info);
	else
		failed = syscall(
		    SYS_rt_sigqueueinfo, pid, sigev->sigev_signo, &info);
	/* The host's queue is full: better a signal without its value. */
	if (failed != 0 && errno == EAGAIN &&
	    sigev->sigev_notify == SIGEV_SIGNAL)
		(void)kill(pid, sigev->sigev_signo);
}

struct notice {
	void (*function)(union sigval value);
	union sigval value;
};

static void *
call_function(void *argument)
{
	struct notice notice = *(struct notice *)argument;

	free(argument);
	notice.function(notice.value);
	return (NULL);
}

static void
start_thread(const struct sigevent *sigev)
{
	pthread_attr_t *given = sigev->sigev_notify_attributes, attributes;
	struct notice *notice = allocate(sizeof(*notice));
	pthread_t thread;
	sigset_t all, mask;

	notice->function = sigev->sigev_notify_function;
	notice->value = sigev->sigev_value;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &mask);
	if (pthread_create(&thread, given != NULL ? given : &attributes,
		call_function, notice) != 0)
		free(notice);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	pthread_attr_destroy(&attributes);
}

void
notify(const struct sigevent *sigev)
{
	uint64_t one = 1;

	switch (sigev->sigev_notify) {
	case SIGEV_SIGNAL:
	case SIGEV_THREAD_ID:
		send_signal(sigev);
		break;
	case SIGEV_THREAD:
		if (sigev->sigev_notify_function != NULL)
			start_thread(sigev);
		break;
	case AIOSIM_SIGEV_KEVENT:
		/* So that the queue can be polled like any descriptor. */
		(void)!write(sigev->sigev_notify_kqueue, &one, sizeof(one));
		break;
	default:
		break;
	}
}
