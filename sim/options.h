/*
 * Options that several subcommands share.
 */

#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <glib.h>

#include "sim/scenario/scenario.h"
#include "sim/world.h"

struct scenario_options {
	char **sets;
	char *kernel, *world;
	char *seed;
};

/* Entries for --set, --kernel, --world and --seed. */
void options_add_scenario(
    GOptionContext *context, struct scenario_options *options);
void options_release(struct scenario_options *options);

/* Parses a command line; false with a line on stderr if it is bad.  `name` is
 * the subcommand, `arguments` what is left for it, as in "SCENARIO…". */
bool options_parse(
    GOptionContext *context, const char *name, int *argc, char ***argv);

/* Whether --out of the subcommand `name` names something, or was not given.
 * False with a line on stderr. */
bool options_has_name(const char *name, const char *out);

/* The value of the option --NAME, if it was given: a whole number.  False with
 * a line on stderr that says what is expected if it is none, or out of range.
 */
bool options_integer(const char *name, const char *text, int64_t low,
    int64_t high, int64_t *value);

/* The world that was asked for, or the one named `fallback`; NULL with a line
 * on stderr if there is none such. */
const struct world_ops *options_world(
    const struct scenario_options *options, const char *fallback);

/* Reads a scenario with the options applied; NULL with a line on stderr. */
struct scenario *options_read(const struct scenario_options *options,
    const char *path, const char *const *sets);
/* The same over the disks of another file; see scenario_read_with_disks(). */
struct scenario *options_read_with_disks(const struct scenario_options *options,
    const char *path, const char *disks);

/* Where a scenario's files go by default: its stem below `parent`, or below
 * "results" if that is NULL.  To be freed. */
char *options_directory(const char *parent, const char *path);

/* Whether a file can be put in the place of `out` (-o of the subcommand
 * `name`): it is not empty, its directory exists, and no device, directory or
 * the like has its name.  False with a line on stderr. */
bool options_has_place(const char *name, const char *out);

#endif
