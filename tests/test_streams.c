/*
 * Common random numbers: what a process draws depends on the seed and on the
 * process, not on which others a scenario has, so that two scenarios can be
 * compared with the same load.
 */

#include <string.h>

#include "sim/scenario/scenario.h"
#include "sim/workload/load_mix.h"
#include "tests/suite.h"

#define DRAWS 200

#define DISK "[scenario]\nrequests = 10\n[disk d]\nlatency = 1ms\n"
#define FILE_F "[file f]\ndisk = d\nsize = 1g\n"
#define PROCESS(name)                                                  \
	"[process " name "]\nfile = f\ndepth = 1\nread = 0.5\nsize = " \
	"uniform(1,64k)\noffset = random\n"

/* What the scenario's first process does. */
static void
draw(const char *text, struct io drawn[DRAWS])
{
	GError *error = NULL;
	struct scenario *scenario =
	    scenario_parse(text, strlen(text), "x.ini", NULL, NULL, &error);
	struct mix mix;
	uint64_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
	mix_init(&mix, scenario, scenario->processes->pdata[0], 0);
	for (i = 0; i < DRAWS; i++)
		mix_draw(&mix, i, &drawn[i]);
	scenario_free(scenario);
}

static void
another_process_changes_no_draw(void)
{
	struct io alone[DRAWS], together[DRAWS];
	int i, same = 0;

	draw(DISK FILE_F PROCESS("a"), alone);
	draw(DISK FILE_F PROCESS("a") PROCESS("b"), together);
	for (i = 0; i < DRAWS; i++)
		same += alone[i].kind == together[i].kind &&
		    alone[i].size_bytes == together[i].size_bytes &&
		    alone[i].offset_bytes == together[i].offset_bytes;
	CU_ASSERT_EQUAL(same, DRAWS);
	/* They do differ among themselves. */
	CU_ASSERT_NOT_EQUAL(alone[0].size_bytes, alone[1].size_bytes);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(another_process_changes_no_draw),
	};

	return (RUN_RULES("streams", rules));
}
