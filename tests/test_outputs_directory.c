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

static void
commit_summary(const char *dir)
{
	struct outputs *outputs = outputs_open(dir, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(outputs);
	CU_ASSERT_PTR_NOT_NULL(outputs_file(outputs, "summary.json", NULL));
	CU_ASSERT_TRUE(outputs_commit(outputs, NULL));
}

static void
put(const char *name)
{
	g_autofree char *path = g_build_filename(root, name, NULL);

	CU_ASSERT_TRUE_FATAL(g_file_set_contents(path, "x\n", 2, NULL));
}

static void
remove_all(const char *dir)
{
	static const char *const names[] = {
	    "summary.json", "pool.png", "my.png"};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);

		(void)g_unlink(path);
	}
	(void)g_rmdir(dir);
}

/* Or what it left would be taken for the new one's. */
static void
a_study_takes_the_place_of_another_with_its_pictures(void)
{
	static const char *const left[] = {"swept/sweep.csv", "swept/sweep.png",
	    "swept/sweep.svg", "swept/lanes.png", "swept/crosscheck.svg"};
	g_autofree char *dir = g_build_filename(root, "swept", NULL);
	size_t i;

	CU_ASSERT_EQUAL_FATAL(g_mkdir(dir, 0777), 0);
	for (i = 0; i < G_N_ELEMENTS(left); i++)
		put(left[i]);
	put("swept/my.png");
	commit_summary(dir);
	CU_ASSERT_TRUE(is_there("swept/summary.json"));
	CU_ASSERT_TRUE(is_there("swept/my.png"));
	for (i = 0; i < G_N_ELEMENTS(left); i++)
		CU_ASSERT_FALSE(is_there(left[i]));
	remove_all(dir);
}

/* It was not drawn of a run. */
static void
a_picture_stays_where_there_was_no_result(void)
{
	g_autofree char *dir = g_build_filename(root, "album", NULL);

	CU_ASSERT_EQUAL_FATAL(g_mkdir(dir, 0777), 0);
	put("album/pool.png");
	commit_summary(dir);
	CU_ASSERT_TRUE(is_there("album/pool.png"));
	commit_summary(dir);
	CU_ASSERT_FALSE(is_there("album/pool.png"));
	remove_all(dir);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_failed_run_leaves_no_directory_that_it_made),
	    RULE(a_failed_run_leaves_directories_that_were_there),
	    RULE(a_study_takes_the_place_of_another_with_its_pictures),
	    RULE(a_picture_stays_where_there_was_no_result),
	};
	int status;

	root = g_dir_make_tmp("aiosim-outputs-XXXXXX", NULL);
	g_assert_nonnull(root);
	status = RUN_RULES("outputs_directory", rules);
	(void)g_rmdir(root);
	g_free(root);
	return (status);
}
