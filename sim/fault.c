/*
 * Decides which request meets which fault.  Of several that strike the same
 * operation the first in the scenario's order counts; a refusal and a fault of
 * the service do not exclude each other.
 */

#include "sim/fault.h"

#include <string.h>

#include "sim/random.h"

struct faults {
	const GPtrArray *definitions;
	struct stream stream; /* the object is set for each draw */
	uint64_t *hashes;     /* of names, by number */
	uint64_t *seen;       /* operations counted towards the nth */
};

struct fault *
fault_new(const char *name)
{
	struct fault *fault = g_new0(struct fault, 1);

	fault->name = g_strdup(name);
	fault->disk_index = -1;
	fault->share = 1;
	return (fault);
}

void
fault_free(void *data)
{
	struct fault *fault = data;

	g_free(fault->name);
	g_free(fault->process);
	g_free(fault->file);
	g_free(fault->disk);
	g_free(fault);
}

struct faults *
faults_new(const GPtrArray *definitions, uint64_t seed, uint64_t replication)
{
	struct faults *faults;
	guint i;

	if (definitions == NULL || definitions->len == 0)
		return (NULL);
	faults = g_new0(struct faults, 1);
	faults->definitions = definitions;
	faults->stream.seed = seed;
	faults->stream.replication = replication;
	faults->stream.purpose = STREAM_FAULT;
	faults->hashes = g_new(uint64_t, definitions->len);
	faults->seen = g_new0(uint64_t, definitions->len);
	for (i = 0; i < definitions->len; i++) {
		const struct fault *fault = definitions->pdata[i];

		faults->hashes[i] = stream_object(fault->name);
	}
	return (faults);
}

void
faults_free(struct faults *faults)
{
	if (faults == NULL)
		return;
	g_free(faults->hashes);
	g_free(faults->seen);
	g_free(faults);
}

static bool
is_on(const struct fault *fault, int64_t now_ns)
{
	return (now_ns >= fault->from_ns &&
	    (fault->for_ns == 0 || now_ns - fault->from_ns < fault->for_ns));
}

static bool
concerns(const struct fault *fault, const struct fault_party *party,
    enum kernel_opcode opcode)
{
	if (fault->disk != NULL || (fault->opcodes >> opcode & 1) == 0)
		return (false);
	if (fault->file != NULL && g_strcmp0(fault->file, party->file) != 0)
		return (false);
	return (fault->process == NULL ||
	    strcmp(fault->process, party->process) == 0 ||
	    strcmp(fault->process, party->instance) == 0);
}

/* Uniform in (0, 1): by fault, process, operation and attempt. */
static double
draw(struct faults *faults, guint number, const struct operation *operation,
    uint32_t attempt)
{
	uint64_t words[4];

	faults->stream.object = faults->hashes[number] ^
	    (operation->object + attempt * UINT64_C(0x9e3779b97f4a7c15));
	stream_words(&faults->stream, operation->number, words);
	return (uniform_from_word(words[0]));
}

static bool
strikes(struct faults *faults, guint number, const struct operation *operation,
    int64_t now_ns)
{
	const struct fault *fault = faults->definitions->pdata[number];

	if (!is_on(fault, now_ns))
		return (false);
	if (fault->nth > 0)
		return (operation->attempts <= 1 &&
		    ++faults->seen[number] == fault->nth);
	return (fault->share >= 1 ||
	    draw(faults, number, operation, operation->attempts) <
		fault->share);
}

enum kernel_errno
faults_at_submission(struct faults *faults, const struct fault_party *party,
    enum kernel_opcode opcode, struct operation *operation, int64_t now_ns)
{
	bool first = operation->attempts <= 1;
	const struct fault *fault;
	uint16_t *place;
	guint i;

	if (faults == NULL)
		return (KE_OK);
	operation->refusal = 0;
	if (first)
		operation->fault = 0;
	for (i = 0; i < faults->definitions->len; i++) {
		fault = faults->definitions->pdata[i];
		if (!concerns(fault, party, opcode) ||
		    (!first && fault->effect != FAULT_REFUSE) ||
		    !strikes(faults, i, operation, now_ns))
			continue;
		place = fault->effect == FAULT_REFUSE ? &operation->refusal
						      : &operation->fault;
		if (*place == 0)
			*place = (uint16_t)(i + 1);
	}
	if (operation->refusal == 0)
		return (KE_OK);
	fault = faults->definitions->pdata[operation->refusal - 1];
	return (fault->error);
}

const struct fault *
faults_of_operation(
    const struct faults *faults, const struct operation *operation)
{
	if (faults == NULL || operation == NULL || operation->fault == 0)
		return (NULL);
	return (faults->definitions->pdata[operation->fault - 1]);
}

int64_t
fault_bytes(const struct fault *fault, int64_t size_bytes)
{
	switch (fault->effect) {
	case FAULT_ERROR:
	case FAULT_DIES:
		return (0);
	case FAULT_SHORT:
		return ((int64_t)((double)size_bytes * fault->part));
	case FAULT_REFUSE:
	case FAULT_DELAY:
	case FAULT_STALL:
		break;
	}
	return (size_bytes);
}

const struct fault *
faults_of_disk(const struct faults *faults, int disk_index,
    enum fault_effect effect, int64_t now_ns)
{
	const struct fault *fault;
	guint i;

	for (i = 0; faults != NULL && i < faults->definitions->len; i++) {
		fault = faults->definitions->pdata[i];
		if (fault->effect == effect &&
		    fault->disk_index == disk_index && is_on(fault, now_ns))
			return (fault);
	}
	return (NULL);
}
