/*
 * A connection's bytes, and the peer at its other end.
 */

#include "sim/network/flow.h"
#include "sim/network/peer.h"
#include "tests/suite.h"

static void
segments_leave_one_after_the_other(void)
{
	struct flow f;

	flow_init(&f, 1000, 10000);
	flow_enter(&f, 2500);
	CU_ASSERT(flow_send(&f) == 1000);
	CU_ASSERT(flow_send(&f) == 0);
	CU_ASSERT(flow_crossed(&f) == 1000);
	CU_ASSERT(flow_send(&f) == 1000);
	CU_ASSERT(flow_crossed(&f) == 1000);
	CU_ASSERT(flow_send(&f) == 500);
	CU_ASSERT(flow_balances(&f));
}

static void
no_room_stops_the_sender(void)
{
	struct flow f;

	flow_init(&f, 1000, 1500);
	flow_enter(&f, 5000);
	CU_ASSERT(flow_send(&f) == 1000);
	flow_land(&f, flow_crossed(&f));
	/* Room for half a segment is no room: no silly windows. */
	CU_ASSERT(flow_send(&f) == 0);
	flow_take(&f, 1000);
	CU_ASSERT(flow_send(&f) == 0);
	flow_credit(&f, 1000);
	CU_ASSERT(flow_send(&f) == 1000);
	CU_ASSERT(flow_balances(&f));
}

static void
a_cut_flow_loses_what_crosses(void)
{
	struct flow f;

	flow_init(&f, 1000, 10000);
	flow_enter(&f, 3000);
	CU_ASSERT(flow_send(&f) == 1000);
	CU_ASSERT(flow_crossed(&f) == 1000);
	CU_ASSERT(flow_send(&f) == 1000);
	f.cut = true;
	CU_ASSERT(flow_crossed(&f) == 0);
	CU_ASSERT(flow_send(&f) == 0);
	flow_lose(&f, 1000);
	CU_ASSERT(f.lost == 2000 && f.queued == 1000 && flow_balances(&f));
}

static void
a_missing_byte_is_noticed(void)
{
	struct flow f;

	flow_init(&f, 1000, 10000);
	flow_enter(&f, 1);
	f.queued = 0;
	CU_ASSERT(!flow_balances(&f));
}

static void
a_client_waits_for_its_reply(void)
{
	const struct scenario scenario = {.seed = 1};
	const struct peer_config config = {
	    .is_client = true,
	    .sends = {.kind = DISTRIBUTION_CONSTANT, .a = 300},
	    .think = {.kind = DISTRIBUTION_CONSTANT, .a = 7},
	    .reply = 1000,
	    .requests = 1,
	};
	struct peer p;

	peer_init(&p, &config, &scenario, 1);
	CU_ASSERT(peer_thinks_ns(&p) == 7);
	CU_ASSERT(peer_request(&p) == 300);
	CU_ASSERT(!peer_read(&p, 999));
	CU_ASSERT(!peer_is_through(&p));
	CU_ASSERT(peer_read(&p, 1));
	CU_ASSERT(peer_is_through(&p));
	CU_ASSERT(peer_thinks_ns(&p) == PEER_NEVER);
}

static void
a_slow_reader_takes_its_time(void)
{
	const struct scenario scenario = {.seed = 1};
	const struct peer_config config = {.reads = 1000, .reset_after = 500};
	struct peer p;

	peer_init(&p, &config, &scenario, 1);
	CU_ASSERT(peer_read_ns(&p, 1500) == INT64_C(1500000000));
	CU_ASSERT(peer_thinks_ns(&p) == PEER_NEVER);
	CU_ASSERT(!peer_is_through(&p));
	CU_ASSERT(!peer_read(&p, 499) && !peer_has_enough(&p));
	CU_ASSERT(!peer_read(&p, 1) && peer_has_enough(&p));
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(segments_leave_one_after_the_other),
	    RULE(no_room_stops_the_sender),
	    RULE(a_cut_flow_loses_what_crosses),
	    RULE(a_missing_byte_is_noticed),
	    RULE(a_client_waits_for_its_reply),
	    RULE(a_slow_reader_takes_its_time),
	};

	return (RUN_RULES("flows and peers", rules));
}
