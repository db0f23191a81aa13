/*
 * What the fuzzed programs share.  Each fuzz_NAME.c gives libFuzzer's entry
 * point; without libFuzzer replay.c calls it with the files of the corpus.
 */

#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* One input; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A copy with nothing behind it, so that reading beyond it is seen. */
static inline char *
fuzz_copy(const void *bytes, size_t length)
{
	char *copy = g_malloc(MAX(length, 1));

	if (length > 0)
		memcpy(copy, bytes, length);
	return (copy);
}

/* What every reader promises: what it gives back or an error, not both, and
 * the error is one line of UTF-8 that names its place.  Clears the error. */
static inline void
fuzz_check_verdict(bool accepted, GError *error)
{
	g_assert_true(accepted == (error == NULL));
	if (error == NULL)
		return;
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	g_assert_null(strpbrk(error->message, "\r\n\t\v\f\033"));
	g_assert_nonnull(strchr(error->message, ':'));
	g_error_free(error);
}

#endif
