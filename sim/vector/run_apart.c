/*
 * A vector's run in a child of its own.  The child writes what it observed, or
 * why it could not, into a pipe: one letter for what follows, then the text.
 */

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/vector/vector.h"

#define OBSERVED 'o'
#define FAILED 'f'

static void
write_all(int fd, const char *bytes, size_t count)
{
	ssize_t written;

	while (count > 0) {
		written = write(fd, bytes, count);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		count -= (size_t)written;
	}
}

/* The child.  It leaves without cleaning up: the world's library is not asked
 * to come to an end in a process that it does not own. */
static void G_GNUC_NORETURN
run_and_tell(int fd, const struct vector *vector, const struct world_ops *world,
    const struct vector_options *options)
{
	GError *error = NULL;
	json_t *observed = vector_run(vector, world, options, &error);
	char *text, kind = OBSERVED;

	if (observed != NULL) {
		text = json_dumps(observed, JSON_COMPACT);
	} else {
		kind = FAILED;
		text = error->message;
	}
	write_all(fd, &kind, 1);
	write_all(fd, text, strlen(text));
	_exit(0);
}

static GString *
read_all(int fd)
{
	GString *text = g_string_new(NULL);
	char buffer[65536];
	ssize_t count;

	while ((count = read(fd, buffer, sizeof(buffer))) != 0) {
		if (count > 0)
			g_string_append_len(text, buffer, count);
		else if (errno != EINTR)
			break;
	}
	return (text);
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
	GString *answer;
	json_t *observed;
	int ends[2], status = 0;
	pid_t child = -1;

	if (pipe(ends) == 0) {
		child = fork();
		if (child < 0) {
			close(ends[0]);
			close(ends[1]);
		}
	}
	if (child < 0) {
		g_set_error(error, VECTOR_ERROR, VECTOR_BUG,
		    "no child for the run: %s", g_strerror(errno));
		return (NULL);
	}
	if (child == 0) {
		close(ends[0]);
		run_and_tell(ends[1], vector, world, options);
	}
	close(ends[1]);
	answer = read_all(ends[0]);
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	observed = understand(answer, status, error);
	g_string_free(answer, TRUE);
	return (observed);
}
