/*
 * Reading JSON of a known shape, with errors that name the place.  A node is a
 * value and the way to it; nodes live on the stack of whoever reads.  The first
 * mistake is kept in the reading and later ones are not looked for: functions
 * go on with harmless values, and the reader asks reading_failed() at the end.
 */

#ifndef SIM_JSON_READER_H
#define SIM_JSON_READER_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define JSON_READER_ERROR (g_quark_from_static_string("json-reader"))

enum json_reader_error {
	JSON_READER_SYNTAX, /* not JSON */
	JSON_READER_SHAPE,  /* JSON, but not what is asked for */
};

struct reading {
	const char *file; /* for messages */
	GError *error;    /* "file: place: message" */
};

struct node {
	const struct node *parent; /* NULL: the document */
	const char *key;           /* in an object; NULL in an array */
	size_t index;              /* in an array */
	const json_t *value;       /* NULL: there is none */
	struct reading *reading;
};

/* Parses a text.  NULL with "file:line: message" in the reading's error. */
json_t *json_read(struct reading *reading, const char *text, gsize length);

/* The same of the file that the reading names. */
json_t *json_read_file(struct reading *reading);
/* The same of a file that is taken as it is. */
json_t *json_read_path(const char *path, GError **error);

static inline bool
reading_failed(const struct reading *reading)
{
	return (reading->error != NULL);
}

/* Sets the error "file: processes[0].calls[3].cb: message" if it is the first.
 */
void node_fail(const struct node *node, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* The document as an object. */
struct node node_root(struct reading *reading, const json_t *document);
/* A member of an object; its value is NULL if there is none or it is null. */
struct node node_member(const struct node *object, const char *key);
struct node node_item(const struct node *array, size_t index);
/* Fails if it is missing or not of that type; returns its length or 0. */
size_t node_array(const struct node *node);
void node_object(const struct node *node);

/* Values of members.  Those with a fallback may be missing. */
int64_t member_int(
    const struct node *object, const char *key, int64_t min, int64_t max);
int64_t member_int_or(const struct node *object, const char *key, int64_t min,
    int64_t max, int64_t fallback);
int64_t node_int(const struct node *node, int64_t min, int64_t max);
/* Any number. */
double member_real(
    const struct node *object, const char *key, double min, double max);
bool member_bool(const struct node *object, const char *key);
/* Belongs to the document; "" after a failure. */
const char *node_string(const struct node *node);
/* The same of a text that is to stand in a line: no control characters. */
const char *node_line(const struct node *node);
const char *member_line(const struct node *object, const char *key);
/* Fails for the node if the text is no such line. */
void node_check_line(const struct node *node, const char *text);
const char *member_string(const struct node *object, const char *key);
/* Index into `names`, which NULL ends. */
int member_choice(
    const struct node *object, const char *key, const char *const *names);
int node_choice(const struct node *node, const char *const *names);

#endif
