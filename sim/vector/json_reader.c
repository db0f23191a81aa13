/*
 * JSON of a known shape: see the header.
 */

#include <string.h>

#include "sim/printable.h"
#include "sim/scenario/ini.h"
#include "sim/vector/json_reader.h"

json_t *
json_read(struct reading *reading, const char *text, gsize length)
{
	json_error_t where;
	json_t *document;

	document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
	if (document == NULL) {
		reading->error = g_error_new(JSON_READER_ERROR,
		    JSON_READER_SYNTAX, "%s:%d: column %d: %s", reading->file,
		    where.line, where.column, where.text);
		make_printable(reading->error->message);
	}
	return (document);
}

json_t *
json_read_file(struct reading *reading)
{
	g_autofree char *text = NULL;
	gsize length;

	text = ini_read_file(reading->file, &length, &reading->error);
	return (text != NULL ? json_read(reading, text, length) : NULL);
}

json_t *
json_read_path(const char *path, GError **error)
{
	struct reading reading = {.file = path};
	json_t *document = json_read_file(&reading);

	if (document == NULL)
		g_propagate_error(error, reading.error);
	return (document);
}

static void
append_place(GString *text, const struct node *node)
{
	if (node->parent == NULL)
		return;
	append_place(text, node->parent);
	if (node->key == NULL)
		g_string_append_printf(
		    text, "[%" G_GSIZE_FORMAT "]", node->index);
	else
		g_string_append_printf(text, "%s%s",
		    node->parent->parent != NULL ? "." : "", node->key);
}

void
node_fail(const struct node *node, const char *format, ...)
{
	GString *text;
	va_list arguments;

	if (reading_failed(node->reading))
		return;
	text = g_string_new(node->reading->file);
	g_string_append(text, ": ");
	append_place(text, node);
	if (node->parent != NULL)
		g_string_append(text, ": ");
	va_start(arguments, format);
	g_string_append_vprintf(text, format, arguments);
	va_end(arguments);
	make_printable(text->str);
	node->reading->error = g_error_new_literal(
	    JSON_READER_ERROR, JSON_READER_SHAPE, text->str);
	g_string_free(text, TRUE);
}

struct node
node_root(struct reading *reading, const json_t *document)
{
	struct node node = {.value = document, .reading = reading};

	node_object(&node);
	return (node);
}

struct node
node_member(const struct node *object, const char *key)
{
	struct node node = {
	    .parent = object, .key = key, .reading = object->reading};

	node.value = json_object_get(object->value, key);
	if (json_is_null(node.value))
		node.value = NULL;
	return (node);
}

struct node
node_item(const struct node *array, size_t index)
{
	struct node node = {
	    .parent = array, .index = index, .reading = array->reading};

	node.value = json_array_get(array->value, index);
	if (json_is_null(node.value))
		node.value = NULL;
	return (node);
}

static void
expect_type(const struct node *node, bool right, const char *what)
{
	if (node->value == NULL)
		node_fail(node, "missing: expected %s", what);
	else if (!right)
		node_fail(node, "expected %s", what);
}

size_t
node_array(const struct node *node)
{
	expect_type(node, json_is_array(node->value), "an array");
	return (json_array_size(node->value));
}

void
node_object(const struct node *node)
{
	expect_type(node, json_is_object(node->value), "an object");
}

int64_t
node_int(const struct node *node, int64_t min, int64_t max)
{
	int64_t value = json_integer_value(node->value);

	if (json_is_integer(node->value) && value >= min && value <= max)
		return (value);
	node_fail(node,
	    "%sexpected an integer from %" G_GINT64_FORMAT
	    " to %" G_GINT64_FORMAT,
	    node->value == NULL ? "missing: " : "", min, max);
	return (min);
}

int64_t
member_int(const struct node *object, const char *key, int64_t min, int64_t max)
{
	struct node node = node_member(object, key);

	return (node_int(&node, min, max));
}

int64_t
member_int_or(const struct node *object, const char *key, int64_t min,
    int64_t max, int64_t fallback)
{
	struct node node = node_member(object, key);

	return (node.value == NULL ? fallback : node_int(&node, min, max));
}

double
member_real(const struct node *object, const char *key, double min, double max)
{
	struct node node = node_member(object, key);
	double value = json_number_value(node.value);

	if (json_is_number(node.value) && value >= min && value <= max)
		return (value);
	node_fail(&node, "%sexpected a number from %g to %g",
	    node.value == NULL ? "missing: " : "", min, max);
	return (min);
}

bool
member_bool(const struct node *object, const char *key)
{
	struct node node = node_member(object, key);

	expect_type(&node, json_is_boolean(node.value), "true or false");
	return (json_is_true(node.value));
}

const char *
node_string(const struct node *node)
{
	const char *text = json_string_value(node->value);

	expect_type(node, text != NULL, "a string");
	return (text != NULL ? text : "");
}

const char *
member_string(const struct node *object, const char *key)
{
	struct node node = node_member(object, key);

	return (node_string(&node));
}

void
node_check_line(const struct node *node, const char *text)
{
	for (; *text != '\0'; text++)
		if (g_ascii_iscntrl(*text) && *text != '\t')
			node_fail(node, "a control character");
}

const char *
node_line(const struct node *node)
{
	const char *text = node_string(node);

	node_check_line(node, text);
	return (text);
}

const char *
member_line(const struct node *object, const char *key)
{
	struct node node = node_member(object, key);

	return (node_line(&node));
}

int
node_choice(const struct node *node, const char *const *names)
{
	const char *text = node_string(node);
	g_autofree char *known = NULL, *shown = NULL;
	int i;

	for (i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0)
			return (i);
	known = g_strjoinv(", ", (char **)(uintptr_t)names);
	shown = ini_clip(text);
	node_fail(node, "'%s' is none of %s", shown, known);
	return (0);
}

int
member_choice(
    const struct node *object, const char *key, const char *const *names)
{
	struct node node = node_member(object, key);

	return (node_choice(&node, names));
}
