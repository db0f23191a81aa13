/*
 * A directory to play in, of one rule, and what may be found in it: for tests
 * of the files of a run.
 */

#ifndef TESTS_OUTPUTS_ROOT_H
#define TESTS_OUTPUTS_ROOT_H

#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sim/record/outputs.h"
#include "tests/suite.h"

static char *root; /* of one rule */

static inline char *
at(const char *name)
{
	return (g_build_filename(root, name, NULL));
}

static inline void
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

static inline void
enter(void)
{
	root = g_dir_make_tmp("outputs-XXXXXX", NULL);
	g_assert(root != NULL);
}

static inline void
leave(void)
{
	remove_tree(root);
	g_clear_pointer(&root, g_free);
}

static inline void
put_file(const char *name, const char *text)
{
	g_autofree char *path = at(name);
	g_autofree char *dir = g_path_get_dirname(path);

	g_mkdir_with_parents(dir, 0777);
	g_assert(g_file_set_contents(path, text, -1, NULL));
}

static inline bool
holds(const char *name, const char *text)
{
	g_autofree char *path = at(name), *found = NULL;

	return (g_file_get_contents(path, &found, NULL, NULL) &&
	    strcmp(found, text) == 0);
}

static inline int
compare_names(const void *a, const void *b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

/* Whether these are the names in the directory, each followed by a blank. */
static inline bool
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

static inline struct outputs *
open_root(void)
{
	struct outputs *outputs = outputs_open(root, NULL);

	g_assert(outputs != NULL);
	return (outputs);
}

static inline void
write_one(struct outputs *outputs, const char *name, const char *text)
{
	FILE *file = outputs_file(outputs, name, NULL);

	g_assert(file != NULL);
	fputs(text, file);
}

#endif
