/*
 * The reader of conformance vectors: it must tell what is wrong with a file,
 * whatever stands in it.
 */

#include <glib.h>
#include <string.h>

#include "sim/vector/vector.h"
#include "tests/suite.h"

#define FOLDER SOURCE_DIR "/tests/vectors"

#define DEVICES                                                               \
	"'devices':[{'id':1,'channels':1,'base_us':5,'ns_per_byte':0,'fsync_" \
	"us':0}]"
#define FILES                                                                 \
	"'files':[{'pid':1,'fd':3,'kind':'regular','local':true,'device':1,'" \
	"access':'rw'}]"
#define HEAD                                                            \
	"'name':'x','hz':1000,'end_us':100,'mlock_us':0,'unmapped_buf_" \
	"allowed':1,'sysctl':{}"
#define WITH_CALL(call)                                                        \
	"{" HEAD "," DEVICES "," FILES ",'processes':[{'pid':1,'calls':[" call \
	"]}]}"
#define WITH_FILE(file)                        \
	"{" HEAD "," DEVICES ",'files':[" file \
	"],'processes':[{'pid':1,'calls':[]}]}"

/* Parses text with ' for "; the error's message or NULL, to be freed. */
static char *
parse(const char *text)
{
	g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
	GError *error = NULL;
	struct vector *vector =
	    vector_parse(json, strlen(json), "x.json", false, &error);
	char *message = NULL;

	CU_ASSERT((vector == NULL) == (error != NULL));
	if (error != NULL)
		message = g_strdup(error->message);
	g_clear_error(&error);
	vector_free(vector);
	return (message);
}

static void
fails(const char *text, const char *expected)
{
	g_autofree char *message = parse(text);

	if (message == NULL || strcmp(message, expected) != 0)
		g_printerr("%s\n  instead of %s\n",
		    message != NULL ? message : "no error", expected);
	CU_ASSERT_STRING_EQUAL(message != NULL ? message : "", expected);
}

static void
good_text_is_read_without_expect(void)
{
	CU_ASSERT_PTR_NULL(
	    parse(WITH_CALL("{'t_us':1,'call':'aio_error','cb':0}")));
}

static void
missing_expect_is_told(void)
{
	g_autofree char *json = g_strdelimit(g_strdup(WITH_FILE("")), "'", '"');
	GError *error = NULL;

	CU_ASSERT_PTR_NULL(
	    vector_parse(json, strlen(json), "x.json", true, &error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(error);
	CU_ASSERT_STRING_EQUAL(
	    error->message, "x.json: expect: missing: expected an object");
	g_clear_error(&error);
}

static void
errors_name_the_place(void)
{
	fails("[]", "x.json: expected an object");
	fails("{'name':1}", "x.json: name: expected a string");
	fails("{'name':'x','hz':0}",
	    "x.json: hz: expected an integer from 1 to 1000000");
	fails(WITH_CALL("{'t_us':1,'call':'aio_reed','cb':0}"),
	    "x.json: processes[0].calls[0].call: 'aio_reed' is none of "
	    "aio_read, aio_write, aio_fsync, aio_mlock, lio_listio, "
	    "aio_error, aio_return, aio_cancel, aio_suspend, "
	    "aio_waitcomplete, sysctl, exec, exit");
	fails(WITH_CALL("{'t_us':1.5,'call':'aio_error','cb':0}"),
	    "x.json: processes[0].calls[0].t_us: expected an integer from 0 "
	    "to 1000000000000");
	fails(WITH_CALL("{'t_us':1,'call':'aio_error'}"),
	    "x.json: processes[0].calls[0].cb: missing: expected an integer "
	    "from 0 to 100000");
	fails(WITH_CALL("{'t_us':1,'call':'exit'},"
			"{'t_us':2,'call':'aio_error','cb':0}"),
	    "x.json: processes[0].calls[0]: exit must be the last call");
	fails(WITH_CALL("{'t_us':1,'call':'sysctl','name':'x.y','value':1}"),
	    "x.json: processes[0].calls[0].name: there is no sysctl 'x.y'");
	fails(WITH_CALL("{'t_us':1,'call':'sysctl','value':1,'name':"
			"'vfs.aio.target_aio_procs'},"
			"{'t_us':1,'call':'sysctl','value':2000000000,'name':"
			"'vfs.aio.target_aio_procs'}"),
	    "x.json: vfs.aio.target_aio_procs: more than 100000 daemons are "
	    "not simulated");
}

static void
errors_of_files_name_the_place(void)
{
	fails(WITH_FILE("{'pid':2,'fd':3,'kind':'kqueue','access':'rw'}"),
	    "x.json: files[0]: there is no process 2");
	fails(WITH_FILE("{'pid':1,'fd':3,'kind':'pipe','device':9,"
			"'access':'rw'}"),
	    "x.json: files[0].device: there is no device 9");
	fails(WITH_FILE("{'pid':1,'fd':3,'kind':'dup','of':4,'access':'rw'}"),
	    "x.json: files[0]: descriptor 4 is not open");
	fails(WITH_FILE("{'pid':1,'fd':3,'kind':'kqueue','access':'rw'},"
			"{'pid':1,'fd':3,'kind':'kqueue','access':'rw'}"),
	    "x.json: files[1]: descriptor 3 is open already");
	fails(WITH_FILE("{'pid':1,'fd':3,'kind':'regular','device':1,"
			"'access':'rw','io_error':77}"),
	    "x.json: files[0].io_error: the model has no errno 77");
}

#define SOCKET(more) "{'pid':1,'fd':3,'kind':'socket','access':'rw'" more "}"
#define WITH_EVENT(event)                                   \
	"{" HEAD "," DEVICES                                \
	",'files':[" SOCKET("") "],'socket_events':[" event \
				"],'processes':[{'pid':1,'calls':[]}]}"

static void
errors_of_sockets_name_the_place(void)
{
	fails(WITH_FILE(SOCKET(",'snd_lowat':0")),
	    "x.json: files[0].snd_lowat: expected an integer from 1 to "
	    "2147483647");
	fails(WITH_FILE(SOCKET(",'nonblocking':1")),
	    "x.json: files[0].nonblocking: expected true or false");
	fails(WITH_EVENT("{'t_us':1,'pid':1,'fd':3,'ev':'tx','bytes':1}"),
	    "x.json: socket_events[0].ev: 'tx' is none of rx, eof, drain, "
	    "close");
	fails(WITH_EVENT("{'t_us':1,'pid':1,'fd':4,'ev':'rx','bytes':1}"),
	    "x.json: socket_events[0]: process 1 has no socket 4");
	fails(WITH_EVENT("{'t_us':1,'pid':2,'fd':3,'ev':'rx','bytes':1}"),
	    "x.json: socket_events[0]: process 2 has no socket 3");
	CU_ASSERT_PTR_NULL(
	    parse(WITH_EVENT("{'t_us':1,'pid':1,'fd':3,'ev':'eof'}")));
}

static void
text_that_is_no_json_names_line_and_column(void)
{
	g_autofree char *message = parse("{'name':'x',\n'hz':}");

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT(g_str_has_prefix(message, "x.json:2: column "));
	CU_ASSERT_PTR_NULL(strchr(message, '\n'));
}

static const struct vector_options checked = {.check = true};

/* Reads damaged text; what is still good is run too, if it is short. */
static void
survives(const char *text, gsize length)
{
	GError *error = NULL;
	struct vector *vector =
	    vector_parse(text, length, "x.json", true, &error);

	if (vector == NULL) {
		CU_ASSERT(g_str_has_prefix(error->message, "x.json:"));
		CU_ASSERT_PTR_NULL(strchr(error->message, '\n'));
	} else if (vector->end_ns < 1000000000) {
		json_t *observed =
		    vector_run(vector, &world_heap, &checked, &error);

		CU_ASSERT((observed == NULL) == (error != NULL));
		if (observed != NULL)
			g_free(vector_difference(vector, observed));
		json_decref(observed);
	}
	g_clear_error(&error);
	vector_free(vector);
}

static char *
text_of(const char *name, gsize *length)
{
	g_autofree char *path = g_strdup_printf("%s/%s.json", FOLDER, name);
	char *text;

	if (!g_file_get_contents(path, &text, length, NULL))
		g_error("%s cannot be read", path);
	return (text);
}

static void
truncated_text_is_an_error(void)
{
	gsize length, cut;
	g_autofree char *text = text_of("h36_lio_nowait_kevent", &length);

	while (g_ascii_isspace(text[length - 1]))
		length--;
	for (cut = 0; cut < length; cut += 7) {
		GError *error = NULL;

		CU_ASSERT_PTR_NULL(
		    vector_parse(text, cut, "x.json", true, &error));
		CU_ASSERT(g_str_has_prefix(error->message, "x.json:"));
		g_clear_error(&error);
	}
}

/* The same damage in every run: a generator of our own. */
static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8);
}

static void
damaged_text_is_survived(void)
{
	static const char *const names[] = {"h38_lio_opcodes",
	    "h45_rawdisk_mapped_limit", "h54_exec", "h30_fsync_cancel",
	    "s05_cancel", "s06_eof_epipe"};
	static const char replacements[] = "0123456789-,:[]{}\"ntx";
	uint32_t state = 1;
	size_t i;
	int round;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		gsize length;
		g_autofree char *text = text_of(names[i], &length);

		for (round = 0; round < 1000; round++) {
			gsize at = next_random(&state) % length;
			char kept = text[at];

			text[at] = replacements[next_random(&state) %
			    (sizeof(replacements) - 1)];
			survives(text, length);
			text[at] = kept;
		}
	}
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(good_text_is_read_without_expect),
	    RULE(missing_expect_is_told),
	    RULE(errors_name_the_place),
	    RULE(errors_of_files_name_the_place),
	    RULE(errors_of_sockets_name_the_place),
	    RULE(text_that_is_no_json_names_line_and_column),
	    RULE(truncated_text_is_an_error),
	    RULE(damaged_text_is_survived),
	};

	return (RUN_RULES("vector reader", rules));
}
