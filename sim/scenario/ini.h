/*
 * An INI document that remembers where each of its parts comes from.
 *
 *	[disk ada0]			# type "disk", name "ada0"
 *	latency = exponential(1ms)	; a comment
 *
 * The text is UTF-8 without control characters.  '#' and ';' start a comment
 * at the beginning of a line or after white space.  What a section or a key
 * means is not known here.
 *
 * A place ("where") is "file:line", or "--set KEY=VALUE" for what the command
 * line put in.
 */

#ifndef SIM_SCENARIO_INI_H
#define SIM_SCENARIO_INI_H

#include <glib.h>
#include <stdbool.h>

struct ini_entry {
	char *key;
	char *value; /* never empty */
	char *where;
};

struct ini_section {
	char *title; /* "disk ada0": single blanks, no brackets */
	char *type;  /* "disk": the title up to its first blank */
	char *name;  /* "ada0": what follows, or NULL */
	char *where;
	int index;          /* free for the reader: which object it became */
	GPtrArray *entries; /* of struct ini_entry, in the order given */
	GHashTable *by_key;
};

struct ini {
	char *path;
	GPtrArray *sections; /* of struct ini_section, in the order given */
	GHashTable *by_title;
};

/*
 * Parses `length` bytes; `path` is only for messages.  NULL with one line
 * "path:line: message" for text that is no INI file, for sections and keys
 * given twice, and for a file without any section.  Free with ini_free().
 */
struct ini *ini_parse(
    const char *text, gsize length, const char *path, GError **error);
/* A document without sections.  Free with ini_free(). */
struct ini *ini_new(const char *path);
/* A copy without the sections of type `without`. */
struct ini *ini_copy(const struct ini *ini, const char *without);
void ini_free(struct ini *ini);

/* The section of that title, or the entry of that key; NULL if there is none
 * (or no section). */
struct ini_section *ini_find(const struct ini *ini, const char *title);
struct ini_entry *ini_entry(const struct ini_section *section, const char *key);

/* Appends an empty section; the title must be new and in normal form. */
struct ini_section *ini_add_section(
    struct ini *ini, const char *title, const char *where);
/* Gives a key its value, in place of the one it had. */
void ini_set(struct ini_section *section, const char *key, const char *value,
    const char *where);

/* `length` bytes of a title with single blanks between its words. */
char *ini_normal_title(const char *text, gsize length);

/*
 * Sets `error` to "where: message" and returns false.  The message is a format
 * with arguments; pass quoted input through ini_clip().
 */
bool ini_fail(GError **error, const char *where, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* What messages show of `text`: one line of at most 80 characters. */
char *ini_clip(const char *text);

/*
 * The bytes of a file, with a NUL behind them.  NULL with "path: reason" if it
 * cannot be read or has more than 256 MiB.  Free with g_free().
 */
char *ini_read_file(const char *path, gsize *length, GError **error);
/* From now on every file so read goes into the checksum as well; NULL ends it.
 */
void ini_watch(GChecksum *checksum);
/* Cuts a comment off a line, and white space off both ends, in place. */
char *ini_strip(char *line);
/* Checks that text is UTF-8 without control characters but tab and line ends;
 * false with "path:line: message". */
bool ini_check_text(
    const char *text, gsize length, const char *path, GError **error);

#endif
