/*
 * What the files of the scenario reader share with each other only.
 */

#ifndef SIM_SCENARIO_PARTS_H
#define SIM_SCENARIO_PARTS_H

#include <glib.h>
#include <stdbool.h>

#include "sim/scenario/ini.h"
#include "sim/scenario/scenario.h"

/* An empty one, of a file named `path`; free with scenario_free(). */
struct scenario *scenario_new(const char *path);

/* The scenario that a document describes, [sweep] aside; `kernel` overrides
 * its kernel, or is NULL. */
struct scenario *scenario_build(
    const struct ini *ini, const char *kernel, GError **error);

/* The same with `sets` applied, and [sweep]; frees the document. */
struct scenario *scenario_build_with(struct ini *ini, const char *const *sets,
    const char *kernel, GError **error);

/* The kernel that the document or the override chooses; NULL with an error if
 * there is none such.  It lives as long as both. */
const char *scenario_kernel(
    const struct ini *ini, const char *kernel, GError **error);

/* Adds a sentence to the scenario's notes, unless it is there already; takes
 * it. */
void scenario_note(struct scenario *scenario, char *sentence);

/* Resolves the references between the parts of a scenario just filled from
 * `ini`, and checks what no key can check alone. */
bool scenario_check(
    const struct ini *ini, struct scenario *scenario, GError **error);

/* The network's part of that. */
bool scenario_check_network(
    const struct ini *ini, struct scenario *scenario, GError **error);
/* What a process may not ask of a socket, or only of a socket. */
bool scenario_check_socket_process(const struct ini_section *section,
    const struct scenario *scenario, const struct process_config *process,
    GError **error);

/* "[TYPE NAME]", or NULL. */
struct ini_section *scenario_section(
    const struct ini *ini, const char *type, const char *name);
/* The index of the object that `key` of the section names; false, with an
 * error, if there is none such. */
bool scenario_resolve(const struct ini *ini, const struct ini_section *section,
    const char *key, int *index, GError **error);

/* What must hold between the keys of one disk, and between a volume and its
 * members, which it resolves. */
bool device_check(const struct ini *ini, const struct ini_section *section,
    struct disk_config *disk, GError **error);
/* Bytes that a disk holds; INT64_MAX where its model knows no end. */
int64_t device_capacity(
    const struct scenario *scenario, const struct disk_config *disk);
/* The files of a disk lie on it one behind the other, in the scenario's order;
 * they must fit. */
bool device_lay_out_files(
    const struct ini *ini, const struct scenario *scenario, GError **error);

/* Fills `scenario->sweep`, and tries each value by itself. */
bool scenario_read_sweep(const struct ini *ini, const char *kernel,
    struct scenario *scenario, GError **error);

/* check_file.c: where a file lies, and the keys that its kind takes. */
bool scenario_check_file(
    const struct ini *ini, struct file_config *file, GError **error);

#endif
