/*
 * The default text of blkparse, which prints what blktrace recorded of Linux's
 * block layer:
 *
 *	8,0  1  57  0.004018302  812  Q  WS 2048 + 16 [postgres]
 *	DEV CPU SEQ SECONDS      PID ACTION RWBS SECTOR + SECTORS [COMMAND]
 *
 * Of the actions Q, a request comes to the block layer, or with --issued D, the
 * driver gives it to the device, merged with its neighbours.  A file is a
 * device, "8,0".
 *
 * RWBS begins with F where a flush comes first; then R, W, D (discard) or N
 * (neither); what follows tells how.  A flush without data is a sync; one that
 * comes with a write is left out, the write is taken.
 */

#include <string.h>

#include "sim/import/fields.h"

enum { DEVICE, CPU, SEQUENCE, TIME, PID, ACTION, RWBS, SECTOR, PLUS, SECTORS };
#define FIELDS (SECTORS + 1)

struct state {
	bool in_summary; /* until the next line of an event */
};

/* "8,0" */
static bool
is_device(const char *text)
{
	size_t major = strspn(text, "0123456789");
	size_t minor;

	if (major == 0 || text[major] != ',')
		return (false);
	minor = strspn(text + major + 1, "0123456789");
	return (minor > 0 && text[major + 1 + minor] == '\0');
}

/* What blkparse prints beside events: the files it reads, and at the end a
 * summary for each CPU and device. */
static int
parse_other(struct reader *r, const char *first)
{
	static const char *const beginnings[] = {
	    "CPU", "Total", "Throughput", "Events", "Skips:", "Input"};
	struct state *state = reader_state(r);
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (g_str_has_prefix(first, beginnings[i]))
			state->in_summary = true;
	if (state->in_summary)
		return (reader_skip(r, "lines of a summary"));
	return (reader_fail(r,
	    "'%s' is no device, such as 8,0; is this what blkparse prints "
	    "without -f?",
	    first));
}

static int
parse_data(
    struct reader *r, char **fields, int n, struct import_request *request)
{
	int64_t sectors;

	if (n > PLUS && strcmp(fields[PLUS], "+") != 0)
		return (reader_skip(r, "commands that are not I/O"));
	if (n <= SECTORS)
		return (reader_fail(r,
		    "expected SECTOR + SECTORS after %s; is the line cut off?",
		    fields[RWBS]));
	if (field_sector(r, "sector", fields[SECTOR], request) < 0 ||
	    field_number(r, "number of sectors", fields[SECTORS],
		UINT32_MAX / SECTOR_BYTES, &sectors) < 0)
		return (-1);
	request->size_bytes = sectors * SECTOR_BYTES;
	return (1);
}

/* An event that may be a request. */
static int
parse_event(
    struct reader *r, char **fields, int n, struct import_request *request)
{
	const char *way = fields[RWBS];
	bool flush = *way == 'F';
	int got;

	if (flush)
		way++;
	if (strspn(way, "RWDNFASMEBVP") != strlen(way))
		return (reader_fail(r,
		    "'%s' does not say how, expected letters such as R or WS",
		    fields[RWBS]));
	if (*way == 'D' || *way == 'E')
		return (reader_skip(r, "discards"));
	request->operation = *way == 'R' ? IMPORT_READ : IMPORT_WRITE;
	/* "[COMMAND]" in place of the sector: no data. */
	if ((*way == 'R' || *way == 'W') &&
	    !(n > SECTOR && *fields[SECTOR] == '[')) {
		got = parse_data(r, fields, n, request);
		if (got <= 0 || request->size_bytes > 0)
			return (got);
	}
	if (!flush)
		return (reader_skip(r, "events without data"));
	request->operation = IMPORT_SYNC;
	request->offset_bytes = request->size_bytes = 0;
	return (1);
}

static int
parse(struct reader *r, struct import_request *request)
{
	struct state *state = reader_state(r);
	const char *wanted = reader_takes_issued(r) ? "D" : "Q";
	char *fields[FIELDS];
	int n = fields_at_blanks(reader_line(r), fields, FIELDS);

	if (!is_device(fields[DEVICE]))
		return (parse_other(r, fields[DEVICE]));
	state->in_summary = false;
	if (n <= ACTION)
		return (reader_fail(r,
		    "expected DEVICE CPU SEQUENCE SECONDS PID ACTION; is the "
		    "line cut off?"));
	if (strcmp(fields[ACTION], wanted) != 0)
		return (reader_skip(r, "other events"));
	if (n <= RWBS)
		return (reader_fail(r,
		    "nothing after action %s; is the line cut off?", wanted));
	if (field_seconds(r, "time", fields[TIME], INT64_MAX / 2,
		&request->time_ns) < 0 ||
	    reader_file(r, fields[DEVICE], &request->file) < 0)
		return (-1);
	return (parse_event(r, fields, n, request));
}

const struct import_format import_blkparse = {
    .name = "blkparse",
    .sentence = "what blkparse prints of a blktrace, without -f and -t",
    .state_size = sizeof(struct state),
    .parse = parse,
};
