/*
 * The calls of a vector's processes, with their arguments.
 */

#include "sim/vector/vector_impl.h"

void
call_clear(void *data)
{
	struct vector_call *call = data;

	g_free(call->entries);
	g_free(call->requests);
	g_free(call->cbs);
}

/* ---- Arguments -------------------------------------------------------- */

static struct kernel_sigevent
read_sigevent(const struct node *owner)
{
	static const char *const names[] = {
	    "none", "signal", "thread", "kevent", "thread_id", NULL};
	static const enum kernel_notify notifies[] = {KERNEL_NOTIFY_NONE,
	    KERNEL_NOTIFY_SIGNAL, KERNEL_NOTIFY_THREAD, KERNEL_NOTIFY_KEVENT,
	    KERNEL_NOTIFY_THREAD_ID};
	struct node node = node_member(owner, "sigev");
	struct kernel_sigevent sigev = {.kq = -1};

	if (node.value == NULL)
		return (sigev);
	node_object(&node);
	sigev.notify = notifies[member_choice(&node, "notify", names)];
	sigev.signo =
	    (int)member_int_or(&node, "signo", INT32_MIN, INT32_MAX, 0);
	sigev.kq = (int)member_int_or(&node, "kq", INT32_MIN, INT32_MAX, -1);
	sigev.flags = (unsigned)member_int_or(&node, "flags", 0, UINT32_MAX, 0);
	return (sigev);
}

static struct kernel_request
read_request(const struct node *node, bool transfers)
{
	struct kernel_request request = {0};

	request.cb = (uint32_t)member_int(node, "cb", 0, MAX_CB);
	request.fd = (int)member_int(node, "fd", INT32_MIN, INT32_MAX);
	request.sigev = read_sigevent(node);
	if (!transfers)
		return (request);
	request.offset_bytes = member_int(node, "offset", INT64_MIN, INT64_MAX);
	/* -1 becomes SIZE_MAX, as in C. */
	request.size_bytes =
	    (uint64_t)member_int(node, "nbytes", -1, INT64_MAX);
	request.buffer = (uint64_t)member_int_or(
	    node, "buf", 0, INT64_MAX, KERNEL_PAGE_SIZE);
	return (request);
}

static void
read_single(struct vector_call *call, const struct node *node)
{
	call->entries = g_new(struct kernel_request, 1);
	call->entries[0] =
	    read_request(node, call->call.kind != KERNEL_AIO_FSYNC);
	call->requests = g_new(const struct kernel_request *, 1);
	call->requests[0] = call->entries;
	call->call.requests = call->requests;
	call->call.count = 1;
}

static void
read_fsync(struct vector_call *call, const struct node *node)
{
	static const char *const names[] = {"O_SYNC", "O_DSYNC", NULL};
	static const int values[] = {KERNEL_O_SYNC, KERNEL_O_DSYNC};

	call->call.op = KERNEL_O_SYNC;
	if (node_member(node, "op").value != NULL)
		call->call.op = values[member_choice(node, "op", names)];
	read_single(call, node);
}

/* A name of the table, or any number. */
static int
read_code(const struct node *owner, const char *key, const char *const *names)
{
	struct node node = node_member(owner, key);

	if (json_is_integer(node.value))
		return ((int)node_int(&node, INT32_MIN, INT32_MAX));
	return (node_choice(&node, names));
}

static void
read_list(struct vector_call *call, const struct node *node)
{
	static const char *const modes[] = {"NOWAIT", "WAIT", NULL};
	static const char *const opcodes[] = {"NOP", "WRITE", "READ", NULL};
	struct node list = node_member(node, "list");
	size_t count = node_array(&list), i;

	call->call.op = read_code(node, "mode", modes);
	call->call.sigev = read_sigevent(node);
	call->entries = g_new0(struct kernel_request, count);
	call->requests = g_new0(const struct kernel_request *, count);
	call->call.requests = call->requests;
	call->call.count = (int)count;
	for (i = 0; i < count; i++) {
		struct node entry = node_item(&list, i);

		if (entry.value == NULL)
			continue;
		node_object(&entry);
		call->entries[i] = read_request(&entry, true);
		call->entries[i].opcode = read_code(&entry, "op", opcodes);
		call->requests[i] = &call->entries[i];
	}
}

static void
read_timeout(struct vector_call *call, const struct node *node)
{
	struct node timeout = node_member(node, "timeout_us");

	call->call.timeout_ns = timeout.value == NULL
	    ? KERNEL_NO_TIMEOUT
	    : node_int(&timeout, -MAX_US, MAX_US) * 1000;
}

static void
read_suspend(struct vector_call *call, const struct node *node)
{
	struct node list = node_member(node, "cbs");
	size_t count = node_array(&list), i;

	call->cbs = g_new(uint32_t, count);
	call->call.cbs = call->cbs;
	call->call.count = (int)count;
	for (i = 0; i < count; i++) {
		struct node item = node_item(&list, i);

		call->cbs[i] = item.value == NULL
		    ? KERNEL_NO_CB
		    : (uint32_t)node_int(&item, 0, MAX_CB);
	}
	read_timeout(call, node);
}

static void
read_cancel(struct vector_call *call, const struct node *node)
{
	call->call.fd = (int)member_int(node, "fd", INT32_MIN, INT32_MAX);
	call->call.cb =
	    (uint32_t)member_int_or(node, "cb", 0, MAX_CB, KERNEL_NO_CB);
}

static void
read_cb(struct vector_call *call, const struct node *node)
{
	call->call.cb = (uint32_t)member_int(node, "cb", 0, MAX_CB);
}

static void
read_nothing(struct vector_call *call, const struct node *node)
{
	(void)call;
	(void)node;
}

/* ---- Calls ------------------------------------------------------------ */

static const struct call_format {
	enum kernel_call_kind kind;
	/* NULL: sysctl, which needs the kernel's table. */
	void (*read)(struct vector_call *call, const struct node *node);
} formats[] = {
    {KERNEL_AIO_READ, read_single},
    {KERNEL_AIO_WRITE, read_single},
    {KERNEL_AIO_FSYNC, read_fsync},
    {KERNEL_AIO_MLOCK, read_single},
    {KERNEL_LIO_LISTIO, read_list},
    {KERNEL_AIO_ERROR, read_cb},
    {KERNEL_AIO_RETURN, read_cb},
    {KERNEL_AIO_CANCEL, read_cancel},
    {KERNEL_AIO_SUSPEND, read_suspend},
    {KERNEL_AIO_WAITCOMPLETE, read_timeout},
    {KERNEL_SYSCTL, NULL},
    {KERNEL_EXEC, read_nothing},
    {KERNEL_EXIT, read_nothing},
};

static const struct call_format *
read_format(const struct node *node)
{
	const char *names[G_N_ELEMENTS(formats) + 1];
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(formats); i++)
		names[i] = kernel_call_name(formats[i].kind);
	names[i] = NULL;
	return (&formats[member_choice(node, "call", names)]);
}

static void
read_sysctl(
    struct vector *vector, struct vector_call *call, const struct node *node)
{
	struct node name = node_member(node, "name");

	call->call.tunable =
	    read_tunable(vector, &name, member_string(node, "name"));
	call->call.value = member_int(node, "value", INT32_MIN, INT32_MAX);
}

void
read_calls(struct vector *vector, struct vector_process *process,
    const struct node *list)
{
	size_t count = node_array(list), i;

	for (i = 0; i < count && !reading_failed(list->reading); i++) {
		struct node node = node_item(list, i);
		const struct call_format *format;
		struct vector_call call = {0};

		node_object(&node);
		format = read_format(&node);
		call.at_ns = member_int(&node, "t_us", 0, MAX_US) * 1000;
		call.call.kind = format->kind;
		call.call.cb = KERNEL_NO_CB;
		if (format->read != NULL)
			format->read(&call, &node);
		else
			read_sysctl(vector, &call, &node);
		if (format->kind == KERNEL_EXIT && i + 1 < count)
			node_fail(&node, "exit must be the last call");
		g_array_append_val(process->calls, call);
	}
}
