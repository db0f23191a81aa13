/*
 * Sockets in the real world: the modelled kernel's soaiods over connected
 * sockets of the host, with peers that act at their other ends.
 */

#include "tests/real_run.h"

#define LINK "[link em0]\nbandwidth = 125m/s\n"

static const struct real_options over_tcp = {.grace = NULL};
static const struct real_options over_pair = {.socketpair = TRUE};

/* Over a pair, and over TCP. */
static size_t
ways(const struct real_options *both[2])
{
	both[0] = &over_pair;
	both[1] = &over_tcp;
	return (has_loopback() ? 2 : 1);
}

#define SERVER                                                          \
	LINK "[peer client]\nlink = em0\nsends = uniform(200,1400)\n"   \
	     "think = exponential(100us)\nreply = 16k\nrequests = 20\n" \
	     "[file s]\nkind = socket\npeer = client\n"                 \
	     "[process web]\ncount = 3\nfile = s\ndepth = 1\nserves = " \
	     "yes\nrequests = 1000\n"

/* Each request is read once and answered; then the client's end is read. */
static void
a_server_answers_every_request(void)
{
	const struct real_options *both[2];
	size_t i, count = ways(both);

	for (i = 0; i < count; i++) {
		struct real_facts o = play_real(SERVER, both[i]);

		CU_ASSERT(o.status == STATUS_OK && !o.stalled);
		CU_ASSERT(o.completed == 3 * 41 && o.failed == 0);
		CU_ASSERT(o.responses == 20);
		CU_ASSERT(o.network.connected);
		CU_ASSERT(o.network.entered_bytes == 20 * 16384);
		CU_ASSERT(o.network.peer_read_bytes == 20 * 16384);
		CU_ASSERT(o.network.taken_bytes == o.network.peer_sent_bytes);
		CU_ASSERT(o.network.taken_bytes == o.network.arrived_bytes);
	}
}

/* A send is more than the buffers hold, so that it takes several attempts. */
static void
a_large_reply_takes_several_attempts(void)
{
	const struct real_options *both[2];
	size_t i, count = ways(both);

	for (i = 0; i < count; i++) {
		struct real_facts o = play_real(LINK
		    "[peer client]\nlink = em0\nsends = constant(100)\n"
		    "reply = 8m\nrequests = 2\n"
		    "[file s]\nkind = socket\npeer = client\n"
		    "[process web]\nfile = s\ndepth = 1\nserves = "
		    "yes\nrequests = 1000\n",
		    both[i]);

		CU_ASSERT(o.completed == 5 && o.failed == 0);
		CU_ASSERT(o.network.peer_read_bytes == 16 << 20);
	}
}

static void
a_slow_reader_stops_the_writer(void)
{
	const struct real_options *both[2];
	size_t i, count = ways(both);

	for (i = 0; i < count; i++) {
		struct real_facts o =
		    play_real("[scenario]\nduration = 200ms\n" LINK
			      "[peer modem]\nlink = em0\nreads = 4k/s\n"
			      "receive_buffer = 8k\n"
			      "[file s]\nkind = socket\npeer = modem\n"
			      "send_buffer = 8k\n"
			      "[process x]\nfile = s\ndepth = 4\nread = 0\n"
			      "size = constant(256k)\nrequests = 100\n",
			both[i]);

		CU_ASSERT(o.status == STATUS_OK && o.in_flight == 4);
		CU_ASSERT(o.failed == 0 && o.completed < 90);
		/* The last bytes may never have been read. */
		CU_ASSERT(o.network.entered_bytes >= o.network.peer_read_bytes);
	}
}

/* The peer reads 4 KiB and goes: no write can end well for ever. */
static void
a_reset_fails_writes(void)
{
	struct real_facts o;

	if (!has_loopback())
		return;
	o = play_real(LINK "[peer rude]\nlink = em0\nreset_after = 4k\n"
			   "[file s]\nkind = socket\npeer = rude\n"
			   "[process x]\nfile = s\ndepth = 4\nread = 0\n"
			   "size = constant(64k)\nrequests = 10000\n",
	    NULL);

	CU_ASSERT(o.status == STATUS_OK && !o.stalled);
	CU_ASSERT(o.failed > 0 && o.in_flight == 0);
	CU_ASSERT(o.operations.wanted < 10000);
}

static void
a_reset_fails_the_read_that_waits(void)
{
	struct real_facts o;

	if (!has_loopback())
		return;
	o = play_real(LINK "[peer rude]\nlink = em0\nreset_at = 5ms\n"
			   "[file s]\nkind = socket\npeer = rude\n"
			   "[process x]\nfile = s\ndepth = 1\nread = 1\n"
			   "size = constant(4k)\nrequests = 100\n",
	    NULL);

	CU_ASSERT(o.status == STATUS_OK && !o.stalled);
	CU_ASSERT(o.failed == 1 && o.operations.wanted == 1);
}

#define SILENT                                           \
	LINK "[peer mute]\nlink = em0\n[file s]\n"       \
	     "kind = socket\npeer = mute\n[process x]\n" \
	     "file = s\ndepth = 2\nread = 1\nrequests = 2\n"

static void
reads_of_a_silent_socket_stall(void)
{
	struct real_options options = {
	    .socketpair = TRUE, .grace = (char[]) {"100ms"}};
	struct real_facts waits = play_real(SILENT, &options);
	struct real_facts polls =
	    play_real(SILENT "collect = poll(50us)\n", &options);

	CU_ASSERT(waits.stalled && waits.in_flight == 2);
	CU_ASSERT(polls.stalled && polls.in_flight == 2);
}

/* The grace is shorter than the client thinks: it will come back. */
static void
who_thinks_is_waited_for(void)
{
	struct real_options options = {
	    .socketpair = TRUE, .grace = (char[]) {"20ms"}};
	struct real_facts o =
	    play_real(LINK "[peer slow]\nlink = em0\nsends = constant(100)\n"
			   "think = constant(60ms)\nreply = 100\nrequests = 2\n"
			   "[file s]\nkind = socket\npeer = slow\n"
			   "[process web]\nfile = s\ndepth = 1\nserves = "
			   "yes\nrequests = 1000\n",
		&options);

	CU_ASSERT(!o.stalled && o.completed == 5 && o.responses == 2);
}

static void
sockets_and_files_go_on_beside_each_other(void)
{
	struct real_facts o = play_real(SERVER
	    "[disk d]\n[file data]\ndisk = d\nsize = 1m\n"
	    "[process db]\nfile = data\ndepth = 8\nread = 0.5\n"
	    "requests = 500\n",
	    &over_pair);

	CU_ASSERT(o.completed == 3 * 41 + 500 && o.failed == 0);
	CU_ASSERT(o.device_reads + o.device_writes == 500);
}

static void
what_cannot_be_done_is_refused(void)
{
	CU_ASSERT(is_refused(SERVER "[traffic t]\nlink = em0\nsize = 1m\n",
	    NULL, "[traffic] needs --world heap or simgrid"));
	CU_ASSERT(is_refused(LINK "[peer rude]\nlink = em0\nreset_after = 4k\n"
				  "[file s]\nkind = socket\npeer = rude\n"
				  "[process x]\nfile = s\ndepth = 1\n"
				  "requests = 1\n",
	    &over_pair, "[peer rude] resets, which a socket pair cannot do"));
	CU_ASSERT(is_refused(SERVER "[kernel]\nname = netbsd\n", NULL,
	    "sockets need one of FreeBSD's kernels"));
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_server_answers_every_request),
	    RULE(a_large_reply_takes_several_attempts),
	    RULE(a_slow_reader_stops_the_writer),
	    RULE(a_reset_fails_writes),
	    RULE(a_reset_fails_the_read_that_waits),
	    RULE(reads_of_a_silent_socket_stall),
	    RULE(who_thinks_is_waited_for),
	    RULE(sockets_and_files_go_on_beside_each_other),
	    RULE(what_cannot_be_done_is_refused),
	};
	return (run_real_rules("real sockets", rules, G_N_ELEMENTS(rules)));
}
