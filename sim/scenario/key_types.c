/*
 * How the value of each type of key becomes fields of a struct.  Types that
 * serve one key write their fields by name; the general ones go by offset.
 */

#include <string.h>

#include "sim/scenario/keys.h"

#define POLL_DEFAULT "1ms"
#define PAUSE_MAX INT64_C(1000000000000000) /* of poll() and retry() */
#define NS_PER_S INT64_C(1000000000)

/* What the costs are with `costs = typical`: in the middle of what is reported
 * for FreeBSD on x86 near 3 GHz, to be calibrated on the machine in question.
 * A wakeup is one on a busy CPU, not one out of a deep idle state; the change
 * of address space leaves out the TLB misses that follow it. */
static const int64_t typical_costs[COST_COUNT] = {
    [COST_SYSCALL] = 200,
    [COST_SUBMIT] = 750,
    [COST_WAKEUP] = 2000,
    [COST_SWITCH] = 1500,
    [COST_VMSPACE] = 650,
    [COST_CREATE] = 60000,
    [COST_EXIT] = 20000,
    [COST_COMPLETE] = 650,
    [COST_COLLECT] = 300,
    [COST_COPY] = 150,
};

static void *
field(void *object, const struct key *key)
{
	return ((char *)object + key->offset);
}

static bool
parse_quantity(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	int64_t *value = field(object, key);

	(void)directory;
	return (value_quantity(
	    key->type->quantity, text, key->low, key->high, value, error));
}

static bool
parse_share(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	double *value = field(object, key);

	(void)directory;
	return (value_real(text, 0, 1, "0.7", value, error));
}

static bool
parse_text(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	char **value = field(object, key);

	(void)directory, (void)error;
	*value = g_strdup(text);
	return (true);
}

static bool
parse_path(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	char **value = field(object, key);

	(void)error;
	*value = value_path(text, directory);
	return (true);
}

static bool
parse_distribution(const struct key *key, const char *text,
    const char *directory, void *object, GError **error)
{
	struct distribution *value = field(object, key);

	return (value_distribution(key->type->quantity, text, key->low,
	    key->high, directory, value, error));
}

static bool
parse_kernel(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct scenario *scenario = object;
	g_autofree char *list = NULL;
	g_autofree char *expected = NULL;

	(void)key, (void)directory;
	if (kernel_describe(text) == NULL) {
		list = g_strjoinv(", ", (char **)(uintptr_t)kernel_names());
		expected = g_strdup_printf("a kernel, one of: %s", list);
		return (value_fail(text, expected, error));
	}
	scenario->kernel = g_strdup(text);
	return (true);
}

/* One of two words; *second says which. */
static bool
one_of_two(const struct key *key, const char *text, const char *one,
    const char *other, bool *second, GError **error)
{
	*second = strcmp(text, other) == 0;
	return (*second || strcmp(text, one) == 0 ||
	    value_fail(text, key->type->form, error));
}

/* Names of a policy's values are the kernel's. */
static bool
parse_policy(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	const char *const *names =
	    kernel_policy((enum kernel_policy)key->low)->values;
	int *values = field(object, key);
	bool second;

	(void)directory;
	if (!one_of_two(key, text, names[0], names[1], &second, error))
		return (false);
	values[key->low] = second;
	return (true);
}

static bool
parse_creation(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	(void)directory;
	return (
	    one_of_two(key, text, "works", "fails", field(object, key), error));
}

static bool
parse_network(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	enum network_model *value = field(object, key);
	bool lv08;

	(void)directory;
	if (!one_of_two(key, text, "cm02", "lv08", &lv08, error))
		return (false);
	*value = lv08 ? NETWORK_LV08 : NETWORK_CM02;
	return (true);
}

static bool
parse_flag(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	(void)directory;
	return (one_of_two(key, text, "no", "yes", field(object, key), error));
}

static bool
parse_hz(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct scenario *scenario = object;

	if (!parse_quantity(key, text, directory, object, error))
		return (false);
	if (NS_PER_S % scenario->hz != 0)
		return (value_fail(text,
		    "a divisor of 1000000000, so that a tick is a whole number "
		    "of nanoseconds, such as 100, 128 or 1000",
		    error));
	return (true);
}

static bool
parse_costs(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct scenario *scenario = object;

	(void)key, (void)directory;
	if (strcmp(text, "typical") == 0)
		memcpy(
		    scenario->costs_ns, typical_costs, sizeof(typical_costs));
	else if (strcmp(text, "none") != 0)
		return (value_fail(text, "none or typical", error));
	return (true);
}

static bool
parse_file_kind(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	static const char *const names[] = {
	    [FILE_REGULAR] = "regular",
	    [FILE_DIR] = "dir",
	    [FILE_RAWDISK] = "rawdisk",
	    [FILE_SOCKET] = "socket",
	    [FILE_PIPE] = "pipe",
	    [FILE_FIFO] = "fifo",
	    [FILE_TTY] = "tty",
	    [FILE_NFS] = "nfs",
	};
	struct file_config *file = object;
	size_t i;

	(void)directory;
	for (i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(names[i], text) == 0) {
			file->kind = (enum file_kind)i;
			return (true);
		}
	return (value_fail(text, key->type->form, error));
}

/* A peer that sends is a client. */
static bool
parse_sends(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	((struct peer_config *)object)->is_client = true;
	return (parse_distribution(key, text, directory, object, error));
}

static bool
parse_towards(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct traffic_config *traffic = object;

	(void)directory;
	traffic->direction =
	    strcmp(text, "out") == 0 ? KERNEL_SEND : KERNEL_RECEIVE;
	if (traffic->direction == KERNEL_RECEIVE && strcmp(text, "in") != 0)
		return (value_fail(text, key->type->form, error));
	return (true);
}

static bool
parse_data_after(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct file_config *file = object;

	file->data_never = strcmp(text, "never") == 0;
	if (file->data_never)
		return (true);
	return (value_distribution(&quantity_time, text, key->low, key->high,
	    directory, &file->data_after, error));
}

static bool
parse_arrivals(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct process_config *process = object;
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;

	(void)key, (void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	if (inside != NULL && strcmp(word, "poisson") == 0)
		process->arrival = ARRIVAL_POISSON;
	else if (inside != NULL && strcmp(word, "periodic") == 0)
		process->arrival = ARRIVAL_PERIODIC;
	else
		return (value_fail(
		    text, "poisson(2000/s) or periodic(2000/s)", error));
	return (value_event_rate(inside, &process->rate, error));
}

static bool
parse_pace(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct process_config *process = object;

	(void)key, (void)directory;
	process->trace_asap = strcmp(text, "asap") == 0;
	if (!process->trace_asap && strcmp(text, "recorded") != 0)
		return (value_fail(text, "recorded or asap", error));
	return (true);
}

static bool
parse_offset(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct process_config *process = object;
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;

	(void)key, (void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	if (inside != NULL && strcmp(word, "zipf") == 0) {
		process->offset = OFFSET_ZIPF;
		return (value_real(
		    inside, 0.001, 20, "0.9", &process->zipf_exponent, error));
	}
	if (strcmp(text, "random") == 0)
		process->offset = OFFSET_RANDOM;
	else if (strcmp(text, "sequential") == 0)
		process->offset = OFFSET_SEQUENTIAL;
	else
		return (
		    value_fail(text, "random, sequential or zipf(0.9)", error));
	return (true);
}

/* The pause in poll(1ms) or retry(1ms); without parentheses the default. */
static bool
parse_pause(const char *inside, int64_t *pause_ns, GError **error)
{
	return (value_quantity(&quantity_time,
	    inside == NULL ? POLL_DEFAULT : inside, 1, PAUSE_MAX, pause_ns,
	    error));
}

static bool
parse_collect(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	static const char *const names[] = {
	    [COLLECT_POLL] = "poll",
	    [COLLECT_SUSPEND] = "suspend",
	    [COLLECT_WAITCOMPLETE] = "waitcomplete",
	    [COLLECT_SIGNAL] = "signal",
	    [COLLECT_THREAD] = "thread",
	    [COLLECT_KEVENT] = "kevent",
	    [COLLECT_NEVER] = "never",
	    [COLLECT_RECORDED] = "recorded",
	};
	struct process_config *process = object;
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;
	size_t i;

	(void)key, (void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strcmp(names[i], word) != 0)
			continue;
		process->collect = (enum collect_kind)i;
		if (i == COLLECT_POLL)
			return (parse_pause(inside, &process->poll_ns, error));
		if (inside == NULL)
			return (true);
	}
	return (value_fail(text,
	    "poll(1ms), suspend, waitcomplete, signal, thread, kevent, never "
	    "or recorded",
	    error));
}

static bool
parse_on_eagain(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct process_config *process = object;
	g_autofree char *word = NULL;
	g_autofree char *inside = NULL;

	(void)key, (void)directory;
	if (!value_call(text, &word, &inside, error))
		return (false);
	if (strcmp(word, "retry") == 0) {
		process->on_eagain = EAGAIN_RETRY;
		return (parse_pause(inside, &process->retry_ns, error));
	}
	if (strcmp(text, "sync") == 0)
		process->on_eagain = EAGAIN_SYNC;
	else if (strcmp(text, "drop") == 0)
		process->on_eagain = EAGAIN_DROP;
	else
		return (value_fail(text, "retry(1ms), sync or drop", error));
	return (true);
}

static bool
parse_latency(const struct key *key, const char *text, const char *directory,
    void *object, GError **error)
{
	struct disk_config *disk = object;

	disk->recorded = strcmp(text, "recorded") == 0;
	return (parse_distribution(
	    key, disk->recorded ? "0s" : text, directory, object, error));
}

const struct key_type type_integer = {
    "integer", parse_quantity, &quantity_integer};
const struct key_type type_time = {"time", parse_quantity, &quantity_time};
const struct key_type type_size = {"size", parse_quantity, &quantity_size};
const struct key_type type_rate = {"rate", parse_quantity, &quantity_rate};
const struct key_type type_share = {"number from 0 to 1", parse_share, NULL};
const struct key_type type_text = {"text", parse_text, NULL};
const struct key_type type_path = {"path", parse_path, NULL};
const struct key_type type_name = {"name", parse_text, NULL};
const struct key_type type_times = {
    "distribution of times", parse_distribution, &quantity_time};
const struct key_type type_latency = {
    "distribution of times | recorded", parse_latency, &quantity_time};
const struct key_type type_sizes = {
    "distribution of sizes", parse_distribution, &quantity_size};
const struct key_type type_kernel = {"name of a kernel", parse_kernel, NULL};
const struct key_type type_hz = {
    "divisor of 1000000000", parse_hz, &quantity_integer};
const struct key_type type_creation = {"works | fails", parse_creation, NULL};
const struct key_type type_idle_order = {"lifo | fifo", parse_policy, NULL};
const struct key_type type_wake_on_raise = {"no | yes", parse_policy, NULL};
const struct key_type type_create = {
    "one_at_a_time | at_once", parse_policy, NULL};
const struct key_type type_limits = {"kernel | manual", parse_policy, NULL};
const struct key_type type_network = {"cm02 | lv08", parse_network, NULL};
const struct key_type type_flag = {"yes | no", parse_flag, NULL};
const struct key_type type_costs = {"none | typical", parse_costs, NULL};
const struct key_type type_file_kind = {
    "regular | dir | rawdisk | socket | pipe | fifo | tty | nfs",
    parse_file_kind, NULL};
const struct key_type type_data_after = {
    "distribution of times | never", parse_data_after, NULL};
const struct key_type type_sends = {
    "distribution of sizes", parse_sends, &quantity_size};
const struct key_type type_towards = {"out | in", parse_towards, NULL};
const struct key_type type_arrivals = {
    "poisson(RATE) | periodic(RATE)", parse_arrivals, NULL};
const struct key_type type_pace = {"recorded | asap", parse_pace, NULL};
const struct key_type type_offset = {
    "random | sequential | zipf(EXPONENT)", parse_offset, NULL};
const struct key_type type_collect = {
    "poll(TIME) | suspend | waitcomplete | signal | thread | kevent | never | "
    "recorded",
    parse_collect, NULL};
const struct key_type type_on_eagain = {
    "retry(TIME) | sync | drop", parse_on_eagain, NULL};
