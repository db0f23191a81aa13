/*
 * Sockets over links, in the heap and in the simgrid world: who gets how much,
 * who waits for whom, and that no byte is lost.
 */

#include "tests/network_run.h"

static const char *const worlds[] = {"heap", "simgrid", NULL};

/* ---- Rules ------------------------------------------------------------ */

#define LINK                      \
	"[link em0]\n"            \
	"bandwidth = 1000000/s\n" \
	"latency = 1ms\n"
#define READER       \
	"[peer p]\n" \
	"link = em0\n"
#define SOCKET            \
	"[file conn]\n"   \
	"kind = socket\n" \
	"peer = p\n"      \
	"segment = 1000\n"
#define WRITER           \
	"[process w]\n"  \
	"file = conn\n"  \
	"depth = 1\n"    \
	"read = 0\n"     \
	"size = 20000\n" \
	"requests = 1\n"

/* Twenty segments of 1 ms; the last is acknowledged 2 ms after its end. */
static void
one_write_takes_as_long_as_its_segments(void)
{
	static const char text[] =
	    LINK READER SOCKET "send_buffer = 4000\nsend_lowat = 1000\n" WRITER;
	struct facts facts;
	int i;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		CU_ASSERT(facts.status == STATUS_OK);
		CU_ASSERT(facts.network[0].entered_bytes == 20000);
		/* It is over when the last of it is in the send buffer: 16
		 * segments acknowledged, which all the time filled the link. */
		CU_ASSERT(facts.simulated_ns == 16000000 + 2000000);
	}
}

static void
heap_and_simgrid_agree(void)
{
	static const char text[] =
	    "[scenario]\nduration = 300ms\n" LINK
	    "[peer p]\nlink = em0\nreads = 70000/s\nreceive_buffer = 8k\n"
	    "sends = 700\nthink = exponential(3ms)\n" SOCKET
	    "[traffic t]\nlink = em0\nsize = 5000\nthink = uniform(1ms,9ms)\n"
	    "[process w]\nfile = conn\ndepth = 3\nread = 0.4\nsize = 5000\n"
	    "think = exponential(1ms)\ncount = 2\n";
	struct facts heap = play("heap", text);
	struct facts simgrid = play("simgrid", text);
	guint i;

	CU_ASSERT(heap.status == STATUS_OK && simgrid.status == STATUS_OK);
	CU_ASSERT(heap.network[0].peer_read_bytes > 15000);
	for (i = 0; i < 2; i++)
		CU_ASSERT(memcmp(&heap.network[i], &simgrid.network[i],
			      sizeof(heap.network[i])) == 0);
	CU_ASSERT(memcmp(heap.link_bytes, simgrid.link_bytes,
		      sizeof(heap.link_bytes)) == 0);
}

/* Two connections and a greedy flow get a third each. */
static void
a_shared_link_gives_equal_parts(void)
{
	static const char text[] =
	    "[scenario]\nduration = 3s\n" LINK READER SOCKET
	    "[traffic bulk]\nlink = em0\n"
	    "[process w]\nfile = conn\ndepth = 2\nread = 0\ncount = 2\n"
	    "size = 64k\n";
	struct facts facts;
	int i, p;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		CU_ASSERT(facts.status == STATUS_OK);
		for (p = 0; p < 2; p++)
			CU_ASSERT_DOUBLE_EQUAL(
			    (double)facts.network[p].delivered_bytes, 1e6,
			    2000);
		CU_ASSERT(facts.busy[0][KERNEL_SEND] == 1);
		CU_ASSERT(facts.busy[0][KERNEL_RECEIVE] == 0);
	}
}

/* What comes in does not slow down what goes out. */
static void
directions_do_not_disturb_each_other(void)
{
	static const char text[] =
	    "[scenario]\nduration = 1s\n" LINK READER SOCKET
	    "[traffic bulk]\nlink = em0\ndirection = in\n"
	    "[process w]\nfile = conn\ndepth = 2\nread = 0\nsize = 64k\n";
	struct facts facts;
	int i;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		CU_ASSERT(facts.network[0].delivered_bytes >= 998000);
		CU_ASSERT(facts.busy[0][KERNEL_SEND] == 1);
		CU_ASSERT(facts.busy[0][KERNEL_RECEIVE] == 1);
	}
}

/* It takes what the two buffers hold and what the peer reads, no more. */
static void
a_slow_reader_stops_the_sender(void)
{
	static const char text[] =
	    "[scenario]\nduration = 2s\n" LINK
	    "[peer p]\nlink = em0\nreads = 10000/s\nreceive_buffer = "
	    "8000\n" SOCKET "send_buffer = 16000\nsend_lowat = 1000\n"
	    "[process w]\nfile = conn\ndepth = 1\nread = 0\nsize = 4000\n";
	struct facts facts;
	int i;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		CU_ASSERT(facts.network[0].peer_read_bytes == 19000);
		CU_ASSERT(facts.network[0].delivered_bytes == 19000 + 8000);
		CU_ASSERT(
		    facts.network[0].entered_bytes == 19000 + 8000 + 16000);
	}
}

/* A buffer's worth each round trip, however wide the link. */
static void
a_window_a_round_trip(void)
{
	static const char text[] =
	    "[scenario]\nduration = 1010ms\n"
	    "[link em0]\nbandwidth = 1000m/s\nlatency = 5ms\n" READER SOCKET
	    "send_buffer = 10000\nsend_lowat = 1000\n"
	    "[process w]\nfile = conn\ndepth = 2\nread = 0\nsize = 10000\n";
	struct facts facts = play("heap", text);

	CU_ASSERT_DOUBLE_EQUAL(
	    (double)facts.network[0].delivered_bytes, 1000000, 10000);
}

static void
requests_come_and_end(void)
{
	static const char text[] = LINK
	    "[peer p]\nlink = em0\nsends = 2500\nthink = 10ms\nrequests = "
	    "7\n" SOCKET
	    "[process r]\nfile = conn\ndepth = 1\nsize = 64k\nrequests = 100\n";
	struct facts facts;
	int i;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		CU_ASSERT(facts.network[0].peer_sent_bytes == 7 * 2500);
		CU_ASSERT(facts.network[0].taken_bytes == 7 * 2500);
		/* Each in three segments; and the read that finds the end. */
		CU_ASSERT(facts.completed[0] == 7 * 3 + 1);
		CU_ASSERT(facts.simulated_ns == 70000000 + 2500000 + 1000000);
		CU_ASSERT(!facts.stalled);
	}
}

static void
a_receive_buffer_that_nobody_reads_stops_the_peer(void)
{
	static const char text[] =
	    "[scenario]\nduration = 1s\n" LINK
	    "[peer p]\nlink = em0\nsends = 5000\nthink = 1ms\n" SOCKET
	    "receive_buffer = 7000\n"
	    "[process r]\nfile = conn\ndepth = 1\nstart = 2s\nsize = 64k\n";
	struct facts facts;

	facts = play("heap", text);
	CU_ASSERT(facts.network[0].arrived_bytes == 0);
	facts = play("heap",
	    "[scenario]\nduration = 1s\n" LINK
	    "[peer p]\nlink = em0\nsends = 5000\nthink = 1ms\n" SOCKET
	    "receive_buffer = 7000\n"
	    "[process r]\nfile = conn\ndepth = 1\nread = 0\nsize = 1\n"
	    "requests = 1\n[process s]\nfile = conn\ndepth = 1\nread = 0\n"
	    "size = 1\nthink = 1s\n");
	CU_ASSERT(facts.network[1].arrived_bytes == 7000);
	CU_ASSERT(facts.network[1].peer_sent_bytes > 100000);
}

/* 100 bytes and 2 x 1 ms there, 5000 bytes in order, nothing else. */
static void
a_server_replies_to_its_clients(void)
{
	static const char text[] = LINK
	    "[peer p]\nlink = em0\nsends = 100\nthink = 10ms\nreply = 5000\n"
	    "requests = 4\n" SOCKET
	    "[process s]\nfile = conn\ndepth = 1\nserves = yes\n"
	    "requests = 100\n";
	struct facts facts;
	int i;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		CU_ASSERT(facts.network[0].taken_bytes == 4 * 100);
		CU_ASSERT(facts.network[0].peer_read_bytes == 4 * 5000);
		CU_ASSERT(facts.completed[0] == 4 + 4 + 1);
		CU_ASSERT(facts.responses == 4);
		CU_ASSERT(facts.response_ns == 100000 + 5000000 + 2000000);
		/* Four rounds, and the end takes 1 ms to come. */
		CU_ASSERT(
		    facts.simulated_ns == 4 * (10000000 + 7100000) + 1000000);
	}
}

static void
a_reset_breaks_the_pipe(void)
{
	static const char text[] =
	    "[scenario]\nduration = 10s\n" LINK
	    "[peer p]\nlink = em0\nreset_at = 100ms\n" SOCKET
	    "[process w]\nfile = conn\ndepth = 1\nread = 0\nsize = 1m\n"
	    "[process r]\nfile = conn\ndepth = 1\nsize = 1k\n";
	struct facts facts;
	int i;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		/* The writer fails, the reader reads nothing; both end. */
		CU_ASSERT(facts.simulated_ns == 101000000);
		CU_ASSERT(facts.failed[0] == 1 && facts.completed[0] == 0);
		CU_ASSERT(facts.failed[1] == 0 && facts.completed[1] == 1);
		CU_ASSERT(facts.network[0].delivered_bytes <= 99000);
		CU_ASSERT(facts.network[0].delivered_bytes >= 97000);
	}
}

static void
a_reset_after_so_much(void)
{
	static const char text[] =
	    "[scenario]\nduration = 10s\n" LINK
	    "[peer p]\nlink = em0\nreset_after = 4500\n" SOCKET
	    "[process w]\nfile = conn\ndepth = 1\nread = 0\nsize = 1m\n";
	struct facts facts = play("heap", text);

	CU_ASSERT(facts.network[0].peer_read_bytes == 5000);
	CU_ASSERT(facts.simulated_ns == 5000000 + 2 * 1000000);
}

static void
a_silent_peer_is_a_stall(void)
{
	static const char text[] = LINK READER SOCKET
	    "[traffic bulk]\nlink = em0\nthink = 1ms\n"
	    "[process r]\nfile = conn\ndepth = 1\nrequests = 1\n";
	struct facts facts;
	int i;

	for (i = 0; worlds[i] != NULL; i++) {
		facts = play(worlds[i], text);
		CU_ASSERT(facts.stalled);
	}
}

/* ---- Platforms and refusals ------------------------------------------- */

/* The narrower link of the route counts, and the latencies add up. */
static void
a_platform_gives_routes(void)
{
	static const char platform[] =
	    "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
	    "\"https://simgrid.org/simgrid.dtd\">\n<platform version=\"4.1\">"
	    "<zone id=\"z\" routing=\"Full\"><host id=\"a\" speed=\"1Gf\"/>"
	    "<host id=\"b\" speed=\"1Gf\"/><host id=\"c\" speed=\"1Gf\"/>"
	    "<link id=\"l\" bandwidth=\"1MBps\" latency=\"1ms\"/>"
	    "<link id=\"m\" bandwidth=\"4MBps\" latency=\"2ms\"/>"
	    "<route src=\"a\" dst=\"b\"><link_ctn id=\"l\"/>"
	    "<link_ctn id=\"m\"/></route></zone></platform>\n";
	char path[] = BINARY_DIR "/network-XXXXXX";
	int fd = mkstemp(path);
	struct facts facts;
	char *text;

	CU_ASSERT(
	    write(fd, platform, strlen(platform)) == (ssize_t)strlen(platform));
	close(fd);
	text = g_strdup_printf("[scenario]\nduration = 1s\n[platform]\n"
			       "file = %s\n[host]\nname = b\n"
			       "[peer p]\nhost = a\n" SOCKET
			       "[process w]\nfile = conn\ndepth = 2\nread = 0\n"
			       "size = 64k\n",
	    path);
	facts = play("simgrid", text);
	CU_ASSERT(facts.status == STATUS_OK);
	CU_ASSERT_DOUBLE_EQUAL(
	    (double)facts.network[0].delivered_bytes, 997000, 1000);
	facts = play("heap", text);
	CU_ASSERT(facts.status == STATUS_BAD_INPUT);
	g_free(text);
	text = g_strdup_printf("[scenario]\nduration = 1s\n[platform]\n"
			       "file = %s\n[peer p]\nhost = c\n" SOCKET
			       "[process w]\nfile = conn\ndepth = 1\n",
	    path);
	facts = play("simgrid", text);
	CU_ASSERT(facts.status == STATUS_BAD_INPUT);
	CU_ASSERT(strstr(facts.message, path) != NULL);
	g_free(text);
	unlink(path);
}

static void
the_real_world_has_no_other_traffic(void)
{
	struct facts facts = play(
	    "real", DISK_AND_FILE LINK "[traffic t]\nlink = em0\n" PROCESS);

	CU_ASSERT(facts.status == STATUS_BAD_INPUT);
	CU_ASSERT(strstr(facts.message, "heap or simgrid") != NULL);
}

/* Its message comes after 50 ms; then the only aiod is at the disk, for less
 * than 8 ms. */
static void
waiting_for_a_peer_is_not_waiting_for_a_limit(void)
{
	struct facts f = play("heap",
	    "[kernel]\nname = freebsd-10\n"
	    "[sysctl]\nvfs.aio.target_aio_procs = 1\n"
	    "vfs.aio.max_aio_procs = 1\n"
	    "[disk d]\nlatency = 8ms\n[file data]\ndisk = d\nsize = 1m\n"
	    "[process db]\nfile = data\ndepth = 1\nrequests = 20\n" LINK
	    "[peer p]\nlink = em0\nsends = 100\nthink = 50ms\n" SOCKET
	    "[process r]\nfile = conn\ndepth = 1\nsize = 100\n"
	    "requests = 1\nstart = 1ms\n");

	CU_ASSERT(f.status == STATUS_OK && f.completed[1] == 1);
	CU_ASSERT(f.waited == 1);
	CU_ASSERT(f.waited_ns > 0 && f.waited_ns < 8000000);
}

static void
what_cannot_be_is_refused(void)
{
	static const struct refusal refusals[] = {
	    {"[file c]\nkind = socket\n",
		"t.ini:9: [file c] the key 'peer' is missing: *"},
	    {"[file c]\nkind = socket\npeer = p\n",
		"t.ini:11: [file c] there is no [peer p]*"},
	    {"[peer p]\nreads = 1k\n",
		"t.ini:9: [peer p] the key 'link' is missing: *"},
	    {"[peer p]\nlink = l\n",
		"t.ini:10: [peer p] there is no [link l]*"},
	    {"[link l]\nlatency = 1ms\n",
		"t.ini:9: [link l] the key 'bandwidth' is missing: *"},
	    {"[link l]\nbandwidth = 1m\n[peer p]\nlink = l\nthink = 1ms\n",
		"t.ini:13: [peer p] 'think' goes only with 'sends'; *"},
	    {"[link l]\nbandwidth = 1m\n[peer p]\nlink = l\nsends = 1k\n",
		"t.ini:13: [peer p] sends without a pause; *"},
	    {"[link l]\nbandwidth = 1m\n[peer p]\nhost = h\n",
		"t.ini:12: [peer p] 'host' goes only with a section "
		"[platform]; take 'link'"},
	    {"[link l]\nbandwidth = 1m\n[peer p]\nlink = l\n"
	     "receive_buffer = 1k\n[file c]\nkind = socket\npeer = p\n",
		"t.ini:13: [peer p] receive_buffer: less than a segment *"},
	    {"[host]\nname = h\n",
		"t.ini:10: [host] 'name' goes only with a section [platform]*"},
	    {"[process p]\nfile = data\ndepth = 1\nrequests = 1\nserves = "
	     "yes\n",
		"t.ini:13: [process p] 'serves' goes only with a socket; *"},
	    {"[file c]\ndisk = ada0\nsegment = 1k\n",
		"t.ini:11: [file c] 'segment' goes only with kind = socket; *"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(one_write_takes_as_long_as_its_segments),
	    RULE(heap_and_simgrid_agree),
	    RULE(a_shared_link_gives_equal_parts),
	    RULE(directions_do_not_disturb_each_other),
	    RULE(a_slow_reader_stops_the_sender),
	    RULE(a_window_a_round_trip),
	    RULE(requests_come_and_end),
	    RULE(a_receive_buffer_that_nobody_reads_stops_the_peer),
	    RULE(a_server_replies_to_its_clients),
	    RULE(a_reset_breaks_the_pipe),
	    RULE(a_reset_after_so_much),
	    RULE(a_silent_peer_is_a_stall),
	    RULE(a_platform_gives_routes),
	    RULE(waiting_for_a_peer_is_not_waiting_for_a_limit),
	    RULE(the_real_world_has_no_other_traffic),
	    RULE(what_cannot_be_is_refused),
	};

	return (RUN_RULES("network", rules));
}
