/*
 * The heap world: virtual time, no library.  The worked example of a world, the
 * fast one, and the one that the unit tests run in.
 *
 * Where a disk's bandwidth is shared, all in transfer get equal parts of it.
 * The bytes that each has had since the disk was last idle are the same for all
 * who were there, so the transfers end in the order of (bytes had at arrival +
 * own bytes): one number per disk moves on, and none per transfer.  A direction
 * of a network link is a path like a disk.  A disk whose bandwidth follows
 * curves has two such numbers, for reads and for writes.
 */

#include <math.h>

#include "sim/device/curve.h"
#include "sim/driver.h"
#include "sim/scenario/routes.h"

struct transfer {
	double end_bytes; /* when the disk's share has come to this */
	uint32_t service;
	struct transfer *next;
};

/* A disk's shared bandwidth, or that of a direction of a disk or link. */
struct path {
	double bytes_per_ns;
	double share_bytes; /* that each transfer has had */
	int64_t since_ns;   /* share_bytes holds for this time */
	int64_t active;
	struct transfer *first; /* by end_bytes, then by arrival */
	/* By what its bandwidth changes with the transfers, or NULL. */
	const struct curve_config *curve;
};

struct world {
	struct driver *driver;
	int64_t now_ns;
	const struct scenario *scenario;
	/* Two for each disk: reads or all, writes; then two a link. */
	struct path *paths;
	guint path_count;
	guint transfers; /* under way, over all paths */
	struct transfer *spare;
};

static struct world *
heap_create(
    const struct scenario *scenario, struct driver *driver, GError **error)
{
	struct world *w;
	guint i;

	if (scenario->platform != NULL) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: [platform] needs --world simgrid", scenario->path);
		return (NULL);
	}
	if (scenario->network != NETWORK_CM02) {
		g_set_error(error, WORLD_ERROR, WORLD_ERROR_INPUT,
		    "%s: [scenario] network = lv08 is SimGrid's; it needs "
		    "--world simgrid",
		    scenario->path);
		return (NULL);
	}
	w = g_new0(struct world, 1);
	w->driver = driver;
	w->scenario = scenario;
	w->path_count = 2 * (scenario->disks->len + scenario->links->len);
	w->paths = g_new0(struct path, w->path_count + 1);
	for (i = 0; i < 2 * scenario->disks->len; i++) {
		const struct disk_config *disk = scenario->disks->pdata[i / 2];

		w->paths[i].bytes_per_ns = (double)disk->bandwidth / 1e9;
		if (disk->model == DISK_CURVE)
			w->paths[i].curve = &disk->curve;
	}
	for (i = 0; i < 2 * scenario->links->len; i++) {
		const struct link_config *link = scenario->links->pdata[i / 2];

		w->paths[2 * scenario->disks->len + i].bytes_per_ns =
		    (double)link->bandwidth / 1e9;
	}
	return (w);
}

static struct path *
path_of(struct world *w, uint32_t device)
{
	const guint disks = w->scenario->disks->len;
	int link;

	if (device < disks)
		return (&w->paths[2 * device]);
	device -= disks;
	link = scenario_route(w->scenario, device / 2)->link_index;
	return (&w->paths[2 * (disks + (guint)link) + device % 2]);
}

/* Brings a path's share up to the present. */
static void
path_advance(struct path *path, int64_t now_ns)
{
	if (path->active > 0)
		path->share_bytes += path->bytes_per_ns *
		    (double)(now_ns - path->since_ns) / (double)path->active;
	path->since_ns = now_ns;
}

/* The transfers of the path, or of the other direction of its disk, are not the
 * same any more: what each direction gets changes. */
static void
path_share_out(struct world *w, struct path *path)
{
	struct path *reads = &w->paths[(path - w->paths) / 2 * 2];
	struct path *writes = reads + 1;
	struct curve_shares shares;

	if (path->curve == NULL)
		return;
	path_advance(reads, w->now_ns);
	path_advance(writes, w->now_ns);
	shares = curve_share(path->curve, reads->active, writes->active);
	reads->bytes_per_ns = shares.reads / 1e9;
	writes->bytes_per_ns = shares.writes / 1e9;
}

/* When its first transfer ends, rounded up to a nanosecond. */
static int64_t
path_next_end(const struct path *path)
{
	double left;

	if (path->first == NULL)
		return (INT64_MAX);
	left = (path->first->end_bytes - path->share_bytes) *
	    (double)path->active / path->bytes_per_ns;
	if (left <= WORLD_TOLERANCE_NS)
		return (path->since_ns);
	return (path->since_ns + (int64_t)ceil(left - WORLD_TOLERANCE_NS));
}

static void
heap_transfer(struct world *w, uint32_t device, uint32_t service, bool write,
    int64_t bytes)
{
	struct path *path = path_of(w, device);
	struct transfer *transfer = w->spare, **place;

	if (path->curve != NULL && write)
		path++;
	if (transfer != NULL)
		w->spare = transfer->next;
	else
		transfer = g_new(struct transfer, 1);
	w->transfers++;
	path_advance(path, w->now_ns);
	/* Small numbers keep their precision. */
	if (path->active++ == 0)
		path->share_bytes = 0;
	transfer->service = service;
	transfer->end_bytes = path->share_bytes + (double)bytes;
	place = &path->first;
	while (*place != NULL && (*place)->end_bytes <= transfer->end_bytes)
		place = &(*place)->next;
	transfer->next = *place;
	*place = transfer;
	path_share_out(w, path);
}

static void
end_first_transfer(struct world *w, struct path *path, int64_t now_ns)
{
	struct transfer *transfer = path->first;

	path_advance(path, now_ns);
	path->share_bytes = transfer->end_bytes;
	path->first = transfer->next;
	path->active--;
	w->transfers--;
	path_share_out(w, path);
	transfer->next = w->spare;
	w->spare = transfer;
	driver_transferred(w->driver, now_ns, transfer->service);
}

static struct path *
earliest_path(struct world *w, int64_t *end_ns)
{
	struct path *earliest = NULL;
	int64_t end;
	guint i;

	*end_ns = INT64_MAX;
	if (w->transfers == 0)
		return (NULL);
	for (i = 0; i < w->path_count; i++) {
		end = path_next_end(&w->paths[i]);
		if (end < *end_ns) {
			*end_ns = end;
			earliest = &w->paths[i];
		}
	}
	return (earliest);
}

static bool
heap_run(struct world *w, GError **error)
{
	struct path *path;
	int64_t due_ns, end_ns;

	(void)error;
	while ((due_ns = driver_next(w->driver)) != DRIVER_OVER) {
		path = earliest_path(w, &end_ns);
		g_assert(due_ns != INT64_MAX || path != NULL);
		if (path != NULL && end_ns <= due_ns) {
			/* Onto the agenda, where its turn is decided. */
			w->now_ns = end_ns;
			end_first_transfer(w, path, end_ns);
		} else {
			w->now_ns = due_ns;
			driver_advance(w->driver, due_ns);
		}
	}
	return (true);
}

static void
heap_destroy(struct world *w)
{
	struct transfer *transfer;
	guint i;

	for (i = 0; i < w->path_count; i++)
		while ((transfer = w->paths[i].first) != NULL) {
			w->paths[i].first = transfer->next;
			g_free(transfer);
		}
	while ((transfer = w->spare) != NULL) {
		w->spare = transfer->next;
		g_free(transfer);
	}
	g_free(w->paths);
	g_free(w);
}

const struct world_ops world_heap = {
    .name = "heap",
    .sentence = "Virtual time over an event heap; fast, needs no SimGrid.",
    .create = heap_create,
    .run = heap_run,
    .transfer = heap_transfer,
    .destroy = heap_destroy,
};
