/*
 * The timer out of SimGrid's own: rings in its main loop, with no actor to
 * wake.
 */

#include <simgrid/kernel/Timer.hpp>

#include "sim/simgrid_timer.h"

using simgrid::kernel::timer::Timer;

static void (*ring_function)(void *context);
static void *ring_context;
static Timer *pending; /* SimGrid frees it once it has rung */

void
simgrid_timer_init(void *, void (*ring)(void *context), void *context)
{
	ring_function = ring;
	ring_context = context;
}

void
simgrid_timer_set(double date_s)
{
	if (pending != nullptr) {
		if (pending->get_date() == date_s)
			return;
		pending->remove();
	}
	pending = Timer::set(date_s, [] {
		pending = nullptr;
		ring_function(ring_context);
	});
}

void
simgrid_timer_stop(void)
{
	if (pending != nullptr)
		pending->remove();
	pending = nullptr;
}
