/*
 * Work in a child process, whose answer comes through a pipe.
 */

#include "sim/apart.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#elif defined(__FreeBSD__)
#include <sys/procctl.h>
#endif

#include "sim/run.h"

void
apart_die_with_parent(void)
{
#if defined(__linux__)
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#elif defined(__FreeBSD__)
	int signo = SIGKILL;

	procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &signo);
#endif
}

/* The child.  It leaves without cleaning up: a world's library is not asked to
 * come to an end in a process that it does not own. */
static void G_GNUC_NORETURN
work_and_leave(apart_work *work, void *context, int fd)
{
	FILE *out = fdopen(fd, "w");
	int status;

	g_assert(out != NULL);
	apart_die_with_parent();
	status = work(context, out);
	fclose(out);
	fflush(NULL);
	_exit(status);
}

static GString *
read_all(int fd)
{
	GString *text = g_string_new(NULL);
	char buffer[65536];
	ssize_t count;

	while ((count = read(fd, buffer, sizeof(buffer))) != 0) {
		if (count > 0)
			g_string_append_len(text, buffer, count);
		else if (errno != EINTR)
			break;
	}
	return (text);
}

GString *
apart_run(apart_work *work, void *context, int *status, GError **error)
{
	GString *answer;
	int ends[2];
	pid_t child = -1;

	/* What is buffered would be written by both. */
	fflush(NULL);
	if (pipe(ends) == 0) {
		child = fork();
		if (child < 0) {
			close(ends[0]);
			close(ends[1]);
		}
	}
	if (child < 0) {
		g_set_error(error, G_FILE_ERROR,
		    (gint)g_file_error_from_errno(errno),
		    "cannot start a process: %s", g_strerror(errno));
		return (NULL);
	}
	if (child == 0) {
		close(ends[0]);
		work_and_leave(work, context, ends[1]);
	}
	close(ends[1]);
	answer = read_all(ends[0]);
	close(ends[0]);
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	return (answer);
}

enum exit_status
apart_play(apart_play_work *work, void *context, const char *name)
{
	bool told = false;
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		apart_die_with_parent();
		status = (int)work(context);
		fflush(NULL);
		_exit(status);
	}
	if (child < 0) {
		g_printerr("%s: cannot start a process for it: %s\n", name,
		    g_strerror(errno));
		return (STATUS_FAILED);
	}
	while (waitpid(child, &status, 0) < 0) {
		g_assert(errno == EINTR);
		if (run_was_interrupted() && !told)
			told = kill(child, SIGTERM) == 0;
	}
	return (WIFEXITED(status) ? (enum exit_status)WEXITSTATUS(status)
				  : STATUS_BUG);
}
