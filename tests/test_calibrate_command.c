/*
 * aiosim calibrate as a command: its options, its exit status and its line on
 * stderr.
 */

#include "tests/command_call.h"

static const struct command calibrate = {command_calibrate, "calibrate"};

static char *
calls(const char *arguments, int wanted)
{
	return (command_says(&calibrate, arguments, wanted));
}

static void
refuses_call(const char *arguments, const char *message)
{
	command_refuses(&calibrate, arguments, message);
}

static void
bad_options_are_refused(void)
{
	refuses_call("--quiet", "name one file or block device");
	refuses_call("/a /b", "name one file or block device");
	refuses_call("--depths=4 /a", "a fit needs two queue depths or more");
	refuses_call("--depths=1,x /a", "--depths: expected an integer");
	refuses_call("--depths=1,1 /a", "--depths: a value is given twice");
	refuses_call("--depths=0,1 /a", "--depths: '0' is out of range");
	refuses_call("--sizes=1000 /a", "--sizes: expected multiples of 512");
	refuses_call("--sizes=64m --depths=1,32 /a", "more than 1g of memory");
	refuses_call("--seconds=0 /a", "--seconds: ");
	refuses_call("--name=a]b /a", "--name: expected letters");
	refuses_call("--model=best /a", "--model: expected station");
	refuses_call("--empirical=a)b /a", "--empirical: a scenario cannot");
	refuses_call("--empirical=a\xff /a", "--empirical: a scenario cannot");
	refuses_call("--empirical=a\001b /a", "--empirical: a scenario cannot");
	refuses_call("--empirical= /a", "--empirical: a scenario cannot");
	refuses_call("--empirical=/ /a", "--empirical: name a file");
	refuses_call("--empirical=/no/such /a", "--empirical: its directory");
	refuses_call("--random --sequential /a", "not with --sequential");
	refuses_call("--from-fio=/b /a", "name no PATH");
	refuses_call("--from-fio=/b --depths=1,2", "leave --depths");
	refuses_call("--from-fio=/nonexistent", "/nonexistent: No such file");
	refuses_call("/nonexistent", "/nonexistent: No such file");
}

static void
single_depth_of_fio_is_refused(void)
{
	const char *path = BINARY_DIR "/calibrate-one.json";
	g_autofree char *arguments = g_strdup_printf("--from-fio=%s", path);

	CU_ASSERT(g_file_set_contents(path,
	    "{\"jobs\":[{\"jobname\":\"a\",\"groupid\":0,\"read\":{"
	    "\"total_ios\":100,\"io_bytes\":409600,\"iops\":1000,\"lat_ns\":{"
	    "\"mean\":1e6}},\"write\":{\"total_ios\":0}}]}",
	    -1, NULL));
	refuses_call(
	    arguments, "one.json: 1 queue depth to fit to; a fit needs two");
	CU_ASSERT(remove(path) == 0);
}

static void
fio_gives_a_section(void)
{
	g_autofree char *said = calls("--from-fio=" SOURCE_DIR
				      "/tests/data/fio/groups.json --name=sd0",
	    STATUS_OK);

	CU_ASSERT(g_str_has_prefix(said, "[disk sd0]\nmodel = "));
	CU_ASSERT(strstr(said, "# Left out of the fit: depth 2.") != NULL);
}

static void
json_names_a_source_that_is_no_utf_8(void)
{
	const char *path = BINARY_DIR "/calibrate-\xff.json";
	g_autofree char *arguments =
	    g_strdup_printf("--json --from-fio=%s", path);
	g_autofree char *text = NULL, *said = NULL;
	gsize length;

	CU_ASSERT_FATAL(g_file_get_contents(
	    SOURCE_DIR "/tests/data/fio/groups.json", &text, &length, NULL));
	CU_ASSERT(g_file_set_contents(path, text, (gssize)length, NULL));
	said = calls(arguments, STATUS_OK);
	CU_ASSERT(strstr(said, "calibrate-\xef\xbf\xbd.json\"") != NULL);
	CU_ASSERT(remove(path) == 0);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(json_names_a_source_that_is_no_utf_8),
	    RULE(bad_options_are_refused),
	    RULE(single_depth_of_fio_is_refused),
	    RULE(fio_gives_a_section),
	};

	return (RUN_RULES("calibrate as a command", rules));
}
