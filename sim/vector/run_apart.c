/*
 * A vector's run in a child of its own.  The child writes what it observed, or
 * why it could not: one letter for what follows, then the text.
 */

#include <sys/wait.h>

#include "sim/apart.h"
#include "sim/vector/vector.h"

#define OBSERVED 'o'
#define FAILED 'f'

struct task {
	const struct vector *vector;
	const struct world_ops *world;
	const struct vector_options *options;
};

static int
run_and_tell(void *context, FILE *out)
{
	const struct task *task = context;
	GError *error = NULL;
	json_t *observed =
	    vector_run(task->vector, task->world, task->options, &error);

	if (observed != NULL) {
		putc(OBSERVED, out);
		json_dumpf(observed, out, JSON_COMPACT);
	} else {
		putc(FAILED, out);
		fputs(error->message, out);
	}
	return (0);
}

static json_t *
understand(const GString *answer, int status, GError **error)
{
	const char *text = answer->len > 0 ? answer->str + 1 : "";
	json_t *observed = NULL;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    answer->str[0] == OBSERVED)
		observed = json_loadb(text, answer->len - 1, 0, NULL);
	if (observed != NULL)
		return (observed);
	if (answer->str[0] == FAILED)
		g_set_error_literal(error, VECTOR_ERROR, VECTOR_BUG, text);
	else
		g_set_error(error, VECTOR_ERROR, VECTOR_BUG,
		    "the run broke off (%s %d)",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status));
	return (NULL);
}

json_t *
vector_run_apart(const struct vector *vector, const struct world_ops *world,
    const struct vector_options *options, GError **error)
{
	struct task task = {vector, world, options};
	GError *problem = NULL;
	GString *answer;
	json_t *observed;
	int status = 0;

	answer = apart_run(run_and_tell, &task, &status, &problem);
	if (answer == NULL) {
		g_set_error_literal(
		    error, VECTOR_ERROR, VECTOR_BUG, problem->message);
		g_error_free(problem);
		return (NULL);
	}
	observed = understand(answer, status, error);
	g_string_free(answer, TRUE);
	return (observed);
}
