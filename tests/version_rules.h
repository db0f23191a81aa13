/*
 * Asks all versions of FreeBSD the same question.
 */

#ifndef TESTS_VERSION_RULES_H
#define TESTS_VERSION_RULES_H

#include "tests/kernel_rig.h"
#include "tests/suite.h"

enum { V10 = 1, V11 = 2, V12 = 4, V13 = 8, V14 = 16, V15 = 32 };

static const struct {
	const char *name;
	unsigned bit;
} versions[] = {
    {"freebsd-10", V10},
    {"freebsd-11", V11},
    {"freebsd-12.2", V12},
    {"freebsd-13", V13},
    {"freebsd-14", V14},
    {"freebsd-15", V15},
};

/* Asks every kernel; `expected` are those that must say true. */
static inline void
check_versions(bool (*ask)(struct rig *r, uint32_t thread), unsigned expected)
{
	unsigned said = 0;
	struct rig r;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(versions); i++) {
		rig_begin(&r, versions[i].name);
		if (ask(&r, rig_process(&r)))
			said |= versions[i].bit;
		rig_end(&r);
	}
	if (said != expected)
		printf("\n    said %#x, expected %#x", said, expected);
	CU_ASSERT_EQUAL(said, expected);
}

#endif
