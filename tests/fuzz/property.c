/*
 * property: the long form of the property test.
 *
 *	property [--steps N] [--seed S] [--shrink] [--print]
 *
 * Exit status: 0 all rules held, 1 one was broken, 2 bad usage.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/property.h"

static double
seconds(void)
{
	struct timespec now;

	(void)timespec_get(&now, TIME_UTC);
	return ((double)now.tv_sec + (double)now.tv_nsec / 1e9);
}

static int
usage(void)
{
	fprintf(stderr,
	    "usage: property [--steps N] [--seed S] [--shrink] [--print]\n");
	return (2);
}

static int
print_only(uint64_t seed)
{
	struct script *s = script_generate(seed);

	script_print(s, stdout);
	script_free(s);
	return (0);
}

int
main(int argc, char **argv)
{
	uint64_t steps = 1000000, seed = 1, counts[ORACLE_COUNTS] = {0};
	bool shrink = false, print = false, holds;
	double started = seconds(), took;
	int i;

	for (i = 1; i < argc; i++) {
		char *end = NULL;

		if (strcmp(argv[i], "--shrink") == 0)
			shrink = true;
		else if (strcmp(argv[i], "--print") == 0)
			print = true;
		else if (strcmp(argv[i], "--steps") == 0 && i + 1 < argc)
			steps = strtoull(argv[++i], &end, 10);
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
			seed = strtoull(argv[++i], &end, 10);
		else
			return (usage());
		if (end != NULL && *end != '\0')
			return (usage());
	}
	if (print)
		return (print_only(seed));
	holds = property_holds(seed, steps, shrink, counts);
	took = seconds() - started;
	for (i = 0; i < ORACLE_COUNTS; i++)
		printf("%12" PRIu64 "  %s\n", counts[i], oracle_count_names[i]);
	printf("%.1f s, %.0f steps/s: %s\n", took,
	    (double)counts[SEEN_STEPS] / took,
	    holds ? "all rules held" : "a rule was broken");
	return (holds ? 0 : 1);
}
