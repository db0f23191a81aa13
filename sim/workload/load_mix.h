/*
 * What an operation is: its direction, size and place in the file, drawn from
 * the keys read, size and offset of a [process].
 */

#ifndef SIM_LOAD_MIX_H
#define SIM_LOAD_MIX_H

#include "model/kernel.h"
#include "sim/random.h"
#include "sim/scenario/scenario.h"

/* What is to be done. */
struct io {
	enum kernel_call_kind kind; /* AIO_READ, AIO_WRITE or AIO_FSYNC */
	int64_t offset_bytes;
	int64_t size_bytes;
};

struct mix {
	const struct process_config *config;
	struct stream direction, size, offset;
	int64_t constant_bytes;  /* size of all; 0: drawn */
	uint64_t constant_slots; /* of that size, in the file */
	int64_t file_bytes;      /* 0: the file has no places */
	/* Of a server: what it reads at most, and then writes. */
	int64_t request_bytes, reply_bytes;
	int64_t position_bytes; /* sequential: where the next begins */
	int64_t block_bytes;    /* zipf: of a rank */
	struct zipf zipf;
};

/* Whether offsets mean anything in a file of this kind. */
bool file_has_places(const struct file_config *file);

struct stream load_stream(const struct scenario *scenario,
    enum stream_purpose purpose, uint64_t object);

/* `config` is borrowed. */
void mix_init(struct mix *mix, const struct scenario *scenario,
    const struct process_config *config, uint64_t object);

/*
 * Operation `number`.  Sizes are at least 1 and at most the file's.  Random
 * offsets are multiples of the operation's own size, all that fit equally
 * likely; sequential ones follow each other and begin anew where one would pass
 * the end; zipf takes the file in blocks of the mean size, the first the most
 * popular, and moves back what would pass the end.  Without places all are 0.
 * To be called once a number, in order.
 */
void mix_draw(struct mix *mix, uint64_t number, struct io *io);

#endif
