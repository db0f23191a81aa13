/*
 * aiosim import as a command: its options, its exit status, and what becomes of
 * the file that it is to write.
 */

#include <glib/gstdio.h>

#include "tests/command_call.h"

#define GOOD "0,8,4096,W,0.5\n1,16,512,R,0.75\n"
#define BAD "0,8,4096,W,0.5\n1,16,512,T,0.75\n"

static const struct command import = {command_import, "import"};
static char *root; /* of one rule */

static char *
at(const char *name)
{
	return (g_build_filename(root, name, NULL));
}

static void
put(const char *name, const char *text)
{
	g_autofree char *path = at(name);

	g_assert(g_file_set_contents(path, text, -1, NULL));
}

static void
enter(void)
{
	root = g_dir_make_tmp("import-XXXXXX", NULL);
	g_assert(root != NULL);
	put("good", GOOD);
	put("bad", BAD);
}

/* These files must be all that is there. */
static void
leave(guint count)
{
	g_autoptr(GDir) dir = g_dir_open(root, 0, NULL);
	const char *name;

	for (; (name = g_dir_read_name(dir)) != NULL; count--) {
		g_autofree char *path = at(name);

		g_unlink(path);
	}
	CU_ASSERT_EQUAL(count, 0);
	g_rmdir(root);
	g_clear_pointer(&root, g_free);
}

static void
refuses(const char *format, const char *message)
{
	g_autofree char *arguments = g_strdup_printf(format, root, root);

	command_refuses(&import, arguments, message);
}

static void
bad_options_are_refused(void)
{
	enter();
	refuses("", "name a format and one file");
	refuses("spc %s/good %s/good", "name a format and one file");
	refuses("cpm %s/good", "there is no format 'cpm'");
	refuses("spc %s/none", "/none: No such file");
	refuses("spc %s", ": Is a directory");
	refuses("spc %s/good --from=3", "--from: expected a time");
	refuses("spc %s/good --from=3s --to=3s", "--to 3s is not after");
	refuses("spc %s/good --issued", "--issued goes with blkparse");
	refuses("spc %s/good -o %s", "this is no regular file");
	refuses("spc %s/good -o %s/none/x", "there is no directory");
	refuses("spc %s/none --out=", "-o '': expected the name of a file");
	refuses("spc %s/good --only=asu2", "the files 'asu0', 'asu1'");
	leave(2);
}

static void
a_good_trace_gets_its_name(void)
{
	g_autofree char *arguments = NULL, *said = NULL, *path = NULL;
	g_autofree char *written = NULL;

	enter();
	arguments = g_strdup_printf("spc %s/good -o %s/out", root, root);
	said = command_says(&import, arguments, STATUS_OK);
	CU_ASSERT(
	    strstr(said, "reads 1, writes 1, syncs 0 in 0.250 s") != NULL);
	path = at("out");
	CU_ASSERT_TRUE(g_file_get_contents(path, &written, NULL, NULL));
	CU_ASSERT(g_str_has_suffix(written, "\nend 2 0\n"));
	leave(3);
}

static void
a_bad_trace_leaves_what_was_there(void)
{
	g_autofree char *path = NULL, *found = NULL;

	enter();
	put("out", "old");
	refuses("spc %s/bad -o %s/out", "/bad:2: opcode 'T'");
	path = at("out");
	CU_ASSERT_TRUE(g_file_get_contents(path, &found, NULL, NULL));
	CU_ASSERT_STRING_EQUAL(found, "old");
	leave(3);
}

/* Not even a beginning, as long as all may still have to be put in order. */
static void
a_bad_trace_gives_standard_output_nothing(void)
{
	enter();
	refuses("spc %s/bad", "/bad:2: opcode 'T'");
	leave(2);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(bad_options_are_refused),
	    RULE(a_good_trace_gets_its_name),
	    RULE(a_bad_trace_leaves_what_was_there),
	    RULE(a_bad_trace_gives_standard_output_nothing),
	};

	return (RUN_RULES("import command", rules));
}
