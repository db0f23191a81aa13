/*
 * The files of a run that cannot be written: what is said, and what is left.
 */

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/outputs_root.h"

/* One line "DIR...: message; remedy" with the two parts in it. */
static bool
says(const GError *error, const char *place, const char *part)
{
	g_autofree char *start = g_strdup_printf("%s: ", place);

	if (error == NULL)
		return (false);
	return (g_str_has_prefix(error->message, start) &&
	    strstr(error->message, part) != NULL &&
	    strchr(error->message, '\n') == NULL);
}

static void
file_in_the_way_is_named(void)
{
	g_autofree char *file = NULL, *below = NULL;
	GError *error = NULL;

	enter();
	put_file("taken", "text");
	file = at("taken");
	below = at("taken/run");
	CU_ASSERT_PTR_NULL(outputs_open(file, &error));
	CU_ASSERT_TRUE(says(error, file, "move away the file"));
	g_clear_error(&error);
	CU_ASSERT_PTR_NULL(outputs_open(below, &error));
	CU_ASSERT_TRUE(says(error, below, "move away the file"));
	g_clear_error(&error);
	CU_ASSERT_TRUE(holds("taken", "text"));
	leave();
}

/* The superuser may write anywhere, so a child becomes somebody else. */
static int
open_as_nobody(void)
{
	g_autoptr(GError) error = NULL;

	if (geteuid() == 0 && setuid(65534) != 0)
		return (2);
	if (outputs_open(root, &error) != NULL)
		return (3);
	return (says(error, root, "make it writable") ? 0 : 4);
}

static void
unwritable_directory_is_an_error(void)
{
	pid_t pid;
	int status;

	enter();
	put_file("summary.json", "old");
	g_chmod(root, 0555);
	pid = fork();
	if (pid == 0)
		_exit(open_as_nobody());
	waitpid(pid, &status, 0);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	g_chmod(root, 0777);
	CU_ASSERT_TRUE(lists("summary.json "));
	leave();
}

/* A limit on the size of files stands for a full disk: writes fail half way,
 * whoever runs the test. */
static struct rlimit
limit_files(rlim_t bytes)
{
	struct rlimit before, now;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	now = before;
	now.rlim_cur = bytes;
	setrlimit(RLIMIT_FSIZE, &now);
	return (before);
}

static void
write_much(FILE *file, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		putc('x', file);
}

static void
full_disk_moves_nothing(void)
{
	g_autofree char *place = NULL;
	GError *error = NULL;
	struct outputs *outputs;
	struct rlimit before;

	enter();
	put_file("summary.json", "old");
	put_file("requests.csv", "old");
	place = at("requests.csv");
	before = limit_files(1024 * 1024);
	outputs = open_root();
	write_one(outputs, "summary.json", "new");
	/* Below the size of a buffer beyond the limit: only the last flush,
	 * at commit, finds out. */
	write_much(
	    outputs_file(outputs, "requests.csv", NULL), 1024 * 1024 + 1000);
	CU_ASSERT_TRUE(outputs_healthy(outputs, NULL));
	CU_ASSERT_FALSE(outputs_commit(outputs, &error));
	setrlimit(RLIMIT_FSIZE, &before);
	CU_ASSERT_TRUE(says(error, place, "free some space"));
	g_clear_error(&error);
	CU_ASSERT_TRUE(lists("requests.csv summary.json "));
	CU_ASSERT_TRUE(holds("summary.json", "old"));
	CU_ASSERT_TRUE(holds("requests.csv", "old"));
	leave();
}

static void
full_disk_is_noticed_under_way(void)
{
	g_autofree char *place = NULL;
	GError *error = NULL;
	struct outputs *outputs;
	struct rlimit before;
	FILE *file;

	enter();
	place = at("trace.txt");
	before = limit_files(64 * 1024);
	outputs = open_root();
	file = outputs_file(outputs, "trace.txt", NULL);
	CU_ASSERT_TRUE(outputs_healthy(outputs, NULL));
	write_much(file, 1024 * 1024);
	CU_ASSERT_FALSE(outputs_healthy(outputs, &error));
	CU_ASSERT_TRUE(says(error, place, "free some space"));
	CU_ASSERT_EQUAL(error->code, EFBIG);
	g_clear_error(&error);
	CU_ASSERT_FALSE(outputs_commit(outputs, &error));
	setrlimit(RLIMIT_FSIZE, &before);
	CU_ASSERT_TRUE(says(error, place, "free some space"));
	g_clear_error(&error);
	CU_ASSERT_TRUE(lists(""));
	leave();
}

/* Room freed after a failed write does not bring back what was lost. */
static void
failed_write_is_never_forgotten(void)
{
	struct outputs *outputs;
	struct rlimit before;

	enter();
	before = limit_files(64 * 1024);
	outputs = open_root();
	write_much(outputs_file(outputs, "trace.txt", NULL), 1024 * 1024);
	setrlimit(RLIMIT_FSIZE, &before);
	CU_ASSERT_FALSE(outputs_healthy(outputs, NULL));
	CU_ASSERT_FALSE(outputs_healthy(outputs, NULL));
	CU_ASSERT_FALSE(outputs_commit(outputs, NULL));
	CU_ASSERT_TRUE(lists(""));
	leave();
}

static void
full_disk_is_found_at_the_start(void)
{
	GError *error = NULL;
	struct rlimit before;

	enter();
	before = limit_files(1000);
	CU_ASSERT_PTR_NULL(outputs_open(root, &error));
	setrlimit(RLIMIT_FSIZE, &before);
	CU_ASSERT_TRUE(says(error, root, "free some space"));
	g_clear_error(&error);
	CU_ASSERT_TRUE(lists(""));
	leave();
}

static void
directory_removed_under_way_is_an_error(void)
{
	GError *error = NULL;
	struct outputs *outputs;

	enter();
	outputs = open_root();
	write_one(outputs, "summary.json", "new");
	remove_tree(root);
	CU_ASSERT_FALSE(outputs_healthy(outputs, &error));
	CU_ASSERT_TRUE(says(error, root, "removed during the run"));
	g_clear_error(&error);
	CU_ASSERT_FALSE(outputs_commit(outputs, &error));
	CU_ASSERT_TRUE(says(error, root, "removed during the run"));
	g_clear_error(&error);
	CU_ASSERT_FALSE(g_file_test(root, G_FILE_TEST_EXISTS));
	leave();
}

static void
directory_named_as_a_file_moves_nothing(void)
{
	g_autofree char *place = NULL;
	GError *error = NULL;
	struct outputs *outputs;

	enter();
	put_file("series.csv/inside", "text");
	put_file("summary.json", "old");
	place = at("series.csv");
	outputs = open_root();
	write_one(outputs, "summary.json", "new");
	write_one(outputs, "series.csv", "new");
	CU_ASSERT_FALSE(outputs_commit(outputs, &error));
	CU_ASSERT_TRUE(says(error, place, "move it away"));
	g_clear_error(&error);
	CU_ASSERT_TRUE(lists("series.csv summary.json "));
	CU_ASSERT_TRUE(holds("summary.json", "old"));
	leave();
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(file_in_the_way_is_named),
	    RULE(unwritable_directory_is_an_error),
	    RULE(full_disk_moves_nothing),
	    RULE(full_disk_is_noticed_under_way),
	    RULE(failed_write_is_never_forgotten),
	    RULE(full_disk_is_found_at_the_start),
	    RULE(directory_removed_under_way_is_an_error),
	    RULE(directory_named_as_a_file_moves_nothing),
	};

	return (RUN_RULES("outputs that cannot be written", rules));
}
