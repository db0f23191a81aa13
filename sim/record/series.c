/*
 * series.csv: the kernel's gauges, a row an instant at which one changed.
 */

#include "sim/record/integers.h"
#include "sim/record/sinks.h"

#define COLUMNS 9

void
series_begin(FILE *file)
{
	fputs("time_ns,num_aio_procs,busy_aio_procs,num_queue_count,waiting,"
	      "num_buf_aio,num_unmapped_aio,so_num_procs,unfinished\n",
	    file);
}

void
series_row(FILE *file, const struct series_row *row)
{
	const struct kernel_counters *c = &row->counters;
	const int64_t values[COLUMNS] = {row->time_ns, c->daemons,
	    c->daemons_busy, c->queue_count, c->waiting, c->buf_aio,
	    c->unmapped_aio, c->so_daemons, c->unfinished};
	char buffer[COLUMNS * (INTEGER_SIZE + 1)];
	char *at = buffer;
	unsigned i;

	for (i = 0; i < COLUMNS; i++) {
		at = put_integer(at, values[i]);
		*at++ = i + 1 < COLUMNS ? ',' : '\n';
	}
	fwrite(buffer, 1, (size_t)(at - buffer), file);
}
