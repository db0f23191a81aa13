/*
 * What files' locks and caches did: counted.
 */

#include "sim/record/derived.h"
#include "sim/record/recorder_impl.h"

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
