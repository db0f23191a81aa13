/*
 * Fuzzes the reader of fio's I/O logs.  It reads from a file, which here is one
 * in memory.  What it accepts must keep what its header promises.
 */

#include "tests/fuzz/fuzz_file.h"

#include "sim/workload/iolog.h"

static void
check_entry(const struct iolog_entry *entry, int64_t not_before_ns)
{
	g_assert_cmpint(entry->arrival_ns, >=, not_before_ns);
	g_assert_cmpint(entry->operation, <, IOLOG_OPERATION_COUNT);
	g_assert_cmpint(entry->offset_bytes, >=, 0);
	g_assert_cmpint(entry->size_bytes, >=, 0);
	g_assert_cmpint(entry->size_bytes, <=, UINT32_MAX);
	g_assert_cmpint(entry->offset_bytes, <=, INT64_MAX - entry->size_bytes);
}

/* The number of requests, or -1 if the log is refused; and the most files that
 * they tell apart. */
static int64_t
read_log(const char *path, uint32_t *files)
{
	GError *error = NULL;
	struct iolog *log = iolog_open(path, &error);
	struct iolog_entry entry;
	int64_t last_ns = 0, count = 0;
	int got = -1;

	while (log != NULL && (got = iolog_next(log, &entry, &error)) > 0) {
		check_entry(&entry, last_ns);
		*files = MAX(*files, entry.file + 1);
		last_ns = entry.arrival_ns;
		count++;
	}
	fuzz_check_verdict(got == 0, error);
	iolog_close(log);
	return (got == 0 ? count : -1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *path = fuzz_path(bytes, length);
	uint32_t files = 0;
	int64_t count = read_log(path, &files);
	struct iolog_summary summary;
	GError *error = NULL;
	gboolean accepted = iolog_scan(path, &summary, &error);
	uint64_t sum = 0;
	int i;

	fuzz_check_verdict(accepted, error);
	g_assert_true(accepted == (count > 0));
	for (i = 0; i < IOLOG_OPERATION_COUNT; i++)
		sum += summary.counts[i];
	g_assert_cmpuint(sum, ==, accepted ? (uint64_t)count : 0);
	if (accepted)
		g_assert_cmpuint(files, <=, summary.files->len);
	iolog_summary_clear(&summary);
	return (0);
}
