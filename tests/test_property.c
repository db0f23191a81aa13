/*
 * The property test, short form: random programs of several processes with
 * limits and sysctls changing, under the oracle, kernel_check() after each
 * step.  Always the same seed, so that it says the same everywhere; the long
 * form is tests/property, which takes any.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/property.h"
#include "tests/suite.h"

#define SEED 20181107u
#define STEPS 1000000u

/* A rule nobody exercised has not been tested: fewer than this is none. */
#define ENOUGH 10u

static uint64_t counts[ORACLE_COUNTS];

static void
random_programs_break_no_rule(void)
{
	memset(counts, 0, sizeof(counts));
	/* Says on stderr which script failed, and why. */
	CU_ASSERT_TRUE(property_holds(SEED, STEPS, false, counts));
}

/* Looks at what the rule above has seen. */
static void
every_kind_of_event_was_seen(void)
{
	int i;

	for (i = 0; i < ORACLE_COUNTS; i++) {
		if (counts[i] < ENOUGH)
			fprintf(stderr, "seen only %" PRIu64 " times: %s\n",
			    counts[i], oracle_count_names[i]);
		CU_ASSERT_TRUE(counts[i] >= ENOUGH);
	}
}

/* A failing script can be had again from its seed alone. */
static void
a_seed_gives_the_same_script(void)
{
	uint64_t first[ORACLE_COUNTS] = {0}, second[ORACLE_COUNTS] = {0};
	struct script *a = script_generate(SEED), *b = script_generate(SEED);

	CU_ASSERT_EQUAL(a->count, b->count);
	script_run(a, first);
	script_run(b, second);
	CU_ASSERT_TRUE(first[SEEN_STEPS] > 0);
	CU_ASSERT_EQUAL(memcmp(first, second, sizeof(first)), 0);
	script_free(a);
	script_free(b);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(random_programs_break_no_rule),
	    RULE(every_kind_of_event_was_seen),
	    RULE(a_seed_gives_the_same_script),
	};

	return (RUN_RULES("property", rules));
}
