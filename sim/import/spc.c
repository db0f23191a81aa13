/*
 * The Storage Performance Council's trace format, in which UMass's repository
 * has its traces:
 *
 *	ASU,LBA,Size,Opcode,Timestamp[,more]
 *
 * The address counts blocks of the unit, which the format leaves to the trace's
 * description and which are 512 bytes in all that we know; size is bytes, the
 * opcode R or W in either case, the timestamp seconds since the beginning.
 * Further fields are a trace's own.  A file is a unit, "asuN".
 */

#include <string.h>

#include "sim/import/fields.h"

#define FIELDS 5

static int
parse_unit(struct reader *r, const char *text, struct import_request *request)
{
	g_autofree char *name = g_strdup_printf("asu%s", text);
	int64_t unit;

	if (field_number(r, "unit", text, INT32_MAX, &unit) < 0)
		return (-1);
	return (reader_file(r, name, &request->file));
}

static int
parse_opcode(struct reader *r, const char *text, struct import_request *request)
{
	if (g_ascii_strcasecmp(text, "R") == 0)
		request->operation = IMPORT_READ;
	else if (g_ascii_strcasecmp(text, "W") == 0)
		request->operation = IMPORT_WRITE;
	else
		return (reader_fail(r, "opcode '%s' is neither R nor W", text));
	return (0);
}

static int
parse(struct reader *r, struct import_request *request)
{
	char *fields[FIELDS];

	if (fields_at_commas(reader_line(r), fields, FIELDS) < FIELDS)
		return (reader_fail(r,
		    "expected ASU,LBA,Size,Opcode,Timestamp, found fewer "
		    "fields; is the line cut off?"));
	if (parse_unit(r, fields[0], request) < 0 ||
	    field_sector(r, "address", fields[1], request) < 0 ||
	    field_number(
		r, "size", fields[2], UINT32_MAX, &request->size_bytes) < 0 ||
	    parse_opcode(r, fields[3], request) < 0 ||
	    field_seconds(r, "timestamp", fields[4], INT64_MAX / 2,
		&request->time_ns) < 0)
		return (-1);
	return (1);
}

const struct import_format import_spc = {
    .name = "spc",
    .sentence = "SPC and UMass: ASU,LBA,Size,Opcode,Timestamp; blocks of 512 "
		"bytes",
    .parse = parse,
};
