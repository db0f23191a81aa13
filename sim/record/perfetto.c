/*
 * perfetto.json: the run in the JSON trace format that ui.perfetto.dev opens.
 *
 * Decides what is a track.  A daemon serves one request at a time and has one.
 * Requests that no daemon serves go to their process's track, and overlap, as
 * slices of a track may not: a process gets as many lanes as it needs.  Rows
 * come in the order of collection, not of start, so a slice joins the lane
 * with the latest end that is not after its start, and a lane remembers only
 * that end: memory grows with the tracks, not with the run.
 */

#include <jansson.h>
#include <string.h>

#include "sim/record/integers.h"
#include "sim/record/sinks.h"

/* Two groups of tracks; the format calls them processes. */
#define PID_KERNEL "1"
#define PID_PROCESSES "2"
/* Tracks of soaiods stand below those of aiods. */
#define SOCKET_TRACKS 1000000

struct lane {
	uint64_t tid;
	int64_t end_ns;
};

struct track {
	const char *pid;
	char *name;    /* as text of JSON, without the quotes */
	GArray *lanes; /* of struct lane; the first for instants too */
};

struct perfetto {
	FILE *file;
	GHashTable *tracks; /* by name; looked up, never walked */
	uint64_t last_tid;
	const char *separator;
	bool counted;
	struct kernel_counters counters; /* as last written */
};

/* ---- Writing ---------------------------------------------------------- */

static void
begin_event(struct perfetto *p)
{
	fputs(p->separator, p->file);
	p->separator = ",\n";
}

static void
write_unsigned(FILE *file, const char *key, uint64_t value)
{
	char text[INTEGER_SIZE];
	const char *end = put_unsigned(text, value);

	fputs(key, file);
	fwrite(text, 1, (size_t)(end - text), file);
}

static void
write_integer(FILE *file, const char *key, int64_t value)
{
	char text[INTEGER_SIZE];
	const char *end = put_integer(text, value);

	fputs(key, file);
	fwrite(text, 1, (size_t)(end - text), file);
}

static void
write_time(FILE *file, const char *key, int64_t ns)
{
	char text[INTEGER_SIZE + 1];
	const char *end = put_microseconds(text, ns);

	fputs(key, file);
	fwrite(text, 1, (size_t)(end - text), file);
}

/* The text with JSON's escapes, without quotes; free with g_free(). */
static char *
escape(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	json_t *string = json_string(valid);
	char *quoted = json_dumps(string, JSON_ENCODE_ANY);
	char *bare = g_strndup(quoted + 1, strlen(quoted) - 2);

	free(quoted);
	json_decref(string);
	return (bare);
}

static void
name_group(struct perfetto *p, const char *pid, const char *name)
{
	begin_event(p);
	fprintf(p->file,
	    "{\"ph\":\"M\",\"pid\":%s,\"name\":\"process_name\","
	    "\"args\":{\"name\":\"%s\"}}",
	    pid, name);
}

/* ---- Tracks ----------------------------------------------------------- */

static void
track_free(void *data)
{
	struct track *track = data;

	g_array_unref(track->lanes);
	g_free(track->name);
	g_free(track);
}

static bool
is_of_sockets(const char *daemon)
{
	return (g_str_has_prefix(daemon, "soaiod"));
}

/* Perfetto sorts tracks by number where it is not told otherwise, and daemons
 * come to work in any order: theirs is told. */
static void
name_lane(struct perfetto *p, const struct track *track, uint64_t tid)
{
	const char *number = track->name + strcspn(track->name, "0123456789");
	guint lanes = track->lanes->len;

	begin_event(p);
	fprintf(p->file, "{\"ph\":\"M\",\"pid\":%s", track->pid);
	write_unsigned(p->file, ",\"tid\":", tid);
	fprintf(p->file, ",\"name\":\"thread_name\",\"args\":{\"name\":\"%s",
	    track->name);
	if (lanes > 1)
		fprintf(p->file, " (%u)", lanes);
	fputs("\"}}", p->file);
	if (strcmp(track->pid, PID_KERNEL) != 0)
		return;
	begin_event(p);
	fprintf(p->file, "{\"ph\":\"M\",\"pid\":%s", track->pid);
	write_unsigned(p->file, ",\"tid\":", tid);
	write_unsigned(p->file,
	    ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":",
	    g_ascii_strtoull(number, NULL, 10) +
		(is_of_sockets(track->name) ? SOCKET_TRACKS : 0));
	fputs("}}", p->file);
}

static struct lane *
add_lane(struct perfetto *p, struct track *track)
{
	struct lane lane = {++p->last_tid, 0};

	g_array_append_val(track->lanes, lane);
	name_lane(p, track, lane.tid);
	return (
	    &g_array_index(track->lanes, struct lane, track->lanes->len - 1));
}

static struct track *
find_track(struct perfetto *p, const char *pid, const char *name)
{
	g_autofree char *key = g_strconcat(pid, name, NULL);
	struct track *track = g_hash_table_lookup(p->tracks, key);

	if (track != NULL)
		return (track);
	track = g_new0(struct track, 1);
	track->pid = pid;
	track->name = escape(name);
	track->lanes = g_array_new(FALSE, FALSE, sizeof(struct lane));
	g_hash_table_insert(p->tracks, g_steal_pointer(&key), track);
	add_lane(p, track);
	return (track);
}

static struct lane *
lane_for(struct perfetto *p, struct track *track, int64_t start_ns)
{
	struct lane *lane, *best = NULL;
	guint i;

	for (i = 0; i < track->lanes->len; i++) {
		lane = &g_array_index(track->lanes, struct lane, i);
		if (lane->end_ns <= start_ns &&
		    (best == NULL || lane->end_ns > best->end_ns))
			best = lane;
	}
	return (best != NULL ? best : add_lane(p, track));
}

/* ---- Events ----------------------------------------------------------- */

static void
write_event(FILE *file, const char *phase, const struct track *track,
    uint64_t tid, int64_t at_ns)
{
	fputs("{\"ph\":\"", file);
	fputs(phase, file);
	fputs("\",\"pid\":", file);
	fputs(track->pid, file);
	write_unsigned(file, ",\"tid\":", tid);
	write_time(file, ",\"ts\":", at_ns);
}

static void
write_arguments(
    FILE *file, const struct request_row *row, const char *process_name)
{
	write_unsigned(file, ",\"args\":{\"id\":", row->id);
	fputs(",\"process\":\"", file);
	fputs(process_name, file);
	fputs("\",\"op\":\"", file);
	fputs(kernel_opcode_name(row->opcode), file);
	write_unsigned(file, "\",\"bytes\":", row->size_bytes);
	if ((row->finished || row->refused) && row->error != KE_OK) {
		fputs(",\"errno\":\"", file);
		fputs(kernel_errno_name(row->error), file);
		putc('"', file);
	}
	if (row->limit != NULL) {
		fputs(",\"limit\":\"", file);
		fputs(row->limit, file);
		putc('"', file);
	}
	fputs("}}", file);
}

static void
write_refusal(
    struct perfetto *p, const struct request_row *row, struct track *process)
{
	const struct lane *lane =
	    &g_array_index(process->lanes, struct lane, 0);

	begin_event(p);
	write_event(p->file, "i", process, lane->tid, row->submit_ns);
	fputs(",\"s\":\"t\",\"name\":\"refused: ", p->file);
	fputs(kernel_errno_name(row->error), p->file);
	putc('"', p->file);
	write_arguments(p->file, row, process->name);
}

/* A request of a socket that is not finished may wait in its buffer's queue,
 * in nobody's hands. */
static bool
has_daemon(const struct request_row *row)
{
	return (row->daemon[0] != '\0' &&
	    (row->finished || !is_of_sockets(row->daemon)));
}

/* A service that never ended is an open slice; its lane takes no other. */
static void
write_slice(
    struct perfetto *p, const struct request_row *row, struct track *process)
{
	int64_t start_ns = row->start_ns;
	struct track *track = process;
	struct lane *lane;

	if (has_daemon(row)) {
		/* Since it was taken first the daemon has had others. */
		start_ns = MAX(start_ns, row->resumed_ns);
		track = find_track(p, PID_KERNEL, row->daemon);
		lane = &g_array_index(track->lanes, struct lane, 0);
	} else {
		lane = lane_for(p, track, row->start_ns);
		lane->end_ns = row->finished ? row->finish_ns : INT64_MAX;
	}
	begin_event(p);
	write_event(
	    p->file, row->finished ? "X" : "B", track, lane->tid, start_ns);
	if (row->finished)
		write_time(p->file, ",\"dur\":", row->finish_ns - start_ns);
	fputs(",\"name\":\"", p->file);
	fputs(kernel_opcode_name(row->opcode), p->file);
	putc('"', p->file);
	write_arguments(p->file, row, process->name);
}

static void
write_counter(
    struct perfetto *p, const char *name, int64_t time_ns, int64_t value)
{
	begin_event(p);
	write_time(
	    p->file, "{\"ph\":\"C\",\"pid\":" PID_KERNEL ",\"ts\":", time_ns);
	fputs(",\"name\":\"", p->file);
	fputs(name, p->file);
	write_integer(p->file, "\",\"args\":{\"value\":", value);
	fputs("}}", p->file);
}

/* ---- The face --------------------------------------------------------- */

struct perfetto *
perfetto_begin(FILE *file)
{
	struct perfetto *p = g_new0(struct perfetto, 1);

	p->file = file;
	p->tracks =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, track_free);
	p->separator = "";
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", file);
	name_group(p, PID_KERNEL, "kernel");
	name_group(p, PID_PROCESSES, "processes");
	return (p);
}

/* A request that came to no service, cancelled or still waiting, is no slice.
 */
void
perfetto_request(struct perfetto *p, const struct request_row *row)
{
	struct track *process;

	if (!row->refused && row->start_ns == NOT_YET)
		return;
	process = find_track(p, PID_PROCESSES, row->process);
	if (row->refused)
		write_refusal(p, row, process);
	else
		write_slice(p, row, process);
}

void
perfetto_series(struct perfetto *p, const struct series_row *row)
{
	const struct kernel_counters *now = &row->counters,
				     *last = &p->counters;
	bool all = !p->counted;

	if (all || now->daemons != last->daemons)
		write_counter(p, "daemons", row->time_ns, now->daemons);
	if (all || now->daemons_busy != last->daemons_busy)
		write_counter(p, "busy", row->time_ns, now->daemons_busy);
	if (all || now->waiting != last->waiting)
		write_counter(p, "waiting", row->time_ns, now->waiting);
	if (all || now->unfinished != last->unfinished)
		write_counter(p, "unfinished", row->time_ns, now->unfinished);
	if (now->so_daemons != last->so_daemons)
		write_counter(
		    p, "socket daemons", row->time_ns, now->so_daemons);
	if (now->so_daemons_busy != last->so_daemons_busy)
		write_counter(p, "socket daemons busy", row->time_ns,
		    now->so_daemons_busy);
	p->counters = *now;
	p->counted = true;
}

void
perfetto_end(struct perfetto *p)
{
	fputs("\n]}\n", p->file);
	g_hash_table_unref(p->tracks);
	g_free(p);
}
