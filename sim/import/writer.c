/*
 * Writing traces to be replayed.  Of a request whose service is known the
 * recording says that it began when it came and was collected when it ended; of
 * another, that nobody knows.
 */

#include "sim/import/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define NS_PER_US 1000

static const char *const recording_words[IMPORT_OPERATION_COUNT] = {
    "read", "write", "fsync"};
static const char *const fio_words[IMPORT_OPERATION_COUNT] = {
    "read", "write", "sync"};

void
writer_begin(struct writer *w, const struct reader *reader, FILE *out, bool fio)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	w->reader = reader;
	w->fio = fio;
	w->requests_of = g_array_new(FALSE, TRUE, sizeof(uint64_t));
}

void
writer_release(struct writer *w)
{
	g_array_unref(w->requests_of);
}

uint64_t
writer_requests_of(const struct writer *w, uint32_t file)
{
	return (file < w->requests_of->len
		? g_array_index(w->requests_of, uint64_t, file)
		: 0);
}

/* Before a file's first request. */
static bool
put_file(struct writer *w, uint32_t file, GError **error)
{
	const char *name = reader_file_name(w->reader, file);

	if (file >= w->requests_of->len)
		g_array_set_size(w->requests_of, file + 1);
	if (g_array_index(w->requests_of, uint64_t, file)++ > 0)
		return (true);
	if (!w->fio) {
		fprintf(w->out, "file %" PRIu32 " %s\n", file + 1, name);
		return (true);
	}
	if (strpbrk(name, " \t") != NULL) {
		g_set_error(error, IMPORT_ERROR, IMPORT_INPUT,
		    "%s: file '%s' has a blank in its name, which an fio log "
		    "cannot hold; leave out --iolog, or choose another file "
		    "with --only",
		    reader_path(w->reader), name);
		return (false);
	}
	fprintf(w->out, "%" PRId64 " %s add\n%" PRId64 " %s open\n",
	    w->time_ns / NS_PER_US, name, w->time_ns / NS_PER_US, name);
	return (true);
}

static void
put_recorded(struct writer *w, const struct import_request *request)
{
	int64_t end_ns = w->time_ns + request->service_ns;

	fprintf(w->out,
	    "request %" PRId64 " %s %" PRIu32 " %" PRId64 " %" PRId64,
	    w->time_ns, recording_words[request->operation], request->file + 1,
	    request->offset_bytes, request->size_bytes);
	if (request->service_ns < 0)
		fputs(" -1 -1 -1 -1 EINPROGRESS\n", w->out);
	else
		fprintf(w->out,
		    " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " 0\n",
		    w->time_ns, end_ns, end_ns, request->moved_bytes);
}

bool
writer_put(struct writer *w, int64_t time_ns,
    const struct import_request *request, GError **error)
{
	if (w->requests++ == 0)
		fputs(w->fio ? "fio version 3 iolog\n" : "aiosim recording 1\n",
		    w->out);
	w->time_ns = time_ns;
	if (!put_file(w, request->file, error))
		return (false);
	if (w->fio)
		fprintf(w->out, "%" PRId64 " %s %s %" PRId64 " %" PRId64 "\n",
		    time_ns / NS_PER_US,
		    reader_file_name(w->reader, request->file),
		    fio_words[request->operation], request->offset_bytes,
		    request->size_bytes);
	else
		put_recorded(w, request);
	if (!ferror(w->out))
		return (true);
	g_set_error(
	    error, IMPORT_ERROR, IMPORT_UNWRITTEN, "%s", g_strerror(errno));
	return (false);
}

void
writer_end(struct writer *w)
{
	uint32_t file;

	if (!w->fio)
		fprintf(w->out, "end %" PRIu64 " 0\n", w->requests);
	for (file = 0; w->fio && file < w->requests_of->len; file++)
		if (writer_requests_of(w, file) > 0)
			fprintf(w->out, "%" PRId64 " %s close\n",
			    w->time_ns / NS_PER_US,
			    reader_file_name(w->reader, file));
}
