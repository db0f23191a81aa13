/*
 * SimGrid's network models: plain CM02, and LV08 with its factors of latency
 * and bandwidth, and its shares by latency.
 */

#include "tests/network_run.h"

#define LINK                      \
	"[link em0]\n"            \
	"bandwidth = 1000000/s\n" \
	"latency = 1ms\n"
#define BULK "[traffic bulk]\nlink = em0\nsize = 100000\n"

/* What LV08 makes of a link's numbers (SimGrid, network/latency-factor,
 * network/bandwidth-factor, network/weight-S). */
#define LATENCY_FACTOR 13.01
#define BANDWIDTH_FACTOR 0.97
#define WEIGHT 20537.0

static struct facts
play_model(const char *model, const char *duration, const char *text)
{
	char *whole =
	    g_strdup_printf("[scenario]\nduration = %s\nnetwork = %s\n%s",
		duration, model, text);
	struct facts facts = play("simgrid", whole);

	CU_ASSERT(facts.status == STATUS_OK);
	g_free(whole);
	return (facts);
}

/* A process that keeps the run going, and has nothing to do with the link. */
#define CLOCK \
	DISK_AND_FILE "[process p]\nfile = data\narrivals = periodic(1/s)\n"

static void
a_message_takes_its_latency_and_size_by_the_model(void)
{
	struct facts plain = play_model("cm02", "10s", LINK BULK CLOCK);
	struct facts factors = play_model("lv08", "10s", LINK BULK CLOCK);
	double message_s =
	    LATENCY_FACTOR * 1e-3 + 100000 / (BANDWIDTH_FACTOR * 1e6);

	CU_ASSERT_EQUAL(plain.link_bytes[0][1], 100 * 100000);
	CU_ASSERT_EQUAL(
	    factors.link_bytes[0][1], (uint64_t)(10 / message_s) * 100000);
}

/* As in test_network: over with the 16th acknowledgement, a latency after its
 * segment.  Each segment brings LV08's latency with it, and waits for the last.
 */
static void
segments_are_messages_to_lv08(void)
{
	static const char text[] =
	    LINK "[peer p]\nlink = em0\n"
		 "[file conn]\nkind = socket\npeer = p\nsegment = 1000\n"
		 "send_buffer = 4000\nsend_lowat = 1000\n"
		 "[process w]\nfile = conn\ndepth = 1\nread = 0\n"
		 "size = 20000\nrequests = 1\n";
	struct facts facts = play_model("lv08", "10s", text);
	double segment_s =
	    LATENCY_FACTOR * 1e-3 + 1000 / (BANDWIDTH_FACTOR * 1e6);

	CU_ASSERT_EQUAL(facts.network[0].entered_bytes, 20000);
	CU_ASSERT_DOUBLE_EQUAL(
	    (double)facts.simulated_ns / 1e9, 16 * segment_s + 1e-3, 1e-6);
}

/* Two flows over one link, one of them on a longer way.  Their messages are so
 * long that the latency before each is next to nothing. */
static struct facts
play_two_ways(const char *model)
{
	static const char platform[] =
	    "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
	    "\"https://simgrid.org/simgrid.dtd\">\n<platform version=\"4.1\">"
	    "<zone id=\"z\" routing=\"Full\"><host id=\"a\" speed=\"1Gf\">"
	    "<disk id=\"ada0\" read_bw=\"1GBps\" write_bw=\"1GBps\"/></host>"
	    "<host id=\"b\" speed=\"1Gf\"/><host id=\"c\" speed=\"1Gf\"/>"
	    "<link id=\"l\" bandwidth=\"1MBps\" latency=\"1ms\"/>"
	    "<link id=\"m\" bandwidth=\"100MBps\" latency=\"9ms\"/>"
	    "<route src=\"a\" dst=\"b\"><link_ctn id=\"l\"/></route>"
	    "<route src=\"a\" dst=\"c\"><link_ctn id=\"l\"/>"
	    "<link_ctn id=\"m\"/></route></zone></platform>\n";
	char path[] = BINARY_DIR "/model-XXXXXX";
	int fd = mkstemp(path);
	struct facts facts;
	char *text;

	CU_ASSERT(
	    write(fd, platform, strlen(platform)) == (ssize_t)strlen(platform));
	close(fd);
	text = g_strdup_printf("[platform]\nfile = %s\n"
			       "[traffic near]\nhost = b\nsize = 10m\n"
			       "[traffic far]\nhost = c\nsize = 10m\n" CLOCK,
	    path);
	facts = play_model(model, "2000s", text);
	g_free(text);
	unlink(path);
	return (facts);
}

static void
lv08_gives_a_longer_way_a_smaller_share(void)
{
	struct facts plain = play_two_ways("cm02");
	struct facts shares = play_two_ways("lv08");
	double near = 0.001 + WEIGHT / 1e6;
	double far = 0.001 + 0.009 + WEIGHT / 1e6 + WEIGHT / 1e8;

	CU_ASSERT_EQUAL(plain.link_bytes[0][1], plain.link_bytes[1][1]);
	CU_ASSERT_DOUBLE_EQUAL(
	    (double)shares.link_bytes[0][1] / (double)shares.link_bytes[1][1],
	    far / near, 0.03);
}

static void
other_worlds_have_no_models(void)
{
	static const char *const others[] = {"heap", "real"};
	struct facts facts;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(others); i++) {
		facts = play(others[i], "[scenario]\nnetwork = lv08\n" SMALL);
		CU_ASSERT(facts.status == STATUS_BAD_INPUT);
		CU_ASSERT(strstr(facts.message,
			      "network = lv08 is SimGrid's; it needs "
			      "--world simgrid") != NULL);
	}
}

static void
an_unknown_model_is_refused(void)
{
	static const struct refusal refusals[] = {
	    {"[scenario]\nnetwork = tcp\n",
		"t.ini:10: [scenario] network: expected cm02 | lv08, not "
		"'tcp'"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(a_message_takes_its_latency_and_size_by_the_model),
	    RULE(segments_are_messages_to_lv08),
	    RULE(lv08_gives_a_longer_way_a_smaller_share),
	    RULE(other_worlds_have_no_models),
	    RULE(an_unknown_model_is_refused),
	};

	return (RUN_RULES("network models", rules));
}
