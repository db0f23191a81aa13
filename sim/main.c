/*
 * aiosim: the command line.
 */

#include <errno.h>
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "sim/commands.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *sentence;
} commands[] = {
    {"run", command_run, "play a scenario; a table, and files to plot"},
    {"sweep", command_sweep, "play it over a range of settings, replicated"},
    {"merge", command_merge, "put the parts of a sweep together"},
    {"compare", command_compare, "play it with several kernels"},
    {"report", command_report, "print what a finished directory holds"},
    {"check", command_check,
	"play scenarios and compare with what they came to before"},
    {"vector", command_vector,
	"compare the model with recorded runs of the real kernel"},
    {"crosscheck", command_crosscheck,
	"play it for real and in virtual time, and compare"},
    {"record", command_record,
	"run a program over the modelled kernel, and record its AIO"},
    {"import", command_import,
	"make a trace to replay from one of blktrace, strace and others"},
    {"calibrate", command_calibrate,
	"measure a disk and print the [disk] section that comes nearest"},
    {"sysctl", command_sysctl, "list a kernel's tunables"},
    {"keys", command_keys, "list the keys of scenario files"},
    {"kernels", command_kernels, "list the modelled kernels"},
};

static void
print_help(FILE *file)
{
	size_t i;

	fputs("usage: aiosim COMMAND [OPTION...] [FILE...]\n\n"
	      "aiosim simulates the kernel's asynchronous I/O subsystem: the "
	      "system calls, the\ndaemon pools and the limits, over modelled "
	      "disks.\n\nCommands:\n",
	    file);
	for (i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(file, "  %-10s %s\n", commands[i].name,
		    commands[i].sentence);
	fputs("\nBegin with:\n"
	      "  aiosim run scenarios/pool-sizing-ssd.ini\n"
	      "  aiosim sweep scenarios/pool-sizing-ssd.ini\n"
	      "  aiosim-plot results/pool-sizing-ssd\n\n"
	      "`aiosim COMMAND --help` lists a command's options.\n",
	    file);
}

/* What was printed must have arrived, or a script would take half of it for a
 * result. */
static int
finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return (status);
	g_printerr("aiosim: standard output: %s\n", g_strerror(errno));
	return (status == STATUS_OK ? STATUS_FAILED : status);
}

int
main(int argc, char **argv)
{
	size_t i;

	/* Numbers as C writes them, and messages in UTF-8. */
	setlocale(LC_ALL, "C");
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 2) {
		print_help(stderr);
		return (STATUS_BAD_INPUT);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return (STATUS_OK);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("aiosim " AIOSIM_VERSION);
		return (STATUS_OK);
	}
	for (i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return (finish(commands[i].run(argc - 1, argv + 1)));
	g_printerr(
	    "aiosim: there is no command '%s'; see aiosim --help\n", argv[1]);
	return (STATUS_BAD_INPUT);
}
