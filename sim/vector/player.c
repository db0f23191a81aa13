/*
 * The program of a vector's process: its calls in order, each entered at its
 * time or when the one before has returned, whichever is later.
 */

#include "sim/vector/vector_impl.h"

static enum program_step
player_next(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_call **call, int64_t *until_ns)
{
	struct player *player = (struct player *)program;
	const struct vector_call *next;

	(void)slot;
	if (player->next == player->process->calls->len)
		return (PROGRAM_END);
	next = &g_array_index(
	    player->process->calls, struct vector_call, player->next);
	if (next->at_ns > now_ns) {
		*until_ns = next->at_ns;
		return (PROGRAM_SLEEP);
	}
	player->entered_ns = now_ns;
	*call = &next->call;
	return (PROGRAM_CALL);
}

static void
player_returned(struct program *program, unsigned slot, int64_t now_ns,
    const struct kernel_result *result)
{
	struct player *player = (struct player *)program;

	(void)slot;
	observe_return(player->observation, program->process, player->next,
	    player->entered_ns, now_ns, result);
	player->next++;
}

static void
player_destroy(struct program *program)
{
	g_free(program);
}

struct player *
player_new(
    const struct vector_process *process, struct observation *observation)
{
	static const struct program_ops ops = {
	    .next = player_next,
	    .returned = player_returned,
	    .destroy = player_destroy,
	};
	struct player *player = g_new0(struct player, 1);

	player->program.ops = &ops;
	player->program.name = process->name;
	player->program.threads = 1;
	player->process = process;
	player->observation = observation;
	return (player);
}
