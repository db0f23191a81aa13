/*
 * From a vector's text to struct vector: everything but the calls.  What is
 * checked here is that a run has a meaning and an end; what a kernel makes of
 * odd arguments is the model's business.
 */

#include "sim/scenario/ini.h"
#include "sim/vector/vector_impl.h"

/* ---- Sysctls ---------------------------------------------------------- */

int
read_tunable(struct vector *vector, const struct node *place, const char *node)
{
	int tunable = kernel_find_tunable(vector->kernel, node);
	g_autofree char *shown = NULL;

	if (tunable >= 0)
		return (tunable);
	shown = ini_clip(node);
	node_fail(place, "there is no sysctl '%s'", shown);
	return (-1);
}

static void
read_sysctls(struct vector *vector, const struct node *root)
{
	struct node table = node_member(root, "sysctl");
	const char *name;
	json_t *value;
	int tunable;

	node_object(&table);
	json_object_foreach((json_t *)(uintptr_t)table.value, name, value)
	{
		struct node entry = node_member(&table, name);

		tunable = read_tunable(vector, &entry, name);
		if (tunable >= 0)
			vector->tunables[tunable] =
			    node_int(&entry, INT32_MIN, INT32_MAX);
	}
}

/* ---- Devices and files ------------------------------------------------ */

static void
read_devices(struct vector *vector, const struct node *root)
{
	struct node list = node_member(root, "devices");
	struct vector_device device, none = {.id = -1, .channels = 1};
	size_t count = node_array(&list), i;
	guint j;

	for (i = 0; i < count; i++) {
		struct node item = node_item(&list, i);

		node_object(&item);
		device.id = member_int(&item, "id", 0, INT32_MAX);
		device.channels = member_int(&item, "channels", 1, 1000000);
		device.base_us = member_int(&item, "base_us", 0, MAX_US);
		device.ns_per_byte =
		    member_int(&item, "ns_per_byte", 0, 1000000000);
		device.fsync_us = member_int(&item, "fsync_us", 0, MAX_US);
		for (j = 0; j < vector->devices->len; j++)
			if (g_array_index(
				vector->devices, struct vector_device, j)
				.id == device.id)
				node_fail(&item, "there is a device %d already",
				    (int)device.id);
		g_array_append_val(vector->devices, device);
	}
	g_array_append_val(vector->devices, none);
}

/* Files that no request reaches have no device; they get the last one. */
static uint32_t
read_device(const struct vector *vector, const struct node *item)
{
	struct node member = node_member(item, "device");
	const GArray *devices = vector->devices;
	int64_t id;
	guint i;

	if (member.value == NULL)
		return (devices->len - 1);
	id = node_int(&member, 0, INT32_MAX);
	for (i = 0; i < devices->len; i++)
		if (g_array_index(devices, struct vector_device, i).id == id)
			return (i);
	node_fail(&member, "there is no device %" G_GINT64_FORMAT, id);
	return (0);
}

static enum kernel_errno
read_errno(const struct vector *vector, const struct node *item)
{
	int64_t number = member_int_or(item, "io_error", 0, INT32_MAX, 0);
	struct kernel *k = kernel_create(vector->kernel, 1000);
	struct node member = node_member(item, "io_error");
	int error;

	for (error = 0; error < KE_ERRNO_COUNT; error++)
		if (kernel_errno_number(k, (enum kernel_errno)error) == number)
			break;
	if (error == KE_ERRNO_COUNT) {
		node_fail(&member, "the model has no errno %d", (int)number);
		error = KE_OK;
	}
	kernel_destroy(k);
	return ((enum kernel_errno)error);
}

enum { KIND_NFS, KIND_DUP, KIND_FIRST_PLAIN };

static void
read_kind(const struct node *item, struct vector_file *file)
{
	static const char *const names[] = {"nfs", "dup", "regular", "dir",
	    "rawdisk", "socket", "pipe", "fifo", "tty", "kqueue", NULL};
	static const enum kernel_file_kind kinds[] = {KERNEL_REGULAR,
	    KERNEL_REGULAR, KERNEL_REGULAR, KERNEL_DIR, KERNEL_RAWDISK,
	    KERNEL_SOCKET, KERNEL_PIPE, KERNEL_FIFO, KERNEL_TTY, KERNEL_KQUEUE};
	int kind = member_choice(item, "kind", names);

	file->file.kind = kinds[kind];
	file->file.local = kind != KIND_NFS;
	if (kind == KIND_DUP)
		file->dup_of = (int)member_int(item, "of", 0, MAX_FD);
	if (kind >= KIND_FIRST_PLAIN &&
	    node_member(item, "local").value != NULL)
		file->file.local = member_bool(item, "local");
	if (file->file.kind == KERNEL_RAWDISK) {
		file->file.block_size =
		    member_int(item, "block_size", 0, INT32_MAX);
		file->file.iosize_max =
		    member_int(item, "iosize_max", 0, INT64_MAX);
		file->file.unmapped = member_bool(item, "unmapped");
	}
	if (file->file.kind == KERNEL_SOCKET)
		read_socket(item, file);
}

static struct vector_process *
find_process(const struct vector *vector, int64_t pid)
{
	struct vector_process *process;
	guint i;

	for (i = 0; i < vector->processes->len; i++) {
		process = g_ptr_array_index(vector->processes, i);
		if (process->pid == pid)
			return (process);
	}
	return (NULL);
}

const struct vector_file *
find_file(const struct vector_process *process, int fd)
{
	const struct vector_file *file;
	guint i;

	for (i = 0; i < process->files->len; i++) {
		file = &g_array_index(process->files, struct vector_file, i);
		if (file->fd == fd)
			return (file);
	}
	return (NULL);
}

static void
read_file(struct vector *vector, const struct node *item)
{
	static const char *const accesses[] = {"r", "w", "rw", NULL};
	struct vector_file file = {.dup_of = -1};
	struct vector_process *process;
	int64_t pid = member_int(item, "pid", 0, INT32_MAX);
	int access = member_choice(item, "access", accesses);

	file.fd = (int)member_int(item, "fd", 0, MAX_FD);
	file.file.readable = access != 1;
	file.file.writable = access != 0;
	file.file.device = read_device(vector, item);
	file.io_error = read_errno(vector, item);
	read_kind(item, &file);
	process = find_process(vector, pid);
	if (process == NULL) {
		node_fail(item, "there is no process %d", (int)pid);
		return;
	}
	if (find_file(process, file.fd) != NULL)
		node_fail(item, "descriptor %d is open already", file.fd);
	if (file.dup_of >= 0) {
		const struct vector_file *of = find_file(process, file.dup_of);

		if (of == NULL)
			node_fail(
			    item, "descriptor %d is not open", file.dup_of);
		else
			file.io_error = of->io_error;
	}
	g_array_append_val(process->files, file);
}

static bool
is_dup(const struct node *item)
{
	struct node kind = node_member(item, "kind");

	return (g_strcmp0(json_string_value(kind.value), "dup") == 0);
}

/* Dups come after all others, so that what they share is open. */
static void
read_files(struct vector *vector, const struct node *root)
{
	struct node list = node_member(root, "files");
	size_t count = node_array(&list), i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < count; i++) {
			struct node item = node_item(&list, i);

			node_object(&item);
			if (is_dup(&item) == (pass == 1))
				read_file(vector, &item);
		}
	}
}

/* ---- Processes -------------------------------------------------------- */

static void
process_free(void *data)
{
	struct vector_process *process = data;

	g_array_unref(process->files);
	g_array_unref(process->calls);
	g_free(process->name);
	g_free(process);
}

static void
read_process(struct vector *vector, const struct node *item)
{
	struct vector_process *process;
	struct node calls;
	int64_t pid = member_int(item, "pid", 0, INT32_MAX);

	if (find_process(vector, pid) != NULL)
		node_fail(item, "there is a process %d already", (int)pid);
	process = g_new0(struct vector_process, 1);
	process->pid = pid;
	process->name = g_strdup_printf("p%d", (int)pid);
	process->files = g_array_new(FALSE, FALSE, sizeof(struct vector_file));
	process->calls = g_array_new(FALSE, FALSE, sizeof(struct vector_call));
	g_array_set_clear_func(process->calls, call_clear);
	g_ptr_array_add(vector->processes, process);
	calls = node_member(item, "calls");
	read_calls(vector, process, &calls);
}

static gint
compare_pids(gconstpointer a, gconstpointer b)
{
	const struct vector_process *p = *(struct vector_process *const *)a;
	const struct vector_process *q = *(struct vector_process *const *)b;

	return ((p->pid > q->pid) - (p->pid < q->pid));
}

static void
read_processes(struct vector *vector, const struct node *root)
{
	struct node list = node_member(root, "processes");
	size_t count = node_array(&list), i;

	for (i = 0; i < count; i++) {
		struct node item = node_item(&list, i);

		node_object(&item);
		read_process(vector, &item);
	}
	/* Processes start in the order of their pids. */
	g_ptr_array_sort(vector->processes, compare_pids);
}

/* ---- The whole -------------------------------------------------------- */

/* A first use, or booting, would create that many daemons. */
static void
check_target(
    const struct vector *vector, const struct node *root, const char *node)
{
	const int64_t most = 100000;
	int target = kernel_find_tunable(vector->kernel, node);
	int64_t largest = vector->tunables[target];
	guint i, j;

	for (i = 0; i < vector->processes->len; i++) {
		const struct vector_process *p = vector_process(vector, i);

		for (j = 0; j < p->calls->len; j++) {
			const struct kernel_call *call =
			    &g_array_index(p->calls, struct vector_call, j)
				 .call;

			if (call->kind == KERNEL_SYSCTL &&
			    call->tunable == target)
				largest = MAX(largest, call->value);
		}
	}
	if (largest > most)
		node_fail(root, "%s: more than %d daemons are not simulated",
		    node, (int)most);
}

static void
read_document(struct vector *vector, struct reading *reading,
    const json_t *document, bool need_expect)
{
	struct node root = node_root(reading, document), hz, expect;

	(void)member_int_or(&root, "format", 1, 1, 1);
	vector->name = g_strescape(member_string(&root, "name"), NULL);
	hz = node_member(&root, "hz");
	vector->hz = node_int(&hz, 1, 1000000);
	if (1000000 % vector->hz != 0)
		node_fail(&hz, "a tick must be a whole number of microseconds");
	vector->end_ns = member_int(&root, "end_us", 0, MAX_US) * 1000;
	vector->mlock_us = member_int(&root, "mlock_us", 0, MAX_US);
	vector->unmapped_allowed =
	    member_int(&root, "unmapped_buf_allowed", 0, 1) == 1;
	read_sysctls(vector, &root);
	read_devices(vector, &root);
	read_processes(vector, &root);
	read_files(vector, &root);
	read_socket_events(vector, &root);
	check_target(vector, &root, "vfs.aio.target_aio_procs");
	check_target(vector, &root, "kern.ipc.aio.target_procs");
	if (!need_expect)
		return;
	expect = node_member(&root, "expect");
	node_object(&expect);
	vector->expect = json_deep_copy(expect.value);
}

static struct vector *
vector_new(void)
{
	struct vector *vector = g_new0(struct vector, 1);
	const struct kernel_tunable *tunables;
	size_t count, i;

	vector->kernel = kernel_names()[0];
	vector->devices =
	    g_array_new(FALSE, FALSE, sizeof(struct vector_device));
	vector->processes = g_ptr_array_new_with_free_func(process_free);
	vector->socket_events =
	    g_array_new(FALSE, FALSE, sizeof(struct vector_socket_event));
	tunables = kernel_tunables(vector->kernel, &count);
	vector->tunables = g_new(int64_t, count);
	/* A default in ticks depends on hz: the kernel knows it at boot. */
	for (i = 0; i < count; i++)
		vector->tunables[i] =
		    tunables[i].per_hz ? INT64_MIN : tunables[i].fallback;
	return (vector);
}

struct vector *
vector_parse(const char *text, gsize length, const char *path, bool need_expect,
    GError **error)
{
	struct reading reading = {.file = path};
	struct vector *vector;
	json_t *document;

	document = json_read(&reading, text, length);
	if (document == NULL) {
		g_propagate_error(error, reading.error);
		return (NULL);
	}
	vector = vector_new();
	read_document(vector, &reading, document, need_expect);
	json_decref(document);
	if (reading_failed(&reading)) {
		g_propagate_error(error, reading.error);
		vector_free(vector);
		return (NULL);
	}
	return (vector);
}

struct vector *
vector_read(const char *path, bool need_expect, GError **error)
{
	struct vector *vector;
	char *text;
	gsize length;

	text = ini_read_file(path, &length, error);
	if (text == NULL)
		return (NULL);
	vector = vector_parse(text, length, path, need_expect, error);
	g_free(text);
	return (vector);
}

void
vector_free(struct vector *vector)
{
	if (vector == NULL)
		return;
	json_decref(vector->expect);
	g_array_unref(vector->devices);
	g_ptr_array_unref(vector->processes);
	g_array_unref(vector->socket_events);
	g_free(vector->tunables);
	g_free(vector->name);
	g_free(vector);
}
