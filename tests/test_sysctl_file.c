/*
 * [sysctl] file: what sysctl(8) prints and what sysctl.conf(5) holds are read,
 * and a scenario's values are printed so that they are read back.
 */

#include <stdlib.h>

#include "tests/scenario_rules.h"

static char *dir;

/* A scenario whose [sysctl] names a file of that text, and has `more`. */
static struct scenario *
read_with(
    const char *text, const char *more, const char *const *sets, GError **error)
{
	g_autofree char *file = g_build_filename(dir, "s.txt", NULL);
	g_autofree char *path = g_build_filename(dir, "t.ini", NULL);
	g_autofree char *scenario =
	    g_strconcat(SMALL "[sysctl]\nfile = s.txt\n", more, NULL);

	CU_ASSERT_FATAL(g_file_set_contents(file, text, -1, NULL));
	return (scenario_parse(
	    scenario, strlen(scenario), path, sets, NULL, error));
}

/* "node=value node=value" of the boot, in the order kept. */
static void
expect_settings(const char *text, const char *more, const char *const *sets,
    const char *expected)
{
	GString *found = g_string_new(NULL);
	GError *error = NULL;
	struct scenario *s = read_with(text, more, sets, &error);
	guint i;

	if (s == NULL)
		printf("\nfor: %s\nrefused: %s\n", text, error->message);
	CU_ASSERT_FATAL(s != NULL);
	for (i = 0; i < s->sysctls->len; i++) {
		const struct sysctl_setting *setting =
		    &g_array_index(s->sysctls, struct sysctl_setting, i);

		g_string_append_printf(found, "%s%s=%" G_GINT64_FORMAT,
		    i > 0 ? " " : "", setting->node, setting->value);
	}
	CU_ASSERT_STRING_EQUAL(found->str, expected);
	g_string_free(found, TRUE);
	scenario_free(s);
}

static void
what_sysctl_prints_is_read(void)
{
	expect_settings("vfs.aio.max_aio_procs: 64\n"
			"vfs.aio.aiod_lifetime: 30000\n",
	    "", NULL, "vfs.aio.max_aio_procs=64 vfs.aio.aiod_lifetime=30000");
	expect_settings("vfs.aio.max_aio_procs=64\r\n", "", NULL,
	    "vfs.aio.max_aio_procs=64");
}

static void
sysctl_conf_is_read(void)
{
	expect_settings("# /etc/sysctl.conf\n"
			"security.bsd.see_other_uids=0\n\n"
			"vfs.aio.max_aio_procs=64 # more\n"
			"  vfs.aio.max_aio_queue = \"2048\"\n",
	    "", NULL, "vfs.aio.max_aio_procs=64 vfs.aio.max_aio_queue=2048");
}

static void
last_of_two_counts(void)
{
	expect_settings("vfs.aio.max_aio_procs=64\nvfs.aio.max_aio_procs=8\n",
	    "", NULL, "vfs.aio.max_aio_procs=8");
}

static void
others_nodes_are_passed_over(void)
{
	expect_settings("kern.geom.conftxt: 0 DISK ada0 1 512 hd 1\n"
			"1 PART ada0p1: 3\n\n\xff\x01 no text at all\n"
			"p1003_1b.memlock: 1\nnet.inet.tcp.aio: x\n",
	    "", NULL, "");
	expect_settings("", "", NULL, "");
}

static void
read_only_nodes_are_checked_and_passed_over(void)
{
	static const struct refusal refusal = {"vfs.aio.num_aio_procs: many\n",
	    "s.txt:1: vfs.aio.num_aio_procs: expected an integer*"};
	g_autofree char *expected =
	    g_strdup_printf("%s/%s", dir, refusal.message);
	struct scenario *s;
	GError *error = NULL;

	expect_settings(
	    "vfs.aio.num_aio_procs: 4\np1003_1b.aio_max: 1024\n", "", NULL, "");
	s = read_with(refusal.text, "", NULL, &error);
	CU_ASSERT(s == NULL);
	check_message(refusal.text, expected, error);
	g_clear_error(&error);
}

static void
keys_and_sets_override_the_file(void)
{
	static const char *const sets[] = {"vfs.aio.max_aio_queue=5", NULL};

	expect_settings("vfs.aio.max_aio_procs: 64\n"
			"vfs.aio.max_aio_queue: 64\n"
			"vfs.aio.max_buf_aio: 64\n",
	    "vfs.aio.max_aio_procs = 7\n", sets,
	    "vfs.aio.max_buf_aio=64 vfs.aio.max_aio_procs=7 "
	    "vfs.aio.max_aio_queue=5");
}

static void
bad_files_are_refused_with_their_line(void)
{
	static const struct refusal refusals[] = {
	    {"kern.hz: 1\nvfs.aio.max_aio_procs: lots\n",
		"s.txt:2: vfs.aio.max_aio_procs: expected an integer, such as "
		"32, not 'lots'"},
	    {"vfs.aio.max_aio_procs: 99999999999\n",
		"s.txt:1: vfs.aio.max_aio_procs: *"},
	    {"vfs.aio.max_aio_prcs: 4\n",
		"s.txt:1: freebsd-12.2 has no node 'vfs.aio.max_aio_prcs', "
		"did you mean 'vfs.aio.max_aio_procs'?"},
	    {"vfs.aio.max_aio_procs\n",
		"s.txt:1: expected 'vfs.aio.max_aio_procs=32' or "
		"'vfs.aio.max_aio_procs: 32', as sysctl prints it"},
	    {"vfs.aio.max_aio_procs:\n", "s.txt:1: expected *"},
	};
	struct scenario *s;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autofree char *expected =
		    g_strdup_printf("%s/%s", dir, refusals[i].message);
		GError *error = NULL;

		s = read_with(refusals[i].text, "", NULL, &error);
		CU_ASSERT(s == NULL);
		check_message(refusals[i].text, expected, error);
		g_clear_error(&error);
	}
}

static void
missing_and_binary_files_are_refused(void)
{
	static const char *const sets[] = {"sysctl.file=gone.txt", NULL};
	g_autofree char *file = g_build_filename(dir, "s.txt", NULL);
	g_autofree char *expected = NULL;
	g_autofree char *text = NULL;
	GError *error = NULL;

	CU_ASSERT(read_with("", "", sets, &error) == NULL);
	CU_ASSERT(error != NULL &&
	    strstr(error->message, "gone.txt: No such file") != NULL);
	g_clear_error(&error);
	CU_ASSERT(g_file_set_contents(file, "a=1\n\0ELF\n", 9, NULL));
	expected = g_strdup_printf("%s:2: a NUL byte: *", file);
	text = g_strdup_printf(SMALL "[sysctl]\nfile = %s\n", file);
	expect_refusal(text, NULL, expected);
}

static void
printed_values_are_read_back(void)
{
	g_autofree char *file = g_build_filename(dir, "conf", NULL);
	g_autofree char *path = g_build_filename(dir, "p.ini", NULL);
	g_autofree char *command = g_strdup_printf(
	    BINARY_DIR "/aiosim sysctl --conf '%s' >'%s'", path, file);
	g_autofree char *text = NULL;

	CU_ASSERT(g_file_set_contents(path,
	    SMALL "[kernel]\nhz = 100\n[sysctl]\nvfs.aio.max_aio_procs = 5\n",
	    -1, NULL));
	CU_ASSERT(system(command) == 0);
	CU_ASSERT(g_file_get_contents(file, &text, NULL, NULL));
	expect_settings(text, "", NULL,
	    "vfs.aio.max_aio_procs=5 vfs.aio.target_aio_procs=4 "
	    "vfs.aio.max_aio_queue=1024 vfs.aio.aiod_lifetime=3000 "
	    "vfs.aio.max_aio_per_proc=32 vfs.aio.max_aio_queue_per_proc=256 "
	    "vfs.aio.max_buf_aio=16 vfs.aio.enable_unsafe=0 "
	    "vfs.aio.unsafe_warningcnt=1 kern.ipc.aio.max_procs=32 "
	    "kern.ipc.aio.lifetime=3000");
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(what_sysctl_prints_is_read),
	    RULE(sysctl_conf_is_read),
	    RULE(last_of_two_counts),
	    RULE(others_nodes_are_passed_over),
	    RULE(read_only_nodes_are_checked_and_passed_over),
	    RULE(keys_and_sets_override_the_file),
	    RULE(bad_files_are_refused_with_their_line),
	    RULE(missing_and_binary_files_are_refused),
	    RULE(printed_values_are_read_back),
	};
	char template[] = BINARY_DIR "/sysctl-XXXXXX";
	g_autofree char *command = NULL;
	int status;

	dir = g_mkdtemp(template);
	g_assert(dir != NULL);
	status = RUN_RULES("sysctl files", rules);
	command = g_strdup_printf("rm -rf '%s'", dir);
	return (system(command) != 0 ? 1 : status);
}
