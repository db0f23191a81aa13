/*
 * Messages are one line, whatever stands in a file or in its name.
 */

#ifndef SIM_PRINTABLE_H
#define SIM_PRINTABLE_H

#include <glib.h>

/* Control characters become question marks, in place. */
static inline void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if (g_ascii_iscntrl(*text))
			*text = '?';
}

#endif
