/*
 * The directory of a run's files: what is left of it when there was no run.
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>

#include "sim/record/outputs.h"
#include "tests/suite.h"

static char *root; /* absolute */

static void
open_and_discard(const char *name)
{
	g_autofree char *dir = g_build_filename(root, name, NULL);
	struct outputs *outputs = outputs_open(dir, NULL);

	CU_ASSERT_PTR_NOT_NULL(outputs);
	CU_ASSERT_TRUE(g_file_test(dir, G_FILE_TEST_IS_DIR));
	outputs_discard(outputs);
}

static gboolean
is_there(const char *name)
{
	g_autofree char *path = g_build_filename(root, name, NULL);

	return (g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
a_failed_run_leaves_no_directory_that_it_made(void)
{
	open_and_discard("a/b/c");
	CU_ASSERT_FALSE(is_there("a"));
	open_and_discard("x/y/");
	CU_ASSERT_FALSE(is_there("x"));
}

static void
a_failed_run_leaves_directories_that_were_there(void)
{
	g_autofree char *there = g_build_filename(root, "there", NULL);

	CU_ASSERT_EQUAL_FATAL(g_mkdir(there, 0777), 0);
	open_and_discard("there");
	CU_ASSERT_TRUE(is_there("there"));
	open_and_discard("there/b/c");
	CU_ASSERT_TRUE(is_there("there"));
	CU_ASSERT_FALSE(is_there("there/b"));
	(void)g_rmdir(there);
}

/* Or its pictures would be taken for the new run's. */
static void
a_run_takes_the_place_of_a_sweep(void)
{
	g_autofree char *dir = g_build_filename(root, "swept", NULL);
	g_autofree char *summary = g_build_filename(dir, "summary.json", NULL);
	g_autofree char *sweep = g_build_filename(dir, "sweep.csv", NULL);
	struct outputs *outputs;

	CU_ASSERT_EQUAL_FATAL(g_mkdir(dir, 0777), 0);
	CU_ASSERT_TRUE_FATAL(g_file_set_contents(sweep, "x\n", 2, NULL));
	outputs = outputs_open(dir, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(outputs);
	CU_ASSERT_PTR_NOT_NULL(outputs_file(outputs, "summary.json", NULL));
	CU_ASSERT_TRUE(outputs_commit(outputs, NULL));
	CU_ASSERT_TRUE(is_there("swept/summary.json"));
	CU_ASSERT_FALSE(is_there("swept/sweep.csv"));
	(void)g_unlink(summary);
	(void)g_rmdir(dir);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_failed_run_leaves_no_directory_that_it_made),
	    RULE(a_failed_run_leaves_directories_that_were_there),
	    RULE(a_run_takes_the_place_of_a_sweep),
	};
	int status;

	root = g_dir_make_tmp("aiosim-outputs-XXXXXX", NULL);
	g_assert_nonnull(root);
	status = RUN_RULES("outputs_directory", rules);
	(void)g_rmdir(root);
	g_free(root);
	return (status);
}
