/*
 * The little that every test program needs around CUnit: a table of rules, each
 * a named function, and a main() that runs them and tells the shell.
 */

#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stddef.h>

struct rule {
	const char *name;
	void (*test)(void);
};

#define RULE(f)       \
	{             \
#f, f \
	}

/* Runs `count` rules as one suite; returns main()'s exit status. */
static inline int
run_rules(const char *suite_name, const struct rule *rules, size_t count)
{
	CU_pSuite suite;
	unsigned failures;
	size_t i;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return (2);
	suite = CU_add_suite(suite_name, NULL, NULL);
	for (i = 0; i < count; i++)
		if (CU_add_test(suite, rules[i].name, rules[i].test) == NULL)
			return (2);
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failures = CU_get_number_of_failures();
	CU_cleanup_registry();
	return (failures != 0 ? 1 : 0);
}

#define RUN_RULES(suite, rules) \
	run_rules(suite, rules, sizeof(rules) / sizeof((rules)[0]))

#endif
