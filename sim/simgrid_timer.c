/*
 * The timer for builds without C++: an actor that waits on a semaphore until
 * the date that was set.  An earlier date wakes it to wait anew; a later one
 * does not, so that most changes cost nothing.
 */

#include <stdbool.h>
#include <stddef.h>

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/semaphore.h>

#include "sim/simgrid_timer.h"

/* The engine is one to a process, and so is its timer. */
static struct {
	sg_host_t host;
	void (*ring)(void *context);
	void *context;
	bool started, stopped;
	sg_sem_t changed;
	double date_s;    /* negative: none */
	double waiting_s; /* until then the actor waits; negative: for ever */
} timer;

/* Far below a nanosecond, and above what rounding leaves of a wait. */
#define RESOLUTION_S 1e-11

static bool
is_due(void)
{
	return (timer.date_s >= 0 &&
	    timer.date_s - simgrid_get_clock() < RESOLUTION_S);
}

static void
wait_until(double date_s)
{
	double now_s = simgrid_get_clock();

	timer.waiting_s = date_s;
	if (date_s < 0)
		sg_sem_acquire(timer.changed);
	else
		(void)sg_sem_acquire_timeout(timer.changed, date_s - now_s);
}

static void
timer_actor(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	while (!timer.stopped) {
		/* A time-out of zero would last for ever. */
		if (is_due()) {
			timer.date_s = -1;
			timer.ring(timer.context);
		} else {
			wait_until(timer.date_s);
		}
	}
	sg_sem_destroy(timer.changed);
}

void
simgrid_timer_init(void *host, void (*ring)(void *context), void *context)
{
	timer.host = host;
	timer.ring = ring;
	timer.context = context;
	timer.date_s = -1;
}

void
simgrid_timer_set(double date_s)
{
	timer.date_s = date_s;
	if (!timer.started) {
		timer.started = true;
		timer.changed = sg_sem_init(0);
		sg_actor_create("timer", timer.host, timer_actor, 0, NULL);
	} else if (timer.waiting_s < 0 || date_s < timer.waiting_s) {
		timer.waiting_s = date_s;
		sg_sem_release(timer.changed);
	}
}

void
simgrid_timer_stop(void)
{
	timer.date_s = -1;
	timer.stopped = true;
	if (timer.started)
		sg_sem_release(timer.changed);
}
