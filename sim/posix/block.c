/*
 * Control blocks: the kernel numbers them, the program addresses them.  A hash
 * table finds the number of an address while the block has requests.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/posix/engine.h"

static struct {
	struct block **blocks; /* by number */
	uint32_t count, room;
	struct block **chains; /* a power of two */
	uint32_t chain_count, used;
	struct block *free;
} table;

static uint32_t
chain_of(const struct aiocb *address)
{
	uint64_t bits = (uint64_t)(uintptr_t)address;

	bits = (bits >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	return ((uint32_t)(bits >> 32) & (table.chain_count - 1));
}

struct block *
block_find(const struct aiocb *address)
{
	struct block *b;

	if (table.chain_count == 0 || address == NULL)
		return (NULL);
	for (b = table.chains[chain_of(address)]; b != NULL; b = b->next)
		if (b->address == address)
			return (b);
	return (NULL);
}

static void
insert(struct block *b)
{
	uint32_t chain = chain_of(b->address);

	b->next = table.chains[chain];
	table.chains[chain] = b;
}

static void
grow_chains(void)
{
	uint32_t i;

	free(table.chains);
	table.chain_count = table.chain_count == 0 ? 64 : 2 * table.chain_count;
	table.chains = allocate(table.chain_count * sizeof(*table.chains));
	for (i = 0; i < table.count; i++)
		if (table.blocks[i]->address != NULL)
			insert(table.blocks[i]);
}

static struct block *
block_new(void)
{
	struct block *b, **larger;

	if (table.count == table.room) {
		table.room = 2 * table.room + 64;
		larger = allocate(table.room * sizeof(*larger));
		if (table.count > 0)
			memcpy(larger, table.blocks,
			    table.count * sizeof(*larger));
		free(table.blocks);
		table.blocks = larger;
	}
	b = allocate(sizeof(*b));
	b->number = table.count;
	table.blocks[table.count++] = b;
	return (b);
}

struct block *
block_get(struct aiocb *address)
{
	struct block *b = block_find(address);

	if (b != NULL)
		return (b);
	b = table.free;
	if (b != NULL)
		table.free = b->next;
	else
		b = block_new();
	if (table.used >= table.chain_count)
		grow_chains();
	table.used++;
	b->address = address;
	b->end = &b->first;
	insert(b);
	return (b);
}

struct block *
block_at(uint32_t number)
{
	return (number < table.count ? table.blocks[number] : NULL);
}

void
block_release(struct block *b)
{
	struct block **link;

	if (b->first != NULL || b->holds > 0)
		return;
	for (link = &table.chains[chain_of(b->address)]; *link != b;
	     link = &(*link)->next)
		;
	*link = b->next;
	b->address = NULL;
	b->next = table.free;
	table.free = b;
	table.used--;
}

void
blocks_forget(void)
{
	struct request *request;
	uint32_t i;

	for (i = 0; i < table.count; i++) {
		while ((request = table.blocks[i]->first) != NULL) {
			table.blocks[i]->first = request->next;
			request_free(request);
		}
		free(table.blocks[i]);
	}
	while ((request = engine.free_requests) != NULL) {
		engine.free_requests = request->next;
		free(request);
	}
	free(table.blocks);
	free(table.chains);
	memset(&table, 0, sizeof(table));
}

/* ---- Requests --------------------------------------------------------- */

struct request *
request_new(
    struct block *block, enum kernel_opcode opcode, struct aiocb *control)
{
	struct request *request = engine.free_requests;

	if (request != NULL)
		engine.free_requests = request->next;
	else
		request = allocate(sizeof(*request));
	memset(request, 0, sizeof(*request));
	request->block = block;
	block->holds++;
	request->control = control;
	request->opcode = opcode;
	request->buffer = (void *)(uintptr_t)control->aio_buf;
	request->size_bytes = request->move_bytes = control->aio_nbytes;
	request->offset_bytes = control->aio_offset;
	request->sigev = control->aio_sigevent;
	return (request);
}

void
request_free(struct request *request)
{
	if (request->descriptor != NULL)
		descriptor_release(request->descriptor);
	if (request->list != NULL)
		request_list_release(request->list);
	request->block->holds--;
	request->next = engine.free_requests;
	engine.free_requests = request;
}

void
request_list_release(struct request_list *list)
{
	if (--list->references == 0)
		free(list);
}

/* ---- The block's own memory ------------------------------------------- */

/* __next_prio points to the block itself where the rest is ours: a copy of the
 * block elsewhere is another block.  __policy is the process image's number, so
 * that a child knows no requests. */
static void
mark(struct aiocb *control, int error)
{
	__atomic_store_n(&control->__error_code, error, __ATOMIC_RELEASE);
	__atomic_store_n(
	    &control->__policy, (int)engine.generation, __ATOMIC_RELAXED);
	__atomic_store_n(&control->__next_prio, control, __ATOMIC_RELEASE);
}

void
control_submitted(struct aiocb *control, bool again)
{
	control->__return_value = -1;
	/* Submitted again, the oldest request answers; memory holds one. */
	if (again)
		__atomic_store_n(&control->__next_prio, NULL, __ATOMIC_RELEASE);
	else
		mark(control, EINPROGRESS);
}

void
control_refused(struct aiocb *control, int error)
{
	control->__return_value = -1;
	mark(control, error);
}

void
control_finished(struct aiocb *control, int error)
{
	if (!engine.running_down && control->__next_prio == control)
		__atomic_store_n(
		    &control->__error_code, error, __ATOMIC_RELEASE);
}

/* Later asked, a request that failed still tells its error. */
void
control_collected(struct aiocb *control, int64_t status, int error)
{
	if (engine.running_down)
		return;
	control->__return_value = (ssize_t)status;
	if (status == -1)
		mark(control, error);
	else
		__atomic_store_n(&control->__next_prio, NULL, __ATOMIC_RELEASE);
}

int
control_error(const struct aiocb *control)
{
	if (__atomic_load_n(&control->__next_prio, __ATOMIC_ACQUIRE) !=
		control ||
	    __atomic_load_n(&control->__policy, __ATOMIC_RELAXED) !=
		(int)engine.generation)
		return (-1);
	return (__atomic_load_n(&control->__error_code, __ATOMIC_ACQUIRE));
}
