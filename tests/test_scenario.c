/*
 * What a scenario file becomes: every field of the example, the defaults, and
 * each way of writing a value.
 */

#include <string.h>

#include "tests/scenario_rules.h"

static void
defaults_are_those_of_the_table(void)
{
	const struct disk_config *disk;
	const struct file_config *file;
	const struct process_config *p;
	struct scenario *s;
	int i;

	s = accept("[disk ada0]\n[file data]\ndisk = ada0\n" PROCESS, NULL);
	CU_ASSERT_STRING_EQUAL(s->path, "t.ini");
	CU_ASSERT_STRING_EQUAL(s->stem, "t");
	CU_ASSERT_STRING_EQUAL(s->kernel, kernel_names()[0]);
	CU_ASSERT(s->question == NULL && s->platform == NULL);
	CU_ASSERT(s->duration_ns == 0 && s->warmup_ns == 0);
	CU_ASSERT(s->requests == 0 && s->seed == 1 && s->replication == 0);
	CU_ASSERT(s->hz == 1000 && s->cores == 1);
	CU_ASSERT(s->series_interval_ns == 0);
	for (i = 0; i < COST_COUNT; i++)
		CU_ASSERT_EQUAL(s->costs_ns[i], 0);
	CU_ASSERT(s->sysctls->len == 0 && s->sweep->len == 0);

	disk = s->disks->pdata[0];
	CU_ASSERT_STRING_EQUAL(disk->name, "ada0");
	CU_ASSERT(disk->model == DISK_STATION && disk->channels == 1);
	CU_ASSERT(disk->latency.kind == DISTRIBUTION_CONSTANT);
	CU_ASSERT(disk->latency.a == 0);
	CU_ASSERT(disk->bandwidth == 0 && disk->channel_bandwidth == 0);
	CU_ASSERT(disk->queue_depth == 32 && disk->fsync_ns == 0);
	CU_ASSERT(disk->platform_disk == NULL);
	file = s->files->pdata[0];
	CU_ASSERT(file->kind == FILE_REGULAR && file->disk_index == 0);
	CU_ASSERT_EQUAL(file->size, 1 << 30);

	p = s->processes->pdata[0];
	CU_ASSERT(p->count == 1 && p->file_index == 0 && p->start_ns == 0);
	CU_ASSERT(p->arrival == ARRIVAL_CLOSED && p->depth == 1);
	CU_ASSERT(p->think.kind == DISTRIBUTION_CONSTANT && p->think.a == 0);
	CU_ASSERT(p->trace == NULL && !p->trace_asap && p->read == 1);
	CU_ASSERT(p->size.kind == DISTRIBUTION_CONSTANT && p->size.a == 4096);
	CU_ASSERT(p->offset == OFFSET_RANDOM);
	CU_ASSERT(p->collect == COLLECT_WAITCOMPLETE);
	CU_ASSERT(p->on_eagain == EAGAIN_RETRY && p->retry_ns == 1000000);
	CU_ASSERT_EQUAL(p->requests, 10);
	scenario_free(s);
}

static void
check_example_objects(const struct scenario *s)
{
	const struct disk_config *disk = s->disks->pdata[0];
	const struct file_config *file = s->files->pdata[0];
	const struct process_config *p = s->processes->pdata[0];

	CU_ASSERT(disk->channels == 8 && disk->queue_depth == 32);
	CU_ASSERT(disk->latency.kind == DISTRIBUTION_EXPONENTIAL);
	CU_ASSERT(disk->latency.a == 1e6);
	CU_ASSERT_EQUAL(disk->bandwidth, INT64_C(500) << 20);
	CU_ASSERT_STRING_EQUAL(file->name, "data");
	CU_ASSERT_STRING_EQUAL(file->disk, "ada0");
	CU_ASSERT_EQUAL(file->size, INT64_C(10) << 30);
	CU_ASSERT_STRING_EQUAL(p->name, "db");
	CU_ASSERT_STRING_EQUAL(p->file, "data");
	CU_ASSERT(p->count == 2 && p->arrival == ARRIVAL_POISSON);
	CU_ASSERT(p->rate == 2000 && p->read == 0.7);
	CU_ASSERT(p->size.kind == DISTRIBUTION_CONSTANT && p->size.a == 8192);
	CU_ASSERT(p->offset == OFFSET_RANDOM && p->collect == COLLECT_KEVENT);
	CU_ASSERT(p->on_eagain == EAGAIN_RETRY && p->retry_ns == 1000000);
	CU_ASSERT_EQUAL(p->requests, 1000000);
}

static void
example_is_read_field_by_field(void)
{
	const struct sysctl_setting *settings;
	const struct sweep_axis *axis;
	struct scenario *s;
	GError *error = NULL;

	s = scenario_read(
	    SOURCE_DIR "/scenarios/example.ini", NULL, NULL, &error);
	if (s == NULL)
		printf("\nrefused: %s\n", error->message);
	CU_ASSERT_FATAL(s != NULL);
	CU_ASSERT_STRING_EQUAL(s->stem, "example");
	CU_ASSERT_STRING_EQUAL(
	    s->question, "How many AIO daemons does this load need?");
	CU_ASSERT_EQUAL(s->duration_ns, INT64_C(10000000000));
	CU_ASSERT_EQUAL(s->warmup_ns, INT64_C(1000000000));
	CU_ASSERT(s->seed == 42 && s->hz == 1000 && s->cores == 4);
	CU_ASSERT_STRING_EQUAL(s->kernel, "freebsd-12.2");
	CU_ASSERT_EQUAL_FATAL(s->sysctls->len, 2);
	settings = (const struct sysctl_setting *)(void *)s->sysctls->data;
	CU_ASSERT(settings[0].at_ns == 0 && settings[0].value == 32);
	CU_ASSERT_EQUAL(settings[1].at_ns, INT64_C(5000000000));
	CU_ASSERT_EQUAL(settings[1].value, 64);
	CU_ASSERT_STRING_EQUAL(settings[1].node, "vfs.aio.max_aio_procs");
	CU_ASSERT(g_str_has_suffix(settings[1].where, "example.ini:25"));
	check_example_objects(s);
	CU_ASSERT_EQUAL_FATAL(s->sweep->len, 1);
	axis = &g_array_index(s->sweep, struct sweep_axis, 0);
	CU_ASSERT_STRING_EQUAL(axis->key, "vfs.aio.max_aio_procs");
	CU_ASSERT_EQUAL_FATAL(g_strv_length(axis->values), 7);
	CU_ASSERT_STRING_EQUAL(axis->values[6], "64");
	scenario_free(s);
}

static void
yardstick_is_as_promised(void)
{
	static const char *const sets[] = {"process load.requests=7",
	    "process load.depth=9", "disk ada0.bandwidth=500m/s", NULL};
	const struct process_config *p;
	const struct disk_config *disk;
	struct scenario *s;

	s = scenario_read(
	    SOURCE_DIR "/scenarios/bench-station.ini", sets, NULL, NULL);
	CU_ASSERT_FATAL(s != NULL);
	p = s->processes->pdata[0];
	disk = s->disks->pdata[0];
	CU_ASSERT(p->requests == 7 && p->depth == 9 && p->size.a == 4096);
	CU_ASSERT(p->think.a == 0 && p->collect == COLLECT_WAITCOMPLETE);
	CU_ASSERT(disk->channels == 4 && disk->latency.a == 1e6);
	CU_ASSERT_EQUAL(disk->bandwidth, INT64_C(500) << 20);
	scenario_free(s);
}

static void
times_are_exact_to_the_nanosecond(void)
{
	static const struct {
		const char *set;
		int64_t ns;
	} cases[] = {
	    {"disk ada0.fsync=7ns", 7},
	    {"disk ada0.fsync=0.5ms", 500000},
	    {"disk ada0.fsync=1.5s", 1500000000},
	    {"disk ada0.fsync=0.1s", 100000000},
	    {"disk ada0.fsync=1.000000001s", 1000000001},
	    {"disk ada0.fsync=0.4ns", 0},
	    {"disk ada0.fsync=0.5ns", 1},
	    {"disk ada0.fsync=1000000000s", INT64_C(1000000000000000000)},
	};
	struct scenario *s;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		s = accept_small(cases[i].set);
		CU_ASSERT_EQUAL(
		    ((struct disk_config *)s->disks->pdata[0])->fsync_ns,
		    cases[i].ns);
		scenario_free(s);
	}
}

static void
sizes_are_powers_of_1024(void)
{
	static const struct {
		const char *set;
		int64_t bytes;
	} cases[] = {
	    {"file data.size=4096", 4096},
	    {"file data.size=4k", 4096},
	    {"file data.size=1.5m", 3 << 19},
	    {"file data.size=1g", 1 << 30},
	    {"file data.size=1048576t", INT64_C(1) << 60},
	};
	struct scenario *s;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		s = accept_small(cases[i].set);
		CU_ASSERT_EQUAL(
		    ((struct file_config *)s->files->pdata[0])->size,
		    cases[i].bytes);
		scenario_free(s);
	}
}

static void
request_as_large_as_the_file_fits(void)
{
	scenario_free(accept_small("process db.size=1g"));
	scenario_free(accept_small("file data.size=4k"));
	expect_refusal(SMALL, (const char *[]) {"file data.size=4095", NULL},
	    "t.ini:5: [process db] size: requests of 4k do not fit in [file "
	    "data] of 4095; raise the file's size");
}

static void
distributions_carry_their_parameters(void)
{
	static const struct {
		const char *set;
		enum distribution_kind kind;
		double a, b;
	} cases[] = {
	    {"disk ada0.latency=80us", DISTRIBUTION_CONSTANT, 80e3, 0},
	    {"disk ada0.latency=constant(80us)", DISTRIBUTION_CONSTANT, 80e3,
		0},
	    {"disk ada0.latency=exponential( 1ms )", DISTRIBUTION_EXPONENTIAL,
		1e6, 0},
	    {"disk ada0.latency=uniform(1us, 2us)", DISTRIBUTION_UNIFORM, 1e3,
		2e3},
	    {"disk ada0.latency=lognormal(1ms,0.5)", DISTRIBUTION_LOGNORMAL,
		1e6, 0.5},
	};
	const struct distribution *d;
	struct scenario *s;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		s = accept_small(cases[i].set);
		d = &((struct disk_config *)s->disks->pdata[0])->latency;
		CU_ASSERT_EQUAL(d->kind, cases[i].kind);
		CU_ASSERT_EQUAL(d->a, cases[i].a);
		CU_ASSERT_EQUAL(d->b, cases[i].b);
		scenario_free(s);
	}
}

static void
empirical_values_lie_beside_the_scenario(void)
{
	static const char text[] = SMALL "think = empirical(times.txt)\n";
	const struct process_config *p;
	struct scenario *s;

	s = scenario_parse(text, strlen(text), DATA "t.ini", NULL, NULL, NULL);
	CU_ASSERT_FATAL(s != NULL);
	p = s->processes->pdata[0];
	CU_ASSERT_EQUAL(p->think.kind, DISTRIBUTION_EMPIRICAL);
	CU_ASSERT_EQUAL_FATAL(p->think.values->len, 3);
	CU_ASSERT_EQUAL(g_array_index(p->think.values, int64_t, 0), 80000);
	CU_ASSERT_EQUAL(g_array_index(p->think.values, int64_t, 1), 1500000);
	CU_ASSERT_EQUAL(g_array_index(p->think.values, int64_t, 2), 200);
	scenario_free(s);
}

static void
ways_of_a_process_are_understood(void)
{
	static const char *const sets[] = {"process db.offset=zipf(0.9)",
	    "process db.collect=poll(2ms)", "process db.on_eagain=drop",
	    "process db.read=0", "process db.start=3s", NULL};
	const struct process_config *p;
	struct scenario *s;

	s = accept(SMALL, sets);
	p = s->processes->pdata[0];
	CU_ASSERT(p->offset == OFFSET_ZIPF && p->zipf_exponent == 0.9);
	CU_ASSERT(p->collect == COLLECT_POLL && p->poll_ns == 2000000);
	CU_ASSERT(p->on_eagain == EAGAIN_DROP && p->read == 0);
	CU_ASSERT_EQUAL(p->start_ns, INT64_C(3000000000));
	scenario_free(s);
	s = accept(DISK_AND_FILE "[process t]\nfile = data\ntrace = t.csv\n"
				 "pace = asap\n",
	    NULL);
	p = s->processes->pdata[0];
	CU_ASSERT(p->arrival == ARRIVAL_TRACE && p->trace_asap);
	CU_ASSERT_STRING_EQUAL(p->trace, "t.csv");
	scenario_free(s);
}

static void
single_costs_override_typical_ones(void)
{
	struct scenario *s;
	int i;

	s = accept(
	    SMALL "[cpu]\nwakeup = 7us\ncosts = typical\nexit = 0s\n", NULL);
	CU_ASSERT_EQUAL(s->costs_ns[COST_WAKEUP], 7000);
	CU_ASSERT_EQUAL(s->costs_ns[COST_EXIT], 0);
	for (i = 0; i < COST_COUNT; i++)
		CU_ASSERT(i == COST_EXIT || s->costs_ns[i] > 0);
	scenario_free(s);
}

static void
platform_gives_each_disk_a_name(void)
{
	static const char *const sets[] = {"platform.file=/p/x.xml", NULL};
	struct scenario *s;

	s = accept(SMALL "[disk b]\n[platform]\nfile = y.xml\n", sets);
	CU_ASSERT_STRING_EQUAL(s->platform, "/p/x.xml");
	CU_ASSERT_STRING_EQUAL(
	    ((struct disk_config *)s->disks->pdata[1])->platform_disk, "b");
	scenario_free(s);
}

static void
instances_are_numbered_from_one(void)
{
	struct process_config p = {.name = (char[]) {"db"}, .count = 1};
	char *name;

	name = scenario_process_name(&p, 0);
	CU_ASSERT_STRING_EQUAL(name, "db");
	g_free(name);
	p.count = 2;
	name = scenario_process_name(&p, 1);
	CU_ASSERT_STRING_EQUAL(name, "db.2");
	g_free(name);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(defaults_are_those_of_the_table),
	    RULE(example_is_read_field_by_field),
	    RULE(yardstick_is_as_promised),
	    RULE(times_are_exact_to_the_nanosecond),
	    RULE(sizes_are_powers_of_1024),
	    RULE(request_as_large_as_the_file_fits),
	    RULE(distributions_carry_their_parameters),
	    RULE(empirical_values_lie_beside_the_scenario),
	    RULE(ways_of_a_process_are_understood),
	    RULE(single_costs_override_typical_ones),
	    RULE(platform_gives_each_disk_a_name),
	    RULE(instances_are_numbered_from_one),
	};

	return (RUN_RULES("scenario", rules));
}
