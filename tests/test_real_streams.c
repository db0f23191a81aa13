/*
 * Pipes, FIFOs and terminals in the real world: daemons block in them, and are
 * got loose when the run is over.
 */

#include "tests/real_run.h"

static const char *const kinds[] = {"pipe", "fifo", "tty"};

#define UNSAFE "[sysctl]\nvfs.aio.enable_unsafe = 1\n"

static struct real_facts
play_kind(const char *kind, const char *before, const char *file,
    const char *process, const struct real_options *options)
{
	g_autofree char *text = g_strdup_printf(
	    "%s[file p]\nkind = %s\n%s"
	    "[process x]\nfile = p\ndepth = 4\nrequests = 60\n%s",
	    before, kind, file, process);

	return (play_real(text, options));
}

static void
reads_wait_for_their_data(void)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct real_facts o = play_kind(kinds[i], UNSAFE,
		    "data_after = exponential(200us)\n",
		    "read = 0.5\nsize = uniform(1,9000)\n", NULL);

		CU_ASSERT(o.status == STATUS_OK && !o.stalled);
		CU_ASSERT(o.completed == 60 && o.failed == 0);
		CU_ASSERT(o.most_busy > 0);
	}
}

/* More than a terminal and, at 200 KiB, than a pipe takes at once. */
static void
large_reads_are_short_and_large_writes_whole(void)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct real_facts o = play_kind(kinds[i], UNSAFE, "",
		    "read = 0.5\nsize = constant(200k)\n", NULL);

		CU_ASSERT(!o.stalled && o.completed == 60 && o.failed == 0);
	}
}

static void
blocked_daemons_are_a_hang_that_ends(void)
{
	struct real_options options = {.grace = (char[]) {"50ms"}};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct real_facts o = play_kind(
		    kinds[i], UNSAFE, "data_after = never\n", "", &options);

		CU_ASSERT(o.status == STATUS_OK && o.stalled);
		CU_ASSERT(o.completed == 0 && o.in_flight == 4);
		CU_ASSERT(o.most_busy == 4);
	}
}

static void
polling_for_what_is_blocked_ends_too(void)
{
	struct real_options options = {.grace = (char[]) {"50ms"}};
	struct real_facts o = play_kind("pipe", UNSAFE, "data_after = never\n",
	    "collect = poll(50us)\n", &options);

	CU_ASSERT(o.stalled && o.in_flight == 4);
}

static void
the_duration_gets_blocked_daemons_loose(void)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct real_facts o =
		    play_kind(kinds[i], "[scenario]\nduration = 20ms\n" UNSAFE,
			"data_after = never\n", "", NULL);

		CU_ASSERT(o.status == STATUS_OK && !o.stalled);
		CU_ASSERT(o.in_flight == 4);
	}
}

static void
unsafe_files_are_refused_by_default(void)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct real_facts o = play_kind(kinds[i], "", "", "", NULL);

		CU_ASSERT(o.refused == 60 && o.completed == 0);
		CU_ASSERT(o.operations.dropped == 60);
	}
}

static void
fifos_have_names_if_they_are_kept(void)
{
	g_autofree char *dir = fresh_dir();
	g_autofree char *path = path_in(dir, "p");
	struct real_options options = {.dir = dir};
	struct stat status;

	CU_ASSERT(play_kind("fifo", UNSAFE, "", "", &options).completed == 60);
	CU_ASSERT(count_entries(dir) == 0);
	options.keep = TRUE;
	CU_ASSERT(play_kind("fifo", UNSAFE, "", "", &options).completed == 60);
	CU_ASSERT(lstat(path, &status) == 0 && S_ISFIFO(status.st_mode));
	CU_ASSERT(play_kind("fifo", UNSAFE, "", "", &options).status ==
	    STATUS_FAILED);
	CU_ASSERT(lstat(path, &status) == 0);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(reads_wait_for_their_data),
	    RULE(large_reads_are_short_and_large_writes_whole),
	    RULE(blocked_daemons_are_a_hang_that_ends),
	    RULE(polling_for_what_is_blocked_ends_too),
	    RULE(the_duration_gets_blocked_daemons_loose),
	    RULE(unsafe_files_are_refused_by_default),
	    RULE(fifos_have_names_if_they_are_kept),
	};
	return (run_real_rules("real streams", rules, G_N_ELEMENTS(rules)));
}
