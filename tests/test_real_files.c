/*
 * Files in the real world: where they are made, what stays, and which existing
 * ones are taken.
 */

#include <glib/gstdio.h>

#include "tests/real_run.h"

#define FILE_OF_1M "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
#define LOAD "[process x]\nfile = data\ndepth = 4\nrequests = 40\n"
#define READS FILE_OF_1M LOAD
#define WRITES FILE_OF_1M LOAD "read = 0.5\n"

static void
write_file(const char *path, size_t size, char byte)
{
	char *bytes = g_malloc(size);

	memset(bytes, byte, size);
	CU_ASSERT(g_file_set_contents(path, bytes, (gssize)size, NULL));
	g_free(bytes);
}

/* How many bytes of the file are that. */
static size_t
count_bytes(const char *path, char byte)
{
	char *bytes = NULL;
	gsize size = 0, i, count = 0;

	CU_ASSERT(g_file_get_contents(path, &bytes, &size, NULL));
	for (i = 0; i < size; i++)
		count += bytes[i] == byte;
	g_free(bytes);
	return (count);
}

/* ---- Made for the run ------------------------------------------------- */

static void
a_directory_is_as_it_was_afterwards(void)
{
	g_autofree char *dir = fresh_dir();
	g_autofree char *other = path_in(dir, "data");
	struct real_options options = {.dir = dir};
	struct real_facts o;

	write_file(other, 10, 'o');
	o = play_real(WRITES, &options);
	CU_ASSERT(o.status == STATUS_OK && o.completed == 40 && o.failed == 0);
	CU_ASSERT(o.device_reads + o.device_writes == 40);
	CU_ASSERT(o.device_writes > 0);
	CU_ASSERT(count_entries(dir) == 1 && count_bytes(other, 'o') == 10);
}

static void
kept_files_have_the_names_of_the_scenario(void)
{
	g_autofree char *dir = fresh_dir();
	g_autofree char *path = path_in(dir, "data");
	struct real_options options = {.dir = dir, .keep = TRUE};
	struct real_facts o = play_real(WRITES, &options);

	CU_ASSERT(o.status == STATUS_OK && o.completed == 40);
	CU_ASSERT(count_entries(dir) == 1 && size_of(path) == 1 << 20);
}

static void
a_kept_file_takes_nobodys_place(void)
{
	g_autofree char *dir = fresh_dir();
	g_autofree char *path = path_in(dir, "data");
	struct real_options options = {.dir = dir, .keep = TRUE};
	struct real_facts o;

	write_file(path, 10, 'o');
	o = play_real("[disk d]\n[file first]\ndisk = d\nsize = 1m\n"
		      "[file data]\ndisk = d\nsize = 1m\n" LOAD,
	    &options);
	CU_ASSERT(o.status == STATUS_FAILED);
	CU_ASSERT(g_str_has_prefix(o.message, path));
	CU_ASSERT_PTR_NOT_NULL(strstr(o.message, "use it with --map"));
	/* Nor does what was made before it stay. */
	CU_ASSERT(count_entries(dir) == 1 && count_bytes(path, 'o') == 10);
}

static void
a_run_that_never_began_keeps_nothing(void)
{
	g_autofree char *dir = fresh_dir();
	g_autofree char *trace = path_in(work_dir, "broken");
	g_autofree char *text = NULL;
	struct real_options options = {.dir = dir, .keep = TRUE};
	struct real_facts o;

	write_file(trace, 10, 'x');
	text = g_strdup_printf(
	    FILE_OF_1M "[process x]\nfile = data\ntrace = %s\n", trace);
	o = play_real(text, &options);
	CU_ASSERT(o.status == STATUS_BAD_INPUT);
	CU_ASSERT(count_entries(dir) == 0);
}

static void
filled_files_have_their_bytes(void)
{
	g_autofree char *dir = fresh_dir();
	g_autofree char *path = path_in(dir, "data");
	struct real_options options = {.dir = dir, .keep = TRUE, .fill = TRUE};

	CU_ASSERT(play_real(READS, &options).completed == 40);
	CU_ASSERT(size_of(path) == 1 << 20);
	CU_ASSERT(count_bytes(path, 0) < 1 << 13);
}

static void
a_directory_must_be_there(void)
{
	g_autofree char *dir = path_in(work_dir, "nowhere");
	struct real_options options = {.dir = dir};

	CU_ASSERT(is_refused(READS, &options, "no such directory; make it"));
	CU_ASSERT(size_of(dir) == -1);
}

static void
directories_are_read_and_stay_as_they_are(void)
{
	g_autofree char *dir = fresh_dir();
	struct real_options options = {.dir = dir};
	struct real_facts o =
	    play_real("[disk d]\n[file data]\nkind = dir\ndisk = d\n"
		      "size = 4k\n" LOAD,
		&options);

	CU_ASSERT(o.completed == 40 && o.failed == 0);
	CU_ASSERT(count_entries(dir) == 0);
}

/* ---- Raw disks -------------------------------------------------------- */

#define RAW_DISK                                                      \
	"[disk d]\nqueue_depth = 3\n[file data]\nkind = rawdisk\n"    \
	"disk = d\nsize = 1m\nblock_size = 4k\n"                      \
	"[process x]\nfile = data\ndepth = 16\nsize = constant(4k)\n" \
	"requests = 200\nread = 0.5\n"

static void
raw_disks_use_no_daemon(void)
{
	struct real_facts o = play_real(RAW_DISK, NULL);

	CU_ASSERT(o.status == STATUS_OK);
	CU_ASSERT(o.completed == 200 && o.failed == 0);
	CU_ASSERT(o.most_busy == 0);
	CU_ASSERT(o.device_reads + o.device_writes == 200);
}

static void
buffers_of_raw_disks_are_limited(void)
{
	struct real_facts o = play_real(
	    "[sysctl]\nvfs.aio.max_buf_aio = 0\n" RAW_DISK "on_eagain = drop\n",
	    NULL);
	struct real_facts mapped = play_real(
	    "[sysctl]\nvfs.aio.max_buf_aio = 0\n"
	    "[disk d]\n[file data]\nkind = rawdisk\ndisk = d\nsize = 1m\n"
	    "unmapped = no\n" LOAD "on_eagain = drop\n",
	    NULL);

	CU_ASSERT(o.refused == 0);
	CU_ASSERT(mapped.refused == 40 && mapped.completed == 0);
}

/* ---- Existing files --------------------------------------------------- */

/* A file of 1 MiB full of 'o', and the map of it. */
static char *
mapped_file(char *maps[2])
{
	char *path = path_in(work_dir, "existing");

	write_file(path, 1 << 20, 'o');
	maps[0] = g_strdup_printf("data=%s", path);
	maps[1] = NULL;
	return (path);
}

static void
a_mapped_file_is_read_and_stays_as_it_is(void)
{
	char *maps[2];
	g_autofree char *path = mapped_file(maps);
	struct real_options options = {.maps = maps};
	struct real_facts o = play_real(READS, &options);

	CU_ASSERT(o.completed == 40 && o.failed == 0);
	CU_ASSERT(count_bytes(path, 'o') == 1 << 20);
	g_free(maps[0]);
}

static void
a_mapped_file_is_written_with_permission_only(void)
{
	char *maps[2];
	g_autofree char *path = mapped_file(maps);
	struct real_options options = {.maps = maps};

	CU_ASSERT(is_refused(WRITES, &options,
	    "[process x] writes to it; set its read = 1, or give --write"));
	CU_ASSERT(count_bytes(path, 'o') == 1 << 20);
	options.write = TRUE;
	CU_ASSERT(play_real(WRITES, &options).failed == 0);
	CU_ASSERT(count_bytes(path, 'o') < 1 << 20);
	CU_ASSERT(size_of(path) == 1 << 20);
	g_free(maps[0]);
}

static void
a_trace_that_writes_needs_permission(void)
{
	char *maps[2];
	g_autofree char *path = mapped_file(maps);
	struct real_options options = {.maps = maps};

	CU_ASSERT(is_refused("[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
			     "[process x]\nfile = data\ntrace = " SOURCE_DIR
			     "/scenarios/traces/db-mix.iolog\n",
	    &options, "writes to it"));
	CU_ASSERT(count_bytes(path, 'o') == 1 << 20);
	g_free(maps[0]);
}

static void
a_mapped_file_is_large_enough(void)
{
	char *maps[2];
	g_autofree char *path = mapped_file(maps);
	struct real_options options = {.maps = maps};

	CU_ASSERT(truncate(path, 1000) == 0);
	CU_ASSERT(is_refused(READS, &options,
	    "it has 1000 bytes, and [file data] is of 1048576; set its size"));
	g_free(maps[0]);
}

static void
kinds_of_mapped_files_suit(void)
{
	g_autofree char *map = g_strdup_printf("data=%s", work_dir);
	char *maps[2] = {map, NULL};
	struct real_options options = {.maps = maps};

	CU_ASSERT(is_refused(
	    READS, &options, "wants a regular file or a block device"));
	CU_ASSERT(is_refused("[file data]\nkind = pipe\n" LOAD, &options,
	    "of a kind that aiosim makes itself; leave --map out"));
	maps[0] = g_strdup("data=/nowhere/at/all");
	CU_ASSERT(is_refused(READS, &options, "cannot open it: No such file"));
	g_free(maps[0]);
}

static void
maps_name_files_of_the_scenario(void)
{
	char one[] = "date=/x", none[] = "data", first[] = "data=/x",
	     second[] = "data=/y";
	char *maps[3] = {one, NULL, NULL};
	struct real_options options = {.maps = maps};

	CU_ASSERT(is_refused(READS, &options, "t.ini has no [file date]"));
	maps[0] = none;
	CU_ASSERT(is_refused(READS, &options, "give a file of the scenario"));
	maps[0] = first;
	maps[1] = second;
	CU_ASSERT(is_refused(READS, &options, "mapped twice; keep one"));
}

static bool
can_open(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return (fd >= 0);
}

/* The first device that is mounted and that we may open; or NULL. */
static char *
mounted_device(void)
{
	char *text = NULL, *device = NULL, **lines, **line;
	struct stat status;

	if (!g_file_get_contents("/proc/self/mounts", &text, NULL, NULL))
		return (NULL);
	lines = g_strsplit(text, "\n", 0);
	for (line = lines; *line != NULL && device == NULL; line++) {
		device = g_strndup(*line, strcspn(*line, " "));
		if (stat(device, &status) != 0 || !S_ISBLK(status.st_mode) ||
		    !can_open(device))
			g_clear_pointer(&device, g_free);
	}
	g_strfreev(lines);
	g_free(text);
	return (device);
}

static void
a_mounted_device_is_refused(void)
{
	g_autofree char *device = mounted_device();
	g_autofree char *map = NULL;
	char *maps[2] = {NULL, NULL};
	struct real_options options = {.maps = maps};

	if (device == NULL) {
		fprintf(stderr, "(skipped: no mounted device to look at) ");
		return;
	}
	maps[0] = map = g_strdup_printf("data=%s", device);
	CU_ASSERT(is_refused(READS, &options, "mounted"));
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_directory_is_as_it_was_afterwards),
	    RULE(kept_files_have_the_names_of_the_scenario),
	    RULE(a_kept_file_takes_nobodys_place),
	    RULE(a_run_that_never_began_keeps_nothing),
	    RULE(filled_files_have_their_bytes),
	    RULE(a_directory_must_be_there),
	    RULE(directories_are_read_and_stay_as_they_are),
	    RULE(raw_disks_use_no_daemon),
	    RULE(buffers_of_raw_disks_are_limited),
	    RULE(a_mapped_file_is_read_and_stays_as_it_is),
	    RULE(a_mapped_file_is_written_with_permission_only),
	    RULE(a_trace_that_writes_needs_permission),
	    RULE(a_mapped_file_is_large_enough),
	    RULE(kinds_of_mapped_files_suit),
	    RULE(maps_name_files_of_the_scenario),
	    RULE(a_mounted_device_is_refused),
	};
	return (run_real_rules("real files", rules, G_N_ELEMENTS(rules)));
}
