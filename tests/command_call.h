/*
 * A command as it is called from a shell: its options, its exit status, and
 * what it says.
 */

#ifndef TESTS_COMMAND_CALL_H
#define TESTS_COMMAND_CALL_H

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/apart.h"
#include "sim/commands.h"
#include "tests/suite.h"

struct command {
	int (*run)(int argc, char **argv);
	const char *name;
};

struct command_call {
	const struct command *command;
	char **argv;
};

/* In the child: what the command says comes back by `out`. */
static inline int
call_command(void *context, FILE *out)
{
	const struct command_call *call = context;

	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(out), STDERR_FILENO);
	return (call->command->run((int)g_strv_length(call->argv), call->argv));
}

/* What it says; it must end with the status `wanted`.  g_free() it. */
static inline char *
command_says(const struct command *command, const char *arguments, int wanted)
{
	g_autofree char *line =
	    g_strdup_printf("%s %s", command->name, arguments);
	g_auto(GStrv) argv = g_strsplit(line, " ", -1);
	struct command_call call = {command, argv};
	int status = -1;
	GString *said = apart_run(call_command, &call, &status, NULL);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
		printf("\n    %s: %s", line, said->str);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == wanted);
	return (g_string_free(said, FALSE));
}

/* Bad usage or input, with one line that contains the message. */
static inline void
command_refuses(
    const struct command *command, const char *arguments, const char *message)
{
	g_autofree char *said =
	    command_says(command, arguments, STATUS_BAD_INPUT);

	if (strstr(said, message) == NULL)
		printf("\n    %s", said);
	CU_ASSERT(strstr(said, message) != NULL);
	CU_ASSERT(strchr(said, '\n') == said + strlen(said) - 1);
}

#endif
