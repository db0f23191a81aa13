/*
 * Getting at the text of an input file: reading it, with the reason in one
 * line where that fails, and checking that it is text.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sim/scenario/ini.h"

/* Far above any input by hand; a device such as /dev/zero ends here. */
#define LARGEST_FILE (256u << 20)

static bool
read_all(int fd, GString *text, const char *path, GError **error)
{
	char block[65536];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return (ini_fail(error, path, "%s", strerror(errno)));
		g_string_append_len(text, block, n);
		if (text->len > LARGEST_FILE)
			return (ini_fail(error, path,
			    "larger than 256 MiB: is it the right file?"));
	}
	return (true);
}

static GChecksum *watch;

void
ini_watch(GChecksum *checksum)
{
	watch = checksum;
}

char *
ini_read_file(const char *path, gsize *length, GError **error)
{
	GString *text;
	bool good;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		ini_fail(error, path, "%s", strerror(errno));
		return (NULL);
	}
	text = g_string_new(NULL);
	good = read_all(fd, text, path, error);
	close(fd);
	if (good && watch != NULL)
		g_checksum_update(
		    watch, (const guchar *)text->str, (gssize)text->len);
	*length = text->len;
	return (g_string_free(text, !good));
}

static unsigned
line_of(const char *text, const char *place)
{
	unsigned line = 1;

	for (; text < place; text++)
		line += *text == '\n';
	return (line);
}

bool
ini_check_text(const char *text, gsize length, const char *path, GError **error)
{
	g_autofree char *where = NULL;
	const char *bad, *p, *end = text + length;

	if (!g_utf8_validate_len(text, length, &bad)) {
		where = g_strdup_printf("%s:%u", path, line_of(text, bad));
		return (ini_fail(error, where, "%s",
		    *bad == '\0' ? "a NUL byte: this is no text file"
				 : "not UTF-8; save the file as UTF-8 text"));
	}
	for (p = text; p < end; p++) {
		if (!g_ascii_iscntrl(*p) || *p == '\t' || *p == '\n')
			continue;
		if (*p == '\r' && p + 1 < end && p[1] == '\n')
			continue;
		where = g_strdup_printf("%s:%u", path, line_of(text, p));
		return (ini_fail(error, where,
		    "control character 0x%02x; remove it", *p & 0xff));
	}
	return (true);
}
