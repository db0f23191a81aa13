/*
 * The table of results made by hand, to the letter, and what it does with the
 * empty, the large and the foreign.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/record/sinks.h"
#include "sim/record/table_text.h"
#include "tests/made_results.h"
#include "tests/suite.h"

/* free() it. */
static char *
table_text(const struct results *r)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	table_print(file, r);
	fclose(file);
	return (text);
}

static void
table_names_policies_with_the_kernel(void)
{
	struct run *run = full_run();
	char *text;

	run->scenario.policies[POLICY_WAKE_ON_RAISE] = 1;
	run->scenario.policies[POLICY_LIMITS] = 1;
	text = table_text(&run->results);
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
	    "freebsd-12.2, changed: wake_on_raise = yes, limits = manual\n"));
	free(text);
	free_run(run);
}

static void
nothing_was_simulated_in_a_real_run(void)
{
	struct run *run = full_run();
	char *text;

	run->results.world = "real";
	text = table_text(&run->results);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  took        3.00 s"));
	CU_ASSERT_PTR_NULL(strstr(text, "simulated"));
	free(text);
	free_run(run);
}

static void
table_of_a_run_is_this(void)
{
	struct run *run = full_run();
	char *text;

	run->results.stalled = true;
	text = table_text(&run->results);
	CU_ASSERT_STRING_EQUAL(text,
	    "How many daemons?\n"
	    "\n"
	    "  kernel      freebsd-12.2\n"
	    "  world       heap\n"
	    "  seed        42, replication 3\n"
	    "  simulated   3.00 s, measured over the last 2.00 s\n"
	    "  fingerprint 000000abcdef0123\n"
	    "\n"
	    "Requests\n"
	    "  issued              2,345\n"
	    "  accepted            1,100\n"
	    "  refused             1,234  by vfs.aio.max_aio_queue_per_proc\n"
	    "  refused                11  with EINVAL\n"
	    "  completed           1,089\n"
	    "  failed                  5\n"
	    "  cancelled               4\n"
	    "  in flight               2  at the end\n"
	    "  wanted              1,500  operations\n"
	    "  synchronous           300  operations done by read or write"
	    " instead\n"
	    "  dropped               106  operations given up\n"
	    "  throughput            500  finished a second\n"
	    "  outstanding          1.00  on average, at most 256\n"
	    "\n"
	    "Latency             mean       p50       p90       p99     p99.9"
	    "       max\n"
	    "  total          2.00 ms   1.00 ms   4.00 ms   4.00 ms   4.00 ms"
	    "   4.00 ms\n"
	    "  queue             7 ns      7 ns      7 ns      7 ns      7 ns"
	    "      7 ns\n"
	    "\n"
	    "Waits\n"
	    "  2 requests waited 5.60 ms on average for vfs.aio.max_aio_procs\n"
	    "\n"
	    "Daemons (aiod)\n"
	    "  alive                12.0  on average, 4 to 32, 28 at the end\n"
	    "  busy                 10.2  on average, at most 30\n"
	    "  created                32\n"
	    "  reaped                  4\n"
	    "\n"
	    "Daemons (soaiod)\n"
	    "  alive                4.50  on average, 4 to 6, 4 at the end\n"
	    "  busy                 1.00  on average, at most 5\n"
	    "  created                 6\n"
	    "  reaped                  2\n"
	    "\n"
	    "Devices           used    busy   queue      reads     writes"
	    "     syncs     moved\n"
	    "  ada0          75.0 %    6.00    1.50      1,000         20"
	    "         3  7.82 MiB\n"
	    "\n"
	    "STALLED at 3.00 s: nothing can happen any more, and 2 requests "
	    "are unfinished.\n");
	free(text);
	free_run(run);
}

static void
table_leaves_out_what_was_not(void)
{
	struct run *run = empty_run();
	char *text;

	run->results.interrupted = true;
	text = table_text(&run->results);
	CU_ASSERT_STRING_EQUAL(text,
	    "  kernel      freebsd-12.2\n"
	    "  world       heap\n"
	    "  seed        42\n"
	    "  simulated   0\n"
	    "  fingerprint 0000000000000000\n"
	    "\n"
	    "INTERRUPTED at 0: the figures are of what was simulated until "
	    "then.\n");
	free(text);
	free_run(run);
}

/* The length of the longest line, or INT_MAX if a byte is not printable. */
static int
width_of(const char *text)
{
	int width = 0, column = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			column = 0;
			continue;
		}
		if (!g_ascii_isprint(*text))
			return (G_MAXINT);
		column++;
		width = MAX(width, column);
	}
	return (width);
}

static void
table_fits_80_columns_of_ascii(void)
{
	struct run *run = full_run();
	struct results *r = &run->results;
	char *text;
	int i;

	g_free(run->scenario.question);
	run->scenario.question =
	    g_strdup("W\xc3\xa4re a question that goes on for longer than a "
		     "line can hold\tstill \xe2\x80\x94 readable, and even "
		     "\xff broken off where a word would be cut?");
	r->issued = r->refused_by_limit[QUEUE] = 12345678901;
	r->waited[QUEUE].count = 1234567890;
	r->waited[QUEUE].ns = INT64_MAX;
	add_device(r, "a device with a name longer than its column");
	g_array_index(r->devices, struct device_summary, 1).reads = 1234567890;
	g_array_index(r->devices, struct device_summary, 1).writes = 1234567890;
	for (i = 0; i < 20; i++) {
		g_autofree char *name = g_strdup_printf("z\xc3\xbcrich.%d", i);

		add_process(r, name);
	}
	text = table_text(r);
	CU_ASSERT(width_of(text) <= 80);
	CU_ASSERT(width_of(text) > 70);
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    text, "\n  a device w..  75.0 %    6.00    1.50     1.23 G"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text, "\n  and 9 more in summary.json\n"));
	free(text);
	free_run(run);
}

/* A total of `ns` as the table has it. */
static bool
time_reads(int64_t ns, const char *expected)
{
	g_autofree char *cell = g_strdup_printf("%10s\n", expected);
	struct run *run = empty_run();
	char *text;
	bool found;

	histogram_record(run->results.latency[LATENCY_TOTAL], ns);
	text = table_text(&run->results);
	found = strstr(text, cell) != NULL;
	free(text);
	free_run(run);
	return (found);
}

static void
times_have_three_digits_and_their_unit(void)
{
	CU_ASSERT_TRUE(time_reads(0, "0"));
	CU_ASSERT_TRUE(time_reads(1, "1 ns"));
	CU_ASSERT_TRUE(time_reads(999, "999 ns"));
	CU_ASSERT_TRUE(time_reads(1000, "1.00 us"));
	CU_ASSERT_TRUE(time_reads(9994, "9.99 us"));
	CU_ASSERT_TRUE(time_reads(9996, "10.0 us"));
	CU_ASSERT_TRUE(time_reads(99940, "99.9 us"));
	CU_ASSERT_TRUE(time_reads(99960, "100 us"));
	CU_ASSERT_TRUE(time_reads(999499, "999 us"));
	CU_ASSERT_TRUE(time_reads(999500, "1.00 ms"));
	CU_ASSERT_TRUE(time_reads(999600000, "1.00 s"));
	CU_ASSERT_TRUE(time_reads(12345000000000, "12,345 s"));
}

static void
ten_times_as_much_is_told_as_a_factor(void)
{
	char text[TEXT_SIZE] = "untouched";

	CU_ASSERT_FALSE(factor_text(text, 8.99));
	CU_ASSERT_FALSE(factor_text(text, -1));
	CU_ASSERT_STRING_EQUAL(text, "untouched");
	CU_ASSERT_TRUE(factor_text(text, 9));
	CU_ASSERT_STRING_EQUAL(text, "x10.0");
	CU_ASSERT_TRUE(factor_text(text, 4214.86));
	CU_ASSERT_STRING_EQUAL(text, "x4,216");
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(table_names_policies_with_the_kernel),
	    RULE(nothing_was_simulated_in_a_real_run),
	    RULE(table_of_a_run_is_this),
	    RULE(table_leaves_out_what_was_not),
	    RULE(table_fits_80_columns_of_ascii),
	    RULE(ten_times_as_much_is_told_as_a_factor),
	    RULE(times_have_three_digits_and_their_unit),
	};

	return (RUN_RULES("table", rules));
}
