/*
 * AIOSIM_RECORD: every AIO call with its times, as text.  Requests stand in the
 * order of their submission, each on one line that is complete: so lines wait
 * here until all earlier requests are collected, which the kernel's own limits
 * bound.  README.md describes the format; sim/workload/recording.h reads it.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/posix/engine.h"

#define BUFFER_BYTES 65536
#define LINE_BYTES 384

struct recorded {
	bool complete;
	int length;
	const struct request *request; /* until complete */
	char text[LINE_BYTES];
	struct recorded *next;
};

static struct {
	int fd; /* 0: nothing is recorded */
	uint32_t ordinal;
	bool is_named;
	int64_t zero_ns;
	uint64_t requests, refused;
	int files;
	size_t used;
	char buffer[BUFFER_BYTES];
	struct recorded *first, *last, *free;
} recorder;

/* ---- The file --------------------------------------------------------- */

static void
give_up(void)
{
	fprintf(stderr, "libaiosim-posix: cannot go on recording: %s\n",
	    strerror(errno));
	descriptor_drop(&recorder.fd);
}

static void
flush(void)
{
	size_t done = 0;
	ssize_t n;

	while (recorder.fd != 0 && done < recorder.used) {
		n = write(
		    recorder.fd, recorder.buffer + done, recorder.used - done);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			give_up();
	}
	recorder.used = 0;
}

static void
put(const char *text, size_t length)
{
	if (recorder.used + length > BUFFER_BYTES)
		flush();
	memcpy(recorder.buffer + recorder.used, text, length);
	recorder.used += length;
}

static void put_line(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void
put_line(const char *format, ...)
{
	char text[4300];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length > 0 && (size_t)length < sizeof(text))
		put(text, (size_t)length);
}

/* Of FILE, FILE.2, FILE.3, … */
static char *
name_of(uint32_t ordinal)
{
	size_t length = strlen(settings.record_path) + 16;
	char *name = allocate(length);

	if (ordinal == 1)
		snprintf(name, length, "%s", settings.record_path);
	else
		snprintf(name, length, "%s.%u", settings.record_path, ordinal);
	return (name);
}

/* Makes a file by `make`, which says 0 or -1 with errno, of the first free
 * name: nothing is written over, and each process has its own. */
static bool
make_named(uint32_t ordinal, int (*make)(const char *name))
{
	char *name;
	int made;

	do {
		name = name_of(ordinal);
		made = make(name);
		if (made != 0 && errno != EEXIST)
			fprintf(stderr, "libaiosim-posix: %s: %s\n", name,
			    strerror(errno));
		free(name);
	} while (made != 0 && errno == EEXIST && ++ordinal < 10000);
	return (made == 0);
}

static int
make_file(const char *name)
{
	recorder.fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return (recorder.fd >= 0 ? 0 : -1);
}

static int
make_link(const char *name)
{
	char own[64];

	snprintf(own, sizeof(own), "/proc/self/fd/%d", recorder.fd);
	return (linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW));
}

/* A file that gets its name when it is whole: whatever ends the program before
 * leaves nothing.  Not every file system has such. */
static bool
open_unnamed(void)
{
	char *directory = strdup(settings.record_path);

	*strrchr(directory, '/') = '\0';
	recorder.fd = access("/proc/self/fd", X_OK) != 0
	    ? -1
	    : open(*directory == '\0' ? "/" : directory,
		  O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
	free(directory);
	return (recorder.fd >= 0);
}

/* `aiosim record` gives recordings their last name; nobody else would look for
 * them. */
static bool
is_wanted(void)
{
	const char *recorder_pid = getenv("AIOSIM_RECORDER");

	return (recorder_pid == NULL || kill(atoi(recorder_pid), 0) == 0 ||
	    errno != ESRCH);
}

void
recorder_started(uint32_t ordinal)
{
	size_t i;

	if (settings.record_path == NULL)
		return;
	recorder.ordinal = ordinal;
	recorder.is_named = !open_unnamed();
	if (recorder.is_named && !make_named(ordinal, make_file)) {
		recorder.fd = 0;
		return;
	}
	descriptor_keep(&recorder.fd, recorder.fd);
	recorder.zero_ns = engine_now_ns();
	put_line("aiosim recording 1\nprocess %ld %s\nclock %lld\nkernel %s\n",
	    (long)getpid(), program_invocation_short_name,
	    (long long)recorder.zero_ns, kernel_name(engine.kernel));
	for (i = 0; i < engine.tunable_count; i++)
		if (engine.tunables[i].writable)
			put_line("sysctl %s %lld\n", engine.tunables[i].node,
			    (long long)kernel_get_tunable(
				engine.kernel, (int)i));
}

/* ---- Lines ------------------------------------------------------------ */

/* The number of the request's file; a new one gets a line.  0: no file. */
static int
file_number(const struct request *request)
{
	struct descriptor *d = request->descriptor;
	char path[4096];
	size_t i;

	if (d == NULL)
		return (0);
	if (d->recorded_as != 0)
		return (d->recorded_as);
	d->recorded_as = ++recorder.files;
	snprintf(path, sizeof(path), "%s", descriptor_path(d));
	for (i = 0; path[i] != '\0'; i++)
		if ((unsigned char)path[i] < ' ')
			path[i] = '?';
	put_line("file %d %s\n", d->recorded_as, path);
	return (d->recorded_as);
}

static struct recorded *
append(void)
{
	struct recorded *line = recorder.free;

	if (line != NULL)
		recorder.free = line->next;
	else
		line = allocate(sizeof(*line));
	line->complete = false;
	line->request = NULL;
	line->next = NULL;
	if (recorder.last != NULL)
		recorder.last->next = line;
	else
		recorder.first = line;
	recorder.last = line;
	return (line);
}

static void
put_complete(void)
{
	struct recorded *line;

	while ((line = recorder.first) != NULL && line->complete) {
		put(line->text, (size_t)line->length);
		recorder.first = line->next;
		if (recorder.first == NULL)
			recorder.last = NULL;
		line->next = recorder.free;
		recorder.free = line;
	}
}

static int64_t
since_start(int64_t ns)
{
	return (ns - recorder.zero_ns);
}

void
recorder_submitted(struct request *request)
{
	if (recorder.fd == 0)
		return;
	(void)file_number(request);
	request->recorded = append();
	request->recorded->request = request;
}

void
recorder_refused(struct request *request, enum kernel_errno error, int limit)
{
	struct recorded *line;
	int file;

	if (recorder.fd == 0)
		return;
	file = file_number(request);
	line = append();
	line->length = snprintf(line->text, LINE_BYTES,
	    "refused %lld %s %d %lld %llu %s %s\n",
	    (long long)since_start(engine_now_ns()),
	    kernel_opcode_name(request->opcode), file,
	    (long long)request->offset_bytes,
	    (unsigned long long)request->size_bytes, kernel_errno_name(error),
	    limit >= 0 ? engine.tunables[limit].node : "-");
	line->complete = true;
	recorder.refused++;
	put_complete();
}

/* `collect_ns` < 0: never. */
static void
complete_line(
    struct recorded *line, const struct request *request, int64_t collect_ns)
{
	line->length = snprintf(line->text, LINE_BYTES,
	    "request %lld %s %d %lld %llu %lld %lld %lld %lld %s\n",
	    (long long)since_start(request->submit_ns),
	    kernel_opcode_name(request->opcode),
	    request->descriptor != NULL ? request->descriptor->recorded_as : 0,
	    (long long)request->offset_bytes,
	    (unsigned long long)request->size_bytes,
	    (long long)(request->start_ns != 0 ? since_start(request->start_ns)
					       : -1),
	    (long long)(request->finished ? since_start(request->finish_ns)
					  : -1),
	    (long long)collect_ns, (long long)request->status,
	    kernel_errno_name(
		request->finished ? request->error : KE_EINPROGRESS));
	line->complete = true;
	recorder.requests++;
}

void
recorder_collected(const struct request *request)
{
	if (recorder.fd == 0 || request->recorded == NULL)
		return;
	complete_line(request->recorded, request,
	    engine.running_down ? -1 : since_start(engine_now_ns()));
	put_complete();
}

void
recorder_call(enum kernel_call_kind kind, int64_t begin_ns,
    const struct call_result *result)
{
	if (recorder.fd == 0)
		return;
	put_line("call %lld %s %lld %lld %s\n",
	    (long long)since_start(begin_ns), kernel_call_name(kind),
	    (long long)(engine_now_ns() - begin_ns), (long long)result->value,
	    kernel_errno_name(result->name));
}

void
recorder_finish(void)
{
	struct recorded *line;
	int kind;

	if (recorder.fd == 0)
		return;
	for (line = recorder.first; line != NULL; line = line->next)
		if (!line->complete)
			complete_line(line, line->request, -1);
	put_complete();
	for (kind = 0; kind < KERNEL_CALL_COUNT; kind++)
		if (engine.totals.calls[kind] != 0)
			put_line("count %s %llu\n",
			    kernel_call_name((enum kernel_call_kind)kind),
			    (unsigned long long)engine.totals.calls[kind]);
	put_line("end %llu %llu\n", (unsigned long long)recorder.requests,
	    (unsigned long long)recorder.refused);
	flush();
	if (recorder.fd == 0)
		return;
	if (!recorder.is_named && is_wanted())
		(void)make_named(recorder.ordinal, make_link);
	descriptor_drop(&recorder.fd);
}

void
recorder_forget(void)
{
	struct recorded *line;

	while ((line = recorder.first) != NULL) {
		recorder.first = line->next;
		free(line);
	}
	while ((line = recorder.free) != NULL) {
		recorder.free = line->next;
		free(line);
	}
	if (recorder.fd != 0)
		descriptor_drop(&recorder.fd);
	memset(&recorder, 0, sizeof(recorder));
}
