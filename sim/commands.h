/*
 * The subcommands.  Each parses its own options with GOption, prints results to
 * stdout and errors to stderr as one line, and returns the exit status.
 */

#ifndef SIM_COMMANDS_H
#define SIM_COMMANDS_H

enum exit_status {
	STATUS_OK = 0,
	STATUS_DIFFERS = 1,
	STATUS_BAD_INPUT = 2,
	STATUS_FAILED = 3,
	STATUS_BUG = 4,
	STATUS_INTERRUPTED = 130,
};

/* argv[0] is the subcommand's name. */
int command_run(int argc, char **argv);
int command_vector(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_report(int argc, char **argv);
int command_crosscheck(int argc, char **argv);
int command_record(int argc, char **argv);
int command_import(int argc, char **argv);
int command_calibrate(int argc, char **argv);
int command_check(int argc, char **argv);
int command_sysctl(int argc, char **argv);
int command_keys(int argc, char **argv);
int command_kernels(int argc, char **argv);

#endif
