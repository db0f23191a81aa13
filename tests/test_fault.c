/*
 * Faults on demand: who is struck, and what a scenario is refused for.
 */

#include "sim/fault.h"
#include "tests/scenario_rules.h"

#define MS INT64_C(1000000)

/* ---- Who is struck ---------------------------------------------------- */

static GPtrArray *definitions;

static struct fault *
define(const char *name, enum fault_effect effect)
{
	struct fault *fault = fault_new(name);

	if (definitions == NULL)
		definitions = g_ptr_array_new_with_free_func(fault_free);
	fault->opcodes = 1u << KERNEL_OP_READ | 1u << KERNEL_OP_WRITE;
	fault->effect = effect;
	fault->error = effect == FAULT_REFUSE ? KE_EAGAIN : KE_EIO;
	g_ptr_array_add(definitions, fault);
	return (fault);
}

static void
forget_definitions(void)
{
	g_clear_pointer(&definitions, g_ptr_array_unref);
}

static const struct fault_party db = {"db", "db.2", "data"};

/* An attempt at an operation; what strikes it is left in the operation. */
static struct operation
attempt(struct faults *faults, const struct fault_party *party,
    enum kernel_opcode opcode, uint64_t number, uint32_t attempts)
{
	struct operation operation = {
	    .number = number,
	    .object = stream_object(party->instance),
	    .attempts = attempts,
	};

	faults_at_submission(faults, party, opcode, &operation, 0);
	return (operation);
}

static struct operation
first_read(struct faults *faults, uint64_t number)
{
	return (attempt(faults, &db, KERNEL_OP_READ, number, 1));
}

static void
nth_strikes_one_operation_of_its_kind(void)
{
	struct fault *fault = define("third", FAULT_ERROR);
	struct faults *faults;
	int i, struck = 0;

	fault->nth = 3;
	fault->opcodes = 1u << KERNEL_OP_READ;
	faults = faults_new(definitions, 1, 0);
	for (i = 0; i < 10; i++) {
		CU_ASSERT(
		    attempt(faults, &db, KERNEL_OP_WRITE, 2 * i, 1).fault == 0);
		if (first_read(faults, 2 * i + 1).fault != 0) {
			struck++;
			CU_ASSERT(i == 2);
		}
	}
	CU_ASSERT(struck == 1);
	faults_free(faults);
	forget_definitions();
}

static void
fault_concerns_its_process_instance_and_file(void)
{
	static const struct fault_party others[] = {{"db", "db.1", "data"},
	    {"web", "web", "data"}, {"db", "db.2", "log"}};
	static const bool struck_by[3][3] = {/* db, db.2, file data */
	    {true, false, true}, {false, false, true}, {true, true, false}};
	struct faults *faults;
	size_t who, which;

	for (which = 0; which < 3; which++) {
		struct fault *fault = define("f", FAULT_ERROR);

		if (which == 2)
			fault->file = g_strdup("data");
		else
			fault->process = g_strdup(which == 0 ? "db" : "db.2");
		faults = faults_new(definitions, 1, 0);
		CU_ASSERT(first_read(faults, 0).fault == 1);
		for (who = 0; who < 3; who++)
			CU_ASSERT(
			    attempt(faults, &others[who], KERNEL_OP_READ, 0, 1)
				.fault == struck_by[who][which]);
		faults_free(faults);
		forget_definitions();
	}
}

static void
share_strikes_that_share(void)
{
	struct faults *faults;
	int i, struck = 0;

	define("some", FAULT_ERROR)->share = 0.1;
	faults = faults_new(definitions, 1, 0);
	for (i = 0; i < 10000; i++)
		struck += first_read(faults, (uint64_t)i).fault;
	/* 1000, and a standard deviation of 30. */
	CU_ASSERT(struck > 900 && struck < 1100);
	faults_free(faults);
	forget_definitions();
}

/* Order and company do not matter; the seed does. */
static void
share_strikes_the_same_operations_in_any_order(void)
{
	struct faults *one, *other, *seeded;
	bool struck[1000];
	int i, differ = 0;

	define("some", FAULT_ERROR)->share = 0.1;
	one = faults_new(definitions, 1, 0);
	seeded = faults_new(definitions, 2, 0);
	for (i = 0; i < 1000; i++) {
		struck[i] = first_read(one, (uint64_t)i).fault == 1;
		differ += struck[i] != first_read(seeded, (uint64_t)i).fault;
	}
	define("late", FAULT_ERROR)->share = 0.5;
	other = faults_new(definitions, 1, 0);
	for (i = 999; i >= 0; i--)
		CU_ASSERT(
		    (first_read(other, (uint64_t)i).fault == 1) == struck[i]);
	CU_ASSERT(differ > 100);
	faults_free(one);
	faults_free(other);
	faults_free(seeded);
	forget_definitions();
}

static void
refusal_is_drawn_anew_at_each_attempt(void)
{
	struct faults *faults;
	uint32_t attempts, refused = 0;
	struct operation operation;

	define("error", FAULT_ERROR);
	define("again", FAULT_REFUSE)->share = 0.5;
	faults = faults_new(definitions, 1, 0);
	operation = first_read(faults, 7);
	CU_ASSERT(operation.fault == 1);
	for (attempts = 2; attempts < 102; attempts++) {
		operation.attempts = attempts;
		faults_at_submission(
		    faults, &db, KERNEL_OP_READ, &operation, 0);
		refused += operation.refusal == 2;
		CU_ASSERT(operation.fault == 1);
	}
	CU_ASSERT(refused > 30 && refused < 70);
	faults_free(faults);
	forget_definitions();
}

static void
fault_is_on_from_its_beginning_until_its_end(void)
{
	struct fault *fault = define("window", FAULT_STALL);
	struct faults *faults;

	fault->disk_index = 1;
	fault->from_ns = 5;
	fault->for_ns = 10;
	faults = faults_new(definitions, 1, 0);
	CU_ASSERT(faults_of_disk(faults, 1, FAULT_STALL, 4) == NULL);
	CU_ASSERT(faults_of_disk(faults, 1, FAULT_STALL, 5) == fault);
	CU_ASSERT(faults_of_disk(faults, 1, FAULT_STALL, 14) == fault);
	CU_ASSERT(faults_of_disk(faults, 1, FAULT_STALL, 15) == NULL);
	CU_ASSERT(faults_of_disk(faults, 0, FAULT_STALL, 5) == NULL);
	CU_ASSERT(faults_of_disk(faults, 1, FAULT_DIES, 5) == NULL);
	faults_free(faults);
	forget_definitions();
}

/* ---- Bad input -------------------------------------------------------- */

static void
bad_faults_are_refused(void)
{
	static const struct refusal refusals[] = {
	    {"[fault]\neffect = EIO\n",
		"t.ini:9: [fault] needs a name, such as [fault bad-block]"},
	    {"[fault f]\nprocess = db\n",
		"t.ini:9: [fault f] the key 'effect' is missing: *"},
	    {"[fault f]\neffect = EIO\n",
		"t.ini:9: [fault f] needs a file, a process or both, such as "
		"'file = data'"},
	    {"[fault f]\nprocess = db\neffect = EWHAT\n",
		"t.ini:11: [fault f] effect: expected EIO | *"},
	    {"[fault f]\nprocess = db\neffect = short(2)\n",
		"t.ini:11: [fault f] effect: *"},
	    {"[fault f]\nprocess = db\neffect = delay(5)\n",
		"t.ini:11: [fault f] effect: *"},
	    {"[fault f]\nprocess = db\neffect = dies(EAGAIN)\n",
		"t.ini:11: [fault f] effect: expected EIO | *"},
	    {"[fault f]\nprocess = db\ncall = open\neffect = EIO\n",
		"t.ini:11: [fault f] call: expected read | write | fsync | "
		"any, not 'open'"},
	    {"[fault f]\nprocess = db\nnth = 2\nshare = 0.5\neffect = EIO\n",
		"t.ini:12: [fault f] 'share' excludes 'nth' of t.ini:11; keep "
		"one of them"},
	    {"[fault f]\nprocess = db\ncall = read\neffect = ENOSPC\n",
		"t.ini:11: [fault f] call: no read meets this effect; remove "
		"the key"},
	    {"[fault f]\nprocess = db\ncall = fsync\neffect = short(0.5)\n",
		"t.ini:11: [fault f] call: no fsync meets this effect; *"},
	    {"[fault f]\nprocess = bd\neffect = EIO\n",
		"t.ini:10: [fault f] there is no [process bd], did you mean "
		"*"},
	    {"[fault f]\nprocess = db.1\neffect = EIO\n",
		"t.ini:10: [fault f] there is no [process db.1]*"},
	    {"[fault f]\nfile = date\neffect = EIO\n",
		"t.ini:10: [fault f] there is no [file date], *"},
	    {"[fault f]\ndisk = ada0\neffect = EIO\n",
		"t.ini:10: [fault f] 'disk' goes with the effects stall and "
		"dies; *"},
	    {"[fault f]\neffect = dies\n",
		"t.ini:9: [fault f] a disk stalls or dies: name it, such as "
		"'disk = ada0'"},
	    {"[fault f]\ndisk = ada0\neffect = stall\n",
		"t.ini:9: [fault f] a stall needs its length, such as 'for = "
		"500ms'"},
	    {"[fault f]\ndisk = ada0\nnth = 2\neffect = dies\n",
		"t.ini:11: [fault f] 'nth' does not go with a disk that "
		"stalls or dies; remove it"},
	    {"[fault f]\ndisk = ada1\neffect = dies\n",
		"t.ini:10: [fault f] there is no [disk ada1], *"},
	};

	EXPECT_REFUSALS(SMALL, refusals);
}

static void
fault_can_name_one_instance_and_be_set(void)
{
	static const char *const sets[] = {
	    "fault f.share=0.25", "fault f.effect=dies(EIO)", NULL};
	struct scenario *s;
	const struct fault *fault;

	s = accept(DISK_AND_FILE
	    "[process db]\ncount = 2\nfile = data\ndepth = 1\nrequests = 1\n"
	    "[fault f]\nprocess = db.2\neffect = short(0.5)\n",
	    (const char *const[]) {sets[0], NULL});
	fault = s->faults->pdata[0];
	CU_ASSERT_STRING_EQUAL(fault->process, "db.2");
	CU_ASSERT(fault->share == 0.25 && fault->part == 0.5);
	CU_ASSERT(
	    fault->opcodes == (1u << KERNEL_OP_READ | 1u << KERNEL_OP_WRITE));
	scenario_free(s);
	s = accept(SMALL "[fault f]\ndisk = ada0\nfrom = 1s\neffect = dies\n",
	    (const char *const[]) {sets[1], NULL});
	fault = s->faults->pdata[0];
	CU_ASSERT(fault->effect == FAULT_DIES && fault->error == KE_EIO);
	CU_ASSERT(fault->disk_index == 0 && fault->from_ns == 1000 * MS);
	scenario_free(s);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(nth_strikes_one_operation_of_its_kind),
	    RULE(fault_concerns_its_process_instance_and_file),
	    RULE(share_strikes_that_share),
	    RULE(share_strikes_the_same_operations_in_any_order),
	    RULE(refusal_is_drawn_anew_at_each_attempt),
	    RULE(fault_is_on_from_its_beginning_until_its_end),
	    RULE(bad_faults_are_refused),
	    RULE(fault_can_name_one_instance_and_be_set),
	};

	return (RUN_RULES("fault", rules));
}
