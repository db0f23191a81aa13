/*
 * One import.  Decides what is kept, and what is said about it.
 */

#include "sim/import/import.h"

#include "sim/import/order.h"
#include "sim/import/writer.h"

#include <string.h>

/* So many files are named at the end. */
#define NAMES_MAX 8

struct import {
	const struct import_setup *setup;
	struct reader *reader;
	struct order order;
	struct writer writer;
	bool any;
	int64_t origin_ns; /* of the trace's first request */
	bool over;         /* what comes now is behind the window of time */
	uint64_t counts[IMPORT_OPERATION_COUNT];
	int64_t end_bytes; /* largest offset + size */
};

/* ---- What is kept ----------------------------------------------------- */

static bool
is_chosen(const struct import *im, const struct import_request *request)
{
	const char *only = im->setup->only;

	return (only == NULL ||
	    strcmp(reader_file_name(im->reader, request->file), only) == 0);
}

/* Requests in order. */
static bool
keep(struct import *im, const struct import_request *request, GError **error)
{
	int64_t time_ns;

	if (!im->any)
		im->origin_ns = request->time_ns;
	im->any = true;
	time_ns = request->time_ns - im->origin_ns;
	im->over = time_ns >= im->setup->to_ns;
	if (im->over || time_ns < im->setup->from_ns || !is_chosen(im, request))
		return (true);
	im->counts[request->operation]++;
	im->end_bytes =
	    MAX(im->end_bytes, request->offset_bytes + request->size_bytes);
	return (writer_put(
	    &im->writer, time_ns - im->setup->from_ns, request, error));
}

static bool
was_interrupted(const struct import *im, GError **error)
{
	if (im->setup->was_interrupted == NULL || !im->setup->was_interrupted())
		return (false);
	/* The interrupt may have been what ended a read. */
	g_clear_error(error);
	g_set_error(error, IMPORT_ERROR, IMPORT_INTERRUPTED, "interrupted");
	return (true);
}

static void
fail_late(const struct import *im, GError **error)
{
	const char *late = im->setup->format->late;

	reader_refuse(im->reader, error,
	    "its time is before those of more than %d requests above it; %s",
	    ORDER_WINDOW, late != NULL ? late : "sort the trace by time first");
}

static bool
read_all(struct import *im, GError **error)
{
	struct import_request request, earliest;
	int got;

	while (!im->over &&
	    (got = reader_next(im->reader, &request, error)) != 0) {
		if (was_interrupted(im, error) || got < 0)
			return (false);
		got = order_pass(&im->order, &request, &earliest);
		if (got < 0) {
			fail_late(im, error);
			return (false);
		}
		if (got > 0 && !keep(im, &earliest, error))
			return (false);
	}
	while (!im->over && order_drain(&im->order, &request))
		if (!keep(im, &request, error))
			return (false);
	return (true);
}

/* ---- What is said ----------------------------------------------------- */

/* "'8,0' 12, '8,16' 3": those written with their requests, or the names of all.
 */
static void
append_files(GString *text, const struct import *im, bool written)
{
	uint32_t count = reader_file_count(im->reader), file, named = 0;
	uint64_t requests;

	for (file = 0; file < count; file++) {
		requests = writer_requests_of(&im->writer, file);
		if (written && requests == 0)
			continue;
		if (named++ == NAMES_MAX) {
			g_string_append(text, ", …");
			break;
		}
		g_string_append_printf(text, "%s'%s'", named == 1 ? "" : ", ",
		    reader_file_name(im->reader, file));
		if (written)
			g_string_append_printf(
			    text, " %" G_GUINT64_FORMAT, requests);
	}
}

static uint32_t
files_written(const struct import *im)
{
	uint32_t count = reader_file_count(im->reader), file, written = 0;

	for (file = 0; file < count; file++)
		written += writer_requests_of(&im->writer, file) > 0;
	return (written);
}

static char *
report(const struct import *im)
{
	GString *text = g_string_new(im->setup->path);
	g_autofree char *skipped = reader_skipped(im->reader);

	g_string_append_printf(text,
	    ": reads %" G_GUINT64_FORMAT ", writes %" G_GUINT64_FORMAT
	    ", syncs %" G_GUINT64_FORMAT
	    " in %.3f s, up to byte %" G_GINT64_FORMAT,
	    im->counts[IMPORT_READ], im->counts[IMPORT_WRITE],
	    im->counts[IMPORT_SYNC], (double)im->writer.time_ns / 1e9,
	    im->end_bytes);
	if (im->order.late > 0)
		g_string_append_printf(
		    text, "; put in order: %" G_GUINT64_FORMAT, im->order.late);
	if (skipped != NULL)
		g_string_append_printf(text, "; skipped: %s", skipped);
	if (files_written(im) > 1) {
		g_string_append_printf(text, "\n%s: files ", im->setup->path);
		append_files(text, im, true);
		g_string_append(text,
		    "; a process replays them as one: choose with --only");
	}
	return (g_string_free(text, FALSE));
}

static void
fail_empty(const struct import *im, GError **error)
{
	GString *text = g_string_new(NULL);
	g_autofree char *skipped = reader_skipped(im->reader);

	if (im->any) {
		g_string_append(text,
		    "no request is left; look at --only, --from and --to (the "
		    "trace has the files ");
		append_files(text, im, false);
		g_string_append_c(text, ')');
	} else {
		g_string_append(text, "no request in the trace");
		if (skipped != NULL)
			g_string_append_printf(text, ", only %s", skipped);
	}
	g_set_error(error, IMPORT_ERROR, IMPORT_INPUT, "%s: %s",
	    im->setup->path, text->str);
	g_string_free(text, TRUE);
}

/* ---- The import ------------------------------------------------------- */

char *
import_trace(const struct import_setup *setup, GError **error)
{
	struct import im = {.setup = setup};
	char *said = NULL;

	im.reader = reader_new(setup->format, setup->in, setup->path);
	if (setup->issued)
		reader_take_issued(im.reader);
	order_init(&im.order);
	writer_begin(&im.writer, im.reader, setup->out, setup->fio);
	if (read_all(&im, error)) {
		if (im.writer.requests > 0) {
			writer_end(&im.writer);
			said = report(&im);
		} else
			fail_empty(&im, error);
	}
	writer_release(&im.writer);
	order_release(&im.order);
	reader_free(im.reader);
	return (said);
}
