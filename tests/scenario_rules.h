/*
 * What the tests of the scenario reader share: a small valid scenario, and
 * checks of what is accepted and of what is refused with which message.
 */

#ifndef TESTS_SCENARIO_RULES_H
#define TESTS_SCENARIO_RULES_H

#include <string.h>

#include "sim/scenario/scenario.h"
#include "tests/suite.h"

#define DATA SOURCE_DIR "/tests/data/scenarios/"

#define DISK_AND_FILE     \
	"[disk ada0]\n"   \
	"latency = 1ms\n" \
	"[file data]\n"   \
	"disk = ada0\n"
#define PROCESS          \
	"[process db]\n" \
	"file = data\n"  \
	"depth = 1\n"    \
	"requests = 10\n"
/* Eight lines: what is appended begins at t.ini:9. */
#define SMALL DISK_AND_FILE PROCESS

struct refusal {
	const char *text;
	const char *message;
};

static inline struct scenario *
parse_with(const char *text, const char *const *sets, GError **error)
{
	return (scenario_parse(text, strlen(text), "t.ini", sets, NULL, error));
}

/* The whole message, or its beginning where `message` ends in an asterisk. */
static inline void
check_message(const char *text, const char *message, const GError *error)
{
	size_t length = strlen(message);
	bool same;

	if (error == NULL) {
		same = false;
	} else if (message[length - 1] == '*') {
		same = strncmp(message, error->message, length - 1) == 0;
	} else {
		same = strcmp(message, error->message) == 0;
	}
	if (!same)
		printf("\nfor: %.200s\nexpected: %s\ngot:      %s\n", text,
		    message, error == NULL ? "no error" : error->message);
	CU_ASSERT(same);
	CU_ASSERT(error == NULL || strchr(error->message, '\n') == NULL);
}

static inline void
expect_refusal(const char *text, const char *const *sets, const char *message)
{
	struct scenario *scenario;
	GError *error = NULL;

	scenario = parse_with(text, sets, &error);
	check_message(sets == NULL ? text : sets[0], message, error);
	CU_ASSERT((scenario == NULL) == (error != NULL));
	scenario_free(scenario);
	g_clear_error(&error);
}

static inline void
expect_refusals(
    const char *before, const struct refusal *refusals, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		g_autofree char *text =
		    g_strconcat(before, refusals[i].text, NULL);

		expect_refusal(text, NULL, refusals[i].message);
	}
}

#define EXPECT_REFUSALS(before, refusals) \
	expect_refusals(before, refusals, G_N_ELEMENTS(refusals))

/* Must be accepted; NULL is a failed test. */
static inline struct scenario *
accept(const char *text, const char *const *sets)
{
	struct scenario *scenario;
	GError *error = NULL;

	scenario = parse_with(text, sets, &error);
	if (scenario == NULL)
		printf("\nfor: %.200s\nrefused: %s\n", text, error->message);
	CU_ASSERT_FATAL(scenario != NULL);
	g_clear_error(&error);
	return (scenario);
}

static inline struct scenario *
accept_small(const char *set)
{
	const char *sets[] = {set, NULL};

	return (accept(SMALL, sets));
}

#endif
