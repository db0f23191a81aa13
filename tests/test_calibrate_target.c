/*
 * What is measured, what is refused, and what happens when it changes under
 * way.
 */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/calibrate/in_use.h"
#include "sim/calibrate/measure.h"
#include "tests/suite.h"

#define FILE_BYTES (256 << 10)

static char *directory;

static char *
path_of(const char *name)
{
	return (g_build_filename(directory, name, NULL));
}

static void
write_text(const char *name, const char *text)
{
	g_autofree char *path = path_of(name);
	g_autofree char *parent = g_path_get_dirname(path);

	CU_ASSERT(g_mkdir_with_parents(parent, 0700) == 0);
	CU_ASSERT(g_file_set_contents(path, text, -1, NULL));
}

static GArray *
list(int64_t a, int64_t b)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(int64_t));

	g_array_append_val(values, a);
	if (b > 0)
		g_array_append_val(values, b);
	return (values);
}

/* A file without holes. */
static char *
new_file(void)
{
	char *path = path_of("data");
	g_autofree char *bytes = g_malloc(FILE_BYTES);

	memset(bytes, 'x', FILE_BYTES);
	CU_ASSERT(g_file_set_contents(path, bytes, FILE_BYTES, NULL));
	return (path);
}

/* ---- What is refused -------------------------------------------------- */

static void
refuses(const char *path, const char *message)
{
	g_autoptr(GArray) sizes = list(4096, 0);
	g_autoptr(GError) error = NULL;
	struct target target;

	CU_ASSERT(!target_open(&target, path, false, sizes, &error));
	CU_ASSERT(g_error_matches(error, CALIBRATE_ERROR, CALIBRATE_INPUT));
	CU_ASSERT(g_str_has_prefix(error->message, path));
	if (strstr(error->message, message) == NULL)
		printf("\n    %s", error->message);
	CU_ASSERT(strstr(error->message, message) != NULL);
}

static void
what_is_no_file_is_refused(void)
{
	g_autofree char *missing = path_of("missing");
	g_autofree char *fifo = path_of("fifo");

	refuses(missing, "No such file");
	refuses(directory, "is a directory; name a file in it");
	refuses("/dev/null", "neither a file nor a block device");
	CU_ASSERT(mkfifo(fifo, 0600) == 0);
	refuses(fifo, "neither a file nor a block device");
}

static void
unreadable_file_is_refused(void)
{
	g_autofree char *path = new_file();

	if (geteuid() == 0) /* may read everything */
		return;
	CU_ASSERT(chmod(path, 0) == 0);
	refuses(path, "Permission denied");
	CU_ASSERT(g_unlink(path) == 0);
}

static void
small_file_is_refused(void)
{
	g_autofree char *path = path_of("small");

	write_text("small", "");
	refuses(path, "too small with 0 bytes");
	write_text("small", "some bytes");
	refuses(path, "16 requests of the largest size need 64k");
}

/* Where holes can be seen; a file system may keep none. */
static void
file_with_a_hole_is_refused(void)
{
	g_autofree char *path = path_of("sparse");
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	struct stat status;

	CU_ASSERT(fd >= 0 && ftruncate(fd, 1 << 20) == 0);
	CU_ASSERT(fstat(fd, &status) == 0);
	close(fd);
	if (status.st_blocks == 0)
		refuses(path, "has a hole at byte 0");
}

/* ---- What is in use --------------------------------------------------- */

/* A made-up system: disk 8:0 with partition 8:1, disk 8:16, 9:0 made of it. */
static struct in_use_places
made_up(const char *mounts, const char *swaps)
{
	struct in_use_places places = {
	    path_of("mounts"), path_of("swaps"), path_of("sys")};

	write_text("mounts", mounts);
	write_text("swaps", swaps);
	write_text("sys/devices/sda/dev", "8:0\n");
	write_text("sys/devices/sda/sda1/dev", "8:1\n");
	write_text("sys/devices/sda/sda1/partition", "1\n");
	write_text("sys/devices/sdb/dev", "8:16\n");
	write_text("sys/devices/sdb/holders/dm-0", "");
	write_text("sys/dev/block/none", "");
	return (places);
}

static void
link_devices(const struct in_use_places *places)
{
	static const char *const links[][2] = {
	    {"8:0", "sda"}, {"8:1", "sda/sda1"}, {"8:16", "sdb"}};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(links); i++) {
		g_autofree char *from = g_strdup_printf(
		    "%s/dev/block/%s", places->sys, links[i][0]);
		g_autofree char *to =
		    g_strdup_printf("%s/devices/%s", places->sys, links[i][1]);

		CU_ASSERT(symlink(to, from) == 0 || errno == EEXIST);
	}
}

static void
forget(const struct in_use_places *places)
{
	g_free((char *)(uintptr_t)places->mounts);
	g_free((char *)(uintptr_t)places->swaps);
	g_free((char *)(uintptr_t)places->sys);
}

static void
in_use(const char *mounts, unsigned minor, const char *wanted)
{
	struct in_use_places places = made_up(mounts, "Filename Type\n");
	g_autofree char *why = NULL;

	link_devices(&places);
	why = in_use_why(&places, 8, minor);
	CU_ASSERT((why == NULL) == (wanted == NULL));
	if (wanted != NULL && why != NULL)
		CU_ASSERT_STRING_EQUAL(why, wanted);
	forget(&places);
}

#define ROOT "22 1 0:5 / /proc rw - proc proc rw\n"

static void
mounted_disk_is_in_use(void)
{
	in_use(ROOT "36 35 8:0 / /mnt/a\\040b rw - ext4 /dev/sda rw\n", 0,
	    "it is mounted on /mnt/a b");
	in_use(ROOT, 0, NULL);
	in_use("", 0, NULL);
}

static void
disk_with_a_mounted_partition_is_in_use(void)
{
	in_use(ROOT "36 35 8:1 / /home rw shared:1 - ext4 /dev/sda1 rw\n", 0,
	    "a part of it is mounted on /home");
	in_use(ROOT "36 35 8:1 / /home rw - ext4 /dev/sda1 rw\n", 1,
	    "it is mounted on /home");
}

static void
partition_of_a_mounted_disk_is_in_use(void)
{
	in_use(ROOT "36 35 8:0 / /home rw - ext4 /dev/sda rw\n", 1,
	    "a part of it is mounted on /home");
}

static void
part_of_another_device_is_in_use(void)
{
	in_use(ROOT, 16, "it is a part of dm-0");
}

static void
swap_file_is_in_use(void)
{
	g_autofree char *path = new_file();
	g_autofree char *other = path_of("other");
	g_autofree char *swaps = g_strdup_printf(
	    "Filename Type Size Used Priority\n%s file 1 0 -2\n", path);
	struct in_use_places places = made_up("", swaps);

	write_text("other", "");
	CU_ASSERT(in_use_as_swap(&places, path));
	CU_ASSERT(!in_use_as_swap(&places, other));
	forget(&places);
}

/* ---- Measuring -------------------------------------------------------- */

/* However slow the machine is, at some time a request is done. */
static GArray *
measure(struct target *target, bool random, GError **error)
{
	g_autoptr(GArray) depths = list(1, 3);
	g_autoptr(GArray) sizes = list(4096, 0);
	struct measure_setup setup = {.target = target,
	    .depths = depths,
	    .sizes = sizes,
	    .random = random,
	    .seed = 1};
	GArray *points = points_new();
	GError *problem = NULL;

	for (setup.seconds = 0.02; setup.seconds < 100; setup.seconds *= 4) {
		g_clear_error(&problem);
		g_array_set_size(points, 0);
		if (measure_points(&setup, points, &problem) ||
		    !g_error_matches(problem, CALIBRATE_ERROR, CALIBRATE_INPUT))
			break;
	}
	if (problem != NULL)
		g_propagate_error(error, problem);
	return (points);
}

static bool
open_it(struct target *target, const char *path, bool write)
{
	g_autoptr(GArray) sizes = list(4096, 0);
	g_autoptr(GError) error = NULL;
	bool good = target_open(target, path, write, sizes, &error);

	g_assert_no_error(error);
	return (good);
}

static void
measures(bool write, bool random)
{
	g_autofree char *path = new_file();
	g_autoptr(GArray) points = NULL;
	g_autofree char *bytes = NULL;
	struct target target;
	gsize length;
	guint i;

	CU_ASSERT(open_it(&target, path, write));
	CU_ASSERT(target.size_bytes == FILE_BYTES);
	points = measure(&target, random, NULL);
	target_close(&target);
	CU_ASSERT(points->len == 2);
	for (i = 0; i < points->len; i++) {
		const struct point *point = points_at(points, i);

		CU_ASSERT(point->depth == (i == 0 ? 1 : 3));
		CU_ASSERT(point->size_bytes == 4096);
		CU_ASSERT(point->measured.per_s > 0);
		CU_ASSERT(point->measured.mean_ns > 0);
		CU_ASSERT(point->requests >= 2);
		CU_ASSERT(
		    point_quantile(point, 0.5) <= point_quantile(point, 0.9));
	}
	CU_ASSERT(g_file_get_contents(path, &bytes, &length, NULL));
	CU_ASSERT(length == FILE_BYTES);
	/* Reads leave all as it was. */
	for (i = 0; i < length && bytes[i] == 'x'; i++)
		;
	CU_ASSERT((i < length) == write);
}

static void
random_reads_are_measured(void)
{
	measures(false, true);
}

static void
sequential_reads_are_measured(void)
{
	measures(false, false);
}

static void
writes_are_measured_and_written(void)
{
	measures(true, true);
}

static void
fails(struct target *target, const char *message)
{
	g_autoptr(GError) error = NULL;
	GArray *points = measure(target, true, &error);

	CU_ASSERT(g_error_matches(error, CALIBRATE_ERROR, CALIBRATE_FAILED));
	if (error != NULL && strstr(error->message, message) == NULL)
		printf("\n    %s", error->message);
	CU_ASSERT(error != NULL && strstr(error->message, message) != NULL);
	CU_ASSERT(points->len == 0);
	g_array_unref(points);
	target_close(target);
}

static void
file_that_is_cut_ends_it(void)
{
	g_autofree char *path = new_file();
	struct target target;

	CU_ASSERT(open_it(&target, path, false));
	CU_ASSERT(truncate(path, 5000) == 0);
	fails(&target, "was cut while it was measured");
}

static void
file_that_vanishes_ends_it(void)
{
	g_autofree char *path = new_file();
	struct target target;

	CU_ASSERT(open_it(&target, path, false));
	CU_ASSERT(g_unlink(path) == 0);
	fails(&target, "vanished while it was measured");
}

/* Any error of a read will do. */
static void
failing_read_ends_it(void)
{
	g_autofree char *path = new_file();
	struct target target;
	int other;

	CU_ASSERT(open_it(&target, path, false));
	other = open(path, O_WRONLY);
	CU_ASSERT(dup2(other, target.fd) == target.fd);
	close(other);
	fails(&target, "Bad file descriptor");
}

/* ---- All of it -------------------------------------------------------- */

static const struct rule rules[] = {
    RULE(what_is_no_file_is_refused),
    RULE(unreadable_file_is_refused),
    RULE(small_file_is_refused),
    RULE(file_with_a_hole_is_refused),
    RULE(mounted_disk_is_in_use),
    RULE(disk_with_a_mounted_partition_is_in_use),
    RULE(partition_of_a_mounted_disk_is_in_use),
    RULE(part_of_another_device_is_in_use),
    RULE(swap_file_is_in_use),
    RULE(random_reads_are_measured),
    RULE(sequential_reads_are_measured),
    RULE(writes_are_measured_and_written),
    RULE(file_that_is_cut_ends_it),
    RULE(file_that_vanishes_ends_it),
    RULE(failing_read_ends_it),
};

int
main(void)
{
	char template[] = BINARY_DIR "/calibrate-XXXXXX";
	g_autofree char *command = NULL;
	int status;

	directory = g_mkdtemp(template);
	g_assert(directory != NULL);
	status = RUN_RULES("calibrate a target", rules);
	command = g_strdup_printf("rm -rf '%s'", directory);
	return (system(command) == 0 ? status : 1);
}
