/*
 * Fuzzes the reader of recordings of AIO calls.  What it accepts must keep what
 * its header promises, and what a load relies on.
 */

#include "tests/fuzz/fuzz_file.h"

#include "sim/workload/aiolog.h"

static void
check_entry(const struct aiolog *log, const struct aiolog_entry *entry,
    int64_t not_before_ns)
{
	g_assert_cmpint(entry->submit_ns, >=, not_before_ns);
	g_assert_cmpint(entry->arrival_ns, >=, 0);
	g_assert_cmpint(entry->arrival_ns, <=, entry->submit_ns);
	g_assert_true(
	    entry->collect_ns == -1 || entry->collect_ns >= entry->submit_ns);
	g_assert_true(entry->kind == KERNEL_AIO_READ ||
	    entry->kind == KERNEL_AIO_WRITE || entry->kind == KERNEL_AIO_FSYNC);
	g_assert_true(entry->refused || !entry->repeated);
	g_assert_cmpint(entry->size_bytes, >=, 0);
	/* A program may ask for what has no place. */
	if (entry->kind == KERNEL_AIO_FSYNC || entry->offset_bytes < 0)
		return;
	g_assert_cmpint(entry->offset_bytes, <=, log->end_bytes);
	g_assert_cmpint(
	    entry->size_bytes, <=, log->end_bytes - entry->offset_bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *path = fuzz_path(bytes, length);
	GError *error = NULL;
	struct aiolog *log = aiolog_read(path, &error);
	const struct aiolog_entry *entry;
	int64_t last_ns = 0;
	guint i;

	fuzz_check_verdict(log != NULL, error);
	if (log == NULL)
		return (0);
	g_assert_true(aiolog_is_one(path));
	for (i = 0; i < log->entries->len; i++) {
		entry = &g_array_index(log->entries, struct aiolog_entry, i);
		check_entry(log, entry, last_ns);
		last_ns = entry->submit_ns;
	}
	aiolog_free(log);
	return (0);
}
