/*
 * Imports of text in memory, for the tests of sim/import.
 */

#ifndef TESTS_IMPORT_TRIAL_H
#define TESTS_IMPORT_TRIAL_H

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "sim/import/import.h"
#include "tests/suite.h"

/* Of one import: what was written, and what was said or is wrong. */
struct trial {
	char *written, *said;
	int code; /* enum import_error, or -1 */
};

static inline struct trial
try_bytes(struct import_setup setup, const char *format, const char *bytes,
    size_t length)
{
	struct trial trial = {.code = -1};
	GError *error = NULL;
	size_t size;

	setup.format = import_find_format(format);
	setup.path = "trace";
	if (setup.to_ns == 0)
		setup.to_ns = INT64_MAX;
	setup.in = fmemopen((void *)(uintptr_t)bytes, length, "r");
	setup.out = open_memstream(&trial.written, &size);
	g_assert(setup.in != NULL && setup.out != NULL);
	trial.said = import_trace(&setup, &error);
	fclose(setup.in);
	fclose(setup.out);
	CU_ASSERT((trial.said == NULL) == (error != NULL));
	if (error != NULL) {
		trial.said = g_strdup(error->message);
		trial.code = error->code;
		g_error_free(error);
	}
	return (trial);
}

static inline void
trial_free(struct trial *trial)
{
	free(trial->written);
	g_free(trial->said);
}

static inline void
expect_text(const char *found, const char *expected)
{
	if (strcmp(found, expected) == 0)
		return;
	g_printerr("found:\n%s\nexpected:\n%s\n", found, expected);
	CU_FAIL("another text");
}

/* The text becomes these lines, between a recording's first and last. */
static inline void
gives_with(struct import_setup setup, const char *format, const char *text,
    const char *lines)
{
	struct trial trial = try_bytes(setup, format, text, strlen(text));
	g_autofree char *whole = NULL;
	unsigned requests = 0;
	const char *p;

	for (p = lines; (p = strstr(p, "request ")) != NULL; p++)
		requests++;
	whole = g_strdup_printf(
	    "aiosim recording 1\n%send %u 0\n", lines, requests);
	CU_ASSERT_EQUAL(trial.code, -1);
	if (trial.code == -1)
		expect_text(trial.written, whole);
	else
		g_printerr("%s\n", trial.said);
	trial_free(&trial);
}

static inline void
gives(const char *format, const char *text, const char *lines)
{
	gives_with((struct import_setup) {.in = NULL}, format, text, lines);
}

/* What is said of it ends so. */
static inline void
says(const char *format, const char *text, const char *expected)
{
	struct trial trial = try_bytes(
	    (struct import_setup) {.in = NULL}, format, text, strlen(text));

	if (!g_str_has_suffix(trial.said, expected)) {
		g_printerr("%s\nis not %s\n", trial.said, expected);
		CU_FAIL("another report");
	}
	trial_free(&trial);
}

/* It is refused as bad input, with one line that begins so, and what was
 * written has no end. */
static inline void
refuses_with(struct import_setup setup, const char *format, const char *text,
    size_t length, const char *expected)
{
	struct trial trial = try_bytes(setup, format, text, length);

	CU_ASSERT_EQUAL(trial.code, IMPORT_INPUT);
	if (!g_str_has_prefix(trial.said, expected) ||
	    strchr(trial.said, '\n') != NULL) {
		g_printerr("%s\nis not %s\n", trial.said, expected);
		CU_FAIL("another message");
	}
	CU_ASSERT_PTR_NULL(strstr(trial.written, "\nend "));
	trial_free(&trial);
}

static inline void
refuses(const char *format, const char *text, const char *expected)
{
	refuses_with((struct import_setup) {.in = NULL}, format, text,
	    strlen(text), expected);
}

#endif
