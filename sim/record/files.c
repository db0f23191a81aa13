/*
 * What files' locks and caches did: counted, and written for the summary and
 * for people.  A run whose files have neither says nothing about them.
 */

#include <string.h>

#include "sim/record/derived.h"
#include "sim/record/recorder_impl.h"

/* From this share of hits on the cache has what is read. */
#define HOLDS_WORKING_SET 0.95

void
recorder_add_file(struct recorder *r, const struct file_config *config)
{
	struct file_summary summary = {.name = config->name};

	summary.locked = config->lock != LOCK_NONE;
	summary.cached = config->cache != CACHE_NONE;
	g_array_append_val(r->results.files, summary);
}

/* NULL during the warm-up. */
static struct file_summary *
file_of(struct recorder *r, int64_t now_ns, uint32_t file)
{
	if (now_ns < r->warmup_ns || file >= r->results.files->len)
		return (NULL);
	return (&g_array_index(r->results.files, struct file_summary, file));
}

void
recorder_file_lock(
    struct recorder *r, int64_t now_ns, uint32_t file, int64_t waited_ns)
{
	struct file_summary *summary = file_of(r, now_ns, file);

	if (summary == NULL || waited_ns == 0)
		return;
	summary->lock_waits++;
	summary->lock_ns += waited_ns;
}

void
recorder_file_read(struct recorder *r, int64_t now_ns, uint32_t file, bool hit)
{
	struct file_summary *summary = file_of(r, now_ns, file);

	if (summary == NULL)
		return;
	if (hit)
		summary->hits++;
	else
		summary->misses++;
}

void
recorder_file_written_back(struct recorder *r, int64_t now_ns, uint32_t file)
{
	struct file_summary *summary = file_of(r, now_ns, file);

	if (summary != NULL)
		summary->written_back++;
}

double
file_hit_ratio(const struct file_summary *file)
{
	uint64_t reads = file->hits + file->misses;

	return (reads > 0 ? (double)file->hits / (double)reads : 0);
}

/* ---- For people ------------------------------------------------------- */

void
files_put(GString *out, const struct results *r)
{
	const struct file_summary *file;
	char percent[G_ASCII_DTOSTR_BUF_SIZE];
	guint i;

	for (i = 0; i < r->files->len; i++) {
		file = &g_array_index(r->files, struct file_summary, i);
		g_ascii_formatd(percent, sizeof(percent), "%.1f",
		    100 * file_hit_ratio(file));
		if (file->locked)
			g_string_append_printf(out,
			    "\nFile %s: %" G_GUINT64_FORMAT
			    " requests waited for its lock, %" G_GINT64_FORMAT
			    " ms in all",
			    file->name, file->lock_waits,
			    (gint64)(file->lock_ns / 1000000));
		if (file->cached)
			g_string_append_printf(out,
			    "\nFile %s: %s %% of reads from the cache, "
			    "%" G_GUINT64_FORMAT " blocks written back",
			    file->name, percent, file->written_back);
		if (file->cached && file_hit_ratio(file) >= HOLDS_WORKING_SET)
			g_string_append(out,
			    "\n  The cache holds what is read: daemons hardly "
			    "wait,\n  and the size of the pool does not "
			    "matter");
		if (file->locked || file->cached)
			g_string_append_c(out, '\n');
	}
}
