/*
 * Faults on demand on every model of a device, volumes among them, in both
 * virtual worlds: what driver_faults.c promises must not depend on the model.
 */

#include "tests/world_run.h"

#define COUNT 40
#define MS INT64_C(1000000)

struct kind {
	const char *name;
	const char *disks; /* the file lies on `d` */
	bool volume;
};

#define MEMBERS                                                    \
	"[disk m1]\nmodel = hdd\n"                                 \
	"[disk m2]\nmodel = station\nlatency = exponential(4ms)\n" \
	"[disk m3]\nmodel = ssd\n"

static const struct kind kinds[] = {
    {"station",
	"[disk d]\nchannels = 2\nlatency = exponential(4ms)\n"
	"bandwidth = 100m\n",
	false},
    {"hdd", "[disk d]\nmodel = hdd\n", false},
    {"ssd", "[disk d]\nmodel = ssd\n", false},
    {"nvme", "[disk d]\nmodel = nvme\n", false},
    {"curve", "[disk d]\nmodel = curve\n", false},
    {"stripe", MEMBERS "[disk d]\nmodel = stripe\nmembers = m1, m2, m3\n",
	true},
    {"mirror", MEMBERS "[disk d]\nmodel = mirror\nmembers = m1, m2, m3\n",
	true},
    {"raid5", MEMBERS "[disk d]\nmodel = raid5\nmembers = m1, m2, m3\n", true},
};

/* What the trace tells of the requests' ends. */
struct told {
	int ends, whole, in_part, failed;
	double first_failure_ms, last_ms;
	int within; /* ends in the open interval that was asked about */
};

/* Each completion is a line "TIME DAEMON completes PROCESS cb N with RESULT",
 * in microseconds. */
static struct told
read_trace(const char *trace, double from_ms, double to_ms)
{
	g_auto(GStrv) all = g_strsplit(trace, "\n", -1);
	struct told told = {0};
	const char *with;
	double at_ms;
	char **line;

	for (line = all; *line != NULL; line++) {
		with = strstr(*line, " with ");
		if (strstr(*line, " completes ") == NULL || with == NULL)
			continue;
		at_ms = g_ascii_strtod(*line, NULL) / 1e3;
		told.ends++;
		told.last_ms = at_ms;
		told.within += at_ms > from_ms && at_ms < to_ms;
		if (g_str_has_prefix(with, " with 8192"))
			told.whole++;
		else if (g_str_has_prefix(with, " with 2048"))
			told.in_part++;
		else if (g_str_has_prefix(with, " with -1 EIO") &&
		    told.failed++ == 0)
			told.first_failure_ms = at_ms;
	}
	return (told);
}

/* A load of reads and writes with the fault; the time of interest is that of
 * the fault. */
static struct told
strike(const char *world, const struct kind *kind, const char *fault,
    double from_ms, double to_ms)
{
	g_autofree char *text = g_strdup_printf(
	    "%s[file data]\ndisk = d\nsize = 1g\n"
	    "[process db]\nfile = data\ndepth = 4\nread = 0.5\nsize = 8k\n"
	    "requests = %d\n[fault f]\n%s",
	    kind->disks, COUNT, fault);
	g_autofree char *trace = NULL;
	struct told told;
	size_t size;

	trace = trace_of(world, text, &size);
	told = read_trace(trace, from_ms, to_ms);
	if (told.ends != COUNT)
		printf("\n    %s in %s: %d ends", kind->name, world, told.ends);
	CU_ASSERT(told.ends == COUNT);
	CU_ASSERT(told.whole + told.in_part + told.failed == COUNT);
	return (told);
}

#define EACH(kind, world)                                               \
	for (kind = kinds; kind < kinds + G_N_ELEMENTS(kinds); kind++)  \
		for (world = all_worlds; strcmp(*(world), "real") != 0; \
		     (world)++)

static void
failing_operation_fails_alone(void)
{
	const struct kind *kind;
	const char *const *world;
	struct told told;

	EACH(kind, world)
	{
		told = strike(*world, kind,
		    "process = db\nnth = 5\neffect = EIO\n", 0, 0);
		CU_ASSERT(told.failed == 1 && told.whole == COUNT - 1);
	}
}

static void
short_operation_alone_is_short(void)
{
	const struct kind *kind;
	const char *const *world;
	struct told told;

	EACH(kind, world)
	{
		told = strike(*world, kind,
		    "process = db\nnth = 5\neffect = short(0.25)\n", 0, 0);
		CU_ASSERT(told.in_part == 1 && told.whole == COUNT - 1);
	}
}

static void
delayed_operation_ends_last(void)
{
	const struct kind *kind;
	const char *const *world;
	struct told told;

	EACH(kind, world)
	{
		told = strike(*world, kind,
		    "process = db\nnth = 5\neffect = delay(5s)\n", 0, 5000);
		CU_ASSERT(told.whole == COUNT && told.last_ms > 5000);
	}
}

static void
nothing_ends_while_the_disk_stalls(void)
{
	const struct kind *kind;
	const char *const *world;
	struct told told;

	EACH(kind, world)
	{
		told = strike(*world, kind,
		    "disk = d\neffect = stall\nfrom = 1us\nfor = 3s\n", 0.001,
		    3000);
		CU_ASSERT(told.within == 0 && told.whole == COUNT);
		CU_ASSERT(told.last_ms >= 3000);
	}
}

static void
stalled_member_holds_what_lies_on_it(void)
{
	const struct kind *kind;
	const char *const *world;
	struct told told;

	EACH(kind, world)
	{
		if (!kind->volume)
			continue;
		told = strike(*world, kind,
		    "disk = m2\neffect = stall\nfrom = 1us\nfor = 3s\n", 0,
		    3000);
		CU_ASSERT(told.whole == COUNT && told.last_ms >= 3000);
		/* All four customers meet it soon. */
		CU_ASSERT(told.within < COUNT);
	}
}

/* What had not ended by then fails at once; a failed operation's customer
 * pauses for a millisecond, so it takes some ten of them. */
static void
dead_disk_fails_all_from_then_on(void)
{
	const struct kind *kind;
	const char *const *world;
	struct told told;

	EACH(kind, world)
	{
		told = strike(*world, kind,
		    "disk = d\neffect = dies(EIO)\nfrom = 200us\n", 0, 0.2);
		CU_ASSERT(told.whole == told.within);
		CU_ASSERT(told.failed == COUNT - told.within);
	}
}

static void
dead_member_fails_what_needs_it(void)
{
	const struct kind *kind;
	const char *const *world;
	struct told told;

	EACH(kind, world)
	{
		if (!kind->volume)
			continue;
		told = strike(*world, kind,
		    "disk = m2\neffect = dies(EIO)\nfrom = 0s\n", 0, 0);
		CU_ASSERT(told.failed > 0 && told.whole > 0);
	}
}

static const struct rule rules[] = {
    RULE(failing_operation_fails_alone),
    RULE(short_operation_alone_is_short),
    RULE(delayed_operation_ends_last),
    RULE(nothing_ends_while_the_disk_stalls),
    RULE(stalled_member_holds_what_lies_on_it),
    RULE(dead_disk_fails_all_from_then_on),
    RULE(dead_member_fails_what_needs_it),
};

int
main(void)
{
	return (RUN_RULES("device_faults", rules));
}
