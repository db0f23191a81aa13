/*
 * CSV of any origin: its first line names the columns, in any order.
 *
 *	time_ns, op, offset_bytes, size_bytes	needed
 *	file, service_ns			used where there are any
 *
 * op is read, write or sync, whose offset and size are not looked at; all else
 * is passed over.  There are no quotes.
 */

#include <string.h>

#include "sim/import/fields.h"

#define COLUMNS_MAX 64

enum column {
	TIME,
	OP,
	OFFSET,
	SIZE,
	NEEDED,
	FILE_NAME = NEEDED,
	SERVICE,
	COLUMN_COUNT
};

static const char *const names[COLUMN_COUNT] = {
    "time_ns", "op", "offset_bytes", "size_bytes", "file", "service_ns"};

struct state {
	bool headed;
	int columns;
	int place[COLUMN_COUNT]; /* from 1; 0 for none */
};

static int
parse_heading(struct reader *r, struct state *state, char **fields, int n)
{
	int i, column;

	if (n > COLUMNS_MAX)
		return (reader_fail(
		    r, "more than %d columns; cut(1) some", COLUMNS_MAX));
	for (i = 0; i < n; i++)
		for (column = 0; column < COLUMN_COUNT; column++) {
			if (strcmp(fields[i], names[column]) != 0)
				continue;
			if (state->place[column] != 0)
				return (reader_fail(r,
				    "two columns '%s'; rename one", fields[i]));
			state->place[column] = i + 1;
		}
	for (column = 0; column < NEEDED; column++)
		if (state->place[column] == 0)
			return (reader_fail(r,
			    "no column '%s': the first line names the columns, "
			    "as in time_ns,op,offset_bytes,size_bytes",
			    names[column]));
	state->columns = n;
	state->headed = true;
	return (reader_skip(r, "heading"));
}

static int
parse_operation(
    struct reader *r, const char *text, struct import_request *request)
{
	static const char *const operations[IMPORT_OPERATION_COUNT] = {
	    "read", "write", "sync"};
	int i;

	for (i = 0; i < IMPORT_OPERATION_COUNT; i++)
		if (strcmp(operations[i], text) == 0) {
			request->operation = (enum import_operation)i;
			return (0);
		}
	return (
	    reader_fail(r, "op '%s' is none of read, write and sync", text));
}

static int
parse_service(
    struct reader *r, const char *text, struct import_request *request)
{
	request->moved_bytes = request->size_bytes;
	return (field_number(
	    r, "service_ns", text, IMPORT_SPAN_NS, &request->service_ns));
}

static int
parse_fields(struct reader *r, const struct state *state, char **fields,
    struct import_request *request)
{
	const int *place = state->place;
	const char *name =
	    place[FILE_NAME] == 0 ? "data" : fields[place[FILE_NAME] - 1];

	if (field_number(r, "time_ns", fields[place[TIME] - 1], INT64_MAX / 2,
		&request->time_ns) < 0 ||
	    parse_operation(r, fields[place[OP] - 1], request) < 0 ||
	    reader_file(r, name, &request->file) < 0)
		return (-1);
	if (request->operation != IMPORT_SYNC &&
	    field_bytes(r, fields[place[OFFSET] - 1], fields[place[SIZE] - 1],
		request) < 0)
		return (-1);
	if (place[SERVICE] != 0 && *fields[place[SERVICE] - 1] != '\0' &&
	    parse_service(r, fields[place[SERVICE] - 1], request) < 0)
		return (-1);
	return (1);
}

static int
parse(struct reader *r, struct import_request *request)
{
	struct state *state = reader_state(r);
	char *fields[COLUMNS_MAX];
	int n = fields_at_commas(reader_line(r), fields, COLUMNS_MAX);

	if (!state->headed)
		return (parse_heading(r, state, fields, n));
	if (n != state->columns)
		return (reader_fail(r,
		    "%s fields than the first line has; is the line cut off?",
		    n < state->columns ? "fewer" : "more"));
	return (parse_fields(r, state, fields, request));
}

const struct import_format import_csv = {
    .name = "csv",
    .sentence = "CSV whose first line names time_ns,op,offset_bytes,size_bytes "
		"and may name file,service_ns",
    .state_size = sizeof(struct state),
    .parse = parse,
};
