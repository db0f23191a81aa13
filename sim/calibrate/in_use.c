/*
 * Disks in use, as Linux tells: mounts and swap areas by the number of their
 * device, and in /sys the disk that a partition is of, and what is made of a
 * device (LVM, RAID, encryption).
 */

#include "sim/calibrate/in_use.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif

const struct in_use_places in_use_linux = {
    "/proc/self/mountinfo", "/proc/swaps", "/sys"};

struct number {
	unsigned major, minor;
};

static char *
read_text(const char *path)
{
	char *text = NULL;

	(void)g_file_get_contents(path, &text, NULL, NULL);
	return (text != NULL ? text : g_strdup(""));
}

static bool
parse_number(const char *text, struct number *number)
{
	return (sscanf(text, "%u:%u", &number->major, &number->minor) == 2);
}

static char *
sys_path(
    const struct in_use_places *places, struct number number, const char *rest)
{
	return (g_strdup_printf("%s/dev/block/%u:%u/%s", places->sys,
	    number.major, number.minor, rest));
}

/* The disk that `part` is a partition of; itself if it is none. */
static struct number
disk_of(const struct in_use_places *places, struct number part)
{
	g_autofree char *mark = sys_path(places, part, "partition");
	g_autofree char *parent = sys_path(places, part, "../dev");
	g_autofree char *text = read_text(parent);
	struct number disk;

	if (g_file_test(mark, G_FILE_TEST_EXISTS) && parse_number(text, &disk))
		return (disk);
	return (part);
}

static bool
is_same(struct number a, struct number b)
{
	return (a.major == b.major && a.minor == b.minor);
}

/* One is the other, or a partition of it. */
static bool
is_related(const struct in_use_places *places, struct number a, struct number b)
{
	return (is_same(a, b) || is_same(disk_of(places, a), b) ||
	    is_same(a, disk_of(places, b)));
}

static bool
number_of_path(const char *path, struct number *number)
{
#ifdef __linux__
	struct stat status;

	if (stat(path, &status) == 0 && S_ISBLK(status.st_mode)) {
		number->major = major(status.st_rdev);
		number->minor = minor(status.st_rdev);
		return (true);
	}
#else
	(void)path;
	(void)number;
#endif
	return (false);
}

/* Blanks and the like stand as \040 in these files. */
static char *
unescape(const char *text)
{
	return (g_strcompress(text));
}

/* A line "36 35 98:0 /root /mnt options - ext4 /dev/sda1 options".  File
 * systems over several devices (btrfs) show a number of their own, so the
 * source counts too. */
static char *
mount_of_line(
    const struct in_use_places *places, const char *line, struct number device)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	const char *rest = strstr(line, " - ");
	g_auto(GStrv) origin = NULL;
	g_autofree char *source = NULL;
	g_autofree char *where = NULL;
	struct number number;
	bool found;

	if (g_strv_length(words) < 5)
		return (NULL);
	found = parse_number(words[2], &number) &&
	    is_related(places, number, device);
	origin = g_strsplit(rest != NULL ? rest + 3 : "", " ", -1);
	if (!found && g_strv_length(origin) >= 2) {
		source = unescape(origin[1]);
		found = number_of_path(source, &number) &&
		    is_related(places, number, device);
	}
	where = unescape(words[4]);
	return (found ? g_strdup_printf(is_same(number, device)
				? "it is mounted on %s"
				: "a part of it is mounted on %s",
			    where)
		      : NULL);
}

static char *
why_mounted(const struct in_use_places *places, struct number device)
{
	g_autofree char *text = read_text(places->mounts);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	char **line, *why = NULL;

	for (line = lines; *line != NULL && why == NULL; line++)
		why = mount_of_line(places, *line, device);
	return (why);
}

/* The paths of /proc/swaps: the first word of each line but the heading. */
static char **
swap_paths(const struct in_use_places *places)
{
	g_autofree char *text = read_text(places->swaps);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GPtrArray *paths = g_ptr_array_new();
	guint i;

	for (i = 1; i < g_strv_length(lines); i++) {
		lines[i][strcspn(lines[i], " \t")] = '\0';
		if (*lines[i] != '\0')
			g_ptr_array_add(paths, unescape(lines[i]));
	}
	g_ptr_array_add(paths, NULL);
	return ((char **)g_ptr_array_free(paths, FALSE));
}

static bool
is_swap(const struct in_use_places *places, struct number device)
{
	g_auto(GStrv) paths = swap_paths(places);
	struct number number;
	char **path;

	for (path = paths; *path != NULL; path++)
		if (number_of_path(*path, &number) &&
		    is_related(places, number, device))
			return (true);
	return (false);
}

char *
in_use_why(const struct in_use_places *places, unsigned major, unsigned minor)
{
	struct number device = {major, minor};
	g_autofree char *holders = sys_path(places, device, "holders");
	g_autoptr(GDir) dir = g_dir_open(holders, 0, NULL);
	const char *holder = dir != NULL ? g_dir_read_name(dir) : NULL;
	char *why = why_mounted(places, device);

	if (why == NULL && is_swap(places, device))
		why = g_strdup("it is swapped to");
	if (why == NULL && holder != NULL)
		why = g_strdup_printf("it is a part of %s", holder);
	return (why);
}

bool
in_use_as_swap(const struct in_use_places *places, const char *path)
{
	g_auto(GStrv) paths = swap_paths(places);
	struct stat file, swap;
	char **other;

	if (stat(path, &file) != 0)
		return (false);
	for (other = paths; *other != NULL; other++)
		if (stat(*other, &swap) == 0 && swap.st_dev == file.st_dev &&
		    swap.st_ino == file.st_ino)
			return (true);
	return (false);
}
