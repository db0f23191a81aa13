/*
 * A heap of times over an array of requests, which keep their places.
 */

#include "sim/import/order.h"

#include <string.h>

void
order_init(struct order *o)
{
	memset(o, 0, sizeof(*o));
	o->places = g_new(struct import_request, ORDER_WINDOW);
	o->latest_ns = o->given_ns = INT64_MIN;
}

void
order_release(struct order *o)
{
	agenda_release(&o->agenda);
	g_free(o->places);
}

/* The place of the earliest, which is then free. */
static uint32_t
give(struct order *o, struct import_request *out)
{
	uint32_t place = agenda_pop(&o->agenda).index;

	*out = o->places[place];
	o->given_ns = out->time_ns;
	return (place);
}

int
order_pass(struct order *o, const struct import_request *in,
    struct import_request *out)
{
	bool full = o->agenda.count == ORDER_WINDOW;
	struct agenda_entry entry = {
	    .at_ns = in->time_ns, .sequence = o->sequence++};

	if (in->time_ns < o->given_ns)
		return (-1);
	if (in->time_ns < o->latest_ns)
		o->late++;
	o->latest_ns = MAX(o->latest_ns, in->time_ns);
	if (full && in->time_ns < agenda_first(&o->agenda)->at_ns) {
		*out = *in;
		o->given_ns = out->time_ns;
		return (1);
	}
	entry.index = full ? give(o, out) : (uint32_t)o->agenda.count;
	o->places[entry.index] = *in;
	agenda_push(&o->agenda, &entry);
	return (full);
}

bool
order_drain(struct order *o, struct import_request *out)
{
	if (agenda_is_empty(&o->agenda))
		return (false);
	give(o, out);
	return (true);
}
