/*
 * The values of a [fault NAME] section, and which of its keys go together.
 * Whether what it names exists is not known here: a scenario checks that.
 */

#include <string.h>

#include "sim/fault.h"
#include "sim/scenario/fault_keys.h"
#include "sim/scenario/keys.h"

#define READ (1u << KERNEL_OP_READ)
#define WRITE (1u << KERNEL_OP_WRITE)
#define SYNC (1u << KERNEL_OP_SYNC)

#define DELAY_MAX INT64_C(1000000000000000)
#define FAULTS_MAX 1000

static const enum kernel_errno errors[] = {KE_EIO, KE_ENXIO, KE_ENOSPC};

static bool
parse_call(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	static const struct {
		const char *name;
		unsigned opcodes;
	} calls[] = {{"read", READ}, {"write", WRITE}, {"fsync", SYNC},
	    {"any", READ | WRITE | SYNC}};
	struct fault *fault = object;
	size_t i;

	(void)directory;
	for (i = 0; i < G_N_ELEMENTS(calls); i++)
		if (strcmp(calls[i].name, text) == 0) {
			fault->opcodes = calls[i].opcodes;
			return (true);
		}
	return (value_fail(text, key->type->form, error));
}

static bool
error_of_name(const char *name, enum kernel_errno *error)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(errors); i++)
		if (strcmp(kernel_errno_name(errors[i]), name) == 0) {
			*error = errors[i];
			return (true);
		}
	return (false);
}

/* The effects that are a word alone. */
static bool
is_word(const char *word, struct fault *fault)
{
	if (strcmp(word, "EAGAIN") == 0) {
		fault->effect = FAULT_REFUSE;
		fault->error = KE_EAGAIN;
	} else if (strcmp(word, "stall") == 0) {
		fault->effect = FAULT_STALL;
	} else if (strcmp(word, "dies") == 0) {
		fault->effect = FAULT_DIES;
		fault->error = KE_ENXIO;
	} else if (error_of_name(word, &fault->error)) {
		fault->effect = FAULT_ERROR;
	} else {
		return (false);
	}
	return (true);
}

static bool
parse_effect(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct fault *fault = object;
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;

	(void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	if (inside == NULL && is_word(word, fault))
		return (true);
	if (inside != NULL && strcmp(word, "short") == 0) {
		fault->effect = FAULT_SHORT;
		return (value_real(inside, 0, 1, "0.5", &fault->part, error));
	}
	if (inside != NULL && strcmp(word, "delay") == 0) {
		fault->effect = FAULT_DELAY;
		return (value_quantity(&quantity_time, inside, 1, DELAY_MAX,
		    &fault->delay_ns, error));
	}
	if (inside != NULL && strcmp(word, "dies") == 0 &&
	    error_of_name(inside, &fault->error)) {
		fault->effect = FAULT_DIES;
		return (true);
	}
	return (value_fail(text, key->type->form, error));
}

const struct key_type type_fault_call = {
    "read | write | fsync | any", parse_call, NULL};
const struct key_type type_fault_effect = {
    "EIO | ENXIO | ENOSPC | EAGAIN | short(SHARE) | delay(TIME) | stall | "
    "dies | dies(ERRNO)",
    parse_effect, NULL};

/* ---- What goes with what ------------------------------------------------ */

static bool
is_of_disk(const struct fault *fault)
{
	return (fault->effect == FAULT_STALL || fault->effect == FAULT_DIES);
}

/* Calls that the effect can never meet are taken out of `any`. */
static bool
fit_calls(
    const struct ini_section *section, struct fault *fault, GError **error)
{
	const struct ini_entry *entry = ini_entry(section, "call");
	unsigned possible = READ | WRITE | SYNC;

	if (fault->effect == FAULT_SHORT)
		possible = READ | WRITE;
	else if (fault->effect == FAULT_ERROR && fault->error == KE_ENOSPC)
		possible = WRITE | SYNC;
	fault->opcodes &= possible;
	if (fault->opcodes != 0)
		return (true);
	return (ini_fail(error, entry->where,
	    "[%s] call: no %s meets this effect; remove the key",
	    section->title, entry->value));
}

static bool
check_disk_fault(const struct ini_section *section, const struct fault *fault,
    GError **error)
{
	static const char *const others[] = {
	    "file", "process", "call", "nth", "share"};
	const struct ini_entry *entry;
	size_t i;

	if (fault->disk == NULL)
		return (ini_fail(error, section->where,
		    "[%s] a disk stalls or dies: name it, such as 'disk = "
		    "ada0'",
		    section->title));
	for (i = 0; i < G_N_ELEMENTS(others); i++) {
		entry = ini_entry(section, others[i]);
		if (entry != NULL)
			return (ini_fail(error, entry->where,
			    "[%s] '%s' does not go with a disk that stalls or "
			    "dies; remove it",
			    section->title, others[i]));
	}
	if (fault->effect == FAULT_STALL && fault->for_ns == 0)
		return (ini_fail(error, section->where,
		    "[%s] a stall needs its length, such as 'for = 500ms'",
		    section->title));
	return (true);
}

static bool
check_request_fault(
    const struct ini_section *section, struct fault *fault, GError **error)
{
	const struct ini_entry *disk = ini_entry(section, "disk");
	const struct ini_entry *nth = ini_entry(section, "nth");
	const struct ini_entry *share = ini_entry(section, "share");

	if (disk != NULL)
		return (ini_fail(error, disk->where,
		    "[%s] 'disk' goes with the effects stall and dies; give a "
		    "file or a process",
		    section->title));
	if (fault->file == NULL && fault->process == NULL)
		return (ini_fail(error, section->where,
		    "[%s] needs a file, a process or both, such as 'file = "
		    "data'",
		    section->title));
	if (nth != NULL && share != NULL)
		return (ini_fail(error, share->where,
		    "[%s] 'share' excludes 'nth' of %s; keep one of them",
		    section->title, nth->where));
	return (fit_calls(section, fault, error));
}

bool
fault_check(
    const struct ini_section *section, struct fault *fault, GError **error)
{
	if (section->index >= FAULTS_MAX)
		return (ini_fail(error, section->where,
		    "[%s] more than %d faults; one can strike a share of the "
		    "requests",
		    section->title, FAULTS_MAX));
	if (is_of_disk(fault))
		return (check_disk_fault(section, fault, error));
	return (check_request_fault(section, fault, error));
}
