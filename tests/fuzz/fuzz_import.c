/*
 * Fuzzes the import of foreign traces.  The first line of an input names the
 * format, the rest is the trace.  What an import accepts must be what the
 * readers of recordings and of fio's logs accept, with the same requests.
 */

#include "tests/fuzz/fuzz_file.h"

#include "sim/import/import.h"
#include "sim/workload/aiolog.h"
#include "sim/workload/iolog.h"

/* What was written, or NULL if the trace is refused; to be freed. */
static char *
import(const struct import_format *format, const char *trace, size_t length,
    bool fio, size_t *size)
{
	struct import_setup setup = {
	    .format = format, .path = "trace", .fio = fio, .to_ns = INT64_MAX};
	GError *error = NULL;
	char *written = NULL, *said;

	setup.in = fmemopen((void *)(uintptr_t)trace, length, "r");
	setup.out = open_memstream(&written, size);
	g_assert_nonnull(setup.in);
	said = import_trace(&setup, &error);
	fclose(setup.in);
	fclose(setup.out);
	fuzz_check_verdict(said != NULL, error);
	if (said == NULL)
		g_clear_pointer(&written, free);
	g_free(said);
	return (written);
}

/* The number of its requests. */
static uint64_t
replay_recording(const char *written, size_t size)
{
	g_autofree char *path = fuzz_path((const uint8_t *)written, size);
	GError *error = NULL;
	struct aiolog *log = aiolog_read(path, &error);
	uint64_t count;

	g_assert_no_error(error);
	count = log->entries->len;
	g_assert_cmpuint(log->skipped, ==, 0);
	aiolog_free(log);
	return (count);
}

static uint64_t
replay_iolog(const char *written, size_t size)
{
	g_autofree char *path = fuzz_path((const uint8_t *)written, size);
	struct iolog_summary summary;
	GError *error = NULL;
	uint64_t count = 0;
	int i;

	iolog_scan(path, &summary, &error);
	g_assert_no_error(error);
	g_assert_false(summary.open_at_end);
	for (i = 0; i < IOLOG_OPERATION_COUNT; i++)
		count += summary.counts[i];
	iolog_summary_clear(&summary);
	return (count);
}

static void
import_both_ways(
    const struct import_format *format, const char *trace, size_t length)
{
	size_t size;
	char *recording = import(format, trace, length, false, &size), *iolog;
	uint64_t count = 0;

	if (recording != NULL)
		count = replay_recording(recording, size);
	free(recording);
	/* A blank in a name is why it may be refused where the other is not. */
	iolog = import(format, trace, length, true, &size);
	if (iolog != NULL)
		g_assert_cmpuint(replay_iolog(iolog, size), ==, count);
	free(iolog);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const uint8_t *end = memchr(bytes, '\n', length);
	const struct import_format *format;
	g_autofree char *name = NULL, *trace = NULL;
	size_t rest;

	if (end == NULL)
		return (0);
	name = g_strndup((const char *)bytes, (gsize)(end - bytes));
	format = import_find_format(name);
	rest = length - (size_t)(end + 1 - bytes);
	if (format == NULL || rest == 0)
		return (0);
	trace = fuzz_copy(end + 1, rest);
	import_both_ways(format, trace, rest);
	return (0);
}
