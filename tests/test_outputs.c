/*
 * The files of a run: what is in the directory before, during and after it, and
 * what is said when it cannot be written.
 */

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/record/outputs.h"
#include "tests/suite.h"

/* ---- A directory to play in ------------------------------------------- */

static char *root; /* of one rule */

static char *
at(const char *name)
{
	return (g_build_filename(root, name, NULL));
}

static void
remove_tree(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	g_remove(path);
}

static void
enter(void)
{
	root = g_dir_make_tmp("outputs-XXXXXX", NULL);
	g_assert(root != NULL);
}

static void
leave(void)
{
	remove_tree(root);
	g_clear_pointer(&root, g_free);
}

static void
put_file(const char *name, const char *text)
{
	g_autofree char *path = at(name);
	g_autofree char *dir = g_path_get_dirname(path);

	g_mkdir_with_parents(dir, 0777);
	g_assert(g_file_set_contents(path, text, -1, NULL));
}

static bool
holds(const char *name, const char *text)
{
	g_autofree char *path = at(name), *found = NULL;

	return (g_file_get_contents(path, &found, NULL, NULL) &&
	    strcmp(found, text) == 0);
}

static int
compare_names(const void *a, const void *b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

/* Whether these are the names in the directory, each followed by a blank. */
static bool
lists(const char *expected)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) found = g_string_new(NULL);
	g_autoptr(GDir) dir = g_dir_open(root, 0, NULL);
	const char *name;
	guint i;

	while ((name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(names, g_strconcat(name, " ", NULL));
	g_ptr_array_sort(names, compare_names);
	for (i = 0; i < names->len; i++)
		g_string_append(found, g_ptr_array_index(names, i));
	if (strcmp(found->str, expected) != 0)
		printf("found: %s\n", found->str);
	return (strcmp(found->str, expected) == 0);
}

static struct outputs *
open_root(void)
{
	struct outputs *outputs = outputs_open(root, NULL);

	g_assert(outputs != NULL);
	return (outputs);
}

static void
write_one(struct outputs *outputs, const char *name, const char *text)
{
	FILE *file = outputs_file(outputs, name, NULL);

	g_assert(file != NULL);
	fputs(text, file);
}

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

/* ---- Rules ------------------------------------------------------------ */

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

/* ---- What cannot be written ------------------------------------------- */

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
	    RULE(nothing_is_seen_before_commit),
	    RULE(parents_are_made),
	    RULE(discard_leaves_what_was_there),
	    RULE(commit_removes_what_only_an_earlier_run_wrote),
	    RULE(only_leftovers_of_the_dead_are_removed),
	    RULE(killed_run_is_cleaned_up_by_the_next),
	    RULE(file_in_the_way_is_named),
	    RULE(unwritable_directory_is_an_error),
	    RULE(full_disk_moves_nothing),
	    RULE(full_disk_is_noticed_under_way),
	    RULE(failed_write_is_never_forgotten),
	    RULE(full_disk_is_found_at_the_start),
	    RULE(directory_removed_under_way_is_an_error),
	    RULE(directory_named_as_a_file_moves_nothing),
	};

	return (RUN_RULES("outputs", rules));
}
