/*
 * The sockets of a vector: reading what they are and what happens to them, and
 * putting both into a run.
 */

#include "sim/driver.h"
#include "sim/vector/vector_impl.h"

/* Times of copies are whole microseconds. */
#define GRAIN_NS 1000

void
read_socket(const struct node *item, struct vector_file *file)
{
	struct node nonblocking = node_member(item, "nonblocking");

	file->socket = (struct socket_config) {
	    .readable = file->file.readable,
	    .writable = file->file.writable,
	    .nonblocking =
		nonblocking.value != NULL && member_bool(item, "nonblocking"),
	    .receive_bytes = member_int_or(item, "rcv_bytes", 0, INT32_MAX, 0),
	    .send_size = member_int_or(item, "snd_size", 0, INT32_MAX, 32768),
	    /* Less would be ready with no room at all. */
	    .send_lowat = member_int_or(item, "snd_lowat", 1, INT32_MAX, 2048),
	    .copy_base_ns =
		1000 * member_int_or(item, "copy_base_us", 0, MAX_US, 0),
	    .copy_ns_per_byte =
		member_int_or(item, "copy_ns_per_byte", 0, 1000000000, 0),
	    .copy_grain_ns = GRAIN_NS,
	};
}

/* ---- Events ----------------------------------------------------------- */

/* The process and the descriptor, which must be a socket's; a dup stands for
 * what it shares. */
static void
find_socket(const struct vector *vector, const struct node *item,
    struct vector_socket_event *event)
{
	int64_t pid = member_int(item, "pid", 0, INT32_MAX);
	const struct vector_file *file = NULL;
	guint i;

	event->fd = (int)member_int(item, "fd", 0, MAX_FD);
	for (i = 0; i < vector->processes->len; i++) {
		if (vector_process(vector, i)->pid != pid)
			continue;
		event->process = i;
		file = find_file(vector_process(vector, i), event->fd);
		if (file != NULL && file->dup_of >= 0)
			file =
			    find_file(vector_process(vector, i), file->dup_of);
	}
	if (file == NULL || file->file.kind != KERNEL_SOCKET)
		node_fail(
		    item, "process %d has no socket %d", (int)pid, event->fd);
	else
		event->fd = file->fd;
}

void
read_socket_events(struct vector *vector, const struct node *root)
{
	static const char *const names[] = {
	    "rx", "eof", "drain", "close", NULL};
	static const enum socket_event_kind kinds[] = {SOCKET_RECEIVES,
	    SOCKET_PEER_FINISHES, SOCKET_DRAINS, SOCKET_CLOSES};
	struct node list = node_member(root, "socket_events");
	size_t count = list.value != NULL ? node_array(&list) : 0, i;

	for (i = 0; i < count && !reading_failed(root->reading); i++) {
		struct vector_socket_event event = {0};
		struct node item = node_item(&list, i);

		node_object(&item);
		event.at_ns = member_int(&item, "t_us", 0, MAX_US) * 1000;
		event.kind = kinds[member_choice(&item, "ev", names)];
		event.bytes = member_int_or(&item, "bytes", 0, INT32_MAX, 0);
		find_socket(vector, &item, &event);
		g_array_append_val(vector->socket_events, event);
	}
}

/* ---- The run ---------------------------------------------------------- */

/* Sockets are numbered as they are opened. */
static uint32_t
number_of(const struct vector *vector, const struct vector_socket_event *event)
{
	const struct vector_file *file;
	uint32_t number = 0;
	guint i, j;

	for (i = 0; i <= event->process; i++) {
		const GArray *files = vector_process(vector, i)->files;

		for (j = 0; j < files->len; j++) {
			file = &g_array_index(files, struct vector_file, j);
			if (i == event->process && file->fd == event->fd)
				return (number);
			number += file->file.kind == KERNEL_SOCKET &&
			    file->dup_of < 0;
		}
	}
	g_assert_not_reached();
}

void
schedule_socket_events(struct driver *driver, const struct vector *vector)
{
	const struct vector_socket_event *each;
	struct socket_event event;
	guint i;

	for (i = 0; i < vector->socket_events->len; i++) {
		each = &g_array_index(
		    vector->socket_events, struct vector_socket_event, i);
		event.at_ns = each->at_ns;
		event.socket = number_of(vector, each);
		event.kind = each->kind;
		event.bytes = each->bytes;
		driver_schedule_socket_event(driver, &event);
	}
}
