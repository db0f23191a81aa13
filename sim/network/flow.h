/*
 * One direction of a connection, as TCP would carry it over a quiet network:
 * what the sender has queued leaves in segments, one after the other, and no
 * more than the receiver has announced room for.  Pure: nothing in here knows
 * the time.
 *
 * What is left out of TCP: slow start and congestion windows (the links share
 * their bandwidth, nothing is lost), delayed acknowledgements, and Nagle's
 * algorithm; a segment short of the full size leaves only when no more is
 * queued, and never because the announced room is short (the sender's side of
 * RFC 1122, 4.2.3.4: no silly windows).
 */

#ifndef SIM_FLOW_H
#define SIM_FLOW_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes, all of them.  Each that entered is in one of the places below it. */
struct flow {
	int64_t segment; /* the largest */
	int64_t credit;  /* room announced by the receiver and not used up */
	int64_t entered;
	int64_t queued;     /* at the sender, not on its way */
	int64_t crossing;   /* the segment that is being put onto the link */
	int64_t travelling; /* off the link, not there yet */
	int64_t waiting;    /* in the receiver's buffer */
	int64_t taken;      /* by the program that receives */
	int64_t lost;       /* sent to, or by, a side that is gone */
	bool cut;           /* nothing leaves any more */
};

/* `room` is what the receiver's buffer holds, at least a segment. */
void flow_init(struct flow *f, int64_t segment, int64_t room);
void flow_enter(struct flow *f, int64_t bytes);
/* Puts the next segment onto the link, if it may leave: its bytes, or 0. */
int64_t flow_send(struct flow *f);
/* The segment is off the link: its bytes, or 0 if it goes nowhere. */
int64_t flow_crossed(struct flow *f);
/* A segment has come to the end of its way. */
void flow_land(struct flow *f, int64_t bytes);
/* … where nobody is any more. */
void flow_lose(struct flow *f, int64_t bytes);
/* The receiver's program has taken so much out of its buffer … */
void flow_take(struct flow *f, int64_t bytes);
/* … and the sender has learnt of it. */
void flow_credit(struct flow *f, int64_t bytes);
/* Whether every byte is accounted for. */
bool flow_balances(const struct flow *f);

#endif
