/*
 * Threads that read or write, and clocks.
 */

#include "sim/calibrate/measure.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/random.h"
#include "sim/record/histogram.h"
#include "sim/run.h"

#define PASSES 2
#define ALIGNMENT 4096
/* Of the time, what is not counted at its beginning. */
#define WARMUP_PARTS 10

static const double shares[] = {0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7,
    0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999};

/* What was measured of one depth and size. */
struct cell {
	int64_t depth, size_bytes;
	double per_s[PASSES];
	struct histogram *latency; /* of all passes */
};

/* One depth and size for one time. */
struct round {
	const struct measure_setup *setup;
	struct cell *cell;
	int pass;
	GMutex lock;
	GCond go;
	bool begun;
	int64_t warm_ns, end_ns;
	atomic_int_fast64_t next_slot; /* of a sequential stream */
	atomic_bool stop;
};

struct worker {
	struct round *round;
	GThread *thread;
	guint number;
	char *bytes;
	struct histogram *latency;
	/* Its failure: an errno, or 0 for fewer bytes than asked for. */
	bool failed;
	int error;
	int64_t failed_at;
};

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

/* ---- A worker --------------------------------------------------------- */

static int64_t
next_offset(struct worker *worker, uint64_t index)
{
	struct round *round = worker->round;
	const struct cell *cell = round->cell;
	uint64_t slots =
	    (uint64_t)(round->setup->target->size_bytes / cell->size_bytes);
	struct stream stream = {.seed = round->setup->seed,
	    .replication = (uint64_t)round->pass,
	    .purpose = STREAM_OFFSET,
	    .object = (uint64_t)cell->depth << 32 | worker->number};
	uint64_t words[4];

	if (!round->setup->random)
		words[0] = (uint64_t)atomic_fetch_add(&round->next_slot, 1);
	else
		stream_words(&stream, index, words);
	return ((int64_t)(words[0] % slots) * cell->size_bytes);
}

static bool
request(struct worker *worker, int64_t offset)
{
	const struct target *target = worker->round->setup->target;
	size_t size = (size_t)worker->round->cell->size_bytes;
	ssize_t moved;

	do
		moved = target->write
		    ? pwrite(target->fd, worker->bytes, size, (off_t)offset)
		    : pread(target->fd, worker->bytes, size, (off_t)offset);
	while (moved < 0 && errno == EINTR && !run_was_interrupted());
	if (moved == (ssize_t)size)
		return (true);
	/* Nothing failed: the measurement was interrupted. */
	if (moved < 0 && errno == EINTR)
		return (false);
	worker->failed = true;
	worker->error = moved < 0 ? errno : 0;
	worker->failed_at = offset;
	return (false);
}

static void
wait_to_go(struct round *round)
{
	g_mutex_lock(&round->lock);
	while (!round->begun)
		g_cond_wait(&round->go, &round->lock);
	g_mutex_unlock(&round->lock);
}

static gpointer
work(gpointer data)
{
	struct worker *worker = data;
	struct round *round = worker->round;
	int64_t begin, end = 0;
	uint64_t i;

	wait_to_go(round);
	for (i = 0; end < round->end_ns && !atomic_load(&round->stop); i++) {
		int64_t offset = next_offset(worker, i);

		begin = now_ns();
		if (run_was_interrupted() || !request(worker, offset)) {
			atomic_store(&round->stop, true);
			break;
		}
		end = now_ns();
		if (end >= round->warm_ns && end < round->end_ns)
			histogram_record(worker->latency, end - begin);
	}
	return (NULL);
}

/* ---- A round ---------------------------------------------------------- */

/* Writes that a disk can neither compress nor find to be all the same. */
static void
fill(struct worker *worker, guint64 seed)
{
	g_autoptr(GRand) random =
	    g_rand_new_with_seed((guint32)seed + worker->number);
	int64_t at;

	for (at = 0; at < worker->round->cell->size_bytes; at += 4) {
		guint32 word = g_rand_int(random);

		memcpy(worker->bytes + at, &word, sizeof(word));
	}
}

static bool
start_worker(
    struct round *round, struct worker *worker, guint number, GError **error)
{
	void *bytes = NULL;

	worker->round = round;
	worker->number = number;
	if (posix_memalign(
		&bytes, ALIGNMENT, (size_t)round->cell->size_bytes) != 0) {
		g_set_error(error, CALIBRATE_ERROR, CALIBRATE_FAILED,
		    "no memory for %u buffers of %" G_GINT64_FORMAT " bytes",
		    number + 1, round->cell->size_bytes);
		return (false);
	}
	worker->bytes = bytes;
	worker->latency = histogram_new();
	fill(worker, round->setup->seed);
	worker->thread = g_thread_try_new("calibrate", work, worker, error);
	return (worker->thread != NULL);
}

static void
let_go(struct round *round)
{
	double seconds = round->setup->seconds / PASSES;
	int64_t begin = now_ns();

	g_mutex_lock(&round->lock);
	round->end_ns = begin + (int64_t)(seconds * 1e9);
	round->warm_ns = begin + (round->end_ns - begin) / WARMUP_PARTS;
	round->begun = true;
	g_cond_broadcast(&round->go);
	g_mutex_unlock(&round->lock);
}

static bool
check_worker(const struct worker *worker, GError **error)
{
	const struct measure_setup *setup = worker->round->setup;

	if (!worker->failed)
		return (true);
	if (worker->error == 0 && !target_is_whole(setup->target, error))
		return (false);
	g_set_error(error, CALIBRATE_ERROR, CALIBRATE_FAILED,
	    "%s: a %s of %" G_GINT64_FORMAT " bytes at %" G_GINT64_FORMAT
	    ": %s",
	    setup->target->path, setup->target->write ? "write" : "read",
	    worker->round->cell->size_bytes, worker->failed_at,
	    worker->error == 0 ? "fewer came" : g_strerror(worker->error));
	return (false);
}

/* Joins the workers, takes their latencies, and frees what they have. */
static bool
gather(struct round *round, struct worker *workers, guint count, GError **error)
{
	struct cell *cell = round->cell;
	uint64_t before = histogram_count(cell->latency);
	bool good = true;
	guint i;

	for (i = 0; i < count; i++) {
		struct worker *worker = &workers[i];

		if (worker->thread != NULL)
			g_thread_join(worker->thread);
		if (worker->latency != NULL)
			histogram_merge(cell->latency, worker->latency);
		if (good && !check_worker(worker, error))
			good = false;
		histogram_free(worker->latency);
		free(worker->bytes);
	}
	cell->per_s[round->pass] =
	    (double)(histogram_count(cell->latency) - before) * 1e9 /
	    (double)MAX(round->end_ns - round->warm_ns, 1);
	return (good);
}

static bool
play_round(struct round *round, GError **error)
{
	guint count = (guint)round->cell->depth, started;
	g_autofree struct worker *workers = g_new0(struct worker, count);
	GError *cause = NULL;

	for (started = 0; started < count && cause == NULL; started++)
		if (!start_worker(round, &workers[started], started, &cause))
			atomic_store(&round->stop, true);
	let_go(round);
	gather(round, workers, started, cause == NULL ? &cause : NULL);
	if (cause == NULL && run_was_interrupted())
		g_set_error_literal(&cause, CALIBRATE_ERROR,
		    CALIBRATE_INTERRUPTED, "interrupted");
	if (cause == NULL)
		return (target_is_whole(round->setup->target, error));
	g_propagate_error(error, cause);
	return (false);
}

static bool
measure_cell(const struct measure_setup *setup, struct cell *cell, int pass,
    GError **error)
{
	struct round round = {.setup = setup, .cell = cell, .pass = pass};
	bool good;

	target_forget(setup->target);
	g_mutex_init(&round.lock);
	g_cond_init(&round.go);
	atomic_init(&round.next_slot, 0);
	atomic_init(&round.stop, false);
	good = play_round(&round, error);
	g_cond_clear(&round.go);
	g_mutex_clear(&round.lock);
	return (good);
}

/* ---- All points ------------------------------------------------------- */

static void
clear_cell(gpointer element)
{
	histogram_free(((struct cell *)element)->latency);
}

static GArray *
make_cells(const struct measure_setup *setup)
{
	GArray *cells = g_array_new(FALSE, FALSE, sizeof(struct cell));
	guint i, j;

	g_array_set_clear_func(cells, clear_cell);
	for (i = 0; i < setup->sizes->len; i++)
		for (j = 0; j < setup->depths->len; j++) {
			struct cell cell = {
			    .depth = g_array_index(setup->depths, int64_t, j),
			    .size_bytes =
				g_array_index(setup->sizes, int64_t, i),
			    .latency = histogram_new()};

			g_array_append_val(cells, cell);
		}
	return (cells);
}

static bool
add_point(
    const struct cell *cell, double seconds, GArray *points, GError **error)
{
	double sum = cell->per_s[0] + cell->per_s[1];
	struct point point = {.depth = cell->depth,
	    .size_bytes = cell->size_bytes,
	    .measured = {sum / PASSES, histogram_mean(cell->latency)},
	    .requests = (double)histogram_count(cell->latency)};
	struct point_quantile quantile;
	size_t i;

	if (cell->per_s[0] <= 0 || cell->per_s[1] <= 0) {
		g_set_error(error, CALIBRATE_ERROR, CALIBRATE_INPUT,
		    "no request of %" G_GINT64_FORMAT
		    " bytes at depth %" G_GINT64_FORMAT
		    " finished within %g s; give more --seconds",
		    cell->size_bytes, cell->depth, seconds / PASSES);
		return (false);
	}
	point.passes_apart =
	    fabs(cell->per_s[0] - cell->per_s[1]) / (sum / PASSES);
	point.quantiles =
	    g_array_new(FALSE, FALSE, sizeof(struct point_quantile));
	for (i = 0; i < G_N_ELEMENTS(shares); i++) {
		quantile.p = shares[i];
		quantile.ns =
		    (double)histogram_quantile(cell->latency, shares[i]);
		g_array_append_val(point.quantiles, quantile);
	}
	g_array_append_val(points, point);
	return (true);
}

static void
show_progress(const struct measure_setup *setup, guint done, guint total)
{
	if (setup->progress)
		fprintf(stderr, "\r%u of %u measurements%s", done, total,
		    done == total ? "\r\033[K" : "");
}

static bool
measure_all(const struct measure_setup *setup, GArray *cells, GError **error)
{
	guint total = PASSES * cells->len, done;
	bool good = true;

	for (done = 0; done < total && good; done++) {
		int pass = (int)(done / cells->len);
		guint i = done % cells->len;

		show_progress(setup, done, total);
		if (pass % 2 == 1)
			i = cells->len - 1 - i;
		good = measure_cell(
		    setup, &g_array_index(cells, struct cell, i), pass, error);
	}
	show_progress(setup, total, total);
	return (good);
}

bool
measure_points(
    const struct measure_setup *setup, GArray *points, GError **error)
{
	g_autoptr(GArray) cells = make_cells(setup);
	bool good = measure_all(setup, cells, error);
	guint i;

	for (i = 0; i < cells->len && good; i++)
		good = add_point(&g_array_index(cells, struct cell, i),
		    setup->seconds, points, error);
	return (good);
}
