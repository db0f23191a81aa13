/*
 * The library's life in a program: the environment is read before the program
 * starts, a child of fork() begins with nothing, and an exiting process lets
 * its AIO end.
 */

#define _GNU_SOURCE

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/posix/calls.h"
#include "sim/posix/faults.h"
#include "sim/posix/socket.h"
#include "sim/spelling.h"

#define KERNEL_NAME "freebsd-12.2"

struct settings settings;

/* In memory that processes share after fork(). */
static _Atomic uint32_t *shared_ordinal;

/* One line, and the program does not start. */
void
refuse_to_start(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	fflush(stderr);
	syscall(SYS_exit_group, 2);
	abort();
}

/* ---- Names ------------------------------------------------------------ */

#define PREFIX "AIOSIM_"

/* By what follows the prefix: those of users, then what aiosim record sets, and
 * those of the project's tests, which mean nothing here. */
static const char *const variables[] = {
    "SYSCTL", "STATS", "RECORD", "FAULTS", "RECORDER", "SEED", "TRIALS"};
#define VARIABLE_COUNT (sizeof(variables) / sizeof(*variables))

static void
check_variable(const char *name)
{
	unsigned length = (unsigned)strnlen(name, SPELLING_LONGEST + 1);
	unsigned distance, least = spelling_tolerance(length) + 1;
	const char *nearest = NULL;
	size_t i;

	for (i = 0; i < VARIABLE_COUNT && length <= SPELLING_LONGEST; i++) {
		distance = spelling_distance(name, variables[i]);
		if (distance == 0)
			return;
		if (distance < least) {
			least = distance;
			nearest = variables[i];
		}
	}
	if (nearest != NULL)
		refuse_to_start("unknown variable " PREFIX
				"%s, did you mean " PREFIX "%s?",
		    name, nearest);
	refuse_to_start("unknown variable " PREFIX "%s; there are " PREFIX
			"SYSCTL, " PREFIX "STATS, " PREFIX "RECORD and " PREFIX
			"FAULTS",
	    name);
}

/* A misspelt one would change nothing, and nobody would know. */
static void
check_variables(void)
{
	const size_t length = strlen(PREFIX);
	char **variable, *name;

	for (variable = environ; *variable != NULL; variable++) {
		if (strncmp(*variable, PREFIX, length) != 0)
			continue;
		name = strdup(*variable + length);
		if (name == NULL)
			continue;
		name[strcspn(name, "=")] = '\0';
		check_variable(name);
		free(name);
	}
}

/* ---- AIOSIM_SYSCTL ---------------------------------------------------- */

/* Without blanks at either end. */
char *
trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return (text);
}

static void
set_node(const char *path, int line, const char *node, const char *text)
{
	const struct kernel_tunable *tunables;
	size_t count;
	long long value, least, most;
	char *end;
	int tunable;

	tunables = kernel_tunables(KERNEL_NAME, &count);
	tunable = kernel_find_tunable(KERNEL_NAME, node);
	if (tunable < 0)
		refuse_to_start(
		    "%s:%d: there is no node '%s'; `aiosim sysctl` lists "
		    "them",
		    path, line, node);
	if (!tunables[tunable].writable)
		refuse_to_start("%s:%d: %s is read-only", path, line, node);
	least = tunables[tunable].type == TUNABLE_UINT ? 0 : INT32_MIN;
	most = tunables[tunable].type == TUNABLE_UINT ? UINT32_MAX : INT32_MAX;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || value < least ||
	    value > most)
		refuse_to_start(
		    "%s:%d: %s: '%s' is not a whole number of %lld to %lld",
		    path, line, node, text, least, most);
	settings.values[tunable] = value;
	settings.given[tunable] = true;
}

static void
read_line(const char *path, int line, char *text)
{
	char *equals;

	text[strcspn(text, "#\n")] = '\0';
	text = trim(text);
	if (*text == '\0')
		return;
	equals = strchr(text, '=');
	if (equals == NULL)
		refuse_to_start(
		    "%s:%d: expected node=value, not '%s'", path, line, text);
	*equals = '\0';
	set_node(path, line, trim(text), trim(equals + 1));
}

static void
read_sysctls(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	int line = 0;

	if (file == NULL)
		refuse_to_start("AIOSIM_SYSCTL=%s: %s", path, strerror(errno));
	errno = 0;
	while (getline(&text, &room, file) >= 0)
		read_line(path, ++line, text);
	if (ferror(file))
		refuse_to_start("AIOSIM_SYSCTL=%s: %s", path, strerror(errno));
	free(text);
	fclose(file);
}

/* ---- Files to write --------------------------------------------------- */

/* The value of a variable that names a file to be written, or NULL; as an
 * absolute path, since the program may change its directory. */
static const char *
output_path(const char *variable)
{
	const char *value = getenv(variable), *slash;
	char *directory, *real, *path;
	size_t length;

	if (value == NULL)
		return (NULL);
	slash = strrchr(value, '/');
	if (*value == '\0' || (slash != NULL && slash[1] == '\0'))
		refuse_to_start("%s='%s' names no file", variable, value);
	directory = slash == NULL ? strdup(".")
	    : slash == value      ? strdup("/")
				  : strndup(value, (size_t)(slash - value));
	real = realpath(directory, NULL);
	if (real == NULL || access(real, W_OK | X_OK) != 0)
		refuse_to_start("%s=%s: cannot write in %s: %s", variable,
		    value, directory, strerror(errno));
	slash = slash == NULL ? value : slash + 1;
	length = strlen(real) + strlen(slash) + 2;
	path = allocate(length);
	snprintf(path, length, "%s/%s", real, slash);
	free(directory);
	free(real);
	return (path);
}

uint32_t
settings_ordinal(void)
{
	return (shared_ordinal != NULL ? ++*shared_ordinal : 1);
}

void
settings_started(void)
{
	uint32_t ordinal;

	if (settings.record_path == NULL && settings.stats_path == NULL)
		return;
	ordinal = settings_ordinal();
	recorder_started(ordinal);
	stats_started(ordinal);
}

/* ---- Fork and exit ---------------------------------------------------- */

static void
before_fork(void)
{
	if (!engine_is_nested())
		engine_lock();
}

static void
parent_after_fork(void)
{
	if (!engine_is_nested())
		engine_unlock();
}

static void
child_after_fork(void)
{
	bool locked = !engine_is_nested();

	if (engine.kernel != NULL) {
		recorder_forget();
		stats_forget();
		sockets_forget();
		blocks_forget();
		descriptors_forget();
		engine_forget();
	}
	if (locked)
		engine_unlock();
}

void
settings_run_down(void)
{
	struct engine_guard guard;

	if (engine.kernel == NULL || engine.running_down ||
	    engine_is_nested() || engine.pid != getpid())
		return;
	engine_enter(&guard);
	engine_run_down(&guard);
	recorder_finish();
	stats_write();
	engine_leave(&guard);
}

__attribute__((destructor)) static void
at_exit(void)
{
	settings_run_down();
}

/* Memory that processes share after fork(). */
static void *
share_page(size_t size)
{
	const int protection = PROT_READ | PROT_WRITE;
	const int flags = MAP_SHARED | MAP_ANONYMOUS;

	/* cppcheck-suppress invalidFunctionArg */
	return (mmap(NULL, size, protection, flags, -1, 0));
}

__attribute__((constructor)) static void
at_start(void)
{
	const char *path = getenv("AIOSIM_SYSCTL");
	size_t count;
	void *page;

	check_variables();
	(void)kernel_tunables(KERNEL_NAME, &count);
	settings.values = allocate(count * sizeof(*settings.values));
	settings.given = allocate(count * sizeof(*settings.given));
	if (path != NULL)
		read_sysctls(path);
	path = getenv("AIOSIM_FAULTS");
	if (path != NULL)
		faults_read(path);
	settings.record_path = output_path("AIOSIM_RECORD");
	settings.stats_path = output_path("AIOSIM_STATS");
	if (settings.record_path != NULL || settings.stats_path != NULL) {
		page = share_page(sizeof(*shared_ordinal));
		if (page != MAP_FAILED)
			shared_ordinal = page;
	}
	if (settings.stats_path != NULL)
		stats_catch_signal();
	pthread_atfork(before_fork, parent_after_fork, child_after_fork);
}
