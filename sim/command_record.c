/*
 * aiosim record: runs a program under the preload library and keeps every AIO
 * call it makes.  The library writes aside; what is whole when the program has
 * ended gets the name that was asked for.
 */

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/commands.h"
#include "sim/options.h"
#include "sim/workload/aiolog.h"

#define LIBRARY "libaiosim-posix.so"

struct record_options {
	char *out, *sysctl;
	gboolean quiet;
};

static GOptionContext *
make_context(struct record_options *options)
{
	const GOptionEntry entries[] = {
	    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options->out,
		"the recording (aiosim.recording); further processes of the "
		"program that use AIO get FILE.2, FILE.3, …",
		"FILE"},
	    {"sysctl", 0, 0, G_OPTION_ARG_FILENAME, &options->sysctl,
		"a file of lines node=value for the modelled kernel", "FILE"},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet,
		"do not say what was recorded", NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	GOptionContext *context =
	    g_option_context_new("-- PROGRAM [ARGUMENT…]");

	g_option_context_set_summary(context,
	    "Runs a program with its POSIX AIO on the modelled kernel, over "
	    "the actual files,\nand records each call.  Replay with "
	    "[process] trace = FILE.");
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_strict_posix(context, TRUE);
	return (context);
}

/* ---- Finding the library ---------------------------------------------- */

/* Beside the executable, or where an installation has its libraries. */
static char *
find_library(void)
{
	static const char *const places[] = {
	    ".", "../lib", "../lib64", AIOSIM_LIBRARY_DIR};
	g_autofree char *executable = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *directory = NULL;
	char *path;
	size_t i;

	if (executable == NULL)
		return (NULL);
	directory = g_path_get_dirname(executable);
	for (i = 0; i < G_N_ELEMENTS(places); i++) {
		path = g_build_filename(directory, places[i], LIBRARY, NULL);
		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return (path);
		g_free(path);
	}
	return (NULL);
}

/* ---- The program ------------------------------------------------------ */

static char *
preload_of(const char *library)
{
	const char *others = g_getenv("LD_PRELOAD");

	return (others != NULL && *others != '\0'
		? g_strdup_printf("%s:%s", library, others)
		: g_strdup(library));
}

static void
become(char **argv, const char *library, const char *aside,
    const struct record_options *options)
{
	g_autofree char *preload = preload_of(library);
	g_autofree char *recorder = g_strdup_printf("%ld", (long)getppid());

	g_setenv("LD_PRELOAD", preload, TRUE);
	g_setenv("AIOSIM_RECORD", aside, TRUE);
	g_setenv("AIOSIM_RECORDER", recorder, TRUE);
	if (options->sysctl != NULL)
		g_setenv("AIOSIM_SYSCTL", options->sysctl, TRUE);
	execvp(argv[0], argv);
	g_printerr("aiosim record: %s: %s\n", argv[0], g_strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static volatile sig_atomic_t program;

static void
pass_on(int signo)
{
	(void)kill((pid_t)program, signo);
}

/* Signals of the terminal are the program's; one that is to end us ends it
 * first. */
static int
wait_for(pid_t child)
{
	int status;

	program = child;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, pass_on);
	signal(SIGHUP, pass_on);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return (STATUS_FAILED);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (WIFEXITED(status))
		return (WEXITSTATUS(status));
	g_printerr("aiosim record: the program was ended by signal %d\n",
	    WTERMSIG(status));
	return (128 + WTERMSIG(status));
}

/* ---- The recordings --------------------------------------------------- */

static char *
numbered(const char *path, unsigned number)
{
	return (number == 1 ? g_strdup(path)
			    : g_strdup_printf("%s.%u", path, number));
}

static void
tell(const char *path, const struct aiolog *log)
{
	const struct aiolog_entry *entry;
	guint refused = 0, i;

	for (i = 0; i < log->entries->len; i++) {
		entry = &g_array_index(log->entries, struct aiolog_entry, i);
		refused += entry->refused;
	}
	g_printerr("%s: %u requests, %u refused\n", path,
	    log->entries->len - refused, refused);
}

/* Gives one recording its name; false if it is not whole. */
static bool
put_in_place(const char *aside, const char *path, bool quiet)
{
	GError *error = NULL;
	struct aiolog *log = aiolog_read(aside, &error);

	if (log == NULL) {
		g_printerr("aiosim record: %s\n", error->message);
		g_error_free(error);
		(void)g_unlink(aside);
		return (false);
	}
	if (!quiet)
		tell(path, log);
	aiolog_free(log);
	if (g_rename(aside, path) == 0)
		return (true);
	g_printerr("aiosim record: %s: %s\n", path, g_strerror(errno));
	(void)g_unlink(aside);
	return (false);
}

/* Or says so of what it was to start, as a shell does. */
static bool
could_not_start(int ended)
{
	return (ended == 126 || ended == 127);
}

/* The processes number their files themselves, and one may have died: so there
 * can be gaps. */
static int
put_all_in_place(
    const char *aside, const struct record_options *options, int ended)
{
	const unsigned gap = 64;
	unsigned number, found = 0, last = 0;
	int status = STATUS_OK;

	for (number = 1; number <= last + gap; number++) {
		g_autofree char *from = numbered(aside, number);
		g_autofree char *to = NULL;

		if (!g_file_test(from, G_FILE_TEST_EXISTS))
			continue;
		last = number;
		to = numbered(options->out, found + 1);
		if (put_in_place(from, to, options->quiet))
			found++;
		else
			status = STATUS_FAILED;
	}
	if (found > 0 || status != STATUS_OK)
		return (status);
	if (!could_not_start(ended))
		g_printerr(ended > 128
			? "aiosim record: no recording: it is written when "
			  "the program ends by itself\n"
			: "aiosim record: the program made no AIO request; "
			  "does it use <aio.h>, and is it linked "
			  "dynamically?\n");
	return (STATUS_FAILED);
}

static int
record(char **argv, const struct record_options *options)
{
	g_autofree char *library = find_library();
	g_autofree char *aside = NULL;
	int status, kept;
	pid_t child;

	if (library == NULL) {
		g_printerr("aiosim record: " LIBRARY
			   " is neither beside aiosim nor in its lib "
			   "directory\n");
		return (STATUS_FAILED);
	}
	aside = g_strdup_printf("%s.%ld~", options->out, (long)getpid());
	child = fork();
	if (child == 0)
		become(argv, library, aside, options);
	if (child < 0) {
		g_printerr("aiosim record: %s\n", g_strerror(errno));
		return (STATUS_FAILED);
	}
	status = wait_for(child);
	kept = put_all_in_place(aside, options, status);
	return (status != 0 ? status : kept);
}

int
command_record(int argc, char **argv)
{
	struct record_options options = {0};
	GOptionContext *context = make_context(&options);
	int status = STATUS_BAD_INPUT;

	if (options_parse(context, "record", &argc, &argv)) {
		if (argc > 1 && strcmp(argv[1], "--") == 0) {
			argc--;
			argv++;
		}
		if (options.out == NULL)
			options.out = g_strdup("aiosim.recording");
		if (argc < 2)
			g_printerr("aiosim record: name a program; see aiosim "
				   "record --help\n");
		else if (options_has_place("record", options.out))
			status = record(argv + 1, &options);
	}
	g_option_context_free(context);
	g_free(options.out);
	g_free(options.sysctl);
	return (status);
}
