/*
 * Reading foreign traces.  A line that is not understood ends the import, for
 * half a load would look like a result; lines that by their kind carry no
 * request are counted.
 */

#include "sim/import/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "sim/printable.h"

/* strace prints a path's odd bytes as four characters each. */
#define LINE_MAX_BYTES 65536
/* An fio log's line must hold it. */
#define NAME_MAX_BYTES 1024

struct skipped {
	const char *what;
	uint64_t count;
};

struct reader {
	const struct import_format *format;
	FILE *in;
	const char *path;
	void *state;
	bool issued;
	uint64_t line_number;
	bool unended; /* the line that was read last has no newline */
	bool any;
	int64_t first_ns;    /* of the first request in the trace */
	GPtrArray *names;    /* of char * */
	GHashTable *numbers; /* name to its number plus 1 */
	GArray *skipped;     /* of struct skipped */
	GError **error;      /* of the call to reader_next() */
	char line[LINE_MAX_BYTES + 1];
};

const struct import_format *const import_formats[] = {&import_blkparse,
    &import_csv, &import_msr, &import_spc, &import_strace, NULL};

const struct import_format *
import_find_format(const char *name)
{
	size_t i;

	for (i = 0; import_formats[i] != NULL; i++)
		if (strcmp(import_formats[i]->name, name) == 0)
			break;
	return (import_formats[i]);
}

struct reader *
reader_new(const struct import_format *format, FILE *in, const char *path)
{
	struct reader *r = g_new0(struct reader, 1);

	r->format = format;
	r->in = in;
	r->path = path;
	r->state = g_malloc0(format->state_size);
	r->names = g_ptr_array_new_with_free_func(g_free);
	r->numbers = g_hash_table_new(g_str_hash, g_str_equal);
	r->skipped = g_array_new(FALSE, FALSE, sizeof(struct skipped));
	return (r);
}

void
reader_free(struct reader *r)
{
	if (r->format->release != NULL)
		r->format->release(r->state);
	g_free(r->state);
	g_hash_table_unref(r->numbers);
	g_ptr_array_unref(r->names);
	g_array_unref(r->skipped);
	g_free(r);
}

void
reader_take_issued(struct reader *r)
{
	r->issued = true;
}

/* ---- Errors ----------------------------------------------------------- */

static int set_error(const struct reader *r, GError **error, const char *format,
    va_list arguments) G_GNUC_PRINTF(3, 0);

static int
set_error(const struct reader *r, GError **error, const char *format,
    va_list arguments)
{
	g_autofree char *text = g_strdup_vprintf(format, arguments);

	make_printable(text);
	g_set_error(error, IMPORT_ERROR, IMPORT_INPUT,
	    "%s:%" G_GUINT64_FORMAT ": %s", r->path, r->line_number, text);
	return (-1);
}

int
reader_refuse(const struct reader *r, GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(r, error, format, arguments);
	va_end(arguments);
	return (-1);
}

int
reader_fail(struct reader *r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(r, r->error, format, arguments);
	va_end(arguments);
	return (-1);
}

/* ---- For formats ------------------------------------------------------ */

void *
reader_state(struct reader *r)
{
	return (r->state);
}

char *
reader_line(struct reader *r)
{
	return (r->line);
}

bool
reader_is_first_line(const struct reader *r)
{
	return (r->line_number == 1);
}

bool
reader_takes_issued(const struct reader *r)
{
	return (r->issued);
}

int
reader_file(struct reader *r, const char *name, uint32_t *file)
{
	char *copy;
	guint number;

	if (*name == '\0' || strlen(name) > NAME_MAX_BYTES)
		return (reader_fail(r,
		    "a file's name has 1 to %d bytes, this one has %zu",
		    NAME_MAX_BYTES, strlen(name)));
	number = GPOINTER_TO_UINT(g_hash_table_lookup(r->numbers, name));
	if (number == 0) {
		copy = g_strdup(name);
		make_printable(copy);
		/* Two names may look alike now, and then are one file. */
		number =
		    GPOINTER_TO_UINT(g_hash_table_lookup(r->numbers, copy));
		if (number != 0) {
			g_free(copy);
		} else {
			g_ptr_array_add(r->names, copy);
			number = r->names->len;
			g_hash_table_insert(
			    r->numbers, copy, GUINT_TO_POINTER(number));
		}
	}
	*file = number - 1;
	return (0);
}

int
reader_skip(struct reader *r, const char *what)
{
	struct skipped new = {what, 1};
	struct skipped *skipped;
	guint i;

	for (i = 0; i < r->skipped->len; i++) {
		skipped = &g_array_index(r->skipped, struct skipped, i);
		if (strcmp(skipped->what, what) == 0) {
			skipped->count++;
			return (0);
		}
	}
	g_array_append_val(r->skipped, new);
	return (0);
}

/* ---- Lines ------------------------------------------------------------ */

static int
fail_reading(struct reader *r)
{
	g_set_error(r->error, IMPORT_ERROR,
	    errno == EISDIR ? IMPORT_INPUT : IMPORT_LOST, "%s: %s", r->path,
	    g_strerror(errno));
	return (-1);
}

/* Windows begins UTF-8 with it. */
static size_t
strip_mark(char *line, size_t length)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t size = strlen(mark);

	if (length < size || memcmp(line, mark, size) != 0)
		return (length);
	memmove(line, line + size, length - size);
	return (length - size);
}

/* The next line without its end: 1, 0 at the end, or -1. */
static int
read_line(struct reader *r)
{
	size_t length = 0;
	int c;

	r->line_number++;
	while ((c = getc_unlocked(r->in)) != EOF && c != '\n' && c != '\0') {
		if (length == LINE_MAX_BYTES)
			return (reader_fail(r,
			    "the line is longer than %d bytes; is this the "
			    "text of %s?",
			    LINE_MAX_BYTES, r->format->name));
		r->line[length++] = (char)c;
	}
	if (ferror(r->in))
		return (fail_reading(r));
	if (r->line_number == 1 && length >= 2 &&
	    memcmp(r->line, "\x1f\x8b", 2) == 0)
		return (reader_fail(r,
		    "compressed by gzip; zcat it into aiosim import %s -",
		    r->format->name));
	if (c == '\0')
		return (reader_fail(r,
		    "byte 0x00 is not text; is this the text of %s?",
		    r->format->name));
	if (r->line_number == 1)
		length = strip_mark(r->line, length);
	r->unended = c == EOF;
	if (length > 0 && r->line[length - 1] == '\r')
		length--;
	r->line[length] = '\0';
	return (c != EOF || length > 0);
}

static bool
is_blank_or_remark(const char *line)
{
	line += strspn(line, " \t");
	return (*line == '\0' || *line == '#');
}

/* What holds for a request of any format. */
static int
check_request(struct reader *r, const struct import_request *request)
{
	/* Its last number may have lost digits. */
	if (r->unended)
		return (reader_fail(r,
		    "the file ends inside this line: it was cut off; copy it "
		    "whole, or end the line if it is"));
	if (request->offset_bytes + request->size_bytes > FILE_SIZE_MAX)
		return (reader_fail(r,
		    "it ends at byte %" G_GINT64_FORMAT
		    ", but a scenario's largest file has %" G_GINT64_FORMAT
		    "; correct it or remove the line",
		    request->offset_bytes + request->size_bytes,
		    FILE_SIZE_MAX));
	if (!r->any)
		r->first_ns = request->time_ns;
	r->any = true;
	if (request->time_ns / 2 - r->first_ns / 2 > IMPORT_SPAN_NS / 2 ||
	    r->first_ns / 2 - request->time_ns / 2 > IMPORT_SPAN_NS / 2)
		return (reader_fail(r,
		    "its time is years from the first request's; one of them "
		    "is wrong, correct it or remove the line"));
	return (1);
}

int
reader_next(struct reader *r, struct import_request *request, GError **error)
{
	int got;

	r->error = error;
	while ((got = read_line(r)) > 0) {
		if (is_blank_or_remark(r->line)) {
			reader_skip(r, "blank lines and remarks");
			continue;
		}
		memset(request, 0, sizeof(*request));
		request->service_ns = -1;
		got = r->format->parse(r, request);
		if (got != 0)
			return (got > 0 ? check_request(r, request) : got);
	}
	if (got == 0 && r->format->end != NULL)
		r->format->end(r);
	return (got);
}

/* ---- What was found --------------------------------------------------- */

const char *
reader_path(const struct reader *r)
{
	return (r->path);
}

uint32_t
reader_file_count(const struct reader *r)
{
	return (r->names->len);
}

const char *
reader_file_name(const struct reader *r, uint32_t file)
{
	return (g_ptr_array_index(r->names, file));
}

char *
reader_skipped(const struct reader *r)
{
	GString *text = g_string_new(NULL);
	const struct skipped *skipped;
	guint i;

	for (i = 0; i < r->skipped->len; i++) {
		skipped = &g_array_index(r->skipped, struct skipped, i);
		g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT,
		    i == 0 ? "" : ", ", skipped->what, skipped->count);
	}
	return (g_string_free(text, i == 0));
}
