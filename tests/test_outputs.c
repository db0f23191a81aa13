/*
 * The files of a run: what is in the directory before, during and after it.
 */

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/outputs_root.h"

static void
nothing_is_seen_before_commit(void)
{
	struct outputs *outputs;
	g_autofree char *aside = NULL;

	enter();
	put_file("summary.json", "old");
	outputs = open_root();
	write_one(outputs, "summary.json", "new");
	aside = g_strdup_printf(".partial-%d summary.json ", (int)getpid());
	CU_ASSERT_TRUE(lists(aside));
	CU_ASSERT_TRUE(holds("summary.json", "old"));
	CU_ASSERT_TRUE(outputs_healthy(outputs, NULL));
	CU_ASSERT_TRUE(outputs_commit(outputs, NULL));
	CU_ASSERT_TRUE(lists("summary.json "));
	CU_ASSERT_TRUE(holds("summary.json", "new"));
	leave();
}

static void
parents_are_made(void)
{
	g_autofree char *deep = NULL;
	struct outputs *outputs;

	enter();
	deep = at("a/b/c");
	outputs = outputs_open(deep, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(outputs);
	write_one(outputs, "series.csv", "x\n");
	CU_ASSERT_TRUE(outputs_commit(outputs, NULL));
	CU_ASSERT_TRUE(holds("a/b/c/series.csv", "x\n"));
	leave();
}

static void
discard_leaves_what_was_there(void)
{
	struct outputs *outputs;

	enter();
	put_file("requests.csv", "old");
	outputs = open_root();
	write_one(outputs, "requests.csv", "new");
	outputs_discard(outputs);
	outputs_discard(NULL);
	CU_ASSERT_TRUE(lists("requests.csv "));
	CU_ASSERT_TRUE(holds("requests.csv", "old"));
	leave();
}

static void
commit_removes_what_only_an_earlier_run_wrote(void)
{
	struct outputs *outputs;

	enter();
	put_file("summary.json", "old");
	put_file("timing.json", "old");
	put_file("requests.csv", "old");
	put_file("series.csv", "old");
	put_file("trace.txt", "old");
	put_file("perfetto.json", "old");
	put_file("notes.txt", "the user's");
	outputs = open_root();
	write_one(outputs, "summary.json", "new");
	CU_ASSERT_TRUE(outputs_commit(outputs, NULL));
	CU_ASSERT_TRUE(lists("notes.txt summary.json "));
	CU_ASSERT_TRUE(holds("summary.json", "new"));
	leave();
}

/* A process number that nobody has: of a child that is gone. */
static pid_t
dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return (pid);
}

static void
only_leftovers_of_the_dead_are_removed(void)
{
	g_autofree char *dead = NULL, *own = NULL;

	enter();
	dead = g_strdup_printf(".partial-%d/requests.csv", (int)dead_pid());
	own = g_strdup_printf(".partial-%d/requests.csv", (int)getpid());
	put_file(dead, "half");
	put_file(own, "half");
	put_file(".partial-1/requests.csv", "of somebody who lives");
	put_file(".partial-x/requests.csv", "not ours");
	put_file(".partial-/requests.csv", "not ours");
	outputs_discard(open_root());
	CU_ASSERT_TRUE(lists(".partial- .partial-1 .partial-x "));
	leave();
}

static void
killed_run_is_cleaned_up_by_the_next(void)
{
	struct outputs *outputs;
	g_autofree char *left = NULL;
	pid_t pid;
	int status;

	enter();
	put_file("series.csv", "old");
	pid = fork();
	if (pid == 0) {
		outputs = open_root();
		write_one(outputs, "series.csv", "half a ro");
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, &status, 0);
	CU_ASSERT_TRUE(WIFSIGNALED(status));
	left = g_strdup_printf(".partial-%d series.csv ", (int)pid);
	CU_ASSERT_TRUE(lists(left));
	CU_ASSERT_TRUE(holds("series.csv", "old"));
	outputs_discard(open_root());
	CU_ASSERT_TRUE(lists("series.csv "));
	leave();
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(nothing_is_seen_before_commit),
	    RULE(parents_are_made),
	    RULE(discard_leaves_what_was_there),
	    RULE(commit_removes_what_only_an_earlier_run_wrote),
	    RULE(only_leftovers_of_the_dead_are_removed),
	    RULE(killed_run_is_cleaned_up_by_the_next),
	};

	return (RUN_RULES("outputs", rules));
}
