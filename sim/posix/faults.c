/*
 * Faults on demand: AIOSIM_FAULTS, in the words of a scenario's [fault NAME]
 * sections.  Decides which request meets which fault; of several that strike
 * one request the first in the file counts, refusals apart.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/posix/faults.h"

struct key {
	const char *name;
	const char *form; /* what a value looks like */
	bool (*parse)(struct fault *fault, const char *text);
};

static struct fault *first;

/* ---- Values ----------------------------------------------------------- */

static bool
parse_time(const char *text, int64_t *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
	char *end;
	double value = strtod(text, &end);
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end != text && strcmp(end, units[i].unit) == 0 &&
		    value >= 0 && value * units[i].ns < 1e15) {
			*ns = (int64_t)(value * units[i].ns + 0.5);
			return (true);
		}
	return (false);
}

static bool
parse_share(const char *text, double *share)
{
	char *end;

	*share = strtod(text, &end);
	return (end != text && *end == '\0' && *share >= 0 && *share <= 1);
}

/* What stands in WORD(…), or NULL; to be freed. */
static char *
inside_of(const char *text, const char *word)
{
	size_t length = strlen(text), begin = strlen(word);

	if (length < begin + 2 || strncmp(text, word, begin) != 0 ||
	    text[begin] != '(' || text[length - 1] != ')')
		return (NULL);
	return (strndup(text + begin + 1, length - begin - 2));
}

static bool
parse_file(struct fault *fault, const char *text)
{
	fault->file = strdup(text);
	return (*text != '\0');
}

static bool
parse_process(struct fault *fault, const char *text)
{
	fault->process = strdup(text);
	return (*text != '\0');
}

/* Of a scenario, which has disks. */
static bool
parse_disk(struct fault *fault, const char *text)
{
	(void)fault;
	(void)text;
	return (false);
}

static bool
parse_call(struct fault *fault, const char *text)
{
	static const struct {
		const char *name;
		unsigned opcodes;
	} calls[] = {{"read", 1u << KERNEL_OP_READ},
	    {"write", 1u << KERNEL_OP_WRITE}, {"fsync", 1u << KERNEL_OP_SYNC},
	    {"any", FAULT_ANY_CALL}};
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, text) == 0) {
			fault->opcodes = calls[i].opcodes;
			return (true);
		}
	return (false);
}

static bool
parse_nth(struct fault *fault, const char *text)
{
	char *end;

	errno = 0;
	fault->nth = strtoull(text, &end, 10);
	return (end != text && *end == '\0' && errno == 0 && *text != '-' &&
	    fault->nth > 0);
}

static bool
parse_struck_share(struct fault *fault, const char *text)
{
	return (parse_share(text, &fault->share));
}

static bool
parse_from(struct fault *fault, const char *text)
{
	return (parse_time(text, &fault->from_ns));
}

static bool
parse_for(struct fault *fault, const char *text)
{
	return (parse_time(text, &fault->for_ns) && fault->for_ns > 0);
}

static bool
parse_effect(struct fault *fault, const char *text)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = {{"EIO", EIO}, {"ENXIO", ENXIO}, {"ENOSPC", ENOSPC}};
	char *inside;
	bool good;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, text) == 0) {
			fault->effect = FAULT_ERROR;
			fault->error = errors[i].error;
			return (true);
		}
	if (strcmp(text, "EAGAIN") == 0) {
		fault->effect = FAULT_REFUSE;
		return (true);
	}
	fault->effect = FAULT_SHORT;
	inside = inside_of(text, "short");
	good = inside != NULL && parse_share(inside, &fault->part);
	free(inside);
	if (good)
		return (true);
	fault->effect = FAULT_DELAY;
	inside = inside_of(text, "delay");
	good = inside != NULL && parse_time(inside, &fault->delay_ns) &&
	    fault->delay_ns > 0;
	free(inside);
	return (good);
}

static const struct key keys[] = {
    {"file", "a path or a pattern", parse_file},
    {"process", "a program's name", parse_process},
    {"disk",
	"possible: there is no disk here to stall or die; name a file or a "
	"process",
	parse_disk},
    {"call", "read, write, fsync or any", parse_call},
    {"nth", "a number from 1", parse_nth},
    {"share", "a number from 0 to 1", parse_struck_share},
    {"from", "a time such as 5ms", parse_from},
    {"for", "a time such as 5ms", parse_for},
    {"effect",
	"EIO, ENXIO, ENOSPC, EAGAIN, short(SHARE) or delay(TIME); there is no "
	"disk here to stall or die",
	parse_effect},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

enum { FILE_KEY, PROCESS_KEY, DISK_KEY, CALL_KEY, NTH_KEY, SHARE_KEY };

#define EFFECT_KEY (KEY_COUNT - 1)

/* ---- The file --------------------------------------------------------- */

struct parser {
	const char *path;
	int line;
	struct fault *fault, **end;
	int lines[KEY_COUNT]; /* where each key stands; 0: nowhere */
};

/* Calls that the effect can never meet are taken out of `any`. */
static void
fit_calls(const struct parser *p, struct fault *fault)
{
	if (fault->effect == FAULT_SHORT)
		fault->opcodes &= 1u << KERNEL_OP_READ | 1u << KERNEL_OP_WRITE;
	else if (fault->effect == FAULT_ERROR && fault->error == ENOSPC)
		fault->opcodes &= 1u << KERNEL_OP_WRITE | 1u << KERNEL_OP_SYNC;
	if (fault->opcodes == 0)
		refuse_to_start("%s:%d: [fault %s] no such call meets this "
				"effect; remove the key",
		    p->path, p->lines[CALL_KEY], fault->name);
}

static void
end_section(const struct parser *p)
{
	struct fault *fault = p->fault;

	if (fault == NULL)
		return;
	if (p->lines[EFFECT_KEY] == 0)
		refuse_to_start("%s:%d: [fault %s] has no effect, such as "
				"'effect = EIO'",
		    p->path, fault->line, fault->name);
	if (p->lines[NTH_KEY] != 0 && p->lines[SHARE_KEY] != 0)
		refuse_to_start("%s:%d: [fault %s] 'share' excludes 'nth' of "
				"line %d; keep one of them",
		    p->path, p->lines[SHARE_KEY], fault->name,
		    p->lines[NTH_KEY]);
	fit_calls(p, fault);
}

static void
begin_section(struct parser *p, const char *text)
{
	static const char begin[] = "[fault ";
	size_t length = strlen(text);

	if (strncmp(text, begin, sizeof(begin) - 1) != 0 ||
	    text[length - 1] != ']' || length <= sizeof(begin))
		refuse_to_start("%s:%d: expected [fault NAME], not '%s'",
		    p->path, p->line, text);
	end_section(p);
	p->fault = allocate(sizeof(*p->fault));
	p->fault->name =
	    strndup(text + sizeof(begin) - 1, length - sizeof(begin));
	p->fault->line = p->line;
	p->fault->opcodes = FAULT_ANY_CALL;
	p->fault->share = 1;
	p->fault->random = (uint64_t)p->line;
	memset(p->lines, 0, sizeof(p->lines));
	*p->end = p->fault;
	p->end = &p->fault->next;
}

static void
set_key(struct parser *p, const char *name, const char *text)
{
	size_t i;

	for (i = 0; i < KEY_COUNT && strcmp(keys[i].name, name) != 0; i++)
		;
	if (i == KEY_COUNT)
		refuse_to_start("%s:%d: [fault %s] has no key '%s'", p->path,
		    p->line, p->fault->name, name);
	if (p->lines[i] != 0)
		refuse_to_start("%s:%d: [fault %s] '%s' is given twice",
		    p->path, p->line, p->fault->name, name);
	p->lines[i] = p->line;
	if (!keys[i].parse(p->fault, text))
		refuse_to_start("%s:%d: [fault %s] %s: '%s' is not %s", p->path,
		    p->line, p->fault->name, name, text, keys[i].form);
}

static void
read_line(struct parser *p, char *text)
{
	char *equals;

	text[strcspn(text, "#;\n")] = '\0';
	text = trim(text);
	if (*text == '\0')
		return;
	if (*text == '[') {
		begin_section(p, text);
		return;
	}
	equals = strchr(text, '=');
	if (equals == NULL || p->fault == NULL)
		refuse_to_start("%s:%d: expected [fault NAME] and lines key = "
				"value, not '%s'",
		    p->path, p->line, text);
	*equals = '\0';
	set_key(p, trim(text), trim(equals + 1));
}

void
faults_read(const char *path)
{
	struct parser p = {.path = path, .end = &first};
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (file == NULL)
		refuse_to_start("AIOSIM_FAULTS=%s: %s", path, strerror(errno));
	while (getline(&text, &room, file) >= 0) {
		p.line++;
		read_line(&p, text);
	}
	if (ferror(file))
		refuse_to_start("AIOSIM_FAULTS=%s: %s", path, strerror(errno));
	end_section(&p);
	if (first == NULL)
		refuse_to_start("%s: no [fault NAME] in this file", path);
	free(text);
	fclose(file);
}

/* ---- Striking --------------------------------------------------------- */

/* Uniform in [0, 1), the same sequence in each run. */
static double
draw(struct fault *fault)
{
	uint64_t word = fault->random += UINT64_C(0x9e3779b97f4a7c15);

	word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ((double)((word ^ (word >> 31)) >> 11) * 0x1p-53);
}

static bool
matches(const char *pattern, const char *path)
{
	const char *slash = strrchr(path, '/');

	return (fnmatch(pattern, path, 0) == 0 ||
	    (slash != NULL && fnmatch(pattern, slash + 1, 0) == 0));
}

static bool
concerns(const struct fault *fault, const struct request *request)
{
	int64_t now_ns = engine_now_ns() - engine.begin_ns;

	/* A list may hold opcodes that are none. */
	if (request->opcode > KERNEL_OP_MLOCK ||
	    (fault->opcodes >> request->opcode & 1) == 0 ||
	    now_ns < fault->from_ns ||
	    (fault->for_ns != 0 && now_ns - fault->from_ns >= fault->for_ns))
		return (false);
	if (fault->process != NULL &&
	    fnmatch(fault->process, program_invocation_short_name, 0) != 0)
		return (false);
	return (fault->file == NULL ||
	    (request->descriptor != NULL &&
		matches(fault->file, descriptor_path(request->descriptor))));
}

static bool
strikes(struct fault *fault, const struct request *request)
{
	if (!concerns(fault, request))
		return (false);
	if (fault->nth > 0)
		return (++fault->seen == fault->nth);
	return (fault->share >= 1 || draw(fault) < fault->share);
}

enum kernel_errno
faults_at_submission(struct request *request)
{
	enum kernel_errno refusal = KE_OK;
	struct fault *fault;

	for (fault = first; fault != NULL; fault = fault->next) {
		if (!strikes(fault, request))
			continue;
		if (fault->effect == FAULT_REFUSE)
			refusal = KE_EAGAIN;
		else if (request->fault == NULL)
			request->fault = fault;
	}
	return (refusal);
}

bool
fault_before(const struct fault *fault, size_t *size_bytes)
{
	struct timespec delay;

	switch (fault->effect) {
	case FAULT_ERROR:
		errno = fault->error;
		return (false);
	case FAULT_SHORT:
		*size_bytes = (size_t)((double)*size_bytes * fault->part);
		break;
	case FAULT_DELAY:
		delay.tv_sec = (time_t)(fault->delay_ns / 1000000000);
		delay.tv_nsec = (long)(fault->delay_ns % 1000000000);
		(void)nanosleep(&delay, NULL);
		break;
	case FAULT_REFUSE:
		break;
	}
	return (true);
}
