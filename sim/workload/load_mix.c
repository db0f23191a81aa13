/*
 * Decides direction, size and offset of operations.  Each draw is taken by the
 * operation's number, from a stream of its own, so that changing one key leaves
 * what the others choose as it was.  What is certain is not drawn.
 */

#include "sim/workload/load_mix.h"

#include <string.h>

#include "sim/scenario/values.h"

bool
file_has_places(const struct file_config *file)
{
	switch (file->kind) {
	case FILE_REGULAR:
	case FILE_DIR:
	case FILE_RAWDISK:
	case FILE_NFS:
		return (true);
	case FILE_SOCKET:
	case FILE_PIPE:
	case FILE_FIFO:
	case FILE_TTY:
		break;
	}
	return (false);
}

struct stream
load_stream(const struct scenario *scenario, enum stream_purpose purpose,
    uint64_t object)
{
	struct stream stream = {
	    .seed = scenario->seed,
	    .replication = scenario->replication,
	    .purpose = purpose,
	    .object = object,
	};

	return (stream);
}

static enum kernel_call_kind
draw_direction(const struct mix *mix, uint64_t number)
{
	double share = mix->config->read;
	uint64_t word;

	if (share >= 1.0)
		return (KERNEL_AIO_READ);
	if (share <= 0.0)
		return (KERNEL_AIO_WRITE);
	word = stream_word(&mix->direction, number);
	return (uniform_from_word(word) < share ? KERNEL_AIO_READ
						: KERNEL_AIO_WRITE);
}

static int64_t
draw_size(const struct mix *mix, uint64_t number)
{
	int64_t size;

	size = distribution_draw(&mix->config->size, &mix->size, number);
	/* Distributions without an upper end do not know the file. */
	if (mix->file_bytes > 0)
		size = MIN(size, mix->file_bytes);
	return (MAX(size, 1));
}

void
mix_init(struct mix *mix, const struct scenario *scenario,
    const struct process_config *config, uint64_t object)
{
	const struct file_config *file =
	    scenario->files->pdata[config->file_index];
	const struct peer_config *peer;

	memset(mix, 0, sizeof(*mix));
	mix->config = config;
	if (config->serves) {
		peer = scenario->peers->pdata[file->peer_index];
		mix->request_bytes = value_distribution_bound(&peer->sends);
		mix->reply_bytes = peer->reply;
	}
	mix->direction = load_stream(scenario, STREAM_DIRECTION, object);
	mix->size = load_stream(scenario, STREAM_SIZE, object);
	mix->offset = load_stream(scenario, STREAM_OFFSET, object);
	if (file_has_places(file))
		mix->file_bytes = file->size;
	if (config->size.kind == DISTRIBUTION_CONSTANT)
		mix->constant_bytes = draw_size(mix, 0);
	if (mix->constant_bytes > 0)
		mix->constant_slots =
		    (uint64_t)(mix->file_bytes / mix->constant_bytes);
	if (mix->file_bytes == 0 || config->offset != OFFSET_ZIPF)
		return;
	mix->block_bytes =
	    MAX((int64_t)(distribution_mean(&config->size) + 0.5), 1);
	zipf_init(&mix->zipf,
	    (uint64_t)CLAMP(
		mix->file_bytes / mix->block_bytes, 1, INT64_C(1) << 52),
	    config->zipf_exponent);
}

static int64_t
random_offset(const struct mix *mix, uint64_t number, int64_t size)
{
	uint64_t slots = mix->constant_bytes > 0
	    ? mix->constant_slots
	    : (uint64_t)(mix->file_bytes / size);
	uint64_t word;

	if (slots < 2)
		return (0);
	word = stream_word(&mix->offset, number);
	return ((int64_t)(((unsigned __int128)word * slots) >> 64) * size);
}

static int64_t
sequential_offset(struct mix *mix, int64_t size)
{
	int64_t offset = mix->position_bytes;

	if (offset > mix->file_bytes - size)
		offset = 0;
	mix->position_bytes = offset + size;
	return (offset);
}

static int64_t
zipf_offset(const struct mix *mix, uint64_t number, int64_t size)
{
	int64_t rank = (int64_t)zipf_draw(&mix->zipf, &mix->offset, number);

	return (MIN(rank * mix->block_bytes, mix->file_bytes - size));
}

/* A request and its reply, by turns. */
static void
serve(const struct mix *mix, uint64_t number, struct io *io)
{
	const bool reads = number % 2 == 0;

	io->kind = reads ? KERNEL_AIO_READ : KERNEL_AIO_WRITE;
	io->size_bytes = reads ? mix->request_bytes : mix->reply_bytes;
	io->offset_bytes = 0;
}

void
mix_draw(struct mix *mix, uint64_t number, struct io *io)
{
	if (mix->config->serves) {
		serve(mix, number, io);
		return;
	}
	io->kind = draw_direction(mix, number);
	io->size_bytes = mix->constant_bytes > 0 ? mix->constant_bytes
						 : draw_size(mix, number);
	io->offset_bytes = 0;
	if (mix->file_bytes == 0)
		return;
	switch (mix->config->offset) {
	case OFFSET_RANDOM:
		io->offset_bytes = random_offset(mix, number, io->size_bytes);
		break;
	case OFFSET_SEQUENTIAL:
		io->offset_bytes = sequential_offset(mix, io->size_bytes);
		break;
	case OFFSET_ZIPF:
		io->offset_bytes = zipf_offset(mix, number, io->size_bytes);
		break;
	}
}
