/*
 * One timer inside SimGrid's own loop, which its C interface lacks: made of
 * simgrid::kernel::timer where there is a C++ compiler, else of an actor.
 * Both ring at the same dates, so that runs are the same; the actor costs more.
 */

#ifndef SIM_SIMGRID_TIMER_H
#define SIM_SIMGRID_TIMER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Before simgrid_run(): what to call when the timer rings.  `host` is a
 * sg_host_t, of any host. */
void simgrid_timer_init(void *host, void (*ring)(void *context), void *context);
/* Rings once at `date_s` of SimGrid's clock, which is not past; replaces what
 * was set before. */
void simgrid_timer_set(double date_s);
/* No more ringing; must be called before the last actor ends. */
void simgrid_timer_stop(void);

#ifdef __cplusplus
}
#endif

#endif
