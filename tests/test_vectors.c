/*
 * The conformance vectors: every file in the folder is named here, and must
 * agree in every field, in both virtual worlds.
 */

#include <glib.h>
#include <string.h>

#include "sim/vector/vector.h"
#include "tests/suite.h"

#define FOLDER SOURCE_DIR "/tests/vectors"

/* clang-format off */
#define VECTORS(V) \
	V(h01_first_use_fill) V(h02_active_limit) V(h03_outstanding_limit) \
	V(h04_system_queue_limit) V(h05_check_order) V(h06_before_first_use) \
	V(h07_waitcomplete_first) V(h08_growth_to_max) \
	V(h09_growth_capped_per_proc) V(h10_two_procs_share) \
	V(h11_skip_process_at_limit) V(h12_single_channel) \
	V(h13_reap_to_target) V(h14_lifo_light_load) \
	V(h15_rotation_at_target) V(h16_lifetime_zero) \
	V(h17_lifetime_change) V(h18_target_change) V(h19_lower_max_procs) \
	V(h20_max_procs_zero) V(h21_raise_active_limit_stall) \
	V(h22_rescue_by_lifetime) V(h23_lower_active_limit) \
	V(h24_live_queue_limit) V(h25_cancel_states) V(h26_cancel_all_mixed) \
	V(h27_cancel_all_queued) V(h28_fsync_order) \
	V(h29_fsync_nothing_pending) V(h30_fsync_cancel) V(h31_fsync_chain) \
	V(h32_fsync_unsafe) V(h33_lio_wait_ok) V(h34_lio_wait_eio) \
	V(h35_lio_both_errors) V(h36_lio_nowait_kevent) V(h37_lio_burst) \
	V(h38_lio_opcodes) V(h39_lio_nent_limit) V(h40_waitcomplete_order) \
	V(h41_timeout_restart) V(h42_suspend_variants) V(h43_cb_reuse) \
	V(h44_unsafe) V(h45_rawdisk_mapped_limit) V(h46_rawdisk_unmapped) \
	V(h47_rawdisk_unmapped_globally_off) V(h48_rawdisk_ineligible) \
	V(h49_rawdisk_and_queue_limits) V(h50_rawdisk_error) \
	V(h51_exit_rundown) V(h52_exit_idle) V(h53_exit_fsync_disk) \
	V(h54_exec) V(h55_exit_others_continue) V(h56_mlock) V(h57_hz100) \
	V(h58_spurious_wake_keeps_idle) V(h59_three_procs_two_devices) \
	V(h60_exact_target_max_equal) V(h61_target_above_max) \
	V(h62_target_zero) V(h63_negative_limits) V(h64_kevent_flow) \
	V(h65_no_reap_while_jobs_wait) V(h66_wake_restarts_lifetime) \
	V(h67_kick_helper_surplus) V(h68_active_limit_in_kick_helper) \
	V(h69_two_lio_bursts_two_procs) V(h70_rundown_frees_system_queue) \
	V(h71_max_below_target_alive) V(h72_default_saturation) \
	V(h73_system_saturation) V(h74_rawdisk_mapped_rundown) \
	V(h75_lifetime_shrinks) V(h76_signals) V(ra001_seed1001) \
	V(ra002_seed1002) V(ra003_seed1004) V(ra004_seed1005) \
	V(ra005_seed1007) V(rb001_seed5001) V(rb002_seed5002) \
	V(rb003_seed5003) V(rb004_seed5004) V(rb005_seed5005) \
	V(rb006_seed5006) V(rb007_seed5007) V(rb008_seed5008) \
	V(rb009_seed5009) V(rb010_seed5010) \
	V(s01_read_waits_for_data) V(s02_ready_at_submit) \
	V(s03_write_blocking_partial) V(s04_write_nonblocking_partial) \
	V(s05_cancel) V(s06_eof_epipe) V(s07_pool_growth) V(s08_pool_max) \
	V(s09_fifo_keeps_pool_swollen) V(s10_expiry) V(s11_limits) \
	V(s12_exit) V(s13_mixed_lio) V(s14_two_procs_rw) V(sr001_seed9001) \
	V(sr002_seed9002) V(sr003_seed9003) V(sr004_seed9004) \
	V(sr005_seed9005)
/* clang-format on */

#define NAME(name) #name,

static const char *const vectors[] = {VECTORS(NAME)};

static const struct vector_options checked = {.check = true};

static struct vector *
read_vector(const char *name)
{
	g_autofree char *path = g_strdup_printf("%s/%s.json", FOLDER, name);
	GError *error = NULL;
	struct vector *vector = vector_read(path, true, &error);

	if (vector == NULL)
		g_error("%s", error->message);
	return (vector);
}

/* Runs a vector and prints the difference, if there is one. */
static bool
vector_agrees(const char *name, const struct world_ops *world, bool apart)
{
	struct vector *vector = read_vector(name);
	GError *error = NULL;
	g_autofree char *difference = NULL;
	json_t *observed;

	observed = apart ? vector_run_apart(vector, world, &checked, &error)
			 : vector_run(vector, world, &checked, &error);
	if (observed != NULL)
		difference = vector_difference(vector, observed);
	else
		difference = g_strdup(error->message);
	g_clear_error(&error);
	json_decref(observed);
	vector_free(vector);
	if (difference != NULL)
		g_printerr("%s: %s\n", name, difference);
	return (difference == NULL);
}

/* ---- One rule a vector ------------------------------------------------ */

#define AGREES(name)                                                 \
	static void name(void)                                       \
	{                                                            \
		CU_ASSERT(vector_agrees(#name, &world_heap, false)); \
	}

VECTORS(AGREES)

static void
every_file_of_the_folder_is_named_here(void)
{
	GDir *folder = g_dir_open(FOLDER, 0, NULL);
	const char *file;
	size_t count = 0, i;
	bool found;

	CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
	while ((file = g_dir_read_name(folder)) != NULL) {
		g_autofree char *name = g_strdup(file);

		if (!g_str_has_suffix(name, ".json"))
			continue;
		name[strlen(name) - strlen(".json")] = '\0';
		found = false;
		for (i = 0; i < G_N_ELEMENTS(vectors); i++)
			found |= strcmp(name, vectors[i]) == 0;
		if (!found)
			g_printerr("%s is in no list\n", file);
		CU_ASSERT(found);
		count++;
	}
	g_dir_close(folder);
	CU_ASSERT_EQUAL(count, G_N_ELEMENTS(vectors));
}

static void
simgrid_world_agrees_in_every_vector(void)
{
	const struct world_ops *simgrid = world_find("simgrid");
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(simgrid);
	for (i = 0; i < G_N_ELEMENTS(vectors); i++)
		CU_ASSERT(vector_agrees(vectors[i], simgrid, true));
}

/* Costs of a nanosecond move nothing to another microsecond, and must not move
 * anything to another place in the order.  (Instants are shorter with costs, so
 * that the values at their ends are others.) */
static void
tiny_costs_change_no_order(void)
{
	const struct vector_options costly = {.check = true, .cost_ns = 1};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(vectors); i++) {
		struct vector *vector = read_vector(vectors[i]);
		json_t *observed =
		    vector_run(vector, &world_heap, &costly, NULL);
		json_t *kept = json_pack("{s:O, s:O}", "returns",
		    json_object_get(vector->expect, "returns"), "completions",
		    json_object_get(vector->expect, "completions"));
		char *difference;

		json_decref(vector->expect);
		vector->expect = kept;
		difference = vector_difference(vector, observed);
		if (difference != NULL)
			g_printerr("%s: %s\n", vectors[i], difference);
		CU_ASSERT_PTR_NULL(difference);
		g_free(difference);
		json_decref(observed);
		vector_free(vector);
	}
}

/* ---- Rules that no recorded vector holds ------------------------------ */

/* One process, one file, one device of 5 us; ' stands for ". */
static void
is_observed(const char *sysctl, const char *call, const char *expect)
{
	g_autofree char *text = g_strdup_printf(
	    "{'name':'x','hz':1000,'end_us':5000,'mlock_us':0,"
	    "'unmapped_buf_allowed':1,'sysctl':{%s},'devices':[{'id':1,"
	    "'channels':1,'base_us':5,'ns_per_byte':0,'fsync_us':0}],"
	    "'files':[{'pid':1,'fd':3,'kind':'regular','local':true,"
	    "'device':1,'access':'rw'},{'pid':1,'fd':4,'kind':'kqueue',"
	    "'access':'rw'}],'processes':[{'pid':1,'calls':[%s]}],"
	    "'expect':{%s}}",
	    sysctl, call, expect);
	GError *error = NULL;
	g_autofree char *difference = NULL;
	struct vector *vector;
	json_t *observed;

	g_strdelimit(text, "'", '"');
	vector = vector_parse(text, strlen(text), "x.json", true, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(vector);
	observed = vector_run(vector, &world_heap, &checked, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(observed);
	difference = vector_difference(vector, observed);
	if (difference != NULL)
		g_printerr("%s\n", difference);
	CU_ASSERT_PTR_NULL(difference);
	json_decref(observed);
	vector_free(vector);
}

static void
negative_lifetime_lasts_one_tick(void)
{
	is_observed("'vfs.aio.aiod_lifetime':-1,'vfs.aio.target_aio_procs':0",
	    "{'t_us':1,'call':'aio_read','cb':0,'fd':3,'offset':0,"
	    "'nbytes':1}",
	    "'procs':[[0,0],[1,1],[1000,0]]");
}

static void
kevent_flags_of_a_list_are_not_looked_at(void)
{
	is_observed("",
	    "{'t_us':1,'call':'lio_listio','mode':'NOWAIT','list':[{'cb':0,"
	    "'fd':3,'op':'READ','offset':0,'nbytes':1}],"
	    "'sigev':{'notify':'kevent','kq':4,'flags':1}}",
	    "'returns':[{'ret':0,'errno':0}],'notifications':[{'kind':"
	    "'lio_kevent','pid':1,'cb':null,'data':0,'t_us':6}]");
}

/* ---- The comparison can fail ------------------------------------------ */

/* Changes one value after another, and expects each change to be noticed;
 * returns the number of values. */
static int
spoil_each(struct vector *vector, const json_t *observed, json_t *value)
{
	char *difference;
	const char *key;
	json_t *member;
	size_t i;
	int count = 0;

	if (json_is_object(value)) {
		json_object_foreach(value, key, member)
		{
			if (strcmp(key, "ties") != 0)
				count += spoil_each(vector, observed, member);
		}
		return (count);
	}
	if (json_is_array(value)) {
		json_array_foreach(value, i, member)
		{
			count += spoil_each(vector, observed, member);
		}
		return (count);
	}
	if (!json_is_integer(value))
		return (0);
	json_integer_set(value, json_integer_value(value) + 1);
	difference = vector_difference(vector, observed);
	CU_ASSERT_PTR_NOT_NULL(difference);
	g_free(difference);
	json_integer_set(value, json_integer_value(value) - 1);
	return (1);
}

static void
every_changed_expectation_is_noticed(void)
{
	struct vector *vector = read_vector("h36_lio_nowait_kevent");
	json_t *observed = vector_run(vector, &world_heap, &checked, NULL);

	CU_ASSERT_PTR_NULL(vector_difference(vector, observed));
	CU_ASSERT(spoil_each(vector, observed, vector->expect) > 100);
	json_decref(observed);
	vector_free(vector);
}

static void
difference_names_the_field_and_the_call(void)
{
	struct vector *vector = read_vector("h05_check_order");
	json_t *observed = vector_run(vector, &world_heap, &checked, NULL);
	json_t *returns = json_object_get(vector->expect, "returns");
	g_autofree char *difference = NULL, *missing = NULL;

	json_object_set_new(
	    json_array_get(returns, 7), "errno", json_integer(9));
	difference = vector_difference(vector, observed);
	CU_ASSERT_STRING_EQUAL(difference,
	    "returns[7].errno: expected 9, observed 22 (pid 1 call 7, "
	    "aio_read)");
	json_array_clear(returns);
	missing = vector_difference(vector, observed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(missing);
	CU_ASSERT(g_str_has_prefix(
	    missing, "returns[0]: expected nothing, observed {"));
	json_decref(observed);
	vector_free(vector);
}

static void
keys_that_are_not_expected_are_not_compared(void)
{
	struct vector *vector = read_vector("h05_check_order");
	json_t *observed = vector_run(vector, &world_heap, &checked, NULL);

	json_object_clear(vector->expect);
	json_object_set_new(
	    vector->expect, "ties", json_string("of no account"));
	CU_ASSERT_PTR_NULL(vector_difference(vector, observed));
	json_decref(observed);
	vector_free(vector);
}

int
main(void)
{
	static const struct rule rules[] = {
#define LISTED(name) RULE(name),
	    VECTORS(LISTED) RULE(every_file_of_the_folder_is_named_here),
	    RULE(simgrid_world_agrees_in_every_vector),
	    RULE(tiny_costs_change_no_order),
	    RULE(negative_lifetime_lasts_one_tick),
	    RULE(kevent_flags_of_a_list_are_not_looked_at),
	    RULE(every_changed_expectation_is_noticed),
	    RULE(difference_names_the_field_and_the_call),
	    RULE(keys_that_are_not_expected_are_not_compared),
	};

	return (RUN_RULES("vectors", rules));
}
