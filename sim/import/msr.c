/*
 * The block traces of Microsoft Research Cambridge:
 *
 *	Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime
 *
 * Timestamp, when the request was issued, and ResponseTime are in units of
 * Windows's file time, 100 ns; offset and size are bytes.  A file is a disk,
 * "HOST.NUMBER".  The response time goes on as the service time: it includes
 * what the request waited below where it was recorded.
 */

#include <string.h>

#include "sim/import/fields.h"

#define TICK_NS 100
#define FIELDS 7

struct state {
	bool any;
	int64_t first; /* ticks; since 1601 they are too many for ns */
};

static int
parse_time(struct reader *r, const char *text, struct import_request *request)
{
	struct state *state = reader_state(r);
	int64_t ticks;

	if (field_number(r, "timestamp", text, INT64_MAX, &ticks) < 0)
		return (-1);
	if (!state->any)
		state->first = ticks;
	state->any = true;
	ticks -= state->first;
	if (ticks > IMPORT_SPAN_NS / TICK_NS ||
	    -ticks > IMPORT_SPAN_NS / TICK_NS)
		return (reader_fail(r,
		    "timestamp %s is years from the first request's; one of "
		    "them is wrong, correct it or remove the line",
		    text));
	request->time_ns = ticks * TICK_NS;
	return (0);
}

static int
parse_disk(struct reader *r, const char *host, const char *number,
    struct import_request *request)
{
	g_autofree char *name = g_strdup_printf("%s.%s", host, number);
	int64_t disk;

	if (field_number(r, "disk", number, INT32_MAX, &disk) < 0)
		return (-1);
	return (reader_file(r, name, &request->file));
}

static int
parse_type(struct reader *r, const char *text, struct import_request *request)
{
	if (g_ascii_strcasecmp(text, "Read") == 0)
		request->operation = IMPORT_READ;
	else if (g_ascii_strcasecmp(text, "Write") == 0)
		request->operation = IMPORT_WRITE;
	else
		return (reader_fail(
		    r, "type '%s' is neither Read nor Write", text));
	return (0);
}

static int
parse(struct reader *r, struct import_request *request)
{
	char *fields[FIELDS];
	int n;

	if (reader_is_first_line(r) &&
	    g_str_has_prefix(reader_line(r), "Timestamp,"))
		return (reader_skip(r, "heading"));
	n = fields_at_commas(reader_line(r), fields, FIELDS);
	if (n != FIELDS)
		return (reader_fail(r,
		    "expected Timestamp,Hostname,DiskNumber,Type,Offset,Size,"
		    "ResponseTime, found %s fields; is the line cut off?",
		    n < FIELDS ? "fewer" : "more"));
	if (parse_time(r, fields[0], request) < 0 ||
	    parse_disk(r, fields[1], fields[2], request) < 0 ||
	    parse_type(r, fields[3], request) < 0 ||
	    field_bytes(r, fields[4], fields[5], request) < 0 ||
	    field_number(r, "response time", fields[6],
		IMPORT_SPAN_NS / TICK_NS, &request->service_ns) < 0)
		return (-1);
	request->service_ns *= TICK_NS;
	request->moved_bytes = request->size_bytes;
	return (1);
}

const struct import_format import_msr = {
    .name = "msr",
    .sentence = "CSV of the MSR Cambridge traces: Timestamp,Hostname,"
		"DiskNumber,Type,Offset,Size,ResponseTime",
    .state_size = sizeof(struct state),
    .parse = parse,
};
