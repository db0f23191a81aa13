/*
 * The scenario's keys of versions, raw disks, lists and collecting.
 */

#include "tests/scenario_rules.h"

static void
check_refused(const char *text, const char *message)
{
	GError *error = NULL;

	CU_ASSERT_PTR_NULL(parse_with(text, NULL, &error));
	check_message(text, message, error);
	g_clear_error(&error);
}

static struct scenario *
check_read(const char *text)
{
	GError *error = NULL;
	struct scenario *s = parse_with(text, NULL, &error);

	if (s == NULL)
		printf("\n%s\n", error->message);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return (s);
}

static void
raw_disk_has_its_keys(void)
{
	struct scenario *s;
	const struct file_config *file;

	s = check_read(
	    "[disk d]\n[file data]\ndisk = d\nkind = rawdisk\n"
	    "block_size = 4k\niosize_max = 1m\nunmapped = no\n" PROCESS);
	file = s->files->pdata[0];
	CU_ASSERT_EQUAL(file->block_size, 4096);
	CU_ASSERT_EQUAL(file->iosize_max, 1 << 20);
	CU_ASSERT_FALSE(file->unmapped);
	scenario_free(s);
	s = check_read(
	    "[disk d]\n[file data]\ndisk = d\nkind = rawdisk\n" PROCESS);
	file = s->files->pdata[0];
	CU_ASSERT_EQUAL(file->block_size, 512);
	CU_ASSERT_EQUAL(file->iosize_max, 128 << 10);
	CU_ASSERT(file->unmapped);
	scenario_free(s);
}

static void
keys_of_raw_disks_are_refused_to_other_files(void)
{
	check_refused(
	    "[disk d]\n[file data]\ndisk = d\nunmapped = no\n" PROCESS,
	    "t.ini:4: [file data] 'unmapped' goes only with kind = rawdisk; "
	    "remove it");
}

static void
batch_cannot_exceed_depth(void)
{
	struct scenario *s = check_read(SMALL "batch = 1\n");

	scenario_free(s);
	check_refused(SMALL "batch = 2\n",
	    "t.ini:9: [process db] a batch of more than depth never comes "
	    "together; make it at most 1");
}

static void
never_needs_arrivals_and_an_end(void)
{
	struct scenario *s;

	check_refused(SMALL "collect = never\n",
	    "t.ini:9: [process db] 'collect = never' needs arrivals: *");
	check_refused(DISK_AND_FILE
	    "[process db]\nfile = data\narrivals = poisson(9/s)\n"
	    "requests = 9\ncollect = never\n",
	    "t.ini:9: [process db] 'collect = never' tries again for ever; *");
	s = check_read(
	    DISK_AND_FILE "[process db]\nfile = data\narrivals = poisson(9/s)\n"
			  "requests = 9\ncollect = never\non_eagain = drop\n");
	scenario_free(s);
}

/* A node that another version has is left out, and that is said. */
static void
nodes_are_those_of_the_version(void)
{
	struct scenario *s =
	    check_read(SMALL "[sysctl]\nvfs.aio.enable_unsafe = 1\n");

	CU_ASSERT_EQUAL(s->sysctls->len, 1);
	CU_ASSERT_EQUAL(s->notes->len, 0);
	scenario_free(s);
	s = check_read("[kernel]\nname = freebsd-10\n" SMALL
		       "[sysctl]\nvfs.aio.enable_unsafe = 1\n");
	CU_ASSERT_EQUAL(s->sysctls->len, 0);
	CU_ASSERT_EQUAL_FATAL(s->notes->len, 1);
	CU_ASSERT_STRING_EQUAL(s->notes->pdata[0],
	    "vfs.aio.enable_unsafe is a node of freebsd-12.2: left out");
	scenario_free(s);
	check_refused("[kernel]\nname = freebsd-10\n" SMALL
		      "[sysctl]\nvfs.aio.enable_safe = 1\n",
	    "t.ini:12: freebsd-10 has no node 'vfs.aio.enable_safe'*");
}

static void
policies_are_refused_where_there_are_none(void)
{
	struct scenario *s =
	    check_read("[kernel]\nname = netbsd\nidle_order = lifo\n" SMALL);

	scenario_free(s);
	check_refused("[kernel]\nname = netbsd\nidle_order = fifo\n" SMALL,
	    "t.ini:3: [kernel] netbsd has no 'idle_order'; remove it");
}

static void
creation_may_fail(void)
{
	struct scenario *s = check_read("[kernel]\ncreation = fails\n" SMALL);

	CU_ASSERT(s->no_room);
	scenario_free(s);
	check_refused("[kernel]\ncreation = maybe\n" SMALL,
	    "t.ini:2: [kernel] creation: expected works | fails, not 'maybe'");
}

static const struct rule rules[] = {
    RULE(raw_disk_has_its_keys),
    RULE(keys_of_raw_disks_are_refused_to_other_files),
    RULE(batch_cannot_exceed_depth),
    RULE(never_needs_arrivals_and_an_end),
    RULE(nodes_are_those_of_the_version),
    RULE(policies_are_refused_where_there_are_none),
    RULE(creation_may_fail),
};

int
main(void)
{
	return (RUN_RULES("scenarios: kernels and lists", rules));
}
