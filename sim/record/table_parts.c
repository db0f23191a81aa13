/*
 * The table's rows of daemons, of devices, of files with a lock or a cache, and
 * of links.
 */

#include <inttypes.h>
#include <math.h>

#include "sim/record/table_parts.h"
#include "sim/record/table_text.h"

/* From this share of hits on the cache has what is read. */
#define HOLDS_WORKING_SET 0.95

/* ---- Daemons ---------------------------------------------------------- */

static void
put_pool(GString *out, const char *name, const struct node *pool)
{
	char mean[TEXT_SIZE], least[TEXT_SIZE], most[TEXT_SIZE];
	g_autofree char *plain = table_ascii(name);

	if (member_count(pool, "created") == 0)
		return;
	g_string_append_printf(out, "\nDaemons (%s)\n", plain);
	table_put_label(out, "alive");
	g_string_append_printf(out,
	    "%13s  on average, %s to %s, %" PRId64 " at the end\n",
	    real_text(mean, member_mean(pool, "mean")),
	    count_text(least, (uint64_t)member_count(pool, "min")),
	    count_text(most, (uint64_t)member_count(pool, "max")),
	    member_count(pool, "final"));
	table_put_label(out, "busy");
	g_string_append_printf(out, "%13s  on average, at most %s\n",
	    real_text(mean, member_mean(pool, "busy_mean")),
	    count_text(most, (uint64_t)member_count(pool, "busy_max")));
	table_put_count(out, "created", member_count(pool, "created"), "");
	table_put_count(out, "reaped", member_count(pool, "reaped"), "");
}

/* Of the second pool, for sockets, some are there from boot on, in every run.
 */
void
table_put_pools(GString *out, const struct node *s)
{
	struct node pools = node_member(s, "pools");
	bool first = true;
	const char *name;
	json_t *value;

	node_object(&pools);
	node_foreach(&pools, name, value)
	{
		struct node pool = node_member(&pools, name);

		if (member_count(&pool, "busy_max") > 0 || first)
			put_pool(out, name, &pool);
		first = false;
	}
}

/* ---- Devices ---------------------------------------------------------- */

static bool
is_used(const struct node *device)
{
	return (member_count(device, "reads") > 0 ||
	    member_count(device, "writes") > 0 ||
	    member_count(device, "syncs") > 0);
}

static const char *
member_short(char text[TEXT_SIZE], const struct node *object, const char *key)
{
	return (short_count(text, (uint64_t)member_count(object, key)));
}

static void
put_device(GString *out, const char *name, const struct node *device)
{
	char text[TEXT_SIZE];

	table_put_label(out, name);
	g_ascii_formatd(text, sizeof(text), "%.1f",
	    100 * member_mean(device, "utilization"));
	g_string_append_printf(out, "%6s %%", text);
	g_string_append_printf(
	    out, "%8s", real_text(text, member_mean(device, "busy_mean")));
	g_string_append_printf(
	    out, "%8s", real_text(text, member_mean(device, "queue_mean")));
	g_string_append_printf(
	    out, "%11s", member_short(text, device, "reads"));
	g_string_append_printf(
	    out, "%11s", member_short(text, device, "writes"));
	g_string_append_printf(
	    out, "%10s", member_short(text, device, "syncs"));
	g_string_append_printf(out, "%10s\n",
	    bytes_text(text,
		(uint64_t)member_count(device, "read_bytes") +
		    (uint64_t)member_count(device, "write_bytes")));
}

void
table_put_devices(GString *out, const struct node *summary)
{
	struct node devices = node_member(summary, "devices");
	const char *title =
	    "\nDevices           used    busy   queue      reads     writes"
	    "     syncs     moved\n";
	const char *name;
	json_t *value;

	node_object(&devices);
	node_foreach(&devices, name, value)
	{
		struct node device = node_member(&devices, name);

		if (!is_used(&device))
			continue;
		g_string_append(out, title);
		put_device(out, name, &device);
		title = "";
	}
}

/* ---- Files ------------------------------------------------------------ */

static void
put_lock(GString *out, const char *name, const struct node *waited)
{
	g_string_append_printf(out,
	    "\nFile %s: %" PRId64 " requests waited for its lock, %.0f ms "
	    "in all",
	    name, member_count(waited, "count"),
	    floor(member_sum(waited, "ns") / 1e6));
}

static void
put_cache(GString *out, const char *name, const struct node *cache)
{
	const double ratio = member_mean(cache, "hit_ratio");
	char percent[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(percent, sizeof(percent), "%.1f", 100 * ratio);
	g_string_append_printf(out,
	    "\nFile %s: %s %% of reads from the cache, %" PRId64
	    " blocks written back",
	    name, percent, member_count(cache, "blocks_written_back"));
	if (ratio >= HOLDS_WORKING_SET)
		g_string_append(out,
		    "\n  The cache holds what is read: daemons hardly "
		    "wait,\n  and the size of the pool does not "
		    "matter");
}

void
table_put_files(GString *out, const struct node *summary)
{
	struct node files = node_member(summary, "files");
	const char *name;
	json_t *value;

	if (files.value != NULL)
		node_object(&files);
	node_foreach(&files, name, value)
	{
		struct node file = node_member(&files, name);
		struct node lock = node_member(&file, "lock_waited");
		struct node cache = node_member(&file, "cache");
		g_autofree char *plain = table_ascii(name);

		if (lock.value != NULL)
			put_lock(out, plain, &lock);
		if (cache.value != NULL)
			put_cache(out, plain, &cache);
		g_string_append_c(out, '\n');
	}
}

/* ---- Links ------------------------------------------------------------ */

/* One direction of it. */
static void
put_direction(GString *out, const struct node *link, const char *key, int width)
{
	struct node direction = node_member(link, key);
	char text[TEXT_SIZE];

	g_string_append_printf(out, "%*.0f%%%10s", width,
	    100 * member_mean(&direction, "utilization"),
	    bytes_text(text, (uint64_t)member_count(&direction, "bytes")));
}

void
table_put_links(GString *out, const struct node *summary)
{
	struct node links = node_member(summary, "links");
	const char *name;
	json_t *value;

	node_object(&links);
	if (json_object_size(links.value) > 0)
		g_string_append(out,
		    "\nLinks           used in  moved in  used out moved "
		    "out\n");
	node_foreach(&links, name, value)
	{
		struct node link = node_member(&links, name);
		g_autofree char *plain = table_ascii(name);

		g_string_append_printf(out, "  %-12s", plain);
		put_direction(out, &link, "in", 8);
		put_direction(out, &link, "out", 9);
		g_string_append_c(out, '\n');
	}
}
