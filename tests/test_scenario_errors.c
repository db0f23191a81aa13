/*
 * What a scenario file is refused for.  Each refusal names its place and a
 * remedy; they stand in tables of {text, message}.
 */

#include <string.h>

#include "tests/scenario_rules.h"

/* ---- Form ---------------------------------------------------------------- */

static void
form_errors_name_their_line(void)
{
	static const struct refusal refusals[] = {
	    {"", "t.ini: no section in this file; *"},
	    {"# only\n ; comments\n", "t.ini: no section in this file; *"},
	    {"\xef\xbb\xbf", "t.ini: no section in this file; *"},
	    {"\n\na = 1\n",
		"t.ini:3: 'a = 1' stands before the first section; *"},
	    {"[cpu]\ncores\n",
		"t.ini:2: expected 'key = value' or '[section]', not "
		"'cores'"},
	    {"[cpu]\ncores = # 4\n",
		"t.ini:2: 'cores =' has no value; expected 'key = value'"},
	    {"[cpu]\n= 4\n",
		"t.ini:2: '= 4' has no key; expected 'key = value'"},
	    {"[cpu\n", "t.ini:1: expected one section name in brackets, *"},
	    {"[cpu] cores = 4\n",
		"t.ini:1: expected one section name in brackets, such as "
		"[disk ada0], not '[cpu] cores = 4'"},
	    {"[ ]\n", "t.ini:1: the section has no name; *"},
	    {"[cpu]\n[kernel]\n[ cpu ]\n",
		"t.ini:3: section [ cpu ] stands already at t.ini:1; keep "
		"one of them"},
	    {"[disk a]\n[disk  a]\n",
		"t.ini:2: section [disk  a] stands already at t.ini:1; *"},
	    {"[cpu]\ncores = 1\n\ncores = 2\n",
		"t.ini:4: key 'cores' stands already at t.ini:2; keep one "
		"of them"},
	    {"[cpu]\ncores = \xff\n",
		"t.ini:2: not UTF-8; save the file as UTF-8 text"},
	    {"[cpu]\ncores = \x01\n",
		"t.ini:2: control character 0x01; remove it"},
	    {"[cpu]\rcores = 1\n",
		"t.ini:1: control character 0x0d; remove it"},
	};

	EXPECT_REFUSALS("", refusals);
}

static void
binary_file_is_refused_with_its_line(void)
{
	static const char text[] = "[cpu]\ncores = 1\n\0ELF";
	GError *error = NULL;

	CU_ASSERT(scenario_parse(text, sizeof(text) - 1, "t.ini", NULL, NULL,
		      &error) == NULL);
	check_message(text, "t.ini:3: a NUL byte: this is no text file", error);
	g_clear_error(&error);
}

static void
comments_start_after_white_space_only(void)
{
	struct scenario *s;

	s = accept("\xef\xbb\xbf# first\n  ; second\r\n" SMALL
		   "[scenario] ; third\r\nquestion = a#b;c \t# fourth\n",
	    NULL);
	CU_ASSERT_STRING_EQUAL(s->question, "a#b;c");
	scenario_free(s);
}

static void
line_of_a_megabyte_is_read(void)
{
	g_autofree char *filler = g_strnfill(1 << 20, 'x');
	g_autofree char *good =
	    g_strconcat(SMALL "[scenario]\nquestion = ", filler, "\n", NULL);
	g_autofree char *bad =
	    g_strconcat(SMALL "[cpu]\n", filler, " = 1\n", NULL);
	struct scenario *s;
	GError *error = NULL;

	s = accept(good, NULL);
	CU_ASSERT_EQUAL(strlen(s->question), 1 << 20);
	scenario_free(s);
	CU_ASSERT(parse_with(bad, NULL, &error) == NULL);
	check_message("a long key", "t.ini:10: [cpu] unknown key 'xxx*", error);
	CU_ASSERT(strlen(error->message) < 200);
	g_clear_error(&error);
}

/* ---- Sections and keys --------------------------------------------------- */

static void
unknown_names_get_a_suggestion(void)
{
	static const struct refusal refusals[] = {
	    {"[dsk ada1]\n",
		"t.ini:9: unknown section 'dsk', did you mean 'disk'?"},
	    {"[zebra]\n",
		"t.ini:9: unknown section 'zebra'; 'aiosim keys' lists "
		"all"},
	    {"[cpu]\ncroes = 2\n",
		"t.ini:10: [cpu] unknown key 'croes', did you mean "
		"'cores'?"},
	    {"[disk ada1]\n\nlatnecy = 2ms\n",
		"t.ini:11: [disk ada1] unknown key 'latnecy', did you mean "
		"'latency'?"},
	    {"[cpu]\nzzz = 2\n",
		"t.ini:10: [cpu] unknown key 'zzz'; 'aiosim keys' lists "
		"all"},
	    {"[sysctl]\nvfs.aio.max_aio_proc = 2\n",
		"t.ini:10: freebsd-12.2 has no node "
		"'vfs.aio.max_aio_proc', did you mean "
		"'vfs.aio.max_aio_procs'?"},
	    {"[sysctl]\nzzz = 2\n",
		"t.ini:10: freebsd-12.2 has no node 'zzz'; 'aiosim sysctl' "
		"lists all"},
	    {"[disk]\n", "t.ini:9: [disk] needs a name, such as [disk ada0]"},
	    {"[cpu fast]\n",
		"t.ini:9: [cpu fast] takes no name, expected [cpu]"},
	    {"[disk a b]\n", "t.ini:9: [disk a b] expected a name of *"},
	    {"[disk a,b]\n", "t.ini:9: [disk a,b] expected a name of *"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

static void
missing_keys_and_references_are_refused(void)
{
	static const struct refusal refusals[] = {
	    {"[file more]\n",
		"t.ini:9: [file more] the key 'disk' is missing: *"},
	    {"[process p]\n",
		"t.ini:9: [process p] the key 'file' is missing: *"},
	    {"[platform]\n",
		"t.ini:9: [platform] the key 'file' is missing: *"},
	    {"[file more]\ndisk = ada1\n",
		"t.ini:10: [file more] there is no [disk ada1], did you "
		"mean 'ada0'?"},
	    {"[process p]\ndepth = 1\nfile = zebra\n",
		"t.ini:11: [process p] there is no [file zebra]; add "
		"[file zebra]"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

/* ---- Values -------------------------------------------------------------- */

static void
bad_values_say_what_is_expected(void)
{
	static const struct refusal refusals[] = {
	    {"[scenario]\nduration = 10\n",
		"t.ini:10: [scenario] duration: expected a time with its "
		"unit (ns, us, ms, s), such as 80us or 1.5s, not '10'"},
	    {"[scenario]\nduration = -5s\n",
		"t.ini:10: [scenario] duration: expected a time *"},
	    {"[scenario]\nduration = nan\n",
		"t.ini:10: [scenario] duration: expected a time *"},
	    {"[scenario]\nduration = 1e3s\n",
		"t.ini:10: [scenario] duration: expected a time *"},
	    {"[scenario]\nduration = 5 s x\n",
		"t.ini:10: [scenario] duration: expected a time *"},
	    {"[scenario]\nduration = 0s\n",
		"t.ini:10: [scenario] duration: '0s' is out of range, "
		"expected 1ns..1000000000s"},
	    {"[scenario]\nduration = 99999999999999999999s\n",
		"t.ini:10: [scenario] duration: '99999999999999999999s' is "
		"out of range, *"},
	    {"[scenario]\nseed = 1.5\n",
		"t.ini:10: [scenario] seed: expected an integer, such as "
		"32, not '1.5'"},
	    {"[scenario]\nseed = 9223372036854775808\n",
		"t.ini:10: [scenario] seed: '9223372036854775808' is out "
		"of range, expected 0..9223372036854775807"},
	    {"[kernel]\nname = plan9\n",
		"t.ini:10: unknown kernel 'plan9', expected one of: "
		"freebsd-12.2*"},
	    {"[kernel]\nhz = 0\n",
		"t.ini:10: [kernel] hz: '0' is out of range, expected "
		"1..1000000"},
	    {"[kernel]\nhz = 300\n",
		"t.ini:10: [kernel] hz: expected a divisor of 1000000000, "
		"*"},
	    {"[cpu]\ncores = 1025\n",
		"t.ini:10: [cpu] cores: '1025' is out of range, expected "
		"1..1024"},
	    {"[cpu]\ncosts = high\n",
		"t.ini:10: [cpu] costs: expected none or typical, not "
		"'high'"},
	    {"[file f]\nkind = socket\ndisk = ada0\n",
		"t.ini:11: [file f] a socket lies on no disk; take 'peer'"},
	    {"[file f]\nkind = block\ndisk = ada0\n",
		"t.ini:10: [file f] kind: expected regular | dir | *"},
	    {"[file f]\nsize = 2097152t\ndisk = ada0\n",
		"t.ini:10: [file f] size: '2097152t' is out of range, "
		"expected 0..1048576t"},
	    {"[sysctl at noon]\nvfs.aio.max_aio_procs = 1\n",
		"t.ini:9: [sysctl at TIME]: expected a time *"},
	    {"[sysctl on 5s]\n",
		"t.ini:9: expected [sysctl] or [sysctl at TIME], *"},
	    {"[sysctl at 0s]\n",
		"t.ini:9: [sysctl at TIME]: '0s' is out of range, *"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

static void
bad_values_of_a_disk_say_what_is_expected(void)
{
	static const struct refusal refusals[] = {
	    {"[disk b]\nmodel = drum\nrpm = 60\n",
		"t.ini:10: [disk b] model: expected station | hdd | *"},
	    {"[disk b]\nmodel = hdd\nlatency = 1ms\n",
		"t.ini:11: [disk b] 'latency' does not go with model = hdd, "
		"only with: station; remove it"},
	    {"[disk b]\nmodel = mirror\nmembers = ada0, c\n",
		"t.ini:11: [disk b] members: there is no [disk c] above this "
		"section; add it there"},
	    {"[disk b]\nmodel = raid5\nmembers = ada0, ada0\n",
		"t.ini:11: [disk b] members: 'ada0' is given twice; remove "
		"one"},
	    {"[disk b]\n[disk c]\nmodel = raid5\nmembers = ada0, b\n",
		"t.ini:12: [disk c] members: raid5 needs three disks or more"},
	    {"[disk b]\ndies = 4\n",
		"t.ini:10: [disk b] 'dies' does not go with model = station, "
		"only with: ssd nvme; remove it"},
	    {"[disk b]\nmodel = hdd\nseek = lee(1,4,18)\n",
		"t.ini:11: [disk b] seek: no curve of this form has this "
		"average; raise it, or give two_piece(...)"},
	    {"[disk b]\nmodel = hdd\npreset = dec-rz26\n[file big]\n"
	     "disk = b\nsize = 2g\n",
		"t.ini:12: [file big] does not fit on [disk b], which holds *"},
	    {"[disk b]\nbandwidth = 500q\n",
		"t.ini:10: [disk b] bandwidth: expected a rate in bytes/s, "
		"perhaps with k, m, g, t, such as 500m or 500m/s, not "
		"'500q'"},
	    {"[disk b]\nbandwidth = 0\n",
		"t.ini:10: [disk b] bandwidth: '0' is out of range, *"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

static void
bad_values_of_a_process_say_what_is_expected(void)
{
	static const struct refusal refusals[] = {
	    {"read = 1.01\n",
		"t.ini:9: [process db] read: expected a number from 0 to "
		"1, such as 0.7, not '1.01'"},
	    {"read = -0\n", "t.ini:9: [process db] read: expected *"},
	    {"offset = zipf\n",
		"t.ini:9: [process db] offset: expected random, "
		"sequential or zipf(0.9), not 'zipf'"},
	    {"offset = zipf(0)\n",
		"t.ini:9: [process db] offset: expected a number from "
		"0.001 to 20, such as 0.9, not '0'"},
	    {"collect = poll(0ns)\n",
		"t.ini:9: [process db] collect: '0ns' is out of range, *"},
	    {"collect = suspend(1ms)\n",
		"t.ini:9: [process db] collect: expected poll(1ms), "
		"suspend, *"},
	    {"on_eagain = again\n",
		"t.ini:9: [process db] on_eagain: expected retry(1ms), "
		"sync or drop, not 'again'"},
	    {"size = 0\n",
		"t.ini:9: [process db] size: '0' is out of range, expected "
		"1..1t"},
	    {"count = 0\n",
		"t.ini:9: [process db] count: '0' is out of range, "
		"expected 1..100000"},
	    {"size = 2g\n",
		"t.ini:9: [process db] size: requests of 2g do not fit in "
		"[file data] of 1g; raise the file's size"},
	    {"size = uniform(4k,2g)\n",
		"t.ini:9: [process db] size: requests of 2g do not *"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

static void
bad_distributions_say_what_is_expected(void)
{
	static const struct refusal refusals[] = {
	    {"normal(1ms)\n",
		"t.ini:9: [process db] think: expected constant(), "
		"exponential(), uniform(), lognormal() or empirical(), not "
		"'normal(1ms)'"},
	    {"exponential(1ms\n",
		"t.ini:9: [process db] think: expected a word with its "
		"arguments in parentheses, *"},
	    {"exponential()\n",
		"t.ini:9: [process db] think: expected a time *"},
	    {"uniform(1ms)\n",
		"t.ini:9: [process db] think: expected two values, *"},
	    {"uniform(2ms,1ms)\n",
		"t.ini:9: [process db] think: expected the least value "
		"before the greatest in uniform(), not '2ms,1ms'"},
	    {"lognormal(0s,1)\n",
		"t.ini:9: [process db] think: expected a mean above zero "
		"in lognormal(), not '0s'"},
	    {"lognormal(1ms,nan)\n",
		"t.ini:9: [process db] think: expected a number from 0 to "
		"10, such as 0.5, not 'nan'"},
	    {"empirical(none.txt)\n", "none.txt: No such file or directory"},
	    {"empirical()\n",
		"t.ini:9: [process db] think: expected a file with a value "
		"a line, *"},
	    {"empirical(" DATA "times-without-unit.txt)\n",
		DATA "times-without-unit.txt:3: expected a time *"},
	    {"empirical(" DATA "times-none.txt)\n",
		DATA "times-none.txt: no value in this file; *"},
	};

	EXPECT_REFUSALS(SMALL "think = ", refusals);
}

static void
sysctl_values_must_fit_their_type(void)
{
	static const struct refusal refusals[] = {
	    {"vfs.aio.num_aio_procs = 3\n",
		"t.ini:10: vfs.aio.num_aio_procs is read-only; remove it"},
	    {"vfs.aio.max_aio_procs = 2147483648\n",
		"t.ini:10: vfs.aio.max_aio_procs: '2147483648' is out of "
		"range, expected -2147483648..2147483647"},
	    {"vfs.aio.max_aio_procs = 99999999999999999999\n",
		"t.ini:10: vfs.aio.max_aio_procs: '99999999999999999999' "
		"is out of range, *"},
	    {"vfs.aio.max_aio_procs = 4k\n",
		"t.ini:10: vfs.aio.max_aio_procs: expected an integer, "
		"such as 32, not '4k'"},
	    {"vfs.aio.unsafe_warningcnt = -1\n",
		"t.ini:10: vfs.aio.unsafe_warningcnt: '-1' is out of "
		"range, expected 0..4294967295"},
	    {"vfs.aio.max_aio_procs = 1\n[sysctl at 1s]\n"
	     "vfs.aio.max_aio_procs = 2\n[sysctl at 1000ms]\n"
	     "vfs.aio.max_aio_procs = 3\n",
		"t.ini:14: vfs.aio.max_aio_procs is set for the same time "
		"at t.ini:12; keep one of them"},
	};
	struct scenario *s;

	EXPECT_REFUSALS(SMALL "[sysctl]\n", refusals);
	s = accept_small("vfs.aio.max_aio_procs=-2147483648");
	CU_ASSERT_EQUAL(
	    g_array_index(s->sysctls, struct sysctl_setting, 0).value,
	    INT32_MIN);
	scenario_free(s);
	s = accept_small("vfs.aio.unsafe_warningcnt=4294967295");
	CU_ASSERT_EQUAL(
	    g_array_index(s->sysctls, struct sysctl_setting, 0).value,
	    UINT32_MAX);
	scenario_free(s);
}

/* ---- Between the parts --------------------------------------------------- */

static void
keys_that_exclude_each_other_are_refused(void)
{
	static const struct refusal refusals[] = {
	    {"[disk b]\nbandwidth = 5m\nchannel_bandwidth = 1m\n",
		"t.ini:11: [disk b] 'channel_bandwidth' excludes "
		"'bandwidth' of t.ini:10; keep one of them"},
	    {"[disk b]\nplatform_disk = sda\n",
		"t.ini:10: [disk b] 'platform_disk' goes only with a "
		"section [platform]; remove it"},
	    {"[platform]\nfile = p.xml\n[disk b]\nbandwidth = 1m\n",
		"t.ini:12: [disk b] 'bandwidth' is given by the file of "
		"[platform]; remove it"},
	    {"[process p]\nfile = data\n",
		"t.ini:9: [process p] needs one of arrivals, depth and "
		"trace, such as 'depth = 4'"},
	    {"[process p]\nfile = data\ndepth = 1\n"
	     "arrivals = poisson(1/s)\n",
		"t.ini:11: [process p] 'depth' excludes 'arrivals' of "
		"t.ini:12; keep one of them"},
	    {"[process p]\nfile = data\ndepth = 1\ntrace = t.csv\n",
		"t.ini:12: [process p] 'trace' excludes 'depth' of "
		"t.ini:11; *"},
	    {"[process p]\nfile = data\narrivals = periodic(5)\n",
		"t.ini:11: [process p] arrivals: expected events a second "
		"from *"},
	    {"[process p]\nfile = data\narrivals = poisson\n",
		"t.ini:11: [process p] arrivals: expected poisson(2000/s) "
		"or periodic(2000/s), not 'poisson'"},
	    {"[process p]\nfile = data\narrivals = poisson(1/s)\n"
	     "think = 1ms\n",
		"t.ini:12: [process p] 'think' goes only with 'depth'; "
		"remove it"},
	    {"[process p]\nfile = data\ndepth = 1\ncollect = recorded\n",
		"t.ini:12: [process p] collect = recorded replays a "
		"recording at its own pace: it needs trace, and pace = "
		"recorded"},
	    {"[process p]\nfile = data\ndepth = 1\npace = asap\n",
		"t.ini:12: [process p] 'pace' goes only with 'trace'; "
		"remove it"},
	    {"[process p]\nfile = data\ndepth = 1\n",
		"t.ini:9: [process p] never ends; set duration or requests "
		"in [scenario], or requests here"},
	    {"[process db.1]\nfile = data\ndepth = 1\nrequests = 1\n"
	     "[process d]\nfile = data\ndepth = 1\nrequests = 1\n"
	     "count = 3\n[process d.3]\nfile = data\ndepth = 1\n"
	     "requests = 1\n",
		"t.ini:18: [process d.3] has the name of an instance of "
		"[process d] at t.ini:13; rename it"},
	    {"[scenario]\nduration = 1s\nwarmup = 1s\n",
		"t.ini:11: [scenario] warmup: nothing is left of the "
		"duration; make it shorter"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

static void
scenario_without_a_process_is_refused(void)
{
	expect_refusal(DISK_AND_FILE, NULL,
	    "t.ini: no process; add a section such as [process db] with "
	    "'file' and 'depth'");
}

static void
any_limit_lets_a_run_end(void)
{
	static const char *const ends[] = {"[scenario]\nduration = 1s\n",
	    "[scenario]\nrequests = 5\n", "requests = 5\n"};
	size_t i;

	expect_refusal(DISK_AND_FILE
	    "[process db]\nfile = data\narrivals = poisson(9/s)\n",
	    NULL,
	    "t.ini:5: [process db] never ends; set duration or requests in "
	    "[scenario], or requests here");
	for (i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *text = g_strconcat(DISK_AND_FILE
		    "[process db]\nfile = data\ndepth = 1\n",
		    ends[i], NULL);

		scenario_free(accept(text, NULL));
	}
	scenario_free(accept(
	    DISK_AND_FILE "[process db]\nfile = data\ntrace = t.csv\n", NULL));
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(form_errors_name_their_line),
	    RULE(binary_file_is_refused_with_its_line),
	    RULE(comments_start_after_white_space_only),
	    RULE(line_of_a_megabyte_is_read),
	    RULE(unknown_names_get_a_suggestion),
	    RULE(missing_keys_and_references_are_refused),
	    RULE(bad_values_say_what_is_expected),
	    RULE(bad_values_of_a_disk_say_what_is_expected),
	    RULE(bad_values_of_a_process_say_what_is_expected),
	    RULE(bad_distributions_say_what_is_expected),
	    RULE(sysctl_values_must_fit_their_type),
	    RULE(keys_that_exclude_each_other_are_refused),
	    RULE(scenario_without_a_process_is_refused),
	    RULE(any_limit_lets_a_run_end),
	};

	return (RUN_RULES("scenario_errors", rules));
}
