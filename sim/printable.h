/*
 * Messages are one line of UTF-8, whatever stands in a file or in its name, and
 * wherever somebody has cut it.
 */

#ifndef SIM_PRINTABLE_H
#define SIM_PRINTABLE_H

#include <glib.h>
#include <stdarg.h>

/* Control characters, and bytes that are no UTF-8, become question marks, in
 * place. */
static inline void
make_printable(char *text)
{
	const char *wrong;
	char *c;

	for (c = text; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c))
			*c = '?';
	while (!g_utf8_validate(text, -1, &wrong)) {
		text += wrong - text;
		*text++ = '?';
	}
}

/* The same of a message of printf's kind, which goes to stderr as a line. */
static inline void G_GNUC_PRINTF(1, 2) print_line(const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	make_printable(line);
	g_printerr("%s\n", line);
	g_free(line);
}

/* The same of an error, which is freed. */
static inline void
print_error(GError *error)
{
	print_line("%s", error->message);
	g_error_free(error);
}

#endif
