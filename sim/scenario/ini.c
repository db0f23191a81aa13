/*
 * The INI reader: decides what is a section, a key, a value and a comment, and
 * what is an error of form.  Sections and keys are kept in the order given;
 * the hash tables beside them only answer look-ups.
 */

#include "sim/scenario/ini.h"

#include <string.h>

#include "sim/printable.h"
#include "sim/scenario/scenario.h"

#define CLIP_CHARACTERS 80

/* One line, whatever stands in a name of a file. */
bool
ini_fail(GError **error, const char *where, const char *format, ...)
{
	GString *message = g_string_new(where);
	va_list arguments;

	g_string_append(message, ": ");
	va_start(arguments, format);
	g_string_append_vprintf(message, format, arguments);
	va_end(arguments);
	make_printable(message->str);
	g_set_error_literal(
	    error, SCENARIO_ERROR, SCENARIO_PLACED, message->str);
	g_string_free(message, TRUE);
	return (false);
}

char *
ini_clip(const char *text)
{
	g_autofree char *valid = NULL;
	GString *clipped;
	char *p;
	int count = 0;

	/* Bytes enough for the characters; the cut one becomes U+FFFD. */
	valid =
	    g_utf8_make_valid(text, (gssize)strnlen(text, 6 * CLIP_CHARACTERS));
	clipped = g_string_new(NULL);
	for (p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		if (++count > CLIP_CHARACTERS) {
			g_string_append(clipped, "...");
			break;
		}
		if (g_ascii_iscntrl(*p))
			g_string_append_c(clipped, '?');
		else
			g_string_append_unichar(clipped, g_utf8_get_char(p));
	}
	return (g_string_free(clipped, FALSE));
}

static void
entry_free(void *data)
{
	struct ini_entry *entry = data;

	g_free(entry->key);
	g_free(entry->value);
	g_free(entry->where);
	g_free(entry);
}

static void
section_free(void *data)
{
	struct ini_section *section = data;

	g_ptr_array_unref(section->entries);
	g_hash_table_unref(section->by_key);
	g_free(section->title);
	g_free(section->type);
	g_free(section->name);
	g_free(section->where);
	g_free(section);
}

struct ini *
ini_new(const char *path)
{
	struct ini *ini;

	ini = g_new0(struct ini, 1);
	ini->path = g_strdup(path);
	ini->sections = g_ptr_array_new_with_free_func(section_free);
	ini->by_title = g_hash_table_new(g_str_hash, g_str_equal);
	return (ini);
}

void
ini_free(struct ini *ini)
{
	if (ini == NULL)
		return;
	g_hash_table_unref(ini->by_title);
	g_ptr_array_unref(ini->sections);
	g_free(ini->path);
	g_free(ini);
}

struct ini_section *
ini_find(const struct ini *ini, const char *title)
{
	return (g_hash_table_lookup(ini->by_title, title));
}

struct ini_entry *
ini_entry(const struct ini_section *section, const char *key)
{
	if (section == NULL)
		return (NULL);
	return (g_hash_table_lookup(section->by_key, key));
}

struct ini_section *
ini_add_section(struct ini *ini, const char *title, const char *where)
{
	struct ini_section *section;
	const char *blank;

	g_assert(ini_find(ini, title) == NULL);
	section = g_new0(struct ini_section, 1);
	section->title = g_strdup(title);
	section->where = g_strdup(where);
	blank = strchr(title, ' ');
	if (blank == NULL) {
		section->type = g_strdup(title);
	} else {
		section->type = g_strndup(title, (gsize)(blank - title));
		section->name = g_strdup(blank + 1);
	}
	section->entries = g_ptr_array_new_with_free_func(entry_free);
	section->by_key = g_hash_table_new(g_str_hash, g_str_equal);
	g_ptr_array_add(ini->sections, section);
	g_hash_table_insert(ini->by_title, section->title, section);
	return (section);
}

void
ini_set(struct ini_section *section, const char *key, const char *value,
    const char *where)
{
	struct ini_entry *entry;

	entry = ini_entry(section, key);
	if (entry == NULL) {
		entry = g_new0(struct ini_entry, 1);
		entry->key = g_strdup(key);
		g_ptr_array_add(section->entries, entry);
		g_hash_table_insert(section->by_key, entry->key, entry);
	}
	g_free(entry->value);
	entry->value = g_strdup(value);
	g_free(entry->where);
	entry->where = g_strdup(where);
}

struct ini *
ini_copy(const struct ini *ini, const char *without)
{
	const struct ini_section *from;
	const struct ini_entry *entry;
	struct ini_section *section;
	struct ini *copy;
	guint i, j;

	copy = ini_new(ini->path);
	for (i = 0; i < ini->sections->len; i++) {
		from = ini->sections->pdata[i];
		if (strcmp(from->type, without) == 0)
			continue;
		section = ini_add_section(copy, from->title, from->where);
		for (j = 0; j < from->entries->len; j++) {
			entry = from->entries->pdata[j];
			ini_set(
			    section, entry->key, entry->value, entry->where);
		}
	}
	return (copy);
}

char *
ini_normal_title(const char *text, gsize length)
{
	GString *title;
	gsize i;

	title = g_string_new(NULL);
	for (i = 0; i < length; i++) {
		if (!g_ascii_isspace(text[i]))
			g_string_append_c(title, text[i]);
		else if (title->len > 0 && title->str[title->len - 1] != ' ')
			g_string_append_c(title, ' ');
	}
	if (title->len > 0 && title->str[title->len - 1] == ' ')
		g_string_truncate(title, title->len - 1);
	return (g_string_free(title, FALSE));
}

char *
ini_strip(char *line)
{
	char *p;

	for (p = line; *p != '\0'; p++)
		if ((*p == '#' || *p == ';') &&
		    (p == line || g_ascii_isspace(p[-1]))) {
			*p = '\0';
			break;
		}
	return (g_strstrip(line));
}

static bool
parse_header(struct ini *ini, char *line, const char *where,
    struct ini_section **section, GError **error)
{
	g_autofree char *title = NULL;
	g_autofree char *shown = NULL;
	const char *end;
	struct ini_section *earlier;

	shown = ini_clip(line);
	end = strchr(line, ']');
	if (end == NULL || end[1] != '\0')
		return (ini_fail(error, where,
		    "expected one section name in brackets, such as "
		    "[disk ada0], not '%s'",
		    shown));
	title = ini_normal_title(line + 1, (gsize)(end - line - 1));
	if (title[0] == '\0')
		return (ini_fail(error, where,
		    "the section has no name; expected one such as "
		    "[disk ada0]"));
	earlier = ini_find(ini, title);
	if (earlier != NULL)
		return (ini_fail(error, where,
		    "section %s stands already at %s; keep one of them", shown,
		    earlier->where));
	*section = ini_add_section(ini, title, where);
	return (true);
}

static bool
parse_entry(
    struct ini_section *section, char *line, const char *where, GError **error)
{
	g_autofree char *shown = NULL;
	const struct ini_entry *earlier;
	char *equals, *key, *value;

	shown = ini_clip(line);
	equals = strchr(line, '=');
	if (equals == NULL)
		return (ini_fail(error, where,
		    "expected 'key = value' or '[section]', not '%s'", shown));
	if (section == NULL)
		return (ini_fail(error, where,
		    "'%s' stands before the first section; put one such as "
		    "[scenario] above it",
		    shown));
	*equals = '\0';
	key = g_strstrip(line);
	value = g_strstrip(equals + 1);
	if (key[0] == '\0' || value[0] == '\0')
		return (ini_fail(error, where,
		    "'%s' has no %s; expected 'key = value'", shown,
		    key[0] == '\0' ? "key" : "value"));
	earlier = ini_entry(section, key);
	if (earlier != NULL) {
		g_free(shown);
		shown = ini_clip(key);
		return (ini_fail(error, where,
		    "key '%s' stands already at %s; keep one of them", shown,
		    earlier->where));
	}
	ini_set(section, key, value, where);
	return (true);
}

static bool
parse_lines(struct ini *ini, const char *text, gsize length, GError **error)
{
	const char *end = text + length, *next, *newline;
	struct ini_section *section = NULL;
	unsigned number = 0;
	bool good = true;

	for (; good && text < end; text = next) {
		g_autofree char *where = NULL;
		g_autofree char *copy = NULL;
		char *line;

		newline = memchr(text, '\n', (gsize)(end - text));
		next = newline == NULL ? end : newline + 1;
		copy = g_strndup(text, (gsize)(next - text));
		where = g_strdup_printf("%s:%u", ini->path, ++number);
		line = ini_strip(copy);
		if (line[0] == '[')
			good = parse_header(ini, line, where, &section, error);
		else if (line[0] != '\0')
			good = parse_entry(section, line, where, error);
	}
	if (good && ini->sections->len == 0)
		return (ini_fail(error, ini->path,
		    "no section in this file; sections are [disk NAME], "
		    "[file NAME], [process NAME] and what else aiosim keys "
		    "lists"));
	return (good);
}

struct ini *
ini_parse(const char *text, gsize length, const char *path, GError **error)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct ini *ini;

	if (!ini_check_text(text, length, path, error))
		return (NULL);
	if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
		text += 3;
		length -= 3;
	}
	ini = ini_new(path);
	if (!parse_lines(ini, text, length, error)) {
		ini_free(ini);
		return (NULL);
	}
	return (ini);
}
