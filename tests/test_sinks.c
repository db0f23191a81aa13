/*
 * The rows of requests.csv and series.csv, to the letter.
 */

#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/record/integers.h"
#include "sim/record/sinks.h"
#include "sim/random.h"
#include "tests/made_rows.h"
#include "tests/suite.h"

/* ---- A file in memory ------------------------------------------------- */

static char *memory;
static size_t memory_size;

static FILE *
open_memory(void)
{
	FILE *file = open_memstream(&memory, &memory_size);

	g_assert(file != NULL);
	return (file);
}

/* Closes the file and compares what was written. */
static bool
reads(FILE *file, const char *expected)
{
	bool same;

	fclose(file);
	same = strcmp(memory, expected) == 0;
	if (!same)
		printf("found:\n%s\n", memory);
	free(memory);
	return (same);
}

/* ---- Integers --------------------------------------------------------- */

static bool
is_put_as_printf_does(int64_t value)
{
	char text[INTEGER_SIZE + 1], expected[INTEGER_SIZE + 2];
	bool same;

	*put_integer(text, value) = '\0';
	g_snprintf(expected, sizeof(expected), "%" PRId64, value);
	same = strcmp(text, expected) == 0;
	*put_unsigned(text, (uint64_t)value) = '\0';
	g_snprintf(expected, sizeof(expected), "%" PRIu64, (uint64_t)value);
	return (same && strcmp(text, expected) == 0);
}

static void
integers_are_those_of_printf(void)
{
	static const struct stream source = {1, 0, STREAM_SERVICE, 2};
	uint64_t words[4], power = 1;
	int i;

	CU_ASSERT_TRUE(is_put_as_printf_does(0));
	CU_ASSERT_TRUE(is_put_as_printf_does(INT64_MIN));
	CU_ASSERT_TRUE(is_put_as_printf_does(INT64_MAX));
	for (i = 0; i < 20; i++, power *= 10) {
		CU_ASSERT_TRUE(is_put_as_printf_does((int64_t)power));
		CU_ASSERT_TRUE(is_put_as_printf_does((int64_t)(power - 1)));
		CU_ASSERT_TRUE(is_put_as_printf_does(-(int64_t)(power / 2)));
	}
	for (i = 0; i < 10000; i++) {
		stream_words(&source, (uint64_t)i, words);
		CU_ASSERT_TRUE(is_put_as_printf_does(
		    (int64_t)(words[0] >> (words[1] % 64))));
	}
}

static void
microseconds_keep_every_nanosecond(void)
{
	char text[INTEGER_SIZE + 2];

	*put_microseconds(text, 0) = '\0';
	CU_ASSERT_STRING_EQUAL(text, "0.000");
	*put_microseconds(text, 1007) = '\0';
	CU_ASSERT_STRING_EQUAL(text, "1.007");
	*put_microseconds(text, INT64_MAX) = '\0';
	CU_ASSERT_STRING_EQUAL(text, "9223372036854775.807");
}

/* ---- Rows ------------------------------------------------------------- */

static bool
row_reads(const struct request_row *row, const char *expected)
{
	FILE *file = open_memory();

	requests_row(file, row);
	return (reads(file, expected));
}

static void
requests_begin_with_their_columns(void)
{
	FILE *file = open_memory();

	requests_begin(file);
	CU_ASSERT_TRUE(reads(file,
	    "id,process,call,fd,offset_bytes,size_bytes,attempt,arrival_ns,"
	    "submit_ns,start_ns,device_start_ns,finish_ns,collect_ns,daemon,"
	    "status,errno,limit\n"));
}

static void
success_has_a_status_and_no_errno(void)
{
	struct request_row row = served_row();

	CU_ASSERT_TRUE(row_reads(&row,
	    "7,db.1,aio_read,3,8192,4096,1,1000,1001,2000,2500,3000,4000,aiod4,"
	    "4096,,\n"));
	row.limit = "vfs.aio.max_aio_procs";
	CU_ASSERT_TRUE(row_reads(&row,
	    "7,db.1,aio_read,3,8192,4096,1,1000,1001,2000,2500,3000,4000,aiod4,"
	    "4096,,vfs.aio.max_aio_procs\n"));
}

static void
failure_and_cancellation_name_their_errno(void)
{
	struct request_row row = served_row();

	row.status = -1;
	row.error = KE_EIO;
	CU_ASSERT_TRUE(row_reads(&row,
	    "7,db.1,aio_read,3,8192,4096,1,1000,1001,2000,2500,3000,4000,aiod4,"
	    "-1,EIO,\n"));
	row.error = KE_ECANCELED;
	row.start_ns = row.device_start_ns = NOT_YET;
	row.daemon[0] = '\0';
	CU_ASSERT_TRUE(row_reads(&row,
	    "7,db.1,aio_read,3,8192,4096,1,1000,1001,,,3000,4000,,"
	    "-1,ECANCELED,\n"));
}

static void
refusal_names_its_limit(void)
{
	struct request_row row = refused_row();

	CU_ASSERT_TRUE(row_reads(&row,
	    "8,db.1,aio_read,3,8192,4096,2,1000,5000,,,,,,-1,EAGAIN,"
	    "vfs.aio.max_aio_queue\n"));
	row.limit = NULL;
	row.error = KE_EINVAL;
	CU_ASSERT_TRUE(row_reads(
	    &row, "8,db.1,aio_read,3,8192,4096,2,1000,5000,,,,,,-1,EINVAL,\n"));
}

static void
request_in_flight_has_no_status(void)
{
	struct request_row row = served_row();

	row.finished = false;
	row.finish_ns = row.collect_ns = NOT_YET;
	CU_ASSERT_TRUE(row_reads(&row,
	    "7,db.1,aio_read,3,8192,4096,1,1000,1001,2000,2500,,,aiod4,,,\n"));
}

static void
awkward_names_are_quoted(void)
{
	struct request_row row = refused_row();
	g_autofree char *text = NULL, *name = g_strnfill(5000, 'n');

	row.process = "a, \"b\"";
	CU_ASSERT_TRUE(row_reads(&row,
	    "8,\"a, \"\"b\"\"\",aio_read,3,8192,4096,2,1000,5000,,,,,,-1,"
	    "EAGAIN,vfs.aio.max_aio_queue\n"));
	row.process = name;
	text = g_strdup_printf("8,\"%s\",aio_read,3,8192,4096,2,1000,5000,,,,,,"
			       "-1,EAGAIN,vfs.aio.max_aio_queue\n",
	    name);
	CU_ASSERT_TRUE(row_reads(&row, text));
}

static void
widest_row_is_whole(void)
{
	struct request_row row = served_row();

	row.id = row.size_bytes = UINT64_MAX;
	row.fd = INT32_MIN;
	row.attempt = UINT32_MAX;
	row.offset_bytes = row.status = INT64_MIN + 1;
	row.arrival_ns = row.submit_ns = row.start_ns = row.device_start_ns =
	    row.finish_ns = row.collect_ns = INT64_MAX;
	g_strlcpy(row.daemon, "soaiod123456789", sizeof(row.daemon));
	row.error = KE_EINPROGRESS;
	row.call = "aio_waitcomplete";
	row.limit = "vfs.aio.max_aio_queue_per_proc";
	row.process = "a.name.of.sixty.four.characters.which.is.the.longest."
		      "that.fits.i";
	CU_ASSERT_TRUE(row_reads(&row,
	    "18446744073709551615,a.name.of.sixty.four.characters.which.is.the."
	    "longest.that.fits.i,aio_waitcomplete,-2147483648,"
	    "-9223372036854775807,18446744073709551615,4294967295,"
	    "9223372036854775807,9223372036854775807,9223372036854775807,"
	    "9223372036854775807,9223372036854775807,9223372036854775807,"
	    "soaiod123456789,-9223372036854775807,EINPROGRESS,"
	    "vfs.aio.max_aio_queue_per_proc\n"));
}

static const struct series_row busy_row = {
    .time_ns = 1500,
    .counters = {.daemons = 4,
	.daemons_busy = 3,
	.queue_count = 9,
	.unfinished = 7,
	.waiting = 5,
	.buf_aio = 2,
	.unmapped_aio = 1},
};

static void
series_has_the_gauges_in_order(void)
{
	FILE *file = open_memory();

	series_begin(file);
	series_row(file, &busy_row);
	CU_ASSERT_TRUE(reads(file,
	    "time_ns,num_aio_procs,busy_aio_procs,num_queue_count,waiting,"
	    "num_buf_aio,num_unmapped_aio,so_num_procs,unfinished\n"
	    "1500,4,3,9,5,2,1,0,7\n"));
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(integers_are_those_of_printf),
	    RULE(microseconds_keep_every_nanosecond),
	    RULE(requests_begin_with_their_columns),
	    RULE(success_has_a_status_and_no_errno),
	    RULE(failure_and_cancellation_name_their_errno),
	    RULE(refusal_names_its_limit),
	    RULE(request_in_flight_has_no_status),
	    RULE(awkward_names_are_quoted),
	    RULE(widest_row_is_whole),
	    RULE(series_has_the_gauges_in_order),
	};

	return (RUN_RULES("sinks", rules));
}
