/*
 * --set, [sweep], files that cannot be read, the reference of keys, and what
 * the reader makes of anything.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/keys.h"
#include "tests/scenario_rules.h"

/* ---- --set and [sweep] --------------------------------------------------- */

static void
last_set_wins_over_the_file(void)
{
	static const char *const sets[] = {"disk ada0.latency=2ms",
	    " disk  ada0.latency = 3ms ", "vfs.aio.max_aio_procs=5",
	    "vfs.aio.max_aio_procs=6", "scenario.duration=5s", "cpu.cores=2",
	    "sysctl at 2s.vfs.aio.max_aio_procs=9", NULL};
	const struct sysctl_setting *settings;
	struct scenario *s;

	s = accept(SMALL "[sysctl]\nvfs.aio.max_aio_procs = 4\n", sets);
	CU_ASSERT(((struct disk_config *)s->disks->pdata[0])->latency.a == 3e6);
	CU_ASSERT_EQUAL_FATAL(s->sysctls->len, 2);
	settings = (const struct sysctl_setting *)(void *)s->sysctls->data;
	CU_ASSERT_EQUAL(settings[0].value, 6);
	CU_ASSERT_STRING_EQUAL(
	    settings[0].where, "--set vfs.aio.max_aio_procs=6");
	CU_ASSERT_EQUAL(settings[1].at_ns, INT64_C(2000000000));
	CU_ASSERT_EQUAL(settings[1].value, 9);
	CU_ASSERT_EQUAL(s->duration_ns, INT64_C(5000000000));
	CU_ASSERT_EQUAL(s->cores, 2);
	scenario_free(s);
}

static void
bad_sets_name_themselves(void)
{
	static const struct refusal refusals[] = {
	    {"foo", "--set foo: expected NODE=VALUE or SECTION.KEY=VALUE, *"},
	    {"cpu=4", "--set cpu=4: expected NODE=VALUE or *"},
	    {"=4", "--set =4: no key; expected NODE=VALUE or *"},
	    {"cpu.cores=", "--set cpu.cores=: no value; expected *"},
	    {"cpu.cores=x\ny", "--set cpu.cores=x?y: not one line of *"},
	    {"cpu.cores=0",
		"--set cpu.cores=0: [cpu] cores: '0' is out of range, "
		"expected 1..1024"},
	    {"cpu.croes=1",
		"--set cpu.croes=1: [cpu] unknown key 'croes', did you "
		"mean 'cores'?"},
	    {"disk ada1.latency=1s",
		"--set disk ada1.latency=1s: no section [disk ada1], did "
		"you mean [disk ada0]?"},
	    {"process zebra.depth=1",
		"--set process zebra.depth=1: no section [process zebra] "
		"in t.ini; add it there"},
	    {"dsk ada0.latency=1s",
		"--set dsk ada0.latency=1s: 'dsk' is neither a node of "
		"freebsd-12.2 nor a section, did you mean 'disk'?"},
	    {"vfs.aio.max_aio_prosc=1",
		"--set vfs.aio.max_aio_prosc=1: 'vfs.aio.max_aio_prosc' is "
		"neither a node of freebsd-12.2 nor a section, did you "
		"mean 'vfs.aio.max_aio_procs'?"},
	    {"sysctl.vfs.aio.max_aio_prosc=1",
		"--set sysctl.vfs.aio.max_aio_prosc=1: freebsd-12.2 has no "
		"node 'vfs.aio.max_aio_prosc', did you mean "
		"'vfs.aio.max_aio_procs'?"},
	    {"vfs.aio.num_aio_procs=1",
		"--set vfs.aio.num_aio_procs=1: vfs.aio.num_aio_procs is "
		"read-only; remove it"},
	    {"vfs.aio.max_aio_procs=1,2",
		"--set vfs.aio.max_aio_procs=1,2: vfs.aio.max_aio_procs: "
		"expected an integer, such as 32, not '1,2'"},
	    {"sweep.cpu.cores=1",
		"--set sweep.cpu.cores=1: [sweep] cannot be set; *"},
	    {"kernel.name=plan9",
		"--set kernel.name=plan9: unknown kernel 'plan9', *"},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(refusals); i++) {
		const char *sets[] = {refusals[i].text, NULL};

		expect_refusal(SMALL, sets, refusals[i].message);
	}
}

static void
kernel_argument_overrides_the_file(void)
{
	static const char text[] = SMALL "[kernel]\nname = freebsd-12.2\n";
	struct scenario *s;
	GError *error = NULL;

	s = scenario_parse(text, strlen(text), "t.ini", NULL, "plan9", &error);
	CU_ASSERT(s == NULL);
	check_message(text,
	    "--kernel: unknown kernel 'plan9', expected one of: freebsd-12.2*",
	    error);
	g_clear_error(&error);
	s = scenario_parse(
	    text, strlen(text), "t.ini", NULL, kernel_names()[0], NULL);
	CU_ASSERT_FATAL(s != NULL);
	CU_ASSERT_STRING_EQUAL(s->kernel, kernel_names()[0]);
	scenario_free(s);
}

static void
lists_split_outside_parentheses(void)
{
	char **values;

	CU_ASSERT(
	    set_splits("disk ada0.latency=uniform(1us,2us), 80us", &values));
	CU_ASSERT_EQUAL_FATAL(g_strv_length(values), 2);
	CU_ASSERT_STRING_EQUAL(values[0], "uniform(1us,2us)");
	CU_ASSERT_STRING_EQUAL(values[1], "80us");
	g_strfreev(values);
	CU_ASSERT(!set_splits("disk ada0.latency=uniform(1us,2us)", &values));
	CU_ASSERT(values == NULL);
	CU_ASSERT(!set_splits("a,b", &values));
	CU_ASSERT(values == NULL);
}

static void
every_value_of_a_sweep_is_tried(void)
{
	static const struct refusal refusals[] = {
	    {"vfs.aio.max_aio_procs = 1, x\n",
		"t.ini:10: [sweep] vfs.aio.max_aio_procs=x: "
		"vfs.aio.max_aio_procs: expected an integer, such as 32, "
		"not 'x'"},
	    {"cpu.cores = 1,, 2\n",
		"t.ini:10: [sweep] the list has an empty value; *"},
	    {"\ncpu.croes = 1, 2\n",
		"t.ini:11: [sweep] cpu.croes=1: [cpu] unknown key 'croes', "
		"did you mean 'cores'?"},
	    {"zebra = 1, 2\n",
		"t.ini:10: [sweep] zebra=1: 'zebra' is neither a node of "
		"freebsd-12.2 nor a section; *"},
	    {"file data.size = 1g, 1k\n",
		"t.ini:10: [sweep] file data.size=1k: t.ini:5: [process "
		"db] size: requests of 4k do not fit in [file data] of 1k; "
		"*"},
	};
	struct scenario *s;

	EXPECT_REFUSALS(SMALL "[sweep]\n", refusals);
	s = accept(SMALL "[sweep]\nprocess db.depth = 1, 2\n"
			 "disk ada0.latency = uniform(1us,2us), 3us\n",
	    NULL);
	CU_ASSERT_EQUAL(s->sweep->len, 2);
	CU_ASSERT_EQUAL(
	    ((struct process_config *)s->processes->pdata[0])->depth, 1);
	scenario_free(s);
}

/* ---- Files --------------------------------------------------------------- */

static void
unreadable_files_are_one_line(void)
{
	static const struct refusal refusals[] = {
	    {"/nowhere/x.ini", "/nowhere/x.ini: No such file or directory"},
	    {SOURCE_DIR, SOURCE_DIR ": Is a directory"},
	    {"/dev/null", "/dev/null: no section in this file; *"},
	};
	GError *error = NULL;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(refusals); i++) {
		CU_ASSERT(scenario_read(refusals[i].text, NULL, NULL, &error) ==
		    NULL);
		check_message(refusals[i].text, refusals[i].message, error);
		g_clear_error(&error);
	}
}

static void
reference_lists_every_key(void)
{
	const struct key *key;
	char *text = NULL;
	size_t size = 0;
	int markdown;
	FILE *out;

	for (markdown = 0; markdown < 2; markdown++) {
		out = open_memstream(&text, &size);
		CU_ASSERT_FATAL(out != NULL);
		keys_print(out, markdown == 1);
		fclose(out);
		for (key = keys; key->section != NULL; key++) {
			CU_ASSERT(strstr(text, key->name) != NULL);
			CU_ASSERT(strstr(text, key->sentence) != NULL);
		}
		free(text);
	}
}

/* ---- Anything ------------------------------------------------------------ */

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1;
	return (*state >> 33);
}

static void
mutate(GString *text, uint64_t *state)
{
	static const char *const pieces[] = {"[", "]", "=", "\n", "#", ",", "(",
	    ")", ".", "\xc3", "\xe2\x82\xac", "[sweep]\n", "-", "9",
	    "99999999999", "[process x]\n", "empirical(/dev/null)", "\r"};
	unsigned edits = 1 + (unsigned)next_random(state) % 2;
	gsize length;
	gssize at;

	while (edits-- > 0 && text->len > 0) {
		at = (gssize)(next_random(state) % text->len);
		switch (next_random(state) % 4) {
		case 0:
			text->str[at] ^= (char)(1u << next_random(state) % 8);
			break;
		case 1:
			length = next_random(state) % 8;
			length = MIN(length, text->len - (gsize)at);
			g_string_erase(text, at, (gssize)length);
			break;
		case 2:
			g_string_insert_len(text, at, text->str,
			    (gssize)(next_random(state) % 40 % text->len));
			break;
		default:
			g_string_insert(text, at,
			    pieces[next_random(state) % G_N_ELEMENTS(pieces)]);
			break;
		}
	}
}

static void
soup_of_bytes_gets_an_answer(void)
{
	static const char seed_text[] = SMALL
	    "think = uniform(1us,2us)\n[kernel]\nhz = 1000\n[sysctl at 5s]\n"
	    "vfs.aio.max_aio_procs = 64\n[cpu]\ncosts = typical\n"
	    "[sweep]\nvfs.aio.max_aio_procs = 1, 2\n";
	uint64_t state = 20190415;
	struct scenario *s;
	GError *error;
	int i, accepted = 0;

	printf("(seed %" PRIu64 ") ", state);
	for (i = 0; i < 4000; i++) {
		GString *text = g_string_new(seed_text);
		GString *set = g_string_new("disk ada0.latency=2ms");
		const char *sets[] = {NULL, NULL};

		mutate(i % 4 == 0 ? set : text, &state);
		sets[0] = set->str;
		error = NULL;
		s = scenario_parse(
		    text->str, text->len, "t.ini", sets, NULL, &error);
		CU_ASSERT_FATAL((s == NULL) == (error != NULL));
		if (error != NULL)
			CU_ASSERT_FATAL(strchr(error->message, '\n') == NULL &&
			    strchr(error->message, ':') != NULL);
		accepted += s != NULL;
		scenario_free(s);
		g_clear_error(&error);
		g_string_free(text, TRUE);
		g_string_free(set, TRUE);
	}
	/* Both answers must have been among them. */
	CU_ASSERT(accepted > 100 && accepted < 3900);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(last_set_wins_over_the_file),
	    RULE(bad_sets_name_themselves),
	    RULE(kernel_argument_overrides_the_file),
	    RULE(lists_split_outside_parentheses),
	    RULE(every_value_of_a_sweep_is_tried),
	    RULE(unreadable_files_are_one_line),
	    RULE(reference_lists_every_key),
	    RULE(soup_of_bytes_gets_an_answer),
	};

	return (RUN_RULES("scenario_sets", rules));
}
