/*
 * Platform files of the simgrid world: the user's disks are taken from them,
 * and a mistake in one ends in one line.
 */

#include "tests/world_run.h"

/* ---- Platform files --------------------------------------------------- */

static char *
write_file(const char *name, const char *text)
{
	char *path = g_build_filename(work_dir, name, NULL);

	CU_ASSERT(g_file_set_contents(path, text, -1, NULL));
	return (path);
}

static struct ending
play_platform(const char *world, const char *path, const char *disk)
{
	char *text = g_strdup_printf("[platform]\nfile = %s\n"
				     "[disk d]\nplatform_disk = %s\n"
				     "[file a]\ndisk = d\n[process x]\n"
				     "file = a\ndepth = 1\nrequests = 2\n"
				     "size = constant(1m)\n",
	    path, disk);
	struct ending ending = play_in(world, text);

	g_free(text);
	return (ending);
}

#define PLATFORM(disks)                                                \
	"<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "            \
	"\"https://simgrid.org/simgrid.dtd\">\n"                       \
	"<platform version=\"4.1\"><zone id=\"z\" routing=\"None\">\n" \
	"<host id=\"h\" speed=\"1Gf\">" disks "</host></zone></platform>\n"
#define DISK(id, bw) \
	"<disk id=\"" id "\" read_bw=\"" bw "\" write_bw=\"" bw "\"/>"

static void
a_platform_file_gives_the_bandwidth(void)
{
	char *path = write_file(
	    "good.xml", PLATFORM(DISK("a", "1MiBps") DISK("b", "4MiBps")));
	struct ending slow = play_platform("simgrid", path, "a");
	struct ending fast = play_platform("simgrid", path, "b");
	struct ending edited;

	CU_ASSERT(slow.end_ns == 2000000000);
	CU_ASSERT(fast.end_ns == 500000000);
	g_free(write_file("good.xml", PLATFORM(DISK("a", "8MiBps"))));
	edited = play_platform("simgrid", path, "a");
	CU_ASSERT(edited.end_ns == 250000000);
	g_free(path);
}

static void
refuses_platform(const char *name, const char *text, const char *complaint)
{
	char *path = text != NULL ? write_file(name, text)
				  : g_build_filename(work_dir, name, NULL);
	struct ending o = play_platform("simgrid", path, "d");

	CU_ASSERT(!o.played);
	CU_ASSERT(g_str_has_prefix(o.message, path));
	CU_ASSERT(strstr(o.message, complaint) != NULL);
	CU_ASSERT(strchr(o.message, '\n') == NULL);
	g_free(path);
}

static void
bad_platform_files_are_refused_in_one_line(void)
{
	refuses_platform("none.xml", NULL, ": No such file or directory");
	refuses_platform("empty.xml", "", ".xml:1: ");
	refuses_platform("words.xml", "hello\n", ".xml:1: ");
	refuses_platform("cut.xml",
	    "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
	    "\"https://simgrid.org/simgrid.dtd\">\n<platform version=\"4.1\">",
	    ".xml:3: ");
	refuses_platform(
	    "number.xml", PLATFORM(DISK("d", "fastBps")), ".xml:4: ");
	refuses_platform("zero.xml", PLATFORM(DISK("d", "0Bps")),
	    ": disk 'd' needs a read_bw and a write_bw above 0");
	refuses_platform("other.xml",
	    PLATFORM(DISK("a", "1MBps") DISK("b", "1MBps")),
	    ": has no disk 'd'; it has: a, b");
	refuses_platform("bare.xml", PLATFORM(""), "it has: none");
}

static void
only_simgrid_takes_a_platform_file(void)
{
	char *path = write_file("good.xml", PLATFORM(DISK("d", "1MBps")));

	CU_ASSERT_STRING_EQUAL(play_platform("heap", path, "d").message,
	    "t.ini: [platform] needs --world simgrid");
	CU_ASSERT_STRING_EQUAL(play_platform("real", path, "d").message,
	    "t.ini: [platform] needs --world simgrid");
	g_free(path);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_platform_file_gives_the_bandwidth),
	    RULE(bad_platform_files_are_refused_in_one_line),
	    RULE(only_simgrid_takes_a_platform_file),
	};
	return (
	    run_rules_in_dir("simgrid platform", rules, G_N_ELEMENTS(rules)));
}
