/*
 * Reading fio's I/O logs, a line at a time.  Decides what a line may look like
 * and what is said about one that may not; fio itself skips such lines, but a
 * simulation of half a trace would look like a result.
 */

#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/workload/iolog.h"

#define LINE_MAX_BYTES 4096
#define FIELDS_MAX 5
#define ARRIVAL_MAX_NS (INT64_MAX / 4)

enum action {
	ACTION_READ = IOLOG_READ,
	ACTION_WRITE = IOLOG_WRITE,
	ACTION_SYNC = IOLOG_SYNC,
	ACTION_DATASYNC = IOLOG_DATASYNC,
	ACTION_TRIM,
	ACTION_WAIT,
	ACTION_ADD,
	ACTION_OPEN,
	ACTION_CLOSE,
	ACTION_COUNT
};

static const char *const action_names[ACTION_COUNT] = {"read", "write", "sync",
    "datasync", "trim", "wait", "add", "open", "close"};

struct iolog {
	char *path;
	FILE *in;
	unsigned long line_number;
	bool unended; /* the line that was read last has no newline */
	int version;
	int64_t now_ns;
	uint64_t trims;
	GPtrArray *names;    /* of char * */
	GHashTable *numbers; /* name to its number plus 1 */
	GArray *opens;       /* of unsigned: how often it is open */
	char line[LINE_MAX_BYTES + 1];
};

static int fail(const struct iolog *log, GError **error, const char *format,
    ...) G_GNUC_PRINTF(3, 4);

/* Sets `error` to the line that was read last; always -1. */
static int
fail(const struct iolog *log, GError **error, const char *format, ...)
{
	char *text, *valid;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	/* Names come from the file and may be in any encoding. */
	valid = g_utf8_make_valid(text, -1);
	g_set_error(error, IOLOG_ERROR, 0, "%s:%lu: %s", log->path,
	    log->line_number, valid);
	g_free(valid);
	g_free(text);
	return (-1);
}

/* Reads a line without its end into log->line: 1, 0 at the end, or -1. */
static int
read_line(struct iolog *log, GError **error)
{
	size_t length = 0;
	int c;

	log->line_number++;
	while ((c = getc_unlocked(log->in)) != EOF && c != '\n') {
		if (length == LINE_MAX_BYTES)
			return (fail(log, error,
			    "the line is longer than %d bytes; is this an fio "
			    "iolog?",
			    LINE_MAX_BYTES));
		if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f)
			return (fail(log, error,
			    "byte 0x%02x is not text; is this an fio iolog?",
			    (unsigned)c));
		log->line[length++] = (char)c;
	}
	if (ferror(log->in)) {
		g_set_error(error, IOLOG_ERROR, 0, "%s: %s", log->path,
		    g_strerror(errno));
		return (-1);
	}
	log->unended = c == EOF;
	if (c == EOF && length == 0)
		return (0);
	if (length > 0 && log->line[length - 1] == '\r')
		length--;
	log->line[length] = '\0';
	if (memchr(log->line, '\r', length) != NULL)
		return (fail(log, error,
		    "a carriage return inside the line; is this an fio "
		    "iolog?"));
	return (1);
}

static int
read_header(struct iolog *log, GError **error)
{
	int got = read_line(log, error);

	if (got < 0)
		return (-1);
	if (got == 0)
		return (fail(log, error,
		    "the file is empty; an fio iolog begins with 'fio version "
		    "3 iolog'"));
	if (strcmp(log->line, "fio version 2 iolog") == 0)
		log->version = 2;
	else if (strcmp(log->line, "fio version 3 iolog") == 0)
		log->version = 3;
	else
		return (fail(log, error,
		    "not an fio iolog: the first line must be 'fio version 2 "
		    "iolog' or 'fio version 3 iolog'"));
	return (0);
}

struct iolog *
iolog_open(const char *path, GError **error)
{
	struct iolog *log;
	FILE *in = fopen(path, "r");

	if (in == NULL) {
		g_set_error(
		    error, IOLOG_ERROR, 0, "%s: %s", path, g_strerror(errno));
		return (NULL);
	}
	log = g_new0(struct iolog, 1);
	log->path = g_strdup(path);
	log->in = in;
	log->names = g_ptr_array_new_with_free_func(g_free);
	log->numbers = g_hash_table_new(g_str_hash, g_str_equal);
	log->opens = g_array_new(FALSE, TRUE, sizeof(unsigned));
	if (read_header(log, error) < 0) {
		iolog_close(log);
		return (NULL);
	}
	return (log);
}

void
iolog_close(struct iolog *log)
{
	if (log == NULL)
		return;
	fclose(log->in);
	g_hash_table_unref(log->numbers);
	g_ptr_array_unref(log->names);
	g_array_unref(log->opens);
	g_free(log->path);
	g_free(log);
}

/* Cuts log->line into fields; FIELDS_MAX + 1 if there are more. */
static int
split(struct iolog *log, char *fields[FIELDS_MAX])
{
	char *p = log->line;
	int n = 0;

	for (;;) {
		p += strspn(p, " \t");
		if (*p == '\0')
			return (n);
		if (n == FIELDS_MAX)
			return (FIELDS_MAX + 1);
		fields[n++] = p;
		p += strcspn(p, " \t");
		if (*p != '\0')
			*p++ = '\0';
	}
}

/* A decimal number of 0..max. */
static int
number(const struct iolog *log, const char *what, const char *text, int64_t max,
    int64_t *value, GError **error)
{
	const char *p;
	int64_t digit;

	*value = 0;
	for (p = text; g_ascii_isdigit(*p); p++) {
		digit = *p - '0';
		if (digit > max || *value > (max - digit) / 10)
			return (fail(log, error,
			    "%s %s is too large; the most is %" G_GINT64_FORMAT,
			    what, text, max));
		*value = *value * 10 + digit;
	}
	if (p == text || *p != '\0')
		return (fail(
		    log, error, "%s '%s' is not a decimal number", what, text));
	return (0);
}

static int
advance_to(struct iolog *log, const char *text, GError **error)
{
	int64_t us;

	if (number(log, "time", text, ARRIVAL_MAX_NS / 1000, &us, error) < 0)
		return (-1);
	if (us * 1000 < log->now_ns)
		return (fail(log, error,
		    "time goes back from %" G_GINT64_FORMAT
		    " us to %s us; did two jobs write one log?",
		    log->now_ns / 1000, text));
	log->now_ns = us * 1000;
	return (0);
}

static int
wait_for(struct iolog *log, const char *text, GError **error)
{
	int64_t us;

	if (log->version == 3)
		return (fail(log, error,
		    "version 3 has no 'wait'; remove the line, the times say "
		    "when requests come"));
	if (number(log, "wait", text, (ARRIVAL_MAX_NS - log->now_ns) / 1000,
		&us, error) < 0)
		return (-1);
	log->now_ns += us * 1000;
	return (0);
}

/* The action of the fields (FILE ACTION ...), or -1; their count must fit. */
static int
find_action(const struct iolog *log, char *const *fields, int n, GError **error)
{
	int action, expected;

	for (action = 0; action < ACTION_COUNT; action++)
		if (strcmp(fields[1], action_names[action]) == 0)
			break;
	if (action == ACTION_COUNT)
		return (fail(log, error,
		    "unknown action '%s', expected add, open, close, read, "
		    "write, sync, datasync, trim or (version 2) wait",
		    fields[1]));
	expected = action >= ACTION_ADD ? 2 : 4;
	if (n != expected)
		return (fail(log, error,
		    "'%s' takes %s; is the line cut off, or a blank in the "
		    "file's name?",
		    fields[1],
		    expected == 2 ? "nothing after it"
				  : "an offset and a length"));
	return (action);
}

static int
file_action(
    struct iolog *log, enum action action, const char *name, GError **error)
{
	guint file = GPOINTER_TO_UINT(g_hash_table_lookup(log->numbers, name));
	unsigned *opens;
	char *copy;

	if (action == ACTION_ADD) {
		if (file != 0)
			return (0);
		copy = g_strdup(name);
		g_ptr_array_add(log->names, copy);
		g_array_set_size(log->opens, log->names->len);
		g_hash_table_insert(
		    log->numbers, copy, GUINT_TO_POINTER(log->names->len));
		return (0);
	}
	if (file == 0)
		return (fail(log, error,
		    "file '%s' was not added; its 'add' line must come first",
		    name));
	opens = &g_array_index(log->opens, unsigned, file - 1);
	if (action == ACTION_OPEN)
		++*opens;
	else if (*opens > 0)
		--*opens;
	else
		return (
		    fail(log, error, "file '%s' is closed but not open", name));
	return (0);
}

static int
request(struct iolog *log, enum action action, char *const *fields,
    struct iolog_entry *entry, GError **error)
{
	guint file;

	file = GPOINTER_TO_UINT(g_hash_table_lookup(log->numbers, fields[0]));
	if (file == 0 || g_array_index(log->opens, unsigned, file - 1) == 0)
		return (fail(log, error,
		    "file '%s' is not open; its 'add' and 'open' lines must "
		    "come first",
		    fields[0]));
	memset(entry, 0, sizeof(*entry));
	entry->arrival_ns = log->now_ns;
	entry->operation = (enum iolog_operation)action;
	entry->file = file - 1;
	if (number(log, "length", fields[3], UINT32_MAX, &entry->size_bytes,
		error) < 0 ||
	    number(log, "offset", fields[2], INT64_MAX - UINT32_MAX,
		&entry->offset_bytes, error) < 0)
		return (-1);
	if (action != ACTION_READ && action != ACTION_WRITE)
		entry->size_bytes = entry->offset_bytes = 0;
	return (1);
}

/* One line: 1 if it is a request, 0 if it is none, -1. */
static int
parse(struct iolog *log, struct iolog_entry *entry, GError **error)
{
	char *fields[FIELDS_MAX], **rest = fields;
	int n, action;

	if (g_str_has_prefix(log->line, "fio version "))
		return (fail(log, error,
		    "a second header: fio appends to a log that exists, record "
		    "into a new file"));
	n = split(log, fields);
	if (log->version == 3 && n > 0) {
		if (advance_to(log, fields[0], error) < 0)
			return (-1);
		rest++;
		n--;
	}
	if (n < 2)
		return (fail(log, error,
		    "the line is cut off, expected %sFILE ACTION [OFFSET "
		    "LENGTH]",
		    log->version == 3 ? "TIME " : ""));
	action = find_action(log, rest, n, error);
	if (action < 0)
		return (-1);
	if (action >= ACTION_ADD)
		return (file_action(log, (enum action)action, rest[0], error));
	if (action == ACTION_WAIT)
		return (wait_for(log, rest[2], error));
	if (request(log, (enum action)action, rest, entry, error) < 0)
		return (-1);
	/* Its last number may have lost digits. */
	if (log->unended)
		return (fail(log, error,
		    "the file ends inside this line: it was cut off; copy it "
		    "whole, or end the line if it is"));
	if (action != ACTION_TRIM)
		return (1);
	log->trims++;
	return (0);
}

int
iolog_next(struct iolog *log, struct iolog_entry *entry, GError **error)
{
	int got;

	while ((got = read_line(log, error)) > 0) {
		got = parse(log, entry, error);
		if (got != 0)
			return (got);
	}
	return (got);
}

static void
count(struct iolog_summary *summary, const struct iolog_entry *entry)
{
	summary->counts[entry->operation]++;
	summary->bytes[entry->operation] += (uint64_t)entry->size_bytes;
	summary->end_bytes =
	    MAX(summary->end_bytes, entry->offset_bytes + entry->size_bytes);
	summary->duration_ns = entry->arrival_ns;
}

static gboolean
is_open(const struct iolog *log)
{
	guint i;

	for (i = 0; i < log->opens->len; i++)
		if (g_array_index(log->opens, unsigned, i) > 0)
			return (TRUE);
	return (FALSE);
}

gboolean
iolog_scan(const char *path, struct iolog_summary *summary, GError **error)
{
	struct iolog_entry entry;
	struct iolog *log;
	bool any = false;
	int got;

	memset(summary, 0, sizeof(*summary));
	log = iolog_open(path, error);
	if (log == NULL)
		return (FALSE);
	while ((got = iolog_next(log, &entry, error)) > 0) {
		count(summary, &entry);
		any = true;
	}
	if (got == 0 && !any)
		got = fail(log, error, "no request in the trace");
	if (got == 0) {
		summary->open_at_end = is_open(log);
		summary->version = log->version;
		summary->trims = log->trims;
		summary->files = g_ptr_array_ref(log->names);
	} else
		memset(summary, 0, sizeof(*summary));
	/* The names outlive the log. */
	iolog_close(log);
	return (got == 0);
}

void
iolog_summary_clear(struct iolog_summary *summary)
{
	g_clear_pointer(&summary->files, g_ptr_array_unref);
}
