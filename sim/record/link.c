/*
 * The statistics of network links: how long each direction is in use, and by
 * how many transfers; and the response times that peers see.
 */

#include "sim/record/recorder_impl.h"

void
recorder_add_link(struct recorder *r, const char *name)
{
	struct link_summary summary = {.name = name};
	int direction;

	for (direction = 0; direction < 2; direction++) {
		gauge_init(&summary.transfers[direction]);
		gauge_init(&summary.busy[direction]);
	}
	g_array_append_val(r->results.links, summary);
}

void
recorder_link(struct recorder *r, int64_t now_ns, uint32_t link,
    enum kernel_direction direction, uint32_t transfers, int64_t bytes)
{
	struct link_summary *summary =
	    &g_array_index(r->results.links, struct link_summary, link);

	gauge_set(
	    &summary->transfers[direction], r->warmup_ns, now_ns, transfers);
	gauge_set(
	    &summary->busy[direction], r->warmup_ns, now_ns, transfers > 0);
	summary->bytes[direction] += (uint64_t)bytes;
}

void
close_links(struct recorder *r, int64_t now_ns)
{
	struct link_summary *summary;
	guint i;
	int direction;

	for (i = 0; i < r->results.links->len; i++) {
		summary =
		    &g_array_index(r->results.links, struct link_summary, i);
		for (direction = 0; direction < 2; direction++) {
			gauge_close(&summary->transfers[direction],
			    r->warmup_ns, now_ns);
			gauge_close(
			    &summary->busy[direction], r->warmup_ns, now_ns);
		}
	}
}

void
recorder_response(
    struct recorder *r, int64_t now_ns, uint32_t process, int64_t asked_ns)
{
	struct process_summary *summary = &g_array_index(
	    r->results.processes, struct process_summary, process);

	if (now_ns < r->warmup_ns)
		return;
	if (summary->response == NULL)
		summary->response = histogram_new();
	histogram_record(summary->response, now_ns - asked_ns);
}
