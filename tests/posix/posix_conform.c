/*
 * Runs all cases of POSIX's assertions about <aio.h>, each in a process of its
 * own, under whatever library the program has; a line for each: its name, PASS
 * or FAIL, and the condition that did not hold.  test_conform.py compares the C
 * library with libaiosim-posix.so.
 */

#include "tests/posix/conform.h"

#include <sys/wait.h>

enum { SECONDS_A_CASE = 10 };

atomic_int conform_signals, conform_code;
_Atomic intptr_t conform_value;

static void
on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	conform_code = info->si_code;
	conform_value = (intptr_t)info->si_value.sival_ptr;
	conform_signals++;
}

void
conform_catch(int signo)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO};

	action.sa_sigaction = on_signal;
	sigaction(signo, &action, NULL);
}

void
conform_notify(struct sigevent *sigev, int signo, void *value)
{
	memset(sigev, 0, sizeof(*sigev));
	sigev->sigev_notify = SIGEV_SIGNAL;
	sigev->sigev_signo = signo;
	sigev->sigev_value.sival_ptr = value;
	conform_catch(signo);
}

bool
conform_await_signals(int count)
{
	int i;

	for (i = 0; i < 20000 && conform_signals < count; i++)
		usleep(200);
	return (conform_signals == count);
}

static void
run_in_child(const struct conform_case *c)
{
	const char *broken;

	alarm(SECONDS_A_CASE);
	broken = c->test();
	printf("%s %s%s%s\n", c->name, broken == NULL ? "PASS" : "FAIL",
	    broken == NULL ? "" : " ", broken == NULL ? "" : broken);
	fflush(stdout);
	_exit(0);
}

static void
run(const struct conform_case *c)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child == 0)
		run_in_child(c);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s FAIL %s\n", c->name,
		    WTERMSIG(status) == SIGALRM ? "it hangs" : "it crashes");
}

int
main(int argc, char **argv)
{
	const struct conform_case *const all[] = {
	    conform_submission, conform_waiting, conform_lists, conform_others};
	const struct conform_case *c;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (c = all[i]; c->name != NULL; c++)
			if (argc < 2 || strcmp(argv[1], c->name) == 0)
				run(c);
			else if (strcmp(argv[1], "--list") == 0)
				printf("%s: %s\n", c->name, c->assertion);
	return (0);
}
