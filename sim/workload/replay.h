/*
 * A program that makes the calls of a recorded one again, at the recorded
 * times: every attempt to submit, the refused ones too, and every collection.
 */

#ifndef SIM_REPLAY_H
#define SIM_REPLAY_H

#include "sim/workload/load.h"

/* As load_new(), for collect = recorded: the process's trace must be a
 * recording of AIO calls. */
struct program *replay_new(const struct scenario *scenario,
    const struct process_config *config, int64_t instance,
    struct load_budget *budget, GError **error);

#endif
