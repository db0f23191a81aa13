/*
 * A bare event heap: the yardstick's timed events and nothing else.  Four
 * events are always pending; each of `count` times the earliest is taken and
 * one is put in, an exponential millisecond later, with the simulator's own
 * random numbers.
 *
 * usage: bare_heap COUNT
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/agenda.h"
#include "sim/random.h"

int
main(int argc, char **argv)
{
	const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	const struct distribution latency = {
	    .kind = DISTRIBUTION_EXPONENTIAL,
	    .a = 1e6,
	};
	const struct stream stream = {.seed = 1, .purpose = STREAM_SERVICE};
	struct agenda agenda = {0};
	struct agenda_entry entry = {0};
	uint64_t i;

	for (i = 0; i < 4; i++) {
		entry.at_ns = distribution_draw(&latency, &stream, i);
		entry.sequence = i;
		agenda_push(&agenda, &entry);
	}
	for (; i < count + 4; i++) {
		entry = agenda_pop(&agenda);
		entry.at_ns += distribution_draw(&latency, &stream, i);
		entry.sequence = i;
		agenda_push(&agenda, &entry);
	}
	printf("%" PRIu64 " events, %.3f s\n", count,
	    (double)agenda_first(&agenda)->at_ns / 1e9);
	agenda_release(&agenda);
	return (0);
}
