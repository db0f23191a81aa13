/*
 * requests.csv: a row a submission attempt.  Decides which fields stay empty: a
 * time that did not come, the daemon of a request that no daemon served, the
 * status of one that is not finished, the error of one that succeeded.
 */

#include <string.h>

#include "sim/record/integers.h"
#include "sim/record/sinks.h"

/* Room for the longest row, the process's name aside: 13 integers, the names of
 * call, daemon, errno and limit, and 17 separators. */
#define ROW_SIZE 512
/* Names up to this length share the buffer. */
#define SHORT_NAME 64

void
requests_begin(FILE *file)
{
	fputs("id,process,call,fd,offset_bytes,size_bytes,attempt,arrival_ns,"
	      "submit_ns,start_ns,device_start_ns,finish_ns,collect_ns,daemon,"
	      "status,errno,limit\n",
	    file);
}

/* Neither in need of quotes nor too long for the buffer.  A long name is quoted
 * too, which does no harm. */
static bool
is_plain(const char *name)
{
	size_t length = strcspn(name, ",\"");

	return (length <= SHORT_NAME && name[length] == '\0');
}

void
csv_quoted(FILE *file, const char *text)
{
	putc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', file);
		putc(*text, file);
	}
	putc('"', file);
}

static char *
put_time(char *at, int64_t ns)
{
	if (ns != NOT_YET)
		at = put_integer(at, ns);
	*at++ = ',';
	return (at);
}

static char *
put_request(char *at, const struct request_row *row)
{
	*at++ = ',';
	at = put_text(at, row->call);
	*at++ = ',';
	at = put_integer(at, row->fd);
	*at++ = ',';
	at = put_integer(at, row->offset_bytes);
	*at++ = ',';
	at = put_unsigned(at, row->size_bytes);
	*at++ = ',';
	at = put_unsigned(at, row->attempt);
	*at++ = ',';
	at = put_time(at, row->arrival_ns);
	at = put_time(at, row->submit_ns);
	at = put_time(at, row->start_ns);
	at = put_time(at, row->device_start_ns);
	at = put_time(at, row->finish_ns);
	return (put_time(at, row->collect_ns));
}

static char *
put_outcome(char *at, const struct request_row *row)
{
	bool known = row->finished || row->refused;

	at = put_text(at, row->daemon);
	*at++ = ',';
	if (known)
		at = put_integer(at, row->refused ? -1 : row->status);
	*at++ = ',';
	if (known && row->error != KE_OK)
		at = put_text(at, kernel_errno_name(row->error));
	*at++ = ',';
	if (row->limit != NULL)
		at = put_text(at, row->limit);
	*at++ = '\n';
	return (at);
}

void
requests_row(FILE *file, const struct request_row *row)
{
	char buffer[ROW_SIZE];
	char *at;

	at = put_unsigned(buffer, row->id);
	*at++ = ',';
	if (is_plain(row->process)) {
		at = put_text(at, row->process);
	} else {
		fwrite(buffer, 1, (size_t)(at - buffer), file);
		csv_quoted(file, row->process);
		at = buffer;
	}
	at = put_request(at, row);
	at = put_outcome(at, row);
	fwrite(buffer, 1, (size_t)(at - buffer), file);
}
