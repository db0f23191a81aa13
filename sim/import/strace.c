/*
 * What strace -ttt -o writes, best with -f -y -T, of calls that name an offset:
 *
 *	81 1700000000.000125 pread64(3</db>, "a"..., 512, 0) = 512 <0.000098>
 *	82 1700000000.000190 fsync(3</db> <unfinished ...>
 *	82 1700000000.001377 <... fsync resumed>) = 0 <0.001180>
 *
 * pread64 and pwrite64, and fsync and fdatasync.  A call came when it began;
 * with -T the time it took goes on as its service.  With -y a file is its path,
 * otherwise the descriptor, "fd3", whichever file that is and in whichever
 * process.
 */

#include <string.h>

#include "sim/import/fields.h"

#define DIGITS "0123456789"
#define NAME_LETTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_?"
#define UNFINISHED "<unfinished ...>"
#define RESUMED " resumed>"
#define DELETED "(deleted)"
#define REMEDY                                                              \
	"import reads what strace -f -ttt -y -T -o FILE writes; leave out " \
	"other options, such as -i, -k, -n, -r, -Y"
/* In 1973: what is less is no time of day, but how long after another call. */
#define EARLIEST_NS (INT64_C(100000000) * 1000000000)

static const struct call {
	const char *name;
	bool taken;
	enum import_operation operation;
} calls[] = {
    {"pread64", true, IMPORT_READ},
    {"pread", true, IMPORT_READ},
    {"pwrite64", true, IMPORT_WRITE},
    {"pwrite", true, IMPORT_WRITE},
    {"fsync", true, IMPORT_SYNC},
    {"fdatasync", true, IMPORT_SYNC},
    {"read", false, IMPORT_READ},
    {"readv", false, IMPORT_READ},
    {"write", false, IMPORT_WRITE},
    {"writev", false, IMPORT_WRITE},
};

struct state {
	GHashTable *pending; /* pid to struct begun */
};

/* A call that another thread's line has cut in two. */
struct begun {
	const struct call *call;
	int64_t time_ns;
	char *pid;
	char *text; /* from its name on */
};

static void
free_begun(gpointer data)
{
	struct begun *begun = data;

	g_free(begun->pid);
	g_free(begun->text);
	g_free(begun);
}

static struct state *
state_of(struct reader *r)
{
	struct state *state = reader_state(r);

	if (state->pending == NULL)
		state->pending = g_hash_table_new_full(
		    g_str_hash, g_str_equal, NULL, free_begun);
	return (state);
}

/* ---- Text ------------------------------------------------------------- */

/* The word at *text, ended, and *text behind it and blanks. */
static char *
take_word(char **text)
{
	char *word = *text + strspn(*text, " \t");

	*text = word + strcspn(word, " \t");
	if (**text != '\0')
		*(*text)++ = '\0';
	*text += strspn(*text, " \t");
	return (word);
}

static int
take_mark(struct reader *r, char **text, char mark)
{
	*text += strspn(*text, " \t");
	if (**text != mark)
		return (reader_fail(r,
		    "expected '%c' at '%.40s' in this call; is the line cut "
		    "off?",
		    mark, *text));
	++*text;
	return (0);
}

static int
take_number(struct reader *r, char **text, const char *what, int64_t max,
    int64_t *value)
{
	char *begin = *text + strspn(*text, " \t");
	char *end = begin + strspn(begin, DIGITS), kept = *end;
	int got;

	*end = '\0';
	got = field_number(r, what, begin, max, value);
	*end = kept;
	*text = end;
	return (got);
}

/* Over a string with its dots, or an address. */
static void
skip_buffer(char **text)
{
	char *p = *text + strspn(*text, " \t");

	if (*p == '"')
		for (p++; *p != '\0' && *p != '"'; p++)
			if (*p == '\\' && p[1] != '\0')
				p++;
	*text = p + strcspn(p, ",");
}

/* ---- A whole call ----------------------------------------------------- */

/* "3" or "3</path>", in which strace escapes angle brackets.  What -yy adds
 * within its own, and what stands behind, are left out. */
static int
take_file(struct reader *r, char **text, struct import_request *request)
{
	g_autofree char *name = NULL;
	int64_t descriptor;
	char *path, *p;
	int depth = 0;

	if (take_number(r, text, "descriptor", INT32_MAX, &descriptor) < 0)
		return (-1);
	if (**text != '<') {
		name = g_strdup_printf("fd%d", (int)descriptor);
		return (reader_file(r, name, &request->file));
	}
	path = p = *text + 1;
	for (; *p != '\0' && (*p != '>' || depth > 0); p++)
		depth += *p == '<' ? 1 : *p == '>' ? -1 : 0;
	if (*p == '\0')
		return (reader_fail(
		    r, "a path without its '>'; is the line cut off?"));
	p++;
	*text = p + (g_str_has_prefix(p, DELETED) ? strlen(DELETED) : 0);
	name = g_strndup(path, strcspn(path, "<>"));
	return (reader_file(r, name, &request->file));
}

/* Behind the "= " after the call's last parenthesis, or NULL. */
static char *
find_result(const char *call)
{
	char *equals = g_strrstr(call, "= ");
	const char *p = equals;

	while (p != NULL && p > call && g_ascii_isspace(p[-1]))
		p--;
	return (p != NULL && p > call && p[-1] == ')' ? equals + 2 : NULL);
}

/* "8192", "8192 <0.000098>", or with a note, "0 (DELAYED) <0.000098>". */
static int
take_result(struct reader *r, char *text, struct import_request *request)
{
	char *seconds;

	if (field_number(r, "result", take_word(&text), request->size_bytes,
		&request->moved_bytes) < 0)
		return (-1);
	if (*text == '(') {
		text += strcspn(text, ")");
		if (take_mark(r, &text, ')') < 0)
			return (-1);
		text += strspn(text, " \t");
	}
	if (*text == '<') {
		seconds = text + 1;
		text += strcspn(text, ">");
		if (take_mark(r, &text, '>') < 0)
			return (-1);
		text[-1] = '\0';
		if (field_seconds(r, "duration", seconds, IMPORT_SPAN_NS,
			&request->service_ns) < 0)
			return (-1);
	}
	if (*g_strchug(text) != '\0')
		return (reader_fail(
		    r, "'%.40s' is more than a result and its duration", text));
	return (0);
}

/* `text` from the call's name on; it may be written to. */
static int
parse_call(struct reader *r, const struct call *call, char *text,
    struct import_request *request)
{
	char *result = find_result(text);

	if (result == NULL)
		return (reader_fail(
		    r, "a call without its result; is the line cut off?"));
	if (*result == '-')
		return (reader_skip(r, "failed calls"));
	if (*result == '?')
		return (reader_skip(r, "unfinished calls"));
	request->operation = call->operation;
	text += strlen(call->name) + 1;
	if (take_file(r, &text, request) < 0)
		return (-1);
	if (call->operation != IMPORT_SYNC) {
		if (take_mark(r, &text, ',') < 0)
			return (-1);
		skip_buffer(&text);
		if (take_mark(r, &text, ',') < 0 ||
		    take_number(r, &text, "size", UINT32_MAX,
			&request->size_bytes) < 0 ||
		    take_mark(r, &text, ',') < 0 ||
		    take_number(r, &text, "offset", FILE_SIZE_MAX,
			&request->offset_bytes) < 0)
			return (-1);
	}
	if (take_mark(r, &text, ')') < 0 || take_result(r, result, request) < 0)
		return (-1);
	return (1);
}

/* ---- Lines ------------------------------------------------------------ */

/* The call of this name, or NULL where it is none that is known. */
static const struct call *
find_call(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(calls); i++)
		if (strlen(calls[i].name) == length &&
		    strncmp(calls[i].name, name, length) == 0)
			return (&calls[i]);
	return (NULL);
}

static int
skip_call(struct reader *r, const struct call *call)
{
	return (reader_skip(
	    r, call == NULL ? "other calls" : "calls that name no offset"));
}

/* When only one thread is left strace does not say which. */
static struct begun *
find_begun(struct state *state, const char *pid)
{
	struct begun *begun = g_hash_table_lookup(state->pending, pid);
	GHashTableIter all;
	gpointer only = NULL;

	if (begun != NULL || *pid != '\0' ||
	    g_hash_table_size(state->pending) != 1)
		return (begun);
	g_hash_table_iter_init(&all, state->pending);
	g_hash_table_iter_next(&all, NULL, &only);
	return (only);
}

/* "<... NAME resumed>REST": goes on with what was cut. */
static int
parse_resumed(struct reader *r, const char *pid, char *text,
    struct import_request *request)
{
	struct state *state = state_of(r);
	struct begun *begun;
	const struct call *call;
	g_autofree char *whole = NULL;
	char *name, *rest;

	rest = strstr(text, RESUMED);
	if (rest == NULL)
		return (reader_fail(
		    r, "'<...' without 'resumed>'; is the line cut off?"));
	name = text + strlen("<... ");
	call = rest > name ? find_call(name, (size_t)(rest - name)) : NULL;
	if (call == NULL || !call->taken)
		return (skip_call(r, call));
	begun = find_begun(state, pid);
	if (begun == NULL || begun->call != call)
		return (reader_skip(r, "calls that began before the trace"));
	whole = g_strconcat(begun->text, rest + strlen(RESUMED), NULL);
	request->time_ns = begun->time_ns;
	g_hash_table_remove(state->pending, begun->pid);
	return (parse_call(r, call, whole, request));
}

static int
keep_unfinished(struct reader *r, const struct call *call, const char *pid,
    const char *text, int64_t time_ns)
{
	struct state *state = state_of(r);
	struct begun *begun = g_new(struct begun, 1);

	begun->call = call;
	begun->time_ns = time_ns;
	begun->pid = g_strdup(pid);
	begun->text = g_strndup(text, strlen(text) - strlen(UNFINISHED));
	if (g_hash_table_remove(state->pending, pid))
		reader_skip(r, "unfinished calls");
	g_hash_table_insert(state->pending, begun->pid, begun);
	return (0);
}

static int
parse_event(struct reader *r, const char *pid, char *text,
    struct import_request *request)
{
	size_t length = strspn(text, NAME_LETTERS);
	const struct call *call = find_call(text, length);

	if (g_str_has_prefix(text, "+++") || g_str_has_prefix(text, "---"))
		return (reader_skip(r, "signals and exits"));
	if (g_str_has_prefix(text, "<... "))
		return (parse_resumed(r, pid, text, request));
	if (length == 0 || text[length] != '(')
		return (
		    reader_fail(r, "'%.40s' is no system call; " REMEDY, text));
	if (call == NULL || !call->taken)
		return (skip_call(r, call));
	if (g_str_has_suffix(text, UNFINISHED))
		return (keep_unfinished(r, call, pid, text, request->time_ns));
	return (parse_call(r, call, text, request));
}

static int
parse_time(struct reader *r, const char *time, int64_t *ns)
{
	if (time[strspn(time, DIGITS ".")] != '\0')
		return (reader_fail(
		    r, "'%.40s' is no time in seconds; " REMEDY, time));
	if (field_seconds(r, "time", time, INT64_MAX / 2, ns) < 0)
		return (-1);
	if (*ns < EARLIEST_NS)
		return (reader_fail(r,
		    "time %.40s is not since 1970; this looks like strace -r, "
		    "use -ttt",
		    time));
	return (0);
}

/* On standard error alone, also behind what has been printed of a call. */
static bool
ends_in_message(const char *text)
{
	return (strstr(text, "strace: Process ") != NULL &&
	    (g_str_has_suffix(text, " attached") ||
		g_str_has_suffix(text, " detached")));
}

static int
parse(struct reader *r, struct import_request *request)
{
	char *text = reader_line(r);
	const char *pid = "", *time;

	if (ends_in_message(text))
		return (reader_fail(r,
		    "written to standard error, where messages of strace cut "
		    "calls in two; let strace write with -o FILE"));
	if (g_str_has_prefix(text, "strace: "))
		return (reader_skip(r, "messages of strace"));
	time = take_word(&text);
	if (strcmp(time, "[pid") == 0) {
		pid = g_strdelimit(take_word(&text), "]", '\0');
		time = take_word(&text);
	} else if (time[strspn(time, DIGITS)] == '\0') {
		pid = time;
		time = take_word(&text);
	}
	if (parse_time(r, time, &request->time_ns) < 0)
		return (-1);
	return (parse_event(r, pid, text, request));
}

static void
end(struct reader *r)
{
	guint left = g_hash_table_size(state_of(r)->pending);

	while (left-- > 0)
		reader_skip(r, "unfinished calls");
}

static void
release(void *data)
{
	struct state *state = data;

	g_clear_pointer(&state->pending, g_hash_table_unref);
}

const struct import_format import_strace = {
    .name = "strace",
    .sentence = "what strace -f -ttt -y -T -o writes: pread64, pwrite64, "
		"fsync, fdatasync",
    .state_size = sizeof(struct state),
    /* It is sorted, by the ends of calls. */
    .late = "its call lasted over them all: leave out this line, or import a "
	    "shorter stretch",
    .parse = parse,
    .end = end,
    .release = release,
};
