/*
 * Fuzzes the reader of conformance vectors, with and without what is expected.
 */

#include "sim/vector/vector.h"
#include "tests/fuzz/fuzz.h"

static void
parse(const char *text, size_t length, bool need_expect)
{
	GError *error = NULL;
	struct vector *vector =
	    vector_parse(text, length, "fuzz.json", need_expect, &error);

	fuzz_check_verdict(vector != NULL, error);
	vector_free(vector);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = fuzz_copy(bytes, length);

	parse(text, length, false);
	parse(text, length, true);
	return (0);
}
