/*
 * fio's I/O logs: both versions, the recorded trace that comes with the
 * scenarios, and every way of being broken that we know of.
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/workload/iolog.h"
#include "tests/suite.h"

#define TRACE SOURCE_DIR "/scenarios/traces/db-mix.iolog"
#define V2 "fio version 2 iolog\n"
#define V3 "fio version 3 iolog\n"
#define OPENED V3 "0 data add\n1 data open\n"

/* Writes a trace to a temporary file, whose name the caller frees. */
static char *
written(const char *bytes, size_t length)
{
	char *path = NULL;
	int fd = g_file_open_tmp("iolog-XXXXXX", &path, NULL);

	g_assert(fd >= 0);
	g_assert(write(fd, bytes, length) == (ssize_t)length);
	close(fd);
	return (path);
}

/* Reads a trace to its end; returns the number of requests, the last of which
 * is left in *entry, and the message of its error or NULL. */
static int
read_trace(const char *path, struct iolog_entry *entry, char **message)
{
	GError *error = NULL;
	struct iolog *log = iolog_open(path, &error);
	int n = 0, got = -1;

	if (log != NULL)
		while ((got = iolog_next(log, entry, &error)) == 1)
			n++;
	iolog_close(log);
	CU_ASSERT((got == -1) == (error != NULL));
	*message = error == NULL ? NULL : g_strdup(error->message);
	g_clear_error(&error);
	return (n);
}

static void
has_error(const char *bytes, size_t length, const char *expected)
{
	char *path = written(bytes, length), *message, *pattern;
	struct iolog_entry entry;

	read_trace(path, &entry, &message);
	pattern = g_strdup_printf("%s:%s", path, expected);
	if (message == NULL || !g_str_has_prefix(message, pattern) ||
	    strchr(message, '\n') != NULL) {
		g_printerr("%s, not %s\n", message, pattern);
		CU_FAIL("another message");
	}
	g_unlink(path);
	g_free(path);
	g_free(message);
	g_free(pattern);
}

/* The whole text must fail with "PATH:" and what `expected` begins with. */
static void
fails(const char *text, const char *expected)
{
	has_error(text, strlen(text), expected);
}

/* The whole text is fine and has `n` requests; the last one is returned. */
static struct iolog_entry
passes(const char *text, int n)
{
	char *path = written(text, strlen(text)), *message;
	struct iolog_entry entry = {0};

	CU_ASSERT_EQUAL(read_trace(path, &entry, &message), n);
	CU_ASSERT_PTR_NULL(message);
	g_unlink(path);
	g_free(path);
	g_free(message);
	return (entry);
}

static void
version_3_arrives_at_its_microseconds(void)
{
	struct iolog_entry e;

	e = passes(OPENED "202 data read 4096 8192\n", 1);
	CU_ASSERT_EQUAL(e.arrival_ns, 202000);
	CU_ASSERT_EQUAL(e.operation, IOLOG_READ);
	CU_ASSERT_EQUAL(e.file, 0);
	CU_ASSERT_EQUAL(e.offset_bytes, 4096);
	CU_ASSERT_EQUAL(e.size_bytes, 8192);
	e = passes(OPENED "5 data write 1 2\n5 data write 3 4\n", 2);
	CU_ASSERT_EQUAL(e.operation, IOLOG_WRITE);
	CU_ASSERT_EQUAL(e.arrival_ns, 5000);
}

static void
version_2_adds_up_its_waits(void)
{
	struct iolog_entry e;

	e = passes(V2 "data add\ndata open\ndata read 0 512\n", 1);
	CU_ASSERT_EQUAL(e.arrival_ns, 0);
	e = passes(V2 "data add\ndata open\ndata wait 1000 0\n"
		      "data read 0 512\ndata wait 50 0\ndata wait 200 0\n"
		      "data read 512 512\ndata close\n",
	    2);
	CU_ASSERT_EQUAL(e.arrival_ns, 1250000);
}

static void
sync_has_no_offset(void)
{
	struct iolog_entry e;

	e = passes(OPENED "9 data sync 1363689472 0\n", 1);
	CU_ASSERT(e.operation == IOLOG_SYNC && e.offset_bytes == 0);
	e = passes(OPENED "9 data datasync 1363689472 0\n", 1);
	CU_ASSERT(e.operation == IOLOG_DATASYNC && e.offset_bytes == 0);
}

static void
files_are_numbered_by_their_first_add(void)
{
	struct iolog_entry e;

	e = passes(V3 "0 b add\n0 a add\n0 b add\n0 a open\n0 b open\n"
		      "3 b read 0 1\n4 a read 0 1\n",
	    2);
	CU_ASSERT_EQUAL(e.file, 1);
}

static void
opens_of_a_file_are_counted(void)
{
	passes(OPENED "1 data open\n2 data close\n3 data read 0 1\n", 1);
	fails(OPENED "1 data open\n2 data close\n2 data close\n3 data read 0 1",
	    "7: file 'data' is not open");
	fails(OPENED "1 data close\n2 data close\n",
	    "5: file 'data' is closed but not open");
}

static void
request_without_a_newline_may_be_cut_off(void)
{
	fails(OPENED "202 data read 4096 8192",
	    "4: the file ends inside this line: it was cut off; ");
	passes(OPENED "202 data close", 0);
}

static void
carriage_returns_and_tabs_are_taken(void)
{
	passes("fio version 3 iolog\r\n0 data\tadd\r\n1 data open\r\n"
	       "2\tdata  read 0 1\r\n",
	    1);
}

static void
wrong_header_is_an_error(void)
{
	fails("", "1: the file is empty");
	fails("\n", "1: not an fio iolog: the first line must be");
	fails("fio version 1 iolog\n", "1: not an fio iolog");
	fails("fio version 3 iolog \n", "1: not an fio iolog");
	fails("fio version 3 iol", "1: not an fio iolog");
	fails(OPENED V3, "4: a second header");
	fails(V2 "data add\n" V2, "3: a second header");
}

static void
unknown_actions_are_errors(void)
{
	fails(OPENED "2 data raed 0 1\n", "4: unknown action 'raed'");
	fails(OPENED "2 data wait 5 0\n", "4: version 3 has no 'wait'");
}

static void
files_must_be_added_and_opened(void)
{
	fails(V3 "0 data open\n", "2: file 'data' was not added");
	fails(V3 "0 data close\n", "2: file 'data' was not added");
	fails(V3 "0 data read 0 1\n", "2: file 'data' is not open");
	fails(V3 "0 data add\n0 data read 0 1\n", "3: file 'data' is not open");
	fails(OPENED "2 other trim 0 1\n", "4: file 'other' is not open");
}

static void
missing_fields_are_errors(void)
{
	fails(OPENED "202 data read 4096", "4: 'read' takes an offset and a ");
	fails(OPENED "202 data read", "4: 'read' takes an offset and a length");
	fails(OPENED "202 data rea", "4: unknown action 'rea'");
	fails(
	    OPENED "202 data\n", "4: the line is cut off, expected TIME FILE");
	fails(OPENED "202", "4: the line is cut off, expected TIME FILE");
	fails(OPENED "\n2 data read 0 1\n", "4: the line is cut off");
	fails(V2 "data\n", "2: the line is cut off, expected FILE ACTION");
}

static void
extra_fields_are_errors(void)
{
	fails(OPENED "2 data read 0 1 7\n", "4: 'read' takes an offset and a");
	fails(OPENED "2 data close 1\n", "4: 'close' takes nothing after it");
	fails(V3 "0 my data add\n", "2: unknown action 'data'");
	fails(V2 "data add\ndata open\n7 data read 0 1\n",
	    "4: unknown action 'data'");
}

static void
numbers_must_be_decimal_and_fit(void)
{
	struct iolog_entry e;

	fails(OPENED "x data read 0 1\n", "4: time 'x' is not a decimal");
	fails(OPENED "-2 data read 0 1\n", "4: time '-2' is not a decimal");
	fails(OPENED "2 data read +4 1\n", "4: offset '+4' is not a decimal");
	fails(OPENED "2 data read 0 1k\n", "4: length '1k' is not a decimal");
	fails(OPENED "2 data read 0 4294967296\n",
	    "4: length 4294967296 is too large; the most is 4294967295");
	fails(OPENED "2 data read 18446744073709551616 1\n",
	    "4: offset 18446744073709551616 is too large");
	fails(OPENED "2305843009213694 data read 0 1\n",
	    "4: time 2305843009213694 is too large");
	e = passes(OPENED "2305843009213693 data read 9223372032559808512 "
			  "4294967295\n",
	    1);
	CU_ASSERT_EQUAL(e.offset_bytes + e.size_bytes, INT64_MAX);
	CU_ASSERT(e.arrival_ns <= INT64_MAX / 4);
	fails(V2 "data add\ndata wait 2305843009213693 0\ndata wait 1 0\n",
	    "4: wait 1 is too large; the most is 0");
}

static void
time_must_not_go_backwards(void)
{
	fails(OPENED "20 data read 0 1\n19 data read 0 1\n",
	    "5: time goes back from 20 us to 19 us");
	fails(OPENED "20 data read 0 1\n19 data close\n",
	    "5: time goes back from 20 us to 19 us");
}

static void
rubbish_is_an_error(void)
{
	static const char zeros[] = OPENED "2 data\0read 0 1\n";
	char *long_line = g_strnfill(100000, 'a');
	char *text = g_strconcat(OPENED, long_line, NULL);

	has_error("\x7f"
		  "ELF\x02\x01",
	    6, "1: byte 0x7f is not text");
	has_error(zeros, sizeof(zeros) - 1, "4: byte 0x00 is not text");
	fails(OPENED "2 data\rread 0 1\n", "4: a carriage return inside");
	fails(OPENED "2 data \xff\xfe 0 1\n", "4: unknown action '");
	fails(text, "4: the line is longer than 4096 bytes");
	fails(long_line, "1: the line is longer than 4096 bytes");
	g_free(long_line);
	g_free(text);
}

static void
unreadable_files_are_errors(void)
{
	struct iolog_entry entry;
	char *message;

	read_trace("/nonexistent.iolog", &entry, &message);
	CU_ASSERT_STRING_EQUAL(
	    message, "/nonexistent.iolog: No such file or directory");
	g_free(message);
	read_trace("/", &entry, &message);
	CU_ASSERT_STRING_EQUAL(message, "/: Is a directory");
	g_free(message);
}

static void
scan_sums_up_a_trace(void)
{
	static const char text[] =
	    OPENED "10 data read 4096 8192\n12 data read 0 100\n"
		   "20 data write 65536 512\n20 data trim 900000 4096\n"
		   "21 data sync 900000 0\n30 data datasync 0 0\n"
		   "40 data close\n";
	char *path = written(text, strlen(text));
	struct iolog_summary s;

	CU_ASSERT_TRUE(iolog_scan(path, &s, NULL));
	CU_ASSERT_EQUAL(s.version, 3);
	CU_ASSERT_EQUAL(s.counts[IOLOG_READ], 2);
	CU_ASSERT_EQUAL(s.bytes[IOLOG_READ], 8292);
	CU_ASSERT_EQUAL(s.counts[IOLOG_WRITE], 1);
	CU_ASSERT_EQUAL(s.bytes[IOLOG_WRITE], 512);
	CU_ASSERT_EQUAL(s.counts[IOLOG_SYNC], 1);
	CU_ASSERT_EQUAL(s.counts[IOLOG_DATASYNC], 1);
	CU_ASSERT_EQUAL(s.trims, 1);
	CU_ASSERT_EQUAL(s.end_bytes, 66048);
	CU_ASSERT_EQUAL(s.duration_ns, 30000);
	CU_ASSERT_EQUAL_FATAL(s.files->len, 1);
	CU_ASSERT_STRING_EQUAL(g_ptr_array_index(s.files, 0), "data");
	iolog_summary_clear(&s);
	g_unlink(path);
	g_free(path);
}

static void
scan_refuses_what_is_broken_or_empty(void)
{
	static const char *const texts[] = {V3, OPENED,
	    OPENED "2 data trim 0 1\n", OPENED "2 data read 0 1\n3 data"};
	static const int lines[] = {2, 4, 5, 5};
	struct iolog_summary s;
	GError *error = NULL;
	char *path, *expected;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(texts); i++) {
		path = written(texts[i], strlen(texts[i]));
		expected = g_strdup_printf("%s:%d: %s", path, lines[i],
		    i < 3 ? "no request in the trace" : "the line is cut off");
		CU_ASSERT_FALSE(iolog_scan(path, &s, &error));
		CU_ASSERT(g_str_has_prefix(error->message, expected));
		CU_ASSERT(s.files == NULL && s.counts[IOLOG_READ] == 0);
		iolog_summary_clear(&s);
		g_clear_error(&error);
		g_unlink(path);
		g_free(path);
		g_free(expected);
	}
}

static void
recorded_trace_is_what_its_readme_says(void)
{
	struct iolog_summary s;

	CU_ASSERT_TRUE_FATAL(iolog_scan(TRACE, &s, NULL));
	CU_ASSERT_EQUAL(s.version, 3);
	CU_ASSERT_EQUAL(s.counts[IOLOG_READ], 14845);
	CU_ASSERT_EQUAL(s.bytes[IOLOG_READ], 14845 * 8192);
	CU_ASSERT_EQUAL(s.counts[IOLOG_WRITE], 6155);
	CU_ASSERT_EQUAL(s.bytes[IOLOG_WRITE], 6155 * 16384);
	CU_ASSERT_EQUAL(s.counts[IOLOG_SYNC], 0);
	CU_ASSERT_EQUAL(s.counts[IOLOG_DATASYNC], 401);
	CU_ASSERT_EQUAL(s.trims, 0);
	CU_ASSERT(s.end_bytes <= INT64_C(4) << 30);
	CU_ASSERT_EQUAL(s.duration_ns, INT64_C(10001559000));
	CU_ASSERT_EQUAL_FATAL(s.files->len, 1);
	CU_ASSERT_STRING_EQUAL(g_ptr_array_index(s.files, 0), "data");
	iolog_summary_clear(&s);
}

/* Cut anywhere, a trace gives the requests of its whole lines, and then either
 * its end or one line of error for the piece of a line. */
static void
cut_traces_give_a_prefix_or_one_error(void)
{
	struct iolog_entry entry;
	char *text, *path, *message;
	size_t cut, length;
	int n, whole = 0, lines = 0;

	CU_ASSERT_TRUE_FATAL(g_file_get_contents(TRACE, &text, &length, NULL));
	for (cut = 0; cut <= 2000; cut++) {
		if (cut > 0 && text[cut - 1] == '\n' && ++lines > 3)
			whole++;
		path = written(text, cut);
		n = read_trace(path, &entry, &message);
		if (message == NULL)
			CU_ASSERT(n == whole);
		if (message != NULL) {
			CU_ASSERT_EQUAL(n, whole);
			CU_ASSERT(g_str_has_prefix(message, path));
			CU_ASSERT_PTR_NULL(strchr(message, '\n'));
			CU_ASSERT(cut == 0 || text[cut - 1] != '\n');
		}
		g_free(message);
		g_unlink(path);
		g_free(path);
	}
	CU_ASSERT(whole > 50);
	g_free(text);
}

/* Any byte of the beginning replaced by any of these. */
static void
damaged_traces_never_crash(void)
{
	static const char bytes[] = {'\0', '\n', ' ', '-', '9', 'x', '\xff'};
	struct iolog_entry entry;
	char *text, *path, *message, kept;
	size_t i, j;

	CU_ASSERT_TRUE_FATAL(g_file_get_contents(TRACE, &text, NULL, NULL));
	for (i = 0; i < 120; i++)
		for (j = 0; j < sizeof(bytes); j++) {
			kept = text[i];
			text[i] = bytes[j];
			path = written(text, 600);
			CU_ASSERT(read_trace(path, &entry, &message) < 20);
			CU_ASSERT(
			    message == NULL || g_str_has_prefix(message, path));
			text[i] = kept;
			g_free(message);
			g_unlink(path);
			g_free(path);
		}
	g_free(text);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(version_3_arrives_at_its_microseconds),
	    RULE(version_2_adds_up_its_waits),
	    RULE(sync_has_no_offset),
	    RULE(files_are_numbered_by_their_first_add),
	    RULE(opens_of_a_file_are_counted),
	    RULE(request_without_a_newline_may_be_cut_off),
	    RULE(carriage_returns_and_tabs_are_taken),
	    RULE(wrong_header_is_an_error),
	    RULE(unknown_actions_are_errors),
	    RULE(files_must_be_added_and_opened),
	    RULE(missing_fields_are_errors),
	    RULE(extra_fields_are_errors),
	    RULE(numbers_must_be_decimal_and_fit),
	    RULE(time_must_not_go_backwards),
	    RULE(rubbish_is_an_error),
	    RULE(unreadable_files_are_errors),
	    RULE(scan_sums_up_a_trace),
	    RULE(scan_refuses_what_is_broken_or_empty),
	    RULE(recorded_trace_is_what_its_readme_says),
	    RULE(cut_traces_give_a_prefix_or_one_error),
	    RULE(damaged_traces_never_crash),
	};

	return (RUN_RULES("iolog", rules));
}
