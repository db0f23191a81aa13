/*
 * Imports of foreign traces as a whole: order, choice, what is written, and
 * what cannot be.
 */

#include <glib/gstdio.h>
#include <unistd.h>

#include "sim/import/order.h"
#include "sim/workload/aiolog.h"
#include "sim/workload/iolog.h"
#include "tests/import_trial.h"

#define CSV "time_ns,op,offset_bytes,size_bytes,file\n"
#define UNKNOWN " -1 -1 -1 -1 EINPROGRESS\n"

/* Two files, the second from 1 us on. */
static const char two_files[] = CSV "1000,read,0,512,a\n"
				    "2000,write,512,512,b\n"
				    "3000,read,1024,512,a\n";

/* ---- Order ------------------------------------------------------------ */

static void
late_requests_are_put_in_order(void)
{
	static const char text[] =
	    CSV "7,read,0,1,a\n5,read,0,2,a\n6,read,0,3,a\n5,read,0,4,a\n";

	gives("csv", text,
	    "file 1 a\nrequest 0 read 1 0 2" UNKNOWN
	    "request 0 read 1 0 4" UNKNOWN "request 1 read 1 0 3" UNKNOWN
	    "request 2 read 1 0 1" UNKNOWN);
	says("csv", text, "; put in order: 3; skipped: heading 1");
}

/* So many requests at 10, 11, …, and then one at 5. */
static char *
late_by(int requests)
{
	GString *text = g_string_new(CSV);
	int i;

	for (i = 0; i < requests; i++)
		g_string_append_printf(text, "%d,read,0,1,a\n", 10 + i);
	g_string_append(text, "5,read,0,1,a\n");
	return (g_string_free(text, FALSE));
}

static void
a_request_later_than_the_window_is_refused(void)
{
	g_autofree char *fits = late_by(ORDER_WINDOW);
	g_autofree char *late = late_by(ORDER_WINDOW + 1);
	g_autofree char *expected = g_strdup_printf(
	    "trace:%d: its time is before those of more than %d requests",
	    ORDER_WINDOW + 3, ORDER_WINDOW);

	says("csv", fits, "; put in order: 1; skipped: heading 1");
	refuses("csv", late, expected);
}

/* It passes a full window by, and whatever is earlier still is too late. */
static void
what_passes_the_window_by_stays_in_order(void)
{
	g_autofree char *late = late_by(ORDER_WINDOW);
	g_autofree char *later = g_strconcat(late, "4,read,0,1,a\n", NULL);
	g_autofree char *same = g_strconcat(late, "5,read,0,2,a\n", NULL);
	struct trial trial = try_bytes(
	    (struct import_setup) {.in = NULL}, "csv", same, strlen(same));

	CU_ASSERT(g_str_has_prefix(trial.written,
	    "aiosim recording 1\nfile 1 a\n"
	    "request 0 read 1 0 1" UNKNOWN "request 0 read 1 0 2" UNKNOWN
	    "request 5 read 1 0 1" UNKNOWN));
	trial_free(&trial);
	refuses("csv", later, "trace:65539: its time is before");
}

static void
a_time_years_off_is_refused(void)
{
	refuses("csv", CSV "0,read,0,1,a\n1000000000000000000,read,0,1,a\n",
	    "trace:3: its time is years from");
	refuses("csv", CSV "1000000000000000000,read,0,1,a\n0,read,0,1,a\n",
	    "trace:3: its time is years from");
}

/* The largest file of a scenario; see test_scenario.c. */
static void
a_request_beyond_the_largest_file_is_refused(void)
{
	gives("csv", CSV "0,read,1152921504606846975,1,a\n",
	    "file 1 a\nrequest 0 read 1 1152921504606846975 1" UNKNOWN);
	refuses("csv", CSV "0,read,0,1,a\n0,write,1152921504606846975,2,a\n",
	    "trace:3: it ends at byte 1152921504606846977, but a scenario's "
	    "largest file has 1152921504606846976; correct it");
}

/* ---- Choice ----------------------------------------------------------- */

/* Two imports of one trace keep their distance. */
static void
only_keeps_the_times_of_the_trace(void)
{
	gives_with((struct import_setup) {.only = "b"}, "csv", two_files,
	    "file 2 b\nrequest 1000 write 2 512 512" UNKNOWN);
}

static void
from_and_to_are_since_the_first_request(void)
{
	gives_with((struct import_setup) {.from_ns = 1000, .to_ns = 2000},
	    "csv", two_files, "file 2 b\nrequest 0 write 2 512 512" UNKNOWN);
}

static void
nothing_left_is_an_error_that_names_the_files(void)
{
	refuses_with((struct import_setup) {.only = "c"}, "csv", two_files,
	    strlen(two_files),
	    "trace: no request is left; look at --only, --from and --to (the "
	    "trace has the files 'a', 'b')");
	refuses("csv", CSV "# none\n",
	    "trace: no request in the trace, only heading 1, blank lines and "
	    "remarks 1");
	refuses("csv", "", "trace: no request in the trace");
}

static void
several_files_are_pointed_out(void)
{
	says("csv", two_files,
	    "trace: files 'a' 2, 'b' 1; a process replays them as one: choose "
	    "with --only");
}

/* ---- Lines ------------------------------------------------------------ */

static void
lines_may_end_as_on_windows(void)
{
	gives("spc", "0,8,512,R,0\r\n\r\n",
	    "file 1 asu0\n"
	    "request 0 read 1 4096 512" UNKNOWN);
}

static void
a_byte_order_mark_is_passed_over(void)
{
	gives("csv", "\xef\xbb\xbf" CSV "1,read,0,1,a\n",
	    "file 1 a\nrequest 0 read 1 0 1" UNKNOWN);
	gives("spc", "\xef\xbb\xbf\r\n0,8,512,R,0\n",
	    "file 1 asu0\nrequest 0 read 1 4096 512" UNKNOWN);
	refuses("csv", "\xef\xbb\xbf", "trace: no request in the trace");
	refuses("spc",
	    "0,8,512,R,0\n\xef\xbb\xbf"
	    "0,8,512,R,0\n",
	    "trace:2: unit '");
}

static void
a_request_cut_off_is_refused(void)
{
	refuses("spc", "0,8,512,R,0.5", "trace:1: the file ends inside");
}

static void
what_is_no_text_is_refused(void)
{
	g_autofree char *longer = g_strnfill(70000, '1');
	struct import_setup none = {.in = NULL};

	refuses_with(none, "spc", "0,8\0,512", 8, "trace:1: byte 0x00");
	refuses_with(none, "msr", "\x1f\x8b\x08\0", 4,
	    "trace:1: compressed by gzip; zcat it into aiosim import msr -");
	refuses("spc", "0,1,512,R,0\n\x1f\x8b\x08\n", "trace:2: expected ASU");
	refuses("spc", longer, "trace:1: the line is longer than 65536 bytes");
	refuses("spc", "\xff\x01,8,512,R,0\n", "trace:1: unit '?\?'");
}

static void
names_are_one_line_and_not_too_long(void)
{
	g_autofree char *name = g_strnfill(1025, 'x');
	g_autofree char *text = g_strdup_printf(CSV "1,read,0,1,%s\n", name);

	refuses("csv", text, "trace:2: a file's name has 1 to 1024 bytes");
	refuses("csv", CSV "1,read,0,1,\n", "trace:2: a file's name has");
	gives("csv", CSV "1,read,0,1,a\x01\xff\n1,read,0,2,a?\?\n",
	    "file 1 a?\?\nrequest 0 read 1 0 1" UNKNOWN
	    "request 0 read 1 0 2" UNKNOWN);
}

/* ---- What is written -------------------------------------------------- */

static char *
put_aside(const char *text)
{
	char *path = NULL;
	int fd = g_file_open_tmp("import-XXXXXX", &path, NULL);

	g_assert(fd >= 0);
	close(fd);
	g_assert(g_file_set_contents(path, text, -1, NULL));
	return (path);
}

static void
a_recording_is_replayed_to_the_nanosecond(void)
{
	static const char text[] = "10,a,0,Read,512,8192,7\n"
				   "13,a,0,Write,0,512,2\n";
	struct trial trial = try_bytes(
	    (struct import_setup) {.in = NULL}, "msr", text, strlen(text));
	g_autofree char *path = put_aside(trial.written);
	struct aiolog *log = aiolog_read(path, NULL);
	const struct aiolog_entry *entry;

	g_assert(log != NULL);
	CU_ASSERT_EQUAL(log->entries->len, 2);
	CU_ASSERT_EQUAL(log->end_bytes, 8704);
	entry = &g_array_index(log->entries, struct aiolog_entry, 0);
	CU_ASSERT_EQUAL(entry->kind, KERNEL_AIO_READ);
	CU_ASSERT_EQUAL(entry->outcome.service_ns, 700);
	CU_ASSERT_EQUAL(entry->outcome.bytes, 8192);
	CU_ASSERT_EQUAL(entry->collect_ns, 700);
	entry++;
	CU_ASSERT_EQUAL(entry->submit_ns, 300);
	CU_ASSERT_EQUAL(entry->offset_bytes, 0);
	aiolog_free(log);
	g_unlink(path);
	trial_free(&trial);
}

static void
an_fio_log_opens_and_closes_its_files(void)
{
	struct trial trial = try_bytes((struct import_setup) {.fio = true},
	    "csv", two_files, strlen(two_files));
	g_autofree char *path = NULL;
	struct iolog_summary summary;

	expect_text(trial.written,
	    "fio version 3 iolog\n0 a add\n0 a open\n0 a read 0 512\n"
	    "1 b add\n1 b open\n1 b write 512 512\n2 a read 1024 512\n"
	    "2 a close\n2 b close\n");
	path = put_aside(trial.written);
	CU_ASSERT_TRUE(iolog_scan(path, &summary, NULL));
	CU_ASSERT_FALSE(summary.open_at_end);
	CU_ASSERT_EQUAL(summary.counts[IOLOG_READ], 2);
	CU_ASSERT_EQUAL(summary.end_bytes, 1536);
	iolog_summary_clear(&summary);
	g_unlink(path);
	trial_free(&trial);
}

static void
an_fio_log_has_no_blank_in_a_name(void)
{
	static const char text[] = CSV "1,read,0,1,a b\n";

	refuses_with((struct import_setup) {.fio = true}, "csv", text,
	    strlen(text), "trace: file 'a b' has a blank in its name");
}

static bool
at_once(void)
{
	return (true);
}

static void
an_interrupt_ends_it_without_a_trace(void)
{
	struct trial trial =
	    try_bytes((struct import_setup) {.was_interrupted = at_once}, "csv",
		two_files, strlen(two_files));

	CU_ASSERT_EQUAL(trial.code, IMPORT_INTERRUPTED);
	CU_ASSERT_PTR_NULL(strstr(trial.written, "end "));
	trial_free(&trial);
}

static void
a_full_disk_is_told(void)
{
	struct import_setup setup = {.format = import_find_format("csv"),
	    .path = "trace",
	    .to_ns = INT64_MAX};
	GError *error = NULL;

	if (g_access("/dev/full", W_OK) != 0)
		return;
	setup.in =
	    fmemopen((void *)(uintptr_t)two_files, strlen(two_files), "r");
	setup.out = fopen("/dev/full", "w");
	setvbuf(setup.out, NULL, _IONBF, 0);
	CU_ASSERT_PTR_NULL(import_trace(&setup, &error));
	CU_ASSERT_EQUAL(error->code, IMPORT_UNWRITTEN);
	CU_ASSERT_STRING_EQUAL(error->message, "No space left on device");
	g_error_free(error);
	fclose(setup.in);
	fclose(setup.out);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(late_requests_are_put_in_order),
	    RULE(a_request_later_than_the_window_is_refused),
	    RULE(what_passes_the_window_by_stays_in_order),
	    RULE(a_time_years_off_is_refused),
	    RULE(a_request_beyond_the_largest_file_is_refused),
	    RULE(only_keeps_the_times_of_the_trace),
	    RULE(from_and_to_are_since_the_first_request),
	    RULE(nothing_left_is_an_error_that_names_the_files),
	    RULE(several_files_are_pointed_out),
	    RULE(lines_may_end_as_on_windows),
	    RULE(a_byte_order_mark_is_passed_over),
	    RULE(a_request_cut_off_is_refused),
	    RULE(what_is_no_text_is_refused),
	    RULE(names_are_one_line_and_not_too_long),
	    RULE(a_recording_is_replayed_to_the_nanosecond),
	    RULE(an_fio_log_opens_and_closes_its_files),
	    RULE(an_fio_log_has_no_blank_in_a_name),
	    RULE(an_interrupt_ends_it_without_a_trace),
	    RULE(a_full_disk_is_told),
	};

	return (RUN_RULES("import", rules));
}
