/*
 * Recordings of a program's AIO calls, a line at a time.  One that was cut off,
 * or has a line that is not understood, is refused: half a load would look like
 * a result.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/printable.h"
#include "sim/workload/aiolog.h"

#define FIRST_LINE "aiosim recording 1"
#define TIME_MAX_NS (INT64_MAX / 4)

struct reader {
	const char *path;
	unsigned line;
	struct aiolog *log;
	uint64_t requests, refused;
	bool ended;
	GError **error;
};

static bool fail(const struct reader *r, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static bool
fail(const struct reader *r, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	make_printable(text);
	g_set_error(
	    r->error, AIOLOG_ERROR, 0, "%s:%u: %s", r->path, r->line, text);
	return (false);
}

/* ---- Fields ----------------------------------------------------------- */

static bool
integer(const struct reader *r, const char *text, int64_t low, int64_t high,
    int64_t *value)
{
	gint64 number;

	if (text == NULL ||
	    !g_ascii_string_to_signed(text, 10, low, high, &number, NULL))
		return (fail(r,
		    "'%s' is not a whole number from %" G_GINT64_FORMAT
		    " to %" G_GINT64_FORMAT,
		    text == NULL ? "" : text, low, high));
	*value = number;
	return (true);
}

static bool
operation(const struct reader *r, const char *text, struct aiolog_entry *entry,
    bool *skip)
{
	static const struct {
		const char *name;
		enum kernel_call_kind kind;
	} operations[] = {
	    {"read", KERNEL_AIO_READ},
	    {"write", KERNEL_AIO_WRITE},
	    {"fsync", KERNEL_AIO_FSYNC},
	};
	size_t i;

	*skip = strcmp(text, "mlock") == 0 || strcmp(text, "other") == 0;
	for (i = 0; i < G_N_ELEMENTS(operations); i++)
		if (strcmp(operations[i].name, text) == 0) {
			entry->kind = operations[i].kind;
			return (true);
		}
	return (*skip ||
	    fail(r,
		"'%s' is no operation; expected read, write, fsync or "
		"mlock",
		text));
}

static bool
errno_named(const struct reader *r, const char *text, enum kernel_errno *error)
{
	int i;

	for (i = 0; i < KE_ERRNO_COUNT; i++)
		if (strcmp(kernel_errno_name((enum kernel_errno)i), text) ==
		    0) {
			*error = (enum kernel_errno)i;
			return (true);
		}
	return (fail(r, "'%s' is no error", text));
}

static bool
place(const struct reader *r, char **fields, struct aiolog_entry *entry)
{
	int64_t file = 0;

	return (integer(r, fields[1], 0, TIME_MAX_NS, &entry->submit_ns) &&
	    integer(r, fields[3], 0, INT32_MAX, &file) &&
	    integer(r, fields[4], INT64_MIN, INT64_MAX - UINT32_MAX,
		&entry->offset_bytes) &&
	    integer(r, fields[5], 0, UINT32_MAX, &entry->size_bytes));
}

/* ---- Lines ------------------------------------------------------------ */

static bool
add_entry(struct reader *r, struct aiolog_entry *entry, bool skip)
{
	const struct aiolog_entry *last;
	GArray *entries = r->log->entries;

	if (skip) {
		r->log->skipped++;
		return (true);
	}
	if (entries->len > 0) {
		last = &g_array_index(
		    entries, struct aiolog_entry, entries->len - 1);
		if (entry->submit_ns < last->submit_ns)
			return (fail(r, "time goes back"));
	}
	if (entry->kind == KERNEL_AIO_FSYNC)
		entry->offset_bytes = entry->size_bytes = 0;
	else if (entry->offset_bytes >= 0)
		r->log->end_bytes = MAX(
		    r->log->end_bytes, entry->offset_bytes + entry->size_bytes);
	entry->arrival_ns = entry->submit_ns;
	g_array_append_val(entries, *entry);
	return (true);
}

/* Of what happened at all. */
static bool
in_order(const struct reader *r, int64_t submit_ns, int64_t start_ns,
    int64_t finish_ns, int64_t collect_ns)
{
	if (start_ns >= 0 && start_ns < submit_ns)
		return (fail(r, "a request that begins before its submission"));
	if (finish_ns >= 0 && finish_ns < MAX(submit_ns, start_ns))
		return (fail(r, "a request that ends before it begins"));
	if (collect_ns >= 0 && (finish_ns < 0 || collect_ns < finish_ns))
		return (fail(r, "a request that is collected before its end"));
	return (true);
}

static bool
fits(const struct reader *r, const struct aiolog_entry *entry)
{
	return (entry->outcome.bytes <= entry->size_bytes ||
	    fail(r, "a request that moves more bytes than it was to"));
}

static bool
read_request(struct reader *r, char **fields)
{
	struct aiolog_entry entry = {0};
	int64_t start_ns = -1, finish_ns = -1;
	bool skip;

	if (!operation(r, fields[2], &entry, &skip) ||
	    !place(r, fields, &entry) ||
	    !integer(r, fields[6], -1, TIME_MAX_NS, &start_ns) ||
	    !integer(r, fields[7], -1, TIME_MAX_NS, &finish_ns) ||
	    !integer(r, fields[8], -1, TIME_MAX_NS, &entry.collect_ns) ||
	    !integer(r, fields[9], -1, INT64_MAX, &entry.outcome.bytes) ||
	    !errno_named(r, fields[10], &entry.outcome.error))
		return (false);
	if (!in_order(
		r, entry.submit_ns, start_ns, finish_ns, entry.collect_ns) ||
	    !fits(r, &entry))
		return (false);
	entry.outcome.service_ns =
	    start_ns >= 0 && finish_ns >= 0 ? finish_ns - start_ns : -1;
	if (entry.outcome.error == KE_ECANCELED ||
	    entry.outcome.error == KE_EINPROGRESS)
		entry.outcome.error = KE_OK;
	r->requests++;
	return (add_entry(r, &entry, skip));
}

static bool
read_refused(struct reader *r, char **fields)
{
	struct aiolog_entry entry = {
	    .refused = true, .collect_ns = -1, .outcome.service_ns = -1};
	enum kernel_errno error = KE_OK;
	bool skip;

	if (!operation(r, fields[2], &entry, &skip) ||
	    !place(r, fields, &entry) || !errno_named(r, fields[6], &error))
		return (false);
	entry.outcome.bytes =
	    entry.kind == KERNEL_AIO_FSYNC ? 0 : entry.size_bytes;
	r->refused++;
	/* One that is refused whatever the limits tells nothing of a load. */
	return (add_entry(r, &entry, skip || error != KE_EAGAIN));
}

static bool
read_end(struct reader *r, char **fields)
{
	int64_t requests = 0, refused = 0;

	if (!integer(r, fields[1], 0, INT64_MAX, &requests) ||
	    !integer(r, fields[2], 0, INT64_MAX, &refused))
		return (false);
	if ((uint64_t)requests != r->requests ||
	    (uint64_t)refused != r->refused)
		return (fail(r,
		    "the recording should hold %" G_GINT64_FORMAT
		    " requests and %" G_GINT64_FORMAT
		    " refused ones, but has %" G_GUINT64_FORMAT
		    " and %" G_GUINT64_FORMAT,
		    requests, refused, r->requests, r->refused));
	r->ended = true;
	return (true);
}

static bool
pass_over(struct reader *r, char **fields)
{
	(void)r, (void)fields;
	return (true);
}

static const struct {
	const char *name;
	guint fields; /* 0: any number */
	bool (*read)(struct reader *r, char **fields);
} lines[] = {
    {"request", 11, read_request},
    {"refused", 8, read_refused},
    {"call", 6, pass_over},
    {"file", 0, pass_over},
    {"process", 0, pass_over},
    {"clock", 2, pass_over},
    {"kernel", 2, pass_over},
    {"sysctl", 3, pass_over},
    {"count", 3, pass_over},
    {"end", 3, read_end},
};

static bool
read_line(struct reader *r, const char *text)
{
	g_auto(GStrv) fields = g_strsplit(text, " ", -1);
	size_t i;

	if (r->ended)
		return (fail(r, "a line after the end"));
	for (i = 0; i < G_N_ELEMENTS(lines); i++) {
		if (g_strcmp0(fields[0], lines[i].name) != 0)
			continue;
		if (lines[i].fields != 0 &&
		    g_strv_length(fields) != lines[i].fields)
			return (fail(r,
			    "'%s' takes %u fields after it; is the line cut "
			    "off?",
			    lines[i].name, lines[i].fields - 1));
		return (lines[i].read(r, fields));
	}
	return (fail(r, "'%s' is no line of a recording",
	    fields[0] == NULL ? "" : fields[0]));
}

static bool
read_lines(struct reader *r, FILE *in)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t length;
	bool good = true;

	while (good && (length = getline(&text, &room, in)) > 0) {
		r->line++;
		if (text[length - 1] != '\n')
			good = fail(r, "the line is cut off");
		text[length - 1] = '\0';
		if (good && r->line == 1)
			good = strcmp(text, FIRST_LINE) == 0 ||
			    fail(r,
				"not '" FIRST_LINE
				"': no recording of AIO calls, or of "
				"another version");
		else if (good)
			good = read_line(r, text);
	}
	g_free(text);
	if (good && !r->ended) {
		r->line++;
		good = fail(r,
		    "the recording has no end; the program was killed, or its "
		    "disk was full");
	}
	return (good);
}

/* ---- What follows from the whole -------------------------------------- */

static guint
hash_entry(gconstpointer pointer)
{
	const struct aiolog_entry *e = pointer;

	return ((guint)(e->offset_bytes / 512 * 31 + e->size_bytes +
	    (int64_t)e->kind));
}

static gboolean
equal_entries(gconstpointer a, gconstpointer b)
{
	const struct aiolog_entry *x = a, *y = b;

	return (x->kind == y->kind && x->offset_bytes == y->offset_bytes &&
	    x->size_bytes == y->size_bytes);
}

/* An attempt that was refused, and the same again accepted, are one operation,
 * which was wanted at its first attempt. */
static void
join_attempts(struct aiolog *log)
{
	g_autoptr(GHashTable) refused =
	    g_hash_table_new(hash_entry, equal_entries);
	struct aiolog_entry *entry, *first;
	guint i;

	for (i = 0; i < log->entries->len; i++) {
		entry = &g_array_index(log->entries, struct aiolog_entry, i);
		first = g_hash_table_lookup(refused, entry);
		if (first != NULL) {
			entry->arrival_ns = first->arrival_ns;
			first->repeated = true;
		}
		if (entry->refused)
			g_hash_table_replace(refused, entry, entry);
		else if (first != NULL)
			g_hash_table_remove(refused, entry);
	}
}

/* What the request was to move, if nothing is known. */
static void
guess_outcome(struct aiolog_entry *entry, int64_t service_ns)
{
	entry->outcome.service_ns = service_ns;
	if (entry->outcome.bytes < 0 && entry->outcome.error == KE_OK)
		entry->outcome.bytes = entry->size_bytes;
}

static void
guess_outcomes(struct aiolog *log)
{
	const struct aiolog_entry *known[KERNEL_CALL_COUNT] = {NULL};
	struct aiolog_entry *entry;
	guint i, round;

	/* Backwards for the next, then forwards for the last. */
	for (round = 0; round < 2; round++) {
		for (i = 0; i < log->entries->len; i++) {
			entry =
			    &g_array_index(log->entries, struct aiolog_entry,
				round == 0 ? log->entries->len - 1 - i : i);
			if (entry->outcome.service_ns >= 0)
				known[entry->kind] = entry;
			else if (known[entry->kind] != NULL)
				guess_outcome(entry,
				    known[entry->kind]->outcome.service_ns);
		}
	}
}

bool
aiolog_is_one(const char *path)
{
	static const char begin[] = "aiosim recording ";
	char text[sizeof(begin)] = "";
	FILE *in = fopen(path, "r");

	if (in == NULL)
		return (false);
	if (fgets(text, sizeof(text), in) == NULL)
		text[0] = '\0';
	fclose(in);
	return (strcmp(text, begin) == 0);
}

struct aiolog *
aiolog_read(const char *path, GError **error)
{
	struct reader r = {.path = path, .error = error};
	FILE *in = fopen(path, "r");
	bool good;

	if (in == NULL) {
		g_set_error(
		    error, AIOLOG_ERROR, 0, "%s: %s", path, g_strerror(errno));
		return (NULL);
	}
	r.log = g_new0(struct aiolog, 1);
	r.log->entries = g_array_new(FALSE, FALSE, sizeof(struct aiolog_entry));
	good = read_lines(&r, in);
	fclose(in);
	if (good && r.log->entries->len == 0)
		good = fail(&r, "no request in the recording");
	if (!good) {
		aiolog_free(r.log);
		return (NULL);
	}
	join_attempts(r.log);
	guess_outcomes(r.log);
	return (r.log);
}

void
aiolog_free(struct aiolog *log)
{
	if (log == NULL)
		return;
	g_array_free(log->entries, TRUE);
	g_free(log);
}
