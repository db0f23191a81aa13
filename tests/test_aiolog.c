/*
 * Recordings of AIO calls: what is read from them, and what is refused.
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sim/workload/aiolog.h"
#include "tests/suite.h"

#define HEAD "aiosim recording 1\nprocess 7 some program\nfile 1 /a b\n"

static struct aiolog *
read_text(const char *text, char **message)
{
	g_autofree char *path = NULL;
	GError *error = NULL;
	struct aiolog *log;
	int fd;

	fd = g_file_open_tmp("aiolog-XXXXXX", &path, NULL);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT(g_file_set_contents(path, text, -1, NULL));
	CU_ASSERT_EQUAL(
	    aiolog_is_one(path), g_str_has_prefix(text, "aiosim recording "));
	log = aiolog_read(path, &error);
	if (message != NULL) {
		*message = NULL;
		if (error != NULL && g_str_has_prefix(error->message, path))
			*message = g_strdup(error->message + strlen(path));
	}
	g_clear_error(&error);
	(void)g_unlink(path);
	g_close(fd, NULL);
	return (log);
}

static const struct aiolog_entry *
entry_of(const struct aiolog *log, guint i)
{
	return (&g_array_index(log->entries, struct aiolog_entry, i));
}

static void
a_request_has_its_place_and_its_times(void)
{
	struct aiolog *log =
	    read_text(HEAD "request 100 write 1 4096 512 110 150 200 512 0\n"
			   "call 120 aio_suspend 30 0 0\n"
			   "request 130 fsync 1 9 9 160 190 -1 -1 EIO\n"
			   "count aio_write 1\n"
			   "end 2 0\n",
		NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(log);
	CU_ASSERT_EQUAL_FATAL(log->entries->len, 2);
	CU_ASSERT_EQUAL(entry_of(log, 0)->kind, KERNEL_AIO_WRITE);
	CU_ASSERT_EQUAL(entry_of(log, 0)->submit_ns, 100);
	CU_ASSERT_EQUAL(entry_of(log, 0)->offset_bytes, 4096);
	CU_ASSERT_EQUAL(entry_of(log, 0)->size_bytes, 512);
	CU_ASSERT_EQUAL(entry_of(log, 0)->collect_ns, 200);
	CU_ASSERT_EQUAL(entry_of(log, 0)->outcome.service_ns, 40);
	CU_ASSERT_EQUAL(entry_of(log, 0)->outcome.bytes, 512);
	CU_ASSERT_EQUAL(entry_of(log, 1)->kind, KERNEL_AIO_FSYNC);
	CU_ASSERT_EQUAL(entry_of(log, 1)->outcome.error, KE_EIO);
	CU_ASSERT_EQUAL(log->end_bytes, 4608);
	aiolog_free(log);
}

static void
a_refused_attempt_and_its_repetition_are_one_operation(void)
{
	struct aiolog *log = read_text(HEAD
	    "refused 10 read 1 0 512 EAGAIN vfs.aio.max_aio_queue_per_proc\n"
	    "refused 20 read 1 0 512 EAGAIN vfs.aio.max_aio_queue_per_proc\n"
	    "refused 25 read 1 0 512 EBADF -\n"
	    "request 30 read 1 0 512 31 41 50 512 0\n"
	    "request 60 read 1 0 512 61 71 80 512 0\n"
	    "end 2 3\n",
	    NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(log);
	CU_ASSERT_EQUAL_FATAL(log->entries->len, 4);
	CU_ASSERT(entry_of(log, 0)->repeated && entry_of(log, 1)->repeated);
	CU_ASSERT_EQUAL(entry_of(log, 2)->arrival_ns, 10);
	CU_ASSERT_EQUAL(entry_of(log, 2)->submit_ns, 30);
	CU_ASSERT_EQUAL(entry_of(log, 3)->arrival_ns, 60);
	/* What it would have taken is what it took. */
	CU_ASSERT_EQUAL(entry_of(log, 0)->outcome.service_ns, 10);
	CU_ASSERT_EQUAL(entry_of(log, 0)->outcome.bytes, 512);
	aiolog_free(log);
}

/* Its service is that of the next of its kind; it moves what it was to. */
static void
what_is_not_known_of_a_request_is_guessed(void)
{
	struct aiolog *log =
	    read_text(HEAD "request 10 read 1 0 512 -1 -1 -1 -1 0\n"
			   "request 20 fsync 1 0 0 -1 -1 -1 -1 0\n"
			   "request 30 read 1 0 4096 31 41 50 100 0\n"
			   "request 40 fsync 1 0 0 41 48 50 0 0\n"
			   "end 4 0\n",
		NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(log);
	CU_ASSERT_EQUAL_FATAL(log->entries->len, 4);
	CU_ASSERT_EQUAL(entry_of(log, 0)->outcome.service_ns, 10);
	CU_ASSERT_EQUAL(entry_of(log, 0)->outcome.bytes, 512);
	CU_ASSERT_EQUAL(entry_of(log, 1)->outcome.service_ns, 7);
	CU_ASSERT_EQUAL(entry_of(log, 1)->outcome.bytes, 0);
	CU_ASSERT_EQUAL(entry_of(log, 2)->outcome.bytes, 100);
	aiolog_free(log);
}

static void
expect_error(const char *text, const char *expected)
{
	char *message;

	CU_ASSERT_PTR_NULL(read_text(text, &message));
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	if (!g_str_has_prefix(message, expected))
		g_printerr("expected '%s', got '%s'\n", expected, message);
	CU_ASSERT(g_str_has_prefix(message, expected));
	g_free(message);
}

static void
what_is_not_whole_is_refused_with_its_line(void)
{
	expect_error("", ":1: the recording has no end");
	expect_error("aiosim recording 2\n", ":1: not 'aiosim recording 1'");
	expect_error(HEAD "end 0 0\n", ":4: no request");
	expect_error(HEAD "request 1 read 1 0 512 2 3 4 512 0\n",
	    ":5: the recording has no end");
	expect_error(
	    HEAD "request 1 read 1 0 512 2 3 4 51", ":4: the line is cut off");
	expect_error(HEAD "request 1 read 1 0 512 2 3\n",
	    ":4: 'request' takes 10 fields");
	expect_error(HEAD "request 1 seek 1 0 512 2 3 4 512 0\n",
	    ":4: 'seek' is no operation");
	expect_error(HEAD "request 1 read 1 0 512 2 x 4 512 0\n",
	    ":4: 'x' is not a whole number");
	expect_error(HEAD "request 1 read 1 0 512 9 3 4 512 0\n",
	    ":4: a request that ends before it begins");
	expect_error(HEAD "request 1 read 1 0 512 2 3 4 512 E\tW\n",
	    ":4: 'E?W' is no error");
	expect_error(HEAD "request 5 read 1 0 512 4 6 7 512 0\n",
	    ":4: a request that begins before its submission");
	expect_error(HEAD "request 1 read 1 0 512 2 5 4 512 0\n",
	    ":4: a request that is collected before its end");
	expect_error(HEAD "request 1 read 1 0 512 2 3 4 513 0\n",
	    ":4: a request that moves more bytes than it was to");
	expect_error(HEAD "request 1 read 1 0 512 2 3 4 512 EWHAT\n",
	    ":4: 'EWHAT' is no error");
	expect_error(HEAD "request 9 read 1 0 512 9 9 9 512 0\n"
			  "request 8 read 1 0 512 9 9 9 512 0\n",
	    ":5: time goes back");
	expect_error(HEAD "request 9 read 1 0 512 9 9 9 512 0\nend 2 0\n",
	    ":5: the recording should hold 2");
	expect_error(HEAD "request 9 read 1 0 512 9 9 9 512 0\nend 1 0\n\n",
	    ":6: a line after the end");
	expect_error(HEAD "hello\n", ":4: 'hello' is no line");
}

int
main(void)
{
	const struct rule rules[] = {
	    RULE(a_request_has_its_place_and_its_times),
	    RULE(a_refused_attempt_and_its_repetition_are_one_operation),
	    RULE(what_is_not_known_of_a_request_is_guessed),
	    RULE(what_is_not_whole_is_refused_with_its_line),
	};

	return (RUN_RULES("recordings of AIO calls", rules));
}
