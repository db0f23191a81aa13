/*
 * The table of all that a scenario can configure: each key with its section,
 * type, range, default, a sentence, and where its value goes.  Checking,
 * reading and the printed reference are made from it.
 *
 * The keys of [sysctl] are the tunables of the chosen kernel, and those of
 * [sweep] are whatever --set takes; neither is in the table.
 */

#ifndef SIM_SCENARIO_KEYS_H
#define SIM_SCENARIO_KEYS_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

#include "sim/scenario/ini.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/values.h"

struct section_type {
	const char *name;
	const char *object; /* "ada0": an example of its name, or NULL for a
			     * section without one */
	const char *sentence;
};

struct key;

/* Parses the text into `object`: the struct of the section's type. */
typedef bool key_parse(const struct key *key, const char *text,
    const char *directory, void *object, GError **error);

struct key_type {
	const char *form; /* how a value looks, for the reference */
	key_parse *parse;
	const struct quantity *quantity; /* whose range counts, or NULL */
};

struct key {
	const char *section;
	const char *name;
	const struct key_type *type;
	size_t offset; /* of its field, for types that write one field */
	int64_t low, high;
	const char *fallback; /* the default, as a file would write it */
	const char *absent;   /* else what happens without it; NULL: the key
			       * must be given */
	const char *sentence;
};

/* All rows, section by section; a row without a section name ends them. */
extern const struct section_type section_types[];
extern const struct key keys[];

const struct section_type *keys_section(const char *name);
const struct key *keys_find(const char *section, const char *name);

/* Whether all sections and keys of the document exist, [sysctl] and [sweep]
 * aside; if not, an error with the place and what may have been meant. */
bool keys_check(const struct ini *ini, GError **error);
/* "unknown section" with what may have been meant; returns false. */
bool keys_unknown_section(const char *where, const char *name, GError **error);

/*
 * Sets every key of a section type in `object`, in the table's order: to what
 * the section gives, else to its default.  `section` is NULL for one that the
 * document lacks.  Paths are relative to `directory`.
 */
bool keys_fill(const char *type, const struct ini_section *section,
    const char *directory, void *object, GError **error);

/* The reference: for a terminal, or as subsections of the manual page. */
void keys_print(FILE *out, bool mdoc);

/* The types, each in key_types.c. */
extern const struct key_type type_integer, type_time, type_size, type_rate;
extern const struct key_type type_share, type_text, type_path, type_name;
extern const struct key_type type_times, type_sizes, type_latency;
extern const struct key_type type_data_after;
extern const struct key_type type_kernel, type_hz, type_costs;
extern const struct key_type type_creation, type_idle_order, type_wake_on_raise;
extern const struct key_type type_create, type_limits, type_flag;
extern const struct key_type type_network;
extern const struct key_type type_disk_model, type_file_kind;
extern const struct key_type type_file_lock, type_file_cache;
extern const struct key_type type_sends, type_towards;
extern const struct key_type type_arrivals, type_pace, type_offset;
extern const struct key_type type_collect, type_on_eagain;
/* In fault_keys.c. */
extern const struct key_type type_fault_call, type_fault_effect;

#endif
