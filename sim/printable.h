/*
 * Messages are one line of UTF-8, whatever stands in a file or in its name, and
 * wherever somebody has cut it.
 */

#ifndef SIM_PRINTABLE_H
#define SIM_PRINTABLE_H

#include <glib.h>

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

#endif
