/*
 * Comparing the runs of a crosscheck: runs that are the same agree, and a
 * difference that was made is found.  All of them are in virtual time.
 */

#include <math.h>
#include <string.h>

#include "sim/crosscheck/comparison.h"
#include "tests/suite.h"

static const char closed[] =
    "[sysctl]\nvfs.aio.max_aio_procs = 4\n"
    "vfs.aio.max_aio_queue_per_proc = 6\n"
    "[disk d]\nchannels = 8\nlatency = exponential(1ms)\n"
    "[file data]\ndisk = d\nsize = 1m\n"
    "[process db]\nfile = data\ndepth = 8\nrequests = 400\nread = 0.5\n"
    "size = constant(4k)\ncollect = suspend\non_eagain = sync\n";

/* ---- Sides, both in virtual time -------------------------------------- */

static struct scenario *
parse(const char *text, const char *set)
{
	const char *const sets[] = {set, NULL};
	GError *error = NULL;
	struct scenario *s =
	    scenario_parse(text, strlen(text), "t.ini", sets, NULL, &error);

	g_assert_no_error(error);
	return (s);
}

static void
play_side(struct side *side, const char *name, const struct scenario *s)
{
	GError *error = NULL;

	side_init(side, name);
	CU_ASSERT_EQUAL(
	    side_play(side,
		&(struct side_setup) {.scenario = s, .world = &world_heap},
		&error),
	    STATUS_OK);
	g_assert_no_error(error);
}

struct two {
	struct scenario *scenario, *changed;
	struct side real, other;
	struct comparison comparison;
};

/* The load against itself with a change, or with none; `determined` as if no
 * time had been waited for. */
static void
compare(struct two *t, const char *text, const char *set, bool determined)
{
	memset(t, 0, sizeof(*t));
	t->scenario = parse(text, NULL);
	t->changed = parse(text, set);
	play_side(&t->real, "real", t->scenario);
	play_side(&t->other, "measured", t->changed);
	t->comparison = (struct comparison) {
	    .tolerances = {0.1, 0.1, 0},
	    .judged = true,
	    .determined = determined,
	};
	comparison_make(&t->comparison, t->scenario, &t->real, &t->other);
}

static void
release(struct two *t)
{
	comparison_clear(&t->comparison);
	side_clear(&t->real);
	side_clear(&t->other);
	scenario_free(t->scenario);
	scenario_free(t->changed);
}

/* What was found under a key; NULL if nothing. */
static const struct finding *
found(const struct comparison *c, const char *key)
{
	guint i;

	for (i = 0; i < c->findings->len; i++) {
		const struct finding *f =
		    &g_array_index(c->findings, struct finding, i);

		if (strcmp(f->key, key) == 0)
			return (f);
	}
	return (NULL);
}

static void
verdict_is(const struct comparison *c, const char *key, enum verdict verdict)
{
	const struct finding *f = found(c, key);

	if (f == NULL || f->verdict != verdict)
		printf("\n%s: %s\n", key,
		    f == NULL ? "not there" : "another verdict");
	CU_ASSERT(f != NULL && f->verdict == verdict);
}

static void
equal_runs_agree_in_everything(void)
{
	struct two t;

	compare(&t, closed, NULL, true);
	CU_ASSERT_EQUAL(t.comparison.differing, 0);
	CU_ASSERT(t.comparison.exact > 20);
	verdict_is(&t.comparison, "fingerprint", VERDICT_AGREES);
	verdict_is(&t.comparison, "times.unlike", VERDICT_AGREES);
	verdict_is(&t.comparison,
	    "refused.EAGAIN, vfs.aio.max_aio_queue_per_proc", VERDICT_AGREES);
	CU_ASSERT_EQUAL(t.comparison.remarks->len, 0);
	release(&t);
	compare(&t, closed, NULL, false);
	CU_ASSERT_EQUAL(t.comparison.differing, 0);
	release(&t);
}

static void
another_limit_is_found_by_its_node(void)
{
	struct two t;

	compare(&t, closed, "vfs.aio.max_aio_queue_per_proc=7", true);
	verdict_is(&t.comparison,
	    "refused.EAGAIN, vfs.aio.max_aio_queue_per_proc", VERDICT_DIFFERS);
	verdict_is(
	    &t.comparison, "operations.done_synchronously", VERDICT_DIFFERS);
	verdict_is(&t.comparison, "operations.wanted.db", VERDICT_AGREES);
	release(&t);
}

static void
another_pool_is_found_by_its_daemons(void)
{
	struct two t;

	compare(&t, closed, "vfs.aio.max_aio_procs=5", true);
	verdict_is(&t.comparison, "daemons.created", VERDICT_DIFFERS);
	verdict_is(&t.comparison, "daemons.max", VERDICT_DIFFERS);
	verdict_is(&t.comparison, "daemons.reaped", VERDICT_AGREES);
	release(&t);
}

static const char faulty[] =
    "[disk d]\nchannels = 8\nlatency = exponential(1ms)\n"
    "[file data]\ndisk = d\nsize = 1m\n"
    "[process db]\nfile = data\ndepth = 4\nrequests = 200\n"
    "size = constant(4k)\ncollect = suspend\n"
    "[fault bad]\nfile = data\nnth = 17\neffect = EIO\n";

static void
another_errno_is_found_and_its_operation_named(void)
{
	struct two t;
	const char *remark;

	compare(&t, faulty, "fault bad.effect=ENXIO", false);
	verdict_is(&t.comparison, "requests.other_end", VERDICT_DIFFERS);
	CU_ASSERT_EQUAL(
	    found(&t.comparison, "requests.other_end")->difference, 1);
	CU_ASSERT_EQUAL_FATAL(t.comparison.remarks->len, 1);
	remark = t.comparison.remarks->pdata[0];
	CU_ASSERT_PTR_NOT_NULL(strstr(remark, "operation 16 of db"));
	CU_ASSERT_PTR_NOT_NULL(strstr(remark, "EIO in the real run"));
	CU_ASSERT_PTR_NOT_NULL(strstr(remark, "ENXIO in virtual time"));
	release(&t);
}

static void
fewer_bytes_are_another_end(void)
{
	struct two t;

	compare(&t, faulty, "fault bad.effect=short(0.5)", false);
	verdict_is(&t.comparison, "requests.other_end", VERDICT_DIFFERS);
	release(&t);
}

static void
another_seed_is_another_load(void)
{
	struct two t;

	compare(&t, closed, "scenario.seed=2", false);
	verdict_is(&t.comparison, "requests.unlike", VERDICT_DIFFERS);
	release(&t);
}

static void
a_slower_disk_is_found_in_its_latencies(void)
{
	struct two t;

	compare(&t, closed, "disk d.latency=exponential(1.5ms)", false);
	verdict_is(&t.comparison, "latency_ns.service.p50", VERDICT_DIFFERS);
	verdict_is(
	    &t.comparison, "latency_ns.service.distance", VERDICT_DIFFERS);
	verdict_is(&t.comparison, "simulated_ns", VERDICT_DIFFERS);
	verdict_is(&t.comparison, "requests.unlike", VERDICT_AGREES);
	verdict_is(&t.comparison, "latency_ns.service.kolmogorov_smirnov",
	    VERDICT_NONE);
	release(&t);
}

static void
a_little_slower_is_within_tolerance(void)
{
	struct two t;

	compare(&t, closed, "disk d.latency=exponential(1.03ms)", false);
	verdict_is(&t.comparison, "latency_ns.service.p50", VERDICT_AGREES);
	verdict_is(
	    &t.comparison, "latency_ns.service.distance", VERDICT_AGREES);
	CU_ASSERT(
	    fabs(found(&t.comparison, "latency_ns.service.mean")->difference -
		0.03) < 0.02);
	release(&t);
	/* … but not the same run. */
	compare(&t, closed, "disk d.latency=exponential(1.03ms)", true);
	verdict_is(&t.comparison, "times.unlike", VERDICT_DIFFERS);
	verdict_is(&t.comparison, "fingerprint", VERDICT_DIFFERS);
	release(&t);
}

static void
fewer_operations_are_found_where_their_number_is_fixed(void)
{
	static const char loose[] =
	    "[scenario]\nduration = 100ms\n[disk d]\nlatency = 1ms\n"
	    "[file data]\ndisk = d\nsize = 1m\n"
	    "[process db]\nfile = data\ndepth = 1\n";
	struct two t;

	compare(&t, closed, "process db.requests=399", false);
	verdict_is(&t.comparison, "operations.wanted.db", VERDICT_DIFFERS);
	CU_ASSERT(found(&t.comparison, "operations.wanted.db")->exact);
	release(&t);
	/* One of 100 that a duration cuts off is none of the kernel's. */
	compare(&t, loose, "disk d.latency=1010us", false);
	verdict_is(&t.comparison, "operations.wanted.db", VERDICT_AGREES);
	CU_ASSERT(!found(&t.comparison, "operations.wanted.db")->exact);
	release(&t);
}

static void
what_is_only_shown_has_no_verdict(void)
{
	struct two t;
	guint i;

	compare(&t, closed, "vfs.aio.max_aio_procs=1", false);
	comparison_clear(&t.comparison);
	t.comparison = (struct comparison) {.tolerances = {0.1, 0.1, 0}};
	comparison_make(&t.comparison, t.scenario, &t.real, &t.other);
	CU_ASSERT(t.comparison.findings->len > 20);
	for (i = 0; i < t.comparison.findings->len; i++)
		CU_ASSERT_EQUAL(
		    g_array_index(t.comparison.findings, struct finding, i)
			.verdict,
		    VERDICT_NONE);
	CU_ASSERT_EQUAL(t.comparison.differing, 0);
	release(&t);
}

static void
facts_leave_out_what_the_speed_changes(void)
{
	struct two t;
	guint i;

	compare(&t, closed, "disk d.latency=exponential(3ms)", false);
	comparison_clear(&t.comparison);
	t.comparison = (struct comparison) {.judged = true, .facts = true};
	comparison_make(&t.comparison, t.scenario, &t.real, &t.other);
	CU_ASSERT_EQUAL(t.comparison.differing, 0);
	CU_ASSERT(t.comparison.findings->len > 3);
	for (i = 0; i < t.comparison.findings->len; i++)
		CU_ASSERT(
		    g_array_index(t.comparison.findings, struct finding, i)
			.exact);
	release(&t);
}

static const struct rule rules[] = {
    RULE(equal_runs_agree_in_everything),
    RULE(another_limit_is_found_by_its_node),
    RULE(another_pool_is_found_by_its_daemons),
    RULE(another_errno_is_found_and_its_operation_named),
    RULE(fewer_bytes_are_another_end),
    RULE(another_seed_is_another_load),
    RULE(a_slower_disk_is_found_in_its_latencies),
    RULE(a_little_slower_is_within_tolerance),
    RULE(fewer_operations_are_found_where_their_number_is_fixed),
    RULE(what_is_only_shown_has_no_verdict),
    RULE(facts_leave_out_what_the_speed_changes),
};

int
main(void)
{
	return (RUN_RULES("crosscheck comparison", rules));
}
